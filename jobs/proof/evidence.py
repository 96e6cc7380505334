"""One zip that proves what a Page said, and what it said next; the same question gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from crawler.errors import ChainBroken, StoreBusy
from crawler.model import Article, Json, Page, Snapshot, Version
from crawler.model.chain import sha256
from jobs.backfill import Tell
from jobs.exchange.files import whole_file
from jobs.exchange.warc import WarcOut
from jobs.proof import check
from jobs.proof.guide import Guide, Side, as_html, as_text
from jobs.proof.verifying import links, uneven
from jobs.settings import USER_AGENT
from store import Linked, Store

# The earliest time that a zip knows: a file of today would be another tomorrow.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was written: where, the sha-256 of the file, and the link of the newest Version in it with its number."""

    path: Path
    digest: str
    newest: int
    link: str

    def as_json(self) -> dict[str, Json]:
        """The object of `evidence --json`."""
        return {"file": str(self.path), "sha256": self.digest, "version": self.newest, "link": self.link}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chain:
    """The whole chain of a Page, and those of its Versions that the evidence is about."""

    page: str
    texts: Sequence[str]
    entries: Sequence[dict[str, Json]]
    newest: str
    about: Mapping[int, Linked]


def write(
    store: Store,
    page: Page,
    numbers: tuple[int, int],
    target: Path,
    *,
    force: bool = False,
    tell: Tell | None = None,
) -> Evidence:
    """Writes the evidence of a Change, or of a first Version (0..n), whole or not at all; `tell` hears how far it is.

    Raises ConfigurationError where the file is there already (unless `force`), NotWritten, NotKnown, ChainBroken where
    what is kept does not hold together, BlobCorrupt, and StoreBusy where the Page is rewritten meanwhile.
    """
    wanted = {number: store.history.version(page.url, number) for number in numbers if number}
    chain = _chain(store, page, wanted, tell)
    with whole_file(target, force=force) as stream:
        _fill(stream, store, chain, wanted, numbers)
    with target.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    return Evidence(path=target, digest=digest, newest=len(chain.entries), link=chain.newest)


def name_for(page: Page, numbers: tuple[int, int]) -> str:
    """What the file is called where nobody says: it can be a name on any system."""
    host = page.url.partition("://")[2].partition("/")[0].rpartition("@")[2].lower()
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in ".-") else "-" for letter in host)
    short, mark = plain[:60].strip(".-") or "page", sha256(page.url.encode(errors="replace"))[:8]
    return f"evidence-{short}-{mark}-{numbers[0]}..{numbers[1]}.zip"


def _chain(store: Store, page: Page, wanted: Mapping[int, Version], tell: Tell | None) -> _Chain:
    """The chain of the page, held against itself. Raises ChainBroken and StoreBusy."""
    counted = store.history.page(page.url).versions
    texts: list[str] = []
    entries: list[dict[str, Json]] = []
    about: dict[int, Linked] = {}
    newest = ""
    for tested, linked in links(store, page):
        if tested.problems or linked is None:
            raise _broken(page, f"version {tested.version}: {'; '.join(tested.problems)}")
        newest = linked.link
        texts.append(f"{linked.chained.text}link {newest}\n")
        entries.append(linked.as_json())
        if tell:
            tell(len(entries), counted)
        if linked.version in wanted:
            about[linked.version] = linked
    if problem := uneven(counted, len(entries)):
        raise _broken(page, problem)
    if any(number not in about or about[number].link != version.link for number, version in wanted.items()):
        raise StoreBusy(f"{page.url} was recorded by another process meanwhile; try again.")
    return _Chain(page=page.url, texts=texts, entries=entries, newest=newest, about=about)


def _broken(page: Page, problem: str) -> ChainBroken:
    return ChainBroken(
        f"{page.url}: what is kept of it does not hold together, and nothing was written ({problem}). "
        f"`palimpsest verify {page.url}` says all that is wrong"
    )


def _fill(
    stream: BinaryIO, store: Store, chain: _Chain, wanted: Mapping[int, Version], numbers: tuple[int, int]
) -> None:
    warc = BytesIO()
    out = WarcOut(warc, user_agent=USER_AGENT)
    first = min(one.shown.fetched_at for one in chain.about.values())
    out.info({"software": "Palimpsest", "format": "WARC File Format 1.1"}, at=first)
    sides = []
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        bundle = _Bundle(archive)
        for number, linked in sorted(chain.about.items()):
            snapshot, ours = replace(linked.shown, body=store.proof.body(linked)), store.proof.ours(linked)
            if snapshot.digest != linked.chained.snapshot:
                raise _broken(Page(url=chain.page, source=""), f"version {number}: its raw response is another")
            _add_version(bundle, f"version-{number}", linked, snapshot)
            out.snapshot(snapshot, extra={"Palimpsest-Version": str(number), "Palimpsest-Link": linked.link}, ours=ours)
            sides.append(Side(linked=linked, ours=ours, rendered=snapshot.rendered))
        bundle.add("snapshots.warc.gz", warc.getvalue())
        bundle.add("chain.txt", "\n".join(chain.texts).encode())
        told: dict[str, Json] = {"page": chain.entries[0]["page"], "newest": chain.newest, "versions": [*chain.entries]}
        bundle.add("chain.json", _json(told))
        bundle.add("diff.html", _diff(chain.page, wanted, numbers))
        guide = Guide(page=chain.page, numbers=numbers, sides=sides, versions=len(chain.entries), newest=chain.newest)
        bundle.add("README.txt", as_text(guide))
        bundle.add("README.html", as_html(guide))
        bundle.add("check.py", files("jobs.proof").joinpath("check.py").read_bytes())
        bundle.close()


def _add_version(bundle: _Bundle, folder: str, linked: Linked, snapshot: Snapshot) -> None:
    bundle.add(f"{folder}/body.bin", snapshot.body)
    bundle.add(f"{folder}/response.json", linked.response)
    bundle.add(f"{folder}/headers.txt", check.headers_text(json.loads(linked.response)))
    bundle.add(f"{folder}/article.json", linked.reading)
    bundle.add(f"{folder}/article.txt", check.article_text(json.loads(linked.reading)))
    bundle.add(f"{folder}/chain.txt", linked.chained.text.encode())


def _diff(url: str, wanted: Mapping[int, Version], numbers: tuple[int, int]) -> bytes:
    # The templates take a while to load.
    from web.render import diff_document

    after = wanted[numbers[1]]
    nothing = Version(number=0, seen_at=after.seen_at, article=Article(), snapshot_digest="", rules="")
    return diff_document(url, wanted.get(numbers[0], nothing), after, timezone=_ZONE).encode("utf-8", "replace")


class _Bundle:
    """A zip in the making, and the digest of each file in it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._sums: list[str] = []

    def add(self, name: str, data: bytes) -> None:
        """Adds a file; names are ASCII, with / between folders."""
        self._sums.append(f"{sha256(data)}  {name}\n")
        self._write(name, data)

    def close(self) -> None:
        """Adds the list of digests, in the form that `sha256sum -c` reads."""
        self._write("SHA256SUMS", "".join(self._sums).encode())

    def _write(self, name: str, data: bytes) -> None:
        info = zipfile.ZipInfo(name, _NO_TIME)
        info.compress_type = zipfile.ZIP_DEFLATED
        # A plain file that anybody may read, whichever system it was written on.
        info.create_system, info.external_attr = 3, 0o100644 << 16
        self._archive.writestr(info, data)


def _json(value: dict[str, Json]) -> bytes:
    return (json.dumps(value, ensure_ascii=True, indent=1) + "\n").encode()
