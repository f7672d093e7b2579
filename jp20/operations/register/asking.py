"""The register as a session can ask about it: answered from the chain's events (G15).

Where somebody keeps an index of the same chain it answers instead; the answers are the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.rpc.connection import Connection
from jp20.domain.register.answers import Stamp, TokenAsOf
from jp20.domain.register.events import (
    PlatformSucceeded,
    SuccessorAppointed,
    TokenCreated,
)
from jp20.operations.register.reconciliation import Reconciliation, reconcile_with_chain
from jp20.operations.register.report import BlockReplaced
from jp20.operations.session import Session, TokenName
from jp20.register.by_ledger import ByLedger, Header
from jp20.register.questions import Questions


class ChainHeaders:
    """The blocks of a connection, up to the one that is the latest now."""

    def __init__(self, connection: Connection) -> None:
        self.chain_id: Final = connection.chain_id
        self._connection: Final = connection
        self._latest: Final = connection.block_number()
        self._header: Final = cache(self._read)

    def header(self, number: int) -> Header:
        return self._header(number)

    def latest(self) -> int:
        return self._latest

    def final(self) -> int:
        return self._connection.network.finality.final_block(self._latest)

    def _read(self, number: int) -> Header:
        block = self._connection.block(number)
        return Header(block.number, block.hash, block.time)


@dataclass(frozen=True, slots=True)
class Asked:
    """The register, the block and the token that a question is about, compared with the chain
    before it is answered. Up to `final_block` nothing can change.
    """

    register: Questions
    at: Stamp
    token: TokenAsOf
    final_block: int
    compared: Reconciliation


def ask_about(
    session: Session,
    token: TokenName,
    block: int | None = None,
    time: int | None = None,
    *,
    decisions: bool = False,
) -> Asked:
    """As of a block, the last one up to a time (unix seconds), or now. Raises UnknownToken,
    NoSuchBlock, NoSuchTime, NotInRegister, BlockReplaced.
    """
    address = session.token(token).address
    register = ask(session, decisions=decisions)
    at = register.stamp(block, time)
    found = register.token(at, address)
    final = min(at.block, session.connection.final_block())
    return Asked(register, at, found, final, reconcile_with_chain(session, register, at, address))


def ask(session: Session, *, decisions: bool = True) -> Questions:
    """All that the register answers, up to the block that is the latest now.

    Without `decisions` the Consortium's events are not read, however many there are: nothing has
    grounds then, and there are neither organisations nor requests. Raises BlockReplaced.
    """
    headers = ChainHeaders(session.connection)
    newest = headers.header(headers.latest())
    platforms = tuple(_platforms(session, newest.number))
    addresses = [*platforms, *_tokens(session, platforms, newest.number)]
    if decisions:
        addresses.append(session.consortium.address)
        settlement = session.deployment.contracts.get("Settlement")
        addresses += [settlement.address] if settlement else []
    journal = session.history.journal(addresses, newest.number)
    if session.connection.block(newest.number).hash != newest.hash:
        raise BlockReplaced(newest.number)
    return ByLedger(journal, headers, session.platform.address)


def _platforms(session: Session, last: int) -> Iterator[ChecksumAddress]:
    """The session's platform, and those that it succeeded or that are to succeed it."""
    found, to_read = set(), [session.platform.address]
    while to_read:
        address = to_read.pop()
        if address in found:
            continue
        found.add(address)
        yield address
        for each in session.events(address, last):
            match each.event:
                case PlatformSucceeded(other, _, _) | SuccessorAppointed(other):
                    to_read.append(other)


def _tokens(
    session: Session, platforms: tuple[ChecksumAddress, ...], last: int
) -> Iterator[ChecksumAddress]:
    for platform in platforms:
        for each in session.events(platform, last):
            if isinstance(each.event, TokenCreated):
                yield each.event.token
