"""Injected keyword blocks, found and falsely alarmed, beside the rules of thumb that the field uses.

Positives are the generator's injections of held-out items; clean texts are the pages that the extractors are
measured on, or the bundled demo site's. Each detector says yes or no to a text. How long the project's own detectors
take on a page is in bench/detect_speed.py.
"""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter

from bench.detect_speed import Speed, table
from bench.pages import Labelled, demo_pages, measured_pages
from crawler.decode import decode_text
from crawler.detect.case import Case
from crawler.detect.spam_block import detect
from crawler.extract import visible_text
from crawler.model import Article, Severity
from tests.crawler.detect.generator import plain_injections
from tests.crawler.detect.held_out import BY_TRADE

BANDS = ("1", "2-3", "4+")
# What block lists of content filters and web firewalls commonly hold.
_KEYWORDS = re.compile(
    "博彩|赌博|澳门|百家乐|六合彩|时时彩|娱乐城|老虎机|赌场|葡京|成人|色情|无码|人妻|一夜情|三级片|代开发票|办证|代孕|私服|外挂"
    "|迷药|枪支|黑帽|蜘蛛池|小额贷款|高仿|楼凤"
)
# Seven or more short Chinese items in one line between the usual separators.
_RUN = re.compile(r"(?:[a-zA-Z0-9\u4e00-\u9fff]{3,20} ?[|_,，-] ?){6}[\u4e00-\u9fff]{3}")
_URL = "http://www.example.gov.cn/a.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One detector: the share of positives found by number of items, alarms among the clean, median µs a text."""

    name: str
    recall: dict[str, float]
    alarms: int
    clean: int
    microseconds: float


def _ours(least: Severity) -> Callable[[str], bool]:
    def says(text: str) -> bool:
        document = decode_text(text, url=_URL, markup=False)
        case = Case(document=document, article=Article(), page_text=text)
        return any(finding.severity.rank >= least.rank for finding in detect(case))

    return says


DETECTORS: dict[str, Callable[[str], bool]] = {
    "palimpsest, any severity": _ours(Severity.LOW),
    "palimpsest, high and up": _ours(Severity.HIGH),
    "keyword list": lambda text: len(set(_KEYWORDS.findall(text))) >= 2,
    "structure": lambda text: _RUN.search(text) is not None,
}


def clean_pages(demo: bool) -> list[Labelled]:
    """The pages of the extraction benchmark, which nobody has injected anything into."""
    return demo_pages() if demo else measured_pages()


def benchmark(each: int, pages: Sequence[Labelled]) -> list[Score]:
    """Every detector on the same texts."""
    positives = [one for trade in BY_TRADE for one in plain_injections(trade, BY_TRADE, each=each)]
    clean = [visible_text(decode_text(page.text, url=_URL)) for page in pages]
    scores = []
    for name, says in DETECTORS.items():
        found: dict[str, list[bool]] = {band: [] for band in BANDS}
        for one in positives:
            found["1" if one.count == 1 else "2-3" if one.count < 4 else "4+"].append(says(one.body.decode()))
        took, alarms = [], 0
        for text in clean:
            begun = perf_counter()
            alarms += says(text)
            took.append((perf_counter() - begun) * 1e6)
        recall = {band: sum(many) / len(many) for band, many in found.items()}
        median = round(statistics.median(took), 1)
        scores.append(Score(name=name, recall=recall, alarms=alarms, clean=len(clean), microseconds=median))
    return scores


def report(scores: Sequence[Score], took: Sequence[Speed], *, demo: bool, as_json: bool) -> str:
    """Both tables, or the same as JSON."""
    if as_json:
        found = {"scores": [asdict(score) for score in scores], "speeds": [asdict(row) for row in took]}
        return json.dumps(found, ensure_ascii=False)
    lines = [
        f"{'detector':26}" + "".join(f"{band + ' items':>11}" for band in BANDS) + f"{'alarms':>12}{'µs/text':>10}"
    ]
    for score in scores:
        shares = "".join(f"{score.recall[band]:>11.3f}" for band in BANDS)
        lines.append(f"{score.name:26}{shares}{f'{score.alarms}/{score.clean}':>12}{score.microseconds:>10}")
    lines += ["", "recall on generated injections of held-out items; alarms on clean pages"]
    return "\n".join([*lines, "", table(took, compare=not demo)])
