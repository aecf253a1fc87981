#!/usr/bin/env bash
# The tests of the review page and of the exported website: the program as it was built, in a real browser. See tests/browser/README.md.
set -euo pipefail
cd "$(dirname "$0")/../tests/browser"
if ! cmp --silent package-lock.json node_modules/installed; then
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/installed
fi
npm test --silent
