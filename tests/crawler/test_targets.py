"""`notify` in sources.toml: who is told of what, and what is wrong with it said without what is secret in it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crawler.errors import ConfigurationError
from crawler.model import ChangeKind, FindingKind, Severity, Source, Target
from crawler.sources import format_source, parse_sources

SECRET = "mailto://user:topsecret@example.org"


def sources(notify: str, *, defaults: str = "") -> tuple[Source, ...]:
    head = f"[defaults]\nnotify = {defaults}\n" if defaults else "\n\n"
    more = f"notify = {notify}\n" if notify else "\n"
    return parse_sources(
        f'{head}[[source]]\nname = "press"\nurl = "http://a.gov.cn/"\n{more}'
        '[[source]]\nname = "tax-news"\nurl = "http://b.gov.cn/"\n'
    )


def test_an_address_alone_or_with_what_it_is_told_of() -> None:
    table = (
        f'{{ to = "{SECRET}", kinds = ["injected", "spam_block", "alarm"], severity = "critical", digest = "1h30m",'
        ' sources = ["press"] }'
    )
    press, tax = sources(f'["json://a", {table}]')
    full = Target(
        to=SECRET,
        kinds=("injected", "spam_block", "alarm"),
        severity=Severity.CRITICAL,
        sources=("press",),
        digest=timedelta(minutes=90),
    )
    assert press.notify == (Target(to="json://a"), full)
    assert tax.notify == ()
    assert parse_sources(format_source(press)) == (press,)


def test_a_target_of_the_defaults_is_told_of_the_sources_that_it_names() -> None:
    """By name, or by a pattern; a source with its own list has that and no other."""
    targets = '["json://all", { to = "json://tax", sources = ["tax-*"] }, { to = "json://p", sources = ["press"] }]'
    press, tax = sources("", defaults=targets)
    assert [target.to for target in press.notify] == ["json://all", "json://p"]
    assert [target.to for target in tax.notify] == ["json://all", "json://tax"]
    press, tax = sources("[]", defaults=targets)
    assert (press.notify, len(tax.notify)) == ((), 2)


@pytest.mark.parametrize(
    ("notify", "said"),
    [
        (f'"{SECRET}"', "not a list of notification addresses"),
        (f'["{SECRET}", "user:topsecret@example.org"]', "entry 2: not an address"),
        (f'["{SECRET}", 3]', "entry 2: neither an address nor a table"),
        (f'[{{ too = "{SECRET}" }}]', 'entry 1: too: no such key; did you mean "to"?'),
        ('[{ kinds = ["edited"] }]', "to is missing"),
        (f'[{{ to = "{SECRET}", kinds = ["edit"] }}]', 'kinds: "edit" is not known; did you mean "edited"?'),
        (f'[{{ to = "{SECRET}", kinds = ["nonsense"] }}]', '"alarm", "created"'),
        (f'[{{ to = "{SECRET}", kinds = [] }}]', "kinds: not a list of names"),
        (f'[{{ to = "{SECRET}", severity = "grave" }}]', '"critical", "high", "medium", "low"'),
        (f'[{{ to = "{SECRET}", sources = "press" }}]', "sources: not a list of names"),
        (f'[{{ to = "{SECRET}", sources = ["pres"] }}]', 'no source is called "pres"; did you mean "press"?'),
        (f'[{{ to = "{SECRET}", sources = ["law-*"] }}]', '"press", "tax-news"'),
        (f'[{{ to = "{SECRET}", digest = "soon" }}]', "digest: not a duration"),
        (f'[{{ to = "{SECRET}", digest = "60d" }}]', "longer than 31 days"),
    ],
)
@pytest.mark.parametrize("by_default", [False, True])
def test_a_mistake_says_what_would_be_right_and_shows_no_secret(notify: str, said: str, by_default: bool) -> None:
    with pytest.raises(ConfigurationError) as refused:
        sources("" if by_default else notify, defaults=notify if by_default else "")
    (mistake,) = refused.value.mistakes
    assert said in mistake.message
    assert mistake.line == (2 if by_default else 6)
    assert "topsecret" not in str(refused.value)


def test_no_repr_shows_an_address() -> None:
    """What is logged of a Source by accident is not its secrets."""
    (press, _) = sources(f'["{SECRET}"]')
    assert "topsecret" not in repr(press)


@pytest.mark.parametrize(
    ("kinds", "kind", "minor", "wanted"),
    [
        ((), "edited", False, True),
        ((), "edited", True, False),
        (("edited",), "edited", False, True),
        (("edited",), "edited", True, False),
        (("edited",), "removed", False, False),
        (("change",), "removed", False, True),
        (("change",), "removed", True, False),
        (("edited", "minor"), "retitled", True, True),
        (("minor",), "edited", False, False),
        (("finding", "alarm"), "edited", False, False),
    ],
)
def test_changes_are_wanted_by_kind_and_minor_ones_by_that_word(
    kinds: tuple[str, ...], kind: str, minor: bool, wanted: bool
) -> None:
    assert Target(to="a://", kinds=kinds).wants_change(ChangeKind(kind), minor=minor) is wanted


@pytest.mark.parametrize(
    ("kinds", "least", "severity", "wanted"),
    [
        ((), None, "high", True),
        ((), None, "medium", False),
        ((), "medium", "medium", True),
        ((), "critical", "high", False),
        (("finding",), None, "medium", False),
        (("finding",), "low", "low", True),
        (("mojibake",), None, "low", True),
        (("mojibake",), "high", "low", False),
        (("spam_block",), "low", "critical", False),
        (("change", "alarm"), "low", "critical", False),
    ],
)
def test_findings_are_wanted_by_kind_and_severity(
    kinds: tuple[str, ...], least: str | None, severity: str, wanted: bool
) -> None:
    """A kind that is named is wanted however grave it is, unless a severity is given."""
    target = Target(to="a://", kinds=kinds, severity=Severity(least) if least else None)
    assert target.wants_finding(FindingKind.MOJIBAKE, Severity(severity)) is wanted


@pytest.mark.parametrize(("kinds", "wanted"), [((), True), (("alarm",), True), (("change", "finding"), False)])
def test_alarms_are_wanted_unless_only_others_are(kinds: tuple[str, ...], wanted: bool) -> None:
    assert Target(to="a://", kinds=kinds).wants_alarms is wanted
