#!/usr/bin/env python3
"""Several recordings transcribed at once: does each get its share of the machine?

    python3 bench/at_once.py [--runs 5] [--counts 2 4] [RECORDING]

Runs the transcription of a recording (fixtures/ep2.webm) alone, then N copies of it side by side, each with as many workers
as the machine has cores, in rounds. Printed are the medians: the slowest copy's seconds, and how much longer that is than N
times the seconds alone. Needs `cargo build --release --features bench --example transcribe`.
"""
import argparse
import os
import statistics
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLE = os.path.join(ROOT, "target", "release", "examples", "transcribe")


def seconds(recording, count):
    """Until the last of `count` copies is done."""
    command = [EXAMPLE, recording, "--jobs", str(os.cpu_count())]
    started = time.monotonic()
    copies = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(count)]
    if any(copy.wait() for copy in copies):
        raise SystemExit("a transcription failed")
    return time.monotonic() - started


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--counts", type=int, nargs="+", default=[2, 4])
    options.add_argument("recording", nargs="?", default=os.path.join(ROOT, "fixtures", "ep2.webm"))
    chosen = options.parse_args()
    took = {count: [] for count in [1, *chosen.counts]}
    for _ in range(chosen.runs):
        for count in took:
            took[count].append(seconds(chosen.recording, count))
    alone = statistics.median(took[1])
    for count, times in took.items():
        middle = statistics.median(times)
        spread = f"{min(times):.1f} to {max(times):.1f}"
        print(f"{count} at once: {middle:.1f} s ({spread}), {middle / (count * alone):.2f} times their share")


if __name__ == "__main__":
    main()
