#!/usr/bin/env python3
"""How long `spinetime sync` takes besides the network: a listing of 500 videos, 480 of them in the library.

    python3 bench/sync.py [--videos 500] [--new 20] [--runs 10]

Makes a library in a temporary folder and a program in yt-dlp's place that prints the listing at once; runs
`target/release/spinetime sync --dry-run`, and prints the seconds of each run and the same for `spinetime --version`.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--videos", type=int, default=500)
    options.add_argument("--new", type=int, default=20)
    options.add_argument("--runs", type=int, default=10)
    options.add_argument("--spinetime", default="target/release/spinetime")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = make(chosen, folder)
        program = [chosen.spinetime, "--library", library]
        out = subprocess.run([*program, "sync", "--dry-run"], check=True, capture_output=True, text=True).stdout
        print(f"{len(out.splitlines())} new of {chosen.videos}")
        for name, command in {"sync --dry-run": [*program, "sync", "--dry-run"],
                              "--version": [*program, "--version"]}.items():
            seconds = [timed(command) for _ in range(chosen.runs)]
            print(f"{name}: {statistics.median(seconds):.3f} s ({min(seconds):.3f} to {max(seconds):.3f})")


def make(chosen, folder):
    """A library that has all but the newest videos; returns its folder."""
    library = os.path.join(folder, "library")
    subprocess.run([chosen.spinetime, "--quiet", "--library", library, "init"], check=True, stdout=subprocess.DEVNULL)
    listing = [{"id": f"SpineTm{n:04}", "title": f"Spine Time {n}"} for n in range(chosen.videos)]
    program = os.path.join(folder, "yt-dlp")
    with open(os.path.join(folder, "list.json"), "w") as file:
        json.dump({"_type": "playlist", "id": "UCabcdefghijklmnopqrstuv", "entries": listing}, file)
    with open(program, "w") as file:
        file.write(f"#!/bin/sh\nexec cat '{folder}/list.json'\n")
    os.chmod(program, 0o755)
    with open(os.path.join(library, "spinetime.toml"), "w") as file:
        file.write(f"[download]\nyt_dlp = \"{program}\"\n[sync]\nsources = [\"@OurSpineCentre\"]\n")
    for video in listing[chosen.new:]:
        episode = os.path.join(library, "episodes", video["id"].lower())
        os.makedirs(episode)
        source = {"format": 1, "key": "0" * 64, "file": "recording.m4a", "sha256": "0" * 64, "bytes": 1,
                  "source": {"address": f"https://www.youtube.com/watch?v={video['id']}"},
                  "published": {"id": video["id"], "title": video["title"], "description": "x" * 2000}}
        for name, text in {"source.json": json.dumps(source), "entries.json": "{}",
                           "episode.toml": f"youtube = \"{video['id']}\"\n"}.items():
            with open(os.path.join(episode, name), "w") as file:
                file.write(text)
    return library


def timed(command):
    started = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - started


if __name__ == "__main__":
    main()
