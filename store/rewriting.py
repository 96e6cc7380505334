"""Putting another reading of a Page's history in the place of the old one, inside a transaction that the caller holds.

Rows whose time stays keep their identity, so that what points at them, and what was told of them, still does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from crawler.model import TEMPLATE_KINDS, Change, ChangeKind, RebuiltVersion
from store.noise import forget_waiting
from store.rows import article_values, change_values, row_id
from store.tables import ChangeRow, FindingRow, PageRow, SourceEventRow, VersionRow

# What comparing two texts decides; every other kind was told for another reason, which stays.
_COMPARED = frozenset(
    kind.value
    for kind in (
        ChangeKind.EDITED,
        ChangeKind.RETITLED,
        ChangeKind.REDATED,
        ChangeKind.REISSUED,
        ChangeKind.ATTACHMENTS,
    )
)
# What a Change was judged to be; the rest of it describes the texts.
_VERDICT = frozenset({"kind", "minor", "significance", "summary"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """What became of a Page's Versions: how many say something else, came to be, and are no more."""

    reread: int = 0
    added: int = 0
    dropped: int = 0


class Rewrite:
    """The rows of one Page, while they are rewritten."""

    def __init__(self, session: Session, page: PageRow) -> None:
        self._session = session
        self._page = page
        self._page_id = row_id(page)
        mine = select(VersionRow).where(VersionRow.page_id == self._page_id)
        self._old = {row.seen_at: row for row in session.exec(mine)}
        changes = session.exec(select(ChangeRow).where(ChangeRow.page_id == self._page_id)).all()
        self._into = {
            row.after_id: row for row in changes if row.after_id is not None and row.before_id != row.after_id
        }
        into = {id(row) for row in self._into.values()}
        self._whole = [row for row in changes if id(row) not in into]

    def outlook(self, versions: Sequence[RebuiltVersion]) -> Rewritten:
        """What would become of the page's Versions."""
        old = {at: row.digest for at, row in self._old.items()}
        new = {one.at: one.version.article.digest for one in versions}
        return Rewritten(
            reread=sum(old[at] != new[at] for at in old.keys() & new.keys()),
            added=len(new.keys() - old.keys()),
            dropped=len(old.keys() - new.keys()),
        )

    def put(self, versions: Sequence[RebuiltVersion], snapshots: Mapping[datetime, int]) -> Rewritten:
        """Makes `versions` the page's; `snapshots` has the row of the response that was seen at each time."""
        outlook = self.outlook(versions)
        times = {version.at for version in versions}
        # By way of negative numbers: on the way, no two rows may have the same one.
        for row in self._old.values():
            row.number = -row.number
        self._session.flush()
        rows = [self._version(number, one, snapshots[one.at]) for number, one in enumerate(versions, start=1)]
        self._session.flush()
        dropped = [row for at, row in self._old.items() if at not in times]
        self._changes(rows, versions, dropped)
        self._point(rows)
        self._session.flush()
        for row in dropped:
            self._session.delete(row)
        self._stand(rows)
        return outlook

    def _version(self, number: int, one: RebuiltVersion, snapshot_id: int) -> VersionRow:
        values = article_values(one.version.article, one.version.rules)
        row = self._old.get(one.at)
        if row is None:
            row = VersionRow(page_id=self._page_id, seen_at=one.at, number=number, snapshot_id=snapshot_id, **values)
        row.sqlmodel_update({"number": number, "snapshot_id": snapshot_id, **values})
        self._session.add(row)
        return row

    def _changes(
        self, rows: Sequence[VersionRow], versions: Sequence[RebuiltVersion], dropped: Sequence[VersionRow]
    ) -> None:
        """Changes into Versions: written anew where the text made them, kept as what they are where it did not."""
        doomed: list[ChangeRow] = []
        for version in dropped:
            if (row := self._into.get(row_id(version))) is not None:
                compared = row.kind in _COMPARED or row.kind == ChangeKind.CREATED.value
                (doomed if compared else self._whole).append(row)
        before_id = None
        for version, one in zip(rows, versions, strict=True):
            known = self._into.get(row_id(version))
            if known is None and one.change is not None:
                known = ChangeRow(page_id=self._page_id, **change_values(one.change, one.at))
            elif known is not None and one.change is not None:
                known.sqlmodel_update(self._told(known, one.change))
            elif known is not None and known.kind in _COMPARED:
                doomed.append(known)
                known = None
            if known is not None:
                known.before_id, known.after_id = before_id, row_id(version)
                self._session.add(known)
            before_id = row_id(version)
        forget_waiting(self._session, [row_id(row) for row in doomed], "")
        for row in doomed:
            self._session.delete(row)

    def _told(self, known: ChangeRow, change: Change) -> dict[str, object]:
        """What a Change's row holds now that its texts are read anew."""
        values = change_values(change, known.at)
        text = {name: value for name, value in values.items() if name not in _VERDICT}
        if known.kind == ChangeKind.RESTORED.value:
            return text | {"summary": f"back, {change.summary}"}
        told = known.kind not in _COMPARED and known.kind != ChangeKind.CREATED.value
        twin = known.kind == ChangeKind.CREATED.value and known.minor
        return text if told or twin or self._of_template(known, change) else values

    def _of_template(self, known: ChangeRow, change: Change) -> bool:
        """Whether the Change was, and is, one of many of a template's: then it says so still."""
        if not known.minor or known.signature != change.signature or change.kind not in TEMPLATE_KINDS:
            return False
        event = select(SourceEventRow.id).where(
            SourceEventRow.source == self._page.source, SourceEventRow.signature == change.signature
        )
        return bool(change.signature) and self._session.exec(event.limit(1)).first() is not None

    def _point(self, rows: Sequence[VersionRow]) -> None:
        """What happened to the page as a whole, and what was found, points at the Version in force at its time."""
        for change in self._whole:
            change.before_id = change.after_id = _in_force(rows, change.at)
            self._session.add(change)
        for finding in self._session.exec(select(FindingRow).where(FindingRow.page_id == self._page_id)):
            finding.version_id = _in_force(rows, finding.opened_at)
            self._session.add(finding)

    def _stand(self, rows: Sequence[VersionRow]) -> None:
        self._session.flush()
        self._page.versions = len(rows)
        self._page.title = rows[-1].title or self._page.title
        news = select(ChangeRow.at).where(
            ChangeRow.page_id == self._page_id, col(ChangeRow.kind) != ChangeKind.CREATED.value
        )
        self._page.last_changed = max(self._session.exec(news).all(), default=None)


def _in_force(rows: Sequence[VersionRow], at: datetime) -> int | None:
    before = [row for row in rows if row.seen_at <= at]
    return row_id(before[-1]) if before else None
