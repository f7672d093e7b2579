"""Personal data that is there, found, corrected, and gone for good."""

import hashlib
import json
import multiprocessing
import os
import shutil
import sqlite3
import subprocess
import sys

import pytest

from jp20.vault.errors import (
    NoVault,
    PersonErased,
    PersonUnknown,
    SameStorePassword,
    StoreKeyReplaced,
    VaultDamaged,
    VaultExists,
    WrongStorePassword,
)
from jp20.vault.vault import Author, create_vault, data_file, keys_file, open_vault

pytestmark = pytest.mark.requirement("S7", "G28")

WORK = 2**4
"""Passwords of tests are tried quickly."""

PASSWORD, NEW_PASSWORD = "correct horse battery", "staple staple staple"
BY = Author(3, "officer", "register", "WL-1")
ALICE, BOB, CAROL = 11, 12, 2**151
HANAKO = {
    "customer": "C-001",
    "name": "見本 花子",
    "kana": "ミホン ハナコ",
    "latin_name": "Mihon Hanako",
    "address": "東京都見本区一丁目1番1号",
}
TARO = {"customer": "C-002", "name": "見本 太郎", "kana": "ミホン タロウ"}


@pytest.fixture
def folder(tmp_path):
    create_vault(tmp_path / "vault", PASSWORD, WORK)
    return tmp_path / "vault"


@pytest.fixture
def vault(folder):
    with opened(folder) as found:
        found.put(ALICE, HANAKO, BY)
        found.put(BOB, TARO, BY)
        yield found


def opened(folder, password=PASSWORD):
    return open_vault(folder, lambda: password, clock=lambda: 1_700_000_000)


def all_bytes(folder):
    return b"".join(each.read_bytes() for each in sorted(folder.iterdir()))


def test_a_record_is_read_back_as_it_was_written(vault):
    found = vault.record(ALICE)
    assert (found.number, found.fields, found.author) == (1, HANAKO, BY)
    assert vault.persons() == {ALICE: 1_700_000_000, BOB: 1_700_000_000}
    assert set(vault.records([ALICE, CAROL])) == {ALICE}


def test_the_largest_id_is_a_person_too(vault):
    vault.put(CAROL, TARO, BY)
    assert vault.find("C-002") == (BOB, CAROL)


def test_nothing_of_a_person_is_in_the_files_in_clear(vault, folder):
    content = all_bytes(folder)
    for value in HANAKO.values():
        assert value.encode() not in content
        assert value.encode("utf-16-le") not in content
    assert "花子" not in repr(vault.record(ALICE))


def test_what_says_the_same_is_no_new_version(vault):
    assert vault.put(ALICE, HANAKO, BY) is None
    assert len(vault.versions(ALICE)) == 1


def test_a_correction_keeps_what_was_there_with_who_and_why(vault):
    correction = Author(6, "clerk", "own_request", "KY-7")
    assert vault.put(ALICE, {**HANAKO, "name": "見本 はな子"}, correction) == 2
    first, second = vault.versions(ALICE)
    assert (first.fields["name"], second.fields["name"]) == ("見本 花子", "見本 はな子")
    assert second.author == correction
    assert vault.find("見本花子") == ()
    assert vault.find("見本はな子") == (ALICE,)


@pytest.mark.parametrize(
    "written", ["ミホン　ハナコ", "みほん はなこ", "ﾐﾎﾝ ﾊﾅｺ", "MIHON  HANAKO", "Ｃ－001"]
)
def test_a_person_is_found_in_any_writing(vault, written):
    assert vault.find(written) == (ALICE,)


def test_two_persons_of_one_name_are_both_found_and_each_erased_alone(vault):
    vault.put(CAROL, {**HANAKO, "customer": "C-003"}, BY)
    assert vault.find("見本花子") == (ALICE, CAROL)
    vault.erase(ALICE, BY)
    assert vault.find("見本花子") == (CAROL,)
    assert vault.record(CAROL).fields["customer"] == "C-003"


def test_a_commitment_is_checked_with_the_salt_and_says_nothing_without(vault, folder):
    found = vault.record(ALICE)
    fields = json.dumps(HANAKO, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    by_hand = hashlib.sha256(b"jp20 commitment\0" + found.salt + fields.encode()).digest()
    assert found.commitment == by_hand
    # The same fields of another person, and again of her, have other salts.
    vault.put(CAROL, HANAKO, BY)
    assert vault.record(CAROL).commitment != found.commitment
    assert found.salt not in all_bytes(folder)


def test_a_field_that_is_none_is_refused(vault):
    with pytest.raises(ValueError, match="shoe_size"):
        vault.put(ALICE, {"shoe_size": "24"}, BY)


# Erasure


def test_the_wrapped_key_of_who_is_erased_is_in_no_file(vault, folder):
    with sqlite3.connect(keys_file(folder)) as connection:
        rows = dict(connection.execute("SELECT person, sealed FROM keys"))
        tokens = [
            t
            for (t,) in connection.execute(
                "SELECT token FROM search WHERE person = ?", (ALICE.to_bytes(19),)
            )
        ]
    connection.close()
    with sqlite3.connect(data_file(folder)) as connection:
        sealed = [
            s
            for (s,) in connection.execute(
                "SELECT sealed FROM records WHERE person = ?", (ALICE.to_bytes(19),)
            )
        ]
    connection.close()
    gone = [rows[ALICE.to_bytes(19)], *tokens, *sealed]
    assert len(gone) == 1 + 4 + 1
    before = all_bytes(folder)
    assert all(each in before for each in gone)

    vault.erase(ALICE, BY)

    after = all_bytes(folder)
    assert not [each for each in gone if each in after]
    assert rows[BOB.to_bytes(19)] in after
    assert {each.name for each in folder.iterdir()} == {"people.db", "people.keys"}


def test_who_is_erased_is_known_by_the_id_alone(vault):
    vault.erase(ALICE, Author(3, "officer", "own_request", "ER-1"))
    for ask in (vault.record, vault.versions):
        with pytest.raises(PersonErased) as found:
            ask(ALICE)
    assert "2023-11-15" in found.value.what.en  # 1,700,000,000 s in Japan
    assert vault.find("見本花子") == vault.find("C-001") == ()
    assert vault.persons().keys() == {BOB}
    assert vault.records([ALICE]) == {}
    (erasure,) = vault.erasures()
    assert (erasure.person, erasure.login, erasure.reason) == (ALICE, "officer", "ER-1")


def test_who_is_erased_does_not_come_back_unnoticed(vault):
    vault.erase(ALICE, BY)
    with pytest.raises(PersonErased):
        vault.put(ALICE, HANAKO, BY)
    with pytest.raises(PersonErased):
        vault.erase(ALICE, BY)


def test_who_was_never_there_is_unknown(vault):
    for ask in (vault.record, vault.versions):
        with pytest.raises(PersonUnknown):
            ask(CAROL)
    with pytest.raises(PersonUnknown):
        vault.erase(CAROL, BY)


def test_a_backup_of_the_data_does_not_bring_back_who_was_erased(vault, folder, tmp_path):
    shutil.copy(data_file(folder), tmp_path / "backup")
    vault.erase(ALICE, BY)
    vault.close()
    shutil.copy(tmp_path / "backup", data_file(folder))

    with opened(folder) as again:
        with pytest.raises(VaultDamaged, match="key is missing"):
            again.record(ALICE)
        assert again.record(BOB).fields == TARO


# The store key


def test_a_new_store_key_opens_and_the_old_one_says_so(vault, folder):
    assert vault.rotate(NEW_PASSWORD, WORK) == 2
    assert vault.record(ALICE).fields == HANAKO
    assert vault.find("みほんはなこ") == (ALICE,)
    vault.close()
    with opened(folder, NEW_PASSWORD) as again:
        assert again.record(BOB).fields == TARO
    with pytest.raises(WrongStorePassword, match="vault"):
        opened(folder)


def test_a_backup_from_before_the_rotation_opens_with_the_old_password_alone(
    vault, folder, tmp_path
):
    shutil.copytree(folder, tmp_path / "backup")
    vault.rotate(NEW_PASSWORD, WORK)
    with pytest.raises(WrongStorePassword):
        opened(tmp_path / "backup", NEW_PASSWORD)
    with opened(tmp_path / "backup") as old:
        assert old.record(ALICE).fields == HANAKO


def test_nothing_sealed_with_the_old_store_key_is_left_in_the_files(vault, folder):
    with sqlite3.connect(keys_file(folder)) as connection:
        old = [b for row in connection.execute("SELECT sealed FROM keys") for b in row]
        old += [b for row in connection.execute("SELECT token FROM search") for b in row]
        old += list(connection.execute("SELECT salt, index_key FROM store").fetchone())
    connection.close()
    # Two keys, four and three lines of the index, salt and index key.
    assert len(old) == 2 + 7 + 2
    vault.rotate(NEW_PASSWORD, WORK)
    content = all_bytes(folder)
    assert not [each for each in old if each in content]


def test_a_password_that_is_the_old_one_makes_no_new_store_key(vault):
    with pytest.raises(SameStorePassword):
        vault.rotate(PASSWORD, WORK)
    assert vault.epoch == 1
    assert vault.record(ALICE).fields == HANAKO


def test_a_process_with_the_old_store_key_is_told(vault, folder):
    with opened(folder) as other:
        vault.rotate(NEW_PASSWORD, WORK)
        for ask in (lambda: other.record(ALICE), lambda: other.put(BOB, HANAKO, BY)):
            with pytest.raises(StoreKeyReplaced):
                ask()


def test_a_wrong_password_is_said_and_is_in_no_message(folder):
    with pytest.raises(WrongStorePassword) as found:
        opened(folder, "not this password")
    assert "not this password" not in str(found.value)


# What goes wrong


def test_a_vault_is_not_made_over_another(folder):
    with pytest.raises(VaultExists):
        create_vault(folder, PASSWORD, WORK)


def test_where_there_is_none_none_is_opened(tmp_path):
    with pytest.raises(NoVault):
        opened(tmp_path)


@pytest.mark.parametrize("file", [data_file, keys_file])
def test_a_file_that_is_missing_beside_the_other_is_said(vault, folder, file):
    vault.close()
    file(folder).unlink()
    with pytest.raises(VaultDamaged, match="missing"):
        opened(folder)


@pytest.mark.parametrize("file", [data_file, keys_file])
def test_a_file_that_is_cut_off_anywhere_is_said(vault, folder, file):
    vault.close()
    content = file(folder).read_bytes()
    for size in range(0, len(content), 1024):
        file(folder).write_bytes(content[:size])
        with pytest.raises(VaultDamaged) as found:
            opened(folder)
        assert file(folder).name in found.value.what.en


@pytest.mark.parametrize("file", [data_file, keys_file])
def test_another_file_in_its_place_is_said(vault, folder, file):
    vault.close()
    file(folder).unlink()
    sqlite3.connect(file(folder)).execute("CREATE TABLE a (b)").connection.close()
    with pytest.raises(VaultDamaged):
        opened(folder)


def changed(folder, file, statement, *values):
    connection = sqlite3.connect(file(folder), isolation_level=None)
    connection.execute(statement, values)
    connection.close()


def test_a_record_of_another_person_does_not_pass_for_hers(vault, folder):
    theirs = "(SELECT sealed FROM records WHERE person = ?)"
    changed(
        folder,
        data_file,
        f"UPDATE records SET sealed = {theirs} WHERE person = ?",
        BOB.to_bytes(19),
        ALICE.to_bytes(19),
    )
    with pytest.raises(VaultDamaged, match="record was changed"):
        vault.record(ALICE)
    assert vault.record(BOB).fields == TARO


def test_an_earlier_version_does_not_pass_for_the_last(vault, folder):
    vault.put(ALICE, TARO, BY)
    first = "(SELECT sealed FROM records WHERE person = ?1 AND version = 1)"
    changed(
        folder,
        data_file,
        f"UPDATE records SET sealed = {first} WHERE person = ?1 AND version = 2",
        ALICE.to_bytes(19),
    )
    with pytest.raises(VaultDamaged):
        vault.record(ALICE)


def test_a_key_of_another_person_does_not_pass_for_hers(vault, folder):
    theirs = "(SELECT sealed FROM keys WHERE person = ?)"
    changed(
        folder,
        keys_file,
        f"UPDATE keys SET sealed = {theirs} WHERE person = ?",
        BOB.to_bytes(19),
        ALICE.to_bytes(19),
    )
    with pytest.raises(VaultDamaged, match="key was changed"):
        vault.record(ALICE)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_only_the_owner_reads_the_files(folder):
    assert {each.stat().st_mode & 0o777 for each in folder.iterdir()} == {0o600}


# Killed, and two at once

KILLED = """
import os, sqlite3, sys
from pathlib import Path
from jp20.vault import vault as module
from jp20.vault.vault import Author, open_vault

stop, what, folder = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
count = 0


class Counting(sqlite3.Connection):
    def execute(self, *arguments):
        step()
        return super().execute(*arguments)

    def executemany(self, *arguments):
        step()
        return super().executemany(*arguments)

    def commit(self):
        step()
        super().commit()


armed = False


def step():
    global count
    if armed:
        count += 1
        if count == stop:
            os.kill(os.getpid(), 9)


connect = sqlite3.connect
module.sqlite3.connect = lambda *a, **n: connect(*a, factory=Counting, **n)
vault = open_vault(folder, lambda: "correct horse battery")
armed = True
by = Author(3, "officer", "register", "WL-2")
if what == "put":
    vault.put(11, {"customer": "C-001", "name": "見本 改名"}, by)
if what == "new":
    vault.put(13, {"customer": "C-009", "name": "見本 三郎"}, by)
if what == "erase":
    vault.erase(11, by)
if what == "rotate":
    vault.rotate("staple staple staple", 16)
"""


@pytest.mark.parametrize("what", ["put", "new", "erase", "rotate"])
def test_a_kill_at_any_statement_leaves_the_vault_whole(tmp_path, what):
    """Killed before each statement in turn, until one run comes to its end."""
    create_vault(tmp_path / "first", PASSWORD, WORK)
    with opened(tmp_path / "first") as first:
        first.put(ALICE, HANAKO, BY)
        first.put(BOB, TARO, BY)
    outcomes = set()
    for stop in range(1, 60):
        folder = tmp_path / f"{stop}"
        shutil.copytree(tmp_path / "first", folder)
        code = subprocess.run(
            [sys.executable, "-c", KILLED, str(stop), what, str(folder)], timeout=120
        ).returncode
        outcomes.add(_whole(folder, what))
        if code == 0:
            break
        assert code == -9
    else:
        raise AssertionError("it never came to its end")
    assert outcomes == {"before", "after"}
    assert stop > 4


def _whole(folder, what):
    """Whether all is as before the killed operation or as after it, and usable."""
    try:
        vault = opened(folder)
    except WrongStorePassword:
        assert what == "rotate"
        with opened(folder, NEW_PASSWORD) as vault:
            assert vault.record(ALICE).fields == HANAKO
            assert vault.find("C-001") == (ALICE,)
        return "after"
    with vault:
        assert vault.record(BOB).fields == TARO
        assert vault.find("C-002") == (BOB,)
        if what == "erase" and vault.erasures():
            with pytest.raises(PersonErased):
                vault.record(ALICE)
            assert vault.find("C-001") == ()
            with sqlite3.connect(keys_file(folder)) as connection:
                assert connection.execute("SELECT count(*) FROM keys").fetchone() == (1,)
            connection.close()
            return "after"
        assert vault.record(ALICE).fields["customer"] == "C-001"
        if what == "new":
            is_there = 13 in vault.persons()
            # Done again it comes to the same.
            vault.put(13, {"customer": "C-009", "name": "見本 三郎"}, BY)
            assert vault.find("C-009") == (13,)
            return "after" if is_there else "before"
        if what == "put" and vault.record(ALICE).number == 2:
            assert vault.find("見本改名") == (ALICE,)
            return "after"
        if what == "put":
            assert vault.record(ALICE).fields == HANAKO
            assert vault.find("C-001") == (ALICE,)
        return "before"


def _put_many(folder, first):
    with open_vault(folder, lambda: PASSWORD) as vault:
        for person in range(first, first + 20):
            vault.put(person, {"customer": f"C-{person}", "name": "見本"}, BY)
            vault.put(500, {"customer": "C-500", "name": f"見本 {person}"}, BY)


def test_two_processes_write_at_once(folder):
    """20 persons each, and one person whom both write: 40 versions, one after the other."""
    context = multiprocessing.get_context("spawn")
    running = [context.Process(target=_put_many, args=(folder, first)) for first in (100, 200)]
    for each in running:
        each.start()
    for each in running:
        each.join(120)
    assert [each.exitcode for each in running] == [0, 0]
    with opened(folder) as vault:
        assert len(vault.persons()) == 41
        assert [each.number for each in vault.versions(500)] == [*range(1, 41)]
        assert vault.find("C-219") == (219,)
