"""The API: the contract's shapes, whole lists in parts, problems as problem+json, feeds that readers take."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import feedparser
import pytest

from tests.web.shelf import HOSTILE, QUIET, SCRIPT


def test_changes_have_the_shape_of_the_listing(ask):
    """Scripts that read `changes --json` read this."""
    rows = ask("/api/v1/changes", page=QUIET).json()
    assert [row["change"] for row in rows] == ["1..2", "0..1"]
    assert ask("/api/v1/change", id=rows[0]["id"]).json() == rows[0]
    assert rows[0] == {
        "id": rows[0]["id"],
        "page": QUIET,
        "source": "press",
        "change": "1..2",
        "at": "2026-03-02T04:00:00Z",
        "kind": "edited",
        "minor": False,
        "significance": 0.8,
        "fields": ["issuer", "body"],
        "added": 3,
        "removed": 3,
        "summary": "212 → 230",
        "evidence": {},
    }


def test_findings_have_the_shape_of_the_listing(ask):
    """Inspect's fields, and where and when."""
    (row,) = ask("/api/v1/findings", open=1).json()
    inspected = {"kind", "severity", "region", "quote", "start", "end", "score", "evidence", "repair"}
    assert set(row) == inspected | {"id", "page", "source", "version", "opened_at", "resolved_at", "mark"}
    assert ask("/api/v1/finding", id=row["id"]).json() == row
    assert (row["page"], row["version"], row["resolved_at"], row["repair"]) == (HOSTILE, 2, None, None)
    text = ask("/api/v1/version", url=HOSTILE, n=row["version"]).json()["text"]
    assert text[row["start"] : row["end"]] == row["quote"] == SCRIPT


def test_pages_have_the_shape_of_the_listing(ask):
    """Every page with its state and times."""
    rows = ask("/api/v1/pages", source="press").json()
    assert [row["state"] for row in rows] == ["failing", "gone", "live"]
    keys = {"url", "source", "state", "versions", "checks", "last_checked", "next_check", "last_changed", "title"}
    assert set(rows[0]) == keys
    assert (rows[0]["versions"], rows[0]["checks"]) == (2, 5)


def test_pages_come_in_the_order_that_is_asked_for(ask):
    """By times those that have one: a page that never changed is in no list by changes."""
    listed = {
        order: ask("/api/v1/pages", order=order).json() for order in ("last_changed", "last_checked", "next_check")
    }
    for order, rows in listed.items():
        shown = [row[order] for row in rows]
        assert all(shown)
        assert shown == sorted(shown, reverse=order != "next_check"), order
    assert {len(rows) for rows in listed.values()} == {3}
    assert ask("/api/v1/pages", order="admitted").json() == ask("/api/v1/pages").json()


def test_sources_and_versions_and_the_log(ask):
    """The rest of the listings."""
    names = {row["name"]: row for row in ask("/api/v1/sources").json()}
    assert (names["press"]["failures"], names["press"]["pages"]) == (2, 3)
    assert [row["version"] for row in ask("/api/v1/versions", url=QUIET).json()] == [1, 2]
    outcomes = [row["outcome"] for row in ask("/api/v1/log", url=QUIET).json()]
    assert outcomes == ["failed", "changed", "unchanged", "unchanged", "new"]


def test_a_version_is_the_article_whole(ask):
    """Text is the paragraphs joined, and what the page does not say is null."""
    version = ask("/api/v1/version", url=QUIET, n=2).json()
    assert version["text"] == "\n".join(version["paragraphs"])
    assert version["author"] is None
    assert version["issuer"] == "市府办"


def test_a_diff_rebuilds_both_texts(ask):
    """Without the insertions it is the old text, without the deletions the new one."""
    diff = ask("/api/v1/diff", url=QUIET, a=1, b=2).json()
    for side, n, other in (("before", 1, "insert"), ("after", 2, "delete")):
        kept = [hunk for hunk in diff["hunks"] if hunk[side] is not None]
        text = ["".join(span["text"] for span in hunk["spans"] if span["op"] != other) for hunk in kept]
        assert text == ask("/api/v1/version", url=QUIET, n=n).json()["paragraphs"]
    assert diff["fields"] == [{"name": "issuer", "before": "市政府办", "after": "市府办"}]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("changes", {}),
        ("changes", {"order": "oldest", "since": "2026-03-02"}),
        ("pages", {}),
        ("pages", {"order": "last_checked"}),
        ("pages", {"order": "next_check"}),
        ("log", {"url": QUIET}),
    ],
)
def test_lists_come_in_parts_that_add_up(ask, path, query):
    """Following `next` to its end gives every row once."""
    whole = ask(f"/api/v1/{path}", **query).json()
    parts, address = [], f"/api/v1/{path}"
    answer = ask(address, limit=2, **query)
    for _ in whole:
        assert len(answer.json()) <= 2
        parts += answer.json()
        link = re.fullmatch(r'<(.+)>; rel="next"', answer.headers.get("link", ""))
        if not link:
            break
        answer = ask(link[1])
    assert len(whole) > 2
    assert parts == whole


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/nowhere", 404),
        ("/api/v1/version?url=https://nobody.example/&n=1", 404),
        ("/api/v1/log?url=https://nobody.example/", 404),
        ("/api/v1/changes?limit=0", 422),
        ("/api/v1/changes?limit=x", 422),
        ("/api/v1/findings?kind=nonsense", 422),
        ("/api/v1/findings?open=perhaps", 422),
        ("/api/v1/findings?since=yesterday", 422),
        ("/api/v1/changes?cursor=7", 422),
        ("/api/v1/pages?cursor=1_7", 422),
        ("/api/v1/pages?cursor=7&order=last_changed", 422),
        ("/api/v1/pages?order=url", 422),
        ("/api/v1/search?q=%E5%AD%A6", 422),
        ("/api/v1/source?name=nobody", 404),
        ("/api/v1/page?url=https://nobody.example/", 404),
        ("/api/v1/change?id=999", 404),
        ("/api/v1/finding?id=999", 404),
    ],
)
def test_problems_are_problem_json(ask, path, status):
    """RFC 9457, with what is wrong in `detail`."""
    answer = ask(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


@pytest.mark.parametrize("path", ["/api/v1/changes", "/api/v1/sources", "/feeds/changes.atom", "/feeds/findings.json"])
def test_who_has_an_answer_is_not_sent_it_again(ask, path):
    """Programs that poll cost a line; what differs has another tag."""
    first = ask(path)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert first.headers["cache-control"] == "private, no-cache"
    for offered in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = ask(path, headers={"If-None-Match": offered})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert ask(path, headers={"If-None-Match": '"other"'}).content == first.content
    assert ask(path, source="nobody").headers["etag"] != tag or path.endswith("sources")


def test_times_are_read_as_people_write_them(ask):
    """A day, a zone, a plus that a form has made a space of; and none that a calendar cannot hold is a fault."""
    for since in ("2026-03-03", "2026-03-03T09:00:00 08:00", "2026-03-03T09:00:00%2B08:00", "2026-03-03T01:00:00Z"):
        assert len(ask(f"/api/v1/changes?since={since}").json()) == 1, since
    for since in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-12-31T23:59:60Z"):
        assert ask("/api/v1/changes", since=since).status_code == 200


def test_search_finds_what_was_indexed(ask, shelf):
    """Chinese inside of what is written, every version that says it."""
    shelf.archive.index(100)
    found = ask("/api/v1/search", q="学校食堂").json()
    assert [(one["page"], one["version"]) for one in found] == [(QUIET, 2), (QUIET, 1)]
    first = ask("/api/v1/search", q="学校食堂", limit=1)
    assert first.json() == found[:1]
    following = first.headers["link"].partition(">")[0].removeprefix("<")
    assert ask(following).json() == found[1:]
    assert ask("/api/v1/search", q="学校食堂", order="oldest").json() == found[::-1]
    first = ask("/api/v1/search", q="学校食堂", order="oldest", limit=1)
    following = first.headers["link"].partition(">")[0].removeprefix("<")
    assert first.json() + ask(following).json() == found[::-1]


def test_other_methods_say_what_is_possible(ask):
    """405 and OPTIONS name what there is; HEAD is GET without its body."""
    allowed = "GET, HEAD, OPTIONS"
    refused = ask("/api/v1/changes", "DELETE")
    assert (refused.status_code, refused.headers["allow"]) == (405, allowed)
    assert refused.headers["content-type"] == "application/problem+json"
    asked = ask("/api/v1/changes", "OPTIONS")
    assert (asked.status_code, asked.headers["allow"], asked.content) == (204, allowed, b"")
    assert ask("/api/v1/changes", "HEAD").headers["etag"] == ask("/api/v1/changes").headers["etag"]


def test_the_api_describes_itself(ask):
    """OpenAPI, served by ourselves and drawn from nowhere else."""
    described = ask("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert "/api/v1/changes" in described["paths"]
    assert ask("/docs").status_code == 404
    written = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    for path, operation in described["paths"].items():
        (row,) = re.findall(rf"\| `{path}` \|[^|]*\|([^|]*)\|", written)
        asked = {one["name"] for one in operation["get"].get("parameters", [])} - {"cursor", "limit"}
        assert set(re.findall("`([a-z]+)`", row)) == asked, path


def test_the_feed_of_changes_is_one_that_readers_take(ask):
    """Newest first, each entry with an id that stays, a time and a link into the room."""
    feed = feedparser.parse(ask("/feeds/changes.atom").content)
    assert not feed.bozo
    assert feed.version == "atom10"
    assert feed.feed.updated == "2026-03-03T01:00:00Z"
    assert "removed" in feed.entries[0].title
    ids = [entry.id for entry in feed.entries]
    assert len(set(ids)) == len(ids) == 6
    assert ids == [entry.id for entry in feedparser.parse(ask("/feeds/changes.atom").content).entries]
    for entry in feed.entries:
        assert ask(entry.link.removeprefix("http://localhost:8000")).status_code == 200


def test_feeds_filter_and_have_their_own_ids(ask):
    """A feed of one source is another feed than that of all."""
    assert feedparser.parse(ask("/feeds/changes.atom", source="nobody").content).entries == []
    findings = feedparser.parse(ask("/feeds/findings.atom", open=1).content)
    assert [entry.category for entry in findings.entries] == ["spam_block"]
    ids = {feedparser.parse(ask("/feeds/findings.atom", **query).content).feed.id for query in ({}, {"open": 1})}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("name", "query", "categories"),
    [
        ("changes", {"kind": "edited"}, ["edited"]),
        ("changes", {"page": QUIET}, ["edited", "created"]),
        ("findings", {"severity": "high", "page": HOSTILE}, ["spam_block"]),
        ("findings", {"severity": "low"}, []),
        ("search", {"q": "学校食堂"}, ["press", "press"]),
        ("search", {"q": "鼋鼍"}, []),
    ],
)
def test_feeds_in_either_form_tell_the_same(ask, shelf, name, query, categories):
    """Each filter of the address, and each entry with the id that it has in the other form."""
    shelf.archive.index(100)
    answer, written = (ask(f"/feeds/{name}.{form}", **query) for form in ("atom", "json"))
    feed, twin = feedparser.parse(answer.content), written.json()
    assert not feed.bozo
    assert [entry.category for entry in feed.entries] == categories == [item["tags"][0] for item in twin["items"]]
    assert [entry.id for entry in feed.entries] == [item["id"] for item in twin["items"]]
    assert [entry.updated for entry in feed.entries] == [item["date_modified"] for item in twin["items"]]
    assert twin["version"] == "https://jsonfeed.org/version/1.1"
    assert (twin["title"], twin["feed_url"]) == (feed.feed.title, str(written.url))
    assert written.headers["content-type"] == "application/feed+json"
    assert answer.headers["last-modified"] == written.headers["last-modified"]


def test_a_feed_that_is_none_is_refused(ask):
    """Another form, another kind, nothing to look up."""
    statuses = [
        ask(f"/feeds/{path}").status_code for path in ("changes.rss", "changes.atom?kind=x", "search.json?q=x y")
    ]
    assert statuses == [422, 422, 200]
    assert [ask(f"/feeds/{path}").status_code for path in ("search.atom", "search.atom?q=%E5%AD%A6")] == [422, 422]


@pytest.mark.parametrize(
    ("path", "query", "feeds"),
    [
        ("/", {}, []),
        (
            "/changes",
            {"source": "press", "kind": "edited", "minor": 0, "since": "7d", "oldest": 1},
            [("changes", {"source": "press", "kind": "edited", "minor": "0"})],
        ),
        ("/changes", {"since": "7d"}, []),
        ("/findings", {"open": 1, "severity": "high"}, [("findings", {"open": "1", "severity": "high"})]),
        ("/page", {"url": HOSTILE}, [("changes", {"page": HOSTILE}), ("findings", {"page": HOSTILE})]),
        ("/source", {"name": "press"}, [("changes", {"source": "press"}), ("findings", {"source": "press"})]),
        ("/search", {"q": "学校食堂", "source": "press"}, [("search", {"q": "学校食堂", "source": "press"})]),
        ("/search", {}, []),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_feeds_that_pages_name_are_there(ask, path, query, feeds, language):
    """In both forms, with the filter of the page, whatever it is; a title in the reader's language tells them apart."""
    text = ask(path, headers={"Accept-Language": language}, **query).text
    found = re.findall(r'<link rel="alternate" type="([^"]+)" href="([^"]+)" title="([^"]+)">', text)
    asked = [(kind, *urlsplit(html.unescape(address))[2:4]) for kind, address, _ in found]
    wanted = [("changes", {}), ("findings", {}), *feeds]
    forms = (("application/atom+xml", "atom"), ("application/feed+json", "json"))
    assert [(kind, path, dict(parse_qsl(one))) for kind, path, one in asked] == [
        (kind, f"/feeds/{name}.{form}", given) for name, given in wanted for kind, form in forms
    ]
    titles = [title for *_, title in found]
    assert len(set(titles)) == len(titles)
    assert all(re.search("[一-鿿]", title) for title in titles) == (language == "zh")
    for kind, address, _ in found:
        answer = ask(html.unescape(address))
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
