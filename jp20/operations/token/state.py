"""How a token stands, read at one block (G1, G5, G15)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract
from jp20.domain.base.roles import Role
from jp20.domain.register.events import Event, LoggedEvent, TrancheIssued, UnitsSplit
from jp20.domain.register.register import fold
from jp20.domain.register.terms_in_force import terms_in_force
from jp20.domain.token.state import (
    NamedDocument,
    RecordDate,
    Status,
    TokenState,
    Tranche,
    status_of,
)
from jp20.operations.session import Session, TokenName
from jp20.operations.token.restraints import NO_POSITION, position


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token in a list."""

    address: ChecksumAddress
    code: str
    symbol: str
    name: str
    supply: int
    undistributed: int
    status: Status


def list_tokens(session: Session) -> tuple[TokenLine, ...]:
    """All tokens of the platform, in the order in which they were made."""
    block = session.connection.block()
    halted = session.platform.read(bool, "halted", block=block.number)
    return tuple(
        _line(token, block.number, block.time, halted=halted)
        for token in session.tokens(block.number)
    )


def token_state(session: Session, token: TokenName) -> TokenState:
    """A token at the latest block. Raises UnknownToken."""
    contract = session.token(token)
    block = session.connection.block()
    at = block.number
    events = session.events(contract.address, at)
    register = fold(events, block=at)
    price_yen, price_units = contract.read(tuple[int, int], "unitPrice", block=at)
    terms = terms_in_force(events).terms
    return TokenState(
        address=contract.address,
        block=at,
        time=block.time,
        terms=terms,
        issuer=_organisation(session, contract, Role.ISSUER),
        registrar=_organisation(session, contract, Role.REGISTRAR),
        supply=register.supply,
        undistributed=register.undistributed,
        holders=len(register.holders()),
        cap=contract.read(int, "cap", block=at),
        lot_size=contract.read(int, "lotSize", block=at),
        price_yen=price_yen,
        price_units=price_units,
        splits=len(register.factors) - 1,
        locked_until=contract.read(int, "lockedUntil", block=at),
        maturity=contract.read(int, "maturity", block=at),
        halted=session.platform.read(bool, "halted", block=at),
        paused=contract.read(bool, "paused", block=at),
        redeemed=_is_redeemed(contract, at, block.time, register.supply),
        tranches=_tranches(events),
        documents=_documents(contract, at),
        record_dates=_record_dates(contract, at, block.time),
    )


# Inside


def _line(token: Contract, block: int, now: int, *, halted: bool) -> TokenLine:
    supply = token.read(int, "totalSupply", block=block)
    status = status_of(
        halted=halted,
        paused=token.read(bool, "paused", block=block),
        redeemed=_is_redeemed(token, block, now, supply),
        matured=_is_matured(token, block, now),
        issued=token.read(int, "tranches", block=block) > 0,
    )
    return TokenLine(
        token.address,
        token.read(str, "code", block=block),
        token.read(str, "symbol", block=block),
        token.read(str, "name", block=block),
        supply,
        token.read(int, "undistributed", block=block),
        status,
    )


def _is_matured(token: Contract, block: int, now: int) -> bool:
    return 0 < token.read(int, "maturity", block=block) <= now


def _is_redeemed(token: Contract, block: int, now: int, supply: int) -> bool:
    """Whether the issue was redeemed as a whole. Before maturity a token of which nothing is left
    takes further units.
    """
    issued = token.read(int, "tranches", block=block) > 0
    return supply == 0 and issued and _is_matured(token, block, now)


def _organisation(session: Session, token: Contract, role: Role) -> str:
    """Who has a role for this very token: the names of the organisations."""
    members = session.members(token.address)
    return ", ".join(member.name for member in members if role in member.own_roles)


def _tranches(events: Sequence[LoggedEvent[Event]]) -> tuple[Tranche, ...]:
    found: list[Tranche] = []
    splits = 0
    for entry in events:
        if isinstance(entry.event, UnitsSplit):
            splits = entry.event.count
        elif isinstance(entry.event, TrancheIssued):
            found.append(Tranche(entry.event.number, entry.event.amount, splits, entry.at))
    return tuple(found)


def _documents(token: Contract, block: int) -> tuple[NamedDocument, ...]:
    names = token.read(tuple[bytes, ...], "getAllDocuments", block=block)
    found = token.read_many(
        tuple[str, bytes, int], "getDocument", [(name,) for name in names], block=block
    )
    return tuple(
        NamedDocument(name.rstrip(b"\0").decode("utf-8", "replace"), uri, sha256, at)
        for name, (uri, sha256, at) in zip(names, found, strict=True)
    )


def _record_dates(token: Contract, block: int, now: int) -> tuple[RecordDate, ...]:
    dates = token.read(tuple[int, ...], "recordDates", block=block)
    return tuple(
        RecordDate(
            index,
            at,
            token.read(int, "supplyAtRecordDate", index, block=block) if at < now else None,
        )
        for index, at in enumerate(dates)
    )


def code_of(session: Session, token: TokenName) -> str:
    """The security code of a token."""
    return session.token(token).read(str, "code")


def issuer_account_of(session: Session, token: TokenName) -> ChecksumAddress:
    """The account that holds a token's undistributed units."""
    return session.token(token).read(ChecksumAddress, "issuerAccount")


def held_in(
    session: Session, tokens: Iterable[TokenName], wallet: ChecksumAddress
) -> list[tuple[str, int]]:
    """The units of a wallet in each of some tokens in which it has units or restraints, by the
    token's code.
    """
    found = [(each, position(session, each, wallet)) for each in map(session.token, tokens)]
    return [(token.read(str, "code"), at.balance) for token, at in found if at != NO_POSITION]
