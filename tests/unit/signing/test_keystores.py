import json
import os
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from coincurve import PrivateKey
from eth_account import Account

from jp20.chain.new_files import CannotWrite, FileExists
from jp20.chain.signing.keystores import (
    KeystoreFile,
    NoKey,
    WrongPassword,
    change_password,
    create_keystore,
    import_key,
    import_keystore,
    keystores,
    opened_keystore,
    write_keystore,
)
from jp20.chain.signing.passwords import UnfitPassword
from jp20.chain.signing.signers import Unsigned, keystore_signer
from jp20.domain.base.errors import JP20Error

KEY = b"\x11" * 32
DIGITS = "11" * 32
ADDRESS = "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"  # of KEY
PASSWORD = "紙と鉛筆で書いた合言葉"  # 11 characters: good enough for what others made
NEW = "a longer password"


def cheap(file: Path, password: str = PASSWORD, **changes: object) -> Path:
    """Another program's keystore, of next to no cost. `changes` to its fields; None takes one
    away.
    """
    content = Account.encrypt(KEY, password, kdf="pbkdf2", iterations=1) | changes
    file.write_text(json.dumps({name: value for name, value in content.items() if value}))
    return file


def says(password: str) -> Callable[[], str]:
    return lambda: password


def with_variables(error: BaseException) -> str:
    """The traceback with every variable of every frame but the test's own."""
    inside = error.__traceback__ and error.__traceback__.tb_next
    return "".join(
        traceback.TracebackException(type(error), error, inside, capture_locals=True).format()
    )


def nobody() -> str:
    pytest.fail("asked for a password")


@pytest.mark.requirement("G27")
def test_a_new_keystore_is_encrypted_its_owners_and_opens(tmp_path):
    file = tmp_path / "key.json"
    old_mask = os.umask(0)
    try:
        address = create_keystore(file, says(NEW))
    finally:
        os.umask(old_mask)
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["crypto"]["kdf"] == "scrypt"
    signer = keystore_signer(file, says(NEW))
    assert signer.address == address
    signed = signer.sign_transaction(Unsigned(1337, 0, 0, 21_000, None, b""))
    assert Account.recover_transaction(signed.raw) == address
    assert opened_keystore(file, says(NEW)).secret.hex() not in file.read_text()
    assert [each.name for each in tmp_path.iterdir()] == ["key.json"]  # nothing is left beside it


@pytest.mark.requirement("G27")
def test_a_typed_key_is_taken_over(tmp_path):
    file = tmp_path / "key.json"
    assert import_key(file, says(f" 0x{DIGITS}\n"), says(NEW)) == ADDRESS
    assert keystore_signer(file, says(NEW)).address == ADDRESS
    assert DIGITS not in file.read_text()


@pytest.mark.requirement("G27")
def test_another_programs_keystore_is_taken_over_under_a_password_of_ones_own(tmp_path):
    source = cheap(tmp_path / "theirs.json")
    file = tmp_path / "ours.json"
    assert import_keystore(source, says(PASSWORD), file, says(NEW)) == ADDRESS
    assert keystore_signer(file, says(NEW)).address == ADDRESS
    assert keystore_signer(source, says(PASSWORD)).address == ADDRESS  # as it was


@pytest.mark.parametrize("typed", ["", "0x", "zz" * 32, DIGITS[:-1], DIGITS + "1", "0" * 64])
def test_what_is_typed_and_is_no_key_is_refused_and_not_shown(tmp_path, typed):
    with pytest.raises(NoKey) as error:
        import_key(tmp_path / "key.json", says(typed), nobody)
    assert len(typed) < 3 or typed not in str(error.value)
    assert not (tmp_path / "key.json").exists()


@pytest.mark.requirement("G27")
def test_a_password_is_changed(tmp_path):
    file = cheap(tmp_path / "key.json")
    assert change_password(file, says(PASSWORD), says(NEW)) == ADDRESS
    assert keystore_signer(file, says(NEW)).address == ADDRESS
    with pytest.raises(WrongPassword):
        keystore_signer(file, says(PASSWORD))
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["key.json"]


def test_a_password_change_that_fails_leaves_the_keystore_as_it_was(tmp_path):
    file = cheap(tmp_path / "key.json")
    before = file.read_bytes()
    with pytest.raises(WrongPassword):
        change_password(file, says("wrong"), nobody)
    with pytest.raises(UnfitPassword):
        change_password(file, says(PASSWORD), says("short"))
    assert file.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["key.json"]


@pytest.mark.parametrize(
    "make",
    [
        lambda file, password: create_keystore(file, password),
        lambda file, password: import_key(file, says(DIGITS), password),
        lambda file, password: write_keystore(file, PrivateKey(KEY), password),
    ],
    ids=["create", "import", "write"],
)
def test_a_new_password_is_long_enough(tmp_path, make):
    with pytest.raises(UnfitPassword, match="12 characters"):
        make(tmp_path / "key.json", says("elevencharx"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda file: create_keystore(file, nobody),
        lambda file: import_key(file, nobody, nobody),
        lambda file: import_keystore(file, nobody, file, nobody),
        lambda file: write_keystore(file, PrivateKey(KEY), nobody),
    ],
    ids=["create", "import a key", "import a keystore", "write"],
)
def test_a_keystore_is_never_written_over(tmp_path, make):
    file = cheap(tmp_path / "key.json")
    before = file.read_bytes()
    with pytest.raises(FileExists, match=r"key\.json"):
        make(file)
    assert file.read_bytes() == before


def test_a_keystore_that_appears_meanwhile_is_not_written_over(tmp_path):
    file = tmp_path / "key.json"

    def another_process_is_faster() -> str:
        file.write_text("theirs")
        return NEW

    with pytest.raises(FileExists):
        create_keystore(file, another_process_is_faster)
    assert file.read_text() == "theirs"
    assert [each.name for each in tmp_path.iterdir()] == ["key.json"]


def test_a_folder_that_is_not_there_says_so(tmp_path):
    with pytest.raises(CannotWrite, match=r"key\.json"):
        create_keystore(tmp_path / "nowhere" / "key.json", says(NEW))


@pytest.mark.requirement("G27")
def test_a_wrong_password_names_the_file_and_shows_nothing(tmp_path):
    file = cheap(tmp_path / "key.json")
    with pytest.raises(WrongPassword, match=r"key\.json") as error:
        keystore_signer(file, says("wrong-password-typed"))
    shown = with_variables(error.value)
    assert "file = " in shown
    assert "wrong-password-typed" not in shown


@pytest.mark.parametrize(
    "content", [None, "", "[]", "{}", '{"1": 2}', "not json", b"\xff\xfe", "0"]
)
def test_what_is_no_keystore_says_so_before_asking(tmp_path, content):
    file = tmp_path / "key.json"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(NoKey, match=r"key\.json is not a keystore"):
        keystore_signer(file, nobody)


def without(part: str) -> dict[str, object]:
    crypto = Account.encrypt(KEY, PASSWORD, kdf="pbkdf2", iterations=1)["crypto"]
    return {name: value for name, value in crypto.items() if name != part}


SCRYPT = {"n": 2, "r": 1, "p": 1, "dklen": 32, "salt": "00"}
PBKDF2 = {"c": 1, "dklen": 32, "prf": "hmac-sha256", "salt": "00"}


@pytest.mark.parametrize(
    "changes",
    [
        {"version": None},
        {"version": 7},
        {"crypto": "x"},
        {"crypto": without("mac")},
        {"crypto": without("ciphertext")},
        {"crypto": without("mac") | {"mac": 5}},
        {"crypto": without("ciphertext") | {"ciphertext": "zz"}},
        {"crypto": without("kdf") | {"kdf": "rot13"}},
        {"crypto": without("kdfparams") | {"kdfparams": []}},
        {"crypto": without("") | {"kdf": "scrypt", "kdfparams": SCRYPT | {"n": 2**30}}},
        {"crypto": without("") | {"kdf": "scrypt", "kdfparams": SCRYPT | {"r": 2**20, "n": 16}}},
        {"crypto": without("") | {"kdf": "scrypt", "kdfparams": SCRYPT | {"p": 2**20}}},
        {"crypto": without("") | {"kdf": "scrypt", "kdfparams": SCRYPT | {"dklen": 2**31}}},
        {"crypto": without("kdfparams") | {"kdfparams": PBKDF2 | {"c": 10**12}}},
        {"crypto": without("kdfparams") | {"kdfparams": PBKDF2 | {"c": -1}}},
    ],
)
def test_a_damaged_keystore_is_not_taken_for_a_wrong_password(tmp_path, changes):
    file = cheap(tmp_path / "key.json", **changes)
    with pytest.raises(NoKey, match="is damaged"):
        keystore_signer(file, says(PASSWORD))


@pytest.mark.requirement("G27")
def test_a_keystore_that_names_another_keys_address_is_refused(tmp_path):
    file = cheap(tmp_path / "key.json", address="00" * 19 + "01")
    with pytest.raises(NoKey, match="is damaged"):
        keystore_signer(file, says(PASSWORD))


def test_keystores_are_listed_without_being_opened(tmp_path):
    b = cheap(tmp_path / "b.json")
    c = cheap(tmp_path / "c", address=None)  # geth's files have no suffix; some name no address
    a = cheap(tmp_path / "a.json", address=f"0x{ADDRESS[2:].lower()}")
    cheap(tmp_path / ".half-written")
    (tmp_path / "README.md").write_text("keys")
    (tmp_path / "large.json").write_text('{"crypto": ' + " " * 70_000 + "1}")
    (tmp_path / "folder").mkdir()
    assert keystores(tmp_path) == [
        KeystoreFile(a, ADDRESS),
        KeystoreFile(b, ADDRESS),
        KeystoreFile(c, None),
    ]


def test_a_folder_without_keystores_has_none(tmp_path):
    assert keystores(tmp_path) == []
    assert keystores(tmp_path / "nowhere") == []


@pytest.mark.requirement("G27")
def test_no_error_shows_a_key_in_a_traceback_with_all_variables(tmp_path):
    opened = cheap(tmp_path / "key.json")
    swapped = cheap(tmp_path / "swapped.json", address="00" * 19 + "01")
    refusals: list[Callable[[], object]] = [
        lambda: import_keystore(opened, says(PASSWORD), tmp_path / "1", says("short")),
        lambda: import_keystore(opened, says(PASSWORD), tmp_path / "no" / "1", says(NEW)),
        lambda: import_key(tmp_path / "1", says(DIGITS), says("short")),
        lambda: change_password(opened, says(PASSWORD), says("short")),
        lambda: opened_keystore(swapped, says(PASSWORD)),
    ]
    for refusal in refusals:
        with pytest.raises(JP20Error) as error:
            refusal()
        shown = with_variables(error.value)
        assert DIGITS not in shown
        assert repr(KEY)[2:-1] not in shown
