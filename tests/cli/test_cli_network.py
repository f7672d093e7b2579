"""`jp20 network`: the nodes of the settings."""

import pytest
from running import Bad, done, run, settle

BAD = [
    Bad("network list", ("all",), 2, "all"),
    Bad("network list", ("--config", "no-such.toml"), 2, "no-such.toml"),
    Bad("network check", ("all",), 2, "all"),
    Bad("network check", ("--config", "no-such.toml"), 2, "no-such.toml"),
]


@pytest.mark.requirement("G16", "S8")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_network(bad, folder):
    bad.check(folder)


@pytest.fixture
def place(node, tmp_path):
    """A folder whose settings name a node that answers and one that does not."""
    done("init", "work", folder=tmp_path)
    settle(tmp_path / "work", f'{node}", "http://127.0.0.1:9')
    return tmp_path / "work"


def test_the_nodes_are_listed_without_asking_them(place, node):
    ran = done("network", "list", "--format", "json", folder=place)

    assert [each["node"] for each in ran.json["nodes"]] == [node, "http://127.0.0.1:9"]
    assert {each["chain_id"] for each in ran.json["nodes"]} == {31337}


@pytest.mark.requirement("G16")
def test_each_node_is_asked_and_one_that_is_down_makes_the_check_fail(place, node):
    ran = run("network", "check", "--format", "json", folder=place)

    assert ran.code == 1
    up, down = ran.json["nodes"]
    assert up["node"] == node
    assert up["usable"] is True
    assert up["chain_id"] == 31337
    assert up["version"].startswith("anvil")
    assert up["trouble"] is None
    assert down["usable"] is False
    assert "127.0.0.1:9" in down["trouble"]


@pytest.mark.requirement("G16")
def test_nodes_that_are_all_sound_end_with_zero(folder):
    assert "anvil" in done("network", "check", folder=folder).out


def test_a_node_of_another_chain_cannot_be_used(place):
    file = place / "jp20.toml"
    file.write_text(file.read_text("utf-8").replace("chain_id = 31337", "chain_id = 1337"), "utf-8")

    ran = run("network", "check", "--format", "json", folder=place)

    assert ran.code == 1
    assert "31337" in ran.json["nodes"][0]["trouble"]


@pytest.mark.requirement("G27")
def test_a_secret_in_the_settings_is_refused_and_not_repeated(place):
    file = place / "jp20.toml"
    file.write_text(file.read_text("utf-8") + '\n[network.access]\nbearer = "hunter2"\n', "utf-8")

    ran = run("network", "check", folder=place)

    assert ran.code == 2
    assert "network.access.bearer" in ran.err
    assert "hunter2" not in ran.err
