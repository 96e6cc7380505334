"""What comes or goes in the same way on many Pages of a Source at once: its template, and not so many edits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from crawler.model import TEMPLATE_KINDS, Change, SourceEvent, Verdict

# Within this time; pages of one source are visited within days of each other.
WINDOW = timedelta(days=7)
# Pages from which it is many; of a small source, half of its pages and no fewer than three.
MANY, FEW = 5, 3
_PREFIX = "template of the source: "


def shared_change(verdict: Verdict) -> Change | None:
    """The Change that could be the template's: whole paragraphs or parts of fields came or went, and nothing else."""
    for change in verdict.changes:
        if change.signature and change.kind in TEMPLATE_KINDS and not change.minor:
            return change
    return None


def since(now: datetime) -> datetime:
    """How far back the same Change on another Page counts."""
    return now - WINDOW


def templated(verdict: Verdict, others: int, pages: int) -> Verdict:
    """The Verdict in the light of `others`, the Source's other Pages with the same Change, of its `pages` in all.

    Where they are many, the Change is minor and says so, and the Source has one event.
    """
    change = shared_change(verdict)
    count = others + 1
    if change is None or count < min(MANY, max(FEW, (pages + 1) // 2)):
        return verdict
    bare = change.summary.removeprefix(_PREFIX)
    event = SourceEvent(signature=change.signature, summary=_PREFIX + bare, since=since(verdict.at))
    minor = replace(change, minor=True, significance=0.0, summary=event.summary)
    changes = tuple(minor if one is change else one for one in verdict.changes)
    return replace(verdict, changes=changes, event=event)
