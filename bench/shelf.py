#!/usr/bin/env python3
"""Makes a library of invented episodes with reviewed entries, for measurements and tests of exports.

Usage: bench/shelf.py DIR [--episodes N] [--entries N] [--transcripts] [--odd] [--seed N]

The same arguments make the same bytes. Of the entries of each episode (two or more) the last waits for review and holds a marker that must
never leave the library; in every third episode one is withdrawn.
"""

import argparse
import datetime
import hashlib
import json
import pathlib
import random

MARKER = "Zanzibar-Unapproved-Marker"
PEOPLE = [
    ("juniper-maplewood", "Juniper Maplewood", "MD, PhD", "Chief of spine surgery", "Example Spine Center"),
    ("casper-quill", "Casper Quill", "DPT", "Director of physical therapy", "Example Spine Center"),
    ("marigold-fenwick", "Marigold Fenwick", "MD", "Pain physician", "Example University Hospital"),
    ("orla-birch", "Orla Birch", "NP", "Nurse practitioner", "Example Spine Center"),
]
SUBJECTS = ["physical therapy", "an injection", "a lumbar fusion", "decompression surgery", "swimming", "yoga", "bed rest",
            "a back brace", "an MRI", "walking", "acupuncture", "weight loss", "ibuprofen", "disc replacement", "sleeping on my side"]
ASKS = ["Can {} help my back pain?", "How long does recovery take after {}?", "When is {} not a good idea?", "Is {} safe with osteoporosis?",
        "Should I try {} before surgery?", "Does {} help with sciatica?", "What are the risks of {}?", "How often should I think about {}?"]
TOPICS = ["Your Back", "Spinal Stenosis", "Sciatica", "Scoliosis in Adults", "Neck Pain", "Herniated Discs", "Osteoporosis", "Getting Moving Again"]
PHRASES = ["For most people the answer is yes, but not on the first day.", "The aim is to find which movements ease the pain and which stir it up.",
           "We look at how you sit, lift and walk.", "Small habits matter more than one heavy box.", "Give it six to eight weeks.",
           "If you notice numbness or weakness in a leg, don't wait.", "An X-ray does not show a nerve.", "I would not start with surgery.",
           "Talk with the people who know your history.", "It is never too late to begin.", "That is a question I hear every week.",
           "There is good evidence for it, and there are limits.", "Your age alone does not decide it.", "We begin with the simplest thing that works."]
# Texts that somebody could take for something else: a formula, markup, a cue, a rule of some format.
ODD = ['=HYPERLINK("https://evil.example/?x=1","is it safe?")', "+1 555 0100, is that the number?", "-5 mg, is that a dose?",
       "@SUM(1+1)*cmd|' /C calc'!A0", "'=1+1 or '=2?", "<script>alert(1)</script> & <b>bold</b>, is it safe?", "0:00 --> 0:10 what?",
       "{\\an8}Is <v Nobody> a voice &amp; a name?", "Ist das gefährlich? 脊椎は痛いですか。 😀 ʼn ﷽ e\u0301?", '"Quotes", commas; and a semi-colon?',
       "Supercalifragilistic" * 5 + "?", "]]> <!-- ${x} {{ 7 * 7 }} %s \\u003c \\?", "＝1+1 － is that a sum?", "Is 5 < 6 > 4?",
       "1.5e3 or 2021-07-14 or TRUE?", "</script><img src=x onerror=alert(1)>?"]
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def entry(rng, number, start, youtube, approved, people, odd):
    identity = "e-" + "".join(CROCKFORD[(number >> (5 * i)) & 31] for i in range(8))
    question = rng.choice(ASKS).format(rng.choice(SUBJECTS))
    paragraphs = [" ".join(rng.choice(PHRASES) for _ in range(rng.randint(3, 6))) for _ in range(rng.randint(2, 4))]
    if odd:
        question = ODD[number % len(ODD)]
        paragraphs[0] = f"{ODD[(number + 5) % len(ODD)]} {paragraphs[0]}"
        paragraphs[1] = f"{paragraphs[1]} {ODD[(number + 9) % len(ODD)]}"
    if not approved:
        paragraphs[0] += f" {MARKER}."
    words = len(" ".join(paragraphs).split())
    start = round(start, 3)
    q_end = round(start + len(question.split()) * 0.4, 3)
    a_start = round(q_end + 1.2, 3)
    a_end = round(a_start + words * 0.4, 3)
    person = people[number % len(people)]
    seconds, last = int(a_start), int(-(-a_end // 1))
    watch = f"https://www.youtube.com/watch?v={youtube}&t="
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(minutes=number)
    at = day.strftime("%Y-%m-%dT%H:%M:%SZ")
    verbatim = "Um, " + " ".join(paragraphs)
    made = {
        "id": identity,
        "status": "approved" if approved else "needs_review",
        "question": {"text": question, "verbatim": f"Wilhelmina Zanzibar asks, {question}", "start": round(start, 3), "end": round(q_end, 3),
                     "source": "read_by_host", "asker": "Wilhelmina Zanzibar"},
        "answer": {"paragraphs": paragraphs, "verbatim": verbatim, "start": round(a_start, 3), "end": round(a_end, 3),
                   "spans": [{"start": round(a_start, 3), "end": round(a_end, 3), "speaker": person[0]}]},
        "credits": [{"person": person[0], "name": person[1], "credentials": person[2], "title": person[3], "affiliation": person[4],
                     "confidence": 0.97}],
        "links": {"answer": f"{watch}{seconds}s", "question": f"{watch}{int(start)}s", "short": f"https://youtu.be/{youtube}?t={seconds}",
                  "embed": f"https://www.youtube-nocookie.com/embed/{youtube}?start={seconds}&end={last}"},
        "flags": [{"kind": "risk", "code": "negation", "message": "A negation.", "start": round(a_start, 3), "end": round(a_end, 3),
                   "text": "not", "blocking": False, "resolved": None}] * 3,
        "confidence": 0.93,
        "approved_by": "an editor" if approved else None,
        "approved_at": at if approved else None,
        "updated_at": at,
        "content_hash": sha(identity + question + "".join(paragraphs)),
    }
    return made, a_end


def transcript(entries, duration):
    words = []
    for made in entries:
        for part, text in ((made["question"], made["question"]["text"]), (made["answer"], " ".join(made["answer"]["paragraphs"]))):
            said, at = text.split(), part["start"]
            step = (part["end"] - part["start"]) / max(1, len(said))
            for word in said:
                words.append({"text": word, "start": round(at, 3), "end": round(at + step * 0.9, 3), "probability": 0.95})
                at += step
    whole = {"words": {"start": 0, "end": len(words)}, "start": words[0]["start"], "end": words[-1]["end"]}
    audio = {"codec": "aac", "sample_rate": 48000, "channels": 1, "declared": duration, "decoded": duration, "bad_packets": 0, "gaps": 0,
             "gap_time": 0}
    return {"format": 1, "key": sha("transcript"), "language": "en", "duration": duration, "model": {"name": "tiny.en-q8_0", "sha256": sha("m")},
            "audio": audio, "speech": [], "words": words, "sentences": [whole], "chunks": []}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=pathlib.Path)
    parser.add_argument("--episodes", type=int, default=3)
    parser.add_argument("--entries", type=int, default=16, help="of each episode, the one that waits for review included")
    parser.add_argument("--transcripts", action="store_true", help="with the words' times, which captions are made of")
    parser.add_argument("--odd", action="store_true", help="with texts that look like formulas, markup or cues")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    args.dir.mkdir(parents=True, exist_ok=True)
    settings = args.dir / "spinetime.toml"
    if not settings.exists():
        settings.write_text("")
    number = 0
    for index in range(args.episodes):
        held_on = datetime.date(2010, 1, 6) + datetime.timedelta(days=7 * index)
        topic = TOPICS[index % len(TOPICS)]
        title = f"{topic}: What Works and What Does Not, Part {index // len(TOPICS) + 1}"
        series = "Spine Time"
        if args.odd:
            title, series = f"{ODD[index % len(ODD)]} {title}", "=Spine & <Time>"
        name = f"{held_on}-{topic.lower().replace(' ', '-')}-{index + 1}"
        youtube = f"Spine{index:06d}"
        made, at = [], 600.0
        for place in range(args.entries):
            number += 1
            approved = place + 1 < args.entries
            one, at = entry(rng, number, at + 4, youtube, approved, PEOPLE, args.odd)
            if approved and place == 1 and index % 3 == 0:
                one.update(status="withdrawn", withdrawn="New guidance was published.", approved_by=None, approved_at=None)
                one["answer"]["paragraphs"][0] += f" {MARKER}."
            made.append(one)
        duration = round(at + 60, 3)
        document = {
            "format": 1,
            "key": sha(name),
            "episode": {"id": name, "series": series, "title": title, "held_on": str(held_on), "youtube_id": youtube,
                        "recording_url": f"https://www.youtube.com/watch?v={youtube}", "duration": duration, "language": "en"},
            "entries": made,
            "tombstones": [],
            "provenance": {"spinetime": "0.1.0", "model": "tiny.en-q8_0", "model_sha256": sha("m"), "source_sha256": sha(name)},
        }
        folder = args.dir / "episodes" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "entries.json").write_text(json.dumps(document, indent=2) + "\n")
        source = {
            "format": 1, "key": sha("source" + name), "source": {"address": document["episode"]["recording_url"]}, "file": "recording.m4a",
            "sha256": sha(name), "bytes": 1, "published": {"id": youtube, "uploaded": f"{held_on + datetime.timedelta(days=2)}T12:00:00Z"},
        }
        (folder / "source.json").write_text(json.dumps(source, indent=2) + "\n")
        if args.transcripts:
            (folder / "transcript.json").write_text(json.dumps(transcript(made, duration)) + "\n")
    print(f"{args.episodes} episodes, {number} entries in {args.dir}")


if __name__ == "__main__":
    main()
