"""sources.toml → Sources. A wrong file is refused whole: all mistakes at once, with lines and what would be right."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

import tomlkit

from crawler.errors import ConfigurationError, Mistake
from crawler.model import ArticleSelectors, JsonList, Silence, Source, Target
from crawler.sources.amounts import Wrong, format_duration, format_size, suggestion
from crawler.sources.lines import Lines, Place, find_lines
from crawler.sources.schema import (
    ARTICLE,
    EXAMPLE,
    JSON,
    SECRET,
    SHARED,
    SOURCE,
    is_pattern,
)
from crawler.sources.targets import of_source, unknown_source

__all__ = ["EXAMPLE", "format_source", "parse_sources"]

_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)")
_BUILT_IN = Source(name="built-in", url="http://localhost/")
_Readers = Mapping[str, Callable[[object], object]]


def parse_sources(text: str, *, path: str = "sources.toml") -> tuple[Source, ...]:
    """The Sources of a configuration, in its order.

    Raises ConfigurationError with all mistakes if there is a single one; `path` only names the file in the message.
    """
    try:
        data = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise _refusal(path, [_syntax_mistake(str(error), text)]) from None
    except RecursionError:
        raise _refusal(path, [Mistake(line=0, where="file", message="nested too deeply to be read")]) from None
    reader = _Reader(lines=find_lines(text.removeprefix("\ufeff")))
    sources = reader.file(data)
    if reader.mistakes:
        raise _refusal(path, sorted(reader.mistakes, key=lambda mistake: mistake.line))
    return sources


def format_source(source: Source) -> str:
    """A `[[source]]` block in TOML with only what differs from the built-in defaults; `parse_sources` reads it back."""
    lines = ["[[source]]"]
    for key in SOURCE:
        value = getattr(source, key)
        if value != getattr(_BUILT_IN, key) and value != "json":
            lines.append(f"{key} = {_toml(value)}")
    for key, table in (("json", source.json), ("article", source.article)):
        parts = {name: part for name, part in asdict(table).items() if part} if table else {}
        if parts:
            lines.append(f"{key} = {_toml(parts)}")
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, timedelta):
        value = format_duration(value)
    # A number of bytes; smaller ones are numbers of visits.
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1024:
        value = format_size(value)
    if isinstance(value, Silence):
        value = {key: str(part) for key, part in asdict(value).items() if part is not None}
    if isinstance(value, Target):
        parts = {key: part for key, part in asdict(value).items() if part}
        value = parts if len(parts) > 1 else value.to
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    return str(tomlkit.item(str(value) if isinstance(value, str) else value).as_string())


def _refusal(path: str, mistakes: list[Mistake]) -> ConfigurationError:
    count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    report = [f"  line {one.line}: {one.where}: {one.message}" if one.line else f"  {one.message}" for one in mistakes]
    return ConfigurationError("\n".join([f"{path}: {count}, nothing was run", *report]), mistakes=tuple(mistakes))


def _syntax_mistake(detail: str, text: str) -> Mistake:
    found = _AT_LINE.search(detail)
    line = int(found[1]) if found else text.count("\n") + 1
    what = _AT_LINE.sub("", detail).removesuffix(" (at end of document)")
    return Mistake(
        line=line, where="TOML", message=f"{what}; strings need quotes, lists [ ], and one key stands on a line"
    )


def _shown(value: object) -> str:
    """A TOML value as its author knows it, cut to a length that fits a line."""
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= 80 else shown[:77] + "…"


@dataclass(slots=True)
class _Reader:
    """Reads a parsed file into Sources and collects what is wrong on the way."""

    lines: Lines
    mistakes: list[Mistake] = field(default_factory=list)

    def file(self, data: dict[str, Any]) -> tuple[Source, ...]:
        for key in data:
            if key not in ("defaults", "source"):
                self.wrong((key,), key, f"not known at the top; {suggestion(key, ['defaults', 'source'])}")
        defaults = self.defaults(data.get("defaults", {}))
        tables = data.get("source", [])
        if isinstance(tables, dict):
            self.wrong(("source",), "[source]", "one pair of brackets too few; write [[source]]")
        elif not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.wrong(("source",), "source", "not a table; write [[source]] and its keys below it")
        elif not tables:
            if "source" not in data and len(data) == len(data.keys() & {"defaults"}):
                self.wrong((), "file", "no [[source]]; `palimpsest add URL` writes one")
        else:
            return self.sources(tables, defaults)
        return ()

    def defaults(self, table: object) -> dict[str, Any]:
        if not isinstance(table, dict):
            self.wrong(("defaults",), "defaults", "not a table; write [defaults] and its keys below it")
            return {}
        values = self.values(table, SHARED, ("defaults",), "[defaults]")
        if not self.in_order(values, ("defaults",), "[defaults]"):
            values = {key: value for key, value in values.items() if not key.endswith("every")}
        return values

    def sources(self, tables: list[dict[str, Any]], defaults: dict[str, Any]) -> tuple[Source, ...]:
        found: list[Source] = []
        seen: dict[str, int] = {}
        names = [table["name"] for table in tables if isinstance(table.get("name"), str)]
        self.named(defaults, names, ("defaults", "notify"), "[defaults]")
        for index, table in enumerate(tables):
            place: Place = ("source", index)
            name = table.get("name")
            where = f"[[source]] {_shown(name)}" if isinstance(name, str) else "[[source]]"
            before = len(self.mistakes)
            values = self.source(table, place, where, defaults)
            if isinstance(name, str) and name in seen:
                line = seen[name]
                self.wrong(
                    (*place, "name"),
                    where,
                    f"name = {_shown(name)}: taken by the source at line {line}; choose another",
                )
            elif isinstance(name, str):
                seen[name] = self.lines.line((*place, "name"))
            if "notify" in table:
                self.named(values, names, (*place, "notify"), where)
            if len(self.mistakes) == before:
                found.append(Source(**values | {"notify": of_source(values.get("notify", ()), values["name"])}))
        return tuple(found)

    def source(self, table: dict[str, Any], place: Place, where: str, defaults: dict[str, Any]) -> dict[str, Any]:
        plain = {key: value for key, value in table.items() if key not in ("article", "json")}
        values = self.values(plain, SOURCE, place, where, also=("article", "json"))
        for key, example in (("name", '"suqian-press"'), ("url", '"https://www.example.gov.cn/xwfb/list.shtml"')):
            if key not in table:
                self.wrong(place, where, f"{key} is missing; add {key} = {example}")
        article = self.inside(table, "article", ARTICLE, place, where, '{ body = "#zoom", title = "h1" }')
        values["article"] = ArticleSelectors(**article)
        if "json" in table:
            values |= self.json(table, values, place, where)
        merged = {**defaults, **values}
        if any(key in values for key in ("every", "min_every", "max_every")):
            self.in_order(merged, place, where)
        if "every" not in merged:
            _first_guess(merged)
        return merged

    def named(self, values: dict[str, Any], names: list[str], place: Place, where: str) -> None:
        """Blames `notify` where it names a source that there is none of."""
        if wrong := unknown_source(values.get("notify", ()), names):
            self.wrong(place, where, f"notify: {wrong}")

    def inside(
        self, table: dict[str, Any], key: str, readers: _Readers, place: Place, where: str, like: str
    ) -> dict[str, Any]:
        """The keys of a table in a source's own."""
        found = table.get(key, {})
        if isinstance(found, dict):
            return self.values(found, readers, (*place, key), f"{where}: {key}")
        self.wrong((*place, key), where, f"{key}: not a table; write it like {like}")
        return {}

    def json(self, table: dict[str, Any], values: dict[str, Any], place: Place, where: str) -> dict[str, Any]:
        """What a source has that is a list as JSON; what else is said of it must fit that."""
        like = '{ items = "data.list", link = "url", title = "title", date = "publishTime" }'
        inside = self.inside(table, "json", JSON, place, where, like)
        if isinstance(table["json"], dict) and "link" not in table["json"]:
            self.wrong((*place, "json"), f"{where}: json", f"link is missing; write it like {like}")
        if "kind" in values:
            self.wrong((*place, "kind"), where, "kind: json says what this is already; take kind out")
        if "links" in values:
            self.wrong((*place, "links"), where, "links: CSS finds nothing in JSON; take it out, json has the link")
        if "next" in values and not is_pattern(values["next"]):
            self.wrong((*place, "next"), where, 'next: CSS finds nothing in JSON; write it like "/api/list?page={n}"')
        return {"kind": "json", "json": JsonList(**inside)} if "link" in inside else {}

    def values(
        self, table: dict[str, Any], readers: _Readers, place: Place, where: str, also: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """The keys of a table that can be read; the others are reported."""
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in readers:
                self.wrong((*place, key), where, f"{key}: no such key; {suggestion(key, [*readers, *also])}")
                continue
            try:
                values[key] = readers[key](value)
            except Wrong as wrong:
                shown = key if key in SECRET else f"{key} = {_shown(value)}"
                self.wrong((*place, key), where, f"{shown}: {wrong}")
        return values

    def in_order(self, values: dict[str, Any], place: Place, where: str) -> bool:
        """Whether min_every ≤ every ≤ max_every, as far as they are written; the built-in ones stand in for bounds."""
        low = values.get("min_every", _BUILT_IN.min_every)
        high = values.get("max_every", _BUILT_IN.max_every)
        every = values.get("every")
        between = f'min_every = "{format_duration(low)}" and max_every = "{format_duration(high)}"'
        for key in ("every", "min_every", "max_every"):
            blamed: Place = (*place, key)
            if blamed in self.lines.of:
                break
        if low > high:
            self.wrong(blamed, where, f"{between} contradict each other; make min_every the shorter one")
        elif every is not None and not low <= every <= high:
            self.wrong(
                blamed, where, f'every = "{format_duration(every)}" is not between {between}; change one of them'
            )
        else:
            return True
        return False

    def wrong(self, place: Place, where: str, message: str) -> None:
        self.mistakes.append(Mistake(line=self.lines.line(place), where=where, message=message))


def _first_guess(values: dict[str, Any]) -> None:
    """Nobody wrote `every`: the built-in one, moved between bounds that somebody did write."""
    low = values.get("min_every", _BUILT_IN.min_every)
    high = values.get("max_every", _BUILT_IN.max_every)
    values["every"] = max(low, min(_BUILT_IN.every, high))
