"""From when on a block stays, as a network's rule."""

import pytest

from jp20.domain.base.finality import INSTANT, FaultyFinality, Finality, clique_finality


@pytest.mark.requirement("S8")
def test_where_blocks_are_final_at_once_the_newest_is():
    assert INSTANT.final_block(7) == 7
    assert "at once" in INSTANT.reason.en


@pytest.mark.requirement("S8")
def test_where_they_are_not_so_many_must_stand_on_it():
    rule = Finality.parse("depth:6")
    assert rule.final_block(106) == 100
    assert rule.final_block(3) == 0  # the genesis block was agreed beforehand
    assert "6 more" in rule.reason.en
    assert "6 ブロック" in rule.reason.ja


@pytest.mark.parametrize("written", ["instant", "depth:1", "depth:12"])
def test_a_rule_is_written_as_it_was_read(written: str):
    assert str(Finality.parse(written)) == written


@pytest.mark.parametrize("written", ["", "depth", "depth:0", "depth:-1", "depth:x", "Instant", " "])
def test_what_is_no_rule_is_refused_with_an_example(written: str):
    with pytest.raises(FaultyFinality) as error:
        Finality.parse(written)
    assert "depth:N" in error.value.next_step.en


def test_a_depth_below_zero_is_a_mistake():
    with pytest.raises(ValueError, match="-1"):
        Finality(-1)


@pytest.mark.parametrize(("validators", "depth"), [(1, 2), (4, 6), (5, 6), (7, 8)])
def test_clique_takes_two_rounds_of_a_majority(validators: int, depth: int):
    # a majority of 1 is 1, of 4 and 5 is 3, of 7 is 4
    assert clique_finality(validators).depth == depth
