"""The register's questions as a viewer may ask them: filtered by `views.toml`, each one logged
before it is answered (S5, G17, G28).

What shows more than a part leaves the others out; what is asked about somebody outside the view is
refused, whether the register knows them or not.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import cache, cached_property
from typing import Final, NoReturn

from eth_typing import ChecksumAddress

from jp20.access_log.accesses import ALLOWED, AccessLog, DataUse, LoggedAccess
from jp20.access_log.accesses import login_name as login_name
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.errors import BadArgument, JP20Error
from jp20.domain.base.ids import NO_INVESTOR, InvestorId, OrganisationId, TxHash
from jp20.domain.base.roles import TOKEN_ROLES
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import BadCase
from jp20.domain.governance.policy import rule_of
from jp20.domain.governance.requests import case_id
from jp20.domain.governance.views import (
    NOT_FOR_THE_PURPOSE,
    Denied,
    Purpose,
    Question,
    Reach,
    Scope,
    Subject,
    Viewer,
    Views,
    may,
)
from jp20.domain.register.answers import (
    Holding,
    HoldingDifference,
    InvestorAsOf,
    IssuedTranche,
    Lapse,
    Line,
    Lot,
    MovementDetail,
    OrganisationAsOf,
    RequestAsOf,
    RestraintAsOf,
    Stamp,
    TokenAsOf,
)
from jp20.domain.register.movements import Grounds, Why
from jp20.register.questions import Questions


class NotToBeSeen(JP20Error):
    """The view of who asks does not reach there. The refusal stands in the access log."""

    what = Text("{viewer} may not see this.")
    next_step = Text("Show who sees what: jp20 views")

    def __init__(self, viewer: str, why: Text) -> None:
        super().__init__(why=why, viewer=viewer)


class UnknownViewer(JP20Error):
    """The key is neither an organisation's nor that of a wallet in use."""

    what = Text("{key} is neither a key of an organisation nor a wallet of an investor.")
    why = Text("It was never added, or is revoked.")
    next_step = Text("Sign in with a key that is in use.")

    def __init__(self, key: ChecksumAddress) -> None:
        super().__init__(key=key)


class NoKeyInUse(BadArgument):
    """The working folder has no key of the organisation."""

    what = Text("This folder has no key of such an organisation.")
    next_step = Text("Name one whose key is here: jp20 organisation list, jp20 keys list")


def viewer_of(questions: Questions, at: Stamp, key: ChecksumAddress, login: str = "") -> Viewer:
    """Who asks, by the key that proved it, with the roles that it has as of the stamp. Raises
    UnknownViewer.
    """
    for each in questions.organisations(at):
        if each.active and key in each.keys:
            return viewer_for(each, key, login)
    investor = questions.investor_of(at, key)
    known = questions.investor(at, investor) if investor else None
    in_use = {each.wallet for each in known.wallets if not each.retired} if known else set()
    if key not in in_use:
        raise UnknownViewer(key)
    return Viewer(key, investor=investor, login=login)


def viewer_for(
    organisation: OrganisationAsOf, key: ChecksumAddress | None = None, login: str = ""
) -> Viewer:
    """An organisation as a viewer."""
    return Viewer(key, organisation.number, organisation.name, organisation.roles, login=login)


def viewer_here(
    questions: Questions,
    at: Stamp,
    keys: Collection[ChecksumAddress],
    organisation: str | None = None,
    login: str = "",
) -> Viewer:
    """The organisation whose keys a working folder has; where it has those of several, the one that
    is named, by name or number. Raises BadArgument, NoKeyInUse.
    """
    found = [
        (each, own)
        for each in questions.organisations(at)
        if each.active and (own := [key for key in each.keys if key in keys])
    ]
    if organisation is not None:
        found = [each for each in found if organisation in (each[0].name, str(each[0].number))]
    if not found:
        raise NoKeyInUse
    if len(found) > 1:
        raise BadArgument(
            Text("This folder has the keys of {count} organisations.", count=len(found)),
            next_step=Text("Say for which one: --as ORGANISATION"),
        )
    ((one, own),) = found
    return viewer_for(one, own[0], login)


class ViewedQuestions:
    """`Questions` for one viewer and one purpose.

    Every method raises NotToBeSeen where the viewer may not ask it; all other errors are those of
    `Questions`. `case` is a case number: it opens what `views.toml` lets a case open, which is the
    investors whose enrolment or movements rest on it. Raises BadCase where it cannot be one.
    """

    def __init__(
        self,
        questions: Questions,
        viewer: Viewer,
        views: Views,
        log: AccessLog,
        purpose: Purpose,
        case: str = "",
    ) -> None:
        self._questions: Final = questions
        self._views: Final = views
        self._log: Final = log
        self.viewer: Final = viewer
        self.purpose: Final = purpose
        self.case: Final = case
        self._case_id: Final = _case_id(case)
        self._relations: _Relations | None = None

    def stamp(self, block: int | None = None, time: int | None = None) -> Stamp:
        """For everybody: a block is nobody's."""
        return self._questions.stamp(block, time)

    # What is seen of tokens

    def tokens(self, at: Stamp) -> tuple[TokenAsOf, ...]:
        """Those that the view reaches."""
        scope = self.require(Question.COUNTS, at, "tokens")
        return tuple(each for each in self._questions.tokens(at) if scope.reaches(each.address))

    def token(self, at: Stamp, token: ChecksumAddress) -> TokenAsOf:
        self.require(Question.COUNTS, at, "token", token)
        return self._questions.token(at, token)

    def tranches(self, at: Stamp, token: ChecksumAddress) -> tuple[IssuedTranche, ...]:
        self.require(Question.COUNTS, at, "tranches", token)
        return self._questions.tranches(at, token)

    # What is seen of holders

    def holdings(self, at: Stamp, token: ChecksumAddress) -> tuple[Holding, ...]:
        scope = self.require(Question.HOLDINGS, at, "holdings", token)
        found = self._questions.holdings(at, token)
        seen = self._covered(scope, Question.HOLDINGS, at, (each.investor for each in found), token)
        facts = self._seen(Question.FACTS, at, seen)
        return tuple(_holding(each, facts) for each in found if each.investor in seen)

    def holding(self, at: Stamp, token: ChecksumAddress, investor: InvestorId) -> Holding | None:
        self.require(Question.HOLDINGS, at, "holding", token, investor)
        found = self._questions.holding(at, token, investor)
        facts = self._seen(Question.FACTS, at, {investor})
        return None if found is None else _holding(found, facts)

    def restraints(
        self, at: Stamp, token: ChecksumAddress, investor: InvestorId | None = None
    ) -> tuple[RestraintAsOf, ...]:
        scope = self.require(Question.HOLDINGS, at, "restraints", token, investor)
        found = self._questions.restraints(at, token, investor)
        if investor is not None or scope.is_whole_of(token):
            return found
        owners = {each.wallet: self._questions.investor_of(at, each.wallet) for each in found}
        seen = self._covered(scope, Question.HOLDINGS, at, owners.values(), token)
        return tuple(each for each in found if owners[each.wallet] in seen)

    def differences(
        self, earlier: Stamp, later: Stamp, token: ChecksumAddress
    ) -> tuple[HoldingDifference, ...]:
        scope = self.require(Question.HOLDINGS, later, "differences", token)
        found = self._questions.differences(earlier, later, token)
        seen = self._covered(
            scope, Question.HOLDINGS, later, (each.investor for each in found), token
        )
        return tuple(each for each in found if each.investor in seen)

    def lots(self, at: Stamp, token: ChecksumAddress, investor: InvestorId) -> tuple[Lot, ...]:
        self.require(Question.HOLDINGS, at, "lots", token, investor)
        return self._questions.lots(at, token, investor)

    # What is seen of movements

    def history(
        self,
        at: Stamp,
        token: ChecksumAddress,
        *,
        investor: InvestorId | None = None,
        wallet: ChecksumAddress | None = None,
        first: int = 0,
    ) -> Iterator[Line]:
        """Of movements between somebody in the view and somebody else, the other one's id is 0 and
        its wallet None. Of a wallet the balances are told, so whose it is must be in the view.
        """
        of_whom = investor if wallet is None else self._questions.investor_of(at, wallet)
        scope = self.require(Question.MOVEMENTS, at, "history", token, of_whom)
        found = self._questions.history(at, token, investor=investor, wallet=wallet, first=first)
        return self._lines(scope, at, token, found)

    def movements(
        self, at: Stamp, token: ChecksumAddress, transaction: TxHash, log: int | None = None
    ) -> tuple[MovementDetail, ...]:
        """Those of the view; one of others is refused."""
        scope = self._allowed(Question.MOVEMENTS, at, "movements", Subject(token))
        found = self._questions.movements(at, token, transaction, log)
        lines = [tuple(self._lines(scope, at, token, [each.line])) for each in found]
        seen = tuple(
            replace(each, line=shown[0]) for each, shown in zip(found, lines, strict=True) if shown
        )
        if not seen and not scope.is_whole_of(token):
            self._deny(_NOT_AMONG, at, "movements", token)
        self._note(ALLOWED, at, "movements", token)
        return seen

    # What is seen of investors

    def investors(self, at: Stamp) -> tuple[InvestorAsOf, ...]:
        scope = self.require(Question.FACTS, at, "investors")
        found = self._questions.investors(at)
        seen = self._covered(scope, Question.FACTS, at, (each.investor for each in found))
        return tuple(each for each in found if each.investor in seen)

    def investor(self, at: Stamp, investor: InvestorId) -> InvestorAsOf | None:
        self.require(Question.FACTS, at, "investor", investor=investor)
        return self._questions.investor(at, investor)

    def investor_of(self, at: Stamp, wallet: ChecksumAddress) -> InvestorId:
        investor = self._questions.investor_of(at, wallet)
        self.require(Question.FACTS, at, "investor_of", investor=investor)
        return investor

    def lapses(
        self, at: Stamp, before: int, token: ChecksumAddress | None = None
    ) -> tuple[Lapse, ...]:
        """Of a token's holders: of those whose holdings are seen too."""
        scope = self.require(Question.FACTS, at, "lapses", token)
        holders = token and self.require(Question.HOLDINGS, at, "lapses", token)
        found = self._questions.lapses(at, before, token)
        seen = self._covered(scope, Question.FACTS, at, (each.investor for each in found))
        if holders:
            seen = self._covered(holders, Question.HOLDINGS, at, seen, token)
        return tuple(each for each in found if each.investor in seen)

    # What is seen of decisions

    def organisations(self, at: Stamp) -> tuple[OrganisationAsOf, ...]:
        """Whoever sees a case sees who the organisations are."""
        self.require(Question.CASES, at, "organisations")
        return self._questions.organisations(at)

    def requests(self, at: Stamp) -> tuple[RequestAsOf, ...]:
        """Those in which the viewer takes part, or may: it proposed, signed or is party, or the
        rule names a role that it has.
        """
        scope = self.require(Question.CASES, at, "requests")
        return tuple(
            each
            for each in self._questions.requests(at)
            if scope.covers(Subject(each.record.request.target))
            or self.viewer.organisation in self._parts(each)
        )

    # For what stands on this: names, exports, the API

    def require(
        self,
        question: Question,
        at: Stamp,
        asked: str,
        token: ChecksumAddress | None = None,
        investor: InvestorId | None = None,
        use: DataUse = DataUse.VIEW,
    ) -> Scope:
        """The scope of a question, which is noted in the log as `asked`. Raises NotToBeSeen, which
        is noted too.
        """
        subject = (
            Subject(token) if investor is None else self._subject(question, at, investor, token)
        )
        scope = self._allowed(question, at, asked, subject, use)
        self._note(ALLOWED, at, asked, token, investor, use)
        return scope

    def require_purpose(
        self, at: Stamp, asked: str, subjects: Collection[InvestorId], use: DataUse
    ) -> None:
        """For what an organisation writes into its own vault: that a role of the viewer may name
        the purpose. It is noted. Raises NotToBeSeen, which is noted too.
        """
        allowed = self._views.purposes[self.purpose]
        if not any(seat in allowed for seat, _ in self.viewer.seats):
            why = NOT_FOR_THE_PURPOSE.filled(purpose=self.purpose.text)
            self.note(use, at, asked, subjects, result=why.en)
            raise NotToBeSeen(_named(self.viewer), why)
        self.note(use, at, asked, subjects)

    def names_seen(self, at: Stamp, investors: Collection[InvestorId]) -> frozenset[InvestorId]:
        """Those of some investors whose names the viewer may see. Nothing is noted: who reads the
        names notes whose they were.
        """
        return frozenset(self._seen(Question.NAMES, at, investors))

    def note(
        self,
        use: DataUse,
        at: Stamp,
        asked: str,
        subjects: Iterable[InvestorId] = (),
        token: ChecksumAddress | None = None,
        result: str = ALLOWED,
        rows: int = 0,
    ) -> None:
        """Adds a line to the access log, with the viewer, the purpose and the case."""
        viewer = self.viewer
        self._log.note(
            LoggedAccess(
                use,
                self.purpose.name.lower(),
                asked,
                result,
                viewer.organisation,
                viewer.key or "",
                viewer.login,
                token or "",
                tuple(subjects),
                self.case,
                at.block,
                rows,
            )
        )

    # Inside

    def _allowed(
        self,
        question: Question,
        at: Stamp,
        asked: str,
        subject: Subject,
        use: DataUse = DataUse.VIEW,
    ) -> Scope:
        scope = may(self._views, self.viewer, self.purpose, question, subject)
        if isinstance(scope, Denied):
            self._deny(scope.why, at, asked, subject.token, subject.investor, use)
        return scope

    def _deny(
        self,
        why: Text,
        at: Stamp,
        asked: str,
        token: ChecksumAddress | None = None,
        investor: InvestorId | None = None,
        use: DataUse = DataUse.VIEW,
    ) -> NoReturn:
        self._note(why.en, at, asked, token, investor, use)
        raise NotToBeSeen(_named(self.viewer), why)

    def _note(
        self,
        result: str,
        at: Stamp,
        asked: str,
        token: ChecksumAddress | None = None,
        investor: InvestorId | None = None,
        use: DataUse = DataUse.VIEW,
    ) -> None:
        subjects = () if investor is None else (investor,)
        self.note(use, at, asked, subjects, token, result)

    def _seen(
        self, question: Question, at: Stamp, investors: Collection[InvestorId]
    ) -> set[InvestorId]:
        """Those of some investors about whom the viewer may ask, whatever token it is about."""
        scope = may(self._views, self.viewer, self.purpose, question, Subject())
        return set() if isinstance(scope, Denied) else self._covered(scope, question, at, investors)

    def _covered(
        self,
        scope: Scope,
        question: Question,
        at: Stamp,
        investors: Iterable[InvestorId],
        token: ChecksumAddress | None = None,
    ) -> set[InvestorId]:
        if scope.is_whole or (token is not None and scope.is_whole_of(token)):
            return set(investors)
        return {
            each
            for each in set(investors)
            if scope.covers(self._subject(question, at, each, token))
        }

    def _subject(
        self, question: Question, at: Stamp, investor: InvestorId, token: ChecksumAddress | None
    ) -> Subject:
        """An investor, with what the viewer's cells of the matrix ask about them."""
        seats = self.viewer.seats
        asked = {self._views.reaches[seat, question] for seat, _ in seats}
        related = self._related(at)
        scopes = {scope for _, scope in seats} - {ZERO_ADDRESS}
        return Subject(
            token,
            investor,
            frozenset(related.introducers.get(investor, ()))
            if Reach.CLIENTS in asked
            else frozenset(),
            frozenset(each for each in scopes if related.had(investor, each))
            if token is None
            else frozenset(),
            Reach.CASE in asked and investor in related.opened,
        )

    def _related(self, at: Stamp) -> "_Relations":
        """What the register says of all investors as of a block; the last one is kept."""
        if self._relations is None or self._relations.at.block != at.block:
            self._relations = _Relations(self._questions, at, self._case_id)
        return self._relations

    def _lines(
        self, scope: Scope, at: Stamp, token: ChecksumAddress, lines: Iterable[Line]
    ) -> Iterator[Line]:
        if scope.is_whole_of(token):
            yield from lines
            return
        nobody_s = (ZERO_ADDRESS, self._questions.token(at, token).terms.terms.issuer_account)
        known: dict[InvestorId, bool] = {NO_INVESTOR: False}
        for line in lines:
            parties = _investors_of(line)
            for each in parties:
                if each not in known:
                    known[each] = scope.covers(self._subject(Question.MOVEMENTS, at, each, token))
            from_, to = (known[each] for each in parties)
            if from_ or to or line.why is None:
                yield replace(
                    line,
                    from_=line.from_ if from_ or line.from_ in nobody_s else None,
                    to=line.to if to or line.to in nobody_s else None,
                    from_investor=line.from_investor if from_ else NO_INVESTOR,
                    to_investor=line.to_investor if to else NO_INVESTOR,
                )

    def _parts(self, request: RequestAsOf) -> frozenset[OrganisationId]:
        record = request.record
        parts = {record.proposer, *record.request.parties}
        parts |= {each.organisation for each in record.signatures}
        rule = rule_of(record.request.rule)
        for scope, roles in self.viewer.roles:
            counting = roles if scope == ZERO_ADDRESS else roles & TOKEN_ROLES
            if rule and scope in (ZERO_ADDRESS, record.request.target) and rule.roles & counting:
                parts.add(self.viewer.organisation)
        return frozenset(parts)


class _Relations:
    """Who introduced whom, who has or had what, and whom a case is about, as of a stamp; each is
    read when it is asked for.
    """

    def __init__(self, questions: Questions, at: Stamp, case: bytes | None) -> None:
        self.at: Final = at
        self._questions: Final = questions
        self._case: Final = case
        self._holders: Final = cache(self._read_holders)
        self._former: Final = cache(self._read_former)

    @cached_property
    def introducers(self) -> dict[InvestorId, set[OrganisationId]]:
        """Who proposed or signed the enrolment, and who proposed a delivery, by investor."""
        found: dict[InvestorId, set[OrganisationId]] = {}
        for each in self._questions.investors(self.at):
            if each.enrolled is not None:
                own = found.setdefault(each.investor, set())
                own |= {each.enrolled.proposer, *each.enrolled.signers}
        for line in self._all_lines():
            _, to = _investors_of(line)
            if line.why is Why.DELIVERED and line.grounds and to:
                found.setdefault(to, set()).add(line.grounds.proposer)
        return found

    @cached_property
    def opened(self) -> frozenset[InvestorId]:
        """Whose enrolment or movements rest on the case."""
        if self._case is None:
            return frozenset()
        enrolled = {
            each.investor
            for each in self._questions.investors(self.at)
            if self._is_the_case(each.enrolled)
        }
        moved = {
            investor
            for line in self._all_lines()
            if self._is_the_case(line.grounds)
            for investor in _investors_of(line)
        }
        return frozenset(enrolled | moved - {NO_INVESTOR})

    def had(self, investor: InvestorId, token: ChecksumAddress) -> bool:
        """Whether an investor has units of a token, or had."""
        return investor in self._holders(token) or investor in self._former(token)

    def _read_holders(self, token: ChecksumAddress) -> frozenset[InvestorId]:
        if not self._is_there(token):
            return frozenset()
        found = self._questions.holdings(self.at, token)
        return frozenset(each.investor for each in found if each.units) - {0}

    def _read_former(self, token: ChecksumAddress) -> frozenset[InvestorId]:
        if not self._is_there(token):
            return frozenset()
        lines = self._questions.history(self.at, token)
        return frozenset({each for line in lines for each in _investors_of(line)}) - {0}

    def _is_there(self, token: ChecksumAddress) -> bool:
        return token in self._tokens

    @cached_property
    def _tokens(self) -> frozenset[ChecksumAddress]:
        return frozenset(each.address for each in self._questions.tokens(self.at))

    def _all_lines(self) -> Iterator[Line]:
        for token in self._tokens:
            yield from self._questions.history(self.at, token)

    def _is_the_case(self, grounds: Grounds | None) -> bool:
        return grounds is not None and grounds.case_id == self._case


def _investors_of(line: Line) -> tuple[InvestorId, InvestorId]:
    return InvestorId(line.from_investor), InvestorId(line.to_investor)


_NOT_AMONG: Final = Text("The transaction moved nothing of those whom the view reaches.")


def _holding(holding: Holding, facts_seen: Collection[InvestorId]) -> Holding:
    return holding if holding.investor in facts_seen else replace(holding, facts=None)


def _case_id(case: str) -> bytes | None:
    if not case:
        return None
    try:
        return case_id(case)
    except ValueError:
        raise BadCase(case) from None


def _named(viewer: Viewer) -> str:
    return viewer.name or viewer.key or viewer.login
