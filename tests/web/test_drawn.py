"""Rows drawn once: shown again as they are, and never as they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from jinja2 import DictLoader

from crawler.model import Change, ChangeKind
from store import ChangeView
from tests.web.shelf import NOW
from web.drawn import DrawnRows
from web.reader import Clocks, Reader
from web.render import environment

VIEW = ChangeView(
    id=1,
    page="https://www.example.gov.cn/1.html",
    source="press",
    title="标题",
    at=NOW,
    change=Change(before=1, after=2, kind=ChangeKind.EDITED, summary="一", evidence={"figures": [{"before": "30"}]}),
)
TEMPLATE = """{% macro row(view, with_page=true) %}{{ seen(view) }}{{ view.title }} {{ view.change.summary }}
{{ view.at|when(view.source) }}{% if with_page %}{{ view.page }}{% endif %}{% endmacro %}
{{ drawn(row, view) }}{{ drawn(row, view, false) }}"""


@pytest.fixture
def draw():
    """Draws a view twice, with and without its page; `.drawn` has the views that were really drawn."""
    made = environment(Clocks(common="Asia/Shanghai"))
    made.loader = DictLoader({"t": TEMPLATE})
    drawn = made.globals["drawn"] = DrawnRows(most=4)
    seen: list[ChangeView] = []
    made.globals["seen"] = lambda view: seen.append(view) or ""

    def ask(view, reader=None):
        return made.get_template("t").render(view=view, reader=reader)

    ask.drawn, ask.kept = seen, drawn._known
    return ask


def test_a_row_is_drawn_once(draw):
    first = draw(VIEW)
    assert draw(replace(VIEW)) == first
    assert len(draw.drawn) == 2
    assert first.count(VIEW.page) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(VIEW, title="别的标题"),
        replace(VIEW, at=NOW + timedelta(minutes=1)),
        replace(VIEW, change=replace(VIEW.change, summary="二")),
        replace(VIEW, page="https://www.example.gov.cn/2.html"),
    ],
)
def test_a_row_of_which_anything_differs_is_drawn_anew(draw, other):
    before = draw(VIEW)
    after = draw(other)
    assert after != before
    assert len(draw.drawn) == 4
    assert draw(VIEW) == before


def test_a_reader_with_another_clock_has_rows_of_their_own(draw):
    theirs = draw(VIEW, Reader(zone="Europe/Paris", own_times=True))
    assert theirs != draw(VIEW)
    assert draw(VIEW, Reader(zone="Europe/Paris", own_times=True)) == theirs


def test_what_is_hostile_stays_escaped(draw):
    hostile = replace(VIEW, title="<script>alert(1)</script>")
    assert "<script>" not in draw(hostile) + draw(hostile)


def test_it_does_not_grow_without_end(draw):
    for number in range(50):
        draw(replace(VIEW, id=number))
    assert len(draw.kept) <= 4
