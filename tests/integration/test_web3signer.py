"""Signing by a server that speaks Web3Signer's `eth1` API (see `signing_server`)."""

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from coincurve import PrivateKey
from eth_account import Account
from signing_server import SigningServer

from jp20.chain.rpc.access import Access, FromEnvironment
from jp20.chain.rpc.node_errors import AccessUnfit
from jp20.chain.signing import web3signer
from jp20.chain.signing.signers import KeySigner, Unsigned
from jp20.chain.signing.web3signer import (
    NotASigner,
    RemoteSignerFailure,
    SignerRefused,
    SignerUnreachable,
    UnknownKey,
    Web3SignerServer,
    WrongSignature,
)
from jp20.domain.base.addresses import address_of
from jp20.domain.transactions.sign_in import SignInText
from jp20.domain.transactions.transactions import digest

ISSUER = KeySigner(b"\x11" * 32)
REGISTRAR = KeySigner(b"\x22" * 32)
STRANGER = KeySigner(b"\x33" * 32)
TRANSACTION = Unsigned(1337, 3, 0, 21_000, address_of(5), b"\x01\x02")
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")


@pytest.fixture
def server() -> Iterator[SigningServer]:
    with SigningServer([b"\x11" * 32, b"\x22" * 32]) as running:
        yield running


@pytest.mark.requirement("G13")
def test_a_server_signs_as_its_key_would(server):
    signer = Web3SignerServer(server.url).signer(REGISTRAR.address)
    assert signer.address == REGISTRAR.address
    for nonce in range(40):  # both recovery ids come up
        transaction = Unsigned(1337, nonce, 7, 21_000, None, b"\x60" * nonce)
        signed = signer.sign_transaction(transaction)
        assert signed == REGISTRAR.sign_transaction(transaction)
        assert Account.recover_transaction(signed.raw) == REGISTRAR.address


@pytest.mark.requirement("G13", "G34")
def test_a_server_signs_in_as_its_key_would(server):
    signer = Web3SignerServer(server.url).signer(REGISTRAR.address)
    for number in range(8):  # both recovery ids come up
        said = SignInText(
            "books.example",
            REGISTRAR.address,
            "https://books.example",
            1337,
            f"0000000{number}",
            1_800_000_000,
            1_800_000_300,
        )
        assert signer.sign_in(said) == REGISTRAR.sign_in(said)


@pytest.mark.parametrize(
    "change",
    [
        lambda signature: signature[:64] + bytes([55 - signature[64]]),  # the other recovery id
        lambda signature: b"",
    ],
)
def test_a_wrong_signature_does_not_sign_in(server, change):
    signer = Web3SignerServer(server.url).signer(REGISTRAR.address)
    server.fault.signature = change
    with pytest.raises(WrongSignature, match=REGISTRAR.address):
        signer.sign_in(
            SignInText("a.example", REGISTRAR.address, "https://a.example", 7, "0" * 8, 1, 2)
        )


def test_the_servers_keys_are_known_by_their_addresses(server):
    assert set(Web3SignerServer(server.url).keys()) == {ISSUER.address, REGISTRAR.address}


@pytest.mark.requirement("G15", "G27")
def test_a_server_signs_a_message_as_its_key_would(server):
    signer = Web3SignerServer(server.url).signer(REGISTRAR.address)
    for number in range(20):  # both values of v come up
        message = f"原簿 {number}".encode()
        assert signer.sign_message(message, 1337) == REGISTRAR.sign_message(message, 1337)


def test_an_address_may_end_with_a_slash(server):
    signer = Web3SignerServer(f"{server.url}/").signer(ISSUER.address)
    assert signer.sign_transaction(TRANSACTION) == ISSUER.sign_transaction(TRANSACTION)


def test_a_signer_of_a_key_that_is_not_there_is_not_made(server):
    with pytest.raises(UnknownKey, match=STRANGER.address):
        Web3SignerServer(server.url).signer(STRANGER.address)


def test_a_key_that_was_taken_away_says_so(server):
    signer = Web3SignerServer(server.url).signer(ISSUER.address)
    server.signers.clear()
    with pytest.raises(UnknownKey, match=ISSUER.address):
        signer.sign_transaction(TRANSACTION)


def high(signature: bytes) -> bytes:
    """As good a signature as the other, and one that no chain takes (EIP-2)."""
    s = ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([27 + 28 - signature[64]])


def of_somebody_else(signature: bytes) -> bytes:
    """The registrar's, on the same transaction."""
    other = PrivateKey(b"\x22" * 32).sign_recoverable(digest(TRANSACTION), hasher=None)
    return other[:64] + bytes([27 + other[64]])


@pytest.mark.requirement("G27")
@pytest.mark.parametrize(
    "change",
    [
        of_somebody_else,
        high,
        lambda signature: signature[:64] + bytes([55 - signature[64]]),  # the other recovery id
        lambda signature: signature[:64] + bytes([signature[64] - 27]),  # 0 or 1
        lambda signature: signature[:64],
        lambda signature: signature + b"\x1b",
        lambda signature: b"",
        lambda signature: bytes(64) + b"\x1b",
        lambda signature: b"\x05".rjust(32, b"\0") + b"\x01" * 32 + b"\x1b",  # r of no point
    ],
)
def test_a_wrong_signature_is_not_used(server, change):
    signer = Web3SignerServer(server.url).signer(ISSUER.address)
    server.fault.signature = change
    with pytest.raises(WrongSignature, match=ISSUER.address):
        signer.sign_transaction(TRANSACTION)


@pytest.mark.parametrize("said", ["", "0xzz", "OK", "<html>", "é"])
def test_an_answer_that_is_no_signature_is_not_used(server, said):
    signer = Web3SignerServer(server.url).signer(ISSUER.address)
    server.fault.answer = (200, said)
    with pytest.raises(WrongSignature):
        signer.sign_transaction(TRANSACTION)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 500, 503])
def test_a_refusal_is_told_with_what_the_server_says(server, status):
    signer = Web3SignerServer(server.url).signer(ISSUER.address)
    server.fault.answer = (status, "Access\n to the HSM \x1b[31mis locked" + "!" * 1000)
    with pytest.raises(SignerRefused, match=f"HTTP {status}") as error:
        signer.sign_transaction(TRANSACTION)
    assert error.value.status == status
    assert error.value.why is not None
    assert error.value.why.en.startswith("Access to the HSM �[31mis locked!!!")
    assert len(error.value.why.en) == 200


def test_a_refused_list_of_keys_is_told(server):
    server.fault.answer = (500, "vault sealed")
    with pytest.raises(SignerRefused, match="vault sealed"):
        Web3SignerServer(server.url).keys()


def test_a_host_that_the_server_does_not_know_is_refused(server):
    with pytest.raises(SignerRefused, match="Host not authorized"):
        Web3SignerServer(server.url.replace("127.0.0.1", "localhost")).keys()


@pytest.mark.parametrize("answer", [(200, "hello"), (200, "{}"), (404, "<html>")])
def test_what_is_no_web3signer_is_told(server, answer):
    server.fault.answer = answer
    with pytest.raises(NotASigner, match="mode eth1"):
        Web3SignerServer(server.url).signer(ISSUER.address)


def test_keys_of_another_kind_are_passed_over(server):
    # 48 bytes are a validator's (BLS); 64 bytes off the curve are nobody's.
    server.fault.answer = (200, f'["0x{"ab" * 48}", "0x{"ff" * 64}", 5, null]')
    assert Web3SignerServer(server.url).keys() == {}


def test_a_server_that_is_not_there_is_told():
    with SigningServer([]) as server:
        url = server.url
    with pytest.raises(SignerUnreachable, match="Nothing answers"):
        Web3SignerServer(url).keys()


def test_a_name_that_is_nobodys_is_told():
    with pytest.raises(SignerUnreachable, match=r"signer\.invalid"):
        Web3SignerServer("http://signer.invalid:9000").keys()


def test_a_connection_that_was_closed_meanwhile_is_opened_again(server):
    signer = Web3SignerServer(server.url).signer(ISSUER.address)
    server.fault.hang_up = 1
    assert signer.sign_transaction(TRANSACTION) == ISSUER.sign_transaction(TRANSACTION)


def test_a_server_that_hangs_up_again_and_again_is_told(server):
    signer = Web3SignerServer(server.url).signer(ISSUER.address)
    server.fault.hang_up = 2
    with pytest.raises(SignerUnreachable, match="ended the connection"):
        signer.sign_transaction(TRANSACTION)
    assert server.fault.hang_up == 0


def test_a_server_that_hangs_is_told(server, monkeypatch):
    signer = Web3SignerServer(server.url).signer(ISSUER.address)
    monkeypatch.setattr(web3signer, "_TIMEOUT", urllib3.Timeout(connect=1, read=0.2))
    server.fault.hang = threading.Event()
    try:
        with pytest.raises(SignerUnreachable, match="not answer in time"):
            signer.sign_transaction(TRANSACTION)
    finally:
        server.fault.hang.set()


def test_several_threads_sign_at_once(server):
    signer = Web3SignerServer(server.url).signer(ISSUER.address)
    transactions = [Unsigned(1337, nonce, 0, 21_000, None, b"") for nonce in range(40)]
    signed = {}

    def sign(part: list[Unsigned]) -> None:
        for each in part:
            signed[each.nonce] = signer.sign_transaction(each)

    threads = [threading.Thread(target=sign, args=(transactions[i::4],)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [signed[n] for n in range(40)] == [ISSUER.sign_transaction(t) for t in transactions]


# Who may ask


@pytest.mark.requirement("G27")
def test_a_token_is_shown_and_never_told(monkeypatch):
    monkeypatch.setenv("SIGNER_TOKEN", "s3cret")
    with SigningServer([b"\x11" * 32], token="Bearer s3cret") as server:
        access = Access(bearer=FromEnvironment("SIGNER_TOKEN"))
        signer = Web3SignerServer(server.url, access).signer(ISSUER.address)
        assert signer.sign_transaction(TRANSACTION) == ISSUER.sign_transaction(TRANSACTION)
        assert "s3cret" not in repr(signer)
        with pytest.raises(SignerRefused, match="HTTP 401"):
            Web3SignerServer(server.url).keys()


def test_a_new_token_is_taken_up_after_a_refusal(monkeypatch):
    monkeypatch.setenv("SIGNER_TOKEN", "old")
    with SigningServer([b"\x11" * 32], token="Bearer new") as server:
        signers = Web3SignerServer(server.url, Access(bearer=FromEnvironment("SIGNER_TOKEN")))
        with pytest.raises(SignerRefused) as error:
            signers.keys()
        assert "old" not in str(error.value)
        monkeypatch.setenv("SIGNER_TOKEN", "new")
        assert set(signers.keys()) == {ISSUER.address}


def test_a_user_and_password_are_shown(monkeypatch):
    monkeypatch.setenv("SIGNER_PASSWORD", "open sesame")
    # base64 of "jp20:open sesame"
    with SigningServer([b"\x11" * 32], token="Basic anAyMDpvcGVuIHNlc2FtZQ==") as server:
        access = Access(user="jp20", password=FromEnvironment("SIGNER_PASSWORD"))
        assert set(Web3SignerServer(server.url, access).keys()) == {ISSUER.address}


@pytest.mark.requirement("G27")
def test_a_token_does_not_cross_a_network_in_clear():
    with pytest.raises(AccessUnfit, match="in clear"):
        Web3SignerServer("http://signer.example:9000", Access(bearer=FromEnvironment("TOKEN")))


def test_a_password_in_an_address_is_not_shown():
    url = "http://jp20:hunter2@signer.invalid:9000"
    with pytest.raises(RemoteSignerFailure) as error:
        Web3SignerServer(url).keys()
    assert "hunter2" not in str(error.value)
    assert "hunter2" not in repr(Web3SignerServer(url))


# TLS


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Path:
    """An authority, the server's certificate and the client's; and those of another authority."""
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "server.ext").write_text("subjectAltName = IP:127.0.0.1\n")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc")
    for authority in ("ca", "other"):
        openssl(
            folder, "req", "-x509", *curve, "-days", "2", "-subj", f"/CN={authority}",
            "-keyout", f"{authority}.key", "-out", f"{authority}.pem",
        )  # fmt: skip
    for name, authority in (("server", "ca"), ("client", "ca"), ("intruder", "other")):
        openssl(
            folder, "req", *curve, "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr",
        )  # fmt: skip
        extension = ("-extfile", "server.ext") if name == "server" else ()
        openssl(
            folder, "x509", "-req", "-days", "2", "-in", f"{name}.csr", "-CA", f"{authority}.pem",
            "-CAkey", f"{authority}.key", "-CAcreateserial", *extension, "-out", f"{name}.pem",
        )  # fmt: skip
    return folder


@pytest.fixture
def secured(certificates) -> Iterator[SigningServer]:
    """A server that shows a certificate and wants one of its clients."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    context.load_verify_locations(certificates / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    with SigningServer([b"\x11" * 32], tls=context) as running:
        yield running


def access(certificates: Path, name: str | None = "client", ca: str | None = "ca") -> Access:
    return Access(
        ca=certificates / f"{ca}.pem" if ca else None,
        certificate=certificates / f"{name}.pem" if name else None,
        key=certificates / f"{name}.key" if name else None,
    )


@needs_openssl
@pytest.mark.requirement("G27")
def test_each_side_shows_a_certificate_that_the_other_trusts(secured, certificates):
    signer = Web3SignerServer(secured.url, access(certificates)).signer(ISSUER.address)
    assert signer.sign_transaction(TRANSACTION) == ISSUER.sign_transaction(TRANSACTION)


@needs_openssl
@pytest.mark.parametrize("ca", ["other", None])
def test_a_server_of_an_unknown_authority_is_not_asked(secured, certificates, ca):
    with pytest.raises(SignerUnreachable, match="TLS: ") as error:
        Web3SignerServer(secured.url, access(certificates, ca=ca)).keys()
    assert "certificate" in str(error.value)
    assert secured.asked == []


@needs_openssl
@pytest.mark.parametrize("name", [None, "intruder"])
def test_a_client_whom_the_server_does_not_trust_gets_nothing(secured, certificates, name):
    with pytest.raises(SignerUnreachable):
        Web3SignerServer(secured.url, access(certificates, name)).keys()
    assert secured.asked == []


@needs_openssl
def test_a_certificate_of_another_host_is_not_taken(secured, certificates):
    with pytest.raises(SignerUnreachable, match="TLS: "):
        Web3SignerServer(secured.url.replace("127.0.0.1", "localhost"), access(certificates)).keys()
    assert secured.asked == []


def test_a_server_without_tls_is_told(server):
    with pytest.raises(SignerUnreachable, match="TLS: "):
        Web3SignerServer(server.url.replace("http:", "https:")).keys()
