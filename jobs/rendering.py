"""The browser for sources with `render = true`: which one, and what to install where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from crawler.errors import ConfigurationError
from crawler.model import Source

CHROMIUM_VARIABLE = "PALIMPSEST_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell")


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemChromium:
    """Where it is. `sandbox` False: Chromium gives none to root, and would not start with one."""

    executable: str
    sandbox: bool


def chromium_for(sources: Sequence[Source]) -> SystemChromium | None:
    """The browser that these Sources need; None where none is rendered.

    Raises ConfigurationError, with what to install, where there is none.
    """
    names = ", ".join(source.name for source in sources if source.render)
    if not names:
        return None
    if find_spec("playwright") is None:
        raise ConfigurationError(
            f"render = true ({names}) needs Playwright: pip install 'palimpsest[render]', or take the key out"
        )
    return SystemChromium(executable=_executable(names), sandbox=os.geteuid() != 0)


def _executable(names: str) -> str:
    chosen = os.environ.get(CHROMIUM_VARIABLE)
    if chosen:
        if found := shutil.which(chosen):
            return found
        raise ConfigurationError(f"{CHROMIUM_VARIABLE}={chosen} is no program; name Chromium's, with its path")
    if found := next(filter(None, map(shutil.which, _NAMES)), None):
        return found
    raise ConfigurationError(
        f"render = true ({names}) needs Chromium: install the system's (apt-get install chromium), or name it in "
        f"{CHROMIUM_VARIABLE}"
    )
