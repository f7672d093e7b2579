"""Reverts, as Ganache, anvil and geth report them, become errors that say what to do."""

import string

import pytest
from eth_abi.abi import encode

from jp20.chain.contracts.contract import artifact, decode_revert, token_interface
from jp20.chain.contracts.errors import (
    Refused,
    Restrained,
    Reverted,
    RowInTheWay,
    Unauthorized,
    explain,
    revert_data,
)
from jp20.domain.base.addresses import address_of
from jp20.domain.base.refusals import REFUSALS
from jp20.domain.base.roles import Role
from jp20.domain.governance.requests import Call
from jp20.domain.token.reasons import Reason

ALICE = address_of(0xA11CE)
CALL = Call(address_of(1), b"\1\2\3\4")
DATA = bytes.fromhex("988d1f03") + b"\0" * 32


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def error(name: str, *words: int) -> bytes:
    interfaces = [token_interface(), *(artifact(n).interface for n in ("Platform", "Consortium"))]
    selector = next(s for i in interfaces for s, e in i.errors.items() if e.name == name)
    return selector + b"".join(map(word, words))


def explained(data: bytes, **known) -> Reverted:
    return explain(decode_revert(data), data, CALL, **known)


@pytest.mark.parametrize(
    "reported",
    [
        {"code": 3, "message": "execution reverted", "data": f"0x{DATA.hex()}"},  # geth, anvil
        {
            "code": -32000,
            "message": "VM Exception …: revert",
            "data": f"0x{DATA.hex()}",
        },  # Ganache call
        {
            "message": "revert",
            "data": {"hash": None, "result": f"0x{DATA.hex()}"},
        },  # Ganache estimate
        {"message": "revert", "data": {"0xab": {"error": "revert", "return": f"0x{DATA.hex()}"}}},
        {"message": "VM execution error.", "data": f"Reverted 0x{DATA.hex()}"},  # Parity, Besu
    ],
)
def test_every_node_s_way_to_report_a_revert_is_understood(reported):
    assert revert_data(reported) == DATA


@pytest.mark.parametrize(
    "reported", [{"message": "execution reverted"}, {"message": "execution reverted", "data": "0x"}]
)
def test_a_revert_without_data_is_a_revert(reported):
    assert revert_data(reported) == b""


@pytest.mark.parametrize(
    "reported", [{"message": "nonce too low"}, {"message": "x", "data": {"a": 1}}, {}]
)
def test_what_is_no_revert_is_none(reported):
    assert revert_data(reported) is None


@pytest.mark.requirement("G3")
def test_a_refusal_has_its_reason_in_both_languages():
    refusal = explained(error("TransferRefused", 29), function="transfer")
    assert isinstance(refusal, Refused)
    assert refusal.reason is Reason.FROZEN
    assert refusal.lines("en") == (
        "transfer was refused.",
        "FROZEN (29): The holder's units are frozen.",
    )
    assert "凍結" in refusal.lines("ja")[1]


@pytest.mark.requirement("G3")
@pytest.mark.parametrize(
    ("name", "arguments", "reason"),
    [
        ("ERC20InsufficientBalance", (0xA11CE, 1, 2), Reason.INSUFFICIENT_BALANCE),
        ("ERC20InsufficientAllowance", (0xA11CE, 1, 2), Reason.INSUFFICIENT_ALLOWANCE),
        ("ERC20InvalidReceiver", (0,), Reason.RECIPIENT_ZERO),
        ("PlatformHalted", (), Reason.PLATFORM_HALTED),
    ],
)
def test_the_standards_errors_have_a_reason_too(name, arguments, reason):
    assert explained(error(name, *arguments)).reason is reason


@pytest.mark.requirement("G2")
def test_a_row_in_the_way_is_named_as_people_count():
    refusal = explained(error("RowInTheWay", 4, 14))
    assert isinstance(refusal, RowInTheWay)
    assert (refusal.index, refusal.reason) == (4, Reason.RECIPIENT_UNKNOWN)
    assert "Row 5" in refusal.what.en


def test_a_restraint_says_what_is_free():
    refusal = explained(error("ERC7943InsufficientUnfrozenBalance", 0xA11CE, 10, 3))
    assert isinstance(refusal, Restrained)
    assert refusal.free == 3


@pytest.mark.requirement("G17", "S3")
def test_who_may_not_learns_which_role_is_missing():
    # one slot, AML (bit 6); proposers and executors AML too; no delay, lifetime 1 day
    rule = (1 << 6) | (1 << 6) << 16 | (1 << 6) << 32 | 86_400 << 184
    refusal = explained(
        error("AccessManagedUnauthorized", 0xA11CE), function="freezeAtOnce", rule=rule
    )
    assert isinstance(refusal, Unauthorized)
    assert (refusal.key, refusal.needed) == (ALICE, (Role.AML,))
    assert "AML" in refusal.why.en
    assert "AML" in refusal.why.ja


@pytest.mark.requirement("G17", "S3")
@pytest.mark.parametrize("rule", [None, 0, (1 << 2) << 32 | (1 << 4) << 48 | 86_400 << 184])
def test_where_one_signature_is_not_enough_a_request_is_the_way(rule):
    refusal = explained(error("AccessManagedUnauthorized", 0xA11CE), rule=rule)
    assert refusal.needed == ()
    assert "request" in refusal.next_step.en


@pytest.mark.requirement("G17")
def test_the_consortium_s_errors_say_what_they_mean():
    refusal = explained(error("PartyToTheRequest", 7))
    assert refusal.why.en.startswith("Organisation 7 is party to the request")


def test_an_error_without_a_sentence_shows_name_and_arguments():
    refusal = explained(error("OwnRuleMissing", 0))
    assert refusal.why.en.startswith("OwnRuleMissing(selector=0x00000000")


def test_solidity_s_own_errors_are_understood():
    text = bytes.fromhex("08c379a0") + encode(["string"], ["out of tea"])
    assert explained(text).why.en == "out of tea"
    panic = bytes.fromhex("4e487b71") + word(0x11)
    assert "0x11" in explained(panic).why.en


def test_what_nobody_knows_is_shown_as_it_is():
    assert "0x01020304" in explained(b"\1\2\3\4").why.en
    assert "no reason" in explained(b"").why.en


@pytest.mark.parametrize("name", REFUSALS)
def test_a_sentence_is_about_an_error_there_is_and_its_arguments(name):
    everywhere = [token_interface(), *(artifact(n).interface for n in ("Platform", "Consortium"))]
    errors = [e for i in everywhere for e in i.errors.values() if e.name == name]
    text = REFUSALS[name].text
    for sentence in (text.en, text.ja):
        places = {place for _, place, _, _ in string.Formatter().parse(sentence) if place}
        assert errors
        assert all(places <= set(error.input_names) for error in errors)
    assert text.en.endswith(".")
    assert text.ja.endswith("。")
