#!/usr/bin/env python3
"""Instructions per stage of transcription, where seconds are too noisy.

    python3 bench/instructions.py [RECORDING]

Runs the transcription of a recording (fixtures/clip.m4a) under valgrind's callgrind (Debian: `valgrind`), one worker, and
prints the instructions that each stage and all that it calls took. Needs `cargo build --release --features bench --example
transcribe`; takes ten minutes for the clip. Valgrind knows no AVX-512, so these are the AVX2 kernels.
"""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLE = os.path.join(ROOT, "target", "release", "examples", "transcribe")
# Stage, and the functions whose inclusive counts make it up.
STAGES = [
    ("decoding and resampling", ["<spinetime::audio::AudioReader as core::iter::traits::iterator::Iterator>::next"]),
    ("voice activity detection", ["spinetime::speech::listen::Listener::push"]),
    ("the model's file, unpacked once", ["spinetime::speech::engine::Model::open"]),
    ("mel spectrogram", ["spinetime::speech::whisper::mel::Spectrogram::of"]),
    ("encoder", ["spinetime::speech::whisper::encoder::Encoder::run"]),
    ("keys and values of the audio", ["spinetime::speech::whisper::decoder::Decoder::remember"]),
    ("decoder, token by token", ["spinetime::speech::whisper::Session::step"]),
    ("word times and confidence",
     ["spinetime::speech::whisper::alignment::starts", "spinetime::speech::reading::Reading::new"]),
]


def main():
    recording = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "fixtures", "clip.m4a")
    with tempfile.TemporaryDirectory() as folder:
        counts = os.path.join(folder, "callgrind.out")
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={counts}"]
        subprocess.run(valgrind + [EXAMPLE, recording, "--jobs", "1"], check=True, stdout=subprocess.DEVNULL)
        annotate = ["callgrind_annotate", "--inclusive=yes", "--threshold=100", counts]
        text = subprocess.run(annotate, check=True, capture_output=True, text=True).stdout
    total, functions = inclusive(text)
    print(f"{total / 1e9:.2f} thousand million instructions\n\n| stage | millions | share |\n|---|---|---|")
    rest = total
    for stage, names in STAGES:
        count = sum(functions.get(name, 0) for name in names)
        rest -= count
        print(f"| {stage} | {count / 1e6:.0f} | {100 * count / total:.1f} % |")
    print(f"| the rest: starting, queues, packing, threads | {rest / 1e6:.0f} | {100 * rest / total:.1f} % |")


def inclusive(text):
    """The program's instructions, and each function's with all that it calls."""
    total, functions = 0, {}
    for line in text.splitlines():
        found = re.match(r"\s*([\d,]+) \([ \d.]+%\)\s+(.*)", line)
        if not found:
            continue
        count = int(found[1].replace(",", ""))
        if found[2] == "PROGRAM TOTALS":
            total = count
            continue
        # file:function [object]; a function that was inlined in several callers has several lines.
        name = re.sub(r" \[[^\]]*\]$", "", found[2])
        name = re.sub(r"^[^<]*?\.rs:", "", name)
        functions[name] = max(functions.get(name, 0), count)
    return total, functions


if __name__ == "__main__":
    main()
