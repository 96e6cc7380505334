"""The outside world's mail: an SMTP server on loopback that takes, refuses or keeps silent as a test tells it.

with MailServer() as server:
    ... send to server.url(to="desk@example.org") ...
    (mail,) = server.taken
    assert mail["Subject"] == "…"
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import BinaryIO


class MailServer:
    """`taken` are the messages that it accepted. `refusals` are answers to as many DATA to come, in place of 250."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refusals: list[str] = []
        self.silent = False
        self._closing = threading.Event()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]

    def url(self, *, to: str = "desk@example.org", more: str = "") -> str:
        """The address as Apprise writes it."""
        return f"mailto://127.0.0.1:{self.port}?from=press@example.org&to={to}&mode=insecure{more}"

    def __enter__(self) -> MailServer:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        for conn in (self._listener, *self._open):
            with suppress(OSError):
                conn.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=10)
            assert not thread.is_alive(), "a connection's thread did not end"
        self._listener.close()

    def _start(self, target: object, *args: object) -> None:
        assert callable(target)
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(conn)
            self._start(self._serve, conn)

    def _serve(self, conn: socket.socket) -> None:
        with conn, suppress(OSError), conn.makefile("rb") as wire:
            if self.silent:
                self._closing.wait(60)
                return
            conn.sendall(b"220 mail.example.org ready\r\n")
            while line := wire.readline():
                verb = line.split()[0].upper()
                if verb == b"DATA":
                    conn.sendall(b"354 go on\r\n")
                    answer = self._receive(wire)
                else:
                    answer = "250-mail.example.org\r\n250 8BITMIME" if verb == b"EHLO" else "250 fine"
                conn.sendall(answer.encode() + b"\r\n")
                if verb == b"QUIT":
                    return

    def _receive(self, wire: BinaryIO) -> str:
        lines: list[bytes] = []
        while (line := wire.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        if self.refusals:
            return self.refusals.pop(0)
        mail = message_from_bytes(b"".join(lines), policy=default)
        assert isinstance(mail, EmailMessage)
        self.taken.append(mail)
        return "250 taken"
