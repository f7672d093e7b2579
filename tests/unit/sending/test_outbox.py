"""The record of what is sent: its nonces, its keys, its states, and who may write it (G2)."""

import errno
import os
import random
import sqlite3
from pathlib import Path

import pytest

from jp20.chain.sending.outbox import (
    DamagedOutbox,
    Inclusion,
    Intent,
    NotThisOutbox,
    OtherKindOfNode,
    Outbox,
    OutboxUnfit,
    OutboxUnusable,
    SignerBusy,
    State,
    open_outbox,
    outbox_file,
    outbox_files,
    outbox_in_memory,
    view_outbox,
)
from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.governance.requests import Call
from jp20.domain.transactions.transactions import Signed, Unsigned

pytestmark = pytest.mark.requirement("G2")

SIGNER = address_of(0x51)
TARGET = address_of(0x7A)
GENESIS = b"\x11" * 32
KEY = b"\x01" * 32


@pytest.fixture
def outbox() -> Outbox:
    return outbox_in_memory(1337, GENESIS, SIGNER)


def call(number: int = 0) -> Call:
    return Call(TARGET, number.to_bytes(36, "big"))


def intent(number: int = 0, key: bytes | None = None, **more) -> Intent:
    return Intent(call(number), 50_000, key, **more)


def signed(outbox: Outbox, *entries):
    return outbox.sign([(e, Signed(e.id.to_bytes(32, "big"), b"raw%d" % e.id)) for e in entries])


def included(outbox: Outbox, *entries, block: int = 7, succeeded: bool = True, final: bool = True):
    found = [Inclusion(entry, block, b"\x22" * 32, succeeded) for entry in entries]
    return outbox.include(found, final=final)


# Nonces


def test_new_entries_get_the_nonces_after_those_that_the_chain_has(outbox):
    entries = outbox.intend([intent(0), intent(1)], gas_price=5, count=40)
    assert [(e.nonce, e.state, e.gas_price) for e in entries] == [
        (40, State.INTENDED, 5),
        (41, State.INTENDED, 5),
    ]
    # the chain knows of none of these yet
    assert outbox.intend([intent(2)], 5, count=40)[0].nonce == 42


def test_a_nonce_that_was_given_up_is_given_again(outbox):
    first, second = outbox.intend([intent(0), intent(1)], 0, 0)
    signed(outbox, second)
    outbox.drop([first])
    assert [e.nonce for e in outbox.intend([intent(2), intent(3)], 0, 0)] == [0, 2]


def test_nonces_that_somebody_else_used_are_left_out(outbox):
    outbox.intend([intent(0)], 0, 0)
    assert outbox.intend([intent(1)], 0, count=5)[0].nonce == 5


def test_a_nonce_in_a_block_is_never_given_again(outbox):
    (entry,) = outbox.intend([intent()], 0, 0)
    included(outbox, *signed(outbox, entry), succeeded=False)
    assert outbox.intend([intent(1)], 0, count=0)[0].nonce == 1


# Keys


@pytest.mark.parametrize("again", [False, True])
def test_while_a_keys_last_attempt_can_still_come_nothing_new_is_made(outbox, again):
    (first,) = outbox.intend([intent(key=KEY)], 0, 0)
    assert outbox.intend([intent(key=KEY, again=again)], 0, 0) == [first]
    (sent,) = outbox.send(signed(outbox, first))
    assert outbox.intend([intent(key=KEY, again=again)], 0, 0) == [sent]


def test_what_was_carried_out_under_a_key_is_not_intended_again(outbox):
    done = included(outbox, *signed(outbox, *outbox.intend([intent(key=KEY)], 0, 0)))
    assert outbox.intend([intent(key=KEY)], 0, 1) == done


def test_what_the_chain_needs_once_more_is_intended_again(outbox):
    included(outbox, *signed(outbox, *outbox.intend([intent(key=KEY)], 0, 0)))
    (second,) = outbox.intend([intent(key=KEY, again=True)], 0, 1)
    assert (second.attempt, second.state) == (2, State.INTENDED)


def _failed(outbox, entry):
    included(outbox, *signed(outbox, entry), succeeded=False)


def _undone(outbox, entry):
    outbox.undo(included(outbox, *signed(outbox, entry)))


@pytest.mark.parametrize(
    "end",
    [
        _failed,
        _undone,
        lambda outbox, entry: outbox.replace(signed(outbox, entry)),
        lambda outbox, entry: outbox.drop([entry]),
        lambda outbox, entry: outbox.drop(signed(outbox, entry)),
    ],
)
def test_after_an_attempt_that_came_to_nothing_there_is_another(outbox, end):
    (first,) = outbox.intend([intent(key=KEY)], 0, 0)
    end(outbox, first)
    (second,) = outbox.intend([intent(key=KEY)], 0, 1)
    assert (second.attempt, second.state) == (2, State.INTENDED)
    assert outbox.last_of([KEY]) == {KEY: second}


def test_one_key_twice_in_one_go_is_one_entry(outbox):
    first, second = outbox.intend([intent(key=KEY), intent(key=KEY)], 0, 0)
    assert first == second
    assert len(outbox.unfinished()) == 1


def test_the_same_call_without_a_key_is_another_each_time(outbox):
    assert [e.nonce for e in outbox.intend([intent(), intent()], 0, 0)] == [0, 1]


def test_what_fails_half_way_leaves_nothing(outbox):
    broken = Intent(Call(TARGET, "no bytes"), 1, KEY)  # type: ignore[arg-type]
    with pytest.raises((sqlite3.Error, TypeError)):
        outbox.intend([intent(), broken], 0, 0)
    assert outbox.unfinished() == []


# States


def test_an_entry_goes_its_way(outbox):
    (entry,) = outbox.intend([intent(3, label="deliver")], 9, 4)
    assert entry.unsigned(1337) == Unsigned(1337, 4, 9, 50_000, TARGET, call(3).data)
    with pytest.raises(ValueError, match="not signed"):
        entry.signed  # noqa: B018
    (entry,) = signed(outbox, entry)
    assert entry.signed == Signed(b"\0" * 31 + b"\x01", b"raw1")
    (entry,) = outbox.send([entry])
    (entry,) = included(outbox, entry, block=12)
    assert outbox.latest([entry]) == [entry]
    assert (entry.state, entry.block, entry.label) == (State.SUCCEEDED, 12, "deliver")
    assert outbox.newest_block() == (12, b"\x22" * 32)
    assert outbox.unfinished() == []


def test_a_deployment_goes_to_nobody(outbox):
    (entry,) = outbox.intend([Intent(Call(ZERO_ADDRESS, b"code"), 1)], 0, 0)
    assert entry.unsigned(1).to is None


def test_what_is_signed_already_is_not_signed_again(outbox):
    (entry,) = outbox.intend([intent()], 0, 0)
    signed(outbox, entry)
    with pytest.raises(RuntimeError, match="INTENDED"):
        signed(outbox, entry)


@pytest.mark.parametrize("move", ["drop", "send", "reopen", "undo"])
def test_what_was_sent_is_neither_given_up_nor_sent_twice(outbox, move):
    sent = outbox.send(signed(outbox, *outbox.intend([intent()], 0, 0)))
    with pytest.raises(RuntimeError):
        getattr(outbox, move)(sent)
    assert [entry.state for entry in outbox.unfinished()] == [State.SENT]


def test_what_a_reorganisation_took_out_of_its_block_is_sent_and_keeps_its_bytes(outbox):
    (entry,) = included(outbox, *signed(outbox, *outbox.intend([intent()], 0, 0)), final=False)
    assert outbox.not_final() == [(entry.block, entry.block_hash)]
    (again,) = outbox.reopen([entry])
    assert (again.state, again.block, again.signed) == (State.SENT, None, entry.signed)
    assert (outbox.not_final(), outbox.unfinished()) == ([], [again])


def test_what_is_final_is_not_looked_at_again(outbox):
    entries = included(outbox, *signed(outbox, *outbox.intend([intent()], 0, 0)), final=False)
    outbox.confirm(max(entry.block for entry in entries))
    assert outbox.not_final() == []
    assert outbox.newest_block() == (7, b"\x22" * 32)


def test_blocks_are_gone_through_from_the_highest(outbox):
    for number in range(3):
        (entry,) = outbox.intend([intent(number)], 0, 0)
        included(outbox, *signed(outbox, entry), block=10 + number)
    assert [entry.block for entry in outbox.in_blocks(12, most=2)] == [12, 11]
    assert [entry.block for entry in outbox.in_blocks(10, most=2)] == [10]


# The file


def test_what_was_written_is_there_when_it_is_opened_again(tmp_path):
    outbox = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    entries = signed(outbox, *outbox.intend([intent(key=KEY)], 0, 0))
    outbox.close()
    again = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    assert again.unfinished() == entries
    again.close()


def test_only_one_writes_and_the_other_is_told_who(tmp_path):
    outbox = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    with pytest.raises(SignerBusy) as refused:
        open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    assert (refused.value.pid, refused.value.signer) == (os.getpid(), SIGNER)
    assert str(os.getpid()) in str(refused.value)
    open_outbox(tmp_path, 1337, GENESIS, address_of(0x52)).close()  # another key is another's
    outbox.close()
    open_outbox(tmp_path, 1337, GENESIS, SIGNER).close()


def test_one_looks_while_another_writes(tmp_path):
    outbox = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    (file,) = outbox_files(tmp_path, 1337, GENESIS)
    assert view_outbox(file).unfinished == ()
    entries = outbox.intend([intent(key=KEY)], 0, 0)
    found = view_outbox(file)
    assert (found.signer, found.chain_id, found.genesis) == (SIGNER, 1337, GENESIS)
    assert found.unfinished == tuple(entries)
    included(outbox, *signed(outbox, *entries), final=False)
    found = view_outbox(file)
    assert (found.newest_block, found.has_not_final) == ((7, b"\x22" * 32), True)
    assert [entry.id for entry in found.not_final] == [entry.id for entry in entries]
    outbox.close()


def test_a_development_chain_that_is_started_anew_has_an_outbox_of_its_own(tmp_path):
    outbox = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    outbox.intend([intent(key=KEY)], 0, 0)
    anew = open_outbox(tmp_path, 1337, b"\x33" * 32, SIGNER)
    assert anew.unfinished() == []
    for each in (outbox, anew):
        each.close()
    assert len(outbox_files(tmp_path, 1337, GENESIS)) == 1


@pytest.mark.parametrize("content", [b"no database" * 500, b""])
def test_a_file_that_is_no_outbox_is_refused(tmp_path, content):
    file = outbox_file(tmp_path, 1337, GENESIS, SIGNER)
    file.write_bytes(content)
    for opened in (
        lambda: open_outbox(tmp_path, 1337, GENESIS, SIGNER),
        lambda: view_outbox(file),
    ):
        with pytest.raises(NotThisOutbox, match=file.name):
            opened()


@pytest.mark.parametrize("change", ["schema = 3", "chain_id = 5", "signer = '0x01'"])
def test_an_outbox_of_another_version_chain_or_key_is_refused(tmp_path, change):
    open_outbox(tmp_path, 1337, GENESIS, SIGNER).close()
    database = sqlite3.connect(outbox_file(tmp_path, 1337, GENESIS, SIGNER))
    database.execute(f"UPDATE outbox SET {change}")
    database.commit()
    database.close()
    for _ in range(2):  # and whoever was refused keeps nobody out
        with pytest.raises(NotThisOutbox):
            open_outbox(tmp_path, 1337, GENESIS, SIGNER)


def test_a_commit_is_on_the_disk_when_it_returns(tmp_path: Path):
    outbox = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    (mode,) = outbox._database.execute("PRAGMA journal_mode").fetchone()
    (synchronous,) = outbox._database.execute("PRAGMA synchronous").fetchone()
    assert (mode, synchronous) == ("wal", 2)
    outbox.close()


# What nobody was told of


def _killed(outbox: Outbox) -> None:
    """A process that ends here closes nothing."""
    outbox._database.close()
    outbox._lock.release()


def test_what_a_killed_run_had_under_way_or_did_not_tell_is_left_to_the_next(tmp_path):
    outbox = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    told, untold, under_way, dropped = outbox.intend([intent(n) for n in range(4)], 0, 0)
    included(outbox, *signed(outbox, told, untold))
    outbox.acknowledge([told.id])
    outbox.drop([dropped])
    _killed(outbox)
    following = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    assert [entry.id for entry in following.unacknowledged()] == [untold.id, under_way.id]
    # when: another that asks about nothing of it comes and goes
    following.close()
    # then: it is left to whoever asks
    last = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    assert [entry.id for entry in last.unacknowledged()] == [untold.id, under_way.id]
    last.close()


def test_what_has_a_key_is_found_by_its_key(tmp_path):
    outbox = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    outbox.intend([intent(key=KEY)], 0, 0)
    _killed(outbox)
    following = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    assert following.unacknowledged() == []
    assert KEY in following.last_of([KEY])
    following.close()


# What stands in it


def _filled(folder: Path, count: int = 40) -> Path:
    outbox = open_outbox(folder, 1337, GENESIS, SIGNER)
    entries = outbox.intend([intent(n, n.to_bytes(32, "big")) for n in range(count)], 5, 0)
    included(outbox, *signed(outbox, *entries[: count // 2]))
    outbox.close()
    return outbox_file(folder, 1337, GENESIS, SIGNER)


def test_whatever_bit_of_an_entry_flips_the_outbox_is_refused_or_is_as_it_was(tmp_path):
    file = _filled(tmp_path)
    whole = file.read_bytes()
    outbox = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    as_it_was = outbox.last_of([n.to_bytes(32, "big") for n in range(40)])
    outbox.close()
    chance = random.Random(4)
    refused = 0
    for _ in range(120):
        place, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
        flipped = bytearray(whole)
        flipped[place] ^= bit
        file.write_bytes(flipped)
        try:
            outbox = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
        except OutboxUnfit:
            refused += 1
            continue
        assert outbox.last_of([n.to_bytes(32, "big") for n in range(40)]) == as_it_was, place
        outbox.close()
    assert refused > 15  # the rest are in pages that hold nothing


@pytest.mark.parametrize("column", ["nonce = nonce + 1", "key = x'99'", "told = 0"])
def test_what_somebody_else_wrote_into_it_is_found_out(tmp_path, column):
    file = _filled(tmp_path)
    database = sqlite3.connect(file)
    for name in ("checked", "checked_new"):
        database.execute(f"DROP TRIGGER {name}")
    database.execute(f"UPDATE entries SET {column} WHERE id = 40")
    database.commit()
    database.close()
    for _ in range(2):
        with pytest.raises(DamagedOutbox, match=r"docs/outbox\.md"):
            open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    with pytest.raises(DamagedOutbox):
        view_outbox(file)


def test_an_outbox_without_checksums_gets_them(tmp_path):
    # given: one of version 2
    file = _filled(tmp_path)
    database = sqlite3.connect(file)
    for name in ("checked", "checked_new"):
        database.execute(f"DROP TRIGGER {name}")
    database.execute("ALTER TABLE entries DROP COLUMN checksum")
    database.execute("UPDATE outbox SET schema = 2")
    database.commit()
    database.close()
    # when, then
    for _ in range(2):
        outbox = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
        assert len(outbox.unfinished()) == 20
        outbox.close()


@pytest.mark.parametrize("left", ["nothing", "without tables", "half made"])
def test_one_whose_making_was_broken_off_is_made_again(tmp_path, left):
    # given: what an earlier version left in its place, or this one beside it
    file = outbox_file(tmp_path, 1337, GENESIS, SIGNER)
    if left == "without tables":
        database = sqlite3.connect(file)
        database.execute("PRAGMA journal_mode = WAL")
        database.close()
        assert file.stat().st_size > 0
    if left == "half made":
        file.with_suffix(".new").write_bytes(b"SQLite format 3\0")
    # when, then
    outbox = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    outbox.intend([intent(key=KEY)], 0, 0)
    outbox.close()
    assert len(view_outbox(file).unfinished) == 1


def test_it_is_made_whole_or_not_at_all(tmp_path, monkeypatch):
    # given: a machine that goes off while it is made
    def off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", off)
    with pytest.raises(KeyboardInterrupt):
        open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    # then: what stands beside it is whole by itself: no part of it is in a file that is left behind
    (made,) = tmp_path.glob("*.new*")
    assert view_outbox(made).unfinished == ()
    assert not outbox_file(tmp_path, 1337, GENESIS, SIGNER).exists()
    # and when: it is begun again
    monkeypatch.undo()
    open_outbox(tmp_path, 1337, GENESIS, SIGNER).close()


def test_a_disk_that_fills_up_while_it_is_made_leaves_nothing_in_its_place(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutboxUnusable):
        open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    monkeypatch.undo()
    open_outbox(tmp_path, 1337, GENESIS, SIGNER).close()


def test_a_folder_on_a_file_system_without_locks_is_told(tmp_path, monkeypatch):
    def without(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    open_outbox(tmp_path, 1337, GENESIS, SIGNER).close()
    monkeypatch.setattr("fcntl.flock", without)
    with pytest.raises(OutboxUnusable, match="no locks"):
        open_outbox(tmp_path, 1337, GENESIS, SIGNER)


def test_a_process_that_does_not_run_here_is_not_named(tmp_path, monkeypatch):
    outbox = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    monkeypatch.setattr("jp20.chain.sending.outbox.is_running", lambda pid: False)
    with pytest.raises(SignerBusy, match="another machine") as told:
        open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    assert told.value.pid == 0
    outbox.close()


# What keeps it from being used


def _full(database: sqlite3.Connection) -> None:
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count = {pages}")


def _read_only(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA query_only = 1")


@pytest.mark.parametrize(("hindered", "reason"), [(_full, "full"), (_read_only, "read-only")])
def test_what_cannot_be_written_is_told_and_nothing_is_lost(tmp_path, hindered, reason):
    # given: what was signed, and a disk that takes no more
    outbox = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    entries = signed(outbox, *outbox.intend([intent(1)], 0, 0))
    hindered(outbox._database)
    # when
    with pytest.raises(OutboxUnusable, match="cannot be used") as told:
        outbox.intend([intent(n) for n in range(2, 500)], 0, 0)
    # then: it says why, and what was there is there
    assert reason in told.value.why.en
    assert "restore" not in str(told.value)
    assert outbox.unfinished() == entries
    outbox.close()
    again = open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    assert again.unfinished() == entries
    again.close()


def test_while_another_program_keeps_it_locked_it_is_not_said_to_be_damaged(tmp_path, monkeypatch):
    monkeypatch.setattr("jp20.chain.sending.outbox.LOCKED", 0.1)
    open_outbox(tmp_path, 1337, GENESIS, SIGNER).close()
    backup = sqlite3.connect(outbox_file(tmp_path, 1337, GENESIS, SIGNER), isolation_level=None)
    backup.execute("BEGIN EXCLUSIVE")
    with pytest.raises(OutboxUnusable) as told:
        open_outbox(tmp_path, 1337, GENESIS, SIGNER)
    assert "locked" in told.value.why.en
    backup.close()
    open_outbox(tmp_path, 1337, GENESIS, SIGNER).close()  # and whoever was refused keeps nobody out


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "outbox").write_text("a file", encoding="utf-8")
    with pytest.raises(OutboxUnusable, match="cannot be used"):
        open_outbox(tmp_path / "outbox", 1337, GENESIS, SIGNER)


@pytest.mark.parametrize("development", [True, False])
def test_what_was_done_on_a_development_node_and_elsewhere_is_not_mixed(tmp_path, development):
    open_outbox(tmp_path, 5, GENESIS, SIGNER, development=development).close()
    assert view_outbox(outbox_file(tmp_path, 5, GENESIS, SIGNER)).development is development
    for _ in range(2):
        with pytest.raises(OtherKindOfNode, match="development node"):
            open_outbox(tmp_path, 5, GENESIS, SIGNER, development=not development)
    open_outbox(tmp_path, 5, GENESIS, SIGNER, development=development).close()


# Withdrawn


def test_what_was_withdrawn_gives_its_nonce_to_another_and_may_come_nevertheless(outbox):
    # given
    (sent,) = outbox.send(signed(outbox, *outbox.intend([intent(1, KEY)], 5, 40)))
    # when
    instead = outbox.withdraw(sent, intent(2), 9, after=7)
    # then: both are live, and the next new one has another nonce
    assert (instead.nonce, instead.gas_price, instead.state) == (40, 9, State.INTENDED)
    assert [(e.id, e.withdrawn) for e in outbox.unfinished()] == [
        (sent.id, True),
        (instead.id, False),
    ]
    assert outbox.intend([intent(3)], 5, 40)[0].nonce == 41
    with pytest.raises(RuntimeError):
        outbox.withdraw(sent, intent(2), 9, after=7)
    # and where the first comes, the other is replaced, in either order
    included(outbox, *[e for e in outbox.unfinished() if e.withdrawn])
    outbox.replace([instead])
    assert outbox.last_of([KEY])[KEY].state is State.SUCCEEDED


def test_what_nothing_took_the_place_of_is_as_it_was(outbox):
    (sent,) = outbox.send(signed(outbox, *outbox.intend([intent(1)], 5, 40)))
    outbox.drop([outbox.withdraw(sent, intent(2), 9, after=7)])
    assert [(e.id, e.withdrawn, e.state) for e in outbox.unfinished()] == [
        (sent.id, False, State.SENT)
    ]
