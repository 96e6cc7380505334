"""One line of an export, read and held against itself: nothing in it is believed before its digest or its kind holds.

All of it raises ValueError, which says what is wrong.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from crawler.model import (
    Article,
    Attachment,
    Change,
    ChangeKind,
    Finding,
    FindingKind,
    NewVersion,
    Outcome,
    Page,
    PageKind,
    Region,
    Severity,
    Snapshot,
    ToldFinding,
)
from crawler.urls import canonical
from store import CheckView, Given, Numbered
from store.carrying import count_from, number_from, text_from, time_from, truth_from, whole_from, word_from

_RANGE = re.compile(r"(\d{1,9})\.\.(\d{1,9})")
_NAME = 500
# Far more rows than there will be, and far fewer than can be numbered.
_MOST = 2**48
Said = Mapping[str, Any]


def line_from(text: str) -> Said:
    """The object of one line."""
    try:
        value = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deep") from None
    except ValueError as error:
        raise ValueError(f"no JSON ({error})") from None
    return _object(value)


def page_from(said: Said) -> Page:
    """The Page that a line is about."""
    url = text_from(_of(said, "page"))
    if canonical(url) is None:
        raise ValueError(f"page: {url!r:.80} is no http(s) URL")
    return Page(url=url, source=source_from(_of(said, "source")))


def source_from(value: object) -> str:
    """The name of a Source: short enough to be looked up by."""
    name = text_from(value)
    if not 0 < len(name) <= _NAME:
        raise ValueError(f"{name!r:.40} is no name of a source")
    return name


def given_from(said: Said) -> Given:
    """What is recorded of a Page at one time."""
    at = time_from(_of(said, "at"))
    number = said.get("version")
    changes, findings = _list(said.get("changes", [])), _list(said.get("findings", []))
    return Given(
        at=at,
        check=_check(at, _object(said["check"])) if said.get("check") is not None else None,
        number=None if number is None else count_from(number),
        version=None if number is None else _version(said),
        snapshot=_snapshot(said, "snapshot"),
        read_from=_snapshot(said, "read_from"),
        changes=tuple(Numbered(_number(one), _change(_object(one))) for one in changes),
        findings=tuple(Numbered(_number(one), _finding(at, _object(one))) for one in findings),
    )


def _number(value: object) -> int | None:
    number = _object(value).get("id")
    if number is not None and not 0 < whole_from(number) < _MOST:
        raise ValueError(f"id: {number} is too large")
    return number


def _check(at: Any, said: Said) -> CheckView:  # noqa: ANN401 - a time
    status = said.get("status")
    return CheckView(
        at=at,
        outcome=Outcome(_of(said, "outcome")),
        status=None if status is None else count_from(status),
        detail=text_from(_of(said, "detail")),
        digest=None,
        version=None,
        past=truth_from(_of(said, "past")),
        times=max(count_from(said.get("times", 1)), 1),
    )


def _snapshot(said: Said, name: str) -> Snapshot | None:
    if said.get(name) is None:
        return None
    kept = _object(said[name])
    if kept.get("body") is None:
        raise ValueError(f"{name}: its body was not exported")
    try:
        body = base64.b64decode(text_from(kept["body"]), validate=True)
    except binascii.Error:
        raise ValueError(f"{name}: its body is not in base64") from None
    if hashlib.sha256(body).hexdigest() != _of(kept, "digest"):
        raise ValueError(f"{name}: its body has another digest than it says")
    return Snapshot(
        url=text_from(_of(kept, "url")),
        final_url=text_from(_of(kept, "final_url")),
        status=count_from(_of(kept, "status")),
        headers=tuple(_header(one) for one in _list(_of(kept, "headers"))),
        body=body,
        fetched_at=time_from(_of(kept, "fetched_at")),
        redirects=_texts(_of(kept, "redirects")),
    )


def _header(value: object) -> tuple[str, str]:
    name, text = _texts(value)
    return name, text


def _version(said: Said) -> NewVersion:
    article = _article(_object(_of(said, "article")))
    if article.digest != _of(said, "digest"):
        raise ValueError("article: it has another digest than it says")
    return NewVersion(article=article, rules=text_from(_of(said, "rules")))


def _article(said: Said) -> Article:
    def text(name: str) -> str | None:
        return None if said.get(name) is None else text_from(said[name])

    attachments = [_object(one) for one in _list(said.get("attachments", []))]
    return Article(
        kind=PageKind(_of(said, "kind")),
        title=text("title"),
        published=text("published"),
        issuer=text("issuer"),
        author=text("author"),
        document_number=text("document_number"),
        paragraphs=_texts(said.get("paragraphs", [])),
        attachments=tuple(
            Attachment(url=text_from(_of(one, "url")), name=text_from(_of(one, "name"))) for one in attachments
        ),
        kicker=text("kicker"),
        subtitle=text("subtitle"),
        captions=_texts(said.get("captions", [])),
        evidence=_object(said.get("evidence", {})),
    )


def _change(said: Said) -> Change:
    match = _RANGE.fullmatch(text_from(_of(said, "change")))
    if match is None:
        raise ValueError(f"change: {said['change']!r:.40} is no pair of versions")
    return Change(
        before=int(match[1]),
        after=int(match[2]),
        kind=ChangeKind(_of(said, "kind")),
        minor=truth_from(_of(said, "minor")),
        significance=number_from(_of(said, "significance")),
        fields=_texts(_of(said, "fields")),
        added=count_from(_of(said, "added")),
        removed=count_from(_of(said, "removed")),
        summary=text_from(_of(said, "summary")),
        evidence=_object(said.get("evidence", {})),
        signature=word_from(said.get("signature", "")),
    )


def _finding(at: Any, said: Said) -> ToldFinding:  # noqa: ANN401 - a time
    repair, resolved = said.get("repair"), said.get("resolved_at")
    finding = Finding(
        kind=FindingKind(_of(said, "kind")),
        severity=Severity(_of(said, "severity")),
        region=Region(_of(said, "region")),
        quote=text_from(_of(said, "quote")),
        start=count_from(_of(said, "start")),
        end=count_from(_of(said, "end")),
        score=number_from(_of(said, "score")),
        evidence=_object(said.get("evidence", {})),
        repair=None if repair is None else text_from(repair),
    )
    return ToldFinding(
        finding=finding,
        version=count_from(_of(said, "version")),
        opened_at=at,
        resolved_at=None if resolved is None else time_from(resolved),
    )


def _of(said: Said, name: str) -> Any:  # noqa: ANN401 - any JSON
    if name not in said:
        raise ValueError(f"{name} is missing")
    return said[name]


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r:.40} is no object")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r:.40} is no list")
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text_from(one) for one in _list(value))


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
