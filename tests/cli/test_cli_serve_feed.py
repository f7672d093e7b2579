"""The feed of `jp20 serve`: polled, streamed, and sent as signed webhooks; each event at least once
and in order, whoever was away for how long.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from market import BOB, CAROL, DESKS, KEYS, Market, open_market
from receiver import InvalidSignature, Keys, Receiver, until, verify
from running import done, run
from serving import HTTP, WAIT, Client, Server, free_port, serving

from jp20.access_log.accesses import ALLOWED, AccessLog
from jp20.domain.base.roles import Role
from jp20.domain.governance.views import Purpose
from jp20.operations.files.inputs import load_views
from jp20.operations.register.asking import ask
from jp20.operations.register.feed import UnitsMoved
from jp20.operations.workspace import Access
from jp20.web import webhooks
from jp20.web.serve_key import ServeKey, create_serve_key
from jp20.web.shared_register import Asker, SharedRegister
from jp20.web.webhooks import Positions, Webhook
from jp20.web.webhooks import Receiver as To

CODE = "JP20-FEED-1"


@pytest.fixture(scope="module")
def market(folder: Path, node: str) -> Market:
    return open_market(folder, node, CODE)


@pytest.fixture(scope="module")
def server(market: Market) -> Iterator[Server]:
    with serving(market.folder) as running:
        yield running


@pytest.fixture(scope="module")
def registrar(server: Server) -> Client:
    return server.sign_in(KEYS[DESKS["trust bank"]])


def transfer(market: Market, units: int) -> None:
    """From Bob to Carol, with Bob's key."""
    ran = market.with_key(BOB, "transfer", CODE, CAROL.address, str(units), "--yes")
    assert ran.code == 0, ran.err


def everything(client: Client, after: str = "0-0", limit: int = 500) -> list[dict[str, Any]]:
    """All events from a position on, page by page."""
    found: list[dict[str, Any]] = []
    while True:
        part = client.json(f"/feed?after={after}&limit={limit}")
        found += part["events"]
        if part["whole"]:
            return found
        after = part["next"]


def of_token(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Why units of the token moved, and how many."""
    return [
        (each["movement"]["why"], each["movement"]["units"])
        for each in events
        if each["token"] == CODE
    ]


@pytest.mark.requirement("G34")
def test_the_feed_has_every_movement_and_request_once_in_order(registrar):
    events = everything(registrar)

    assert of_token(events) == [
        ("issued", "1000"),
        ("delivered", "100"),
        ("delivered", "60"),
        ("delivered", "40"),
    ]
    places = [(each["at"]["block"], each["at"]["log"]) for each in events]
    assert places == sorted(set(places))
    kinds = [each["type"] for each in events if (each["request"] or {}).get("case") == f"{CODE}-IS"]
    assert kinds == ["request.proposed", "request.signed", "request.signed", "request.executed"]
    assert everything(registrar, events[-9]["cursor"], limit=1) == events[-8:]
    # From the cursor of any event on there is all that follows it, and nothing else.
    for place in (0, len(events) // 2, len(events) - 1):
        assert everything(registrar, events[place]["cursor"]) == events[place + 1 :]


@pytest.mark.requirement("G34", "S5")
def test_the_feed_is_what_the_organisation_may_see(server, registrar):
    own = everything(server.sign_in(KEYS[DESKS["broker"]]))
    others = everything(server.sign_in(KEYS[DESKS["other broker"]]))
    operator = everything(server.sign_in(KEYS[DESKS["operator"]]))

    # The broker proposed the deliveries; the issue is nobody's client's.
    assert of_token(own) == [("delivered", "100"), ("delivered", "60"), ("delivered", "40")]
    assert of_token(others) == of_token(operator) == []
    assert len(own) < len(everything(registrar))


@pytest.mark.requirement("G34")
def test_who_waits_is_answered_when_something_happens(market, registrar):
    newest = everything(registrar)[-1]["cursor"]
    nothing = registrar.json(f"/feed?after={newest}&wait=1")
    assert (nothing["events"], nothing["whole"]) == ([], True)

    def awaited(after: str, times: int = 4) -> list[dict[str, Any]]:
        part = registrar.json(f"/feed?after={after}&wait=30")
        return part["events"] if part["events"] or times == 1 else awaited(part["next"], times - 1)

    with ThreadPoolExecutor(1) as pool:
        events = pool.submit(awaited, nothing["next"])
        transfer(market, 1)

    assert of_token(events.result()) == [("transferred", "1")]


@dataclass(frozen=True)
class Streamed:
    """An event of the stream."""

    id: str
    event: str
    data: dict[str, Any]


def streamed(
    client: Client, number: int, path: str = "/feed/stream", **headers: str
) -> list[Streamed]:
    """So many events of the stream; then the connection is dropped."""
    found: list[Streamed] = []
    with HTTP.stream("GET", client.url + path, headers=client.header | headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        fields: dict[str, str] = {}
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
            elif "data" in fields:
                data = json.loads(fields["data"])
                found.append(Streamed(fields["id"], fields["event"], data))
                fields = {}
            if len(found) == number:
                return found
    raise AssertionError("the stream ended")


@pytest.mark.requirement("G34")
def test_a_stream_goes_on_where_it_was_dropped(market, registrar):
    all_of_it = everything(registrar)

    first = streamed(registrar, 3)
    transfer(market, 2)  # while nobody listens
    rest = streamed(registrar, len(all_of_it) - 3 + 1, **{"Last-Event-ID": first[-1].id})

    assert [each.data for each in (*first, *rest[:-1])] == all_of_it
    assert of_token([rest[-1].data]) == [("transferred", "2")]
    assert all(each.id == each.data["cursor"] for each in rest)
    assert rest[-1].event == "movement"
    # From a position in the query too.
    assert streamed(registrar, 1, f"/feed/stream?after={rest[-2].id}") == rest[-1:]


def test_an_organisation_opens_so_many_streams_and_no_more(registrar):
    opened = [
        httpx.Client(timeout=WAIT).stream(
            "GET", f"{registrar.url}/feed/stream", headers=registrar.header
        )
        for _ in range(9)
    ]
    statuses = [each.__enter__().status_code for each in opened]
    for each in opened:
        each.__exit__(None, None, None)

    assert statuses == [200] * 8 + [429]


# Webhooks


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> ServeKey:
    return create_serve_key(tmp_path_factory.mktemp("key") / "serve.pem")


@pytest.fixture(scope="module")
def register(market: Market, tmp_path_factory: pytest.TempPathFactory) -> SharedRegister:
    session = market.session
    log = AccessLog(tmp_path_factory.mktemp("log"))
    return SharedRegister(session, lambda: ask(session), load_views(), log)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorter pauses, so that a test waits for less."""
    monkeypatch.setattr(webhooks, "SHORTEST_PAUSE", 0.05)
    monkeypatch.setattr(webhooks, "LONGEST_PAUSE", 0.4)
    monkeypatch.setattr(webhooks, "POLL", 0.05)


_NUMBERS = count(1)


@dataclass
class Hook:
    """A webhook to a receiver, and what it said."""

    webhook: Webhook
    said: list[str]


@pytest.fixture
def hook_to(register, key, tmp_path, hasty):
    """Makes webhooks that begin at the end of the feed, and ends them."""
    made: list[Webhook] = []

    def make(url: str, name: str = "core", begin: tuple[int, int] | None = None) -> Hook:
        positions = Positions(tmp_path / "webhooks.sqlite", b"chain")
        if begin is not None:
            positions.move(name, begin)
        asker = Asker(1, None, Purpose.REGISTER)
        said: list[str] = []
        hook = Webhook(
            To(name, url, Access()),
            key,
            positions,
            lambda position, limit: register.feed(asker, position, limit),
            lambda text: said.append(text.en),
        )
        made.append(hook)
        hook.start()
        return Hook(hook, said)

    yield make
    for each in made:
        each.end()


def end_of_feed(register: SharedRegister) -> tuple[int, int]:
    return register.feed(Asker(1, None, Purpose.REGISTER), (0, 0), 10_000).position


@pytest.mark.requirement("S5", "G34")
def test_what_a_subscriber_may_not_see_is_in_the_access_log_once(register, tmp_path):
    log = AccessLog(tmp_path)
    shared = SharedRegister(register.session, lambda: ask(register.session), load_views(), log)
    operator = next(each for each in register.session.members() if Role.OPERATOR in each.roles)
    for _ in range(3):
        part = shared.feed(Asker(operator.number, None, Purpose.NOTICE), (0, 0), 10_000)
        assert not [each for each in part.happened if isinstance(each, UnitsMoved)]

    refused = [each for each in log.accesses() if each.result != ALLOWED]
    assert [each.asked for each in refused] == ["history"] * len({each.token for each in refused})
    assert refused


def cursors(events: list[dict[str, Any]]) -> list[str]:
    return [each["cursor"] for each in events]


@pytest.mark.requirement("G34")
def test_a_receiver_gets_all_of_it_in_order_and_signed(registrar, hook_to, key):
    with Receiver() as receiver:
        hook_to(receiver.url)
        expected = everything(registrar)
        until(lambda: len(receiver.events()) >= len(expected))

    assert receiver.events() == expected
    nonces = [verify(Keys({"keys": [key.jwk]}), each) for each in receiver.sent]
    assert len(nonces) == len(set(nonces))


@pytest.mark.requirement("G34")
def test_what_was_altered_on_its_way_is_refused_by_the_receiver(hook_to, key):
    keys = Keys({"keys": [key.jwk]})
    with Receiver() as receiver:
        hook_to(receiver.url)
        until(lambda: bool(receiver.sent))
    sent = receiver.sent[0]
    verify(keys, sent)

    other_key = Keys({"keys": [{**key.jwk, "x": "A" * 43}]})
    for altered, known in (
        (replace(sent, body=sent.body.replace(b"100", b"900")), keys),
        (replace(sent, body=sent.body + b" "), keys),
        (replace(sent, url=sent.url.replace("jp20", "else")), keys),
        (replace(sent, method="PUT"), keys),
        (sent, other_key),
    ):
        with pytest.raises(InvalidSignature):
            verify(known, altered)
    del sent.headers["Content-Digest"]
    with pytest.raises(InvalidSignature):
        verify(keys, sent)


@pytest.mark.requirement("G34")
@pytest.mark.parametrize("status", [500, 404, 302, 100 + 399])
def test_what_is_not_taken_is_sent_again_before_anything_else(registrar, hook_to, status):
    with Receiver(answers=[status, status, status]) as receiver:
        hook = hook_to(receiver.url)
        expected = everything(registrar)
        until(lambda: len(receiver.events()) >= len(expected))
        until(lambda: len(hook.said) == 2)

    assert receiver.events() == expected
    bodies = [each.body for each in receiver.sent[:4]]
    assert bodies == [bodies[0]] * 4  # the same events, word by word
    assert len({each.headers["Signature-Input"] for each in receiver.sent[:4]}) == 4
    assert str(status) in hook.said[0]
    assert "accepts the feed again" in hook.said[1]


@pytest.mark.requirement("G34")
def test_a_receiver_that_is_down_catches_up(market, registrar, register, hook_to):
    begin, port = end_of_feed(register), free_port()
    hook = hook_to(f"http://127.0.0.1:{port}/feed", begin=begin)
    until(lambda: True)
    transfer(market, 3)
    transfer(market, 4)
    until(lambda: bool(hook.said))

    with Receiver(port=port) as receiver:
        until(lambda: len(of_token(receiver.events())) == 2)

    assert of_token(receiver.events()) == [("transferred", "3"), ("transferred", "4")]


@pytest.mark.requirement("G34")
def test_a_receiver_too_slow_to_answer_gets_it_twice(
    market, register, hook_to, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(webhooks, "_TIMEOUT", 0.3)
    begin = end_of_feed(register)
    with Receiver(delay=1.0) as receiver:
        hook = hook_to(receiver.url, begin=begin)
        transfer(market, 5)
        until(lambda: len(receiver.sent) >= 2 and bool(hook.said))
        receiver.delay = 0.0
        until(lambda: len(hook.said) == 2)

    every = of_token(receiver.events(taken=False))
    assert len(every) >= 2
    assert set(every) == {("transferred", "5")}
    # A consumer that keeps the last cursor tells the second from the first.
    assert len(set(cursors(receiver.events(taken=False)))) == 1


@pytest.mark.requirement("G34")
def test_a_server_that_was_ended_goes_on_after_what_was_taken(market, register, hook_to):
    begin = end_of_feed(register)
    with Receiver() as receiver:
        hook = hook_to(receiver.url, begin=begin)
        transfer(market, 6)
        until(lambda: len(of_token(receiver.events())) == 1)
        hook.webhook.end()
        transfer(market, 7)
        hook_to(receiver.url)
        until(lambda: len(of_token(receiver.events())) == 2)

    assert of_token(receiver.events()) == [("transferred", "6"), ("transferred", "7")]


def test_positions_are_those_of_a_name_on_a_chain(tmp_path):
    file = tmp_path / "webhooks.sqlite"
    one = Positions(file, b"one")
    one.move("core", (7, 3))
    one.move("core", (9, 0))

    assert (one.of("core"), one.of("other")) == ((9, 0), (0, 0))
    assert Positions(file, b"two").of("core") == (0, 0)
    assert Positions(file, b"one").of("core") == (9, 0)


@pytest.mark.requirement("G34", "S5")
def test_a_server_sends_what_its_settings_say(market, registrar):
    done("api", "key", "serve.pem", folder=market.folder)
    with Receiver() as receiver:
        hook = (
            'key = "serve.pem"\n[[serve.webhooks]]\nname = "core"\n'
            f'url = "{receiver.url}"\norganisation = "みなと証券"\n'
        )
        with serving(market.folder, hook) as server:
            jwks = HTTP.get(f"{server.url}/.well-known/jp20-keys").json()
            client = server.sign_in(KEYS[DESKS["broker"]])
            expected = everything(client)
            until(lambda: len(receiver.events()) >= len(expected))
            assert server.end() == 0

    assert receiver.events() == expected
    for each in receiver.sent:
        verify(Keys(jwks), each)


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ('key = "none.pem"\n', "none.pem"),
        ('key = "jp20.toml"\n', "chmod 600"),
        ('key = "serve.pem"\n[[serve.webhooks]]\nname = "core"\nurl = "http://127.0.0.1:9"\n'
         'organisation = "nobody"\n', "nobody"),
        ('key = "serve.pem"\n[[serve.webhooks]]\nname = "core"\nurl = "http://127.0.0.1:9"\n'
         'organisation = "みなと証券"\npurpose = "fun"\n', "fun"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_served_are_refused_before_it_listens(market, lines, named):
    from serving import settings

    if not (market.folder / "serve.pem").exists():
        done("api", "key", "serve.pem", folder=market.folder)
    file = settings(market.folder, lines)

    ran = run("serve", "--config", str(file), folder=market.folder)

    assert ran.code in (1, 2)
    assert named in ran.err
    assert "listening" not in ran.err


@pytest.mark.requirement("G34")
def test_an_open_stream_does_not_keep_the_server_from_ending(market):
    with serving(market.folder) as server:
        client = server.sign_in(KEYS[DESKS["trust bank"]])
        with (
            closing(httpx.Client(timeout=WAIT)) as opened,
            opened.stream(
                "GET", f"{client.url}/feed/stream?after=0-0", headers=client.header
            ) as answer,
        ):
            lines = answer.iter_lines()
            assert next(lines) == "retry: 2000"
            assert server.end() == 0
            for _ in lines:
                pass
