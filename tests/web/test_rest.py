"""The API: the contract's shapes, whole lists in parts, problems as problem+json, feeds that readers take."""

from __future__ import annotations

import re

import feedparser
import pytest

from tests.web.shelf import HOSTILE, QUIET, SCRIPT


def test_changes_have_the_shape_of_the_listing(ask):
    """Scripts that read `changes --json` read this."""
    rows = ask("/api/v1/changes", page=QUIET).json()
    assert [row["change"] for row in rows] == ["1..2", "0..1"]
    assert rows[0] == {
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
    assert set(row) == inspected | {"page", "source", "version", "opened_at", "resolved_at", "mark"}
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


@pytest.mark.parametrize(("path", "query"), [("changes", {}), ("pages", {}), ("log", {"url": QUIET})])
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
    ],
)
def test_problems_are_problem_json(ask, path, status):
    """RFC 9457, with what is wrong in `detail`."""
    answer = ask(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_the_api_describes_itself(ask):
    """OpenAPI, served by ourselves and drawn from nowhere else."""
    described = ask("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert "/api/v1/changes" in described["paths"]
    assert ask("/docs").status_code == 404


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
