import brownie
import pytest

from jp20.testing import refuses


@pytest.fixture
def escrow(Escrow, platform, token, investors, accounts):
    seller, buyer, *_ = investors
    made = Escrow.deploy(token.address, seller.address, buyer.address, {"from": accounts[0]})
    platform.enrol(made, investor_class="qualified_institution")
    token.deliver(seller, 100)
    return made


def test_the_buyer_gets_what_the_seller_releases(escrow, token, investors):
    seller, buyer, *_ = investors
    token.transfer(seller, escrow, 60)

    escrow.release(25, {"from": seller.account})

    assert token.balance(seller) == 40  # 100 - 60
    assert token.balance(escrow) == 35  # 60 - 25
    assert token.balance(buyer) == 25


def test_nobody_else_releases(escrow, token, investors):
    seller, buyer, *_ = investors
    token.transfer(seller, escrow, 60)

    with brownie.reverts():
        escrow.release(25, {"from": buyer.account})


def test_an_escrow_that_is_not_enrolled_gets_nothing(Escrow, token, investors, accounts):
    seller, buyer, *_ = investors
    token.deliver(seller, 100)
    unknown = Escrow.deploy(token.address, seller.address, buyer.address, {"from": accounts[0]})

    with refuses("RECIPIENT_UNKNOWN"):
        token.transfer(seller, unknown, 60)


def test_what_the_token_refuses_the_escrow_cannot_release(escrow, token, investors):
    seller, *_ = investors
    token.transfer(seller, escrow, 60)
    token.act("setFrozenTokens", escrow, 50)

    with refuses("FROZEN"):
        escrow.release(25, {"from": seller.account})


def test_the_whole_token_under_brownie(token, investors):
    alice, bob, *_ = investors
    token.deliver(alice, 100)
    there = token.brownie

    there.transfer(bob.address, 40, {"from": alice.account})

    assert there.balanceOf(bob.address) == 40
    assert there.canTransfer["address,address,uint256"](bob.address, alice.address, 40)
    with refuses("INSUFFICIENT_BALANCE"):
        there.transfer(bob.address, 61, {"from": alice.account})
