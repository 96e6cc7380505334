"""A file that is there whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from crawler.errors import ConfigurationError, NotWritten


@contextmanager
def whole_file(path: Path, *, force: bool) -> Iterator[BinaryIO]:
    """A stream whose bytes stand under `path` once the context ends well; until then, and otherwise, nothing does.

    It is written beside that place and renamed. Raises ConfigurationError where a file is there and `force` is not
    given, NotWritten where the folder or the disk refuses.
    """
    _free(path, force)
    try:
        number, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise _refused(path, error) from error
    part = Path(name)
    try:
        with os.fdopen(number, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        # As a file that was simply opened would have it.
        part.chmod(0o666 & ~_umask())
        _free(path, force)
        part.replace(path)
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _free(path: Path, force: bool) -> None:
    if path.is_dir():
        raise ConfigurationError(f"{path} is a folder; name a file in it")
    if not force and (path.exists() or path.is_symlink()):
        raise ConfigurationError(f"{path} exists already and was left as it is; give another name, or --force")


def _refused(path: Path, error: OSError) -> NotWritten:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return NotWritten(f"no space left for {path}; free some and try again. Nothing was left half-written.")
    return NotWritten(f"{path} cannot be written ({error.strerror or error}); name another place.")


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
