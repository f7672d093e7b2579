"""The app: routes, refusals, limits, and its OpenAPI document."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from jp20.web.callers import sign_in_routes
from jp20.web.desk import Desk, ServedAt
from jp20.web.feed_routes import Tail, feed_routes
from jp20.web.guard import Allowance
from jp20.web.problems import PROBLEMS, add_problems, with_problems
from jp20.web.register_routes import NotModified, register_routes
from jp20.web.serve_key import ServeKey
from jp20.web.shapes import JsonShape, StampShape
from jp20.web.shared_register import SharedRegister
from jp20.web.webhooks import Webhook

DESCRIPTION: Final = """\
Reads the register of security tokens: who held what as of any block or time, what moved and on
whose decision, what waits for whose signature; and a feed of what happens. Nothing here moves
anything.

Every answer names the block it speaks of (`as_of`) and has an `ETag` that stays as long as that
block does. Units are decimal strings. What an organisation may not see is refused or left out.
Refusals are RFC 9457 problems, in Japanese or English by `Accept-Language`.
"""


class StatusShape(JsonShape):
    """The newest block that answers speak of, and the software's version."""

    version: str
    newest: StampShape


def make_app(
    register: SharedRegister,
    place: ServedAt,
    rate: int,
    key: ServeKey | None = None,
    webhooks: Sequence[Webhook] = (),
) -> FastAPI:
    """`rate` is requests of an organisation a minute; `webhooks` are sent the feed as long as the
    app runs, signed by `key`.
    """
    tail = Tail(register.final)

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        looking = asyncio.create_task(tail.run())
        for each in webhooks:
            each.start()
        try:
            yield
        finally:
            looking.cancel()
            for each in webhooks:
                await asyncio.to_thread(each.end)
            with suppress(asyncio.CancelledError):
                await looking

    app = FastAPI(
        title="JP20",
        version=version("jp20"),
        description=DESCRIPTION,
        lifespan=running,
        docs_url=None,
        redoc_url=None,
        responses=PROBLEMS,
        servers=[{"url": place.url}],
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = with_problems(made())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way of FastAPI's documentation
    app.state.register = register
    app.state.tail = tail
    app.state.desk = Desk(place, register.session.organisation_of)
    app.state.organisations = Allowance(rate)
    add_problems(app)

    @app.exception_handler(NotModified)
    async def not_modified(request: Request, known: NotModified) -> Response:
        return Response(status_code=304, headers={"ETag": known.tag})

    app.include_router(sign_in_routes(app.state.desk))
    app.include_router(register_routes())
    app.include_router(feed_routes())

    @app.get("/status", tags=["server"], summary="Whether it works, and up to which block")
    def status() -> StatusShape:
        return StatusShape(version=version("jp20"), newest=StampShape.of(register.newest()))

    @app.get(
        "/.well-known/jp20-keys",
        tags=["server"],
        summary="The keys that sign webhooks, as a JWK set",
    )
    def keys() -> JSONResponse:
        found = {"keys": [] if key is None else [key.jwk]}
        return JSONResponse(found, headers={"Cache-Control": "public, max-age=3600"})

    return app
