"""Who reads: the language, the theme and the clock that a browser asks for, and how a reader changes them.

All of it is in cookies that hold nothing else, so that it works without a script and before anybody is known. The one
script of the frame only notes the time zone of the browser, which no header tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Literal
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from web.language import ENGLISH, LANGUAGES, wanted
from web.safe import local_path

router = APIRouter(include_in_schema=False)

LANGUAGE_COOKIE = "palimpsest_language"
THEME_COOKIE = "palimpsest_theme"
ZONE_COOKIE = "palimpsest_zone"
TIMES_COOKIE = "palimpsest_times"
THEMES = ("auto", "light", "dark")
_YEAR = 365 * 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What one reader wants to see. `zone` is that of the browser, None until it is known.

    `own_times`: times are shown in it, and not in the source's. `path` is what is being read, with its query, to come
    back to.
    """

    language: str = ENGLISH
    theme: str = "auto"
    zone: str | None = None
    own_times: bool = False
    path: str = "/"


def reader_of(request: Request) -> Reader:
    """The reader behind a request: by `?lang`, by cookies, by what the browser accepts, in this order."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    theme = request.cookies.get(THEME_COOKIE, "auto")
    zone = unquote(request.cookies.get(ZONE_COOKIE, ""))
    known = zone if zone in _zones() else None
    return Reader(
        language=asked if asked in LANGUAGES else wanted(request.headers.get("accept-language")),
        theme=theme if theme in THEMES else "auto",
        zone=known,
        own_times=known is not None and request.cookies.get(TIMES_COOKIE) == "own",
        path=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The zones that times are told in: that of a source by its name, `common` where it has none of its own."""

    common: str = "Asia/Shanghai"
    sources: Mapping[str, str] = field(default_factory=dict)

    def of(self, reader: Reader | None, source: str | None = None) -> tuple[ZoneInfo, ZoneInfo | None]:
        """The zone that times of a source are shown in, and the other one to tell beside it, where there is another."""
        theirs = self.common if source is None else self.sources.get(source, self.common)
        ours = None if reader is None or reader.zone == theirs else reader.zone
        if reader is None or ours is None:
            return ZoneInfo(theirs), None
        shown, other = (ours, theirs) if reader.own_times else (theirs, ours)
        return ZoneInfo(shown), ZoneInfo(other)


@cache
def _zones() -> frozenset[str]:
    """Every name that is a zone: whatever else a cookie says never reaches a file name."""
    return frozenset(available_timezones())


@router.get("/reader")
def switch(
    back: Annotated[str, Query(max_length=100_000)] = "/",
    lang: Literal["en", "zh-Hans"] | None = None,
    theme: Literal["auto", "light", "dark"] | None = None,
    times: Literal["own", "source"] | None = None,
) -> Response:
    """Remembers what a reader chose, and goes back to where they were, which is here and nowhere else."""
    answer = RedirectResponse(local_path(back), 303)
    for name, value in ((LANGUAGE_COOKIE, lang), (THEME_COOKIE, theme), (TIMES_COOKIE, times)):
        if value is not None:
            answer.set_cookie(name, value, max_age=_YEAR, httponly=True, samesite="lax")
    return answer
