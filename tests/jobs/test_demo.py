"""The demonstration, and what it must show: one change per real edit, one injection found whole, nothing else."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from crawler.errors import ConfigurationError
from crawler.model import Severity
from jobs.demo.site import spam_block
from jobs.demo.story import tell_story
from store import open_store
from web.language import catalogues
from web.retold import reason_retold, retold


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a demonstration that came out right."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    assert asyncio.run(tell_story(folder, once=True))
    return folder


def test_the_press_conference_has_exactly_one_open_spam_block(told: Path) -> None:
    store = open_store(told)
    try:
        views = store.history.findings(open_only=True)
        pages = {view.page for view in views if view.finding.severity.rank >= Severity.HIGH.rank}
        (block,) = [view for view in views if view.kind.value == "spam_block"]
    finally:
        store.close()
    assert pages == {block.page}, "nothing else may be of severity high or critical"
    assert block.page.endswith("t20210615_918273.shtml")
    quote = "".join(block.finding.quote.split())
    assert quote.startswith("主站蜘蛛池模板")
    assert quote.rstrip("|") == "".join(spam_block().split()).rstrip("|")
    assert block.finding.evidence["items"] == 41


def test_huzhou_is_edited_twice_and_accused_of_nothing(told: Path) -> None:
    store = open_store(told)
    try:
        (page,) = [view for view in store.history.pages() if "art_1229561" in view.url]
        changes = store.history.changes(page=page.url, newest_first=False)
        findings = store.history.findings(page=page.url)
    finally:
        store.close()
    assert [(change.kind.value, change.address) for change in changes] == [
        ("created", "0..1"),
        ("edited", "1..2"),
        ("edited", "2..3"),
    ]
    assert [view for view in findings if view.finding.severity.rank] == []


def test_a_chinese_reader_is_told_nothing_in_english(told: Path) -> None:
    """Every summary and every detail of the story; the site itself is Chinese but for a name here and there."""
    store, words = open_store(told), catalogues()["zh-Hans"]
    try:
        changes = store.history.changes(limit=1000)
        checks = [check for view in store.history.pages() for check in store.history.log(view.url)]
        said = [retold(view.change, words) for view in changes] + [reason_retold(one.detail, words) for one in checks]
    finally:
        store.close()
    english = re.compile(r"title|paragraph|attachment|added|removed|moved|spam_block|hidden_link|gone|server|only")
    assert len(said) > 50
    assert not [text for text in said if english.search(re.sub(r"https?://\S+|“[^”]*”", "", text))]


def test_it_tells_its_story_and_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asyncio.run(tell_story(tmp_path / "data", once=True))
    told = capsys.readouterr().out
    for words in ("35→25", "paragraph 6 removed", "moved", "removed", "injected", "41", "nothing was reported"):
        assert words in told
    assert "✗" not in told
    assert "MISSED" not in told


def test_it_empties_no_folder_but_its_own(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        asyncio.run(tell_story(tmp_path, once=True))
    assert (tmp_path / "thesis.txt").read_text("utf-8") == "years of work"
