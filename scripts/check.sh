#!/usr/bin/env bash
# Everything that must hold before a change lands. With --no-tests: all but the tests.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" = "--no-tests" ]; then scripts/setup.sh; else scripts/setup.sh --tests; fi

step() { printf '\n== %s\n' "$*"; }

step "formatting"
cargo fmt --check

step "leftovers"
scripts/leftovers.sh

step "lints"
cargo clippy --release --locked --all-targets --all-features --quiet -- -D warnings

step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --all-features --no-deps --document-private-items --quiet

step "licences and sources of dependencies"
scripts/deny.sh

[ "${1:-}" = "--no-tests" ] && exit 0

step "tests, beside a real WordPress"
if cargo nextest --version >/dev/null 2>&1; then
  scripts/wordpress.sh cargo nextest run --release --locked --no-fail-fast
else
  scripts/wordpress.sh cargo test --release --locked --no-fail-fast
fi

step "exports, read by programs of other people's"
scripts/checkers.sh

step "the review page in a browser"
CHROMIUM="${CHROMIUM:-$(command -v chromium || command -v chromium-browser)}" scripts/browser.sh
