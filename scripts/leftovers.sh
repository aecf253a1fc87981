#!/usr/bin/env bash
# Finds what must not stay in a finished change: debugging aids, unfinished code, paths of one machine.
set -euo pipefail
cd "$(dirname "$0")/.."

found=0
look() {
  local what=$1 pattern=$2
  shift 2
  if git grep -nIE "$pattern" -- "$@" ':!scripts/leftovers.sh'; then
    printf 'leftovers: %s\n' "$what" >&2
    found=1
  fi
}

look "debugging aids or unfinished code" '\b(dbg|todo|unimplemented)!\(|\b(TODO|FIXME|XXX)\b' '*.rs' '*.sh' '*.py' '*.toml' Makefile
look "tests that don't run, without a reason, or don't test" '#\[ignore\]|assert!\(true\)' '*.rs'
look "paths of one machine" '(^|[^[:alnum:]._$~-])/(home|Users|root|work|mnt)/[[:alnum:]_.]' '*.rs' '*.sh' '*.py' '*.toml' '*.md' Makefile
exit "$found"
