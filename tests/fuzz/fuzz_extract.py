"""Coverage-guided fuzzing of decoding and extraction: `python -m tests.fuzz.fuzz_extract [CORPUS] [-runs=N]`.

Needs atheris, which is not among the project's dependencies: it is installed by whoever wants to fuzz.
"""

from __future__ import annotations

import importlib
import sys

from crawler.decode import decode_bytes
from crawler.extract import extract, hidden_blocks, visible_text
from crawler.model import PageKind

# A page's text is at most its own characters, each of which a reference may have named, and white space between.
_MOST_PER_BYTE = 4


def read_any(body: bytes) -> None:
    """One input: read it as a page and as plain text; whatever it is, nothing raises and nothing is made up."""
    for markup in (True, False):
        document = decode_bytes(body, url="https://a.example/", content_type=None, markup=markup)
        article = extract(document)
        shown = visible_text(document)
        hidden = hidden_blocks(document)
        if article.kind is PageKind.EMPTY and "empty" not in article.evidence:
            raise AssertionError("an empty article that does not say why")
        if len(shown) + sum(len(block.text) for block in hidden) > _MOST_PER_BYTE * len(body) + 16:
            raise AssertionError("more text than the page has")
        if markup and not set(article.paragraphs) <= set(shown.split("\n")):
            raise AssertionError("a paragraph that the page does not show")


def main() -> None:
    """Fuzz until something raises or the runs asked for are done."""
    try:
        atheris = importlib.import_module("atheris")
    except ImportError:
        sys.exit("atheris is not installed: `pip install atheris`, then run this again")
    atheris.instrument_all()
    atheris.Setup(sys.argv, read_any)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
