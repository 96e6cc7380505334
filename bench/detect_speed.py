"""How long the detectors take: each by itself, and all together as a visit runs them.

Every measure is made on a page that no detector has seen: what one finds out, those behind it are spared, in the
order in which they run. Decoding and extraction are done before and are not counted.
"""

from __future__ import annotations

import gc
import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from time import perf_counter

from bench.pages import Labelled
from crawler.decode import Document, decode_bytes, decode_text
from crawler.detect import DETECTORS, MAX_OF_A_KIND, Case, detect
from crawler.extract import extract, visible_text
from crawler.model import Article

# The rows that are not one detector's.
TOGETHER, OTHERS = "all together", "all but spam_block"
# Pages are measured against so many characters of markup or text, as served; a shorter page as if it had so many.
UNIT = 10_000
# Lines of the file: row → what is measured → the microseconds that it must not be above.
CEILINGS = Path(__file__).with_name("detect_ceilings.json")
MEASURES = ("median a page", "p99 a page", "median for 10,000", "p99 for 10,000")


@dataclass(frozen=True, slots=True)
class Speed:
    """Microseconds of one row of the table, by measure."""

    name: str
    microseconds: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Page:
    document: Document
    article: Article
    text: str

    def case(self) -> Case:
        """The page as nobody has seen it yet, its outline read as extraction leaves it."""
        document = replace(self.document)
        visible_text(document)
        return Case(document=document, article=self.article, page_text=self.text)


def speeds(labelled: Sequence[Labelled], *, repetitions: int) -> list[Speed]:
    """The rows in the order in which the detectors run; of each page the best of the repetitions counts."""
    pages = [_page(one) for one in labelled]
    together: list[list[float]] = [[] for _ in pages]
    each: dict[str, list[list[float]]] = {_name(one): [[] for _ in pages] for one in DETECTORS}
    for page in pages:
        # Tables are read when they are first needed: off the clock.
        detect(page.case())
    gc.collect()
    # Once through all pages at a time: of the last pages read some things are remembered.
    for _ in range(repetitions):
        for page, took in zip(pages, together, strict=True):
            case = page.case()
            took.append(_microseconds(lambda case=case: detect(case)))  # type: ignore[misc]
        for number, page in enumerate(pages):
            case = page.case()
            for one in DETECTORS:
                whole = _microseconds(lambda one=one, case=case: list(islice(one(case), MAX_OF_A_KIND)))  # type: ignore[misc]
                each[_name(one)][number].append(whole)
    best = {name: [min(took) for took in by_page] for name, by_page in each.items()}
    rows = {TOGETHER: [min(took) for took in together], OTHERS: _summed(best, without="spam_block"), **best}
    sizes = [len(page.document.text) for page in pages]
    return [Speed(name, _measured(took, sizes)) for name, took in rows.items()]


def _name(detector: Callable[..., object]) -> str:
    return detector.__module__.rpartition(".")[2]


def _page(labelled: Labelled) -> _Page:
    if labelled.raw is None:
        document = decode_text(labelled.text, url=labelled.url)
    else:
        document = decode_bytes(labelled.raw, url=labelled.url)
    return _Page(document, extract(document), visible_text(document))


def _microseconds(run: Callable[[], object]) -> float:
    begun = perf_counter()
    run()
    return (perf_counter() - begun) * 1e6


def _summed(best: Mapping[str, Sequence[float]], *, without: str) -> list[float]:
    return [sum(took) for took in zip(*(took for name, took in best.items() if name != without), strict=True)]


def _measured(took: Sequence[float], sizes: Sequence[int]) -> dict[str, float]:
    per_unit = [one * UNIT / max(size, UNIT) for one, size in zip(took, sizes, strict=True)]
    values = (statistics.median(took), _p99(took), statistics.median(per_unit), _p99(per_unit))
    return dict(zip(MEASURES, (round(value, 1) for value in values), strict=True))


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[min(int(0.99 * len(values)), len(values) - 1)]


def ceilings() -> dict[str, dict[str, float]]:
    """What must not be exceeded, row by row."""
    found: dict[str, dict[str, float]] = json.loads(CEILINGS.read_text("utf-8"))
    return found


def table(rows: Sequence[Speed], *, compare: bool) -> str:
    """The table, and under it each ceiling with what was measured, where the pages are those that it was set on."""
    lines = [f"{'µs, one core':20}" + "".join(f"{measure:>20}" for measure in MEASURES)]
    lines += [f"{row.name:20}" + "".join(f"{row.microseconds[one]:>20}" for one in MEASURES) for row in rows]
    lines += [
        "",
        f"for 10,000: of the page's characters as served, tags and all; pages under {UNIT:,} count as so many",
    ]
    if not compare:
        return "\n".join([*lines, "measured on the bundled demo site only: not compared with the ceilings"])
    by_name = {row.name: row.microseconds for row in rows}
    for name, limits in ceilings().items():
        for measure, most in limits.items():
            took = by_name[name][measure]
            verdict = "holds" if took <= most else "IS EXCEEDED"
            lines.append(f"ceiling {verdict}: {name}, {measure}: {took} of {most} µs")
    return "\n".join(lines)
