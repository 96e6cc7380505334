"""The two READMEs say the same: each command and configuration of one is in the other, and they know each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md"))


def blocks(text: str, kind: str = "") -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for of, block in found if of == kind]


def commands(text: str) -> set[str]:
    """What is to be typed, without what is said beside it."""
    lines = (line for block in blocks(text) for line in block.splitlines())
    found = {re.split(r" {2,}|(?<=90d) ", line)[0] for line in lines if line}
    assert len(found) > 20
    return found


def test_both_have_the_same_commands() -> None:
    assert commands(CHINESE) == commands(ENGLISH)


def test_both_have_the_same_configurations() -> None:
    """Whatever their comments say."""
    english, chinese = ([tomllib.loads(block) for block in blocks(text, "toml")] for text in (ENGLISH, CHINESE))
    assert len(english) > 1
    assert chinese == english


def test_they_lead_to_each_other_and_to_what_is_there() -> None:
    assert "(README.zh-CN.md)" in ENGLISH
    assert "(README.md)" in CHINESE
    for target in re.findall(r"\]\(([^)#]+)", CHINESE):
        assert (ROOT / target).exists(), target
