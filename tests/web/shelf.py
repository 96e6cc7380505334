"""What the tests of the reading room put into a store: quiet pages and hostile ones; and how they ask for something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
from fastapi import FastAPI

from crawler.model import (
    Article,
    Attachment,
    Change,
    ChangeKind,
    Finding,
    FindingKind,
    Link,
    NewVersion,
    Outcome,
    Page,
    PageState,
    Region,
    Severity,
    Snapshot,
    Verdict,
)
from store import Store

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NOW = START + timedelta(days=2)
QUIET = "https://www.example.gov.cn/xwfb/1.html"
GONE = "https://www.example.gov.cn/xwfb/2.html"
HOSTILE = "https://www.example.gov.cn/xwfb/3.html?q=\"><script>alert('url')</script>&r=1#%2F"
SCRIPT = "</script></title><script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg/onload=alert(3)>"
LURE = "javascript:alert(4)"

QUIET_TEXT = (
    "市人民政府今天召开新闻发布会，通报教育工作情况。",
    "全市共有学校食堂212所，全部公开菜谱。",
    "发布会由市政府新闻办主持。",
    "记者可以提问。",
    "最后，请各位记者按顺序离场。",
)
QUIET_EDITED = (QUIET_TEXT[0], "全市共有学校食堂230所，全部公开菜谱。", *QUIET_TEXT[2:])


def snapshot(url: str, at: datetime, body: bytes) -> Snapshot:
    """A plain 200 response."""
    return Snapshot(
        url=url,
        final_url=url,
        status=200,
        headers=(("content-type", "text/html; charset=utf-8"),),
        body=body,
        fetched_at=at,
    )


def verdict(
    at: datetime,
    outcome: Outcome,
    *,
    article: Article | None = None,
    snap: Snapshot | None = None,
    changes: tuple[Change, ...] = (),
    findings: tuple[Finding, ...] | None = (),
    state: PageState = PageState.LIVE,
    status: int = 200,
    detail: str = "",
) -> Verdict:
    """A Verdict as the judge would give it."""
    return Verdict(
        outcome=outcome,
        state=state,
        at=at,
        next_check=at + timedelta(hours=6),
        status=status,
        detail=detail,
        snapshot=snap,
        version=NewVersion(article=article, rules="1") if article else None,
        changes=changes,
        findings=findings,
    )


def spam(text: str, *, quote: str, evidence: Mapping[str, str]) -> Finding:
    """A high finding on a quote in an article's text."""
    start = text.index(quote)
    return Finding(
        kind=FindingKind.SPAM_BLOCK,
        severity=Severity.HIGH,
        region=Region.ARTICLE,
        quote=quote,
        start=start,
        end=start + len(quote),
        score=0.97,
        evidence=dict(evidence),
    )


@dataclass
class Shelf:
    """Fills one store, a page at a time."""

    store: Store

    def admit(self, url: str, title: str) -> Page:
        return self.store.archive.admit("press", [Link(url=url, title=title)], START)[0]

    def quiet(self) -> None:
        """A page edited once, with a quiet hour before and after."""
        page = self.admit(QUIET, "发布会")
        record = self.store.archive.record
        first = Article(title="市政府召开新闻发布会", published="2026-03-02", issuer="市政府办", paragraphs=QUIET_TEXT)
        edited = Article(title="市政府召开新闻发布会", published="2026-03-02", issuer="市府办", paragraphs=QUIET_EDITED)
        created = Change(before=0, after=1, kind=ChangeKind.CREATED, summary="first seen")
        edit = Change(
            before=1,
            after=2,
            kind=ChangeKind.EDITED,
            significance=0.8,
            fields=("issuer", "body"),
            added=3,
            removed=3,
            summary="212 → 230",
        )
        times = [START + timedelta(hours=hour) for hour in range(5)]
        body = b"<p>one</p>"
        record(
            page,
            verdict(times[0], Outcome.NEW, article=first, snap=snapshot(QUIET, times[0], body), changes=(created,)),
        )
        record(page, verdict(times[1], Outcome.UNCHANGED, status=304))
        record(page, verdict(times[2], Outcome.UNCHANGED, status=304))
        body = b"<p>two</p><script>alert(1)</script>"
        record(
            page,
            verdict(times[3], Outcome.CHANGED, article=edited, snap=snapshot(QUIET, times[3], body), changes=(edit,)),
        )
        failed = verdict(
            times[4], Outcome.FAILED, findings=None, state=PageState.FAILING, status=503, detail="HTTP 503"
        )
        record(page, failed)

    def gone(self) -> None:
        """A page that was removed."""
        page = self.admit(GONE, "另一条")
        article = Article(title="另一条新闻", paragraphs=("一。",))
        at = START
        self.store.archive.record(
            page,
            verdict(
                at,
                Outcome.NEW,
                article=article,
                snap=snapshot(GONE, at, b"<p>1</p>"),
                changes=(Change(before=0, after=1, kind=ChangeKind.CREATED),),
            ),
        )
        at += timedelta(days=1)
        removed = Change(before=1, after=1, kind=ChangeKind.REMOVED, significance=1.0, summary="the page is not there")
        self.store.archive.record(
            page,
            verdict(at, Outcome.GONE, changes=(removed,), findings=None, state=PageState.GONE, status=404),
        )

    def hostile(self) -> None:
        """A page on which every text that can carry a payload does."""
        page = self.admit(HOSTILE, SCRIPT)
        record = self.store.archive.record
        first = Article(title="通知", paragraphs=("通知全文。",))
        second = Article(
            title=SCRIPT,
            published=SCRIPT,
            issuer=SCRIPT,
            author=SCRIPT,
            document_number=SCRIPT,
            kicker=SCRIPT,
            subtitle=SCRIPT,
            captions=(SCRIPT,),
            paragraphs=("通知全文。", SCRIPT, "\u202e\x00\x0bcontrol"),
            attachments=(
                Attachment(url=LURE, name=SCRIPT),
                Attachment(url="https://www.example.gov.cn/a.pdf", name="附件一"),
                Attachment(url="data:text/html,<script>alert(5)</script>", name="data"),
                Attachment(url=" \tjava\nscript:alert(6)", name="split"),
            ),
        )
        finding = spam(second.text, quote=SCRIPT, evidence={SCRIPT: SCRIPT})
        created = Change(before=0, after=1, kind=ChangeKind.CREATED, summary=SCRIPT + "\x0b\ufffe\x00")
        injected = Change(
            before=1, after=2, kind=ChangeKind.INJECTED, fields=("title", "body"), added=90, summary=SCRIPT
        )
        at = START + timedelta(hours=1)
        body = b"<p>1</p>"
        record(page, verdict(at, Outcome.NEW, article=first, snap=snapshot(HOSTILE, at, body), changes=(created,)))
        at += timedelta(hours=1)
        record(
            page,
            verdict(
                at,
                Outcome.CHANGED,
                article=second,
                snap=snapshot(HOSTILE, at, SCRIPT.encode()),
                changes=(injected,),
                findings=(finding,),
                detail=SCRIPT,
            ),
        )


Ask = Callable[..., httpx.Response]


def asker(app: FastAPI, base: str = "http://localhost:8000") -> Ask:
    """A function that asks an application for a path, as a browser on this machine would."""

    def ask(
        path: str, method: str = "GET", headers: Mapping[str, str] | None = None, **query: object
    ) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                given = {name: str(value) for name, value in query.items()}
                return await client.request(method, path, params=given or None, headers=headers)

        return asyncio.run(go())

    return ask
