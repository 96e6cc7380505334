"""`verify`: whatever was altered behind our back is found, and named by its version."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crawler import reading
from crawler.model import Page
from jobs.proof.verifying import broken_pages
from store import Store, open_store
from tests.jobs.conftest import Desk
from tests.jobs.shelf import exported, fill, taken
from tests.jobs.site import PARAGRAPHS, Town, configuration
from tests.jobs.test_backfill import PAGE, capture
from tests.jobs.test_reextract import rules_of_yesterday

DEARER = PARAGRAPHS[1].replace("30", "35")


@pytest.fixture
def kept(desk: Desk, tmp_path: Path) -> Desk:
    """One page with three versions."""
    folder = tmp_path / "captures"
    capture(folder, "20210615T080000Z", *PARAGRAPHS)
    capture(folder, "20210617T080000Z", PARAGRAPHS[0], DEARER, PARAGRAPHS[2])
    capture(folder, "20210618T080000Z", PARAGRAPHS[0], DEARER)
    desk.json("backfill", "--from", f"dir:{folder}", "--page-url", PAGE)
    return desk


def tamper(desk: Desk, *statements: str) -> None:
    """What somebody does who has the database in hand."""
    with closing(sqlite3.connect(desk.data / "palimpsest.sqlite3")) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def problems(desk: Desk) -> list[str]:
    """What does not hold; the command must say so by its status too."""
    answered = desk("verify", PAGE, "--json")
    assert answered.status == 1
    (found,) = answered.lines
    assert not found["ok"]
    found_of_all = desk("verify", "--json")
    assert (found_of_all.status, found_of_all.lines[0]["problems"]) == (1, found["problems"])
    told: list[str] = found["problems"]
    return told


def test_a_sound_page_holds_and_says_by_what(kept: Desk) -> None:
    (found,) = kept.json("verify", PAGE)
    assert (found["page"], found["ok"], found["versions"], found["unread"]) == (PAGE, True, 3, 0)
    assert [(one["body"], one["article"], one["chain"]) for one in found["tested"]] == [("holds",) * 3] * 3
    assert found["link"] == found["tested"][-1]["link"] == kept.json("show", PAGE)[0]["link"]
    said = kept("verify", PAGE)
    assert (said.status, "all of it holds: 3 versions" in said.out) == (0, True)


def test_all_pages_at_once(kept: Desk, town: Town) -> None:
    """Of all sources, or of one."""
    kept.config.write_text(configuration(town), encoding="utf-8")
    assert kept("check").status == 0
    assert [(one["ok"], one["versions"]) for one in kept.json("verify")] == [(True, 3), *[(True, 1)] * 3]
    assert [one["page"] for one in kept.json("verify", "--source", "backfill")] == [PAGE]
    assert "4 pages, 6 versions; 0 pages do not hold" in kept("verify").out


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE versions SET article = replace(article, '35', '53') WHERE number = 2", "version 2: what is stored"),
        ("UPDATE versions SET digest = 'd' WHERE number = 2", "version 2: what is stored"),
        ("UPDATE versions SET title = 'other' WHERE number = 2", "version 2: the title or the date"),
        ("UPDATE versions SET seen_at = '2020-01-01 00:00:00.000000' WHERE number = 2", "version 2: its link"),
        ("UPDATE versions SET rules = '0' WHERE number = 2", "version 2: its link"),
        ("UPDATE versions SET link = substr(link, 2) || '0' WHERE number = 2", "version 2: its link"),
        ("UPDATE versions SET link = '' WHERE number = 2", "version 2: its link"),
        ("UPDATE versions SET snapshot_id = 1 WHERE number = 2", "version 2: its link"),
        ("UPDATE versions SET article = 'no json' WHERE number = 2", "version 2: its row in the database"),
        ("UPDATE versions SET article = '[]' WHERE number = 2", "version 2: its row in the database"),
        ("UPDATE versions SET seen_at = 'long ago' WHERE number = 2", "version 2: its row in the database"),
        ('UPDATE snapshots SET headers = \'[["X","1"]]\' WHERE id = 2', "version 2: its link"),
        ("UPDATE snapshots SET headers = '[1]' WHERE id = 2", "version 2: its row in the database"),
        ("UPDATE snapshots SET status = 404 WHERE id = 2", "version 2: its link"),
        ("UPDATE snapshots SET url = 'https://e/' WHERE id = 2", "version 2: its link"),
        ("UPDATE snapshots SET fetched_at = '2020-01-01 00:00:00.000000' WHERE id = 2", "version 2: its link"),
        ("UPDATE snapshots SET digest = (SELECT digest FROM snapshots WHERE id = 1) WHERE id = 2", "2: its link"),
        ("UPDATE bodies SET packed = x'00' WHERE id = 2", "version 2: its raw response cannot be read"),
        ("DELETE FROM bodies WHERE id = 3", "version 3: its raw response cannot be read"),
        ("DELETE FROM versions WHERE number = 2", "version 3: it should be version 2"),
        ("DELETE FROM versions WHERE number = 1", "version 2: it should be version 1"),
        ("DELETE FROM versions WHERE number = 3", "the page counts 3 versions, and 2 are there"),
        ("DELETE FROM versions", "the page counts 3 versions, and 0 are there"),
        ("UPDATE versions SET number = number + 10", "version 11: it should be version 1"),
    ],
)
def test_whatever_was_altered_is_found(kept: Desk, statement: str, said: str) -> None:
    tamper(kept, "PRAGMA foreign_keys=OFF", statement)
    found = problems(kept)
    assert any(said in one for one in found), found


def test_versions_that_were_swapped_are_found(kept: Desk) -> None:
    tamper(
        kept,
        "UPDATE versions SET number = -1 WHERE number = 1",
        "UPDATE versions SET number = 1 WHERE number = 2",
        "UPDATE versions SET number = 2 WHERE number = -1",
    )
    assert {one[:10] for one in problems(kept)} == {"version 1:", "version 2:", "version 3:"}


def test_a_text_that_was_altered_with_its_digest_is_found_by_the_link_and_by_the_raw_bytes(kept: Desk) -> None:
    """Who forges a text with all its digests, and the links from there on, still has not forged what was received."""
    with closing(sqlite3.connect(kept.data / "palimpsest.sqlite3")) as connection:
        (text,) = connection.execute("SELECT article FROM versions WHERE number = 3").fetchone()
    forged = json.loads(text)
    forged["paragraphs"][0] = "另有规定。"
    with pytest.MonkeyPatch.context() as patch:
        today = reading.extract
        patch.setattr(
            reading,
            "extract",
            lambda document, *, selectors: _with(today(document, selectors=selectors), tuple(forged["paragraphs"])),
        )
        kept.json("reextract", PAGE, "--all")
        assert kept.json("verify", PAGE)[0]["ok"], "who read it so finds it so"
    assert all("not what today's rules read" in one for one in problems(kept))


def _with(article: object, paragraphs: tuple[str, ...]) -> object:
    from dataclasses import replace

    return replace(article, paragraphs=paragraphs)  # type: ignore[type-var]


def test_what_other_rules_read_is_held_against_its_digest_and_says_so(desk: Desk, town: Town) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    with rules_of_yesterday():
        assert desk("check").status == 0
    (found,) = desk.json("verify", town.url(1))
    assert (found["ok"], found["unread"]) == (True, 1)
    (one,) = found["tested"]
    assert (one["body"], one["article"], one["chain"]) == ("holds", "unknown", "holds")
    assert "read by the rules yesterday" in one["notes"][0]
    tamper(desk, "UPDATE versions SET article = replace(article, '30', '33')")
    assert desk("verify", town.url(1)).status == 1


def test_a_source_that_is_not_configured_here_is_not_read_by_guesses(watched: Desk, town: Town) -> None:
    watched.config.unlink()
    (found,) = watched.json("verify", town.url(1))
    assert (found["ok"], found["unread"]) == (True, 1)
    assert "not configured here" in found["tested"][0]["notes"][0]


def test_a_link_of_before_can_still_be_tied_to_its_version(desk: Desk, town: Town) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    with rules_of_yesterday():
        assert desk("check").status == 0
    was = desk.json("show", town.url(1))[0]["link"]
    desk.json("reextract", town.url(1))
    now = desk.json("show", town.url(1))[0]["link"]
    assert was != now
    assert [(one["version"], one["why"]) for one in desk.json("verify", town.url(1), "--link", was)] == [(1, "retold")]
    assert desk.json("verify", town.url(1), "--link", now.upper())[0]["until"] is None
    assert "was the link of version 1 until" in desk("verify", town.url(1), "--link", was).out
    assert desk.json("verify", town.url(1))[0]["former"][0]["link"] == was
    unknown = desk("verify", town.url(1), "--link", "0" * 64)
    assert (unknown.status, "never was one here" in unknown.err) == (1, True)


def test_wrong_use_is_said(kept: Desk) -> None:
    assert kept("verify", "https://www.example.gov.cn/nobody.html").status == 1
    assert "is not tracked" in kept("verify", "https://www.example.gov.cn/nobody.html").err
    assert kept("verify", PAGE, "--source", "backfill").status == 2
    assert kept("verify", "--link", "0" * 64).status == 2
    assert kept("verify", "--source", "nobody").status == 1


def test_the_doctor_finds_a_forged_link(kept: Desk) -> None:
    assert any(one["check"] == "digest chain" and one["ok"] for one in kept("doctor", "--json").lines)
    tamper(kept, "UPDATE versions SET rules = '0' WHERE number = 2")
    answered = kept("doctor", "--json")
    assert answered.status == 1
    assert any(one["check"] == PAGE and "verify" in one["detail"] for one in answered.lines)


def test_every_kind_of_history_holds_and_what_is_read_back_of_it_too(tmp_path: Path) -> None:
    """An export carries the links; who reads it makes the same ones of what it says."""
    with open_store(tmp_path / "one") as one, open_store(tmp_path / "other") as other:
        fill(one)
        taken(other, exported(one))
        assert one.proof.count() == other.proof.count() > 5
        for page in one.proof.pages():
            assert _links(one, page) == _links(other, page)
        assert (broken_pages(one), broken_pages(other)) == ([], [])


def _links(store: Store, page: Page) -> list[str]:
    return [view.link for view in store.history.versions(page.url)]
