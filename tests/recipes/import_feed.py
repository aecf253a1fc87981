#!/usr/bin/env python3
"""Imports feed.json into a folder of pages: the plain example of docs/importing.md.

Usage: import_feed.py FEED PAGES

FEED is a web address or a file. PAGES is a folder that stands for the website's store: one JSON file for each page, named by the
entry's id. A second run with the same feed changes nothing. Needs nothing but Python.
"""

import json
import pathlib
import re
import sys
import urllib.request


def read(feed):
    if feed.startswith(("http://", "https://")):
        with urllib.request.urlopen(feed, timeout=60) as answer:
            return json.load(answer)
    return json.loads(pathlib.Path(feed).read_text(encoding="utf-8"))


def page_of(pages, entry):
    """The page's file. What becomes a path is checked, whoever wrote the feed."""
    if not re.fullmatch(r"e-[0-9a-z]+", entry["id"]):
        sys.exit(f"{entry['id']!r} is no id of an entry.")
    return pages / f"{entry['id']}.json"


def save(path, page):
    """Whole or not at all: a run that is killed leaves the page as it was."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(page, indent=1, ensure_ascii=False), encoding="utf-8")
    beside.replace(path)


def main():
    feed, pages = read(sys.argv[1]), pathlib.Path(sys.argv[2])
    if feed["format"] != 1:
        sys.exit(f"This feed is version {feed['format']} of the contract, and this importer knows version 1.")
    pages.mkdir(parents=True, exist_ok=True)
    done = {"created": 0, "updated": 0, "unchanged": 0, "taken down": 0}
    for entry in feed["entries"]:
        if entry["status"] != "approved":
            sys.exit(f"{entry['id']} is a draft: this feed is not for the public.")
    for entry in feed["entries"]:
        path = page_of(pages, entry)
        old = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        # The source line has the title and the date, which are not part of the hash.
        marks = {"content_hash": entry["content_hash"], "source": entry["source"], "state": "public"}
        if old and {mark: old.get(mark) for mark in marks} == marks:
            done["unchanged"] += 1
            continue
        done["updated" if old else "created"] += 1
        save(path, {**marks, "title": entry["question"], "experts": entry["experts"], "body": entry["answer_html"],
                    "credit": entry["credit"], "watch": entry["watch_url"]})
    for gone in feed["tombstones"]:
        path = page_of(pages, gone)
        if not path.exists():
            continue
        old = json.loads(path.read_text(encoding="utf-8"))
        new = {**old, "state": gone["reason"]}
        if gone["reason"] == "withdrawn":
            # Nobody has to say why.
            new["body"] = gone.get("notice", "This answer was withdrawn.")
        # Whatever comes back is taken again.
        new["content_hash"] = None
        if new != old:
            done["taken down"] += 1
            save(path, new)
    print(", ".join(f"{count} {what}" for what, count in done.items()))


if __name__ == "__main__":
    main()
