"""The files behind a Page's links: how they stand, and what a request for one came to."""

from __future__ import annotations

from sqlmodel import Session, col, select

from crawler.model import AttachedFile, FileVerdict, Page
from store.adding import add
from store.recording import page_row, standing, write_outbox, write_page
from store.rows import key_of, row_id, snapshot_values, validators_of
from store.tables import AttachmentRow, SnapshotRow
from store.timeline import Timeline


def files(session: Session, url: str) -> tuple[AttachedFile, ...]:
    """The files of a Page that were ever asked for, in that order. Raises NotKnown."""
    query = select(AttachmentRow).where(AttachmentRow.page_id == row_id(page_row(session, url)))
    return tuple(_file_of(row) for row in session.exec(query.order_by(col(AttachmentRow.id))))


def record(session: Session, page: Page, verdict: FileVerdict, *, notify: bool) -> None:
    """Writes how a file stands, its bytes' name, and the Change. The bytes are already in the blob store.

    Raises NotKnown, and StoreBusy where the Page has another newest Version than was judged.
    """
    held = standing(session, page.url)
    key = key_of(verdict.state.url)
    mine = select(AttachmentRow).where(AttachmentRow.page_id == held.id, AttachmentRow.key == key)
    found = session.exec(mine).first() or AttachmentRow(page_id=held.id, key=key, url="", name="")
    found.sqlmodel_update(_values(verdict.state))
    session.add(found)
    if verdict.snapshot is not None:
        add(session, SnapshotRow, snapshot_values(held.id, verdict.snapshot))
    if verdict.change is None:
        return
    timeline = Timeline.load(session, held.id, held.url)
    written = timeline.add_change(verdict.change, verdict.at)
    write_page(session, held.url, {"last_changed": held.changed(verdict.at)})
    if notify:
        write_outbox(session, held, timeline, verdict.at, [(written, verdict.change)], [])


def _values(file: AttachedFile) -> dict[str, object]:
    return {
        "url": file.url,
        "name": file.name,
        "digest": file.digest,
        "size": file.size,
        "media_type": file.media_type,
        "since": file.since,
        "etag": file.validators.etag,
        "last_modified": file.validators.last_modified,
        "asked_at": file.asked_at,
        "due": file.due,
        "failures": file.failures,
        "missing_count": file.missing_count,
        "gone": file.gone,
        "detail": file.detail,
    }


def _file_of(row: AttachmentRow) -> AttachedFile:
    return AttachedFile(
        url=row.url,
        name=row.name,
        digest=row.digest,
        size=row.size,
        media_type=row.media_type,
        since=row.since,
        validators=validators_of(row),
        asked_at=row.asked_at,
        due=row.due,
        failures=row.failures,
        missing_count=row.missing_count,
        gone=row.gone,
        detail=row.detail,
    )
