"""Pledges and attachments: the units stay with the holder, and others rely on them (G11, G24)."""

import pytest
from token_words import (
    ATTACHMENT,
    CREDITOR,
    DAY,
    PLEDGE,
    PLEDGEE,
    ZERO_ADDRESS,
    Position,
    Restraint,
    at,
    emitted,
    names,
    now,
    position,
    restraints,
    reverts_with,
)

from jp20.domain.token.reasons import Reason

KINDS = [
    pytest.param(
        "pledge", "releasePledge", PLEDGE, Reason.PLEDGED, marks=pytest.mark.requirement("G24")
    ),
    pytest.param(
        "placeAttachment",
        "releaseAttachment",
        ATTACHMENT,
        Reason.ATTACHED,
        marks=pytest.mark.requirement("G11"),
    ),
]
each_kind = pytest.mark.parametrize(("set_", "release", "kind", "reason"), KINDS)


@each_kind
def test_units_with_a_restraint_stay_and_the_others_move(
    token, alice, bob, decided, set_, release, kind, reason
):
    tx = getattr(token, set_)(alice, 60, CREDITOR, decided)

    assert names(tx) == ["RestraintSet"]
    ((holder, id, *rest),) = emitted(tx, "RestraintSet")
    assert (holder, *rest) == (alice, kind, 60, 0, CREDITOR)
    assert restraints(token, alice) == [Restraint(id, kind, 60, 0, CREDITOR)]
    assert token.freeBalanceOf(alice) == 40
    assert token.preview(alice, alice, bob, 40) == Reason.NONE
    assert token.preview(alice, alice, bob, 41) == reason
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 41, 40):
        token.transfer.call(bob, 41, {"from": alice})


@each_kind
def test_a_restraint_is_released_in_part_and_whole(
    token, alice, bob, decided, set_, release, kind, reason
):
    ((_, id, *_),) = emitted(getattr(token, set_)(alice, 60, CREDITOR, decided), "RestraintSet")

    tx = getattr(token, release)(alice, id, 25, decided)

    assert emitted(tx, "RestraintChanged") == [(alice, id, 35, 0)]
    # 100 − (60 − 25)
    assert token.freeBalanceOf(alice) == 65
    # more than is left of it ends it
    tx = getattr(token, release)(alice, id, 36, decided)
    assert emitted(tx, "RestraintChanged") == [(alice, id, 0, 0)]
    assert restraints(token, alice) == []
    assert token.preview(alice, alice, bob, 100) == Reason.NONE
    with reverts_with("NoSuchRestraint", alice, id):
        getattr(token, release).call(alice, id, 1, decided)


@each_kind
def test_a_restraint_on_nothing_and_a_release_of_nothing_are_refused(
    token, alice, decided, set_, release, kind, reason
):
    with reverts_with("TransferRefused", Reason.ZERO_AMOUNT):
        getattr(token, set_).call(alice, 0, CREDITOR, decided)
    ((_, id, *_),) = emitted(getattr(token, set_)(alice, 60, CREDITOR, decided), "RestraintSet")
    with reverts_with("TransferRefused", Reason.ZERO_AMOUNT):
        getattr(token, release).call(alice, id, 0, decided)


@each_kind
def test_a_restraint_answers_with_its_number(token, alice, decided, set_, release, kind, reason):
    expected = getattr(token, set_).call(alice, 60, CREDITOR, decided)

    ((_, id, *_),) = emitted(getattr(token, set_)(alice, 60, CREDITOR, decided), "RestraintSet")

    assert id == expected
    # unique in the token: the next one is the next number
    assert getattr(token, set_).call(alice, 40, CREDITOR, decided) == id + 1


@each_kind
def test_restraints_of_one_kind_add_up(token, alice, bob, decided, set_, release, kind, reason):
    getattr(token, set_)(alice, 30, CREDITOR, decided)
    getattr(token, set_)(alice, 50, PLEDGEE, decided)

    # 100 − (30 + 50)
    assert token.freeBalanceOf(alice) == 20
    assert token.preview(alice, alice, bob, 21) == reason


@pytest.mark.requirement("G24")
def test_a_pledge_is_not_released_as_an_attachment_nor_the_other_way(token, alice, bob, decided):
    ((_, pledge, *_),) = emitted(token.pledge(alice, 10, PLEDGEE, decided), "RestraintSet")
    ((_, attachment, *_),) = emitted(
        token.placeAttachment(alice, 10, CREDITOR, decided), "RestraintSet"
    )

    with reverts_with("NoSuchRestraint", alice, pledge):
        token.releaseAttachment.call(alice, pledge, 10, decided)
    with reverts_with("NoSuchRestraint", alice, attachment):
        token.releasePledge.call(alice, attachment, 10, decided)
    with reverts_with("NoSuchRestraint", bob, pledge):
        token.releasePledge.call(bob, pledge, 10, decided)


@pytest.mark.requirement("G24")
def test_kinds_overlap_and_the_highest_says_no(token, alice, bob, decided):
    token.pledge(alice, 30, PLEDGEE, decided)
    token.placeAttachment(alice, 50, CREDITOR, decided)
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
def test_one_restraint_of_many_is_released_and_the_others_stay(token, alice, decided):
    first, second, third = (
        emitted(token.pledge(alice, amount, PLEDGEE, decided), "RestraintSet")[0][1]
        for amount in (10, 20, 30)
    )

    token.releasePledge(alice, first, 10, decided)

    assert [(restraint.id, restraint.amount) for restraint in restraints(token, alice)] == [
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
    token.placeAttachment(alice, 120, CREDITOR, decided)
    token.transfer(alice, 30, {"from": bob})

    # 130 − 120
    assert token.freeBalanceOf(alice) == 10
    assert token.preview(alice, alice, bob, 11) == Reason.ATTACHED


@each_kind
def test_a_restraint_is_found_by_its_number(
    token, alice, bob, decided, set_, release, kind, reason
):
    ((_, id, *_),) = emitted(getattr(token, set_)(alice, 60, CREDITOR, decided), "RestraintSet")
    token.split(2, decided)

    holder, (found, rank, *rest) = token.restraintOf(id)
    assert (holder, found, rank) == (alice, id, id)
    # in today's units, 60 × 2, at split count 1
    assert tuple(map(str, rest)) == tuple(map(str, (kind, 120, 1, 0, CREDITOR)))
    getattr(token, release)(alice, id, 120, decided)
    assert token.restraintOf(id)["holder"] == token.restraintOf(999)["holder"] == ZERO_ADDRESS


@pytest.mark.requirement("G8")
def test_a_lock_up_that_ran_out_is_not_found(token, alice, decided):
    until = now() + DAY
    ((_, id, *_),) = emitted(token.lockUp([alice], [60], until, decided), "RestraintSet")
    assert token.restraintOf(id)["holder"] == alice

    at(until)

    assert token.restraintOf(id)["holder"] == ZERO_ADDRESS
