"""Many outbox items for one target as one Message."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from jobs.notify.message import Message
from store import OutboxItem

# Of more the rest is counted: a message that nobody reads to its end tells nothing.
_MOST_LINES = 20
_NOUNS = {"alarm": "alarm", "finding": "finding", "change": "change", "event": "change of a template"}


def digest(items: Sequence[OutboxItem]) -> Message:
    """One Message for `items`, gravest findings first; every item in the payload."""
    ordered = sorted(items, key=lambda item: (-_rank(item), item.id))
    several = len({item.source for item in ordered}) > 1
    lines = [_line(item, several) for item in ordered[:_MOST_LINES]]
    if len(ordered) > _MOST_LINES:
        lines = [_by_kind(ordered), *lines, f"and {len(ordered) - _MOST_LINES} more"]
    payload = tuple({"id": _id_of(item), "what": item.what, **item.payload} for item in ordered)
    return Message(subject=_subject(ordered), body="\n\n".join(lines), payload=payload)


def _id_of(item: OutboxItem) -> str:
    """By what a receiver knows an item again, in whatever company it comes. Numbers of rows may be given anew."""
    told = json.dumps([item.what, item.at.isoformat(), item.payload], sort_keys=True)
    return hashlib.sha256(told.encode("utf-8")).hexdigest()[:16]


def _subject(items: Sequence[OutboxItem]) -> str:
    """`suqian-press: 1 finding (critical), 2 changes`, or the summary where there is one item only."""
    sources = {item.source for item in items}
    of = items[0].source if len(sources) == 1 else f"{len(sources)} sources"
    if len(items) == 1:
        return f"{of}: {_one_line(items[0].summary or items[0].kind)}"[:150].rstrip()
    counts = Counter[str](item.what for item in items)
    gravest = max((item for item in items if item.what == "finding"), key=_rank, default=None)
    grave = f" ({gravest.severity.value})" if gravest and gravest.severity else ""
    parts = [
        _counted(counts[what], noun) + (grave if what == "finding" else "")
        for what, noun in _NOUNS.items()
        if counts[what]
    ]
    return f"{of}: {', '.join(parts)}"


def _by_kind(items: Sequence[OutboxItem]) -> str:
    """`350 edited, 52 created, 3 spam_block`: what there is, most first."""
    return ", ".join(f"{count} {kind}" for kind, count in Counter(item.kind for item in items).most_common())


def _line(item: OutboxItem, several: bool) -> str:
    """Title, what happened, and where, each on its own line; the source first where there are several."""
    happened = item.summary if item.summary.startswith(item.kind) else f"{item.kind}: {item.summary}"
    title = ": ".join(part for part in (item.source if several else "", item.title or "") if part)
    return "\n".join(part for part in map(_one_line, (title, happened.removesuffix(": "), item.page)) if part)


def _one_line(text: str) -> str:
    """What a page says may be anything: line breaks write headers, and some signs no mail can carry."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _counted(number: int, noun: str) -> str:
    first, space, rest = noun.partition(" ")
    return f"{number} {first}{'' if number == 1 else 's'}{space}{rest}"


def _rank(item: OutboxItem) -> float:
    """Findings above events above changes, by severity; changes by significance."""
    if item.severity is not None:
        return 2.0 + item.severity.rank
    return 1.5 if item.what == "event" else item.significance
