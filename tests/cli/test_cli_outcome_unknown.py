"""Exit code 5, end to end: the chain makes no blocks while a command sends, and goes on later."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from offering import ALICE, ALLOTMENTS, BOB, CAROL, Place, place_at
from running import Ran, done, run

from jp20.chain.sending.sender import Sender

PATIENCE = 0.5
"""Seconds in which something has to come to an end, instead of two minutes."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_at(tmp_path_factory.mktemp("unknown") / "work") as found:
        found.register()
        yield found


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    patient = Sender.__init__

    def impatient(sender: Sender, *arguments: Any, **named: Any) -> None:
        patient(sender, *arguments, **{**named, "patience": PATIENCE})

    monkeypatch.setattr(Sender, "__init__", impatient)


@contextmanager
def no_blocks(place: Place) -> Iterator[None]:
    """Meanwhile the node takes transactions and puts none into a block."""
    place.chain.rpc("evm_setAutomine", False)
    try:
        yield
    finally:
        place.chain.rpc("evm_setAutomine", True)
        place.chain.rpc("evm_mine")


def plan(place: Place, code: str) -> str:
    place.issue(code, 200)
    file = place.write(f"{code}.csv", ALLOTMENTS)
    case = ("--case", "D-1", "--document", file, "--out", f"{code}.json")
    options = ("--token", code, "--investors", "investors.csv")
    done("distribute", "plan", file, *options, *case, folder=place.folder)
    return str(place.folder / f"{code}.json")


def apply(plan: str, folder: Path, *more: str, **key: str) -> Ran:
    command = ("distribute", "apply", plan, "--yes", "--format", "json", *more)
    return run(*command, folder=folder, **key)


def under_way(folder: Path, **key: str) -> list[tuple[str, str]]:
    shown = done("status", "--format", "json", folder=folder, **key).json["sending"]
    return [(each["label"], each["where"]) for each in shown]


@pytest.mark.requirement("G2", "G16", "G17")
def test_rows_in_no_block_end_with_5_and_are_delivered_once_whoever_goes_on(place, tmp_path):
    # given: a delivery that broker and issuer signed, for the registrar to execute
    file = plan(place, "UN-1")
    for role in ("BROKER", "ISSUER"):
        session, key = place.session_of(role, tmp_path / role)
        assert apply(file, session, **key).code == 6
    registrar, key = place.session_of("REGISTRAR", tmp_path / "REGISTRAR")

    # when
    with no_blocks(place):
        first = apply(file, registrar, "--result", "first.csv", **key)
        japanese = apply(file, registrar, "--lang", "ja", **key)
        shown = under_way(registrar, **key)
    before = place.blocks()
    resumed = done("resume-sending", "--yes", "--format", "json", folder=registrar, **key).json
    again = apply(file, registrar, "--result", "again.csv", **key)

    # then
    assert (first.code, japanese.code) == (5, 5)
    assert first.json["outcomes"] == [{"outcome": "unknown", "rows": 3, "units": 200}]
    assert "3 rows were sent and are in no block yet" in first.err
    assert "jp20 status" in first.err
    assert "jp20 resume-sending" in japanese.err
    assert "ブロックに含まれていません" in japanese.err
    assert shown == [("execute deliver (D-1), 1/1", "with_node")]
    assert [each["state"] for each in resumed["transactions"]] == ["succeeded"]
    assert again.code == 0
    assert again.json["outcomes"] == [{"outcome": "already_done", "rows": 3, "units": 200}]
    assert "Nothing was sent" in again.err
    assert place.blocks() == before
    assert under_way(registrar, **key) == []
    assert [place.units("UN-1", each) for each in (ALICE, BOB, CAROL)] == [100, 60, 40]
    # The transaction that was unknown is the one that delivered.
    assert transactions(registrar / "first.csv") == transactions(registrar / "again.csv")


@pytest.mark.requirement("G2", "G16", "G17")
def test_a_proposal_in_no_block_ends_with_5_and_is_not_made_twice(place):
    file = plan(place, "UN-2")

    with no_blocks(place):
        first = apply(file, place.folder)
        shown = under_way(place.folder)
    before = place.blocks()
    again = apply(file, place.folder)

    assert first.code == 5
    assert first.json["error"]["exit_code"] == 5
    assert "1 transaction is in no block" in first.err
    assert shown == [("propose deliver (D-1)", "with_node")]
    assert again.code == 0
    # What was on its way is the proposal: left are a signature and the execution.
    assert [each["step"] for each in again.json["steps"]] == ["signed", "executed"]
    assert place.blocks() == before + 2
    assert [place.units("UN-2", each) for each in (ALICE, BOB, CAROL)] == [100, 60, 40]


def transactions(result: Path) -> set[str]:
    with result.open(encoding="utf-8-sig", newline="") as rows:
        return {row["transaction"] for row in csv.DictReader(rows)}
