"""FetchResult × how an attachment stood → FileVerdict. Pure; the page's own judge never sees a file.

    200 with the digest that we hold, 304    nothing happened
    200 with another digest                  a Change `attachments`: old and new digest, size and type
    200 with a page where a file was asked   a failure, or missing where the page says that nothing is there
    404 410                                  missing; said once `MISSING_CONFIRMATIONS` answers running say so
    anything else                            a failure: never content, never a deletion, never a Change

The first answer for a file is what later ones are compared with, whenever it comes: a first visit that cannot fetch
a file is no Change, and neither is a later one that can.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from crawler import schedule
from crawler.decode import decode
from crawler.extract import extract
from crawler.gone import MISSING_STATUS
from crawler.model import (
    Article,
    AttachedFile,
    Change,
    ChangeKind,
    FetchFailed,
    FetchResult,
    FileVerdict,
    Json,
    Noise,
    NotModified,
    PageKind,
    Snapshot,
    Source,
    Validators,
)
from crawler.volatile import without_query

# How many answers running must say that a file is not there, as for pages.
MISSING_CONFIRMATIONS = 2
# A replaced or lost file weighs as much as a changed figure in the text: it may be the document itself.
_REPLACED, _GONE, _BACK = 0.6, 0.7, 0.5
_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<meta")
_UNITS = (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10))


def files_to_ask(
    article: Article, held: Iterable[AttachedFile], noise: Noise, now: datetime, *, at_once: bool
) -> tuple[AttachedFile, ...]:
    """The attachments of an Article that are to be asked for now, in reading order.

    Those never asked for are, and those that are due; `at_once` asks for all: the Article has just changed, or a person
    wants to know. Only http(s) addresses can be asked. A file whose address differs from a known one's in nothing but
    what `noise` masks (a session token) is that file, at its address of today.
    """
    names = noise.parameters
    known = {without_query(file.url, names): file for file in held}
    wanted = []
    for attachment in article.attachments:
        if urlsplit(attachment.url).scheme not in ("http", "https"):
            continue
        file = known.get(without_query(attachment.url, names)) or AttachedFile(url=attachment.url, name=attachment.name)
        if at_once or file.due is None or file.due <= now:
            wanted.append(replace(file, url=attachment.url, name=attachment.name))
    return tuple(wanted)


def judge_file(source: Source, file: AttachedFile, fetched: FetchResult, number: int, now: datetime) -> FileVerdict:
    """Everything that one request decides of an attachment; `number` is the Page's newest Version."""
    asked = replace(file, asked_at=now, detail="")
    match fetched:
        case NotModified():
            return FileVerdict(state=_well(source, asked, now), at=now)
        case FetchFailed(reason=reason, detail=detail, retry_after=wait):
            return _failed(source, asked, f"{reason}: {detail}", now, retry_after=wait)
        case Snapshot(status=status) if status in MISSING_STATUS:
            return _missing(source, asked, f"the server answered {status}", number, now)
        case Snapshot(status=status) if status != 200:
            return _failed(source, asked, f"the server answered {status}", now)
        case Snapshot(body=body) if not body:
            return _failed(source, asked, "empty body", now)
        case Snapshot() if _is_page(fetched):
            if extract(decode(fetched)).kind is PageKind.GONE:
                return _missing(
                    source, asked, "the server answered with a page that says it does not exist", number, now
                )
            return _failed(source, asked, "the server answered with a page in place of the file", now)
        case Snapshot():
            return _received(source, asked, fetched, number, now)


def _is_page(snapshot: Snapshot) -> bool:
    """Word's own HTML is a file where it is served as one; what is served as a page and looks like one is none."""
    declared = (snapshot.header("content-type") or "").lower()
    head = snapshot.body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return declared.startswith(("text/html", "application/xhtml")) and any(tag in head for tag in _PAGE)


def _well(source: Source, file: AttachedFile, now: datetime) -> AttachedFile:
    return replace(file, failures=0, missing_count=0, gone=False, due=now + source.attachments_every)


def _failed(
    source: Source, file: AttachedFile, detail: str, now: datetime, *, retry_after: timedelta | None = None
) -> FileVerdict:
    failures = file.failures + 1
    due = schedule.after_failure(source, failures, now, retry_after=retry_after)
    return FileVerdict(state=replace(file, failures=failures, detail=detail, due=due), at=now)


def _missing(source: Source, file: AttachedFile, detail: str, number: int, now: datetime) -> FileVerdict:
    count = file.missing_count + 1
    gone = file.digest is not None and count >= MISSING_CONFIRMATIONS
    state = replace(
        file,
        failures=0,
        missing_count=count,
        gone=gone,
        detail=detail,
        # What is gone is asked for whole: a 304 must not hide that another file is there now.
        validators=Validators(),
        due=schedule.after_failure(source, count, now),
    )
    if not gone or file.gone:
        return FileVerdict(state=state, at=now)
    summary = f"attachment {_called(file)} gone: {detail}"
    return FileVerdict(state=state, at=now, change=_change(number, _GONE, summary, "gone", file, None))


def _received(source: Source, file: AttachedFile, snapshot: Snapshot, number: int, now: datetime) -> FileVerdict:
    declared = (snapshot.header("content-type") or "").split(";")[0].strip().lower() or None
    same = file.digest == snapshot.digest
    state = replace(
        _well(source, file, now),
        digest=snapshot.digest,
        size=len(snapshot.body),
        media_type=file.media_type if same else declared,
        since=file.since if same else now,
        validators=snapshot.validators,
    )
    if same and not file.gone:
        return FileVerdict(state=state, at=now)
    kept = None if same else snapshot
    if file.digest is None:
        return FileVerdict(state=state, at=now, snapshot=kept)
    if same:
        summary, event, weight = f"attachment {_called(file)} is back as it was", "back", _BACK
    else:
        said = "is back, and another file" if file.gone else "replaced behind the same link"
        summary, event, weight = f"attachment {_called(file)} {said}: {_became(file, state)}", "replaced", _REPLACED
    return FileVerdict(state=state, at=now, snapshot=kept, change=_change(number, weight, summary, event, file, state))


def _change(
    number: int, weight: float, summary: str, event: str, before: AttachedFile, after: AttachedFile | None
) -> Change:
    file: dict[str, Json] = {"event": event, "url": before.url, "name": before.name}
    file["before"] = _facts(before)
    file["after"] = _facts(after) if after else None
    return Change(
        before=number,
        after=number,
        kind=ChangeKind.ATTACHMENTS,
        significance=weight,
        fields=("attachments",),
        summary=summary,
        evidence={"files": [file]},
    )


def _facts(file: AttachedFile) -> dict[str, Json]:
    return {"digest": file.digest, "size": file.size, "type": file.media_type}


def _called(file: AttachedFile) -> str:
    """`附件1 (a.pdf)`: what the link says, and the file's own name where that is another."""
    own = unquote(urlsplit(file.url).path.rpartition("/")[2])
    return f"{file.name} ({own})" if own and own not in file.name else file.name


def _became(before: AttachedFile, after: AttachedFile) -> str:
    parts = [f"{_size(before.size)}→{_size(after.size)}"]
    if before.size == after.size:
        parts = [f"{before.size} bytes as before"]
    if before.media_type != after.media_type:
        parts.append(f"{before.media_type or 'unknown type'}→{after.media_type or 'unknown type'}")
    parts.append(f"sha-256 {(before.digest or '')[:8]}…→{(after.digest or '')[:8]}…")
    return ", ".join(parts)


def _size(size: int | None) -> str:
    for unit, amount in _UNITS:
        if size is not None and size >= amount:
            return f"{size / amount:.1f} {unit}"
    return f"{size or 0} bytes"
