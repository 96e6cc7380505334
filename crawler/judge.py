"""FetchResult × what we know → Verdict. The whole decision of one visit, pure: nothing here reads a clock or writes.

    failed to fetch, 5xx, not a page     FAILED     the Page is failing; what we hold stays as it is
    401 403 412 429 451 521, challenge   BLOCKED    never content, never a deletion
    404 410, "does not exist", gone home,
    a headline whose text is gone       GONE       a removal once confirmed: `gone_visits` running, over `gone_after`
    304, or the same content             UNCHANGED
    other content                        CHANGED    a Version and its Change
    first content                        NEW

Captures of the past go through the same door, each with what was known at its time (`crawler.replay`). Where the
Verdict is `suspect`, the Page is judged again once the addresses beside it were asked (crawler.standins).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from crawler import schedule
from crawler.absence import beside_it, blocked, failed, hollow, missing
from crawler.compare import alike, compare, created, page_change, similarity
from crawler.conditions import refuted
from crawler.decode import Document, encoding_of
from crawler.extract import RULES, visible_text
from crawler.flipping import flip
from crawler.foreign import foreign_matter, silence
from crawler.gone import MISSING_STATUS, leads_nowhere, left_its_place
from crawler.model import (
    Article,
    Change,
    ChangeKind,
    FailureReason,
    FetchFailed,
    FetchResult,
    Finding,
    Known,
    NewVersion,
    NotModified,
    Outcome,
    PageKind,
    PageState,
    Snapshot,
    Source,
    Validators,
    Verdict,
)
from crawler.moved import MOVED_WEIGHT
from crawler.noise import not_modified, sift
from crawler.reading import Reading, read
from crawler.sniff import not_a_page
from crawler.standins import Beside, suspected, written_on

_BLOCKED_STATUS = frozenset({401, 403, 407, 412, 429, 451, 521})
_MOVED_SIMILARITY = 0.8


def judge(
    source: Source, known: Known, fetched: FetchResult, now: datetime, *, beside: Beside | None = None
) -> Verdict:
    """Everything that one visit to `known.page` decides, ready to be recorded; `beside` once that was asked for."""
    base = _carried(source, known, now)
    match fetched:
        case NotModified():
            held = known.latest.article if known.latest else None
            return _not_modified(known, _healthy(source, known, base, held, changed=False, now=now))
        case FetchFailed(reason=FailureReason.ROBOTS, detail=detail):
            return blocked(source, known, base, detail, now)
        case FetchFailed(reason=reason, detail=detail, retry_after=wait):
            return failed(source, known, base, f"{reason}: {detail}", now, retry_after=wait)
        case Snapshot(status=status):
            base = replace(base, status=status)
            verdict = _answered(source, known, fetched, base, now)
            return verdict if beside is None else beside_it(source, known, fetched, base, verdict, beside)


def _not_modified(known: Known, verdict: Verdict) -> Verdict:
    """The Verdict on a 304; where a masked place came to rest, the next visit asks for the whole page."""
    noise, read = not_modified(known, verdict.at)
    validators = Validators() if read else verdict.validators
    return replace(verdict, status=304, noise=None if noise == known.noise else noise, validators=validators)


def _carried(source: Source, known: Known, now: datetime) -> Verdict:
    """What stays as it was unless this visit says otherwise."""
    return Verdict(
        outcome=Outcome.UNCHANGED,
        state=known.state,
        at=now,
        next_check=now + source.every,
        validators=known.validators,
        failures=known.failures,
        missing_count=known.missing_count,
        missing_since=known.missing_since,
        rate=known.rate,
        last_body=known.last_body,
    )


# ---- an answer ---------------------------------------------------------------------------------------------------


def _answered(source: Source, known: Known, snapshot: Snapshot, base: Verdict, now: datetime) -> Verdict:
    status = snapshot.status
    if status in MISSING_STATUS:
        return missing(source, known, base, f"the server answered {status}", snapshot)
    if status in _BLOCKED_STATUS:
        return blocked(source, known, base, f"the server answered {status}", now, snapshot)
    if status != 200:
        return failed(source, known, base, f"the server answered {status}", now)
    if reason := not_a_page(snapshot):
        return failed(source, known, base, reason, now)
    reading = read(source, snapshot)
    article = reading.article
    if article.kind is PageKind.BLOCKED:
        return blocked(source, known, base, f"not the page: {_why(article, 'notice')}", now, snapshot)
    if article.kind is PageKind.GONE:
        return missing(source, known, base, "the page says that it does not exist", snapshot)
    if article.kind is PageKind.EMPTY and leads_nowhere(known, snapshot):
        return missing(source, known, base, f"the address now leads to {snapshot.final_url}", snapshot)
    if article.kind is PageKind.EMPTY:
        return failed(source, known, base, f"nothing to read: {_why(article, 'empty')}", now)
    before = _reread(source, known)
    if left_its_place(known, snapshot):
        return _redirected(source, known, before, snapshot, article, base)
    verdict = _read(source, known, before, reading, base)
    if hollow(before, article) and not written_on(verdict.findings or ()):
        return missing(source, known, base, "the headline is there, its text is not", snapshot)
    return verdict


def _why(article: Article, key: str) -> str:
    return str(article.evidence.get(key) or "no reason found")


def _reread(source: Source, known: Known) -> Article | None:
    """The Article in force before, as today's rules read it, so that an upgrade of ours is no change of theirs."""
    if known.latest is None:
        return None
    snapshot = _outdated(known)
    return known.latest.article if snapshot is None else read(source, snapshot).article


def _outdated(known: Known) -> Snapshot | None:
    """The response that the Version in force must be read from again, if other rules read it."""
    return known.latest_snapshot if known.latest is not None and known.latest.rules != RULES else None


def _redirected(
    source: Source, known: Known, before: Article | None, snapshot: Snapshot, article: Article, base: Verdict
) -> Verdict:
    """A Page whose address now leads elsewhere: it moved if the same article is there, else it is gone."""
    target = snapshot.final_url
    if before is None or similarity(before, article) < _MOVED_SIMILARITY:
        return missing(source, known, base, f"the address now leads to {target}", snapshot)
    told = known.state is PageState.MOVED
    verdict = _healthy(source, known, base, before, changed=False, now=base.at)
    return replace(
        verdict,
        state=PageState.MOVED,
        snapshot=None if told else snapshot,
        moved_to=target,
        validators=Validators(),
        changes=() if told else (page_change(known, ChangeKind.MOVED, MOVED_WEIGHT, f"moved to {target}"),),
        outcome=Outcome.UNCHANGED if told else Outcome.CHANGED,
        detail=f"moved to {target}",
    )


# ---- content -----------------------------------------------------------------------------------------------------


def _read(source: Source, known: Known, before: Article | None, reading: Reading, base: Verdict) -> Verdict:
    article, snapshot = reading.article, reading.snapshot
    sifted = sift(known, before, article, base.at)
    turning = flip(known, before, article, base.at)
    differs = sifted.before is not None and not alike(sifted.before, sifted.after)
    lie = refuted(known, snapshot.validators, article, differs=differs)
    notes = tuple(note for note in (turning.note, lie) if note is not None)
    findings = silence(source.silence, known.page.url, (*_detected(known, before, reading), *notes))
    # Foreign matter is never left untold, whatever else flips or is masked.
    quiet = turning.holds and foreign_matter(known.open_findings, findings) is None
    number = known.latest.number if known.latest else 0
    new = not quiet and (differs or sifted.before is None)
    version = NewVersion(article=article, rules=RULES) if new else None
    told = sifted.before, (sifted.before or sifted.after) if quiet else sifted.after
    changes = _changes(known, *told, findings, number)
    verdict = _healthy(source, known, base, article, changed=new and before is not None, now=base.at)
    outcome = Outcome.NEW if before is None else Outcome.CHANGED if new or changes else Outcome.UNCHANGED
    return replace(
        verdict,
        outcome=outcome,
        detail=_notes(reading.document),
        snapshot=snapshot,
        version=version,
        reread=_reread_version(known, before),
        changes=changes,
        findings=findings,
        # While it flips, each visit reads the page whole: a 304 would say nothing of which text it is.
        validators=Validators() if turning.holds else snapshot.validators,
        noise=None if sifted.noise == known.noise else sifted.noise,
        hidden=sifted.hidden,
        suspect=suspected(source, known, before, reading, changes, findings),
    )


def _detected(known: Known, before: Article | None, reading: Reading) -> tuple[Finding, ...]:
    # The detectors with their tables are a third of what takes long to load, and most passes bring nothing to read.
    from crawler.detect import Case, detect

    case = Case(
        document=reading.document,
        article=reading.article,
        page_text=visible_text(reading.document),
        previous=before,
        earlier=tuple(held.finding for held in known.open_findings),
    )
    return detect(case)


def _healthy(
    source: Source, known: Known, base: Verdict, article: Article | None, *, changed: bool, now: datetime
) -> Verdict:
    rhythm, url = known.rhythm, known.page.url
    learned = schedule.learn(known.rate, changed=changed, now=now, rhythm=rhythm)
    age = schedule.age(source, article.published if article else None, known.latest, now)
    return replace(
        base,
        outcome=Outcome.CHANGED if changed else Outcome.UNCHANGED,
        state=PageState.LIVE,
        rate=learned,
        failures=0,
        missing_count=0,
        missing_since=None,
        next_check=schedule.next_check(source, learned, now, key=url, rhythm=rhythm, age=age),
    )


def _reread_version(known: Known, before: Article | None) -> NewVersion | None:
    return None if before is None or _outdated(known) is None else NewVersion(article=before, rules=RULES)


def _changes(
    known: Known, before: Article | None, article: Article, findings: tuple[Finding, ...], number: int
) -> tuple[Change, ...]:
    """The one Change that this content makes, if any; of several that apply, the weightiest names it."""
    if before is None:
        return (created(article),)
    edit = compare(before, article, numbers=(number, number + 1))
    base = edit or page_change(known, ChangeKind.EDITED, 0.0, "")
    if known.state in (PageState.GONE, PageState.MOVED):
        summary = f"back, {edit.summary}" if edit else "back as it was"
        return (replace(base, kind=ChangeKind.RESTORED, significance=0.9, minor=False, summary=summary),)
    if injection := foreign_matter(known.open_findings, findings):
        kind, summary = injection
        return (replace(base, kind=kind, significance=1.0, minor=False, summary=summary),)
    return (edit,) if edit else ()


def _notes(document: Document) -> str:
    """What is worth saying of a page that was read: a charset that could not be taken at its word."""
    notes = [
        f"unknown charset {label!r} in the {place}; read as {document.encoding}"
        for place, label in document.declared
        if encoding_of(label) is None
    ]
    if document.replaced:
        notes.append(f"{document.replaced} characters could not be decoded as {document.encoding}")
    return "; ".join(notes)
