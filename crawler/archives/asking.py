"""What is asked of an archive's index, and how it is gone on with until all is told.

An answer lists so many captures at most. The Internet Archive gives a key to go on by. Elsewhere the captures of one
URL are in the order of their times, so the next question begins where the last answer ended; of many URLs they are not,
so the span of time is halved until each half is told whole. An index that does not keep to what was asked is not gone
on with: it would be asked for ever.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import quote, urlsplit

from crawler.archives.index import BEGINNING, Index, stamp_of
from crawler.urls import canonical

# Captures in one answer; a line of it has some two hundred bytes.
MOST = 5_000
# Answers to one question: ten million captures.
MOST_ANSWERS = 2_000
# So many pages are asked for one by one; beyond that, what is under the folders they have in common.
ONE_BY_ONE = 50
_IA_INDEX, _IA_REPLAY = "/cdx/search/cdx", "/web/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an archive answers: `index` is the URL of its CDX server, `replay` what stands before a timestamp."""

    index: str
    replay: str

    def replayed(self, stamp: str, url: str) -> str:
        """The address of one capture, its bytes as they were."""
        return f"{self.replay}{stamp}id_/{url}"


def endpoints(base: str) -> tuple[Endpoint, ...]:
    """Where an archive with this address may answer, likeliest first; nothing for what is no http(s) URL.

    The address may be that of the archive, of one of its collections, of its replays, or of its CDX server itself.
    """
    url = canonical(base)
    if url is None:
        return ()
    url = url.partition("?")[0].rstrip("/")
    if url.endswith(_IA_INDEX):
        return (Endpoint(index=url, replay=url.removesuffix(_IA_INDEX) + _IA_REPLAY),)
    if url.endswith("/cdx"):
        return (Endpoint(index=url, replay=url.removesuffix("cdx")),)
    trunk = url.removesuffix(_IA_REPLAY.rstrip("/"))
    archive = Endpoint(index=trunk + _IA_INDEX, replay=trunk + _IA_REPLAY)
    collection = Endpoint(index=f"{url}/cdx", replay=f"{url}/")
    older = Endpoint(index=f"{url}-cdx", replay=f"{url}/")
    if trunk != url or not urlsplit(url).path.strip("/"):
        return archive, collection
    return collection, older, archive


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question: the captures of a URL, of all below it, or of its whole host."""

    url: str
    match: Literal["exact", "prefix", "host"] = "exact"


def queries(pages: Collection[str], entry: str, *, more: bool = False) -> tuple[Query, ...]:
    """What is to be asked for these pages of a Source with this entry, in a fixed order.

    `more`: others beside them are wanted too. Then, and without any, what lies under the folder that they and the entry
    have in common, once per host. Up to ONE_BY_ONE are asked for by themselves; of more, what lies under their folder.
    """
    if more or not pages:
        return _below([entry, *pages])
    if len(pages) <= ONE_BY_ONE:
        return tuple(Query(url=url) for url in sorted(pages))
    return _below(pages)


def _below(urls: Iterable[str]) -> tuple[Query, ...]:
    folders: dict[str, list[str]] = defaultdict(list)
    for url in urls:
        parts = urlsplit(url)
        # Archives keep all schemes, and a host with and without www., in one place.
        folders[parts.netloc.removeprefix("www.")].append(parts.path.rpartition("/")[0] + "/")
    asked = []
    for host, paths in sorted(folders.items()):
        shared = _shared(paths)
        asked.append(Query(url=f"http://{host}{shared}", match="host" if shared == "/" else "prefix"))
    return tuple(asked)


def _shared(paths: list[str]) -> str:
    first, last = min(paths).split("/"), max(paths).split("/")
    same = next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    return "/".join(first if same is None else [*first[:same], ""])


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a question has been answered.

    `spans` are what is still to be told, the first of them now: from and to, fourteen digits or nothing. `resume` is
    the archive's key to go on by, `last` the end of what it has told, `answers` how many there were.
    """

    spans: tuple[tuple[str, str], ...] = (("", ""),)
    resume: str = ""
    last: tuple[str, str] = ("", "")
    answers: int = 0


def ask(endpoint: Endpoint, query: Query, cursor: Cursor) -> str:
    """The URL of the question.

    That like captures be collapsed is not asked for: it would leave out that a page was still there, and in a question
    about many URLs the first capture of one that begins as the one before it ended.
    """
    begin, end = cursor.spans[0]
    asked = {
        "url": query.url,
        "matchType": query.match,
        "output": "json",
        "limit": str(MOST),
        "showResumeKey": "true",
        "from": begin,
        "to": end,
    }
    sent = [f"{name}={quote(value, safe='')}" for name, value in asked.items() if value]
    # The key is given as it is to be sent back.
    return f"{endpoint.index}?{'&'.join([*sent, *([f'resumeKey={cursor.resume}'] if cursor.resume else [])])}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What an answer leads to: where to go on (None: all is told), whether its captures count, what is wrong.

    They do not count where they will be told again, in halves.
    """

    next: Cursor | None
    counts: bool = True
    problem: str = ""


def after(query: Query, cursor: Cursor, answer: Index, now: datetime) -> Step:
    """What to do after an answer to a question at this cursor."""
    rows = answer.rows
    last = (rows[-1].key, rows[-1].stamp) if rows else cursor.last
    told = replace(cursor, last=last, answers=cursor.answers + 1)
    begin, end = cursor.spans[0]
    if told.answers >= MOST_ANSWERS:
        return Step(next=None, problem=f"the index goes on after {MOST_ANSWERS:,} answers; the rest was not asked for")
    if answer.resume:
        if answer.resume == cursor.resume or (cursor.answers and last == cursor.last):
            return Step(next=None, problem="the index repeats itself; it was not asked any further")
        return Step(next=replace(told, resume=_sendable(answer.resume)))
    # Who has given a key before gives none when all is told.
    if answer.lines < MOST or cursor.resume:
        spans = cursor.spans[1:]
        return Step(next=replace(told, spans=spans, resume="", last=("", "")) if spans else None)
    strays = any(not _within(row.stamp, begin, end) for row in rows)
    if query.match == "exact":
        if strays or not rows or last[1] <= begin or last == cursor.last:
            return Step(next=None, problem="the index gives no way on after its first captures")
        return Step(next=replace(told, spans=((last[1], end), *cursor.spans[1:])))
    halves = _halves(begin, end, now)
    if strays or len(halves) < 2:
        spans = cursor.spans[1:] if not strays else ()
        problem = f"more than {MOST:,} captures from {begin or 'the beginning'} on, of which the index tells only these"
        return Step(next=replace(told, spans=spans, last=("", "")) if spans else None, problem=problem)
    return Step(next=replace(told, spans=(*halves, *cursor.spans[1:]), last=("", "")), counts=False)


def _sendable(key: str) -> str:
    # Given already escaped by the Internet Archive; what could break a URL is escaped whoever gives it.
    return quote(key, safe="%+!*'();:@$,/-_.~")


def _within(stamp: str, begin: str, end: str) -> bool:
    return (not begin or stamp >= begin) and (not end or stamp <= end)


def _halves(begin: str, end: str, now: datetime) -> tuple[tuple[str, str], ...]:
    """A span of time as two, or as it is where it is a second long."""
    first = _moment(begin) if begin else BEGINNING
    last = _moment(end) if end else now + timedelta(days=1)
    if first >= last:
        return ((begin, end),)
    middle = first + timedelta(seconds=int((last - first).total_seconds() // 2))
    return (stamp_of(first), stamp_of(middle)), (stamp_of(middle + timedelta(seconds=1)), stamp_of(last))


def _moment(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
