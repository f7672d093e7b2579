"""What a network may be described as, and how secrets are named without being written."""

from pathlib import Path

import pytest

from jp20.chain.rpc.access import Access, FromEnvironment, FromFile, parse_secret
from jp20.chain.rpc.networks import DEVELOPMENT, INSTANT, FaultyNetwork, Finality, Network
from jp20.chain.rpc.node_errors import AccessUnfit, host_of

A, B = "https://a.example:8545", "https://b.example:8545"
TOKEN = Access(bearer=FromEnvironment("SOME_TOKEN"))


def test_a_network_has_one_node_or_several():
    assert Network(A, 5).urls == (A,)
    several = Network([A, B], 5, finality=Finality(6))
    assert (several.url, several.urls) == (A, (A, B))
    assert several == Network((A, B), 5, finality=Finality(6))
    assert len({several, Network(A, 5)}) == 2
    assert Network(A).finality == INSTANT
    assert DEVELOPMENT["ganache"].url == "http://127.0.0.1:8545"


def test_each_node_is_a_network_of_its_own_for_who_must_ask_just_that_one():
    whole = Network([A, B], 5, 0, genesis=b"g" * 32, finality=Finality(6), access=(TOKEN, Access()))
    assert whole.one_by_one() == (
        Network(A, 5, 0, genesis=b"g" * 32, finality=Finality(6), access=TOKEN),
        Network(B, 5, 0, genesis=b"g" * 32, finality=Finality(6)),
    )


@pytest.mark.parametrize(
    "urls", [[], "", "ganach", "ws://a.example", "https://", "http://a.example:99999", [A, A]]
)
def test_what_nobody_can_connect_to_is_refused(urls: object):
    with pytest.raises(FaultyNetwork) as error:
        Network(urls)  # type: ignore[arg-type]
    assert error.value.next_step is not None


def test_ways_to_access_nodes_are_one_or_one_each():
    with pytest.raises(FaultyNetwork, match="2 nodes and 3 ways"):
        Network([A, B], access=(TOKEN, TOKEN, TOKEN))


@pytest.mark.requirement("G27")
@pytest.mark.parametrize(
    "url", ["https://clerk:hush@a.example", "https://:hush@a.example", "ws://clerk:hush@a.example"]
)
def test_secrets_in_an_address_are_refused_and_not_repeated(url: str):
    with pytest.raises(FaultyNetwork) as error:
        Network(url)
    assert "hush" not in str(error.value)
    assert "clerk" not in str(error.value)


@pytest.mark.requirement("G27")
def test_of_an_address_only_the_host_is_shown():
    network = Network("https://a.example:8545/v3/apikey?token=hush", 5)
    assert repr(network) == "Network(https://a.example:8545, chain 5, instant)"
    assert host_of("http://[::1]:8545/x") == "http://[::1]:8545"


@pytest.mark.requirement("G27")
def test_a_secret_does_not_cross_a_network_in_clear():
    for url in ("http://a.example:8545", "http://192.0.2.1:8545"):
        with pytest.raises(AccessUnfit, match="in clear"):
            Network(url, access=TOKEN)
    for url in ("http://127.0.0.1:8545", "http://localhost:8545", "http://[::1]:8545", A):
        assert Network(url, access=TOKEN).url == url


@pytest.mark.requirement("G27")
def test_a_configuration_names_where_a_secret_is_and_not_the_secret(tmp_path: Path, monkeypatch):
    (tmp_path / "token").touch(0o600)
    (tmp_path / "token").write_text("hush-1\n", encoding="utf-8")
    monkeypatch.setenv("SOME_TOKEN", "hush-2")
    file, variable = (
        parse_secret("file:token", tmp_path),
        parse_secret("env:SOME_TOKEN", tmp_path),
    )
    assert (file, variable) == (FromFile(tmp_path / "token"), FromEnvironment("SOME_TOKEN"))
    assert (file.read(), variable.read()) == ("hush-1", "hush-2")
    assert "hush" not in repr(Network(A, access=Access(user="clerk", password=file)).access)


@pytest.mark.requirement("G27")
@pytest.mark.parametrize("written", ["hush", "env:", "file:", "token:hush", ""])
def test_a_secret_itself_in_a_configuration_is_refused_and_not_repeated(written, tmp_path: Path):
    with pytest.raises(AccessUnfit) as error:
        parse_secret(written, tmp_path)
    assert "hush" not in str(error.value)
    assert "env:NAME" in error.value.next_step.en


@pytest.mark.requirement("G27")
@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_a_secret_that_others_can_read_is_not_used(tmp_path, mode):
    (tmp_path / "token").write_text("hush-1\n", encoding="utf-8")
    (tmp_path / "token").chmod(mode)
    with pytest.raises(AccessUnfit, match="Others can read") as refused:
        FromFile(tmp_path / "token").read()
    assert "chmod 600" in str(refused.value)
    assert "hush" not in str(refused.value)


def test_a_secret_that_is_not_where_it_should_be_is_said(tmp_path: Path, monkeypatch):
    monkeypatch.delenv("SOME_TOKEN", raising=False)
    with pytest.raises(AccessUnfit, match="SOME_TOKEN"):
        FromEnvironment("SOME_TOKEN").read()
    (tmp_path / "empty").touch(0o600)
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    for name in ("missing", "empty"):
        with pytest.raises(AccessUnfit, match=name):
            FromFile(tmp_path / name).read()


def test_halves_of_pairs_and_two_ways_at_once_are_refused():
    secret = FromEnvironment("SOME_TOKEN")
    for half in (
        {"user": "clerk"},
        {"password": secret},
        {"certificate": Path("c.pem")},
        {"key": Path("k.pem")},
        {"bearer": secret, "user": "clerk", "password": secret},
    ):
        with pytest.raises(AccessUnfit):
            Access(**half)


def test_a_token_that_would_break_the_header_is_refused(monkeypatch):
    monkeypatch.setenv("SOME_TOKEN", "hush\r\nHost: elsewhere")
    with pytest.raises(AccessUnfit) as error:
        TOKEN.headers()
    assert "hush" not in str(error.value)
