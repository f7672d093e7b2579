"""The bytes of a transaction against eth_account, which JP20 does not use for them."""

import pytest
from coincurve import PrivateKey
from eth_account import Account
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jp20.chain.signing.signers import KeySigner
from jp20.domain.base.addresses import address_of
from jp20.domain.transactions.transactions import (
    NotATransaction,
    Unsigned,
    digest,
    payload,
    recover_signer,
    with_signature,
)

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SIGNER = KeySigner(b"\x11" * 32)

# The lengths at which RLP changes its prefix: 55 to 56 bytes, 255 to 256, 65,535 to 65,536.
data = st.one_of(
    st.binary(max_size=80),
    st.sampled_from([0, 1, 54, 55, 56, 255, 256, 65_535, 65_536]).map(lambda size: b"\xab" * size),
)
transactions = st.builds(
    Unsigned,
    chain_id=st.integers(1, 2**62),
    nonce=st.integers(0, 2**64 - 2),
    gas_price=st.integers(0, 2**128),
    gas=st.integers(0, 2**63),
    to=st.one_of(st.none(), st.binary(min_size=20, max_size=20).map(address_of)),
    data=data,
)
keys = st.integers(1, ORDER - 1).map(lambda number: number.to_bytes(32, "big"))


def by_eth_account(transaction: Unsigned, key: bytes):
    fields = {
        "chainId": transaction.chain_id,
        "nonce": transaction.nonce,
        "gasPrice": transaction.gas_price,
        "gas": transaction.gas,
        "value": 0,
        "data": transaction.data,
    }
    if transaction.to is not None:
        fields["to"] = transaction.to
    return Account.from_key(key).sign_transaction(fields)


@given(transactions, keys)
@example(Unsigned(1, 0, 0, 0, None, b""), b"\x00" * 31 + b"\x01")
@example(Unsigned(1, 0x7F, 0x80, 0xFF, address_of(0), b"\x7f"), b"\x11" * 32)
@example(Unsigned(1, 0, 0, 0, address_of(1), b"\x80"), (ORDER - 1).to_bytes(32, "big"))
@settings(max_examples=300, deadline=None)
def test_signed_bytes_are_those_of_eth_account(transaction, key):
    signed = KeySigner(key).sign_transaction(transaction)
    expected = by_eth_account(transaction, key)
    assert signed.raw == bytes(expected.raw_transaction)
    assert signed.hash == bytes(expected.hash)


@given(transactions, keys)
@settings(max_examples=100, deadline=None)
def test_what_was_signed_and_by_whom_is_read_back(transaction, key):
    signed = KeySigner(key).sign_transaction(transaction)
    found = recover_signer(signed.raw)
    assert found.transaction == transaction
    assert found.sender == Account.recover_transaction(signed.raw) == Account.from_key(key).address
    assert found.hash == signed.hash


def test_a_known_transaction():
    # The example in EIP-155 itself carries ether; here is its form without: the list's length is
    # 9 + 1 … counted by hand: nonce 09, price 85 04a817c800, gas 82 5208, to 94 + 20, value 80,
    # data 80, chain 01, 80, 80 = 1 + 6 + 3 + 21 + 1 + 1 + 1 + 1 + 1 = 36 = 0x24.
    to = address_of(0x3535353535353535353535353535353535353535)
    transaction = Unsigned(1, 9, 20 * 10**9, 21_000, to, b"")
    assert payload(transaction).hex() == ("e4098504a817c80082520894" + "35" * 20 + "8080018080")


@given(st.binary(max_size=200))
def test_bytes_that_are_no_transaction_are_refused(raw):
    with pytest.raises(NotATransaction):
        recover_signer(raw)


SIGNED = SIGNER.sign_transaction(Unsigned(1337, 3, 0, 21_000, address_of(5), b"\x01\x02"))


@given(st.integers(0, len(SIGNED.raw) - 1), st.integers(1, 255))
def test_a_changed_byte_is_never_the_same_persons_transaction(place, difference):
    changed = bytearray(SIGNED.raw)
    changed[place] ^= difference
    try:
        found = recover_signer(bytes(changed))
    except NotATransaction:
        return
    assert found.sender != SIGNER.address


@pytest.mark.parametrize(
    "fields",
    [
        {"value": 1},  # JP20 sends no ether
        {"maxFeePerGas": 1, "maxPriorityFeePerGas": 1, "gasPrice": None},  # EIP-1559
        {"chainId": None},  # before EIP-155: good on every chain
    ],
)
def test_a_transaction_of_another_kind_is_refused(fields):
    whole = {"chainId": 1337, "nonce": 3, "gasPrice": 0, "gas": 21_000, "value": 0, "data": b""}
    whole |= {"to": address_of(5)} | fields
    signed = Account.from_key(b"\x11" * 32).sign_transaction(
        {name: value for name, value in whole.items() if value is not None}
    )
    with pytest.raises(NotATransaction):
        recover_signer(bytes(signed.raw_transaction))


@pytest.mark.parametrize("raw", [b"", SIGNED.raw[:-1], SIGNED.raw + b"\0", b"\xc0", b"\x80"])
def test_what_breaks_off_or_goes_on_is_refused(raw):
    with pytest.raises(NotATransaction):
        recover_signer(raw)


def test_a_number_with_leading_noughts_is_refused():
    # The same list with the nonce 03 written as 82 00 03, two bytes longer; f8 is a list's prefix
    # with one byte of length.
    raw = SIGNED.raw
    assert raw[0] == 0xF8
    assert raw[2] == 3
    longer = bytes([0xF8, raw[1] + 2]) + b"\x82\x00\x03" + raw[3:]
    with pytest.raises(NotATransaction):
        recover_signer(longer)


def test_a_signature_in_the_upper_half_is_refused():
    # EIP-2: (r, n - s) with the other recovery id is as good a signature, and no chain takes it.
    transaction = Unsigned(1337, 3, 0, 21_000, address_of(5), b"")
    signature = PrivateKey(b"\x11" * 32).sign_recoverable(digest(transaction), hasher=None)
    high = ORDER - int.from_bytes(signature[32:64], "big")
    other = signature[:32] + high.to_bytes(32, "big") + bytes([1 - signature[64]])
    assert recover_signer(with_signature(transaction, signature).raw).sender == SIGNER.address
    with pytest.raises(ValueError, match="no signature"):
        with_signature(transaction, other)


@pytest.mark.parametrize("signature", [b"", b"\0" * 65, b"\1" * 64, b"\1" * 64 + b"\2"])
def test_what_is_no_signature_is_refused(signature):
    with pytest.raises(ValueError, match="no signature"):
        with_signature(Unsigned(1337, 3, 0, 21_000, None, b""), signature)
