"""An upgrade of the extraction rules: never an edit of theirs, and the past is read again whole, or not yet."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler import judge, reading
from crawler.decode import Document
from crawler.model import Article, ArticleSelectors, PageKind
from jobs import check, settling
from jobs.cli import rereading
from store import Store, open_store
from tests.jobs.conftest import Desk
from tests.jobs.site import PARAGRAPHS, Town, configuration
from tests.jobs.test_backfill import PAGE, capture

DEARER = PARAGRAPHS[1].replace("30", "35")


@contextmanager
def rules_of_yesterday() -> Iterator[None]:
    """Yesterday's release: it lost the last paragraph of every article, and took the view counter for its first."""
    today = reading.extract

    def worse(document: Document, *, selectors: ArticleSelectors) -> Article:
        article = today(document, selectors=selectors)
        return replace(article, paragraphs=("浏览次数在此", *article.paragraphs[:-1]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "extract", worse)
        for module in (judge, check, settling):
            patch.setattr(module, "RULES", "yesterday")
        yield


def texts(desk: Desk, url: str) -> list[list[str]]:
    """What each version of a page says."""
    count = next(page["versions"] for page in desk.json("pages") if page["url"] == url)
    return [desk.json("show", f"{url}@{number}")[0]["paragraphs"] for number in range(1, count + 1)]


def history(desk: Desk, url: str) -> list[tuple[Any, ...]]:
    return [(one["change"], one["kind"], one["at"], one["summary"]) for one in desk.json("changes", url)]


@pytest.fixture
def captures(tmp_path: Path) -> Path:
    """Published; a last paragraph that only today's rules see comes and is edited; a figure is edited."""
    folder = tmp_path / "captures"
    capture(folder, "20210615T080000Z", *PARAGRAPHS)
    capture(
        folder,
        "20210616T080000Z",
        *PARAGRAPHS[:2],
        "二、市场监管部门应当会同教育部门每半年开展一次检查，检查结果向社会公布。",
    )
    capture(
        folder,
        "20210617T080000Z",
        PARAGRAPHS[0],
        DEARER,
        "二、市场监管部门应当会同教育部门每半年开展一次检查，检查结果向社会公布。",
    )
    return folder


@pytest.fixture
def old(desk: Desk, captures: Path) -> Desk:
    """That history, read by yesterday's rules."""
    with rules_of_yesterday():
        desk.json("backfill", "--from", f"dir:{captures}", "--page-url", PAGE)
    assert [len(text) for text in texts(desk, PAGE)] == [3, 3]
    return desk


def fresh(tmp_path: Path, captures: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """The same captures read by today's rules from the start."""
    other = Desk(tmp_path / "fresh", capsys)
    other.json("backfill", "--from", f"dir:{captures}", "--page-url", PAGE)
    return other


# ---- an upgrade is no edit ---------------------------------------------------------------------------------------


def test_an_upgrade_is_no_edit_of_theirs(desk: Desk, town: Town) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    with rules_of_yesterday():
        assert desk("check").status == 0
    before = history(desk, town.url(1))
    town.publish(1, tail="<!-- other bytes -->")
    assert desk("check", town.url(1)).status == 0
    assert history(desk, town.url(1)) == before
    assert texts(desk, town.url(1)) == [list(PARAGRAPHS)]


def test_an_edit_after_an_upgrade_is_told_alone(desk: Desk, town: Town) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    with rules_of_yesterday():
        assert desk("check").status == 0
    town.publish(1, (PARAGRAPHS[0], DEARER, PARAGRAPHS[2]))
    assert desk("check", town.url(1)).status == 0
    newest = desk.json("changes", town.url(1))[0]
    assert (newest["kind"], newest["change"]) == ("edited", "1..2")
    assert "30→35" in newest["summary"]
    assert "浏览" not in newest["summary"]


def test_what_yesterdays_rules_did_not_see_change_is_no_edit_of_today(desk: Desk, town: Town) -> None:
    """The last response is read again, and not that in which the version was first seen."""
    desk.config.write_text(configuration(town), encoding="utf-8")
    with rules_of_yesterday():
        assert desk("check").status == 0
        town.publish(1, (*PARAGRAPHS[:2], PARAGRAPHS[2].replace("季度", "半年")))
        assert desk("check", town.url(1)).status == 0
    before = history(desk, town.url(1))
    assert len(before) == 1
    town.publish(1, town.articles[1], tail="<!-- other bytes -->")
    assert desk("check", town.url(1)).status == 0
    assert history(desk, town.url(1)) == before
    assert desk.json("reextract", town.url(1))[0]["added"] == 1
    assert [one[0] for one in history(desk, town.url(1))] == ["1..2", "0..1"]


# ---- the past ----------------------------------------------------------------------------------------------------


def test_the_past_becomes_what_todays_rules_would_have_made_of_it(
    old: Desk, captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (result,) = old.json("reextract")
    assert (result["pages"], result["reread"], result["added"], result["dropped"]) == (1, 2, 1, 0)
    expected = fresh(tmp_path, captures, capsys)
    assert texts(old, PAGE) == texts(expected, PAGE)
    assert history(old, PAGE) == history(expected, PAGE)
    assert old.json("diff", f"{PAGE}", "1..2") == expected.json("diff", f"{PAGE}", "1..2")


def test_read_again_by_the_same_rules_it_stays_as_it_is(old: Desk) -> None:
    old.json("reextract")
    before = (texts(old, PAGE), old.json("changes", PAGE), old.json("findings"))
    (again,) = old.json("reextract")
    assert again["pages"] == 0
    (forced,) = old.json("reextract", "--all")
    assert (forced["pages"], forced["changed_pages"]) == (1, 0)
    assert (texts(old, PAGE), old.json("changes", PAGE), old.json("findings")) == before


def test_a_version_that_only_yesterdays_rules_saw_is_no_more(desk: Desk, captures: Path, tmp_path: Path) -> None:
    """What differed was the counter that those rules took for text; what was found in it stays, on what is left."""
    folder = tmp_path / "counted"
    capture(folder, "20210615T080000Z", *PARAGRAPHS)
    capture(folder, "20210616T080000Z", *PARAGRAPHS, views=99)
    capture(folder, "20210617T080000Z", PARAGRAPHS[0], DEARER, PARAGRAPHS[2])
    with rules_of_yesterday() as _, pytest.MonkeyPatch.context() as patch:
        worse = reading.extract
        turns = iter(range(9))

        def counting(document: Document, *, selectors: ArticleSelectors) -> Article:
            article = worse(document, selectors=selectors)
            return replace(article, paragraphs=(*article.paragraphs, f"浏览{next(turns)}次"))

        patch.setattr(reading, "extract", counting)
        desk.json("backfill", "--from", f"dir:{folder}", "--page-url", PAGE)
    assert [one["change"] for one in desk.json("changes", PAGE)] == ["2..3", "1..2", "0..1"]
    (result,) = desk.json("reextract")
    assert (result["reread"], result["added"], result["dropped"]) == (2, 0, 1)
    assert [one["change"] for one in desk.json("changes", PAGE)] == ["1..2", "0..1"]
    assert texts(desk, PAGE) == [list(PARAGRAPHS), [PARAGRAPHS[0], DEARER, PARAGRAPHS[2]]]


def test_removed_and_back_stay_told(desk: Desk, town: Town) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    with rules_of_yesterday():
        assert desk("check").status == 0
        town.outside.page(town.path(1), "gone", status=404)
        for _ in range(2):
            desk("check", town.url(1))
        town.publish(1, (PARAGRAPHS[0], DEARER, PARAGRAPHS[2]))
        desk("check", town.url(1))
    before = [(one["kind"], one["change"], one["at"], one["significance"]) for one in desk.json("changes", town.url(1))]
    assert [one[:2] for one in before] == [("restored", "1..2"), ("removed", "1..1"), ("created", "0..1")]
    desk.json("reextract", "town")
    after = [(one["kind"], one["change"], one["at"], one["significance"]) for one in desk.json("changes", town.url(1))]
    assert after == before
    assert texts(desk, town.url(1))[0] == list(PARAGRAPHS)


def test_nobody_is_told_again(desk: Desk, town: Town) -> None:
    more = 'notify = ["json://127.0.0.1:9/"]\n'
    desk.config.write_text(configuration(town, more=more), encoding="utf-8")
    with rules_of_yesterday():
        desk("check")
    with open_store(desk.data) as store:
        waiting = store.outbox.waiting()
    desk.json("reextract")
    with open_store(desk.data) as store:
        assert store.outbox.waiting() == waiting


def test_a_dry_run_says_what_would_differ_and_does_nothing(old: Desk) -> None:
    before = (texts(old, PAGE), history(old, PAGE))
    (result,) = old.json("reextract", "--dry-run")
    assert (result["pages"], result["reread"], result["added"], result["dry_run"]) == (1, 2, 1, True)
    assert (texts(old, PAGE), history(old, PAGE)) == before


# ---- stopped -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_stopped_it_leaves_whole_pages_and_goes_on(desk: Desk, town: Town, sent: signal.Signals) -> None:
    """The process is stopped inside the second page: the first is read anew, the others stand as they were."""
    desk.config.write_text(configuration(town), encoding="utf-8")
    with rules_of_yesterday():
        assert desk("check").status == 0
    script = (
        "import os, sys\nfrom jobs import settling\nfrom jobs.cli import main\n"
        "whole, seen = settling.replay, []\n"
        "def stopping(*given):\n    seen.append(1)\n    made = whole(*given)\n"
        f"    len(seen) == 2 and os.kill(os.getpid(), {int(sent)})\n    return made\n"
        "settling.replay = stopping\nmain(sys.argv[1:])\n"
    )
    words = ["--data", str(desk.data), "--config", str(desk.config), "reextract"]
    ended = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, timeout=60, check=False)
    assert ended.returncode == (130 if sent is signal.SIGINT else -signal.SIGKILL), ended.stderr.decode()
    pages = [page["url"] for page in desk.json("pages")]
    whole = list(PARAGRAPHS)
    assert [texts(desk, url) == [whole] for url in pages] == [True, False, False]
    assert desk.json("reextract")[0]["pages"] == 2
    assert all(texts(desk, url) == [whole] for url in pages)


# ---- what goes wrong ---------------------------------------------------------------------------------------------


def _lose(store: Store, url: str) -> int:
    digest = store.history.versions(url)[0].snapshot_digest
    return store.blobs.delete([digest], stored_before=datetime.now(UTC) + timedelta(hours=1))


def test_a_lost_response_is_named_and_the_rest_is_read(desk: Desk, town: Town) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    with rules_of_yesterday():
        assert desk("check").status == 0
    with open_store(desk.data) as store:
        # One that no other is written against.
        lost = next(url for url in map(town.url, (1, 2, 3)) if _lose(store, url))
    answered = desk("reextract", "--json")
    (result,) = [json.loads(line) for line in answered.out.splitlines()]
    assert (answered.status, result["pages"], len(result["failed"])) == (1, 2, 1)
    assert lost in result["failed"][0]


def test_rules_that_find_nothing_any_more_take_nothing_away(old: Desk) -> None:
    """A release that can no longer read a page says so, and leaves its history as it was."""
    before = (texts(old, PAGE), history(old, PAGE))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "extract", lambda *_, **__: Article(kind=PageKind.EMPTY))
        answered = old("reextract", "--json")
    (result,) = answered.lines
    assert (answered.status, result["pages"]) == (1, 0)
    assert "no content" in result["failed"][0]
    assert (texts(old, PAGE), history(old, PAGE)) == before


def test_a_word_that_names_nothing_is_wrong_use(old: Desk) -> None:
    answered = old("reextract", "nobody")
    assert answered.status == 2
    assert "nobody" in answered.err


def test_rules_are_named_where_they_are_used() -> None:
    """These tests stand in for yesterday's release in every module that knows the rules' name."""
    assert rereading.RULES == judge.RULES == check.RULES == settling.RULES
