"""The index says what the fold says and the chain has, however it came to be."""

import pytest
from index_world import followed, hash_of, require_index_agrees

from jp20.register.index.database import open_database


@pytest.fixture
def engine(tmp_path):
    engine = open_database(tmp_path / "register.db")
    yield engine
    engine.dispose()


@pytest.mark.requirement("G15", "G25")
def test_the_founding_is_indexed(world, engine):
    done = followed(world.session, engine)
    assert done.block == done.head and done.events > 50
    assert require_index_agrees(world.session, engine) > 1000
