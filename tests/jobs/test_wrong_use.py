"""Wrong configuration and wrong words: all mistakes at once, exit 2, nothing run."""

from __future__ import annotations

from tests.jobs.conftest import Desk
from tests.jobs.site import Town, configuration

WRONG = """[defaults]
every = "6 hours"

[[source]]
nam = "typo"
url = "ftp://www.example.gov.cn/"

[[source]]
name = "twice"
url = "https://www.example.gov.cn/"
links = "ul[["

[[source]]
name = "twice"
url = "https://www.example.gov.cn/b"
host_delay = 2
"""


def test_every_mistake_is_told_with_its_line_and_nothing_runs(desk: Desk) -> None:
    desk.config.write_text(WRONG, encoding="utf-8")
    answered = desk("check")
    assert answered.status == 2
    for line in (2, 5, 6, 11, 14, 16):
        assert f"line {line}:" in answered.err, f"line {line} is not named in:\n{answered.err}"
    assert not desk.data.exists(), "a wrong configuration must not even make a data folder"


def test_a_missing_configuration_says_how_to_make_one(desk: Desk) -> None:
    answered = desk("check")
    assert answered.status == 2
    assert "palimpsest init" in answered.err


def test_an_unknown_source_names_the_known_ones(watched: Desk) -> None:
    answered = watched("check", "twon")
    assert answered.status == 2
    assert "town" in answered.err


def test_unknown_words_and_options_are_wrong_use(desk: Desk) -> None:
    assert desk("chekc").status == 2
    assert desk("check", "--alll").status == 2
    assert desk("diff", "https://e.example/", "one..two").status in (1, 2)


def test_global_options_may_stand_after_the_command(desk: Desk, town: Town) -> None:
    desk.config.write_text(configuration(town), encoding="utf-8")
    other = desk.folder / "elsewhere"
    assert desk("check", "--data", str(other)).status == 0
    assert other.exists()
    assert not desk.data.exists()


def test_help_and_version_are_no_errors(desk: Desk) -> None:
    assert desk("--help").status == 0
    assert desk("check", "--help").status == 0
    assert desk("--version").out.startswith("palimpsest ")
