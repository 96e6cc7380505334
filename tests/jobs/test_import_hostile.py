"""Whatever bytes a file has, reading it ends in entries and remarks, or in words of what it is: never in a surprise."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.errors import ConfigurationError
from crawler.sources import parse_sources
from jobs.elsewhere import READERS
from jobs.elsewhere.drafting import draft
from jobs.elsewhere.given import given_bytes
from tests.jobs.backups import DAYS, FIRST, FULL, backup, history, text
from tests.jobs.test_import_command import LIST, OPML
from tests.jobs.test_import_jobs import JOBS

_KEPT = history(FIRST, {day: text(f"第{day}段") for day in DAYS})
SEEDS = (JOBS.encode(), LIST.encode(), OPML.encode(), *(backup({FIRST: FULL}, _KEPT, old=old) for old in (True, False)))
PIECES = (
    *(b"---\n", b"&a ", b"*a", b"!!python/name:os.system ", b"<<: ", b"[", b"{", b'"', b"\x00", b"\xff", b"<outline "),
    *(b'<!ENTITY a "b">', b"null", b"-1", b"1e999", b":", b"\n", b"  - ", b"|", b"#", b"{{", b"://", b"?", b"%YAML 9"),
)
Edit = tuple[float, int, bytes]
_EDIT = st.tuples(
    st.floats(0, 1, exclude_max=True), st.integers(0, 20), st.sampled_from(PIECES) | st.binary(max_size=4)
)


def edited(seed: bytes, edits: list[Edit]) -> bytes:
    """A file in which so many bytes were replaced at each of these places."""
    for place, length, piece in edits:
        at = int(place * len(seed))
        seed = seed[:at] + piece + seed[at + length :]
    return seed


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SEEDS), st.lists(_EDIT, max_size=8))
def test_no_file_is_a_surprise_and_what_comes_of_it_can_be_read(seed: bytes, edits: list[Edit]) -> None:
    body = edited(seed, edits)
    for reader in READERS:
        file = given_bytes("x", body)
        try:
            reader.recognise(file)
            found = reader.read(file)
        except ConfigurationError:
            continue
        made = draft("", Path("sources.toml"), found)
        for past in (entry.past for entry in found.entries if entry.past):
            for at in past.times:
                past.kept(at)
        if any(not one.entry.paused for one in made.added):
            assert len(parse_sources(made.toml)) == sum(not one.entry.paused for one in made.added)
