"""A call as who signs it reads it: every argument by its name."""

import pytest

from jp20.chain.contracts.contract import artifact, token_interface
from jp20.domain.base.addresses import address_of
from jp20.domain.governance.requests import Call, case_id
from jp20.domain.token.movements import ForcedMove, Original, Waiver
from jp20.operations.governance.calls import UnknownCall, read_call, readable

TOKEN, ALICE, BOB = (address_of(number) for number in (0xA, 0xB, 0xC))
MARCH = 2_026_738_800
"""2034-03-24T00:00:00+09:00."""


def read(function: str, *arguments: object, contract: str | None = None):
    interface = artifact(contract).interface if contract else token_interface()
    return read_call(interface, 0, Call(TOKEN, interface.encode(function, *arguments)))


@pytest.mark.requirement("G17", "S3")
def test_a_struct_is_read_field_by_field():
    move = ForcedMove(ALICE, BOB, 15, Waiver.CLASS | Waiver.HOLDER_CAP, 4)

    assert read("forcedTransferWith", move).arguments == (
        ("move.from", ALICE),
        ("move.to", BOB),
        ("move.amount", 15),
        ("move.waivers", "CLASS|HOLDER_CAP"),
        ("move.executed", 4),
    )


@pytest.mark.requirement("G17")
def test_lists_stand_beside_each_other_and_single_arguments_above():
    call = read("lockUp", [ALICE, BOB], [5, 1_000], MARCH)

    assert call.arguments == (("until", "2034-03-24T00:00:00+09:00"),)
    assert call.columns == ("holders", "amounts")
    assert call.rows == ((ALICE, 5), (BOB, 1_000))


@pytest.mark.requirement("G17")
def test_a_list_of_structs_has_a_column_a_field():
    moves = [ForcedMove(ALICE, BOB, 5), ForcedMove(BOB, ALICE, 6)]

    call = read("batchForcedTransfer", moves)

    assert call.columns == ("from", "to", "amount", "waivers", "executed")
    assert call.rows == ((ALICE, BOB, 5, "NOTHING", 0), (BOB, ALICE, 6, "NOTHING", 0))


def test_lists_that_differ_in_length_show_their_gap():
    assert read("lockUp", [ALICE, BOB], [5], MARCH).rows == ((ALICE, 5), (BOB, ""))


@pytest.mark.requirement("G17")
def test_codes_are_shown_by_name_and_references_as_text():
    assert ("cause", "INHERITANCE") in read("recordTransfer", [ALICE], [BOB], [1], 2).arguments
    pledge = dict(read("pledge", ALICE, 5, case_id("BANK-7")).arguments)
    assert pledge == {"holder": ALICE, "amount": 5, "pledgee": "BANK-7"}
    original = Original(b"\x07" * 32, 3, ALICE, BOB, 30, 1)
    arguments = dict(read("reverse", original, ALICE, ALICE, 30).arguments)
    assert arguments["original.transactionHash"] == f"0x{'07' * 32}"
    assert arguments["original.ordinal"] == 3
    key = dict(read("grantRole", 4, 7, TOKEN, contract="Consortium").arguments)
    assert key == {"organisation": 4, "role": "AUDITOR", "scope": TOKEN}


@pytest.mark.requirement("G17")
def test_a_rule_of_the_policy_is_read_to_its_last_slot():
    act = (
        3,
        [b"\x01\x02\x03\x04"],
        (1 << 2, 1 << 4, [1 << 2, 1 << 4 | 1 << 6], 1 << 5, 0, 604_800),
    )

    call = read("setRules", [act], contract="Consortium")

    assert call.columns == ("kind", "selectors", "rule")
    assert call.rows == (
        (
            3,
            "0x01020304",
            "proposers=ISSUER, executors=REGISTRAR, slots=ISSUER + REGISTRAR | AML, "
            "standIns=KYC, delay=0, lifetime=604800",
        ),
    )


def test_what_nobody_knows_is_not_guessed():
    with pytest.raises(UnknownCall):
        read_call(token_interface(), 0, Call(TOKEN, b"\x00\x01\x02\x03"))
    cut_off = token_interface().encode("split", 2)[:-1]
    with pytest.raises(UnknownCall):
        read_call(token_interface(), 0, Call(TOKEN, cut_off))


def test_bytes_that_are_no_text_stay_hexadecimal():
    assert readable(case_id("C-1")) == "C-1"
    assert readable(bytes(32)) == f"0x{'00' * 32}"
    assert readable(b"C-1") == "0x432d31"
