"""What the standards say, beside what the other files show of them."""

from functools import reduce
from operator import xor

import pytest
from brownie.exceptions import VirtualMachineError
from eth_utils import function_signature_to_4byte_selector as selector
from token_words import (
    DAY,
    GENERAL,
    NEVER,
    NON_RESIDENT,
    ZERO_ADDRESS,
    at,
    emitted,
    now,
    reverts_with,
)

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G3")


def interface_id(*functions: str) -> str:
    """ERC-165: the selectors, combined by exclusive or."""
    return "0x" + f"{reduce(xor, (int.from_bytes(selector(f), 'big') for f in functions)):08x}"


# The id where the standard's text states it, and the standard's functions.
STANDARDS = {
    "ERC-165": ("0x01ffc9a7", ["supportsInterface(bytes4)"]),
    "ERC-20": (
        "0x36372b07",
        [
            "totalSupply()",
            "balanceOf(address)",
            "transfer(address,uint256)",
            "allowance(address,address)",
            "approve(address,uint256)",
            "transferFrom(address,address,uint256)",
        ],
    ),
    "ERC-20 metadata": ("0xa219a025", ["name()", "symbol()", "decimals()"]),
    "ERC-2612": (
        "0x9d8ff7da",
        [
            "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)",
            "nonces(address)",
            "DOMAIN_SEPARATOR()",
        ],
    ),
    "ERC-1594": (
        None,
        [
            "transferWithData(address,uint256,bytes)",
            "transferFromWithData(address,address,uint256,bytes)",
            "isIssuable()",
            "issue(address,uint256,bytes)",
            "redeem(uint256,bytes)",
            "redeemFrom(address,uint256,bytes)",
            "canTransfer(address,uint256,bytes)",
            "canTransferFrom(address,address,uint256,bytes)",
        ],
    ),
    "ERC-1643": (
        None,
        [
            "getDocument(bytes32)",
            "setDocument(bytes32,string,bytes32)",
            "removeDocument(bytes32)",
            "getAllDocuments()",
        ],
    ),
    "ERC-1644": (
        None,
        [
            "isControllable()",
            "controllerTransfer(address,address,uint256,bytes,bytes)",
            "controllerRedeem(address,uint256,bytes,bytes)",
        ],
    ),
    "ERC-7943": (
        "0x3edbb4c4",
        [
            "forcedTransfer(address,address,uint256)",
            "setFrozenTokens(address,uint256)",
            "canSend(address)",
            "canReceive(address)",
            "getFrozenTokens(address)",
            "canTransfer(address,address,uint256)",
        ],
    ),
}


@pytest.mark.parametrize("standard", STANDARDS)
def test_each_standard_is_claimed_and_complete(token, token_abi, standard):
    stated_id, functions = STANDARDS[standard]

    assert stated_id in (None, interface_id(*functions))
    assert token.supportsInterface(interface_id(*functions)) is True
    ours = {
        f"{entry['name']}({','.join(parameter['type'] for parameter in entry['inputs'])})"
        for entry in token_abi
        if entry["type"] == "function"
    }
    assert set(functions) <= ours


def test_what_is_no_interface_is_not_claimed(token):
    assert token.supportsInterface("0xffffffff") is False
    assert token.supportsInterface("0x00000000") is False
    # ERC-721
    assert token.supportsInterface("0x80ac58cd") is False


# ERC-1594


def test_a_transfer_with_data_is_the_same_transfer(token, alice, bob, carol, stranger):
    tx = token.transferWithData(bob, 30, "0x1234", {"from": alice})
    assert emitted(tx, "Transfer") == [(alice, bob, 30)]

    token.approve(stranger, 40, {"from": bob})
    tx = token.transferFromWithData(bob, carol, 40, "0x1234", {"from": stranger})
    assert emitted(tx, "Transfer") == [(bob, carol, 40)]
    assert token.allowance(bob, stranger) == 0

    # ERC-1594 debits every allowance: of one's own, and one without end
    token.approve(carol, 2**256 - 1, {"from": carol})
    token.transferFromWithData(carol, bob, 10, b"", {"from": carol})
    assert token.allowance(carol, carol) == 2**256 - 11

    with reverts_with("ERC20InsufficientBalance", alice, 70, 71):
        token.transferWithData.call(bob, 71, b"", {"from": alice})
    with reverts_with("ERC20InsufficientAllowance", stranger, 0, 1):
        token.transferFromWithData.call(bob, carol, 1, b"", {"from": stranger})


def can_transfer(token, sender, to, amount):
    """ERC-1594's answer: (allowed, status, reason as a number)."""
    allowed, status, reason = token.canTransfer["address,uint256,bytes"](
        to, amount, b"", {"from": sender}
    )
    return allowed, str(status), int(str(reason), 16)


def test_the_preview_answers_with_a_status_byte_and_the_reason(
    token, platform, alice, bob, carol, dave, stranger, decided
):
    platform.suspend([dave], decided)
    token.setFrozenTokens(bob, 50, decided)

    assert can_transfer(token, alice, bob, 1) == (True, "0x51", 0)
    assert can_transfer(token, alice, bob, 101) == (False, "0x52", Reason.INSUFFICIENT_BALANCE)
    assert can_transfer(token, bob, alice, 1) == (False, "0x55", Reason.FROZEN)
    assert can_transfer(token, dave, alice, 1) == (False, "0x56", Reason.SENDER_SUSPENDED)
    assert can_transfer(token, stranger, alice, 1) == (False, "0x56", Reason.SENDER_UNKNOWN)
    assert can_transfer(token, alice, dave, 1) == (False, "0x57", Reason.RECIPIENT_SUSPENDED)
    assert can_transfer(token, alice, ZERO_ADDRESS, 1) == (False, "0x57", Reason.RECIPIENT_ZERO)
    token.setTokenLockUp(now() + DAY, decided)
    assert can_transfer(token, alice, carol, 1) == (False, "0x55", Reason.TOKEN_LOCKED_UP)
    token.pause(decided)
    assert can_transfer(token, alice, carol, 1) == (False, "0x54", Reason.TOKEN_PAUSED)
    platform.halt(decided)
    assert can_transfer(token, alice, carol, 1) == (False, "0x54", Reason.PLATFORM_HALTED)


def test_a_rule_without_a_status_of_its_own_is_a_failure(make_issue, alice, bob):
    token = make_issue({alice: 100}, lotSize=10)

    assert can_transfer(token, alice, bob, 5) == (False, "0x50", Reason.NOT_WHOLE_LOTS)


def test_the_preview_for_a_spender_counts_the_allowance(
    token, platform, alice, bob, carol, stranger, decided
):
    def answer(spender, amount):
        allowed, status, reason = token.canTransferFrom(
            alice, carol, amount, b"", {"from": spender}
        )
        return allowed, str(status), int(str(reason), 16)

    token.approve(stranger, 40, {"from": alice})
    token.approve(bob, 40, {"from": alice})
    platform.suspend([bob], decided)

    assert answer(stranger, 40) == (True, "0x51", 0)
    assert answer(stranger, 41) == (False, "0x53", Reason.INSUFFICIENT_ALLOWANCE)
    assert answer(bob, 40) == (False, "0x58", Reason.SPENDER_SUSPENDED)
    assert answer(alice, 1) == (False, "0x53", Reason.INSUFFICIENT_ALLOWANCE)
    token.approve(alice, 1, {"from": alice})
    assert answer(alice, 1) == (True, "0x51", 0)


# ERC-7943


@pytest.mark.requirement("G7")
def test_who_can_send_and_receive(
    token, platform, alice, bob, carol, dave, stranger, issuer_account, decided
):
    platform.suspend([bob], decided)
    platform.retireWallets([carol], decided)
    platform.reclassify([(dave, GENERAL, NEVER, NON_RESIDENT)], decided)

    asked = [alice, bob, carol, dave, stranger, issuer_account, token, ZERO_ADDRESS]
    assert [token.canSend(who) for who in asked] == [True, False, False, True] + [False] * 4
    assert [token.canReceive(who) for who in asked] == [True] + [False] * 7
    assert tuple(token.previewAccount(alice)) == (Reason.NONE, Reason.NONE)
    assert tuple(token.previewAccount(bob)) == (
        Reason.SENDER_SUSPENDED,
        Reason.RECIPIENT_SUSPENDED,
    )
    assert tuple(token.previewAccount(dave)) == (Reason.NONE, Reason.RECIPIENT_RESIDENCY)


@pytest.mark.requirement("G7")
def test_from_the_second_of_expiry_one_can_neither_send_nor_receive(
    token, platform, alice, decided
):
    expiry = now() + DAY
    platform.renew([(alice, expiry)], decided)

    at(expiry - 1)
    assert (token.canSend(alice), token.canReceive(alice)) == (True, True)
    at(expiry)
    assert (token.canSend(alice), token.canReceive(alice)) == (False, False)


def can_transfer_7943(token, sender, to, amount):
    return token.canTransfer["address,address,uint256"](sender, to, amount)


def test_whether_the_balance_is_enough_is_no_matter_of_permission(token, alice, bob):
    assert can_transfer_7943(token, alice, bob, 100) is True
    assert can_transfer_7943(token, alice, bob, 101) is True
    assert can_transfer_7943(token, alice, bob, 2**256 - 1) is True


def test_more_than_is_unfrozen_cannot_be_transferred(token, alice, bob, decided):
    token.setFrozenTokens(alice, 60, decided)

    assert can_transfer_7943(token, alice, bob, 40) is True
    assert can_transfer_7943(token, alice, bob, 41) is False
    assert can_transfer_7943(token, alice, bob, 101) is False


@pytest.mark.requirement("G8")
def test_a_lock_up_that_ran_out_restrains_nothing_any_more(token, alice, bob, decided):
    until = now() + DAY
    token.lockUp([alice], [60], until, decided)
    assert can_transfer_7943(token, alice, bob, 101) is False

    at(until)

    assert can_transfer_7943(token, alice, bob, 101) is True


def test_every_rule_of_the_transfer_counts(token, platform, alice, bob, stranger, decided):
    assert can_transfer_7943(token, alice, stranger, 1) is False
    assert can_transfer_7943(token, stranger, alice, 1) is False
    token.pause(decided)
    assert can_transfer_7943(token, alice, bob, 1) is False


@pytest.mark.parametrize("amount", [0, 1, 2**104, 2**255, 2**256 - 1])
def test_a_question_never_reverts(token, platform, alice, bob, stranger, decided, amount):
    token.setFrozenTokens(alice, 2**256 - 1, decided)
    token.lockUp([alice], [2**256 - 1], now() + DAY, decided)
    token.placeAttachment(alice, 2**256 - 1, bytes(32), decided)
    platform.suspend([bob], decided)
    platform.halt(decided)

    for one in (alice, bob, stranger, token, ZERO_ADDRESS):
        for other in (alice, bob, stranger, token, ZERO_ADDRESS):
            can_transfer_7943(token, one, other, amount)
            token.preview(stranger, one, other, amount)
        token.canSend(one)
        token.canReceive(one)
        token.getFrozenTokens(one)


# Three contracts behind one address


def test_a_function_that_nobody_knows_is_refused(token, web3, alice):
    with pytest.raises(VirtualMachineError):
        alice.transfer(token.address, 0, data="0xdeadbeef")


def selectors(abi):
    return {
        f"{entry['name']}({','.join(parameter['type'] for parameter in entry['inputs'])})"
        for entry in abi
        if entry["type"] == "function"
    }


def test_the_five_contracts_share_no_function_and_are_together_the_interface(
    JP20Token, JP20Servicing, JP20Restraints, JP20Enforcer, JP20Terms, JP20Takeover, token_abi
):
    contracts = (JP20Token, JP20Servicing, JP20Restraints, JP20Enforcer, JP20Terms, JP20Takeover)
    parts = [selectors(part.abi) for part in contracts]

    assert sum(len(part) for part in parts) == len(set().union(*parts))
    assert len(set().union(*parts)) == len(selectors(token_abi))


@pytest.mark.requirement("G12")
@pytest.mark.parametrize("module", range(4))
def test_the_modules_do_nothing_when_they_are_called_directly(
    Contract, version, token_abi, alice, bob, decided, module
):
    """At their own addresses, by who may call everything of a token."""
    address = version.modules[module].address
    direct = Contract.from_abi("module", address, token_abi, persist=False)
    for refused in (
        lambda: direct.issue.call(1, decided),
        lambda: direct.deliver.call([alice], [1], decided),
        lambda: direct.pause.call(decided),
        lambda: direct.followPlatform.call(decided),
        lambda: direct.setFrozenTokens.call(alice, 1, decided),
        lambda: direct.freezeAtOnce.call([alice], [1], decided),
        lambda: direct.requestTransfer.call(bob, 1, now() + DAY, {"from": alice}),
        lambda: direct.cancelTransfer.call(0, {"from": alice}),
        lambda: direct.forcedTransfer.call(alice, bob, 1, decided),
        lambda: direct.movePosition.call(alice, bob, decided),
        lambda: direct.redistribute.call(bytes(32), [], [], decided),
        lambda: direct.setAuthority.call(alice, decided),
        lambda: direct.closeFor.call(alice, decided),
        lambda: direct.carryHolders.call([alice], decided),
        lambda: direct.takeOver.call(decided),
        lambda: direct.handOver.call(decided),
    ):
        with pytest.raises((VirtualMachineError, ValueError)):
            refused()
