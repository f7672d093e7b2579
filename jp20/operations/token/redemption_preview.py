"""What a redemption would take of whom, and which rows would be refused, before it is decided on
(G4).
"""

from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.token.reasons import Reason
from jp20.operations.register.report import read_register
from jp20.operations.session import Session, TokenName
from jp20.operations.token.lifecycle import in_proportion

_ROWS_AT_ONCE: Final = 1_000
"""Judged in one call: a few thousand gas each."""


@dataclass(frozen=True, slots=True)
class RedemptionRow:
    """An account, what it has, and what is redeemed of it; `reason` says why the row would be
    refused, `odd` how many units the account would be left with beyond whole lots, which no
    transfer moves. Units of now.
    """

    account: ChecksumAddress
    held: int
    redeemed: int
    reason: Reason
    odd: int = 0


def whole_redemption(session: Session, token: TokenName) -> tuple[RedemptionRow, ...]:
    """At maturity or early: every position whole, the undistributed units too, whatever restrains
    them.
    """
    balances = read_register(session, token).balances()
    return tuple(
        RedemptionRow(account, balances[account], balances[account], Reason.NONE)
        for account in sorted(balances)
    )


def part_redemption(session: Session, token: TokenName, units: int) -> tuple[RedemptionRow, ...]:
    """So many units in all, of each holder in proportion, as the token judges each row. Raises
    TooManyUnits.
    """
    contract = session.token(token)
    block = session.connection.block_number()
    register = read_register(session, contract, block)
    balances, shares = register.balances(), in_proportion(register, units)
    holders, amounts = list(shares), list(shares.values())
    lot = contract.read(int, "lotSize", block=block)
    reasons: list[Reason] = []
    for start in range(0, len(holders), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        arguments = (holders[part], amounts[part])
        answers = contract.read(tuple[int, ...], "previewRedemption", *arguments, block=block)
        reasons += map(Reason, answers)
    return tuple(
        _row(holder, balances[holder], share, reason, lot)
        for (holder, share), reason in zip(shares.items(), reasons, strict=True)
    )


def _row(
    account: ChecksumAddress, held: int, redeemed: int, reason: Reason, lot: int
) -> RedemptionRow:
    left = held - redeemed if reason is Reason.NONE else held
    return RedemptionRow(account, held, redeemed, reason, left % lot)
