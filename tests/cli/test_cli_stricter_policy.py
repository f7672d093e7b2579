"""A consortium whose policy asks for several signatures where the shipped one asks for one: what
needs no case there takes one here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from offering import ALICE, BOB, Place
from running import done, run, settle

from jp20.chain.local import LocalChain

STRICTER = (
    ("suspend-at-once", '[["AML"]]', '[["AML"], ["KYC"]]'),
    ("freeze-at-once", '[["AML"]]', '[["AML"], ["KYC"]]'),
    (
        "pause",
        '[["ISSUER", "REGISTRAR", "AUDITOR", "EMERGENCY"]]',
        '[["ISSUER", "REGISTRAR"], ["AUDITOR", "EMERGENCY"]]',
    ),
)
"""Of an act the signatures that the shipped policy asks for, and two slots in their place."""

CONFIRMING = tuple(
    (
        act,
        '[["AUDITOR", "REGISTRAR"]]',
        '[["AUDITOR", "REGISTRAR"], ["AUDITOR", "REGISTRAR"]]',
    )
    for act in ("confirm-freeze", "confirm-suspension")
)


@contextmanager
def under(policy_changes: tuple[tuple[str, str, str], ...], folder: Path) -> Iterator[Place]:
    """A platform with a stricter policy, a token and its holders."""
    with LocalChain("anvil") as connection:
        done("init", str(folder), "--example", "real-estate")
        settle(folder, connection.network.url)
        policy = folder / "governance.toml"
        text = policy.read_text("utf-8")
        for act, alone, together in policy_changes:
            before, begins, after = text.partition(f".acts.{act}]")
            changed = after.replace(f"signatures = {alone}", f"signatures = {together}", 1)
            assert begins
            assert changed != after
            text = before + begins + changed
        policy.write_text(text, "utf-8")
        done("platform", "deploy", "--yes", folder=folder)
        found = Place(folder, connection.network.url, connection)
        found.issue("ST-1", 200)
        found.deliver("ST-1")
        yield found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with under(STRICTER, tmp_path_factory.mktemp("stricter") / "work") as found:
        yield found


@pytest.fixture
def place(shared: Place) -> Iterator[Place]:
    with shared.afterwards_as_before():
        yield shared


CASE = ("--case", "ST-9", "--document", "term-sheet.toml", "--yes")


def decided(place: Place, number: str, *arguments: str) -> dict:
    case = ("--case", number, "--document", "term-sheet.toml", "--yes", "--format", "json")
    return done(*arguments, *case, folder=place.folder).json


def steps(ran: dict) -> list[str]:
    return [each["step"] for each in ran["steps"]]


ALONE = [
    ("whitelist", "renew", ALICE, "--until", "2036-03-31"),
    ("whitelist", "reclassify", ALICE, "--class", "general", "--residency", "resident"),
    ("whitelist", "suspend", ALICE, "--at-once"),
    ("whitelist", "confirm", ALICE),
    ("whitelist", "wallet", "retire", ALICE),
    ("freeze", "now", "ST-1", ALICE, "10"),
    ("freeze", "confirm", "ST-1", ALICE),
    ("token", "pause", "ST-1"),
    ("consent", "approve", "ST-1", "0"),
    ("consent", "reject", "ST-1", "0", "--why", "X"),
]


@pytest.mark.requirement("G17", "S3")
@pytest.mark.parametrize("command", ALONE, ids=lambda command: " ".join(command[:3]))
@pytest.mark.parametrize(
    ("given", "missing"),
    [((), "--case"), (("--case", "X-1"), "--document"), (("--document", "jp20.toml"), "--case")],
)
def test_no_act_of_one_key_is_without_case_and_document(place, command, given, missing):
    before = place.blocks()

    ran = run(*command, *given, "--yes", folder=place.folder)

    assert ran.code == 2
    assert missing in ran.err
    assert place.blocks() == before


@pytest.mark.requirement("G17", "G19")
def test_a_suspension_at_once_is_then_a_decision_of_two(place):
    suspended = decided(place, "AM-1", "whitelist", "suspend", ALICE, "--at-once")
    again = decided(place, "AM-1", "whitelist", "suspend", ALICE, "--at-once")

    assert suspended["wallets"][0]["suspended"]
    assert steps(suspended) == ["proposed", "signed", "executed"]
    assert steps(again) == []


@pytest.mark.requirement("G13", "G17")
def test_a_wallet_is_retired_by_a_decision_of_two(place):
    retired = decided(place, "RW-1", "whitelist", "wallet", "retire", BOB)

    assert steps(retired) == ["proposed", "signed", "executed"]
    assert retired["wallets"][0]["retired"]


@pytest.mark.requirement("G17", "G19")
def test_what_two_froze_at_once_is_no_organisations_and_is_confirmed_by_one(place):
    frozen = decided(place, "FR-1", "freeze", "now", "ST-1", ALICE, "10")
    waiting = done("freeze", "list", "ST-1", "--format", "json", folder=place.folder).json
    confirmed = done(
        "freeze", "confirm", "ST-1", ALICE, *CASE, "--format", "json", folder=place.folder
    ).json

    assert steps(frozen) == ["proposed", "signed", "executed"]
    assert frozen["positions"][0]["frozen"] == 10
    # A request is carried out by the consortium: nobody in particular froze.
    assert [each["frozen_by"] for each in waiting["freezes"]] == ["–"]
    assert steps(confirmed) == ["called"]
    assert confirmed["freezes"][0]["confirmation"] == "confirmed"


@pytest.mark.requirement("G17", "G19")
def test_what_one_did_at_once_is_confirmed_by_a_decision_of_two(tmp_path):
    with under(CONFIRMING, tmp_path / "work") as place:
        done("freeze", "now", "ST-1", ALICE, "10", *CASE, folder=place.folder)
        done("whitelist", "suspend", BOB, "--at-once", *CASE, folder=place.folder)

        freeze = decided(place, "FR-2", "freeze", "confirm", "ST-1", ALICE)
        suspension = decided(place, "AM-2", "whitelist", "confirm", BOB)

    assert steps(freeze) == steps(suspension) == ["proposed", "signed", "executed"]
    assert freeze["freezes"][0]["confirmation"] == "confirmed"


@pytest.mark.requirement("G12", "G17")
def test_a_token_is_paused_by_a_decision_of_two(place):
    paused = decided(place, "PA-1", "token", "pause", "ST-1")

    assert steps(paused) == ["proposed", "signed", "executed"]


@pytest.mark.requirement("G17", "S3")
def test_an_organisation_alone_goes_as_far_as_its_key_and_names_the_others_command(place, tmp_path):
    kyc, key = place.session_of("KYC", tmp_path / "kyc")
    case = ("--case", "RW-2", "--document", str(place.folder / "term-sheet.toml"))

    ran = run("whitelist", "wallet", "retire", BOB, *case, "--yes", folder=kyc, **key)

    assert ran.code == 6
    assert "jp20 requests approve 0x" in ran.err
