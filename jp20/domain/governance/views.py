"""Who sees what: the views of organisations and investors, and their file (S5, G17, G28).

`may` is the whole rule. It is given what the register knows of whom it is about, and asks nobody.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.ids import NO_INVESTOR, NOBODY, InvestorId, OrganisationId
from jp20.domain.base.roles import TOKEN_ROLES, Role
from jp20.domain.base.text import Language, Text
from jp20.domain.files.fields import read_toml
from jp20.domain.files.letters import quoted, visible


class Question(Enum):
    """What is asked about. The value is the name of the column."""

    COUNTS = Text("counts")
    HOLDINGS = Text("holdings", context="view")
    MOVEMENTS = Text("movements", context="view")
    FACTS = Text("facts", context="view")
    NAMES = Text("names", context="view")
    CASES = Text("cases", context="view")

    @property
    def text(self) -> Text:
        return self.value


class Reach(Enum):
    """How far an answer reaches; see `views.toml`."""

    NONE = Text.verbatim("–")
    ALL = Text("all", context="reach")
    OWN_TOKENS = Text("own tokens")
    CLIENTS = Text("own clients")
    CASE = Text("with a case")
    OWN = Text("own", context="reach")

    @property
    def text(self) -> Text:
        return self.value


class Purpose(Enum):
    """What personal data is used for (G28). Each use names one."""

    REGISTER = Text("keeping the register")
    ONBOARDING = Text("verifying identity")
    SCREENING = Text("screening against lists")
    PAYMENT = Text("paying distributions and redemptions")
    NOTICE = Text("sending notices and statements")
    AUTHORITY = Text("answering a court or an authority")
    AUDIT = Text("audit")
    DECISION = Text("deciding requests")
    OWN_REQUEST = Text("the person's own request")

    @property
    def text(self) -> Text:
        return self.value


INVESTOR: Final = "INVESTOR"
Seat = Role | Literal["INVESTOR"]
"""A row of the matrix: a role, or the investor."""

SEATS: Final[tuple[Seat, ...]] = (*Role, INVESTOR)

_FITTING: Final[Mapping[Question, frozenset[Reach]]] = {
    Question.COUNTS: frozenset({Reach.NONE, Reach.ALL, Reach.OWN_TOKENS}),
    Question.CASES: frozenset({Reach.NONE, Reach.ALL, Reach.OWN}),
}
"""What a question can reach; the others, which are about investors, all but OWN, which is the
investor's.
"""

_OF_PERSONS: Final = frozenset(Reach) - {Reach.OWN}
_OF_THE_INVESTOR: Final = frozenset({Reach.NONE, Reach.OWN})
_MOST_YEARS: Final = 100


@dataclass(frozen=True, slots=True)
class Views:
    """The whole file. `reaches` has every cell of the matrix."""

    reaches: Mapping[tuple[Seat, Question], Reach]
    purposes: Mapping[Purpose, frozenset[Seat]]
    retention_years: int


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks, by the key that proved it: an organisation's, with the roles it holds by scope (the
    zero address: at large), or that of an investor's wallet. `login` is the person at the machine,
    where there is one.
    """

    key: ChecksumAddress | None = None
    organisation: OrganisationId = NOBODY
    name: str = ""
    roles: tuple[tuple[ChecksumAddress, frozenset[Role]], ...] = ()
    investor: InvestorId = NO_INVESTOR
    login: str = ""

    @property
    def seats(self) -> tuple[tuple[Seat, ChecksumAddress], ...]:
        """The rows that are the viewer's, each with the token it is for, or the zero address."""
        held: list[tuple[Seat, ChecksumAddress]] = [
            (role, scope if role in TOKEN_ROLES else ZERO_ADDRESS)
            for scope, roles in self.roles
            for role in sorted(roles)
            if scope == ZERO_ADDRESS or role in TOKEN_ROLES
        ]
        return (*held, (INVESTOR, ZERO_ADDRESS)) if self.investor else tuple(held)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom or what an answer is about, and what the register knows of it.

    `token` None: of no certain token. `investor` None: of nobody in particular. Of an investor:
    `introduced_by` which organisations, `tokens` they have or had, whether the viewer's case is
    about them (`opened`). Of a request: `parts`, the organisations that take part.
    """

    token: ChecksumAddress | None = None
    investor: InvestorId | None = None
    introduced_by: frozenset[OrganisationId] = frozenset()
    tokens: frozenset[ChecksumAddress] = frozenset()
    opened: bool = False
    parts: frozenset[OrganisationId] = frozenset()


@dataclass(frozen=True, slots=True)
class Grant:
    """A cell of the matrix that holds for a viewer: for one token, or at large."""

    reach: Reach
    token: ChecksumAddress | None

    def covers(self, viewer: Viewer, subject: Subject) -> bool:
        if self.token is not None and not self._has_token(self.token, subject):
            return False
        match self.reach:
            case Reach.CLIENTS:
                return viewer.organisation in subject.introduced_by
            case Reach.CASE:
                return subject.opened
            case Reach.OWN:
                own = bool(viewer.investor) and subject.investor == viewer.investor
                return own or viewer.organisation in subject.parts
            case _:
                return self.reach is not Reach.NONE

    def _has_token(self, token: ChecksumAddress, subject: Subject) -> bool:
        if subject.token is not None:
            return subject.token == token
        return token in subject.tokens


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a viewer's answer reaches: whatever one of the grants covers."""

    viewer: Viewer
    grants: tuple[Grant, ...]

    def covers(self, subject: Subject) -> bool:
        return any(grant.covers(self.viewer, subject) for grant in self.grants)

    @property
    def is_whole(self) -> bool:
        """Whether nothing has to be left out."""
        whole = (Reach.ALL, Reach.OWN_TOKENS)
        return any(grant.reach in whole and grant.token is None for grant in self.grants)

    def is_whole_of(self, token: ChecksumAddress) -> bool:
        """The same for what is about one token."""
        whole = (Reach.ALL, Reach.OWN_TOKENS)
        return any(grant.reach in whole and grant.token in (None, token) for grant in self.grants)

    def reaches(self, token: ChecksumAddress) -> bool:
        """Whether a list of this token may be asked for, to be filtered."""
        return any(grant.token in (None, token) for grant in self.grants)


@dataclass(frozen=True, slots=True)
class Denied:
    """Nothing is to be seen, and why."""

    why: Text


NOT_IN_THE_ROLES: Final = Text("The roles of who asks do not see {question}.")
NOT_IN_REACH: Final = Text("The roles of who asks see {question} of others only.")
NOT_FOR_THE_PURPOSE: Final = Text("The roles of who asks do not use data for: {purpose}.")


def may(
    views: Views, viewer: Viewer, purpose: Purpose, question: Question, subject: Subject
) -> Scope | Denied:
    """Whether a viewer may ask, and how far the answer reaches.

    About one investor (`subject.investor`) or one request the scope covers the subject, or it is
    denied. About a token or about all, whoever answers leaves out what the scope does not cover.
    """
    seats = viewer.seats
    if not any(seat in views.purposes[purpose] for seat, _ in seats):
        return Denied(NOT_FOR_THE_PURPOSE.filled(purpose=purpose.text))
    reaches = ((views.reaches[seat, question], token) for seat, token in seats)
    grants = tuple(
        Grant(reach, None if token == ZERO_ADDRESS else token)
        for reach, token in reaches
        if reach is not Reach.NONE
    )
    if not grants:
        return Denied(NOT_IN_THE_ROLES.filled(question=question.text))
    scope = Scope(viewer, grants)
    if subject.investor is not None or subject.parts:
        is_seen = scope.covers(subject)
    else:
        is_seen = subject.token is None or scope.reaches(subject.token)
    return scope if is_seen else Denied(NOT_IN_REACH.filled(question=question.text))


def parse_views(data: bytes, file: str) -> Views:
    """Reads a file of views. Raises FaultyFile with every fault by table and field: a cell that is
    missing, a reach that the question cannot have, a role or purpose that does not exist.
    """
    document = read_toml(data, file)
    reader = _Reader(file, data)
    reader.known("", document, ("roles", "purposes", "retention"))
    reaches = dict(reader.reaches(document.get("roles")))
    purposes = dict(reader.purposes(document.get("purposes")))
    years = reader.years(document.get("retention"))
    if reader.faults:
        raise FaultyFile(reader.faults)
    return Views(reaches, purposes, years)


class _Reader:
    """Takes the tables apart and collects what is wrong with them."""

    def __init__(self, file: str, data: bytes) -> None:
        self._file = file
        self._lines = data.decode("utf-8-sig").splitlines()
        self.faults: list[Fault] = []

    def reaches(self, value: object) -> Iterator[tuple[tuple[Seat, Question], Reach]]:
        roles = self._table("roles", value)
        self.known("roles", roles, [_word(seat) for seat in SEATS])
        for seat in SEATS:
            place = f"roles.{_word(seat)}"
            row = self._table(place, roles.get(_word(seat)))
            self.known(place, row, [each.name.lower() for each in Question])
            found: dict[Question, Reach] = {}
            before = len(self.faults)
            for question in Question:
                field = f"{place}.{question.name.lower()}"
                reach = self._reach(field, row, seat, question)
                found[question] = reach
                yield (seat, question), reach
            is_sound = len(self.faults) == before
            if (
                is_sound
                and found[Question.NAMES] is not Reach.NONE
                and all(
                    found[each] is Reach.NONE
                    for each in (Question.HOLDINGS, Question.MOVEMENTS, Question.FACTS)
                )
            ):
                self._fault(
                    f"{place}.names",
                    Text("Names are seen, and nothing that they would stand beside."),
                    Text('Write names = "none", or let holdings, movements or facts be seen too.'),
                )

    def purposes(self, value: object) -> Iterator[tuple[Purpose, frozenset[Seat]]]:
        table = self._table("purposes", value)
        self.known("purposes", table, [each.name.lower() for each in Purpose])
        for purpose in Purpose:
            field = f"purposes.{purpose.name.lower()}"
            listed = table.get(purpose.name.lower())
            if not isinstance(listed, list) or not listed:
                self._fault(
                    field,
                    Text("This is missing, or no list."),
                    Text('Write a list such as ["REGISTRAR"].'),
                )
                listed = []
            words = {_word(seat): seat for seat in SEATS}
            for each in listed:
                if each not in words:
                    self._fault(
                        field,
                        Text("{cell} is not a role.", cell=quoted(str(each))),
                        Text("Roles: {roles}.", roles=Text.listing(words)),
                    )
            yield purpose, frozenset(words[each] for each in listed if each in words)

    def years(self, value: object) -> int:
        table = self._table("retention", value)
        self.known("retention", table, ("years",))
        years = table.get("years")
        if isinstance(years, int) and not isinstance(years, bool) and 1 <= years <= _MOST_YEARS:
            return years
        self._fault(
            "retention.years",
            Text("This is not a number of years from 1 to {most}.", most=_MOST_YEARS),
            Text("Write such as: years = 10"),
        )
        return 1

    def known(self, place: str, table: Mapping[str, Any], fields: object) -> None:
        """What a table may not hold is a fault."""
        for name in table:
            if name not in fields:  # type: ignore[operator]
                self._fault(
                    f"{place}.{visible(name)}" if place else visible(name),
                    Text("There is no such field."),
                    Text("Correct or remove it."),
                )

    def _reach(self, field: str, row: Mapping[str, Any], seat: Seat, question: Question) -> Reach:
        fitting = _fitting(seat, question)
        words = {each.name.lower(): each for each in Reach if each in fitting}
        said = row.get(question.name.lower())
        if isinstance(said, str) and said in words:
            return words[said]
        what = (
            Text("This is missing.")
            if said is None
            else Text("{cell} is not known here.", cell=quoted(str(said)))
        )
        self._fault(field, what, Text("Use one of: {allowed}.", allowed=", ".join(words)))
        return Reach.NONE

    def _table(self, place: str, value: object) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return value
        self._fault(place, Text("This table is missing."), Text("Write [{place}].", place=place))
        return {}

    def _fault(self, field: str, what: Text, next_step: Text) -> None:
        self.faults.append(Fault(self._file, self._line(field), field, what, next_step))

    def _line(self, field: str) -> int | None:
        """The line on which a field stands, or else the head of its table."""
        table, _, name = field.rpartition(".")
        within, head = False, None
        for number, written in enumerate(self._lines, 1):
            line = written.partition("#")[0].strip()
            if line.startswith("["):
                heading = line.strip("[]").strip()
                within = heading == table
                if heading in (table, field) and head is None:
                    head = number
            elif within and line.partition("=")[0].strip().strip("\"'") == name:
                return number
        return head


def _fitting(seat: Seat, question: Question) -> frozenset[Reach]:
    """What may stand in a cell."""
    if seat == INVESTOR:
        asks_of_persons = question not in _FITTING
        return _OF_THE_INVESTOR if asks_of_persons else frozenset({Reach.NONE})
    fitting = _FITTING.get(question, _OF_PERSONS)
    return fitting if seat in TOKEN_ROLES else fitting - {Reach.OWN_TOKENS}


def _word(seat: Seat) -> str:
    return seat.name if isinstance(seat, Role) else seat


def seat_text(seat: Seat) -> Text:
    """The name of a row."""
    return seat.text if isinstance(seat, Role) else Text("INVESTOR", context="role")


def views_matrix(views: Views, language: Language) -> tuple[tuple[str, ...], ...]:
    """A row a role: its name, and a cell a question, in the order of `Question`."""
    return tuple(
        (
            seat_text(seat).to(language),
            *(views.reaches[seat, question].text.to(language) for question in Question),
        )
        for seat in SEATS
    )


def purposes_matrix(views: Views, language: Language) -> tuple[tuple[str, str], ...]:
    """A row a purpose: its name, and the roles that may name it."""
    return tuple(
        (
            purpose.text.to(language),
            ", ".join(_word(seat) for seat in SEATS if seat in views.purposes[purpose]),
        )
        for purpose in Purpose
    )
