"""`import` of backups of changedetection.io: watches become sources, what they kept becomes history; hostile ones."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.sources import parse_sources
from jobs.elsewhere import past
from tests.jobs.backups import DAYS, FIRST, FULL, SECOND, TAG, URL, backup, br, history, settings, text, write
from tests.jobs.conftest import Desk
from tests.jobs.site import PARAGRAPHS, Town

ROOT = Path(__file__).parents[2]
WATCH = {"url": URL, "title": "食堂采购"}


def imported(desk: Desk, body: bytes, *words: str, status: int = 0, name: str = "backup.zip") -> dict[str, Any]:
    answered = desk("import", write(desk.folder, body, name), "--json", *words)
    assert answered.status == status, answered.err + answered.out
    (result,) = answered.lines
    return dict(result)


def lost(result: dict[str, Any], level: str) -> list[str]:
    return [one["what"] for one in result["not_carried"] if one["level"] == level]


@pytest.mark.parametrize("old", [False, True])
def test_a_watch_becomes_a_source(desk: Desk, old: bool) -> None:
    said = settings(tags={TAG: {"title": "School food"}}, notification_urls=["mailto://all:secret@example.org"])
    said["settings"]["requests"] = {"time_between_check": {"hours": 3}}
    second = {"url": "https://www.example.gov.cn/b", "notification_muted": True, "time_between_check_use_default": True}
    result = imported(desk, backup({FIRST: FULL, SECOND: second}, said=said, old=old))
    assert result["kind"] == "changedetection"
    written = desk.config.read_text("utf-8")
    first, other = parse_sources(written)
    assert (first.name, first.url, first.kind, first.render) == ("食堂采购", URL, "page", True)
    assert first.article.body == "#zoom, div#b"
    assert (first.every, first.min_every) == (timedelta(minutes=5), timedelta(minutes=5))
    assert [target.to for target in first.notify] == ["mailto://user:secret@example.org"]
    assert "# tags: School food\n[[source]]" in written
    assert (other.name, other.every, other.notify, other.render) == ("example-b", timedelta(hours=3), (), False)
    assert lost(result, "lost") == [
        *("subtractive_selectors", "headers", "browser_steps", "include_filters 'json:$.a'"),
        "an address of notification_urls",
    ]
    assert "secret" not in json.dumps(result["not_carried"])


def test_whom_everybody_tells_is_told_of_each(desk: Desk) -> None:
    imported(desk, backup({FIRST: WATCH}, said=settings(notification_urls=["mailto://all:x@example.org"])))
    (source,) = parse_sources(desk.config.read_text("utf-8"))
    assert [target.to for target in source.notify] == ["mailto://all:x@example.org"]


def test_a_watch_that_would_watch_something_else_is_refused(desk: Desk) -> None:
    watches = {
        FIRST: WATCH | {"method": "POST", "body": "q=1"},
        SECOND: {"url": "https://e.gov.cn/{% now 'utc' %}"},
        TAG: {"title": "no url"},
        FIRST[:-1] + "9": {"url": "https://e.gov.cn/good"},
        FIRST[:-1] + "8": {"url": "source:https://e.gov.cn/raw"},
    }
    result = imported(desk, backup(watches), status=1)
    assert [one["url"] for one in result["added"]] == ["https://e.gov.cn/good", "https://e.gov.cn/raw"]
    assert len(lost(result, "refused")) == 3


# ---- what was kept -----------------------------------------------------------------------------------------------


def kept(*, packed: bool = True) -> dict[str, bytes]:
    edited = PARAGRAPHS[1].replace("30", "35")
    return history(
        FIRST,
        {
            DAYS[0]: text(*PARAGRAPHS),
            DAYS[1]: text(PARAGRAPHS[0], edited, PARAGRAPHS[2]),
            DAYS[2]: text(PARAGRAPHS[0], edited),
        },
        packed=packed,
    )


@pytest.mark.parametrize("packed", [True, False])
def test_texts_become_versions_at_their_own_times(desk: Desk, packed: bool) -> None:
    result = imported(desk, backup({FIRST: WATCH}, kept(packed=packed)))
    assert result["history"] == {"recorded": 3, "known": 0, "planned": 0, "versions": 3}
    assert [(one["kind"], one["change"], one["at"]) for one in desk.json("changes", URL)] == [
        ("edited", "2..3", "2024-03-03T08:00:00Z"),
        ("edited", "1..2", "2024-03-02T08:00:00Z"),
        ("created", "0..1", "2024-03-01T08:00:00Z"),
    ]
    (shown,) = desk.json("show", f"{URL}@1")
    assert shown["paragraphs"] == ["首页 | 新闻", *PARAGRAPHS]
    assert desk.json("findings") == []


def test_again_it_repeats_nothing_and_an_addition_goes_in(desk: Desk) -> None:
    first = dict(kept())
    first[f"{FIRST}/history.txt"] = b"\n".join(first[f"{FIRST}/history.txt"].splitlines()[:2]) + b"\n"
    assert imported(desk, backup({FIRST: WATCH}, first))["history"]["recorded"] == 2
    again = imported(desk, backup({FIRST: WATCH}, kept()))
    assert (again["added"], again["history"]["recorded"], again["history"]["known"]) == ([], 1, 2)
    assert imported(desk, backup({FIRST: WATCH}, kept()))["history"]["recorded"] == 0
    assert len(desk.json("changes", URL)) == 3
    assert desk.json("outbox") == []


def test_a_dry_run_counts_and_leaves_no_store(desk: Desk) -> None:
    result = imported(desk, backup({FIRST: WATCH}, kept()), "--dry-run")
    assert (result["history"]["planned"], desk.data.exists(), desk.config.exists()) == (3, False, False)
    imported(desk, backup({FIRST: WATCH}, kept()))
    assert imported(desk, backup({FIRST: WATCH}, kept()), "--dry-run")["history"]["known"] == 3


def test_html_is_better_than_its_text(desk: Desk) -> None:
    """It was decoded by who kept it: that its own meta tag says gbk is no conflict."""
    body = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
    html = f"<!DOCTYPE html><html><head><meta charset='gbk'><title>t</title></head><body><h1>通知标题</h1>{body}</body>"
    members = kept() | {f"{FIRST}/{DAYS[0]}.html.br": br(html.encode())}
    imported(desk, backup({FIRST: WATCH}, members))
    (shown,) = desk.json("show", f"{URL}@1")
    assert (shown["title"], shown["paragraphs"]) == ("通知标题", list(PARAGRAPHS))
    assert desk.json("findings") == []


def test_a_paused_watch_is_written_as_a_comment_with_its_history_and_not_visited(desk: Desk) -> None:
    result = imported(desk, backup({FIRST: WATCH | {"paused": True}, SECOND: {"url": "https://e.gov.cn/b"}}, kept()))
    assert [one["paused"] for one in result["added"]] == [True, False]
    before = desk.config.read_text("utf-8")
    assert [source.url for source in parse_sources(before)] == ["https://e.gov.cn/b"]
    assert result["history"]["versions"] == 3
    assert len(desk.json("changes", URL)) == 3
    (paused,) = [one for one in desk.json("sources") if one["url"] == URL]
    assert paused["active"] is False
    again = imported(desk, backup({FIRST: WATCH | {"paused": True}, SECOND: {"url": "https://e.gov.cn/b"}}, kept()))
    assert (again["added"], again["history"]["known"]) == ([], 3)
    assert desk.config.read_text("utf-8") == before
    desk.config.write_text(before.replace("#| ", ""), encoding="utf-8")
    assert len(parse_sources(desk.config.read_text("utf-8"))) == 2


def test_the_first_visit_after_html_says_nothing_new_and_tells_nobody(desk: Desk, town: Town) -> None:
    """What was kept is read as what is fetched: no difference between two readers is told as one of the page."""
    at = {"url": town.url(1), "notification_urls": ["mailto://user:pw@127.0.0.1:9/"]}
    html = town._answer(1).body
    members = kept() | {f"{FIRST}/{day}.html.br": br(html) for day in DAYS[1:]}
    assert imported(desk, backup({FIRST: at}, members))["history"]["versions"] == 2
    assert desk("check").status == 0
    assert [one["change"] for one in desk.json("changes", town.url(1))] == ["1..2", "0..1"]
    assert desk.json("outbox") == []


# ---- hostile and broken ------------------------------------------------------------------------------------------


def test_what_is_missing_broken_or_leads_away_is_named_and_the_rest_goes_in(desk: Desk) -> None:
    members = kept()
    index = members[f"{FIRST}/history.txt"].decode()
    name = index.splitlines()[1].split(",")[1]
    members[f"{FIRST}/{name}"] = b"no brotli"
    index += "1709500000,absent.txt\n1709500001,../../../../etc/passwd\nnever,a.txt\n99999999999999,a.txt\nrubbish\n"
    index += f"1709500002,/datastore/{FIRST}/{name.removesuffix('.br')}\n1709500003,shot.png\n99999999999,late.txt\n"
    members[f"{FIRST}/history.txt"] = index.encode()
    members[f"{FIRST}/shot.png"] = b"\x89PNG"
    members[f"{FIRST}/late.txt"] = b"from the future"
    members["../../evil.txt"] = b"x"
    members["/etc/passwd"] = b"x"
    answered = desk("import", write(desk.folder, backup({FIRST: WATCH}, members)))
    assert answered.status == 1
    assert "it is not Brotli, as its name says" in answered.err
    assert "'absent.txt' was refused: it is not in the backup" in answered.err
    assert answered.err.count("not a time") == 2
    assert "'shot.png' was not carried over: only texts and HTML are brought in" in answered.err
    assert "its time has not come yet" in answered.err
    assert answered.err.count("its name leads out of the backup, or it is a link") == 2
    assert "2 brought in (2 versions)" in answered.out
    assert not (desk.folder.parent / "evil.txt").exists()


def test_a_link_in_a_backup_is_not_followed(desk: Desk) -> None:
    packed = io.BytesIO(backup({FIRST: WATCH}, {f"{FIRST}/history.txt": b"1709280000,link.txt\n"}))
    with zipfile.ZipFile(packed, "a") as archive:
        link = zipfile.ZipInfo(f"{FIRST}/link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    result = imported(desk, packed.getvalue(), status=1)
    assert result["history"]["recorded"] == 0
    assert lost(result, "refused") == ["a member", "'link.txt'"]


@pytest.mark.parametrize("bomb", ["member", "brotli", "all together"])
def test_a_bomb_is_refused_and_costs_no_more_than_its_bound(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, bomb: str
) -> None:
    """With small bounds: what counts is that they hold."""
    monkeypatch.setattr("jobs.elsewhere.backup.MOST_MEMBER", 1 << 20)
    monkeypatch.setattr("jobs.elsewhere.backup.FREE", 1 << 21)
    zeros = b"0" * (2 << 20)
    members = kept()
    if bomb == "all together":
        members = history(FIRST, {day + n: b"1" * (1 << 20) for n in range(20) for day in DAYS[:1]})
    else:
        at = f"1709500000,bomb.txt{'.br' if bomb == 'brotli' else ''}\n".encode()
        members[f"{FIRST}/history.txt"] += at
        members[f"{FIRST}/bomb.txt" + (".br" if bomb == "brotli" else "")] = br(zeros) if bomb == "brotli" else zeros
    result = imported(desk, backup({FIRST: WATCH}, members), status=1)
    assert result["history"]["recorded"] == (2 if bomb == "all together" else 3)
    assert lost(result, "refused")


def test_a_member_that_is_damaged_costs_only_itself(desk: Desk) -> None:
    body = bytearray(backup({FIRST: WATCH, SECOND: {"url": "https://e.gov.cn/b"}}))
    at = body.index(f"{FIRST}/watch.json".encode()) + 60
    body[at : at + 8] = b"\x00" * 8
    result = imported(desk, bytes(body), status=1)
    assert [one["url"] for one in result["added"]] == ["https://e.gov.cn/b"]
    assert len(lost(result, "refused")) == 1


@pytest.mark.parametrize("watch", [b"[1]", b"nonsense", b"[" * 100000, b"\xff\xfe", b"{}", b'{"url": 5}'])
def test_a_watch_that_is_no_watch_costs_only_itself(desk: Desk, watch: bytes) -> None:
    body = backup({SECOND: {"url": "https://e.gov.cn/b"}}, {f"{FIRST}/watch.json": watch})
    result = imported(desk, body, status=1 if watch != b"{}" else 0)
    assert [one["url"] for one in result["added"]] == ["https://e.gov.cn/b"]


@pytest.mark.parametrize("odd", ["5", 5, [], {}, None, ["", 5], {"a": 1}, "://", True])
@pytest.mark.parametrize(
    "key", ["title", "tags", "include_filters", "time_between_check", "notification_urls", "fetch_backend", "processor"]
)
def test_values_of_any_shape_are_survived(desk: Desk, key: str, odd: Any) -> None:
    result = imported(desk, backup({FIRST: {"url": URL, key: odd}}))
    assert len(result["added"]) == 1


def test_a_backup_of_a_newer_version_is_named_and_what_can_be_read_goes_in(desk: Desk) -> None:
    result = imported(desk, backup({FIRST: WATCH}, kept(), settings(schema_version=99)))
    assert lost(result, "lost") == ["what is new in schema_version 99"]
    assert result["history"]["versions"] == 3


def test_a_backup_cut_short_is_refused_whole(desk: Desk) -> None:
    body = backup({FIRST: WATCH}, kept())
    answered = desk("import", write(desk.folder, body[: len(body) // 2]))
    assert answered.status == 2
    assert "cut short" in answered.err
    assert not desk.config.exists()
    assert desk("import", str(desk.folder / "backup.zip"), "--as", "changedetection").status == 1


def test_the_old_file_of_watches_by_itself(desk: Desk) -> None:
    said = settings() | {"watching": {FIRST: WATCH}}
    result = imported(desk, json.dumps(said).encode(), name="url-watches.json")
    assert [one["name"] for one in result["added"]] == ["食堂采购"]


def test_history_of_an_address_that_is_configured_already_goes_to_its_source(desk: Desk) -> None:
    desk.config.write_text(f'[[source]]\nname = "mine"\nurl = "{URL}"\nkind = "page"\n', encoding="utf-8")
    before = desk.config.read_bytes()
    result = imported(desk, backup({FIRST: WATCH}, kept()))
    assert ([one["name"] for one in result["known"]], result["history"]["versions"]) == (["mine"], 3)
    assert desk.config.read_bytes() == before
    assert {one["source"] for one in desk.json("changes", URL)} == {"mine"}


# ---- stopped -----------------------------------------------------------------------------------------------------


def test_stopped_between_two_captures_it_loses_nothing_and_repeats_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C after the second capture: what is kept is kept, the configuration is whole, and it goes on next time."""
    keep, calls = past._keep, []

    def stopped(*given: Any) -> None:
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        keep(*given)

    path = write(desk.folder, backup({FIRST: WATCH}, kept()))
    with monkeypatch.context() as patch:
        patch.setattr(past, "_keep", stopped)
        assert desk("import", path).status == 130
    assert len(parse_sources(desk.config.read_text("utf-8"))) == 1
    (result,) = desk.json("import", path)
    assert result["history"] == {"recorded": 1, "known": 2, "planned": 0, "versions": 3}


@pytest.mark.alone
def test_killed_at_any_point_it_goes_on(desk: Desk) -> None:
    """kill -9 between keeping and telling: started again, all is there once."""
    path = write(desk.folder, backup({FIRST: WATCH}, kept()))
    words = ["--data", str(desk.data), "--config", str(desk.config), "import", path]
    die = "import os, signal\nfrom jobs.elsewhere import past\n"
    die += "past.settle = lambda *given: os.kill(os.getpid(), signal.SIGKILL)\n"
    die += f"from jobs.cli import main\nmain({words!r})"
    killed = subprocess.run([sys.executable, "-c", die], cwd=ROOT, capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr
    (result,) = desk.json("import", path)
    assert result["history"] == {"recorded": 0, "known": 3, "planned": 0, "versions": 3}
    assert len(desk.json("changes", URL)) == 3
