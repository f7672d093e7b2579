import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from jp20.chain.signing.signers import KeySigner, Unsigned
from jp20.domain.base.addresses import address_of
from jp20.domain.base.faults import FaultyFile
from jp20.domain.files.json_file import checksum
from jp20.domain.transactions.transaction_file import (
    AwaitingTransaction,
    SignedFile,
    SignedTransaction,
    UnsignedFile,
    check_signed,
    parse_signed,
    parse_unsigned,
    signed_json,
    unsigned_json,
)

SIGNER = KeySigner(b"\x11" * 32)
OTHER = KeySigner(b"\x22" * 32)
GENESIS = b"\x99" * 32
TRANSACTIONS = (
    AwaitingTransaction(
        b"\1" * 32, "配分 1/2", "a()", Unsigned(1337, 3, 0, 50_000, address_of(5), b"\1\2")
    ),
    AwaitingTransaction(b"\2" * 32, "配備", "", Unsigned(1337, 7, 10**9, 21_000, None, b"")),
)
UNSIGNED = UnsignedFile(1337, SIGNER.address, TRANSACTIONS, GENESIS)


def signed_by(signer: KeySigner, file: UnsignedFile = UNSIGNED) -> SignedFile:
    return SignedFile(
        file.checksum,
        file.chain_id,
        file.address,
        tuple(
            SignedTransaction(each.key, signer.sign_transaction(each.transaction), each.transaction)
            for each in file.transactions
        ),
    )


SIGNED = signed_by(SIGNER)
FINE = {"unsigned": unsigned_json(UNSIGNED), "signed": signed_json(SIGNED)}
PARSE: dict[str, Callable[[bytes, str], object]] = {
    "unsigned": parse_unsigned,
    "signed": parse_signed,
}


def changed(kind: str, change: Callable[[Any], object], *, sealed: bool = True) -> bytes:
    """The file with a change, and its checksum made to fit unless it is not `sealed` again."""
    content = json.loads(FINE[kind])
    change(content)
    if sealed:
        content["checksum"] = f"0x{checksum(content).hex()}"
    return json.dumps(content).encode()


def faults(read: Callable[[], object]) -> list[str]:
    """The fields that are at fault."""
    with pytest.raises(FaultyFile) as error:
        read()
    assert all(fault.file == "x.json" for fault in error.value.faults)
    assert all(fault.what.ja and fault.next_step.ja for fault in error.value.faults)
    return [fault.field for fault in error.value.faults]


@pytest.mark.requirement("G13")
@pytest.mark.parametrize("genesis", [GENESIS, None])
def test_what_was_exported_is_read_back(genesis):
    file = UnsignedFile(1337, SIGNER.address, TRANSACTIONS, genesis)
    assert parse_unsigned(unsigned_json(file).encode(), "x.json") == file


@pytest.mark.requirement("G13")
def test_what_was_signed_is_read_back_and_is_what_was_exported():
    found = parse_signed(signed_json(SIGNED).encode(), "x.json")
    assert found == SIGNED
    check_signed(found, UNSIGNED, "x.json")


def test_a_person_can_read_the_file():
    content = json.loads(FINE["unsigned"])
    assert content["transactions"][0] == {
        "key": "0x" + "01" * 32,
        "label": "配分 1/2",
        "meaning": "a()",
        "nonce": 3,
        "gas": 50_000,
        "gas_price": 0,
        "to": "0x0000000000000000000000000000000000000005",
        "data": "0x0102",
    }
    assert "配分 1/2" in FINE["unsigned"]  # not escaped


def test_the_checksum_is_of_the_content_and_not_of_its_layout():
    content = json.loads(FINE["unsigned"])
    turned = {name: content[name] for name in reversed(content)}
    text = "\ufeff" + json.dumps(turned, indent=7)  # as an editor on Windows leaves it
    assert parse_unsigned(text.encode(), "x.json") == UNSIGNED


@pytest.mark.parametrize("kind", ["unsigned", "signed"])
@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"5", b"{", b"\xff", b"[" * 100_000],
    ids=["empty", "list", "number", "broken off", "not UTF-8", "deep"],
)
def test_what_is_no_such_file_is_refused(kind, content):
    assert faults(lambda: PARSE[kind](content, "x.json")) == [""]


@pytest.mark.parametrize("kind", ["unsigned", "signed"])
def test_a_field_that_is_there_twice_is_named(kind):
    content = b'{"kind": 1, "kind": 1}'
    assert faults(lambda: PARSE[kind](content, "x.json")) == ["kind"]


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("unsigned", {"kind": "jp20 signed transactions"}, "kind"),
        ("signed", {"kind": "jp20 unsigned transactions"}, "kind"),
        ("unsigned", {"format": 2}, "format"),
        ("signed", {"format": True}, "format"),
        ("unsigned", {"chain_id": 0}, "chain_id"),
        ("unsigned", {"chain_id": "1337"}, "chain_id"),
        ("unsigned", {"chain_id": True}, "chain_id"),
        ("unsigned", {"chain_id": 1337.0}, "chain_id"),
        ("unsigned", {"genesis": "0x12"}, "genesis"),
        ("unsigned", {"address": SIGNER.address.lower()}, "address"),
        ("unsigned", {"address": None}, "address"),
        ("unsigned", {"transactions": []}, "transactions"),
        ("unsigned", {"transactions": {}}, "transactions"),
        ("unsigned", {"transactions": [5]}, "transactions"),
        ("unsigned", {"note": "hello"}, "note"),
        ("signed", {"unsigned": "0x" + "AB" * 32}, "unsigned"),
        ("signed", {"unsigned": None}, "unsigned"),
        ("signed", {"address": "0x0"}, "address"),
        ("signed", {"transactions": []}, "transactions"),
        ("signed", {"note": "hello"}, "note"),
    ],
)
def test_an_unfit_field_is_named(kind, change, field):
    content = changed(kind, lambda file: file.update(change))
    assert field in faults(lambda: PARSE[kind](content, "x.json"))


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        *(("unsigned", name) for name in ("chain_id", "genesis", "address", "transactions")),
        *(("signed", name) for name in ("unsigned", "chain_id", "address", "transactions")),
    ],
)
def test_a_missing_field_is_named(kind, field):
    content = changed(kind, lambda file: file.pop(field))
    assert field in faults(lambda: PARSE[kind](content, "x.json"))


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("unsigned", {"key": "0x01"}),
        ("unsigned", {"label": 5}),
        ("unsigned", {"label": "two\nlines"}),
        ("unsigned", {"meaning": "\x1b[2J"}),  # clears a terminal
        ("unsigned", {"meaning": "\u202edetrever"}),  # turns the order of reading round
        ("unsigned", {"meaning": "\ud800"}),  # half a character
        ("unsigned", {"nonce": -1}),
        ("unsigned", {"nonce": 2**64 - 1}),
        ("unsigned", {"gas": 0}),
        ("unsigned", {"gas_price": 1.5}),
        ("unsigned", {"to": "0x5"}),
        ("unsigned", {"data": "0102"}),
        ("unsigned", {"data": "0x010"}),
        ("unsigned", {"data": "0x01 02"}),
        ("unsigned", {"value": 1}),
        ("signed", {"key": "0x"}),
        ("signed", {"hash": "0x" + "00" * 32}),
        ("signed", {"hash": None}),
        ("signed", {"raw": "0x"}),
        ("signed", {"raw": SIGNED.transactions[0].signed.raw.hex()}),
        ("signed", {"note": ""}),
    ],
)
def test_an_unfit_field_of_a_transaction_is_named_with_its_place(kind, change):
    content = changed(kind, lambda file: file["transactions"][1].update(change), sealed=False)
    (name,) = change
    assert f"transactions[1].{name}" in faults(lambda: PARSE[kind](content, "x.json"))


def test_every_unfit_field_is_named_at_once():
    def change(file: Any) -> None:
        file["chain_id"] = "x"
        file["transactions"][0]["nonce"] = None
        file["transactions"][1]["data"] = 5

    found = faults(lambda: parse_unsigned(changed("unsigned", change), "x.json"))
    assert found == ["chain_id", "transactions[0].nonce", "transactions[1].data"]


@pytest.mark.parametrize("kind", ["unsigned", "signed"])
def test_nonces_have_to_rise(kind):
    content = changed(kind, lambda file: file["transactions"].reverse())
    assert faults(lambda: PARSE[kind](content, "x.json")) == ["transactions[1]"]


@pytest.mark.parametrize("kind", ["unsigned", "signed"])
def test_a_transaction_does_not_stand_twice(kind):
    def twice(file: Any) -> None:
        file["transactions"].append(copy.deepcopy(file["transactions"][1]))

    found = faults(lambda: PARSE[kind](changed(kind, twice), "x.json"))
    assert found == ["transactions[2]", "transactions[2].key"]  # its nonce, and its key


@pytest.mark.parametrize("kind", ["unsigned", "signed"])
def test_a_key_does_not_stand_twice(kind):
    def same_key(file: Any) -> None:
        file["transactions"][1]["key"] = file["transactions"][0]["key"]

    found = faults(lambda: PARSE[kind](changed(kind, same_key), "x.json"))
    assert found == ["transactions[1].key"]


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": 4},
        {"gas": 50_001},
        {"gas_price": 1},
        {"to": None},
        {"data": "0x0103"},
        {"label": "配分 1/1"},
        {"meaning": "b()"},
        {"key": "0x" + "03" * 32},
    ],
)
def test_a_changed_unsigned_file_is_seen(change):
    content = changed("unsigned", lambda file: file["transactions"][0].update(change), sealed=False)
    assert faults(lambda: parse_unsigned(content, "x.json")) == ["checksum"]


def test_a_changed_signed_file_is_seen():
    content = changed("signed", lambda f: f.update(unsigned="0x" + "00" * 32), sealed=False)
    assert faults(lambda: parse_signed(content, "x.json")) == ["checksum"]


@pytest.mark.requirement("G13", "G27")
def test_a_signature_of_another_key_is_refused():
    content = signed_json(signed_by(OTHER)).encode()
    with pytest.raises(FaultyFile, match=rf"signed by {OTHER.address}, not by {SIGNER.address}"):
        parse_signed(content, "x.json")
    assert faults(lambda: parse_signed(content, "x.json")) == [
        "transactions[0].raw",
        "transactions[1].raw",
    ]


@pytest.mark.requirement("G13", "G27")
def test_a_signature_for_another_chain_is_refused():
    content = changed("signed", lambda file: file.update(chain_id=1338))
    assert faults(lambda: parse_signed(content, "x.json")) == [
        "transactions[0].raw",
        "transactions[1].raw",
    ]


@pytest.mark.parametrize("byte", [0, 10, -1])
def test_signed_bytes_that_were_changed_are_refused(byte):
    raw = bytearray(SIGNED.transactions[0].signed.raw)
    raw[byte] ^= 1
    content = changed("signed", lambda f: f["transactions"][0].update(raw=f"0x{raw.hex()}"))
    assert "transactions[0].raw" in faults(lambda: parse_signed(content, "x.json"))


# A signed file beside its unsigned one


def exported(*transactions: AwaitingTransaction, chain_id: int = 1337) -> UnsignedFile:
    return UnsignedFile(chain_id, SIGNER.address, transactions, GENESIS)


def checked(signed: SignedFile, unsigned: UnsignedFile) -> list[str]:
    return faults(lambda: check_signed(signed, unsigned, "x.json"))


@pytest.mark.requirement("G13")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"nonce": 4}, "nonce"),
        ({"gas": 50_001}, "gas"),
        ({"gas_price": 1}, "gas_price"),
        ({"to": address_of(6)}, "to"),
        ({"data": b"\1\3"}, "data"),
    ],
)
def test_another_transaction_under_the_same_key_is_refused(change, field):
    first = TRANSACTIONS[0]
    other = replace(first, transaction=replace(first.transaction, **change))
    # Whoever signs it can name the exported file's checksum as well as anybody.
    forged = replace(
        signed_by(SIGNER, exported(other, TRANSACTIONS[1])), unsigned=UNSIGNED.checksum
    )
    assert checked(forged, UNSIGNED) == [f"transactions[0].{field}"]


def test_a_transaction_that_is_missing_is_told():
    part = replace(SIGNED, transactions=SIGNED.transactions[:1])
    assert checked(part, UNSIGNED) == ["transactions"]


def test_a_transaction_that_was_not_exported_is_told():
    less = exported(TRANSACTIONS[0])
    assert checked(replace(SIGNED, unsigned=less.checksum), less) == ["transactions[1].key"]


def test_the_answer_to_another_export_is_told():
    other = UnsignedFile(1337, SIGNER.address, TRANSACTIONS, None)  # of another genesis
    assert checked(SIGNED, other) == ["unsigned"]


def test_the_answer_to_another_chains_or_address_export_is_told():
    other = UnsignedFile(1338, OTHER.address, TRANSACTIONS, GENESIS)
    assert checked(SIGNED, other) == ["chain_id", "address", "unsigned"]


def test_what_a_terminal_would_obey_is_taken_out_on_export():
    file = exported(
        AwaitingTransaction(
            b"\1" * 32, "a\nb", "c\x1b\u202e\u2028d　é", TRANSACTIONS[0].transaction
        )
    )
    found = parse_unsigned(unsigned_json(file).encode(), "x.json")
    assert found.transactions[0].label == "a\ufffdb"
    assert found.transactions[0].meaning == "c\ufffd\ufffd\ufffdd　é"
