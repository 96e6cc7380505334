"""The past from a web archive: a real pywb, and a fake of the Internet Archive for what pywb never does."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs.backfill import replays
from store import open_store
from tests.jobs.archives import PAGE, SITE, Kept, WebArchive, article, warc, zipped
from tests.jobs.conftest import Desk
from tests.jobs.site import PARAGRAPHS
from tests.outside import Answer, Asked, Outside
from tests.pywb import collection

EDITED = (PARAGRAPHS[0], PARAGRAPHS[1].replace("30", "35"), PARAGRAPHS[2])


@pytest.fixture
def page_desk(desk: Desk) -> Desk:
    """Configured to watch one page."""
    desk.config.write_text(f'[[source]]\nname = "office"\nurl = "{PAGE}"\nkind = "page"\n', encoding="utf-8")
    return desk


@pytest.fixture
def archive(outside: Outside) -> WebArchive:
    """An empty archive, in the manner of the Internet Archive."""
    return WebArchive(outside)


def words(base: str, *more: str) -> tuple[str, ...]:
    return ("backfill", "office", "--from", f"wayback:{base}", *more)


def told(desk: Desk) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["change"], one["at"]) for one in desk.json("changes", PAGE)][::-1]


# ---- pywb ----------------------------------------------------------------------------------------------------------


def life() -> list[Kept]:
    """A page's life: published, seen again, edited and sent compressed, removed, and back."""
    return [
        Kept("20210615080000", article(*PARAGRAPHS), headers=(("Last-Modified", "Tue, 15 Jun 2021 07:00:00 GMT"),)),
        Kept("20210616080000", article(*PARAGRAPHS)),
        zipped("20210617080000", article(*EDITED)),
        Kept("20210701080000", b"<html>gone", status=404),
        Kept("20210702080000", b"<html>gone", status=404),
        Kept("20210801080000", article(*EDITED)),
    ]


def test_a_real_archive_gives_the_history_that_visits_would_have_come_to(page_desk: Desk, tmp_path: Path) -> None:
    base = collection(warc(tmp_path / "life.warc.gz", life()))
    (dry,) = page_desk.json(*words(base, "--dry-run"))
    assert (dry["planned"], dry["recorded"], page_desk.json("pages")) == (6, 0, [])
    (result,) = page_desk.json(*words(base))
    assert (result["recorded"], result["failed"]) == (6, [])
    assert told(page_desk) == [
        ("created", "0..1", "2021-06-15T08:00:00Z"),
        ("edited", "1..2", "2021-06-17T08:00:00Z"),
        ("removed", "2..2", "2021-07-02T08:00:00Z"),
        ("restored", "2..2", "2021-08-01T08:00:00Z"),
    ]
    assert page_desk.json("show", f"{PAGE}@2")[0]["paragraphs"] == list(EDITED)


def test_the_bytes_and_the_headers_are_those_of_the_day(page_desk: Desk, tmp_path: Path) -> None:
    """What the archive adds is not kept, what it has renamed has its name again, and what it undid is undone."""
    captures = life()
    page_desk.json(*words(collection(warc(tmp_path / "life.warc.gz", captures))))
    with open_store(page_desk.data) as store:
        page = store.archive.page(PAGE)
        assert page is not None
        _, _, visits = store.rereading.visits(page)
        kept = [one.fetched for one in visits]
    assert [one.fetched_at for one in kept] == [one.at for one in captures]
    first, _, third, *_ = kept
    assert getattr(first, "body", None) == captures[0].body
    assert getattr(third, "body", None) == article(*EDITED)
    names = {name.lower(): value for name, value in getattr(first, "headers", ())}
    assert names["last-modified"] == "Tue, 15 Jun 2021 07:00:00 GMT"
    assert names["content-type"] == "text/html"
    assert not names.keys() & {"memento-datetime", "link", "date", "content-location"}


def test_asked_again_the_archive_is_asked_for_no_capture(page_desk: Desk, archive: WebArchive) -> None:
    archive.captures = life()
    page_desk.json(*words(archive.base))
    before = len(archive.replays)
    (again,) = page_desk.json(*words(archive.base))
    assert (again["recorded"], again["known"]) == (0, 6)
    assert len(archive.replays) == before


def test_a_collection_that_holds_nothing_of_it_brings_nothing(page_desk: Desk, tmp_path: Path) -> None:
    other = Kept("20210615080000", article("其他"), url=f"{SITE}/other.html")
    (result,) = page_desk.json(*words(collection(warc(tmp_path / "other.warc.gz", [other]))))
    assert (result["recorded"], result["failed"]) == (0, [])


def test_what_pywb_says_of_many_pages_is_asked_for_in_spans_of_time(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pywb has no key to go on by: of a section that has more captures than one answer, each half is asked for."""
    monkeypatch.setattr("crawler.archives.asking.MOST", 4)
    desk.config.write_text(f'[[source]]\nname = "office"\nurl = "{SITE}/zwgk/list.html"\nkind = "listing"\n', "utf-8")
    captures = [
        Kept(f"2021{month:02d}{day:02d}080000", article(*PARAGRAPHS, f"第{month}号"), url=f"{SITE}/zwgk/t{month}.html")
        for month in range(1, 6)
        for day in (1, 2, 3)
    ]
    (result,) = desk.json(*words(collection(warc(tmp_path / "many.warc.gz", captures))))
    assert result["failed"] == []
    assert sorted((one["url"], one["versions"]) for one in desk.json("pages")) == [
        (f"{SITE}/zwgk/t{month}.html", 1) for month in range(1, 6)
    ]
    assert {one["at"][:10] for one in desk.json("changes")} == {f"2021-{month:02d}-01" for month in range(1, 6)}


def test_of_one_page_pywb_is_asked_on_from_the_last_time(
    page_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.archives.asking.MOST", 2)
    captures = [Kept(f"202106{day:02d}080000", article(*PARAGRAPHS, f"第{day}版")) for day in range(1, 8)]
    (result,) = page_desk.json(*words(collection(warc(tmp_path / "one.warc.gz", captures))))
    assert (result["recorded"], result["known"], result["failed"]) == (7, 0, [])


# ---- the Internet Archive's way --------------------------------------------------------------------------------------


def test_an_index_in_arrays_is_read_to_its_end_by_its_key(page_desk: Desk, archive: WebArchive) -> None:
    archive.captures = [Kept(f"202106{day:02d}080000", article(*PARAGRAPHS, f"第{day}版")) for day in range(1, 8)]
    archive.page = 3
    (result,) = page_desk.json(*words(archive.base))
    assert (result["recorded"], result["failed"]) == (7, [])
    assert [one.get("resumeKey") for one in archive.questions] == [None, "3", "6"]
    assert archive.questions[0]["url"] == PAGE
    assert len(archive.replays) == 7


def test_a_last_answer_that_is_full_is_the_last(
    page_desk: Desk, archive: WebArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.archives.asking.MOST", 3)
    archive.captures = [Kept(f"202106{day:02d}080000", article(*PARAGRAPHS, f"第{day}版")) for day in range(1, 7)]
    (result,) = page_desk.json(*words(archive.base))
    assert (result["recorded"], result["failed"], len(archive.questions)) == (6, [], 2)


def test_captures_that_say_the_same_are_asked_for_once(page_desk: Desk, archive: WebArchive) -> None:
    """That the same was there at the first and at the last is kept; what lies between is only counted."""
    archive.captures = [Kept(f"202106{day:02d}080000", article(*PARAGRAPHS)) for day in range(1, 8)]
    (result,) = page_desk.json(*words(archive.base))
    assert (result["recorded"], archive.replays) == (2, ["20210601080000"])
    assert [one["at"] for one in page_desk.json("log", PAGE)][::-1] == ["2021-06-01T08:00:00Z", "2021-06-07T08:00:00Z"]


def test_the_time_limits_are_kept_to(page_desk: Desk, archive: WebArchive) -> None:
    archive.captures = life()
    page_desk.json(*words(archive.base, "--since", "2021-06-16", "--until", "2021-07-01T12:00:00"))
    assert archive.replays == ["20210616080000", "20210617080000", "20210701080000"]
    assert (archive.questions[0]["from"], archive.questions[0]["to"]) == ("20210616000000", "20210701120000")


def test_stopped_by_a_limit_and_started_without_it_it_asks_for_the_rest(page_desk: Desk, archive: WebArchive) -> None:
    archive.captures = life()
    page_desk.json(*words(archive.base, "--limit", "2"))
    (result,) = page_desk.json(*words(archive.base))
    assert (result["recorded"], result["known"]) == (4, 2)
    assert archive.replays == ["20210615080000", "20210617080000", "20210701080000", "20210801080000"]


def test_killed_it_goes_on_in_the_index_where_it_was(
    page_desk: Desk, archive: WebArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that was had is asked for again, and neither is what the index had told whole."""
    archive.captures = [Kept(f"202106{day:02d}080000", article(*PARAGRAPHS, f"第{day}版")) for day in range(1, 10)]
    archive.page = 3
    asked, had = 0, replays.original

    class Killed(BaseException):
        """The process is no more."""

    def dying(*words: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == 6:
            raise Killed
        return had(*words)

    with monkeypatch.context() as patch:
        patch.setattr(replays, "original", dying)
        with pytest.raises(Killed):
            page_desk(*words(archive.base))
    assert len(archive.replays) == 6
    questions = len(archive.questions)
    (result,) = page_desk.json(*words(archive.base))
    assert (result["recorded"], result["known"], result["failed"]) == (4, 5, [])
    assert archive.replays[6:] == [f"202106{day:02d}080000" for day in range(6, 10)]
    assert archive.questions[questions].get("resumeKey") == "3"
    assert len(page_desk.json("changes", PAGE)) == 9


def test_an_archived_redirect_is_followed_where_its_end_was_captured_with_it(
    page_desk: Desk, archive: WebArchive
) -> None:
    """As a visit of that day would have: the page's address led to the home page, so it was gone."""
    home = f"{SITE}/index.html"
    archive.captures = [
        Kept("20210615080000", article(*PARAGRAPHS)),
        *(
            Kept(f"2021070{day}080000", b"", status=302, headers=(("Location", "/index.html"),), mimetype="text/html")
            for day in (1, 2)
        ),
        *(Kept(f"2021070{day}080002", b"<html><body><h1>welcome</h1></body></html>", url=home) for day in (1, 2)),
        # What it leads to was captured a month later: nobody knows what was there on that day.
        Kept("20210901080000", b"moved", status=302, headers=(("Location", "/elsewhere.html"),)),
        Kept("20211001080000", article(*EDITED), url=f"{SITE}/elsewhere.html"),
    ]
    (result,) = page_desk.json(*words(archive.base))
    assert result["failed"] == []
    assert [(kind, at[:10]) for kind, _, at in told(page_desk)] == [
        ("created", "2021-06-15"),
        ("removed", "2021-07-02"),
    ]
    assert result["other"] == 1


def test_a_redirect_to_the_same_page_by_https_is_not_asked_for(page_desk: Desk, archive: WebArchive) -> None:
    plain = PAGE.replace("https://www.", "http://")
    archive.captures = [
        Kept("20210615080000", b"", url=plain, status=301, headers=(("Location", PAGE),)),
        Kept("20210615080001", article(*PARAGRAPHS)),
        Kept("20210616080000", b"", url=plain, status=301, headers=(("Location", PAGE),)),
        Kept("20210616080001", article(*PARAGRAPHS)),
    ]
    (result,) = page_desk.json(*words(archive.base))
    assert (result["recorded"], archive.replays) == (2, ["20210615080001"])


def test_a_capture_by_http_and_without_www_is_of_the_page(page_desk: Desk, archive: WebArchive) -> None:
    archive.captures = [Kept("20100615080000", article(*PARAGRAPHS), url=PAGE.replace("https://www.", "http://"))]
    page_desk.json(*words(archive.base))
    assert [(one["url"], one["versions"]) for one in page_desk.json("pages")] == [(PAGE, 1)]


def test_a_replay_of_another_time_is_kept_at_its_own_time_and_once(page_desk: Desk, archive: WebArchive) -> None:
    """The index lists three; the archive has lost two of them, and sends on to the third."""
    there = Kept("20210615080000", article(*PARAGRAPHS))
    archive.captures = [there]
    listed = [there, Kept("20210616080000", b"lost"), Kept("20210617080000", b"lost as well")]
    index = archive.index

    def lying(asked: Asked) -> Answer:
        archive.captures = listed
        answer = index(asked)
        archive.captures = [there]
        return answer

    archive.outside.answer("/cdx/search/cdx", lying)
    (result,) = page_desk.json(*words(archive.base))
    assert (result["recorded"], result["known"], result["failed"]) == (1, 2, [])
    assert [one["at"] for one in page_desk.json("log", PAGE)] == ["2021-06-15T08:00:00Z"]


def test_a_section_is_asked_for_whole_and_only_what_its_rules_want_is_taken(desk: Desk, archive: WebArchive) -> None:
    desk.config.write_text(
        f'[[source]]\nname = "office"\nurl = "{SITE}/zwgk/list.html"\nkind = "listing"\n'
        'include = ["/zwgk/t"]\nexclude = ["print"]\n',
        encoding="utf-8",
    )
    archive.captures = [
        Kept("20210615080000", article(*PARAGRAPHS)),
        Kept("20210615080000", article(*PARAGRAPHS), url=f"{PAGE}?print=1"),
        Kept("20210615080000", article(*PARAGRAPHS), url=f"{SITE}/zwgk/list.html"),
        Kept("20210615080000", b"\x89PNG", url=f"{SITE}/zwgk/t1.png", mimetype="image/png"),
        Kept("20210615080000", b"never there", url=f"{SITE}/zwgk/t9.html", status=404),
        Kept("20210615080000", article(*EDITED), url=f"{SITE}/xwfb/t1.html"),
    ]
    (result,) = desk.json(*words(archive.base))
    assert [one["url"] for one in desk.json("pages")] == [PAGE]
    assert (result["recorded"], result["admitted"], len(archive.replays)) == (1, 1, 1)
    assert [(one["matchType"], one["url"]) for one in archive.questions] == [("prefix", "http://example.gov.cn/zwgk/")]


# ---- politeness ------------------------------------------------------------------------------------------------------


def test_told_to_stop_it_waits_as_long_as_it_was_told(page_desk: Desk, archive: WebArchive) -> None:
    archive.captures = life()[:1]
    index, told_off = archive.index, Answer(b"slow down", 429, (("Retry-After", "1"),))
    answers = iter([lambda asked: told_off, index])
    archive.outside.answer("/cdx/search/cdx", lambda asked: next(answers, index)(asked))
    (result,) = page_desk.json(*words(archive.base))
    assert (result["recorded"], len(archive.questions)) == (1, 2)


def test_told_to_stay_away_for_hours_it_says_when_to_come_again(page_desk: Desk, archive: WebArchive) -> None:
    archive.captures = life()
    replay = archive.replay

    def tired(asked: Asked) -> Answer:
        if len(archive.replays) > 2:
            return Answer(b"slow down", 429, (("Retry-After", "7200"),))
        return replay(asked)

    archive.outside.otherwise(tired)
    answered = page_desk(*words(archive.base))
    assert answered.status == 1
    assert "left alone for 2.0 hours" in answered.err
    assert len(archive.replays) == 3
    # What came is kept, and part of the history.
    assert [one[0] for one in told(page_desk)] == ["created", "edited"]
    archive.outside.otherwise(replay)
    (result,) = page_desk.json(*words(archive.base))
    assert (result["recorded"], result["known"]) == (3, 3)
    assert len(told(page_desk)) == 4


def test_a_block_ends_it_and_says_what_to_do(page_desk: Desk, archive: WebArchive) -> None:
    archive.outside.page("/cdx/search/cdx", "no", status=403)
    answered = page_desk(*words(archive.base))
    assert answered.status == 1
    assert "refuses to be asked (403)" in answered.err
    assert len(archive.questions) == 1


def test_an_archive_at_which_another_process_is_is_left_to_it(page_desk: Desk, archive: WebArchive) -> None:
    archive.captures = life()
    host = archive.base.removeprefix("http://")
    with open_store(page_desk.data) as store:
        store.archive.take_hosts([host], datetime.now(UTC), "elsewhere:1:1", lease=timedelta(hours=1))
    answered = page_desk(*words(archive.base))
    assert answered.status == 1
    assert "visited by another process" in answered.err
    assert archive.outside.requests == []


def test_its_rules_for_robots_are_not_asked_for(page_desk: Desk, archive: WebArchive) -> None:
    """docs/decisions/0004-web-archives.md says why."""
    archive.captures = life()[:1]
    page_desk.json(*words(archive.base))
    assert not [one for one in archive.outside.paths if "robots" in one]


# ---- lies ------------------------------------------------------------------------------------------------------------


def listed(archive: WebArchive, body: str | bytes) -> None:
    archive.outside.page("/cdx/search/cdx", body, content_type="application/json")


def test_lines_that_cannot_be_meant_are_named_and_the_others_taken(page_desk: Desk, archive: WebArchive) -> None:
    good = Kept("20210615080000", article(*PARAGRAPHS))
    archive.captures = [good]
    key, stamp, url, mime, status, digest, size = good.row
    lies = [
        [key, "yesterday", url, mime, status, digest, size],
        [key, "20211315080000", url, mime, status, digest, size],
        [key, "29990101000000", url, mime, status, digest, size],
        [key, stamp, "ftp://example.gov.cn/", mime, status, digest, size],
        [key, stamp, "https://www.other.example/", mime, status, digest, size],
        [key, stamp, url, mime, status, "-", size],
        [key],
    ]
    text = ",\n".join(json.dumps(row) for row in [*lies, good.row])
    # Broken in the middle as well.
    listed(archive, "[" + text.replace(f'"{lies[0][1]}"', '"yester\nday', 1) + "]")
    answered = page_desk(*words(archive.base, "--json"))
    (result,) = answered.lines
    assert answered.status == 1
    assert result["recorded"] == 1
    said = "\n".join(result["failed"])
    for part in ("no time", "in the future", "no address", "a host that it was not asked for", "no digest", "be read"):
        assert part in said, part
    assert len(archive.replays) == 1


@pytest.mark.parametrize(
    "body", ["<!DOCTYPE html><html><body>Down for maintenance</body></html>", '{"message": "no"}', "Internal error"]
)
def test_what_is_no_index_is_said_to_be_none(page_desk: Desk, archive: WebArchive, body: str) -> None:
    listed(archive, body)
    answered = page_desk(*words(archive.base))
    assert answered.status == 2
    assert "no web archive answers there" in answered.err
    assert archive.base + "/cdx " in answered.err


def test_an_index_that_never_ends_is_not_asked_for_ever(page_desk: Desk, archive: WebArchive) -> None:
    """The same captures and another key, again and again."""
    archive.captures = life()[:1]
    row = archive.captures[0].row
    numbers = iter(range(1000))
    archive.outside.answer(
        "/cdx/search/cdx",
        lambda asked: Answer(json.dumps([row, [], [f"key-{next(numbers)}"]]).encode()),
    )
    answered = page_desk(*words(archive.base, "--json"))
    assert answered.status == 1
    assert "repeats itself" in answered.lines[0]["failed"][0]
    assert (answered.lines[0]["recorded"], len(archive.questions), len(archive.replays)) == (1, 2, 1)


def test_an_index_that_gives_its_first_captures_to_every_question(
    page_desk: Desk, archive: WebArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.archives.asking.MOST", 3)
    archive.captures = life()
    listed(archive, "\n".join(json.dumps(dict(zip(KEYS, one.row, strict=True))) for one in archive.captures[:3]))
    answered = page_desk(*words(archive.base, "--json"))
    assert answered.status == 1
    assert "no way on" in answered.lines[0]["failed"][0]
    assert answered.lines[0]["recorded"] == 3
    assert len(archive.questions) == 2


KEYS = ("urlkey", "timestamp", "url", "mime", "status", "digest", "length")


def test_bytes_that_are_not_those_of_the_index_are_not_taken(page_desk: Desk, archive: WebArchive) -> None:
    """The rest goes in; and what cannot be checked, as it was sent compressed, is taken."""
    packed = zipped("20210617080000", article(*EDITED))
    archive.captures = [Kept("20210615080000", article(*PARAGRAPHS)), Kept("20210616080000", article("其他")), packed]
    replay = archive.replay

    def mangled(asked: Asked) -> Answer:
        answer = replay(asked)
        if "20210616080000" in asked.path:
            return Answer(answer.body[:-10], answer.status, answer.headers)
        return answer

    archive.outside.otherwise(mangled)
    answered = page_desk(*words(archive.base, "--json"))
    assert answered.status == 1
    (problem,) = answered.lines[0]["failed"]
    assert "20210616080000" in problem
    assert "not those of the index" in problem
    assert [at[:10] for _, _, at in told(page_desk)] == ["2021-06-15", "2021-06-17"]
    assert page_desk.json("show", f"{PAGE}@2")[0]["paragraphs"] == list(EDITED)


def test_a_replay_of_another_page_is_not_taken(page_desk: Desk, archive: WebArchive) -> None:
    archive.captures = life()[:1]
    replay = archive.replay

    def other(asked: Asked) -> Answer:
        answer = replay(asked)
        headers = [one for one in answer.headers if one[0] != "Link"]
        return Answer(answer.body, 200, (*headers, ("Link", '<https://www.other.example/>; rel="original"')))

    archive.outside.otherwise(other)
    answered = page_desk(*words(archive.base))
    assert answered.status == 1
    assert "a capture of https://www.other.example/" in answered.err
    assert page_desk.json("changes") == []


def test_an_answer_of_the_archive_itself_is_never_a_capture(page_desk: Desk, archive: WebArchive) -> None:
    """Its own 404, and its own page with status 200, say nothing of the site's."""
    archive.captures = life()[:2]
    answers = {"20210615080000": Answer(b"not here", 404), "20210616080000": Answer(b"<html>Welcome", 200)}
    captures = [Kept("20210615080000", b"1"), Kept("20210616080000", b"2")]
    archive.captures = captures
    archive.outside.otherwise(lambda asked: answers[asked.path.split("/")[2][:14]])
    answered = page_desk(*words(archive.base))
    assert answered.status == 1
    assert answered.err.count("and no capture") == 2
    assert page_desk.json("changes") == []


def test_nothing_answers(page_desk: Desk, archive: WebArchive) -> None:
    answered = page_desk(*words("gopher://example.org/"))
    assert answered.status == 2
    assert "not an http(s) URL" in answered.err


# ---- stopped from outside --------------------------------------------------------------------------------------------


@pytest.mark.alone
@pytest.mark.parametrize(("stop", "ended"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)])
def test_a_process_that_is_stopped_has_kept_all_that_came(
    page_desk: Desk, archive: WebArchive, stop: signal.Signals, ended: int
) -> None:
    """While it waits for its fifth capture: the four before are kept, and their history is told by the next start."""
    archive.captures = [Kept(f"202106{day:02d}080000", article(*PARAGRAPHS, f"第{day}版")) for day in range(1, 8)]
    waits, goes_on, replay = threading.Event(), threading.Event(), archive.replay

    def slow(asked: Asked) -> Answer:
        if "20210605080000" in asked.path and not goes_on.is_set():
            waits.set()
            goes_on.wait(60)
        return replay(asked)

    archive.outside.otherwise(slow)
    places = ("--data", str(page_desk.data), "--config", str(page_desk.config))
    command = [sys.executable, "-c", "from jobs.start import main; main()", *places, *words(archive.base)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert waits.wait(60)
        process.send_signal(stop)
        assert process.wait(60) == ended
    finally:
        process.kill()
        process.wait()
        goes_on.set()
    (result,) = page_desk.json(*words(archive.base))
    assert (result["recorded"], result["known"], result["failed"]) == (3, 4, [])
    assert archive.replays[5:] == [f"202106{day:02d}080000" for day in (5, 6, 7)]
    assert len(told(page_desk)) == 7
