#!/usr/bin/env bash
# The tests of publishing, against a real WordPress that lives as long as they do. See tests/wordpress/serve.sh.
# With WORDPRESS_IMPORTER=FOLDER (the plugin "wordpress-importer") files are loaded by that instead of a stand-in.
set -euo pipefail
cd "$(dirname "$0")/.."
stand=$(mktemp -d)
stop() {
  tests/wordpress/serve.sh stop "$stand"
  rm -rf "$stand"
}
trap stop EXIT
tests/wordpress/serve.sh start "$stand"
profile=(--release)
[ "${1:-}" = "--debug" ] && profile=()
SPINETIME_STAND="$stand" cargo test "${profile[@]}" --locked --quiet --test suite -- --ignored publish:: --test-threads=1
