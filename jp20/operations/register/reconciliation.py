"""The register compared with the chain, to the unit, before anybody relies on it (G13, G15).

What the events add up to must be what the token answers at that block, at each node that is
configured: every balance, their sum, the supply, and the balances of each record date that has
passed. A difference names the holder and the first block at which it is there.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract, token_at
from jp20.chain.rpc.connection import Connection, NodeRefused, connect
from jp20.chain.rpc.node_errors import NodeFailure, host_of
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.register.answers import Stamp, TokenAsOf
from jp20.operations.register.report import BlockReplaced
from jp20.operations.session import Session
from jp20.register.questions import NotInRegister, Questions

MOST_LOOKED_FOR: Final = 20
"""Wallets at each node whose difference is followed back to its first block."""


class Compared(Enum):
    """What was compared."""

    BALANCE = Text("units of the wallet")
    SUPPLY = Text("units in issue")
    SUM = Text("sum of all holdings")
    RECORD_DATE_BALANCE = Text("units at the record date")
    RECORD_DATE_SUPPLY = Text("units in issue at the record date")

    @property
    def text(self) -> Text:
        return self.value


@dataclass(frozen=True, slots=True)
class FoundDifference:
    """Where register and chain do not agree. `wallet` and `investor` are None and 0 for a sum,
    `record_date` is the index of one. `since` is the first block from which on the difference is
    there; None where the node has no state as old as that, for a sum of several differences, and
    beyond the first `MOST_LOOKED_FOR` wallets. `node` is its host.
    """

    what: Compared
    wallet: ChecksumAddress | None
    investor: int
    record_date: int | None
    register: int
    chain: int
    node: str
    since: int | None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What was compared: `wallets` by number, record dates by index, the hosts of the nodes that
    were asked, and of those that did not answer.
    """

    at: Stamp
    token: ChecksumAddress
    code: str
    wallets: int
    record_dates: tuple[int, ...]
    nodes: tuple[str, ...]
    silent: tuple[str, ...]
    differences: tuple[FoundDifference, ...]

    @property
    def agrees(self) -> bool:
        return not self.differences


class NotReconciled(JP20Error):
    """Register and chain do not agree. `found` has every difference."""

    what = Text("{code}: register and chain do not agree as of block {block}.")
    why = Text(
        "{figure}, {holder}: {register:,} in the register, {chain:,} on the chain at {node}; "
        "first at block {since}. Differences: {count}."
    )
    next_step = Text("See all of them: jp20 register check {code} --block {block}")

    def __init__(self, found: Reconciliation) -> None:
        first = found.differences[0]
        self.found = found
        super().__init__(
            code=found.code,
            block=found.at.block,
            figure=first.what.text,
            holder=first.wallet or found.code,
            register=first.register,
            chain=first.chain,
            node=first.node,
            since="?" if first.since is None else first.since,
            count=len(found.differences),
        )


def reconcile_with_chain(
    session: Session, register: Questions, at: Stamp, token: ChecksumAddress
) -> Reconciliation:
    """Compares at the block of the stamp. Raises NotInRegister; BlockReplaced where the chain has
    another block there, at whichever node.
    """
    found = register.token(at, token)
    comparison = _Comparing(register, at, found)
    nodes: list[str] = []
    silent: list[str] = []
    differences: list[FoundDifference] = []
    for host, connection in _nodes(session):
        try:
            differences += comparison.with_node(host, connection())
            nodes.append(host)
        except NodeFailure:
            silent.append(host)
            if len(silent) == len(session.connection.network.urls):
                raise
    return Reconciliation(
        at,
        token,
        found.code,
        len(comparison.units),
        tuple(index for index, _ in comparison.passed),
        tuple(nodes),
        tuple(silent),
        tuple(differences),
    )


def require_reconciled(
    session: Session, register: Questions, at: Stamp, token: ChecksumAddress
) -> Reconciliation:
    """The same where it must agree. Raises NotReconciled as well."""
    found = reconcile_with_chain(session, register, at, token)
    if not found.agrees:
        raise NotReconciled(found)
    return found


def _nodes(session: Session) -> Iterator[tuple[str, Callable[[], Connection]]]:
    """Each node alone, so that one cannot answer for another."""
    alone = session.connection.network.one_by_one()
    if len(alone) == 1:
        yield host_of(alone[0].url), lambda: session.connection
        return
    for network in alone:
        yield host_of(network.url), partial(connect, network)


class _Comparing:
    """One token's register as of a block, to be compared with nodes."""

    def __init__(self, register: Questions, at: Stamp, found: TokenAsOf) -> None:
        self._register = register
        self._at = at
        self._token = found
        self.investors: dict[ChecksumAddress, int] = {}
        self.units: dict[ChecksumAddress, int] = {}
        for holding in register.holdings(at, found.address):
            for each in holding.wallets:
                self.units[each.wallet] = each.units
                self.investors[each.wallet] = holding.investor
        self.units[found.terms.terms.issuer_account] = found.undistributed
        self.passed = [(index, second) for index, second in found.record_dates if second < at.time]

    def with_node(self, host: str, connection: Connection) -> list[FoundDifference]:
        at = self._at
        if connection.block(at.block).hash != at.hash:
            raise BlockReplaced(at.block)
        token = token_at(connection, self._token.address)
        supply = token.read(int, "totalSupply", block=at.block)
        found = list(self._balances(host, token, self.units))
        sums = list(self._sums(host, token, supply))
        if sums:
            # Somebody may have units of whom the register says that they have none.
            found += self._balances(host, token, self._former())
        found += sums
        for index, second in self.passed:
            found += self._record_date(host, token, index, second)
        return found

    def _balances(
        self, host: str, token: Contract, expected: dict[ChecksumAddress, int]
    ) -> Iterator[FoundDifference]:
        looked_for = 0
        for wallet, units, there in self._read(token, "balanceOf", expected):
            if units == there:
                continue
            since, looked_for = None, looked_for + 1
            if looked_for <= MOST_LOOKED_FOR:
                since = self._first_block(self._balance_agrees(token, wallet))
            yield self._difference(Compared.BALANCE, host, units, there, wallet, since=since)

    def _sums(self, host: str, token: Contract, supply: int) -> Iterator[FoundDifference]:
        ours, total = self._token.supply, sum(self.units.values())
        if ours != supply:
            since = self._first_block(lambda block: self._supply_agrees(token, block))
            yield self._difference(Compared.SUPPLY, host, ours, supply, since=since)
        if total != supply:
            yield self._difference(Compared.SUM, host, total, supply)

    def _record_date(
        self, host: str, token: Contract, index: int, second: int
    ) -> Iterator[FoundDifference]:
        then, held, supply = self._held_at(second)
        there = token.read(int, "supplyAtRecordDate", index, block=self._at.block)
        if supply != there:
            yield self._difference(
                Compared.RECORD_DATE_SUPPLY, host, supply, there, index=index, since=then
            )
        expected = dict.fromkeys(self.units, 0) | held
        for wallet, units, found in self._read(token, "balanceAtRecordDate", expected, index):
            if units != found:
                yield self._difference(
                    Compared.RECORD_DATE_BALANCE, host, units, found, wallet, index, then
                )

    def _held_at(self, second: int) -> tuple[int, dict[ChecksumAddress, int], int]:
        """The block at which a record date ended, and who held then, in the units of that date; of
        the token that was in force, if this one has replaced it since.
        """
        at = self._register.stamp(time=second)
        found = self._in_force(at, self._token)
        held = {
            each.wallet: each.units
            for holding in self._register.holdings(at, found.address)
            for each in holding.wallets
        }
        held[found.terms.terms.issuer_account] = found.undistributed
        return at.block, held, found.supply

    def _in_force(self, at: Stamp, token: TokenAsOf) -> TokenAsOf:
        predecessor = token.terms.terms.predecessor
        if predecessor is None:
            return self._register.token(at, token.address)
        with suppress(NotInRegister):
            found = self._register.token(at, token.address)
            if found.factors[-1] != 0:
                return found
        return self._in_force(at, self._register.token(self._at, predecessor))

    # Inside

    def _read(
        self, token: Contract, function: str, expected: dict[ChecksumAddress, int], *more: object
    ) -> Iterable[tuple[ChecksumAddress, int, int]]:
        rows: Sequence[Sequence[object]] = [(wallet, *more) for wallet in expected]
        found = token.read_many(int, function, rows, block=self._at.block)
        return zip(expected, expected.values(), found, strict=True)

    def _difference(
        self,
        what: Compared,
        host: str,
        register: int,
        chain: int,
        wallet: ChecksumAddress | None = None,
        index: int | None = None,
        since: int | None = None,
    ) -> FoundDifference:
        investor = self.investors.get(wallet, 0) if wallet is not None else 0
        return FoundDifference(what, wallet, investor, index, register, chain, host, since)

    def _former(self) -> dict[ChecksumAddress, int]:
        """Everybody who ever held and holds nothing by the register."""
        seen = dict.fromkeys(
            account
            for line in self._register.history(self._at, self._token.address)
            for account in line.accounts
            if account not in self.units
        )
        return dict.fromkeys(seen, 0)

    def _first_block(self, agrees: Callable[[int], bool]) -> int | None:
        """Of a difference that is there at the block asked about: between a block at which all
        agreed and one at which it did not, halved. None where the node has no state that is so old.
        """
        first, last = self._token.created.block, self._at.block
        try:
            while first < last:
                middle = (first + last) // 2
                if agrees(middle):
                    first = middle + 1
                else:
                    last = middle
        except NodeRefused:
            return None
        return last

    def _balance_agrees(self, token: Contract, wallet: ChecksumAddress) -> Callable[[int], bool]:
        lines = [
            (line.at.block, line.balance or 0)
            for line in self._register.history(self._at, token.address, wallet=wallet)
        ]

        def agrees(block: int) -> bool:
            place = bisect_right(lines, block, key=lambda line: line[0])
            ours = lines[place - 1][1] if place else 0
            return ours == token.read(int, "balanceOf", wallet, block=block)

        return agrees

    def _supply_agrees(self, token: Contract, block: int) -> bool:
        found = self._register.token(self._register.stamp(block), token.address)
        return found.supply == token.read(int, "totalSupply", block=block)
