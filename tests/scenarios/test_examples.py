"""The files that everybody starts from are in order."""

import tomllib
from collections import Counter

import pytest
from world import EXAMPLES, KEYS, make_applicants

from jp20.domain.base.addresses import parse_address
from jp20.domain.base.roles import Role
from jp20.domain.governance.policy import Organisation, unmet
from jp20.domain.investors.investors import InvestorClass, parse_investors
from jp20.domain.plans.allotments import parse_allotments
from jp20.operations.files.inputs import load_consortium, load_policy, load_term_sheet

NOW = 1_790_000_000  # September 2026


@pytest.mark.parametrize("file", make_applicants.files(), ids=lambda file: file.parent.name)
def test_the_generator_gives_the_committed_bytes(file):
    assert file.read_bytes() == make_applicants.files()[file]


@pytest.mark.requirement("G7", "G18")
def test_1212_applicants_of_whom_12_fail_kyc():
    file = EXAMPLES / "real-estate" / "investors.csv"

    found = parse_investors(file.read_bytes(), file.name, NOW)

    assert len(file.read_text().splitlines()) == 1 + 1_212
    assert len(found.investors) == 1_200
    assert [fault.line for fault in found.faults] == sorted({f.line for f in found.faults})
    assert Counter(fault.field for fault in found.faults) == {
        "kyc_expiry": 5,
        "residency": 2,
        "class": 1,
        "class_expiry": 1,
        "wallet": 3,
    }


@pytest.mark.requirement("G2")
def test_the_allotment_is_1100_times_20_and_80_times_50_and_20_times_200():
    folder = EXAMPLES / "real-estate"
    investors = parse_investors((folder / "investors.csv").read_bytes(), "i", NOW).investors
    wallets = {each.reference: each.wallets[0] for each in investors}

    found = parse_allotments((folder / "allotments.csv").read_bytes(), "a", wallets)

    assert found.faults == ()
    assert Counter(row.units for row in found.allotments) == {20: 1_100, 50: 80, 200: 20}
    assert found.total == 30_000  # 22,000 + 4,000 + 4,000
    institutions = {
        each.wallets[0]
        for each in investors
        if each.investor_class == InvestorClass.QUALIFIED_INSTITUTION
    }
    assert institutions == {row.wallet for row in found.allotments if row.units == 200}


def test_the_bond_has_seven_qualified_holders():
    folder = EXAMPLES / "qualified-bond"
    investors = parse_investors((folder / "investors.csv").read_bytes(), "i", NOW).sound()
    wallets = {each.reference: each.wallets[0] for each in investors}

    found = parse_allotments((folder / "allotments.csv").read_bytes(), "a", wallets).sound()

    assert [row.units for row in found] == [60, 40, 30, 30, 20, 10, 10]
    assert {each.investor_class for each in investors[:7]} == {InvestorClass.QUALIFIED_INSTITUTION}


@pytest.mark.requirement("S2", "S3", "G17")
def test_the_consortium_can_decide_every_act_of_the_shipped_policy():
    organisations = load_consortium(EXAMPLES / "consortium.toml").organisations
    policy = load_policy(EXAMPLES / "governance.toml")

    numbered = [Organisation(n, frozenset(e.roles)) for n, e in enumerate(organisations, 1)]

    assert unmet(policy, numbered) == ()
    assert {role for each in organisations for role in each.roles} == set(Role)
    # One validator down, three go on (S8): four of them, and no power besides.
    assert sum(list(each.roles) == [Role.VALIDATOR] for each in organisations) == 4


def test_all_keys_of_the_consortium_and_the_issuers_accounts_are_development_accounts():
    consortium = load_consortium(EXAMPLES / "consortium.toml")
    keys = [key for each in consortium.organisations for key in each.keys]
    sheets = [load_term_sheet(file) for file in (EXAMPLES / "term-sheets").glob("*.toml")]

    used = [consortium.founder, *keys, *(sheet.terms.issuer_account for sheet in sheets)]

    assert len(used) == len(set(used))
    assert set(used) <= set(KEYS)


def test_the_case_files_speak_of_investors_of_the_offering():
    investors = parse_investors(
        (EXAMPLES / "real-estate" / "investors.csv").read_bytes(), "i", NOW
    ).investors
    registered = {wallet for each in investors for wallet in each.wallets}
    registered.add(make_applicants.wallet_of("K1-0006 new wallet"))

    named = {
        address
        for file in (EXAMPLES / "administer").glob("*.toml")
        for address in addresses(tomllib.loads(file.read_text()))
    }

    assert named
    assert named <= registered


def addresses(value):
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from addresses(each)
    elif isinstance(value, str) and value.startswith("0x"):
        yield parse_address(value)
