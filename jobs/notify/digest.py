"""Many outbox items of one source as one Message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from jobs.notify.message import Message
from store import OutboxItem

_MOST_LINES = 50


def digest(source: str, items: Sequence[OutboxItem]) -> Message:
    """One Message for `items`, which all belong to `source`, gravest findings first; every item in the payload."""
    ordered = sorted(items, key=lambda item: (-_rank(item), item.id))
    lines = [_line(item) for item in ordered[:_MOST_LINES]]
    if len(ordered) > _MOST_LINES:
        lines.append(f"and {len(ordered) - _MOST_LINES} more")
    payload = tuple({"id": item.id, "what": item.what, **item.payload} for item in ordered)
    return Message(subject=_subject(source, ordered), body="\n\n".join(lines), payload=payload)


def _subject(source: str, items: Sequence[OutboxItem]) -> str:
    """`suqian-press: 1 finding (critical), 2 changes`, or the summary where there is one item only."""
    if len(items) == 1:
        return f"{source}: {items[0].summary or items[0].kind}"[:150]
    counts = Counter(item.what for item in items)
    gravest = max((item for item in items if item.what == "finding"), key=_rank, default=None)
    parts = []
    if counts["alarm"]:
        parts.append(_counted(counts["alarm"], "alarm"))
    if counts["finding"] and gravest and gravest.severity:
        parts.append(f"{_counted(counts['finding'], 'finding')} ({gravest.severity.value})")
    if counts["change"]:
        parts.append(_counted(counts["change"], "change"))
    return f"{source}: {', '.join(parts)}"


def _line(item: OutboxItem) -> str:
    """Title, what happened, and where, each on its own line."""
    happened = item.summary if item.summary.startswith(item.kind) else f"{item.kind}: {item.summary}"
    return "\n".join(part for part in (item.title or "", happened.removesuffix(": "), item.page) if part)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _rank(item: OutboxItem) -> float:
    """Findings above changes, by severity; changes by significance."""
    return 1.0 + item.severity.rank if item.severity else item.significance
