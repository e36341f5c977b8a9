"""A mail server for tests: takes every mail on a free port of 127.0.0.1, and fails where it is told to."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass
class Sink:
    """What arrived, and how to behave.

    `refusals` maps an address to what RCPT is answered with, `sender_answer` is what MAIL is.
    `before_answer` is asked once a mail has come whole: what it returns is the answer, None hangs up without
    one, as a server that dies does.
    """

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    sender_answer: str = "250 fine"
    before_answer: Callable[[EmailMessage], str | None] = lambda mail: "250 taken"

    @property
    def receivers(self) -> list[str]:
        """To whom the mails that arrived are, in order."""
        return [str(mail["To"]) for mail in self.mails]


class _Conversation(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a client of the standard library speaks."""

    def handle(self) -> None:
        self._say("220 sink")
        for line in iter(self.rfile.readline, b""):
            word = line.decode().strip().upper()
            if word == "DATA":
                if not self._take():
                    return
            elif word.startswith("RCPT"):
                self._say(self._sink.refusals.get(line.decode().strip()[9:-1], "250 fine"))
            elif word.startswith("MAIL"):
                self._say(self._sink.sender_answer)
            else:
                self._say("221 bye" if word == "QUIT" else "250 fine")

    @property
    def _sink(self) -> Sink:
        server: Any = self.server
        sink: Sink = server.sink
        return sink

    def _take(self) -> bool:
        self._say("354 go on")
        content = b"".join(iter(self.rfile.readline, b".\r\n"))
        mail = message_from_bytes(content.replace(b"\r\n..", b"\r\n."), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self._sink.mails.append(mail)
        answer = self._sink.before_answer(mail)
        if answer is not None:
            self._say(answer)
        return answer is not None

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    sink: Sink


@contextmanager
def listening(port: int = 0) -> Iterator[Sink]:
    """A sink that listens until the block ends."""
    with _Server(("127.0.0.1", port), _Conversation) as server:
        server.sink = Sink(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.sink
        finally:
            server.shutdown()
            thread.join()
