"""Files that come into being whole or not at all, and never over another one."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from jp20.domain.base.errors import ExitCode, JP20Error, Text
from jp20.domain.base.os_errors import reason

PRIVATE: Final = 0o600
"""Only the owner reads it."""

READABLE: Final = 0o644


class FileExists(JP20Error):
    """There is a file already where a new one was to be written."""

    exit_code = ExitCode.USAGE

    def __init__(self, file: Path) -> None:
        super().__init__(
            Text(f"{file} exists already.", f"{file} は既に存在します。"),
            Text("It is not overwritten.", "上書きは行いません。"),
            Text("Choose another name.", "別の名前を指定してください。"),
        )


class CannotWrite(JP20Error):
    """A file cannot be written."""

    exit_code = ExitCode.USAGE

    def __init__(self, file: Path, error: OSError) -> None:
        super().__init__(
            Text(f"{file} cannot be written.", f"{file} に書き込めません。"),
            reason(error),
            Text(
                "Check the folder, its permissions and the space on it.",
                "フォルダ、アクセス権、空き容量を確認してください。",
            ),
        )


def write_new(file: Path, content: bytes, mode: int = READABLE) -> None:
    """Writes a file that was not there. Raises FileExists, CannotWrite."""
    try:
        written = _beside(file, content, mode)
        try:
            _link(written, file, content, mode)
        finally:
            written.unlink(missing_ok=True)
    except FileExistsError:
        raise FileExists(file) from None
    except OSError as error:
        raise CannotWrite(file, error) from None


def write_over(file: Path, content: bytes, mode: int = READABLE) -> None:
    """Puts new content in a file's place: a reader finds the old one or the new one. Raises
    CannotWrite.
    """
    try:
        written = _beside(file, content, mode)
        try:
            written.replace(file)
        finally:
            written.unlink(missing_ok=True)
    except OSError as error:
        raise CannotWrite(file, error) from None


def _beside(file: Path, content: bytes, mode: int) -> Path:
    """The content on the disk, in the same folder, under a name of its own."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        _fill(descriptor, content)
        Path(name).chmod(mode)
    except BaseException:
        Path(name).unlink()
        raise
    return Path(name)


def _link(written: Path, file: Path, content: bytes, mode: int) -> None:
    """Gives it its name where that is free; a disk without links (a USB stick) gets it written
    anew.
    """
    with suppress(OSError):
        os.link(written, file)
        return
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        _fill(descriptor, content)
    except BaseException:
        file.unlink()
        raise


def _fill(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(descriptor)
