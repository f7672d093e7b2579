"""`jp20 index`: the register in a database, followed, looked at, made again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running import Bad, done, run, settle

from jp20.chain import history as jp20_history
from jp20.chain.local import PATIENCE, LocalChain

BAD = [
    Bad("index follow", ("--twice",), 2, "--twice"),
    Bad("index rebuild", ("NONE",), 2, "NONE"),
    Bad("index status", (), 1, "register.db"),
    Bad("index hash", (), 1, "register.db"),
]

pytestmark = pytest.mark.requirement("G15")


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_index(bad, folder):
    bad.check(folder)


@pytest.fixture(scope="module")
def chain():
    with LocalChain("anvil") as connection:
        yield connection


@pytest.fixture(scope="module")
def own(chain, tmp_path_factory) -> Path:
    """A folder with a chain of its own, with a platform."""
    made = tmp_path_factory.mktemp("index") / "work"
    done("init", str(made), "--example", "real-estate")
    settle(made, chain.network.url)
    done("platform", "deploy", "--yes", folder=made)
    return made


def index(folder: Path, *arguments: str) -> dict:
    return done("index", *arguments, "--format", "json", folder=folder).json


def test_the_index_is_followed_looked_at_and_made_again_to_the_same_hash(own, chain):
    newest = chain.block()
    said = done("index", "follow", "--once", folder=own)
    assert f"up to block {newest.number}" in said.err

    found = index(own, "status")["index"]
    assert (found["block"], found["hash"]) == (newest.number, f"0x{newest.hash.hex()}")
    assert (found["behind"], found["final"], found["agrees"]) == (0, newest.number, True)
    assert found["contracts"] == 3  # Consortium, platform and settlement contract

    before = index(own, "hash")["index_hash"]
    assert before["block"] == newest.number
    assert run("index", "rebuild", folder=own).code != 0  # it is asked first
    done("index", "rebuild", "--yes", folder=own)
    assert index(own, "hash")["index_hash"] == before


def test_what_follows_the_chain_ends_when_it_is_told_to(own, chain):
    """As a service is ended: it says how far it came, and ends well."""
    environment = {**os.environ, "JP20_LANG": "en"}
    service = subprocess.Popen(
        [sys.executable, "-m", "jp20", "index", "follow"],
        cwd=own,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        chain.rpc("anvil_mine", "0x5")
        newest, end = chain.block_number(), time.monotonic() + PATIENCE
        while run("index", "status", folder=own).code or index(own, "status")["index"]["behind"]:
            assert time.monotonic() < end
            time.sleep(0.2)
        busy = run("index", "follow", "--once", folder=own)
        assert busy.code == 1
        assert "Another process" in busy.err
        assert "register.db" in busy.err
        service.send_signal(signal.SIGTERM)
        _, said = service.communicate(timeout=PATIENCE)
    finally:
        service.kill()
    assert service.returncode == 0
    assert f"up to block {newest}" in said


def test_a_session_takes_what_the_index_has(own, chain, monkeypatch):
    """Events that the index has are not asked for; without it the answer is the same."""
    done("index", "follow", "--once", folder=own)
    last = index(own, "status")["index"]["block"]
    asked = []
    read = jp20_history.read_events

    def noted(connection, address, decoder, first, last, topics=()):
        asked.append((first, topics))
        return read(connection, address, decoder, first, last, topics)

    monkeypatch.setattr(jp20_history, "read_events", noted)
    chain.rpc("anvil_mine", "0x2")
    with_index = done("investors", "list", "--format", "json", folder=own).json
    assert asked
    assert min(first for first, topics in asked if not topics) == last + 1
    (own / "register.db").rename(own / "away.db")
    assert done("investors", "list", "--format", "json", folder=own).json == with_index
    assert min(first for first, topics in asked if not topics) < last
    (own / "away.db").rename(own / "register.db")


def test_an_index_of_another_chain_is_refused_and_not_read(own, tmp_path):
    """A development chain that was started again: the session reads the chain."""
    with LocalChain("anvil") as other:
        made = tmp_path / "work"
        done("init", str(made), "--example", "real-estate")
        settle(made, other.network.url)
        other.rpc("anvil_mine", "0x3")
        done("platform", "deploy", "--yes", folder=made)
        done("index", "follow", "--once", folder=own)
        (made / "register.db").write_bytes((own / "register.db").read_bytes())
        refused = run("index", "follow", "--once", folder=made)
        assert refused.code == 1
        assert "jp20 index rebuild" in refused.err
        assert done("investors", "list", "--format", "json", folder=made).json
        done("index", "rebuild", "--yes", folder=made)
        assert index(made, "status")["index"]["agrees"] is True


def test_a_password_in_the_url_is_refused_and_not_repeated(own, tmp_path):
    made = tmp_path / "work"
    done("init", str(made), "--example", "real-estate")
    with (made / "jp20.toml").open("a") as settings:
        settings.write('\n[index]\ndatabase = "postgresql://jp20:s3cret@db.example/jp20"\n')
    refused = run("index", "hash", folder=made)
    assert refused.code == 2
    assert "index.database" in refused.err
    assert "s3cret" not in refused.out + refused.err


def test_a_file_that_is_no_database_is_named(own):
    (own / "register.db").rename(own / "away.db")
    (own / "register.db").write_bytes(b"no database" * 1000)
    try:
        refused = run("index", "follow", "--once", folder=own)
        assert refused.code == 1
        assert "register.db" in refused.err
        assert done("investors", "list", folder=own)
    finally:
        (own / "away.db").rename(own / "register.db")
