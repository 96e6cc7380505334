"""Why a visit came to nothing, in the reader's language: the details of Checks, Sources and files.

The phrases are those of crawler.judge, absence, sniff and fetch, and of jobs.discovery with crawler.discover. What a
server, a page or the machine said is quoted as it was said.
"""

from __future__ import annotations

import re

from crawler.model import FailureReason
from web.language import N_, Catalogue
from web.retold.phrases import Phrase, Phrasebook, phrase

# What a FetchFailed is put down to, before what was said of it.
_REASONS = {
    FailureReason.DNS: N_("name not found"),
    FailureReason.CONNECT: N_("no connection"),
    FailureReason.TLS: N_("no secure connection"),
    FailureReason.TIMEOUT: N_("too slow"),
    FailureReason.TRUNCATED: N_("cut short"),
    FailureReason.TOO_LARGE: N_("too large"),
    FailureReason.PROTOCOL: N_("against the protocol"),
    FailureReason.TOO_MANY_REDIRECTS: N_("too many redirects"),
    FailureReason.REFUSED_ADDRESS: N_("address refused"),
    FailureReason.REFUSED_SCHEME: N_("scheme refused"),
    FailureReason.ROBOTS: N_("robots.txt"),
    FailureReason.ROBOTS_UNREACHABLE: N_("no robots.txt to be had"),
    FailureReason.RENDER: N_("not rendered"),
    FailureReason.STORE: N_("not kept"),
}

_ANSWERED = [
    phrase(N_("the server answered %(number)s")),
    phrase(N_("the page says that it does not exist")),
    phrase(N_("the address now leads to %(text)s")),
    phrase(N_("moved to %(text)s")),
    phrase(N_("%(said)s; moved to %(url)s")),
    phrase(N_("the headline is there, its text is not")),
    phrase(N_("the server answers the same for an address that does not exist")),
    phrase(N_("the server answers the same, or nothing, at every address")),
    phrase(N_("not what it was, and the server does not say what is missing")),
    phrase(N_("the server answered with a page that says it does not exist")),
    phrase(N_("the server answered with a page in place of the file")),
    phrase(N_("empty body")),
    phrase(N_("not HTML: binary data")),
    phrase(N_("not HTML: the body is %(said)s, served as %(text)s"), said="[A-Za-z0-9 ]+"),
    phrase(N_("not HTML: the body is %(said)s"), said="[A-Za-z0-9 ]+"),
    phrase(N_("a ZIP archive or Office document")),
    phrase(N_("an old Office document")),
    phrase(N_("a PNG picture")),
    phrase(N_("a JPEG picture")),
    phrase(N_("a GIF picture")),
    phrase(N_("gzip data")),
    phrase(N_("a RAR archive")),
    phrase(N_("a 7z archive")),
    phrase(N_("audio or video")),
    phrase(N_("audio")),
    phrase(N_("not HTML: served as %(text)s")),
    # A page in place of another may say anything, so that only these are taken for ours.
    phrase(
        N_("not the page: %(said)s"),
        said="the frame of a page whose content a challenge withholds|a challenge and nothing else"
        "|nothing without scripts|no reason found",
    ),
    phrase(N_("not the page: %(text)s")),
    phrase(N_("nothing to read: %(said)s")),
    phrase(N_("no reason found")),
    phrase(N_("the frame of a page whose content a challenge withholds")),
    phrase(N_("a challenge and nothing else")),
    phrase(N_("a script that goes elsewhere and nothing else")),
    phrase(N_("nothing without scripts")),
    phrase(N_("refreshes to %(text)s")),
    phrase(N_("a redirect")),
    phrase(N_("no visible text")),
    phrase(N_("no content at all")),
    phrase(
        N_("unknown charset %(label)s in the %(place)s; read as %(encoding)s; %(said)s"),
        label=r"""'[^']*'|"[^"]*\"""",
        place="header|meta|bom|content",
    ),
    phrase(
        N_("unknown charset %(label)s in the %(place)s; read as %(encoding)s"),
        label=r"""'[^']*'|"[^"]*\"""",
        place="header|meta|bom|content",
    ),
    phrase(N_("%(number)s characters could not be decoded as %(encoding)s")),
]
_FETCHED = [
    phrase(N_("not finished within %(seconds)s s"), seconds=r"[\d.e+]+"),
    phrase(N_("304 Not Modified, though nothing was asked of it")),
    phrase(N_("not a URL that can be asked for: %(text)s")),
    phrase(N_("the name does not resolve: %(text)s")),
    phrase(N_("the server hung up before it answered (%(text)s)")),
    phrase(N_("the server hung up without a word")),
    phrase(N_("no connection within %(seconds)s s"), seconds=r"[\d.e+]+"),
    phrase(N_("more than %(number)s bytes before the answer began")),
    phrase(N_("the host has no address")),
    phrase(N_("the body is larger than the cap of %(number)s bytes")),
    phrase(
        N_(
            "a compression bomb: %(number)s bytes had inflated to %(grown)s when it was stopped "
            "(more than %(ratio)s to 1; the cap is %(cap)s bytes)"
        ),
        grown=r"[\d,]+",
        ratio=r"[\d,]+",
        cap=r"[\d,]+",
    ),
    phrase(N_("%(number)s content-codings on top of each other")),
    phrase(N_("%(number)s pieces of the body hold %(bytes)s bytes together"), bytes=r"[\d,]+"),
    phrase(N_("the body is not what its Content-Encoding says (%(text)s)")),
    phrase(N_("the compressed body broke off after %(number)s bytes")),
    phrase(
        N_("%(host)s is at %(address)s, which is not a public address; if it is meant, name this host as a source"),
        host=r"\S+",
        address=r"\S+",
    ),
    phrase(N_("%(text)s is not a valid URL")),
    phrase(N_("only http and https are fetched, not %(scheme)s (%(text)s)"), scheme=r"[\w+.-]+|no scheme"),
    phrase(N_("%(text)s names no host")),
    phrase(N_("more than %(number)s redirects, the last to %(text)s")),
    phrase(N_("the redirects took longer than %(text)s")),
    phrase(N_("%(said)s (redirected to %(text)s)")),
    phrase(N_("robots.txt of %(host)s asks %(text)s not to fetch this"), host=r"\S+"),
    phrase(N_("robots.txt cannot be had (%(said)s), so nothing is fetched until it can")),
    phrase(N_("status %(number)s")),
    phrase(N_("not asked: %(host)s is in trouble (%(said)s) and is left alone for %(number)s s more"), host=r"\S*"),
    phrase(N_("not asked: %(host)s asked to be left alone, or struggles; %(number)s s more"), host=r"\S*"),
    phrase(N_("there is no browser to render it with")),
    phrase(N_("the page's scripts did not come to rest within %(seconds)s s"), seconds=r"[\d.e+]+"),
    phrase(N_("Chromium gave the page up: %(text)s")),
    phrase(N_("the page made Chromium crash")),
    phrase(N_("Chromium ended before the page did")),
    phrase(N_("Chromium opened no page: %(text)s")),
    phrase(N_("Chromium did not start: %(text)s")),
    phrase(N_("the page's scripts left it for %(text)s")),
    phrase(N_("the page's scripts send its reader on to %(text)s")),
    phrase(N_("the rendered page is larger than %(number)s characters")),
    phrase(N_("the page's scripts ask for more than %(number)s addresses")),
    phrase(N_("a part of the page: %(said)s (%(url)s)")),
    phrase(N_("the parts of the page are larger than %(number)s bytes")),
]
_VERSION = r"[\w.-]+"
_DISCOVERED = [
    phrase(N_("no article links found on any of its pages")),
    phrase(N_("%(said)s; nor in the feed it names, %(url)s: %(also)s")),
    phrase(N_("no article links found: %(said)s")),
    phrase(N_("the entry is no page to watch but blocked")),
    phrase(N_("the entry is no page to watch but gone")),
    phrase(N_("the entry is no page to watch but empty")),
    phrase(N_("its %(number)s bytes are more than any listing has; the cap is %(cap)s"), cap=r"[\d,]+"),
    phrase(N_("a listing in which no article links were found")),
    phrase(N_("%(number)s links by the configured selector %(text)s")),
    phrase(
        N_("a feed (%(version)s) of %(number)s items, longer than any feed, the rest was not read"), version=_VERSION
    ),
    phrase(N_("a feed (%(version)s) of %(number)s items, not well-formed, the rest was not read"), version=_VERSION),
    phrase(N_("a feed (%(version)s) of %(number)s items, not well-formed"), version=_VERSION),
    phrase(N_("a feed (%(version)s) of %(number)s items"), version=_VERSION),
    phrase(N_("a JSON Feed was expected, but %(text)s")),
    phrase(N_("a JSON Feed of %(number)s items")),
    phrase(N_("a sitemap index of %(number)s sitemaps, %(more)s more on other hosts"), more=r"\d+"),
    phrase(N_("a sitemap index of %(number)s sitemaps")),
    phrase(N_("a sitemap of %(number)s pages")),
    phrase(N_("%(said)s; %(also)s"), also=".*, the rest was not read"),
    phrase(N_("longer than 50 MB, the rest was not read")),
    phrase(N_("not well-formed (%(text)s), the rest was not read")),
    phrase(N_("it declares entities, which no sitemap needs, the rest was not read")),
    phrase(N_("nested too deeply, the rest was not read")),
    phrase(N_("more than 50,000 entries, the rest was not read")),
    phrase(N_("`json` in sources.toml no longer says where its items are")),
    phrase(N_("a JSON list was expected, but %(text)s")),
    phrase(N_("a JSON list without items at %(text)s")),
    phrase(N_("a JSON list without items")),
    phrase(N_("a JSON list of %(number)s items, none of which has a link at %(text)s")),
    phrase(N_("a JSON list at %(path)s: %(number)s links"), path="`[^`]*`"),
    phrase(N_("a JSON list: %(number)s links")),
    phrase(N_("%(url)s: %(said)s"), url=r"https?://\S+"),
]
_FAILED = [
    *(Phrase(said, re.compile(reason), reason) for reason, said in _REASONS.items()),
    phrase(N_("%(reason)s: %(also)s"), reason="|".join(_REASONS), also=".*"),
]
_BOOK = Phrasebook([*_FAILED, *_ANSWERED, *_FETCHED, *_DISCOVERED])


def reason_retold(text: str, words: Catalogue) -> str:
    """Why a visit came to nothing, in the language of `words`; what is not recognised stays as it is."""
    return _BOOK.said(text, words)


# ---- files -------------------------------------------------------------------------------------------------------

_SAME_SIZE = N_("%(number)s bytes as before")
_BYTES = N_("%(number)s bytes")
_SIZES = re.compile(r"(?P<was>[\d.]+ (?:bytes|[KMG]B))→(?P<now>[\d.]+ (?:bytes|[KMG]B))(?=, )")
_SIZE = re.compile(r"(?P<number>\d+) bytes as before(?=, )")


def became_retold(text: str, words: Catalogue) -> str:
    """How a file differs from the one before it: its size comes first, then types and digests as they are."""
    if same := _SIZE.match(text):
        return words.gettext(_SAME_SIZE) % same.groupdict() + text[same.end() :]
    if sizes := _SIZES.match(text):
        return "→".join(_size(sizes[side], words) for side in ("was", "now")) + text[sizes.end() :]
    return text


def _size(text: str, words: Catalogue) -> str:
    number, _, unit = text.partition(" ")
    return words.gettext(_BYTES) % {"number": number} if unit == "bytes" else text
