"""A request's headers → who sent it: by session, by token, or, where nobody has to log in, anybody on this machine."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import HTTPConnection

from crawler.errors import StoreError
from store.people import People, Person, Role
from web.door.limits import Limits
from web.safe import LOOPBACK_NAMES

CHALLENGE = 'Basic realm="Palimpsest", charset="UTF-8"'
# Who asks where nobody has to log in, and with the one token of the environment.
LOCAL = Person(name="local", role=Role.EDITOR)
HOUSE_TOKEN = Person(name="token", role=Role.EDITOR)
# A person added while the room is open closes it after this.
ASKED_EVERY = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """How somebody came in. `browser`: with what a browser sends by itself, so that others could make it send it.

    `session`: the digest of their session. `wait`: how many seconds to wait before trying again, after too many wrong
    tokens; `wrong`: with a token that opens nothing.
    """

    person: Person | None = None
    session: str | None = None
    browser: bool = True
    wait: float = 0.0
    wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether the door is closed, and whether there are people who can log in at it."""

    closed: bool
    people: bool


class Door:
    """Who is let in. `token` opens for an editor; `people` are those of the store; `clock` returns the time in UTC.

    Where there is neither, nor ever was a person or token in the store, everybody who asks for one of `hosts` is in.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        token: str | None = None,
        people: People | None = None,
        hosts: Collection[str] = LOOPBACK_NAMES,
    ) -> None:
        self.clock = clock
        self.token = token
        self.people = people
        self.hosts = frozenset(hosts)
        # A program with a wrong token asks again and again, and must not shut out the others of its address for long.
        self.token_limits = Limits(free=20, longest=timedelta(minutes=1))
        self._standing = Standing(closed=token is not None, people=False)
        self._asked: datetime | None = None

    def standing(self) -> Standing:
        """How the door stands now. What is closed stays closed: people are disabled, and never taken away.

        While the store is away the door stands as it stood. Raises StoreError where that is not known yet.
        """
        if self.people is None:
            return self._standing
        if (known := self.remembered()) is not None:
            return known
        now = self.clock()
        try:
            people, tokens = self.people.ever()
        except StoreError:
            if self._asked is None:
                raise
        else:
            self._standing = Standing(closed=self._standing.closed or people or tokens, people=people)
        self._asked = now
        return self._standing

    def remembered(self) -> Standing | None:
        """How the door stands, where that is known without asking the store."""
        fresh = self._asked is not None and self.clock() - self._asked < ASKED_EVERY
        return self._standing if self.people is None or self._standing.people or fresh else None

    def who(self, connection: HTTPConnection) -> Came:
        """Who sent the request. Asks the store: not for the event loop's thread. Raises StoreError."""
        authorization = connection.headers.get("authorization")
        if not self.standing().closed:
            # What is written by a browser is asked for the form's token here as well.
            return Came(person=LOCAL)
        session = session_of(connection)
        if session is not None and self.people is not None:
            person = self.people.of_session(session, self.clock())
            if person is not None:
                return Came(person=person, session=session)
        if authorization:
            return self._by_token(authorization, address_of(connection))
        return Came()

    def _by_token(self, authorization: str, address: str) -> Came:
        scheme, secret = offered(authorization)
        wait = self.token_limits.attempt(address, self.clock())
        if wait:
            return Came(wait=wait, wrong=True)
        person = self._bearer(secret) if secret else None
        if person is None:
            return Came(wrong=True)
        self.token_limits.forgive(address)
        return Came(person=person, browser=scheme != "bearer")

    def _bearer(self, secret: bytes) -> Person | None:
        if self.token is not None and hmac.compare_digest(_digest(secret), _digest(self.token.encode())):
            return HOUSE_TOKEN
        return None if self.people is None else self.people.of_token(digest_of(secret), self.clock())


def session_cookie(*, secure: bool) -> str:
    """The name of the cookie that a session is in. `__Host-`: no other host of the same domain can set it."""
    return "__Host-palimpsest-session" if secure else "palimpsest-session"


def is_secure(connection: HTTPConnection) -> bool:
    """Whether the request came over https."""
    return connection.url.scheme == "https"


def session_of(connection: HTTPConnection) -> str | None:
    """The digest of the session that a request's cookie names."""
    secret = connection.cookies.get(session_cookie(secure=is_secure(connection)))
    return digest_of(secret.encode("utf-8", "replace")) if secret else None


def address_of(connection: HTTPConnection) -> str:
    """Whose attempts are counted together: one address, or the network of one subscriber in IPv6."""
    host = connection.client.host if connection.client else ""
    return host if ":" not in host or host.startswith("::ffff:") else ":".join(host.split(":")[:4])


def digest_of(secret: bytes) -> str:
    """What the store keeps of a secret of 32 random bytes: no salt is needed where nobody could guess."""
    return hashlib.sha256(secret).hexdigest()


def offered(authorization: str | None) -> tuple[str, bytes]:
    """The scheme of an Authorization header, in lower case, and the secret in it; an empty one where there is none."""
    scheme, _, value = (authorization or "").partition(" ")
    # A header arrives as one character per byte, whatever its bytes mean.
    secret = value.strip().encode("latin-1", "replace")
    if scheme.lower() == "basic":
        try:
            secret = base64.b64decode(secret, validate=True).partition(b":")[2]
        except binascii.Error:
            secret = b""
    elif scheme.lower() != "bearer":
        secret = b""
    return scheme.lower(), secret


def _digest(secret: bytes) -> bytes:
    """A digest of equal length whatever the secret, so that comparing does not tell how long the token is."""
    return hashlib.sha256(secret).digest()
