#!/usr/bin/env python3
"""Write src/draft/names/given.txt: given names, one a line, sorted.

usage: given_names.py dist.female.first dist.male.first WORDS.pickle -o given.txt

The first two files are those of the U.S. Census of 1990 (in the Python package names 0.3.0); WORDS.pickle is a list of English
words that keeps their capitals (web2 in the package english-words 2.0.2): a name that is a word too is left out.
"""
import argparse, io, pickle

# Words that the list of English words lacks or has with a capital alone.
NOT = "an can do in la le so son shay may june april august sunday thu see my van love dee hai man long numbers hang miles asia".split()


class Plain(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) == ("builtins", "set"):
            return set
        raise ValueError(f"{module}.{name} is no plain data")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("census", nargs=2)
    arguments.add_argument("words")
    arguments.add_argument("-o", "--out", required=True)
    given = arguments.parse_args()
    words = Plain(io.BytesIO(open(given.words, "rb").read())).load()
    names = {line.split()[0].lower() for path in given.census for line in open(path) if line.strip()}
    names = {name for name in names if len(name) > 2 and name.isalpha() and name not in words} - set(NOT)
    with open(given.out, "w", encoding="ascii") as out:
        out.writelines(f"{name}\n" for name in sorted(names))
    print(f"{len(names)} names")


main()
