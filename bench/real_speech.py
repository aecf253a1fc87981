#!/usr/bin/env python3
"""Real read speech with its text, in the form that `spinetime eval` measures: word error rate of a model.

    apt-get install pocketsphinx-testdata
    python3 bench/real_speech.py OUT
    target/release/spinetime eval OUT [--model NAME|PATH]

Joins the recordings of Debian's package pocketsphinx-testdata (LibriVox readings and spoken playing cards) with 0.6 s
of silence between and writes OUT/NAME.wav and OUT/truth/NAME.json.
"""
import json
import os
import re
import sys
import wave

DATA = "/usr/share/pocketsphinx/test/data"
GAP = 0.6


def main(out):
    os.makedirs(os.path.join(out, "truth"), exist_ok=True)
    for name, text in [("librivox", "librivox/transcription"), ("cards", "cards/cards.transcription")]:
        sentences, sound, rate = [], b"", 0
        for line in open(os.path.join(DATA, text)):
            found = re.match(r"<s> (.*?) *</s> \((.*)\)", line)
            if not found:
                continue
            with wave.open(os.path.join(DATA, os.path.dirname(text), found[2] + ".wav")) as file:
                rate, samples = file.getframerate(), file.readframes(file.getnframes())
            start = len(sound) / 2 / rate
            sentences.append({"text": found[1], "start": start, "end": start + len(samples) / 2 / rate})
            sound += samples + bytes(2 * int(GAP * rate))
        with wave.open(os.path.join(out, name + ".wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(sound)
        with open(os.path.join(out, "truth", name + ".json"), "w") as file:
            json.dump({"id": name, "kind": "reading", "sentences": sentences, "pairs": []}, file, indent=1)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
