"""The server of `jp20 serve`: the app behind uvicorn, on this machine; TLS is the proxy's."""

import asyncio
import signal
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn

from jp20.domain.base.errors import BadArgument, JP20Error
from jp20.domain.base.os_errors import reason
from jp20.domain.base.text import Text
from jp20.domain.files.letters import quoted
from jp20.domain.files.settings import WebhookSettings
from jp20.domain.governance.views import Purpose
from jp20.operations.register.asking import ask
from jp20.operations.register.feed import FeedPart, Position
from jp20.operations.workspace import Workspace
from jp20.web.app import make_app
from jp20.web.desk import ServedAt
from jp20.web.feed_routes import Tail
from jp20.web.guard import Allowance, Guard
from jp20.web.serve_key import ServeKey, load_serve_key
from jp20.web.shared_register import Asker, SharedRegister
from jp20.web.webhooks import Positions, Receiver, Webhook

GRACE: Final = 10
"""Seconds that answers under way have when the server is ended."""

_CONNECTIONS: Final = 500
_HEADERS: Final = 16_384


class _Server(uvicorn.Server):
    """A signal ends it, with nothing left open, and not the program: streams end at once."""

    def __init__(self, config: uvicorn.Config, tail: Tail) -> None:
        super().__init__(config)
        self._tail = tail

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True
        asyncio.get_running_loop().create_task(self._tail.end())


class AddressInUse(JP20Error):
    """Another program listens there, or the machine has no such address."""

    what = Text("The server cannot listen on {host}:{port}.")
    next_step = Text("Name another address in jp20.toml: [serve] listen")

    def __init__(self, host: str, port: int, error: OSError) -> None:
        super().__init__(why=reason(error), host=host, port=port)


def serve(
    workspace: Workspace, tell: Callable[[Text], None], listens: Callable[[int], None]
) -> None:
    """Serves until SIGTERM or SIGINT. `listens` is told the port, once it does; `tell` what whoever
    runs it should notice. Raises what a session raises, UnfitServeKey, UnknownOrganisation,
    AddressInUse.
    """
    settings = workspace.settings.serve
    session = workspace.view()
    listening = _listening(*settings.listen)
    if not workspace.index.may_be_there:
        tell(
            Text(
                "There is no index of the register: all events are read from the node again. Make "
                "one, and keep it up to date: jp20 index follow"
            )
        )
    register = SharedRegister(
        session, partial(ask, session), workspace.views(), workspace.access_log
    )
    place = ServedAt(settings.url, session.connection.chain_id)
    key = None if settings.key is None else load_serve_key(workspace.path(settings.key))
    webhooks = [] if key is None else _webhooks(workspace, register, key, tell)
    app = make_app(register, place, settings.rate, key, webhooks)
    config = uvicorn.Config(
        Guard(app, Allowance(settings.rate)),
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=_HEADERS,
    )
    with listening:
        listens(listening.getsockname()[1])
        _Server(config, app.state.tail).run([listening])


def _listening(host: str, port: int) -> socket.socket:
    """Raises AddressInUse."""
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=128
        )
    except OSError as error:
        raise AddressInUse(host, port, error) from None


def _webhooks(
    workspace: Workspace, register: SharedRegister, key: ServeKey, tell: Callable[[Text], None]
) -> list[Webhook]:
    settings, session = workspace.settings, register.session
    positions = Positions(_folder(workspace) / "webhooks.sqlite", session.connection.genesis)
    made = []
    for each in settings.serve.webhooks:
        access = workspace.access(each.access)
        access.check(each.url)
        session.organisation(each.organisation)  # one that there is
        feed = partial(_feed_of, register, each.organisation, _purpose(each))
        made.append(Webhook(Receiver(each.name, each.url, access), key, positions, feed, tell))
    return made


def _folder(workspace: Workspace) -> Path:
    """Where the server keeps what outlasts it."""
    folder = workspace.path(workspace.settings.folders.serve)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _purpose(hook: WebhookSettings) -> Purpose:
    """Raises BadArgument."""
    purposes = {each.name.lower(): each for each in Purpose}
    if hook.purpose not in purposes:
        raise BadArgument(
            Text(
                "Webhook {name}: {purpose} is not a purpose.",
                name=quoted(hook.name),
                purpose=quoted(hook.purpose),
            ),
            next_step=Text("Use one of: {allowed}.", allowed=", ".join(purposes)),
        )
    return purposes[hook.purpose]


def _feed_of(
    register: SharedRegister, organisation: str, purpose: Purpose, position: Position, limit: int
) -> FeedPart:
    """What an organisation may see, by its name. Raises UnknownOrganisation once it is removed."""
    number = register.session.organisation(organisation).number
    return register.feed(Asker(number, None, purpose), position, limit)
