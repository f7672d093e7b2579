"""`jp20 verify`: a file, its manifest and a node, nothing else."""

from collections.abc import Iterator

import pytest
from offering import Place, place_at
from running import Bad, done, run

from jp20.domain.base.text import Text

BAD = [
    Bad("verify", ("holders.csv",), 2, "--rpc"),
    Bad("verify", ("missing.csv", "--rpc", "{node}"), 2, "missing.csv"),
    Bad("verify", ("term-sheet.toml", "--rpc", "{node}"), 2, "term-sheet.toml.manifest.json"),
    Bad("verify", ("term-sheet.toml", "--rpc", "nowhere"), 2, "nowhere"),
]


@pytest.mark.requirement("G15")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_verify(bad, folder, node):
    arguments = tuple(each.format(node=node) for each in bad.arguments)
    Bad(bad.command, arguments, bad.code, bad.named).check(folder)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """VF-1: 100, 60 and 40 units delivered, and exported."""
    with place_at(tmp_path_factory.mktemp("verify") / "work") as found:
        found.issue("VF-1", 250)
        found.deliver("VF-1")
        done("register", "export", "VF-1", "holders.csv", folder=found.folder)
        yield found


@pytest.mark.requirement("G15", "G31")
def test_an_export_is_right_in_a_folder_without_settings(place, tmp_path):
    for each in place.folder.glob("holders.csv*"):
        (tmp_path / each.name).write_bytes(each.read_bytes())

    found = done("verify", "holders.csv", "--rpc", place.node, "--format", "json", folder=tmp_path)

    assert [(each["check"], each["outcome"]) for each in found.json["checks"]] == [
        ("bytes", "right"),
        ("block", "right"),
        ("signature", "not_checked"),
        ("content", "right"),
    ]
    assert Text("It is not signed.").en in found.out


@pytest.mark.requirement("G15", "G31")
def test_a_changed_file_ends_with_1_and_says_what_is_wrong(place, tmp_path):
    for each in place.folder.glob("holders.csv*"):
        (tmp_path / each.name).write_bytes(each.read_bytes().replace(b",100,", b",101,"))

    ran = run("verify", "holders.csv", "--rpc", place.node, "--format", "json", folder=tmp_path)

    assert ran.code == 1
    outcomes = {each["check"]: each["outcome"] for each in ran.json["checks"]}
    assert (outcomes["bytes"], outcomes["content"]) == ("wrong", "wrong")
