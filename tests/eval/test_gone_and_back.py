"""What is never content and never a deletion, what is gone, and what only mentions such words: read by the whole judge.

The notices and look-alikes of `notices.json` are the project's own; the real pages are those of ../shared/data, skipped
aloud where that folder is absent.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path

import pytest

from crawler.fetch.rules import NO_RULES, parse_rules
from crawler.judge import judge
from crawler.model import Known, Outcome, Page, PageState, Snapshot, Source, Verdict, Version
from tests.crawler.test_judge import html

# One page that tells its own columns from removed files in the words of a notice, one that offers work on firewalls.
LOOK_ALIKES_READ = 56 / 58
# All but a bare number under the name of the site, which the host's answer for a sibling tells (crawler.standins).
GONE_KNOWN, BLOCKED_KNOWN = 37 / 38, 1.0
# All but one: an article that merely reloads itself.
REDIRECTS_KNOWN = 4
LOST_TEXTS_MISSED = 1.0
DATA = Path(__file__).parents[3] / "shared" / "data"
PAGES, LOST = DATA / "pages", DATA / "histories" / "tw_tainan_news_json" / "vanish_and_return_sample.jsonl"
URL = "https://www.example.org/a/1.html"
SOURCE = Source(name="example", url="https://www.example.org/a/")
AT = datetime(2026, 1, 1, tzinfo=UTC)

real = pytest.mark.skipif(not PAGES.is_dir(), reason="../shared/data/pages is absent: no real pages to measure on")


lost = pytest.mark.skipif(not LOST.is_file(), reason="../shared/data/histories is absent: no lost texts to measure on")


def snapshot(body: bytes) -> Snapshot:
    return Snapshot(url=URL, final_url=URL, status=200, headers=(), body=body, fetched_at=AT)


def verdict(body: bytes, known: Known | None = None) -> Verdict:
    return judge(SOURCE, known or Known(page=Page(url=URL, source="example")), snapshot(body), AT)


@cache
def held() -> Known:
    """A page of which an article is held."""
    return after(html().encode())


def after(page: bytes) -> Known:
    """What is known once this was read as the first content."""
    first = verdict(page)
    assert first.version is not None
    version = Version(
        number=1, seen_at=AT, article=first.version.article, snapshot_digest="", rules=first.version.rules
    )
    return Known(page=Page(url=URL, source="example"), latest=version)


# ---- the project's own -------------------------------------------------------------------------------------------


def written(kind: str) -> list[bytes]:
    """The pages of a kind, in the frame of a site."""
    notices = json.loads(Path(__file__).with_name("notices.json").read_text("utf-8"))
    return [framed(title, lines) for title, *lines in notices[kind]]


def framed(title: str, lines: Sequence[str]) -> bytes:
    said = "".join(line if line.startswith("<") else f"<p>{line}</p>" for line in lines)
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body>"
        "<div class='nav'><a href='/'>首页</a><a href='/zwgk/'>政务公开</a><a href='/bsfw/'>办事服务</a></div>"
        f"<h1>{title}</h1><div class='content'>{said}</div>"
        "<div class='footer'>主办：示例市人民政府 备案号 00000000</div></body></html>"
    ).encode()


def share(kind: str, outcome: Outcome) -> float:
    found = [verdict(page).outcome for page in written(kind)]
    assert len(found) > 30
    return sum(one is outcome for one in found) / len(found)


def test_short_pages_that_only_mention_such_words_are_read() -> None:
    """Undated, so that nothing but what they say tells them from a notice."""
    assert share("content", Outcome.NEW) >= LOOK_ALIKES_READ


def test_notices_are_told_for_what_they_are() -> None:
    assert share("gone", Outcome.GONE) >= GONE_KNOWN
    assert share("blocked", Outcome.BLOCKED) >= BLOCKED_KNOWN


def test_a_gate_is_neither_content_nor_deletion_whatever_was_known() -> None:
    """A page that is gone stays gone behind a gate, one that is being missed is missed no more often."""
    for page in written("blocked"):
        live = verdict(page, held())
        assert (live.outcome, live.state, live.changes, live.version) == (Outcome.BLOCKED, PageState.BLOCKED, (), None)
        gone = replace(held(), state=PageState.GONE, missing_count=3, missing_since=AT)
        again = verdict(page, gone)
        assert (again.state, again.changes) == (PageState.GONE, ())
        assert (again.missing_count, again.missing_since) == (3, AT)


# ---- real pages --------------------------------------------------------------------------------------------------


def expected(*words: str) -> list[bytes]:
    """The real pages of which it is said that they are to be taken as one of these."""
    listed = json.loads((PAGES / "manifest.json").read_text("utf-8"))
    return [
        (PAGES / entry["file"]).read_bytes()
        for entry in listed
        if entry["kind"] == "damage" and str(entry.get("expect", "")).startswith(words)
    ]


@real
def test_real_challenges_are_blocks() -> None:
    found = [verdict(page) for page in expected("challenge", "classify as challenge")]
    assert found
    assert all((one.outcome, one.version) == (Outcome.BLOCKED, None) for one in found)


@real
def test_real_stubs_change_nothing() -> None:
    pages = expected("stub/redirect/challenge")
    assert pages
    for known in (None, held()):
        found = [verdict(page, known) for page in pages]
        assert all((one.version, one.changes) == (None, ()) for one in found)
        assert all(one.outcome in (Outcome.BLOCKED, Outcome.FAILED, Outcome.GONE) for one in found)


@real
def test_real_redirects_in_the_markup_are_no_content() -> None:
    found = [verdict(page, held()) for page in expected("redirect")]
    assert sum((one.outcome, one.changes) == (Outcome.FAILED, ()) for one in found) >= REDIRECTS_KNOWN


@real
def test_real_soft_404s_are_gone() -> None:
    pages = expected("soft-404")
    assert pages
    missed = replace(held(), missing_count=1, missing_since=AT)
    assert all([change.kind for change in verdict(page, missed).changes] == ["removed"] for page in pages)


@real
def test_real_look_alikes_are_read() -> None:
    """Pages with the script of a gate, with its payload in their head, under a charset that is not theirs."""
    found = [verdict(page) for page in expected("normal page", "article", "decode")]
    assert len(found) >= 8
    assert all(one.outcome is Outcome.NEW for one in found)


@real
def test_pages_served_for_a_robots_txt_have_no_rules() -> None:
    pages = expected("treat as no robots")
    assert pages
    assert all(parse_rules(page, "palimpsest") == NO_RULES for page in pages)


@lost
def test_texts_that_vanish_and_return_are_failures_and_returns() -> None:
    """Texts that a system lost for minutes to hours, each put under a headline and into the frame of a site."""
    rows = [json.loads(line) for line in LOST.read_text("utf-8").splitlines()]
    texts = [row["old_content"] or row["new_content"] for row in rows]
    found = 0
    for text in texts:
        whole = framed("市府新聞", [escape(line) for line in text.split("\n") if line.strip()])
        known = after(whole)
        gone = verdict(framed("市府新聞", []), known)
        missed = replace(known, state=gone.state, missing_count=gone.missing_count, missing_since=gone.missing_since)
        back = verdict(whole, missed)
        quiet = not gone.changes and not back.changes
        found += quiet and (gone.state, back.state) == (PageState.FAILING, PageState.LIVE)
    assert found / len(texts) >= LOST_TEXTS_MISSED
