"""Checks this evidence. It needs Python 3.8 or newer and nothing else; it asks no network and writes nothing.

    python3 -I check.py        in the folder into which the zip was unpacked

It prints one line for each thing that was checked, and ends with status 0 where all of it holds, otherwise with 1.
What each file is, and what all of this proves and what it does not, stands in README.txt.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import sys
from typing import Any, Callable, Iterator  # noqa: UP035 - where Python 3.8 has them

NOTHING = "0" * 64
# What was looked at, and what is wrong with it; "" where it holds.
Findings = Iterator["tuple[str, str]"]
FIELDS = ("page", "version", "seen", "rules", "snapshot", "response", "article", "reading", "before")


def sha256(data: bytes) -> str:
    """sha-256 in hex."""
    return hashlib.sha256(data).hexdigest()


# ---- what is computed from the files -----------------------------------------------------------------------------


def bare(text: str) -> str:
    """Text without the white space that says nothing: it counts between two ASCII characters only, as one space."""
    words = text.split()
    pieces = words[:1]
    for before, after in zip(words, words[1:]):  # noqa: B905, RUF007 - Python 3.8 has neither
        if before[-1].isascii() and after[0].isascii():
            pieces.append(" ")
        pieces.append(after)
    return "".join(pieces)


def article_digest(article: dict[str, Any]) -> str:
    """The digest of what makes a version: title, text, date, issuer, and the files that it links."""
    content = [
        bare(article.get("title") or ""),
        bare(" ".join(article.get("paragraphs", []))),
        article.get("published") or "",
        bare(article.get("issuer") or ""),
        sorted([one["url"], bare(one["name"])] for one in article.get("attachments", [])),
    ]
    return sha256(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def article_text(article: dict[str, Any]) -> bytes:
    """article.txt, made of article.json."""
    named = ("title", "published", "issuer", "author")
    lines = [f"{name}: {article[name]}" for name in named if article.get(name)]
    lines += [f"attachment: {one['name']} <{one['url']}>" for one in article.get("attachments", [])]
    text = "\n".join([*lines, "", *article.get("paragraphs", [])]) + "\n"
    return text.encode("utf-8", "backslashreplace")


def headers_text(response: dict[str, Any]) -> bytes:
    """headers.txt, made of response.json."""
    lines = ["asked for: " + response["url"]]
    lines += ["redirected by: " + url for url in response["redirects"]]
    lines += ["answered by: " + response["final_url"], "received at: " + response["fetched_at"]]
    lines += [f"status: {response['status']}", ""]
    lines += [f"{name}: {value}" for name, value in response["headers"]]
    text = "".join(line.replace("\n", " ").replace("\r", " ") + "\n" for line in lines)
    return text.encode("utf-8", "backslashreplace")


def blocks(chain: str) -> list[tuple[str, str]]:
    """chain.txt as (the text of one version, its link), in their order."""
    found = []
    for part in chain.split("\n\n"):
        if part:
            text, mark, link = part.rstrip("\n").rpartition("\nlink ")
            found.append((text + "\n" if mark else "", link))
    return found


def fields(text: str) -> dict[str, str]:
    """The lines of one version's text by their first words; nothing where it is not such a text."""
    lines = text.split("\n")
    if lines[0] != "palimpsest-chain 1" or [line.partition(" ")[0] for line in lines[1:]] != [*FIELDS, ""]:
        return {}
    return {name: value for name, _, value in (line.partition(" ") for line in lines[1:-1])}


def records(warc: bytes) -> Iterator[tuple[dict[str, str], bytes]]:
    """The records of a WARC as (headers by lower-case name, block)."""
    place = 0
    while place < len(warc):
        end = warc.index(b"\r\n\r\n", place)
        head = warc[place:end].decode("utf-8").split("\r\n")
        named = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        start, length = end + 4, int(named["content-length"])
        if head[0] != "WARC/1.1" or warc[start + length : start + length + 4] != b"\r\n\r\n":
            raise ValueError(f"not a WARC record at byte {place}")
        yield named, warc[start : start + length]
        place = start + length + 4


# ---- the checks: each yields (what, what is wrong with it or nothing) --------------------------------------------


def check_files(folder: str) -> Findings:
    """Every file is listed in SHA256SUMS with its digest, and no other file is there."""
    sums = read(folder, "SHA256SUMS").decode("utf-8")
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in sums.splitlines())}
    same = sums == "".join(f"{digest}  {name}\n" for name, digest in listed.items())
    yield "SHA256SUMS", "" if same else "not in the form in which it was written"
    there: set[str] = set()
    for place, _, names in os.walk(folder):
        there.update(os.path.relpath(os.path.join(place, name), folder).replace(os.sep, "/") for name in names)
    for name in sorted(listed):
        wrong = "not there" if name not in there else ""
        if not wrong and sha256(read(folder, name)) != listed[name]:
            wrong = "its bytes do not have the digest that SHA256SUMS gives"
        yield name, wrong
    for name in sorted(there - set(listed) - {"SHA256SUMS"}):
        yield name, "not listed in SHA256SUMS: it is no part of this evidence"


def check_chain(folder: str) -> Findings:
    """Each link is the digest of its text and names the link before it; the numbers have no gap; the page is one."""
    chain = blocks(read(folder, "chain.txt").decode("utf-8"))
    told = json.loads(read(folder, "chain.json").decode("utf-8"))
    before = NOTHING
    entries: list[dict[str, Any]] = []
    for number, (text, link) in enumerate(chain, start=1):
        said, what = fields(text), f"chain.txt, version {number}"
        if not said:
            yield what, "not a text of the chain"
            continue
        wrong = [] if sha256(text.encode("utf-8")) == link else ["its link is not the digest of its text"]
        wrong += [] if said["before"] == before else ["it does not follow from the version before it"]
        wrong += [] if said["version"] == str(number) else ["it says that it is version " + said["version"]]
        wrong += [] if said["page"] == told["page"] else ["it is of another page"]
        yield what, "; ".join(wrong)
        before = link
        entries.append(dict(said, version=int(number), link=link))
    agrees = entries == told["versions"] and told["newest"] == before and chain
    yield "chain.json", "" if agrees else "it does not say what chain.txt says"


def check_version(folder: str, number: int) -> Findings:
    """The bytes, the headers and the article of one version are those that its text in the chain names."""
    place = f"version-{number}/"
    text = read(folder, place + "chain.txt").decode("utf-8")
    chain = blocks(read(folder, "chain.txt").decode("utf-8"))
    ours = chain[number - 1][0] if 0 < number <= len(chain) else ""
    yield place + "chain.txt", "" if text == ours else f"it is not what chain.txt says of version {number}"
    said = fields(text)
    for name, field in (("body.bin", "snapshot"), ("response.json", "response"), ("article.json", "reading")):
        same = sha256(read(folder, place + name)) == said.get(field)
        yield place + name, "" if same else f"it does not have the digest that the chain names as {field}"
    article = json.loads(read(folder, place + "article.json").decode("utf-8"))
    response = json.loads(read(folder, place + "response.json").decode("utf-8"))
    same = article_digest(article) == said.get("article")
    yield place + "article.json", "" if same else "its content does not have the digest that the chain names as article"
    same = read(folder, place + "article.txt") == article_text(article)
    yield place + "article.txt", "" if same else "it does not say what article.json says"
    same = read(folder, place + "headers.txt") == headers_text(response)
    yield place + "headers.txt", "" if same else "it does not say what response.json says"


def check_warc(folder: str, numbers: list[int]) -> Findings:
    """snapshots.warc.gz has each version's response: its digests hold, its bytes are body.bin, its link the chain's."""
    chain = blocks(read(folder, "chain.txt").decode("utf-8"))
    wanted = {chain[number - 1][1]: number for number in numbers if 0 < number <= len(chain)}
    for head, block in records(gzip.decompress(read(folder, "snapshots.warc.gz"))):
        kind, what = head["warc-type"], f"snapshots.warc.gz, {head['warc-type']} of {head['warc-date']}"
        wrong = "" if head.get("warc-block-digest") == "sha256:" + sha256(block) else "its block digest does not hold"
        if kind in ("response", "revisit"):
            number = wanted.pop(head.get("palimpsest-link", ""), None)
            body = b"" if number is None else read(folder, f"version-{number}/body.bin")
            if number is None:
                wrong = wrong or "its link is not that of a version of this evidence"
            elif head.get("warc-payload-digest") != "sha256:" + sha256(body):
                wrong = wrong or "its payload digest is not that of body.bin"
            elif kind == "response" and block.partition(b"\r\n\r\n")[2] != body:
                wrong = wrong or "its payload is not body.bin"
        yield what, wrong
    for number in sorted(wanted.values()):
        yield "snapshots.warc.gz", f"no response of version {number} in it"


def read(folder: str, name: str) -> bytes:
    """The bytes of one file of the evidence."""
    with open(os.path.join(folder, *name.split("/")), "rb") as file:
        return file.read()


def checked(folder: str) -> Findings:
    """All that was checked, as (what, what is wrong with it or nothing)."""
    numbers = sorted(int(name[8:]) for name in os.listdir(folder) if re.match(r"version-[0-9]+$", name))
    checks: list[tuple[str, Callable[..., Findings], Any]] = [("files", check_files, ()), ("chain", check_chain, ())]
    checks += [(f"version {number}", check_version, (number,)) for number in numbers]
    checks += [("snapshots.warc.gz", check_warc, (numbers,))]
    for what, check, more in checks:
        try:
            yield from check(folder, *more)
        except Exception as error:
            yield what, f"it cannot be read as what it should be ({type(error).__name__}: {error})"
    if not numbers:
        yield "versions", "there is none"


def main() -> int:
    """Prints what was checked; the status to end with."""
    bad = 0
    for what, wrong in checked(os.path.dirname(os.path.abspath(__file__))):
        bad += bool(wrong)
        line = f"FAILS  {what}: {wrong}" if wrong else f"holds  {what}"
        sys.stdout.write(line.encode("ascii", "backslashreplace").decode("ascii") + "\n")
    sys.stdout.write(f"{bad} of these do not hold: this evidence was altered\n" if bad else "all of it holds\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
