"""On what conditions a visit asks, and how a server is found out that answers 304 whatever its page says. Pure.

A 304 is believed, but not for ever: now and then a visit asks for the whole page. Time is cut into periods, for each
address elsewhere, so that pages admitted together are not all fetched whole together; the first visit in a new period
is the one that asks, and no count need be kept. The period of a Page and of a file is a week, that of an entry a day;
where visits are rarer than a third of it, it is doubled until three fall into one.

Content that differs under the very validators that are held refutes them. The Page then has the note `lying_validators`
and is asked for whole as long as that stands: until content comes with other validators.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from crawler.model import Article, Evidence, Finding, FindingKind, Known, Region, Severity, SourceState, Validators
from crawler.schedule import place_of

PAGE_PERIOD = timedelta(days=7)
ENTRY_PERIOD = timedelta(days=1)
_VISITS = 3
# Longer than any period that pages have, so that those of the longer ones begin at different times too.
_SPREAD = timedelta(weeks=64)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def conditions(known: Known, now: datetime) -> Validators:
    """What a visit to a Page sends: its validators, or none where the whole page is wanted."""
    # Whatever brought a server back may have brought old files back with it.
    doubted = known.failures > 0 or _note(known) is not None
    return unless_due(known.validators, known.page.url, known.last_checked, now, PAGE_PERIOD, doubted=doubted)


def unless_due(
    validators: Validators, url: str, last: datetime | None, now: datetime, period: timedelta, *, doubted: bool = False
) -> Validators:
    """The validators, or none where they are doubted or a new period of `url` has begun since the visit at `last`."""
    if not validators or doubted or last is None:
        return Validators()
    while period < _VISITS * (now - last):
        period *= 2
    # Whatever a period was doubled to, it begins where a shorter one does: a visit a little late misses none.
    begin = _EPOCH + _SPREAD * place_of(url)
    return validators if (last - begin) // period == (now - begin) // period else Validators()


def refuted(known: Known, received: Validators, article: Article, *, differs: bool) -> Finding | None:
    """The note that the Page's validators lie: that its content `differs` under them, now or when it was opened."""
    held = _note(known)
    same = _hold(known.validators, received)
    if (held is None and not (differs and same)) or (held is not None and differs and not same):
        return None
    evidence: Evidence = {
        "etag": known.validators.etag,
        "last_modified": known.validators.last_modified,
        "version": known.latest.number if known.latest else 0,
    }
    title = article.title or ""
    return Finding(
        kind=FindingKind.LYING_VALIDATORS,
        severity=Severity.LOW,
        region=Region.TITLE,
        quote=title,
        start=0,
        end=len(title),
        score=1.0,
        evidence=held.evidence if held else evidence,
    )


def entry_conditions(state: SourceState, now: datetime) -> Validators:
    """What a visit to a Source's entry sends."""
    return unless_due(state.validators, state.url, state.last_checked, now, ENTRY_PERIOD, doubted=state.lying)


def entry_lies(state: SourceState, received: Validators, *, brought: bool) -> bool:
    """Whether the validators of a Source's entry lie, by what this visit `brought` under them and what was known."""
    return _hold(state.validators, received) if brought and state.validators else state.lying


def _hold(sent: Validators, received: Validators) -> bool:
    """Whether a server that goes by its validators would have answered 304: by the ETag alone, where there are two."""
    if sent.etag and received.etag:
        return sent.etag.removeprefix("W/") == received.etag.removeprefix("W/")
    return bool(sent.last_modified) and sent.last_modified == received.last_modified


def _note(known: Known) -> Finding | None:
    return next((one.finding for one in known.open_findings if one.finding.kind is FindingKind.LYING_VALIDATORS), None)
