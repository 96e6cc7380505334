"""The system's Chromium for the tests that draw pages: found, or the test is skipped aloud."""

from __future__ import annotations

import subprocess
from functools import cache

import pytest

from crawler.errors import ConfigurationError
from crawler.model import Source
from jobs.rendering import SystemChromium, chromium_for


def chromium() -> SystemChromium:
    """The browser, as the program itself would find it."""
    found = _found()
    if isinstance(found, str):
        pytest.skip(f"no Chromium to test with: {found}")
    return found


@cache
def _found() -> SystemChromium | str:
    try:
        browser = chromium_for([Source(name="any", url="http://localhost/", render=True)])
    except ConfigurationError as error:
        return str(error)
    assert browser is not None
    # Some systems ship a script of that name which only says where to get one.
    ran = subprocess.run([browser.executable, "--version"], capture_output=True, check=False)
    return f"{browser.executable} does not run" if ran.returncode else browser
