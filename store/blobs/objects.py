"""Blobs in S3-compatible object storage: `PREFIX/ab/cdef….zst`, an object a body, in the form that files have."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from sqlmodel import Session

from crawler.errors import BodiesAway, ConfigurationError, StoreError, StoreFull
from store.blobs.chain import body_of, is_whole
from store.blobs.compression import corrupt, digest_of, is_digest
from store.blobs.framing import HEAD_SIZE, base_for, chain_of, frame, not_needed

if TYPE_CHECKING:
    from obstore.store import ObjectStore, S3Config, S3Store

SUFFIX = ".zst"
OPTIONS = frozenset({"endpoint", "region"})
# As in other stores: a pass that cannot put a body says so, and does not wait for long.
CONNECT, ANSWER, RETRIES = timedelta(seconds=5), timedelta(seconds=20), 2
# Objects listed at a time, and how many of them are asked for at once.
LISTED, TOGETHER = 1000, 16
# What a server says that has no room left, in the words of those there are.
FULL = ("507 ", "StorageFull", "QuotaExceeded")


class ObjectBlobs:
    """A BlobStore in a bucket. Credentials come from the environment (`AWS_ACCESS_KEY_ID` and the like)."""

    joins = False

    def __init__(self, place: str, objects: ObjectStore | None = None) -> None:
        """`place`: `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`, opened unless given. Raises ConfigurationError."""
        self._place = place.partition("?")[0]
        self._objects = objects or opened(place)

    def put(self, body: bytes, *, like: str | None = None, session: Session | None = None) -> str:
        """One request puts an object whole or not at all. Raises StoreFull, BodiesAway."""
        digest = digest_of(body)
        with self._refusals():
            # Put again where it is there: that alone says when it was last wanted.
            framed = self._read(digest)
            if framed is None:
                # Each link of a chain is a request more, one after the other.
                framed = frame(body, base_for(body, like, self._read, short_cuts=True))
            elif not is_whole(chain_of(digest, self._read)):
                framed = frame(body, None)
            try:
                self._objects.put(_key(digest), framed)
            except FileNotFoundError as error:
                raise StoreError(f"there is no bucket at {self._place}; make it, or name another.") from error
        return digest

    def get(self, digest: str) -> bytes:
        """The verified body. Raises BlobCorrupt when it is missing or differs."""
        if not is_digest(digest):
            raise corrupt(digest[:80], "has a name that no digest has")
        with self._refusals():
            chain = chain_of(digest, self._read)
        if not chain:
            raise corrupt(digest, "is missing")
        return body_of(chain)

    def has(self, digest: str) -> bool:
        """Whether an object of that name is there."""
        return self._stored_at(digest) is not None

    def digests(self) -> Iterator[str]:
        """The digest of every object that is named by one."""
        with self._refusals():
            for part in self._objects.list(chunk_size=LISTED):
                names = (str(found["path"]).removesuffix(SUFFIX).replace("/", "") for found in part)
                yield from (digest for digest in names if is_digest(digest))

    def replace(self, body: bytes) -> None:
        """Put over the old one."""
        with self._refusals():
            self._objects.put(_key(digest_of(body)), frame(body, None))

    def chain(self, digest: str) -> tuple[str, ...]:
        """The digests of the objects that reading it reads."""
        with self._refusals():
            return tuple(stored.digest for stored in chain_of(digest, self._read))

    def delete(self, digests: Collection[str], *, stored_before: datetime) -> int:
        """Removes objects, but for those put (again) since `stored_before` and those others are written against."""
        with self._refusals():
            old = [digest for digest in digests if self._is_old(digest, stored_before)]
            free = not_needed(old, self._heads()) if old else ()
            # Asked once more: one may have been put again while all others were looked at.
            going = [digest for digest in free if self._is_old(digest, stored_before)]
            for digest in going:
                self._objects.delete(_key(digest))
        return len(going)

    def _stored_at(self, digest: str) -> datetime | None:
        if not is_digest(digest):
            return None
        with self._refusals():
            try:
                return self._objects.head(_key(digest))["last_modified"]
            except FileNotFoundError:
                return None

    def _is_old(self, digest: str, stored_before: datetime) -> bool:
        stored_at = self._stored_at(digest)
        return stored_at is not None and stored_at < stored_before

    def _read(self, digest: str) -> bytes | None:
        try:
            return self._objects.get(_key(digest)).bytes().to_bytes() if is_digest(digest) else None
        except FileNotFoundError:
            return None

    def _head(self, digest: str) -> tuple[str, bytes]:
        try:
            return digest, self._objects.get_range(_key(digest), start=0, length=HEAD_SIZE).to_bytes()
        except FileNotFoundError:
            return digest, b""

    def _heads(self) -> Iterator[tuple[str, bytes]]:
        with ThreadPoolExecutor(TOGETHER) as threads:
            part: list[str] = []
            for digest in self.digests():
                part.append(digest)
                if len(part) == LISTED:
                    yield from threads.map(self._head, part)
                    part = []
            yield from threads.map(self._head, part)

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        try:
            yield
        except (PermissionDeniedError, UnauthenticatedError) as error:
            raise StoreError(f"{self._place} refuses the credentials in the environment; check AWS_…") from error
        except BaseError as error:
            said = str(error).partition("\n")[0]
            if any(word in said for word in FULL):
                raise StoreFull(f"no space left for blobs in {self._place}; free some and try again.") from error
            raise BodiesAway(
                f"{self._place} cannot be reached ({said}); check its endpoint, then try again."
            ) from error


def _key(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:]}{SUFFIX}"


def opened(place: str) -> S3Store:
    """The bucket and the prefix in it. Raises ConfigurationError."""
    parts = urlsplit(place)
    options = dict(parse_qsl(parts.query))
    if parts.scheme != "s3" or not parts.netloc or not options.keys() <= OPTIONS:
        raise ConfigurationError(
            f"{place!r} names no place in object storage; give s3://BUCKET/PREFIX?endpoint=URL&region=NAME."
        )
    try:
        from obstore.store import S3Store
    except ImportError:
        raise ConfigurationError(
            "bodies in object storage need a library more: pip install 'palimpsest[s3]'."
        ) from None
    named: S3Config = {}
    if region := options.get("region"):
        named["region"] = region
    if endpoint := options.get("endpoint"):
        named["endpoint"] = endpoint
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=named,
        # A server of one's own has one name for all its buckets.
        virtual_hosted_style_request=endpoint is None,
        client_options={
            "allow_http": (endpoint or "").startswith("http://"),
            "connect_timeout": CONNECT,
            "timeout": ANSWER,
        },
        retry_config={"max_retries": RETRIES, "retry_timeout": ANSWER},
    )
