"""The routes of the register: each is one question, as of a block."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Annotated, TypeAlias, TypeVar

from eth_typing import ChecksumAddress
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from jp20.domain.base.ids import RequestId, TxHash
from jp20.domain.base.text import Text
from jp20.domain.register.answers import HoldingDifference, Lot, Stamp
from jp20.operations.governance.requests import UnknownRequest
from jp20.operations.governance.waiting import waiting_for
from jp20.operations.people.viewed import NotToBeSeen
from jp20.operations.session import Contract, Session
from jp20.register.questions import NotInRegister, Questions
from jp20.web.asked import (
    LARGEST,
    AsOf,
    AsOfAsked,
    Before,
    Code,
    Hash,
    Investor,
    PageAsked,
    PageOf,
    address_in,
    hash_in,
    investor_number,
    last_second,
    until_end_of,
)
from jp20.web.callers import AskerNow, DeciderNow
from jp20.web.errors import ApiRefusal, RequestUnfit
from jp20.web.shapes import (
    Answer,
    DifferenceShape,
    HoldingOfTokenShape,
    HoldingShape,
    InvestorShape,
    JsonShape,
    LapseShape,
    LotShape,
    MovementDetailShape,
    MovementShape,
    OrganisationShape,
    Page,
    RequestShape,
    RestraintShape,
    StampShape,
    TokenShape,
    TrancheShape,
)
from jp20.web.shared_register import Asker, SharedRegister

S = TypeVar("S", bound=JsonShape)
T = TypeVar("T")


class NotModified(Exception):
    """The caller has the answer already."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


class NoSuchInvestor(ApiRefusal):
    """The platform does not know the investor as of the block."""

    status = 404
    what = Text("There is no investor {investor} as of block {block}.")

    def __init__(self, investor: str, block: int) -> None:
        super().__init__(investor=investor, block=block)


class NoSuchMovement(ApiRefusal):
    """No units of the token moved there."""

    status = 404
    what = Text("No units of {code} moved in transaction 0x{transaction}, log {log}.")
    next_step = Text("The movements are listed at /tokens/{code}/movements")

    def __init__(self, code: str, transaction: bytes, log: int) -> None:
        super().__init__(code=code, transaction=transaction.hex(), log=log)


class Asking:
    """One request to the register: who asks, for what, and the headers of the answer."""

    def __init__(self, request: Request, response: Response, asker: Asker) -> None:
        self._books: SharedRegister = request.app.state.register
        self._request = request
        self._response = response
        self.asker = asker

    def answer(self, at: AsOf, find: Callable[[Questions, Stamp], S]) -> Answer[S]:
        """One thing."""
        with self._stamped(at.stamp) as (questions, stamp):
            return Answer(as_of=StampShape.of(stamp), item=find(questions, stamp))

    def page(
        self,
        asked: PageAsked,
        find: Callable[[Questions, Stamp], Iterable[T]],
        shape: Callable[[T], S],
    ) -> Page[S]:
        """Some of many things."""
        with self._stamped(asked.stamp) as (questions, stamp):
            found = tuple(islice(find(questions, stamp), asked.skip, asked.until))
            return Page(
                as_of=StampShape.of(stamp),
                items=[shape(each) for each in found[: asked.limit]],
                next=asked.next(stamp, len(found)),
            )

    def token(self, name: str) -> ChecksumAddress:
        """Raises UnknownToken."""
        return self._books.session.token(name).address

    def tokens(self) -> tuple[Contract, ...]:
        """All of the platform, whoever asks."""
        return self._books.session.tokens()

    @property
    def session(self) -> Session:
        return self._books.session

    @contextmanager
    def _stamped(self, stamp_of: Callable[[Questions], Stamp]) -> Iterator[tuple[Questions, Stamp]]:
        """The answer is the same as long as the block is, and what the organisation may see. Raises
        NotModified.
        """
        version = self._books.version()
        with self._books.viewed(self.asker) as questions:
            stamp = stamp_of(questions)
            tag = f'"0x{stamp.hash.hex()}.{self.asker.organisation}.{version}"'
            known = self._request.headers.get("if-none-match", "")
            if tag in [each.strip().removeprefix("W/") for each in known.split(",")]:
                raise NotModified(tag)
            self._response.headers["ETag"] = tag
            yield questions, stamp


def _asking(request: Request, response: Response, asker: AskerNow) -> Asking:
    return Asking(request, response, asker)


def _deciding(request: Request, response: Response, asker: DeciderNow) -> Asking:
    return Asking(request, response, asker)


AskingNow: TypeAlias = Annotated[Asking, Depends(_asking)]
DecidingNow: TypeAlias = Annotated[Asking, Depends(_deciding)]


def register_routes() -> APIRouter:
    """Every question of the register."""
    routes = APIRouter()
    _tokens(routes)
    _movements(routes)
    _investors(routes)
    _consortium(routes)
    return routes


def _tokens(routes: APIRouter) -> None:
    @routes.get("/tokens", tags=["tokens"], summary="All tokens")
    def tokens(asking: AskingNow, page: PageOf) -> Page[TokenShape]:
        return asking.page(page, lambda q, at: q.tokens(at), TokenShape.of)

    @routes.get("/tokens/{code}", tags=["tokens"], summary="A token")
    def token(asking: AskingNow, code: Code, at: AsOfAsked) -> Answer[TokenShape]:
        address = asking.token(code)
        return asking.answer(at, lambda q, at: TokenShape.of(q.token(at, address)))

    @routes.get("/tokens/{code}/holdings", tags=["tokens"], summary="Who holds, by investor")
    def holdings(asking: AskingNow, code: Code, page: PageOf) -> Page[HoldingShape]:
        address = asking.token(code)
        return asking.page(page, lambda q, at: q.holdings(at, address), HoldingShape.of)

    @routes.get("/tokens/{code}/restraints", tags=["tokens"], summary="What keeps units")
    def restraints(asking: AskingNow, code: Code, page: PageOf) -> Page[RestraintShape]:
        address = asking.token(code)
        return asking.page(page, lambda q, at: q.restraints(at, address), RestraintShape.of)

    @routes.get("/tokens/{code}/tranches", tags=["tokens"], summary="Issued and redeemed")
    def tranches(asking: AskingNow, code: Code, page: PageOf) -> Page[TrancheShape]:
        address = asking.token(code)
        return asking.page(page, lambda q, at: q.tranches(at, address), TrancheShape.of)

    @routes.get("/tokens/{code}/differences", tags=["tokens"], summary="Who holds more or less")
    def differences(
        asking: AskingNow,
        code: Code,
        page: PageOf,
        since_block: Annotated[int | None, Query(ge=0, le=LARGEST)] = None,
        since: Annotated[str | None, Query(max_length=40, examples=["2026-03-31"])] = None,
    ) -> Page[DifferenceShape]:
        """Between the block of `since_block` or `since` and that of `block` or `at`."""
        address = asking.token(code)
        if (since_block is None) == (since is None):
            raise RequestUnfit((("query.since", Text("Say either since_block or since.")),))
        time = None if since is None else last_second(since, "query.since")

        def find(questions: Questions, later: Stamp) -> Iterable[HoldingDifference]:
            earlier = questions.stamp(since_block, time)
            if earlier.block > later.block:
                raise RequestUnfit((("query.since", Text("It comes after the other one.")),))
            return questions.differences(earlier, later, address)

        return asking.page(page, find, DifferenceShape.of)

    @routes.get("/tokens/{code}/lapses", tags=["tokens"], summary="Whose KYC or class lapses")
    def lapses_of_holders(
        asking: AskingNow, code: Code, page: PageOf, before: Before
    ) -> Page[LapseShape]:
        """Of those who hold the token."""
        address = asking.token(code)
        end = until_end_of(before, "query.before")
        return asking.page(page, lambda q, at: q.lapses(at, end, address), LapseShape.of)


def _movements(routes: APIRouter) -> None:
    @routes.get("/tokens/{code}/movements", tags=["movements"], summary="What moved units")
    def movements(
        asking: AskingNow,
        code: Code,
        page: PageOf,
        investor: Annotated[str | None, Query(max_length=40)] = None,
        wallet: Annotated[str | None, Query(max_length=42)] = None,
        first: Annotated[int, Query(ge=0, le=LARGEST, description="From this block on.")] = 0,
    ) -> Page[MovementShape]:
        """Of the token, of an investor, or of one wallet; splits among them."""
        address = asking.token(code)
        number = None if investor is None else investor_number(investor, "query.investor")
        account = None if wallet is None else address_in(wallet, "query.wallet")
        if number is not None and account is not None:
            raise RequestUnfit((("query.wallet", Text("Say either investor or wallet.")),))
        return asking.page(
            page,
            lambda q, at: q.history(at, address, investor=number, wallet=account, first=first),
            MovementShape.of,
        )

    @routes.get(
        "/tokens/{code}/movements/{transaction}/{log}",
        tags=["movements"],
        summary="A movement: its decision, document, signers, reversal",
    )
    def movement(
        asking: AskingNow,
        code: Code,
        transaction: Hash,
        log: Annotated[int, Path(ge=0, le=LARGEST)],
        at: AsOfAsked,
    ) -> Answer[MovementDetailShape]:
        address, hash = asking.token(code), TxHash(hash_in(transaction, "path.transaction"))

        def find(questions: Questions, at: Stamp) -> MovementDetailShape:
            for each in questions.movements(at, address, hash, log):
                return MovementDetailShape.of(each)
            raise NoSuchMovement(code, hash, log)

        return asking.answer(at, find)


def _investors(routes: APIRouter) -> None:
    @routes.get("/investors/{investor}", tags=["investors"], summary="An investor's facts")
    def investor(asking: AskingNow, investor: Investor, at: AsOfAsked) -> Answer[InvestorShape]:
        number = investor_number(investor, "path.investor")

        def find(questions: Questions, at: Stamp) -> InvestorShape:
            found = questions.investor(at, number)
            if found is None:
                raise NoSuchInvestor(investor, at.block)
            return InvestorShape.of(found)

        return asking.answer(at, find)

    @routes.get("/investors/{investor}/holdings", tags=["investors"], summary="What it holds")
    def held(asking: AskingNow, investor: Investor, page: PageOf) -> Page[HoldingOfTokenShape]:
        """Of every token of which it has units."""
        number = investor_number(investor, "path.investor")

        def find(questions: Questions, at: Stamp) -> Iterator[HoldingOfTokenShape]:
            seen, denied = False, None
            for token in asking.tokens():
                try:
                    found = questions.holding(at, token.address, number)
                except NotInRegister:
                    continue
                except NotToBeSeen as refused:
                    denied = refused
                    continue
                seen = seen or found is not None
                if found is not None and found.units:
                    yield HoldingOfTokenShape.in_token(token.read(str, "code"), found)
            if denied is not None and not seen:
                raise denied
            if not seen:
                raise NoSuchInvestor(investor, at.block)

        return asking.page(page, find, lambda each: each)

    @routes.get(
        "/investors/{investor}/lots/{code}", tags=["investors"], summary="Since when it holds"
    )
    def lots(asking: AskingNow, investor: Investor, code: Code, page: PageOf) -> Page[LotShape]:
        """Acquisitions of units that are left, first in, first out."""
        number, address = investor_number(investor, "path.investor"), asking.token(code)

        def find(questions: Questions, at: Stamp) -> Iterable[Lot]:
            if questions.holding(at, address, number) is None:
                raise NoSuchInvestor(investor, at.block)
            return questions.lots(at, address, number)

        return asking.page(page, find, LotShape.of)

    @routes.get("/lapses", tags=["investors"], summary="Whose KYC or class lapses")
    def lapses(asking: AskingNow, page: PageOf, before: Before) -> Page[LapseShape]:
        """Of all investors."""
        end = until_end_of(before, "query.before")
        return asking.page(page, lambda q, at: q.lapses(at, end), LapseShape.of)


def _consortium(routes: APIRouter) -> None:
    @routes.get("/organisations", tags=["consortium"], summary="Organisations, keys, roles")
    def organisations(asking: DecidingNow, page: PageOf) -> Page[OrganisationShape]:
        return asking.page(page, lambda q, at: q.organisations(at), OrganisationShape.of)

    @routes.get("/requests", tags=["consortium"], summary="Requests, the latest last")
    def requests(
        asking: DecidingNow,
        page: PageOf,
        waiting: Annotated[
            bool, Query(description="Only those that wait for your organisation now.")
        ] = False,
    ) -> Page[RequestShape]:
        """`waiting` is judged by the contract at the newest block: it takes no `block` or `at`."""
        if waiting and page.at != AsOf():
            raise RequestUnfit((("query.waiting", Text("This can be asked only as of now.")),))
        ids = waiting_for(asking.session, asking.asker.organisation) if waiting else None

        def find(questions: Questions, at: Stamp) -> Iterator[RequestShape]:
            for each in questions.requests(at):
                if ids is None or each.id in ids:
                    yield RequestShape.of(each, at)

        return asking.page(page, find, lambda each: each)

    @routes.get("/requests/{request_id}", tags=["consortium"], summary="A request")
    def request(asking: DecidingNow, request_id: Hash, at: AsOfAsked) -> Answer[RequestShape]:
        id = RequestId(hash_in(request_id, "path.request_id"))

        def find(questions: Questions, at: Stamp) -> RequestShape:
            for each in questions.requests(at):
                if each.id == id:
                    return RequestShape.of(each, at)
            raise UnknownRequest(id)

        return asking.answer(at, find)
