#!/usr/bin/env python3
"""Looks at an export with readers of other people's, and with the rules written anew.

Usage: check.py EXPORT [--schemas DIR] [--forbid TEXT]... [--office PROGRAM]

Says each fault, and ends with 1 if there are any. What must be there is: episode.json of every episode, and every kind of
file at least once, except those in --optional.
"""

import argparse
import json
import pathlib
import sys

import jsonschema

import captions
import markup
import tables

ROOT = pathlib.Path(__file__).resolve().parents[2]
KINDS = ["episode.json", "feed.json", "entries.csv", "jsonfeed.json", "captions.vtt", "captions.srt", "chapters.txt", "chapters.vtt",
         "episode.jsonld", "*.html", "sitemap.xml"]


def read(path):
    # As it is: Python would turn line ends into its own.
    return path.read_bytes().decode("utf-8")


def schema_faults(name, value, schema):
    if not schema.exists():
        yield f"{name}: there is no schema {schema.name} to check it with"
        return
    rules = json.loads(read(schema))
    kind = jsonschema.Draft202012Validator
    kind.check_schema(rules)
    for fault in kind(rules, format_checker=kind.FORMAT_CHECKER).iter_errors(value):
        yield f"{name}: {fault.json_path}: {fault.message}"


def episode_faults(folder, document):
    readers = [("captions.vtt", captions.vtt), ("captions.srt", captions.subrip), ("chapters.txt", captions.chapters),
               ("chapters.vtt", captions.chapters_vtt)]
    for file, reader in readers:
        path = folder / file
        if path.exists():
            yield from reader(f"{folder.name}/{file}", read(path), document)


def faults(export, schemas, forbidden=(), office="soffice", optional=()):
    """All faults of an export, as lines."""
    for kind in KINDS:
        if kind not in optional and next(export.rglob(kind), None) is None:
            yield f"{kind}: there is none"
    documents = []
    for path in sorted(export.glob("*/episode.json")):
        name = path.relative_to(export).as_posix()
        try:
            document = json.loads(read(path))
        except ValueError as fault:
            yield f"{name}: is no JSON: {fault}"
            continue
        unfit = list(schema_faults(name, document, schemas / "episode.schema.json"))
        yield from unfit
        # What reads on relies on its shape.
        if all("there is no schema" in fault for fault in unfit):
            documents.append(document)
            yield from episode_faults(path.parent, document)
    feed = None
    if (export / "feed.json").exists():
        feed = json.loads(read(export / "feed.json"))
        yield from schema_faults("feed.json", feed, schemas / "feed.schema.json")
    if (export / "entries.csv").exists():
        data = (export / "entries.csv").read_bytes()
        unfit = list(tables.table("entries.csv", data, feed))
        yield from unfit
        if office and not any("can't be read" in fault for fault in unfit):
            yield from tables.spreadsheet("entries.csv", data, office)
    if (export / "jsonfeed.json").exists():
        yield from tables.json_feed("jsonfeed.json", (export / "jsonfeed.json").read_bytes(), documents)
    for path in sorted(export.rglob("*")):
        name = path.relative_to(export).as_posix()
        if not path.is_file():
            continue
        data = path.read_bytes()
        if path.suffix == ".html":
            yield from markup.page(name, data.decode("utf-8"))
        if path.suffix == ".jsonld":
            yield from markup.structured(name, data.decode("utf-8"))
        if path.name == "sitemap.xml":
            yield from markup.sitemap(name, data)
        yield from (f"{name}: holds {text!r}" for text in forbidden if text.encode() in data)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=pathlib.Path)
    parser.add_argument("--schemas", type=pathlib.Path, default=ROOT / "schema")
    parser.add_argument("--forbid", action="append", default=[], help="a text that must be nowhere")
    parser.add_argument("--office", default="soffice", help="LibreOffice; empty to leave it out")
    parser.add_argument("--optional", action="append", default=[], help="a kind of file that may be missing")
    args = parser.parse_args()
    found = list(faults(args.export, args.schemas, args.forbid, args.office, args.optional))
    for fault in found:
        print(fault)
    print(f"{len(found)} faults in {sum(path.is_file() for path in args.export.rglob('*'))} files")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
