"""The rules of structured data, and the sitemap."""

import datetime
import html.parser
import json
import re
import urllib.parse
import xml.etree.ElementTree as ElementTree

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
# Reserved for answers of users; ended in May 2026; not beside clips.
REFUSED = {"QAPage", "FAQPage", "SeekToAction"}


class Scripts(html.parser.HTMLParser):
    """Collects what stands in the script elements of structured data."""

    def __init__(self):
        super().__init__()
        self.texts, self.inside = [], False

    def handle_starttag(self, tag, attrs):
        if tag == "script" and dict(attrs).get("type") == "application/ld+json":
            self.texts.append("")
            self.inside = True

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "script"

    def handle_data(self, data):
        if self.inside:
            self.texts[-1] += data


def page(name, text):
    """Faults of the structured data of a page."""
    scripts = Scripts()
    scripts.feed(text)
    scripts.close()
    for script in scripts.texts:
        yield from structured(name, script)


def structured(name, text):
    """Faults of structured data as text."""
    try:
        data = json.loads(text)
    except ValueError as fault:
        yield f"{name}: its structured data is no JSON: {fault}"
        return
    for node in nodes(data):
        kind = node.get("@type")
        if kind in REFUSED:
            yield f"{name}: {kind} must not be used"
        if kind == "VideoObject":
            yield from video(name, node)
        if kind == "Question" and not (node.get("name") and node.get("acceptedAnswer", {}).get("text")):
            yield f"{name}: a question without its words or its answer"


def nodes(data):
    if isinstance(data, list):
        for item in data:
            yield from nodes(item)
    if isinstance(data, dict):
        yield data
        for value in data.values():
            yield from nodes(value)


def is_web(url):
    parts = urllib.parse.urlsplit(url) if isinstance(url, str) else None
    return parts is not None and parts.scheme in ("http", "https") and bool(parts.netloc)


def length(text):
    found = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?", text or "")
    return sum(float(part or 0) * unit for part, unit in zip(found.groups(), (3600, 60, 1))) if found else None


def video(name, node):
    for key in ("name", "description"):
        if not str(node.get(key) or "").strip():
            yield f"{name}: the video has no {key}"
    pictures = node.get("thumbnailUrl")
    for key, urls in (("thumbnailUrl", pictures if isinstance(pictures, list) else [pictures]), ("embedUrl", [node.get("embedUrl")])):
        if not urls or not all(map(is_web, urls)):
            yield f"{name}: the video's {key} is {urls!r}"
    try:
        uploaded = datetime.datetime.fromisoformat(str(node.get("uploadDate")).replace("Z", "+00:00"))
        if uploaded.tzinfo is None:
            yield f"{name}: uploadDate has no time zone"
    except ValueError:
        yield f"{name}: uploadDate is {node.get('uploadDate')!r}"
    whole = length(node.get("duration"))
    if whole is None or whole < 30:
        yield f"{name}: the video's duration is {node.get('duration')!r}"
    starts = set()
    clips = node.get("hasPart") or []
    for clip in clips if isinstance(clips, list) else [clips]:
        start, end, url = clip.get("startOffset"), clip.get("endOffset"), clip.get("url")
        if clip.get("@type") != "Clip" or not str(clip.get("name") or "").strip():
            yield f"{name}: a part of the video is no clip with a name"
        if not isinstance(start, (int, float)) or not isinstance(end, (int, float)) or not 0 <= start < end <= (whole or 0) + 1:
            yield f"{name}: a clip runs from {start!r} to {end!r}"
        if start in starts:
            yield f"{name}: two clips begin at {start}"
        starts.add(start)
        host = urllib.parse.urlsplit(url).hostname if is_web(url) else None
        if host is None or re.search(r"(^|\.)(youtube(-nocookie)?\.com|youtu\.be)$", host):
            yield f"{name}: a clip leads to {url!r}, which is no page of the website"
        elif str(int(start or 0)) not in re.findall(r"\d+", urllib.parse.urlsplit(url).query + "#" + urllib.parse.urlsplit(url).fragment):
            yield f"{name}: a clip's address does not name its second: {url!r}"


def sitemap(name, data):
    """Faults of sitemap.xml."""
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as fault:
        yield f"{name}: is not well-formed: {fault}"
        return
    if root.tag != f"{SITEMAP}urlset":
        yield f"{name}: is no sitemap but {root.tag}"
    places = [place.text for place in root.iter(f"{SITEMAP}loc")]
    if not places or not all(map(is_web, places)) or len(set(places)) != len(places):
        yield f"{name}: an address is missing, no web address, or stands twice"
