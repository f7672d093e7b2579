"""`jp20 force-transfer`, `reverse`, `recover`, `redistribute`, on a chain."""

from itertools import count

import pytest
from eth_hash.auto import keccak
from market import ALICE, BOB, CAROL, DAVE, ERIN, FRANK, Market, open_market
from running import Bad

from jp20.domain.base.addresses import address_of
from jp20.domain.governance.evidence import Evidence
from jp20.domain.investors.investors import parse_investors
from jp20.domain.register.events import Transfer
from jp20.operations.governance.decide import decide
from jp20.operations.plans.plan import enrol

A, B, C, D = ALICE.address, BOB.address, CAROL.address, DAVE.address
UNKNOWN = "0x" + "01" * 32

_CASE = ("--case", "C-1", "--document", "jp20.toml")

BAD = [
    Bad("force-transfer", ("RE1", "0x12", B, "5", *_CASE), 2, "0x12"),
    Bad("force-transfer", ("RE1", A, B, "5", "--waive", "kyc", *_CASE), 2, "kyc"),
    Bad("force-transfer", ("RE1", A, B, "5", "--executes", "0", *_CASE), 2, "--executes"),
    Bad("force-transfer", ("RE1", A, B, "5", "--executes", "99", *_CASE), 1, "NO_SUCH_RESTRAINT"),
    Bad("force-transfer", ("RE1", A, B, "101", *_CASE), 1, "INSUFFICIENT_BALANCE"),
    Bad("force-transfer", ("RE1", A, FRANK.address, "5", *_CASE), 1, "RECIPIENT_UNKNOWN"),
    Bad("force-transfer", ("RE1", A, B, "5", "--case", "C-1"), 2, "--document"),
    Bad("force-transfer", ("RE1", A, B, "5", *_CASE, "--party", "99"), 1, "99"),
    Bad("reverse", ("RE1", "0x12"), 2, "0x12"),
    Bad("reverse", ("RE1", UNKNOWN), 1, UNKNOWN),
    Bad("reverse", ("RE1", UNKNOWN, "--log", "-1"), 2, "--log"),
    Bad("reverse", ("RE1", UNKNOWN, "--units", "0"), 2, "--units"),
    Bad("reverse", ("RE1", UNKNOWN, "--case", "C-1"), 2, "--document"),
    Bad("reverse", ("RE1", UNKNOWN, "--to", "0x12"), 2, "--to"),
    Bad("reverse", ("NO-SUCH", UNKNOWN), 1, "NO-SUCH"),
    Bad("recover", ("0x12", B, *_CASE), 2, "0x12"),
    Bad("recover", (A, B, *_CASE), 1, B),
    Bad("recover", (FRANK.address, B, *_CASE), 1, FRANK.address),
    Bad("recover", (A, FRANK.address, "--token", "NO-SUCH", *_CASE), 1, "NO-SUCH"),
    Bad(
        "redistribute record",
        ("RE1", "INC-1", "--file", "no.csv", *_CASE),
        2,
        "no.csv",
    ),
    Bad(
        "redistribute record",
        ("RE1", "障害", "--file", "no.csv", *_CASE),
        2,
        "INCIDENT",
    ),
    Bad("redistribute restore", ("RE1", "INC-9", *_CASE), 2, "INC-9"),
    Bad("redistribute show", ("RE1", "INC-9"), 2, "INC-9"),
]

_NUMBERS = count(1)
_WALLETS = (address_of(keccak(number.to_bytes(4, "big"))[-20:]) for number in count())
"""Wallets that nobody has yet."""


@pytest.fixture(scope="module")
def untouched(folder, node) -> Market:
    return open_market(folder, node, "EN-0")


@pytest.fixture
def market(folder, node) -> Market:
    """A token for each test."""
    return open_market(folder, node, f"EN-{next(_NUMBERS)}")


def moved(market: Market, from_: str, to: str, units: int) -> str:
    """A transfer, by its transaction."""
    done = market.json("transfer", market.code, to, str(units), "--from", from_, "--yes")
    return done["transfer"]["transaction"]


@pytest.mark.requirement("G9", "G10", "G11", "G13")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_enforcement(bad, folder, untouched):
    arguments = tuple(untouched.code if each == "RE1" else each for each in bad.arguments)
    before = untouched.session.connection.block_number()

    Bad(bad.command, arguments, bad.code, bad.named).check(folder)

    assert untouched.session.connection.block_number() == before


# ---------------------------------------------------------------- forced transfer


@pytest.mark.requirement("G11", "S3", "S4")
def test_three_organisations_force_a_transfer_in_turn_past_a_lock_up(market):
    market.json("lock", "set", market.code, A, "100", "--until", "2034-03-31", *market.case("L"))
    arguments = ("force-transfer", market.code, A, D, "60", *market.case("F"))

    first = market.alone("trust bank", *arguments)
    second = market.alone("auditor", *arguments)
    third = market.alone("issuer", *arguments)
    last = market.alone("trust bank", *arguments, "--format", "json")
    again = market.alone("auditor", *arguments)

    assert [first.code, second.code, third.code] == [6, 6, 6]
    assert "for the signature of another organisation: AUDITOR" in first.err
    assert "sent now: proposed" in first.err
    assert "ISSUER" in second.err
    assert "jp20 requests approve 0x" in second.err
    assert "All have signed" in third.err
    assert "for the execution of another organisation: REGISTRAR" in third.err
    assert "jp20 requests execute 0x" in third.err
    assert last.code == 0, last.err
    assert {each["wallet"]: each["balance"] for each in last.json["positions"]} == {A: 40, D: 60}
    assert again.code == 0
    assert "all done before" in again.err
    assert market.balance(DAVE) == 60


@pytest.mark.requirement("G11")
def test_what_a_senior_pledge_keeps_is_not_forced_but_the_pledge_is_executed(market):
    pledged = market.json(
        "pledge", "set", market.code, B, "50", "--pledgee", "BANK", *market.case("P")
    )
    number = str(pledged["restraint"]["number"])

    kept = market.run("force-transfer", market.code, B, D, "11", *market.case("F1"))
    executed = market.json(
        "force-transfer", market.code, B, D, "50", "--executes", number, *market.case("F2")
    )

    # 60, of which 50 pledged: 10 could be forced.
    assert kept.code == 1
    assert "10 free" in kept.err
    assert f"jp20 position {market.code} {B}" in kept.err
    assert [each["balance"] for each in executed["positions"]] == [10, 50]
    assert executed["positions"][0]["pledged"] == 0


@pytest.mark.requirement("G11")
def test_a_second_forced_transfer_under_one_case_is_warned_of(market):
    market.json("force-transfer", market.code, A, D, "5", *market.case("F"))

    ran = market.run("force-transfer", market.code, A, D, "6", *market.case("F"))

    assert ran.code == 0
    assert f"5 units went from {A} to {D} already" in ran.err
    assert market.balance(DAVE) == 11


@pytest.mark.requirement("G11")
def test_without_yes_and_without_a_terminal_nothing_is_proposed(market):
    before = market.session.connection.block_number()

    ran = market.run(
        "force-transfer", market.code, A, D, "5", "--case", "X", "--document", str(market.document)
    )

    assert ran.code == 2
    assert "--yes" in ran.err
    assert market.session.connection.block_number() == before


# ---------------------------------------------------------------- reversal


@pytest.mark.requirement("G10")
def test_looking_shows_where_the_units_went_and_needs_no_key(market):
    sale = moved(market, A, D, 30)
    onward = moved(market, D, B, 12)
    further = moved(market, B, C, 65)
    before = market.session.connection.block_number()

    ran = market.with_key(ERIN, "reverse", market.code, sale, "--format", "json")

    assert ran.code == 0, ran.err
    original = ran.json["original"]
    assert (original["from"], original["to"], original["units"]) == (A, D, 30)
    # Dave had 30 and gave 12: 18 are there. Bob had 60 + 12 and gave 65: his 60 and 5 of the 12.
    assert (original["takable"], original["shortfall"], original["moved_on"]) == (18, 12, 12)
    assert original["could_come"] == 12
    hops = [
        (each["hop"], each["to"], each["disputed"], each["remaining"], each["could_bring"])
        for each in ran.json["hops"]
    ]
    # Carol's 5 come to Bob first, then Bob's 7 and those 5 to Dave.
    assert hops == [(1, B, 12, 7, 12), (2, C, 5, 5, 5)]
    assert ran.json["hops"][0]["by"] == f"jp20 reverse {market.code} {onward} --log 0 --units 12"
    assert ran.json["hops"][1]["by"] == f"jp20 reverse {market.code} {further} --log 0 --units 5"
    assert "disputed ones last" in original["rule"]
    assert "Nothing was sent" in ran.err
    assert market.session.connection.block_number() == before
    assert "最後に移転した" in market.run("reverse", market.code, sale, "--lang", "ja").out


@pytest.mark.requirement("G10", "S4")
def test_the_chain_of_reversals_that_is_proposed_brings_all_back(market):
    sale = moved(market, A, D, 30)
    moved(market, D, B, 12)
    moved(market, B, C, 65)
    hops = market.json("reverse", market.code, sale)["hops"]

    for number, hop in enumerate(reversed(hops)):
        market.json(*hop["by"].split()[1:], *market.case(f"H{number}"))
    ran = market.json("reverse", market.code, sale, *market.case("R"))

    # 65 − 5 stay with Carol, 12 go back to Dave, and 30 from there to Alice.
    assert (ran["reversal"]["taken"], ran["reversal"]["shortfall"]) == (30, 0)
    assert [market.balance(each) for each in (ALICE, BOB, CAROL, DAVE)] == [100, 0, 100, 0]


@pytest.mark.requirement("G10", "S3", "S4")
def test_three_organisations_take_back_what_is_there_and_a_party_signs_nothing(market):
    sale = moved(market, A, D, 30)
    moved(market, D, B, 12)
    arguments = ("reverse", market.code, sale, "--party", "みなと証券", *market.case("R"))

    first = market.alone("auditor", *arguments)
    party = market.alone("broker", *arguments)
    second = market.alone("trust bank", *arguments)
    third = market.alone("other broker", *arguments)
    last = market.alone("auditor", *arguments, "--format", "json")
    again = market.alone("trust bank", *arguments, "--format", "json")

    assert (first.code, second.code, third.code) == (6, 6, 6)
    assert party.code == 6
    assert "done here: nothing" in party.err
    assert last.code == 0, last.err
    assert (last.json["reversal"]["taken"], last.json["reversal"]["shortfall"]) == (18, 12)
    assert "12 units were not there" in last.err
    assert (market.balance(ALICE), market.balance(DAVE)) == (88, 0)
    # Run again it does not take the shortfall under the same case, whatever came in since.
    assert again.code == 0, again.err
    assert again.json["reversal"]["taken"] == 18
    (request,) = market.json("requests", "list", "--all", "--token", market.code)["requests"][:1]
    shown = market.json("requests", "show", request["id"])
    assert shown["request"]["parties"] == "みなと証券"
    assert [each["organisation"] for each in shown["slots"]] == [
        "双葉監査法人",
        "ひいらぎ信託銀行",
        "あおば台証券",
    ]


@pytest.mark.requirement("G10")
def test_nothing_there_is_said_before_anybody_signs_and_all_taken_back_is_nothing_to_do(market):
    sale = moved(market, A, D, 30)
    moved(market, D, B, 30)
    before = market.session.connection.block_number()

    nothing = market.run("reverse", market.code, sale, *market.case("R1"))

    assert nothing.code == 1
    assert f"Nothing can be taken from {D}" in nothing.err
    assert "30 units are not there" in nothing.err
    assert market.session.connection.block_number() == before
    moved(market, B, D, 30)
    assert market.json("reverse", market.code, sale, *market.case("R2"))["reversal"]["taken"] == 30
    done = market.run("reverse", market.code, sale, *market.case("R3"))
    assert done.code == 1
    assert "taken back already" in done.err
    more = market.run("reverse", market.code, sale, "--units", "1", *market.case("R4"))
    assert more.code == 2
    assert "--units" in more.err


@pytest.mark.requirement("G10")
def test_a_part_is_taken_back_and_the_rest_later(market):
    sale = moved(market, A, D, 30)

    part = market.json("reverse", market.code, sale, "--units", "10", *market.case("R1"))
    same = market.json("reverse", market.code, sale, "--units", "10", *market.case("R1"))
    rest = market.json("reverse", market.code, sale, *market.case("R2"))

    assert [each["reversal"]["taken"] for each in (part, same, rest)] == [10, 10, 20]
    assert same["steps"] == []
    assert market.balance(ALICE) == 100


@pytest.mark.requirement("G10")
def test_of_several_transfers_in_a_transaction_one_is_chosen_by_its_log(market):
    movements = market.session.events(market.session.token(market.code).address)
    delivery = next(
        f"0x{each.at.transaction.hex()}"
        for each in movements
        if type(each.event).__name__ == "Delivered"
    )

    which = market.run("reverse", market.code, delivery)
    wrong = market.run("reverse", market.code, delivery, "--log", "9")
    # The Consortium's own log comes first, then Alice's, Bob's and Carol's.
    one = market.json("reverse", market.code, delivery, "--log", "2")

    assert (which.code, wrong.code) == (2, 2)
    assert "--log 2: 0x" in which.err
    assert f"{B}, 60" in which.err
    assert (one["original"]["to"], one["original"]["units"]) == (B, 60)
    taken = market.json("reverse", market.code, delivery, "--log", "2", *market.case("R"))
    assert taken["reversal"]["taken"] == 60
    assert market.session.token(market.code).read(int, "undistributed") == 860  # 800 + 60


# ---------------------------------------------------------------- a new wallet


@pytest.mark.requirement("G13", "S3")
def test_organisations_recover_a_lost_wallet_in_turn(market):
    lost, new = new_investor(market, "recover-1", 25), next(_WALLETS)
    arguments = ("recover", lost, new, "--token", market.code, *market.case("R"))

    codes = [
        (name, market.alone(name, *arguments).code)
        for name in ("kyc", "aml", "kyc", "aml", "kyc", "broker", "kyc")
    ]
    last = market.alone("trust bank", *arguments, "--format", "json")
    again = market.alone("kyc", *arguments)

    # KYC proposes to give the wallet up, AML signs; KYC gives it up and proposes the new one, AML
    # signs, KYC adds it; the broker proposes to move the position, KYC signs, the registrar signs
    # and moves it.
    assert {code for _, code in codes} == {6}, codes
    assert last.code == 0, last.err
    assert last.json["positions"] == [{"token": market.code, "units": 25}]
    assert again.code == 0
    assert "all done before" in again.err
    old = market.json("position", market.code, lost)["position"][0]
    assert old["balance"] == 0


@pytest.mark.requirement("G13")
def test_every_token_s_position_moves_with_its_restraints(market, folder, node):
    other = open_market(folder, node, f"EN-{next(_NUMBERS)}")
    lost, new = new_investor(market, "recover-2", 25), next(_WALLETS)
    give(other, lost, 40)
    market.json("pledge", "set", market.code, lost, "10", "--pledgee", "BANK", *market.case("P"))

    done = market.json("recover", lost, new, *market.case("R"))

    assert done["positions"] == [
        {"token": market.code, "units": 25},
        {"token": other.code, "units": 40},
    ]
    assert market.json("position", market.code, new)["position"][0]["pledged"] == 10


@pytest.mark.requirement("G13")
def test_it_is_said_that_a_wallet_is_given_up_for_ever(market):
    lost = new_investor(market, "recover-3", 5)

    ran = market.run(
        "recover", lost, next(_WALLETS), "--case", "X", "--document", str(market.document)
    )

    assert ran.code == 2  # nobody confirmed
    assert "given up for ever" in ran.err
    assert market.json("position", market.code, lost)["position"][0]["free"] == 5


@pytest.mark.requirement("G10", "G13")
def test_what_went_along_with_a_position_is_taken_where_it_is_now(market):
    lost, new = new_investor(market, "recover-4", 5), next(_WALLETS)
    sale = moved(market, A, lost, 30)
    market.json("recover", lost, new, *market.case("R"))

    seen = market.json("reverse", market.code, sale)
    done = market.json("reverse", market.code, sale, *market.case("S"))

    (hop,) = seen["hops"]
    assert (hop["to"], hop["disputed"], hop["could_bring"], hop["by"]) == (new, 30, 0, None)
    assert seen["original"]["takable"] == 30
    assert (done["reversal"]["taken"], done["reversal"]["shortfall"]) == (30, 0)
    # 5 + 30 − 30
    assert market.json("position", market.code, new)["position"][0]["balance"] == 5


# ---------------------------------------------------------------- a system error


@pytest.mark.requirement("G9", "S3")
def test_a_loss_is_recorded_shown_and_restored_once(market):
    losses = lose(market, {A: 100, B: 60})
    record = (
        "redistribute", "record", market.code, "INC-1", "--file", losses, *market.case("I"),
    )  # fmt: skip

    first = market.alone("broker", *record)
    second = market.alone("auditor", *record)
    recorded = market.alone("trust bank", *record, "--format", "json")
    assert (first.code, second.code) == (6, 6)
    assert recorded.code == 0, recorded.err
    assert [(each["wallet"], each["lost"]) for each in recorded.json["losses"]] == [
        (A, 100),
        (B, 60),
    ]
    assert market.balance(ALICE) == 0

    restored = market.json("redistribute", "restore", market.code, "INC-1", *market.case("S"))
    again = market.run("redistribute", "restore", market.code, "INC-1", *market.case("S2"))

    assert [each["outstanding"] for each in restored["losses"]] == [0, 0]
    assert (market.balance(ALICE), market.balance(BOB)) == (100, 60)
    assert again.code == 0
    assert "restored already" in again.err
    shown = market.with_key(ERIN, "redistribute", "show", market.code, "INC-1", "--lang", "ja")
    assert "未回復" in shown.out


@pytest.mark.requirement("G9")
def test_a_log_that_took_nothing_from_the_register_is_not_proposed_as_a_loss(market):
    sale = moved(market, A, B, 10)
    before = market.session.connection.block_number()

    ran = market.run(
        "redistribute", "record", market.code, "INC-1", "--file",
        market.rows("losses", f"{sale},0", head="transaction,log"), *market.case("I"),
    )  # fmt: skip

    assert ran.code == 1
    assert sale in ran.err
    assert market.session.connection.block_number() == before


@pytest.mark.requirement("G9")
def test_a_file_of_losses_is_taken_as_a_whole_or_not_at_all(market):
    file = market.rows("losses", "0x12,0", f"{UNKNOWN},first", head="transaction,log")

    ran = market.run(
        "redistribute", "record", market.code, "INC-1", "--file", file, *market.case("I")
    )

    assert ran.code == 2
    assert "0x12" in ran.err
    assert "first" in ran.err


@pytest.mark.requirement("G9", "G13")
def test_a_loss_of_a_wallet_that_was_given_up_goes_to_the_new_one(market):
    lost, new = new_investor(market, "restore-1", 20), next(_WALLETS)
    losses = lose(market, {lost: 20})
    market.json("redistribute", "record", market.code, "INC-2", "--file", losses, *market.case("I"))
    market.json("recover", lost, new, *market.case("R"))

    restored = market.json("redistribute", "restore", market.code, "INC-2", *market.case("S"))

    (row,) = restored["losses"]
    assert (row["wallet"], row["lost"], row["outstanding"]) == (lost, 20, 0)
    assert market.json("position", market.code, new)["position"][0]["balance"] == 20


def new_investor(market: Market, reference: str, units: int) -> str:
    """An investor's wallet of its own, with units from Alice."""
    wallet = next(_WALLETS)
    register_wallet(market, f"{market.code}-{reference}", wallet)
    give(market, wallet, units)
    return wallet


def give(market: Market, wallet: str, units: int) -> None:
    market.json("transfer", market.code, wallet, str(units), "--from", A, "--yes")


def register_wallet(market: Market, reference: str, wallet: str) -> None:
    session = market.session
    file = (
        "investor,name,wallet,class,residency,kyc_expiry\n"
        f"{reference},名前,{wallet},general,resident,2035-03-31"
    )
    parsed = parse_investors(file.encode(), "investors.csv", session.now())
    enrol(session, parsed, Evidence.of(f"{market.code}-{reference}"[:32], b"identified"))


def lose(market: Market, losses: dict[str, int]) -> str:
    """A redemption of holders that is taken for a system error here; the file of its logs."""
    token, rows = market.session.token(market.code), []
    for wallet, units in losses.items():
        call = token.call("controllerRedeem", wallet, units, b"", b"")
        done = decide(
            market.session, [call], Evidence.of(f"{market.code}-{wallet[2:12]}", b"an error")
        )
        (burn,) = (each for each in done.events if isinstance(each.event, Transfer))
        receipt = market.session.receipts([burn.at.transaction])[burn.at.transaction]
        rows.append(f"0x{burn.at.transaction.hex()},{receipt.ordinal(burn.at.log)}")
    return market.rows("losses", *rows, head="transaction,log")
