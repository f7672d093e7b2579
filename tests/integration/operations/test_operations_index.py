"""The index says what the fold says and the chain has, however it came to be (G15, G25)."""

import random
import warnings
from itertools import cycle

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from example_world import alice, bob
from index_world import (
    Place,
    followed,
    hash_of,
    killed_while_following,
    require_index_agrees,
    with_finality,
)
from test_operations_past import PEOPLE, STEPS, Acting

from jp20.domain.base.errors import JP20Error
from jp20.operations.register.follow import FinalBlockGivenUp
from jp20.operations.register.index_place import IndexPlace
from jp20.operations.register.indexing import IndexBusy, written
from jp20.register.index.migrations import bring_up_to_date, is_up_to_date
from jp20.register.index.schema import METADATA

pytestmark = pytest.mark.requirement("G15", "G25", "S1")

STEPS_BETWEEN = 12


@pytest.fixture
def places(tmp_path, postgres):
    """An index in a file, and one on PostgreSQL."""
    found = [Place(tmp_path / "register.db"), Place(postgres.database())]
    yield found
    for each in found:
        each.engine.dispose()


def act_at_random(acting, dice, steps):
    """Things happen to people; most kinds of them are refused at times."""
    for _ in range(steps):
        step, number = dice.randrange(len(STEPS)), dice.randint(1, 60)
        giver, taker = dice.choice(PEOPLE[:4]), dice.choice(PEOPLE[:4])
        try:
            STEPS[step](acting, giver, taker, number)
        except (JP20Error, LookupError):
            continue


def test_index_fold_and_chain_agree_at_every_block(world, places):
    """Followed in parts, after reorganisations, and made again, on both databases."""
    dice, acting = random.Random(13), Acting(world)
    acting.use_a_token_with_consent()
    session = with_finality(world, 40)
    rpc = session.connection.rpc
    taken_back = 0
    for part in range(6):
        act_at_random(acting, dice, STEPS_BETWEEN)
        for each in places:
            done = followed(session, each)
            assert done.block == done.head == session.connection.block_number()
        if part % 2:
            depth = dice.randint(3, 30)
            rpc("anvil_reorg", depth, [])
            act_at_random(acting, dice, 1)
            taken_back += depth
    for each in places:
        done = followed(session, each)
        assert require_index_agrees(with_finality(world, 40), each) > 10_000
    assert taken_back > 10
    file, server = (hash_of(each) for each in places)
    assert file == server
    for each in places:
        followed(session, each, again=True)
        assert hash_of(each) == file


def test_a_deeper_reorganisation_than_finality_stops_the_index(world, places):
    """With both hashes, and the command that goes on; nothing is lost meanwhile."""
    session = with_finality(world, 4)
    acting = Acting(world)
    for units in range(1, 9):
        acting.own(alice, "transfer", bob.address, units)
    for each in places:
        followed(session, each)
    before = [hash_of(each) for each in places]
    newest = session.connection.block_number()
    ours = session.connection.block(newest - 4).hash
    session.connection.rpc("anvil_reorg", 6, [])
    theirs = session.connection.block(newest - 4).hash
    for each, unchanged in zip(places, before, strict=True):
        with pytest.raises(FinalBlockGivenUp) as stopped:
            followed(session, each)
        said = str(stopped.value)
        assert f"Block {newest - 4} " in said
        assert "jp20 index rebuild" in said
        assert ours.hex() in said
        assert theirs.hex() in said
        assert hash_of(each) == unchanged
        followed(session, each, again=True)
        require_index_agrees(with_finality(world, 4), each, newest - 6)


def test_a_shorter_chain_is_waited_for(world, places):
    """A node that lags, or one on a branch that is shorter: nothing is taken back for it."""
    session = with_finality(world, 10)
    newest = session.connection.block_number()
    for each in places:
        followed(session, each)
    before = hash_of(places[0])
    snapshot = session.connection.rpc("evm_snapshot")
    session.connection.rpc("anvil_mine", "0x3")
    for each in places:
        assert followed(session, each).block == newest + 3
    session.connection.rpc("evm_revert", snapshot)
    for each in places:
        done = followed(with_finality(world, 10), each)
        assert done.behind
        assert (done.head, done.block) == (newest, newest + 3)
        assert hash_of(each) == before  # of empty blocks nothing is stored


POINTS = (1, 3, 8, 13, 20, 2, 29, 5, 41, 17, 60, 11)
"""After how many rows of tables, commits and stretches the process is killed, one run after the
other.
"""


def test_killed_at_any_point_it_goes_on_from_there(world, places, tmp_path):
    """A process that is killed as hard as can be, again and again, on both databases."""
    act_at_random(Acting(world), random.Random(2), 10)
    whole = Place(tmp_path / "whole.db")
    followed(world.session, whole)
    for each in places:
        kills = 0
        for point in cycle(POINTS):
            if not killed_while_following(world, each, point):
                break
            kills += 1
            assert kills < 200
        assert kills > 3
        followed(world.session, each)
        assert hash_of(each) == hash_of(whole)
    whole.engine.dispose()


def test_a_second_follower_is_refused_by_name(places):
    for each in places:
        place = IndexPlace(each.named)
        with written(place), pytest.raises(IndexBusy, match="Another process") as busy:  # noqa: SIM117
            with written(place):
                pass
        assert str(each.named) in str(busy.value)
        with written(place):
            pass  # the first one has ended


def test_the_revisions_make_the_tables_that_the_index_uses(places):
    """From nothing, on both databases; and once more, which changes nothing."""
    for each in places:
        bring_up_to_date(each.engine)
        with each.engine.connect() as connection:
            assert is_up_to_date(connection)
            with warnings.catch_warnings():
                # SQLite does not say of which expression an index is.
                warnings.filterwarnings("ignore", message=".*expression-based index")
                found = compare_metadata(MigrationContext.configure(connection), METADATA)
        assert [each for each in found if "transactions_by_hash" not in str(each)] == []
