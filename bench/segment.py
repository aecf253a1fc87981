#!/usr/bin/env python3
"""How long does segmentation alone take for a long transcript?

    python3 bench/segment.py [--words 30000] [--runs 5]

Joins labelled scripts (fixtures/qa-scripts, in the order of their names) until they have so many words and runs `spinetime
segment` on the whole. Printed are the medians of seconds and of CPU seconds, and the words of a second. Needs
`cargo build --release`.
"""
import argparse
import glob
import os
import resource
import statistics
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SPINETIME = os.path.join(ROOT, "target", "release", "spinetime")


def joined(words):
    """Sentences of labelled scripts, `LABEL SPEAKER TEXT` a line, that have so many words together."""
    lines, count = ["# kind: webinar"], 0
    for path in sorted(glob.glob(os.path.join(ROOT, "fixtures", "qa-scripts", "*.txt"))):
        with open(path, encoding="utf-8") as script:
            for line in script:
                parts = line.split(None, 2)
                if line.startswith("#") or len(parts) < 3:
                    continue
                if count >= words:
                    return lines, count
                lines.append(line.rstrip("\n"))
                count += len(parts[2].split())
    return lines, count


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--words", type=int, default=30_000)
    options.add_argument("--runs", type=int, default=5)
    chosen = options.parse_args()
    lines, count = joined(chosen.words)
    took, used = [], []
    with tempfile.TemporaryDirectory() as folder:
        transcript = os.path.join(folder, "long.txt")
        with open(transcript, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        for _ in range(chosen.runs):
            before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            subprocess.run([SPINETIME, "segment", "--json", transcript], check=True, stdout=subprocess.DEVNULL)
            took.append(time.monotonic() - started)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    middle = statistics.median(took)
    print(f"{count} words in {len(lines) - 1} sentences: {middle:.2f} s ({min(took):.2f} to {max(took):.2f}),")
    print(f"{statistics.median(used):.2f} CPU seconds, {count / middle:.0f} words a second")


if __name__ == "__main__":
    main()
