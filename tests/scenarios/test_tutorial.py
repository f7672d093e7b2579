"""The tutorial in both languages, command by command, as it stands in `docs/`."""

import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from jp20.chain.local import PATIENCE, LocalChain

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"en": ROOT / "docs" / "tutorial.md", "ja": ROOT / "docs" / "tutorial.ja.md"}

LEFT_OUT = "…"
BORDERS = re.compile(r"[│┃\s]+")


@dataclass
class Command:
    """A command of a page: what follows it there is its output, shortened, and its exit code."""

    line: str
    shown: list[str] = field(default_factory=list)
    code: int = 0


def commands(page: Path) -> list[Command]:
    """Of all blocks marked `console`, in order; `echo $?` belongs to the command before it."""
    found: list[Command] = []
    asked = False
    for block in re.findall(r"```console\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line == "$ echo $?":
                asked = True
            elif asked:
                found[-1].code, asked = int(line), False
            elif line.startswith("$ "):
                found.append(Command(line.removeprefix("$ ")))
            elif plain(line) != LEFT_OUT:
                found[-1].shown.append(line)
    return found


def plain(line: str) -> str:
    """A line without what draws a table."""
    return BORDERS.sub(" ", line).strip()


def pattern(line: str) -> re.Pattern[str]:
    """What a line of the output must be like; `…` stands for whatever is left out."""
    parts = (re.escape(part.strip()) for part in plain(line).split(LEFT_OUT))
    return re.compile(".*".join(parts))


@pytest.fixture
def node() -> Iterator[str]:
    with LocalChain("anvil") as connection:
        yield connection.network.url


@pytest.mark.requirement("G1", "G2", "G3", "G7", "G8", "G10", "G11", "G12", "G13", "G15", "G17")
@pytest.mark.parametrize("language", PAGES)
def test_every_command_of_the_tutorial_does_what_the_text_says(language, node, tmp_path):
    here, sale = tmp_path, ""
    scripts = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    environment = {**os.environ, "PATH": scripts, "JP20_LANG": language, "LC_ALL": "C.UTF-8"}

    for command in commands(PAGES[language]):
        if command.line.startswith("cd "):
            here = here / command.line.removeprefix("cd ")
            continue
        ran = subprocess.run(
            ["sh", "-c", command.line.replace("TRANSACTION", sale)],
            cwd=here,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )
        said = ran.stdout + ran.stderr

        assert ran.returncode == command.code, f"{command.line}\n{said}"
        assert "Traceback" not in said
        lines = [plain(line) for line in said.splitlines()]
        for line in command.shown:
            expected = pattern(line)
            assert any(expected.fullmatch(each) for each in lines), f"{line}\n{said}"
        if command.line.startswith("jp20 init"):
            use(tmp_path / "work" / "jp20.toml", node)
        if "register history" in command.line and "--format csv" in command.line:
            sale = hash_of_the_sale(ran.stdout)

    assert (here / "register.xlsx").exists()
    assert len((here / "holders.csv").read_bytes().decode("cp932").splitlines()) == 1 + 1_200
    delivered = (here / "delivered.csv").read_text("utf-8-sig").splitlines()
    assert len(delivered) == 1 + 1_200
    assert sum(int(row.split(",")[2]) for row in delivered[1:]) == 30_000


def use(settings: Path, node: str) -> None:
    """The chain of this test instead of the reader's own."""
    text = settings.read_text("utf-8")
    assert "http://127.0.0.1:8545" in text
    text = text.replace("http://127.0.0.1:8545", node).replace(
        "chain_id = 1337", "chain_id = 31337"
    )
    settings.write_text(text, "utf-8")


def hash_of_the_sale(history: str) -> str:
    """What the reader copies: the transaction in the line of the holder's own transfer."""
    (line,) = [row for row in history.splitlines() if ",transfer," in row or ",移転," in row]
    (found,) = re.findall(r"0x[0-9a-f]{64}", line)
    return found


def test_the_pages_have_the_same_commands_and_exit_codes():
    # What a reader writes into a document of the example is in the reader's language.
    def told(page: Path) -> list[tuple[str, int]]:
        return [(re.sub('echo ".*"', "echo", each.line), each.code) for each in commands(page)]

    assert told(PAGES["en"]) == told(PAGES["ja"])
    assert len(told(PAGES["en"])) > 30


def test_a_shown_line_that_the_output_does_not_have_is_noticed():
    assert pattern("│ done │ 1,200 │ … │").fullmatch(plain("│ done    │ 1,200 │     – │"))
    assert not pattern("│ done │ 1,200 │ … │").fullmatch(plain("│ done    │ 1,199 │     – │"))
    assert not pattern("│ done │ 1,200 │").fullmatch(plain("│ done    │ 1,200 │     – │"))
