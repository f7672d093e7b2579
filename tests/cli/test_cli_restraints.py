"""`jp20 position`, `lock`, `freeze`, `pledge`, `attach`, on a chain."""

from itertools import count

import pytest
from market import ALICE, BOB, CAROL, DAVE, ERIN, Market, open_market
from running import Bad, done

A, B = ALICE.address, BOB.address

_CASE = ("--case", "C-1", "--document", "jp20.toml")
_UNTIL = ("--until", "2034-03-31")

BAD = [
    Bad("position", ("RE1", "0x12"), 2, "0x12"),
    Bad("position", ("NO-SUCH", A), 1, "NO-SUCH"),
    Bad("position", ("RE1", A, "--block", "-5"), 2, "--block"),
    Bad("lock set", ("RE1", A, *_UNTIL, *_CASE), 2, "UNITS"),
    Bad("lock set", ("RE1", *_UNTIL, *_CASE), 2, "--file"),
    Bad("lock set", ("RE1", A, "0", *_UNTIL, *_CASE), 2, "UNITS"),
    Bad("lock set", ("RE1", A, "5", "--until", "2020-01-01", *_CASE), 1, "2020-01-01"),
    Bad("lock set", ("RE1", A, "5", "--until", "31.3.2034", *_CASE), 2, "31.3.2034"),
    Bad("lock set", ("RE1", A, "5", "--whole-token", *_UNTIL, *_CASE), 2, "--whole-token"),
    Bad("lock set", ("RE1", A, "5", *_UNTIL, *_CASE, "--party", "誰か"), 1, "誰か"),
    Bad("lock set", ("NO-SUCH", A, "5", *_UNTIL, *_CASE), 1, "NO-SUCH"),
    Bad("lock shorten", ("RE1", *_UNTIL, *_CASE), 2, "--whole-token"),
    Bad("lock shorten", ("RE1", A, "999", *_UNTIL, *_CASE), 1, "999"),
    Bad("lock shorten", ("RE1", A, "0", *_UNTIL, *_CASE), 2, "NUMBER"),
    Bad("lock list", ("RE1", "0x12"), 2, "0x12"),
    Bad("freeze now", ("RE1", A, *_CASE), 2, "UNITS"),
    Bad("freeze now", ("RE1", A, "some", *_CASE), 2, "some"),
    Bad("freeze now", ("RE1", "--file", "no.csv", *_CASE), 2, "no.csv"),
    Bad("freeze confirm", ("RE1", "0x12", *_CASE), 2, "0x12"),
    Bad("freeze confirm", ("RE1", DAVE.address, *_CASE, "--yes"), 1, DAVE.address),
    Bad("freeze set", ("RE1", A, "-1", *_CASE), 2, "-1"),
    Bad("freeze set", ("RE1", A, "none", *_CASE), 2, "none"),
    Bad("freeze list", ("NO-SUCH",), 1, "NO-SUCH"),
    Bad("pledge set", ("RE1", A, "5", "--pledgee", "銀行", *_CASE), 2, "--pledgee"),
    Bad("pledge set", ("RE1", A, "5", *_CASE), 2, "--pledgee"),
    Bad("pledge set", ("RE1", A, "101", "--pledgee", "BANK-7", *_CASE), 1, "INSUFFICIENT_BALANCE"),
    Bad("pledge release", ("RE1", A, "999", *_CASE), 2, "999"),
    Bad("pledge list", ("RE1", "0x12"), 2, "0x12"),
    Bad("attach set", ("RE1", A, "5", "--creditor", "", *_CASE), 2, "--creditor"),
    Bad("attach release", ("RE1", A, "999", "1", *_CASE), 2, "999"),
    Bad("attach list", ("NO-SUCH",), 1, "NO-SUCH"),
]  # fmt: skip


@pytest.fixture(scope="module")
def untouched(folder, node) -> Market:
    return open_market(folder, node, "RS-0")


_NUMBERS = count(1)


@pytest.fixture
def market(folder, node) -> Market:
    """A token for each test."""
    return open_market(folder, node, f"RS-{next(_NUMBERS)}")


def position(market: Market, holder: str) -> dict[str, int]:
    (found,) = market.json("position", market.code, holder)["position"]
    return {name: value for name, value in found.items() if name != "wallet" and value}


@pytest.mark.requirement("G8", "G17", "G19")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_restraints(bad, folder, untouched):
    arguments = tuple(untouched.code if each == "RE1" else each for each in bad.arguments)
    before = untouched.session.connection.block_number()

    Bad(bad.command, arguments, bad.code, bad.named).check(folder)

    assert untouched.session.connection.block_number() == before


@pytest.mark.requirement("G8")
def test_a_position_adds_up(market):
    market.json("lock", "set", market.code, A, "30", *_UNTIL, *market.case("L"))
    market.json("pledge", "set", market.code, A, "45", "--pledgee", "BANK-7", *market.case("P"))

    shown = market.json("position", market.code, A)

    # Kinds overlap: of 100 the larger of 30 and 45 stays, 55 are free.
    assert position(market, A) == {"balance": 100, "locked": 30, "pledged": 45, "free": 55}
    assert [(each["kind"], each["units"], each["claimant"]) for each in shown["restraints"]] == [
        ("lock_up", 30, None),
        ("pledge", 45, "BANK-7"),
    ]
    assert shown["restraints"][0]["until"] == "2034-04-01T00:00:00+09:00"


@pytest.mark.requirement("G15")
def test_a_position_as_of_a_block(market):
    block = market.session.connection.block_number()
    market.json("lock", "set", market.code, A, "30", *_UNTIL, *market.case("L"))

    then = market.json("position", market.code, A, "--block", str(block))

    assert then["position"][0]["free"] == 100
    assert then["restraints"] == []


# ---------------------------------------------------------------- lock-ups


@pytest.mark.requirement("G8", "S3")
def test_issuer_and_registrar_lock_up_in_turn_and_running_it_again_sends_nothing(market):
    arguments = ("lock", "set", market.code, A, "30", *_UNTIL, *market.case("L"))

    first = market.alone("issuer", *arguments)
    japanese = market.alone("issuer", *arguments, "--lang", "ja")
    second = market.alone("trust bank", *arguments)
    last = market.alone("issuer", *arguments, "--format", "json")
    before = market.session.connection.block_number()
    again = market.alone("issuer", *arguments)

    assert (first.code, japanese.code, second.code) == (6, 6, 6)
    assert "REGISTRAR" in first.err
    assert "jp20 requests approve" in first.err
    assert "手続を待っています" in japanese.err
    assert last.code == 0, last.err
    assert last.json["positions"][0]["locked"] == 30
    assert [each["step"] for each in last.json["steps"]] == ["executed"]
    assert again.code == 0
    assert "all done before" in again.err
    assert market.session.connection.block_number() == before
    assert position(market, A)["locked"] == 30


@pytest.mark.requirement("G8")
def test_a_file_of_lock_ups_in_japanese_is_one_decision(market):
    file = market.rows("locks", f"{A},30", f'{B},"1,060"', head="ウォレットアドレス,数量")

    made = market.json("lock", "set", market.code, "--file", file, *_UNTIL, *market.case("L"))

    assert [each["step"] for each in made["steps"]] == ["proposed", "signed", "executed"]
    # Bob has 60: the rest of the 1,060 counts for what comes in.
    assert {each["wallet"]: each["locked"] for each in made["positions"]} == {A: 30, B: 1_060}
    listed = market.json("lock", "list", market.code)
    assert [(each["wallet"], each["units"]) for each in listed["restraints"]] == [
        (A, 30),
        (B, 1_060),
    ]
    assert listed["token"] == {"until": None, "locked": False}


@pytest.mark.requirement("G8")
def test_a_faulty_file_locks_up_nobody(market):
    file = market.rows("faulty", f"{A},30", f"{A},5", f"{B},x")

    ran = market.run("lock", "set", market.code, "--file", file, *_UNTIL, *market.case("L"))

    assert ran.code == 2
    assert "faulty.csv:3" in ran.err
    assert "faulty.csv:4" in ran.err
    assert position(market, A)["free"] == 100


@pytest.mark.requirement("G8")
def test_a_lock_up_is_shortened_by_its_number_and_not_prolonged_so(market):
    market.json("lock", "set", market.code, A, "30", *_UNTIL, *market.case("L1"))
    market.json("lock", "set", market.code, A, "20", *_UNTIL, *market.case("L2"))
    first, second = market.json("lock", "list", market.code, A)["restraints"]

    later = market.run(
        "lock", "shorten", market.code, A, str(first["number"]), "--until", "2035-01-01",
        *market.case("S1"),
    )  # fmt: skip
    ended = market.json(
        "lock", "shorten", market.code, A, str(first["number"]), "--until", "2020-01-01",
        *market.case("S2"),
    )  # fmt: skip
    again = market.run(
        "lock", "shorten", market.code, A, str(first["number"]), "--until", "2020-01-01",
        *market.case("S2"),
    )  # fmt: skip

    assert later.code == 1
    assert "jp20 lock set" in later.err
    assert len({each["organisation"] for each in ended["steps"]}) == 3  # one more than to set
    assert [each["number"] for each in ended["restraints"]] == [second["number"]]
    assert position(market, A)["locked"] == 20
    assert again.code == 0, again.err
    assert "all done before" in again.err


@pytest.mark.requirement("G8")
def test_the_whole_token_is_locked_up_only_where_it_is_said_so(market):
    whole = ("lock", "set", market.code, "--whole-token")
    made = market.json(*whole, *_UNTIL, *market.case("T1"))
    earlier = market.run(*whole, "--until", "2033-01-01", *market.case("T2"))
    again = market.run(*whole, *_UNTIL, *market.case("T1"))

    assert made["token"] == {"until": "2034-04-01T00:00:00+09:00", "locked": True}
    assert earlier.code == 1
    assert f"jp20 lock shorten {market.code} --whole-token" in earlier.err
    assert again.code == 0
    refused = market.run("transfer", market.code, B, "1", "--from", A, "--yes")
    assert refused.code == 1
    assert "TOKEN_LOCKED_UP" in refused.err

    shorten = ("lock", "shorten", market.code, "--whole-token")
    not_shorter = market.run(*shorten, "--until", "2034-06-01", *market.case("T3"))
    shorter = market.json(*shorten, "--until", "2020-01-01", *market.case("T4"))
    assert not_shorter.code == 1
    assert shorter["token"]["locked"] is False
    assert market.run("transfer", market.code, B, "1", "--from", A, "--yes").code == 0


# ---------------------------------------------------------------- freezes


@pytest.mark.requirement("G19", "S3")
def test_the_officer_freezes_alone_and_another_organisation_confirms(market):
    frozen = market.alone(
        "aml", "freeze", "now", market.code, A, "30", *market.case("ALONE-1"), "--format", "json"
    )
    own = market.alone("aml", "freeze", "confirm", market.code, A, *market.case("ALONE-1"))
    waiting = market.json("freeze", "list", market.code)["freezes"]
    confirmed = market.alone(
        "auditor", "freeze", "confirm", market.code, A, *market.case("ALONE-1"), "--format", "json"
    )
    twice = market.alone("auditor", "freeze", "confirm", market.code, A, *market.case("ALONE-1"))
    other = market.alone("auditor", "freeze", "confirm", market.code, A, *market.case("ALONE-2"))

    assert frozen.code == 0, frozen.err
    assert "within 72 hours" in frozen.err
    assert frozen.json["positions"][0]["frozen"] == 30
    assert own.code == 1
    assert [(each["wallet"], each["frozen"]) for each in waiting] == [(A, 30)]
    assert waiting[0]["confirmation"] == "awaited"
    assert confirmed.code == 0, confirmed.err
    assert confirmed.json["freezes"][0]["confirmation"] == "confirmed"
    assert twice.code == 0, twice.err
    assert "all done before" in twice.err
    assert other.code == 1
    assert "cannot be confirmed" in other.err


@pytest.mark.requirement("G19")
def test_an_organisation_without_the_role_freezes_nothing(market):
    ran = market.alone("broker", "freeze", "now", market.code, A, "30", *market.case("ALONE-1"))

    assert ran.code == 1
    assert "AML" in ran.err
    assert position(market, A)["free"] == 100


@pytest.mark.requirement("G19")
def test_a_freeze_is_the_whole_amount_and_an_officer_who_means_more_is_told(market):
    market.json("freeze", "now", market.code, A, "30", *market.case("ALONE-1"))

    ran = market.run("freeze", "now", market.code, A, "5", *market.case("ALONE-1"))
    japanese = market.run(
        "freeze", "now", market.code, A, "5", *market.case("ALONE-1"), "--lang", "ja"
    )

    assert (ran.code, japanese.code) == (1, 1)
    # 30 and 5 more
    assert f"jp20 freeze now {market.code} {A} 35" in ran.err
    assert "追加分ではなく" in japanese.err
    assert position(market, A)["frozen"] == 30


@pytest.mark.requirement("G19")
def test_all_catches_what_comes_in_and_a_file_freezes_many_or_none(market):
    market.json("freeze", "now", market.code, DAVE.address, "all", *market.case("ALONE-1"))
    market.json("transfer", market.code, DAVE.address, "10", "--from", A, "--yes")
    assert market.json("position", market.code, DAVE.address)["position"][0] == {
        "wallet": DAVE.address,
        "balance": 10,
        "committed": 0,
        "locked": 0,
        "frozen": "all",
        "pledged": 0,
        "attached": 0,
        "free": 0,
    }

    some = market.rows("some", f"{A},5", f"{DAVE.address},10")
    refused = market.run("freeze", "now", market.code, "--file", some, *market.case("ALONE-1"))
    both = market.json(
        "freeze",
        "now",
        market.code,
        "--file",
        market.rows("both", f"{A},5", f"{B},6"),
        *market.case("ALONE-1"),
    )
    assert refused.code == 1
    assert DAVE.address in refused.err
    assert [each["frozen"] for each in both["positions"]] == [5, 6]


def test_a_file_names_holders_by_customer_number(market):
    head = "investor,wallet,class,residency,kyc_expiry"
    people = market.folder / "people.csv"
    people.write_text(f"{head}\nN-1,{A},general,resident,2036-03-31\n", "utf-8")
    some = market.folder / "by-number.csv"
    some.write_text("顧客番号,数量\nN-1,7\n", "utf-8")
    arguments = ("freeze", "now", market.code, "--file", str(some), *market.case("ALONE-1"))

    assert "N-1" in market.run(*arguments).err  # without --investors nobody knows whose it is
    shown = market.json(*arguments, "--investors", str(people))
    assert [(each["wallet"], each["frozen"]) for each in shown["positions"]] == [(A, 7)]


@pytest.mark.requirement("G17", "G19")
def test_a_freeze_that_nobody_confirmed_is_overdue_and_stands(market):
    snapshot = market.session.connection.rpc("evm_snapshot")
    try:
        market.json("freeze", "now", market.code, A, "30", *market.case("ALONE-1"))
        market.pass_time(72 * 3600)

        (found,) = market.json("freeze", "list", market.code, A)["freezes"]

        assert found["confirmation"] == "overdue"
        assert found["frozen"] == 30
        assert "追認遅延" in market.run("freeze", "list", market.code, "--lang", "ja").out
    finally:
        market.session.connection.rpc("evm_revert", snapshot)


@pytest.mark.requirement("G19", "S3")
def test_two_organisations_unfreeze(market):
    market.json("freeze", "now", market.code, A, "30", *market.case("ALONE-1"))
    arguments = ("freeze", "set", market.code, A, "0", *market.case("U"))

    first = market.alone("aml", *arguments)
    second = market.alone("auditor", *arguments)
    again = market.alone("aml", *arguments, "--format", "json")

    assert first.code == 6
    assert "REGISTRAR | AML | AUDITOR" in first.err
    # The auditor signs and executes.
    assert second.code == 0, second.err
    assert (again.code, again.json["steps"]) == (0, [])
    assert "all done before" in again.err
    assert position(market, A) == {"balance": 100, "free": 100}


@pytest.mark.requirement("G17", "G19")
def test_a_freeze_by_decision_that_is_set_again_says_that_it_was_done_before(market):
    arguments = ("freeze", "set", market.code, A, "30", *market.case("FS"))
    market.json(*arguments)

    again = market.run(*arguments[:-1])  # nobody is asked: without --yes it would end with 2
    japanese = market.run(*arguments, "--lang", "ja")

    assert (again.code, japanese.code) == (0, 0), again.err
    assert "all done before" in again.err
    assert "既に実行済み" in japanese.err
    assert position(market, A)["frozen"] == 30


# ---------------------------------------------------------------- pledges and attachments


@pytest.mark.requirement("G24", "S3")
def test_a_pledge_is_set_listed_and_released_in_part_and_whole(market):
    arguments = (
        "pledge", "set", market.code, A, "60", "--pledgee", "BANK-7", *market.case("P"),
    )  # fmt: skip
    first = market.alone("broker", *arguments)
    made = market.alone("trust bank", *arguments, "--format", "json")
    assert first.code == 6
    assert made.code == 0, made.err
    number = str(made.json["restraint"]["number"])
    assert (made.json["restraint"]["units"], made.json["restraint"]["claimant"]) == (60, "BANK-7")

    # 60 of 100 are pledged: 40 can be pledged further, and again is no mistake.
    too_many = market.run(
        "pledge", "set", market.code, A, "41", "--pledgee", "BANK-8", *market.case("P2")
    )
    again = market.alone("broker", *arguments)
    assert too_many.code == 1
    assert "INSUFFICIENT_BALANCE" in too_many.err
    assert again.code == 0
    assert position(market, A)["pledged"] == 60

    release = ("pledge", "release", market.code, A, number)
    more = market.run(*release, "61", *market.case("R0"))
    part = market.json(*release, "15", *market.case("R1"))
    assert more.code == 2
    assert "61" in more.err
    assert part["positions"][0]["pledged"] == 45
    listed = market.json("pledge", "list", market.code)["restraints"]
    assert [(each["wallet"], each["number"], each["units"]) for each in listed] == [
        (A, int(number), 45)
    ]
    whole = market.json(*release, *market.case("R2"))
    repeated = market.run(*release, *market.case("R2"))
    assert whole["positions"][0]["pledged"] == 0
    assert whole["restraints"] == []
    assert repeated.code == 0, repeated.err
    assert "all done before" in repeated.err


@pytest.mark.requirement("G11", "S3")
def test_an_attachment_is_recorded_by_registrar_and_auditor_and_released(market):
    arguments = (
        "attach", "set", market.code, A, "30", "--creditor", "COURT-9", *market.case("A"),
    )  # fmt: skip
    first = market.alone("auditor", *arguments)
    made = market.alone("trust bank", *arguments, "--format", "json")
    assert (first.code, made.code) == (6, 0), made.err
    number = str(made.json["restraint"]["number"])
    assert position(market, A) == {"balance": 100, "attached": 30, "free": 70}

    wrong_kind = market.run("pledge", "release", market.code, A, number, *market.case("X"))
    assert wrong_kind.code == 2
    released = market.json("attach", "release", market.code, A, number, *market.case("R"))
    assert released["positions"][0]["free"] == 100
    assert market.json("attach", "list", market.code, A)["restraints"] == []


@pytest.mark.requirement("G11")
def test_a_holder_of_nothing_can_be_attached_and_not_pledged(market):
    # Dave has nothing: the contract takes an attachment all the same, and a pledge not.
    attached = market.json(
        "attach", "set", market.code, DAVE.address, "7", "--creditor", "COURT-9", *market.case("A")
    )
    assert attached["restraint"]["units"] == 7
    pledged = market.run(
        "pledge", "set", market.code, DAVE.address, "7", "--pledgee", "BANK", *market.case("P")
    )
    assert pledged.code == 1
    assert "INSUFFICIENT_BALANCE" in pledged.err
    assert f"jp20 position {market.code} {DAVE.address}" in pledged.err


@pytest.mark.requirement("S4")
def test_a_party_signs_nothing(market):
    arguments = (
        "pledge", "set", market.code, A, "60", "--pledgee", "BANK-7", "--party", "みなと証券",
        *market.case("P"),
    )  # fmt: skip

    made = market.json(*arguments)

    # みなと証券 is the first broker: the other one takes its place.
    assert {each["organisation"] for each in made["steps"]} == {"あおば台証券", "ひいらぎ信託銀行"}


def test_tables_are_in_the_reader_s_language_and_csv_has_the_first(market):
    market.json("lock", "set", market.code, A, "30", *_UNTIL, *market.case("L"))

    japanese = market.run("position", market.code, A, "--lang", "ja").out
    csv = done("position", market.code, A, "--format", "csv", folder=market.folder).out

    assert "ロックアップ" in japanese
    assert "移転可能" in japanese
    assert csv.splitlines() == [
        "wallet,units,committed,locked up,frozen,pledged,attached,free",
        f"{A},100,0,30,0,0,0,70",
    ]


def test_what_only_looks_needs_no_key(market):
    stranger = ERIN
    for command in ("lock", "freeze", "pledge", "attach"):
        assert market.with_key(stranger, command, "list", market.code, CAROL.address).code == 0


@pytest.mark.requirement("G19")
def test_nobody_s_wallet_is_not_frozen_as_it_is_not_suspended(market):
    nobody = "0x2345678901234567890123456789012345678901"
    for command in (("freeze", "now", market.code, nobody, "all"),
                    ("whitelist", "suspend", nobody, "--at-once")):  # fmt: skip
        ran = market.run(*command, *market.case("N"), "--yes")
        assert ran.code in (1, 2)
        assert nobody in ran.err or "--at-once" in ran.err
    assert market.json("freeze", "list", market.code, nobody)["freezes"] == []


@pytest.mark.requirement("G11")
def test_an_attachment_may_exceed_the_balance(market):
    """The contract judges: 150 of a holder who has 100."""
    attached = market.json(
        "attach", "set", market.code, A, "150", "--creditor", "COURT-9", *market.case("A"),
    )  # fmt: skip
    assert attached["restraint"]["units"] == 150
    assert position(market, A) == {"balance": 100, "attached": 150}
