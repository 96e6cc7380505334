"""Putting a history told anew in the place of a Page's, inside a transaction that the caller holds.

What was told and still holds keeps its row, and so its number and what was notified of it. Nobody is notified unless
that was asked for; what waits to be told of a Change that is none any more is not told.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from crawler.model import Change, ChangeKind, Noise, Retold, ToldFinding, Verdict
from crawler.model.chain import NOTHING
from store.linking import RETOLD, link_of, note_former
from store.marks import silenced
from store.noise import forget_waiting, noise_json, noise_of
from store.recording import tell_change, tell_finding
from store.rows import article_values, change_values, finding_values, page_values, row_id
from store.tables import ChangeRow, FindingRow, PageRow, SourceRow, VersionRow
from store.views import ChangeView, FindingView
from store.visits import Recorded, shown

Old = TypeVar("Old")
New = TypeVar("New")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """What became of a Page's Versions: how many say something else, came to be, and are no more; and new Changes."""

    reread: int = 0
    added: int = 0
    dropped: int = 0
    changes: int = 0


class Retelling:
    """The rows of one Page, while its history is replaced."""

    def __init__(self, session: Session, page: PageRow, checks: Sequence[Recorded], now: datetime) -> None:
        self._session = session
        self._now = now
        self._page = page
        self._page_id = row_id(page)
        self._checks = checks
        self._versions: list[VersionRow] = []
        self._new_changes: list[tuple[ChangeRow, Change]] = []
        self._new_findings: list[tuple[FindingRow, ToldFinding]] = []

    def put(self, retold: Retold, rules: str, *, notify: bool = False) -> Rewritten:
        """Makes `retold` the page's history; it has a Verdict for each of the Checks.

        `notify`: what was never told of it goes into the outbox.
        """
        last, _ = self._checks[-1]
        newest = self._newest_digest()
        dropped, rewritten = self._put_versions(retold.verdicts)
        changes = self._put_changes(retold.verdicts)
        self._put_findings(retold.findings)
        self._session.flush()
        for row in dropped:
            self._session.delete(row)
        for (check, _), verdict in zip(self._checks, retold.verdicts, strict=True):
            # What a visit came to on its day stays as it was told.
            if check.past:
                check.outcome, check.detail = verdict.outcome.value, verdict.detail
        self._session.flush()
        self._stand(retold.verdicts[-1], rules, visited=not last.past)
        if not last.past and self._newest_digest() != newest:
            # The last visit said another thing than the history now ends with: the page is read at once.
            self._page.next_check = min(self._page.next_check, last.at)
        self._learn(retold.known.noise)
        if notify:
            self._tell_news()
        return replace(rewritten, changes=changes)

    def _tell_news(self) -> None:
        page = self._page
        for row, change in self._new_changes:
            told = ChangeView(
                id=row_id(row), page=page.url, source=page.source, title=page.title, at=row.at, change=change
            )
            tell_change(self._session, self._page_id, told)
        unheard = silenced(self._session, self._page_id, [one.finding.fingerprint for _, one in self._new_findings])
        for found, one in self._new_findings:
            if not one.finding.silenced and one.finding.fingerprint not in unheard:
                seen = FindingView(
                    id=row_id(found),
                    page=page.url,
                    source=page.source,
                    title=page.title,
                    version=one.version,
                    opened_at=one.opened_at,
                    resolved_at=one.resolved_at,
                    finding=one.finding,
                )
                tell_finding(self._session, self._page_id, seen)

    # ---- versions ------------------------------------------------------------------------------------------------

    def _put_versions(self, verdicts: Sequence[Verdict]) -> tuple[list[VersionRow], Rewritten]:
        """The page's Versions; returns the rows that are none any more, and what became of them."""
        old = self._session.exec(
            select(VersionRow).where(VersionRow.page_id == self._page_id).order_by(col(VersionRow.number))
        ).all()
        responses = shown(self._checks)
        brought = [
            (verdict, verdict.version, response)
            for verdict, response in zip(verdicts, responses, strict=True)
            if verdict.version is not None and response is not None
        ]
        pairs = _paired(
            old,
            brought,
            (lambda row: row.seen_at, lambda new: new[0].at),
            (lambda row: row.digest, lambda new: new[1].article.digest),
        )
        reread = sum(row.digest != brought[place][1].article.digest for place, row in pairs.items())
        put: list[dict[str, Any]] = []
        link = NOTHING
        for number, (verdict, version, response) in enumerate(brought, start=1):
            values = {"number": number, "seen_at": verdict.at, **article_values(version.article, version.rules)}
            link = link_of(self._page.url, values, response.model_dump(), link)
            put.append({"snapshot_id": row_id(response), "link": link, **values})
        holds = {values["link"] for values in put}
        for row in old:
            if row.link not in holds:
                note_former(self._session, row, self._now, RETOLD)
            # By way of negative numbers: on the way, no two rows may have the same one.
            row.number = -row.number
        self._session.flush()
        for place, values in enumerate(put):
            row = pairs.get(place) or VersionRow(page_id=self._page_id, **values)
            row.sqlmodel_update(values)
            self._session.add(row)
            self._versions.append(row)
        self._session.flush()
        kept = {id(row) for row in pairs.values()}
        dropped = [row for row in old if id(row) not in kept]
        return dropped, Rewritten(reread=reread, added=len(brought) - len(pairs), dropped=len(dropped))

    def _newest_digest(self) -> str | None:
        query = select(VersionRow.digest).where(VersionRow.page_id == self._page_id)
        return self._session.exec(query.order_by(col(VersionRow.number).desc()).limit(1)).first()

    def _id_of(self, number: int) -> int | None:
        return row_id(self._versions[number - 1]) if number else None

    def _in_force(self, at: datetime) -> int | None:
        before = [row for row in self._versions if row.seen_at <= at]
        return row_id(before[-1]) if before else None

    # ---- changes -------------------------------------------------------------------------------------------------

    def _put_changes(self, verdicts: Sequence[Verdict]) -> int:
        """The page's Changes; returns how many are new."""
        rows = self._session.exec(
            select(ChangeRow).where(ChangeRow.page_id == self._page_id).order_by(col(ChangeRow.at), col(ChangeRow.id))
        ).all()
        old: list[ChangeRow] = []
        for row in rows:
            if row.kind == ChangeKind.ATTACHMENTS.value and row.before_id == row.after_id:
                # A file's visits told it, and not the page's: it stands, by the text of its time.
                row.before_id = row.after_id = self._in_force(row.at)
            else:
                old.append(row)
        new = [(verdict.at, change) for verdict in verdicts for change in verdict.changes]
        pairs = _paired(
            old,
            new,
            (lambda row: (row.kind, row.before_id, row.after_id, row.at), lambda one: (*self._key(one[1]), one[0])),
            (lambda row: (row.kind, row.before_id, row.after_id), lambda one: self._key(one[1])),
            # What leads into a text leads there from another one now.
            (lambda row: row.after_id != row.before_id and row.after_id, lambda one: self._into(one[1])),
        )
        kept = {id(row) for row in pairs.values()}
        doomed = [row for row in old if id(row) not in kept]
        forget_waiting(self._session, [row_id(row) for row in doomed], "")
        for row in doomed:
            self._session.delete(row)
        for place, (at, change) in enumerate(new):
            self._put_change(pairs.get(place), at, change)
        return len(new) - len(pairs)

    def _put_change(self, row: ChangeRow | None, at: datetime, change: Change) -> None:
        before, after = self._id_of(change.before), self._id_of(change.after)
        values = change_values(change, at)
        if row is None:
            row = ChangeRow(page_id=self._page_id, before_id=before, after_id=after, **values)
            self._new_changes.append((row, change))
        elif _made_light(row, change) and row.before_id == before:
            row.at, row.after_id = at, after
        else:
            row.sqlmodel_update({"before_id": before, "after_id": after, **values})
        self._session.add(row)

    def _key(self, change: Change) -> tuple[str, int | None, int | None]:
        return change.kind.value, self._id_of(change.before), self._id_of(change.after)

    def _into(self, change: Change) -> Hashable:
        # An object equal to nothing, where the Change is one of the page as a whole.
        return self._id_of(change.after) if change.before != change.after else object()

    # ---- findings, and the page ----------------------------------------------------------------------------------

    def _put_findings(self, told: Sequence[ToldFinding]) -> None:
        old = self._session.exec(
            select(FindingRow).where(FindingRow.page_id == self._page_id).order_by(col(FindingRow.id))
        ).all()
        pairs = _paired(
            old,
            told,
            (lambda row: (row.fingerprint, row.opened_at), lambda one: (one.finding.fingerprint, one.opened_at)),
            (lambda row: row.fingerprint, lambda one: one.finding.fingerprint),
        )
        kept = {id(row) for row in pairs.values()}
        for row in old:
            if id(row) not in kept:
                self._session.delete(row)
        for place, one in enumerate(told):
            life = {
                "version_id": self._id_of(one.version),
                "opened_at": one.opened_at,
                "resolved_at": one.resolved_at,
                **finding_values(one.finding),
            }
            known = pairs.get(place)
            if known is None:
                known = FindingRow(page_id=self._page_id, **life)
                self._new_findings.append((known, one))
            known.sqlmodel_update(life)
            self._session.add(known)

    def _stand(self, last: Verdict, rules: str, *, visited: bool) -> None:
        """How the page stands after all; what only its last visit knows stays that visit's."""
        page = self._page
        due, failures, hidden = page.next_check, page.failures, page.hidden
        page.sqlmodel_update(page_values(last))
        if visited:
            page.next_check, page.failures, page.hidden = due, failures, hidden
        page.versions, page.rules, page.waiting = len(self._versions), rules, False
        if self._versions:
            page.title = self._versions[-1].title or page.title
        news = select(ChangeRow.at).where(
            ChangeRow.page_id == self._page_id, col(ChangeRow.kind) != ChangeKind.CREATED.value
        )
        page.last_changed = max(self._session.exec(news).all(), default=None)

    def _learn(self, noise: Noise) -> None:
        """Places that the history teaches and its Source did not know."""
        source = self._session.exec(select(SourceRow).where(SourceRow.name == self._page.source)).one()
        known = noise_of(source.noise)
        keys = {place.key for place in known.places}
        new = tuple(place for place in noise.masked if place.key not in keys)
        if new:
            source.noise = noise_json(Noise(places=(*known.places, *new)))


def _made_light(row: ChangeRow, change: Change) -> bool:
    """Whether a Change was told as one of many of a template's, or as a second address: so it stays."""
    same = (row.kind, row.signature) == (change.kind.value, change.signature)
    shared = bool(row.signature) or change.kind is ChangeKind.CREATED
    return same and shared and row.minor and not change.minor


def _paired(
    old: Sequence[Old],
    new: Sequence[New],
    *keys: tuple[Callable[[Old], Hashable], Callable[[New], Hashable]],
) -> dict[int, Old]:
    """Which old one goes on as which new one, by its place: one to one, the surest key first."""
    pairs: dict[int, Old] = {}
    taken: set[int] = set()
    for old_key, new_key in keys:
        waiting: defaultdict[Hashable, deque[Old]] = defaultdict(deque)
        for one in old:
            if id(one) not in taken:
                waiting[old_key(one)].append(one)
        for place, other in enumerate(new):
            if place not in pairs and (queue := waiting.get(new_key(other))):
                pairs[place] = queue.popleft()
                taken.add(id(pairs[place]))
    return pairs
