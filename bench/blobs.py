"""What it takes to keep every version of a page: bytes a version, and the time to put one and to read one back.

Series of real captures of one page each, from the measuring data where that lies beside this checkout, otherwise a page
made up for the purpose. Each is put body after body, as visits would, into a SQLite database, into a folder, and as
objects (held in memory: what their server takes is not ours). Beside them, on the same bodies: gzip, a repeated body
costing nothing as with WARC's revisit records; zstd by itself; and git, repacked.

Bytes: of the database, all that its file grew by, rows and indexes and free space in pages among them; of a folder, the
sizes of its files, without what the file system adds; of objects, their sizes; of git, its packs with their indexes.
Times are CPU time.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time

import zstandard

from bench.pages import DATA
from store import BlobStore, DatabaseBlobs, FolderBlobs
from store.blobs import ObjectBlobs
from store.blobs.chain import KEYFRAME_EVERY
from store.blobs.compression import LEVEL, pack
from store.engine import open_engine, url_of, writing
from store.migrate import migrate

LEAST, SMALLEST = 30, 10_000
QUICK_SERIES = 2
# What is asked on daily versions of a page of 84 KB.
BYTES_ASKED, SPEED_ASKED, RESTORE_ASKED = 1050.0, 250.0, 5.0
OURS, FOLDER, OBJECTS = "palimpsest, database", "palimpsest, folder", "palimpsest, objects"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one way of keeping took for one series: bytes and milliseconds of CPU a version; None: not measured."""

    way: str
    bytes: float
    put: float | None = None
    read: float | None = None
    slowest: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One page's captures in their order, repetitions among them, and what each way took. `speed`: MB/s of packing."""

    name: str
    bodies: tuple[bytes, ...]
    made_up: bool = False

    @property
    def size(self) -> float:
        """Bytes of a body on average."""
        return sum(map(len, self.bodies)) / len(self.bodies)


def series(quick: bool) -> list[Series]:
    """The series of the measuring data that are long enough, or one made up; a quick run takes the first few."""
    found = []
    histories = DATA / "histories"
    for folder in sorted(histories.iterdir()) if histories.is_dir() else ():
        files = sorted(path for path in folder.glob("*") if path.suffix not in {".json", ".md"} and path.is_file())
        bodies = tuple(path.read_bytes() for path in files)
        if len(bodies) >= LEAST and sum(map(len, bodies)) >= SMALLEST * len(bodies):
            found.append(Series(name=folder.name, bodies=bodies))
    found = found or [Series(name="made up", bodies=tuple(_made_up(60 if quick else 400)), made_up=True)]
    return found[:QUICK_SERIES] if quick else found


def _made_up(days: int) -> Iterator[bytes]:
    """A page of 84 KB in 600 lines, a few of whose figures are others every day."""
    chance = random.Random(84)
    lines = [f"<tr><td>{chance.randbytes(48).hex()}</td><td>%d</td></tr>" for _ in range(700)]
    figures = [chance.randrange(10_000) for _ in lines]
    for _ in range(days):
        for row in chance.sample(range(len(lines)), 12):
            figures[row] += chance.randrange(50)
        yield "\n".join(line % figure for line, figure in zip(lines, figures, strict=True)).encode()


def packing_speed(bodies: Sequence[bytes], repetitions: int) -> float:
    """MB/s of writing bodies against the ones before, one in fifty by itself, the bases given."""
    bases = [bodies[index - 1] if index % KEYFRAME_EVERY else None for index in range(len(bodies))]
    best = min(_timed(lambda: [pack(body, base) for body, base in zip(bodies, bases, strict=True)], repetitions))
    return sum(map(len, bodies)) / best / 1e6


def _timed(run: Callable[[], object], repetitions: int) -> Iterator[float]:
    for _ in range(repetitions):
        began = process_time()
        run()
        yield process_time() - began


def in_database(bodies: Sequence[bytes], folder: Path) -> Kept:
    """Each body in a transaction of its own, as a pass with one changed page would."""
    url = url_of(folder, None)
    engine = open_engine(url)
    migrate(engine)
    blobs = DatabaseBlobs(engine)

    def put(body: bytes, like: str | None) -> str:
        with writing(engine) as session:
            return blobs.put(body, like=like, session=session)

    def pages() -> int:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
            return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one()) * int(size)

    before = pages()
    digests, took = _put_all(bodies, put)
    grown = pages() - before
    read, slowest = _read_all(blobs, digests)
    engine.dispose()
    return Kept(way=OURS, bytes=grown / len(bodies), put=took, read=read, slowest=slowest)


def in_folder(bodies: Sequence[bytes], folder: Path) -> Kept:
    """The same in files."""
    blobs = FolderBlobs(folder)
    digests, took = _put_all(bodies, lambda body, like: blobs.put(body, like=like))
    read, slowest = _read_all(blobs, digests)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Kept(way=FOLDER, bytes=size / len(bodies), put=took, read=read, slowest=slowest)


def in_objects(bodies: Sequence[bytes]) -> Kept:
    """The same in object storage, whose requests take no time here."""
    from obstore.store import MemoryStore

    objects = MemoryStore()
    blobs = ObjectBlobs("s3://memory", objects)
    digests, took = _put_all(bodies, lambda body, like: blobs.put(body, like=like))
    read, slowest = _read_all(blobs, digests)
    size = sum(one["size"] for part in objects.list() for one in part)
    return Kept(way=OBJECTS, bytes=size / len(bodies), put=took, read=read, slowest=slowest)


def _put_all(bodies: Sequence[bytes], put: Callable[[bytes, str | None], str]) -> tuple[list[str], float]:
    digests: list[str] = []
    began = process_time()
    for body in bodies:
        digests.append(put(body, digests[-1] if digests else None))
    return digests, (process_time() - began) / len(bodies) * 1000


def _read_all(blobs: BlobStore, digests: Sequence[str]) -> tuple[float, float]:
    """Milliseconds of reading a body back: the median, and the slowest of them, each the best of three."""
    took = [min(_timed(lambda name=digest: blobs.get(name), 3)) * 1000 for digest in dict.fromkeys(digests)]
    return statistics.median(took), max(took)


def alone(way: str, bodies: Sequence[bytes], compress: Callable[[bytes], bytes]) -> Kept:
    """Each body by itself; one that was there before costs nothing."""
    began = process_time()
    sizes = [len(compress(body)) for body in {hashlib.sha256(body).digest(): body for body in bodies}.values()]
    return Kept(way=way, bytes=sum(sizes) / len(bodies), put=(process_time() - began) / len(bodies) * 1000)


def in_git(bodies: Sequence[bytes], folder: Path) -> Kept:
    """A commit for each body, then all of it packed anew."""

    def git(*words: str, given: bytes | None = None) -> None:
        subprocess.run(["git", "-C", str(folder), *words], input=given, capture_output=True, check=True)

    git("init", "-q", "--bare")
    stream = bytearray()
    for number, body in enumerate(bodies):
        stream += b"commit refs/heads/main\ncommitter bench <bench@example.invalid> %d +0000\n" % (number * 86_400)
        stream += b"data 1\nv\nM 100644 inline page.html\ndata %d\n%s\n" % (len(body), body)
    git("fast-import", "--quiet", given=bytes(stream))
    git("repack", "-adfq", "--window=50", f"--depth={KEYFRAME_EVERY}")
    size = sum(path.stat().st_size for path in (folder / "objects" / "pack").iterdir())
    return Kept(way="git, repacked", bytes=size / len(bodies))


def ways(bodies: Sequence[bytes]) -> list[Kept]:
    """All ways of keeping these bodies."""
    plain = zstandard.ZstdCompressor(level=LEVEL)
    with tempfile.TemporaryDirectory() as name:
        kept = [in_database(bodies, Path(name)), in_folder(bodies, Path(name) / "blobs"), in_objects(bodies)]
    if shutil.which("git"):
        with tempfile.TemporaryDirectory() as name:
            kept.append(in_git(bodies, Path(name)))
    kept.append(alone("zstd alone", bodies, plain.compress))
    kept.append(alone("gzip, revisits free", bodies, lambda body: gzip.compress(body, 6)))
    return kept


def benchmark(quick: bool, say: Callable[[str], None]) -> list[tuple[Series, float, list[Kept]]]:
    """Every series with the speed of packing it and what each way of keeping it took."""
    results = []
    for one in series(quick):
        say(f"{one.name}: {len(one.bodies)} bodies")
        results.append((one, packing_speed(one.bodies, 1 if quick else 3), ways(one.bodies)))
    return results


def report(results: Sequence[tuple[Series, float, list[Kept]]], *, as_json: bool) -> str:
    """The table, and what is asked of it; or the same as one JSON object."""
    if as_json:
        rows = [
            {
                "series": one.name,
                "bodies": len(one.bodies),
                "size": one.size,
                "packing": speed,
                "ways": list(map(asdict, kept)),
            }
            for one, speed, kept in results
        ]
        return json.dumps({"series": rows})
    lines = [f"{'':38}{'bytes/version':>15}{'put ms':>9}{'read ms':>9}{'slowest':>9}"]
    for one, speed, kept in results:
        lines.append(f"{one.name}: {len(one.bodies)} of {one.size / 1000:.0f} KB, packed at {speed:.0f} MB/s")
        lines += [f"  {row.way:36}{row.bytes:15,.0f}{_ms(row.put)}{_ms(row.read)}{_ms(row.slowest)}" for row in kept]
    return "\n".join([*lines, "", *_asked(results)])


def _ms(value: float | None) -> str:
    return f"{'–' if value is None else f'{value:.2f}':>9}"


def _over_all(results: Sequence[tuple[Series, float, list[Kept]]], way: str) -> float:
    versions = sum(len(one.bodies) for one, _, _ in results)
    kept = [(one, row) for one, _, rows in results for row in rows if row.way == way]
    return sum(row.bytes * len(one.bodies) for one, row in kept) / versions


def _asked(results: Sequence[tuple[Series, float, list[Kept]]]) -> Iterator[str]:
    ours = [(one, speed, kept[0]) for one, speed, kept in results]
    versions = sum(len(one.bodies) for one, _, _ in ours)
    size = _over_all(results, OURS)
    total = sum(one.size * len(one.bodies) for one, _, _ in ours)
    speed = total / sum(one.size * len(one.bodies) / speed for one, speed, _ in ours)
    slowest = max(row.slowest or 0 for _, _, row in ours)
    yield f"all {versions} versions, in the database:"
    yield f"  {size:8,.0f} bytes a version      asked: at most {BYTES_ASKED:,.0f} where pages have 84 KB"
    yield f"  {_over_all(results, FOLDER):8,.0f} in a folder, {_over_all(results, OBJECTS):,.0f} as objects"
    yield f"  {speed:8,.0f} MB/s packed         asked: at least {SPEED_ASKED:.0f}"
    yield f"  {slowest:8.2f} ms the slowest read  asked: at most {RESTORE_ASKED:.0f}"
    if any(one.made_up for one, _, _ in ours):
        yield "on pages made up for the purpose (the measuring data is not beside this checkout): no measurement"
