"""`jp20 network` on a network file: plan, init, unstick, validators. What needs nodes that run is
in tests/network.
"""

import shutil
import stat
from pathlib import Path

import pytest
from running import Bad, done, run

EXAMPLE = Path(__file__).parents[2] / "examples" / "network.toml"
PASSWORD = {"VALIDATOR_PASSWORD": "made up for a test"}
FROM = ("--password", "env:VALIDATOR_PASSWORD")

BAD = [
    Bad("network plan", (), 2, "network.toml"),
    Bad("network plan", ("--network", "no-such.toml"), 2, "no-such.toml"),
    Bad("network init", ("node-1",), 2, "network.toml"),
    Bad("network init", (), 2, "NODE"),
    Bad("network unstick", ("node-1",), 2, "network.toml"),
    Bad("network validators list", ("--node", "node-1"), 2, "network.toml"),
    Bad("network validators list", (), 2, "--node"),
    Bad("network validators votes", ("--node", "node-1"), 2, "network.toml"),
    Bad("network validators propose", ("0x12", "--node", "node-1"), 2, "network.toml"),
    Bad("network validators drop", ("0x12", "--node", "node-1"), 2, "network.toml"),
    Bad("network validators withdraw", ("0x12", "--node", "node-1"), 2, "network.toml"),
]


@pytest.mark.requirement("S8")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_network_on_a_file(bad, folder):
    bad.check(folder)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the example's network file."""
    shutil.copy(EXAMPLE, tmp_path / "network.toml")
    return tmp_path


def put(place: Path, name: str, lines: str) -> None:
    """Writes a node's public part into the network file."""
    file = place / "network.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace(f'name = "{name}"\n', f'name = "{name}"\n{lines}'), "utf-8")


NODES = ("hokushin-1", "minamikaze-1", "tori-1", "seirei-1")


@pytest.mark.requirement("S8")
def test_the_plan_says_who_gets_what_and_what_is_missing(place):
    ran = done("network", "plan", "--format", "json", folder=place)

    assert [each["node"] for each in ran.json["nodes"]] == list(NODES)
    assert {each["known"] for each in ran.json["nodes"]} == {False}
    assert ran.json["nodes"][0]["organisation"] == "北辰データ"
    network = ran.json["network"]
    assert (network["chain_id"], network["validators"], network["tolerated"]) == (20260, 4, 1)
    assert network["genesis"] is None
    assert "jp20 network init" in ran.err
    assert [each.name for each in place.iterdir()] == ["network.toml"]


@pytest.mark.requirement("S8", "G26")
@pytest.mark.parametrize("consensus", ["clique", "besu-qbft", "goquorum-qbft"])
def test_the_plan_warns_of_a_client_that_nobody_maintains(place, consensus):
    file = place / "network.toml"
    file.write_text(file.read_text("utf-8").replace('"besu-qbft"', f'"{consensus}"', 1), "utf-8")

    ran = done("network", "plan", folder=place)

    assert ("GoQuorum's publisher ended its support" in ran.err) == (consensus == "goquorum-qbft")


@pytest.mark.requirement("S3", "S8", "G27")
def test_four_organisations_set_a_chain_up_from_nothing(place):
    """Besu's form here; Clique's is run in tests/network."""
    first = [done("network", "init", name, "--format", "json", folder=place) for name in NODES]
    for ran, name in zip(first, NODES, strict=True):
        assert "network.toml" in ran.err
        put(place, name, ran.json["public"]["toml"].split("validator")[0])
    assert not (place / "common").exists()

    again = [done("network", "init", name, "--format", "json", folder=place) for name in NODES]
    genesis = done("network", "plan", "--format", "json", folder=place).json["network"]["genesis"]

    for ran, before in zip(again, first, strict=True):
        assert ran.json["public"] == before.json["public"]
        assert genesis in ran.err
    listed = {each.relative_to(place).as_posix() for each in place.rglob("*") if each.is_file()}
    assert {"common/genesis.json", "common/static-nodes.json", "common/validators.json"} <= listed
    assert {f"{name}/{file}" for name in NODES for file in ("nodekey", "config.toml")} <= listed
    key = place / "tori-1" / "nodekey"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    # No node's folder has another's secret, and neither has the common one.
    secrets = {name: (place / name / "nodekey").read_text() for name in NODES}
    assert len(set(secrets.values())) == 4
    for file in (each for each in place.rglob("*") if each.is_file()):
        for name, secret in secrets.items():
            if file != place / name / "nodekey":
                assert secret not in file.read_text("utf-8")

    third = done("network", "init", "tori-1", "--format", "json", folder=place)

    assert {each["change"] for each in third.json["files"]} == {"unchanged"}


@pytest.mark.requirement("G27")
def test_the_validators_key_of_clique_is_encrypted(place):
    clique(place)

    ran = done("network", "init", "tori-1", *FROM, "--format", "json", folder=place, **PASSWORD)

    keystore = place / "tori-1" / "keystore" / "validator.json"
    assert stat.S_IMODE(keystore.stat().st_mode) == 0o600
    assert "scrypt" in keystore.read_text()
    assert ran.json["public"]["validator"][2:] in keystore.read_text()
    assert f'validator = "{ran.json["public"]["validator"]}"' in ran.json["public"]["toml"]
    # Once made, the password is not asked for again.
    assert done("network", "init", "tori-1", folder=place).code == 0


def test_a_validator_without_a_password_is_not_made(place):
    clique(place)

    ran = run("network", "init", "tori-1", folder=place)

    assert ran.code == 2
    assert "password" in ran.err
    assert not (place / "tori-1" / "keystore" / "validator.json").exists()


def test_a_node_that_is_not_in_the_file_is_refused(place):
    for command in (
        ("init", "nobody-1"),
        ("unstick", "nobody-1"),
        ("validators", "list", "--node", "nobody-1"),
        ("validators", "drop", "tori-1", "--node", "nobody-1", "--yes"),
    ):
        ran = run("network", *command, folder=place)
        assert ran.code == 1
        assert "nobody-1" in ran.err
        assert "hokushin-1" in ran.err


@pytest.mark.requirement("G27")
def test_a_key_that_is_not_the_files_is_refused_and_kept(place):
    public = done("network", "init", "tori-1", "--format", "json", folder=place).json["public"]
    other = done("network", "init", "seirei-1", "--format", "json", folder=place).json["public"]
    put(place, "tori-1", f'node_id = "{other["node_id"]}"\n')
    key = (place / "tori-1" / "nodekey").read_text()

    ran = run("network", "init", "tori-1", folder=place)

    assert ran.code == 1
    assert public["node_id"] in ran.err
    assert (place / "tori-1" / "nodekey").read_text() == key


def test_a_key_file_that_holds_none_is_refused_and_kept(place):
    (place / "tori-1").mkdir()
    (place / "tori-1" / "nodekey").write_text("what was here")

    ran = run("network", "init", "tori-1", folder=place)

    assert ran.code == 1
    assert "nodekey" in ran.err
    assert (place / "tori-1" / "nodekey").read_text() == "what was here"


@pytest.mark.requirement("S8")
def test_the_first_block_of_a_chain_that_has_begun_is_not_made_anew(place):
    """An organisation joins: the file has five validators, the first block had four."""
    for name in NODES:
        ran = done("network", "init", name, "--format", "json", folder=place)
        put(place, name, ran.json["public"]["toml"].split("validator")[0])
    done("network", "init", "tori-1", folder=place)
    began = done("network", "plan", "--format", "json", folder=place).json["network"]["genesis"]
    block = (place / "common" / "genesis.json").read_bytes()
    file = place / "network.toml"
    joins = '[[organisations]]\nname = "中洲"\n[[organisations.nodes]]\nname = "nakasu-1"\n'
    joins += 'host = "192.0.2.15"\np2p = 30303\nrpc = 8545\n'
    file.write_text(file.read_text("utf-8") + joins, "utf-8")
    ran = done("network", "init", "nakasu-1", "--format", "json", folder=place)
    put(place, "nakasu-1", ran.json["public"]["toml"].split("validator")[0])

    # The file does not say yet that the chain has begun, and would give another first block.
    ran = run("network", "init", "nakasu-1", folder=place)
    assert ran.code == 1
    assert "genesis.json" in ran.err
    assert began in ran.err
    # It says so, but the first block is not here.
    text = file.read_text("utf-8")
    file.write_text(text.replace("gas_limit =", f'genesis = "{began}"\ngas_limit =', 1), "utf-8")
    (place / "common" / "genesis.json").unlink()
    ran = run("network", "init", "nakasu-1", folder=place)
    assert ran.code == 1
    assert "genesis.json" in ran.err
    # It was copied from another organisation.
    (place / "common" / "genesis.json").write_bytes(block)
    done("network", "init", "nakasu-1", folder=place)
    assert (place / "common" / "genesis.json").read_bytes() == block
    peers = (place / "common" / "static-nodes.json").read_text()
    assert peers.count("enode://") == 5


def test_a_first_block_that_was_tampered_with_is_refused(place):
    for name in NODES:
        ran = done("network", "init", name, "--format", "json", folder=place)
        put(place, name, ran.json["public"]["toml"].split("validator")[0])
    done("network", "init", "tori-1", folder=place)
    file = place / "common" / "genesis.json"
    for changed in (file.read_text().replace('"0xbebc200"', '"0xbebc201"'), "{}", "no JSON"):
        file.write_text(changed)

        ran = run("network", "init", "tori-1", folder=place)

        assert ran.code == 1
        assert "genesis.json" in ran.err
        assert file.read_text() == changed


def test_the_operators_channel_of_a_node_that_does_not_run(place):
    for name in NODES:
        ran = done("network", "init", name, "--format", "json", folder=place)
        put(place, name, ran.json["public"]["toml"].split("validator")[0])
    for command in (
        ("validators", "list", "--node", "tori-1"),
        ("validators", "votes", "--node", "tori-1"),
        ("validators", "drop", "seirei-1", "--node", "tori-1", "--yes"),
        ("validators", "withdraw", "seirei-1", "--node", "tori-1"),
    ):
        ran = run("network", *command, folder=place)
        assert ran.code == 1
        assert "127.0.0.1" in ran.err


def test_unstick_is_for_clique_only(place):
    ran = run("network", "unstick", "tori-1", folder=place)

    assert ran.code == 1
    assert "Clique" in ran.err


def test_a_vote_is_not_cast_without_being_confirmed(place):
    for name in NODES:
        ran = done("network", "init", name, "--format", "json", folder=place)
        put(place, name, ran.json["public"]["toml"].split("validator")[0])

    ran = run("network", "validators", "drop", "seirei-1", "--node", "tori-1", folder=place)

    assert ran.code == 2
    assert "--yes" in ran.err


def clique(place: Path) -> None:
    file = place / "network.toml"
    file.write_text(file.read_text("utf-8").replace('"besu-qbft"', '"clique"', 1), "utf-8")
