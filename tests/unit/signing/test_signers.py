import copy
import pickle
import traceback

import pytest
from eth_account import Account

from jp20.chain.signing.signers import (
    DEVELOPMENT_CHAINS,
    AwaitingSignature,
    KeySigner,
    NoKey,
    NotADevelopmentChain,
    OfflineSigner,
    Unsigned,
    development_signers,
    environment_signer,
)
from jp20.domain.base.addresses import address_of

KEY = b"\x11" * 32
DIGITS = "11" * 32
BYTES = repr(KEY)[2:-1]
TRANSACTION = Unsigned(1337, 3, 0, 21_000, address_of(5), b"\1")


def signer() -> KeySigner:
    return KeySigner(KEY)


def test_a_key_signs_for_its_address():
    assert signer().address == Account.from_key(KEY).address


def test_development_accounts_are_those_of_the_chains():
    first, second = development_signers(2)
    assert first.address == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    assert second.address == "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def test_a_signature_is_bound_to_chain_and_sender():
    signed = signer().sign_transaction(TRANSACTION)
    assert Account.recover_transaction(signed.raw) == signer().address
    assert signed != signer().sign_transaction(Unsigned(1, 3, 0, 21_000, address_of(5), b"\1"))


def test_a_deployment_has_no_recipient():
    signed = signer().sign_transaction(Unsigned(1337, 3, 0, 21_000, None, b"\1"))
    assert Account.recover_transaction(signed.raw) == signer().address


@pytest.mark.requirement("G27")
def test_a_key_is_in_no_representation():
    for shown in (repr(signer()), str(signer()), str(vars(signer())), f"{signer()!a}"):
        assert DIGITS not in shown.lower()
        assert BYTES not in shown
    assert signer().address in repr(signer())


@pytest.mark.requirement("G27")
def test_a_key_is_in_no_copy():
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not copied"):
            copied(signer())


@pytest.mark.requirement("G27")
@pytest.mark.parametrize("key", [b"\0" * 32, b"\xff" * 32, KEY + b"\x11"])
def test_what_is_no_key_is_refused_and_not_shown(key):
    with pytest.raises(ValueError, match=r".") as error:
        KeySigner(key)
    assert key.hex() not in str(error.value)
    assert repr(key) not in str(error.value)


@pytest.mark.requirement("G27")
def test_a_traceback_with_all_variables_shows_no_key(monkeypatch):
    monkeypatch.setenv("JP20_KEY", DIGITS)
    with pytest.warns(UserWarning, match="development"):
        development = environment_signer("JP20_KEY")
    with pytest.raises(NotADevelopmentChain) as error:
        development.sign_transaction(Unsigned(1, 3, 0, 21_000, None, b""))
    shown = "".join(
        traceback.TracebackException.from_exception(error.value, capture_locals=True).format()
    )
    assert "transaction = " in shown  # variables are shown
    assert DIGITS not in shown
    assert BYTES not in shown


@pytest.mark.requirement("G13")
def test_an_offline_signer_has_an_address_and_signs_nothing():
    offline = OfflineSigner(signer().address)
    with pytest.raises(AwaitingSignature) as error:
        offline.sign_transaction(TRANSACTION)
    assert (error.value.address, error.value.count) == (signer().address, 1)
    assert "jp20 tx export" in str(error.value)


@pytest.mark.parametrize(
    ("count", "english", "japanese"),
    [(1, "1 transaction of 0x", "1 件"), (1200, "1,200 transactions of 0x", "1,200 件")],
)
def test_how_many_transactions_wait_is_said(count, english, japanese):
    error = AwaitingSignature(signer().address, count)
    assert english in error.what.en
    assert japanese in error.what.ja


def test_a_key_in_the_environment_warns(monkeypatch):
    monkeypatch.setenv("JP20_KEY", f"0x{DIGITS}")
    with pytest.warns(UserWarning, match="development"):
        assert environment_signer("JP20_KEY").address == signer().address


@pytest.mark.requirement("G27")
@pytest.mark.filterwarnings("ignore:The key of")
def test_a_key_in_the_environment_signs_for_development_chains_only(monkeypatch):
    monkeypatch.setenv("JP20_KEY", DIGITS)
    development = environment_signer("JP20_KEY")
    for chain_id in DEVELOPMENT_CHAINS:
        transaction = Unsigned(chain_id, 3, 0, 21_000, None, b"")
        assert development.sign_transaction(transaction) == signer().sign_transaction(transaction)
    with pytest.raises(NotADevelopmentChain):
        development.sign_transaction(Unsigned(1, 3, 0, 21_000, None, b""))


@pytest.mark.filterwarnings("ignore:The key of")
def test_another_chain_can_be_named_as_one_for_development(monkeypatch):
    monkeypatch.setenv("JP20_KEY", DIGITS)
    development = environment_signer("JP20_KEY", {2020})
    transaction = Unsigned(2020, 3, 0, 21_000, None, b"")
    assert development.sign_transaction(transaction) == signer().sign_transaction(transaction)
    with pytest.raises(NotADevelopmentChain):
        development.sign_transaction(TRANSACTION)


@pytest.mark.parametrize("value", [None, "", "0x12", "zz", "0" * 64, "f" * 64])
def test_no_key_in_the_environment_says_so_and_shows_nothing(monkeypatch, value):
    monkeypatch.delenv("JP20_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("JP20_KEY", value)
    with pytest.raises(NoKey) as error:
        environment_signer("JP20_KEY")
    assert not value or value not in str(error.value)
