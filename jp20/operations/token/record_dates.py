"""Who held at a record date, read from the chain, and what kept the units then (G5, G21, G23)."""

from dataclasses import dataclass

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.register.books import FACTORS, FROZEN, RESTRAINED, RESTRAINTS
from jp20.domain.register.explain_token import UNSPLIT
from jp20.domain.register.journal import Journal
from jp20.domain.register.movements import Movement
from jp20.operations.register.report import block_of, read_register
from jp20.operations.session import Session, TokenName
from jp20.operations.token.restraints import Restraint


@dataclass(frozen=True, slots=True)
class RestrainedHolder:
    """What kept the units of a holder when a record date ended, in the units of that date: by the
    restraints' claimants one knows who votes for pledged units, and who is paid. The senior one
    comes first.
    """

    holder: ChecksumAddress
    units: int
    frozen: int
    restraints: tuple[Restraint, ...]


def holders_at(session: Session, token: TokenName, index: int) -> dict[ChecksumAddress, int]:
    """Holders at record date `index`, in the units of that date; the issuer's account is none.

    Raises Reverted where it has not come.
    """
    contract = session.token(token)
    block = session.connection.block_number()
    register = read_register(session, contract, block)
    received = {entry.to for entry in register.history if isinstance(entry, Movement)}
    accounts = sorted(received - {ZERO_ADDRESS, register.issuer_account})
    balances = contract.read_many(
        int, "balanceAtRecordDate", [(account, index) for account in accounts], block=block
    )
    return {account: units for account, units in zip(accounts, balances, strict=True) if units}


def restrained_at(session: Session, token: TokenName, index: int) -> tuple[RestrainedHolder, ...]:
    """The holders at record date `index` with a freeze, lock-up, pledge or attachment on them then;
    folded from the token's events up to it (docs/decisions/0122). Raises Reverted where it has not
    come.
    """
    contract = session.token(token)
    held = holders_at(session, token, index)
    at = contract.read(tuple[int, ...], "recordDates")[index]
    block = block_of(session, None, at)
    journal = Journal()
    journal.follow(session.events(contract.address, block))
    ledger = journal.ledger
    factors = ledger.get(FACTORS, contract.address) or UNSPLIT
    found = []
    for holder, units in sorted(held.items()):
        frozen = ledger.get(FROZEN, (contract.address, holder))
        known = [
            (
                record.rank,
                Restraint(
                    id,
                    record.kind,
                    record.quantity.saturated_at(factors),
                    record.until,
                    record.claimant,
                ),
            )
            for id in ledger.get(RESTRAINED, (contract.address, holder)) or ()
            if (record := ledger.get(RESTRAINTS, (contract.address, id))) is not None
            and record.holds(at)
        ]
        restraints = tuple(restraint for _, restraint in sorted(known, key=lambda each: each[0]))
        amount = frozen.saturated_at(factors) if frozen else 0
        if amount or restraints:
            found.append(RestrainedHolder(holder, units, amount, restraints))
    return tuple(found)
