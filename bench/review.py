#!/usr/bin/env python3
"""How fast does the review page answer for a long episode, and how much memory does it take?

    python3 bench/review.py [--copies 20] [--edits 100]

Processes fixtures/ep2.webm, lays copies of it behind each other (20 are 3.1 hours and 180 entries), opens `spinetime review` on that and
sends edits as the page does: texts, boundaries, dismissals, each followed by an undo. Printed are the milliseconds from request to answer,
and the program's peak memory. Needs `cargo build --release`.
"""
import argparse
import copy
import http.client
import json
import os
import random
import statistics
import subprocess
import tempfile
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SPINETIME = os.path.join(ROOT, "target", "release", "spinetime")
SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"


def later(value, seconds):
    """The same with all times moved."""
    if isinstance(value, dict):
        timed = ("start", "end")
        return {k: round(v + seconds, 3) if k in timed and isinstance(v, float) else later(v, seconds) for k, v in value.items()}
    if isinstance(value, list):
        return [later(v, seconds) for v in value]
    return value


def behind(span, count):
    return {"start": span["start"] + count, "end": span["end"] + count}


def lengthen(folder, copies):
    """Lays the episode's transcript, voices, outline and draft behind themselves."""
    def load(name):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return json.load(file)

    transcript, voices, outline, draft = map(load, ("transcript.json", "speakers.json", "outline.json", "draft.json"))
    one = copy.deepcopy((transcript, voices, outline, draft))
    words, sentences, length = len(transcript["words"]), len(transcript["sentences"]), transcript["duration"]
    for number in range(1, copies):
        said, spoken, structure, drafted = later(copy.deepcopy(one), number * length)
        transcript["words"] += said["words"]
        transcript["speech"] += said["speech"]
        for sentence in said["sentences"]:
            # Indices of words are whole numbers, so that they were not taken for times.
            sentence["words"] = behind(sentence["words"], number * words)
            transcript["sentences"].append(sentence)
        voices["turns"] += spoken["turns"]
        voices["sentences"] += spoken["sentences"]
        voices.setdefault("cuts", []).extend(cut + number * words for cut in one[1].get("cuts", []))
        for segment in structure["segments"]:
            segment["sentences"] = behind(segment["sentences"], number * sentences)
            outline["segments"].append(segment)
        for entry in drafted["entries"]:
            entry["id"] = entry["id"][:-2] + SIGNS[number // 32] + SIGNS[number % 32]
            for name in ("question_words", "answer_words"):
                entry[name] = [behind(run, number * words) for run in entry[name]]
            draft["entries"].append(entry)
    transcript["duration"] = draft["episode"]["duration"] = round(copies * length, 3)
    for name, value in (("transcript.json", transcript), ("speakers.json", voices), ("outline.json", outline), ("draft.json", draft)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(value, file)
    return len(draft["entries"]), len(transcript["words"])


class Page:
    """What the page does, without a browser."""

    def __init__(self, address):
        parts = urllib.parse.urlsplit(address)
        self.origin, self.host = f"http://{parts.netloc}", parts.netloc
        self.connection = http.client.HTTPConnection(self.host)
        self.connection.request("GET", f"{parts.path}?{parts.query}")
        welcome = self.connection.getresponse()
        welcome.read()
        self.cookie = welcome.headers["Set-Cookie"].split(";")[0]

    def ask(self, method, path, body=None):
        """The answer, and the milliseconds that it took."""
        headers = {"Cookie": self.cookie, "Origin": self.origin}
        started = time.monotonic()
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = self.connection.getresponse()
        text = response.read()
        took = 1000 * (time.monotonic() - started)
        if response.status >= 300:
            raise SystemExit(f"{method} {path}: {response.status} {text[:300]!r}")
        return (json.loads(text) if text[:1] == b"{" else text), took


def told(what, times):
    times = sorted(times)
    late = times[int(0.95 * (len(times) - 1))]
    print(f"{what}: {statistics.median(times):.1f} ms, 95 % within {late:.1f}, at most {times[-1]:.1f} ({len(times)})")


def measure(folder, episode, copies, edits):
    entries, words = lengthen(folder, copies)
    print(f"{entries} entries, {words} words")
    library = os.path.dirname(os.path.dirname(folder))
    command = [SPINETIME, "--library", library, "review", "--no-open", "--quiet"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            page = Page(program.stdout.readline().split("Review: ")[1].strip())
            place = f"/episodes/{episode}"
            told("the episode's page", [page.ask("GET", place)[1] for _ in range(5)])
            state = page.ask("GET", f"{place}/since?version=0.x")[0]["delta"]
            version, all_entries = state["version"], [entry for entry in state["entries"] if entry["answer"]]
            chance, made, undone = random.Random(7), [], []
            for number in range(edits):
                entry = chance.choice(all_entries)
                answer = entry["answer"]
                changes = [
                    {"do": "set_answer", "paragraphs": answer["paragraphs"][:1] + ["And do not lift anything heavy."]},
                    {"do": "set_answer_time", "span": {"start": answer["start"], "end": answer["end"] - 2.0}},
                    {"do": "dismiss"},
                ]
                body = {"version": version, "key": f"bench{number}", "entry": entry["id"], "change": changes[number % 3]}
                done, took = page.ask("POST", f"{place}/edits", body)
                made.append(took)
                version = done["delta"]["version"]
                if number % 2:
                    done, took = page.ask("POST", f"{place}/undo", {"version": version})
                    undone.append(took)
                    version = done["delta"]["version"]
            told("an edit", made)
            told("an undo", undone)
            with open(f"/proc/{program.pid}/status", encoding="utf-8") as status:
                peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
            print(f"peak memory: {int(peak) / 1024:.0f} MB")
        finally:
            program.kill()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--copies", type=int, default=20)
    options.add_argument("--edits", type=int, default=100)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as library:
        run = {"check": True, "stdout": subprocess.DEVNULL}
        subprocess.run([SPINETIME, "init", library], **run)
        for name in os.listdir(os.path.join(ROOT, "fixtures", "library")):
            with open(os.path.join(ROOT, "fixtures", "library", name), "rb") as source, open(os.path.join(library, name), "wb") as file:
                file.write(source.read())
        recording = os.path.join(ROOT, "fixtures", "ep2.webm")
        subprocess.run([SPINETIME, "--library", library, "--quiet", "process", recording], **run)
        episodes = os.path.join(library, "episodes")
        episode = next(name for name in os.listdir(episodes) if os.path.isdir(os.path.join(episodes, name)))
        measure(os.path.join(episodes, episode), episode, chosen.copies, chosen.edits)


if __name__ == "__main__":
    main()
