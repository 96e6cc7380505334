"""`python -m bench BENCHMARK [--quick] [--demo] [--only NAME …] [--json]`; `--help`: all of it; `--list`: names."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence

from bench import (
    backfill,
    blobs,
    detect,
    detect_speed,
    diff,
    export,
    fetch,
    fetch_table,
    judge,
    machines,
    notify,
    queue,
    schedule,
    soak,
    store,
    table,
    web,
)
from bench.extract import REPETITIONS, benchmark
from bench.fetch_trackers import TRACKERS
from bench.pages import SETS, Labelled, demo_pages, measured_pages, measuring_data
from bench.peers import BY_NAME, PEERS

QUICK_EACH = 8
BENCHMARKS = (
    "extract",
    "detect",
    "judge",
    "fetch",
    "blobs",
    "store",
    "queue",
    "machines",
    "schedule",
    "notify",
    "soak",
    "export",
    "backfill",
    "web",
    "diff",
)


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Speed and quality against peers, in one run.")
    parser.add_argument("benchmark", nargs="?", choices=BENCHMARKS, default="extract")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_EACH} pages a set, fewer repetitions")
    parser.add_argument("--demo", action="store_true", help="the bundled site's pages, whatever else there is")
    names = [*BY_NAME, *(tracker.name for tracker in TRACKERS if tracker.name not in BY_NAME)]
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help="only this extractor or tracker")
    parser.add_argument("--pages", type=int, help="fetch, store, export: so many pages")
    parser.add_argument("--database", metavar="URL", help="store: an empty database, instead of SQLite in a new folder")
    parser.add_argument("--keep", action="store_true", help="store: ask a database that was filled before")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
    parser.add_argument("--list", action="store_true", help="name what is measured and stop")
    return parser.parse_args(words)


def chosen_pages(demo: bool, quick: bool) -> tuple[list[Labelled], list[str]]:
    """The pages to measure on, and what must be said of them."""
    notes = ["the pages fed as bytes reach extractors that take text only as chardet decodes them, off the clock"]
    if demo or not measuring_data():
        why = "as asked" if demo else "the measuring data is not beside this checkout"
        notes.insert(0, f"measured on the bundled demo site only ({why}): a check that it runs, not a ranking")
        return demo_pages(), notes
    pages = measured_pages()
    if quick:
        notes.insert(0, f"quick: only the first {QUICK_EACH} pages of each set")
        pages = [page for name in SETS for page in [p for p in pages if p.set == name][:QUICK_EACH]]
    return pages, notes


def tell(line: str) -> None:
    """Progress, beside the report."""
    print(line, file=sys.stderr, flush=True)


def _detection(asked: argparse.Namespace) -> str:
    repetitions = 1 if asked.quick else REPETITIONS
    demo = asked.demo or not measuring_data()
    pages = detect.clean_pages(demo)
    scores = detect.benchmark(repetitions, pages)
    took = detect_speed.speeds(pages, repetitions=repetitions)
    return detect.report(scores, took, demo=demo, as_json=asked.json)


def _fetching(asked: argparse.Namespace) -> str:
    repetitions = fetch.QUICK_REPETITIONS if asked.quick else fetch.REPETITIONS
    trackers = [tracker for tracker in TRACKERS if asked.only is None or tracker.name in asked.only]
    pages = asked.pages or fetch.PAGES
    rows, skipped = fetch.compare_trackers(trackers, pages, repetitions, tell)
    if fetch.OURS in (tracker.name for tracker in trackers) and pages > fetch.FEW:
        rows += fetch.short_passes(repetitions, tell)
    rows += fetch.compare_clients(pages, repetitions, tell)
    report = fetch_table.as_json if asked.json else fetch_table.text
    return report(rows, skipped, pages)


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmark asked for and print its report; 1 where this project's own extractor could not be run."""
    asked = arguments(words)
    if asked.benchmark == "detect":
        print("\n".join(detect.DETECTORS) if asked.list else _detection(asked))
        return 0
    if asked.benchmark == "judge":
        print(judge.report(judge.benchmark(1 if asked.quick else 9), as_json=asked.json))
        return 0
    if asked.benchmark == "machines":
        told = machines.benchmark(asked.quick, tell)
        print(machines.report(told, as_json=asked.json))
        return int(not told.holds)
    if asked.benchmark == "soak":
        soaked = soak.benchmark(asked.quick, tell)
        print(soak.report(soaked, as_json=asked.json))
        return int(not soaked.holds)
    if asked.benchmark == "backfill":
        print(backfill.report(backfill.benchmark(asked.quick, tell), as_json=asked.json))
        return 0
    if asked.benchmark == "queue":
        print(queue.report(queue.benchmark(asked.quick, tell), as_json=asked.json))
        return 0
    if asked.benchmark == "fetch":
        print("\n".join(tracker.name for tracker in TRACKERS) if asked.list else _fetching(asked))
        return 0
    if asked.benchmark == "notify":
        print(notify.report(notify.benchmark(asked.quick, tell), as_json=asked.json))
        return 0
    if asked.benchmark == "schedule":
        print(schedule.report(schedule.benchmark(asked.quick, tell), as_json=asked.json))
        return 0
    if asked.benchmark == "export":
        print(export.report(export.benchmark(asked.pages, asked.quick, tell), as_json=asked.json))
        return 0
    if asked.benchmark == "web":
        shown = web.benchmark(asked.quick, tell, asked.pages)
        print(web.report(shown, as_json=asked.json))
        return int(not shown.holds)
    if asked.benchmark == "diff":
        costs = diff.benchmark(1 if asked.quick else diff.TRIES, tell)
        print(diff.report(costs, as_json=asked.json))
        return int(not all(cost.holds for cost in costs))
    if asked.benchmark == "blobs":
        print(blobs.report(blobs.benchmark(asked.quick, tell), as_json=asked.json))
        return 0
    if asked.benchmark == "store":
        filled = store.benchmark(asked.database, asked.pages, quick=asked.quick, keep=asked.keep, say=tell)
        print(store.report(filled, as_json=asked.json))
        return 0
    if asked.list:
        for peer in PEERS:
            print(f"{peer.name:18} {peer.note}".rstrip())
        return 0
    pages, notes = chosen_pages(asked.demo, asked.quick)
    peers = [peer for peer in PEERS if asked.only is None or peer.name in asked.only]
    repetitions = 1 if asked.quick else REPETITIONS
    rows, skipped = benchmark(pages, peers=peers, repetitions=repetitions, say=tell)
    counts = Counter(page.set for page in pages)
    result = table.Result(rows=rows, skipped=skipped, counts=dict(counts), notes=notes, repetitions=repetitions)
    print(table.as_json(result) if asked.json else table.text(result))
    return int(table.OURS in skipped)


if __name__ == "__main__":
    sys.exit(main())
