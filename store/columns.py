"""Column types: what PostgreSQL and SQLite would each refuse or change, carried over unchanged.

Text from the web may hold NUL (PostgreSQL refuses it) and lone surrogates (neither encodes them). Both survive here.

What comes from the database goes through one function a value, `result_processor`: by way of `process_result_value` it
would be three, and a list of fifty rows has a thousand values. That leaves out what the type beneath would do, which
is nothing for text, and for times on SQLite the reading of its text, done here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from crawler.model.chain import plain

# A noncharacter, never in honest text: what follows it is the text in JSON's escapes.
ESCAPED = "\ufdd0"


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def escape_text(text: str) -> str:
    """The text as both databases take it; itself for all but NUL, lone surrogates and the mark of escaping."""
    if "\0" in text or text.startswith(ESCAPED) or not _encodable(text):
        return ESCAPED + json.dumps(text)
    return text


def unescape_text(text: str) -> str:
    """The inverse of `escape_text`."""
    if text.startswith(ESCAPED):
        return str(json.loads(text[len(ESCAPED) :]))
    return text


def _text(value: str | None) -> str | None:
    return None if value is None else unescape_text(value)


def _json(value: str | None) -> Any:  # noqa: ANN401 - any JSON
    return None if value is None else json.loads(value)


def _utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def _utc_text(value: str | None) -> datetime | None:
    # Times that SQLite was given are in UTC without saying so.
    return None if value is None else datetime.fromisoformat(value + "+00:00")


def dump_json(value: object) -> str:
    """Compact JSON, readable text left readable. JSON itself escapes NUL; all is escaped where a surrogate is alone."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=plain)
    return text if _encodable(text) else json.dumps(value, separators=(",", ":"), default=plain)


class AnyText(TypeDecorator[str]):
    """Text of any code points."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else escape_text(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], str | None]:
        """From the database."""
        return _text


class JsonText(TypeDecorator[Any]):
    """JSON kept as text: JSONB would refuse NUL and reorder keys."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ANN401 - any JSON
        """To the database."""
        return dump_json(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], Any]:
        """From the database."""
        return _json


class UtcTime(TypeDecorator[datetime]):
    """An aware time: timestamptz on PostgreSQL; on SQLite UTC as text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database. Raises ValueError on a naive time, which could mean anything."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a time zone cannot be stored: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """From the database."""
        return _utc_text if dialect.name == "sqlite" else _utc


class Id(TypeDecorator[int]):
    """A row's number: 64 bits on PostgreSQL; INTEGER on SQLite, where only that numbers rows by itself."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """INTEGER on SQLite."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())
