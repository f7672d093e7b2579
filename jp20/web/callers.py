"""The routes by which one signs in, and who asks in all others."""

from enum import Enum
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import Field

from jp20.domain.base.text import Text
from jp20.domain.governance.views import Purpose
from jp20.web.desk import Caller, Desk
from jp20.web.errors import NotSignedIn, RequestUnfit
from jp20.web.guard import Allowance
from jp20.web.shapes import Address, JsonShape, Moment
from jp20.web.shared_register import Asker

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="organisation",
    description="A token of POST /sign-in/tokens: it holds for minutes, and as long as the key "
    "that signed is active.",
)


class NonceShape(JsonShape):
    """What a text to sign in with has to name, by EIP-4361. It names an `Expiration Time` too."""

    nonce: str = Field(examples=["0" * 66])
    until: Moment
    domain: str = Field(examples=["books.example"])
    uri: str = Field(examples=["https://books.example"])
    chain_id: int = Field(examples=[31337])


class SignedText(JsonShape):
    """The text, and the signature of an active key of an organisation: r, s and v, 65 bytes."""

    message: str = Field(
        max_length=2_048,
        examples=["books.example wants you to sign in with your Ethereum account:\n0x…"],
    )
    signature: str = Field(pattern=r"^0x[0-9a-fA-F]{130}$", examples=["0x" + "1b" * 65])


class TokenGiven(JsonShape):
    """`token` goes into the header `Authorization: Bearer …` of each request until it ends."""

    token: str = Field(examples=["3q2-7w…"])
    key: Address
    organisation: int = Field(examples=[4])
    until: Moment


class CallerShape(JsonShape):
    """Who is signed in, until when."""

    key: Address
    organisation: int
    until: Moment

    @classmethod
    def of(cls, caller: Caller) -> "CallerShape":
        return cls(key=caller.key, organisation=caller.organisation, until=Moment.of(caller.until))


def caller_of(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """Raises NotSignedIn, TooManyRequests."""
    if given is None:
        raise NotSignedIn
    desk: Desk = request.app.state.desk
    caller = desk.caller(given.credentials)
    allowance: Allowance = request.app.state.organisations
    allowance.take(str(caller.organisation))
    return caller


CallerAsking: TypeAlias = Annotated[Caller, Depends(caller_of)]


class PurposeNamed(Enum):
    """What data is used for (APPI); which roles may name which is shown by jp20 views."""

    REGISTER = "register"
    ONBOARDING = "onboarding"
    SCREENING = "screening"
    PAYMENT = "payment"
    NOTICE = "notice"
    AUTHORITY = "authority"
    AUDIT = "audit"
    DECISION = "decision"
    OWN_REQUEST = "own_request"


PurposeAsked: TypeAlias = Annotated[
    PurposeNamed | None,
    Query(
        description="What the answer is used for; else keeping the register, of requests deciding."
    ),
]
CaseAsked: TypeAlias = Annotated[
    str | None,
    Query(max_length=32, description="A case of the chain, which opens what it is about."),
]


def asker(caller: CallerAsking, purpose: PurposeAsked = None, case: CaseAsked = None) -> Asker:
    """Who asks, for what."""
    named = Purpose.REGISTER if purpose is None else Purpose[purpose.name]
    return Asker(caller.organisation, caller.key, named, case or "")


AskerNow: TypeAlias = Annotated[Asker, Depends(asker)]


def decider(caller: CallerAsking, purpose: PurposeAsked = None, case: CaseAsked = None) -> Asker:
    """The same where requests are asked about."""
    named = Purpose.DECISION if purpose is None else Purpose[purpose.name]
    return Asker(caller.organisation, caller.key, named, case or "")


DeciderNow: TypeAlias = Annotated[Asker, Depends(decider)]


def sign_in_routes(desk: Desk) -> APIRouter:
    """Nonces and tokens."""
    routes = APIRouter(prefix="/sign-in", tags=["sign in"])

    @routes.post("/nonces", summary="A nonce for a text to sign in with")
    def new_nonce() -> NonceShape:
        nonce, until = desk.nonce()
        place = desk.place
        return NonceShape(
            nonce=nonce,
            until=Moment.of(until),
            domain=place.domain,
            uri=place.url,
            chain_id=place.chain_id,
        )

    @routes.post("/tokens", summary="A token for whoever signed the text", status_code=201)
    def new_token(signed: SignedText, response: Response) -> TokenGiven:
        response.headers["Cache-Control"] = "no-store"
        if "\r" in signed.message or "\0" in signed.message:
            raise RequestUnfit((("body.message", Text("Its lines end with \\n alone.")),))
        token, caller = desk.sign_in(signed.message, bytes.fromhex(signed.signature[2:]))
        return TokenGiven(token=token, **CallerShape.of(caller).model_dump())

    @routes.get("", summary="Who is signed in")
    def signed_in(caller: CallerAsking) -> CallerShape:
        return CallerShape.of(caller)

    @routes.delete("", summary="End the token", status_code=204)
    def sign_out(caller: CallerAsking, request: Request) -> None:
        desk.sign_out(request.headers["authorization"].partition(" ")[2])

    return routes
