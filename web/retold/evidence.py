"""The evidence of a Finding for people: what its names mean, and the reasons that detectors give in words of their own.

What was found on the page is shown as it stood there: only these names, and only under these names these values, are
said in the reader's language.
"""

from __future__ import annotations

from collections.abc import Mapping

from crawler.model import Json
from web.language import ENGLISH, N_, Catalogue

_NAMES = {
    "reason": N_("reason"),
    "what": N_("what it is"),
    "how": N_("in which way"),
    "missing": N_("missing"),
    "written": N_("written"),
    "for": N_("written for"),
    "left": N_("left standing"),
    "next": N_("what follows"),
    "before": N_("text before"),
    "after": N_("text after"),
    "lost": N_("lost mark"),
    "mark": N_("mark"),
    "at": N_("at character"),
    "first_at": N_("first at character"),
    "again_at": N_("again at character"),
    "characters": N_("number of characters"),
    "written_twice": N_("written twice"),
    "caption": N_("a caption"),
    "read_as": N_("read as"),
    "is": N_("really is"),
    "declared": N_("declared"),
    "encoding": N_("charset in use"),
    "encoding_from": N_("charset taken from"),
    "replaced": N_("characters replaced"),
    "shown": N_("date shown"),
    "meta": N_("date in the meta tags"),
    "character": N_("character"),
    "gloss": N_("gloss"),
    "number": N_("number"),
    "of": N_("of how many"),
    "code_points": N_("code points"),
    "own_script": N_("script of the text"),
    "own_characters": N_("characters of that script"),
    "swapped": N_("times swapped"),
    "的 left": N_("的 left"),
    "long_forms": N_("long forms"),
    "traditional_characters": N_("traditional characters"),
    "unit_of_the_row": N_("unit of the row"),
    "byte": N_("byte"),
    "bytes_as_served": N_("bytes as served"),
    "reads_better_by": N_("reads better by"),
    "than_the_next_reading_by": N_("than the next reading by"),
    "best_reading": N_("best reading"),
    "items": N_("items"),
    "telling_items": N_("telling items"),
    "first_items": N_("first items"),
    "separator": N_("separator"),
    "log_likelihood_ratio": N_("log-likelihood ratio"),
    "per_pair": N_("per pair"),
    "pairs": N_("pairs"),
    "telling_pairs": N_("telling pairs"),
    "new": N_("new in this version"),
    "hidden": N_("hidden"),
    "links": N_("number of links"),
    "doorways": N_("doorway links"),
    "hosts": N_("hosts"),
    "texts": N_("texts"),
    "to": N_("leads to"),
    "after_seconds": N_("after seconds"),
    "decoded": N_("decoded"),
    "says": N_("says"),
    "page_characters": N_("characters of the page"),
    "similarity": N_("similarity"),
    "title_before": N_("title before"),
    "title_after": N_("title after"),
    "official_words_per_thousand_before": N_("official words per thousand before"),
    "official_words_per_thousand_after": N_("official words per thousand after"),
    "inserted": N_("inserted"),
    "removed": N_("taken out"),
    "published": N_("published"),
    "published_unchanged": N_("date unchanged"),
    "titles_inserted": N_("titles inserted"),
    "titles_around": N_("titles around it"),
    "names_or_works_inserted": N_("names or works inserted"),
    "praise": N_("words of praise"),
    "words_of_news_before": N_("words of news before it"),
    "trade": N_("trade"),
    "frame": N_("frame of a document"),
    "a headline of documents": N_("a headline of documents"),
    "a document number": N_("a document number"),
    "labels of an issuing office": N_("labels of an issuing office"),
    "addressees": N_("addressees"),
    "numbered sections": N_("numbered sections"),
    "words of office": N_("words of office"),
    "names": N_("names"),
    "words": N_("words"),
    "names_counted": N_("names counted"),
    "warnings": N_("warnings"),
    "arrived_with_this_version": N_("arrived with this version"),
    "silenced": N_("silenced"),
    "now": N_("said now"),
    "turns": N_("turns"),
    "stays": N_("visits with the same text"),
}
_REASONS = (
    N_("a department of nothing begins a clause"),
    N_("a department of nothing"),
    N_("a label without its value"),
    N_("a list announced where a moment is asked for"),
    N_("a permission where a place stands"),
    N_("a poetic name where only the country as a whole makes sense"),
    N_("a sentence begins with a noun that lost its attribute"),
    N_("a sentence ends an exception that never began"),
    N_("a sentence without its subject"),
    N_("a slogan lost its beginning"),
    N_("a verb lost its second half"),
    N_("a verb without its object"),
    N_("an address was taken out"),
    N_("an enumeration lost a member"),
    N_("an officer of no office"),
    N_("a thank-you where a reporter stands"),
    N_("a bureau's name without its end"),
    N_("a comma stands between a place and an office"),
    N_("an office that calls itself 我局 or 我市 elsewhere is 我 here"),
    N_("a city's name stands where its office stood"),
    N_("a line begins with a colon"),
    N_("nothing stands between the quotation marks"),
    N_("the text begins with its byline, without a headline"),
    N_("a paragraph ends with an enumeration comma"),
    N_("a title begins in one paragraph and ends in the next"),
    N_("the next paragraph begins with the end of a sentence"),
)
# Under these names stand words of ours, as long as they are among these.
_VALUES: dict[str, frozenset[str]] = {
    "reason": frozenset(_REASONS),
    "what": frozenset(
        (
            N_("a mark of layout"),
            N_("a part of the site's furniture"),
            N_("a category of a content farm"),
            N_("a title joined with underscores"),
            N_("a call to come to an application"),
            N_("small print of a host that lets anybody post"),
        )
    ),
    "missing": frozenset((N_("a unit"), N_("a month or a dash"))),
    "is": frozenset((N_("a gloss put between the two bytes of a character"),)),
    "how": frozenset(
        (
            N_("meta refresh"),
            N_("search visitors are sent away"),
            N_("crawlers are told from readers"),
            N_("a script that only leaves"),
            N_("a script written as numbers"),
            N_("a mark stands for the first byte of a character"),
            N_("the first byte of a character is lost"),
            N_("the second byte of a character is lost"),
            N_("a byte stands between the two of a character"),
        )
    ),
    "lost": frozenset((N_("the end of a sentence"), N_("quotation marks that it has elsewhere"), N_("a plus sign"))),
    "own_script": frozenset((N_("traditional"), N_("simplified"))),
    "encoding_from": frozenset((N_("header"), N_("meta"), N_("content"))),
    "trade": frozenset(
        (
            N_("lottery tips"),
            N_("gambling"),
            N_("subsidy by QR code"),
            N_("forged papers"),
            N_("money schemes"),
        )
    ),
}


def evidence_name(name: str, words: Catalogue) -> str:
    """What a name of the evidence means, in the language of `words`; itself where nothing is known of it."""
    return words.gettext(_NAMES[name]) if name in _NAMES and words.language != ENGLISH else name


def evidence_said(name: str, value: Json, words: Catalogue) -> Json:
    """The value under a name, in the language of `words` where it is one of ours."""
    if name == "frame" and isinstance(value, Mapping):
        return {evidence_name(part, words): shown for part, shown in value.items()}
    return words.gettext(value) if isinstance(value, str) and value in _VALUES.get(name, ()) else value
