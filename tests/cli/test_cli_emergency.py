"""`jp20 halt` and `jp20 resume`, on a chain of their own: they stop everything there."""

import hashlib
import re
from collections.abc import Iterator

import pytest
from market import ALICE, BOB, KEYS, Market, open_market
from running import Bad, done, settle

from jp20.chain.local import LocalChain
from jp20.domain.register.events import ActedDirectly
from jp20.operations.governance import emergency

BAD = [
    Bad("halt", ("now",), 2, "now"),
    Bad("halt", ("--case", "C-1"), 2, "--document"),
    Bad("halt", ("--document", "jp20.toml"), 2, "--case"),
    Bad("halt", ("--reason", "x", "--case", "C-1", "--document", "jp20.toml"), 2, "--reason"),
    Bad("resume", ("--document", "jp20.toml"), 2, "--case"),
    Bad("resume", ("--case", "C-1", "--document", "no.pdf"), 2, "no.pdf"),
    Bad("resume", ("--case", "案件", "--document", "jp20.toml"), 2, "案件"),
    Bad("resume", ("--case", "C-1", "--document", "jp20.toml", "--party", "誰か"), 1, "誰か"),
]


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    with LocalChain("anvil") as connection:
        folder = tmp_path_factory.mktemp("emergency") / "work"
        done("init", str(folder), "--example", "minimal")
        settle(folder, connection.network.url)
        done("platform", "deploy", "--yes", folder=folder)
        open_market(folder, connection.network.url, "EM-2")
        yield open_market(folder, connection.network.url, "EM-1")


@pytest.fixture
def market(founded: Market) -> Iterator[Market]:
    """Running, before each test and after it."""
    yield founded
    if founded.session.platform.read(bool, "halted"):
        founded.json("resume", *founded.case(f"END-{founded.session.connection.block_number()}"))


@pytest.mark.requirement("G12")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_the_emergency_commands(bad, market):
    bad.check(market.folder)

    assert not market.session.platform.read(bool, "halted")


@pytest.mark.requirement("G12")
def test_one_key_stops_every_token_in_one_transaction(market):
    halted = market.alone("emergency", "halt", "--yes", "--format", "json")

    assert halted.code == 0, halted.err
    assert halted.json["status"]["halted"] is True
    assert [(each["code"], each["stopped"], each["supply"]) for each in halted.json["tokens"]] == [
        ("EM-2", True, 1_000),
        ("EM-1", True, 1_000),
    ]
    assert [(each["step"], each["key"]) for each in halted.json["steps"]] == [
        ("called", KEYS[9].address)
    ]
    refused = market.run(
        "transfer", market.code, BOB.address, "1", "--from", ALICE.address, "--yes"
    )
    assert refused.code == 1
    assert "PLATFORM_HALTED" in refused.err
    assert "jp20 status" in refused.err
    # Looking and freezing go on.
    assert market.run("position", market.code, ALICE.address).code == 0
    assert (
        market.alone(
            "aml", "freeze", "now", market.code, BOB.address, "1", *market.case("ALONE-1")
        ).code
        == 0
    )


@pytest.mark.requirement("G12", "G17")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), b"Emergency stop: the reason follows. \xe7\xb7\x8a\xe6\x80\xa5\xe5\x81\x9c"),
        (("--reason", "key of the distributor stolen"), b"key of the distributor stolen"),
    ],
)
def test_a_halt_rests_on_the_case_of_the_day_and_on_its_reason(market, options, said):
    ran = market.json("halt", *options, "--yes")

    assert ran["status"]["halted"] is True
    (acted,) = [
        entry.event
        for entry in market.session.events(market.session.consortium.address)
        if isinstance(entry.event, ActedDirectly)
    ][-1:]
    assert re.fullmatch(rb"HALT-\d{4}-\d\d-\d\d", acted.case_id.rstrip(b"\0"))
    reason = emergency.STANDING_REASON.encode() if not options else said
    assert reason.startswith(said)
    assert acted.document_hash == hashlib.sha256(reason).digest()


@pytest.mark.requirement("G12", "G17")
def test_a_halt_may_name_its_case_and_its_document(market):
    ran = market.run("halt", *market.case("STOP"))

    assert ran.code == 0, ran.err
    assert f"{market.code}-STOP" in ran.err


@pytest.mark.requirement("G12")
def test_the_second_key_of_the_emergency_operator_stops_as_well(market):
    assert market.with_key(KEYS[10], "halt", "--yes").code == 0
    assert market.session.platform.read(bool, "halted")


@pytest.mark.requirement("G12", "S2")
def test_who_is_not_the_emergency_operator_stops_nothing(market):
    for name in ("operator", "trust bank", "auditor"):
        ran = market.alone(name, "halt", "--yes")

        assert ran.code == 1
        assert "EMERGENCY" in ran.err
    assert not market.session.platform.read(bool, "halted")


@pytest.mark.requirement("G12")
def test_it_asks_and_without_a_terminal_it_needs_yes(market):
    ran = market.run("halt")

    assert ran.code == 2
    assert "--yes" in ran.err
    assert not market.session.platform.read(bool, "halted")


@pytest.mark.requirement("G12")
def test_halting_what_is_halted_sends_nothing_and_is_no_mistake(market):
    market.json("halt", "--yes")
    before = market.session.connection.block_number()

    english, japanese = market.run("halt"), market.run("halt", "--lang", "ja")

    assert (english.code, japanese.code) == (0, 0)
    assert "halted already" in english.err
    assert "HALTED" in english.out
    assert "既に停止中" in japanese.err
    assert "緊急停止中" in japanese.out
    assert market.session.connection.block_number() == before


@pytest.mark.requirement("G12", "S3")
def test_four_organisations_resume_in_turn_and_three_do_not(market):
    market.json("halt", "--yes")
    arguments = ("resume", *market.case("RE"))

    codes = [
        market.alone(name, *arguments).code
        for name in ("operator", "auditor", "broker", "operator")
    ]
    assert codes == [6, 6, 6, 6]
    assert market.session.platform.read(bool, "halted")

    fourth = market.alone("trust bank", *arguments)
    last = market.alone("operator", *arguments, "--format", "json")
    again = market.alone("auditor", *arguments)

    assert fourth.code == 6
    assert "OPERATOR" in fourth.err  # who executes
    assert last.code == 0, last.err
    assert last.json["status"]["halted"] is False
    assert again.code == 0
    assert "resumed under this case" in again.err
    moved = market.run("transfer", market.code, BOB.address, "1", "--from", ALICE.address, "--yes")
    assert moved.code == 0


@pytest.mark.requirement("G12")
def test_there_is_nothing_to_resume_while_it_runs(market):
    for language, said in (("en", "not halted"), ("ja", "停止していません")):
        ran = market.run("resume", *market.case("NO"), "--lang", language)

        assert ran.code == 1
        assert said in ran.err
