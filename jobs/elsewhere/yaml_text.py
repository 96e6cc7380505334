"""YAML as plain values with the lines they stand on. Nothing that a file says makes an object, reads a file or expands.

Written over PyYAML's nodes, which are made of text alone. Its C parser is not used: deep nesting ends the process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import yaml

# What a document may come to when all its aliases are followed, and how deep.
MOST_VALUES = 20_000
DEEPEST = 40
_DOCUMENT = re.compile(r"(?m)^(?=---(?:\s|$))")
_DIRECTIVE = re.compile(r"(?m)^%(?:YAML|TAG)\b.*$")
_PLAIN = "tag:yaml.org,2002:"
_TRUE = frozenset({"true", "yes", "on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """A value and the line it stands on; `text` is a scalar as it was written, so that a name may be `Off`."""

    line: int
    value: str | bool | list[Valued] | dict[str, Valued] | None
    text: str = ""

    @property
    def is_on(self) -> bool:
        """Whether it says yes."""
        return self.value is True or self.text == "1"

    @property
    def is_off(self) -> bool:
        """Whether it says no."""
        return self.value is False or self.text == "0"

    @property
    def items(self) -> list[Valued]:
        """The items of a list; of anything else, itself as the only one; none of nothing."""
        return self.value if isinstance(self.value, list) else [] if self.value is None else [self]

    @property
    def keys(self) -> dict[str, Valued]:
        """The keys of a mapping; of anything else none."""
        return self.value if isinstance(self.value, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A document that cannot be read, and why."""

    line: int
    why: str


def documents(text: str) -> Iterator[Valued | Unreadable]:
    """The documents of a text, each by itself, so that a broken one costs only itself; empty ones are left out."""
    line = 0
    for chunk in _DOCUMENT.split(text):
        try:
            for node in yaml.compose_all(_DIRECTIVE.sub("", chunk), Loader=yaml.SafeLoader):
                made = _Walk(above=line).value(node, 0)
                if made.value is not None:
                    yield made
        except _Refused as refused:
            yield Unreadable(line=refused.line, why=refused.why)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            yield Unreadable(line=line + (mark.line if mark else 0) + 1, why=f"broken YAML ({error.problem})")
        except yaml.YAMLError as error:
            yield Unreadable(line=line + 1, why=f"broken YAML ({str(error).splitlines()[0]})")
        except RecursionError:
            yield Unreadable(line=line + 1, why="nested too deeply to be read")
        line += chunk.count("\n")


class _Refused(Exception):
    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line, self.why = line, why


@dataclass(slots=True, kw_only=True)
class _Walk:
    """Makes values of nodes, and counts them: an alias costs each time it is followed."""

    above: int
    made: int = field(default=0)

    def value(self, node: yaml.Node, depth: int) -> Valued:
        line = self.above + node.start_mark.line + 1
        self.made += 1
        if self.made > MOST_VALUES or depth > DEEPEST:
            raise _Refused(line, "it unfolds to more than any job needs, or without end")
        if not node.tag.startswith(_PLAIN) or node.tag.startswith(f"{_PLAIN}python/"):
            tag = node.tag.replace(_PLAIN, "!!")
            raise _Refused(line, f"the tag {tag} is not read; import what it names by itself")
        if isinstance(node, yaml.SequenceNode):
            return Valued(line=line, value=[self.value(one, depth + 1) for one in node.value])
        if isinstance(node, yaml.MappingNode):
            return Valued(line=line, value=self.mapping(node, depth))
        return Valued(line=line, value=_scalar(node), text="" if node.tag == f"{_PLAIN}null" else str(node.value))

    def mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Valued]:
        """The keys of a mapping over those that `<<` names."""
        own: dict[str, Valued] = {}
        merged: dict[str, Valued] = {}
        for key, value in node.value:
            made = self.value(value, depth + 1)
            if key.tag == f"{_PLAIN}merge":
                for one in made.items:
                    merged = {**one.keys, **merged}
            else:
                # A value may begin below its key, which is where a person looks.
                at_key = replace(made, line=self.above + key.start_mark.line + 1)
                own[key.value if isinstance(key, yaml.ScalarNode) else "?"] = at_key
        return {**merged, **own}


def _scalar(node: yaml.Node) -> str | bool | None:
    if node.tag == f"{_PLAIN}null":
        return None
    if node.tag == f"{_PLAIN}bool":
        return node.value.lower() in _TRUE
    return str(node.value)
