"""The tables of those who may come in, and of what they did. Private to store/, like those of tables.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Text
from sqlmodel import Field

from store.base import Row
from store.columns import AnyText, Id, JsonText, UtcTime


class PersonRow(Row, table=True):
    """Somebody who may log in. `password` is a hash with its parameters, as web/door/passwords.py writes it."""

    __tablename__ = "people"

    name: str = Field(primary_key=True, sa_type=AnyText)
    role: str = Field(sa_type=Text)
    password: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcTime)


class TokenRow(Row, table=True):
    """What a program comes in with: of its secret only the sha-256. `person`: whose it is, where it is somebody's."""

    __tablename__ = "tokens"

    digest: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=AnyText)
    person: str | None = Field(default=None, sa_type=AnyText)
    role: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcTime)


class SessionRow(Row, table=True):
    """A browser in which somebody is logged in: the sha-256 of what its cookie holds."""

    __tablename__ = "sessions"

    digest: str = Field(primary_key=True, sa_type=Text)
    person: str = Field(foreign_key="people.name", sa_type=AnyText)
    created_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)


class AuditRow(Row, table=True):
    """What somebody did. Rows are only ever added."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    at: datetime = Field(sa_type=UtcTime)
    who: str = Field(sa_type=AnyText)
    what: str = Field(sa_type=Text)
    target: str = Field(sa_type=AnyText)
    detail: Any = Field(sa_type=JsonText)
