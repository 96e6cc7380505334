"""An S3 server for the tests: moto's, on loopback, started once; its buckets live in memory."""

from __future__ import annotations

import atexit
import itertools
import logging
import os
import socket
import socketserver
import threading
from contextlib import suppress
from functools import cache
from urllib.parse import urlsplit

import httpx
from moto.server import ThreadedMotoServer

_numbers = itertools.count(1)


def fresh_bucket() -> str:
    """The place of a new, empty bucket, as `--blobs` takes it."""
    name, server = f"bucket-{next(_numbers)}", endpoint()
    httpx.put(f"{server}/{name}").raise_for_status()
    return f"s3://{name}/kept/here?endpoint={server}"


@cache
def endpoint() -> str:
    """The URL of the server, which takes any credentials."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "anybody", "AWS_SECRET_ACCESS_KEY": "anything"}
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    atexit.register(server.stop)
    host, port = server.get_host_and_port()
    return f"http://{host}:{port}"


class Forwarding:
    """A way to a server that can be closed and opened again at the same address."""

    def __init__(self, server: str) -> None:
        parts = urlsplit(server)
        self._to = (parts.hostname or "", parts.port or 0)
        self._port = 0
        self.open()
        self.url = f"http://127.0.0.1:{self._port}"

    def open(self) -> None:
        """Takes connections from now on."""
        to = self._to

        class Passing(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with socket.create_connection(to) as there:
                    back = threading.Thread(target=_pass, args=(there, self.request), daemon=True)
                    back.start()
                    _pass(self.request, there)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True
            block_on_close = False

        self._server = Server(("127.0.0.1", self._port), Passing)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Takes none any more."""
        self._server.shutdown()
        self._server.server_close()


def _pass(given: socket.socket, taken: socket.socket) -> None:
    with suppress(OSError):
        while part := given.recv(65536):
            taken.sendall(part)
        taken.shutdown(socket.SHUT_WR)
