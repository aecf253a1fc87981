#!/usr/bin/env bash
# Runs a command with a real WordPress beside it, which lives as long as the command does; see tests/wordpress/serve.sh.
# Without a command: the tests of publishing.
# With WORDPRESS_IMPORTER=FOLDER (the plugin "wordpress-importer") files are loaded by that instead of a stand-in.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- cargo test --release --locked --quiet --test suite -- publish:: --test-threads=1
stand=$(mktemp -d)
stop() {
  tests/wordpress/serve.sh stop "$stand"
  rm -rf "$stand"
}
trap stop EXIT
tests/wordpress/serve.sh start "$stand"
SPINETIME_STAND="$stand" "$@"
