"""The rules of captions and chapters, read from the files as a player would read them."""

import html
import io
import re

import srt
import webvtt

LINE, LINES, SHORTEST, LONGEST = 42, 2, 1.0, 7.0
CHAPTER, FEWEST, TITLE, BLOCK = 10, 3, 70, 5000
UNSEEN = "\u2060"


def seconds(clock):
    whole, _, rest = clock.partition(".")
    total = 0
    for part in whole.split(":"):
        total = total * 60 + int(part)
    return total + float("0." + (rest or "0"))


def squeezed(text):
    return "".join(text.split())


def printed(document):
    """What captions of the episode have to show, by part: 'e-…-q' and 'e-…-a'."""
    parts = {}
    for entry in document["entries"]:
        question, answer = entry["question"], entry["answer"]
        if question["start"] < question["end"]:
            parts[entry["id"] + "-q"] = squeezed(question["text"])
        parts[entry["id"] + "-a"] = squeezed("".join(answer["paragraphs"]))
    return {part: text for part, text in parts.items() if text}


def in_order(name, cues):
    """Faults of (start, end, lines), one after the other."""
    before = 0.0
    for number, (start, end, lines) in enumerate(cues, 1):
        where = f"{name}: cue {number}"
        if start < before - 0.0005:
            yield f"{where} begins at {start:.3f}, before the one before it ends ({before:.3f})"
        if not SHORTEST - 0.0005 <= end - start <= LONGEST + 0.0005:
            yield f"{where} lasts {end - start:.3f} seconds"
        if not 1 <= len(lines) <= LINES:
            yield f"{where} has {len(lines)} lines"
        for line in lines:
            if len(line) > LINE or not line.strip():
                yield f"{where} has a line of {len(line)} characters: {line!r}"
        before = end


def vtt(name, text, document):
    """Faults of captions.vtt."""
    if not re.match(r"WEBVTT(\n|[ \t][^\n]*\n)\n", text):
        yield f"{name}: does not begin with WEBVTT and an empty line"
    try:
        parsed = list(webvtt.from_buffer(io.StringIO(text)))
    except Exception as fault:
        yield f"{name}: webvtt-py can't read it: {fault!r}"
        return
    voices = {entry["id"]: {credit["name"] for credit in entry["credits"]} for entry in document["entries"]}
    cues, shown = [], {}
    for cue in parsed:
        lines = cue.raw_text.split("\n")
        voice = re.match(r"<v ([^>\n]*)>", lines[0])
        if voice:
            lines[0] = lines[0][voice.end():]
        for line in lines:
            if re.search(r"[<>]|&(?!(amp|lt|gt);)", line):
                yield f"{name}: cue {cue.identifier} has a sign that is not escaped: {line!r}"
        part = re.fullmatch(r"(e-[0-9a-z]{8})-([qa])\d+", cue.identifier or "")
        if not part:
            yield f"{name}: a cue has the id {cue.identifier!r}"
        else:
            key = f"{part[1]}-{part[2]}"
            shown[key] = shown.get(key, "") + squeezed(html.unescape("".join(lines)))
            if part[2] == "a" and voice and html.unescape(voice[1]) not in voices.get(part[1], set()):
                yield f"{name}: cue {cue.identifier} has the voice of {voice[1]!r}, who is not credited"
        cues.append((seconds(cue.start), seconds(cue.end), [html.unescape(line) for line in lines]))
    if len(parsed) != text.count(" --> "):
        yield f"{name}: {text.count(' --> ')} cues were written and {len(parsed)} are read"
    yield from in_order(name, cues)
    yield from within(name, cues, document)
    yield from same(name, shown, printed(document))


def subrip(name, text, document):
    """Faults of captions.srt."""
    try:
        parsed = list(srt.parse(text))
    except Exception as fault:
        yield f"{name}: srt can't read it: {fault!r}"
        return
    if [cue.index for cue in parsed] != list(range(1, len(parsed) + 1)):
        yield f"{name}: cues are not numbered from 1"
    cues = []
    for cue in parsed:
        lines = [line.replace(UNSEEN, "") for line in cue.content.split("\n")]
        if re.search(r"<[A-Za-z/!?]|\{[\\A-Za-z]|-->", cue.content):
            yield f"{name}: cue {cue.index} has what players take for a sign: {cue.content!r}"
        cues.append((cue.start.total_seconds(), cue.end.total_seconds(), lines))
    yield from in_order(name, cues)
    yield from within(name, cues, document)
    letters = lambda texts: sorted("".join(texts))
    if letters(squeezed("".join(line for _, _, lines in cues for line in lines))) != letters(printed(document).values()):
        yield f"{name}: shows another text than episode.json holds"


def within(name, cues, document):
    for start, end, _ in cues:
        if end > document["episode"]["duration"] + 0.0005:
            yield f"{name}: a cue at {start:.3f} ends behind the recording"


def same(name, shown, wanted):
    for part in sorted(shown.keys() | wanted.keys()):
        if shown.get(part) != wanted.get(part):
            yield f"{name}: {part} shows {shown.get(part)!r}, not {wanted.get(part)!r}"


def chapters(name, text, document):
    """Faults of chapters.txt."""
    if len(text) > BLOCK or len(text.encode()) > BLOCK:
        yield f"{name}: is longer than a description may be"
    if "<" in text or ">" in text:
        yield f"{name}: has an angle bracket"
    starts = []
    for line in text.splitlines():
        found = re.fullmatch(r"(\d{1,2}:\d\d|\d+:\d\d:\d\d) (\S.*)", line)
        if not found:
            yield f"{name}: no chapter: {line!r}"
            continue
        starts.append(seconds(found[1]))
        if len(found[2]) > TITLE:
            yield f"{name}: a title of {len(found[2])} characters: {line!r}"
    if not starts or starts[0] != 0:
        yield f"{name}: does not begin at 0:00"
    if len(starts) < FEWEST:
        yield f"{name}: has {len(starts)} chapters"
    ends = starts[1:] + [document["episode"]["duration"]]
    for start, end in zip(starts, ends):
        if end - start < CHAPTER:
            yield f"{name}: the chapter at {start:.0f} lasts {end - start:.0f} seconds"
    asked = {int(entry["question"]["start"]) for entry in document["entries"]}
    if not set(starts) - {0} <= asked:
        yield f"{name}: a chapter begins where no question is asked"


def chapters_vtt(name, text, document):
    """Faults of chapters.vtt."""
    try:
        parsed = list(webvtt.from_buffer(io.StringIO(text)))
    except Exception as fault:
        yield f"{name}: webvtt-py can't read it: {fault!r}"
        return
    entries = {entry["id"]: entry for entry in document["entries"]}
    before = 0.0
    for cue in parsed:
        entry = entries.get(cue.identifier)
        start, end = seconds(cue.start), seconds(cue.end)
        if entry is None:
            yield f"{name}: a chapter has the id {cue.identifier!r}"
            continue
        if start < before or end <= start:
            yield f"{name}: the chapter {cue.identifier} overlaps or is empty"
        if abs(start - entry["question"]["start"]) > 0.0005 or end > entry["answer"]["end"] + 0.0005:
            yield f"{name}: the chapter {cue.identifier} is not where its entry is"
        if squeezed(html.unescape(cue.raw_text)) != squeezed(entry["question"]["text"]):
            yield f"{name}: the chapter {cue.identifier} is called {cue.raw_text!r}"
        before = end
