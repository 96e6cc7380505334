"""How long one visit takes to judge: a long article against its Version before, edited and as it was.

The articles are made of patterns of government prose. CPU time of one core, the median of the repetitions; articles
take turns, so that nothing is remembered from the time before.
"""

from __future__ import annotations

import json
import random
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from time import process_time

from crawler.diff import diff
from crawler.extract import RULES
from crawler.judge import judge
from crawler.model import Article, Known, Page, Snapshot, Source, Version
from tests.crawler.detect.government import government_paragraphs

CHARACTERS, LONGER, EDITS = 50_000, 100_000, 10
# Row → the milliseconds that it must not be above.
CEILINGS = {"judge, edited": 15.0, "judge, unchanged": 15.0, "diff, edited": 50.0}
_URL = "https://www.example.gov.cn/zwgk/202106/t20210615_1.html"
_SOURCE = Source(name="example", url="https://www.example.gov.cn/zwgk/")
_THEN = datetime(2026, 1, 1, 8, tzinfo=UTC)
_NOW = _THEN + timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of one row of the table, and its ceiling if it has one."""

    name: str
    milliseconds: float
    ceiling: float | None


def benchmark(repetitions: int) -> list[Cost]:
    """Each row on texts of its own, made from the same numbers at every run."""
    articles = [government_paragraphs(random.Random(seed), characters=CHARACTERS) for seed in range(3)]
    longer, other = (government_paragraphs(random.Random(seed), characters=LONGER) for seed in (3, 4))
    visits, whole = [_visit(article) for article in articles], Article(paragraphs=tuple(longer))
    runs: dict[str, Callable[[int], object]] = {
        "judge, edited": lambda number: visits[number % 3](_edited(articles[number % 3], number)),
        "judge, unchanged": lambda number: visits[number % 3](articles[number % 3]),
        "diff, edited": lambda number: diff(whole, Article(paragraphs=tuple(_edited(longer, number)))),
        "diff, nothing alike": lambda number: diff(whole, Article(paragraphs=tuple(_edited(other, number)))),
    }
    return [
        Cost(name, round(statistics.median(_milliseconds(run, number) for number in range(repetitions + 1)), 1), most)
        for name, run in runs.items()
        for most in [CEILINGS.get(name)]
    ]


def _milliseconds(run: Callable[[int], object], number: int) -> float:
    begun = process_time()
    run(number)
    return (process_time() - begun) * 1000


def _visit(article: Sequence[str]) -> Callable[[Sequence[str]], object]:
    """Judges paragraphs served where `article` is the Version in force."""
    page = Page(url=_URL, source=_SOURCE.name)
    first = judge(_SOURCE, Known(page=page), _served(article, _THEN), _THEN).version
    assert first is not None
    latest = Version(number=1, seen_at=_THEN, article=first.article, snapshot_digest="", rules=RULES)
    known = Known(page=page, latest=latest, last_checked=_THEN)
    return lambda paragraphs: judge(_SOURCE, known, _served(paragraphs, _NOW), _NOW)


def _served(paragraphs: Sequence[str], at: datetime) -> Snapshot:
    body = "".join(f'<p style="text-indent: 2em;"><span>{paragraph}</span></p>\n' for paragraph in paragraphs)
    html = (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>关于做好有关工作的通知</title></head><body>'
        "<h1>关于做好有关工作的通知</h1><div>发布时间：2021-06-15 来源：市教育局</div>"
        f'<div class="TRS_Editor">{body}</div><div class="footer">主办：示例市人民政府</div></body></html>'
    )
    return Snapshot(
        url=_URL,
        final_url=_URL,
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=html.encode(),
        fetched_at=at,
        redirects=(),
    )


def _edited(paragraphs: Sequence[str], number: int) -> list[str]:
    """The paragraphs with words of some of them taken out and put in, otherwise for each number."""
    chance = random.Random(number)
    edited = list(paragraphs)
    for place in chance.sample(range(len(edited)), EDITS):
        at = chance.randrange(10, len(edited[place]) - 10)
        edited[place] = f"{edited[place][:at]}有关部门{chance.randrange(10_000)}{edited[place][at + 3 :]}"
    return edited


def report(costs: Sequence[Cost], *, as_json: bool) -> str:
    """The table, or the same as JSON."""
    if as_json:
        return json.dumps([asdict(cost) for cost in costs])
    lines = [f"{'ms, one core':24}{'median':>10}"]
    for cost in costs:
        holds = "" if cost.ceiling is None else "holds" if cost.milliseconds <= cost.ceiling else "IS EXCEEDED"
        lines.append(
            f"{cost.name:24}{cost.milliseconds:>10}" + (f"   ceiling {cost.ceiling:g} {holds}" if holds else "")
        )
    return "\n".join([*lines, "", f"judge: {CHARACTERS:,} characters of article; diff: {LONGER:,}; {EDITS} edits"])
