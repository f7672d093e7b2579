"""`jp20 platform migrate`, on a chain of its own."""

import json
from pathlib import Path

import pytest
from running import Bad, done, run, settle

from jp20.chain.local import LocalChain

BAD = [
    Bad("platform migrate plan", ("m.json", "--case", "MG-1", "--document", "none.pdf"), 2, "none"),
    Bad("platform migrate apply", ("none.json", "--yes"), 2, "none.json"),
    Bad("platform migrate apply", ("jp20.toml", "--yes"), 2, "jp20.toml"),
    Bad("platform migrate show", ("none.json",), 2, "none.json"),
    Bad("platform migrate prove", ("none.json",), 2, "none.json"),
]


@pytest.mark.requirement("G32")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_platform_migrate(bad, folder):
    bad.check(folder)


@pytest.mark.requirement("G12", "G32")
def test_a_platform_is_replaced_from_plan_to_proof(tmp_path: Path):
    with LocalChain("anvil") as chain:
        done("init", "work", folder=tmp_path)
        work = tmp_path / "work"
        settle(work, chain.network.url)
        done("platform", "deploy", "--yes", folder=work)
        (work / "minutes.txt").write_text("minutes of the board")
        evidence = ("--case", "MG-1", "--document", "minutes.txt")
        before = json.loads((work / "deployments" / "31337.json").read_text())

        planned = done(
            "platform", "migrate", "plan", "m.json", *evidence, "--format", "json", folder=work
        )
        assert [row["done"] for row in planned.json["stages"]] == [3, 0, 0, 0, 0, 0]

        waits = run("platform", "migrate", "apply", "m.json", "--yes", folder=work)
        # All nine are there, and signed; the registration's delay runs.
        assert waits.code == 6, waits.err
        shown = done("platform", "migrate", "show", "m.json", "--format", "json", folder=work)
        assert [row["done"] for row in shown.json["stages"]] == [9, 0, 0, 0, 0, 0]

        # Registration, version and appointment wait 7 days each. There is no token to adopt.
        ran = waits
        for _ in range(3):
            assert ran.code == 6, ran.err
            chain.rpc("evm_increaseTime", 7 * 24 * 3_600)
            chain.rpc("evm_mine")
            ran = run("platform", "migrate", "apply", "m.json", "--yes", folder=work)
        assert ran.code == 0, ran.err

        after = json.loads((work / "deployments" / "31337.json").read_text())
        assert after["contracts"]["Platform"] != before["contracts"]["Platform"]
        proof = done("platform", "migrate", "prove", "m.json", "--format", "json", folder=work).json
        assert proof["differences"] == []
        contracts = done("platform", "show", "--format", "json", folder=work).json["contracts"]
        assert all(each["matches"] for each in contracts)
        # One stop: the new platform's is the old one's.
        done("halt", "--yes", folder=work)
        assert run("platform", "migrate", "prove", "m.json", folder=work).code == 0
