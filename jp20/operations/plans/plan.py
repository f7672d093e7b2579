"""Plan and apply: a file becomes a plan, and each organisation applies the same plan with its own
key until all of it is done (G2, G7, G17).

Applied again, a plan sends nothing that is done. What a request decides is executed as it was
signed: while one is under way the plan goes on with it, and the chain skips the rows that it
refuses by then. Before that, a plan whose ground has moved is not begun.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract
from jp20.chain.contracts.errors import Reverted
from jp20.chain.new_files import write_new
from jp20.chain.rpc.node_errors import NoBlock, NodeFailure
from jp20.chain.rpc.receipts import Receipt
from jp20.chain.sending.waiting import OutcomeUnknown
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.governance.assignment import NotEnoughOrganisations
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.policy import rule_of
from jp20.domain.governance.requests import Call, Request
from jp20.domain.investors.facts import Facts, registration_word
from jp20.domain.investors.investors import Investor, InvestorFile
from jp20.domain.plans.allotments import Allotment, AllotmentFile, total_missed
from jp20.domain.plans.costs import PlannedAct
from jp20.domain.plans.outcomes import Decided, Outcome, Outcomes, RowOutcome, Step, in_order
from jp20.domain.plans.plan import (
    DeliveryRow,
    NotNow,
    Plan,
    PlanBlocked,
    PlanElsewhere,
    PlanKind,
    PlannedDecision,
    PlannedRow,
    PlanOutOfDate,
    RefusedRow,
    Registration,
    RowState,
    Source,
    WhitelistRow,
    plan_from_json,
    plan_to_json,
    refused_of,
)
from jp20.domain.plans.source import OtherRows, differences, left_out
from jp20.domain.token.reasons import Reason
from jp20.operations.files.inputs import read_file
from jp20.operations.governance import requests
from jp20.operations.governance.batches import BatchRow, execute_batch, outcomes_of
from jp20.operations.governance.decide import AwaitingOthers, NotBefore, case_key
from jp20.operations.investors.whitelist import WhitelistPlan, facts_of, plan_whitelist
from jp20.operations.plans.distribute import (
    AnotherDeliveryUnderWay,
    NotEnoughUnits,
    Past,
    delivered_since,
    delivery,
    delivery_key,
    expected_refusals,
    root_of,
)
from jp20.operations.session import Session, TokenName

_UNKNOWN = Text(
    "It was sent, and is in no block yet. Apply the plan again to learn what became of it."
)


class PlanAwaitingOthers(AwaitingOthers):
    """What the keys at hand can do of the plan is done; `outcomes` is how its rows stand."""

    def __init__(self, waiting: AwaitingOthers, steps: Sequence[Step], outcomes: Outcomes) -> None:
        super().__init__(waiting.request, steps, waiting.roles, waiting.decision, waiting.awaited)
        self.next_step = Text("Let them apply the same plan, then apply it again.")
        self.outcomes = outcomes


@dataclass(frozen=True, slots=True)
class PlanProgress:
    """How far a decision of a plan is: rows carried out, of all its rows."""

    act: PlannedAct
    done: int
    total: int


# Plan


def prepare_whitelist(session: Session, file: InvestorFile, evidence: Evidence) -> Plan:
    """What a whitelist file would change. Faulty rows, and those that the chain would refuse, are
    named and not sent.
    """
    block = session.connection.block().number
    found = plan_whitelist(session, file, block)
    refused = [*refused_of(file.faults), *_stopped(session, None, block)]
    refused += [
        RefusedRow(
            row.line, row.account, None, "wallet", row.code or "", row.reason or Text.verbatim("")
        )
        for row in found.refused
        if row.code != "FILE"
    ]
    decisions = [
        PlannedDecision(act, session.rule(session.platform.call(act.function, [])), tuple(rows))
        for act, rows in _whitelist_rows(found).items()
        if rows
    ]
    told = {row.line for row in refused} | {row.line for each in decisions for row in each.rows}
    settled = [
        RowOutcome(line, wallet, None, Outcome.UNCHANGED)
        for each in file.investors
        for line, wallet in zip(each.lines, each.wallets, strict=True)
        if line not in told
    ]
    return _plan(
        session,
        PlanKind.WHITELIST,
        None,
        block,
        evidence,
        Source(file.file, file.digest),
        file.lines,
        decisions,
        settled,
        refused,
    )


def prepare_distribution(
    session: Session,
    token: TokenName,
    file: AllotmentFile,
    evidence: Evidence,
    *,
    expected_total: int | None = None,
) -> Plan:
    """What an allotment file would deliver under a case, beside what was delivered under it. Faulty
    rows, and those that the chain would refuse, are named and not sent.

    `expected_total`: what the file must come to, exactly; a total that it states itself must be met
    as well. Else no more than is undistributed: a delivery may be one of several. A decision
    under way on rows of this file is gone on with as it is.
    Raises AnotherDeliveryUnderWay where the one under way is on other rows.
    """
    contract = session.token(token)
    block = session.connection.block().number
    past = Past(session, contract, evidence)
    still = [row for row in file.allotments if not past.delivered(row.wallet)]
    expected = expected_refusals(session, contract, still, block)
    under_way = _under_way(session, contract, past, file.allotments, expected)
    rows: list[Allotment] = []
    settled: list[RowOutcome] = []
    refused = [*refused_of(file.faults), *_stopped(session, contract, block)]
    for each in file.allotments:
        found = None if each in under_way else past.settled(each, expected)
        if found is None:
            rows.append(each)
        elif found.outcome is Outcome.ALREADY_DONE:
            settled.append(found)
        else:
            refused.append(_refused(found))
    _require_alone(contract, past, rows, evidence)
    needed = sum(each.units for each in rows) - past.delivered_of(rows)
    there = contract.read(int, "undistributed", block=block)
    if needed > there:
        refused.append(_whole("NOT_ENOUGH_UNITS", NotEnoughUnits(needed, there).what))
    if expected_total is not None and expected_total != file.written:
        refused.append(_whole("TOTAL", total_missed(expected_total, file.written)[0]))
    planned = tuple(DeliveryRow(each.line, each.wallet, each.units) for each in rows)
    rule = session.rule(delivery(contract, []))
    decisions = [PlannedDecision(PlannedAct.DELIVER, rule, planned)] if planned else []
    return _plan(
        session,
        PlanKind.DISTRIBUTION,
        contract,
        block,
        evidence,
        Source(file.file, file.digest),
        file.lines,
        decisions,
        settled,
        refused,
    )


def save_plan(file: Path, plan: Plan) -> None:
    """Writes a plan into a new file, all of it or nothing: one that is there may have been sent to
    others. Raises FileExists, CannotWrite.
    """
    write_new(file, plan_to_json(plan).encode())


def load_plan(file: Path) -> Plan:
    """Raises NoFile, NotAPlan, TamperedPlan."""
    return plan_from_json(read_file(file).decode("utf-8", "replace"), file.name)


def require_rows_of(session: Session, plan: Plan, file: InvestorFile | AllotmentFile) -> None:
    """Compares a plan that others made with one's own copy of its file. Raises OtherRows where it
    does not do what the file says, all of it.
    """
    found = differences(plan, file)
    if isinstance(file, InvestorFile):
        found += left_out(plan, _whitelist_rows(plan_whitelist(session, file)))
    if found:
        raise OtherRows(file.file, found)


# Apply


def read_here(session: Session, plan: Plan) -> Plan:
    """A plan of somebody else's, with what its id does not bind read from this node: what is
    undistributed now, and the time of its block; that is nought where this chain has another block.
    """
    token = None if plan.token is None else session.token(plan.token)
    try:
        block = session.connection.block(plan.block)
    except NoBlock:
        time = 0
    else:
        time = block.time if block.hash == plan.block_hash else 0
    undistributed = None if token is None else token.read(int, "undistributed")
    return replace(plan, time=time, undistributed=undistributed)


def check_plan(session: Session, plan: Plan) -> int:
    """Compares a plan with the chain, as `apply_plan` does before it sends, so that who applies it
    is asked about what is possible only. What an earlier run left on its way comes to its end
    first: it belongs to what the chain has. Returns how many rows are not carried out yet.

    Raises PlanElsewhere, PlanBlocked, PlanOutOfDate, NotNow, AnotherDeliveryUnderWay.
    """
    _require_here(session, plan)
    session.settle()
    return sum(len(work.rows_left) for work in _compared(session, plan))


def apply_plan(
    session: Session, plan: Plan, *, progress: Callable[[PlanProgress], None] | None = None
) -> Outcomes:
    """Carries out of a plan what is not done yet, as far as the keys at hand reach.

    All of it is compared with the chain before anything is sent. Rows that were sent and are in no
    block yet are UNKNOWN, those after them PENDING; nothing of what follows is sent then. Where it
    is a proposal, a signature, or what an earlier run sent that is in no block, OutcomeUnknown is
    raised.
    Raises PlanElsewhere, PlanBlocked, PlanOutOfDate, NotNow, AnotherDeliveryUnderWay; with the
    keys of a single organisation PlanAwaitingOthers; and what `decide` raises.
    """
    _require_here(session, plan)
    session.settle()
    works = _compared(session, plan)
    run = _Run(session, plan, progress or (lambda _: None))
    for work in works:
        run.carry_out(work)
    return run.end()


# A file at once


def enrol(session: Session, file: InvestorFile, evidence: Evidence) -> Outcomes:
    """Brings the chain to what a file of investors says: planned, and applied. Raises what
    `apply_plan` raises.
    """
    session.settle()
    return apply_plan(session, prepare_whitelist(session, file, evidence))


def distribute(
    session: Session, token: TokenName, file: AllotmentFile, evidence: Evidence
) -> Outcomes:
    """Delivers what a file says and was not delivered yet under its case: planned, and applied.
    Raises what `prepare_distribution` and `apply_plan` raise.
    """
    session.settle()
    plan = prepare_distribution(session, token, file, evidence)
    return apply_plan(session, plan)


class _Work:
    """A decision of a plan beside the chain: which of its calls were executed, and how the chain
    stands to the rows of the others.
    """

    def __init__(self, session: Session, plan: Plan, decision: PlannedDecision) -> None:
        self.decision = decision
        self.act = decision.act
        self._evidence = plan.evidence
        self.target = session.platform if plan.token is None else session.token(plan.token)
        self.parts = [
            decision.rows[start : start + self.act.at_once]
            for start in range(0, len(decision.rows), self.act.at_once)
        ]
        rule = rule_of(decision.rule)
        self.is_direct = rule is not None and rule.is_direct
        self.rule_stands = session.rule(self.call(())) == decision.rule
        self.request: Request | None = None
        self.executed: set[int] = set()
        self.is_under_way = False
        if self.rule_stands and not self.is_direct:
            calls = [self.call(part) for part in self.parts]
            self.request = requests.prepare(session, calls, plan.evidence).request
            self.executed = requests.executed_indices(session, self.request)
            self.is_under_way = bool(self.executed) or (
                rule is not None
                and requests.standing(session, self.request).is_open(rule, session.now())
            )
        self.states: dict[PlannedRow, RowState] = {}

    @property
    def open_rows(self) -> list[PlannedRow]:
        """The rows of calls that were not executed."""
        return [
            row
            for index, part in enumerate(self.parts)
            if index not in self.executed
            for row in part
        ]

    @property
    def is_done(self) -> bool:
        """Whether the chain is as planned, and no request of this plan brought it there."""
        return not self.is_under_way and all(
            state is RowState.AFTER for state in self.states.values()
        )

    @property
    def rows_left(self) -> list[PlannedRow]:
        """The rows that nothing carried out yet."""
        if self.is_done:
            return []
        return self.pending_rows() if self.is_direct else self.open_rows

    def call(self, rows: Sequence[PlannedRow]) -> Call:
        """The call that carries rows out."""
        if self.act is PlannedAct.DELIVER:
            return delivery(self.target, _deliveries(rows))
        return self.target.call(
            self.act.function,
            [_argument(self.act, row) for row in rows if isinstance(row, WhitelistRow)],
        )

    @property
    def is_keyed(self) -> bool:
        """Whether the chain does not say by which plan a row was carried out: a delivery without a
        request. The outbox does then.
        """
        return self.is_direct and self.act is PlannedAct.DELIVER

    def key_of(self, rows: Sequence[PlannedRow]) -> bytes:
        """The key of the call on some rows: whatever plan they stand in, that of their case."""
        return delivery_key(self.target, self._evidence, _deliveries(rows))

    @property
    def parts_to_do(self) -> list[Sequence[PlannedRow]]:
        """The rows of each call, as they are carried out."""
        if not self.is_direct:
            return list(self.parts)
        rows = self.pending_rows()
        size = self.act.at_once
        return [rows[start : start + size] for start in range(0, len(rows), size)]

    def key_of_part(self, session: Session, index: int, rows: Sequence[PlannedRow]) -> bytes:
        """By which the outbox knows the call on some rows."""
        if self.request is not None:
            return requests.execution_key(session, self.request, index)
        return (
            self.key_of(rows)
            if self.is_keyed
            else case_key(session, self.call(rows), self._evidence)
        )

    def pending_rows(self) -> list[PlannedRow]:
        """The rows to be carried out: all, where they are decided on as a whole; else those that
        are not as planned yet.
        """
        if not self.is_direct:
            return list(self.decision.rows)
        return [row for row in self.decision.rows if self.states[row] is not RowState.AFTER]


class _Run:
    """A plan being carried out."""

    def __init__(
        self, session: Session, plan: Plan, progress: Callable[[PlanProgress], None]
    ) -> None:
        self._session = session
        self._plan = plan
        self._progress = progress
        self._decided: list[Decided] = []
        self._rows: list[RowOutcome] = [*plan.outcomes]
        self._steps: list[Step] = []
        self._waiting: list[JP20Error] = []
        self._acts_waiting: set[PlannedAct] = set()
        self._is_unknown = False
        self._trouble: JP20Error | None = None

    def carry_out(self, work: _Work) -> None:
        total = len(work.decision.rows)
        if work.is_done:
            self._rows += [_as(row, Outcome.ALREADY_DONE) for row in work.decision.rows]
        elif self._is_unknown or self._builds_on_waiting(work):
            self._rows += [_as(row, Outcome.PENDING) for row in work.decision.rows]
            return
        else:
            self._tell(work, 0)
            self._decide(work)
        if work.act not in self._acts_waiting and not self._is_unknown:
            self._tell(work, total)

    def _tell(self, work: _Work, done: int) -> None:
        total = len(work.decision.rows)
        self._progress(PlanProgress(work.act, min(done, total), total))

    def end(self) -> Outcomes:
        """The outcomes; raises what there is to be waited for, where nothing else is to be told."""
        outcomes = Outcomes(tuple(self._decided), in_order(self._rows), self._trouble)
        if not self._waiting:
            return outcomes
        first = self._waiting[0]
        if isinstance(first, AwaitingOthers):
            raise PlanAwaitingOthers(first, (*self._steps, *outcomes.steps), outcomes) from None
        raise first

    def _builds_on_waiting(self, work: _Work) -> bool:
        """Whether these rows need others before them: a wallet is added to an investor who is to be
        registered.
        """
        return work.act is PlannedAct.ADD_WALLETS and PlannedAct.REGISTER in self._acts_waiting

    def _decide(self, work: _Work) -> None:
        rows = work.pending_rows()
        try:
            done = execute_batch(
                self._session,
                [BatchRow(row, row.account, row.units, row.line) for row in rows],
                work.call,
                self._plan.evidence,
                work.act.at_once,
                lambda calls, _: self._tell(work, calls * work.act.at_once),
                key_of=work.key_of if work.is_keyed else None,
            )
        except (OutcomeUnknown, NodeFailure) as broken:
            rows_now = _rows_after(self._session, work, broken)
            if all(row.outcome is not Outcome.UNKNOWN for row in rows_now):
                raise
            self._is_unknown = True
            self._rows += rows_now
            self._trouble = getattr(broken, "trouble", broken)
        except (AwaitingOthers, NotBefore) as waiting:
            self._wait(work, waiting)
        except NotEnoughOrganisations as waiting:
            # Another organisation acts alone here: it applies the plan with its key.
            if not (self._session.single_organisation and work.is_direct):
                raise
            self._wait(work, waiting)
        else:
            self._decided += done.decided
            left = work.decision.rows if work.is_direct else ()
            self._rows += _as_planned(work, done.rows)
            carried = set(rows)
            self._rows += [_as(row, Outcome.ALREADY_DONE) for row in left if row not in carried]

    def _wait(self, work: _Work, waiting: JP20Error) -> None:
        self._waiting.append(waiting)
        self._acts_waiting.add(work.act)
        self._steps += getattr(waiting, "steps", ())
        self._rows += _rows_now(self._session, work, None)


# Inside: planning


def _plan(
    session: Session,
    kind: PlanKind,
    token: Contract | None,
    block: int,
    evidence: Evidence,
    source: Source,
    lines: frozenset[int],
    decisions: Sequence[PlannedDecision],
    settled: Sequence[RowOutcome],
    refused: Sequence[RefusedRow],
) -> Plan:
    _require_every_row(lines, decisions, settled, refused)
    at = session.connection.block(block)
    return Plan(
        kind,
        session.connection.chain_id,
        session.connection.genesis,
        session.platform.address,
        None if token is None else token.address,
        at.number,
        at.hash,
        at.time,
        evidence,
        source,
        None if token is None else token.read(int, "undistributed", block=block),
        None if token is None else token.read(int, "splits", block=block),
        tuple(decisions),
        in_order(settled),
        tuple(sorted(refused, key=lambda row: row.line or 0)),
    )


def _require_every_row(
    lines: frozenset[int],
    decisions: Iterable[PlannedDecision],
    settled: Iterable[RowOutcome],
    refused: Iterable[RefusedRow],
) -> None:
    """That each row of the file is to be done, stands, or is refused: none is lost."""
    rows = (row for each in decisions for row in each.rows)
    told = {row.line for row in (*rows, *settled, *refused)}
    lost = sorted(lines - told)
    if lost:
        raise AssertionError(f"rows that are neither done nor told: lines {lost}")


def _whitelist_rows(found: WhitelistPlan) -> dict[PlannedAct, list[WhitelistRow]]:
    """The rows of each act, in the order in which the acts are done."""

    def row(
        each: Investor, account: ChecksumAddress, existing: ChecksumAddress | None = None
    ) -> WhitelistRow:
        facts = found.facts[account]
        before = Registration.of(facts) if facts.is_known else None
        after = Registration(
            each.investor_class, each.residency, each.kyc_expiry, each.class_expiry
        )
        return WhitelistRow(each.line_of(account), account, existing, before, after)

    return {
        PlannedAct.REGISTER: [row(each, each.wallets[0]) for each in found.new],
        PlannedAct.ADD_WALLETS: [row(each, new, old) for each, old, new in found.wallets],
        PlannedAct.RENEW: [row(each, found.known_wallet(each)) for each in found.renew],
        PlannedAct.RECLASSIFY: [row(each, found.known_wallet(each)) for each in found.reclassify],
    }


def _under_way(
    session: Session,
    contract: Contract,
    past: Past,
    rows: Sequence[Allotment],
    expected: dict[ChecksumAddress, Reason],
) -> frozenset[Allotment]:
    """The rows of the decision that is under way, where it is one on rows of this file: all, or
    those that it delivered and those that nothing stands against, now or when it was proposed.
    """

    def passing(refused: dict[ChecksumAddress, Reason]) -> list[Allotment]:
        return [row for row in rows if past.delivered(row.wallet) or row.wallet not in refused]

    def candidates() -> Iterator[Sequence[Allotment]]:
        yield rows
        yield passing(expected)
        for block in past.blocks_before:
            yield passing(expected_refusals(session, contract, rows, block))

    for candidate in candidates():
        if candidate and past.is_under_way(root_of(contract, candidate)):
            return frozenset(candidate)
    return frozenset()


def _require_alone(
    contract: Contract, past: Past, rows: Sequence[Allotment | DeliveryRow], evidence: Evidence
) -> None:
    """Raises AnotherDeliveryUnderWay where a request on other rows could still be executed."""
    for request in past.others_open(root_of(contract, rows) if rows else None):
        raise AnotherDeliveryUnderWay(evidence.case, request)


def _stop(session: Session, token: Contract | None, block: int | None = None) -> Reason | None:
    """What stops all that a plan would do."""
    if session.platform.read(bool, "halted", block=block):
        return Reason.PLATFORM_HALTED
    if token is not None and token.read(bool, "paused", block=block):
        return Reason.TOKEN_PAUSED
    return None


def _stopped(session: Session, token: Contract | None, block: int) -> list[RefusedRow]:
    reason = _stop(session, token, block)
    return [] if reason is None else [_whole(reason.name, reason.text, field="")]


def _whole(code: str, reason: Text, field: str = "units") -> RefusedRow:
    return RefusedRow(None, None, None, field, code, reason, whole=True)


def _refused(row: RowOutcome) -> RefusedRow:
    """A row that the chain would refuse."""
    reason = row.reason or Text.verbatim("")
    return RefusedRow(row.line, row.account, row.units, "wallet", row.code or "", reason)


# Inside: applying


def _require_here(session: Session, plan: Plan) -> None:
    connection = session.connection
    chain = Text("chain")
    if connection.chain_id != plan.chain_id:
        raise PlanElsewhere(chain, str(plan.chain_id), str(connection.chain_id))
    genesis = connection.genesis
    if genesis != plan.genesis:
        raise PlanElsewhere(chain, f"0x{plan.genesis.hex()}", f"0x{genesis.hex()}")
    if session.platform.address != plan.platform:
        raise PlanElsewhere(Text("platform"), plan.platform, session.platform.address)
    if plan.token is not None and not session.platform.read(bool, "isToken", plan.token):
        raise PlanElsewhere(Text("token"), plan.token, "–")


def _compared(session: Session, plan: Plan) -> list[_Work]:
    """All decisions of a plan beside the chain. Raises PlanBlocked, PlanOutOfDate, NotNow,
    AnotherDeliveryUnderWay.
    """
    if plan.is_blocked:
        raise PlanBlocked(plan.faults)
    works = [_Work(session, plan, decision) for decision in plan.decisions]
    moved = [
        Text("The policy's rule for {act} was changed.", act=work.act.text)
        for work in works
        if not work.rule_stands
    ]
    if not moved and works:
        compare = _compare_wallets if plan.kind is PlanKind.WHITELIST else _compare_deliveries
        moved = compare(session, plan, works)
    if moved:
        raise PlanOutOfDate(moved)
    is_done = all(len(work.executed) == len(work.parts) or work.is_done for work in works)
    token = None if plan.token is None else session.token(plan.token)
    stop = None if is_done else _stop(session, token)
    if stop is not None:
        raise NotNow(stop.text)
    return works


def _compare_wallets(session: Session, plan: Plan, works: Sequence[_Work]) -> list[Text]:
    """Where the whitelist has moved; sets the states of the rows."""
    rows = [row for work in works for row in work.open_rows if isinstance(row, WhitelistRow)]
    wallets = list({wallet for row in rows for wallet in (row.account, row.existing) if wallet})
    now = session.now()
    facts: dict[ChecksumAddress | None, Facts] = dict(
        zip(wallets, facts_of(session, wallets), strict=True)
    )
    moved: list[Text] = []
    for work in works:
        for row in work.open_rows:
            if isinstance(row, WhitelistRow):
                state = row.state(work.act, facts[row.account], facts.get(row.existing), now)
                work.states[row] = state
                if state is RowState.MOVED and not work.is_under_way:
                    moved.append(_moved(row, _WALLET_MOVED))
    return moved


def _compare_deliveries(session: Session, plan: Plan, works: Sequence[_Work]) -> list[Text]:
    """Where the token and its holders have moved; sets the states of the rows."""
    (work,) = works
    contract, evidence = work.target, plan.evidence
    rows = _deliveries(work.open_rows)
    if rows and contract.read(int, "splits") != plan.splits:
        return [Text("The token was split since.")]
    past = Past(session, contract, evidence)
    if work.is_direct:
        if session.connection.block(plan.block).hash != plan.block_hash:
            return [_ANOTHER_BLOCK]
        # Where no request is made the chain keeps no case: what came to a wallet since counts, and
        # the outbox knows what of it was brought there under this case.
        since = delivered_since(session, contract, plan.block)
        for row in rows:
            came = since(row.account)
            if past.delivered(row.account) == row.units:
                work.states[row] = RowState.AFTER
            elif session.outbox is None:
                work.states[row] = row.state(came)
            else:
                work.states[row] = RowState.MOVED if came else RowState.BEFORE
    else:
        work.states.update({row: row.state(past.delivered(row.account)) for row in rows})
    claimed = [
        _moved(row, _NOT_DELIVERED)
        for row in plan.settled
        if row.account is None or past.delivered(row.account) < (row.units or 0)
    ]
    if claimed or not rows or work.is_done:
        return claimed
    stray = (RowState.MOVED,) if work.is_direct else (RowState.MOVED, RowState.AFTER)
    moved = [_moved(row, _DELIVERED) for row in rows if work.states[row] in stray]
    rows = [row for row in rows if work.states[row] is RowState.BEFORE]
    if not moved:
        _require_alone(contract, past, _deliveries(work.decision.rows), evidence)
    if not moved and not work.is_under_way:
        allotted = [Allotment(row.line, row.account, row.units) for row in rows]
        refused = expected_refusals(session, contract, allotted)
        moved = [_moved(row, refused[row.account].text) for row in rows if row.account in refused]
        needed, there = sum(row.units for row in rows), contract.read(int, "undistributed")
        if needed > there:
            moved.append(NotEnoughUnits(needed, there).what)
    return moved


def _deliveries(rows: Iterable[PlannedRow]) -> list[DeliveryRow]:
    return [row for row in rows if isinstance(row, DeliveryRow)]


_WALLET_MOVED = Text("The wallet is not as it was when the plan was made.")
_DELIVERED = Text("Units were delivered under this case by another decision.")


_ANOTHER_BLOCK = Text("The chain does not have the block at which the plan was made.")
_NOT_DELIVERED = Text("The plan says that it was delivered under this case, and it was not.")


def _moved(row: PlannedRow | RowOutcome, why: Text) -> Text:
    return Text("Line {line}, {account}: {why}", line=row.line, account=row.account, why=why)


def _argument(act: PlannedAct, row: WhitelistRow) -> object:
    """What the platform's function is given of a row."""
    after = row.after
    match act:
        case PlannedAct.REGISTER:
            return registration_word(
                row.account,
                after.investor_class,
                after.residency,
                after.kyc_expiry,
                after.class_expiry,
            )
        case PlannedAct.ADD_WALLETS:
            return row.existing, row.account
        case PlannedAct.RENEW:
            return row.account, after.kyc_expiry
        case _:
            return row.account, *after.classification


def _rows_now(session: Session, work: _Work, unknown: OutcomeUnknown | None) -> list[RowOutcome]:
    """How the rows of a decision stand that did not come to its end: its calls were executed, or
    are on their way (`unknown`), or were not sent.
    """
    if work.request is None:
        otherwise = Outcome.PENDING if unknown is None else Outcome.UNKNOWN
        is_done = {row for row, state in work.states.items() if state is RowState.AFTER}
        return [
            _as(row, Outcome.ALREADY_DONE if row in is_done else otherwise)
            for row in work.decision.rows
        ]
    sent = {} if unknown is None else {each.key: each.hash for each in unknown.entries}
    executed = {each.index: each for each in requests.earlier_outcomes(session, work.request)}
    found: list[RowOutcome] = []
    for index, part in enumerate(work.parts):
        key = requests.execution_key(session, work.request, index)
        if index in executed:
            rows = [BatchRow(row, row.account, row.units, row.line) for row in part]
            is_earlier = index in work.executed
            found += outcomes_of(rows, replace(executed[index], earlier=is_earlier))
        elif key in sent:
            found += [replace(_as(row, Outcome.UNKNOWN), transaction=sent[key]) for row in part]
        else:
            found += [_as(row, Outcome.PENDING) for row in part]
    return found


def _rows_after(
    session: Session, work: _Work, broken: OutcomeUnknown | NodeFailure
) -> list[RowOutcome]:
    """The same where the run broke off; by the outbox alone where no node answers any more."""
    unknown = broken if isinstance(broken, OutcomeUnknown) else None
    try:
        return _rows_now(session, work, unknown)
    except NodeFailure:
        return _rows_noted(session, work, {} if unknown is None else unknown.outcomes)


def _rows_noted(
    session: Session, work: _Work, known: Mapping[bytes, Receipt | Reverted]
) -> list[RowOutcome]:
    """How the rows stand by what the outbox noted, and by the outcomes that were seen."""
    parts = {
        work.key_of_part(session, index, part): (index, part)
        for index, part in enumerate(work.parts_to_do)
    }
    noted = session.noted(parts.keys())
    found = {
        row: _as(row, Outcome.ALREADY_DONE)
        for row in work.decision.rows
        if row not in work.rows_left
    }
    for key, (index, part) in parts.items():
        rows = [BatchRow(row, row.account, row.units, row.line) for row in part]
        entry, seen = noted.get(key), known.get(key)
        if isinstance(seen, Receipt):
            found |= dict(zip(part, _seen(session, work, index, rows, seen), strict=True))
            continue
        outcome_now = Outcome.UNKNOWN if entry is not None else Outcome.PENDING
        hash = None if entry is None else entry.hash
        found |= {row: replace(_as(row, outcome_now), transaction=hash) for row in part}
    return [found.get(row) or _as(row, Outcome.PENDING) for row in work.decision.rows]


def _seen(
    session: Session,
    work: _Work,
    index: int,
    rows: Sequence[BatchRow[PlannedRow]],
    receipt: Receipt,
) -> list[RowOutcome]:
    """What became of the rows of a call whose receipt is there."""
    call = work.call([row.value for row in rows])
    try:
        return outcomes_of(rows, requests.outcome_of(session, index, call, receipt))
    except NodeFailure:  # the times of its events are not in the receipt
        return [
            replace(
                _as(row.value, Outcome.DONE), transaction=receipt.transaction, block=receipt.block
            )
            for row in rows
        ]


def _as(row: PlannedRow, outcome: Outcome) -> RowOutcome:
    reason = _UNKNOWN if outcome is Outcome.UNKNOWN else None
    return RowOutcome(row.line, row.account, row.units, outcome, reason)


def _as_planned(work: _Work, rows: Iterable[RowOutcome]) -> list[RowOutcome]:
    """The rows, where those that the chain refused because they were as planned are done."""
    were = {row.account for row, state in work.states.items() if state is RowState.AFTER}
    return [
        replace(row, outcome=Outcome.ALREADY_DONE, code=None, reason=None)
        if row.outcome is Outcome.REFUSED and row.account in were
        else row
        for row in rows
    ]
