import os
from pathlib import Path

import pytest

from jp20.chain import new_files
from jp20.chain.new_files import (
    PRIVATE,
    CannotWrite,
    FileExists,
    write_new,
    write_new_together,
    write_over,
)


@pytest.fixture(params=["links", "no links"])
def disk(request, tmp_path, monkeypatch) -> Path:
    """A folder on a disk of either kind: a USB stick (FAT) knows no links."""
    if request.param == "no links":

        def refuse(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "link", refuse)
    return tmp_path


def test_a_new_file_is_there_whole_and_alone(disk):
    write_new(disk / "a", b"content")
    assert {file.name: file.read_bytes() for file in disk.iterdir()} == {"a": b"content"}
    assert (disk / "a").stat().st_mode & 0o777 == 0o644


def test_a_private_file_is_its_owners(disk):
    write_new(disk / "a", b"content", PRIVATE)
    assert (disk / "a").stat().st_mode & 0o777 == 0o600


def test_a_file_is_not_written_over(disk):
    (disk / "a").write_bytes(b"old")
    with pytest.raises(FileExists, match="exists already"):
        write_new(disk / "a", b"new")
    assert {file.name: file.read_bytes() for file in disk.iterdir()} == {"a": b"old"}


def test_a_link_to_nowhere_is_not_followed(disk):
    (disk / "a").symlink_to(disk / "elsewhere")
    with pytest.raises(FileExists):
        write_new(disk / "a", b"new")
    assert not (disk / "elsewhere").exists()


def test_a_file_takes_anothers_place(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    write_over(tmp_path / "a", b"new", PRIVATE)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"a": b"new"}
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("write", [write_new, write_over])
def test_a_disk_that_fails_leaves_nothing_behind(tmp_path, monkeypatch, write):
    (tmp_path / "old").write_bytes(b"old")

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(new_files.os, "fsync", fail)
    with pytest.raises(CannotWrite, match="disk is full"):
        write(tmp_path / ("old" if write is write_over else "new"), b"new")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"old": b"old"}


@pytest.mark.parametrize("write", [write_new, write_over])
def test_a_folder_that_is_not_there_says_so(tmp_path, write):
    with pytest.raises(CannotWrite, match="nowhere"):
        write(tmp_path / "nowhere" / "a", b"")


def test_files_that_belong_together_are_there_together(disk):
    write_new_together({disk / "a": b"export", disk / "b": b"manifest"})
    assert {file.name: file.read_bytes() for file in disk.iterdir()} == {
        "a": b"export",
        "b": b"manifest",
    }


@pytest.mark.parametrize("kept", ["a", "b"])
def test_where_one_of_them_is_there_none_is_written(disk, kept):
    (disk / kept).write_bytes(b"old")
    with pytest.raises(FileExists, match=kept):
        write_new_together({disk / "a": b"export", disk / "b": b"manifest"})
    assert {file.name: file.read_bytes() for file in disk.iterdir()} == {kept: b"old"}


def test_where_one_of_them_cannot_be_written_none_is(disk):
    with pytest.raises(CannotWrite, match="nowhere"):
        write_new_together({disk / "a": b"export", disk / "nowhere" / "b": b"manifest"})
    assert list(disk.iterdir()) == []


def test_where_another_program_was_first_the_others_are_taken_away(disk, monkeypatch):
    place = new_files._link

    def late(written: Path, file: Path, content: bytes, mode: int) -> None:
        if file.name == "b":
            file.write_bytes(b"another's")
        place(written, file, content, mode)

    monkeypatch.setattr(new_files, "_link", late)
    with pytest.raises(FileExists, match="b"):
        write_new_together({disk / "a": b"export", disk / "b": b"manifest"})
    assert {file.name: file.read_bytes() for file in disk.iterdir()} == {"b": b"another's"}
