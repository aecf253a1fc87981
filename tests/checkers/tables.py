"""The table by Python's reader and by LibreOffice, and the JSON feed by a feed parser."""

import csv
import datetime
import io
import json
import pathlib
import re
import subprocess
import tempfile

import atoma
import openpyxl

FORMULA = ("=", "+", "-", "@", "\t", "\r")
GUARDED = re.compile(r"'+[=+@\t\r\n\-＝＋－＠]")


def rows(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True))


def unguarded(cell):
    return cell[1:] if GUARDED.match(cell) else cell


def table(name, data, feed):
    """Faults of entries.csv; `feed` is feed.json."""
    if data.startswith(b"\xef\xbb\xbf"):
        yield f"{name}: begins with a byte order mark"
    try:
        head, *body = rows(data)
    except (csv.Error, UnicodeDecodeError, ValueError) as fault:
        yield f"{name}: can't be read: {fault}"
        return
    if b"\n" in re.sub(rb'"(?:[^"]|"")*"', b"", data).replace(b"\r\n", b""):
        yield f"{name}: a line does not end with CR LF"
    if head[0] != "id" or head[-1] != "notice":
        yield f"{name}: columns begin with {head[0]!r} and end with {head[-1]!r}"
    for number, row in enumerate(body, 2):
        if len(row) != len(head):
            yield f"{name}: row {number} has {len(row)} cells of {len(head)}"
        yield from (f"{name}: row {number} has a formula: {cell!r}" for cell in row if cell.startswith(FORMULA))
    if feed is None:
        yield f"{name}: feed.json is not there to compare with"
        return
    if feed["entries"] and head[:-1] != list(feed["entries"][0]):
        yield f"{name}: its columns are not the feed's fields"
    wanted = [entry | {"notice": None} for entry in feed["entries"]]
    wanted += [{"id": gone["id"], "episode_id": gone["episode_id"], "updated_at": gone["at"], "status": gone["reason"],
                "notice": gone.get("notice")} for gone in feed["tombstones"]]
    if len(wanted) != len(body):
        yield f"{name}: {len(body)} rows for {len(wanted)} entries"
    for row, entry in zip(body, wanted):
        for column, cell in zip(head, row):
            value = entry.get(column)
            text = "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)
            if float(cell or "nan") != value if isinstance(value, float) else unguarded(cell) != text:
                yield f"{name}: {entry['id']}: {column} is {cell!r}, not {text!r}"


def spreadsheet(name, data, office):
    """Faults of the table as LibreOffice opens it, with formulas switched on."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "entries.csv").write_bytes(data)
        # Comma, quote, UTF-8; no column's kind stated, "formatted as text" off, special numbers found, formulas run.
        command = [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
                   "--infilter=Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1,true",
                   "--convert-to", "xlsx", "--outdir", str(folder), str(folder / "entries.csv")]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=240, stdin=subprocess.DEVNULL)
        made = sorted(folder.glob("*.xlsx"))
        if not made:
            yield f"{name}: LibreOffice can't open it: {ran.stdout} {ran.stderr}"
            return
        book = openpyxl.load_workbook(made[0])
        got = [list(row) for row in book.worksheets[0].iter_rows()]
    wanted = rows(data)
    if len(got) != len(wanted):
        yield f"{name}: LibreOffice sees {len(got)} rows of {len(wanted)}"
    for cells, texts in zip(got, wanted):
        for cell, text in zip(cells, texts):
            if cell.data_type == "f":
                yield f"{name}: {cell.coordinate} is a formula in LibreOffice: {cell.value!r}"
            elif not is_same(cell.value, text):
                yield f"{name}: {cell.coordinate} is {cell.value!r} in LibreOffice, not {text!r}"


def is_same(value, text):
    if value is None:
        return text == ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return abs(float(text) - value) < 1e-6
        except ValueError:
            return False
    if isinstance(value, datetime.datetime):
        day = datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None)
        return abs((day - value).total_seconds()) < 1
    # A file of that kind has no carriage returns, and writes them as _x000D_.
    return value.replace("\r\n", "\n").replace("_x000D_", "") == text.replace("\r\n", "\n").replace("\r", "")


def json_feed(name, data, documents):
    """Faults of jsonfeed.json."""
    try:
        parsed = atoma.parse_json_feed_bytes(data)
        raw = json.loads(data)
    except Exception as fault:
        yield f"{name}: atoma can't read it: {fault!r}"
        return
    if parsed.version != "https://jsonfeed.org/version/1.1" or not parsed.title:
        yield f"{name}: version {parsed.version!r}, title {parsed.title!r}"
    entries = {entry["id"]: entry for document in documents for entry in document["entries"]}
    changed = lambda entry: max(entry["approved_at"] or "", entry["updated_at"])
    ids = [item.id_ for item in parsed.items]
    if len(set(ids)) != len(ids):
        yield f"{name}: an id stands twice"
    newest = sorted(entries.values(), key=changed, reverse=True)[:100]
    if sorted(map(changed, newest)) != sorted(changed(entries[i]) for i in ids if i in entries):
        yield f"{name}: its {len(ids)} items are not the newest of {len(entries)}"
    for item, plain in zip(parsed.items, raw["items"]):
        entry = entries.get(item.id_)
        if entry is None:
            yield f"{name}: {item.id_} is not published"
            continue
        if not item.content_html or not item.content_text or item.date_modified is None or item.date_published is None:
            yield f"{name}: {item.id_} lacks a text or a date"
        if " ".join(entry["question"]["text"].split()) != item.title:
            yield f"{name}: {item.id_} is called {item.title!r}"
        if entry["links"] and item.url not in (entry.get("page_url"), entry["links"]["answer"]):
            yield f"{name}: {item.id_} leads to {item.url!r}"
        if re.search(r"<(?!/?p>|a href=\"https?://[^\"<>]*\">|/a>)", item.content_html or ""):
            yield f"{name}: {item.id_} has markup: {item.content_html!r}"
        if len(plain.get("authors", [])) < 1:
            yield f"{name}: {item.id_} has no author"
