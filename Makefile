# Two commands for people: `make demo` and `make test`. What they do stands in scripts/.

.PHONY: demo test setup check build

demo:
	@scripts/demo.sh

test:
	@scripts/check.sh

# What the build needs, on Debian and its relatives.
setup:
	@scripts/setup.sh

# Everything but the tests: formatting, lints, documentation, licences, leftovers.
check:
	@scripts/check.sh --no-tests

build:
	cargo build --release --locked
