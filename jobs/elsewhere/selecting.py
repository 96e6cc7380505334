"""What others choose a piece of a page by → CSS, where CSS can say the same."""

from __future__ import annotations

import re

from crawler.decode import valid_selector

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_STEP = re.compile(
    r"(?P<axis>//?)(?P<tag>\*|[A-Za-z][A-Za-z0-9-]*)"
    r"(?P<tests>(?:\[\s*(?:@[A-Za-z_][\w-]*(?:\s*=\s*(?:\"[^\"\]]*\"|'[^'\]]*'))?"
    r"|contains\(\s*@[A-Za-z_][\w-]*\s*,\s*(?:\"[^\"\]]*\"|'[^'\]]*')\s*\))\s*\])*)"
)
_TEST = re.compile(
    r"\[\s*(?:@(?P<name>[A-Za-z_][\w-]*)(?:\s*=\s*(?P<quote>[\"'])(?P<value>.*?)(?P=quote))?"
    r"|contains\(\s*@(?P<part>[A-Za-z_][\w-]*)\s*,\s*(?P<mark>[\"'])(?P<piece>.*?)(?P=mark)\s*\))\s*\]"
)


def of_css(selector: str) -> str | None:
    """A CSS selector that can be read, on one line; None for any other."""
    css = " ".join(selector.split())
    return css if css and valid_selector(css) else None


def of_attribute(name: str, value: str) -> str | None:
    """The elements with this id, class or style."""
    value = value.strip()
    if not value:
        return None
    if name == "id" and _IDENTIFIER.match(value):
        return f"#{value}"
    if name == "class" and _IDENTIFIER.match(value):
        return f".{value}"
    return of_css(f"[{name}{'~' if name == 'class' and ' ' not in value else ''}={_quoted(value)}]")


def of_xpath(path: str) -> str | None:
    """An XPath of plain steps: `//div[@id="zoom"]/p`, `//*[contains(@class, "text")]`; None for any other."""
    path = path.strip()
    css, at = "", 0
    while at < len(path):
        step = _STEP.match(path, at)
        # A path from the root that begins elsewhere than at <html> finds nothing.
        if step is None or (not at and step["axis"] == "/" and step["tag"] != "html"):
            return None
        if at:
            css += " " if step["axis"] == "//" else " > "
        tests = "".join(_attribute(test) for test in _TEST.finditer(step["tests"]))
        css += tests if step["tag"] == "*" and tests else step["tag"] + tests
        at = step.end()
    return of_css(css)


def _attribute(test: re.Match[str]) -> str:
    if test["part"]:
        return f"[{test['part']}*={_quoted(test['piece'])}]"
    if test["value"] is None:
        return f"[{test['name']}]"
    if test["name"] == "id" and _IDENTIFIER.match(test["value"]):
        return f"#{test['value']}"
    return f"[{test['name']}={_quoted(test['value'])}]"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
