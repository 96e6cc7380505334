"""The languages of the reading room: their catalogues, read once at start, and which of them a reader wants.

The words of the templates are English and are their own keys. Each room's translations lie in a file of its own under
`web/locale`, read as they are: nothing is compiled, and a word that no file has stays English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ENGLISH = "en"
CHINESE = "zh-Hans"
# As each calls itself, for the switch.
LANGUAGES = {ENGLISH: "English", CHINESE: "简体中文"}
_FOLDERS = {CHINESE: "zh_Hans"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The words of one language; `words` has by the English singular the forms of its translation.

    There is one of each language, which tells them apart.
    """

    language: str
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    def gettext(self, text: str) -> str:
        """The text in this language, or as it is where nobody has translated it."""
        found = self.words.get(text)
        return found[0] if found else text

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The form for so many. Chinese has one form for all numbers, English two."""
        found = self.words.get(one)
        if found:
            return found[-1] if count != 1 else found[0]
        return one if count == 1 else many


def N_(text: str) -> str:  # noqa: N802  the name by which translators' tools know it
    """Marks a text that is translated where it is shown."""
    return text


@cache
def catalogues() -> dict[str, Catalogue]:
    """Every language by its tag."""
    return {ENGLISH: Catalogue(language=ENGLISH)} | {
        language: Catalogue(language=language, words=_merged(folder)) for language, folder in _FOLDERS.items()
    }


def rooms(folder: str) -> Iterator[tuple[str, Catalog]]:
    """The files of a language, each with its name, in the order of their names."""
    found = (entry for entry in files("web").joinpath("locale", folder).iterdir() if entry.name.endswith(".po"))
    for entry in sorted(found, key=lambda entry: entry.name):
        with entry.open("rb") as file:
            yield entry.name, read_po(file, locale=folder)


def _merged(folder: str) -> dict[str, tuple[str, ...]]:
    words: dict[str, tuple[str, ...]] = {}
    for _, catalog in rooms(folder):
        for message in catalog:
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            if message.id and forms and all(forms) and not message.fuzzy:
                words[message.id if isinstance(message.id, str) else message.id[0]] = forms
    return words


def wanted(accept: str | None) -> str:
    """The language that an Accept-Language header likes best; English where it names none of ours.

    Traditional Chinese is answered in simplified: it is nearer than English.
    """
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate((accept or "")[:500].split(",")):
        tag, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((_weight(one[2:]) for one in parameters if one.startswith("q=")), 1.0)
        language = {"en": ENGLISH, "zh": CHINESE}.get(tag.partition("-")[0])
        if language is not None and weight > 0:
            ranked.append((-weight, place, language))
    return min(ranked)[2] if ranked else ENGLISH


def _weight(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
