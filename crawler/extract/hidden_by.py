"""What hides an element: its own attributes."""

from __future__ import annotations

import re
from typing import Final

_STYLE: Final = re.compile(r"\bstyle\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_HIDDEN: Final = re.compile(r"(?:^|[\s\"'])hidden(?:=|\s|/|$)")
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_OFF_SCREEN: Final = re.compile(
    r"(?:left|top|right|bottom|text-indent|margin-left|margin-top)\s*:\s*-\s*\d{3,}\s*(?:px|em|pt|rem)?"
)
_ZERO_BOX: Final = re.compile(r"(?<![\w-])(?:height|width|max-height|max-width)\s*:\s*[01](?:px|pt|em|%)?\s*(?:;|!|$)")
_COLOUR: Final = re.compile(r"(?<![\w-])(background-color|background|color)\s*:\s*([^;!]+)")
_NO_FONT: Final = re.compile(r"font-size:0(?:px|pt|em|%|;|!|$)")


def how_hidden(attrs: str) -> str | None:
    """How an element's own attributes (in lower case) keep it from being seen, or None.

    One of display:none, visibility, off-screen, zero-size, font-size 0, same-colour, overflow.
    """
    at = attrs.find(' style="')
    if at >= 0:
        style = attrs[at + 8 : attrs.find('"', at + 8)]
    else:
        found = _STYLE.search(attrs) if "style" in attrs else None
        style = "" if found is None else found[1] or found[2] or found[3] or ""
    if attrs.count("hidden") > style.count("hidden") and _HIDDEN.search(_QUOTED.sub('""', attrs)):
        return "display:none"
    return _how_styled(style) if style else None


def _how_styled(style: str) -> str | None:
    packed = "".join(style.split()) if " " in style else style
    if "none" in packed and "display:none" in packed:
        return "display:none"
    clips = "hidden" in packed
    if (clips and "visibility:hidden" in packed) or ("opacity" in packed and "opacity:0;" in packed + ";"):
        return "visibility"
    placed = "position" in packed or "text-indent" in packed or "margin" in packed
    if placed and ":-" in packed and _OFF_SCREEN.search(packed) is not None:
        return "off-screen"
    if ":0" in packed or ":1" in packed:
        if clips and "overflow:hidden" in packed and _ZERO_BOX.search(style):
            return "overflow"
        if "font-size:0" in packed and _NO_FONT.search(packed):
            return "font-size 0"
        if ("width" in packed and "height" in packed) and len(_ZERO_BOX.findall(style)) > 1:
            return "zero-size"
    coloured = "background" in packed and packed.count("color:") > packed.count("background-color:")
    return _same_colour(style) if coloured else None


def _same_colour(style: str) -> str | None:
    colours = {name[:10]: value.split()[0] for name, value in _COLOUR.findall(style) if value.split()}
    same = colours.get("color") is not None and colours.get("color") == colours.get("background")
    return "same-colour" if same else None
