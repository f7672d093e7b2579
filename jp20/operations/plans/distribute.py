"""What was delivered from the issuer's account under a case, and the calls that deliver (G2).

The case makes the rows one delivery: what was delivered under it is read from the chain.
`plan.distribute` carries a file out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import RequestId, Root, TxHash
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.merkle import MerkleTree
from jp20.domain.governance.requests import Call, leaf
from jp20.domain.plans.allotments import Allotment
from jp20.domain.plans.costs import PlannedAct
from jp20.domain.plans.outcomes import Outcome, RowOutcome
from jp20.domain.plans.plan import DeliveryRow
from jp20.domain.register.events import Transfer
from jp20.domain.token.reasons import Reason
from jp20.operations.governance.requests import (
    RequestState,
    executed_indices,
    list_requests,
    proposals,
)
from jp20.operations.session import Session

_PREVIEWED: Final = 2_000
"""Rows in one question, which take some 7,000 gas each. Of a longer file a part knows the holders
that the chain has, and not those who would come by the parts before.
"""

_NO_ROWS: Final = (
    Reason.NONE,
    Reason.PLATFORM_HALTED,
    Reason.TOKEN_PAUSED,
    Reason.INSUFFICIENT_BALANCE,
)


class NotEnoughUnits(JP20Error):
    """The issuer's account has fewer units than are to be delivered. Nothing was sent."""

    what = Text(
        "{needed:,} {needed:unit|units} {needed:is|are} to be delivered, and {there:,} "
        "{there:is|are} undistributed."
    )
    next_step = Text("Issue more units first, or correct the file.")

    def __init__(self, needed: int, there: int) -> None:
        super().__init__(needed=needed, there=there)


class AnotherDeliveryUnderWay(JP20Error):
    """Under this case a request for other rows is open, and could still be executed."""

    what = Text("Under case {case} another delivery is under way.")
    why = Text("Request 0x{request}.")
    next_step = Text("Finish it with its file, or cancel it, or use another case.")

    def __init__(self, case: str, request: RequestId) -> None:
        super().__init__(case=case, request=request.hex())


def delivery_key(
    token: Contract, evidence: Evidence, rows: Sequence[Allotment | DeliveryRow]
) -> bytes:
    """By which the outbox knows a delivery of rows that one key makes without a request. All of a
    case begin alike.
    """
    return delivery_call_key(delivery(token, rows), evidence)


def delivery_call_key(call: Call, evidence: Evidence) -> bytes:
    """The same, of the call."""
    return _beginning(call.target, evidence) + keccak(call.data)[:16]


_Delivered = dict[ChecksumAddress, tuple[int, TxHash | None, int | None]]
"""Units by wallet, with the last transaction and its block."""


def delivered_directly(session: Session, token: Contract, evidence: Evidence) -> _Delivered:
    """What keys delivered under a case without a request, by the outboxes at hand: the chain does
    not say under which case it was.
    """
    carried = session.executed(_beginning(token.address, evidence))
    if not carried:
        return {}
    source = token.read(ChecksumAddress, "issuerAccount")
    found: _Delivered = {}
    for _, receipt in carried.values():
        for entry in session.events_of(receipt, token.address):
            event = entry.event
            if isinstance(event, Transfer) and event.from_ == source:
                units = found.get(event.to, (0, None, None))[0] + event.value
                found[event.to] = (units, receipt.transaction, receipt.block)
    return found


class Past:
    """What happened on a token under a case: the requests for deliveries, what they and single keys
    delivered.
    """

    def __init__(self, session: Session, token: Contract, evidence: Evidence) -> None:
        selector = token.interface.function("deliver").selector
        self._evidence = evidence
        self.views = list_requests(
            session, target=token.address, selector=selector, case_id=evidence.case_id
        )
        self.requests = [view.request for view in self.views]
        self._pending = {
            root: len(executed_indices(session, request)) < request.calls
            for root, request in {request.root: request for request in self.requests}.items()
        }
        asked = proposals(
            session, target=token.address, selector=selector, case_id=evidence.case_id
        )
        #: The blocks before those in which what is under way was proposed.
        self.blocks_before = [
            each.at.block - 1
            for each in asked.values()
            if self._pending.get(each.request.root, False)
        ]
        self._open = {
            view.request.root: view.id
            for view in self.views
            if view.state in (RequestState.OPEN, RequestState.WAITING, RequestState.READY)
        }
        self._delivered = {
            **delivered_directly(session, token, evidence),
            **(self._read(session, token) if self.requests else {}),
        }

    @property
    def is_begun(self) -> bool:
        """Whether anything was decided or delivered under the case."""
        return bool(self.requests or self._delivered)

    def delivered(self, wallet: ChecksumAddress) -> int:
        """Units delivered to a wallet under the case."""
        return self._delivered.get(wallet, (0, None, None))[0]

    def is_under_way(self, root: Root) -> bool:
        """Whether a decision on these calls was begun and is not carried out to the end."""
        return self._pending.get(root, False)

    def others_open(self, root: Root | None) -> Iterable[RequestId]:
        """The ids of requests on other calls that could still be executed."""
        return (id for other, id in self._open.items() if other != root)

    def settled(self, row: Allotment, expected: dict[ChecksumAddress, Reason]) -> RowOutcome | None:
        """What became of a row; None where it is still to be delivered, and can be."""
        units, transaction, block = self._delivered.get(row.wallet, (0, None, None))
        if units == row.units:
            return RowOutcome(
                row.line,
                row.wallet,
                row.units,
                Outcome.ALREADY_DONE,
                transaction=transaction,
                block=block,
            )
        if units:
            return RowOutcome(
                row.line, row.wallet, row.units, Outcome.REFUSED, _changed(units), "FILE_CHANGED"
            )
        reason = expected.get(row.wallet)
        if reason is None:
            return None
        return RowOutcome(
            row.line, row.wallet, row.units, Outcome.REFUSED, reason.text, reason.name
        )

    def delivered_of(self, rows: Iterable[Allotment]) -> int:
        """Units of rows that were delivered."""
        return sum(self.delivered(row.wallet) for row in rows)

    def _read(self, session: Session, token: Contract) -> _Delivered:
        """Units delivered by the requests."""
        ids = {request.id for request in self.requests}
        transactions = {
            entry.at.transaction
            for entry in session.history.executions(session.consortium.address, ids)
        }
        units: Counter[ChecksumAddress] = Counter()
        place: dict[ChecksumAddress, tuple[TxHash, int]] = {}
        issuer_account = token.read(ChecksumAddress, "issuerAccount")
        for entry in session.events(token.address):
            event, at = entry.event, entry.at
            if at.transaction not in transactions or not isinstance(event, Transfer):
                continue
            if event.from_ == issuer_account:
                units[event.to] += event.value
                place[event.to] = (at.transaction, at.block)
        return {wallet: (count, *place[wallet]) for wallet, count in units.items()}


def expected_refusals(
    session: Session, token: Contract, rows: Sequence[Allotment], block: int | None = None
) -> dict[ChecksumAddress, Reason]:
    """The wallets that the chain would refuse, and why, at a block or now: what it answers to the
    rows in their order (`previewDelivery`). What stands against all of them, a stop or too few
    units, is no row's.
    """
    reasons: list[int] = []
    for start in range(0, len(rows), _PREVIEWED):
        part = rows[start : start + _PREVIEWED]
        wallets, units = [row.wallet for row in part], [row.units for row in part]
        reasons += token.read(tuple[int, ...], "previewDelivery", wallets, units, block=block)
    judged = {row.wallet: Reason(each) for row, each in zip(rows, reasons, strict=True)}
    return {wallet: reason for wallet, reason in judged.items() if reason not in _NO_ROWS}


def delivered_since(
    session: Session, token: Contract, block: int
) -> Callable[[ChecksumAddress], int]:
    """The units that came to a wallet from the issuer's account after a block."""
    issuer_account = token.read(ChecksumAddress, "issuerAccount")
    units: Counter[ChecksumAddress] = Counter()
    for entry in session.events(token.address):
        event = entry.event
        if entry.at.block > block and isinstance(event, Transfer) and event.from_ == issuer_account:
            units[event.to] += event.value
    return lambda wallet: units[wallet]


def delivery(token: Contract, rows: Sequence[Allotment | DeliveryRow]) -> Call:
    """The call that delivers rows."""
    return token.call("deliver", [_wallet(row) for row in rows], [row.units for row in rows])


def root_of(token: Contract, rows: Sequence[Allotment | DeliveryRow]) -> Root:
    """The root under which a decision has the deliveries of rows."""
    size = PlannedAct.DELIVER.at_once
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    calls = [delivery(token, part) for part in parts]
    return MerkleTree([leaf(index, call) for index, call in enumerate(calls)]).root


# Inside


def _beginning(token: ChecksumAddress, evidence: Evidence) -> bytes:
    return keccak(b"delivery" + bytes.fromhex(token[2:]) + evidence.case_id)[:16]


def _wallet(row: Allotment | DeliveryRow) -> ChecksumAddress:
    return row.wallet if isinstance(row, Allotment) else row.account


def _changed(units: int) -> Text:
    return Text(
        "{units} {units:unit|units} {units:was|were} delivered under this case, and the "
        "file says otherwise.",
        units=units,
    )
