"""Tests of a program that uses JP20, without Brownie: `pip install pytest jp20`, then `pytest`."""

import pytest

from jp20.operations.register.report import report
from jp20.testing import refuses


def test_a_sale(token, investors):
    alice, bob, *_ = investors
    token.deliver(alice, 100)

    token.transfer(alice, bob, 40)

    assert (token.balance(alice), token.balance(bob)) == (60, 40)
    with refuses("INSUFFICIENT_BALANCE"):
        token.transfer(alice, bob, 61)


def test_a_frozen_holder_sells_nothing(token, investors):
    alice, bob, *_ = investors
    token.deliver(alice, 100)
    token.act("setFrozenTokens", alice, 100)

    with refuses("FROZEN"):
        token.transfer(alice, bob, 1)


def test_who_is_not_enrolled_gets_nothing(platform, token, investors):
    stranger = "0x5E661B79FE2D3F6cE70F5AAC07d8Cd9abb2743F1"
    with refuses("RECIPIENT_UNKNOWN"):
        token.deliver(stranger, 10)

    platform.enrol(stranger)
    token.deliver(stranger, 10)

    assert token.balance(stranger) == 10


def test_terms_of_ones_own(platform, investors):
    lots_of_ten = platform.create_token(code="LOTS", lot_size=10)
    alice, bob, *_ = investors
    lots_of_ten.deliver(alice, 100)

    with refuses("NOT_WHOLE_LOTS"):
        lots_of_ten.transfer(alice, bob, 5)


def test_one_organisation_alone_stops_everything(platform, token, investors, organisations):
    alice, bob, *_ = investors
    token.deliver(alice, 100)
    assert organisations["EMERGENCY"].name == "あかし危機管理"

    with platform.session() as session:
        platform.act(session.platform, "halt")

    with refuses("PLATFORM_HALTED"):
        token.transfer(alice, bob, 1)


@pytest.mark.parametrize("once_more", [1, 2])
def test_every_test_begins_on_the_platform_as_it_was(platform, token, investors, once_more):
    with platform.session() as session:
        assert [each.address for each in session.tokens()] == [token.address]


def test_the_library_reads_what_the_tests_did(platform, token, investors):
    alice, bob, *_ = investors
    token.deliver(alice, 30)
    token.transfer(alice, bob, 10)

    with platform.session() as session:
        found = report(session, token.address)

    assert found.reconciled
    assert found.register.holders() == {alice.address: 20, bob.address: 10}
