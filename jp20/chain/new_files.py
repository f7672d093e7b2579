"""Files that come into being whole or not at all, and never over another one."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.os_errors import reason
from jp20.domain.base.text import Text

PRIVATE: Final = 0o600
"""Only the owner reads it."""

READABLE: Final = 0o644

_TRIED: Final = 4_096


class FileExists(JP20Error):
    """There is a file already where a new one was to be written."""

    exit_code = ExitCode.USAGE

    what = Text("{file} exists already.")
    why = Text("It is not overwritten.")
    next_step = Text("Choose another name.")

    def __init__(self, file: Path) -> None:
        super().__init__(file=file)


class CannotWrite(JP20Error):
    """A file cannot be written."""

    exit_code = ExitCode.USAGE

    what = Text("{file} cannot be written.")
    next_step = Text("Check the folder, its permissions and the space on it.")

    def __init__(self, file: Path, error: OSError) -> None:
        super().__init__(why=reason(error), file=file)


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


def write_new_together(files: Mapping[Path, bytes], mode: int = READABLE) -> None:
    """Writes files that were not there, all of them or none. Raises FileExists, CannotWrite."""
    written: dict[Path, Path] = {}
    placed: list[Path] = []
    file = next(iter(files))
    try:
        try:
            for file, content in files.items():
                if file.exists():
                    raise FileExistsError
                written[file] = _beside(file, content, mode)
            for file, content in files.items():
                _link(written[file], file, content, mode)
                placed.append(file)
        except BaseException:
            for each in placed:
                each.unlink(missing_ok=True)
            raise
        finally:
            for each in written.values():
                each.unlink(missing_ok=True)
    except FileExistsError:
        raise FileExists(file) from None
    except OSError as error:
        raise CannotWrite(file, error) from None


def try_place(file: Path) -> None:
    """Whether a file could be written there: some bytes are, and are taken away again. Raises
    CannotWrite.
    """
    try:
        _beside(file, b"\0" * _TRIED, READABLE).unlink()
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
