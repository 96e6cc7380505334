"""Labelled injections: held-out items, any number and separator, put into a clean text, with their place remembered."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.demo.site.seeds import seed_text
from tests.crawler.detect.held_out import BY_TRADE

SEPARATORS = ("|", "| ", "_", "-", ",", "，", " ", "\n", "")
PLACES = ("head", "middle", "tail")
COUNTS = (1, 2, 3, 4, 6, 10, 20, 40)
CARRIERS = ("huzhou-article", "qingdao-interview")


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """A text with a block in it: `start` and `end` are the block's place."""

    text: str
    start: int
    end: int
    trade: str
    count: int
    separator: str
    place: str


def injections(trade: str, counts: tuple[int, ...] = COUNTS, each: int = 1, seed: int = 7) -> Iterator[Injected]:
    """Every count × separator × place, `each` times, with other items each time; the same for the same seed."""
    chance = random.Random(f"{seed} {trade}")
    carriers = [seed_text(name) for name in CARRIERS]
    for count in counts:
        for separator in SEPARATORS:
            for place in PLACES:
                for _ in range(each):
                    items = [chance.choice(BY_TRADE[trade]) for _ in range(count)]
                    yield put(separator.join(items), chance.choice(carriers), place, trade, count, separator, chance)


def put(
    block: str, carrier: str, place: str, trade: str, count: int, separator: str, chance: random.Random
) -> Injected:
    """A block on a line of its own in a carrier."""
    lines = carrier.splitlines()
    at = {"head": 0, "tail": len(lines), "middle": chance.randrange(1, max(len(lines), 2))}[place]
    before = "".join(f"{line}\n" for line in lines[:at])
    text = before + block + "".join(f"\n{line}" for line in lines[at:])
    start, end = len(before), len(before) + len(block)
    return Injected(text=text, start=start, end=end, trade=trade, count=count, separator=separator, place=place)
