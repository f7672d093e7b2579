"""A part of every holder's units: whole numbers that add up."""

import random

import pytest

from jp20.domain.base.addresses import address_of
from jp20.domain.register.pro_rata import pro_rata

A, B, C, D = (address_of(number) for number in (1, 2, 3, 4))


@pytest.mark.requirement("G4")
def test_the_largest_remainders_get_what_is_left():
    # 10 of 100 units: 3.3, 3.3, 3.4 -> 3, 3, 3 and one more for the largest remainder
    assert pro_rata(10, {A: 33, B: 33, C: 34}) == {A: 3, B: 3, C: 4}


def test_of_equal_remainders_the_larger_holding_comes_first_then_the_lower_address():
    # 1 of 3: a third each
    assert pro_rata(1, {C: 1, B: 1, A: 1}) == {A: 1}
    # 5 of 8: 0.625, 0.625, 3.75 -> 0, 0, 3; two left: C (0.75), then A (0.625, lower address)
    assert pro_rata(5, {B: 1, A: 1, C: 6}) == {A: 1, C: 4}


def test_a_larger_holding_with_a_smaller_remainder_gets_no_more():
    # 4 of 7: 24/7 = 3 rest 3, 4/7 = 0 rest 4; the one left goes to the remainder of 4
    assert pro_rata(4, {A: 6, B: 1}) == {A: 3, B: 1}
    # 5 of 13: 50/13 = 3 rest 11, 15/13 = 1 rest 2; the one left goes to the remainder of 11
    assert pro_rata(5, {A: 10, B: 3}) == {A: 4, B: 1}
    # 2 of 9: 10/9 = 1 rest 1, 4/9, 4/9 = 0 rest 4; of equal remainders the lower address
    assert pro_rata(2, {A: 5, C: 2, B: 2}) == {A: 1, B: 1}


def test_all_and_none_and_too_many():
    assert pro_rata(7, {A: 3, B: 4}) == {A: 3, B: 4}
    for units in (0, -1, 8):
        with pytest.raises(ValueError, match="of 7 units"):
            pro_rata(units, {A: 3, B: 4})


def test_the_shares_add_up_and_differ_from_the_exact_part_by_less_than_one():
    dice = random.Random(4)
    for _ in range(300):
        holdings = {address_of(n): dice.randint(1, 10 ** dice.randint(1, 9)) for n in range(1, 30)}
        total = sum(holdings.values())
        units = dice.randint(1, total)
        shares = pro_rata(units, holdings)
        assert sum(shares.values()) == units
        for holder, held in holdings.items():
            share = shares.get(holder, 0)
            assert share <= held
            assert abs(share * total - units * held) < total
