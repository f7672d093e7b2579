"""Pledges and attachments: the units stay with the holder, and somebody has a claim (G11, G24)."""

import pytest
from token_words import (
    ATTACHMENT,
    CREDITOR,
    PLEDGE,
    PLEDGEE,
    Claim,
    Position,
    claims,
    emitted,
    names,
    now,
    position,
    reverts_with,
)

from jp20.domain.token.reasons import Reason

KINDS = [
    pytest.param(
        "pledge", "releasePledge", PLEDGE, Reason.PLEDGED, marks=pytest.mark.requirement("G24")
    ),
    pytest.param(
        "attach",
        "releaseAttachment",
        ATTACHMENT,
        Reason.ATTACHED,
        marks=pytest.mark.requirement("G11"),
    ),
]
each_kind = pytest.mark.parametrize(("set_", "release", "kind", "reason"), KINDS)


@each_kind
def test_units_with_a_claim_stay_and_the_others_move(
    token, alice, bob, decided, set_, release, kind, reason
):
    tx = getattr(token, set_)(alice, 60, CREDITOR, decided)

    assert names(tx) == ["ClaimSet"]
    ((holder, id, *rest),) = emitted(tx, "ClaimSet")
    assert (holder, *rest) == (alice, kind, 60, 0, CREDITOR)
    assert claims(token, alice) == [Claim(id, kind, 60, 0, CREDITOR)]
    assert token.freeBalanceOf(alice) == 40
    assert token.preview(alice, alice, bob, 40) == Reason.NONE
    assert token.preview(alice, alice, bob, 41) == reason
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 41, 40):
        token.transfer.call(bob, 41, {"from": alice})


@each_kind
def test_a_claim_is_released_in_part_and_whole(
    token, alice, bob, decided, set_, release, kind, reason
):
    ((_, id, *_),) = emitted(getattr(token, set_)(alice, 60, CREDITOR, decided), "ClaimSet")

    tx = getattr(token, release)(alice, id, 25, decided)

    assert emitted(tx, "ClaimChanged") == [(alice, id, 35, 0)]
    # 100 − (60 − 25)
    assert token.freeBalanceOf(alice) == 65
    # more than is left of it ends it
    tx = getattr(token, release)(alice, id, 36, decided)
    assert emitted(tx, "ClaimChanged") == [(alice, id, 0, 0)]
    assert claims(token, alice) == []
    assert token.preview(alice, alice, bob, 100) == Reason.NONE
    with reverts_with("NoSuchClaim", alice, id):
        getattr(token, release).call(alice, id, 1, decided)


@each_kind
def test_a_claim_on_nothing_and_a_release_of_nothing_are_refused(
    token, alice, decided, set_, release, kind, reason
):
    with reverts_with("TransferRefused", Reason.ZERO_AMOUNT):
        getattr(token, set_).call(alice, 0, CREDITOR, decided)
    ((_, id, *_),) = emitted(getattr(token, set_)(alice, 60, CREDITOR, decided), "ClaimSet")
    with reverts_with("TransferRefused", Reason.ZERO_AMOUNT):
        getattr(token, release).call(alice, id, 0, decided)


@each_kind
def test_a_claim_answers_with_its_number(token, alice, decided, set_, release, kind, reason):
    expected = getattr(token, set_).call(alice, 60, CREDITOR, decided)

    ((_, id, *_),) = emitted(getattr(token, set_)(alice, 60, CREDITOR, decided), "ClaimSet")

    assert id == expected
    # unique in the token: the next one is the next number
    assert getattr(token, set_).call(alice, 40, CREDITOR, decided) == id + 1


@each_kind
def test_claims_of_one_kind_add_up(token, alice, bob, decided, set_, release, kind, reason):
    getattr(token, set_)(alice, 30, CREDITOR, decided)
    getattr(token, set_)(alice, 50, PLEDGEE, decided)

    # 100 − (30 + 50)
    assert token.freeBalanceOf(alice) == 20
    assert token.preview(alice, alice, bob, 21) == reason


@pytest.mark.requirement("G24")
def test_a_pledge_is_not_released_as_an_attachment_nor_the_other_way(token, alice, bob, decided):
    ((_, pledge, *_),) = emitted(token.pledge(alice, 10, PLEDGEE, decided), "ClaimSet")
    ((_, attachment, *_),) = emitted(token.attach(alice, 10, CREDITOR, decided), "ClaimSet")

    with reverts_with("NoSuchClaim", alice, pledge):
        token.releaseAttachment.call(alice, pledge, 10, decided)
    with reverts_with("NoSuchClaim", alice, attachment):
        token.releasePledge.call(alice, attachment, 10, decided)
    with reverts_with("NoSuchClaim", bob, pledge):
        token.releasePledge.call(bob, pledge, 10, decided)


@pytest.mark.requirement("G24")
def test_kinds_overlap_and_the_highest_says_no(token, alice, bob, decided):
    token.pledge(alice, 30, PLEDGEE, decided)
    token.attach(alice, 50, CREDITOR, decided)
    token.setFrozenTokens(alice, 40, decided)
    token.lockUp([alice], [20], now() + 3600, decided)

    # max(20, 40, 30, 50) = 50 are kept
    assert position(token, alice) == Position(
        balance=100, locked=20, frozen=40, pledged=30, attached=50, free=50
    )
    assert token.preview(alice, alice, bob, 50) == Reason.NONE
    assert token.preview(alice, alice, bob, 51) == Reason.ATTACHED

    token.pledge(alice, 30, PLEDGEE, decided)
    # 30 + 30 = 60 pledged
    assert token.freeBalanceOf(alice) == 40
    assert token.preview(alice, alice, bob, 41) == Reason.PLEDGED


@pytest.mark.requirement("G24")
def test_one_claim_of_many_is_released_and_the_others_stay(token, alice, decided):
    first, second, third = (
        emitted(token.pledge(alice, amount, PLEDGEE, decided), "ClaimSet")[0][1]
        for amount in (10, 20, 30)
    )

    token.releasePledge(alice, first, 10, decided)

    assert [(claim.id, claim.amount) for claim in claims(token, alice)] == [
        (second, 20),
        (third, 30),
    ]
    token.releasePledge(alice, third, 5, decided)
    # 20 + 25
    assert token.positionOf(alice)["pledged"] == 45


@pytest.mark.requirement("G24")
def test_only_units_that_are_there_and_not_pledged_yet_are_pledged(token, alice, decided):
    with reverts_with("TransferRefused", Reason.INSUFFICIENT_BALANCE):
        token.pledge.call(alice, 101, PLEDGEE, decided)
    with reverts_with("TransferRefused", Reason.INSUFFICIENT_BALANCE):
        token.pledge.call(alice, 2**256 - 1, PLEDGEE, decided)

    token.pledge(alice, 60, PLEDGEE, decided)

    # 60 + 41 = 101
    with reverts_with("TransferRefused", Reason.INSUFFICIENT_BALANCE):
        token.pledge.call(alice, 41, PLEDGEE, decided)
    token.pledge.call(alice, 40, PLEDGEE, decided)


@pytest.mark.requirement("G11")
def test_a_court_may_attach_more_than_there_is_and_reaches_what_comes_in(
    token, alice, bob, decided
):
    token.attach(alice, 120, CREDITOR, decided)
    token.transfer(alice, 30, {"from": bob})

    # 130 − 120
    assert token.freeBalanceOf(alice) == 10
    assert token.preview(alice, alice, bob, 11) == Reason.ATTACHED
