#!/usr/bin/env python3
"""Learns src/qa/words.json, src/qa/acts.bin and src/qa/trees.json from labelled scripts; see README.md.

usage: train.py [--scripts DIR] [--run COMMAND] [--seed N]
"""
import argparse
import json
import multiprocessing
import os

# One thread a process: several wait for each other on a busy machine.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import subprocess
import time

import lightgbm as lgb
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


def learn_words(rows, classes, size, decay, rounds=60, rate=0.05):
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


# ---- acts: a small network over embeddings --------------------------------------------------------------------------

DIRECTIONS, NEAR, HIDDEN = 128, 3, 192


def project(embeddings, use):
    """The center and main directions of the embeddings in use, scaled alike, and all embeddings along them."""
    center = embeddings[use].mean(0)
    spread = embeddings[use].std(0) + 1e-6
    _, _, directions = np.linalg.svd((embeddings[use] - center)[::4] / spread, full_matrices=False)
    directions = directions[:DIRECTIONS] / spread
    along = (embeddings - center) @ directions.T
    scale = along[use].std(0).mean()
    return center, (directions / scale).astype(np.float32), (along / scale).astype(np.float32)


def windows(along, texts, document, at):
    """For each sentence in `at` the projections of those around it in its document, one behind the other."""
    out = np.zeros((len(at), (2 * NEAR + 1) * DIRECTIONS), np.float32)
    for k, offset in enumerate(range(-NEAR, NEAR + 1)):
        near = at + offset
        inside = (near >= 0) & (near < len(texts))
        inside[inside] &= document[near[inside]] == document[at[inside]]
        out[inside, k * DIRECTIONS : (k + 1) * DIRECTIONS] = along[texts[near[inside]]]
    return out


def outputs(x, weights):
    """Logits of classes and marks."""
    a, b, c, d = weights
    return np.maximum(x @ a + b, 0) @ c + d


def probabilities(z):
    k = len(scripts.CLASSES)
    return np.hstack([softmax(z[:, :k]), 1 / (1 + np.exp(-z[:, k:]))]).astype(np.float32)


def learn_acts(job):
    """The network's weights, without what lies in fold `k`: one hidden layer, cross entropy of classes and marks, Adam with
    decay to 0, drop-out (Srivastava et al. 2014) of a tenth of the inputs and half of the hidden units."""
    k, rounds, rate, seed = job
    along, texts, document, fold, fresh, targets = GIVEN
    rng = np.random.default_rng(seed)
    use = fresh[fold[fresh] != k]
    inputs, n = (2 * NEAR + 1) * DIRECTIONS, targets.shape[1]
    shapes = [(inputs, HIDDEN), (HIDDEN,), (HIDDEN, n), (n,)]
    weights = [rng.normal(0, s[0] ** -0.5, s).astype(np.float32) if len(s) > 1 else np.zeros(s, np.float32) for s in shapes]
    m, v = ([np.zeros_like(w) for w in weights] for _ in range(2))
    batches = rounds * (len(use) // 256)
    step = 0
    while step < batches:
        order = rng.permutation(use)
        for at in range(0, len(order) - 255, 256):
            part = order[at : at + 256]
            x = windows(along, texts, document, part)
            x *= (rng.random(x.shape, np.float32) > 0.1) / np.float32(0.9)
            keep = (rng.random((len(part), HIDDEN), np.float32) > 0.5) * np.float32(2)
            a, b, c, d = weights
            hidden = np.maximum(x @ a + b, 0) * keep
            off = (probabilities(hidden @ c + d) - targets[part]) / len(part)
            back = (off @ c.T) * keep * (hidden > 0)
            slopes = [x.T @ back, back.sum(0), hidden.T @ off, off.sum(0)]
            step += 1
            for w, g, m_, v_ in zip(weights, slopes, m, v):
                m_ += 0.1 * (g - m_)
                v_ += 0.01 * (g * g - v_)
                w -= rate * max(0.0, 1 - step / batches) * (m_ / (1 - 0.9 ** step)) / (np.sqrt(v_ / (1 - 0.99 ** step)) + 1e-8)
    unseen = np.flatnonzero(fold == k)
    seen = [probabilities(outputs(windows(along, texts, document, part), weights))
            for part in np.array_split(unseen, max(1, len(unseen) // 20000))]
    return weights, np.concatenate(seen) if len(unseen) else None


# ---- trees: gradient boosting --------------------------------------------------------------------------------------

# Leaves of a tree, rate, and so on; `calm` regularises a leaf's value. The same for all marks.
SENTENCES = {"trees": 100, "leaves": 16, "rate": 0.07, "least": 40, "calm": 20}
PAIRS = {"trees": 260, "leaves": 24, "rate": 0.05, "least": 60, "calm": 20}


def boost(x, y, o, weight=None, seed=0):
    """Trees on the logistic loss: LightGBM (Ke et al. 2017); targets may lie between 0 and 1."""
    parameters = {
        "objective": "cross_entropy", "num_leaves": o["leaves"], "learning_rate": o["rate"],
        "min_data_in_leaf": o["least"], "lambda_l2": o["calm"], "feature_fraction": 0.3, "bagging_fraction": 0.5,
        "bagging_freq": 1, "max_bin": 63, "seed": seed, "deterministic": True, "force_row_wise": True,
        "num_threads": 1, "verbose": -1,
    }
    data = lgb.Dataset(x, y, weight=weight, params={"max_bin": 63, "verbose": -1}, free_raw_data=False)
    return lgb.train(parameters, data, o["trees"])


def apply(model, x):
    return model.predict(x, num_threads=1).astype(np.float32)


def learn(job):
    """A model of what lies outside a fold, as text, and what it says of the fold. `GIVEN` holds the data: a process of
    the pool has it from its parent. One thread each: several wait for each other on a busy machine."""
    m, k, o, seed = job
    x, y, fold, weight = GIVEN
    model = boost(x[fold != k], y[fold != k, m], o, weight[fold != k], seed)
    return model.model_to_string(), apply(model, x[fold == k])


def learn_all(x, y, fold, weight, o, seed):
    """Marks of what the trees never saw, a column for each of y's, and the mean of the folds' trees for what is new."""
    global GIVEN
    GIVEN = (x, y, fold, weight)
    jobs = [(m, k, o, seed + k) for m in range(y.shape[1]) for k in range(scripts.FOLDS)]
    with multiprocessing.get_context("fork").Pool() as pool:
        done = pool.map(learn, jobs, chunksize=1)
    marks, ensembles = np.zeros(y.shape, np.float32), []
    for m in range(y.shape[1]):
        part = done[m * scripts.FOLDS : (m + 1) * scripts.FOLDS]
        for k, (_, seen) in enumerate(part):
            marks[fold == k, m] = seen
        ensembles.append(export([text for text, _ in part]))
    return marks, ensembles


def export(models):
    """One ensemble that says the mean log-odds of several: for each tree the columns asked, the thresholds (at most goes
    left), both children (from 0; a leaf is -1 - its number), and the leaves in ten-thousandths."""
    trees = []
    for text in models:
        for block in text.split("Tree=")[1:]:
            at = dict(line.split("=", 1) for line in block.split("\n") if "=" in line)
            numbers = lambda key, kind: [kind(v) for v in at.get(key, "").split()]
            leaves = [round(v / len(models) * 10000) for v in numbers("leaf_value", float)]
            thresholds = [float("%.6g" % v) if abs(v) > 1e-30 else 0.0 for v in numbers("threshold", float)]
            trees.append({"c": numbers("split_feature", int), "t": thresholds, "l": numbers("left_child", int),
                          "r": numbers("right_child", int), "v": leaves})
    return {"bias": 0, "trees": trees}


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
    names = sorted(x for x, s in where.items() if len(s) >= 8)
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
        w, b = learn_words([rows[i] for i in use], classes[use], len(names), 3e-4)
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

    # What sentences do and mark.
    y = np.zeros((len(grams), len(MARKS)), np.float32)
    for d, s in zip(docs, starts):
        for q0, q1, a0, a1 in d["pairs"]:
            y[s + q0 : s + q1 + 1, 0] = 1
            y[s + q0, 1] = 1
            y[s + a0 : s + a1 + 1, 2] = 1
            y[s + a0, 3] = 1
            y[s + a1, 4] = 1
    # Variants of one script are not as many scripts.
    variants = {}
    for d in docs:
        variants[d["script"]] = variants.get(d["script"], 0) + 1
    sentence_weight = np.repeat([variants[d["script"]] ** -0.5 for d in docs], counts)
    y[:, 5] = classes == 2
    y[:, 6] = classes == 9

    # Acts.
    step("embed")
    embeddings = np.fromfile(f"{WORK}/act-embeddings.bin", np.float32).reshape(-1, 384)
    texts = np.fromfile(f"{WORK}/texts.bin", np.uint32)
    say(len(embeddings), "texts embedded")
    center, directions, along = project(embeddings, texts[fresh])
    targets = np.hstack([np.eye(len(scripts.CLASSES), dtype=np.float32)[classes], y])
    document = np.repeat(np.arange(len(docs)), counts)
    global GIVEN
    GIVEN = (along, texts, document, fold, fresh, targets)
    with multiprocessing.get_context("fork").Pool() as pool:
        done = pool.map(learn_acts, [(k, 4, 2e-3, k + 1) for k in list(range(scripts.FOLDS)) + [-1]], chunksize=1)
    acts = np.zeros(targets.shape, np.float32)
    for k in range(scripts.FOLDS):
        acts[fold == k] = done[k][1]
    acts.tofile(f"{WORK}/acts.bin")
    n = len(scripts.CLASSES)
    truth = acts[np.arange(len(acts)), classes]
    say("acts: class right, unseen: %.3f, log loss %.3f (words: %.3f)" % (
        (acts[:, :n].argmax(1) == classes).mean(), -np.log(truth + 1e-6).mean(),
        -np.log(p[np.arange(len(p)), classes] + 1e-6).mean()))
    a, b, c, d = done[-1][0]
    a = a.reshape(2 * NEAR + 1, DIRECTIONS, HIDDEN).transpose(0, 2, 1)
    with open(f"{o.out}/acts.bin", "wb") as out:
        for part in (center, directions, a, b, c.T, d):
            out.write(np.ascontiguousarray(part, "<f4").tobytes())

    # Sentences.
    step("sentences")
    x = np.fromfile(f"{WORK}/sentences.bin", np.float32).reshape(len(grams), -1)

    def learn_marks(x, seed):
        """Marks of documents that the trees never saw, and the mean of the folds' trees for new documents."""
        marks, ensembles = learn_all(x, y, fold, sentence_weight, SENTENCES, seed)
        for m, name in enumerate(MARKS):
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
    pair_fold = np.array([fold_of[docs[i]["script"]] for i in places[:, 0]])
    per = np.bincount(places[:, 0], minlength=len(docs))
    weight = 1 / np.sqrt(per[places[:, 0]] / np.maximum(1, np.mean(per)))
    odds, (pair,) = learn_all(x, y[:, None], pair_fold, weight, PAIRS, 99)
    odds = odds[:, 0]
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
    with open(f"{o.out}/trees.json", "w") as out:
        dump = lambda e: '{"bias":%s,"trees":[\n%s]}' % (e["bias"], ",\n".join(json.dumps(t, separators=(",", ":")) for t in e["trees"]))
        out.write('{"least":%.3f,"marks":[\n%s],\n"again":[\n%s],\n"pair":%s}\n'
                  % (least, ",\n".join(map(dump, ensembles)), ",\n".join(map(dump, again)), dump(pair)))
    say("written")


if __name__ == "__main__":
    main()
