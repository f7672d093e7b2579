"""Personal data kept in the organisation's vault: filled, read, corrected, disclosed, erased, due
(S7, G28). Each of these is in the access log before it is done.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.access_log.accesses import ALLOWED, AccessLog, DataUse, LoggedAccess, login_name
from jp20.chain.new_files import PRIVATE, write_new
from jp20.domain.base.addresses import parse_address
from jp20.domain.base.errors import BadArgument, JP20Error
from jp20.domain.base.ids import InvestorId
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo, years_after
from jp20.domain.governance.views import Question, Views
from jp20.domain.investors.investors import Investor
from jp20.domain.investors.personal import PERSONAL_FIELDS, UnfitField, personal_field
from jp20.domain.register.answers import InvestorAsOf, Stamp
from jp20.operations.people.viewed import ViewedQuestions
from jp20.register.questions import Questions
from jp20.vault.errors import PersonErased, PersonUnknown
from jp20.vault.vault import Author, Vault, Version


class StillHolds(JP20Error):
    """A person who has units was to be erased."""

    what = Text("Investor {person} still holds units: {holdings}.")
    why = Text("The register must be able to say who a holder is.")
    next_step = Text(
        "Wait until the investor holds no units, or erase with --force where a case has decided it."
    )

    def __init__(self, person: InvestorId, holdings: Mapping[str, int]) -> None:
        listed = ", ".join(f"{code} {units:,}" for code, units in holdings.items())
        super().__init__(person=f"0x{person:038x}", holdings=listed)


class NobodyFound(BadArgument):
    """Nobody in the vault has the customer number or name."""

    what = Text('Nobody in the vault matches "{written}".')
    next_step = Text("Write the customer number, the whole name, a wallet or the investor's id.")

    def __init__(self, written: str) -> None:
        super().__init__(written=written)


class SeveralFound(BadArgument):
    """Several persons have the name."""

    what = Text('"{written}" matches {count} persons.')
    next_step = Text("Write the customer number.")

    def __init__(self, written: str, count: int) -> None:
        super().__init__(written=written, count=count)


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of a file's investors: first records, new versions, those that said the same, and
    those who were erased before and are not taken up again. Customer numbers.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]
    erased: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remains:
    """What stays of a person who was erased: the opaque id, its wallets, and how many movements by
    token; all of it on the chain, and nobody's name.
    """

    person: InvestorId
    wallets: tuple[ChecksumAddress, ...]
    movements: tuple[tuple[str, int], ...]
    forced: bool


@dataclass(frozen=True, slots=True)
class DueForErasure:
    """A person without units. `ended`: the last movement, or, without one, when the record was
    written last; `due`: `ended` and the years of the retention. Unix seconds.
    """

    person: InvestorId
    ended: int
    due: int


class PeopleDesk:
    """Where an organisation works with its vault, for one purpose, as of a stamp.

    `questions` are the register's whole: whether somebody holds units is asked of all of it,
    whoever works here; `viewed` is what this viewer sees, and writes the log.
    """

    def __init__(
        self,
        vault: Vault,
        questions: Questions,
        viewed: ViewedQuestions,
        at: Stamp,
    ) -> None:
        self._vault: Final = vault
        self._questions: Final = questions
        self._viewed: Final = viewed
        self._at: Final = at

    # Who is meant

    def person(self, written: str) -> InvestorId:
        """The one whom a customer number, a whole name, a wallet or an id means. Raises
        NobodyFound, SeveralFound.
        """
        if written.startswith("0x"):
            return self._by_number(written)
        found = self._vault.find(written)
        if not found:
            raise NobodyFound(written)
        if len(found) > 1:
            raise SeveralFound(written, len(found))
        return InvestorId(found[0])

    def _by_number(self, written: str) -> InvestorId:
        digits = written[2:]
        try:
            number = int(digits, 16)
        except ValueError:
            raise NobodyFound(written) from None
        if len(digits) == 38:
            return InvestorId(number)
        if len(digits) != 40:
            raise NobodyFound(written)
        return self._id_of(_wallet(written))

    def _id_of(self, wallet: ChecksumAddress) -> InvestorId:
        """As the platform has it; of a wallet that is not enrolled yet what it will have."""
        return self._questions.investor_of(self._at, wallet) or InvestorId(int(wallet, 16) >> 8)

    # What is written

    def fill(self, investors: Sequence[Investor], file: str) -> Filled:
        """Takes up what a whitelist file says of its investors; a field that the file does not have
        stays as it is.
        """
        persons = {self._id_of(each.wallets[0]): each for each in investors}
        self._viewed.require_purpose(self._at, "fill", [*persons], DataUse.RECORD)
        author = self._author(file)
        found: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": [], "erased": []}
        for person, each in persons.items():
            said = {"customer": each.reference, "name": each.name, **each.personal}
            try:
                version = self._merged(person, said, author)
            except PersonErased:
                found["erased"].append(each.reference)
                continue
            became = "unchanged" if version is None else "added" if version == 1 else "changed"
            found[became].append(each.reference)
        return Filled(**{name: tuple(each) for name, each in found.items()})

    def correct(self, person: InvestorId, fields: Mapping[str, str]) -> int | None:
        """Sets fields of a record, "" to empty one; the versions before stay, with who wrote them.
        Returns the version, None where nothing changed. Raises BadArgument, PersonUnknown,
        PersonErased.
        """
        sound = {name: _sound(name, value) for name, value in fields.items()}
        self._viewed.require_purpose(self._at, "correct", [person], DataUse.CORRECT)
        self._vault.record(person)
        return self._merged(person, sound, self._author(self._viewed.case))

    def erase(self, person: InvestorId, *, force: bool = False) -> Remains:
        """Destroys a person's key. Raises StillHolds where they have units, unless forced, which
        takes a case; PersonUnknown, PersonErased.
        """
        if force and not self._viewed.case:
            raise BadArgument(
                Text("--force is for what a case has decided."), next_step=Text("Add --case CASE.")
            )
        self._vault.record(person)
        holdings = dict(self._holdings(person))
        if holdings and not force:
            self._viewed.note(
                DataUse.ERASE, self._at, "erase", [person], result="still holds units"
            )
            raise StillHolds(person, holdings)
        asked = "erase, forced" if holdings else "erase"
        self._viewed.require_purpose(self._at, asked, [person], DataUse.ERASE)
        self._vault.erase(person, self._author(self._viewed.case or "no units"))
        known = self._questions.investor(self._at, person)
        wallets = tuple(each.wallet for each in known.wallets) if known else ()
        return Remains(person, wallets, tuple(self._movements(person)), bool(holdings))

    # What is read

    def names(
        self, persons: Collection[InvestorId], use: DataUse = DataUse.READ
    ) -> dict[InvestorId, Mapping[str, str]]:
        """The fields of those of some persons whose names the viewer may see and the vault has.
        Whose they were is noted.
        """
        seen = self._viewed.names_seen(self._at, persons)
        in_order = [each for each in dict.fromkeys(persons) if each in seen]
        self._viewed.note(use, self._at, "names", in_order, rows=len(in_order))
        found = self._vault.records(in_order)
        return {each: found[each].fields for each in in_order if each in found}

    def record(self, person: InvestorId) -> Version:
        """The last version of a person's record. Raises NotToBeSeen, PersonUnknown,
        PersonErased.
        """
        self._viewed.require(Question.NAMES, self._at, "names", investor=person, use=DataUse.READ)
        return self._vault.record(person)

    def versions(self, person: InvestorId) -> tuple[Version, ...]:
        """All versions. Raises as `record`."""
        self._viewed.require(
            Question.NAMES, self._at, "versions", investor=person, use=DataUse.READ
        )
        return self._vault.versions(person)

    def disclose(
        self, person: InvestorId, log: AccessLog, organisation: Callable[[int], str]
    ) -> dict[str, Any]:
        """All that is known of a person, as values of JSON: every version of the record, what the
        register has as of the stamp, and who used their data, why and when. Raises as `record`.
        """
        self._viewed.require(
            Question.NAMES, self._at, "all that is known", investor=person, use=DataUse.DISCLOSE
        )
        versions = self._vault.versions(person)
        known = self._questions.investor(self._at, person)
        return {
            "investor": f"0x{person:038x}",
            "as_of": {
                "chain_id": self._at.chain_id,
                "block": self._at.block,
                "block_hash": f"0x{self._at.hash.hex()}",
                "time": in_tokyo(self._at.time),
            },
            "record": dict(versions[-1].fields),
            "salt": versions[-1].salt.hex(),
            "commitment": f"0x{versions[-1].commitment.hex()}",
            "versions": [_disclosed(each, organisation) for each in versions],
            "facts": None if known is None else _facts(known),
            "holdings": [*self._disclosed_tokens(person)],
            "uses": [
                {
                    "time": in_tokyo(each.time),
                    "use": each.use.name.lower(),
                    "purpose": each.purpose,
                    "asked": each.asked,
                    "by": organisation(each.organisation),
                    "case": each.case,
                    "result": each.result,
                }
                for each in log.accesses()
                if person in each.subjects
            ],
        }

    def commitments(self) -> dict[str, Any]:
        """A salted hash of the last version of every record whose name the viewer may see, by
        investor: what may be named as the document of an enrolment.
        """
        persons = [InvestorId(each) for each in self._vault.persons()]
        seen = sorted(self._viewed.names_seen(self._at, persons))
        self._viewed.note(DataUse.EXPORT, self._at, "commitments", seen, rows=len(seen))
        return {
            "kind": "jp20 commitments",
            "chain_id": self._at.chain_id,
            "records": [
                {
                    "investor": f"0x{person:038x}",
                    "version": version.number,
                    "commitment": f"0x{version.commitment.hex()}",
                }
                for person, version in self._vault.records(seen).items()
            ],
        }

    def due(self, views: Views, by: int) -> tuple[DueForErasure, ...]:
        """Whose record is to be erased by a time (unix seconds): who has no units, and whose last
        movement lies as many years back as the retention has. The first one first.
        """
        written = self._vault.persons()
        holders, last = set[int](), dict[int, int]()
        for token in self._questions.tokens(self._at):
            found = self._questions.holdings(self._at, token.address)
            holders |= {each.investor for each in found if each.units}
            for line in self._questions.history(self._at, token.address):
                for each in (line.from_investor, line.to_investor):
                    last[each] = max(last.get(each, 0), line.at.time)
        ended = {
            person: last.get(person, written_at)
            for person, written_at in written.items()
            if person not in holders
        }
        found_due = (
            DueForErasure(InvestorId(person), end, years_after(end, views.retention_years))
            for person, end in ended.items()
        )
        return tuple(
            sorted((each for each in found_due if each.due <= by), key=lambda each: each.due)
        )

    # Inside

    def _merged(self, person: InvestorId, fields: Mapping[str, str], author: Author) -> int | None:
        try:
            before = self._vault.record(person).fields
        except PersonUnknown:
            before = {}
        return self._vault.put(person, {**before, **fields}, author)

    def _author(self, reason: str) -> Author:
        viewer = self._viewed.viewer
        return Author(viewer.organisation, viewer.login, self._viewed.purpose.name.lower(), reason)

    def _holdings(self, person: InvestorId) -> Iterator[tuple[str, int]]:
        for token in self._questions.tokens(self._at):
            holding = self._questions.holding(self._at, token.address, person)
            if holding is not None and holding.units:
                yield token.code, holding.units

    def _movements(self, person: InvestorId) -> Iterator[tuple[str, int]]:
        for token in self._questions.tokens(self._at):
            lines = self._questions.history(self._at, token.address, investor=person)
            count = sum(1 for line in lines if line.why is not None)
            if count:
                yield token.code, count

    def _disclosed_tokens(self, person: InvestorId) -> Iterator[dict[str, Any]]:
        for token in self._questions.tokens(self._at):
            holding = self._questions.holding(self._at, token.address, person)
            lines = [
                {
                    "time": in_tokyo(line.at.time),
                    "block": line.at.block,
                    "transaction": f"0x{line.at.transaction.hex()}",
                    "why": line.why.name.lower(),
                    "change": line.change,
                    "balance": line.balance,
                }
                for line in self._questions.history(self._at, token.address, investor=person)
                if line.why is not None
            ]
            if lines or (holding is not None and holding.units):
                yield {
                    "token": token.code,
                    "units": 0 if holding is None else holding.units,
                    "free": 0 if holding is None else holding.free,
                    "restrained": {} if holding is None else asdict(holding.restrained),
                    "movements": lines,
                }


def new_store_key(vault: Vault, log: AccessLog, password: str) -> int:
    """Seals all keys with the store key of a new password; returns how many there were. Raises
    SameStorePassword.
    """
    log.note(LoggedAccess(DataUse.ROTATE, "", "new store key", ALLOWED, login=login_name()))
    return vault.rotate(password)


def write_private(file: Path, said: Mapping[str, Any]) -> None:
    """Writes values of JSON into a new file that only its owner reads. Raises FileExists,
    CannotWrite.
    """
    content = json.dumps(said, ensure_ascii=False, indent=2)
    write_new(file, f"{content}\n".encode(), PRIVATE)


def _wallet(written: str) -> ChecksumAddress:
    try:
        return parse_address(written)
    except ValueError:
        raise NobodyFound(written) from None


def _sound(name: str, value: str) -> str:
    if name not in PERSONAL_FIELDS:
        raise BadArgument(
            Text("There is no field {name}.", name=name),
            next_step=Text("Fields: {fields}.", fields=", ".join(PERSONAL_FIELDS)),
        )
    try:
        return personal_field(name, value)
    except UnfitField as unfit:
        what = Text("{name}: {unfit}", name=name, unfit=unfit.what)
        raise BadArgument(what, next_step=unfit.next_step) from None


def _disclosed(version: Version, organisation: Callable[[int], str]) -> dict[str, Any]:
    author = version.author
    return {
        "version": version.number,
        "written": in_tokyo(version.written_at),
        "by": organisation(author.organisation),
        "purpose": author.purpose,
        "reason": author.reason,
        "fields": dict(version.fields),
    }


def _facts(known: InvestorAsOf) -> dict[str, Any]:
    facts = known.facts
    return {
        "class": facts.investor_class.name.lower(),
        "residency": facts.residency.name.lower(),
        "kyc_expiry": in_tokyo(facts.kyc_expiry),
        "class_expiry": in_tokyo(facts.class_expiry),
        "suspended": facts.suspended,
        "wallets": [
            {"wallet": each.wallet, "since": in_tokyo(each.since.time), "retired": each.retired}
            for each in known.wallets
        ],
    }
