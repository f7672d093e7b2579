"""Replacing a token by another that takes its register over: planned, carried out, proved (G32).

Each step is looked for on the chain before it is made. A run that broke off anywhere is run again
with the same file: what is done is not done twice. What is copied the new token reads from the old
one itself; see `contracts/interfaces/ITokenTakeover.sol`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract, token_at
from jp20.domain.base.addresses import ZERO_ADDRESS, parse_address
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.requests import Call
from jp20.domain.plans.outcomes import Step
from jp20.domain.register.events import (
    Event,
    Frozen,
    FrozenAtOnce,
    LossRecorded,
    Other,
    RestraintSet,
    TookOver,
    Transfer,
    TransferReversed,
)
from jp20.domain.token.replacement import (
    Replacement,
    TakeoverStage,
    replacement_from_json,
    replacement_to_json,
)
from jp20.domain.token.storage import (
    document_slots,
    field,
    holder_slots,
    in_mapping,
    request_slots,
    restraint_slots,
    snapshot_slots,
)
from jp20.operations.files.inputs import read_file
from jp20.operations.governance.moving import Difference, Mover, Reached, write_whole
from jp20.operations.session import Session, TokenName
from jp20.operations.token.issue import creation_of_token, latest_version, terms_of

WORDS_AT_ONCE: Final = 500
"""Written in one call for positions, by `_words_of`: 25,000 gas each."""

SLOTS_AT_ONCE: Final = 300
"""Words carried in one call: 27,000 gas each."""

_SLOTS_READ_AT_ONCE: Final = 500

_T = TypeVar("_T")
_Parts: Any = tuple[int, int, int, int, int, int, int]

ToldOf = Callable[[TakeoverStage, Step | None], None]
"""Told of each step that was made, and of each stage that is done (None)."""


class NoSuchParty(JP20Error):
    """No organisation is named as the token's issuer or registrar any more."""

    what = Text("No organisation is the token's {role}.")
    next_step = Text("Grant the role for the token first: jp20 organisation list")

    def __init__(self, role: Role) -> None:
        super().__init__(role=role.text)


class OtherSuccessor(JP20Error):
    """The token is being replaced, or was, by another than the plan's."""

    what = Text("{successor} takes the place of this token.")
    next_step = Text("Use the plan of that replacement.")

    def __init__(self, successor: ChecksumAddress) -> None:
        super().__init__(successor=successor)


class NotEqual(JP20Error):
    """What came over is not what the old token has: the new one is not put in force."""

    what = Text("Old and new token differ in {count} {count:word|words}.")
    why = Text("The first: {first}, {account}.")
    next_step = Text("See all: jp20 token migrate prove")

    def __init__(self, differences: Sequence[Difference]) -> None:
        first = differences[0]
        super().__init__(count=len(differences), first=first.what, account=first.account)
        self.differences = tuple(differences)


@dataclass(frozen=True, slots=True)
class TakeoverProof:
    """What was compared at a block: the words of both tokens, and, where the new one is in force
    since that block, what it answers for each holder with what the old one answered before.
    """

    block: int
    in_force: bool
    holders: int
    words: int
    differences: tuple[Difference, ...]


def plan_replacement(session: Session, token: TokenName, evidence: Evidence) -> Replacement:
    """What it takes to replace a token by one of the latest version. Raises OtherSuccessor,
    NoSuchParty, NoVersion, UnknownToken.
    """
    old = session.token(token)
    successor = old.read(ChecksumAddress, "successor")
    if successor != ZERO_ADDRESS:
        raise OtherSuccessor(successor)
    return Replacement(
        old.address,
        1 + sum(_is_begun(each) for each in _made_for(session, old)),
        latest_version(session),
        _named(session, old, Role.ISSUER),
        _named(session, old, Role.REGISTRAR),
        evidence,
    )


def load_replacement(file: Path) -> Replacement:
    """Raises NoFile, NotAMigration."""
    return replacement_from_json(read_file(file), file.name)


def save_replacement(file: Path, replacement: Replacement) -> None:
    """Writes the file so that it is whole or as it was before."""
    write_whole(file, replacement_to_json(replacement))


def replacing_token(session: Session, replacement: Replacement) -> Contract | None:
    """The token that the plan made; None before."""
    old = session.token(replacement.old)
    for token in _made_for(session, old):
        if terms_of(session, token).extra == replacement.extra:
            return token
    return None


def reached(session: Session, replacement: Replacement) -> tuple[Reached, ...]:
    """How far it has come, by the chain."""
    old, new = session.token(replacement.old), replacing_token(session, replacement)
    words = _Words(session, old, session.connection.block_number())
    closed = new is not None and old.read(ChecksumAddress, "successor") == new.address
    in_force = new is not None and new.read(bool, "inForce")
    holders, others = len(words.holders), len(words.others)
    done = (0, 0)
    if in_force:
        done = holders, others
    elif new is not None and closed:
        done = holders - len(words.holders_missing(new)), others - len(words.missing(new))
    return (
        Reached(TakeoverStage.CREATE, int(new is not None), 1),
        Reached(TakeoverStage.CLOSE, int(closed), 1),
        Reached(TakeoverStage.HOLDERS, done[0], holders),
        Reached(TakeoverStage.WORDS, done[1], others),
        Reached(TakeoverStage.OPEN, int(in_force), 1),
    )


def replace_token(
    session: Session, replacement: Replacement, progress: ToldOf | None = None
) -> Contract:
    """Carries a plan out as far as the session's keys and the policy's delay let it, and returns
    the new token, which is in force. Run again, it continues.

    Raises OtherSuccessor, NotEqual, and what `decide` raises: NotBefore while the delay runs,
    AwaitingOthers where another organisation's part is next.
    """
    return _Replacing(session, replacement, progress).run()


def prove_replacement(session: Session, replacement: Replacement) -> TakeoverProof | None:
    """Compares the old token with the new one, word by word: now, or, where the new one is in
    force, when it was put in force. None where there is no new token yet.
    """
    old, new = session.token(replacement.old), replacing_token(session, replacement)
    return None if new is None else _proof(session, old, new)


def holders_in_parts(
    positions: Mapping[ChecksumAddress, tuple[int, ...]], holders: Iterable[ChecksumAddress]
) -> list[list[ChecksumAddress]]:
    """The holders in parts that a block has room for; `positions` are the slots of each."""
    parts: list[list[ChecksumAddress]] = []
    room = 0
    for holder in holders:
        needed = _words_of(positions[holder])
        if not parts or needed > room:
            parts.append([])
            room = WORDS_AT_ONCE
        parts[-1].append(holder)
        room -= needed
    return parts


# Inside


class _Replacing:
    def __init__(self, session: Session, replacement: Replacement, progress: ToldOf | None) -> None:
        self._session = session
        self._replacement = replacement
        self._mover = Mover(session, progress)
        self._old = session.token(replacement.old)

    def run(self) -> Contract:
        new = self._create()
        if new.read(bool, "inForce"):
            return new
        self._close(new)
        self._carry(new)
        self._open(new)
        return new

    def _create(self) -> Contract:
        session, plan = self._session, self._replacement
        new = replacing_token(session, plan)
        if new is None:
            terms = replace(terms_of(session, self._old), extra=plan.extra)
            creation = creation_of_token(session, plan.version, terms, plan.issuer, plan.registrar)
            self._decide(TakeoverStage.CREATE, creation)
            return self._create()
        self._mover.tell(TakeoverStage.CREATE)
        return new

    def _close(self, new: Contract) -> None:
        successor = self._old.read(ChecksumAddress, "successor")
        if successor == ZERO_ADDRESS:
            self._decide(TakeoverStage.CLOSE, self._old.call("closeFor", new.address))
        elif successor != new.address:
            raise OtherSuccessor(successor)
        self._mover.tell(TakeoverStage.CLOSE)

    def _carry(self, new: Contract) -> None:
        words = _Words(self._session, self._old, self._session.connection.block_number())
        holders = words.holders_missing(new)
        self._carried(
            TakeoverStage.HOLDERS,
            [new.call("carryHolders", part) for part in holders_in_parts(words.holders, holders)],
        )
        slots = [slot.to_bytes(32, "big") for slot in words.missing(new)]
        self._carried(
            TakeoverStage.WORDS,
            [new.call("carrySlots", part) for part in _parts(slots, SLOTS_AT_ONCE)],
        )

    def _open(self, new: Contract) -> None:
        proof = _proof(self._session, self._old, new)
        if proof.differences:
            raise NotEqual(proof.differences)
        self._decide(TakeoverStage.OPEN, new.call("takeOver"))
        self._mover.tell(TakeoverStage.OPEN)

    def _carried(self, stage: TakeoverStage, calls: Sequence[Call]) -> None:
        self._mover.carry(stage, calls)
        self._mover.tell(stage)

    def _decide(self, stage: TakeoverStage, call: Call) -> None:
        self._mover.decide(stage, [call], self._replacement.evidence)


class _Words:
    """What the old token has, by slot: the positions of `holders`, and `others`. Each slot comes
    with what stands there and whose it is.
    """

    def __init__(self, session: Session, old: Contract, block: int) -> None:
        self._old, self._block = old, block
        events = list(_events_of_line(session, old, block))
        accounts = _accounts_in(events)
        positions = {account: holder_slots(account) for account in accounts}
        found = self.read(old, [slot for slots in positions.values() for slot in slots])
        self.holders: dict[ChecksumAddress, tuple[int, ...]] = {
            account: (*slots, *restraint_slots(account, found[slots[-1]]))
            for account, slots in positions.items()
            if any(found[slot] for slot in slots)
        }
        named = dict(self._other_slots(events))
        values = self.read(old, list(named))
        self.others: dict[int, tuple[Text, ChecksumAddress]] = {
            slot: named[slot] for slot, value in values.items() if value
        }

    def read(self, token: Contract, slots: Sequence[int]) -> Mapping[int, int]:
        """What stands there at the block."""
        words: list[bytes] = []
        for part in _parts(slots, _SLOTS_READ_AT_ONCE):
            keys = [slot.to_bytes(32, "big") for slot in part]
            words += token.read(tuple[bytes, ...], "slots", keys, block=self._block)
        return {slot: int.from_bytes(word, "big") for slot, word in zip(slots, words, strict=True)}

    def holders_missing(self, new: Contract) -> list[ChecksumAddress]:
        """Whose position is not in the new token what it is in the old one."""
        slots = [slot for each in self.holders.values() for slot in each]
        differing = set(self.differing(new, slots))
        return [holder for holder, each in self.holders.items() if not differing.isdisjoint(each)]

    def missing(self, new: Contract) -> list[int]:
        """Slots of others that the new token does not have as the old one has them."""
        return self.differing(new, list(self.others))

    def differing(self, new: Contract, slots: Sequence[int]) -> list[int]:
        old, other = self.read(self._old, slots), self.read(new, slots)
        return [slot for slot in slots if old[slot] != other[slot]]

    def _other_slots(
        self, events: Iterable[Event]
    ) -> Iterator[tuple[int, tuple[Text, ChecksumAddress]]]:
        old, block = self._old, self._block
        (count,) = self.read(old, [field("_consentTransferCount")]).values()
        for slot in request_slots(count):
            yield slot, (_REQUEST, old.address)
        names = old.read(tuple[bytes, ...], "getAllDocuments", block=block)
        lengths = tuple(
            len(old.read(tuple[str, bytes, int], "getDocument", name, block=block)[0].encode())
            for name in names
        )
        for slot in document_slots(names, lengths):
            yield slot, (_DOCUMENT, old.address)
        dates = len(old.read(tuple[int, ...], "recordDates", block=block))
        for holder in self.holders:
            for slot in snapshot_slots(holder, dates):
                yield slot, (_RECORD_DATE, holder)
        for event in events:
            match event:
                case FrozenAtOnce(account, organisation, _):
                    slot = in_mapping(field("_freezesAtOnce"), account, organisation)
                    yield slot, (_FREEZE, account)
                case TransferReversed(original_id, from_, _, _, _):
                    yield in_mapping(field("_reversed"), original_id), (_REVERSAL, from_)
                case LossRecorded(_, loss_id, loss):
                    yield in_mapping(field("_losses"), loss_id), (_LOSS, loss.from_)
                case Other("Approval", arguments):
                    owner, spender = (
                        parse_address(str(arguments[name])) for name in ("owner", "spender")
                    )
                    yield in_mapping(field("_allowances"), owner, spender), (_ALLOWANCE, owner)


def _proof(session: Session, old: Contract, new: Contract) -> TakeoverProof:
    in_force = new.read(bool, "inForce")
    block = session.connection.block_number()
    if in_force:
        block = next(
            entry.at.block
            for entry in session.events(new.address)
            if isinstance(entry.event, TookOver)
        )
    words = _Words(session, old, block)
    whose = {slot: (_POSITION, holder) for holder, each in words.holders.items() for slot in each}
    whose |= words.others
    slots = list(whose)
    before, after = words.read(old, slots), words.read(new, slots)
    differences = [
        Difference(*whose[slot], f"0x{before[slot]:064x}", f"0x{after[slot]:064x}")
        for slot in slots
        if before[slot] != after[slot]
    ]
    if in_force:
        differences += _differing_answers(old, new, words.holders, block)
    else:
        _, units, _ = new.read(tuple[bool, int, int], "carried", block=block)
        supply = old.read(int, "totalSupply", block=block)
        if units != supply:
            differences.append(Difference(_SUPPLY, old.address, str(supply), str(units)))
    return TakeoverProof(block, in_force, len(words.holders), len(slots), tuple(differences))


def _differing_answers(
    old: Contract, new: Contract, holders: Iterable[ChecksumAddress], block: int
) -> Iterator[Difference]:
    """What the old token answered in the block before, and the new one in its first."""
    rows = [(holder,) for holder in holders]
    before = old.read_many(_Parts, "positionOf", rows, block=block - 1)
    after = new.read_many(_Parts, "positionOf", rows, block=block)
    for (holder,), was, now in zip(rows, before, after, strict=True):
        if was != now:
            yield Difference(_ANSWER, holder, str(was), str(now))
    for function in ("totalSupply", "cap", "tranches", "holderCount", "splits", "undistributed"):
        was_, now_ = (
            token.read(int, function, block=at) for token, at in ((old, block - 1), (new, block))
        )
        if was_ != now_:
            yield Difference(Text.verbatim(function), old.address, str(was_), str(now_))


def _events_of_line(session: Session, token: Contract, block: int) -> Iterator[Event]:
    """What the token said, and those that it replaced."""
    address = token.address
    while address != ZERO_ADDRESS:
        for entry in session.events(address, block):
            yield entry.event
        address = token_at(session.connection, address).read(ChecksumAddress, "predecessor")


def _accounts_in(events: Iterable[Event]) -> tuple[ChecksumAddress, ...]:
    """Who has, or had, units or restraints, in the order in which they came."""
    found: dict[ChecksumAddress, None] = {}
    for event in events:
        match event:
            case Transfer(_, account, _) | Frozen(account, _):
                found[account] = None
            case RestraintSet(holder, _, _, _, _, _):
                found[holder] = None
    found.pop(ZERO_ADDRESS, None)
    return tuple(found)


def _made_for(session: Session, old: Contract) -> list[Contract]:
    """Tokens that were made to replace it."""
    return [
        token
        for token in session.tokens()
        if token.read(ChecksumAddress, "predecessor") == old.address
    ]


def _is_begun(token: Contract) -> bool:
    """Whether it carried anything: then it was broken off, for the old token has no successor."""
    return token.read(tuple[bool, int, int], "carried")[0]


def _named(session: Session, token: Contract, role: Role) -> int:
    for member in session.members(token.address):
        if member.active and role in member.own_roles:
            return member.number
    raise NoSuchParty(role)


def _words_of(slots: tuple[int, ...]) -> int:
    """What is written for a position: five words, and three for each restraint, whose two slots
    are among `slots` behind the position's own three.
    """
    return 5 + 3 * (len(slots) - 3) // 2


def _parts(rows: Sequence[_T], size: int) -> list[list[_T]]:
    return [list(rows[at : at + size]) for at in range(0, len(rows), size)]


_POSITION: Final = Text("position")
_REQUEST: Final = Text("transfer request or commitment")
_DOCUMENT: Final = Text("document", context="replacement")
_RECORD_DATE: Final = Text("balance at a record date")
_FREEZE: Final = Text("freeze at once")
_REVERSAL: Final = Text("what was reversed")
_LOSS: Final = Text("loss of an incident")
_ALLOWANCE: Final = Text("allowance")
_SUPPLY: Final = Text("units carried")
_ANSWER: Final = Text("position as it is answered")
