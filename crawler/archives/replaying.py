"""A replayed capture → the Snapshot as it was received on its day.

An archive answers with the status and the bytes of the capture. Its headers come under names of the archive's
(`x-archive-orig-…`), all of them at the Internet Archive, some at pywb; the archive's own are not the page's.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from crawler.archives.addresses import same_address
from crawler.archives.asking import Endpoint
from crawler.archives.index import Row
from crawler.model import Snapshot
from crawler.urls import canonical

_PREFIX = "x-archive-orig-"
# What is the page's also where the archive gives it under its own name.
_OF_THE_PAGE = frozenset(
    {"content-type", "content-language", "content-disposition", "etag", "last-modified", "location", "refresh"}
)
_STAMPED = re.compile(r"[0-9]{1,14}(?:[a-z]{2}_)?/(?=https?:/)", re.IGNORECASE)
_ORIGINAL = re.compile(r"<([^<>]*)>\s*;\s*rel=\"?original\"?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A capture: its Snapshot, where it redirects to (the empty text: nowhere), and its coding.

    `coding` is the Content-Encoding under which the body was captured; `coded` says that the body still is.
    `differs`: its bytes are not those that the index has the digest of, as far as that can be told.
    """

    snapshot: Snapshot
    leads_to: str = ""
    coding: str = ""
    coded: bool = False
    differs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoCapture:
    """An answer of the archive itself: `elsewhere` is where it has the capture, or the empty text."""

    why: str
    elsewhere: str = ""


def original(endpoint: Endpoint, row: Row, answer: Snapshot) -> Replayed | NoCapture:
    """What an answer of the archive to the question for `row` holds; `answer` is as it came, redirects not followed."""
    at = _captured_at(answer)
    restored = _restored(answer)
    if at is None:
        return _of_the_archive(endpoint, row, answer)
    named = _ORIGINAL.search(answer.header("link") or "")
    if named and not same_address(named[1], row.url):
        return NoCapture(why=f"answered with a capture of {named[1][:200]}")
    codings = (_value(restored, "content-encoding") or "").strip().lower()
    untouched = not answer.header("content-encoding") and codings in ("", "identity")
    plain = untouched and not _value(restored, "transfer-encoding")
    coded = not untouched and not answer.header("content-encoding") and answer.body[:2] == b"\x1f\x8b"
    location = _value(restored, "location") or ""
    leads_to = ""
    if 300 <= answer.status < 400 and location:
        leads_to = canonical(_unarchived(endpoint, location, row.url)) or ""
    snapshot = Snapshot(
        url=row.url,
        final_url=row.url,
        status=answer.status,
        headers=restored,
        body=answer.body,
        fetched_at=at,
    )
    differs = (plain or coded) and at == row.at and _is_sha1(row.digest) and _sha1(answer.body) != row.digest
    return Replayed(snapshot=snapshot, leads_to=leads_to, coding=codings, coded=coded, differs=differs)


def _captured_at(answer: Snapshot) -> datetime | None:
    """When the capture was made; None of an answer that is none, for an archive dates every capture that it replays."""
    try:
        at = parsedate_to_datetime(answer.header("memento-datetime") or "")
    except (ValueError, OverflowError):
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def _of_the_archive(endpoint: Endpoint, row: Row, answer: Snapshot) -> NoCapture:
    location = answer.header("location")
    if 300 <= answer.status < 400 and location:
        target = _joined(answer.url, location)
        if target.startswith(endpoint.replay) and same_address(_unarchived(endpoint, target, row.url), row.url):
            return NoCapture(why="has it at another time", elsewhere=target)
        return NoCapture(why=f"redirected to {target[:200]}, which is no capture of it")
    said = answer.header("x-archive-wayback-runtime-error") or ""
    return NoCapture(why=f"answered {answer.status}{f' ({said[:200]})' if said else ''}, and no capture")


def _unarchived(endpoint: Endpoint, location: str, url: str) -> str:
    """Where a page redirected to, whether or not the archive has put itself before that."""
    absolute = _joined(endpoint.replay, location) if _STAMPED.search(location) else location
    if absolute.startswith(endpoint.replay):
        rest = absolute.removeprefix(endpoint.replay)
        stamped = _STAMPED.match(rest)
        if stamped:
            return rest[stamped.end() :]
    return _joined(url, location)


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:
        return location


def _restored(answer: Snapshot) -> tuple[tuple[str, str], ...]:
    kept = [(name[len(_PREFIX) :], value) for name, value in answer.headers if name.lower().startswith(_PREFIX)]
    there = {name.lower() for name, _ in kept}
    plain = [(name, value) for name, value in answer.headers if name.lower() in _OF_THE_PAGE - there]
    return (*plain, *kept)


def _value(headers: tuple[tuple[str, str], ...], wanted: str) -> str | None:
    return next((value for name, value in headers if name.lower() == wanted), None)


def _is_sha1(digest: str) -> bool:
    return re.fullmatch("[A-Z2-7]{32}", digest) is not None


def _sha1(body: bytes) -> str:
    return base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()
