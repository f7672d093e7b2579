"""`jp20 governance`: the policy on file, on the chain, and changed through itself."""

from contextlib import closing
from pathlib import Path

import pytest
from coincurve import PrivateKey
from eth_account.hdaccount import key_from_seed, seed_from_mnemonic
from running import Bad, done, run, settle

from jp20.chain.local import LocalChain
from jp20.chain.rpc.connection import connect
from jp20.chain.signing.keystores import write_keystore
from jp20.chain.signing.passwords import password_file
from jp20.chain.signing.signers import DEVELOPMENT_MNEMONIC
from jp20.operations.files.inputs import SHIPPED_POLICY

BAD = [
    Bad("governance show", ("no-such.toml",), 2, "no-such.toml"),
    Bad("governance show", ("jp20.toml",), 2, "jp20.toml"),
    Bad("governance compare", ("no-such.toml",), 2, "no-such.toml"),
    Bad("governance compare", ("investors.csv",), 2, "investors.csv"),
    Bad("governance propose", (), 2, "FILE"),
    Bad("governance propose", ("governance.toml",), 2, "--case"),
    Bad("governance propose", ("no-such.toml", "--case", "G-1"), 2, "no-such.toml"),
    Bad("governance propose", ("jp20.toml", "--case", "G-1"), 2, "jp20.toml"),
    Bad("governance propose", ("governance.toml", "--case", "案件"), 2, "案件"),
    Bad("governance overdue", ("now",), 2, "now"),
    Bad("governance powers", ("governance.toml",), 2, "governance.toml"),
    Bad("governance powers", ("--file", "no-such.toml"), 2, "no-such.toml"),
    Bad("governance powers", ("--consortium", "governance.toml"), 2, "governance.toml"),
]

SHIPPED = SHIPPED_POLICY.read_text("utf-8")


@pytest.mark.requirement("G17")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_governance(bad, folder):
    bad.check(folder)


@pytest.mark.requirement("G17")
def test_the_matrix_is_shown_without_a_chain_or_a_folder(tmp_path):
    english = done("governance", "show", folder=tmp_path).out
    japanese = done("governance", "show", "--lang", "ja", folder=tmp_path).out

    assert "forced transfer" in english
    assert "強制移転" in japanese


@pytest.mark.requirement("G17")
def test_the_chain_has_the_policy_with_which_it_was_set_up(folder):
    ran = done("governance", "compare", "--format", "json", folder=folder)

    assert ran.json == {"differences": []}
    on_chain = done("governance", "show", "--chain", "--format", "json", folder=folder).json
    assert on_chain == done("governance", "show", "--format", "json", folder=folder).json


@pytest.mark.requirement("G17")
def test_a_difference_names_the_function_and_both_rules(folder, tmp_path):
    # By this file requests live a day less.
    stricter = tmp_path / "stricter.toml"
    stricter.write_text(SHIPPED.replace('lifetime = "7d"', 'lifetime = "6d"', 1), "utf-8")

    ran = run("governance", "compare", str(stricter), "--format", "json", folder=folder)

    assert ran.code == 1
    issue = next(d for d in ran.json["differences"] if d["function"] == "issue(uint256)")
    assert issue["file"].endswith("6d")
    assert issue["chain"].endswith("7d")


@pytest.mark.requirement("G17")
def test_nothing_is_overdue_on_a_new_platform(folder):
    assert done("governance", "overdue", "--format", "json", folder=folder).json == {"overdue": []}


@pytest.mark.requirement("G17", "S3")
def test_the_powers_on_the_chain_are_those_of_the_files_before_deployment(tmp_path):
    # A platform without tokens: the one issuer and the one registrar will be those of every token.
    done("init", "work", folder=tmp_path)
    folder = tmp_path / "work"
    files = ("--file", "governance.toml", "--consortium", "consortium.toml")
    with LocalChain("anvil") as chain:
        settle(folder, chain.network.url)
        done("platform", "deploy", "--yes", folder=folder)
        shown = done("governance", "powers", "--format", "json", folder=folder)
    on_chain = shown.json["powers"]
    before = done("governance", "powers", *files, "--format", "json", folder=folder).json["powers"]

    assert sorted(map(str, on_chain)) == sorted(map(str, before))
    assert {
        "size": 1,
        "organisations": "あかし危機管理",
        "contract": "platform",
        "acts": "halt everything",
        "parties": None,
    } in on_chain
    assert {
        "size": 3,
        "organisations": "ひいらぎ信託銀行 + 港南リアルティ + かがみ本人確認",
        "contract": "token",
        "acts": "forced transfer, reverse a transfer (chargeback)",
        "parties": "双葉監査法人",
    } in on_chain


@pytest.mark.requirement("G17")
def test_the_powers_are_shown_in_the_readers_language_with_their_delay(folder):
    shown = done("governance", "powers", "--lang", "ja", folder=folder).out

    assert "自組織の鍵の交換 (24h)" in shown
    assert "他の組織なしに" in shown


@pytest.mark.requirement("G17")
def test_a_policy_without_change_is_not_proposed(folder):
    ran = done("governance", "propose", "governance.toml", "--case", "G-0", folder=folder)

    assert "has the file's policy" in ran.err


@pytest.mark.requirement("G17")
def test_a_policy_that_nobody_could_carry_out_is_refused(folder, tmp_path):
    # The validators hold no other role: two signatures of KYC need two organisations with it.
    impossible = tmp_path / "impossible.toml"
    impossible.write_text(
        SHIPPED.replace('signatures = [["KYC"], ["AML"]]', 'signatures = [["KYC"], ["KYC"]]', 1),
        "utf-8",
    )
    assert impossible.read_text("utf-8") != SHIPPED

    ran = run("governance", "propose", str(impossible), "--case", "G-1", "--yes", folder=folder)

    assert ran.code == 1
    assert "KYC" in ran.err


@pytest.mark.requirement("G17", "S3")
def test_the_policy_is_changed_through_itself_after_its_delay(tmp_path: Path):
    # given: a platform of its own, and a policy by which units are issued a day later
    with LocalChain("anvil") as connection:
        done("init", "work", folder=tmp_path)
        place = tmp_path / "work"
        settle(place, connection.network.url)
        done("platform", "deploy", "--yes", folder=place)
        changed = place / "changed.toml"
        policy = SHIPPED.replace(
            "[token.acts.split]\n", '[token.acts.split]\nlifetime = "30d"\n', 1
        )
        assert policy != SHIPPED
        changed.write_text(policy, "utf-8")
        propose = ("governance", "propose", "changed.toml", "--case", "GOV-1", "--yes")

        # when: everybody has signed, it waits for a week
        ran = run(*propose, folder=place)
        assert ran.code == 6
        assert run("governance", "compare", "changed.toml", folder=place).code == 1
        with closing(connect(connection.network)) as chain:
            chain.rpc("evm_increaseTime", 7 * 24 * 3600)
            chain.rpc("evm_mine")

        # then: run again it is carried out, and once only
        steps = done(*propose, "--format", "json", folder=place).json["steps"]
        assert [step["step"] for step in steps] == ["executed"]
        done("governance", "compare", "changed.toml", folder=place)
        assert "has the file's policy" in done(*propose, folder=place).err


@pytest.mark.requirement("G17", "S3", "G13")
def test_four_organisations_each_with_its_own_folder_and_key_change_the_policy(tmp_path: Path):
    # given: operator, audit firm, trust bank and broker, each with a keystore of its own
    with LocalChain("anvil") as connection:
        url = connection.network.url
        places = [organisation(tmp_path / name, url, key) for name, key in ORGANISATIONS]
        founder = tmp_path / "founder"
        done("init", str(founder))
        settle(founder, url)
        done("platform", "deploy", "--yes", folder=founder)
        for place in places:
            (place / "deployments").mkdir()
            file = place / "deployments" / "31337.json"
            file.write_bytes((founder / "deployments" / "31337.json").read_bytes())
            (place / "changed.toml").write_text(
                SHIPPED.replace(
                    "[token.acts.split]\n", '[token.acts.split]\nlifetime = "30d"\n', 1
                ),
                "utf-8",
            )
        operator, auditor, trust_bank, broker = places
        propose = ("governance", "propose", "changed.toml", "--case", "GOV-2", "--yes")

        # when: each runs the same in turn
        first = run(*propose, folder=operator)
        second = run(*propose, folder=auditor)
        third = run(*propose, folder=trust_bank)
        fourth = run(*propose, folder=broker)

        # then: each is told for whom it waits, or until when, and the operator carries it out
        assert (first.code, second.code, third.code, fourth.code) == (6, 6, 6, 6)
        assert "AUDITOR" in first.err
        assert "REGISTRAR" in second.err
        assert "BROKER" in third.err
        connection.rpc("evm_increaseTime", 7 * 24 * 3600)
        connection.rpc("evm_mine")
        steps = done(*propose, "--format", "json", folder=operator).json["steps"]
        assert [(step["step"], step["organisation"]) for step in steps] == [
            ("executed", "いぶきシステム")
        ]
        done("governance", "compare", "changed.toml", folder=broker)


# The places of their keys among the development accounts (examples/consortium.toml).
ORGANISATIONS = (("operator", 1), ("auditor", 6), ("trust bank", 2), ("broker", 3))


def organisation(place: Path, url: str, account: int) -> Path:
    """A working folder whose only key is that of a development account, in a keystore."""
    done("init", str(place))
    settle(place, url)
    (place / "password").write_text("a long enough password")
    (place / "password").chmod(0o600)
    seed = seed_from_mnemonic(DEVELOPMENT_MNEMONIC, "")
    key = PrivateKey(key_from_seed(seed, f"m/44'/60'/0'/0/{account}"))
    write_keystore(place / "key.json", key, password_file(place / "password"))
    file = place / "jp20.toml"
    file.write_text(
        file.read_text("utf-8").replace(
            "\ndevelopment = true\n", '\nkeystore = "key.json"\npassword = "file:password"\n'
        ),
        "utf-8",
    )
    return place
