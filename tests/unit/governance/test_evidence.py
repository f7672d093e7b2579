"""A case and its document."""

import hashlib

import pytest

from jp20.domain.base.errors import BadArgument
from jp20.domain.governance.evidence import BadCase, Evidence
from jp20.operations.files.inputs import evidence_of


@pytest.mark.requirement("G11")
def test_the_document_is_its_sha_256_and_the_case_stands_readable():
    evidence = Evidence.of("C-2024/7", b"order")
    assert evidence.document_hash == hashlib.sha256(b"order").digest()
    assert evidence.case_id == b"C-2024/7" + b"\0" * 24


@pytest.mark.parametrize("case", ["", "x" * 33, "山田太郎", "a\nb"])
def test_what_cannot_stand_on_the_chain_is_no_case(case: str):
    with pytest.raises(BadCase):
        Evidence.of(case, b"order")


def test_an_empty_document_is_evidence_of_nothing(tmp_path):
    empty, one_byte = tmp_path / "empty.pdf", tmp_path / "one.pdf"
    empty.write_bytes(b"")
    one_byte.write_bytes(b"\0")

    with pytest.raises(BadArgument, match=r"empty\.pdf is empty") as refused:
        evidence_of("KY-1", empty)

    assert "空のファイル" in str(refused.value.what.ja)
    # printf '\0' | sha256sum
    expected = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert evidence_of("KY-1", one_byte).document_hash.hex() == expected


def test_its_parties_are_named_once_each_and_do_not_add_up():
    evidence = Evidence.of("C-1", b"order")

    assert evidence.parties == ()
    assert evidence.excluding(4, 2, 4).parties == (2, 4)
    assert evidence.excluding(4).excluding(3).parties == (3,)
    assert evidence.excluding(4).excluding() == evidence
