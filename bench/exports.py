#!/usr/bin/env python3
"""Measures exports: bench/exports.py [--episodes N] [--entries N] [--transcripts] [--program PATH] [--keep DIR]

Makes a library of invented episodes (bench/shelf.py), exports all formats into an empty folder, exports again when nothing changed, and
once more when one entry of one episode changed. "html" and "site" can't go into one folder: "site" is measured with all others, "html" is not.
Prints seconds, peak memory, and how many files were written, each figure also as a share of the first export's.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
FORMATS = "json,feed,jsonld,chapters,vtt,srt,chapters-vtt,markdown,csv,jsonfeed,wxr,site"
SETTINGS = '[website]\nsite_url = "https://www.example.org/ask-a-spine-doctor/"\n'


def export(program, library, out, formats):
    """Runs one export; returns its seconds, its peak memory in MB and what it says."""
    started = time.monotonic()
    command = [program, "--library", library, "--json", "export", "--format", formats, "--out", out]
    child = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"the export ended with {os.waitstatus_to_exitcode(status)}: {said}")
    return time.monotonic() - started, usage.ru_maxrss / 1024, json.loads(said)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=1000)
    parser.add_argument("--entries", type=int, default=16, help="of each episode; one of them is not approved")
    parser.add_argument("--transcripts", action="store_true")
    parser.add_argument("--formats", default=FORMATS)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "target/release/spinetime")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder that is kept, with library and export")
    args = parser.parse_args()
    folder = args.keep or pathlib.Path(tempfile.mkdtemp(prefix="spinetime-exports-"))
    library, out = folder / "library", folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    make = [sys.executable, ROOT / "bench/shelf.py", library, "--episodes", str(args.episodes), "--entries", str(args.entries)]
    subprocess.run(make + (["--transcripts"] if args.transcripts else []), check=True)
    (library / "spinetime.toml").write_text(SETTINGS)
    try:
        runs = [("into an empty folder", export(args.program, library, out, args.formats))]
        runs.append(("nothing changed", export(args.program, library, out, args.formats)))
        changed = next(iter(sorted((library / "episodes").iterdir()))) / "entries.json"
        document = json.loads(changed.read_text())
        document["entries"][0]["question"]["text"] += " And for how long?"
        beside = changed.with_suffix(".new")
        beside.write_text(json.dumps(document, indent=2) + "\n")
        beside.replace(changed)
        runs.append(("one entry changed", export(args.program, library, out, args.formats)))
        first = runs[0][1][0]
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6
        print(f"{args.formats}: {size:.0f} MB in {sum(len(files) for _, _, files in os.walk(out))} files")
        print(f"{'':24}{'seconds':>9}{'share':>8}{'peak MB':>9}{'written':>9}{'unchanged':>11}")
        for name, (seconds, memory, said) in runs:
            print(f"{name:24}{seconds:9.2f}{seconds / first:8.2f}{memory:9.0f}{said['written']:9}{said['unchanged']:11}")
    finally:
        if not args.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
