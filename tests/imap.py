"""A mailbox to fetch from, in memory: speaks as much of IMAP4rev1 (RFC 3501) as reading takes.

LOGIN, CAPABILITY, NOOP, SELECT, UID SEARCH, UID FETCH, UID STORE, LOGOUT. Nothing is ever removed.
"""

from __future__ import annotations

import re
import socketserver
import threading
from dataclasses import dataclass, field

USER, PASSWORD = "reports", "secret"
_BEFORE_LOGIN = {"CAPABILITY", "LOGIN", "LOGOUT", "NOOP"}


@dataclass
class Letter:
    raw: bytes
    flags: set[str] = field(default_factory=set)
    # What the server says it has, where a test has no 25 MB at hand.
    size: int = 0


@dataclass
class Mailbox:
    """What lies in INBOX; the first has UID 1. `port` is known once it is started."""

    letters: list[Letter] = field(default_factory=list)
    port: int = 0
    commands: list[str] = field(default_factory=list)

    def start(self) -> None:
        mailbox = self

        class Desk(_Desk):
            box = mailbox

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Desk)
        self.server.daemon_threads = True
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, daemon=True, name="imap").start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def deliver(self, raw: bytes, *, size: int = 0) -> Letter:
        letter = Letter(raw, size=size or len(raw))
        self.letters.append(letter)
        return letter


class _Desk(socketserver.StreamRequestHandler):
    box: Mailbox

    def handle(self) -> None:
        self.is_signed_in = False
        self.say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, _space, rest = line.partition(" ")
            name, _space, arguments = rest.partition(" ")
            if name.upper() == "UID":
                name, _space, arguments = arguments.partition(" ")
            self.box.commands.append(name.upper())
            self.answer(tag, name.upper(), arguments)
            if name.upper() == "LOGOUT":
                return

    def answer(self, tag: str, name: str, arguments: str) -> None:
        """The lines of a command, and whether it went well."""
        if not self.is_signed_in and name not in _BEFORE_LOGIN:
            self.say(f"{tag} BAD sign in first")
            return
        command = getattr(self, f"do_{name.lower()}", None)
        result = "BAD what is that?" if command is None else command(arguments) or "OK done"
        self.say(f"{tag} {result}")

    def do_capability(self, arguments: str) -> None:
        self.say("* CAPABILITY IMAP4rev1")

    def do_logout(self, arguments: str) -> None:
        self.say("* BYE")

    def do_noop(self, arguments: str) -> None:
        """Nothing."""

    def do_login(self, arguments: str) -> str:
        self.is_signed_in = arguments.replace('"', "").split() == [USER, PASSWORD]
        return "" if self.is_signed_in else "NO [AUTHENTICATIONFAILED] wrong"

    def do_select(self, arguments: str) -> None:
        self.say(f"* {len(self.box.letters)} EXISTS", "* FLAGS (\\Seen \\Flagged)")

    def do_search(self, arguments: str) -> None:
        unseen = [str(uid) for uid, letter in self.numbered() if "\\Seen" not in letter.flags]
        self.say(f"* SEARCH {' '.join(unseen)}")

    def do_store(self, arguments: str) -> None:
        uid, _space, change = arguments.partition(" ")
        self.box.letters[int(uid) - 1].flags |= set(re.findall(r"\\\w+", change))

    def numbered(self) -> list[tuple[int, Letter]]:
        return list(enumerate(self.box.letters, start=1))

    def do_fetch(self, arguments: str) -> None:
        uids = {int(uid) for uid in arguments.partition(" ")[0].split(",")}
        for uid, letter in self.numbered():
            if uid in uids:
                headers = letter.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                part, content = ("HEADER", headers) if "HEADER" in arguments else ("", letter.raw)
                flags = " ".join(sorted(letter.flags))
                known = f"UID {uid} FLAGS ({flags}) RFC822.SIZE {letter.size}"
                self.wfile.write(f"* {uid} FETCH ({known} BODY[{part}] {{{len(content)}}}\r\n".encode())
                self.wfile.write(content + b")\r\n")

    def say(self, *lines: str) -> None:
        for line in lines:
            self.wfile.write(f"{line}\r\n".encode())
