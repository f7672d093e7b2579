"""`jp20 requests`: seen, compared, signed, executed, on a chain; nothing is signed unseen."""

import json
import shutil
from itertools import count

import pytest
from coincurve import PrivateKey
from eth_hash.auto import keccak
from market import ALICE, BOB, DAVE, DESKS, FRANK, KEYS, SECRETS, Market, open_market
from running import Bad, run

from jp20.chain.signing.keystores import write_keystore
from jp20.domain.base.addresses import address_of, parse_address
from jp20.domain.governance.decision_file import decision_from_json
from jp20.domain.governance.requests import Call, compose

A, B = ALICE.address, BOB.address
UNKNOWN = "0x" + "01" * 32

BAD = [
    Bad("requests list", ("--state", "lost"), 2, "lost"),
    Bad("requests list", ("--token", "NO-SUCH"), 1, "NO-SUCH"),
    Bad("requests show", ("0x12",), 2, "0x12"),
    Bad("requests show", (UNKNOWN,), 1, UNKNOWN),
    Bad("requests show", (UNKNOWN, "--decision", "no.json"), 2, "no.json"),
    Bad("requests approve", ("0x12",), 2, "0x12"),
    Bad("requests approve", (UNKNOWN,), 1, UNKNOWN),
    Bad("requests approve", (UNKNOWN, "--decision", "jp20.toml"), 2, "jp20.toml"),
    Bad("requests execute", (UNKNOWN, "--yes"), 1, UNKNOWN),
    Bad("requests execute", (UNKNOWN + "01",), 2, "REQUEST"),
    Bad("requests show", ("0x01010101",), 2, "0x01010101"),
    Bad("requests show", ("0x0101010",), 2, "0x0101010"),
    Bad("requests cancel", (UNKNOWN,), 1, UNKNOWN),
    Bad("requests withdraw", (UNKNOWN,), 1, UNKNOWN),
    Bad("requests withdraw", ("one",), 2, "one"),
    Bad("requests export", (UNKNOWN,), 2, "--out"),
    Bad("requests export", (UNKNOWN, "--out", "x.json"), 1, UNKNOWN),
]

_NUMBERS = count(1)
MANY = [address_of(keccak(f"RQ-{number}".encode())[-20:]) for number in range(101)]
"""Wallets of 101 holders."""


@pytest.fixture
def market(folder, node) -> Market:
    """A token for each test."""
    return open_market(folder, node, f"RQ-{next(_NUMBERS)}")


@pytest.fixture
def proposed(market: Market) -> str:
    """A forced transfer of 15 units from Alice to Dave that the trust bank proposed and signed."""
    ran = market.alone(
        "trust bank", "force-transfer", market.code, A, DAVE.address, "15", *market.case("F")
    )
    assert ran.code == 6, ran.err
    return listed(market)[0]["id"]


@pytest.fixture
def unpublished(market: Market) -> str:
    """Lock-ups of 101 holders: two calls, which are not on the chain."""
    rows = [f"{wallet},{number}" for number, wallet in enumerate(MANY, 1)]
    file = market.rows("many", *rows)
    ran = market.alone(
        "issuer", "lock", "set", market.code, "--file", file, "--until", "2034-03-31",
        *market.case("L"),
    )  # fmt: skip
    assert ran.code == 6, ran.err
    return listed(market)[0]["id"]


def listed(market: Market, *options: str) -> list[dict]:
    return market.json("requests", "list", "--token", market.code, *options)["requests"]


@pytest.mark.requirement("G17")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_requests(bad, folder):
    bad.check(folder)


@pytest.mark.requirement("G17", "S3")
def test_a_signer_sees_every_argument_by_name_and_who_signed(market, proposed):
    shown = market.json("requests", "show", proposed)

    request = shown["request"]
    assert (request["state"], request["act"], request["target"]) == (
        "open",
        "forced-transfer",
        market.code,
    )
    assert (request["case"], request["calls"], request["executed"]) == (f"{market.code}-F", 1, 0)
    assert request["document"] == "not_compared"
    assert {each["argument"]: each["value"] for each in shown["arguments"]} == {
        "move.from": A,
        "move.to": DAVE.address,
        "move.amount": 15,
        "move.waivers": "NOTHING",
        "move.executed": 0,
    }
    assert [(each["roles"], each["organisation"]) for each in shown["slots"]] == [
        ("REGISTRAR", "ひいらぎ信託銀行"),
        ("AUDITOR", None),
        ("ISSUER | AML | CUSTODIAN", None),
    ]
    japanese = market.run("requests", "show", proposed[:14], "--lang", "ja").out
    assert "口数(move.amount)" in japanese
    assert "強制移転" in japanese
    assert "署名待ち" in japanese


@pytest.mark.requirement("G17", "S3")
def test_organisations_approve_and_execute_with_their_own_keys(market, proposed):
    auditor = market.alone("auditor", "requests", "approve", proposed, *market.who, "--yes")
    too_early = market.alone("trust bank", "requests", "execute", proposed, "--yes")
    aml = market.alone("aml", "requests", "approve", proposed, "--yes", "--format", "json")
    wrong = market.alone("aml", "requests", "execute", proposed, "--yes")
    executed = market.alone(
        "trust bank", "requests", "execute", proposed, "--yes", "--format", "json"
    )
    again = market.alone("trust bank", "requests", "execute", proposed, "--yes")

    assert auditor.code == 0, auditor.err
    assert f"is {market.document.name}" in auditor.err  # compared, and shown before it was signed
    assert "move.amount" in auditor.err
    assert too_early.code == 6
    assert "AML" in too_early.err
    assert aml.code == 0, aml.err
    assert "not compared" in aml.err
    assert f"jp20 requests execute {proposed}" in aml.err
    assert aml.json["requests"][0]["state"] == "ready"
    assert wrong.code == 6
    assert "REGISTRAR" in wrong.err
    assert executed.code == 0, executed.err
    assert [each["step"] for each in executed.json["steps"]] == ["executed"]
    assert (market.balance(ALICE), market.balance(DAVE)) == (85, 15)
    assert again.code == 1
    assert "closed: executed" in again.err


@pytest.mark.requirement("G17")
def test_another_document_is_not_signed(market, proposed, tmp_path):
    other = tmp_path / "other.pdf"
    other.write_bytes(b"another document")

    for language in ("en", "ja"):
        ran = market.alone(
            "auditor", "requests", "approve", proposed, "--document", str(other), "--yes",
            "--lang", language,
        )  # fmt: skip

        assert ran.code == 1
        assert "other.pdf" in ran.err
    assert market.run("requests", "show", proposed, "--document", str(other)).code == 1
    assert listed(market)[0]["signatures"] == "1/3"


@pytest.mark.requirement("S3")
def test_nobody_signs_twice_or_without_a_role_or_as_a_party(market):
    market.alone(
        "trust bank", "force-transfer", market.code, A, DAVE.address, "15", "--party",
        "港南リアルティ", *market.case("F"),
    )  # fmt: skip
    request = listed(market)[0]["id"]

    ran = {
        name: market.alone(name, "requests", "approve", request, "--yes")
        for name in ("trust bank", "issuer", "kyc")
    }

    assert {each.code for each in ran.values()} == {1}
    assert "has signed" in ran["trust bank"].err
    assert "party" in ran["issuer"].err
    assert "AUDITOR" in ran["kyc"].err
    stranger = market.with_key(FRANK, "requests", "approve", request, "--yes")
    assert stranger.code == 1
    assert "organisation's" in stranger.err


@pytest.mark.requirement("G17")
def test_without_yes_nothing_is_signed(market, proposed):
    before = market.session.connection.block_number()

    ran = market.alone("auditor", "requests", "approve", proposed)

    assert ran.code == 2
    assert "--yes" in ran.err
    assert "move.amount" in ran.err  # it was shown
    assert market.session.connection.block_number() == before


# ---------------------------------------------------------------- calls that travel as a file


@pytest.mark.requirement("G17", "S3")
def test_what_is_not_on_the_chain_is_not_signed_unseen(market, unpublished):
    for language, said in (("en", "Nothing is signed unseen"), ("ja", "署名することはできません")):
        ran = market.alone(
            "trust bank", "requests", "approve", unpublished, "--yes", "--lang", language
        )

        assert ran.code == 1
        assert said in ran.err
        assert "--decision" in ran.err
    shown = market.json("requests", "show", unpublished)
    assert shown["request"]["known"] is False
    assert "arguments" not in shown
    assert listed(market)[0]["signatures"] == "1/2"


@pytest.mark.requirement("G17", "S3")
def test_with_the_file_every_row_is_seen_signed_and_executed(market, unpublished):
    file = next(each for each in market.plans("issuer") if each.stem.endswith(unpublished[2:18]))

    seen = market.json("requests", "show", unpublished, "--decision", str(file))
    signed = market.alone(
        "trust bank", "requests", "approve", unpublished, "--decision", str(file), "--yes"
    )
    blind = market.alone("issuer", "requests", "execute", unpublished, "--yes")
    executed = market.alone(
        "issuer", "requests", "execute", unpublished, "--decision", str(file), "--yes",
        "--format", "json",
    )  # fmt: skip

    # 100 rows in the first call, one in the second.
    assert [(each["call"], each["row"]) for each in seen["rows"]][-2:] == [(1, 100), (2, 1)]
    assert seen["rows"][0] == {
        "call": 1,
        "row": 1,
        "holders": MANY[0],
        "amounts": 1,
    }
    assert [(each["call"], each["argument"], each["value"]) for each in seen["arguments"]] == [
        (1, "until", "2034-04-01T00:00:00+09:00"),
        (2, "until", "2034-04-01T00:00:00+09:00"),
    ]
    assert signed.code == 0, signed.err
    assert blind.code == 1
    assert executed.code == 0, executed.err
    assert len(executed.json["steps"]) == 2
    held = market.json("position", market.code, MANY[99])
    assert held["position"][0]["locked"] == 100


@pytest.mark.requirement("G17", "S3")
def test_a_file_that_was_changed_or_is_another_request_s_is_refused(market, unpublished, tmp_path):
    file = next(each for each in market.plans("issuer") if each.stem.endswith(unpublished[2:18]))
    content = json.loads(file.read_text("utf-8"))
    altered = tmp_path / "altered.json"
    altered.write_text(json.dumps({**content, "calls": content["calls"][:1]}), "utf-8")
    # An honest file of another decision: the same calls under another case.
    other = {**content, "case": "0x" + b"OTHER".ljust(32, b"\0").hex()}
    other["id"] = id_of(other)
    another = tmp_path / "another.json"
    another.write_text(json.dumps(other), "utf-8")

    for named in (altered, another):
        ran = market.alone(
            "trust bank", "requests", "approve", unpublished, "--decision", str(named), "--yes"
        )

        assert ran.code == 2
        assert named.name in ran.err
    assert listed(market)[0]["signatures"] == "1/2"


@pytest.mark.requirement("G17")
def test_a_request_is_exported_and_not_over_another_file(market, proposed, tmp_path):
    file = tmp_path / "request.json"

    assert market.run("requests", "export", proposed, "--out", str(file)).code == 0
    again = market.run("requests", "export", proposed, "--out", str(file))

    decision = decision_from_json(file.read_text("utf-8"), file.name)
    assert f"0x{decision.request.id.hex()}" == proposed
    assert again.code == 2
    assert "request.json" in again.err
    signed = market.alone(
        "auditor", "requests", "approve", proposed, "--decision", str(file), "--yes"
    )
    assert signed.code == 0, signed.err


def test_what_is_not_on_the_chain_cannot_be_exported_from_it(market, unpublished, tmp_path):
    ran = market.run("requests", "export", unpublished, "--out", str(tmp_path / "x.json"))

    assert ran.code == 1
    assert "not on the chain" in ran.err


# ---------------------------------------------------------------- whose turn it is


@pytest.mark.requirement("G17")
def test_what_waits_for_my_organisation(market, proposed):
    def mine(name: str) -> list[str]:
        ran = market.alone(
            name, "requests", "list", "--mine", "--token", market.code, "--format", "json"
        )
        assert ran.code == 0, ran.err
        return [each["id"] for each in ran.json["requests"]]

    # The trust bank has signed; auditor, and issuer or AML, are next; nobody else.
    waiting = ("trust bank", "auditor", "issuer", "aml", "broker", "kyc")
    assert [bool(mine(name)) for name in waiting] == [False, True, True, True, False, False]
    for name in ("auditor", "issuer"):
        market.alone(name, "requests", "approve", proposed, "--yes")
    # Ready: the registrar executes, or the auditor.
    assert [bool(mine(name)) for name in waiting] == [True, True, False, False, False, False]


@pytest.mark.requirement("G17")
def test_requests_are_listed_by_state_and_token(market, proposed):
    (found,) = listed(market, "--state", "open")

    assert found["id"] == proposed
    assert found["missing"] == "AUDITOR, ISSUER|AML|CUSTODIAN"
    assert listed(market, "--state", "ready") == []
    executed = listed(market, "--state", "executed", "--state", "cancelled")
    # The issue and the deliveries of the token.
    assert [each["state"] for each in executed] == ["executed", "executed"]
    # By itself what is under way; with --all everything, the latest first.
    assert [each["id"] for each in listed(market)] == [proposed]
    assert [each["id"] for each in listed(market, "--all")] == [
        proposed,
        *(each["id"] for each in executed),
    ]


@pytest.mark.requirement("G17")
def test_a_signature_is_withdrawn_and_a_request_cancelled_by_whose_it_is(market, proposed):
    market.alone("auditor", "requests", "approve", proposed, "--yes")

    nothing = market.alone("aml", "requests", "withdraw", proposed, "--yes")
    withdrawn = market.alone(
        "auditor", "requests", "withdraw", proposed, "--yes", "--format", "json"
    )
    other = market.alone("auditor", "requests", "cancel", proposed, "--yes")
    cancelled = market.alone(
        "trust bank", "requests", "cancel", proposed, "--yes", "--format", "json"
    )
    after = market.alone("auditor", "requests", "approve", proposed, "--yes")

    assert nothing.code == 1
    assert "has signed" in nothing.err
    assert withdrawn.code == 0, withdrawn.err
    assert withdrawn.json["requests"][0]["signatures"] == "1/3"
    assert other.code == 1
    assert "ひいらぎ信託銀行" in other.err
    assert cancelled.code == 0, cancelled.err
    assert cancelled.json["requests"][0]["state"] == "cancelled"
    assert after.code == 1
    assert "closed: cancelled" in after.err


@pytest.mark.requirement("G17")
def test_an_expired_request_is_not_signed(market, proposed):
    snapshot = market.session.connection.rpc("evm_snapshot")
    try:
        market.pass_time(7 * 86_400)

        ran = market.alone("auditor", "requests", "approve", proposed, "--yes")

        assert ran.code == 1
        assert "closed: expired" in ran.err
        assert listed(market, "--state", "expired")[0]["id"] == proposed
    finally:
        market.session.connection.rpc("evm_revert", snapshot)


@pytest.mark.requirement("G17")
def test_rows_that_a_call_leaves_out_are_told_at_execution(market):
    file = market.rows("moves", f"{A},{B},5", f"{B},{FRANK.address},5", head="from,to,units")
    market.alone(
        "broker", "record-transfer", market.code, "--file", file, "--cause", "sale",
        *market.case("RT"),
    )  # fmt: skip
    request = listed(market)[0]["id"]
    shown = market.json("requests", "show", request)
    signed = market.alone("trust bank", "requests", "approve", request, "--yes")

    ran = market.alone("trust bank", "requests", "execute", request, "--yes", "--format", "json")

    assert ("cause", "SALE") in [(each["argument"], each["value"]) for each in shown["arguments"]]
    assert [(each["from"], each["to"], each["amounts"]) for each in shown["rows"]] == [
        (A, B, 5),
        (B, FRANK.address, 5),
    ]
    assert signed.code == 0, signed.err
    assert ran.code == 4
    assert [(each["row"], each["wallet"]) for each in ran.json["refused"]] == [(2, B)]
    assert market.balance(BOB) == 65


@pytest.mark.requirement("G17", "S3")
def test_who_means_the_same_request_and_names_another_document_is_told(market, tmp_path):
    arguments = ("attach", "set", market.code, A, "5", "--creditor", "COURT", "--case", "AT-1")
    saved_again = tmp_path / "saved-again.pdf"
    saved_again.write_bytes(b"The same order, saved again")
    market.alone("auditor", *arguments, *market.who, "--yes")
    request = listed(market)[0]["id"]

    ran = {
        language: market.alone(
            "trust bank", *arguments, "--document", str(saved_again), "--yes", "--lang", language
        )
        for language in ("en", "ja")
    }

    assert {each.code for each in ran.values()} == {6}
    for each in ran.values():
        assert request in each.err
        assert "--document" in each.err
    party = market.alone("trust bank", *arguments, *market.who, "--party", "4", "--yes")
    assert "another --party" in party.err


@pytest.mark.requirement("G17")
def test_whose_turn_it_is_is_said_without_a_password(market, proposed):
    keystores = market.folder.parent / "keystore" / "keystores"
    if not keystores.exists():
        keystores.mkdir(parents=True)
        secret = PrivateKey.from_hex(SECRETS[KEYS[DESKS["auditor"]].address])
        write_keystore(keystores / "auditor.json", secret, lambda: "correct horse battery")
    folder = keystores.parent
    for name in ("deployments", "jp20.toml", "governance.toml", "consortium.toml"):
        source = market.folder / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    file = folder / "jp20.toml"
    text = file.read_text("utf-8").replace("development = true", 'keystore = "keystores"', 1)
    file.write_text(text, "utf-8")

    ran = run(
        "requests", "list", "--mine", "--token", market.code, "--format", "json", folder=folder
    )

    assert ran.code == 0, ran.err
    assert [each["id"] for each in ran.json["requests"]] == [proposed]


def id_of(content: dict) -> str:
    """The id that the calls, case and document of a decision file make."""

    def octets(text: str) -> bytes:
        return bytes.fromhex(text.removeprefix("0x"))

    decision = compose(
        [Call(parse_address(content["target"]), octets(data)) for data in content["calls"]],
        octets(content["case"]),
        octets(content["document_hash"]),
        int(content["rule"], 16),
        content["parties"],
    )
    return f"0x{decision.request.id.hex()}"
