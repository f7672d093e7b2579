import pytest
from eth_account import Account

from jp20.chain.signers import (
    KeySigner,
    NoKey,
    Unsigned,
    WrongPassword,
    development_signers,
    environment_signer,
    keystore_signer,
    write_keystore,
)
from jp20.domain.addresses import address_of

KEY = b"\x11" * 32
DIGITS = "11" * 32
TRANSACTION = Unsigned(1337, 3, 0, 21_000, address_of(5), b"\1")


def signer() -> KeySigner:
    return KeySigner(Account.from_key(KEY))


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
    assert DIGITS not in repr(signer()).lower()
    assert DIGITS not in str(vars(signer())).lower()


@pytest.mark.requirement("G27")
def test_a_keystore_opens_with_its_password(tmp_path):
    file = tmp_path / "key.json"
    write_keystore(file, KEY, "秘密")
    assert keystore_signer(file, lambda: "秘密").address == signer().address
    assert file.stat().st_mode & 0o077 == 0  # nobody else reads it
    assert DIGITS not in file.read_text()


@pytest.mark.requirement("G27")
def test_a_wrong_password_says_so_and_shows_nothing(tmp_path):
    file = tmp_path / "key.json"
    write_keystore(file, KEY, "right")
    with pytest.raises(WrongPassword) as error:
        keystore_signer(file, lambda: "wrong-one")
    assert "wrong-one" not in str(error.value)


def test_a_keystore_is_not_written_over(tmp_path):
    file = tmp_path / "key.json"
    write_keystore(file, KEY, "a")
    with pytest.raises(FileExistsError):
        write_keystore(file, KEY, "a")


@pytest.mark.parametrize("content", [None, "", "[]", "{}", "not json"])
def test_what_is_no_keystore_says_so_before_asking(tmp_path, content):
    file = tmp_path / "key.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(NoKey):
        keystore_signer(file, lambda: pytest.fail("asked for a password"))


def test_a_key_in_the_environment_warns(monkeypatch):
    monkeypatch.setenv("JP20_KEY", f"0x{DIGITS}")
    with pytest.warns(UserWarning, match="development"):
        assert environment_signer("JP20_KEY").address == signer().address


@pytest.mark.parametrize("value", [None, "", "0x12", "zz"])
def test_no_key_in_the_environment_says_so_and_shows_nothing(monkeypatch, value):
    monkeypatch.delenv("JP20_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("JP20_KEY", value)
    with pytest.raises(NoKey) as error:
        environment_signer("JP20_KEY")
    assert "zz" not in str(error.value)
