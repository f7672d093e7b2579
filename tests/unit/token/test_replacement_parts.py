"""Positions are carried in parts that a block has room for (G32)."""

import pytest

from jp20.domain.base.addresses import address_of
from jp20.operations.token.replacement import holders_in_parts

pytestmark = pytest.mark.requirement("G32")

HOLDERS = [address_of(bytes([number]) * 20) for number in range(1, 121)]


def test_holders_without_restraints_come_a_hundred_at_once():
    # 5 words each, 500 in a call.
    positions = dict.fromkeys(HOLDERS, (1, 2, 3))

    assert [len(part) for part in holders_in_parts(positions, HOLDERS)] == [100, 20]


def test_holders_with_many_restraints_come_a_few_at_once():
    # 5 + 3 × 16 = 53 words each: nine are 477, ten would be 530.
    positions = {holder: tuple(range(3 + 2 * 16)) for holder in HOLDERS[:20]}

    assert [len(part) for part in holders_in_parts(positions, HOLDERS[:20])] == [9, 9, 2]


def test_nobody_comes_in_no_part():
    assert holders_in_parts({}, []) == []
