#!/usr/bin/env python3
"""Is it noticed where people speak at once?

    python3 bench/overlap.py [--count 12]

Lays stretches of one speaker of fixtures/ep2.webm over sentences of another, 0.5 to 2.5 s long and equally loud, runs
`target/release/spinetime process` on it, and prints which of them it marked, how much of their time, and what it marked
besides. The places are the same in each run.
"""
import argparse
import array
import json
import os
import random
import subprocess
import tempfile
import wave

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RATE = 16000


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=12)
    chosen = options.parse_args()
    with open(os.path.join(ROOT, "fixtures", "truth", "ep2.json")) as file:
        sentences = [s for s in json.load(file)["sentences"] if s["end"] - s["start"] > 4]
    pick = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "overlap.wav")
        ffmpeg = ["ffmpeg", "-v", "error", "-i", os.path.join(ROOT, "fixtures", "ep2.webm"), "-ac", "1", "-ar", str(RATE)]
        subprocess.run(ffmpeg + [path], check=True)
        with wave.open(path) as sound:
            form, samples = sound.getparams(), array.array("h", sound.readframes(sound.getnframes()))
        truth = []
        for under in pick.sample(sentences, chosen.count):
            over = pick.choice([s for s in sentences if s["speaker"] != under["speaker"]])
            length = pick.uniform(0.5, 2.5)
            start, source = under["start"] + 1, over["start"] + 0.5
            mix(samples, start, source, length)
            truth.append((start, start + length))
        with wave.open(path, "wb") as sound:
            sound.setparams(form)
            sound.writeframes(samples.tobytes())
        library = os.path.join(folder, "library")
        program = [os.path.join(ROOT, "target", "release", "spinetime"), "-q", "--library", library]
        subprocess.run(program + ["init"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(program + ["process", path], check=True, stdout=subprocess.DEVNULL)
        [episode] = [e for e in os.scandir(os.path.join(library, "episodes")) if e.is_dir()]
        with open(os.path.join(episode.path, "speakers.json")) as file:
            marked = [(o["start"], o["end"]) for o in json.load(file).get("overlaps", [])]
    found, shared = 0, 0.0
    for start, end in sorted(truth):
        common = sum(max(0.0, min(end, e) - max(start, s)) for s, e in marked)
        found += common > 0
        shared += common
        print(f"{start:7.2f} to {end:7.2f}: {common:.2f} of {end - start:.2f} s marked")
    all_of_it, all_marked = (sum(e - s for s, e in spans) for spans in (truth, marked))
    print(f"{found} of {len(truth)} noticed, {shared:.1f} of {all_of_it:.1f} s; {all_marked - shared:.1f} s marked besides")


def mix(samples, start, source, length):
    """Adds what is heard at `source` to what is heard at `start`, seconds, equally loud."""
    to, of, count = int(start * RATE), int(source * RATE), int(length * RATE)
    power = [sum(x * x for x in samples[at:at + count]) + 1 for at in (to, of)]
    gain = (power[0] / power[1]) ** 0.5
    for i in range(count):
        samples[to + i] = max(-32767, min(32767, samples[to + i] + int(gain * samples[of + i])))


if __name__ == "__main__":
    main()
