"""Who may come in, with what, and what they did there. Of every secret only a hash is here."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select, update

from crawler.errors import ConfigurationError, NotKnown, StoreError
from crawler.model import Json
from store.adding import add
from store.engine import reading, writing
from store.people_rows import AuditRow, PersonRow, SessionRow, TokenRow
from store.views import iso

# A token that is asked with a hundred times a second need not write as often.
USED_NOTED_EVERY = timedelta(minutes=1)


class Role(StrEnum):
    """What somebody may do: read, or also write."""

    READER = "reader"
    EDITOR = "editor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who came in: by what name they did what they did, and whether they may write."""

    name: str
    role: Role

    @property
    def may_write(self) -> bool:
        """Whether this is an editor."""
        return self.role is Role.EDITOR


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """Somebody who may log in, or might until `disabled_at`."""

    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None

    def as_json(self) -> dict[str, Json]:
        """The object of `user list --json`."""
        return {
            "name": self.name,
            "role": self.role.value,
            "created_at": iso(self.created_at),
            "disabled_at": iso(self.disabled_at),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """A token, without its secret, which nobody has but its owner."""

    name: str
    person: str | None
    role: Role
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None

    def as_json(self) -> dict[str, Json]:
        """The object of `token list --json`."""
        times = {name: iso(getattr(self, name)) for name in ("created_at", "last_used_at", "expires_at", "revoked_at")}
        return {"name": self.name, "person": self.person, "role": self.role.value, **times}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody did: `what` to `target`."""

    at: datetime
    who: str
    what: str
    target: str
    detail: Mapping[str, Json]

    def as_json(self) -> dict[str, Json]:
        """The object of `audit --json`."""
        detail = dict(self.detail)
        return {"at": iso(self.at), "who": self.who, "what": self.what, "target": self.target, "detail": detail}


class People:
    """Those who may come in. Methods may be called from any thread; secrets arrive hashed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ever(self) -> tuple[bool, bool]:
        """Whether there ever was a person, and whether there ever was a token: either closes the door for good."""
        with reading(self._engine) as session:
            person, token = select(PersonRow.name).limit(1), select(TokenRow.digest).limit(1)
            return session.exec(person).first() is not None, session.exec(token).first() is not None

    def anyone_can(self, now: datetime) -> bool:
        """Whether somebody could come in now: a person who is not disabled, or a token that holds."""
        with reading(self._engine) as session:
            person = select(PersonRow.name).where(col(PersonRow.disabled_at).is_(None)).limit(1)
            if session.exec(person).first() is not None:
                return True
            return any(_person_of(session, row, now) for row in session.exec(select(TokenRow)))

    # ---- people --------------------------------------------------------------------------------------------------

    def add(self, name: str, role: Role, password: str, now: datetime) -> None:
        """Somebody who may log in, with the hash of a password. Raises ConfigurationError where the name is taken."""
        try:
            with writing(self._engine) as session:
                session.add(PersonRow(name=name, role=role.value, password=password, created_at=now))
                session.flush()
        except IntegrityError:
            raise ConfigurationError(
                f"there is a user {name!r} already; give another name, or a new password with `user password`"
            ) from None

    def password_of(self, name: str) -> str | None:
        """The hash that a person's password must have; None for somebody unknown or disabled."""
        with reading(self._engine) as session:
            row = session.get(PersonRow, name)
            return row.password if row is not None and row.disabled_at is None else None

    def set_password(self, name: str, password: str) -> None:
        """Another password: who is logged in with the old one no longer is, and a disabled person may come again.

        Raises NotKnown.
        """
        with writing(self._engine) as session:
            row = _known(session, name)
            row.password, row.disabled_at = password, None
            session.execute(delete(SessionRow).where(col(SessionRow.person) == name))

    def disable(self, name: str, now: datetime) -> None:
        """Lets a person in no more, nor with a token of theirs, nor where they are logged in. Raises NotKnown."""
        with writing(self._engine) as session:
            row = _known(session, name)
            row.disabled_at = row.disabled_at or now
            session.execute(delete(SessionRow).where(col(SessionRow.person) == name))
            theirs = update(TokenRow).where(col(TokenRow.person) == name, col(TokenRow.revoked_at).is_(None))
            session.execute(theirs.values(revoked_at=now))

    def listed(self) -> tuple[PersonView, ...]:
        """Everybody, by name, the disabled too."""
        with reading(self._engine) as session:
            rows = session.exec(select(PersonRow).order_by(col(PersonRow.name)))
            return tuple(
                PersonView(name=row.name, role=Role(row.role), created_at=row.created_at, disabled_at=row.disabled_at)
                for row in rows
            )

    # ---- tokens --------------------------------------------------------------------------------------------------

    def add_token(
        self, digest: str, name: str, role: Role, now: datetime, expires_at: datetime | None, person: str | None = None
    ) -> None:
        """A token with that sha-256. Raises ConfigurationError for a name in use, NotKnown for an unknown person."""
        with writing(self._engine) as session:
            same = select(TokenRow).where(TokenRow.name == name, col(TokenRow.revoked_at).is_(None))
            if session.exec(same).first() is not None:
                raise ConfigurationError(f"there is a token {name!r} already; revoke it first, or give another name")
            if person is not None:
                _known(session, person)
            row = TokenRow(
                digest=digest, name=name, person=person, role=role.value, created_at=now, expires_at=expires_at
            )
            session.add(row)

    def of_token(self, digest: str, now: datetime) -> Person | None:
        """Who comes in with a token; None where it is unknown, expired, revoked, or its person disabled."""
        with reading(self._engine) as session:
            row = session.get(TokenRow, digest)
            person = None if row is None else _person_of(session, row, now)
            used = None if row is None else row.last_used_at
        if person is not None and (used is None or now - used >= USED_NOTED_EVERY):
            # Who may read is let in also where nothing can be written.
            with suppress(StoreError), writing(self._engine) as session:
                session.execute(update(TokenRow).where(col(TokenRow.digest) == digest).values(last_used_at=now))
        return person

    def revoke(self, name: str, now: datetime) -> None:
        """Lets nobody in with that token any more. Raises NotKnown where no such token holds."""
        query = update(TokenRow).where(col(TokenRow.name) == name, col(TokenRow.revoked_at).is_(None))
        with writing(self._engine) as session:
            if not session.execute(query.values(revoked_at=now).returning(col(TokenRow.digest))).all():
                raise NotKnown(f"there is no token {name!r} that could be revoked; `token list` names them")

    def tokens(self) -> tuple[TokenView, ...]:
        """Every token, the newest first, those that hold no more too."""
        with reading(self._engine) as session:
            rows = session.exec(select(TokenRow).order_by(col(TokenRow.created_at).desc(), col(TokenRow.name)))
            return tuple(TokenView(**row.model_dump(exclude={"digest", "role"}), role=Role(row.role)) for row in rows)

    # ---- sessions ------------------------------------------------------------------------------------------------

    def begin(self, digest: str, name: str, now: datetime, expires_at: datetime) -> None:
        """A browser in which a person is now logged in. What has run out is forgotten. Raises NotKnown."""
        with writing(self._engine) as session:
            if _known(session, name).disabled_at is not None:
                raise NotKnown(f"{name!r} may not log in any more")
            session.execute(delete(SessionRow).where(col(SessionRow.expires_at) <= now))
            session.add(SessionRow(digest=digest, person=name, created_at=now, expires_at=expires_at))

    def of_session(self, digest: str, now: datetime) -> Person | None:
        """Who is logged in there; None where nobody is any more."""
        query = (
            select(PersonRow.name, PersonRow.role)
            .join(SessionRow, col(SessionRow.person) == col(PersonRow.name))
            .where(SessionRow.digest == digest, SessionRow.expires_at > now, col(PersonRow.disabled_at).is_(None))
        )
        with reading(self._engine) as session:
            row = session.exec(query).first()
        return None if row is None else Person(name=row[0], role=Role(row[1]))

    def end(self, digest: str) -> None:
        """Nobody is logged in there any more."""
        with writing(self._engine) as session:
            session.execute(delete(SessionRow).where(col(SessionRow.digest) == digest))

    # ---- deeds ---------------------------------------------------------------------------------------------------

    def note(self, who: str, what: str, target: str, detail: Mapping[str, Json], at: datetime) -> None:
        """Notes what somebody did."""
        with writing(self._engine) as session:
            values = {"at": at, "who": who, "what": what, "target": target, "detail": dict(detail)}
            add(session, AuditRow, values)

    def deeds(self, *, who: str | None = None, limit: int = 100) -> tuple[Deed, ...]:
        """What was done, the newest first."""
        query = select(AuditRow).order_by(col(AuditRow.id).desc()).limit(limit)
        if who is not None:
            query = query.where(AuditRow.who == who)
        with reading(self._engine) as session:
            return tuple(
                Deed(at=row.at, who=row.who, what=row.what, target=row.target, detail=row.detail)
                for row in session.exec(query)
            )


def _known(session: Session, name: str) -> PersonRow:
    row = session.get(PersonRow, name)
    if row is None:
        raise NotKnown(f"there is no user {name!r}; `user list` names them")
    return row


def _person_of(session: Session, row: TokenRow, now: datetime) -> Person | None:
    """Who comes in with the token. One of a person may do no more than that person."""
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    role = Role(row.role)
    if row.person is not None:
        owner = session.get(PersonRow, row.person)
        if owner is None or owner.disabled_at is not None:
            return None
        role = role if owner.role == Role.EDITOR else Role.READER
    return Person(name=row.person or f"token {row.name}", role=role)
