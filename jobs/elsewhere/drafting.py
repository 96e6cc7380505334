"""Entries → what is appended to sources.toml: names that are free, addresses that are not there yet, valid TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from crawler.errors import ConfigurationError
from crawler.model import ArticleSelectors, Source, Target
from crawler.sources import format_source, parse_sources
from crawler.sources.amounts import Wrong, format_duration, interval
from crawler.urls import canonical
from jobs.configured import joined, name_for, sources_in
from jobs.elsewhere.entries import Entry, Found, Level, Remark

_LONGEST_NAME, _LONGEST_COMMENT = 60, 200
_BUILT_IN = Source(name="built-in", url="")
_BOUNDS = {"min_every": _BUILT_IN.min_every, "max_every": _BUILT_IN.max_every}


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """An entry with the Source that it becomes and its text in sources.toml."""

    entry: Entry
    source: Source
    toml: str


@dataclass(slots=True, kw_only=True)
class Draft:
    """What an import comes to. `known`: entries whose address is there already, with the name of its Source."""

    added: list[Added] = field(default_factory=list)
    known: list[tuple[Entry, Source]] = field(default_factory=list)
    paused_before: list[Added] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def toml(self) -> str:
        """What is appended, as it will stand there; empty where nothing is."""
        return "\n".join(one.toml for one in self.added)


def draft(before: str, path: Path, found: Found) -> Draft:
    """What becomes of the entries beside a configuration that reads `before`.

    Raises ConfigurationError where that is wrong already. An entry that it could not hold is refused by name.
    """
    drafting = _Drafting(before, sources_in(before, path))
    made = Draft(remarks=list(found.remarks))
    for entry in found.entries:
        drafting.take(entry, made)
    _drop_refused(before, path, made)
    made.remarks.sort(key=lambda remark: _in_order(remark.where))
    return made


def _in_order(where: str) -> tuple[str, int]:
    file, _, line = where.rpartition(":")
    return (file, int(line)) if line.isdecimal() else ("", 0)


class _Drafting:
    """The names and addresses that are taken, as entries are taken one after another."""

    def __init__(self, before: str, known: Sequence[Source]) -> None:
        self._before = before
        self._defaults = _defaults(before)
        self._by_url = {canonical(source.url): source for source in known}
        self._taken = {source.name for source in known}
        self._numbers: dict[str, int] = {}
        self._seen: dict[str, str] = {}

    def take(self, entry: Entry, made: Draft) -> None:
        """Puts an entry where it belongs in the draft."""
        address = canonical(entry.url)
        if address is None:
            why = f"{entry.url[:80]!r} is not an http(s) address"
            made.remarks.append(Remark(level=Level.REFUSED, where=entry.where, what="the entry", why=why))
            return
        if address in self._seen:
            why = f"its address was taken at {self._seen[address]}, and one source watches it"
            made.remarks.append(Remark(level=Level.LOST, where=entry.where, what=entry.name or "the entry", why=why))
            return
        self._seen[address] = entry.where
        if (source := self._by_url.get(address)) is not None:
            made.known.append((entry, source))
            return
        made.remarks.extend(_dropped(entry))
        source = self._source(entry, address)
        toml = _block(entry, source, self._explicit(entry))
        try:
            parse_sources(toml if not entry.paused else _uncommented(toml), path=entry.where)
        except ConfigurationError as error:
            why = "; ".join(mistake.message for mistake in error.mistakes) or str(error)
            made.remarks.append(Remark(level=Level.REFUSED, where=entry.where, what="the entry", why=why))
            return
        self._taken.add(source.name)
        added = Added(entry=entry, source=source, toml=toml)
        there = entry.paused and toml.strip() in self._before.replace("\r\n", "\n")
        (made.paused_before if there else made.added).append(added)

    def _source(self, entry: Entry, address: str) -> Source:
        return Source(
            name=self._name(_clean(entry.name) or name_for(address)),
            url=address,
            kind=entry.kind,  # type: ignore[arg-type]  # parse_sources has the last word on it
            render=entry.render,
            article=ArticleSelectors(body=entry.body or None),
            notify=tuple(Target(to=address) for address in entry.notify or ()),
        )

    def _name(self, wanted: str) -> str:
        """As `add` numbers them, without counting from the beginning for each of many."""
        name, number = wanted, self._numbers.get(wanted, 1)
        while name in self._taken:
            number += 1
            name = f"{wanted}-{number}"
        self._numbers[wanted] = number
        return name

    def _explicit(self, entry: Entry) -> Mapping[str, str]:
        """What must be written although it is what is built in, for the file's own [defaults] may say otherwise."""
        said: dict[str, str] = {}
        if entry.every is not None:
            said["every"] = f'"{format_duration(entry.every)}"'
            if entry.every < self._defaults["min_every"]:
                said["min_every"] = said["every"]
            if entry.every > self._defaults["max_every"]:
                said["max_every"] = said["every"]
        if entry.notify == ():
            said["notify"] = "[]"
        return said


def _dropped(entry: Entry) -> list[Remark]:
    """What an address loses on its way into the configuration."""
    rest = entry.url.partition("://")[2]
    authority, fragment = re.split(r"[/?#]", rest, maxsplit=1)[0], entry.url.partition("#")[2]
    lost = []
    if "@" in authority:
        lost.append(("the name and password in the address", "Palimpsest does not log in"))
    if fragment.startswith(("!", "/")):
        lost.append(("what stands behind # in the address", "no server is told of it; find what the page asks for"))
    return [Remark(level=Level.LOST, where=entry.where, what=what, why=why) for what, why in lost]


def _clean(name: str) -> str:
    """A title as a name: printable, on one line, not too long, and no address."""
    words = " ".join("".join(char if char.isprintable() else " " for char in name).split())
    return words[:_LONGEST_NAME].strip().replace("://", ":")


def _defaults(before: str) -> dict[str, timedelta]:
    """The bounds of `every` that hold in this configuration, which is valid."""
    said = tomllib.loads(before.removeprefix("\ufeff")).get("defaults", {})
    bounds = dict(_BOUNDS)
    for key in bounds:
        try:
            bounds[key] = interval(said[key])
        except (KeyError, TypeError, Wrong):
            continue
    return bounds


# ---- text --------------------------------------------------------------------------------------------------------


def _block(entry: Entry, source: Source, explicit: Mapping[str, str]) -> str:
    comments = "".join(f"# {_comment(text)}\n" for text in entry.comments if text.strip())
    block = format_source(source) + "".join(f"{key} = {value}\n" for key, value in explicit.items())
    if not entry.paused:
        return comments + block
    marked = "".join(f"#| {line}\n" for line in block.splitlines())
    return f"{comments}# {entry.paused} where it came from; take the #| away to watch it\n{marked}"


def _uncommented(toml: str) -> str:
    return "".join(line.removeprefix("#| ") + "\n" for line in toml.splitlines() if line.startswith("#| "))


def _comment(text: str) -> str:
    words = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return words if len(words) <= _LONGEST_COMMENT else words[: _LONGEST_COMMENT - 1] + "…"


def _drop_refused(before: str, path: Path, made: Draft) -> None:
    """Takes out what the configuration as a whole refuses, such as what its [defaults] contradict."""
    while made.added:
        try:
            sources_in(joined(before, made.toml), path)
        except ConfigurationError as error:
            refused = _blamed(before, made, error)
            if not refused:
                raise
            for index, why in sorted(refused.items(), reverse=True):
                where = made.added.pop(index).entry.where
                made.remarks.append(Remark(level=Level.REFUSED, where=where, what="the entry", why=why))
        else:
            return


def _blamed(before: str, made: Draft, error: ConfigurationError) -> dict[int, str]:
    """Which of the added blocks a refusal is about, by the lines it names."""
    line = joined(before, "").count("\n") + 1
    ends = []
    for one in made.added:
        line += one.toml.count("\n") + 1
        ends.append(line)
    first = joined(before, "").count("\n") + 1
    refused: dict[int, str] = {}
    for mistake in error.mistakes:
        if mistake.line >= first:
            index = next((index for index, end in enumerate(ends) if mistake.line < end), len(ends) - 1)
            refused[index] = mistake.message
    return refused
