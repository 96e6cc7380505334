"""One Article at two addresses of its Source: a second address of what is kept, or the new one of what was lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.compare import page_change, similarity
from crawler.model import Article, ChangeKind, Known, Outcome, Page, PageState, Verdict, bare_text

MOVED_WEIGHT = 0.3
# So long before or after a Page was missed its Article must have come up at the other address: what stood at both for
# months did not move there.
_AROUND = timedelta(days=30)
# Text this alike under the same title is the same article, told anew by another template.
_SAME_TEXT = 0.95


def elsewhere(verdict: Verdict, twin: Page | None) -> Verdict:
    """The Verdict on a new Page in the light of `twin`, a Page of the same Source with the same Article.

    A second address of an Article already kept is no news: its creation is minor and says where the twin is.
    """
    if twin is None or verdict.outcome is not Outcome.NEW:
        return verdict
    changes = tuple(
        replace(change, minor=True, significance=0.0, summary=f"same article as {twin.url}")
        if change.kind is ChangeKind.CREATED
        else change
        for change in verdict.changes
    )
    return replace(verdict, changes=changes)


def sought(known: Known, verdict: Verdict) -> tuple[datetime, datetime] | None:
    """When a lost Page's Article may have come up elsewhere; None for a Page that is not lost or had none.

    It is lost once that is confirmed: until then it may be back where it was.
    """
    since = verdict.missing_since
    if verdict.outcome is not Outcome.GONE or verdict.state is not PageState.GONE or known.latest is None or not since:
        return None
    return since - _AROUND, since + _AROUND


def relocated(known: Known, verdict: Verdict, found: Sequence[tuple[Page, Article]]) -> Verdict:
    """The Verdict on a lost Page in the light of the live Pages that came up around then: moved, where one has its
    Article, be it before the loss was confirmed or after it was told."""
    held = known.latest
    target = next((page.url for page, article in found if held and same_article(held.article, article)), None)
    return verdict if target is None else led_to(known, verdict, target)


def led_to(known: Known, verdict: Verdict, target: str) -> Verdict:
    """The Verdict on a lost Page whose Article is at another address."""
    if known.latest is None or verdict.state is not PageState.GONE:
        return verdict
    change = page_change(known, ChangeKind.MOVED, MOVED_WEIGHT, f"moved to {target}")
    moved = replace(change, evidence={"to": target})
    detail = f"{verdict.detail}; moved to {target}"
    return replace(verdict, state=PageState.MOVED, moved_to=target, changes=(moved,), detail=detail)


def same_article(one: Article, other: Article) -> bool:
    """Whether two Pages have the same Article: alike to the digest, or the same title, day and nearly the same text.

    The issues of a bulletin have one title and nearly one text; the day tells them apart.
    """
    if one.digest == other.digest:
        return True
    title = bare_text(one.title or "")
    if not title or title != bare_text(other.title or ""):
        return False
    if one.published and other.published and one.published[:10] != other.published[:10]:
        return False
    return similarity(one, other) >= _SAME_TEXT
