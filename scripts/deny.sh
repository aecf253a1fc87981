#!/usr/bin/env bash
# Licences, sources and bans of all dependencies by cargo-deny. Where it is missing, it is built once into .tools
# (unoptimised: about a minute and a half on two processor cores instead of five); where it can't be had,
# tests/suite/licences.rs alone checks the same lists.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.20.2
export PATH="$PWD/.tools/bin:$PATH"
if ! cargo deny --version >/dev/null 2>&1; then
  echo "building cargo-deny $version, once"
  if ! CARGO_PROFILE_DEV_DEBUG=0 cargo install --quiet --debug --locked --root .tools "cargo-deny@$version"; then
    echo "cargo-deny can't be had here; the test suite checks licences and sources by itself." >&2
    exit 0
  fi
fi
# Advisories need a database from the network: run `cargo deny check advisories` by hand.
cargo deny --locked check licenses bans sources
