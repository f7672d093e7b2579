"""Delivering units from the issuer's account by an allotment file, each row once (G2).

The case makes the rows one delivery: what was delivered under it is read from the chain, and a run
that was interrupted goes on with the very decision that was under way.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract
from jp20.domain.base.errors import JP20Error, Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.merkle import MerkleTree
from jp20.domain.governance.requests import Call, leaf
from jp20.domain.plans.allotments import Allotment, AllotmentFile
from jp20.domain.plans.outcomes import Outcome, Outcomes, RowOutcome, in_order
from jp20.domain.plans.plan import DeliveryRow
from jp20.domain.register.events import Transfer
from jp20.domain.token.eligibility import RecipientHolding, judge_delivery
from jp20.domain.token.reasons import Reason
from jp20.operations.governance.batches import BATCH_SIZE, BatchRow, execute_batch, faulty
from jp20.operations.governance.requests import RequestState, executed_indices, list_requests
from jp20.operations.investors.whitelist import facts_of
from jp20.operations.session import Session, TokenName


class NotEnoughUnits(JP20Error):
    """The issuer's account has fewer units than are to be delivered. Nothing was sent."""

    def __init__(self, needed: int, there: int) -> None:
        super().__init__(
            Text(
                f"{needed:,} units are to be delivered, and {there:,} are undistributed.",
                f"配布予定 {needed:,} 口に対し、未配布は {there:,} 口です。",
            ),
            next_step=Text(
                "Issue more units first, or correct the file.",
                "追加発行を行うか、ファイルを修正してください。",
            ),
        )


class AnotherDeliveryUnderWay(JP20Error):
    """Under this case a request for other rows is open, and could still be executed."""

    def __init__(self, case: str, request: bytes) -> None:
        super().__init__(
            Text(
                f"Under case {case} another delivery is under way.",
                f"案件 {case} では別の配布が進行中です。",
            ),
            Text(f"Request 0x{request.hex()}.", f"申請 0x{request.hex()}"),
            Text(
                "Finish it with its file, or cancel it, or use another case.",
                "そのファイルで完了するか、取り消すか、別の案件番号を使用してください。",
            ),
        )


@dataclass(frozen=True, slots=True)
class DistributionPlan:
    """A file beside the chain: `pending` rows are decided on and delivered, in this order, in calls
    of 250; `settled` ones are not, each with what became of it or why not.

    `expected` says of the pending rows that the chain would refuse now, by wallet, why.
    """

    evidence: Evidence
    pending: tuple[Allotment, ...]
    settled: tuple[RowOutcome, ...]
    expected: dict[ChecksumAddress, Reason]
    continues: bool

    @property
    def is_empty(self) -> bool:
        return not self.pending

    @property
    def total(self) -> int:
        """Units of the pending rows that nothing stands against."""
        return sum(row.units for row in self.pending if row.wallet not in self.expected)


def plan_distribution(
    session: Session, token: TokenName, file: AllotmentFile, evidence: Evidence
) -> DistributionPlan:
    """Compares a file with what was delivered under the case.

    The first time all rows are decided on; the chain skips those that it refuses by then. While
    that decision is under way it is gone on with as it is. Afterwards the rows that were refused
    are decided on anew, as far as nothing stands against them any more.
    Raises AnotherDeliveryUnderWay, NotEnoughUnits.
    """
    contract = session.token(token)
    past = Past(session, contract, evidence)
    bad = faulty(file.faults)
    first = root_of(contract, file.allotments) if file.allotments else b""
    expected = expected_refusals(session, contract, file.allotments)
    if past.is_under_way(first) or not past.is_begun:
        plan = DistributionPlan(evidence, file.allotments, bad, expected, past.is_under_way(first))
    else:
        settled = [
            row for each in file.allotments if (row := past.settled(each, expected)) is not None
        ]
        lines = {row.line for row in settled}
        pending = tuple(each for each in file.allotments if each.line not in lines)
        plan = DistributionPlan(evidence, pending, (*bad, *settled), expected, False)
    _require_alone(past, contract, plan)
    _require_enough(contract, past, plan)
    return plan


def distribute(
    session: Session,
    token: TokenName,
    file: AllotmentFile,
    evidence: Evidence,
    *,
    parties: Iterable[int] = (),
) -> Outcomes:
    """Delivers what a file says and was not delivered yet under this case; see
    `plan_distribution`. Rows that are faulty or that the chain refuses are reported.
    """
    session.settle()
    plan = plan_distribution(session, token, file, evidence)
    return deliver(session, token, plan, parties=parties)


def deliver(
    session: Session, token: TokenName, plan: DistributionPlan, *, parties: Iterable[int] = ()
) -> Outcomes:
    """Carries a plan out; where it is empty, nothing is sent."""
    if plan.is_empty:
        return Outcomes((), in_order(plan.settled))
    contract = session.token(token)
    rows = [BatchRow(each, each.wallet, each.units, each.line) for each in plan.pending]
    done = execute_batch(
        session,
        rows,
        lambda part: delivery(contract, part),
        plan.evidence,
        parties,
        BATCH_SIZE,
        key_of=lambda part: delivery_key(contract, plan.evidence, part),
    )
    return Outcomes(done.decided, in_order((*plan.settled, *done.rows)))


def delivery_key(
    token: Contract, evidence: Evidence, rows: Sequence[Allotment | DeliveryRow]
) -> bytes:
    """By which the outbox knows a delivery of rows that one key makes without a request. All of a
    case begin alike.
    """
    return _beginning(token, evidence) + keccak(delivery(token, rows).data)[:16]


_Delivered = dict[ChecksumAddress, tuple[int, bytes | None, int | None]]
"""Units by wallet, with the last transaction and its block."""


def delivered_directly(session: Session, token: Contract, evidence: Evidence) -> _Delivered:
    """What keys delivered under a case without a request, by the outboxes at hand: the chain does
    not say under which case it was.
    """
    carried = session.executed(_beginning(token, evidence))
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

    def is_under_way(self, root: bytes) -> bool:
        """Whether a decision on these calls was begun and is not carried out to the end."""
        return self._pending.get(root, False)

    def others_open(self, root: bytes) -> Iterable[bytes]:
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
        place: dict[ChecksumAddress, tuple[bytes, int]] = {}
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
    """The wallets that the chain would refuse, and why, at a block or now: what it would answer if
    the rows were delivered in their order, and there were units enough.
    """
    classes, residencies, cap, *_ = token.read(
        tuple[int, int, int, int, bool, bool, bool], "rules", block=block
    )
    rules = RecipientHolding(classes, residencies, token.read(int, "lotSize", block=block))
    now = session.connection.block(block).time
    if now >= (token.read(int, "maturity", block=block) or now + 1):
        return {row.wallet: Reason.TOKEN_MATURED for row in rows}
    facts = facts_of(session, [row.wallet for row in rows], block)
    judged = {
        row.wallet: judge_delivery(each, rules, row.units, now)
        for row, each in zip(rows, facts, strict=True)
    }
    if cap:
        investors = {
            row.wallet: each.investor
            for row, each in zip(rows, facts, strict=True)
            if judged[row.wallet] is Reason.NONE
        }
        judged |= _one_too_many(session, token, investors, cap, block)
    return {wallet: reason for wallet, reason in judged.items() if reason is not Reason.NONE}


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


def root_of(token: Contract, rows: Sequence[Allotment | DeliveryRow]) -> bytes:
    """The root under which a decision has the deliveries of rows."""
    parts = [rows[start : start + BATCH_SIZE] for start in range(0, len(rows), BATCH_SIZE)]
    calls = [delivery(token, part) for part in parts]
    return MerkleTree([leaf(index, call) for index, call in enumerate(calls)]).root


# Inside


def _beginning(token: Contract, evidence: Evidence) -> bytes:
    return keccak(b"delivery" + bytes.fromhex(token.address[2:]) + evidence.case_id)[:16]


def _wallet(row: Allotment | DeliveryRow) -> ChecksumAddress:
    return row.wallet if isinstance(row, Allotment) else row.account


def _one_too_many(
    session: Session,
    token: Contract,
    investors: Mapping[ChecksumAddress, int],
    cap: int,
    block: int | None,
) -> dict[ChecksumAddress, Reason]:
    """The wallets, in their order, whose investors would come after the last one that there is room
    for.
    """
    wallets = [(wallet,) for wallet in investors]
    groups = session.platform.read_many(
        tuple[ChecksumAddress, ...], "walletsOf", wallets, block=block
    )
    every = list({wallet for group in groups for wallet in group})
    units = dict(
        zip(
            every,
            token.read_many(int, "balanceOf", [(wallet,) for wallet in every], block=block),
            strict=True,
        )
    )
    holding = {
        investor
        for investor, group in zip(investors.values(), groups, strict=True)
        if any(units[wallet] for wallet in group)
    }
    room = cap - token.read(int, "holderCount", block=block)
    refused: dict[ChecksumAddress, Reason] = {}
    for wallet, investor in investors.items():
        if investor in holding:
            continue
        if room <= 0:
            refused[wallet] = Reason.HOLDER_CAP
        else:
            holding.add(investor)
            room -= 1
    return refused


def _changed(units: int) -> Text:
    return Text(
        f"{units} units were delivered under this case, and the file says otherwise.",
        f"この案件では既に {units} 口が配布されており、ファイルの数量と異なります。",
    )


def _require_alone(past: Past, token: Contract, plan: DistributionPlan) -> None:
    root = root_of(token, plan.pending) if plan.pending else b""
    for request in past.others_open(root):
        raise AnotherDeliveryUnderWay(plan.evidence.case, request)


def _require_enough(token: Contract, past: Past, plan: DistributionPlan) -> None:
    there = token.read(int, "undistributed")
    needed = plan.total
    if plan.continues:
        needed -= past.delivered_of(row for row in plan.pending if row.wallet not in plan.expected)
    if needed > there:
        raise NotEnoughUnits(needed, there)
