"""Delivery versus payment against an ERC-20: both legs or neither (G14)."""

import pytest
from brownie import chain
from settlement_words import (
    CANCELLED,
    MATCHED,
    PROPOSED,
    SETTLED,
    Trade,
    commitments,
    error,
    status,
)
from token_words import (
    DAY,
    ZERO_ADDRESS,
    Position,
    at,
    emitted,
    name_hash,
    names,
    now,
    position,
    reverts_with,
)

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G14")


def nothing_moved(token, deposit, alice, bob) -> bool:
    """Alice has her 100 units, 30 of them promised, Bob his 50 and his 1,000 yen."""
    return (
        position(token, alice) == Position(balance=100, committed=30, free=70)
        and token.balanceOf(bob) == 50
        and (deposit.balanceOf(alice), deposit.balanceOf(bob)) == (0, 1_000)
    )


# The way of a trade


def test_each_side_agrees_and_anybody_settles_both_legs(
    settlement, sale, token, deposit, alice, bob, stranger, agree
):
    trade_id = settlement.idOf(sale)

    first = agree(sale, alice)
    proposed = first.events["TradeProposed"]
    assert [proposed[field] for field in ("id", "seller", "buyer", "by")] == [
        trade_id,
        alice,
        bob,
        alice,
    ]
    assert settlement.idOf(proposed["trade"]) == trade_id
    assert status(settlement, sale) == PROPOSED
    second = agree(sale, bob)
    assert emitted(second, "TradeMatched") == [(trade_id, bob)]
    assert status(settlement, sale) == MATCHED
    assert nothing_moved(token, deposit, alice, bob)

    tx = settlement.settle(sale, {"from": stranger})

    commitment = commitments(settlement, sale)[0]
    assert settlement.tradeOf(token, commitment) == trade_id
    assert names(tx) == ["Transfer", "CommitmentSettled", "Transfer", "TradeSettled"]
    assert emitted(tx, "Transfer") == [(alice, bob, 30), (bob, alice, 300)]
    assert emitted(tx, "CommitmentSettled") == [(commitment, settlement, 30)]
    assert emitted(tx, "TradeSettled") == [(trade_id, token, commitment, 30, deposit, 0, 300)]
    assert position(token, alice) == Position(balance=70, free=70)
    assert token.balanceOf(bob) == 80
    assert (deposit.balanceOf(alice), deposit.balanceOf(bob)) == (300, 700)
    assert (deposit.balanceOf(settlement), token.balanceOf(settlement)) == (0, 0)
    assert status(settlement, sale) == SETTLED


def test_the_buyer_may_agree_first(settlement, sale, alice, bob, agree):
    first = agree(sale, bob)
    assert names(first) == ["TradeProposed"]
    assert emitted(agree(sale, alice), "TradeMatched") == [(settlement.idOf(sale), alice)]
    settlement.settle(sale, {"from": bob})
    assert status(settlement, sale) == SETTLED


def test_a_trade_is_settled_once(settlement, sale, token, alice, bob, match):
    trade_id = match(sale)
    settlement.settle(sale, {"from": bob})

    with reverts_with("TradeNotIn", trade_id, MATCHED, SETTLED):
        settlement.settle.call(sale, {"from": bob})
    with reverts_with("TradeNotIn", trade_id, MATCHED, SETTLED):
        settlement.settleNet.call([sale], {"from": bob})
    with reverts_with("TradeNotIn", trade_id, PROPOSED, SETTLED):
        settlement.agree.call(sale, 0, {"from": bob})
    with reverts_with("TradeNotIn", trade_id, PROPOSED, SETTLED):
        settlement.cancel.call(sale, {"from": alice})


def test_one_side_alone_settles_nothing(settlement, sale, alice, bob, agree):
    agree(sale, alice)

    with reverts_with("TradeNotIn", settlement.idOf(sale), MATCHED, PROPOSED):
        settlement.settle.call(sale, {"from": alice})


def test_a_trade_that_nobody_agreed_to_is_none(settlement, sale, alice):
    with reverts_with("TradeNotIn", settlement.idOf(sale), MATCHED, 0):
        settlement.settle.call(sale, {"from": alice})
    with reverts_with("TradeNotIn", settlement.idOf(sale), PROPOSED, 0):
        settlement.cancel.call(sale, {"from": alice})


def test_only_the_two_sides_agree_and_each_once(settlement, sale, alice, stranger, agree):
    trade_id = settlement.idOf(sale)
    with reverts_with("NotAskedToAgree", trade_id, stranger):
        settlement.agree.call(sale, 0, {"from": stranger})
    agree(sale, alice)
    with reverts_with("NotAskedToAgree", trade_id, alice):
        settlement.agree.call(sale, 0, {"from": alice})


def test_who_agrees_agrees_to_all_of_it(settlement, sale, alice, bob, agree):
    """Another price, another deadline: another trade, to which Alice did not agree."""
    agree(sale, alice)

    cheaper = sale._replace(price=299)
    settlement.agree(cheaper, 0, {"from": bob})

    assert (status(settlement, sale), status(settlement, cheaper)) == (PROPOSED, PROPOSED)


# The units are committed


def test_committed_units_are_not_sold_meanwhile(settlement, sale, token, alice, carol, match):
    match(sale)

    # 100 − 30
    with reverts_with("ERC7943InsufficientUnfrozenBalance", alice, 71, 70):
        token.transfer.call(carol, 71, {"from": alice})
    token.transfer(carol, 70, {"from": alice})
    settlement.settle(sale, {"from": alice})
    assert token.balanceOf(alice) == 0


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("fewer units", {"amount": 29}),
        ("more units", {"amount": 31}),
        ("another recipient", {"to": "carol"}),
        ("an earlier deadline", {"deadline": -1}),
        ("another agent", {"agent": "other"}),
    ],
)
def test_the_commitment_is_that_of_the_trade(
    settlement, another_settlement, sale, token, alice, bob, carol, what, change
):
    agent = another_settlement if "agent" in change else settlement
    to = carol if "to" in change else bob
    deadline = sale.deadline + change.get("deadline", 0)
    tx = token.commitTransfer(agent, to, change.get("amount", 30), deadline, {"from": alice})
    commitment = emitted(tx, "TransferCommitted")[0][0]

    with reverts_with("CommitmentMismatch", token, commitment):
        settlement.agree.call(sale, commitment, {"from": alice})


def test_a_commitment_serves_one_trade(settlement, sale, token, alice, bob, commit):
    commitment = commit(token, alice, bob, 30, sale.deadline)
    settlement.agree(sale, commitment, {"from": alice})

    other = sale._replace(externalId=name_hash("the same again"))
    with reverts_with("CommitmentMismatch", token, commitment):
        settlement.agree.call(other, commitment, {"from": alice})


def test_a_commitment_of_another_holder_is_none_of_the_sellers(
    settlement, sale, token, alice, bob, alices_other, commit
):
    token.transfer(alices_other, 30, {"from": alice})
    commitment = commit(token, alices_other, bob, 30, sale.deadline)

    with reverts_with("CommitmentMismatch", token, commitment):
        settlement.agree.call(sale, commitment, {"from": alice})


def test_without_a_commitment_the_seller_does_not_agree(settlement, sale, token, alice):
    for commitment in (0, 99, 2**64):
        with reverts_with("CommitmentMismatch", token, commitment):
            settlement.agree.call(sale, commitment, {"from": alice})


def test_a_payer_in_money_commits_nothing(settlement, sale, deposit, alice, bob, agree):
    agree(sale, alice)
    with reverts_with("CommitmentMismatch", deposit, 1):
        settlement.agree.call(sale, 1, {"from": bob})


@pytest.mark.requirement("G6")
def test_a_split_in_between_scales_what_is_delivered(
    settlement, sale, token, deposit, alice, bob, match, decided
):
    match(sale)
    token.split(10, decided)

    tx = settlement.settle(sale, {"from": bob})

    # 30 × 10 of 100 × 10, for the same 300 yen
    assert emitted(tx, "TradeSettled")[0][3] == 300
    assert position(token, alice) == Position(balance=700, free=700)
    assert token.balanceOf(bob) == 800
    assert deposit.balanceOf(alice) == 300


# What is not sound


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"token": "0x" + "11" * 20}, "token"),
        ({"buyer": "seller"}, "buyer"),
        ({"units": 0}, "units"),
        ({"price": 0}, "price"),
        ({"payment": "token"}, "payment"),
        ({"payment": "0x" + "11" * 20}, "payment"),
        ({"payingAgent": 1}, "payingAgent"),
        ({"broker": 1}, "broker"),
        ({"payment": ZERO_ADDRESS, "broker": 1}, "payingAgent"),
        ({"payment": ZERO_ADDRESS, "payingAgent": 1}, "broker"),
        ({"payment": ZERO_ADDRESS, "payingAgent": 1, "broker": 1}, "broker"),
    ],
)
def test_a_trade_that_contradicts_itself_is_refused(settlement, sale, alice, change, field):
    """A payment token has code; a bank's confirmation takes two organisations, a token's none."""
    named = {"seller": sale.seller, "token": sale.token}
    trade = sale._replace(**{key: named.get(to, to) for key, to in change.items()})

    with reverts_with("InvalidTrade", field):
        settlement.agree.call(trade, 0, {"from": alice})


# The payment


@pytest.mark.parametrize("short", ["balance", "allowance"])
def test_short_by_one_moves_neither_leg(
    settlement, sale, token, deposit, alice, bob, carol, match, short
):
    match(sale)
    if short == "balance":
        deposit.transfer(carol, 701, {"from": bob})
        refusal = ("ERC20InsufficientBalance", bob, 299, 300)
    else:
        deposit.approve(settlement, 299, {"from": bob})
        refusal = ("ERC20InsufficientAllowance", settlement, 299, 300)

    with reverts_with(*refusal):
        settlement.settle.call(sale, {"from": bob})

    assert position(token, alice) == Position(balance=100, committed=30, free=70)
    assert status(settlement, sale) == MATCHED
    if short == "balance":
        deposit.mint(bob, 1, {"from": bob})
    else:
        deposit.approve(settlement, 300, {"from": bob})
    settlement.settle(sale, {"from": bob})
    assert deposit.balanceOf(alice) == 300


def test_a_payment_token_that_is_paused_moves_neither_leg(
    settlement, sale, token, deposit, alice, bob, match, decided
):
    match(sale)
    deposit.pause(decided)

    with reverts_with("EnforcedPause"):
        settlement.settle.call(sale, {"from": bob})
    assert nothing_moved(token, deposit, alice, bob)


@pytest.mark.parametrize("frozen", ["alice", "bob"])
def test_a_frozen_account_of_the_payment_token_moves_neither_leg(
    settlement, sale, token, deposit, alice, bob, match, decided, frozen, request
):
    account = request.getfixturevalue(frozen)
    match(sale)
    deposit.freeze(account, decided)

    with reverts_with("AccountFrozen", account):
        settlement.settle.call(sale, {"from": bob})
    assert nothing_moved(token, deposit, alice, bob)


def settling(settlement, trade):
    return settlement.settle.call(trade, {"from": trade.buyer})


def netting(settlement, trade):
    return settlement.settleNet.call([trade], {"from": trade.buyer})


@pytest.mark.parametrize("how", [settling, netting])
def test_a_payment_token_that_takes_a_fee_settles_nothing(
    settlement, sale, token, alice, bob, odd_deposits, match, how
):
    from_payee = odd_deposits["FeeFromPayee"]
    trade = sale._replace(payment=from_payee.address)
    match(trade)
    # Alice gets 300 − 1
    with reverts_with("PaymentDiffers", from_payee, alice, 300, 299):
        how(settlement, trade)

    from_payer = odd_deposits["FeeFromPayer"]
    trade = sale._replace(payment=from_payer.address)
    match(trade)
    # Bob has 1,000 − 300 − 1
    with reverts_with("PaymentDiffers", from_payer, bob, 700, 699):
        how(settlement, trade)
    # two trades of 30 are committed
    assert position(token, alice) == Position(balance=100, committed=60, free=40)


@pytest.mark.parametrize("how", [settling, netting])
def test_a_payment_token_that_only_says_it_paid_settles_nothing(
    settlement, sale, bob, odd_deposits, match, how
):
    pretender = odd_deposits["Pretender"]
    trade = sale._replace(payment=pretender.address)
    match(trade)

    with reverts_with("PaymentDiffers", pretender, bob, 700, 1_000):
        how(settlement, trade)


@pytest.mark.parametrize("kind", ["FalseDeposit", "PayingLiar"])
@pytest.mark.parametrize("how", [settling, netting])
def test_a_payment_token_that_returns_false_settles_nothing(
    settlement, sale, odd_deposits, match, kind, how
):
    liar = odd_deposits[kind]
    trade = sale._replace(payment=liar.address)
    match(trade)

    with reverts_with("SafeERC20FailedOperation", liar):
        how(settlement, trade)


def test_a_payment_token_that_returns_nothing_pays(
    settlement, sale, token, alice, bob, odd_deposits, match
):
    silent = odd_deposits["SilentDeposit"]
    trade = sale._replace(payment=silent.address)
    match(trade)

    settlement.settle(trade, {"from": bob})

    assert (silent.balanceOf(alice), silent.balanceOf(bob)) == (300, 700)
    assert token.balanceOf(bob) == 80


@pytest.mark.parametrize("how", ["settle", "settleNet"])
def test_a_payment_token_that_comes_back_settles_nothing_more(
    settlement, sale, token, alice, bob, odd_deposits, match, decided, how
):
    """In the middle of a payment it would settle the same trade again, or another, or end one."""
    money = odd_deposits["Reentering"]
    once, other = (
        sale._replace(payment=money.address, externalId=name_hash(name)) for name in "ab"
    )
    once_id, other_id = (bytes(match(trade)) for trade in (once, other))
    arguments = once if how == "settle" else [once]

    def comes_back(call):
        """What the payment token is answered."""
        money.callBack(settlement, call, decided)
        getattr(settlement, how)(arguments, {"from": bob})
        assert money.cameBack()
        assert not money.gotThrough()
        # one payment of 300 for one trade of 30 units
        assert (money.balanceOf(alice), money.balanceOf(bob)) == (300, 700)
        assert position(token, alice) == Position(balance=70, committed=30, free=40)
        assert status(settlement, other) == MATCHED
        answer = money.answer().hex()
        chain.undo(2)
        return answer

    inside = error("ReentrancyGuardReentrantCall()")
    assert comes_back(settlement.settle.encode_input(other)) == inside
    assert comes_back(settlement.settleNet.encode_input([other])) == inside
    again = error("TradeNotIn(bytes32,uint8,uint8)", once_id, MATCHED, SETTLED)
    assert comes_back(settlement.settle.encode_input(once)) == again
    assert comes_back(settlement.settleNet.encode_input([once])) == again
    ends = error("NotCancellable(bytes32,address)", other_id, money.address)
    assert comes_back(settlement.cancel.encode_input(other)) == ends


# Between match and settlement


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("seller frozen", Reason.FROZEN),
        ("seller attached", Reason.ATTACHED),
        ("seller pledged", Reason.PLEDGED),
        ("seller suspended", Reason.SENDER_SUSPENDED),
        ("buyer suspended", Reason.RECIPIENT_SUSPENDED),
        ("buyer retired", Reason.RECIPIENT_RETIRED),
        ("buyer's KYC over", Reason.RECIPIENT_KYC_EXPIRED),
        ("buyer's class over", Reason.RECIPIENT_CLASS_EXPIRED),
        ("buyer abroad", Reason.RECIPIENT_RESIDENCY),
        ("token paused", Reason.TOKEN_PAUSED),
        ("platform halted", Reason.PLATFORM_HALTED),
        ("taken by force", Reason.INSUFFICIENT_BALANCE),
    ],
)
def test_what_comes_between_match_and_settlement_stops_both_legs(
    settlement, platform, sale, token, deposit, alice, bob, carol, match, decided, event, reason
):
    match(sale)
    soon = now() + 3600
    {
        # 71 + 30 > 100
        "seller frozen": lambda: token.setFrozenTokens(alice, 71, decided),
        "seller attached": lambda: token.placeAttachment(alice, 71, name_hash("court"), decided),
        "seller pledged": lambda: token.pledge(alice, 71, name_hash("bank"), decided),
        "seller suspended": lambda: platform.suspend([alice], decided),
        "buyer suspended": lambda: platform.suspend([bob], decided),
        "buyer retired": lambda: platform.retireWallets([bob], decided),
        "buyer's KYC over": lambda: platform.renew([(bob, soon)], decided),
        "buyer's class over": lambda: platform.reclassify([(bob, 2, soon, 1)], decided),
        "buyer abroad": lambda: platform.reclassify([(bob, 1, 2**40 - 1, 2)], decided),
        "token paused": lambda: token.pause(decided),
        "platform halted": lambda: platform.halt(decided),
        "taken by force": lambda: token.forcedTransfer(alice, carol, 80, decided),
    }[event]()
    if event.endswith("over"):
        at(soon)
    units = token.balanceOf(alice)

    with reverts_with("TransferRefused", reason):
        settlement.settle.call(sale, {"from": carol})

    assert (token.balanceOf(alice), token.balanceOf(bob)) == (units, 50)
    assert (deposit.balanceOf(alice), deposit.balanceOf(bob)) == (0, 1_000)
    assert status(settlement, sale) == MATCHED


def test_a_matched_trade_settles_once_the_hindrance_is_gone(
    settlement, platform, sale, token, bob, match, decided
):
    match(sale)
    platform.halt(decided)
    platform.resume(platform.haltedSince(), decided)

    settlement.settle(sale, {"from": bob})

    assert token.balanceOf(bob) == 80


@pytest.mark.requirement("G12")
def test_while_the_platform_is_halted_nobody_agrees_and_both_may_cancel(
    settlement, platform, sale, token, alice, bob, agree, commit, decided
):
    other = sale._replace(externalId=name_hash("not yet"))
    commitment = commit(token, alice, bob, 30, sale.deadline)
    agree(sale, alice)
    platform.halt(decided)

    with reverts_with("PlatformHalted"):
        settlement.agree.call(other, commitment, {"from": alice})
    with reverts_with("PlatformHalted"):
        settlement.agree.call(sale, 0, {"from": bob})
    settlement.cancel(sale, {"from": bob})
    assert status(settlement, sale) == CANCELLED
    assert position(token, alice) == Position(balance=100, committed=30, free=70)


@pytest.mark.requirement("G12")
def test_a_deadline_that_passes_while_halted_has_passed(
    settlement, platform, sale, bob, match, decided
):
    trade_id = match(sale)
    platform.halt(decided)
    at(sale.deadline)
    platform.resume(platform.haltedSince(), decided)

    with reverts_with("TradeExpired", trade_id, sale.deadline):
        settlement.settle.call(sale, {"from": bob})


# The end


def test_a_trade_settles_before_its_deadline_and_not_at_it(settlement, sale, alice, bob, match):
    trade_id = match(sale)
    at(sale.deadline - 1)
    settlement.settle.call(sale, {"from": bob})
    at(sale.deadline)

    with reverts_with("TradeExpired", trade_id, sale.deadline):
        settlement.settle.call(sale, {"from": bob})
    with reverts_with("TradeExpired", trade_id, sale.deadline):
        settlement.settleNet.call([sale], {"from": bob})


def test_a_trade_past_its_deadline_is_not_agreed_to(settlement, sale, alice, agree, bob):
    agree(sale, alice)
    at(sale.deadline)
    with reverts_with("TradeExpired", settlement.idOf(sale), sale.deadline):
        settlement.agree.call(sale, 0, {"from": bob})


def test_from_the_deadline_on_anybody_ends_it_and_the_units_are_free(
    settlement, sale, token, alice, stranger, match
):
    trade_id = match(sale)
    with reverts_with("NotCancellable", trade_id, stranger):
        settlement.cancel.call(sale, {"from": stranger})
    at(sale.deadline)

    tx = settlement.cancel(sale, {"from": stranger})

    assert names(tx) == ["CommitmentReleased", "TradeCancelled"]
    assert emitted(tx, "TradeCancelled") == [(trade_id, stranger)]
    assert position(token, alice) == Position(balance=100, free=100)


def test_from_the_deadline_on_the_holder_frees_the_units_alone(
    settlement, sale, token, alice, bob, match
):
    match(sale)
    commitment, _ = commitments(settlement, sale)
    with reverts_with("NotReleasable", commitment, alice):
        token.releaseTransfer.call(commitment, {"from": alice})
    at(sale.deadline)

    token.releaseTransfer(commitment, {"from": alice})

    assert position(token, alice) == Position(balance=100, free=100)
    # and the trade is ended without it
    assert names(settlement.cancel(sale, {"from": bob})) == ["TradeCancelled"]


@pytest.mark.parametrize("side", ["alice", "bob"])
def test_either_side_ends_what_is_only_proposed(
    settlement, sale, token, alice, bob, agree, request, side
):
    agree(sale, alice)

    tx = settlement.cancel(sale, {"from": request.getfixturevalue(side)})

    assert names(tx) == ["CommitmentReleased", "TradeCancelled"]
    assert position(token, alice) == Position(balance=100, free=100)
    with reverts_with("TradeNotIn", settlement.idOf(sale), PROPOSED, CANCELLED):
        settlement.agree.call(sale, 0, {"from": bob})


@pytest.mark.parametrize(("first", "second"), [("alice", "bob"), ("bob", "alice")])
def test_a_matched_trade_is_ended_by_both_sides_only(
    settlement, sale, token, deposit, alice, bob, match, request, first, second
):
    trade_id = match(sale)
    first, second = request.getfixturevalue(first), request.getfixturevalue(second)

    for _ in range(2):
        tx = settlement.cancel(sale, {"from": first})
        assert emitted(tx, "CancellationAsked") == [(trade_id, first)]
    assert nothing_moved(token, deposit, alice, bob)
    assert status(settlement, sale) == MATCHED
    settlement.settle.call(sale, {"from": second})

    tx = settlement.cancel(sale, {"from": second})

    assert emitted(tx, "TradeCancelled") == [(trade_id, second)]
    assert position(token, alice) == Position(balance=100, free=100)


def test_a_cancelled_trade_is_not_settled(settlement, sale, alice, bob, match):
    trade_id = match(sale)
    settlement.cancel(sale, {"from": alice})
    settlement.cancel(sale, {"from": bob})

    with reverts_with("TradeNotIn", trade_id, MATCHED, CANCELLED):
        settlement.settle.call(sale, {"from": bob})


@pytest.mark.requirement("G13")
def test_a_sellers_move_to_a_new_wallet_ends_the_trade(
    settlement, platform, sale, token, alice, alices_other, bob, stranger, match, decided
):
    match(sale)
    platform.retireWallets([alice], decided)
    token.movePosition(alice, alices_other, decided)

    assert position(token, alices_other) == Position(balance=100, free=100)
    with reverts_with("TransferRefused", Reason.REQUEST_CLOSED):
        settlement.settle.call(sale, {"from": bob})
    assert names(settlement.cancel(sale, {"from": stranger})) == ["TradeCancelled"]


@pytest.mark.requirement("G4")
def test_a_redemption_of_the_whole_issue_ends_the_trade(
    settlement, make_issue, sale, alice, bob, stranger, deadline, match, decided
):
    maturity = now() + 3600
    token = make_issue({alice: 100}, maturity=maturity)
    trade = sale._replace(token=token.address)
    match(trade)
    at(maturity)
    with reverts_with("TransferRefused", Reason.TOKEN_MATURED):
        settlement.settle.call(trade, {"from": bob})

    token.redeemAtMaturity([alice], decided)

    assert token.totalSupply() == 10_000 - 100
    settlement.cancel(trade, {"from": stranger})


# The contract itself


def test_a_contract_that_the_consortium_does_not_let_settles_nothing(
    settlement, authority, sale, token, alice, bob, match, decided
):
    match(sale)
    commitment, _ = commitments(settlement, sale)
    authority.setKind(settlement, 0, decided)

    with reverts_with("AgentUnknown", settlement):
        settlement.settle.call(sale, {"from": bob})
    with reverts_with("AgentUnknown", settlement):
        token.commitTransfer.call(settlement, bob, 1, sale.deadline, {"from": alice})
    # the holder need not wait for the deadline
    token.releaseTransfer(commitment, {"from": alice})
    assert position(token, alice) == Position(balance=100, free=100)


def test_a_trade_of_zero_is_never_one(settlement):
    assert settlement.idOf(Trade()) != settlement.idOf(Trade(price=1))
    assert settlement.progressOf(settlement.idOf(Trade()))[0] == 0


def test_the_deadline_of_a_commitment_may_be_later(settlement, sale, token, alice, bob, commit):
    commitment = commit(token, alice, bob, 30, sale.deadline + DAY)
    settlement.agree(sale, commitment, {"from": alice})
    at(sale.deadline)
    # the holder waits for the deadline that it gave; the contract does not
    with reverts_with("NotReleasable", commitment, alice):
        token.releaseTransfer.call(commitment, {"from": alice})
    settlement.cancel(sale, {"from": bob})
    assert token.freeBalanceOf(alice) == 100
