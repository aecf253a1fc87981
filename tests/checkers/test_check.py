#!/usr/bin/env python3
"""Breaks an export in many ways, and sees that check.py finds each: test_check.py EXPORT [SCHEMAS].

What can't be broken, since the export has no such file, is a failure too, except structured data: that is made here.
"""

import json
import pathlib
import re
import shutil
import sys
import tempfile

import check
import markup

EXPORT = pathlib.Path(sys.argv[1])
SCHEMAS = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else check.ROOT / "schema"


def text(change, file):
    """A break that changes a file's text."""
    def apply(export):
        path = next(iter(sorted(export.glob(file))))
        old = check.read(path)
        new = change(old)
        assert new != old, f"{file}: nothing to break"
        path.write_bytes(new.encode())
    return apply


def data(change, file):
    """A break that changes a file's JSON."""
    def apply(export):
        path = next(iter(sorted(export.glob(file))))
        value = json.loads(check.read(path))
        change(value)
        path.write_text(json.dumps(value))
    return apply


def once(old, new):
    return lambda text: re.sub(old, new, text, count=1)


def later(text):
    """The second cue begins before the first ends."""
    first, second = list(re.finditer(r"(\S+) --> (\S+)", text))[:2]
    return text[:second.start(1)] + first[1] + text[second.end(1):]


def longer(text):
    """The first cue of the last answer goes on for nearly an hour."""
    last = list(re.finditer(r" --> (\S+)", text))[-1]
    return text[:last.start(1)] + re.sub(r"^\d\d:\d\d", "09:59", last[1]) + text[last.end(1):]


def drop_row(text):
    lines = text.split("\r\n")
    return "\r\n".join(lines[:-2] + lines[-1:])


def cell(value):
    """A text in place of the second question."""
    def change(text):
        lines = text.split("\r\n")
        lines[1] = re.sub(r"^([^,]*,[^,]*),(\"(?:[^\"]|\"\")*\"|[^,]*)", lambda found: f"{found[1]},{value}", lines[1])
        return "\r\n".join(lines)
    return change


# What is broken, how, and words of the fault.
BREAKS = [
    ("a field too many", data(lambda v: v.update(extra=1), "*/episode.json"), r"extra"),
    ("an id that is none", data(lambda v: v["entries"][0].update(id="e-LOUD"), "*/episode.json"), r"e-LOUD"),
    ("a time that is none", data(lambda v: v["entries"][0].update(updated_at="yesterday"), "*/episode.json"), r"yesterday.*date-time"),
    ("an address that is none", data(lambda v: v["entries"][0].update(page_url="no address"), "*/episode.json"), r"no address.*uri"),
    ("JSON that is cut off", text(lambda t: t[:-9], "*/episode.json"), r"is no JSON"),
    ("a feed without a field", data(lambda v: v["entries"][0].pop("credit"), "feed.json"), r"'credit' is a required"),
    ("a row too few", text(drop_row, "entries.csv"), r"rows for"),
    ("a formula", text(cell("=1+1"), "entries.csv"), r"has a formula: '=1\+1'"),
    ("a formula in LibreOffice", text(cell("=1+1"), "entries.csv"), r"C2 is a formula in LibreOffice"),
    ("another text", text(cell("Another question?"), "entries.csv"), r"question is 'Another question\?'"),
    ("a quote that is not closed", text(lambda t: t + '"x', "entries.csv"), r"can't be read"),
    ("line feeds alone", text(lambda t: t.replace("\r\n", "\n"), "entries.csv"), r"does not end with CR LF"),
    ("a byte order mark", text(lambda t: "\ufeff" + t, "entries.csv"), r"byte order mark"),
    ("a long line", text(once(r"(<v Question>)", r"\1" + "word " * 12), "*/captions.vtt"), r"a line of \d+ characters"),
    ("cues that overlap", text(later, "*/captions.vtt"), r"begins at .* before the one before it ends"),
    ("a cue that stays", text(longer, "*/captions.vtt"), r"lasts \d{4,}"),
    ("a third line", text(once(r"(<v Question>)", r"\1a\nb\n"), "*/captions.vtt"), r"has [34] lines"),
    ("a voice of nobody's", text(once(r"-a1\n(.*)\n<v [^>]*>", r"-a1\n\1\n<v Nobody>"), "*/captions.vtt"), r"voice of 'Nobody'"),
    ("a tag in a cue", text(once(r"(<v Question>)", r"\1<b>"), "*/captions.vtt"), r"not escaped"),
    ("no header", text(once(r"WEBVTT", "WEBVT"), "*/captions.vtt"), r"does not begin with WEBVTT"),
    ("a word that is missing", text(once(r"(<v Question>)\S+ ", r"\1"), "*/captions.vtt"), r"-q shows"),
    ("SubRip cues that overlap", text(later, "*/captions.srt"), r"captions.srt: cue \d+ begins at"),
    ("SubRip numbers", text(once(r"^1\n", "7\n"), "*/captions.srt"), r"not numbered from 1"),
    ("chapters without a beginning", text(once(r"^0:00", "0:11"), "*/chapters.txt"), r"does not begin at 0:00"),
    ("a chapter that is short", text(lambda t: t + t.splitlines()[-1] + "\n", "*/chapters.txt"), r"lasts 0 seconds"),
    ("a title that is long", text(lambda t: t[:-1] + " word" * 15 + "\n", "*/chapters.txt"), r"a title of \d+ characters"),
    ("two chapters", text(lambda t: "\n".join(t.splitlines()[:2]) + "\n", "*/chapters.txt"), r"has 2 chapters"),
    ("an angle bracket", text(lambda t: t[:-1] + " <\n", "*/chapters.txt"), r"angle bracket"),
    ("a chapter elsewhere", text(once(r"(-->) \S+", r"\1 09:59:59.000"), "*/chapters.vtt"), r"not where its entry is"),
    ("an item that is not published", data(lambda v: v["items"][0].update(id="e-zzzzzzzz"), "jsonfeed.json"), r"e-zzzzzzzz is not published"),
    ("an item without a date", data(lambda v: v["items"][0].pop("date_modified"), "jsonfeed.json"), r"lacks a text or a date"),
    ("an item too few", data(lambda v: v["items"].pop(), "jsonfeed.json"), r"are not the newest"),
    ("a script in an item", data(lambda v: v["items"][0].update(content_html="<script>x</script>"), "jsonfeed.json"), r"has markup"),
    ("a marker", text(lambda t: t + "Planted-Marker", "*/captions.srt"), r"holds 'Planted-Marker'"),
    ("a kind of file that is missing", lambda export: [path.unlink() for path in export.glob("*/captions.srt")], r"captions.srt: there is none"),
]

VIDEO = {
    "@context": "https://schema.org", "@type": "VideoObject", "name": "Your Back", "description": "Questions.",
    "thumbnailUrl": ["https://spine.example/t.jpg"], "uploadDate": "2021-07-15T09:00:00Z", "duration": "PT50M12S",
    "embedUrl": "https://www.youtube-nocookie.com/embed/SpineTime01",
    "hasPart": [{"@type": "Clip", "name": "Can it help?", "startOffset": 754, "endOffset": 840, "url": "https://spine.example/e-1.html?t=754"},
                {"@type": "Clip", "name": "And now?", "startOffset": 900, "endOffset": 950, "url": "https://spine.example/e-2.html?t=900"}],
}
# A change of the video, and words of the fault.
DATA_BREAKS = [
    (lambda v: v.update({"potentialAction": {"@type": "SeekToAction"}}), r"SeekToAction must not"),
    (lambda v: v.update({"about": {"@type": "FAQPage"}}), r"FAQPage must not"),
    (lambda v: v.update({"about": {"@type": "QAPage"}}), r"QAPage must not"),
    (lambda v: v.update(uploadDate="2021-07-15T09:00:00"), r"no time zone"),
    (lambda v: v.update(uploadDate="July"), r"uploadDate is"),
    (lambda v: v.update(duration="PT29S"), r"duration is"),
    (lambda v: v.pop("thumbnailUrl"), r"thumbnailUrl is"),
    (lambda v: v.pop("description"), r"no description"),
    (lambda v: v["hasPart"][1].update(startOffset=754), r"two clips begin"),
    (lambda v: v["hasPart"][1].update(endOffset=9000), r"runs from"),
    (lambda v: v["hasPart"][1].update(url="https://www.youtube.com/watch?v=SpineTime01&t=900"), r"no page of the website"),
    (lambda v: v["hasPart"][1].update(url="https://spine.example/e-2.html"), r"does not name its second"),
]


def main():
    missed = []
    whole = list(check.faults(EXPORT, SCHEMAS))
    for what, apply, words in BREAKS:
        with tempfile.TemporaryDirectory() as folder:
            export = pathlib.Path(folder) / "export"
            shutil.copytree(EXPORT, export)
            apply(export)
            office = "soffice" if "LibreOffice" in what else ""
            found = [fault for fault in check.faults(export, SCHEMAS, ["Planted-Marker"], office) if fault not in whole]
            if not any(re.search(words, fault) for fault in found):
                missed.append(f"{what}: found only {found}")
    assert not list(markup.structured("x", json.dumps(VIDEO))), list(markup.structured("x", json.dumps(VIDEO)))
    for change, words in DATA_BREAKS:
        video = json.loads(json.dumps(VIDEO))
        change(video)
        page = f'<!doctype html><script type="application/ld+json">{json.dumps(video)}</script>'
        if not any(re.search(words, fault) for fault in markup.page("x", page)):
            missed.append(f"structured data: {words} was not found")
    for broken in ("<urlset>", "<a/>", f'<urlset xmlns="{markup.SITEMAP[1:-1]}"><url><loc>x</loc></url></urlset>'):
        if not list(markup.sitemap("x", broken)):
            missed.append(f"a sitemap: {broken}")
    print("\n".join(missed + [f"{len(BREAKS) + len(DATA_BREAKS) + 3} breaks, {len(missed)} not found"]))
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
