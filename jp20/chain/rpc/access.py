"""What a node asks of its clients: a bearer token, a user and password, a client certificate; and
which authority the client trusts.

Nothing here is a secret: a secret is named by the file or the environment variable that has it, and
read when a node is called. So no configuration, plan, log or message can show one (G27).
"""

import os
import ssl
import stat
from base64 import b64encode
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from jp20.chain.rpc.node_errors import AccessUnfit, host_of
from jp20.domain.base.text import Text


@dataclass(frozen=True, slots=True)
class FromEnvironment:
    """A secret that an environment variable has."""

    name: str

    def read(self) -> str:
        """The secret. Raises AccessUnfit."""
        value = os.environ.get(self.name, "")
        if not value:
            raise AccessUnfit(Text("The environment variable {name} is not set.", name=self.name))
        return value


@dataclass(frozen=True, slots=True)
class FromFile:
    """A secret that is a file's first line. Nobody but its owner may read the file."""

    path: Path

    def read(self) -> str:
        """The secret. Raises AccessUnfit."""
        try:
            with self.path.open(encoding="utf-8") as opened:
                _require_private(self.path, os.fstat(opened.fileno()).st_mode)
                lines = opened.read().splitlines()
        except (OSError, UnicodeDecodeError):
            lines = []
        if not lines or not lines[0]:
            raise AccessUnfit(_unreadable(self.path))
        return lines[0]


Secret = FromEnvironment | FromFile


def parse_secret(written: str, folder: Path) -> Secret:
    """Reads `env:NAME` or `file:PATH`, the path as seen from `folder`. Raises AccessUnfit."""
    kind, _, name = written.partition(":")
    if name and kind == "env":
        return FromEnvironment(name)
    if name and kind == "file":
        return FromFile(folder / name)
    # What is written may be the secret itself: it is not repeated.
    raise AccessUnfit(
        Text("A secret is not written in a configuration."),
        Text("Write env:NAME or file:PATH, where it is to be read."),
    )


@dataclass(frozen=True, slots=True)
class Access:
    """How a client shows who it is, and whom it trusts.

    `bearer`, or `user` and `password`; `certificate` and `key` (PEM; `key_password` where the key
    is encrypted) for nodes that ask for a client's; `ca` (PEM) for nodes whose certificate is of no
    authority that the system knows. Raises AccessUnfit for halves of pairs, and for a token and a
    user at once.
    """

    bearer: Secret | None = None
    user: str | None = None
    password: Secret | None = None
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    key_password: Secret | None = None

    def __post_init__(self) -> None:
        if (self.user is None) != (self.password is None):
            raise AccessUnfit(Text("A user needs a password, a password a user."))
        if (self.certificate is None) != (self.key is None):
            raise AccessUnfit(Text("A client certificate needs its key, a key its certificate."))
        if self.bearer is not None and self.user is not None:
            raise AccessUnfit(Text("A bearer token and a user are both given; a node takes one."))

    @property
    def shows_a_secret(self) -> bool:
        """Whether each request carries one."""
        return self.bearer is not None or self.user is not None

    def headers(self) -> dict[str, str]:
        """The header that a node wants to see, read anew. Raises AccessUnfit."""
        if self.bearer is not None:
            return {"Authorization": f"Bearer {_in_a_header(self.bearer.read())}"}
        if self.user is not None and self.password is not None:
            pair = f"{self.user}:{self.password.read()}".encode()
            return {"Authorization": f"Basic {b64encode(pair).decode()}"}
        return {}

    def tls(self) -> ssl.SSLContext:
        """The certificates, read anew. Raises AccessUnfit."""
        try:
            context = ssl.create_default_context(cafile=self.ca)
        except OSError:
            raise AccessUnfit(_unreadable(self.ca)) from None
        if self.certificate is not None and self.key is not None:
            # Without a password OpenSSL would ask for one at the terminal.
            password = self.key_password.read() if self.key_password else ""
            try:
                if self.key_password is None:
                    _require_private(self.key, self.key.stat().st_mode)
                context.load_cert_chain(self.certificate, self.key, password)
            except OSError:
                raise AccessUnfit(
                    Text(
                        "{certificate} and {key} are not a certificate with its key, or the "
                        "key's password is wrong.",
                        certificate=self.certificate,
                        key=self.key,
                    )
                ) from None
        return context

    def check(self, url: str) -> None:
        """Raises AccessUnfit where a secret would cross a network in clear."""
        if self.shows_a_secret and urlsplit(url).scheme == "http" and not _is_here(url):
            raise AccessUnfit(
                Text("{host} would be sent a token or password in clear.", host=host_of(url)),
                Text("Use https."),
            )


NONE: Final = Access()
"""A node that lets everybody in who reaches it."""


def _require_private(path: Path, mode: int) -> None:
    """Raises AccessUnfit for a file with a secret that others than its owner can read."""
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise AccessUnfit(
            Text("Others can read {path}.", path=path), Text("Run: chmod 600 {path}", path=path)
        )


def _unreadable(path: Path | None) -> Text:
    return Text("{path} cannot be read, or is empty.", path=path)


def _in_a_header(secret: str) -> str:
    if not secret.isascii() or not secret.isprintable():
        raise AccessUnfit(Text("The bearer token has characters that no token has."))
    return secret


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
