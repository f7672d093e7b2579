"""The manifest beside an export: read back as it was written, and only so."""

import hashlib
import json

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from exports_by_hand import STAMP, TOKEN

from jp20.chain.signing.signers import (
    DevelopmentSigner,
    KeySigner,
    NotADevelopmentChain,
    OfflineSigner,
    SignsNoMessages,
)
from jp20.domain.base.addresses import address_of
from jp20.domain.transactions.transactions import signer_of_message
from jp20.views.manifest import (
    Manifest,
    SignedManifest,
    UnfitManifest,
    manifest_of,
    parse_manifest,
    parse_signature,
)
from jp20.views.sheet import Altered

ALTERED = (Altered("holders", 3, "name", "葛\U000e0100", "〓"),)
MESSAGE = "原簿 manifest".encode()


def manifest() -> Manifest:
    return manifest_of(
        "a.csv", b"content", TOKEN, STAMP, "jp20 register export", ("xlsxwriter",), ALTERED,
        fonts={"a.ttf": "00"},
    )  # fmt: skip


@pytest.mark.requirement("G15")
def test_a_manifest_is_read_back_as_it_was_written():
    found = parse_manifest(manifest().text.encode(), "a.csv.manifest.json")

    assert found == manifest()
    assert found.sha256 == hashlib.sha256(b"content").hexdigest()
    assert found.altered == ALTERED
    assert set(found.made_with) == {"jp20", "xlsxwriter"}


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"{}", b"\xff", b"[" * 100_000,
        manifest().text.encode() + b"\n",
        manifest().text.replace('"block": 1234', '"block": "1234x"').encode()[:-1],
        manifest().text.replace('"U+845B U+E0100"', '"U+"').encode(),
        manifest().text.replace('"U+845B U+E0100"', '"U+FFFFFFFF"').encode(),
    ],
)  # fmt: skip
def test_what_is_no_manifest_or_was_changed_is_refused(data):
    with pytest.raises(UnfitManifest, match=r"a\.json"):
        parse_manifest(data, "a.json")


@pytest.mark.parametrize("data", [b"", b"[]", b'{"address": "0x12"}', b'{"sig": 1}'])
def test_what_is_no_signature_is_refused(data):
    with pytest.raises(UnfitManifest):
        parse_signature(data, "a.json")


@pytest.mark.requirement("G15")
def test_a_message_is_signed_as_any_wallet_does():
    signer = KeySigner(b"\x11" * 32)

    signature = signer.sign_message(MESSAGE, 1)

    assert Account.recover_message(encode_defunct(MESSAGE), signature=signature) == signer.address
    assert signer_of_message(MESSAGE, signature) == signer.address
    signed = SignedManifest(signer.address, 3, signature)
    assert parse_signature(signed.text.encode(), "a.json") == signed
    assert json.loads(signed.text)["standard"].startswith("EIP-191")


@pytest.mark.parametrize("place", [0, 31, 32, 63, 64])
def test_a_signature_that_was_changed_is_another_s(place):
    signer = KeySigner(b"\x11" * 32)
    signature = bytearray(signer.sign_message(MESSAGE, 1))
    signature[place] ^= 1

    assert signer_of_message(MESSAGE, bytes(signature)) != signer.address
    assert signer_of_message(MESSAGE, bytes(signature[:-1])) is None


def test_a_development_key_signs_for_development_chains_only():
    signer = DevelopmentSigner(b"\x11" * 32)

    assert signer_of_message(MESSAGE, signer.sign_message(MESSAGE, 31337)) == signer.address
    with pytest.raises(NotADevelopmentChain):
        signer.sign_message(MESSAGE, 20)


def test_a_key_that_is_elsewhere_signs_no_message():
    with pytest.raises(SignsNoMessages, match=address_of(1)):
        OfflineSigner(address_of(1)).sign_message(MESSAGE, 31337)
