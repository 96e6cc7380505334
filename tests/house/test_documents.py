"""The documents say what is there: every command, every room, every word of the glossary, every pinned package."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from crawler import model
from crawler.model.targets import GROUPS
from crawler.sources import EXAMPLE
from crawler.sources.schema import ARTICLE, JSON, SOURCE
from crawler.sources.targets import TARGET
from jobs.cli import app
from jobs.cli.pruning import FOLD_VARIABLE
from jobs.cli.watching import LOG_VARIABLE
from jobs.rendering import CHROMIUM_VARIABLE
from jobs.serving import TOKEN_VARIABLE

ROOT = Path(__file__).parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_every_command_is_in_the_readme_and_has_help_with_an_example() -> None:
    readme = read("README.md")
    for command in app.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__
        assert re.search(rf"(palimpsest|`)[^\n`]*\b{name}\b", readme), f"{name} is not in README.md"
        assert "xample" in (command.callback.__doc__ or ""), f"{name} --help has no example"


@pytest.mark.parametrize(
    "word", ["Source", "Link", "Page", "Snapshot", "Article", "Version", "Change", "Finding", "Verdict"]
)
def test_every_noun_is_in_the_glossary_and_in_the_model(word: str) -> None:
    assert f"| {word} |" in read("docs/glossary.md")
    assert hasattr(model, word)


def test_every_room_is_on_the_map() -> None:
    drawn = read("ARCHITECTURE.md")
    for room in ("crawler", "store", "jobs"):
        for path in sorted((ROOT / room).iterdir()):
            if path.suffix == ".py" and path.stem != "__init__" and room != "store":
                assert path.name in drawn, f"{room}/{path.name} is not in ARCHITECTURE.md"
            if path.is_dir() and (path / "__init__.py").exists():
                assert f"{path.name}/" in drawn, f"{room}/{path.name}/ is not in ARCHITECTURE.md"


def test_every_dependency_has_its_reason() -> None:
    reasons = read("docs/decisions/0001-dependencies.md").lower()
    project = tomllib.loads(read("pyproject.toml"))
    extras = project["project"]["optional-dependencies"].values()
    for requirement in [*project["project"]["dependencies"], *(one for extra in extras for one in extra)]:
        name = re.split(r"[\[<>=]", requirement)[0]
        assert name.lower() in reasons, f"{name} has no reason in docs/decisions/0001-dependencies.md"


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_pin_with_hashes_and_name_no_index(lock: str) -> None:
    text = read(lock)
    pinned = re.findall(r"^([a-z0-9._-]+)==", text, re.MULTILINE)
    assert len(pinned) > 30
    assert len(re.findall(r"^[a-z0-9._-]+==[^\n]*\\\n +--hash=sha256:", text, re.MULTILINE)) == len(pinned)
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_the_lock_satisfies_the_project() -> None:
    project = tomllib.loads(read("pyproject.toml"))
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", read("requirements.lock"), re.MULTILINE))
    wanted = {re.split(r"[\[<>=]", one)[0].lower() for one in project["project"]["dependencies"]}
    assert wanted <= pinned


def test_the_readme_example_and_the_written_example_name_real_keys() -> None:
    """What a newcomer copies must be accepted."""
    from crawler.sources import parse_sources

    blocks = re.findall(r"```toml\n(.*?)```", read("README.md"), re.DOTALL)
    assert blocks
    for block in blocks:
        assert parse_sources(block)
    tomllib.loads(EXAMPLE)


def test_every_setting_is_documented() -> None:
    reference = read("docs/configuration.md")
    for key in [*SOURCE, "article", *ARTICLE, "json", *JSON, *TARGET]:
        assert f"`{key}`" in reference, f"{key} is not in docs/configuration.md"
        assert key in EXAMPLE or key in ARTICLE, f"{key} is not in the example that `init` writes"
    for kind in (*GROUPS, *model.ChangeKind):
        assert f"`{kind}`" in reference, f"the kind {kind} of notify is not in docs/configuration.md"
    for variable in (
        "PALIMPSEST_DATA",
        "PALIMPSEST_DATABASE",
        "PALIMPSEST_CONFIG",
        CHROMIUM_VARIABLE,
        TOKEN_VARIABLE,
        FOLD_VARIABLE,
        LOG_VARIABLE,
    ):
        assert f"`{variable}`" in reference


def test_links_between_documents_lead_somewhere() -> None:
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_nothing_of_any_one_machine_is_committed() -> None:
    ran = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        pytest.skip("not a git checkout: nothing to look through")
    for name in filter(None, ran.stdout.split("\0")):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".lock", ".yml", ".txt", ".ini", ""} and path.is_file():
            text = path.read_text("utf-8", errors="replace")
            for trace in ("/ro" + "ot/", "/wo" + "rk/", "pypi" + ".org", "/sim" + "ple/"):
                assert trace not in text, f"{name} holds {trace}"
