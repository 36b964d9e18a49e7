"""A server that answers with exactly the bytes a test wants, in its own time."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Script = Callable[[socket.socket, threading.Event], None]


class Raw:
    """Where it listens, and the head of every request it got."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.heads: list[str] = []


@contextmanager
def raw_server(script: Script) -> Iterator[Raw]:
    """Each request is read up to its body and then left to `script`; the event is set at the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    server, ending = Raw(listener.getsockname()[1]), threading.Event()

    def serve() -> None:
        while not ending.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(5)
                    head = b""
                    while b"\r\n\r\n" not in head and (piece := connection.recv(65536)):
                        head += piece
                    if head:
                        server.heads.append(head.decode("latin-1"))
                        script(connection, ending)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        ending.set()
        thread.join()
        listener.close()


def saying(*pieces: bytes, pause: float = 0) -> Script:
    """Send these pieces with a pause before each but the first, then end the connection."""

    def script(connection: socket.socket, ending: threading.Event) -> None:
        for number, piece in enumerate(pieces):
            if number and ending.wait(pause):
                return
            connection.sendall(piece)

    return script


def silent(connection: socket.socket, ending: threading.Event) -> None:
    """Keep the connection open and say nothing."""
    ending.wait(30)


def ok(body: bytes, *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), b"Connection: close", *headers]
    return b"\r\n".join([*lines, b"", body])
