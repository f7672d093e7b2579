"""Who held at a record date, read from the chain (G5, G21, G23)."""

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.register.movements import Movement
from jp20.operations.register.report import read_register
from jp20.operations.session import Session, TokenName


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
