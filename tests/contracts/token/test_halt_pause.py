"""The emergency stop of the platform, the pause of one token, and who may call what (G12, G17)."""

import pytest
from brownie import accounts as all_accounts
from brownie.exceptions import VirtualMachineError
from token_words import ZERO_ADDRESS, emitted, now, reverts_with

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G12")

# What holders do themselves, and what the authority alone may do; all else is the Consortium's.
BY_HOLDERS = {
    "transfer",
    "transferFrom",
    "transferWithData",
    "transferFromWithData",
    "batchTransfer",
    "approve",
    "permit",
    "redeem",
    "requestTransfer",
    "cancelTransfer",
}
# Anybody's, once it was decided on the platform: see test_follow_platform.py.
BY_ANYBODY = {"followPlatform"}
# From both sides of a takeover, halted or not: see test_takeover.py.
OF_TAKEOVER = {
    "closeFor",
    "reopen",
    "handOver",
    "carryHolders",
    "carrySlots",
    "takeOver",
}
BY_THE_AUTHORITY = {"setAuthority"}
# What is about a transfer request that there has to be: see test_consent.py.
NEED_A_REQUEST = {"approveTransfer", "rejectTransfer", "cancelTransfer"}
# What asks first whose contract settles: see test_commitments.py.
OF_COMMITMENTS = {"commitTransfer", "settleTransfer", "releaseTransfer"}
# What works while the platform is halted: taking powers away and freezing.
WHILE_HALTED = {"freezeAtOnce", "confirmFreeze", "setFrozenTokens", "pause"}
# What works while the token is paused: the same, enforcement, restraints, rejections, documents,
# changes of terms.
WHILE_PAUSED = WHILE_HALTED | {
    "unpause",
    "unfreeze",
    "withdrawRecordDate",
    "setTokenLockUp",
    "shortenTokenLockUp",
    "lockUp",
    "shortenLockUp",
    "pledge",
    "releasePledge",
    "placeAttachment",
    "releaseAttachment",
    "setDocument",
    "removeDocument",
    "forcedTransfer",
    "forcedTransferWith",
    "batchForcedTransfer",
    "controllerTransfer",
    "controllerRedeem",
    "reverse",
    "recordIncident",
    "redistribute",
    "movePosition",
    "redeemAtMaturity",
    "changeClasses",
    "changeResidencies",
    "changeHolderCap",
    "changeLotSize",
    "changeConsentRequired",
    "changeCap",
    "extendMaturity",
}


@pytest.fixture(scope="module")
def token(make_issue, alice, bob, issuer_account):
    """A token of which so much is allowed that nothing else stands in the way."""
    token = make_issue({alice: 100, bob: 50}, holderRedemption=True)
    token.approve(alice, 1, {"from": issuer_account})
    return token


@pytest.fixture(scope="module")
def writing(token_abi, issuer_account):
    """Each function that changes state: its name, arguments of the right shape, its ABI."""
    return [
        (entry["name"], arguments_of(entry, issuer_account.address), entry)
        for entry in token_abi
        if entry["type"] == "function" and entry["stateMutability"] == "nonpayable"
    ]


def blank(parameter, account):
    """An argument that says next to nothing."""
    type_ = parameter["type"]
    if type_.endswith("[]"):
        return [blank(parameter | {"type": type_[:-2]}, account)]
    if type_ == "tuple":
        return tuple(blank(component, account) for component in parameter["components"])
    if type_ == "address":
        return account
    if type_ == "string":
        return ""
    if type_ == "bytes":
        return b""
    return bytes(32) if type_ == "bytes32" else 1


def arguments_of(entry, account):
    """Of the right shape; a succession has a cause of its own."""
    succession = {"cause": 2} if entry["name"] == "recordSuccession" else {}
    return [succession.get(one["name"], blank(one, account)) for one in entry["inputs"]]


def call(token, entry, arguments, sender):
    method = getattr(token, entry["name"])
    if not hasattr(method, "call"):
        method = method[",".join(parameter["type"] for parameter in entry["inputs"])]
    return method.call(*arguments, sender)


@pytest.mark.requirement("G17", "S2")
def test_an_unknown_organisation_has_no_power(token, writing, stranger):
    for name, arguments, entry in writing:
        if name in BY_HOLDERS | BY_ANYBODY | OF_COMMITMENTS | OF_TAKEOVER:
            continue
        with reverts_with("AccessManagedUnauthorized", stranger):
            call(token, entry, arguments, {"from": stranger})


def test_while_halted_every_writing_function_is_refused_but_a_few(
    token, platform, writing, alice, decided
):
    platform.halt(decided)

    others = BY_THE_AUTHORITY | BY_ANYBODY | NEED_A_REQUEST | OF_COMMITMENTS | OF_TAKEOVER
    for name, arguments, entry in writing:
        if name in WHILE_HALTED | others | {"permit"}:
            continue
        sender = {"from": alice} if name in BY_HOLDERS else decided
        with pytest.raises(VirtualMachineError) as refusal:
            call(token, entry, arguments, sender)
        assert refusal.value.revert_msg in (
            "PlatformHalted: ",
            f"TransferRefused: {Reason.PLATFORM_HALTED}",
            f"RowInTheWay: 0, {Reason.PLATFORM_HALTED}",
        ), name


def test_what_still_works_while_halted_works(token, platform, alice, aml, auditor, decided):
    platform.halt(decided)

    token.freezeAtOnce([alice], [60], {"from": aml})
    token.confirmFreeze(alice, 2, now(), {"from": auditor})
    token.setFrozenTokens(alice, 70, decided)
    token.pause(decided)

    assert token.getFrozenTokens(alice) == 70
    assert token.paused() is True
    # a freeze is raised, not lowered
    with reverts_with("PlatformHalted"):
        token.unfreeze.call(alice, 70, 69, decided)
    with reverts_with("PlatformHalted"):
        token.unpause.call(decided)


def test_views_keep_working_while_halted(token, platform, alice, bob, decided):
    platform.halt(decided)

    assert token.balanceOf(alice) == 100
    assert token.totalSupply() == 10_000
    assert token.freeBalanceOf(alice) == 100
    assert token.preview(alice, alice, bob, 1) == Reason.PLATFORM_HALTED


def test_one_halt_stops_every_token_and_a_resumption_starts_them_again(
    token, make_issue, make_token, platform, alice, bob, decided
):
    other = make_issue({alice: 100})
    platform.halt(decided)
    later = make_token()

    for each in (token, other):
        assert each.preview(alice, alice, bob, 1) == Reason.PLATFORM_HALTED
        with reverts_with("TransferRefused", Reason.PLATFORM_HALTED):
            each.transfer.call(bob, 1, {"from": alice})
    with reverts_with("PlatformHalted"):
        later.issue.call(1, decided)

    platform.resume(platform.haltedSince(), decided)

    for each in (token, other):
        assert each.transfer.call(bob, 1, {"from": alice}) is True
    later.issue.call(1, decided)


# Pause of one token


def test_a_pause_stops_this_token_and_no_other(token, make_issue, alice, bob, decided):
    other = make_issue({alice: 100})

    tx = token.pause(decided)

    assert emitted(tx, "Paused") == [(decided["from"],)]
    assert token.paused() is True
    assert token.preview(alice, alice, bob, 1) == Reason.TOKEN_PAUSED
    with reverts_with("TransferRefused", Reason.TOKEN_PAUSED):
        token.transfer.call(bob, 1, {"from": alice})
    assert other.transfer.call(bob, 1, {"from": alice}) is True


def test_a_pause_ends(token, alice, bob, decided):
    token.pause(decided)

    tx = token.unpause(decided)

    assert emitted(tx, "Unpaused") == [(decided["from"],)]
    assert token.paused() is False
    assert token.transfer.call(bob, 1, {"from": alice}) is True


def test_while_paused_basic_operations_are_refused_and_the_rest_goes_on(
    token, writing, alice, decided
):
    token.pause(decided)

    others = BY_THE_AUTHORITY | BY_ANYBODY | NEED_A_REQUEST | OF_COMMITMENTS | OF_TAKEOVER
    for name, arguments, entry in writing:
        if name in others | {"approve", "permit"}:
            continue
        sender = {"from": alice} if name in BY_HOLDERS else decided
        try:
            call(token, entry, arguments, sender)
            outcome = "done"
        except (VirtualMachineError, ValueError) as refusal:
            outcome = getattr(refusal, "revert_msg", "no reason")
        paused = outcome in (
            f"TransferRefused: {Reason.TOKEN_PAUSED}",
            f"RowInTheWay: 0, {Reason.TOKEN_PAUSED}",
        )
        assert paused == (name not in WHILE_PAUSED), (name, outcome)


# Whose word counts


@pytest.mark.requirement("G17")
def test_only_the_authority_itself_names_another(token, platform, authority, decided, web3):
    with reverts_with("AccessManagedUnauthorized", decided["from"]):
        token.setAuthority.call(platform, decided)

    by_authority = {"from": all_accounts.at(authority.address, force=True), "gas_price": 0}
    with reverts_with("AccessManagedInvalidAuthority", ZERO_ADDRESS):
        token.setAuthority.call(ZERO_ADDRESS, by_authority)
    tx = token.setAuthority(platform, by_authority)

    assert emitted(tx, "AuthorityUpdated") == [(platform,)]
    assert token.authority() == platform


@pytest.mark.requirement("G17")
def test_there_are_no_scheduled_calls(token):
    assert token.isConsumingScheduledOp() == "0x00000000"


@pytest.mark.requirement("G17")
def test_an_authority_that_is_gone_lets_nobody_do_anything(
    token, OpenAuthority, authority, stranger, decided
):
    by_authority = {"from": all_accounts.at(authority.address, force=True), "gas_price": 0}
    another = OpenAuthority.deploy({"from": stranger})
    token.setAuthority(another, by_authority)

    with reverts_with("AccessManagedUnauthorized", decided["from"]):
        token.issue.call(1, decided)
    token.issue.call(1, {"from": stranger})
