import json
import subprocess
import sys

import pytest
from coincurve import PrivateKey
from eth_account import Account

from jp20.chain.contracts.contract import artifact, token_interface
from jp20.chain.contracts.describe import describe
from jp20.chain.new_files import FileExists
from jp20.chain.signing.signers import (
    DevelopmentSigner,
    KeySigner,
    NotADevelopmentChain,
    OfflineSigner,
)
from jp20.domain.base.addresses import address_of
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.faults import FaultyFile
from jp20.domain.transactions.transaction_file import (
    AwaitingTransaction,
    UnsignedFile,
    check_signed,
)
from jp20.domain.transactions.transactions import Unsigned
from jp20.operations.files.inputs import NoFile
from jp20.operations.transactions.offline import (
    SigningRow,
    WrongKey,
    load_signed,
    load_unsigned,
    sign_file,
    signing_rows,
    write_unsigned,
)

KEY = b"\x11" * 32
SIGNER = KeySigner(KEY)
TOKEN = address_of(0x70)
CALLS = [Unsigned(2020, 8 + n, 0, 60_000, TOKEN, token_interface().encode("pause")) for n in (0, 1)]
FILE = UnsignedFile(
    2020,
    SIGNER.address,
    tuple(
        AwaitingTransaction(bytes([n]) * 32, f"pause {n}", describe(call), call)
        for n, call in enumerate(CALLS)
    ),
)


@pytest.mark.requirement("G13")
def test_what_is_exported_comes_back_signed(tmp_path):
    write_unsigned(FILE, tmp_path / "unsigned.json")
    there = load_unsigned(tmp_path / "unsigned.json")
    sign_file(there, SIGNER, tmp_path / "signed.json")
    back = load_signed(tmp_path / "signed.json")
    check_signed(back, FILE, "signed.json")
    assert [each.signed for each in back.transactions] == [
        SIGNER.sign_transaction(call) for call in CALLS
    ]


# What the machine with the key runs: its audit hook ends it where somebody is called or a name is
# looked up, which no import can get round. (A socket alone is no harm: urllib3 makes one when it is
# imported, to see whether there is IPv6.)
THERE = """
import sys
from pathlib import Path

def forbid(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.bind"):
        raise SystemExit(f"network: {event}")

sys.addaudithook(forbid)

from jp20.chain.signing.passwords import password_file
from jp20.chain.signing.signers import keystore_signer
from jp20.operations.transactions.offline import load_unsigned, sign_file, signing_rows

file = load_unsigned(Path("unsigned.json"))
for row in signing_rows(file):
    print(row.nonce, row.label, row.does)
signer = keystore_signer(Path("key.json"), password_file(Path("password")))
sign_file(file, signer, Path("signed.json"))
"""


@pytest.mark.requirement("G13", "G27")
def test_signing_needs_no_network(tmp_path):
    write_unsigned(FILE, tmp_path / "unsigned.json")
    keystore = Account.encrypt(KEY, "secret", kdf="pbkdf2", iterations=1)
    (tmp_path / "key.json").write_text(json.dumps(keystore))
    (tmp_path / "password").write_text("secret\n")
    (tmp_path / "password").chmod(0o600)
    ended = subprocess.run(
        [sys.executable, "-c", THERE], cwd=tmp_path, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "8 pause 0 pause()\n9 pause 1 pause()\n"
    check_signed(load_signed(tmp_path / "signed.json"), FILE, "signed.json")


def test_the_forbidden_network_is_forbidden(tmp_path):
    call = "import socket; socket.create_connection(('127.0.0.1', 9), 1)"
    program = THERE[: THERE.index("from jp20")] + call
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.stderr == "network: socket.getaddrinfo\n"


@pytest.mark.requirement("G13", "G27")
def test_what_is_shown_is_read_from_the_bytes_and_not_from_what_the_file_says():
    forged = UnsignedFile(
        2020,
        SIGNER.address,
        (
            AwaitingTransaction(b"\1" * 32, "pause", "pause()", CALLS[0]),
            AwaitingTransaction(
                b"\2" * 32,
                "pause",
                "pause()",
                Unsigned(2020, 9, 7, 60_000, TOKEN, token_interface().encode("unpause")),
            ),
        ),
    )
    first, second = signing_rows(forged)
    assert first == SigningRow(8, "pause", TOKEN, "pause()", "pause()", 60_000, 0)
    assert second == SigningRow(9, "pause", TOKEN, "unpause()", "pause()", 60_000, 7)
    assert first.is_as_said
    assert not second.is_as_said


def test_a_name_that_would_move_the_cursor_is_shown_harmless():
    data = artifact("Consortium").interface.encode("addOrganisation", "a\x1b[2Jb", 1, [TOKEN])
    call = Unsigned(2020, 8, 0, 60_000, TOKEN, data)
    (row,) = signing_rows(
        UnsignedFile(
            2020, SIGNER.address, (AwaitingTransaction(b"\1" * 32, "", describe(call), call),)
        )
    )
    assert "name=a\ufffd[2Jb," in row.does
    assert row.is_as_said


@pytest.mark.parametrize(
    ("signer", "refusal"),
    [
        (KeySigner(b"\x22" * 32), WrongKey),
        (OfflineSigner(SIGNER.address), JP20Error),  # there is no key here either
        (DevelopmentSigner(KEY), NotADevelopmentChain),
    ],
)
def test_a_key_that_does_not_sign_leaves_no_file(tmp_path, signer, refusal):
    with pytest.raises(refusal):
        sign_file(FILE, signer, tmp_path / "signed.json")
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_key_names_both_addresses(tmp_path):
    other = KeySigner(PrivateKey(b"\x22" * 32).secret)
    with pytest.raises(WrongKey) as error:
        sign_file(FILE, other, tmp_path / "signed.json")
    assert SIGNER.address in str(error.value)
    assert other.address in str(error.value)


def test_no_file_is_written_over(tmp_path):
    (tmp_path / "there.json").write_text("something")
    with pytest.raises(FileExists):
        write_unsigned(FILE, tmp_path / "there.json")
    with pytest.raises(FileExists):
        sign_file(FILE, SIGNER, tmp_path / "there.json")
    assert (tmp_path / "there.json").read_text() == "something"


@pytest.mark.parametrize("load", [load_unsigned, load_signed])
def test_a_file_that_is_none_is_named(tmp_path, load):
    with pytest.raises(NoFile, match=r"nowhere\.json"):
        load(tmp_path / "nowhere.json")
    (tmp_path / "empty.json").write_bytes(b"")
    with pytest.raises(FaultyFile, match=r"empty\.json"):
        load(tmp_path / "empty.json")
