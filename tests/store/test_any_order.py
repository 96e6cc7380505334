"""Captures of the past in any order, through the judge and the store: the history of captures in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.extract import RULES
from crawler.judge import judge
from crawler.model import Page, Snapshot
from store import Store, open_store
from tests.store.verdicts import HOUR, NOW, SOURCE, admit, story, told

PARAGRAPHS = (
    "各县区教育局，市直各学校：为规范全市中小学食堂食材采购工作，现将有关事项通知如下。",
    "食材采购实行统一招标，采购价格不得高于市场平均价格，每季度向社会公布一次。",
    "各学校应当建立食材验收制度，由专人负责验收登记，验收记录保存两年以上备查。",
)


def capture(page: Page, at: datetime, text: str) -> Snapshot:
    """A response whose title says the text; the counter beside it is another every time."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    head = f"<meta charset=utf-8><title>{text}</title><h1>{text}：关于食材采购的通知</h1><div>浏览次数：{at.hour}</div>"
    return Snapshot(
        url=page.url, final_url=page.url, status=200, headers=(), body=(head + body).encode(), fetched_at=at
    )


def bring(store: Store, page: Page, at: datetime, text: str) -> None:
    known = store.archive.known_at(page, at, rules=RULES)
    store.archive.record(page, judge(SOURCE, known, capture(page, at, text), at), past=True)


@settings(deadline=None, max_examples=25)
@given(texts=st.lists(st.sampled_from("甲乙丙"), min_size=3, max_size=7), data=st.data())
def test_any_order_makes_the_history_of_the_right_order(texts: Sequence[str], data: st.DataObject) -> None:
    """One Version for each run of captures that say the same, since the first of the run; one Change into each."""
    order = data.draw(st.permutations(range(len(texts))))
    runs = [next(run) for _, run in groupby(range(len(texts)), key=lambda at: texts[at])]
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        try:
            store.archive.declare([SOURCE], NOW)
            page = admit(store, "https://www.example.gov.cn/xwfb/any.html")
            for step in order:
                bring(store, page, NOW + step * HOUR, texts[step])
            assert [(number, (title or "")[:1], at) for number, title, at in story(store, page)] == [
                (number, texts[step], NOW + step * HOUR) for number, step in enumerate(runs, start=1)
            ]
            assert [(address, at) for address, _, at in told(store, page)] == [
                (f"{n}..{n + 1}", NOW + step * HOUR) for n, step in enumerate(runs)
            ]
            assert store.history.page(page.url).versions == len(runs)
            assert store.check_integrity().ok
        finally:
            store.close()
