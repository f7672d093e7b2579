"""Refusals as RFC 9457 problems: what, why and next step in the reader's language."""

import re
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from jp20.domain.base.errors import BadArgument, JP20Error
from jp20.domain.base.text import Language, Text
from jp20.domain.transactions.sign_in import SignInRefused
from jp20.operations.governance.requests import UnknownRequest
from jp20.operations.people.viewed import NotToBeSeen, UnknownViewer
from jp20.operations.session import NoOrganisationKey, UnknownOrganisation, UnknownToken
from jp20.operations.workspace import NodeFailure
from jp20.register.questions import NoSuchBlock, NoSuchTime, NotInRegister
from jp20.web.errors import (
    ApiRefusal,
    MethodUnfit,
    NoSuchResource,
    NotSignedIn,
    RequestUnfit,
    TooManyRequests,
    Unexpected,
)

MEDIA_TYPE: Final = "application/problem+json"

_STATUS: Final[tuple[tuple[type[JP20Error], int], ...]] = (
    (SignInRefused, 401),
    (NoOrganisationKey, 401),
    (UnknownViewer, 401),
    (NotToBeSeen, 403),
    (UnknownToken, 404),
    (UnknownOrganisation, 404),
    (UnknownRequest, 404),
    (NoSuchBlock, 404),
    (NoSuchTime, 404),
    (NotInRegister, 404),
    (NodeFailure, 503),
    (BadArgument, 400),
)
"""Where none is said, the state of the chain stands against it: 409."""

_PREFERENCE: Final = re.compile(
    r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]{1,32})?\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?\s*"
)


class FaultOfField(BaseModel):
    """A field that cannot be used."""

    field: str = Field(description="Where it stands.", examples=["query.block"])
    what: str = Field(examples=["Input should be a valid integer"])


class Problem(BaseModel):
    """RFC 9457. `type` and `code` are for programs and stay as they are; `title`, `detail` and
    `next_step` are for people, in the language that the request accepts.
    """

    model_config = ConfigDict(title="Problem")

    type: str = Field(examples=["urn:jp20:error:UnknownToken"])
    title: str = Field(description="What happened.", examples=["There is no token JP20-X."])
    status: int = Field(examples=[404])
    detail: str | None = Field(default=None, description="Why.")
    code: str = Field(description="The error's name, see docs/errors.md", examples=["UnknownToken"])
    reason: str | None = Field(default=None, description="A contract's name for it.")
    next_step: str | None = Field(
        default=None, examples=["Name its security code, its symbol or its address."]
    )
    faults: list[FaultOfField] | None = None


def language_accepted(header: str) -> Language:
    """The language of a request: Japanese or English, whichever it prefers; English where it says
    neither.
    """
    best: tuple[float, Language] = (0.0, "en")
    for part in header[:200].split(","):
        found = _PREFERENCE.fullmatch(part)
        if found and (name := found[1].lower()) in ("ja", "en"):
            weight = float(found[2] or 1)
            if weight > best[0]:
                best = (weight, "ja" if name == "ja" else "en")
    return best[1]


def http_status(error: JP20Error) -> int:
    """The status of HTTP with which an error is answered."""
    if isinstance(error, ApiRefusal):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 409)


def problem(error: JP20Error, language: Language) -> Problem:
    """An error as a body."""

    def said(text: Text | None) -> str | None:
        return None if text is None else text.to(language)

    faults = None
    if isinstance(error, RequestUnfit):
        faults = [FaultOfField(field=f, what=what.to(language)) for f, what in error.faults]
    return Problem(
        type=f"urn:jp20:error:{error.kind}",
        title=error.what.to(language),
        status=http_status(error),
        detail=said(error.why),
        code=error.kind,
        reason=error.code,
        next_step=said(error.next_step),
        faults=faults,
    )


def problem_response(error: JP20Error, accept_language: str) -> JSONResponse:
    """The answer to a request that is refused."""
    language = language_accepted(accept_language)
    body = problem(error, language)
    headers = {"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    if body.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="jp20"'
    if body.status == 405:
        headers["Allow"] = "GET"
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.after)
    elif body.status == 503:
        headers["Retry-After"] = "10"
    content = body.model_dump(exclude_none=True)
    return JSONResponse(content, body.status, headers, media_type=MEDIA_TYPE)


_DESCRIBED: Final = (
    (400, "A field cannot be used; `faults` names each."),
    (401, "Not signed in, or no longer."),
    (403, "Your organisation may not see this."),
    (404, "There is no such thing, or no such block."),
    (413, "The request is too large."),
    (429, "Too many requests; `Retry-After` says when again."),
    (503, "The chain's nodes do not answer."),
)

PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {
        "description": said,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, said in _DESCRIBED
}
"""What every route may answer instead, for the OpenAPI document."""


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI document with the shape of a problem, and without the refusals that FastAPI would
    make by itself.
    """
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["Problem"] = problem
    for path in document["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
    return document


def add_problems(app: FastAPI) -> None:
    """Whatever goes wrong in the app is answered by a problem."""

    def answer(request: Request, error: JP20Error) -> JSONResponse:
        return problem_response(error, request.headers.get("accept-language", ""))

    async def refused(request: Request, error: JP20Error) -> JSONResponse:
        return answer(request, error)

    async def unfit(request: Request, error: RequestValidationError) -> JSONResponse:
        faults = tuple(
            (".".join(map(str, each["loc"])), Text.verbatim(str(each["msg"])))
            for each in error.errors()[:20]
        )
        return answer(request, RequestUnfit(faults))

    async def of_http(request: Request, error: HTTPException) -> JSONResponse:
        kinds: dict[int, JP20Error] = {
            401: NotSignedIn(),
            404: NoSuchResource(),
            405: MethodUnfit(request.method),
        }
        unread = RequestUnfit((("body", Text("This is not JSON.")),))
        return answer(request, kinds.get(error.status_code, unread))

    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        return answer(request, Unexpected())

    app.exception_handler(JP20Error)(refused)
    app.exception_handler(RequestValidationError)(unfit)
    app.exception_handler(HTTPException)(of_http)
    app.exception_handler(Exception)(unexpected)
