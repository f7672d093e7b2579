"""`jp20 platform`, on a chain."""

import pytest
from running import Bad, done, run, settle

from jp20.chain.local import LocalChain
from jp20.domain.governance.deployment import CONTRACTS
from jp20.domain.governance.policy import Kind
from jp20.operations.governance import platform

BAD = [
    Bad("platform deploy", ("--yes", "again"), 2, "again"),
    Bad("platform deploy", ("--config", "no-such.toml"), 2, "no-such.toml"),
    Bad("platform check", ("all",), 2, "all"),
    Bad("platform show", ("--verbose",), 2, "--verbose"),
    Bad("platform show", ("--format", "xml"), 2, "xml"),
]


@pytest.mark.requirement("G17")
@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_platform(bad, folder):
    bad.check(folder)


@pytest.mark.requirement("G1", "S2")
def test_the_platform_is_shown_with_contracts_as_compiled_and_its_organisations(folder):
    shown = done("platform", "show", "--format", "json", folder=folder).json

    assert [each["contract"] for each in shown["contracts"]] == [
        "Consortium",
        "Platform",
        "JP20Servicing",
        "JP20Restraints",
        "JP20Enforcer",
        "JP20Terms",
        "JP20Takeover",
        "JP20Token",
        "Settlement",
    ]
    assert all(each["matches"] for each in shown["contracts"])
    assert len(shown["organisations"]) == 14
    assert shown["organisations"][0]["name"] == "ひいらぎ信託銀行"


@pytest.mark.requirement("G17", "S2")
def test_all_that_is_under_the_policy_is_what_the_deployment_file_knows(folder):
    checked = done("platform", "check", "--format", "json", folder=folder).json

    assert [(each["contract"], each["registered"]) for each in checked["targets"]][:3] == [
        ("Consortium", "founder"),
        ("Platform", "founder"),
        ("Settlement", "founder"),
    ]
    assert all(each["contract"] != "NOT KNOWN" for each in checked["targets"])
    assert checked["unknown_rules"] == []


@pytest.mark.requirement("G17", "S2")
def test_a_contract_that_the_founder_hid_is_named(tmp_path, monkeypatch):
    # given: a founder whose tool registers one contract more
    planned, hidden = platform._targets, []

    def with_one_more(deployment):
        hidden.append(deployment.creation_code.address)
        return (*planned(deployment), (hidden[-1], Kind.PLATFORM))

    with LocalChain("anvil") as connection:
        done("init", "work", folder=tmp_path)
        place = tmp_path / "work"
        settle(place, connection.network.url)
        with monkeypatch.context() as tool:
            tool.setattr(platform, "_targets", with_one_more)
            done("platform", "deploy", "--yes", folder=place)

        # when
        english = run("platform", "check", folder=place)
        japanese = run("platform", "check", "--lang", "ja", folder=place)

    # then
    assert (english.code, japanese.code) == (1, 1)
    assert f"what no file knows: {hidden[0]}" in english.err
    assert f"登録しています: {hidden[0]}" in japanese.err
    assert "NOT KNOWN" in english.out


def test_deploying_again_deploys_nothing(folder):
    file = folder / "deployments" / "31337.json"
    before = file.read_bytes()

    done("platform", "deploy", "--yes", folder=folder)

    assert file.read_bytes() == before


ON_THE_OLD_CHAIN = [
    ("platform", "show"),
    ("platform", "deploy", "--yes"),
    ("network", "check"),
    ("whitelist", "show", "0x845986566FA249D19A35293e0b5E20A108224C37"),
    ("token", "list"),
    ("requests", "list"),
    ("governance", "compare"),
    ("register", "check"),
    ("halt", "--yes"),
]


def test_after_a_restart_every_command_says_so_and_deploy_fresh_goes_on(tmp_path):
    work, chain = tmp_path / "work", LocalChain("anvil")
    done("init", "work", folder=tmp_path)
    settle(work, chain.network.url)
    with chain:
        done("platform", "deploy", "--yes", folder=work)
    before = (work / "deployments" / "31337.json").read_bytes()

    with LocalChain("anvil", port=chain.port):
        for command in ON_THE_OLD_CHAIN:
            ran = run(*command, folder=work)
            assert ran.code == 1, command
            assert "platform deploy --fresh" in ran.err, command
        done("platform", "deploy", "--yes", "--fresh", folder=work)
        done("network", "check", folder=work)
        shown = done("platform", "show", "--format", "json", folder=work).json
        assert [each["contract"] for each in shown["contracts"]] == list(CONTRACTS)
        done("halt", "--yes", folder=work)
        # With a platform that is there, --fresh puts nothing aside.
        done("platform", "deploy", "--yes", "--fresh", folder=work)

    kept = sorted(file.name for file in (work / "deployments").iterdir())
    assert kept == ["31337-before-1.json", "31337.json"]
    assert (work / "deployments" / "31337-before-1.json").read_bytes() == before


def test_without_a_terminal_and_without_yes_nothing_is_deployed(folder):
    ran = run("platform", "deploy", folder=folder)

    assert ran.code == 2
    assert "--yes" in ran.err
