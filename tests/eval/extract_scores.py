"""Scores of the extractor on the measuring data kept beside the checkout: `python -m tests.eval.extract_scores [SET…]`.

Body F1 is that of scrapinghub's article-extraction-benchmark: multiset 4-gram shingles, precision and recall averaged
over the pages, F1 of the two averages; a Han character is one token, elsewhere a word is.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.decode import decode_bytes, decode_text
from crawler.extract import extract
from crawler.model import Article, bare_text

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[^\W\u3400-\u9fff\uf900-\ufaff]+")


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def shingles(text: str, n: int = 4) -> Counter[tuple[str, ...]]:
    tokens = _TOKEN.findall(text)
    if len(tokens) < n:
        return Counter([tuple(tokens)] if tokens else [])
    return Counter(zip(*(tokens[i:] for i in range(n)), strict=False))


def match(gold: str, read: str) -> tuple[float, float]:
    """Precision and recall of one page, by shares of shingles."""
    wanted, got = shingles(gold), shingles(read)
    shared = sum((wanted & got).values())
    precision = shared / sum(got.values()) if got else float(not wanted)
    recall = shared / sum(wanted.values()) if wanted else float(not got)
    return precision, recall


def f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@dataclass(frozen=True)
class Page:
    name: str
    read: Callable[[], Article]
    body: str
    title: str | None = None
    date: str | None = None


def pages(name: str) -> Iterator[Page]:
    """The pages of one set under extract/."""
    with gzip.open(DATA / "extract" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            url = row["url"] or "https://example.invalid/page.html"
            yield Page(
                row["id"],
                lambda row=row, url=url: extract(decode_text(row["html"], url=url)),
                row["gold"],
                row["title"],
                row["date"],
            )


def gold_rows() -> list[dict[str, object]]:
    return [json.loads(line) for line in (DATA / "pages" / "gold.jsonl").read_text("utf-8").splitlines()]


def read_gold(row: dict[str, object]) -> Article:
    path = DATA / "pages" / str(row["file"])
    return extract(decode_bytes(path.read_bytes(), url=f"https://example.invalid/{path.name}"))


def same(a: object, b: object) -> bool:
    return bare_text(str(a or "")) == bare_text(str(b or ""))


def gold_best(row: dict[str, object], article: Article) -> tuple[float, float]:
    """Body match with the optional lines and captions counted in whichever way fits best."""
    base = "\n".join(row["paragraphs"])  # type: ignore[arg-type]
    extra = "\n".join([*row.get("optional", []), *row.get("captions", [])])  # type: ignore[misc]
    wide = base + "\n" + extra
    p_wide, _ = match(wide, article.text)
    p, r = match(base, article.text)
    return max(p, p_wide), r


def score_set(name: str, verbose: bool = False) -> dict[str, float]:
    ps, rs, titles, dates, low = [], [], [], [], []
    for page in pages(name):
        article = page.read()
        p, r = match(page.body, article.text)
        ps.append(p)
        rs.append(r)
        low.append((f1(p, r), p, r, page.name))
        if page.title:
            titles.append(same(page.title, article.title))
            if verbose and not titles[-1]:
                say(f"   title {page.name}: {page.title!r} != {article.title!r}")
        if page.date:
            dates.append((article.published or "")[:10] == page.date)
            if verbose and not dates[-1]:
                say(f"   date {page.name}: {page.date!r} != {article.published!r}")
    if verbose:
        for value, p, r, page_name in sorted(low)[:25]:
            if value < 0.985:
                say(f"   {value:.3f} p={p:.3f} r={r:.3f} {page_name}")
    return _summary(ps, rs, titles, dates)


def score_gold(verbose: bool = False) -> dict[str, float]:
    ps, rs, titles, dates, issuers = [], [], [], [], []
    for row in gold_rows():
        if "paragraphs" not in row:
            continue
        article = read_gold(row)
        p, r = gold_best(row, article)
        ps.append(p)
        rs.append(r)
        titles.append(same(row["title"], article.title))
        dates.append(same(row["date"], article.published))
        issuers.append(same(row["source"], article.issuer))
        if verbose:
            if f1(p, r) < 0.99:
                say(f"   {f1(p, r):.3f} p={p:.3f} r={r:.3f} {row['file']}")
            for key, got, ok in (
                ("title", article.title, titles[-1]),
                ("date", article.published, dates[-1]),
                ("source", article.issuer, issuers[-1]),
            ):
                if not ok:
                    say(f"   {key} {row['file']}: {row[key]!r} != {got!r}")
    return _summary(ps, rs, titles, dates) | {"issuer": sum(issuers) / len(issuers)}


def _summary(ps: list[float], rs: list[float], titles: list[bool], dates: list[bool]) -> dict[str, float]:
    n = len(ps)
    macro = sum(f1(p, r) for p, r in zip(ps, rs, strict=True)) / n
    scores = {"n": float(n), "f1": f1(sum(ps) / n, sum(rs) / n), "macro": macro}
    scores["worst"] = min(f1(p, r) for p, r in zip(ps, rs, strict=True))
    if titles:
        scores["title"] = sum(titles) / len(titles)
    if dates:
        scores["date"] = sum(dates) / len(dates)
    return scores


SETS = ("govcn_zh", "magic_article_zh", "gne_zh", "cx163_zh", "shgov_zh", "zh_misc", "scrapinghub")


def main(names: list[str]) -> None:
    verbose = "-v" in names
    wanted = [name for name in names if name != "-v"] or ["gold", *SETS]
    for name in wanted:
        scores = score_gold(verbose) if name == "gold" else score_set(name, verbose)
        say(f"{name:18}" + "  ".join(f"{key}={value:.4g}" for key, value in scores.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
