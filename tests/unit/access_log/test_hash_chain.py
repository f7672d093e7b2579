"""A log that was changed anywhere is found out, and where."""

import json
import subprocess
import sys

import pytest

from jp20.access_log.accesses import AccessLog, DataUse, LoggedAccess
from jp20.access_log.hash_chain import EMPTY, HashChain, LogTampered

pytestmark = pytest.mark.requirement("G28")

ENTRIES = 4


def access(n: int) -> LoggedAccess:
    return LoggedAccess(
        DataUse.READ,
        "audit",
        "names",
        "allowed",
        organisation=3,
        key="0x" + "ab" * 20,
        login="officer",
        token="0x" + "cd" * 20,
        subjects=(n, n + 1),
        case="C-1",
        block=n,
        rows=2,
        time=1_000 + n,
    )


@pytest.fixture
def log(tmp_path):
    made = AccessLog(tmp_path / "log", tmp_path / "heads")
    for n in range(1, ENTRIES + 1):
        made.note(access(n))
    return made


def rows(log):
    return log.chain.file.read_bytes().splitlines(keepends=True)


def put(log, lines):
    log.chain.file.write_bytes(b"".join(lines))


def line_found(log, heads=()):
    with pytest.raises(LogTampered) as found:
        list(log.accesses(heads))
    return found.value.line


def test_what_was_written_is_read_back_and_verified(log):
    assert list(log.accesses()) == [access(n) for n in range(1, ENTRIES + 1)]
    assert log.chain.verify().count == ENTRIES


def test_a_log_that_is_not_there_yet_is_empty(tmp_path):
    assert HashChain(tmp_path / "a", tmp_path / "b").verify() == EMPTY


@pytest.mark.parametrize("n", range(1, ENTRIES + 1))
def test_a_line_that_was_removed_is_found(log, n):
    lines = rows(log)
    put(log, lines[: n - 1] + lines[n:])
    assert line_found(log) == n


@pytest.mark.parametrize("n", range(1, ENTRIES + 1))
@pytest.mark.parametrize("field", [*access(1).as_entry])
def test_a_field_that_was_changed_is_found_in_every_line(log, n, field):
    lines = rows(log)
    said = json.loads(lines[n - 1])
    before = said["entry"][field]
    said["entry"][field] = before + 1 if isinstance(before, int) else [*before, "x"]
    if isinstance(before, str):
        said["entry"][field] = before + "x"
    lines[n - 1] = json.dumps(said, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    put(log, lines)
    assert line_found(log) == n


@pytest.mark.parametrize("n", range(1, ENTRIES + 1))
@pytest.mark.parametrize("field", ["n", "hash"])
def test_number_and_hash_are_not_changed_either(log, n, field):
    lines = rows(log)
    said = json.loads(lines[n - 1])
    said[field] = said["n"] + 1 if field == "n" else "00" * 32
    lines[n - 1] = json.dumps(said, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    put(log, lines)
    assert line_found(log) == n


@pytest.mark.parametrize("n", range(1, ENTRIES + 1))
def test_a_line_that_was_made_again_with_a_fitting_hash_is_found(log, n):
    """Whoever knows how hashes are made changes a line, and its hash with it. The next line, or
    for the last one the head, shows it.
    """
    forged = AccessLog(log.chain.file.parent / "forged")
    for each in range(1, n + 1):
        forged.note(access(each if each < n else 99))
    lines = rows(log)
    lines[n - 1] = rows(forged)[n - 1]
    put(log, lines)
    assert line_found(log) == min(n + 1, ENTRIES)


@pytest.mark.parametrize("n", range(1, ENTRIES + 2))
def test_a_line_that_was_inserted_is_found(log, n):
    forged = AccessLog(log.chain.file.parent / "forged")
    for each in range(1, n + 1):
        forged.note(access(each if each < n else 99))
    lines = rows(log)
    put(log, [*lines[: n - 1], rows(forged)[n - 1], *lines[n - 1 :]])
    # In the last place it is not the line that the head was made of, behind it an unknown one.
    assert line_found(log) == (n if n >= ENTRIES else n + 1)
    with pytest.raises(LogTampered):
        log.note(access(50)) if n > ENTRIES else log.chain.verify()


@pytest.mark.parametrize("n", range(1, ENTRIES))
def test_lines_that_changed_places_are_found(log, n):
    lines = rows(log)
    lines[n - 1], lines[n] = lines[n], lines[n - 1]
    put(log, lines)
    assert line_found(log) == n


@pytest.mark.parametrize("kept", range(ENTRIES))
def test_an_end_that_was_cut_off_is_found_and_nothing_is_added(log, kept):
    put(log, rows(log)[:kept])
    assert line_found(log) == kept + 1
    with pytest.raises(LogTampered):
        log.note(access(50))
    assert rows(log) == rows(log)[:kept]


def test_a_file_that_was_cut_off_anywhere_is_found(log):
    whole = log.chain.file.read_bytes()
    ends = [at + 1 for at, byte in enumerate(whole) if byte == 0x0A]
    for size in range(len(whole)):
        log.chain.file.write_bytes(whole[:size])
        assert line_found(log) == sum(end <= size for end in ends) + 1


def test_a_flipped_bit_anywhere_is_found(log):
    whole = log.chain.file.read_bytes()
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1 << place % 7
        log.chain.file.write_bytes(changed)
        assert line_found(log) == whole[:place].count(b"\n") + 1


def test_a_log_and_head_that_were_both_rewritten_are_found_by_a_head_kept_elsewhere(log):
    kept = log.chain.verify()
    forged = AccessLog(log.chain.file.parent / "forged")
    for n in range(1, ENTRIES + 1):
        forged.note(access(n if n != 3 else 99))
    forged.chain.file.replace(log.chain.file)
    forged.chain.head_file.replace(log.chain.head_file)

    log.chain.verify()
    assert line_found(log, (kept,)) == ENTRIES


class Killed(Exception):
    pass


def killed_at(log, monkeypatch, step):
    """The log as a process leaves it that was killed in an append, before writing number `step`
    (head that is to come, lines, head), or half-way through the lines for 1.5.
    """
    done = 0
    chain = log.chain

    def stopping(write):
        def written(*arguments):
            nonlocal done
            if step == 1.5 and done == 1:
                write(arguments[0][: len(arguments[0]) * 2 // 3])
            if done >= int(step):
                raise Killed
            done += 1
            write(*arguments)

        return written

    with monkeypatch.context() as patch:
        patch.setattr(chain, "_write_head", stopping(chain._write_head))
        patch.setattr(chain, "_write", stopping(chain._write))
        with pytest.raises(Killed):
            chain.append({"n": 1}, {"n": 2})


@pytest.mark.parametrize(("step", "came"), [(0, 0), (1, 0), (1.5, 0), (2, 2)])
def test_an_append_that_was_killed_leaves_all_of_its_lines_or_none(log, monkeypatch, step, came):
    killed_at(log, monkeypatch, step)
    log.chain.verify()
    log.chain.append({"n": 3})
    said = [line.entry for line in log.chain.lines()][ENTRIES:]
    assert said == [*[{"n": 1}, {"n": 2}][:came], {"n": 3}]


@pytest.mark.parametrize("n", range(1, ENTRIES + 1))
def test_after_a_kill_tampering_is_found_as_before(log, monkeypatch, n):
    killed_at(log, monkeypatch, 2)
    lines = rows(log)
    lines[n - 1] = lines[n - 1].replace(b"officer", b"nobodyx")
    put(log, lines)
    assert line_found(log) == n
    with pytest.raises(LogTampered):
        log.note(access(50))
    put(log, lines[: n - 1])
    assert line_found(log) == n


def test_a_head_that_cannot_be_read_is_said(log):
    log.chain.head_file.write_bytes(b"{}")
    with pytest.raises(LogTampered) as found:
        list(log.accesses())
    assert "access.head" in found.value.what.en


def test_processes_add_one_after_the_other(tmp_path):
    """Three processes, 20 lines each: 60 lines in one chain."""
    program = (
        "import sys; from pathlib import Path;"
        "from jp20.access_log.hash_chain import HashChain;"
        "chain = HashChain(Path(sys.argv[1]) / 'log', Path(sys.argv[1]) / 'head');"
        "[chain.append({'process': sys.argv[2], 'line': n}) for n in range(20)]"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), str(n)]) for n in range(3)
    ]
    assert [each.wait(120) for each in running] == [0, 0, 0]

    lines = list(HashChain(tmp_path / "log", tmp_path / "head").lines())
    assert len(lines) == 60
    for n in range(3):
        own = [each.entry["line"] for each in lines if each.entry["process"] == str(n)]
        assert own == [*range(20)]


def test_more_persons_than_a_line_takes_are_several_lines(tmp_path):
    """2,500 persons: lines of 1,000, 1,000 and 500."""
    log = AccessLog(tmp_path)
    log.note(LoggedAccess(DataUse.EXPORT, "register", "names", "allowed", subjects=(*range(2500),)))
    found = list(log.accesses())
    assert [len(each.subjects) for each in found] == [1000, 1000, 500]
    assert found[2].subjects[-1] == 2499
