"""sources.toml: what is right is read, and what is wrong is said all at once, with its line and the cure."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import ConfigurationError, Mistake
from crawler.model import ArticleSelectors, FindingKind, JsonList, Severity, Silence, Source, Target
from crawler.sources import EXAMPLE, format_source, parse_sources

FULL = """\
[defaults]
every = "1h30m"
timezone = "Europe/Berlin"
notify = ["mailto://desk@example.org"]

[[source]]
name = "suqian-press"
url = "https://WWW.example.gov.cn:443/xwfb/list.shtml#top"
kind = "listing"
links = "ul.list li a"
next = "index_{n}.html"
include = ["/xwfb/"]
exclude = []
host_delay = "0.5s"
tls = "legacy"
render = true
article = { body = "#zoom", title = "h1" }

[[source]]
name = "bulletin"
url = "https://www.example.gov.cn/feed.xml"
every = "1d"
"""


def mistakes_of(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(ConfigurationError) as refused:
        parse_sources(text, path="x.toml")
    for mistake in refused.value.mistakes:
        assert mistake.message in str(refused.value)
    return refused.value.mistakes


def one_source(line: str) -> str:
    return f'[[source]]\nname = "a"\nurl = "http://a.gov.cn/"\n{line}\n'


def test_everything_a_file_may_say_reaches_the_source() -> None:
    press, bulletin = parse_sources(FULL)
    assert press == Source(
        name="suqian-press",
        url="https://www.example.gov.cn/xwfb/list.shtml",
        kind="listing",
        links="ul.list li a",
        next="index_{n}.html",
        include=("/xwfb/",),
        every=timedelta(minutes=90),
        timezone="Europe/Berlin",
        host_delay=timedelta(seconds=0.5),
        tls="legacy",
        render=True,
        notify=(Target(to="mailto://desk@example.org"),),
        article=ArticleSelectors(body="#zoom", title="h1"),
    )
    assert bulletin.every == timedelta(days=1)
    assert bulletin.timezone == "Europe/Berlin"


def test_every_mistake_is_reported_at_once_with_its_line() -> None:
    """A person who must run the program once for each mistake gives up."""
    text = '''\
# a comment with [[source]] in it
[defaults]
every = "6 hours"
timezone = "Asia/Shangai"

[[source]]
name = "press"
url = "htp://example"
include = [
  "x", # ]
  3,
]
render = "yes"
article = { body = "[[", titel = "h1" }

[[source]]
name = "press"
every = """
not a [[source]]
"""
[source.article]
issuer = 3
'''
    found = {(mistake.line, mistake.message.split(":")[0].split(" =")[0]) for mistake in mistakes_of(text)}
    assert found == {
        (3, "every"),
        (4, "timezone"),
        (8, "url"),
        (9, "include"),
        (13, "render"),
        (14, "body"),
        (14, "titel"),
        (16, "url is missing; add url"),
        (17, "name"),
        (18, "every"),
        (22, "issuer"),
    }


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ('every = "6 hours"', 'write it like "6h", "15m"'),
        ("every = 6", 'write it like "6h", "15m"'),
        ('every = ""', 'write it like "6h", "15m"'),
        ('every = "0s"', "shorter than a second"),
        ('every = "999999999w"', "longer than ten years"),
        ('every = "30d"', 'is not between min_every = "15m" and max_every = "7d"'),
        ('min_every = "8d"', "contradict each other"),
        ('timezone = "Asia/Shangai"', 'did you mean "Asia/Shanghai"?'),
        ('timezone = "../etc/passwd"', "not a time zone"),
        ('kind = "lists"', 'did you mean "listing"?'),
        ('tls = "old"', '"modern", "legacy"'),
        ('render = "yes"', "write true or false without quotes"),
        ('links = "ul[["', "not a CSS selector"),
        ('links = " "', "leave the key out"),
        ('next = "<<"', "a pattern with {n}"),
        ('include = "/xwfb/"', 'write it like ["/xwfb/", "/zwgk/"]'),
        ('exclude = [""]', "take it out"),
        ('notify = ["someone"]', "mailto://"),
        ('article = "#zoom"', 'write it like { body = "#zoom"'),
        ('article = { bod = "#zoom" }', 'did you mean "body"?'),
        ('evry = "6h"', 'did you mean "every"?'),
        ("every = 2021-06-15T08:00:00Z", "not a duration"),
    ],
)
def test_a_mistake_says_what_would_be_right(line: str, cure: str) -> None:
    (mistake,) = mistakes_of(one_source(line))
    assert mistake.line == 4
    assert mistake.where.startswith('[[source]] "a"')
    assert cure in mistake.message


@pytest.mark.parametrize(
    ("text", "line", "cure"),
    [
        ("", 0, "no [[source]]; `palimpsest add URL` writes one"),
        ("[defaults]\n", 0, "no [[source]]; `palimpsest add URL` writes one"),
        ('\n[source]\nname = "a"', 2, "write [[source]]"),
        ('\n\n[[sources]]\nname = "a"', 3, 'did you mean "source"?'),
        ("source = 3", 1, "write [[source]]"),
        ("source = []\ndefaults = 3", 2, "write [defaults]"),
        ('\nname = "a\n', 2, "strings need quotes"),
        ("x = " + "[" * 100_000, 0, "nested too deeply"),
        ('[defaults]\nlinks = "a"\n' + one_source(""), 2, "no such key"),
        ('[defaults]\nmax_every = "1m"\n' + one_source(""), 2, "contradict"),
        (one_source('include = ["x"]') + one_source(""), 6, "taken by the source at line 2"),
        ('[[source]]\nname = "a\\nb"\nurl = "http://a.cn"', 2, "not a name"),
    ],
)
def test_a_wrong_file_is_refused_with_one_clear_mistake(text: str, line: int, cure: str) -> None:
    (mistake,) = mistakes_of(text)
    assert cure in mistake.message
    assert mistake.line == line


def test_a_first_guess_nobody_wrote_bends_to_the_bounds_somebody_wrote() -> None:
    """`max_every = "1h"` alone must not be refused over a default of six hours."""
    (source,) = parse_sources(one_source('max_every = "1h"'))
    assert source.every == timedelta(hours=1)


def test_quoted_dotted_and_inline_spellings_of_toml_keep_their_lines() -> None:
    text = '[[source]]\r\n"name" = "a"\r\nurl = "http://a.cn/"\r\narticle.body = "[["\r\n\'links\' = "[["\r\n'
    assert [mistake.line for mistake in mistakes_of(text)] == [4, 5]


def test_the_example_is_complete_but_names_no_source() -> None:
    (mistake,) = mistakes_of(EXAMPLE)
    assert "palimpsest add URL" in mistake.message
    for key in dataclasses.fields(Source):
        assert f"{key.name} = " in EXAMPLE


def test_the_example_works_once_its_comments_are_taken_off() -> None:
    """What the comments show must be true."""
    _, _, commented = EXAMPLE.partition("#\n# [[source]]")
    source, api = parse_sources("[[source]]" + commented.replace("\n# ", "\n"))
    assert source.article.issuer == ".source"
    assert api.json is not None


WORD = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)


@given(
    word=WORD,
    url=st.sampled_from(["http://a.gov.cn/", "https://a.gov.cn/%D6%D0?x=%22&y=", "http://[::1]:8000/x"]),
    seconds=st.integers(min_value=15 * 60, max_value=7 * 24 * 3600),
    delay=st.timedeltas(timedelta(0), timedelta(days=2)),
)
def test_a_written_source_reads_back_as_itself(word: str, url: str, seconds: int, delay: timedelta) -> None:
    name = word.strip() if word.strip().isprintable() and "://" not in word else ""
    source = Source(
        name=name or "a",
        url=url,
        include=(word, "/x\\y\"z'"),
        next=word + "{n}",
        every=timedelta(seconds=seconds),
        host_delay=delay,
        notify=(
            Target(to="mailto://" + word),
            Target(
                to="json://a", kinds=("injected", "minor"), severity=Severity.LOW, digest=timedelta(seconds=seconds)
            ),
        ),
        render=True,
        article=ArticleSelectors(title='h1[class="a"]'),
    )
    assert parse_sources(format_source(source)) == (source,)


def test_only_what_differs_from_the_defaults_is_written() -> None:
    assert format_source(Source(name="a", url="http://a.cn/")) == '[[source]]\nname = "a"\nurl = "http://a.cn/"\n'


def test_silence_is_read_and_written_back() -> None:
    text = (
        '[[source]]\nname = "s"\nurl = "https://www.example.gov.cn/"\n'
        'silence = [{ kind = "duplicate_text" }, { page = "/old/", quote = "友情链接" }]\n'
    )
    (source,) = parse_sources(text)
    assert source.silence == (Silence(kind=FindingKind.DUPLICATE_TEXT), Silence(page="/old/", quote="友情链接"))
    assert parse_sources(format_source(source)) == (source,)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ('"spam_block"', "list of tables"),
        ("[{}]", "list of tables"),
        ('[{ kind = "spamblock" }]', "spam_block"),
        ('[{ word = "x" }]', "no part of a finding"),
        ("[{ quote = 3 }]", "not a text"),
    ],
)
def test_a_wrong_silence_says_what_would_be_right(value: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_sources(f'[[source]]\nname = "s"\nurl = "https://www.example.gov.cn/"\nsilence = {value}\n')
    (mistake,) = refused.value.mistakes
    assert mistake.line == 4
    assert said in mistake.message


API = '[[source]]\nname = "api"\nurl = "https://www.example.gov.cn/api/list?page=1"\n'


def test_a_list_as_json_is_read_and_written_back() -> None:
    (source,) = parse_sources(
        API + 'next = "?page={n}"\n[source.json]\nitems = "data.list"\nlink = "/{col}/{id}.html"\ndate = "time"\n'
    )
    assert source.kind == "json"
    assert source.json == JsonList(items="data.list", link="/{col}/{id}.html", date="time")
    assert parse_sources(format_source(source)) == (source,)


@pytest.mark.parametrize(
    ("lines", "line", "cure"),
    [
        ('json = "data.list"', 4, "json: not a table; write it like { items"),
        ("json = {}", 4, "link is missing; write it like { items"),
        ('json = { items = "data.list" }', 4, "link is missing"),
        ('json = { link = "url", itmes = "data" }', 4, 'did you mean "items"?'),
        ('json = { link = "data..url" }', 4, 'write it like "title" or "data.list"'),
        ('json = { link = "/art/{id.html" }', 4, 'write it like "url" or "/art/{id}.html"'),
        ('json = { link = "/art/{}.html" }', 4, "empty"),
        ('json = { link = "/art/index.html" }', 4, "neither the name of a key nor an address with one in it"),
        ('json = { link = "url", title = 3 }', 4, "write it in quotes"),
        ('json = { link = "url", items = "" }', 4, "leave the key out"),
        ('[source.json]\nlink = "url"\ndate = "{time}"', 6, "names of keys"),
        ('json = { link = "url" }\nkind = "feed"', 5, "take kind out"),
        ('json = { link = "url" }\nlinks = "ul a"', 5, "take it out"),
        ('json = { link = "url" }\nnext = "a.next"', 5, '"/api/list?page={n}"'),
    ],
)
def test_a_wrong_declaration_of_json_says_what_would_be_right(lines: str, line: int, cure: str) -> None:
    (mistake,) = mistakes_of(API + lines + "\n")
    assert mistake.line == line
    assert cure in mistake.message
