"""What changedetection.io kept of one watch: texts by time, and of the last two visits the HTML as well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from jobs.elsewhere.backup import Backup, Unreadable
from jobs.elsewhere.entries import Found, Kept, Level, Remark

_TEXT, _HTML = "text/plain; charset=utf-8", "text/html; charset=utf-8"
# Before the Web, or beyond what a date can say.
_FIRST = datetime(1991, 1, 1, tzinfo=UTC).timestamp()
_LAST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The members of a backup that were kept of one watch, by time."""

    backup: Backup
    where: str
    members: dict[datetime, str]

    @classmethod
    def of(cls, backup: Backup, uuid: str, where: str, processor: str, found: Found) -> Texts:
        """What the folder of a watch lists; lines that name nothing in it are refused one by one."""
        usual = processor in ("", "text_json_diff")
        index = f"{uuid}/history.txt" if usual else f"{uuid}/history-{processor}.txt"
        members: dict[datetime, str] = {}
        if index not in backup.members:
            return cls(backup=backup, where=where, members=members)
        try:
            lines = backup.read(index).decode("utf-8", "replace").splitlines()
        except Unreadable as error:
            found.refused(f"{where}: history.txt", "what was kept", str(error))
            lines = []
        for number, line in enumerate(lines, 1):
            stamp, comma, named = line.strip().partition(",")
            if not comma:
                continue
            at, at_line = _time(stamp), f"{where}: history.txt:{number}"
            member = _member(backup, uuid, stamp, named)
            if at is None:
                found.refused(at_line, repr(stamp[:40]), "not a time")
            elif member is None:
                found.refused(at_line, repr(named[-80:]), "it is not in the backup")
            elif not member.removesuffix(".br").endswith((".txt", ".html")):
                found.lost(at_line, repr(named[-80:]), "only texts and HTML are brought in")
            else:
                members[at] = member
        return cls(backup=backup, where=where, members=dict(sorted(members.items())))

    @property
    def times(self) -> tuple[datetime, ...]:
        """When each was kept, in order."""
        return tuple(self.members)

    def kept(self, at: datetime) -> Kept | Remark:
        """The text, or the HTML where there is one, of that time; or why it cannot be read."""
        member = self.members[at]
        where = f"{self.where}: {member}"
        try:
            body = self.backup.read(member)
        except Unreadable as error:
            return Remark(level=Level.REFUSED, where=where, what="what was kept", why=str(error))
        if not body.strip():
            return Remark(level=Level.LOST, where=where, what="what was kept", why="it is empty")
        return Kept(at=at, body=body, content_type=_HTML if ".html" in member[-8:] else _TEXT)


def _member(backup: Backup, uuid: str, stamp: str, named: str) -> str | None:
    """The HTML of that time where there is one, else the text, packed or not; only within the watch's own folder."""
    file = named.strip().replace("\\", "/").rpartition("/")[2]
    plain = file.removesuffix(".br")
    wanted = (f"{stamp.strip()}.html.br", f"{stamp.strip()}.html", file, f"{plain}.br", plain)
    return next((name for one in wanted if one and (name := f"{uuid}/{one}") in backup.members), None)


def _time(stamp: str) -> datetime | None:
    try:
        seconds = int(stamp.strip())
    except ValueError:
        return None
    return datetime.fromtimestamp(seconds, tz=UTC) if _FIRST < seconds < _LAST else None
