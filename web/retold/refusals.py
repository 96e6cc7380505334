"""Why a request was refused, in the reader's language: what the store, the door and the forms say of it."""

from __future__ import annotations

from web.language import N_, Catalogue
from web.retold.phrases import Phrasebook, phrase

_DOOR = [
    phrase(N_("That is more than anything here takes.")),
    phrase(N_("Without users and tokens only loopback is served. Open it as localhost, or add a user.")),
    phrase(N_("This was asked for by a page from elsewhere, and nothing was done.")),
    phrase(N_("Too many wrong tokens; wait a little.")),
    phrase(N_("This reading room asks who you are: log in at /login, or send a token as Bearer or as the password.")),
    phrase(N_("The form was too old, or not ours, and nothing was done. Open the page again.")),
    phrase(N_("Log in first, or send a token.")),
    phrase(N_("%(text)s may only read here; an editor may do this.")),
    phrase(N_("This reading room was opened without a place to write to.")),
    phrase(N_("There is no such page in the reading room.")),
    phrase(N_("This is a fault of ours; the server's log says more.")),
    phrase(N_("Method Not Allowed")),
    phrase(N_("%(field)s: %(said)s"), field=r"[\w.]+"),
]
_ASKED = [
    phrase(N_("Field required")),
    phrase(N_("Input should be a valid integer, unable to parse string as an integer")),
    phrase(N_("Input should be a valid boolean, unable to interpret input")),
    phrase(N_("Input should be greater than or equal to %(number)s")),
    phrase(N_("Input should be less than or equal to %(number)s")),
    phrase(N_("String should have at most %(number)s characters")),
    phrase(N_("Input should be %(text)s")),
    phrase(N_("%(text)s is no kind of change; there are %(kinds)s."), kinds=r"[\w, ]+"),
    phrase(N_("%(text)s is no kind of finding; there are %(kinds)s."), kinds=r"[\w, ]+"),
    phrase(N_("%(text)s is no state of a finding; there are %(kinds)s."), kinds=r"[\w, ]+"),
    phrase(N_("%(text)s is no order of pages; there are %(kinds)s."), kinds=r"[\w, ]+"),
    phrase(N_("%(text)s is no severity; there are %(kinds)s."), kinds=r"[\w, ]+"),
    phrase(N_("%(text)s is no state of a page; there are %(kinds)s."), kinds=r"[\w, ]+"),
    phrase(N_("%(text)s is no order of sources; there are %(kinds)s."), kinds=r"[\w, ]+"),
    phrase(N_("%(text)s is no time to begin at; give %(kinds)s, or a day as 2026-03-02."), kinds=r"[\w, ]+"),
    phrase(N_("%(text)s is a place in another list; begin without it.")),
    phrase(N_("%(text)s is a place in another list; take one that this list gave.")),
    phrase(N_("%(text)s is no place in a list; take one that a list gave, or begin without.")),
    phrase(N_("%(text)s cannot be looked up: give two characters of Chinese or more, or a word.")),
    phrase(N_("Ask for /memento/, a time like 20260302010000, a slash and the page's URL.")),
    phrase(N_("%(text)s is no http(s) URL; give that of a page, as it is.")),
    phrase(N_("Ask for a version, as n=2, or for a time, as at=20260302010000.")),
    phrase(N_("This diff has no part %(number)s.")),
    phrase(N_("Accept-Datetime should be like Mon, 02 Mar 2026 01:00:00 GMT.")),
]
_STORED = [
    phrase(N_("%(text)s is not tracked; `palimpsest pages` lists what is.")),
    phrase(N_("%(text)s is no source; `palimpsest sources` lists what there is.")),
    phrase(N_("%(text)s has no version yet; `palimpsest log %(url)s` lists what there is."), url=".*"),
    phrase(N_("%(text)s has no version %(number)s; `palimpsest log %(url)s` lists what there is."), url=".*"),
    phrase(N_("%(text)s had no version yet at that time; `palimpsest log %(url)s` lists what there is."), url=".*"),
    phrase(N_("nothing of %(text)s was kept in the second of %(time)s.")),
    phrase(N_("%(text)s has no such finding; `palimpsest findings` lists what there is.")),
    phrase(N_("nothing of %(text)s was kept yet; `palimpsest log %(url)s` lists what was seen of it."), url=".*"),
    phrase(N_("what was kept of %(text)s has been written anew meanwhile; ask again.")),
    phrase(N_("what was kept has been written anew meanwhile; ask again.")),
    phrase(N_("there is no change %(number)s; `palimpsest changes` lists what there is.")),
    phrase(N_("there is no finding %(number)s; `palimpsest findings` lists what there is.")),
    phrase(N_("there is no finding %(number)s; its page's history may have been told anew. Look it up on its page.")),
    phrase(N_("another process is writing to %(text)s; try again.")),
    phrase(N_("every connection to the database is in use; try again.")),
    phrase(N_("no space left for %(text)s; free some and try again. Nothing was half-written.")),
    phrase(N_("%(text)s cannot be reached (%(why)s); check that the server runs and the URL, then try again.")),
    phrase(N_("%(text)s is busy or away (%(why)s); try again.")),
]
_BOOK = Phrasebook([*_DOOR, *_ASKED, *_STORED])


def refusal_retold(text: str, words: Catalogue) -> str:
    """Why it was refused, in the language of `words`; what is not recognised stays as it is."""
    return _BOOK.said(text, words)
