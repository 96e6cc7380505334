"""Values → HTML: the template environment, its filters, and the shapes that templates draw."""

from __future__ import annotations

import json
import shlex
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from importlib.resources import files
from urllib.parse import quote_plus

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from crawler.diff import diff
from crawler.model import Article, Finding, Json, Region, Version
from store.views import ChangeView, iso
from web.drawing import marked, paragraphs, rows
from web.drawn import DrawnRows
from web.folding import diff_blocks
from web.language import ENGLISH, LANGUAGES, N_, Catalogue
from web.reader import Clocks
from web.retold import event_retold, evidence_name, evidence_said, reason_retold, retold
from web.safe import safe_href
from web.words import COUNTS, LABELS, label

QUOTE_SHOWN = 320
# What quote_plus makes of each character of ASCII.
_PLAIN = {number: quote_plus(chr(number)) for number in range(128)}
_ENGLISH = Catalogue(language=ENGLISH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A run of text inside a paragraph, with the Finding that covers it, if any."""

    text: str
    finding: Finding | None = None


def marked_paragraphs(article: Article, findings: Iterable[Finding]) -> tuple[tuple[Marked, ...], ...]:
    """Each paragraph as runs of text, those that a Finding of region `article` quotes carrying it.

    A Finding whose offsets do not hold its quote in this text (another version's) is left out; where two overlap the
    one that starts first is shown.
    """
    text = article.text
    fitting = sorted(
        (
            finding
            for finding in findings
            if finding.region is Region.ARTICLE
            and 0 <= finding.start < finding.end
            and text[finding.start : finding.end] == finding.quote
        ),
        key=lambda finding: (finding.start, -finding.end),
    )
    paragraphs: list[tuple[Marked, ...]] = []
    offset = 0
    for paragraph in article.paragraphs:
        paragraphs.append(_runs(paragraph, offset, fitting))
        offset += len(paragraph) + 1
        fitting = [finding for finding in fitting if finding.end > offset]
    return tuple(paragraphs)


def _runs(paragraph: str, offset: int, findings: Sequence[Finding]) -> tuple[Marked, ...]:
    runs: list[Marked] = []
    place = 0
    for finding in findings:
        start, end = max(finding.start - offset, place), min(finding.end - offset, len(paragraph))
        if start >= len(paragraph):
            break
        if end <= start:
            continue
        if start > place:
            runs.append(Marked(text=paragraph[place:start]))
        runs.append(Marked(text=paragraph[start:end], finding=finding))
        place = end
    if place < len(paragraph):
        runs.append(Marked(text=paragraph[place:]))
    return tuple(runs)


# ---- filters -----------------------------------------------------------------------------------------------------


def is_han(text: str) -> bool:
    """Whether the first 200 characters hold any CJK ideograph, which decides the language tag that picks the glyphs."""
    return any(unicodedata.name(character, "").startswith("CJK UNIFIED") for character in text[:200])


def lang(text: str | None) -> Markup:
    """` lang="zh"` for Chinese text, nothing for other text."""
    return Markup(' lang="zh"') if text and is_han(text) else Markup("")


def span_of_time(length: timedelta, words: Catalogue = _ENGLISH) -> str:
    """A length of time in its largest unit: "3 min", "5 h", "12 d"."""
    seconds = abs(int(length.total_seconds()))
    for unit, size in ((N_("%(count)s d"), 86400), (N_("%(count)s h"), 3600), (N_("%(count)s min"), 60)):
        if seconds >= size * 2 or (seconds >= size and size != 86400):
            return words.gettext(unit) % {"count": seconds // size}
    return words.gettext(N_("%(count)s s")) % {"count": seconds}


def relative(moment: datetime, now: datetime, words: Catalogue = _ENGLISH) -> str:
    """How far a moment is from now: "5 h ago", "in 3 min"."""
    pattern = N_("%(span)s ago") if moment <= now else N_("in %(span)s")
    return words.gettext(pattern) % {"span": span_of_time(now - moment, words)}


def clip(text: str, limit: int = QUOTE_SHOWN) -> str:
    """The text, cut with an ellipsis where it is longer than the limit."""
    return text if len(text) <= limit else text[:limit].rstrip() + "…"


def _evidence(value: Json) -> str:
    """A piece of evidence as a person reads it: text as it is, the rest as JSON, neither endless."""
    return clip(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 1000)


def shell(text: str) -> str:
    """The text as one word of a command, for a shell; control characters as an escape that it shows and never obeys."""
    if text.isprintable():
        return shlex.quote(text)
    # Pasted into a terminal, a line break would begin a command of its own.
    shown = "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)
    return shlex.quote(shown)


def query(asked: Mapping[str, object]) -> str:
    """The query of a link; lone surrogates, which have no bytes, become question marks.

    As urllib writes it, which looks at every letter by itself, where most of what is asked is plain.
    """
    return "&".join(f"{name}={_quoted(str(value))}" for name, value in asked.items())


def _quoted(text: str) -> str:
    return text.translate(_PLAIN) if text.isascii() else quote_plus(text, errors="replace")


def change_path(view: ChangeView) -> str:
    """Where the reading room shows a Change: its diff, else the only Version it has, else its Page."""
    change = view.change
    if change.before and change.after and change.before != change.after:
        return f"/diff?{query({'url': view.page, 'a': change.before, 'b': change.after})}"
    if change.after and change.after != change.before:
        return f"/version?{query({'url': view.page, 'n': change.after})}"
    return f"/page?{query({'url': view.page})}"


def _when(clocks: Clocks) -> Callable[[Context, datetime | None, str | None], Markup]:
    @pass_context
    def when(context: Context, moment: datetime | None, source: str | None = None) -> Markup:
        if moment is None:
            return Markup('<span class="soft">–</span>')
        zone, other = clocks.of(context.get("reader"), source)
        local = moment.astimezone(zone)
        title = shown = local.isoformat(" ", "seconds")
        if other is not None:
            title += f" {escape(zone.key)} · {moment.astimezone(other).isoformat(' ', 'seconds')} {escape(other.key)}"
        # Of times and escaped names alone. A format of Markup takes five times as long, and lists are full of times.
        return Markup(f'<time datetime="{moment.isoformat("T", "seconds")}" title="{title}">{shown[:16]}</time>')  # noqa: S704

    return when


def _stamped(clocks: Clocks, pattern: str) -> Callable[[Context, datetime, str | None], str]:
    @pass_context
    def stamped(context: Context, moment: datetime, source: str | None = None) -> str:
        return moment.astimezone(clocks.of(context.get("reader"), source)[0]).strftime(pattern)

    return stamped


def _saying(words: Catalogue) -> Callable[..., Markup]:
    """What `_("…")` is in templates: Jinja's own does the same, but looks every text up and marks it safe each time."""

    @cache
    def known(text: str) -> Markup:
        return Markup(words.gettext(text))  # noqa: S704  texts of templates and catalogues, which are ours

    @cache
    def plain(text: str) -> Markup:
        return known(text) % {}

    def say(text: str, **variables: object) -> Markup:
        return known(text) % variables if variables else plain(text)

    return say


def _span_labels(words: Catalogue, spans: Iterable[str], chosen: str | None) -> dict[str, str]:
    """Stretches of time by what they are called; a day that a link named and no form offers stays among them."""
    named = {one: words.gettext(N_("the last %(span)s")) % {"span": _span_named(one, words)} for one in spans}
    return named if not chosen or chosen in named else {chosen: chosen} | named


def _span_named(span: str, words: Catalogue) -> str:
    if span == "1d":
        return words.gettext(N_("24 hours"))
    return words.gettext(N_("%(count)s days")) % {"count": span.removesuffix("d")}


def environment(clocks: Clocks, words: Catalogue = _ENGLISH) -> Environment:
    """The template environment of one language: everything escaped, nothing undefined passed over.

    `moment|when(source)` shows a time by the clock of its source, or by the reader's own where a `reader` of the
    context wants that; the other one is told beside it.
    """
    made = Environment(
        loader=PackageLoader("web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals["_"] = made.globals["gettext"] = _saying(words)
    made.filters.update(
        when=_when(clocks),
        stamp=_stamped(clocks, "%Y-%m-%d %H:%M"),
        day=_stamped(clocks, "%Y-%m-%d"),
        lang=lang,
        clip=clip,
        label=lambda value, group: words.gettext(label(value, group)),
        href=safe_href,
        relative=lambda moment, now: relative(moment, now, words),
        span=lambda length: span_of_time(length, words),
        evidence=_evidence,
        evidence_name=lambda name: evidence_name(name, words),
        evidence_said=lambda value, name: evidence_said(name, value, words),
        told=lambda change: retold(change, words),
        event_told=lambda summary: event_retold(summary, words),
        reason=lambda detail: reason_retold(detail, words),
        moment=iso,
        shell=shell,
        urlencode=query,
        change_link=change_path,
        marked=marked,
        paragraphs=partial(paragraphs, words=words),
        rows=partial(rows, words=words),
    )
    made.globals.update(
        zip=zip,
        drawn=DrawnRows(),
        timezone=clocks.common,
        languages=LANGUAGES,
        language=words.language,
        span_labels=lambda spans, chosen=None: _span_labels(words, spans, chosen),
        count_labels={name: words.gettext(said) for name, said in COUNTS.items()},
        labels={group: {name: words.gettext(said) for name, said in of.items()} for group, of in LABELS.items()},
    )
    return made


def render(templates: Environment, name: str, **context: object) -> bytes:
    """A template filled in, as UTF-8; lone surrogates, which pages can smuggle in, become replacement marks."""
    return templates.get_template(name).render(**context).encode("utf-8", "replace")


def diff_document(url: str, before: Version, after: Version, *, timezone: str) -> str:
    """One self-contained HTML file that shows a diff: its styles inside, no link to anything but the page itself."""
    return (
        environment(Clocks(common=timezone))
        .get_template("diff_file.html")
        .render(
            url=url,
            before=before,
            after=after,
            diff=(shown := diff(before.article, after.article)),
            blocks=diff_blocks(shown.hunks),
            style=Markup(files("web").joinpath("static/palimpsest.css").read_text("utf-8")),  # noqa: S704  our own file
        )
    )
