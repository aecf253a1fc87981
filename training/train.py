#!/usr/bin/env python3
"""Learns src/qa/words.json and src/qa/trees.json from labelled scripts. numpy only; see README.md.

usage: train.py [--scripts DIR] [--run COMMAND] [--seed N]
"""
import argparse
import json
import os
import subprocess
import time

import numpy as np

import scripts

WORK = "target/qa-training"
MARKS = ["question", "question start", "answer", "answer start", "answer end", "hand-over", "unanswered"]


# ---- words: softmax regression -------------------------------------------------------------------------------------

class Grams:
    """Rows of word numbers, one behind the other."""

    def __init__(self, rows):
        rows = [r or [0] for r in rows]
        self.flat = np.array([x for r in rows for x in r], np.int32)
        self.size = np.array([len(r) for r in rows])
        self.start = np.concatenate([[0], self.size.cumsum()[:-1]])

    def logits(self, w, b):
        return np.add.reduceat(w[self.flat], self.start, axis=0) + b


def softmax(z):
    p = np.exp(z - z.max(1, keepdims=True))
    return (p / p.sum(1, keepdims=True)).astype(np.float32)


def learn_words(rows, classes, size, decay, rounds=60, rate=0.15):
    """Weights (size, classes) and biases of a softmax regression; Adam on the whole of the data."""
    grams = Grams(rows)
    k, n = len(scripts.CLASSES), len(classes)
    want = np.eye(k, dtype=np.float32)[classes]
    w, m, v = (np.zeros((size + 1, k), np.float32) for _ in range(3))
    for step in range(1, rounds + 1):
        d = (softmax(grams.logits(w[:size], w[size])) - want) / n
        spread = np.repeat(d, grams.size, axis=0)
        grad = np.zeros_like(w)
        for c in range(k):
            grad[:size, c] = np.bincount(grams.flat, spread[:, c], size)
        grad[:size] += decay * w[:size]
        grad[size] = d.sum(0)
        m += 0.1 * (grad - m)
        v += 0.01 * (grad * grad - v)
        w -= rate * (m / (1 - 0.9 ** step)) / (np.sqrt(v / (1 - 0.99 ** step)) + 1e-8)
    return w[:size], w[size]


# ---- trees: gradient boosting with symmetric trees -----------------------------------------------------------------

class Bins:
    def __init__(self, x, count=32):
        self.edges = []
        for c in range(x.shape[1]):
            values = np.unique(x[:, c])
            if len(values) > count:
                values = np.unique(np.quantile(x[:, c], np.linspace(0, 1, count + 1)))
            self.edges.append(((values[1:] + values[:-1]) / 2).astype(np.float32))

    def __call__(self, x):
        out = np.zeros(x.shape, np.uint8)
        for c, edges in enumerate(self.edges):
            out[:, c] = np.searchsorted(edges, x[:, c], side="left")
        return out


def boost(xb, y, bins, weight=None, trees=60, depth=4, rate=0.16, rows=0.35, columns=0.25, calm=8.0, seed=0):
    """Symmetric trees on the logistic loss; leaf values in thousandths."""
    rng = np.random.default_rng(seed)
    n, f = xb.shape
    width = 33
    weight = np.ones(n) if weight is None else weight
    mean = float((y * weight).sum() / weight.sum())
    mean = min(max(mean, 1e-4), 1 - 1e-4)
    bias = float(np.log(mean / (1 - mean)))
    z = np.full(n, bias)
    usable = np.array([c for c in range(f) if len(bins.edges[c])])
    model = []
    for _ in range(trees):
        pick = np.flatnonzero(rng.random(n) < rows)
        cols = np.sort(rng.choice(usable, max(1, int(columns * len(usable))), replace=False))
        p = 1 / (1 + np.exp(-z[pick]))
        g = (y[pick] - p) * weight[pick]
        h = np.maximum(p * (1 - p), 1e-6) * weight[pick]
        part = xb[np.ix_(pick, cols)].astype(np.int32)
        base = part + np.arange(len(cols), dtype=np.int32) * width
        leaf = np.zeros(len(pick), np.int32)
        chosen, cuts = [], []
        gr, hr = np.repeat(g, len(cols)), np.repeat(h, len(cols))
        for level in range(depth):
            size = (1 << level) * len(cols) * width
            index = (base + (leaf * (len(cols) * width))[:, None]).ravel()
            shape = (1 << level, len(cols), width)
            gs = np.bincount(index, gr, size).reshape(shape).cumsum(2)
            hs = np.bincount(index, hr, size).reshape(shape).cumsum(2)
            gt, ht = gs[:, :, -1:], hs[:, :, -1:]
            gain = (gs ** 2 / (hs + calm) + (gt - gs) ** 2 / (ht - hs + calm)).sum(0)
            for j, c in enumerate(cols):
                gain[j, len(bins.edges[c]):] = -1
            j, cut = np.unravel_index(np.argmax(gain), gain.shape)
            chosen.append(int(cols[j]))
            cuts.append(int(cut))
            leaf = leaf * 2 + (part[:, j] > cut)
        size = 1 << depth
        gs, hs = np.bincount(leaf, g, size), np.bincount(leaf, h, size)
        values = np.rint(1000 * rate * gs / (hs + calm)).astype(int)
        everywhere = np.zeros(n, np.int32)
        for c, cut in zip(chosen, cuts):
            everywhere = everywhere * 2 + (xb[:, c] > cut)
        z += values[everywhere] / 1000
        model.append((chosen, cuts, values))
    return bias, model


def apply(model, xb):
    bias, trees = model
    z = np.zeros(len(xb))
    for chosen, cuts, values in trees:
        leaf = np.zeros(len(xb), np.int32)
        for c, cut in zip(chosen, cuts):
            leaf = leaf * 2 + (xb[:, c] > cut)
        z += values[leaf]
    return (1 / (1 + np.exp(-(bias + z / 1000)))).astype(np.float32)


def mean(models):
    """One ensemble that says the mean log-odds of several."""
    k = len(models)
    return sum(m[0] for m in models) / k, [(c, cuts, np.rint(v / k)) for m in models for c, cuts, v in m[1]]


def export(model, bins):
    bias, trees = model
    return {"bias": round(bias, 4), "trees": [
        {"c": c, "t": [round(float(bins.edges[i][k]), 5) for i, k in zip(c, cuts)], "v": [int(x) for x in v]}
        for c, cuts, v in trees]}


# ---- pairs ---------------------------------------------------------------------------------------------------------

def iou(a, b, c, d):
    inter = min(b, d) - max(a, c) + 1
    return max(0, inter) / (b - a + 1 + d - c + 1 - max(0, inter))


def quality(place, gold):
    """How well a candidate fits its best gold pair; 0 where they don't match."""
    best = 0.0
    for q0, q1, a0, a1 in gold:
        q, a = iou(place[0], place[1], q0, q1), iou(place[2], place[3], a0, a1)
        if (q >= 0.5 or abs(place[0] - q0) <= 1) and a >= 0.5:
            best = max(best, 0.4 + 0.25 * q + 0.35 * a)
    return best


def worth(place, gold):
    """What a candidate shall be rated at: its quality, and little when it swallows a second pair."""
    inside = sum(place[0] <= g[0] and g[2] <= place[3] for g in gold)
    return quality(place, gold) * (0.3 if inside > 1 else 1)


def choose(places, odds, least, n):
    ends = [[] for _ in range(n)]
    for k in np.flatnonzero(odds > least):
        ends[places[k][3]].append(k)
    best, took = [0.0] * (n + 1), [None] * (n + 1)
    for e in range(n):
        best[e + 1] = best[e]
        for k in ends[e]:
            s = best[places[k][0]] + odds[k] - least
            if s > best[e + 1]:
                best[e + 1], took[e + 1] = s, k
    out, at = [], n
    while at > 0:
        if took[at] is None:
            at -= 1
        else:
            out.append(places[took[at]])
            at = places[took[at]][0]
    return out[::-1]


def hits(chosen, gold):
    """True positives (greedy in order; both lists don't overlap)."""
    used, tp = set(), 0
    for p in chosen:
        for j, g in enumerate(gold):
            if j not in used and quality(p, [g]) > 0:
                used.add(j)
                tp += 1
                break
    return tp


def report(docs, picks, only):
    tp = fp = fn = false = 0
    for d, c in zip(docs, picks):
        if not only(d):
            continue
        t = hits(c, d["pairs"])
        tp, fn = tp + t, fn + len(d["pairs"]) - t
        fp += len(c) - t
        false += 0 if d["pairs"] else len(c)
    return 2 * tp / max(1, 2 * tp + fp + fn), tp / max(1, tp + fp), tp / max(1, tp + fn), false


# ---- the order -----------------------------------------------------------------------------------------------------

def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--scripts", default="fixtures/qa-scripts")
    ap.add_argument("--run", default="cargo run --release --features training --example training --")
    ap.add_argument("--seed", type=int, default=7)
    ap.add_argument("--out", default="src/qa")
    o = ap.parse_args()
    began = time.time()
    os.makedirs(WORK, exist_ok=True)

    def say(*text):
        print(f"{time.time() - began:6.0f} s ", *text, flush=True)

    def step(name):
        subprocess.run(o.run.split() + [name], check=True)

    known = scripts.load(o.scripts)
    learn = [d for d in known if not scripts.kept_aside(d["name"])]
    fold_of = {d["name"]: k % scripts.FOLDS for k, d in enumerate(learn)}
    docs = []
    for k in range(scripts.FOLDS):
        same = [d for d in learn if fold_of[d["name"]] == k]
        pool = scripts.passages(same)
        for d in same:
            docs += scripts.variants(d, same, pool, o.seed)
    say(len(learn), "scripts,", len(docs), "documents,", sum(len(d["said"]) for d in docs), "sentences")
    with open(f"{WORK}/documents.jsonl", "w", encoding="utf-8") as out:
        for d in docs:
            out.write(json.dumps(d["said"], ensure_ascii=False) + "\n")
    counts = np.array([len(d["said"]) for d in docs])
    starts = np.concatenate([[0], counts.cumsum()])
    fold = np.repeat([fold_of[d["script"]] for d in docs], counts)
    script = np.repeat([list(fold_of).index(d["script"]) for d in docs], counts)
    classes = np.concatenate([d["classes"] for d in docs])

    # Words.
    step("words")
    grams = [json.loads(l) for l in open(f"{WORK}/grams.jsonl", encoding="utf-8")]
    where = {}
    for g, s in zip(grams, script):
        for x in g:
            where.setdefault(x, set()).add(s)
    names = sorted(x for x, s in where.items() if len(s) >= 10)
    ids = {x: i for i, x in enumerate(names)}
    rows = [[ids[x] for x in g if x in ids] for g in grams]
    say(len(names), "words and pairs")
    tails = np.repeat([d["name"][len(d["script"]):] for d in docs], counts)
    fresh, seen = [], set()
    for at, d in enumerate(u["text"] for d in docs for u in d["said"]):
        if tails[at] in ("", "-raw", "-joined", "-plain") and (d, script[at]) not in seen:
            seen.add((d, script[at]))
            fresh.append(at)
    fresh = np.array(fresh)
    p = np.zeros((len(grams), len(scripts.CLASSES)), np.float32)
    learned = []
    for k in range(scripts.FOLDS):
        use = fresh[fold[fresh] != k]
        w, b = learn_words([rows[i] for i in use], classes[use], len(names), 3e-5)
        learned.append((w, b))
        unseen = np.flatnonzero(fold == k)
        p[unseen] = softmax(Grams([rows[i] for i in unseen]).logits(w, b))
    w, b = (np.mean([part[i] for part in learned], axis=0) for i in (0, 1))
    say("class right, unseen: %.3f" % (p.argmax(1) == classes).mean())
    rounded = np.rint(w * 100).astype(int)
    with open(f"{o.out}/words.json", "w", encoding="utf-8") as out:
        out.write('{"bias":%s,"words":{\n' % json.dumps([int(x) for x in np.rint(b * 100)], separators=(",", ":")))
        rows = [f"{json.dumps(n, ensure_ascii=False)}:{json.dumps([int(x) for x in r], separators=(',', ':'))}"
                for n, r in zip(names, rounded) if np.abs(r).max() > 9]
        out.write(",\n".join(rows) + "\n}}\n")
    p.tofile(f"{WORK}/shares.bin")

    # Sentences.
    step("sentences")
    x = np.fromfile(f"{WORK}/sentences.bin", np.float32).reshape(len(grams), -1)
    y = np.zeros((len(grams), len(MARKS)), np.float32)
    for d, s in zip(docs, starts):
        for q0, q1, a0, a1 in d["pairs"]:
            y[s + q0 : s + q1 + 1, 0] = 1
            y[s + q0, 1] = 1
            y[s + a0 : s + a1 + 1, 2] = 1
            y[s + a0, 3] = 1
            y[s + a1, 4] = 1
    y[:, 5] = classes == 2
    y[:, 6] = classes == 9

    def learn_marks(x, seed):
        """Marks of documents that the trees never saw, and the mean of the folds' trees for new documents."""
        bins = Bins(x)
        xb = bins(x)
        marks, ensembles = np.zeros((len(grams), len(MARKS)), np.float32), []
        for m, name in enumerate(MARKS):
            models = []
            for k in range(scripts.FOLDS):
                models.append(boost(xb[fold != k], y[fold != k, m], bins, seed=seed + k))
                marks[fold == k, m] = apply(models[k], xb[fold == k])
            ensembles.append(export(mean(models), bins))
            loss = -(y[:, m] * np.log(marks[:, m] + 1e-6) + (1 - y[:, m]) * np.log(1 - marks[:, m] + 1e-6)).mean()
            best = max(2 * ((marks[:, m] > t) * y[:, m]).sum() / ((marks[:, m] > t).sum() + y[:, m].sum())
                       for t in np.arange(0.2, 0.7, 0.05))
            say("%-15s loss %.4f, best F1 of sentences %.3f" % (name, loss, best))
        return marks, ensembles

    marks, ensembles = learn_marks(x, 0)
    marks.tofile(f"{WORK}/marks.bin")
    step("context")
    context = np.fromfile(f"{WORK}/context.bin", np.float32).reshape(len(grams), -1)
    marks, again = learn_marks(np.hstack([x, context]), 1000)
    marks.tofile(f"{WORK}/marks.bin")

    # Pairs.
    step("pairs")
    places = np.fromfile(f"{WORK}/places.bin", np.float32).astype(int).reshape(-1, 5)
    x = np.fromfile(f"{WORK}/pairs.bin", np.float32).reshape(len(places), -1)
    y = np.array([worth(r[1:], docs[r[0]]["pairs"]) for r in places], np.float32)
    reach = [set() for _ in docs]
    for r, v in zip(places, y):
        if v > 0:
            reach[r[0]].add(max(range(len(docs[r[0]]["pairs"])), key=lambda j: quality(r[1:], [docs[r[0]]["pairs"][j]])))
    say(len(places), "candidates; reach %.3f" % (sum(map(len, reach)) / sum(len(d["pairs"]) for d in docs)))
    bins = Bins(x)
    xb = bins(x)
    pair_fold = np.array([fold_of[docs[i]["script"]] for i in places[:, 0]])
    per = np.bincount(places[:, 0], minlength=len(docs))
    weight = 1 / np.sqrt(per[places[:, 0]] / np.maximum(1, np.mean(per)))
    odds = np.zeros(len(places), np.float32)
    for k in range(scripts.FOLDS):
        model = boost(xb[pair_fold != k], y[pair_fold != k], bins, weight[pair_fold != k], trees=150, depth=5, rate=0.1, rows=0.25, calm=15, seed=k)
        odds[pair_fold == k] = apply(model, xb[pair_fold == k])
    cut = np.searchsorted(places[:, 0], np.arange(len(docs) + 1))
    scored = []
    for least in np.arange(0.1, 0.5, 0.025):
        picks = [choose([tuple(r[1:]) for r in places[cut[i]:cut[i + 1]]], odds[cut[i]:cut[i + 1]], least, counts[i])
                 for i in range(len(docs))]
        scored.append((report(docs, picks, lambda d: True), least, picks))
    (_, least, picks) = max(scored, key=lambda s: s[0][0])
    for tail in ["", "-silent", "-long", "-joined", "-plain", "-dense", "-full", "-raw"]:
        r = report(docs, picks, lambda d: d["name"] == d["script"] + tail)
        say("%-8s F1 %.3f  P %.3f  R %.3f  false on negatives %d" % (tail or "whole", *r))
    say("least %.3f: all F1 %.3f" % (least, report(docs, picks, lambda d: True)[0]))
    pair = export(boost(xb, y, bins, weight, trees=150, depth=5, rate=0.1, rows=0.25, calm=15, seed=99), bins)
    with open(f"{o.out}/trees.json", "w") as out:
        dump = lambda e: '{"bias":%s,"trees":[\n%s]}' % (e["bias"], ",\n".join(json.dumps(t, separators=(",", ":")) for t in e["trees"]))
        out.write('{"least":%.3f,"marks":[\n%s],\n"again":[\n%s],\n"pair":%s}\n'
                  % (least, ",\n".join(map(dump, ensembles)), ",\n".join(map(dump, again)), dump(pair)))
    say("written")


if __name__ == "__main__":
    main()
