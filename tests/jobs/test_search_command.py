"""`search`: what any version ever said."""

from __future__ import annotations

from tests.jobs.conftest import Desk
from tests.jobs.site import PARAGRAPHS, Town


def test_what_was_replaced_is_found_too(watched: Desk, town: Town) -> None:
    url = town.publish(2, ("本页已由市财政局改写，原有内容不再适用，请各单位以新文件为准。", *PARAGRAPHS[:2]))
    assert watched("check", "--all").status == 0
    assert [(one["page"], one["version"]) for one in watched.json("search", "财政局")] == [(url, 2)]
    quarterly = watched.json("search", "每季度开展", "--source", "town")
    assert len(quarterly) == 3
    assert all("每季度开展" in one["snippet"] for one in quarterly)
    assert watched.json("search", "每季度开展", "--limit", "1") == quarterly[:1]
    assert watched.json("search", "每季度开展", "--oldest") == quarterly[::-1]
    assert watched.json("search", "每季度开展", "--source", "other") == []


def test_people_see_where_it_stands(watched: Desk, town: Town) -> None:
    answered = watched("search", "人均标准")
    assert answered.status == 0, answered.err
    assert "人均标准为 30 元" in answered.out
    assert town.url(1) in answered.out


def test_what_cannot_be_looked_up_is_wrong_use(watched: Desk) -> None:
    answered = watched("search", "食")
    assert answered.status == 2
    assert "two characters" in answered.err
