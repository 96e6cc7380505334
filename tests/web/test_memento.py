"""Memento (RFC 7089): the past as programs ask for it, to the byte, and powerless in a browser."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from urllib.parse import quote

import pytest

from crawler.model import Article, Change, ChangeKind, Outcome, Snapshot, Source
from store import open_store
from tests.web.shelf import GONE, HOSTILE, NOW, QUIET, START, Shelf, asker, snapshot, verdict
from web import create_app
from web.safe import FRAMED_POLICY

ROOM = "http://localhost:8000"
FIRST, SECOND = f"{ROOM}/memento/20260302010000/{QUIET}", f"{ROOM}/memento/20260302040000/{QUIET}"
# %B9%AB%B8%E6 is GBK, %2F no slash, and the query is of the page.
ODD = "http://old.example.gov.cn/%B9%AB%B8%E6/a%2Fb.asp?id=3&t=%D0%C2&u=http://x/?y"


def linked(header: str) -> dict[str, tuple[str, str]]:
    """A Link header: each relation, with its address and its time."""
    found = {}
    for place, rels, rest in re.findall(r'<([^<>]*)>; rel="([^"]*)"((?:; \w+="[^"]*")*)', header):
        for rel in rels.split():
            found.setdefault(rel, (place, (re.search(r'datetime="([^"]*)"', rest) or [None, ""])[1]))
    return found


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        (None, SECOND),
        ("Mon, 02 Mar 2026 01:00:00 GMT", FIRST),
        ("Mon, 02 Mar 2026 02:29:59 GMT", FIRST),
        ("Mon, 02 Mar 2026 02:30:01 GMT", SECOND),
        ("Sat, 01 Jan 2000 00:00:00 GMT", FIRST),
        ("Fri, 31 Dec 9999 23:59:59 GMT", SECOND),
    ],
)
def test_the_timegate_leads_to_the_nearest(ask, asked, place):
    """302, what it depends on, and where else to look; the newest for who does not say when."""
    answer = ask(f"/timegate/{QUIET}", headers={"Accept-Datetime": asked} if asked else None)
    assert (answer.status_code, answer.headers["location"]) == (302, place)
    assert answer.headers["vary"] == "accept-datetime"
    assert "memento-datetime" not in answer.headers
    links = linked(answer.headers["link"])
    assert links["original"][0] == QUIET
    assert links["timemap"][0] == f"{ROOM}/timemap/link/{QUIET}"
    assert links["first"] == (FIRST, "Mon, 02 Mar 2026 01:00:00 GMT")
    assert links["last"] == (SECOND, "Mon, 02 Mar 2026 04:00:00 GMT")


@pytest.mark.parametrize(
    "asked", ["", "yesterday", "2026-03-02", "Mon, 02 Mar 2026 01:00:00", "Mon, 99 Mar 2026 01:00:00 GMT"]
)
def test_a_time_that_is_none_is_refused(ask, asked):
    """400, as the RFC has it."""
    assert ask(f"/timegate/{QUIET}", headers={"Accept-Datetime": asked}).status_code == 400


def test_a_memento_is_the_response_as_it_was(ask, shelf):
    """The bytes, the time, the digest, and the way to those beside it."""
    answer = ask(SECOND.removeprefix(ROOM))
    kept = shelf.history.snapshot(QUIET, 2)
    assert (answer.status_code, answer.content) == (200, kept.body)
    assert answer.headers["memento-datetime"] == "Mon, 02 Mar 2026 04:00:00 GMT"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["x-archive-orig-content-type"] == "text/html; charset=utf-8"
    links = linked(answer.headers["link"])
    assert links["original"][0] == QUIET
    assert links["timegate"][0] == f"{ROOM}/timegate/{QUIET}"
    assert links["prev"] == links["first"] == (FIRST, "Mon, 02 Mar 2026 01:00:00 GMT")
    assert links["last"][0] == SECOND
    assert "next" not in links
    head = ask(SECOND.removeprefix(ROOM), "HEAD")
    assert (head.status_code, head.content, head.headers["link"]) == (200, b"", answer.headers["link"])
    tag = {"If-None-Match": answer.headers["etag"]}
    assert ask(SECOND.removeprefix(ROOM), headers=tag).status_code == 304


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        (f"/memento/20260302010001/{QUIET}", FIRST),
        (f"/memento/2027/{QUIET}", SECOND),
        (f"/memento/20260302/{QUIET}", FIRST),
        (f"/memento/19700101000000id_/{QUIET}", FIRST),
    ],
)
def test_another_time_leads_to_the_nearest(ask, asked, place):
    """As archives do; a bookmark made by hand works."""
    answer = ask(asked)
    assert (answer.status_code, answer.headers["location"]) == (302, place)
    assert "memento-datetime" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("/timegate/https://nobody.example/", 404),
        ("/timemap/link/https://nobody.example/", 404),
        ("/memento/20260302010000/https://nobody.example/", 404),
        ("/timegate/", 400),
        ("/timegate/javascript:alert(1)", 400),
        ("/timegate/http://[", 400),
        ("/timemap/xml/" + QUIET, 422),
        ("/memento/20261302010000/" + QUIET, 400),
        ("/memento/99999999999999/" + QUIET, 400),
        ("/memento/00000000000000/" + QUIET, 400),
        ("/memento/" + QUIET, 400),
        ("/memento/cdx", 422),
    ],
)
def test_what_was_never_kept_is_said_so(ask, asked, status):
    """And no redirect leaves the room, whatever is asked for."""
    answer = ask(asked)
    assert answer.status_code == status
    assert "location" not in answer.headers


def test_what_is_replayed_can_do_nothing(ask):
    """From our own origin, a page that somebody else wrote: no script, nothing loaded, no form, no origin."""
    answer = ask(SECOND.removeprefix(ROOM))
    assert b"<script>" in answer.content
    assert answer.headers["content-security-policy"] == FRAMED_POLICY
    assert FRAMED_POLICY.startswith("sandbox;")
    assert "allow" not in FRAMED_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A store with one page of many responses and an address that is easily spoilt, and a page of nothing."""
    with open_store(tmp_path_factory.mktemp("odd"), None) as store:
        store.archive.declare([Source(name="press", url="http://old.example.gov.cn/", kind="listing")], START)
        filler = Shelf(store)
        page = filler.admit(ODD, "公告")
        filler.admit("http://old.example.gov.cn/nothing", "无")
        for number in range(1, 1203):
            at = START + timedelta(minutes=number)
            response = snapshot(ODD, at, f"<p>{number}</p>".encode())
            article = Article(title="公告", paragraphs=(str(number),))
            kind = ChangeKind.CREATED if number == 1 else ChangeKind.EDITED
            change = Change(before=number - 1, after=number, kind=kind)
            store.archive.record(page, verdict(at, Outcome.CHANGED, article=article, snap=response, changes=(change,)))
        for number, (status, media_type) in enumerate(
            [(404, "text/javascript"), (302, "text/html\r\nSet-Cookie: a=b")]
        ):
            at = START + timedelta(days=2, minutes=number)
            response = Snapshot(
                url=ODD,
                final_url=ODD,
                status=status,
                headers=(("Content-Type", media_type), ("X-Odd", "\u516c"), ("Bad Name", "x"), ("Set-Cookie", "s=1")),
                body=b"alert(1)",
                fetched_at=at,
            )
            article = Article(title="公告", paragraphs=(f"{status}",))
            store.archive.record(page, verdict(at, Outcome.CHANGED, article=article, snap=response))
        yield asker(create_app(store.history, clock=lambda: NOW))


def walked(odd, form):
    """The addresses of all Mementos, following a TimeMap to its end."""
    places, following = [], f"/timemap/{form}/{ODD}"
    for _ in range(9):
        answer = odd(following)
        assert answer.status_code == 200
        if form == "json":
            told = answer.json()
            assert told["original_uri"] == ODD
            places += [one["uri"] for one in told["mementos"]["list"]]
            following = told["pages"].get("next")
        else:
            assert answer.headers["content-type"].startswith("application/link-format")
            lines = answer.text.removesuffix("\n").split(",\n")
            places += [line.partition(">")[0][1:] for line in lines if 'memento"' in line]
            assert ('rel="first ' in answer.text) == (len(places) == 500)
            more = [line.partition(">")[0][1:] for line in lines if 'rel="timemap"' in line]
            assert bool(more) != ("last memento" in answer.text)
            following = more[0] if more else None
        if not following:
            return places
        following = following.removeprefix(ROOM)
    raise AssertionError("a TimeMap without an end")


def test_a_long_timemap_comes_in_parts(odd):
    """Each response once, in both forms the same, the oldest first."""
    places = walked(odd, "link")
    assert len(places) == len(set(places)) == 1204
    assert places == sorted(places) == walked(odd, "json")
    assert odd(places[700].removeprefix(ROOM)).text == "<p>701</p>"


def test_an_address_survives_to_the_byte(odd):
    """Escapes of another charset, escaped slashes, a query with an address in it; also under the other scheme."""
    for asked in (ODD, ODD.replace("http:", "https:", 1), ODD.replace("//", "/", 1), ODD[7:], quote(ODD, safe="")):
        answer = odd(f"/timegate/{asked}")
        assert answer.status_code == 302, asked
        assert answer.headers["location"].endswith(f"/{ODD}")
    assert odd("/timegate/" + ODD.replace("t=%D0%C2", "t=%D0%C3")).status_code == 404
    assert odd("/timegate/http://old.example.gov.cn/nothing").status_code == 404
    assert odd("/timemap/link/http://old.example.gov.cn/nothing").status_code == 404


def test_the_past_is_behind_the_same_door(shelf):
    """Kept responses are no more open than what is said of them."""
    locked = asker(create_app(shelf.history, clock=lambda: NOW, token="word"), base="http://room.example")
    for path in (
        f"/timegate/{QUIET}",
        f"/timemap/link/{QUIET}",
        SECOND.removeprefix(ROOM),
        "/memento/cdx?url=" + QUIET,
    ):
        assert locked(path).status_code == 401
        assert locked(path, headers={"Authorization": "Bearer word"}).status_code in {200, 302}


def test_no_replay_is_a_script_or_sets_anything(odd):
    """A script from our own origin could be run by a page of ours; a header of theirs would be ours."""
    gone, moved = (odd(f"/memento/2026030401{minute}00/{ODD}") for minute in ("00", "01"))
    assert (gone.status_code, moved.status_code) == (404, 200)
    for answer in (gone, moved):
        assert answer.headers["memento-datetime"]
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["x-archive-orig-set-cookie"] == "s=1"
        assert not {"set-cookie", "x-odd", "x-archive-orig-x-odd", "location"} & set(answer.headers)


def test_the_index_lists_what_there_is(odd, ask):
    """An object a line, as pywb writes it, within the times that are asked for."""
    rows = [json.loads(line) for line in ask("/memento/cdx", url=QUIET, output="json").text.splitlines()]
    assert [(row["timestamp"], row["status"], row["mime"]) for row in rows] == [
        ("20260302010000", "200", "text/html"),
        ("20260302040000", "200", "text/html"),
    ]
    assert rows[0]["urlkey"] == "cn,gov,example)/xwfb/1.html"
    assert len(odd("/memento/cdx", url=ODD, limit=7).text.splitlines()) == 7
    assert len(odd("/memento/cdx", url=ODD, **{"from": "2026030201", "to": "2026030201"}).text.splitlines()) == 59
    assert odd("/memento/cdx", url=ODD, to="9999").text.count("\n") == 1204
    assert odd("/memento/cdx", url="http://nobody.example/").text == ""


def test_the_index_lists_what_is_below_an_address(ask, odd):
    """A folder or a host, under either scheme, with and without www.; nothing of what only begins like it."""

    def pages(url, match, **more):
        lines = ask("/memento/cdx", url=url, matchType=match, **more).text.splitlines()
        return [json.loads(line)["url"] for line in lines]

    assert pages("http://example.gov.cn/xwfb/", "prefix") == [QUIET, QUIET, GONE, HOSTILE, HOSTILE]
    assert pages("http://example.gov.cn/xw", "host") == pages("https://www.example.gov.cn/", "prefix")
    assert pages("http://www.example.gov.cn/xwfb/2", "prefix") == [GONE]
    assert pages("http://example.gov.cn/other/", "prefix") == pages("http://example.gov/", "host") == []
    assert len(pages("http://example.gov.cn/", "host", to="2026030201")) == 2
    assert len(pages("http://example.gov.cn/", "host", limit=1)) == 1
    assert ask("/memento/cdx", url=QUIET, matchType="domain").status_code == 422


def test_a_removed_page_keeps_its_past(ask):
    """That is what it is for."""
    answer = ask(f"/timegate/{GONE}", headers={"Accept-Datetime": "Tue, 03 Mar 2026 09:00:00 GMT"})
    assert ask(answer.headers["location"].removeprefix(ROOM)).text == "<p>1</p>"
