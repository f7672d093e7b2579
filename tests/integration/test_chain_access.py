"""HTTPS, tokens, passwords and client certificates before a real node, and that none is shown."""

import base64
import logging
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faulty_proxy import FaultyProxy

from jp20.chain.local import LocalChain
from jp20.chain.rpc.access import Access, FromEnvironment, FromFile
from jp20.chain.rpc.connection import (
    AccessRefused,
    AccessUnfit,
    CertificateRefused,
    Connection,
    NodeFailure,
    NoNode,
    NotANode,
    connect,
)
from jp20.chain.rpc.networks import Network

HUSH = "hush-7f3a"
pytestmark = pytest.mark.requirement("G27")

Serve = Callable[..., FaultyProxy]


@pytest.fixture(scope="module")
def anvil() -> Iterator[Connection]:
    with LocalChain("anvil") as connection:
        yield connection


@pytest.fixture(scope="module")
def papers(tmp_path_factory) -> Path:
    """A certificate authority, a server's and a client's certificate of it, and a stranger's."""
    folder = tmp_path_factory.mktemp("papers")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for name in ("ca", "stranger"):
        openssl("req", "-x509", *key, "-subj", f"/CN={name}", "-days", "2",
                "-keyout", f"{name}.key", "-out", f"{name}.pem")  # fmt: skip
    for name in ("server", "client"):
        (folder / "san").write_text("subjectAltName=IP:127.0.0.1\n", encoding="ascii")
        openssl(
            "req", *key, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr"
        )
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-days", "2", "-extfile", "san",
                "-out", f"{name}.pem")  # fmt: skip
    openssl("ec", "-in", "client.key", "-aes256", "-passout", f"pass:{HUSH}",
            "-out", "locked.key")  # fmt: skip
    return folder


@pytest.fixture
def serve(anvil, papers: Path) -> Iterator[Serve]:
    """Serves the node by HTTPS; `of_clients` asks clients for a certificate of the authority."""
    served: list[FaultyProxy] = []

    def start(*, of_clients: bool = False) -> FaultyProxy:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(papers / "server.pem", papers / "server.key")
        if of_clients:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(papers / "ca.pem")
        served.append(FaultyProxy(anvil.network.url, context))
        return served[-1]

    yield start
    for proxy in served:
        proxy.stop()


def test_a_node_is_reached_by_https_where_its_authority_is_trusted(serve: Serve, anvil, papers):
    connection = connect(Network(serve().url, access=Access(ca=papers / "ca.pem")))
    assert connection.genesis == anvil.genesis


def test_a_node_of_an_authority_that_nobody_named_is_refused(serve: Serve, papers):
    for access in (Access(), Access(ca=papers / "stranger.pem")):
        with pytest.raises(CertificateRefused) as error:
            connect(Network(serve().url, access=access))
        assert "certificate" in error.value.why.en
        assert "ca" in error.value.next_step.en


def test_a_node_of_another_name_is_refused(serve: Serve, papers):
    url = serve().url.replace("127.0.0.1", "localhost")
    with pytest.raises(CertificateRefused):
        connect(Network(url, access=Access(ca=papers / "ca.pem")))


def test_a_node_without_https_is_not_taken_for_one_with(anvil, papers):
    url = anvil.network.url.replace("http:", "https:")
    with pytest.raises(NodeFailure):
        connect(Network(url, access=Access(ca=papers / "ca.pem")))


def test_a_bearer_token_lets_in_and_a_wrong_one_does_not(serve: Serve, papers, monkeypatch):
    proxy = serve()
    proxy.allows = lambda headers: headers.get("Authorization") == f"Bearer {HUSH}"
    access = Access(bearer=FromEnvironment("NODE_TOKEN"), ca=papers / "ca.pem")

    monkeypatch.setenv("NODE_TOKEN", HUSH)
    assert connect(Network(proxy.url, access=access)).block_number() >= 0

    monkeypatch.setenv("NODE_TOKEN", f"not-{HUSH}")
    with pytest.raises(AccessRefused, match="HTTP 401"):
        connect(Network(proxy.url, access=access))
    monkeypatch.delenv("NODE_TOKEN")
    with pytest.raises(AccessUnfit, match="NODE_TOKEN"):
        connect(Network(proxy.url, access=access))


def test_a_token_is_replaced_while_a_program_runs(serve: Serve, papers, tmp_path: Path):
    proxy, valid = serve(), "first"
    proxy.allows = lambda headers: headers.get("Authorization") == f"Bearer {valid}"
    file = tmp_path / "token"
    file.touch(0o600)
    file.write_text("first\n", encoding="ascii")
    access = Access(bearer=FromFile(file), ca=papers / "ca.pem")
    connection = connect(Network(proxy.url, access=access))

    valid = "second"
    with pytest.raises(AccessRefused):
        connection.block_number()
    file.write_text("second\n", encoding="ascii")

    assert connection.block_number() >= 0


def test_a_user_and_a_password_let_in(serve: Serve, papers, monkeypatch):
    proxy = serve()
    pair = base64.b64encode(f"clerk:{HUSH}é".encode()).decode()
    proxy.allows = lambda headers: headers.get("Authorization") == f"Basic {pair}"
    access = Access(user="clerk", password=FromEnvironment("PASSWORD"), ca=papers / "ca.pem")
    monkeypatch.setenv("PASSWORD", f"{HUSH}é")
    assert connect(Network(proxy.url, access=access)).block_number() >= 0
    monkeypatch.setenv("PASSWORD", "wrong")
    with pytest.raises(AccessRefused):
        connect(Network(proxy.url, access=access))


def test_each_node_has_its_own_token_and_sees_no_other(anvil, serve: Serve, papers, monkeypatch):
    proxies = [serve(), serve()]
    seen: list[list[str]] = [[], []]
    for number, proxy in enumerate(proxies):
        proxy.allows = lambda headers, number=number: (
            not seen[number].append(headers["Authorization"])
        )
        monkeypatch.setenv(f"TOKEN_{number}", f"{HUSH}-{number}")
    access = tuple(
        Access(bearer=FromEnvironment(f"TOKEN_{number}"), ca=papers / "ca.pem")
        for number in range(2)
    )
    connection = connect(Network([proxy.url for proxy in proxies], access=access))
    proxies[0].fault = "reset"
    connection.block_number()
    assert set(seen[0]) == {f"Bearer {HUSH}-0"}
    assert set(seen[1]) == {f"Bearer {HUSH}-1"}


def test_a_client_certificate_lets_in(serve: Serve, papers, monkeypatch):
    proxy = serve(of_clients=True)
    ca, certificate = papers / "ca.pem", papers / "client.pem"
    plain = Access(ca=ca, certificate=certificate, key=papers / "client.key")
    assert connect(Network(proxy.url, access=plain)).block_number() >= 0

    monkeypatch.setenv("KEY_PASSWORD", HUSH)
    locked = Access(
        ca=ca,
        certificate=certificate,
        key=papers / "locked.key",
        key_password=FromEnvironment("KEY_PASSWORD"),
    )
    assert connect(Network(proxy.url, access=locked)).block_number() >= 0

    for without in (
        Access(ca=ca),
        Access(ca=ca, certificate=papers / "stranger.pem", key=papers / "stranger.key"),
    ):
        with pytest.raises(NodeFailure):
            connect(Network(proxy.url, access=without))


def test_papers_that_cannot_be_read_are_named_and_nothing_is_asked_at_the_terminal(
    serve: Serve, papers, monkeypatch
):
    url, ca, certificate = serve().url, papers / "ca.pem", papers / "client.pem"
    monkeypatch.setenv("KEY_PASSWORD", "wrong")
    password = FromEnvironment("KEY_PASSWORD")
    locked = papers / "locked.key"
    for access, named in (
        (Access(ca=papers / "missing.pem"), "missing.pem"),
        (Access(ca=papers / "ca.key"), "ca.key"),
        (Access(ca=ca, certificate=certificate, key=papers / "missing.key"), "missing.key"),
        (Access(ca=ca, certificate=certificate, key=papers / "server.key"), "server.key"),
        (Access(ca=ca, certificate=certificate, key=locked), "locked.key"),
        (Access(ca=ca, certificate=certificate, key=locked, key_password=password), "locked.key"),
    ):
        with pytest.raises(AccessUnfit) as error:
            connect(Network(url, access=access))
        assert named in error.value.what.en


def test_a_redirection_is_not_followed_with_a_token(serve: Serve, papers, monkeypatch):
    elsewhere, proxy = serve(), serve()
    proxy.fault = f"to {elsewhere.url}"
    monkeypatch.setenv("NODE_TOKEN", HUSH)
    access = Access(bearer=FromEnvironment("NODE_TOKEN"), ca=papers / "ca.pem")
    with pytest.raises(NotANode):
        connect(Network(proxy.url, access=access))
    assert elsewhere.requests == 0


@pytest.mark.parametrize("fault", ["", "reset", "page", "unavailable", "refused", "401", "stop"])
def test_secrets_are_in_nothing_that_is_shown(
    serve: Serve, papers, monkeypatch, caplog, capfd, fault: str
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("NODE_TOKEN", HUSH)
    monkeypatch.setenv("KEY_PASSWORD", HUSH)
    access = Access(
        bearer=FromEnvironment("NODE_TOKEN"),
        ca=papers / "ca.pem",
        certificate=papers / "client.pem",
        key=papers / "locked.key",
        key_password=FromEnvironment("KEY_PASSWORD"),
    )
    a, b = serve(of_clients=True), serve(of_clients=True)
    connection = connect(Network([a.url, b.url], access=access))
    alone = connect(Network(a.url, access=access))
    shown = [repr(connection), repr(connection.network), repr(access), str(vars(connection))]

    failed: list[NodeFailure] = []
    for proxy in (a, b):
        if fault == "stop":
            proxy.stop()
        elif fault == "401":
            proxy.allows = lambda headers: False
        else:
            proxy.fault = fault
    for each in (connection, alone):
        try:
            shown.append(str(each.block_number()))
        except NodeFailure as error:
            failed.append(error)

    assert [isinstance(error, NoNode) for error in failed] == ([True, False] if fault else [])
    assert all(error.__suppress_context__ or error.__context__ is None for error in failed)
    shown += [text for error in failed for text in (str(error), repr(error), str(vars(error)))]
    captured = capfd.readouterr()
    secret = base64.b64encode(HUSH.encode()).decode()
    for text in (*shown, caplog.text, captured.out, captured.err):
        assert HUSH not in text
        assert secret not in text
