#!/usr/bin/env bash
# Exports a made-up library in every format, texts that look like something else included, and has it read by programs that
# share no code with this one: tests/checkers/check.py. Then breaks the export in many ways, to see that each is found.
# SPINETIME names the program. Arguments go to check.py.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$(realpath "${SPINETIME:-target/release/spinetime}")
python=target/checkers/bin/python
if ! cmp --silent tests/checkers/requirements.txt target/checkers/requirements.txt; then
  printf 'checkers: installing what reads exports into target/checkers\n'
  rm -rf target/checkers
  python3 -m venv target/checkers
  target/checkers/bin/pip install --quiet --disable-pip-version-check -r tests/checkers/requirements.txt
  cp tests/checkers/requirements.txt target/checkers/requirements.txt
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
forbid=(--forbid Zanzibar --forbid Wilhelmina)
formats=json,feed,jsonld,chapters,vtt,srt,chapters-vtt,csv,jsonfeed
for kind in plain odd; do
  shelf=(--transcripts --episodes 4 --entries 12)
  [ "$kind" = odd ] && shelf+=(--odd --entries 18)
  python3 bench/shelf.py "$work/$kind" "${shelf[@]}"
  printf '[website]\nsite_url = "https://spine.example/ask"\n' > "$work/$kind/spinetime.toml"
  "$program" --library "$work/$kind" export --format "$formats,site" --out "$work/$kind-out"
  "$python" tests/checkers/check.py "$work/$kind-out" "${forbid[@]}" "$@"
done
"$python" tests/checkers/test_check.py "$work/plain-out"
