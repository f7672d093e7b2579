"""What a redemption would take of whom, and which rows would be refused, before it is decided on
(G4).
"""

from dataclasses import dataclass

from eth_typing import ChecksumAddress

from jp20.domain.token.reasons import Reason
from jp20.operations.register.report import read_register
from jp20.operations.session import Session, TokenName
from jp20.operations.token.lifecycle import in_proportion
from jp20.operations.token.restraints import Position


@dataclass(frozen=True, slots=True)
class RedemptionRow:
    """An account, what it has, and what is redeemed of it; `reason` says why the row would be
    refused. Units of now.
    """

    account: ChecksumAddress
    held: int
    redeemed: int
    reason: Reason


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
    """So many units in all, of each holder in proportion. Raises TooManyUnits."""
    contract = session.token(token)
    block = session.connection.block_number()
    shares = in_proportion(read_register(session, contract, block), units)
    positions = contract.read_many(
        Position, "positionOf", [(holder,) for holder in shares], block=block
    )
    return tuple(
        RedemptionRow(holder, position.balance, share, _refusal(position, share))
        for (holder, share), position in zip(shares.items(), positions, strict=True)
    )


def _refusal(position: Position, units: int) -> Reason:
    """As the contract judges a part of a position: a lock-up does not stand in the way."""
    if units > position.balance:
        return Reason.INSUFFICIENT_BALANCE
    floor = max(position.frozen, position.pledged, position.attached)
    if units + position.committed + floor <= position.balance:
        return Reason.NONE
    if position.balance >= units + floor or floor == 0:
        return Reason.COMMITTED
    if floor == position.frozen:
        return Reason.FROZEN
    return Reason.ATTACHED if floor == position.attached else Reason.PLEDGED
