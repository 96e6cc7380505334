"""Leases on hosts, so that several processes on one database never visit one host at the same time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Field, Session, col, delete, or_, select, update
from sqlmodel.sql.expression import Select

from crawler.model import Page
from store.base import Row
from store.columns import AnyText, UtcTime
from store.dialect import insert_into
from store.tables import PageRow


class LeaseRow(Row, table=True):
    """Who may visit a host until when."""

    __tablename__ = "host_leases"

    host: str = Field(primary_key=True, sa_type=AnyText)
    owner: str = Field(sa_type=AnyText)
    expires_at: datetime = Field(sa_type=UtcTime)


def claim(
    session: Session,
    due: Select[str, str, str],
    now: datetime,
    owner: str,
    limit: int,
    lease: timedelta,
) -> tuple[Page, ...]:
    """Pages of the `due` query whose hosts `owner` could take or already holds."""
    held = select(LeaseRow.host).where(col(LeaseRow.owner) != owner, col(LeaseRow.expires_at) > now)
    free = due.where(col(PageRow.host).not_in(held)).limit(limit)
    rows = session.exec(free).all()
    taken = take(session, {host for _, _, host in rows}, now, owner, lease)
    return tuple(Page(url=url, source=source) for url, source, host in rows if host in taken)


def take(session: Session, hosts: Collection[str], now: datetime, owner: str, lease: timedelta) -> frozenset[str]:
    """Those of the hosts that `owner` now holds: free ones, those whose lease ran out, and its own, extended."""
    if not hosts:
        return frozenset()
    # In one order for everybody: two claims that take hosts crosswise would wait for each other.
    wanted = [{"host": host, "owner": owner, "expires_at": now + lease} for host in sorted(hosts)]
    insert = insert_into(session, LeaseRow)
    query = insert.on_conflict_do_update(
        index_elements=["host"],
        set_={"owner": insert.excluded.owner, "expires_at": insert.excluded.expires_at},
        where=or_(col(LeaseRow.owner) == owner, col(LeaseRow.expires_at) <= now),
    ).returning(col(LeaseRow.host))
    return frozenset(session.connection().execute(query, wanted).scalars())


def extend(session: Session, owner: str, until: datetime) -> frozenset[str]:
    """Makes all leases of `owner` last until then; the hosts that it still holds."""
    query = update(LeaseRow).where(col(LeaseRow.owner) == owner).values(expires_at=until)
    return frozenset(session.execute(query.returning(col(LeaseRow.host))).scalars())


def owners(session: Session, now: datetime) -> frozenset[str]:
    """Who holds a lease now."""
    query = select(LeaseRow.owner).where(col(LeaseRow.expires_at) > now).distinct()
    return frozenset(session.exec(query))


def release(session: Session, owner: str, hosts: Collection[str] | None) -> None:
    """Deletes the owner's leases on the hosts, or all of them."""
    query = delete(LeaseRow).where(col(LeaseRow.owner) == owner)
    if hosts is not None:
        query = query.where(col(LeaseRow.host).in_(list(hosts)))
    session.execute(query)
