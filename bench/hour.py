#!/usr/bin/env python3
"""Speed and peak memory on one long recording, beside faster-whisper on the same file.

    python3 bench/hour.py [--minutes 60] [--source fixtures/ep1.m4a] [--video] [--faster-whisper MODEL_DIR]
    python3 bench/hour.py --minutes 3 180 --video

Loops a fixture to the wanted length (FFmpeg, no re-encoding), as an MP4 with H.264 pictures at 30 a second with
--video, and runs `target/release/spinetime process` on it. With --faster-whisper it also runs the Python package of that
name (pip install faster-whisper) on a CTranslate2 form of the same checkpoint: greedy and batched by 8, int8, with its
own voice activity detection. One program at a time; prints the times as multiples of real time, CPU seconds and peak
resident memory of each.
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
    options.add_argument("--minutes", type=float, default=[60], nargs="+")
    options.add_argument("--source", default="fixtures/ep1.m4a")
    options.add_argument("--video", action="store_true")
    options.add_argument("--faster-whisper", metavar="MODEL_DIR")
    options.add_argument("--spinetime", default="target/release/spinetime")
    chosen = options.parse_args()
    for minutes in chosen.minutes:
        with tempfile.TemporaryDirectory() as folder:
            run(minutes, chosen, folder)


def run(minutes, chosen, folder):
    length = str(minutes * 60)
    long = os.path.join(folder, "long" + (".mp4" if chosen.video else os.path.splitext(chosen.source)[1]))
    pictures = ["-f", "lavfi", "-i", "color=c=black:s=64x36:r=30"] if chosen.video else []
    tracks = ["-map", "0:a"]
    if chosen.video:
        tracks = ["-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-preset", "ultrafast"]
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", *pictures, "-stream_loop", "-1", "-i", chosen.source,
                    "-t", length, *tracks, "-c:a", "copy", long], check=True)
    spinetime = [chosen.spinetime, "--quiet", "--library", os.path.join(folder, "library")]
    subprocess.run([*spinetime, "init"], check=True, stdout=subprocess.DEVNULL)
    programs = {"spinetime, whole pipeline": [*spinetime, "process", long]}
    for way in ["greedy", "batched"] if chosen.faster_whisper else []:
        programs[f"faster-whisper int8, {way}"] = [sys.executable, "-c", PEER, chosen.faster_whisper, long, way]
    print(f"{minutes:g} minutes of {chosen.source}" + (", with pictures" if chosen.video else ""), flush=True)
    for name, command in programs.items():
        wall, cpu, peak = measure(command)
        print(f"{name:32} {minutes * 60 / wall:6.1f} x real time  {cpu:7.1f} CPU s  {peak:6.0f} MB peak", flush=True)


if __name__ == "__main__":
    main()
