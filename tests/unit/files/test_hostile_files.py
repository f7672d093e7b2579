"""Files that are small and ask for much: each is refused, in words, within a bound of memory.

Each is read by a process of its own, whose address space and processor time the system bounds.
"""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable

import openpyxl
import pytest

MOST_MEMORY = 768 * 2**20
"""Bytes that reading may take. 20 MB of a workbook's 4 KB were 6 GB before there was a bound."""

ADDRESS_SPACE = 3 * 2**30
"""The system's bound, which threads and libraries count in too."""

SECONDS = 120

READ = """
import resource, sys
from pathlib import Path
from jp20.domain.base.errors import JP20Error
kind, file = sys.argv[1], Path(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, ({space}, {space}))
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
try:
    if kind == "table":
        from jp20.operations.files.inputs import load_investors
        load_investors(file, 0)
    elif kind == "toml":
        from jp20.operations.files.inputs import load_term_sheet
        load_term_sheet(file)
    elif kind == "json":
        from jp20.operations.plans.plan import load_plan
        load_plan(file)
    else:
        from jp20.chain.signing.keystores import opened_keystore
        opened_keystore(file, lambda: "a password of some length")
except JP20Error as error:
    print(type(error).__name__)
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:"))
    print(int(peak.split()[1]) * 1024)
"""

HEAD = ("investor", "wallet", "class", "residency", "kyc_expiry")


def workbook() -> bytes:
    """A sheet with a header and a row."""
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    book.active.append(["x"] * len(HEAD))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def with_part(name: str, change: Callable[[bytes], Iterable[bytes]], cell: str = "x") -> bytes:
    """A small workbook of which one part is another, given in pieces."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.namelist():
            content = source.read(part)
            with target.open(part, "w") as out:
                for piece in change(content) if part == name else (content,):
                    out.write(piece)
    return made.getvalue()


def shared(text: str) -> bytes:
    """40,000 cells that all have one text, which stands there once."""
    rows = with_part(SHEET, lambda old: (old.replace(b"</sheetData>", ROWS + b"</sheetData>"),))
    written = io.BytesIO(rows)
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "xl/sharedStrings.xml",
            '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            f"<si><t>{text}</t></si></sst>",
        )
    return written.getvalue()


def laughing(content: bytes) -> tuple[bytes]:
    """Ten entities, each ten times the one before: 10 to the 10th power of a word."""
    entities = ["<!ENTITY l0 'lol'>"]
    entities += [f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 11)]
    head, _, rest = content.partition(b"<worksheet")
    doctype = f"<!DOCTYPE worksheet [{''.join(entities)}]>".encode()
    told = rest.replace(b"<sheetData>", b"<sheetData>&l10;", 1)
    return (head + doctype + b"<worksheet" + told,)


def keystore(**parameters: int) -> bytes:
    """One whose key derivation asks for as much as it says."""
    return json.dumps(
        {
            "version": 3,
            "address": "11" * 20,
            "crypto": {
                "cipher": "aes-128-ctr",
                "cipherparams": {"iv": "00" * 16},
                "ciphertext": "00" * 32,
                "kdf": "scrypt",
                "kdfparams": {"dklen": 32, "salt": "00" * 32, **parameters},
                "mac": "00" * 32,
            },
        }
    ).encode()


SHEET = "xl/worksheets/sheet1.xml"

ROWS = b"<row>" + b'<c t="s"><v>0</v></c>' * 5 + b"</row>"
ROWS *= 8_000

LAST_CELL = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'

HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "one long text in 40,000 cells": ("table", lambda: shared("x" * 150_000)),
    "a sheet of a gigabyte": (
        "table",
        lambda: with_part(SHEET, lambda _: (b" " * 2**20 for _ in range(2**10))),
    ),
    "billion laughs": ("table", lambda: with_part(SHEET, laughing)),
    "a sheet that reaches to the last cell": (
        "table",
        lambda: with_part(
            SHEET,
            lambda content: (content.replace(b"</sheetData>", LAST_CELL + b"</sheetData>"),),
        ),
    ),
    "a million columns": ("table", lambda: b"," * 1_000_000 + b"\n1\n"),
    "a row of 32 megabytes": ("table", lambda: b"investor,wallet\n" + b"x" * 2**25),
    "a million keys of TOML": (
        "toml",
        lambda: b"".join(b"k%d = 1\n" % number for number in range(1_000_000)),
    ),
    "tables in tables of TOML": ("toml", lambda: b"a = " + b"[" * 100_000 + b"]" * 100_000),
    "a number of a million digits": ("toml", lambda: b"a = " + b"9" * 200_000),
    "a million lists of JSON in one another": ("json", lambda: b"[" * 1_000_000),
    "a number of JSON of a million digits": ("json", lambda: b"9" * 1_000_000),
    "a keystore of a terabyte": ("keystore", lambda: keystore(n=2**30, r=1024, p=1)),
    "a keystore of a year": ("keystore", lambda: keystore(n=2**18, r=8, p=2**20)),
}


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize("name", HOSTILE)
def test_what_asks_for_too_much_is_refused_within_a_bound_of_memory(name, tmp_path):
    kind, make = HOSTILE[name]
    file = tmp_path / "hostile"
    file.write_bytes(make())

    ran = subprocess.run(
        [sys.executable, "-c", READ.format(space=ADDRESS_SPACE, seconds=SECONDS), kind, str(file)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr[-2000:]
    refusal, memory = ran.stdout.split()
    assert refusal in {"FaultyFile", "NotAPlan", "TamperedPlan", "NoKey", "WrongPassword"}
    assert int(memory) < MOST_MEMORY
