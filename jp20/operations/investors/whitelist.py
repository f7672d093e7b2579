"""The whitelist: investors come, are renewed, reclassified, suspended, change wallets (G7, G13).

Of a file only wallets, class, residency and dates go to the chain.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from eth_typing import ChecksumAddress

from jp20.domain.base import times
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import OrganisationId
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.requests import Call, Request, compose
from jp20.domain.investors.facts import Facts
from jp20.domain.investors.investors import Investor, InvestorClass, InvestorFile, Residency
from jp20.domain.plans.outcomes import Outcome, RowOutcome
from jp20.domain.token.reasons import RegistryReason
from jp20.operations.governance.acts import RowsAct
from jp20.operations.governance.batches import BatchRow, faulty
from jp20.operations.governance.requests import executed_indices, proposals
from jp20.operations.session import Session

_R = TypeVar("_R")

Renewal = tuple[ChecksumAddress, int]
"""Any wallet of the investor, and until when its KYC is valid (unix seconds)."""

Classification = tuple[ChecksumAddress, InvestorClass, int, Residency]
"""Any wallet of the investor, class, until when the class is valid, residency."""

Suspended = tuple[ChecksumAddress, int]
"""Any wallet of the investor, and since when it is suspended (unix seconds)."""

_OTHER_INVESTOR = Text("Two of the wallets belong to different investors on the chain.")
_SUSPENDED = Text("The investor is suspended.")


class NobodysWallet(JP20Error):
    """The address is no registered investor's wallet."""

    what = Text("{wallet} is nobody's wallet.")
    next_step = Text("Register the investor first.")

    def __init__(self, wallet: ChecksumAddress) -> None:
        super().__init__(wallet=wallet)


_SAME_INVESTOR = Text("On the chain this is the same investor as on line {line}.")


@dataclass(frozen=True, slots=True)
class WhitelistPlan:
    """A file beside the chain. `wallets` are further ones of investors, with one that is or will be
    registered. `refused` are rows that are not sent, each with its reason. `facts` is what the
    chain says of the file's wallets.
    """

    new: tuple[Investor, ...]
    wallets: tuple[tuple[Investor, ChecksumAddress, ChecksumAddress], ...]
    renew: tuple[Investor, ...]
    reclassify: tuple[Investor, ...]
    unchanged: tuple[Investor, ...]
    refused: tuple[RowOutcome, ...]
    facts: Mapping[ChecksumAddress, Facts]

    def known_wallet(self, investor: Investor) -> ChecksumAddress:
        """A wallet by which the chain knows an investor that is not new."""
        return next(wallet for wallet in investor.wallets if self.facts[wallet].is_known)

    @property
    def is_empty(self) -> bool:
        """Whether the chain is as the file says, so that nothing is to be sent."""
        return not (self.new or self.wallets or self.renew or self.reclassify)


def plan_whitelist(session: Session, file: InvestorFile, block: int | None = None) -> WhitelistPlan:
    """Compares a file with the chain, at a block or now. Faulty lines are refused rows; the others
    are planned.
    """
    wallets = [wallet for each in file.investors for wallet in each.wallets]
    facts = dict(zip(wallets, facts_of(session, wallets, block), strict=True))
    plan = _Plan(list(faulty(file.faults)), facts, session.connection.block(block).time)
    for each in file.investors:
        plan.take(each)
    return plan.plan()


def renew(session: Session, rows: Sequence[Renewal], evidence: Evidence) -> RowsAct[Renewal]:
    """Sets until when the KYC of investors is valid."""
    ends = {end: times.until(end) for _, end in rows}
    return _act(
        session,
        "renew",
        [BatchRow(row, row[0]) for row in rows],
        evidence,
        lambda: Text(
            "Renew the KYC of {count} {count:investor|investors} until {values}?",
            count=len(rows),
            values=Text.listing(each for each in ends.values()),
        ),
    )


def reclassify(
    session: Session, rows: Sequence[Classification], evidence: Evidence
) -> RowsAct[Classification]:
    """Sets class and residency of investors."""
    made = dict.fromkeys((row[1].text, row[3].text) for row in rows)
    return _act(
        session,
        "reclassify",
        [BatchRow(row, row[0]) for row in rows],
        evidence,
        lambda: Text(
            "Make {count} {count:investor|investors} {made}?",
            count=len(rows),
            made=Text.joined(
                (Text("{kind}, {home}", kind=kind, home=home) for kind, home in made), "; ", "、"
            ),
        ),
    )


def suspend_at_once(
    session: Session, wallets: Sequence[ChecksumAddress], evidence: Evidence
) -> RowsAct[ChecksumAddress]:
    """The AML officer's: suspends investors, each with all wallets. To be confirmed in 72 hours."""
    rows = [BatchRow(wallet, wallet) for wallet in wallets]
    question = _suspension_of(wallets)
    return _act(session, "suspendAtOnce", rows, evidence, question, stops=True)


def confirm_suspension(
    session: Session, wallets: Sequence[ChecksumAddress], evidence: Evidence
) -> RowsAct[Suspended]:
    """Confirms the suspensions that stand now, by an organisation that made none of them."""
    own = {organisation for organisation, *_ in _suspensions(session, wallets) if organisation}
    return _on_suspensions(
        session,
        wallets,
        lambda rows: _act(
            session,
            "confirmSuspension",
            rows,
            evidence.excluding(*own),
            lambda: Text(
                "Confirm the suspension of {count} {count:investor|investors}?", count=len(wallets)
            ),
        ),
    )


def suspend(
    session: Session, wallets: Sequence[ChecksumAddress], evidence: Evidence
) -> RowsAct[ChecksumAddress]:
    """Suspends investors by decision, which also confirms what was done at once."""
    rows = [BatchRow(wallet, wallet) for wallet in wallets]
    return _act(session, "suspend", rows, evidence, _suspension_of(wallets))


def reinstate(
    session: Session, wallets: Sequence[ChecksumAddress], evidence: Evidence
) -> RowsAct[Suspended]:
    """Lifts the suspensions that stand now, or those that were lifted under this case; one that
    came later is not lifted by this decision.
    """
    return _on_suspensions(
        session,
        wallets,
        lambda rows: _act(
            session,
            "reinstate",
            rows,
            evidence,
            lambda: Text(
                "Lift the suspension of {count} {count:investor|investors}?", count=len(wallets)
            ),
        ),
    )


def add_wallets(
    session: Session, rows: Sequence[tuple[ChecksumAddress, ChecksumAddress]], evidence: Evidence
) -> RowsAct[tuple[ChecksumAddress, ChecksumAddress]]:
    """Gives investors further wallets: any wallet of theirs, and the new one."""
    return _act(
        session,
        "addWallets",
        [BatchRow(row, row[1]) for row in rows],
        evidence,
        lambda: Text.lines(
            Text("Give the investor of {of} the wallet {new}?", of=of, new=new) for of, new in rows
        ),
    )


def retire_wallets(
    session: Session, wallets: Sequence[ChecksumAddress], evidence: Evidence
) -> RowsAct[ChecksumAddress]:
    """Takes wallets out of use for ever: their keys were lost or stolen."""
    return _act(
        session,
        "retireWallets",
        [BatchRow(wallet, wallet) for wallet in wallets],
        evidence,
        lambda: Text("Retire {wallets}? This cannot be undone.", wallets=Text.listing(wallets)),
    )


def investor(session: Session, wallet: ChecksumAddress, block: int | None = None) -> Facts:
    """What the platform knows of a wallet, now or at a block."""
    return Facts.of(session.platform.read(int, "factsOf", wallet, block=block))


def facts_of(
    session: Session, wallets: Sequence[ChecksumAddress], block: int | None = None
) -> list[Facts]:
    """The same of many."""
    rows = [(wallet,) for wallet in wallets]
    return [
        Facts.of(word) for word in session.platform.read_many(int, "factsOf", rows, block=block)
    ]


def wallets_of(session: Session, wallet: ChecksumAddress) -> tuple[ChecksumAddress, ...]:
    """All wallets of the investor behind one, beginning with it. Raises NobodysWallet."""
    found = session.platform.read(tuple[ChecksumAddress, ...], "walletsOf", wallet)
    if not found:
        raise NobodysWallet(wallet)
    return found


# Inside


class _Plan:
    """A plan being made, at the time `now` of the chain."""

    def __init__(
        self, refused: list[RowOutcome], facts: Mapping[ChecksumAddress, Facts], now: int
    ) -> None:
        self._new: list[Investor] = []
        self._wallets: list[tuple[Investor, ChecksumAddress, ChecksumAddress]] = []
        self._renew: list[Investor] = []
        self._reclassify: list[Investor] = []
        self._unchanged: list[Investor] = []
        self._refused = refused
        self._facts = facts
        self._now = now
        self._lines: dict[int, int] = {}

    def plan(self) -> WhitelistPlan:
        return WhitelistPlan(
            tuple(self._new),
            tuple(self._wallets),
            tuple(self._renew),
            tuple(self._reclassify),
            tuple(self._unchanged),
            tuple(self._refused),
            self._facts,
        )

    def take(self, investor: Investor) -> None:
        facts = [self._facts[wallet] for wallet in investor.wallets]
        known = [wallet for wallet in investor.wallets if self._facts[wallet].is_known]
        missing = [wallet for wallet in investor.wallets if not self._facts[wallet].is_known]
        refusal = _obstacle(facts) or self._expired(investor) or self._twice(investor, facts)
        if refusal is not None:
            self._refused += _rows(investor, Outcome.REFUSED, *refusal)
            return
        if not known:
            self._new.append(investor)
            missing = missing[1:]
        existing = known[0] if known else investor.wallets[0]
        self._wallets += [(investor, existing, wallet) for wallet in missing]
        if known:
            self._compare(investor, self._facts[existing], changed=bool(missing))

    def _compare(self, investor: Investor, facts: Facts, *, changed: bool) -> None:
        renewed = facts.kyc_expiry != investor.kyc_expiry
        reclassified = _classification(facts) != _classification(investor)
        if renewed:
            self._renew.append(investor)
        if reclassified:
            self._reclassify.append(investor)
        if not (renewed or reclassified or changed):
            self._unchanged.append(investor)

    def _expired(self, investor: Investor) -> tuple[str, Text] | None:
        """By the chain's time, which need not be the machine's by which the file was read."""
        for expiry, reason in (
            (investor.kyc_expiry, RegistryReason.KYC_EXPIRED),
            (investor.class_expiry, RegistryReason.CLASS_EXPIRED),
        ):
            if expiry <= self._now:
                return reason.name, reason.text
        return None

    def _twice(self, investor: Investor, facts: Sequence[Facts]) -> tuple[str, Text] | None:
        """Two references of the file that are one investor on the chain would contradict."""
        for each in facts:
            line = self._lines.setdefault(each.investor, investor.line) if each.is_known else None
            if line not in (None, investor.line):
                return "SAME_INVESTOR", _SAME_INVESTOR.filled(line=line)
        return None


def _obstacle(facts: Sequence[Facts]) -> tuple[str, Text] | None:
    """Code and reason why a row cannot be brought to the chain."""
    if any(each.reserved for each in facts):
        return RegistryReason.RESERVED_ACCOUNT.name, RegistryReason.RESERVED_ACCOUNT.text
    if any(each.retired for each in facts):
        return RegistryReason.ALREADY_RETIRED.name, RegistryReason.ALREADY_RETIRED.text
    if len({each.investor for each in facts if each.is_known}) > 1:
        return "OTHER_INVESTOR", _OTHER_INVESTOR
    if any(each.suspended for each in facts):
        return RegistryReason.ALREADY_SUSPENDED.name, _SUSPENDED
    return None


def _classification(of: Facts | Investor) -> tuple[InvestorClass, int, Residency]:
    return of.investor_class, of.class_expiry, of.residency


def _rows(
    investor: Investor, outcome: Outcome, code: str | None = None, reason: Text | None = None
) -> list[RowOutcome]:
    """One for each row of an investor."""
    return [
        RowOutcome(line, wallet, None, outcome, reason, code)
        for line, wallet in zip(investor.lines, investor.wallets, strict=True)
    ]


def _suspension_of(wallets: Sequence[ChecksumAddress]) -> Callable[[], Text]:
    return lambda: Text("Suspend {count} {count:investor|investors}?", count=len(wallets))


def _suspensions(
    session: Session, wallets: Sequence[ChecksumAddress], block: int | None = None
) -> list[tuple[OrganisationId, int, OrganisationId, int]]:
    return session.platform.read_many(
        tuple[OrganisationId, int, OrganisationId, int],
        "suspension",
        [(wallet,) for wallet in wallets],
        block=block,
    )


def _on_suspensions(
    session: Session,
    wallets: Sequence[ChecksumAddress],
    act_of: Callable[[Sequence[BatchRow[Suspended]]], RowsAct[Suspended]],
) -> RowsAct[Suspended]:
    """The act on the suspensions that are meant: those that it was carried out on under the case
    before, else those that stand now.

    A call of many rows is not published. So a request of the case is known by its root, which is
    compared with what stood in the block before it was proposed. Raises StateMissing where no node
    knows that any more.
    """
    act = act_of(_with_time(wallets, _suspensions(session, wallets)))
    if not act.calls:
        return act
    target, selector, evidence = act.calls[0].target, act.calls[0].selector, act.evidence
    asked = proposals(session, target=target, selector=selector, case_id=evidence.case_id)
    for proposal in asked.values():
        request = proposal.request
        if request.document_hash != evidence.document_hash or len(act.calls) != request.calls:
            continue
        if not executed_indices(session, request):
            continue
        stood = _suspensions(session, wallets, proposal.at.block - 1)
        before = act_of(_with_time(wallets, stood))
        if _root(before, request) == request.root:
            return before
    return act


def _root(act: RowsAct[Suspended], like: Request) -> bytes:
    """The root of the act's calls."""
    return compose(act.calls, like.case_id, like.document_hash, like.rule).request.root


def _with_time(
    wallets: Sequence[ChecksumAddress], suspensions: Sequence[tuple[int, int, int, int]]
) -> list[BatchRow[Suspended]]:
    return [
        BatchRow((wallet, since), wallet)
        for wallet, (_, since, *_) in zip(wallets, suspensions, strict=True)
    ]


def _act(
    session: Session,
    function: str,
    rows: Sequence[BatchRow[_R]],
    evidence: Evidence,
    question: Callable[[], Text],
    *,
    stops: bool = False,
) -> RowsAct[_R]:
    def call_of(part: Sequence[_R]) -> Call:
        return session.platform.call(function, part)

    return RowsAct(tuple(rows), call_of, evidence, question, stops=stops)
