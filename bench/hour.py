#!/usr/bin/env python3
"""Speed and peak memory on one long recording, beside faster-whisper on the same file.

    python3 bench/hour.py [--minutes 60] [--source fixtures/ep1.m4a] [--faster-whisper MODEL_DIR]

Loops a fixture to the wanted length (FFmpeg, no re-encoding), runs `target/release/spinetime process` on it, and, with
--faster-whisper, the Python package faster-whisper (pip install faster-whisper) on a CTranslate2 form of the same
checkpoint: greedy and batched by 8, int8, its own voice activity detection. One program at a time; prints the times as
multiples of real time, CPU seconds and peak resident memory of each.
"""
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

PEER = """
import sys
from faster_whisper import BatchedInferencePipeline, WhisperModel
model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=2)
options = dict(language="en", beam_size=1, vad_filter=True, condition_on_previous_text=False)
if sys.argv[3] == "batched":
    segments, _ = BatchedInferencePipeline(model).transcribe(sys.argv[2], batch_size=8, **options)
else:
    segments, _ = model.transcribe(sys.argv[2], **options)
print(sum(len(s.text.split()) for s in segments), "words", file=sys.stderr)
"""


def measure(command):
    """Wall seconds, CPU seconds and peak resident megabytes of a command."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        started = time.monotonic()
        code = subprocess.run(command, stdout=subprocess.DEVNULL).returncode
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        line = json.dumps([code, time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024])
        os.write(write, line.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        code, wall, cpu, peak = json.loads(answer.read())
    os.waitpid(child, 0)
    if code:
        sys.exit(f"{command[0]} ended with {code}")
    return wall, cpu, peak


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--source", default="fixtures/ep1.m4a")
    options.add_argument("--faster-whisper", metavar="MODEL_DIR")
    options.add_argument("--spinetime", default="target/release/spinetime")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        long = os.path.join(folder, "long" + os.path.splitext(chosen.source)[1])
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-stream_loop", "-1", "-i", chosen.source, "-t",
                        str(chosen.minutes * 60), "-map", "0:a", "-c", "copy", long], check=True)
        programs = {"spinetime, whole pipeline": [chosen.spinetime, "--quiet", "--library", os.path.join(folder, "library"),
                                                  "process", long]}
        subprocess.run([chosen.spinetime, "--quiet", "--library", os.path.join(folder, "library"), "init"], check=True,
                       stdout=subprocess.DEVNULL)
        for way in ["greedy", "batched"] if chosen.faster_whisper else []:
            programs[f"faster-whisper int8, {way}"] = [sys.executable, "-c", PEER, chosen.faster_whisper, long, way]
        print(f"{chosen.minutes:g} minutes of {chosen.source}")
        for name, command in programs.items():
            wall, cpu, peak = measure(command)
            print(f"{name:32} {chosen.minutes * 60 / wall:6.1f} x real time  {cpu:7.1f} CPU s  {peak:6.0f} MB peak")


if __name__ == "__main__":
    main()
