"""How Findings live on from Check to Check: open, persist, resolve."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from crawler.model import Finding
from store.adding import add
from store.rows import finding_of, finding_values
from store.tables import FindingRow

# Made once: it is asked at every Check that read content.
_HELD = (
    select(FindingRow)
    .where(col(FindingRow.page_id) == bindparam("page"), col(FindingRow.resolved_at).is_(None))
    .order_by(col(FindingRow.id))
)

# The number of its row, and what opened.
Opened = list[tuple[int, Finding]]


def pair_off(
    held: Sequence[FindingRow], seen: Sequence[Finding]
) -> tuple[list[tuple[FindingRow, Finding]], list[FindingRow], list[Finding]]:
    """Which held finding is which seen one: by fingerprint first, then by kind and region, one to one in order.

    Returns the pairs, the held ones not seen, and the seen ones not held.
    """
    pairs, held, seen = _pair_by(held, seen, lambda row: row.fingerprint, lambda finding: finding.fingerprint)
    more, held, seen = _pair_by(
        held,
        seen,
        lambda row: (row.kind, row.region),
        lambda finding: (finding.kind.value, finding.region.value),
    )
    return pairs + more, held, seen


def _pair_by(
    held: Sequence[FindingRow],
    seen: Sequence[Finding],
    held_key: Callable[[FindingRow], Hashable],
    seen_key: Callable[[Finding], Hashable],
) -> tuple[list[tuple[FindingRow, Finding]], list[FindingRow], list[Finding]]:
    waiting: dict[Hashable, deque[FindingRow]] = defaultdict(deque)
    for row in held:
        waiting[held_key(row)].append(row)
    pairs: list[tuple[FindingRow, Finding]] = []
    fresh: list[Finding] = []
    for finding in seen:
        queue = waiting[seen_key(finding)]
        if queue:
            pairs.append((queue.popleft(), finding))
        else:
            fresh.append(finding)
    paired = {id(row) for row, _ in pairs}
    return pairs, [row for row in held if id(row) not in paired], fresh


def current_findings(
    session: Session, page_id: int, version_id: int | None, at: datetime, seen: Sequence[Finding], *, any_held: bool
) -> tuple[Opened, tuple[Finding, ...]]:
    """Findings of a Check that shows how the page stands: what is new opens, what is not seen any more resolves.

    Returns what opened and what resolved. `any_held` says whether some of the page are open, as most times none are.
    """
    held = session.execute(_HELD, {"page": page_id}).scalars().all() if any_held else []
    pairs, unseen, fresh = pair_off(held, seen)
    for row, finding in pairs:
        row.sqlmodel_update(finding_values(finding))
    for row in unseen:
        row.resolved_at = at
    place = {"page_id": page_id, "version_id": version_id, "opened_at": at}
    opened = [(add(session, FindingRow, place | finding_values(finding)), finding) for finding in fresh]
    return opened, tuple(finding_of(row) for row in unseen)
