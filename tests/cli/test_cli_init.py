"""`jp20 init`: the folder that everybody starts from."""

import subprocess
import tomllib

import pytest
from running import Bad, done, run

from jp20.cli.commands.init import EXAMPLES
from jp20.domain.files.settings import parse_settings

BAD = [
    Bad("init", (), 2, "FOLDER"),
    Bad("init", ("work", "--example", "gold-mine"), 2, "gold-mine"),
    Bad("init", ("work", "more"), 2, "more"),
    Bad("init", ("/dev/null/work",), 2, "/dev/null"),
]


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_init(bad, tmp_path):
    bad.check(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("example", "offering"),
    [("real-estate", "JP20-RE-0001"), ("qualified-bond", "JP20-BD-0001"), ("minimal", None)],
)
def test_a_folder_has_settings_policy_consortium_and_the_files_of_its_example(
    example, offering, tmp_path
):
    ran = done("init", "work", "--example", example, "--format", "json", folder=tmp_path)

    written = {file.name for file in (tmp_path / "work").iterdir()}
    named = {file["file"] for file in ran.json["files"]}
    assert named == {f"work/{name}" for name in written - {".gitignore"}}
    always = {"jp20.toml", "consortium.toml", "governance.toml", ".gitignore"}
    files = {"term-sheet.toml", "investors.csv", "allotments.csv"}
    documents = {"kyc-review.txt", "resolution.txt"}
    assert written == always | (files | documents if offering else set())
    settings = parse_settings((tmp_path / "work" / "jp20.toml").read_bytes(), "jp20.toml")
    assert settings.network.chain_id == 1337
    if offering:
        sheet = tomllib.loads((tmp_path / "work" / "term-sheet.toml").read_text("utf-8"))
        assert offering in str(sheet)


def test_nothing_is_written_where_one_of_the_files_is_there(tmp_path):
    mine = tmp_path / "work" / "governance.toml"
    mine.parent.mkdir()
    mine.write_text("mine")

    ran = run("init", "work", folder=tmp_path)

    assert ran.code == 2
    assert "governance.toml" in ran.err
    assert mine.read_text() == "mine"
    assert [file.name for file in mine.parent.iterdir()] == ["governance.toml"]


def test_a_working_folder_in_a_clone_is_nothing_to_git(tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)

    done("init", "any-name", "--example", "real-estate", folder=tmp_path)

    listed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=tmp_path, check=True, capture_output=True
    )
    assert listed.stdout == b""


def test_a_gitignore_that_is_there_is_not_written_over(tmp_path):
    mine = tmp_path / "work" / ".gitignore"
    mine.parent.mkdir()
    mine.write_text("mine")

    done("init", "work", folder=tmp_path)

    assert mine.read_text() == "mine"


def test_the_package_has_every_example_of_the_repository(tmp_path):
    repository = EXAMPLES.parents[2] / "examples"

    for file in repository.rglob("*"):
        if file.suffix in (".toml", ".csv", ".txt"):
            assert (EXAMPLES / file.relative_to(repository)).read_bytes() == file.read_bytes()
