"""Labelled scripts, and variants of them as recognisers and captions would give them."""
import glob
import os
import random
import re

CLASSES = ["question", "answer", "hand-over", "greeting", "announcement", "talk", "interview", "reply", "aside", "unanswered"]
LETTERS = dict(zip("qahgntijsu", range(10)), o=8)
FOLDS = 5


def kept_aside(name):
    """A script is kept aside when its number leaves 4 after division by 5."""
    return int(re.search(r"\d+$", name)[0]) % 5 == 4


def role(code, meaning):
    """The role that a code of the header stands for."""
    if code in ("O", "V") or code.startswith(("H", "M", "C")) or "host" in meaning or "moderator" in meaning:
        return "host"
    return "audience" if code.startswith("A") else "expert"


def read(path):
    """A script: name, kind, and sentences as [label, number, speaker, text]."""
    name, kind, roles, rows = os.path.basename(path)[:-4], "", {}, []
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("#"):
            key, _, value = line[1:].partition(":")
            if key.strip() == "kind":
                kind = value.strip()
            if key.strip() == "speakers":
                roles = {c: role(c, m) for c, m in re.findall(r"(\w+)=([^=]*?)(?=\s+\w+=|$)", value)}
        elif line.strip():
            label, speaker, text = line.split(None, 2)
            rows.append([label[0], int(label[1:] or 0), None if speaker == "-" else speaker, text])
    return {"name": name, "kind": kind, "roles": roles, "rows": rows}


def load(folder):
    return [read(p) for p in sorted(glob.glob(os.path.join(folder, "*.txt")))]


def tidy(rows):
    """Numbers of questions without an answer move to the next answered one, as to_gold.py does."""
    answered = sorted({n for l, n, _, _ in rows if l == "a"})
    first = {}
    for at, (l, n, _, _) in enumerate(rows):
        if l == "a":
            first.setdefault(n, at)
    out = []
    for at, (l, n, s, t) in enumerate(rows):
        if l == "q" and n not in answered:
            later = [m for m in answered if m > n]
            n = later[0] if later else n
        if l == "q" and n in first and at > first[n]:
            l = "a"
        out.append([l, n, s, t])
    return out


def spoken(text):
    """Without punctuation and capitals."""
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s'’&-]", " ", text)).lower().strip()


def stretch(rows, pool, rng, share):
    """Longer answers, as real ones are: a share of them gets passages from the inside of other answers and talks,
    spoken by the same voice, up to a length with a median of eight sentences."""
    last = {n: at for at, (l, n, _, _) in enumerate(rows) if l == "a"}
    more = {}
    for n in last:
        length = sum(r[:2] == ["a", n] for r in rows)
        if rng.random() < share:
            wanted = min(110, rng.lognormvariate(2.1, 0.8))
            room = [at for at, r in enumerate(rows) if r[:2] == ["a", n] and (at < last[n] or length == 1)]
            while length < wanted:
                passage = rng.choice(pool)[: rng.randint(2, 14)]
                more.setdefault(rng.choice(room), []).extend(passage)
                length += len(passage)
    out = []
    for at, row in enumerate(rows):
        out.append(row)
        out += [["a", row[1], row[2], t] for t in more.get(at, [])]
    return out


def thin(rows, rng, share):
    """Without some of the pairs, and without the hand-overs right before them."""
    numbers = sorted({n for l, n, _, _ in rows if l == "a"})
    gone = {n for n in numbers if rng.random() < share}
    out = []
    for row in rows:
        if row[0] in "qa" and row[1] in gone:
            while out and out[-1][0] == "h":
                out.pop()
            continue
        out.append(row)
    return out


def conversation(docs, rng):
    """Talks and interviews without the audience: [(label, "host" | "expert" | None, text)], at most 150."""
    d = rng.choice(docs)
    rows = d["rows"]
    end = next((at for at, r in enumerate(rows) if r[0] in "qh"), len(rows))
    run = [r for r in rows[:end] if r[0] in "tijnso"]
    start = rng.randint(0, max(0, len(run) - 20))
    return [(r[0], d["roles"].get(r[2]), r[3]) for r in run[start : start + rng.randint(15, 150)]]


def precede(doc, rows, same, rng):
    """A conversation from elsewhere before the first question, told by this document's voices."""
    codes = {}
    for code, what in doc["roles"].items():
        codes.setdefault(what, code)
    told = [c for _ in range(rng.randint(1, 3)) for c in conversation(same, rng)]
    voiced = any(r[2] for r in rows)
    other = codes.get("expert") or codes.get("host")
    more = [[l, 0, (codes.get(what) or other) if voiced else None, t] for l, what, t in told]
    at = next((at for at, r in enumerate(rows) if r[0] in "qh"), len(rows))
    return rows[:at] + more + rows[at:]


def passages(docs):
    """Runs of sentences from the inside of answers, replies and talks."""
    found = []
    for d in docs:
        run = []
        for at, (l, n, _, t) in enumerate(d["rows"]):
            inner = l in "ajt" and at > 0 and d["rows"][at - 1][:2] == [l, n]
            if inner:
                run.append(t)
            elif run:
                found.append(run)
                run = []
        if len(run) > 1:
            found.append(run)
    return [r for r in found if len(r) > 1]


def join(rows, rng, odds):
    """Sentences joined as a recogniser does it: [[parts..]..]."""
    out = [[rows[0]]] if rows else []
    for row in rows[1:]:
        last = out[-1]
        short = sum(len(r[3]) for r in last) + len(row[3]) < 170
        if short and len(last) < 4 and (row[2] == last[-1][2] or rng.random() < 0.3) and rng.random() < odds:
            last.append(row)
        else:
            out.append([row])
    return out


def wrap(rows, rng):
    """Caption lines of about 6 to 14 words, cut anywhere; a line may hold two voices."""
    out, line, room = [], [], rng.randint(6, 14)
    for l, n, s, t in rows:
        words = t.split()
        while words:
            part, words = words[:room], words[room:]
            line.append([l, n, s, " ".join(part)])
            room -= len(part)
            if room <= 0:
                out.append(line)
                line, room = [], rng.randint(6, 14)
    return out + ([line] if line else [])


def whole(rows):
    return [[r] for r in rows]


def assemble(name, doc, lines, speakers, marked, roles):
    """A document: utterances, class of each, pairs."""
    numbers, said, classes, pairs = {}, [], [], {}
    for at, parts in enumerate(lines):
        long = max(parts, key=lambda r: len(r[3]))
        text = " ".join(p[3] for p in parts)
        s = long[2] if speakers else None
        said.append({"text": text if marked else spoken(text),
                     "speaker": None if s is None else numbers.setdefault(s, len(numbers)),
                     "role": doc["roles"].get(s) if roles and s else None})
        classes.append(LETTERS[long[0]])
        asked = {n for l, n, _, _ in parts if l == "q"}
        for n in asked:
            pairs.setdefault(n, [[], []])[0].append(at)
        for n in {n for l, n, _, _ in parts if l == "a"} - asked:
            if not any(m > n for m in asked):
                pairs.setdefault(n, [[], []])[1].append(at)
    gold = []
    for n in sorted(pairs):
        q, a = pairs[n]
        a = [i for i in a if not q or i > q[-1]]
        if q and a:
            gold.append([q[0], q[-1], a[0], a[-1]])
    return {"name": name, "script": doc["name"], "kind": doc["kind"], "said": said, "classes": classes, "pairs": gold}


# A script of so many lines is as long as a real event, and needs no foreign passages.
LONG = 150


def variants(doc, same, pool, seed):
    """The script as it stands, and as others would hear it."""
    rng = random.Random(f"{seed} {doc['name']}")
    rows, n = tidy(doc["rows"]), doc["name"]
    voiced = any(r[2] for r in rows)

    def event():
        some = thin(rows, rng, rng.choice([0.3, 0.6, 0.8])) if rng.random() < 0.35 else rows
        if len(rows) >= LONG:
            return some
        some = stretch(some, pool, rng, rng.choice([0, 0.3, 0.7]))
        return precede(doc, some, same, rng) if rng.random() < 0.5 else some

    documents = [
        assemble(n, doc, whole(rows), True, True, False),
        assemble(n + "-joined", doc, join(event(), rng, 0.35), False, True, False),
        assemble(n + "-raw", doc, wrap(event(), rng), False, False, False),
    ]
    if voiced:
        documents += [
            assemble(n + "-silent", doc, whole(rows), False, True, False),
            assemble(n + "-plain", doc, join(event(), rng, 0.1), True, False, False),
        ]
    if len(rows) < LONG:
        documents += [
            assemble(n + "-long", doc, join(event(), rng, 0.12), True, True, rng.random() < 0.3),
            assemble(n + "-dense", doc, whole(stretch(rows, pool, rng, 0.3)), False, True, False),
        ]
    elif voiced:
        documents.append(assemble(n + "-long", doc, join(event(), rng, 0.12), True, True, rng.random() < 0.5))
    return documents
