"""What a visit decides that found nothing to read: failed, blocked, or missing the Page. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from crawler import schedule
from crawler.compare import page_change
from crawler.gone import ask_again, confirmed
from crawler.model import (
    Article,
    ChangeKind,
    Known,
    Outcome,
    PageKind,
    PageState,
    Snapshot,
    Source,
    Validators,
    Verdict,
    bare_text,
)
from crawler.standins import Beside

# A text was lost where what stands in its place is this many times shorter.
_LOST = 4
# So many visits running may leave open whether a Page that was missed is there again, rewritten.
_PATIENCE = 5
# So many characters are a text, whether it is written in sentences or in labelled lines.
_A_TEXT = 100
_SENTENCE = re.compile(r"[。！？!?]|\.(?=\s|$)")


def failed(
    source: Source, known: Known, base: Verdict, detail: str, now: datetime, *, retry_after: timedelta | None = None
) -> Verdict:
    """The Verdict on a visit that got no answer, or none to go by: what is held stays as it is."""
    failures = known.failures + 1
    return replace(
        base,
        outcome=Outcome.FAILED,
        state=_failing(known),
        detail=detail,
        failures=failures,
        next_check=schedule.after_failure(source, failures, now, retry_after=retry_after),
    )


def blocked(
    source: Source, known: Known, base: Verdict, detail: str, now: datetime, snapshot: Snapshot | None = None
) -> Verdict:
    """The Verdict on an answer by whoever stands in front of the Page: never content, never a deletion."""
    verdict = failed(source, known, base, detail, now)
    state = PageState.BLOCKED if verdict.state is PageState.FAILING else verdict.state
    return replace(verdict, outcome=Outcome.BLOCKED, state=state, snapshot=snapshot)


def missing(source: Source, known: Known, base: Verdict, detail: str, snapshot: Snapshot) -> Verdict:
    """The Verdict on an answer that the Page is not there: a removal once that is confirmed, told once.

    What moved is not lost where its old address, or the redirect there, is given up.
    """
    now = base.at
    sure = confirmed(source, known, now)
    has_moved = known.state is PageState.MOVED
    told = has_moved or known.state is PageState.GONE or known.latest is None
    changes = () if told or not sure else (page_change(known, ChangeKind.REMOVED, 1.0, f"gone: {detail}"),)
    return replace(
        base,
        outcome=Outcome.GONE,
        state=PageState.GONE if sure and not has_moved else _failing(known),
        detail=detail,
        snapshot=snapshot,
        changes=changes,
        validators=Validators(),
        failures=0,
        missing_count=known.missing_count + 1,
        missing_since=known.missing_since or now,
        next_check=ask_again(source, known, now),
    )


def beside_it(
    source: Source, known: Known, snapshot: Snapshot, base: Verdict, verdict: Verdict, beside: Beside
) -> Verdict:
    """The Verdict on a suspect answer in the light of what the addresses beside it say.

    What they leave open stays content, but for a Page already missed: that would come back as its own replacement. Not
    for ever, since there are hosts that never answer for a sibling. What is at every address is content only where the
    Source is that one page: a board, and no notice in place of a site.
    """
    if not verdict.suspect:
        return verdict
    if beside is Beside.SAME:
        detail = "the server answers the same for an address that does not exist"
        return missing(source, known, base, detail, snapshot)
    if beside is Beside.EVERYWHERE and known.page.url != source.url:
        return failed(source, known, base, "the server answers the same, or nothing, at every address", base.at)
    if beside is Beside.UNKNOWN and known.missing_count and known.failures < _PATIENCE:
        return failed(source, known, base, "not what it was, and the server does not say what is missing", base.at)
    return replace(verdict, suspect=False)


def hollow(before: Article | None, article: Article) -> bool:
    """Whether of an Article the headline is left and none of its text: a system that lost it.

    Beside the headline there may be labels and the words of the frame, which were not in its text, and no sentence.
    """
    # The cheapest first: of nearly every visit the text is as long as it was.
    if before is None or 2 * len(article.text) > len(before.text) or article.attachments:
        return False
    title = bare_text(article.title or "")
    if not title or title != bare_text(before.title or ""):
        return False
    if {before.kind, article.kind} != {PageKind.ARTICLE}:
        return False
    if len(before.text) < _A_TEXT and not _SENTENCE.search(before.text):
        return False
    lines = [line for line in article.paragraphs if line and bare_text(line) != title]
    if sum(map(len, lines)) * _LOST > len(before.text) or any(map(_SENTENCE.search, lines)):
        return False
    held = bare_text(before.text)
    return not any(bare_text(line) in held for line in lines)


def _failing(known: Known) -> PageState:
    """How a Page stands after a visit that neither found it nor made sure that it is gone."""
    return PageState.FAILING if known.state in (PageState.LIVE, PageState.BLOCKED) else known.state
