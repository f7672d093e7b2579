"""Lock-up, freeze, pledge, attachment: what keeps units from moving (G8, G11, G19, G24)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract
from jp20.chain.contracts.errors import Reverted
from jp20.domain.base import times
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import OrganisationId
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.requests import case_id
from jp20.domain.plans.outcomes import Decided
from jp20.domain.register.events import Frozen, FrozenAtOnce, RestraintKind, RestraintSet
from jp20.domain.token.terms import MAX_UNITS
from jp20.operations.governance.acts import Act, RowsAct, carry_out, would_be_refused
from jp20.operations.governance.batches import BatchRow, NoRows
from jp20.operations.governance.earlier import executed_call
from jp20.operations.governance.policy import CONFIRMED_WITHIN
from jp20.operations.session import Session, TokenName

Amount = tuple[ChecksumAddress, int]
"""A holder, and units."""


@dataclass(frozen=True, slots=True)
class Position:
    """What a holder has, and what keeps it: units of now."""

    balance: int
    committed: int
    locked: int
    frozen: int
    pledged: int
    attached: int
    free: int


_RELEASED: Final = {
    RestraintKind.PLEDGE: ("releasePledge", Text("pledge")),
    RestraintKind.ATTACHMENT: ("releaseAttachment", Text("attachment")),
}

NO_POSITION: Final = Position(0, 0, 0, 0, 0, 0, 0)
"""Neither units nor restraints."""


@dataclass(frozen=True, slots=True)
class Restraint:
    """A lock-up, pledge or attachment. `until` is a lock-up's end (unix seconds), else 0;
    `claimant` the pledgee's or creditor's reference.
    """

    id: int
    kind: RestraintKind
    units: int
    until: int
    claimant: bytes


@dataclass(frozen=True, slots=True)
class FreezeAtOnce:
    """What an organisation froze alone, last: when (unix seconds), and whether another one
    confirmed it.
    """

    organisation: OrganisationId
    at: int
    confirmed: bool

    @property
    def due(self) -> int:
        """Until when it is to be confirmed."""
        return self.at + CONFIRMED_WITHIN


class FrozenAlready(JP20Error):
    """At once one freezes more, not less; nothing was sent."""

    what = Text(
        "{frozen:,} {frozen:unit|units} of {wallet} {frozen:is|are} frozen already; "
        "{asked:,} would be no more."
    )
    why = Text("UNITS is the whole frozen amount, not a further one.")
    next_step = Text(
        "For {asked:,} more: jp20 freeze now {token} {wallet} {more} --case … --document "
        "…; for less, by decision: jp20 freeze set"
    )

    def __init__(self, token: TokenName, wallet: ChecksumAddress, frozen: int, asked: int) -> None:
        more = frozen + asked
        super().__init__(frozen=frozen, wallet=wallet, asked=asked, token=token, more=more)


@dataclass(frozen=True, slots=True)
class Freeze:
    """An account that is or was frozen."""

    account: ChecksumAddress
    position: Position
    at_once: tuple[FreezeAtOnce, ...]

    @property
    def unconfirmed(self) -> tuple[FreezeAtOnce, ...]:
        return tuple(each for each in self.at_once if not each.confirmed)


@dataclass(frozen=True, slots=True)
class Placed:
    """A pledge or an attachment that was set, by the number under which it is released."""

    id: int
    decided: Decided


def shown_units(units: int) -> Text:
    """A number of units that are frozen, as a person reads it: `all` catches what comes in too."""
    if units >= MAX_UNITS:
        return Text("all")
    return Text("{units:,}", units=units)


def position(
    session: Session, token: TokenName, holder: ChecksumAddress, block: int | None = None
) -> Position:
    """Balance and restraints of a holder, now or at a block."""
    return session.token(token).read(Position, "positionOf", holder, block=block)


def restraints_of(
    session: Session, token: TokenName, holder: ChecksumAddress, block: int | None = None
) -> tuple[Restraint, ...]:
    """The lock-ups that still run, the pledges and the attachments of a holder; senior first."""
    found = session.token(token).read(
        tuple[tuple[int, int, int, int, int, int, bytes], ...], "restraintsOf", holder, block=block
    )
    return tuple(
        Restraint(id, RestraintKind(kind), units, until, claimant)
        for id, _, kind, units, _, until, claimant in found
    )


def all_restraints(
    session: Session, token: TokenName
) -> dict[ChecksumAddress, tuple[Restraint, ...]]:
    """The same of every holder who has any."""
    contract = session.token(token)
    holders = _accounts(session, contract, RestraintSet)
    found = {holder: restraints_of(session, contract, holder) for holder in holders}
    return {holder: theirs for holder, theirs in found.items() if theirs}


def freezes(session: Session, token: TokenName) -> tuple[Freeze, ...]:
    """Every account that is or was frozen, and what is to be confirmed of it."""
    contract = session.token(token)
    accounts = _accounts(session, contract, Frozen)
    at_once: dict[ChecksumAddress, dict[OrganisationId, None]] = {
        account: {} for account in accounts
    }
    for entry in session.events(contract.address):
        if isinstance(entry.event, FrozenAtOnce):
            at_once[entry.event.account][entry.event.organisation] = None
    pairs = [(account, number) for account in accounts for number in at_once[account]]
    answers = contract.read_many(tuple[int, bool], "freezeAtOnceOf", pairs)
    alone = {
        pair: FreezeAtOnce(pair[1], at, confirmed)
        for pair, (at, confirmed) in zip(pairs, answers, strict=True)
    }
    return tuple(
        Freeze(
            account,
            position(session, contract, account),
            tuple(alone[account, number] for number in at_once[account]),
        )
        for account in accounts
    )


# Lock-ups


def set_token_lock_up(session: Session, token: TokenName, until: int, evidence: Evidence) -> Act:
    """Locks the whole token until a later time."""
    last = times.until(until)
    return _act(
        session,
        token,
        "setTokenLockUp",
        (until,),
        evidence,
        lambda code: Text(
            "Lock up the WHOLE token {code}, all holders, until {end}?", code=code, end=last
        ),
        Text("The token cannot be locked up so."),
        Text(
            "Setting only prolongs, to a time that is to come. To bring it forward: jp20 lock "
            "shorten {token} --whole-token",
            token=token,
        ),
    )


def shorten_token_lock_up(
    session: Session, token: TokenName, until: int, evidence: Evidence
) -> Act:
    """Brings the end of the token's lock-up forward, which takes one signature more."""

    def question(code: str) -> Text:
        before, after = times.until(locked_until(session, token)), times.until(until)
        return Text(
            "Bring the end of the token lock-up of {code} forward from {before} to {after}?",
            code=code,
            before=before,
            after=after,
        )

    return _act(
        session,
        token,
        "shortenTokenLockUp",
        (until,),
        evidence,
        question,
        Text("The lock-up cannot be shortened so."),
        Text("Shortening only brings the end forward. To prolong: jp20 lock set"),
    )


def lock_up(
    session: Session, token: TokenName, rows: Sequence[Amount], until: int, evidence: Evidence
) -> RowsAct[Amount]:
    """Locks up units of holders until a time."""
    contract, last = session.token(token), times.until(until)
    total = sum(units for _, units in rows)
    return RowsAct(
        tuple(BatchRow(row, row[0], row[1]) for row in rows),
        lambda part: contract.call("lockUp", *_columns(part), until),
        evidence,
        lambda: Text(
            "Lock up {total:,} {total:unit|units} of {token}, of {count} "
            "{count:holder|holders}, until {end}?",
            total=total,
            token=token,
            count=len(rows),
            end=last,
        ),
        refused=Text("Nothing can be locked up until {end}.", end=last),
    )


def shorten_lock_up(
    session: Session,
    token: TokenName,
    holder: ChecksumAddress,
    id: int,
    until: int,
    evidence: Evidence,
) -> Act:
    """Brings the end of one lock-up forward; a time that has passed ends it."""

    def question(_: str) -> Text:
        found = next(each for each in restraints_of(session, token, holder) if each.id == id)
        before, after = times.until(found.until), times.until(until)
        return Text(
            "Bring the end of lock-up {id} ({units:,} {units:unit|units} of {holder}) "
            "forward from {before} to {after}?",
            id=id,
            units=found.units,
            holder=holder,
            before=before,
            after=after,
        )

    return _act(
        session,
        token,
        "shortenLockUp",
        (holder, id, until),
        evidence,
        question,
        Text("The lock-up cannot be shortened so."),
        Text("Shortening only brings the end forward. To prolong: jp20 lock set"),
    )


def locked_until(session: Session, token: TokenName) -> int:
    """Until when the whole token is locked up, unix seconds; 0 for never."""
    return session.token(token).read(int, "lockedUntil")


# Freezes


def freeze_at_once(
    session: Session, token: TokenName, rows: Sequence[Amount], evidence: Evidence
) -> Act:
    """The AML officer's: raises what is frozen of each account to so many units, more than the
    balance counts for what comes in. To be confirmed in 72 hours. All or nothing.
    """
    if not rows:
        raise NoRows
    total = shown_units(sum(units for _, units in rows))
    refused = Text("This cannot be frozen at once.")

    def explain(refusal: Reverted) -> JP20Error:
        if refusal.decoded is None or refusal.decoded.name != "NotAnIncrease":
            return would_be_refused(refusal, refused)
        frozen, asked = refusal.decoded.arguments.values()
        account = next(account for account, units in rows if units == asked)
        return FrozenAlready(token, account, frozen, asked)

    act = _act(
        session,
        token,
        "freezeAtOnce",
        _columns(rows),
        evidence,
        lambda code: Text(
            "Freeze now, {code}, {count} {count:account|accounts}, units in all: {total}?",
            code=code,
            count=len(rows),
            total=total,
        ),
        refused,
    )

    def stands() -> bool:
        return all(position(session, token, account).frozen == units for account, units in rows)

    return replace(act, stops=True, stands=stands, explain=explain)


def confirm_freeze(
    session: Session,
    token: TokenName,
    account: ChecksumAddress,
    organisation: OrganisationId,
    evidence: Evidence,
    *,
    at: int | None = None,
) -> Act:
    """Confirms what an organisation froze at once, by another one: the freeze of the second `at`,
    or the last one where that is not said.
    """
    if at is None:
        at, _ = session.token(token).read(tuple[int, bool], "freezeAtOnceOf", account, organisation)
    second = at

    def question(_: str) -> Text:
        # What was frozen by a request is no organisation's.
        by = session.organisation(organisation).name if organisation else "–"
        return Text(
            "Confirm what {organisation} froze at {in_tokyo}?",
            organisation=by,
            in_tokyo=times.in_tokyo(second),
        )

    return _act(
        session,
        token,
        "confirmFreeze",
        (account, organisation, at),
        evidence.excluding(*([organisation] if organisation else ())),
        question,
        Text("This freeze cannot be confirmed."),
        Text("See: jp20 freeze list {token}", token=token),
    )


def set_frozen(
    session: Session, token: TokenName, account: ChecksumAddress, units: int, evidence: Evidence
) -> Act:
    """Sets what is frozen of an account, up or down; 0 unfreezes. Lowering names what is frozen
    now, so that a freeze which comes before it is carried out stays.
    """
    contract = session.token(token)
    frozen = position(session, contract, account).frozen
    before = executed_call(session, contract, "unfreeze", evidence, account=account, amount=units)
    raises = before is None and units >= frozen
    current = frozen if before is None else before["current"]
    was, will = shown_units(current), shown_units(units)
    return _act(
        session,
        token,
        "setFrozenTokens" if raises else "unfreeze",
        (account, units) if raises else (account, current, units),
        evidence,
        lambda _: Text(
            "Set what is frozen of {account} from {was} to {will}?",
            account=account,
            was=was,
            will=will,
        ),
        Text("What is frozen cannot be set to {will}.", will=will),
        Text("See: jp20 position {token} {account}", token=token, account=account),
    )


# Restraints of others


def pledge(
    session: Session,
    token: TokenName,
    holder: ChecksumAddress,
    units: int,
    pledgee: str | bytes,
    evidence: Evidence,
) -> Act:
    """Pledges units. `pledgee` is a reference, public: 32 bytes, or 1 to 32 ASCII characters."""

    def question(_: str) -> Text:
        found = position(session, token, holder)
        return Text(
            "Pledge {units:,} {units:unit|units} of {holder} for {pledgee}? Of "
            "{balance:,} {balance:unit|units} {free:,} {free:is|are} free.",
            units=units,
            holder=holder,
            pledgee=_shown(pledgee),
            balance=found.balance,
            free=found.free,
        )

    refused = Text(
        "{units:,} {units:unit|units} cannot be claimed for {pledgee}.",
        units=units,
        pledgee=_shown(pledgee),
    )
    arguments = (holder, units, _reference(pledgee))
    return _act(session, token, "pledge", arguments, evidence, question, refused)


def placed(session: Session, act: Act) -> Placed:
    """Carries out a pledge or an attachment."""
    decided = carry_out(session, act)
    return Placed(restraint_id(decided), decided)


def restraint_id(decided: Decided) -> int:
    """The number of the pledge or the attachment that was set."""
    return next(e.event.id for e in decided.events if isinstance(e.event, RestraintSet))


def released_before(
    session: Session,
    token: TokenName,
    kind: RestraintKind,
    holder: ChecksumAddress,
    id: int,
    units: int | None,
    evidence: Evidence,
) -> int | None:
    """The units of a pledge or an attachment that were released under a case; None where none
    were. `units`: only this many.
    """
    function, _ = _RELEASED[kind]
    same: dict[str, object] = {"holder": holder, "id": id}
    if units is not None:
        same["amount"] = units
    done = executed_call(session, session.token(token), function, evidence, **same)
    return None if done is None else int(done["amount"])


def attach(
    session: Session,
    token: TokenName,
    holder: ChecksumAddress,
    units: int,
    creditor: str | bytes,
    evidence: Evidence,
) -> Act:
    """Records an attachment, of units that are still to come too. `creditor` as the pledgee in
    `pledge`.
    """

    def question(_: str) -> Text:
        found = position(session, token, holder)
        beyond = Text.verbatim("")
        if (still := units - found.balance + found.attached) > 0:
            beyond = Text(
                " {still:,} of them are still to come: they are caught when they do.", still=still
            )
        return Text(
            "Attach {units:,} {units:unit|units} of {holder} for {creditor}? Of "
            "{balance:,} {balance:unit|units} {free:,} {free:is|are} free.{beyond}",
            units=units,
            holder=holder,
            creditor=_shown(creditor),
            balance=found.balance,
            free=found.free,
            beyond=beyond,
        )

    refused = Text(
        "{units:,} {units:unit|units} cannot be claimed for {creditor}.",
        units=units,
        creditor=_shown(creditor),
    )
    arguments = (holder, units, _reference(creditor))
    return _act(session, token, "placeAttachment", arguments, evidence, question, refused)


def release(
    session: Session,
    token: TokenName,
    kind: RestraintKind,
    holder: ChecksumAddress,
    id: int,
    units: int,
    evidence: Evidence,
) -> Act:
    """Releases units of a pledge or an attachment; more than it has ends it."""
    function, name = _RELEASED[kind]
    return _act(
        session,
        token,
        function,
        (holder, id, units),
        evidence,
        lambda _: Text(
            "Release {units:,} {units:unit|units} of {name} {id} of {holder}?",
            units=units,
            name=name,
            id=id,
            holder=holder,
        ),
        Text("The {name} cannot be released.", name=name),
    )


# Inside


def _accounts(
    session: Session, token: Contract, kind: type[RestraintSet] | type[Frozen]
) -> list[ChecksumAddress]:
    """Whom events of a kind were about, each once."""
    found: dict[ChecksumAddress, None] = {}
    for entry in session.events(token.address):
        if isinstance(entry.event, kind):
            event = entry.event
            found[event.holder if isinstance(event, RestraintSet) else event.account] = None
    return list(found)


def _act(
    session: Session,
    token: TokenName,
    function: str,
    arguments: tuple[object, ...],
    evidence: Evidence,
    question: Callable[[str], Text],
    refused: Text,
    next_step: Text | None = None,
) -> Act:
    """One call on a token; `question` is told its code."""
    contract = session.token(token)
    return Act(
        (contract.call(function, *arguments),),
        evidence,
        lambda: question(contract.read(str, "code")),
        refused,
        next_step,
    )


def _columns(rows: Sequence[Amount]) -> tuple[list[ChecksumAddress], list[int]]:
    return [account for account, _ in rows], [units for _, units in rows]


def _reference(claimant: str | bytes) -> bytes:
    return case_id(claimant) if isinstance(claimant, str) else claimant


def _shown(claimant: str | bytes) -> str:
    return (
        claimant if isinstance(claimant, str) else claimant.rstrip(b"\0").decode("ascii", "replace")
    )
