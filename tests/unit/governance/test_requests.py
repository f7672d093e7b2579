import dataclasses

import pytest
from eth_hash.auto import keccak
from solidity import camel, struct

from jp20.domain.base.addresses import address_of
from jp20.domain.governance.requests import Call, Request, case_id, compose, leaf

TOKEN = address_of(0x1111)
CASE, DOCUMENT = case_id("2026-0042"), b"\x77" * 32


def call(argument: int) -> Call:
    return Call(TOKEN, b"\xaa\xbb\xcc\xdd" + argument.to_bytes(32, "big"))


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_the_request_is_the_contract_s():
    fields = [camel(field.name) for field in dataclasses.fields(Request)]
    assert fields == struct("interfaces/IConsortium.sol", "Request")


@pytest.mark.requirement("G17", "S3")
def test_the_id_is_the_hash_of_the_abi_encoding():
    request = compose([call(5)], CASE, DOCUMENT, rule=9, parties=[3, 4]).request
    encoded = (
        word(0x20)  # where the struct begins
        + word(0x1111)
        + b"\xaa\xbb\xcc\xdd".ljust(32, b"\0")
        + leaf(0, call(5))  # one call: the root is its leaf
        + word(1)
        + b"2026-0042".ljust(32, b"\0")
        + DOCUMENT
        + word(8 * 32)  # where the parties begin
        + word(9)
        + word(2)
        + word(3)
        + word(4)
    )
    assert request.id == keccak(encoded)


@pytest.mark.requirement("G17")
def test_a_leaf_is_hashed_twice():
    data = call(5).data  # 36 bytes, padded to 64
    encoded = word(7) + word(0x1111) + word(0x60) + word(36) + data.ljust(64, b"\0")
    assert leaf(7, call(5)) == keccak(keccak(encoded))


def test_one_call_is_published_and_many_are_not():
    assert compose([call(1)], CASE, DOCUMENT, 1).published_data == call(1).data
    assert compose([call(1), call(2)], CASE, DOCUMENT, 1).published_data == b""


def test_each_call_is_executed_with_its_proof():
    decision = compose([call(1), call(2)], CASE, DOCUMENT, 1)
    request, index, data, proof = decision.execution(1)
    assert (index, data, proof) == (1, call(2).data, (leaf(0, call(1)),))
    assert request == decision.request.fields


@pytest.mark.parametrize(
    "calls", [[], [call(1), Call(TOKEN, b"\0" * 36)], [call(1), Call(address_of(2), call(1).data)]]
)
def test_a_request_is_about_one_function_of_one_contract(calls):
    with pytest.raises(ValueError, match="one function"):
        compose(calls, CASE, DOCUMENT, 1)


@pytest.mark.parametrize(
    ("case", "document"),
    [(bytes(32), DOCUMENT), (CASE, bytes(32)), (b"short", DOCUMENT), (CASE, b"")],
)
def test_a_request_names_case_and_document(case, document):
    with pytest.raises(ValueError, match="case"):
        compose([call(1)], case, document, 1)


@pytest.mark.parametrize("number", ["", "x" * 33, "案件1", "a\nb"])
def test_a_case_number_is_short_and_plain(number):
    with pytest.raises(ValueError):  # noqa: PT011
        case_id(number)
