"""`jp20 register`: shown, compared with the chain, now and as of the past."""

import hashlib
from collections.abc import Iterator

import pytest
from offering import ALICE, BOB, CAROL, STRANGER, Place, place_at, refused
from running import Bad, done, run

from jp20.domain.base.times import in_tokyo
from jp20.domain.investors.investors import investor_id

BAD = [
    Bad("register show", ("NONE",), 1, "NONE"),
    Bad("register show", ("NONE", "--block", "-1"), 2, "--block"),
    Bad("register show", ("NONE", "--block", "1", "--time", "2027-01-01"), 2, "--time"),
    Bad("register show", ("NONE", "--time", "yesterday"), 2, "yesterday"),
    Bad("register check", ("NONE",), 1, "NONE"),
    Bad("register history", ("NONE", "0x12"), 2, "0x12"),
    Bad("register history", ("NONE",), 1, "NONE"),
    Bad("register history", ("NONE", "--wallets"), 2, "--wallets"),
    Bad("register movement", ("NONE", "0x12"), 2, "0x12"),
    Bad("register movement", ("NONE", "0x" + "12" * 32), 1, "NONE"),
    Bad("register tranches", ("NONE",), 1, "NONE"),
    Bad("register diff", ("NONE",), 2, "--since"),
    Bad("register diff", ("NONE", "--since", "yesterday"), 2, "--since"),
    Bad("register diff", ("NONE", "--since-block", "1", "--since", "2027-01-01"), 2, "--since"),
    Bad("register lots", ("NONE", "0x12"), 2, "0x12"),
    Bad("register lapses", (), 2, "--by"),
    Bad("register lapses", ("--by", "soon"), 2, "soon"),
    Bad("register lapses", ("NONE", "--by", "2027-01-01"), 1, "NONE"),
    Bad("register investor", ("0x12",), 2, "0x12"),
    Bad("register investor", ("0x" + "1" * 38,), 2, "0x" + "1" * 38),
    Bad("register decision", ("NONE", "0x12"), 2, "0x12"),
    Bad("register decision", ("NONE", "0x" + "12" * 32), 1, "NONE"),
]


@pytest.mark.requirement("G15", "G17")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_register(bad, folder):
    bad.check(folder)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """RG-1: 250 units issued, then 100, 60 and 40 delivered, then split 1 to 2."""
    with place_at(tmp_path_factory.mktemp("register") / "work") as found:
        found.issue("RG-1", 250)
        found.deliver("RG-1")
        case = ("--case", "SP-1", "--document", "term-sheet.toml", "--yes")
        done("token", "split", "RG-1", "2", *case, folder=found.folder)
        yield found


def register(place: Place, *arguments: str) -> dict:
    return done("register", *arguments, "--format", "json", folder=place.folder).json


def id_of(wallet: str) -> str:
    """An investor by the first wallet, as it is printed."""
    return f"0x{investor_id(wallet):038x}"


def delivered_in(place: Place) -> int:
    """The block of the delivery."""
    history = register(place, "history", "RG-1")["history"]
    return next(each["block"] for each in history if each["why"] == "delivered")


@pytest.mark.requirement("G15", "S1")
def test_it_shows_who_holds_what_and_agrees_with_the_chain(place):
    shown = register(place, "show", "RG-1")

    expected = [
        (ALICE, 200, "40.0000"),  # 100 × 2 of 250 × 2
        (BOB, 120, "24.0000"),
        (CAROL, 80, "16.0000"),
    ]
    holders = shown["holders"]
    assert [(*each["wallets"], each["units"], each["percent"]) for each in holders] == expected
    assert [each["investor"] for each in holders] == [id_of(each) for each, _, _ in expected]
    assert [(each["free"], each["class"]) for each in holders] == [
        (200, "general"),
        (120, "professional"),
        (80, "qualified_institution"),
    ]
    by_wallet = register(place, "show", "RG-1", "--wallets")["holders"]
    assert [(each["wallet"], each["units"], each["percent"]) for each in by_wallet] == expected
    found = shown["register"]
    assert (found["supply"], found["undistributed"], found["held"]) == (500, 100, 400)
    assert (found["holders"], found["splits"], found["reconciled"]) == (3, 1, True)
    assert found["block"] == place.blocks() == found["final_block"]


@pytest.mark.requirement("G15")
def test_it_is_shown_as_of_a_block_and_as_of_a_time(place):
    delivered = delivered_in(place)

    before = register(place, "show", "RG-1", "--block", str(delivered - 1))
    after = register(place, "show", "RG-1", "--block", str(delivered))
    moment = in_tokyo(place.chain.block(delivered).time).removesuffix("+09:00")
    then = register(place, "show", "RG-1", "--time", moment)

    assert (before["register"]["supply"], before["holders"]) == (250, [])
    assert [each["units"] for each in after["holders"]] == [100, 60, 40]
    assert then["register"]["block"] >= delivered  # the last block of that second
    assert then["register"]["reconciled"]


@pytest.mark.requirement("G15")
def test_a_block_or_time_that_has_not_come_is_refused(place):
    latest = place.blocks()

    block = refused("register", "show", "RG-1", "--block", str(latest + 1), folder=place.folder)
    time = refused("register", "show", "RG-1", "--time", "2099-01-01", folder=place.folder)

    assert str(latest) in block
    assert "2099-01-01" in time


@pytest.mark.requirement("G15")
def test_the_history_of_a_wallet_says_why_its_units_changed(place):
    shown = register(place, "history", "RG-1", BOB)
    nobody = register(place, "history", "RG-1", STRANGER, "--wallets")
    of_wallet = register(place, "history", "RG-1", BOB, "--wallets")
    by_id = register(place, "history", "RG-1", id_of(BOB))
    stranger = refused("register", "history", "RG-1", STRANGER, folder=place.folder, code=2)

    delivery, split = shown["history"]
    assert (delivery["why"], delivery["to"], delivery["units"]) == ("delivered", BOB, 60)
    assert (split["why"], split["ratio"], split["units"]) == ("split", 2, None)
    assert [(each["change"], each["balance"]) for each in shown["history"]] == [(60, 60), (60, 120)]
    assert (delivery["case"], split["case"]) == ("D-RG-1", "SP-1")
    assert (shown["register"]["investor"], shown["register"]["balance"]) == (id_of(BOB), 120)
    assert (of_wallet["register"]["wallet"], of_wallet["register"]["balance"]) == (BOB, 120)
    assert of_wallet["history"] == shown["history"] == by_id["history"]
    assert (nobody["history"], nobody["register"]["balance"]) == ([], 0)
    assert STRANGER in stranger


@pytest.mark.requirement("G10", "G15")
def test_the_history_of_a_wallet_has_what_a_reversal_names_a_movement_by(place):
    # Alice, Bob and Carol got their units in one transaction, which has several transfers.
    (delivery, split) = register(place, "history", "RG-1", BOB)["history"]
    everybody = register(place, "history", "RG-1")["history"]
    named = ("RG-1", delivery["transaction"], "--log", str(delivery["log"]))

    original = done("reverse", *named, "--format", "json", folder=place.folder).json["original"]
    unnamed = run("reverse", "RG-1", delivery["transaction"], folder=place.folder)
    wrong = run("reverse", *named[:3], "99", "--lang", "ja", folder=place.folder)

    assert (original["to"], original["log"]) == (BOB, delivery["log"])
    assert split["log"] is None
    # Of all movements it would take a receipt each.
    assert {each["log"] for each in everybody} == {None}
    assert unnamed.code == wrong.code == 2
    assert f"--log {delivery['log']}: " in unnamed.err


@pytest.mark.requirement("G15", "G17")
def test_it_says_who_decided_what_moved_and_on_which_document(place):
    (delivery, split) = register(place, "history", "RG-1", BOB)["history"]

    moved = register(place, "decision", "RG-1", delivery["transaction"])["movements"]
    nothing = refused("register", "decision", "RG-1", split["transaction"], folder=place.folder)

    document = "0x" + hashlib.sha256((place.folder / "RG-1.csv").read_bytes()).hexdigest()
    assert [(each["to"], each["units"]) for each in moved] == [(ALICE, 100), (BOB, 60), (CAROL, 40)]
    assert {each["case"] for each in moved} == {"D-RG-1"}
    assert {each["document"] for each in moved} == {document}
    # By the example's consortium the broker proposes, broker and issuer sign, the bank executes.
    assert {each["proposed_by"] for each in moved} == {"みなと証券"}
    assert {each["signed_by"] for each in moved} == {"みなと証券, 港南リアルティ"}
    assert {each["executed_by"] for each in moved} == {"ひいらぎ信託銀行"}
    assert "register history RG-1" in nothing


@pytest.mark.requirement("G10", "G15", "G17")
def test_a_movement_is_shown_with_its_signatures(place):
    (delivery, _) = register(place, "history", "RG-1", BOB)["history"]

    shown = register(place, "movement", "RG-1", delivery["transaction"])
    nothing = refused("register", "movement", "RG-1", "0x" + "12" * 32, folder=place.folder)

    assert [(each["to"], each["units"]) for each in shown["movements"]] == [
        (ALICE, 100),
        (BOB, 60),
        (CAROL, 40),
    ]
    assert {(each["case"], each["forced"]) for each in shown["movements"]} == {("D-RG-1", False)}
    assert [each["organisation"] for each in shown["signatures"]] == [
        "みなと証券",
        "港南リアルティ",
    ]
    assert all(each["block"] <= delivery["block"] for each in shown["signatures"])
    assert "register history RG-1" in nothing


@pytest.mark.requirement("G4", "G15")
def test_tranches_lots_and_differences_are_shown(place):
    delivered = delivered_in(place)
    (tranche,) = register(place, "tranches", "RG-1")["tranches"]
    (lot,) = register(place, "lots", "RG-1", ALICE)["lots"]
    before = register(place, "lots", "RG-1", ALICE, "--block", str(delivered - 1))["lots"]
    since = register(place, "diff", "RG-1", "--since-block", str(delivered - 1))
    split_only = register(place, "diff", "RG-1", "--since-block", str(delivered))
    wrong = refused("register", "diff", "RG-1", "--since-block", str(delivered + 1), "--block",
                    str(delivered), folder=place.folder, code=2)  # fmt: skip

    assert (tranche["units_then"], tranche["issued"], tranche["redeemed"]) == (250, 500, 0)
    assert (lot["why"], lot["units"], lot["block"]) == ("delivered", 200, delivered)
    assert before == []
    assert [(*each["wallets"], each["before"], each["after"]) for each in since["differences"]] == [
        (ALICE, 0, 200),
        (BOB, 0, 120),
        (CAROL, 0, 80),
    ]
    assert since["from"]["block"] == delivered - 1
    assert split_only["differences"] == []
    assert str(delivered + 1) in wrong


@pytest.mark.requirement("G7", "G15", "G25")
def test_an_investor_is_shown_with_wallets_holdings_and_when_kyc_lapses(place):
    shown = register(place, "investor", ALICE)
    lapsing = register(place, "lapses", "RG-1", "--by", "2100-01-01")["lapses"]
    nobody = register(place, "lapses", "RG-1", "--by", "2026-01-01")["lapses"]

    assert shown["investor"]["investor"] == id_of(ALICE)
    assert [each["wallet"] for each in shown["wallets"]] == [ALICE]
    (held,) = shown["holdings"]
    assert (held["code"], held["units"], held["free"], held["pledged"]) == ("RG-1", 200, 200, 0)
    assert shown["restraints"] == []
    assert {each["wallets"][0]: each["units"] for each in lapsing if each["what"] == "kyc"} == {
        ALICE: 200,
        BOB: 120,
        CAROL: 80,
    }
    assert nobody == []


@pytest.mark.requirement("G13", "G15")
def test_all_tokens_are_checked_where_none_is_named(place):
    place.issue("RG-2", 10)

    checked = register(place, "check")
    one = register(place, "check", "RG-1")

    assert [(each["code"], each["supply"], each["held"]) for each in checked["tokens"]] == [
        ("RG-1", 500, 400),
        ("RG-2", 10, 0),
    ]
    assert all(each["reconciled"] for each in checked["tokens"])
    assert checked["differences"] == []
    assert [each["code"] for each in one["tokens"]] == ["RG-1"]


@pytest.mark.requirement("G13", "G15")
def test_where_register_and_chain_differ_every_command_ends_with_1_and_names_it(place):
    with place.afterwards_as_before():
        place.take_one_unit_from(ALICE, "RG-1")

        checked = run("register", "check", "RG-1", "--format", "json", folder=place.folder)
        shown = run("register", "show", "RG-1", "--format", "json", folder=place.folder)

    assert checked.code == shown.code == 1
    (difference,) = checked.json["differences"]
    assert (difference["code"], difference["what"], difference["wallet"]) == (
        "RG-1",
        "balance",
        ALICE,
    )
    assert (difference["register"], difference["chain"]) == (200, 198)  # (100 − 1) × 2
    assert 0 < difference["since"] <= checked.json["tokens"][0]["block"]
    assert str(place.chain.network.url.rpartition(":")[2]) in difference["node"]
    assert not checked.json["tokens"][0]["reconciled"]
    assert "jp20 register check RG-1" in shown.err
