#!/usr/bin/env bash
# Makes entries from a recording that ships with the project: a table here, a page to open in a browser.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh

episode=2025-03-12-physical-therapy-and-your-back
library=out/demo/library
pages=out/demo/pages

echo "Building spinetime: some minutes the first time, no time after that."
cargo build --release --locked
mkdir -p "$library"
cp --no-clobber fixtures/library/*.toml "$library/"

spinetime=(target/release/spinetime --library "$library")
"${spinetime[@]}" process fixtures/ep1.m4a >/dev/null
"${spinetime[@]}" export --drafts --format site --out "$pages" >/dev/null
"${spinetime[@]}" show "$episode"
printf '\nOpen this page in a browser:\n%s\n' "$PWD/$pages/index.html"
printf '\nTo listen to these entries, correct and approve them, on a page in your browser:\n%s\n' "${spinetime[*]} review"
