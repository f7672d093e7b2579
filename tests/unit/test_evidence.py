"""A case and its document."""

import hashlib

import pytest

from jp20.domain.governance.evidence import BadCase, Evidence


@pytest.mark.requirement("G11")
def test_the_document_is_its_sha_256_and_the_case_stands_readable():
    evidence = Evidence.of("C-2024/7", b"order")
    assert evidence.document_hash == hashlib.sha256(b"order").digest()
    assert evidence.case_id == b"C-2024/7" + b"\0" * 24


@pytest.mark.parametrize("case", ["", "x" * 33, "山田太郎", "a\nb"])
def test_what_cannot_stand_on_the_chain_is_no_case(case: str):
    with pytest.raises(BadCase):
        Evidence.of(case, b"order")
