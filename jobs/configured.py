"""sources.toml as it is added to: what it holds, names for new sources, and blocks appended whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crawler.errors import ConfigurationError
from crawler.model import Source
from crawler.sources import EXAMPLE, parse_sources

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_COMMENT = re.compile(r"(?m)^\s*#.*$")


def configured(path: Path) -> tuple[Source, ...]:
    """The Sources so far; none where there is no file yet, or one without any source. Raises ConfigurationError."""
    return sources_in(text_of(path), path)


def text_of(path: Path) -> str:
    """The configuration as it stands; the commented example where there is none yet. Raises ConfigurationError."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return EXAMPLE
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from None


def sources_in(text: str, path: Path) -> tuple[Source, ...]:
    """The Sources of a configuration that may have none yet. Raises ConfigurationError."""
    if "[[source]]" not in _COMMENT.sub("", text):
        return ()
    return parse_sources(text, path=str(path))


def name_for(url: str) -> str:
    """What a source is called of which only the address is known."""
    host, _, path = url.split("://", 1)[-1].partition("/")
    words = [*host.split(":")[0].removeprefix("www.").split("."), *path.split("?")[0].split("/")]
    kept = [
        word
        for word in words
        if word and not re.search(r"^(index|list)\b|\.(s?html?|xml|jsp|php)$|^(gov|cn|com|org)$", word)
    ]
    return _NOT_IN_NAMES.sub("-", "-".join(kept).lower()).strip("-")[:40] or "source"


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, with a number after it where it is taken."""
    if name not in taken:
        return name
    return next(f"{name}-{number}" for number in range(2, len(taken) + 3) if f"{name}-{number}" not in taken)


def joined(before: str, block: str) -> str:
    """A configuration with a block after it; what stood there stays as it was, its line ends too."""
    ends = "\r\n" if "\r\n" in before else "\n"
    gap = ends if before.endswith("\n") or not before else ends * 2
    return before + gap + block.replace("\n", ends)


def append(path: Path, blocks: Callable[[str], str]) -> None:
    """Append what `blocks` makes of the text that is there now, nothing where it makes nothing.

    The file is replaced whole or left as it was, keeps its permissions, and is written by one process at a time.
    Raises ConfigurationError where it would not be a configuration any more, or cannot be written.
    """
    path = path.resolve()  # a link stays a link
    with _alone(path.parent):
        before = text_of(path)
        block = blocks(before)
        if not block:
            return
        after = joined(before, block)
        sources_in(after, path)  # what we write, we can read
        try:
            _replace(path, after)
        except OSError as error:
            raise ConfigurationError(f"{path}: {error.strerror}; it was left as it was") from None


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=path.name + ".", suffix=".new", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, name)  # it may hold secrets that are nobody else's to read
        else:
            umask = os.umask(0)
            os.umask(umask)
            Path(name).chmod(0o666 & ~umask)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Held by one process at a time for a folder; the system lets go of it where a process ends."""
    try:
        import fcntl
    except ImportError:  # a system without such locks: the last one to write wins
        yield
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise ConfigurationError(f"{folder}: {error.strerror}") from None
    try:
        with suppress(OSError):  # nor have all network drives
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
