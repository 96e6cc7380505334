"""What every blob store must do; each implementation is held to all of it."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import create_engine, text

from crawler.errors import BlobCorrupt, BodiesAway, ConfigurationError, StoreError, StoreFull
from store import BlobStore, DatabaseBlobs, FolderBlobs, open_store
from store.blobs import LayeredBlobs, ObjectBlobs
from store.blobs.chain import KEYFRAME_EVERY
from store.blobs.compression import digest_of
from store.blobs.objects import opened
from store.engine import open_engine, url_of, writing
from tests.objects import fresh_bucket
from tests.outside import Answer, Outside
from tests.postgres import fresh_database

LATER = timedelta(hours=1)
NOISE = random.Random(7).randbytes(300_000)
BODIES = [b"", b"\0", b"<html>", NOISE, "政府".encode("gb18030") * 100_000]


@pytest.fixture(params=["folder", "sqlite", "postgresql", "objects", "layered"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BlobStore]:
    """An empty blob store of each kind."""
    if request.param == "folder":
        yield FolderBlobs(tmp_path / "blobs")
        return
    if request.param == "objects":
        yield ObjectBlobs(fresh_bucket())
        return
    database = fresh_database() if request.param == "postgresql" else None
    open_store(tmp_path, database).close()
    engine = open_engine(url_of(tmp_path, database), timedelta(seconds=20))
    stored = DatabaseBlobs(engine)
    yield LayeredBlobs(stored, FolderBlobs(tmp_path / "blobs")) if request.param == "layered" else stored
    engine.dispose()


def test_what_goes_in_comes_out(blobs: BlobStore) -> None:
    """Byte for byte, under the sha-256 of the bytes."""
    digests = [blobs.put(body) for body in BODIES]
    assert digests == [hashlib.sha256(body).hexdigest() for body in BODIES]
    assert [blobs.get(digest) for digest in digests] == BODIES
    assert sorted(blobs.digests()) == sorted(digests)


def test_the_same_body_is_kept_once(blobs: BlobStore) -> None:
    """Most visits bring what the last one brought."""
    assert blobs.put(NOISE) == blobs.put(NOISE)
    assert len(list(blobs.digests())) == 1


def test_what_is_not_there_is_not_there(blobs: BlobStore) -> None:
    """Asking is no error, getting is, and the message names the blob."""
    digest = hashlib.sha256(b"never put").hexdigest()
    assert not blobs.has(digest)
    assert list(blobs.digests()) == []
    with pytest.raises(BlobCorrupt, match=f"{digest} is missing"):
        blobs.get(digest)
    assert not blobs.delete([digest], stored_before=datetime.now(UTC) + LATER)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65, "\0" * 64])
def test_what_is_no_digest_is_never_there(blobs: BlobStore, name: str) -> None:
    """A name from a damaged row or a hostile request must not lead out of the store."""
    assert not blobs.has(name)
    with pytest.raises(BlobCorrupt):
        blobs.get(name)


def test_only_an_old_blob_can_be_deleted(blobs: BlobStore) -> None:
    """One put again a moment ago may be about to be named by a row."""
    digest = blobs.put(b"body")
    assert not blobs.delete([digest], stored_before=datetime.now(UTC) - LATER)
    assert blobs.get(digest) == b"body"
    assert blobs.delete([digest], stored_before=datetime.now(UTC) + LATER)
    assert not blobs.has(digest)
    assert blobs.put(b"body") == digest
    assert blobs.get(digest) == b"body"


def test_more_than_one_slice_of_digests_is_listed(blobs: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listing goes through all of them, each once, however few a query brings."""
    monkeypatch.setattr("store.blobs.database.SLICE", 10)
    put = {blobs.put(str(number).encode()) for number in range(35)}
    listed = list(blobs.digests())
    assert (set(listed), len(listed)) == (put, len(put))


@pytest.fixture
def outside() -> Iterator[Outside]:
    """A server that says what it is told to."""
    with Outside() as server:
        yield server


def days(count: int, *, of: int = 7) -> list[bytes]:
    """A page on so many days: a long text that stays, and a line that is another every day."""
    page = random.Random(of).randbytes(20_000).hex().encode()
    return [page[:15_000] + b"day %d" % day + page[15_000:] for day in range(count)]


# Every body that is read is a request there.
FEW_REQUESTS = 6


def put_in_turn(blobs: BlobStore, bodies: list[bytes]) -> list[str]:
    """Each against the one before."""
    digests: list[str] = []
    for body in bodies:
        digests.append(blobs.put(body, like=digests[-1] if digests else None))
    return digests


def test_a_page_of_many_days_comes_out_as_it_went_in(blobs: BlobStore) -> None:
    """Past the first keyframe and the second, in any order, whoever reads it."""
    bodies = days(2 * KEYFRAME_EVERY + 3)
    digests = put_in_turn(blobs, bodies)
    assert [blobs.get(digest) for digest in reversed(digests)] == bodies[::-1]
    read = [len(blobs.chain(digest)) for digest in digests]
    assert 1 < max(read) <= (FEW_REQUESTS if isinstance(blobs, ObjectBlobs) else KEYFRAME_EVERY)
    assert read.count(1) == 3


@pytest.mark.parametrize("like", ["0" * 64, "", "../../etc/passwd"])
def test_a_body_like_one_that_is_not_there_is_kept_all_the_same(blobs: BlobStore, like: str) -> None:
    """The one before may be lost, or may never have been committed."""
    assert blobs.get(blobs.put(b"<html>body</html>", like=like)) == b"<html>body</html>"


@pytest.mark.parametrize("pair", [(b"", b"body"), (b"body", b""), (NOISE, b"x"), (b"x", NOISE), (NOISE, NOISE[1:])])
def test_any_body_may_be_like_any_other(blobs: BlobStore, pair: tuple[bytes, bytes]) -> None:
    """An empty page after a full one, a download after a page."""
    first = blobs.put(pair[0])
    assert blobs.get(blobs.put(pair[1], like=first)) == pair[1]


def test_a_body_that_others_are_written_against_stays(blobs: BlobStore) -> None:
    """What nobody names any more may be what a named body is read through; it goes once nothing needs it."""
    bodies = days(15)
    digests = put_in_turn(blobs, bodies)
    blobs.delete(digests[:-1], stored_before=datetime.now(UTC) + LATER)
    assert blobs.get(digests[-1]) == bodies[-1]
    blobs.delete(digests, stored_before=datetime.now(UTC) + LATER)
    assert list(blobs.digests()) == []


def test_a_body_written_anew_needs_no_other_and_those_that_need_it_are_read_as_before(blobs: BlobStore) -> None:
    """Also where it was not there at all."""
    bodies = days(15)
    digests = put_in_turn(blobs, bodies)
    before = blobs.chain(digests[2])
    assert (before[0], before[-1], len(before) > 1) == (digests[0], digests[2], True)
    blobs.replace(bodies[2])
    assert blobs.chain(digests[2]) == (digests[2],)
    assert [blobs.get(digest) for digest in digests] == bodies
    blobs.replace(b"was not there")
    assert blobs.get(digest_of(b"was not there")) == b"was not there"
    assert blobs.chain(digest_of(b"is not there")) == ()


@pytest.mark.parametrize("server", [False, True], ids=["sqlite", "postgresql"])
def test_a_body_put_in_a_transaction_is_there_once_that_is_committed(tmp_path: Path, server: bool) -> None:
    """And not if it fails."""
    database = fresh_database() if server else None
    with open_store(tmp_path, database) as store:
        engine = open_engine(url_of(tmp_path, database))
        lost = digest_of(b"lost")
        with contextlib.suppress(KeyError), writing(engine) as session:
            assert store.blobs.put(b"lost", session=session) == lost
            raise KeyError
        with writing(engine) as session:
            kept = store.blobs.put(b"kept", like=lost, session=session)
        assert (store.blobs.has(lost), store.blobs.get(kept)) == (False, b"kept")
        engine.dispose()


def test_many_writers_of_one_body(blobs: BlobStore) -> None:
    """A page on twenty addresses, fetched at the same time."""
    with ThreadPoolExecutor(4) as threads:
        digests = set(threads.map(blobs.put, [NOISE] * 12))
    assert [blobs.get(digest) for digest in digests] == [NOISE]


@pytest.mark.parametrize("server", [False, True], ids=["sqlite", "postgresql"])
def test_a_damaged_row_that_comes_again_is_whole_again(tmp_path: Path, server: bool) -> None:
    """And so is what is written against it."""
    database = fresh_database() if server else None
    with open_store(tmp_path, database) as store:
        digest = store.blobs.put(b"<html>body</html>")
        patch = store.blobs.put(b"<html>another body</html>", like=digest)
        engine = create_engine(url_of(tmp_path, database))
        with engine.begin() as connection:
            values = {"packed": b"noise", "digest": bytes.fromhex(digest)}
            connection.execute(text("UPDATE bodies SET packed = :packed WHERE digest = :digest"), values)
        engine.dispose()
        with pytest.raises(BlobCorrupt):
            store.blobs.get(digest)
        store.blobs.put(b"<html>body</html>")
        assert store.blobs.get(digest) == b"<html>body</html>"
        assert store.blobs.get(patch) == b"<html>another body</html>"


class TestFolder:
    """What can happen to files only."""

    @pytest.fixture
    def stored(self, tmp_path: Path) -> tuple[FolderBlobs, str, Path]:
        """A folder with one blob, its digest and its file."""
        blobs = FolderBlobs(tmp_path / "blobs")
        digest = blobs.put(b"<html>body</html>")
        return blobs, digest, tmp_path / "blobs" / digest[:2] / f"{digest[2:]}.zst"

    @pytest.mark.parametrize("damage", ["cut", "other", "noise", "empty"])
    def test_damage_is_seen(self, stored: tuple[FolderBlobs, str, Path], damage: str) -> None:
        """Whatever a disk does to a file, other bytes than those put never come out."""
        blobs, digest, path = stored
        whole = path.read_bytes()
        other = zstandard.ZstdCompressor().compress(b"<html>forged</html>")
        path.write_bytes({"cut": whole[:-3], "other": other, "noise": b"\xff" * 40, "empty": b""}[damage])
        with pytest.raises(BlobCorrupt, match=digest):
            blobs.get(digest)

    def test_an_old_body_stays_for_one_that_was_put_just_now(self, stored: tuple[FolderBlobs, str, Path]) -> None:
        """Both are asked to go, and the new one may not."""
        blobs, digest, path = stored
        patch = blobs.put(b"<html>another body</html>", like=digest)
        os.utime(path, (0, 0))
        assert blobs.delete([digest, patch], stored_before=datetime.now(UTC) - LATER) == 0
        assert blobs.get(patch) == b"<html>another body</html>"

    def test_a_patch_without_its_base_says_what_is_wrong(self, stored: tuple[FolderBlobs, str, Path]) -> None:
        """Something else than the patch itself must be restored."""
        blobs, digest, path = stored
        patch = blobs.put(b"<html>another body</html>", like=digest)
        path.unlink()
        with pytest.raises(BlobCorrupt, match=f"{patch} is written against a blob that is missing"):
            blobs.get(patch)

    def test_a_body_after_a_damaged_one_is_whole(self, stored: tuple[FolderBlobs, str, Path]) -> None:
        """Damage ends where it is found."""
        blobs, digest, path = stored
        path.write_bytes(path.read_bytes()[:-3])
        assert blobs.get(blobs.put(b"<html>another body</html>", like=digest)) == b"<html>another body</html>"

    @pytest.mark.parametrize("damage", [b"", b"\xff" * 40, zstandard.compress(b"<html>forged</html>")])
    def test_a_damaged_body_that_comes_again_is_whole_again(
        self, stored: tuple[FolderBlobs, str, Path], damage: bytes
    ) -> None:
        """And so is what is written against it."""
        blobs, digest, path = stored
        patch = blobs.put(b"<html>another body</html>", like=digest)
        path.write_bytes(damage)
        blobs.put(b"<html>body</html>")
        assert [blobs.get(one) for one in (digest, patch)] == [b"<html>body</html>", b"<html>another body</html>"]

    def test_an_emptied_file_is_put_anew(self, stored: tuple[FolderBlobs, str, Path]) -> None:
        """What some file systems leave after a power cut heals when the same body comes again."""
        blobs, digest, path = stored
        path.write_bytes(b"")
        blobs.put(b"<html>body</html>")
        assert blobs.get(digest) == b"<html>body</html>"

    def test_a_stray_file_is_no_blob(self, stored: tuple[FolderBlobs, str, Path]) -> None:
        """A crashed writer's temporary file and a person's note are not listed and not deleted."""
        blobs, digest, path = stored
        path.with_name(".abc.part").write_bytes(b"half")
        path.with_name("note.zst").write_bytes(b"note")
        assert list(blobs.digests()) == [digest]

    def test_a_full_disk_leaves_no_piece(
        self, stored: tuple[FolderBlobs, str, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither under the name nor beside it, and what was there stays readable."""
        blobs, digest, path = stored
        before = sorted(path.parent.parent.rglob("*.*"))

        def full(_handle: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(StoreFull) as refused:
                blobs.put(NOISE)
        assert refused.value.retry_helps
        assert sorted(path.parent.parent.rglob("*.*")) == before
        assert blobs.get(digest) == b"<html>body</html>"

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path: Path) -> None:
        """A file in its place, say."""
        (tmp_path / "blobs").write_text("a file")
        with pytest.raises(StoreError, match="blobs"):
            FolderBlobs(tmp_path / "blobs").put(b"body")


class TestObjects:
    """What can happen to object storage only."""

    @pytest.mark.parametrize(
        ("status", "refused", "says"),
        [(507, StoreFull, "no space left"), (403, StoreError, "credentials"), (503, BodiesAway, "try again")],
    )
    def test_what_the_server_refuses_is_told_for_what_it_is(
        self, outside: Outside, status: int, refused: type[StoreError], says: str
    ) -> None:
        """A body is not kept then, and the caller hears whether trying again helps."""
        fresh_bucket()  # for the credentials
        outside.otherwise(lambda asked: Answer(status=404 if asked.method == "GET" else status))
        blobs = ObjectBlobs(f"s3://bucket?endpoint={outside.url('')}")
        with pytest.raises(refused, match=says):
            blobs.put(b"body")

    def test_a_server_that_is_away_is_waited_for_by_the_caller(self) -> None:
        """Soon, and with a word about what to do."""
        with Outside() as gone:
            place = f"s3://bucket?endpoint={gone.url('')}"
        with pytest.raises(BodiesAway, match="cannot be reached") as refused:
            ObjectBlobs(place).put(b"body")
        assert refused.value.retry_helps

    def test_a_bucket_that_is_not_there_is_named(self) -> None:
        place = fresh_bucket().replace("bucket-", "nowhere-")
        with pytest.raises(StoreError, match="no bucket at s3://nowhere"):
            ObjectBlobs(place).put(b"body")

    @pytest.mark.parametrize("place", ["s3://", "s3:bucket", "s3://bucket?endpoit=http://127.0.0.1:1"])
    def test_a_place_that_is_none_is_refused(self, place: str) -> None:
        with pytest.raises(ConfigurationError, match="s3://BUCKET"):
            ObjectBlobs(place)

    def test_a_damaged_object_that_comes_again_is_whole_again(self) -> None:
        place = fresh_bucket()
        blobs = ObjectBlobs(place)
        digest = blobs.put(b"<html>body</html>")
        opened(place).put(f"{digest[:2]}/{digest[2:]}.zst", b"noise")
        with pytest.raises(BlobCorrupt, match=digest):
            blobs.get(digest)
        blobs.put(b"<html>body</html>")
        assert blobs.get(digest) == b"<html>body</html>"

    def test_what_was_kept_elsewhere_is_read_on(self, tmp_path: Path) -> None:
        """One may move to object storage at any time."""
        with open_store(tmp_path, blobs="folder") as store:
            in_folder = store.blobs.put(b"in the folder")
        with open_store(tmp_path, blobs="database") as store:
            in_database = store.blobs.put(b"in the database")
        with open_store(tmp_path, blobs=fresh_bucket()) as store:
            in_bucket = store.blobs.put(b"in the bucket")
            bodies = [store.blobs.get(digest) for digest in (in_folder, in_database, in_bucket)]
            assert bodies == [b"in the folder", b"in the database", b"in the bucket"]
            assert sorted(store.blobs.digests()) == sorted([in_folder, in_database, in_bucket])
