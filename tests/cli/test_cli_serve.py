"""`jp20 serve`: the register over HTTP, on a real port, of a real chain: who signs in, what each
organisation sees, and what is refused.
"""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.openapi.models import OpenAPI
from market import ALICE, BOB, DESKS, FRANK, KEYS, Market, open_market
from running import Bad
from serving import HTTP, WAIT, Client, Server, serving, settings

from jp20.chain.signing.signers import KeySigner
from jp20.operations.keys import typed_password
from jp20.operations.workspace import Workspace

CODE = "JP20-API-1"
A = f"0x{int(ALICE.address, 16) >> 8:038x}"
NOBODY = "0x" + "0" * 37 + "1"
STRANGER = KeySigner(b"\x51" * 32)

BAD = [
    Bad("serve", ("--config", "no-such.toml"), 2, "no-such.toml"),
    Bad("serve", ("everything",), 2, "everything"),
]


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_serve(bad, folder):
    bad.check(folder)


@pytest.fixture(scope="module")
def market(folder: Path, node: str) -> Market:
    return open_market(folder, node, CODE)


@pytest.fixture(scope="module")
def server(market: Market) -> Iterator[Server]:
    with serving(market.folder) as running:
        yield running


@pytest.fixture(scope="module")
def clients(server: Server) -> dict[str, Client]:
    """One for each organisation, by its desk."""
    return {name: server.sign_in(KEYS[place]) for name, place in DESKS.items()}


@pytest.fixture(scope="module")
def registrar(clients: dict[str, Client]) -> Client:
    return clients["trust bank"]


@pytest.fixture(scope="module")
def delivery(registrar: Client) -> dict:
    """The movement that brought Alice her 100 units."""
    moved = registrar.json(f"/tokens/{CODE}/movements?wallet={ALICE.address}")["items"]
    return moved[0]


# What is answered


@pytest.mark.requirement("G34", "G15")
def test_a_token_is_answered_as_of_the_newest_block(market, registrar):
    answer = registrar.json(f"/tokens/{CODE}")

    newest = market.session.connection.block()
    assert answer["as_of"] == {
        "chain_id": 31337,
        "block": newest.number,
        "hash": f"0x{newest.hash.hex()}",
        "time": answer["as_of"]["time"],
        "final": True,
    }
    assert answer["as_of"]["time"]["unix"] == newest.time
    assert answer["as_of"]["time"]["jst"].endswith("+09:00")
    item = answer["item"]
    # 1,000 issued, 100 + 60 + 40 delivered.
    assert (item["supply"], item["undistributed"], item["holders"]) == ("1000", "800", 3)
    assert item["address"] == market.session.token(CODE).address
    assert CODE in [each["code"] for each in registrar.json("/tokens")["items"]]


@pytest.mark.requirement("G34", "G15")
def test_holdings_are_by_investor_with_wallets_below(registrar):
    held = registrar.json(f"/tokens/{CODE}/holdings")["items"]

    assert [(each["units"], each["share_ppm"]) for each in held] == [
        ("100", 100_000),
        ("60", 60_000),
        ("40", 40_000),
    ]
    assert held[0]["investor"] == A
    assert [each["wallet"] for each in held[0]["wallets"]] == [ALICE.address]
    assert held[0]["free"] == "100"
    assert held[0]["facts"]["investor_class"] == "general"


@pytest.mark.requirement("G15")
def test_an_earlier_block_and_the_end_of_an_earlier_day_are_answered(market, registrar, delivery):
    before = delivery["at"]["block"] - 1

    then = registrar.json(f"/tokens/{CODE}?block={before}")
    assert (then["as_of"]["block"], then["item"]["undistributed"]) == (before, "1000")
    assert registrar.json(f"/tokens/{CODE}/holdings?block={before}")["items"] == []
    later = delivery["at"]["time"]["jst"]
    at = registrar.json(f"/tokens/{CODE}?at={quote(later)}")
    assert at["as_of"]["time"]["unix"] <= delivery["at"]["time"]["unix"]
    assert registrar.ask(f"/tokens/{CODE}?at=2001-01-01").json()["code"] == "NoSuchTime"
    assert registrar.ask(f"/tokens/{CODE}?block=1").json()["code"] == "NotInRegister"
    assert registrar.ask(f"/tokens/{CODE}?block=999999").json()["code"] == "NoSuchBlock"


@pytest.mark.requirement("G34", "G17")
def test_a_movement_is_answered_with_its_decision(registrar, delivery):
    at = delivery["at"]
    path = f"/tokens/{CODE}/movements/{at['transaction']}/{at['log']}"

    found = registrar.json(path)["item"]

    assert found["movement"]["why"] == "delivered"
    assert (found["movement"]["units"], found["forced"]) == ("100", False)
    assert found["decision"]["case"] == f"{CODE}-AL"
    assert found["decision"]["signers"]
    elsewhere = registrar.ask(f"/tokens/{CODE}/movements/{at['transaction']}/999")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "NoSuchMovement")


def test_an_investor_is_answered_by_the_opaque_id(registrar):
    facts = registrar.json(f"/investors/{A}")["item"]
    held = registrar.json(f"/investors/{A}/holdings")["items"]
    lots = registrar.json(f"/investors/{A}/lots/{CODE}")["items"]

    assert [each["wallet"] for each in facts["wallets"]] == [ALICE.address]
    assert (CODE, "100") in [(each["token"], each["units"]) for each in held]
    assert [(each["why"], each["units"]) for each in lots] == [("delivered", "100")]
    for path in (f"/investors/{NOBODY}", f"/investors/{NOBODY}/lots/{CODE}"):
        assert registrar.ask(path).json()["code"] == "NoSuchInvestor"


def test_differences_lapses_tranches_and_restraints_are_answered(registrar, delivery):
    before = delivery["at"]["block"] - 1

    changed = registrar.json(f"/tokens/{CODE}/differences?since_block={before}")["items"]
    assert {each["change"] for each in changed} == {"100", "60", "40"}
    assert registrar.json(f"/tokens/{CODE}/tranches")["items"][0]["outstanding"] == "1000"
    assert registrar.json(f"/tokens/{CODE}/restraints")["items"] == []
    # All were registered until the end of 2035-03-31.
    lapsing = f"/tokens/{CODE}/lapses?before="
    assert registrar.json(f"{lapsing}2035-03-30")["items"] == []
    assert {each["what"] for each in registrar.json(f"{lapsing}2035-03-31")["items"]} == {"kyc"}
    assert A in [each["investor"] for each in registrar.json("/lapses?before=2035-03-31")["items"]]


@pytest.mark.requirement("G34", "G17")
def test_a_request_waits_for_those_who_can_sign_it(market, clients):
    ran = market.alone(
        "trust bank", "force-transfer", CODE, ALICE.address, BOB.address, "15", *market.case("F")
    )
    assert ran.code == 6, ran.err

    def waiting(name: str) -> list[str]:
        found = clients[name].json("/requests?waiting=true")["items"]
        return [each["case"] for each in found if each["open"]]

    proposer = next(each for each in clients["trust bank"].json("/requests")["items"][::-1])
    assert proposer["case"] == f"{CODE}-F"
    assert f"{CODE}-F" not in waiting("trust bank")
    assert any(f"{CODE}-F" in waiting(name) for name in ("auditor", "issuer", "operator"))
    assert clients["trust bank"].json(f"/requests/{proposer['id']}")["item"] == proposer
    gone = clients["trust bank"].ask("/requests/0x" + "01" * 32)
    assert (gone.status_code, gone.json()["code"]) == (404, "UnknownRequest")


@pytest.mark.requirement("G34")
def test_a_long_list_comes_in_pages_of_one_block(market, registrar):
    first = registrar.json(f"/tokens/{CODE}/holdings?limit=2")
    market.pass_time(1)  # another block, which the next page does not speak of
    second = registrar.json(f"/tokens/{CODE}/holdings?limit=2&cursor={first['next']}")

    assert [each["units"] for each in first["items"]] == ["100", "60"]
    assert [each["units"] for each in second["items"]] == ["40"]
    assert first["as_of"] == second["as_of"]
    assert second["next"] is None
    block, _, skip = first["next"].split("-")
    other = registrar.ask(f"/tokens/{CODE}/holdings?cursor={block}-{'0' * 16}-{skip}")
    assert (other.status_code, other.json()["code"]) == (409, "PageGone")


@pytest.mark.requirement("G34")
def test_an_answer_that_is_known_is_not_sent_again(market, registrar):
    path = f"/tokens/{CODE}/holdings"
    tag = registrar.ask(path).headers["ETag"]

    known = registrar.ask(path, **{"If-None-Match": tag})
    assert (known.status_code, known.content) == (304, b"")
    assert registrar.json(f"{path}?limit=1")["as_of"]["hash"] in tag
    market.pass_time(1)
    assert registrar.ask(path, **{"If-None-Match": tag}).status_code == 200


# Who sees what

COUNTS = ("/tokens", f"/tokens/{CODE}", f"/tokens/{CODE}/tranches")
HOLDINGS = (
    f"/tokens/{CODE}/holdings",
    f"/tokens/{CODE}/restraints",
    f"/tokens/{CODE}/differences?since_block=BEFORE",
)
MOVEMENTS = (f"/tokens/{CODE}/movements",)
MOVEMENT = (f"/tokens/{CODE}/movements/TRANSACTION/LOG",)
FACTS = ("/lapses?before=2036-01-01",)
OF_ALICE_FACTS = (f"/investors/{A}",)
OF_ALICE_HELD = (f"/investors/{A}/holdings", f"/investors/{A}/lots/{CODE}")
LAPSES_OF_HOLDERS = (f"/tokens/{CODE}/lapses?before=2036-01-01",)
CASES = ("/requests", "/requests?waiting=true", "/organisations", "/requests/REQUEST")

# By views.toml. The broker proposed the deliveries, the other one nothing.
SEEN = {
    "trust bank": {
        *COUNTS,
        *HOLDINGS,
        *MOVEMENTS,
        *MOVEMENT,
        *FACTS,
        *OF_ALICE_FACTS,
        *OF_ALICE_HELD,
        *LAPSES_OF_HOLDERS,
        *CASES,
    },
    "broker": {
        *COUNTS,
        *HOLDINGS,
        *MOVEMENTS,
        *MOVEMENT,
        *FACTS,
        *OF_ALICE_FACTS,
        *OF_ALICE_HELD,
        *LAPSES_OF_HOLDERS,
        *CASES[:3],
    },
    "other broker": {*COUNTS, *HOLDINGS, *MOVEMENTS, *FACTS, *LAPSES_OF_HOLDERS, *CASES[:3]},
    "issuer": {*COUNTS, *CASES},
    "auditor": {*COUNTS, *MOVEMENTS, *MOVEMENT, *CASES},
    "kyc": {*FACTS, *OF_ALICE_FACTS, *CASES[:3]},
    "aml": {*FACTS, *OF_ALICE_FACTS, *MOVEMENTS, *CASES[:3]},
    "operator": {*CASES[:3]},
    "emergency": {*CASES[:3]},
}
PURPOSES = {"auditor": "audit", "kyc": "onboarding", "aml": "screening"}
EVERYTHING = (
    *COUNTS,
    *HOLDINGS,
    *MOVEMENTS,
    *MOVEMENT,
    *FACTS,
    *OF_ALICE_FACTS,
    *OF_ALICE_HELD,
    *LAPSES_OF_HOLDERS,
    *CASES,
)


@pytest.fixture(scope="module")
def places(registrar: Client, delivery: dict) -> dict[str, str]:
    """What stands for itself in the paths."""
    issue = next(
        each for each in registrar.json("/requests")["items"] if each["case"] == f"{CODE}-IS"
    )
    return {
        "TRANSACTION": delivery["at"]["transaction"],
        "LOG": str(delivery["at"]["log"]),
        "BEFORE": str(delivery["at"]["block"] - 1),
        "REQUEST": issue["id"],
    }


@pytest.mark.requirement("S5", "G17", "G34")
@pytest.mark.parametrize("name", SEEN)
def test_an_organisation_sees_what_its_roles_see(clients, places, name):
    answers = {}
    for template in EVERYTHING:
        path = template
        for word, value in places.items():
            path = path.replace(word, value)
        if name in PURPOSES and template not in CASES:
            path += f"{'&' if '?' in path else '?'}purpose={PURPOSES[name]}"
        answers[template] = clients[name].ask(path)

    allowed = {path for path, each in answers.items() if each.status_code == 200}
    refused = {path: each.json()["code"] for path, each in answers.items() if path not in allowed}
    assert allowed == SEEN[name]
    hidden = {"/requests/REQUEST": "UnknownRequest"}
    assert refused == {path: hidden.get(path, "NotToBeSeen") for path in refused}


@pytest.mark.requirement("S5")
def test_a_broker_sees_nobody_elses_clients(clients, delivery):
    for path in (f"/tokens/{CODE}/holdings", f"/tokens/{CODE}/movements"):
        for each in clients["other broker"].json(path)["items"]:
            assert A not in (each.get("investor"), each.get("to_investor"))


@pytest.mark.requirement("G28")
def test_a_purpose_that_the_roles_do_not_have_is_refused(registrar, clients):
    refused = registrar.ask(f"/tokens/{CODE}/holdings?purpose=audit")
    assert (refused.status_code, refused.json()["code"]) == (403, "NotToBeSeen")
    assert registrar.ask(f"/tokens/{CODE}?purpose=curiosity").status_code == 400
    assert clients["auditor"].ask(f"/tokens/{CODE}").status_code == 403


@pytest.mark.requirement("G28", "S5")
def test_every_view_and_every_refusal_is_in_the_access_log(market, clients):
    clients["trust bank"].json(f"/tokens/{CODE}/holdings?purpose=authority")
    clients["operator"].ask(f"/investors/{A}/lots/{CODE}")

    place = Workspace(market.folder / "jp20.toml", ExitStack(), lambda file: typed_password(""))
    *_, seen, denied = place.access_log.accesses()
    assert (seen.asked, seen.purpose, seen.result) == ("holdings", "authority", "allowed")
    assert seen.key == KEYS[DESKS["trust bank"]].address
    assert denied.key == KEYS[DESKS["operator"]].address
    assert denied.result != "allowed"


# Signing in


@pytest.mark.requirement("G34", "S5")
def test_an_active_key_signs_in_and_out(server):
    client = server.sign_in(KEYS[DESKS["broker"]])

    assert client.json("/sign-in")["key"] == KEYS[DESKS["broker"]].address
    ended = HTTP.delete(f"{server.url}/sign-in", headers=client.header)
    assert ended.status_code == 204
    assert client.ask("/sign-in").json()["code"] == "NotSignedIn"


def test_whoever_is_not_signed_in_sees_nothing(server, places):
    document = HTTP.get(f"{server.url}/openapi.json").json()
    open_to_all = {"/status", "/.well-known/jp20-keys", "/sign-in/nonces", "/sign-in/tokens"}
    for path in document["paths"].keys() - open_to_all:
        for header in (
            {},
            {"Authorization": "Bearer " + "x" * 43},
            {"Authorization": "Basic dXNlcjpwYXNz"},
        ):
            answer = HTTP.get(server.url + path, headers=header)
            assert answer.status_code == 401, path
            assert answer.json()["code"] == "NotSignedIn"
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert HTTP.get(f"{server.url}/status").status_code == 200


@pytest.mark.requirement("S5")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"domain": "books.attacker.example"}, "SignInElsewhere"),
        ({"uri": "https://books.attacker.example"}, "SignInElsewhere"),
        ({"scheme": "https"}, "SignInElsewhere"),
        ({"chain_id": 1}, "SignInForAnotherChain"),
        ({"expires_at": 1_700_000_000}, "SignInOutOfTime"),
        ({"expires_at": None}, "SignInOutOfTime"),
        ({"issued_at": 4_000_000_000, "expires_at": 4_000_000_600}, "SignInOutOfTime"),
        ({"not_before": 4_000_000_000}, "SignInOutOfTime"),
        ({"nonce": "0" * 66}, "NonceUnfit"),
        ({"nonce": "abcdefgh"}, "NonceUnfit"),
        ({"address": ALICE.address}, "SignInNotSigned"),
    ],
)
def test_a_text_that_is_not_for_here_and_now_is_refused(server, changes, code):
    key = KEYS[DESKS["broker"]]
    said = server.text(key, **changes)

    answer = server.present(said.text, key.sign_in(said))

    assert (answer.status_code, answer.json()["code"]) == (401, code)


@pytest.mark.requirement("S5")
def test_a_nonce_signs_in_once(server):
    key = KEYS[DESKS["broker"]]
    said = server.text(key)
    signature = key.sign_in(said)

    assert server.present(said.text, signature).status_code == 201
    again = server.present(said.text, signature)
    assert (again.status_code, again.json()["code"]) == (401, "NonceUnfit")
    with_other_text = replace(said, statement="again")
    other = server.present(with_other_text.text, key.sign_in(with_other_text))
    assert other.json()["code"] == "NonceUnfit"


@pytest.mark.requirement("S5")
def test_an_altered_text_and_another_keys_signature_are_refused(server):
    key = KEYS[DESKS["broker"]]
    said = server.text(key)
    signature = key.sign_in(said)

    altered = said.text.replace("Version: 1", "Version: 1 ")
    assert server.present(altered, signature).json()["code"] == "NotASignInText"
    longer = replace(said, expires_at=(said.expires_at or 0) + 1)
    assert server.present(longer.text, signature).json()["code"] == "SignInNotSigned"
    other = KEYS[DESKS["issuer"]].sign_in(said)
    assert server.present(said.text, other).json()["code"] == "SignInNotSigned"
    assert server.present(said.text, signature).status_code == 201


@pytest.mark.requirement("S5")
@pytest.mark.parametrize("key", [STRANGER, ALICE, FRANK], ids=["stranger", "investor", "nobody"])
def test_a_key_of_no_organisation_does_not_sign_in(server, key):
    said = server.text(key)

    answer = server.present(said.text, key.sign_in(said))

    assert (answer.status_code, answer.json()["code"]) == (401, "NoOrganisationKey")


@pytest.mark.requirement("S5", "G17")
def test_a_revoked_key_is_out_at_once_and_does_not_come_back(market, server):
    other = KEYS[25]
    add = ("organisation", "key", "add", "みなと証券", other.address, *market.case("KEY"))
    assert market.run(*add).code == 6
    market.pass_time(8 * 86_400)  # the policy's delay
    done = market.run(*add)
    assert done.code == 0, done.err
    client = server.sign_in(other)
    assert client.ask("/organisations").status_code == 200

    done = market.with_key(other, "organisation", "key", "revoke", other.address, "--yes")
    assert done.code == 0, done.err

    assert client.ask("/organisations").json()["code"] == "NotSignedIn"
    said = server.text(other)
    again = server.present(said.text, other.sign_in(said))
    assert again.json()["code"] == "NoOrganisationKey"


# What is hostile


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"/tokens/{CODE}?block=-1", 400, "RequestUnfit"),
        (f"/tokens/{CODE}?block=1e3", 400, "RequestUnfit"),
        (f"/tokens/{CODE}?block={'9' * 400}", 400, "RequestUnfit"),
        (f"/tokens/{CODE}?at=yesterday", 400, "RequestUnfit"),
        (f"/tokens/{CODE}?at={'9' * 41}", 400, "RequestUnfit"),
        (f"/tokens/{CODE}?block=1&at=2026-01-01", 400, "RequestUnfit"),
        (f"/tokens/{CODE}/holdings?limit=0", 400, "RequestUnfit"),
        (f"/tokens/{CODE}/holdings?limit=1001", 400, "RequestUnfit"),
        (f"/tokens/{CODE}/holdings?cursor=1", 400, "RequestUnfit"),
        (f"/tokens/{CODE}/holdings?cursor=1-zz-0", 400, "RequestUnfit"),
        (f"/tokens/{CODE}/holdings?cursor=1-{'0' * 16}-0&block=1", 400, "RequestUnfit"),
        (f"/tokens/{CODE}/holdings?cursor=99999999-{'0' * 16}-0", 404, "NoSuchBlock"),
        (f"/tokens/{CODE}/movements?investor=12", 400, "RequestUnfit"),
        (f"/tokens/{CODE}/movements?wallet=0x12", 400, "RequestUnfit"),
        (f"/tokens/{CODE}/movements?wallet={ALICE.address}&investor={A}", 400, "RequestUnfit"),
        (f"/tokens/{CODE}/movements/0x12/1", 400, "RequestUnfit"),
        (f"/tokens/{CODE}/movements/{'0x' + '1' * 64}/-1", 400, "RequestUnfit"),
        (f"/tokens/{CODE}/differences", 400, "RequestUnfit"),
        (f"/tokens/{CODE}/differences?since=2026-01-01&since_block=1", 400, "RequestUnfit"),
        (f"/tokens/{CODE}/lapses", 400, "RequestUnfit"),
        ("/lapses?before=soon", 400, "RequestUnfit"),
        ("/requests?waiting=true&block=1", 400, "RequestUnfit"),
        ("/requests/0x12", 400, "RequestUnfit"),
        ("/investors/alice", 400, "RequestUnfit"),
        ("/feed?after=here", 400, "RequestUnfit"),
        ("/feed?after=99999999-0", 400, "PositionAhead"),
        ("/feed?wait=31", 400, "RequestUnfit"),
        ("/feed/stream?after=1--1", 400, "RequestUnfit"),
        ("/feed/stream?after=99999999-0", 400, "PositionAhead"),
        ("/tokens/NO-SUCH", 404, "UnknownToken"),
        ("/tokens/..%2f..%2f..%2fetc%2fpasswd", 404, "NoSuchResource"),
        ("/tokens/%2e%2e", 404, "UnknownToken"),
        ("/tokens/%00", 404, "UnknownToken"),
        ("/tokens/%ff%fe", 404, "UnknownToken"),
        ("/tokens/' OR 1=1 --", 404, "UnknownToken"),
        ("/tokens/%0d%0aSet-Cookie:x=1", 404, "UnknownToken"),
        (f"/tokens/{'x' * 65}", 400, "RequestUnfit"),
        (f"/tokens/{CODE}?{'x' * 1100}", 413, "RequestTooLarge"),
        ("/tokens/", 404, "NoSuchResource"),
        ("/docs", 404, "NoSuchResource"),
        ("/no-such", 404, "NoSuchResource"),
    ],
)
def test_what_cannot_be_used_is_a_problem_that_says_so(registrar, path, status, code):
    answer = registrar.ask(path)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert "set-cookie" not in answer.headers
    if code == "RequestUnfit":
        assert answer.json()["faults"]


@pytest.mark.requirement("G34")
def test_a_problem_speaks_the_readers_language(registrar):
    path = "/tokens/NO-SUCH"
    said = {
        language: registrar.ask(path, **{"Accept-Language": language})
        for language in ("ja", "en", "ja-JP,ja;q=0.9,en;q=0.5", "en;q=0.9, ja;q=0.1", "de", "*;;q")
    }

    titles = [each.json()["title"] for each in said.values()]
    assert titles[0] == titles[2]
    assert "NO-SUCH" in titles[0]
    assert re.search("[\u3040-\u30ff\u4e00-\u9fff]", titles[0])
    assert titles[1] == titles[3] == titles[4] == titles[5] == "There is no token NO-SUCH."
    assert said["ja"].headers["Content-Language"] == "ja"
    assert said["en"].json()["next_step"]
    assert said["en"].json()["type"] == "urn:jp20:error:UnknownToken"


@pytest.mark.requirement("G34")
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_is_written(registrar, method):
    for path in ("/tokens", f"/tokens/{CODE}/holdings", "/requests", "/feed"):
        answer = HTTP.request(method, registrar.url + path, headers=registrar.header)
        assert (answer.status_code, answer.json()["code"]) == (405, "MethodUnfit")


def test_a_body_is_bounded_and_has_the_fields_that_are_named(server):
    url = f"{server.url}/sign-in/tokens"
    for body, status in (
        (b"x" * 8_193, 413),
        (b"[" * 8_000, 400),
        (b"{}", 400),
        (b'{"message": "x", "signature": "0x00"}', 400),
        (b"\xff\xfe", 400),
    ):
        answer = HTTP.post(
            url, content=body, headers={"Content-Type": "application/json"}, timeout=WAIT
        )
        assert answer.status_code == status, body[:20]
    chunked = HTTP.post(url, content=iter([b"x" * 5_000, b"x" * 5_000]))
    assert chunked.status_code == 413


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /status HTTP/1.1\r\nHost: books.attacker.example\r\nX-Forwarded-Host: evil\r\n"
        b"Connection: close\r\n\r\n",
        b"GET /tokens HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \xff\xfe\r\n"
        b"Accept-Language: ja\x00evil\r\nConnection: close\r\n\r\n",
        b"GET /tokens HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * 70_000 + b"\r\n\r\n",
        b"POST /sign-in/tokens HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        b"POST /sign-in/tokens HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_bytes_that_no_client_sends_bring_nothing_out(server, sent):
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as opened:
        opened.sendall(sent)
        opened.shutdown(socket.SHUT_WR)
        answer = b""
        while part := opened.recv(65_536):
            answer += part

    assert b"evil" not in answer
    assert b"attacker" not in answer
    assert b"Traceback" not in answer
    assert server.process.poll() is None


def test_browsers_are_kept_from_more_than_showing_an_answer(registrar):
    answer = registrar.ask("/tokens", Origin="https://attacker.example")

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in answer.headers["Vary"]
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "server" not in answer.headers


# What is documented


@pytest.mark.requirement("G34")
def test_the_openapi_document_lists_every_route_with_its_refusals(server):
    document = HTTP.get(f"{server.url}/openapi.json").json()

    OpenAPI.model_validate(document)
    assert document["openapi"].startswith("3.1")
    paths = document["paths"]
    for template in EVERYTHING:
        path = template.partition("?")[0]
        assert any(re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), path) for each in paths), path
    assert {"/feed", "/feed/stream", "/status", "/.well-known/jp20-keys"} <= paths.keys()
    names = [each["operationId"] for path in paths.values() for each in path.values()]
    assert len(names) == len(set(names))
    text = str(document)
    for name in re.findall(r"#/components/schemas/(\w+)", text):
        assert name in document["components"]["schemas"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            assert method == "get" or path.startswith("/sign-in")
            assert operation["summary"]
            problem = operation["responses"]["404"]["content"]["application/problem+json"]
            assert problem["schema"]["$ref"].endswith("/Problem")
            assert "422" not in operation["responses"]


# How it runs


@pytest.mark.requirement("G34")
def test_a_client_that_asks_too_often_is_told_when_to_come_back(market):
    with serving(market.folder, rate=60) as strict:
        answers = [HTTP.get(f"{strict.url}/status") for _ in range(40)]
        refused = [each for each in answers if each.status_code == 429]
        assert refused
        assert refused[0].json()["code"] == "TooManyRequests"
        assert int(refused[0].headers["Retry-After"]) >= 1
        assert strict.end() == 0


def test_where_another_program_listens_it_says_so(market):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        file = settings(market.folder, f'listen = "127.0.0.1:{port}"')
        ran = market.run("serve", "--config", str(file))

    assert ran.code == 1
    assert f"127.0.0.1:{port}" in ran.err
