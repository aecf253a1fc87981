#!/usr/bin/env python3
"""Fixtures without pauses between sentences: what a fast speaker sounds like to the word times.

    python3 bench/run_together.py OUT && spinetime eval OUT

Each sentence is cut out at its true times and put behind the one before it, 40 ms apart, so that where it begins is
known exactly and no silence tells. Needs ffmpeg.
"""

import json
import subprocess
import sys
import wave
from array import array
from pathlib import Path

RATE = 16_000
GAP = 0.04
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def decoded(path):
    command = ["ffmpeg", "-v", "error", "-i", path, "-ar", str(RATE), "-ac", "1", "-f", "s16le", "-"]
    samples = array("h")
    samples.frombytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return samples


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    (out / "truth").mkdir(exist_ok=True)
    for name, media in [("ep1", "ep1.m4a"), ("ep2", "ep2.webm"), ("ep3", "ep3.mp3")]:
        samples = decoded(FIXTURES / media)
        truth = json.loads((FIXTURES / "truth" / f"{name}.json").read_text())
        joined, sentences = array("h", [0] * RATE), []
        for sentence in truth["sentences"]:
            start = len(joined) / RATE
            joined.extend(samples[int(sentence["start"] * RATE) : int(sentence["end"] * RATE)])
            sentences.append({**sentence, "start": start, "end": len(joined) / RATE})
            joined.extend([0] * int(GAP * RATE))
        joined.extend([0] * RATE)
        with wave.open(str(out / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(joined.tobytes())
        kept = {key: truth[key] for key in ("id", "title", "series", "date", "speakers")}
        kept |= {"duration": len(joined) / RATE, "media": [{"file": f"{name}.wav"}], "sentences": sentences}
        (out / "truth" / f"{name}.json").write_text(json.dumps(kept | {"pairs": [], "unanswered": []}))


if __name__ == "__main__":
    main()
