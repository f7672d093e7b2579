"""`jp20 platform`, on a chain."""

import pytest
from running import Bad, done, run

BAD = [
    Bad("platform deploy", ("--yes", "again"), 2, "again"),
    Bad("platform deploy", ("--config", "no-such.toml"), 2, "no-such.toml"),
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
        "JP20Token",
    ]
    assert all(each["matches"] for each in shown["contracts"])
    assert len(shown["organisations"]) == 14
    assert shown["organisations"][0]["name"] == "ひいらぎ信託銀行"


def test_deploying_again_deploys_nothing(folder):
    file = folder / "deployments" / "31337.json"
    before = file.read_bytes()

    done("platform", "deploy", "--yes", folder=folder)

    assert file.read_bytes() == before


def test_without_a_terminal_and_without_yes_nothing_is_deployed(folder):
    ran = run("platform", "deploy", folder=folder)

    assert ran.code == 2
    assert "--yes" in ran.err
