"""What groups of organisations can decide with nobody else, beside what was worked out by hand."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.domain.governance.consortium_file import parse_consortium
from jp20.domain.governance.policy import Kind, Organisation, Rule
from jp20.domain.governance.policy_file import functions_of, parse_governance
from jp20.domain.governance.powers import (
    Place,
    Power,
    RuledAct,
    acts_of,
    places_before_deployment,
    powers,
    tokens_to_come,
)

EXAMPLE = Path(__file__).parents[3] / "examples" / "consortium.toml"
CARRIED = {
    Kind.CONSORTIUM: "Consortium",
    Kind.PLATFORM: "Platform",
    Kind.TOKEN: "IJP20Token",
    Kind.SETTLEMENT: "Settlement",
}

# The organisations of examples/consortium.toml.
BANK, MINATO, AOBADAI, ISSUER, AUDITOR, KYC, AML, OPERATOR, EMERGENCY, PAYING = range(1, 11)
VALIDATORS = {11, 12, 13, 14}

# By hand from governance.toml, act by act: who of these fills each slot, proposes and executes.
# Whoever exchanges an own key (any organisation, and the operator or the auditor) is left out.
ALONE = {
    (BANK,): "confirm-suspension approve-transfer reject-transfer confirm-freeze pause",
    (MINATO,): "confirm-payment",
    (AOBADAI,): "confirm-payment",
    (ISSUER,): "approve-transfer reject-transfer pause",
    (AUDITOR,): "confirm-suspension confirm-freeze pause",
    (KYC,): "renew reclassify",
    (AML,): "suspend-at-once freeze-at-once",
    (EMERGENCY,): "halt pause",
    (PAYING,): "confirm-receipt",
    (BANK, MINATO): "record-transfer pledge",
    (BANK, AOBADAI): "record-transfer pledge",
    (BANK, ISSUER): "create-token issue lock-up record-date document",
    (BANK, AUDITOR): "reinstate freeze unfreeze attachment",
    (BANK, KYC): "retire-wallet",
    (BANK, AML): "suspend reinstate freeze unfreeze",
    (AUDITOR, AML): "suspend reinstate freeze unfreeze",
    (KYC, AML): "whitelist retire-wallet",
    (BANK, MINATO, ISSUER): "distribute split record-succession",
    (BANK, AOBADAI, ISSUER): "distribute split record-succession",
    (BANK, MINATO, AUDITOR): "record-succession release-pledge reverse redistribute unpause reopen",
    (BANK, AOBADAI, AUDITOR): "record-succession release-pledge reverse redistribute unpause "
    "reopen",
    (BANK, MINATO, KYC): "move-position",
    (BANK, AOBADAI, KYC): "move-position",
    (BANK, MINATO, PAYING): "release-pledge",
    (BANK, AOBADAI, PAYING): "release-pledge",
    (BANK, ISSUER, AUDITOR): "shorten-lock-up forced-transfer reverse unpause "
    "change-terms close-for-successor reopen take-over",
    (BANK, ISSUER, PAYING): "redeem",
    (BANK, AUDITOR, AML): "forced-transfer reverse",
    (BANK, AUDITOR, OPERATOR): "remove-organisation revoke-key revoke-role retire-version",
    (MINATO, AUDITOR, AML): "reverse",
    (AOBADAI, AUDITOR, AML): "reverse",
    (MINATO, AUDITOR, OPERATOR): "remove-organisation revoke-key revoke-role retire-version",
    (AOBADAI, AUDITOR, OPERATOR): "remove-organisation revoke-key revoke-role retire-version",
    (ISSUER, AUDITOR, AML): "reverse",
}

# The KYC office in the place of the only auditor or the only registrar, if they are parties.
STANDING_IN = {
    (BANK, KYC): ("attachment", (AUDITOR,)),
    (AUDITOR, KYC): ("attachment", (BANK,)),
}

NEVER_BY_TWO = {
    "forced-transfer",
    "forced-redemption",
    "reverse",
    "redistribute",
    "move-position",
    "record-succession",
    "release-pledge",
    "redeem",
    "split",
    "distribute",
    "shorten-lock-up",
    "unpause",
    "reopen",
    "resume",
}

# What could rewrite the other rows, and what takes the holders' units alone by four.
NEVER_BY_THREE = {
    "add-organisation",
    "add-key",
    "replace-key",
    "transfer-role",
    "grant-role",
    "register-target",
    "unregister-target",
    "set-rules",
    "remove-rule",
    "approve-version",
    "appoint-successor",
    "adopt-tokens",
    "set-authority",
    "forced-redemption",
    "resume",
}


@pytest.fixture(scope="module")
def shipped() -> tuple[Power, ...]:
    data = files("jp20")
    functions = {
        kind: functions_of(json.loads((data / "contracts" / f"{name}.json").read_text())["abi"])
        for kind, name in CARRIED.items()
    }
    policy = parse_governance(
        (data / "data" / "governance.toml").read_bytes(), "governance.toml", functions
    )
    consortium = parse_consortium(EXAMPLE.read_bytes(), EXAMPLE.name)
    names = dict(enumerate((each.name for each in consortium.organisations), 1))
    return powers(acts_of(policy), places_before_deployment(consortium.members, names))


def by_group(found: list[Power]) -> dict[tuple[int, ...], set[str]]:
    groups: dict[tuple[int, ...], set[str]] = {}
    for power in found:
        groups.setdefault(power.organisations, set()).add(power.act.key)
    return groups


@pytest.mark.requirement("G17", "S3")
def test_the_powers_by_the_shipped_files_are_those_worked_out_by_hand(shipped):
    found = [each for each in shipped if not each.parties and each.act.key != "rotate-key"]

    assert by_group(found) == {group: set(acts.split()) for group, acts in ALONE.items()}


@pytest.mark.requirement("G17", "S3", "G27")
def test_an_own_key_is_exchanged_with_the_operator_or_the_auditor(shipped):
    # The operator with each of the 13 others, the auditor with each of the 12 that are left.
    found = [each for each in shipped if each.act.key == "rotate-key"]

    assert len(found) == 13 + 12
    assert all({OPERATOR, AUDITOR} & set(each.organisations) for each in found)
    assert {each.act.rule.delay for each in found} == {24 * 3600}


@pytest.mark.requirement("G17", "S4")
def test_two_that_stand_in_for_a_party_are_shown_with_whom_they_name(shipped):
    found = [each for each in shipped if each.parties and len(each.organisations) == 2]

    assert {each.organisations: (each.act.key, each.parties) for each in found} == STANDING_IN


@pytest.mark.requirement("S4", "G11", "G12")
def test_no_pair_and_no_triple_decides_what_it_should_not_whomever_it_names_as_party(shipped):
    pairs = {each.act.key for each in shipped if len(each.organisations) < 3}
    triples = {each.act.key for each in shipped}

    assert not pairs & NEVER_BY_TWO
    assert not triples & NEVER_BY_THREE


@pytest.mark.requirement("S4")
def test_of_whatever_is_decided_by_naming_parties_one_signature_at_most_is_a_stand_ins(shipped):
    standing_in = [each for each in shipped if each.parties]

    assert standing_in
    for each in standing_in:
        own = [
            one
            for one in each.place.organisations
            if one.number in each.organisations
            and one.roles & frozenset().union(*each.act.rule.slots)
        ]
        assert len(own) >= len(each.organisations) - 1


@pytest.mark.requirement("S8")
def test_upkeep_and_validation_decide_nothing_on_a_token(shipped):
    on_tokens = [each for each in shipped if each.place.kind == Kind.TOKEN]

    assert on_tokens
    assert not any((VALIDATORS | {OPERATOR}) & set(each.organisations) for each in on_tokens)


@pytest.mark.requirement("G17", "S3")
def test_on_a_token_the_issuer_and_the_registrar_are_who_is_named():
    # Two issuers, one registrar: two tokens that can be. An issue takes its own issuer.
    issue = RuledAct(
        Kind.TOKEN,
        "issue",
        Text.both("issue", "発行"),
        Rule(
            frozenset({Role.ISSUER}),
            (frozenset({Role.ISSUER}), frozenset({Role.REGISTRAR})),
            frozenset({Role.ISSUER}),
            delay=0,
            lifetime=86400,
        ),
    )
    organisations = [
        Organisation(1, frozenset({Role.ISSUER})),
        Organisation(2, frozenset({Role.ISSUER})),
        Organisation(3, frozenset({Role.REGISTRAR})),
    ]
    names = {1: "港南", 2: "青山", 3: "信託"}

    found = powers([issue], tokens_to_come(organisations, names))

    assert [(each.organisations, each.place.name.en) for each in found] == [
        ((1, 3), "token of 港南, registrar 信託"),
        ((2, 3), "token of 青山, registrar 信託"),
    ]


@pytest.mark.requirement("G17", "S3")
def test_an_organisation_with_two_roles_signs_once():
    # One organisation holds both roles; a second holds one of them.
    both = Organisation(1, frozenset({Role.BROKER, Role.KYC}))
    one = Organisation(2, frozenset({Role.KYC}))
    act = RuledAct(
        Kind.TOKEN,
        "x",
        Text.verbatim("x"),
        Rule(
            frozenset({Role.BROKER}),
            (frozenset({Role.BROKER}), frozenset({Role.KYC})),
            frozenset({Role.KYC}),
            delay=0,
            lifetime=86400,
        ),
    )

    alone = powers([act], [Place(Text.verbatim("t"), Kind.TOKEN, (both,))])
    together = powers([act], [Place(Text.verbatim("t"), Kind.TOKEN, (both, one))])

    assert alone == ()
    assert [each.organisations for each in together] == [(1, 2)]


@pytest.mark.requirement("G17")
def test_who_executes_has_a_part():
    # Broker and issuer sign; without the registrar nothing is delivered.
    act = RuledAct(
        Kind.TOKEN,
        "deliver",
        Text.verbatim("d"),
        Rule(
            frozenset({Role.BROKER}),
            (frozenset({Role.BROKER}), frozenset({Role.ISSUER})),
            frozenset({Role.REGISTRAR}),
            delay=0,
            lifetime=86400,
        ),
    )
    three = tuple(
        Organisation(number, frozenset({role}))
        for number, role in enumerate((Role.BROKER, Role.ISSUER, Role.REGISTRAR), start=1)
    )

    found = powers([act], [Place(Text.verbatim("t"), Kind.TOKEN, three)])

    assert [each.organisations for each in found] == [(1, 2, 3)]
