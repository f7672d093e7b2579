"""`jp20 tx`: a key that is on a machine without a network."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from coincurve import PrivateKey
from eth_account.hdaccount import key_from_seed, seed_from_mnemonic
from running import Bad, done, run, settle, with_signer

from jp20.chain.local import LocalChain
from jp20.chain.signing.keystores import write_keystore
from jp20.chain.signing.signers import DEVELOPMENT_MNEMONIC, development_signers
from jp20.domain.governance.evidence import Evidence
from jp20.operations.governance import requests
from jp20.operations.governance.platform import load_deployment
from jp20.operations.governance.requests import save_decision
from jp20.operations.session import open_session
from jp20.operations.transactions.offline import load_unsigned, write_unsigned

KEYS = development_signers(10)
SEED = seed_from_mnemonic(DEVELOPMENT_MNEMONIC, "")
OPERATOR = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"  # account 1, examples/consortium.toml
AUDITOR = "0x976EA74026E726554dB657fA54763abd0C3a0aa9"  # account 6
PASSWORD = "a long enough password"  # made up
PROPOSE = ("governance", "propose", "changed.toml", "--yes", "--offline", OPERATOR, "--case")
SIGN = ("unsigned.json", "--keystore", "key.json", "--out", "new.json")

BAD = [
    Bad("tx export", (), 2, "--out"),
    Bad("tx export", ("--out", "new.json"), 2, "ADDRESS"),
    Bad("tx export", ("0x12", "--out", "new.json"), 2, "0x12"),
    Bad("tx export", ("--out", "new.json", "--offline", "0x12"), 2, "--offline"),
    Bad("tx export", (AUDITOR, "--out", "new.json"), 1, AUDITOR),
    Bad("tx export", (OPERATOR, "--out", "jp20.toml"), 2, "jp20.toml"),
    Bad("tx sign", ("unsigned.json", "--out", "new.json"), 2, "--keystore"),
    Bad("tx sign", ("none.json", "--keystore", "key.json", "--out", "new.json"), 2, "none.json"),
    Bad("tx sign", ("jp20.toml", "--keystore", "key.json", "--out", "new.json"), 2, "jp20.toml"),
    Bad("tx sign", ("damaged.json", "--keystore", "key.json", "--out", "n"), 2, "checksum"),
    Bad("tx sign", ("unsigned.json", "--keystore", "key.json", "--out", "n"), 2, "--yes"),
    Bad("tx sign", ("unsigned.json", "--keystore", "none", "--out", "n", "--yes"), 2, "none"),
    Bad(
        "tx sign",
        (
            *("unsigned.json", "--keystore", "other.json", "--password", "file:password"),
            *("--out", "new.json", "--yes"),
        ),
        1,
        AUDITOR,
    ),
    Bad("tx send", ("none.json", "--yes"), 2, "none.json"),
    Bad("tx send", ("unsigned.json", "--yes"), 2, "unsigned.json"),
    Bad("tx drop", (), 2, "ADDRESS"),
    Bad("tx drop", (AUDITOR, "--yes"), 1, AUDITOR),
    Bad("tx drop", (OPERATOR,), 2, "--yes"),
    Bad("tx rebuild", (), 2, "ADDRESS"),
    Bad("tx rebuild", ("0x12",), 2, "0x12"),
    Bad("tx rebuild", (OPERATOR, "--yes"), 1, OPERATOR),  # it is sound
    Bad("tx rebuild", (AUDITOR,), 2, "--yes"),
    Bad("tx rebuild", (AUDITOR, "--signed", "none.json", "--yes"), 2, "none.json"),
    Bad("tx rebuild", (AUDITOR, "--signed", "unsigned.json", "--yes"), 2, "unsigned.json"),
    Bad("tx fill", (), 2, "ADDRESS"),
    Bad("tx fill", ("0x12",), 2, "0x12"),
    Bad("tx cancel", (), 2, "NONCE"),
    Bad("tx cancel", ("one",), 2, "NONCE"),
    Bad("tx cancel", ("7",), 2, "ADDRESS"),
    Bad("tx cancel", ("7", "0x12"), 2, "0x12"),
    Bad("tx cancel", ("7", AUDITOR, "--yes"), 1, AUDITOR),
    Bad("tx sign", (*SIGN, "--decision", "none.json"), 2, "none.json"),
    Bad("tx sign", (*SIGN, "--decision", "jp20.toml"), 2, "jp20.toml"),
]


@pytest.fixture(scope="module")
def chain():
    with LocalChain("anvil") as connection:
        yield connection


@pytest.fixture(scope="module")
def offices(chain, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The operator's folder, whose key is elsewhere; and, beside the settings, what would be on the
    other machine: keystores and their password.
    """
    place = tmp_path_factory.mktemp("offices") / "work"
    done("init", str(place))
    settle(place, chain.network.url)
    done("platform", "deploy", "--yes", folder=place)
    policy = (place / "governance.toml").read_text("utf-8")
    changed = policy.replace("[token.acts.split]\n", '[token.acts.split]\nlifetime = "30d"\n', 1)
    (place / "changed.toml").write_text(changed, "utf-8")
    (place / "password").write_text(PASSWORD)
    (place / "password").chmod(0o600)
    for name, account in (("key.json", 1), ("other.json", 6)):
        key = PrivateKey(key_from_seed(SEED, f"m/44'/60'/0'/0/{account}"))
        write_keystore(place / name, key, lambda: PASSWORD)
    return place


@pytest.fixture(scope="module")
def waiting(offices: Path) -> Path:
    """A proposal waits for the operator's signature, and was exported."""
    assert run(*PROPOSE, "OFF-1", folder=offices).code == 6
    done("tx", "export", OPERATOR, "--out", "unsigned.json", folder=offices)
    damaged = (offices / "unsigned.json").read_text("utf-8").replace("OFF-1", "OFF-2")
    (offices / "damaged.json").write_text(damaged, "utf-8")
    return offices


@pytest.mark.requirement("G13")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_tx(bad, waiting):
    bad.check(waiting)
    assert not (waiting / "new.json").exists()


@pytest.mark.requirement("G13", "G27")
def test_what_waits_is_exported_signed_elsewhere_sent_and_gone_on_with(waiting, chain):
    # when: the file is signed, where nothing but the file and the keystore is
    before = chain.block_number()
    shown = json.loads((waiting / "unsigned.json").read_text("utf-8"))
    signed = done(
        *("tx", "sign", "unsigned.json", "--keystore", "key.json", "--password", "file:password"),
        *("--out", "signed.json", "--yes", "--format", "json"),
        folder=waiting,
    )

    # then: whoever signs was shown what it does, and nothing was sent yet
    assert shown["address"] == OPERATOR
    assert "propose" in signed.err
    assert "OFF-1" in signed.err
    assert len(signed.json["signed"]) == 1
    assert chain.block_number() == before

    # when: it is carried back and sent
    sent = done("tx", "send", "signed.json", "--yes", "--format", "json", folder=waiting).json

    # then: the command goes on from there, and waits for the others
    assert [each["state"] for each in sent["transactions"]] == ["succeeded"]
    again = run(*PROPOSE, "OFF-1", folder=waiting)
    assert again.code == 6
    assert "AUDITOR" in again.err
    assert done("tx", "send", "signed.json", "--yes", folder=waiting)  # once more changes nothing
    assert done("status", "--format", "json", folder=waiting).json["sending"] == []


@pytest.mark.requirement("G13", "S3")
def test_what_a_request_would_do_is_shown_from_its_decision_file(offices, chain):
    # given: a proposal waits for the auditor's signature, whose key is elsewhere
    session = open_session(chain, load_deployment(offices / "deployments" / "31337.json"), KEYS)
    call = session.platform.call("reinstate", [(OPERATOR, 0)])
    made = [
        requests.propose(session, KEYS[8], [call], Evidence.of(case, b"d")).decision
        for case in ("OFF-7", "OFF-8")
    ]
    for name, decision in zip(("meant.json", "other-case.json"), made, strict=True):
        save_decision(offices / name, decision)
    approving = ("requests", "approve", f"0x{made[0].request.id.hex()}", "--yes")
    assert run(*approving, "--offline", AUDITOR, folder=offices).code == 6
    done("tx", "export", AUDITOR, "--out", "approval.json", folder=offices)

    def signing(*more: str):
        return run(
            *("tx", "sign", "approval.json", "--keystore", "other.json"),
            *("--password", "file:password", "--yes", *more),
            folder=offices,
        )

    # when
    blind = signing("--out", "blind.json")
    wrong = signing("--out", "wrong.json", "--decision", "other-case.json")
    seen = signing("--out", "seen.json", "--decision", "meant.json")

    # then: without it one is warned, another one's is refused, and with it its rows are shown
    assert (blind.code, wrong.code, seen.code) == (0, 2, 0)
    assert "only its root" in blind.err
    assert "not what is to be signed" in wrong.err
    assert not (offices / "wrong.json").exists()
    assert OPERATOR in seen.err
    assert "only its root" not in seen.err
    done("tx", "drop", AUDITOR, "--yes", folder=offices)


@pytest.mark.requirement("G13")
def test_what_says_something_else_than_its_bytes_is_not_signed_unseen(waiting):
    unsigned = load_unsigned(waiting / "unsigned.json")
    (only,) = unsigned.transactions
    said = replace(only, meaning="transfer(to=somebody, value=1)")
    write_unsigned(replace(unsigned, transactions=(said,)), waiting / "lies.json")

    ran = run(
        *("tx", "sign", "lies.json", "--keystore", "key.json", "--password", "file:password"),
        *("--out", "lies-signed.json", "--yes"),
        folder=waiting,
    )

    assert ran.code == 2
    assert "something else" in ran.err
    assert not (waiting / "lies-signed.json").exists()


@pytest.mark.requirement("G13")
def test_what_was_given_up_cannot_be_sent_any_more(offices):
    # given: another proposal, signed elsewhere
    place = offices
    assert run(*PROPOSE, "OFF-3", folder=place).code == 6
    done("tx", "export", OPERATOR, "--out", "third.json", folder=place)
    done(
        *("tx", "sign", "third.json", "--keystore", "key.json", "--password", "file:password"),
        *("--out", "third-signed.json", "--yes"),
        folder=place,
    )

    # when
    given_up = done("tx", "drop", OPERATOR, "--yes", "--format", "json", folder=place).json

    # then
    assert [each["state"] for each in given_up["transactions"]] == ["dropped"]
    ran = run("tx", "send", "third-signed.json", "--yes", folder=place)
    assert ran.code == 1
    assert "jp20 tx export" in ran.err


@pytest.mark.requirement("G2", "G13")
def test_an_outbox_that_was_lost_is_made_again_and_what_came_back_signed_is_sent(offices):
    # given: a proposal signed elsewhere, and an outbox that somebody cut
    place = offices
    assert run(*PROPOSE, "OFF-4", folder=place).code == 6
    done("tx", "export", OPERATOR, "--out", "fourth.json", folder=place)
    done(
        *("tx", "sign", "fourth.json", "--keystore", "key.json", "--password", "file:password"),
        *("--out", "fourth-signed.json", "--yes"),
        folder=place,
    )
    (outbox,) = (place / "outbox").glob(f"*{OPERATOR}.sqlite")
    for each in outbox.parent.glob(f"{outbox.name}*"):
        each.write_bytes(b"")
    refused = run("tx", "send", "fourth-signed.json", "--yes", folder=place)
    assert "jp20 tx rebuild" in refused.err

    # when
    made = done(
        *("tx", "rebuild", OPERATOR, "--signed", "fourth-signed.json", "--yes"),
        *("--format", "json"),
        folder=place,
    ).json

    # then: nothing was sent, the file waits again, and is sent
    assert (made["outbox"]["to_be_signed"], made["outbox"]["under_way"]) == (1, 0)
    assert (outbox.parent / made["outbox"]["kept"]).exists()
    sent = done("tx", "send", "fourth-signed.json", "--yes", "--format", "json", folder=place).json
    assert [each["state"] for each in sent["transactions"]] == ["succeeded"]
    assert "sound" in run("tx", "rebuild", OPERATOR, "--yes", folder=place).err


@pytest.mark.requirement("G13")
def test_the_settings_can_say_that_the_key_is_elsewhere(offices, tmp_path):
    with_signer(offices, f'offline = "{AUDITOR}"')

    ran = run("tx", "export", "--out", str(tmp_path / "new.json"), folder=offices)

    assert ran.code == 1
    assert AUDITOR in ran.err


@pytest.mark.requirement("G13")
def test_a_platform_is_not_founded_with_a_key_that_is_elsewhere(chain, tmp_path):
    founder = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    done("init", "work", folder=tmp_path)
    settle(tmp_path / "work", chain.network.url)

    ran = run("platform", "deploy", "--yes", "--offline", founder, folder=tmp_path / "work")

    assert ran.code == 2
    assert "founder" in ran.err
