"""`jp20` as its users call it, and what its tests share."""

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from jp20.cli.main import main


@dataclass(frozen=True)
class Ran:
    """A call that ended: exit code, data, talk."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(*arguments: str, folder: Path | None = None, **environment: str) -> Ran:
    """Calls `jp20` in a folder, in English unless asked otherwise, without a terminal."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch("sys.stdin", io.StringIO()),
        mock.patch.dict("os.environ", {"JP20_LANG": "en", **environment}),
    ):
        code = main(arguments)
    assert "Traceback" not in out.getvalue() + err.getvalue()
    return Ran(code, out.getvalue(), err.getvalue())


def done(*arguments: str, folder: Path | None = None, **environment: str) -> Ran:
    """The same where it must end well."""
    ran = run(*arguments, folder=folder, **environment)
    assert ran.code == 0, ran.out + ran.err
    return ran


def settle(folder: Path, node: str) -> None:
    """Points a folder's settings at a node."""
    file = folder / "jp20.toml"
    text = file.read_text("utf-8")
    text = text.replace("http://127.0.0.1:8545", node).replace(
        "chain_id = 1337", "chain_id = 31337"
    )
    file.write_text(text, "utf-8")


@dataclass(frozen=True)
class Bad:
    """An input that a command cannot use: the command, what follows it, the exit code, and what
    the message must name in both languages.
    """

    command: str
    arguments: tuple[str, ...]
    code: int
    named: str

    def __str__(self) -> str:
        return " ".join((self.command, *self.arguments))

    def check(self, folder: Path) -> None:
        """Ends with its code, and says what is wrong in the reader's language."""
        said = set()
        for language in ("en", "ja"):
            ran = run(*self.command.split(), *self.arguments, "--lang", language, folder=folder)
            assert ran.code == self.code, ran.out + ran.err
            assert self.named in ran.err
            said.add(ran.err)
        assert len(said) == 2, "said in one language only"


def with_signer(folder: Path, signer: str) -> None:
    """Gives a folder's settings another signer: the lines below [signer]."""
    file = folder / "jp20.toml"
    before, _, after = file.read_text("utf-8").partition("[signer]\n")
    file.write_text(
        f"{before}[signer]\n{signer}\n\n[folders]{after.partition('[folders]')[2]}", "utf-8"
    )
