"""The commands of a page, as a reader finds them in its blocks, and a clone to run them in."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_CODE = re.compile(r"(?:exit code|終了コード) (\d+)")


@dataclass(frozen=True)
class Line:
    """A command; its exit code, which is 0 unless the comment behind it says another."""

    command: str
    code: int = 0


@dataclass(frozen=True)
class Block:
    """What stands between two fences, in its language."""

    language: str
    text: str

    @property
    def lines(self) -> list[Line]:
        """The commands of a block of `sh`, without comments."""
        return [_line(each) for each in self.text.splitlines() if each.strip()]


def blocks(page: Path) -> list[Block]:
    """All of a page, in order."""
    found = re.findall(r"^```(\w*)\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return [Block(language, text) for language, text in found]


def copy_of_the_clone(folder: Path) -> Path:
    """What git has of this one, changes that are not committed included. The files are old: `make`
    there takes what was installed beside them for up to date.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        file = ROOT / name
        if file.is_symlink() or file.exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, folder / name, follow_symlinks=False)
            os.utime(folder / name, (0, 0), follow_symlinks=False)
    return folder


def _line(text: str) -> Line:
    command, _, comment = text.partition("  #")
    code = _CODE.search(comment)
    return Line(command.strip(), int(code[1]) if code else 0)
