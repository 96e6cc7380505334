"""The past through the same judge: in any order, once each, and without a word to anybody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.backfill import time_in_name
from store import Rewritten, open_store
from tests.jobs.conftest import Desk
from tests.jobs.site import PARAGRAPHS, Town, configuration

PAGE = "https://www.example.gov.cn/zwgk/t20210615_1.html"


def capture(folder: Path, stamp: str, *paragraphs: str, views: int = 1) -> None:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    html = (
        "<!DOCTYPE html><html><head><meta charset='utf-8'><title>通知</title></head><body><h1>关于食材采购的通知</h1>"
        f"<div>发布时间：2021-06-15 来源：市教育局 浏览次数：{views}</div>"
        f"<div class='TRS_Editor'>{body}</div></body></html>"
    )
    folder.mkdir(exist_ok=True)
    (folder / f"{stamp}.html").write_text(html, encoding="utf-8")


@pytest.fixture
def captures(tmp_path: Path) -> Path:
    """A page's life: published, counted, edited, shortened."""
    folder = tmp_path / "captures"
    capture(folder, "20210615T080000Z", *PARAGRAPHS)
    capture(folder, "20210616T080000Z", *PARAGRAPHS, views=99)
    capture(folder, "20210617T080000Z", PARAGRAPHS[0], PARAGRAPHS[1].replace("30", "35"), PARAGRAPHS[2])
    capture(folder, "20210618T080000Z", PARAGRAPHS[0], PARAGRAPHS[1].replace("30", "35"))
    (folder / "index.json").write_text("{}", encoding="utf-8")
    return folder


def test_a_folder_of_captures_becomes_versions_at_their_own_times(desk: Desk, captures: Path) -> None:
    (result,) = desk.json("backfill", "--from", f"dir:{captures}", "--page-url", PAGE)
    assert (result["recorded"], result["versions"], result["failed"]) == (4, 3, [])
    changes = desk.json("changes", PAGE)
    assert [(one["kind"], one["change"], one["at"]) for one in changes] == [
        ("edited", "2..3", "2021-06-18T08:00:00Z"),
        ("edited", "1..2", "2021-06-17T08:00:00Z"),
        ("created", "0..1", "2021-06-15T08:00:00Z"),
    ]


def test_started_again_it_repeats_nothing(desk: Desk, captures: Path) -> None:
    words = ("backfill", "--from", f"dir:{captures}", "--page-url", PAGE)
    desk.json(*words, "--limit", "2")
    (again,) = desk.json(*words)
    assert (again["recorded"], again["known"]) == (2, 2)
    (third,) = desk.json(*words)
    assert (third["recorded"], third["known"]) == (0, 4)
    assert len(desk.json("changes", PAGE)) == 3


def test_killed_before_the_history_was_told_it_tells_it_when_started_again(desk: Desk, captures: Path) -> None:
    """All captures were kept, none was judged: nothing is left to bring in, and nothing was lost."""
    words = ("backfill", "--from", f"dir:{captures}", "--page-url", PAGE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jobs.backfill.keeper.settle", kill)
        with pytest.raises(Killed):
            desk(*words)
    assert desk.json("changes", PAGE) == []
    (again,) = desk.json(*words)
    assert (again["recorded"], again["known"], again["versions"], again["changes"]) == (0, 4, 3, 3)
    assert len(desk.json("changes", PAGE)) == 3


class Killed(BaseException):
    """The process is no more."""


def kill(*_: object, **__: object) -> Rewritten:
    raise Killed


def test_captures_may_arrive_in_any_order(desk: Desk, captures: Path, tmp_path: Path) -> None:
    """The later half first, then the earlier: the same versions and changes as in order."""
    words = ("backfill", "--from", f"dir:{captures}", "--page-url", PAGE)
    desk.json(*words, "--since", "2021-06-18")
    assert [one["change"] for one in desk.json("changes", PAGE)] == ["0..1"]
    desk.json(*words)
    assert [(one["kind"], one["change"]) for one in desk.json("changes", PAGE)] == [
        ("edited", "2..3"),
        ("edited", "1..2"),
        ("created", "0..1"),
    ]
    assert desk.json("show", f"{PAGE}@1")[0]["paragraphs"] == list(PARAGRAPHS)


def test_a_text_between_two_sightings_of_another_is_left_again(desk: Desk, tmp_path: Path) -> None:
    """A, A, C first, then the B between the two A: A, B, A, C, as if they had come in order."""
    folder = tmp_path / "captures"
    words = ("backfill", "--from", f"dir:{folder}", "--page-url", PAGE)
    capture(folder, "20210615T080000Z", *PARAGRAPHS)
    capture(folder, "20210617T080000Z", *PARAGRAPHS, views=99)
    capture(folder, "20210618T080000Z", *PARAGRAPHS[:1])
    desk.json(*words)
    capture(folder, "20210616T080000Z", *PARAGRAPHS[:2])
    (result,) = desk.json(*words)
    assert (result["recorded"], result["versions"], result["changes"]) == (1, 2, 2)
    assert [(one["change"], one["at"][:10]) for one in desk.json("changes", PAGE)] == [
        ("3..4", "2021-06-18"),
        ("2..3", "2021-06-17"),
        ("1..2", "2021-06-16"),
        ("0..1", "2021-06-15"),
    ]
    assert desk.json("show", f"{PAGE}@3")[0]["paragraphs"] == list(PARAGRAPHS)


def lost(folder: Path, stamp: str) -> None:
    """A capture of the page's address that says that it is not there."""
    folder.mkdir(exist_ok=True)
    said = "<h1>提示信息</h1><p>对不起，您访问的页面不存在或已被删除</p>"
    text = f"<html><head><meta charset='utf-8'></head><body>{said}</body></html>"
    (folder / f"{stamp}.html").write_text(text, encoding="utf-8")


def told(desk: Desk) -> list[tuple[str, str]]:
    return [(one["kind"], one["at"][:10]) for one in desk.json("changes", PAGE)][::-1]


def test_a_page_that_is_gone_today_was_not_restored_in_the_past(desk: Desk, tmp_path: Path) -> None:
    """How the page stands is that of the capture's time, and not of today."""
    folder = tmp_path / "captures"
    words = ("backfill", "--from", f"dir:{folder}", "--page-url", PAGE)
    capture(folder, "20210615T080000Z", *PARAGRAPHS)
    lost(folder, "20220101T080000Z")
    lost(folder, "20220102T080000Z")
    desk.json(*words)
    assert told(desk) == [("created", "2021-06-15"), ("removed", "2022-01-02")]
    capture(folder, "20210701T080000Z", PARAGRAPHS[0], PARAGRAPHS[1].replace("30", "35"), PARAGRAPHS[2])
    desk.json(*words)
    assert told(desk) == [("created", "2021-06-15"), ("edited", "2021-07-01"), ("removed", "2022-01-02")]
    assert desk.json("pages")[0]["state"] == "gone"


def test_a_deletion_of_the_past_is_confirmed_and_its_return_told(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    words = ("backfill", "--from", f"dir:{folder}", "--page-url", PAGE)
    capture(folder, "20210615T080000Z", *PARAGRAPHS)
    capture(folder, "20230101T080000Z", *PARAGRAPHS)
    desk.json(*words)
    lost(folder, "20220101T080000Z")
    lost(folder, "20220102T080000Z")
    capture(folder, "20220201T080000Z", *PARAGRAPHS)
    desk.json(*words)
    assert told(desk) == [("created", "2021-06-15"), ("removed", "2022-01-02"), ("restored", "2022-02-01")]
    assert desk.json("pages")[0]["state"] == "live"


def test_a_dry_run_does_nothing(desk: Desk, captures: Path) -> None:
    (result,) = desk.json("backfill", "--from", f"dir:{captures}", "--page-url", PAGE, "--dry-run")
    assert (result["planned"], result["recorded"]) == (4, 0)
    assert desk.json("pages") == []


def test_a_listing_is_walked_and_nobody_is_notified(desk: Desk, town: Town) -> None:
    desk.config.write_text(configuration(town, more='notify = ["json://127.0.0.1:9/"]\n'), encoding="utf-8")
    (dry,) = desk.json("backfill", "town", "--from", "listing", "--dry-run")
    assert (dry["planned"], desk.json("pages")) == (3, [])
    (result,) = desk.json("backfill", "town", "--from", "listing")
    assert (result["admitted"], result["recorded"], result["versions"]) == (3, 3, 3)
    store = open_store(desk.data)
    try:
        assert store.outbox.waiting() == 0
    finally:
        store.close()
    (again,) = desk.json("backfill", "town", "--from", "listing")
    assert (again["admitted"], again["recorded"], again["known"]) == (0, 0, 3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "dir:/no/such/folder", "--page-url", PAGE), "no such folder"),
        (("--from", "tape:9"), "not a way into the past"),
        (("nobody", "--from", "listing"), "town"),
    ],
)
def test_what_makes_no_sense_is_refused(desk: Desk, town: Town, words: tuple[str, ...], said: str) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    answered = desk("backfill", *words)
    assert answered.status == 2
    assert said in answered.err


def test_times_in_names() -> None:
    expected = datetime(2021, 6, 15, 8, 0, 0, tzinfo=UTC)
    for name in ("20210615T080000Z.html", "20210615080000", "2021-06-15T08:00:00Z.htm"):
        assert time_in_name(name) == expected
    for name in ("index.json", "20211315T080000Z.html", "a20210615T080000Z.html"):
        assert time_in_name(name) is None


def test_files_beside_captures_are_named_and_headers_are_theirs(desk: Desk, captures: Path) -> None:
    """Whatever lies there by chance is no failure, and nothing that is passed over in silence."""
    first = min(captures.glob("*.html"))
    first.with_name(first.name + ".headers.json").write_text('{"X-Kept": "yes"}', encoding="utf-8")
    there = len(list(captures.glob("*.html")))
    words = ("backfill", "--from", f"dir:{captures}", "--page-url", PAGE)
    (would,) = desk.json(*words, "--dry-run")
    assert (would["planned"], would["known"], would["skipped"]) == (there, 0, ["index.json"])
    brought = desk(*words)
    assert brought.status == 0, brought.err
    assert "left out as not named by a time: index.json" in brought.out
    with open_store(desk.data) as store:
        assert store.history.snapshot(PAGE, 1).header("x-kept") == "yes"
