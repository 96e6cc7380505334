"""Blobs in a folder: `ab/cdef….zst`. A body appears under its name whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from crawler.errors import StoreError, StoreFull
from store.blobs.chain import body_of, is_whole
from store.blobs.compression import corrupt, digest_of, is_digest
from store.blobs.framing import HEAD_SIZE, base_for, chain_of, frame, not_needed

SUFFIX = ".zst"
NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class FolderBlobs:
    """A BlobStore in a folder of one machine, which it creates when the first body comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    joins = False

    def put(self, body: bytes, *, like: str | None = None, session: Session | None = None) -> str:
        """Written to a temporary name, fsynced, then renamed; a crash at any point leaves no half-written body."""
        digest = digest_of(body)
        path = self._path(digest)
        with _storage_errors(path):
            if _refresh(path):
                if not is_whole(chain_of(digest, self._read)):
                    self._write(path, frame(body, None))
            else:
                base = base_for(body, like, self._read)
                # Wanted again, as its digest may be named by nothing else.
                if base is not None and not _refresh(self._path(base.stored.digest)):
                    base = None
                self._write(path, frame(body, base))
        return digest

    def get(self, digest: str) -> bytes:
        """The verified body. Raises BlobCorrupt when it is missing or differs."""
        path = self._path(digest)
        with _storage_errors(path):
            chain = chain_of(digest, self._read)
        if not chain:
            raise corrupt(digest, "is missing")
        return body_of(chain)

    def has(self, digest: str) -> bool:
        """Whether a file of that name is there. Raises StoreError where something else is in the folder's place."""
        with _storage_errors(self._folder), suppress(FileNotFoundError):
            return is_digest(digest) and stat.S_ISREG(self._path(digest).stat().st_mode)
        return False

    def digests(self) -> Iterator[str]:
        """The digest of every stored file; temporary files of a crashed writer are not blobs."""
        for path in self._folder.glob(f"??/*{SUFFIX}"):
            digest = path.parent.name + path.name.removesuffix(SUFFIX)
            if is_digest(digest):
                yield digest

    def replace(self, body: bytes) -> None:
        """Written like any other, under the name of the old one."""
        path = self._path(digest_of(body))
        with _storage_errors(path):
            self._write(path, frame(body, None))

    def chain(self, digest: str) -> tuple[str, ...]:
        """The digests of the files that reading it reads."""
        with _storage_errors(self._folder):
            return tuple(stored.digest for stored in chain_of(digest, self._read))

    def delete(self, digests: Collection[str], *, stored_before: datetime) -> int:
        """Removes files, but for those put (again) since `stored_before` and those others are written against."""
        old = [digest for digest in digests if self._is_old(digest, stored_before)]
        free = not_needed(old, self._heads()) if old else ()
        return sum(self._delete(digest, stored_before) for digest in free)

    def _is_old(self, digest: str, stored_before: datetime) -> bool:
        with _storage_errors(self._folder), suppress(FileNotFoundError):
            return is_digest(digest) and self._path(digest).stat().st_mtime < stored_before.timestamp()
        return False

    def _delete(self, digest: str, stored_before: datetime) -> bool:
        # Asked once more: it may have been put again while all others were looked at.
        if not self._is_old(digest, stored_before):
            return False
        with _storage_errors(self._folder):
            self._path(digest).unlink(missing_ok=True)
        return True

    def _path(self, digest: str) -> Path:
        if not is_digest(digest):
            raise corrupt(digest[:80], "has a name that no digest has")
        return self._folder / digest[:2] / f"{digest[2:]}{SUFFIX}"

    def _read(self, digest: str) -> bytes | None:
        try:
            return self._path(digest).read_bytes() if is_digest(digest) else None
        except FileNotFoundError:
            return None

    def _heads(self) -> Iterator[tuple[str, bytes]]:
        for digest in self.digests():
            with suppress(FileNotFoundError), self._path(digest).open("rb") as file:
                yield digest, file.read(HEAD_SIZE)

    def _write(self, path: Path, packed: bytes) -> None:
        folder, name = os.path.split(path)
        part = os.path.join(folder, f".{name}.{secrets.token_hex(4)}.part")
        try:
            handle = os.open(part, _NEW, 0o600)
        except FileNotFoundError:
            os.makedirs(folder, exist_ok=True)
            _sync_folder(os.path.dirname(folder))
            handle = os.open(part, _NEW, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(packed)
                file.flush()
                os.fsync(handle)
            os.replace(part, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(part)
            raise
        _sync_folder(folder)


def _refresh(path: Path) -> bool:
    """Marks a blob as wanted again, so that clearing orphans spares it; False when it is not there or is empty."""
    try:
        if path.stat().st_size == 0:
            return False
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _sync_folder(folder: str) -> None:
    # The rename itself must outlive a power cut, not only the bytes. Some systems cannot open a folder: best effort.
    with suppress(PermissionError, NotImplementedError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in NO_SPACE:
            raise StoreFull(
                f"no space left for blobs in {path.parent}; free some and try again. Nothing was half-written."
            ) from error
        raise StoreError(
            f"the blob store refuses ({error}); check that {path.parent} can be read and written."
        ) from error
