"""`jp20 token migrate`, on a chain of its own."""

import json
from pathlib import Path

import pytest
from running import Bad, done, run, settle

from jp20.chain.local import LocalChain

EXAMPLES = Path(__file__).parents[2] / "examples"

BAD = [
    Bad(
        "token migrate plan",
        ("JP20-NONE", "m.json", "--case", "MG-1", "--document", "none.pdf"),
        2,
        "none",
    ),
    Bad("token migrate apply", ("none.json", "--yes"), 2, "none.json"),
    Bad("token migrate apply", ("jp20.toml", "--yes"), 2, "jp20.toml"),
    Bad("token migrate show", ("none.json",), 2, "none.json"),
    Bad("token migrate prove", ("none.json",), 2, "none.json"),
]


@pytest.mark.requirement("G32")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_token_migrate(bad, folder):
    bad.check(folder)


@pytest.mark.requirement("G32")
def test_a_token_is_replaced_from_plan_to_proof(tmp_path: Path):
    with LocalChain("anvil") as chain:
        done("init", "work", folder=tmp_path)
        work = tmp_path / "work"
        settle(work, chain.network.url)
        done("platform", "deploy", "--yes", folder=work)
        (work / "minutes.txt").write_text("minutes of the board")
        evidence = ("--document", "minutes.txt")
        sheet = str(EXAMPLES / "term-sheets" / "real-estate.toml")
        done("token", "issue", sheet, "30000", "--case", "IS-1", *evidence, "--yes", folder=work)
        (code,) = [
            row["code"]
            for row in done("token", "list", "--format", "json", folder=work).json["tokens"]
        ]

        plan = ("token", "migrate", "plan", code, "m.json", "--case", "TM-1", *evidence)
        planned = done(*plan, "--format", "json", folder=work)
        # The issuer's account is the one that has units; the documents' words come by their slots.
        assert [row["done"] for row in planned.json["stages"]] == [0, 0, 0, 0, 0]
        assert [row["all"] for row in planned.json["stages"]][:3] == [1, 1, 1]
        assert run("token", "migrate", "prove", "m.json", folder=work).code == 1

        waits = run("token", "migrate", "apply", "m.json", "--yes", folder=work)
        assert waits.code == 6, waits.err
        chain.rpc("evm_increaseTime", 7 * 24 * 3_600)
        chain.rpc("evm_mine")
        done("token", "migrate", "apply", "m.json", "--yes", folder=work)

        shown = done("token", "migrate", "show", "m.json", "--format", "json", folder=work).json
        assert all(row["done"] == row["all"] for row in shown["stages"])
        proof = done("token", "migrate", "prove", "m.json", "--format", "json", folder=work).json
        assert proof["differences"] == []
        register = done("register", "show", code, "--format", "json", folder=work)
        assert "30000" in json.dumps(register.json)
