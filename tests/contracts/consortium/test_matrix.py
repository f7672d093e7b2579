"""The shipped policy on the chain: every cell of role × act, allowed and denied (G17, S3).

Eleven organisations hold one role each, so that what an organisation may is what its role may. The
cells are generated from `governance.toml`.
"""

import json
from importlib.resources import files

import pytest
from seven_organisations import AT_LARGE, CASE, DOCUMENT, FOUNDER, NO_SLOT, STRANGER, Reverted

from jp20.domain.base.roles import Role, bitmap
from jp20.domain.governance.policy import Kind, Organisation, compare, selector_of, unmet
from jp20.domain.governance.policy_file import functions_of, parse_governance
from jp20.domain.governance.requests import Call, compose

CARRIED = {
    Kind.CONSORTIUM: "Consortium",
    Kind.PLATFORM: "Platform",
    Kind.TOKEN: "IJP20Token",
    Kind.SETTLEMENT: "Settlement",
}
FUNCTIONS = {
    kind: functions_of(
        json.loads(files("jp20").joinpath("contracts", f"{name}.json").read_text())["abi"]
    )
    for kind, name in CARRIED.items()
}
POLICY = parse_governance(
    files("jp20").joinpath("data", "governance.toml").read_bytes(), "governance.toml", FUNCTIONS
)


@pytest.fixture(scope="module")
def shipped(Consortium, accounts):
    """Organisation `role + 1` holds `role`; its key is the account of the role's number."""
    founder = {"from": accounts[FOUNDER]}
    consortium = Consortium.deploy(founder)
    for role in Role:
        consortium.addOrganisation(role.name, bitmap([role]), [accounts[role]], founder)
    consortium.setRules([act.fields for act in POLICY.acts], founder)
    return consortium


@pytest.fixture(scope="module")
def targets(shipped, Vault, accounts):
    """Any governed contract of the kind will do: no call gets as far as to be made."""
    founder = {"from": accounts[FOUNDER]}
    placed = {Kind.CONSORTIUM: shipped}
    for kind in (Kind.PLATFORM, Kind.TOKEN, Kind.SETTLEMENT):
        placed[kind] = Vault.deploy(shipped, founder)
        shipped.registerTarget(placed[kind], kind, AT_LARGE, founder)
    for role in (Role.ISSUER, Role.REGISTRAR):
        shipped.grantRole(role + 1, role, placed[Kind.TOKEN], founder)
    shipped.seal(founder)
    return placed


def test_eleven_organisations_meet_the_policy():
    assert unmet(POLICY, [Organisation(role + 1, frozenset({role})) for role in Role]) == ()


def test_the_chain_says_what_the_file_says(shipped, targets):
    words = {
        (kind, function): shipped.rule(kind, selector_of(function))
        for kind, functions in FUNCTIONS.items()
        for function in functions
    }
    assert compare(POLICY, words) == ()


@pytest.mark.requirement("G17")
@pytest.mark.parametrize("act", POLICY.acts, ids=lambda act: f"{act.kind.name}-{act.key}")
def test_every_role_may_do_what_the_policy_says_and_nothing_else(
    shipped, targets, ask, refuses, accounts, act
):
    target, rule = targets[act.kind], act.rule
    sender = {role: {"from": accounts[role]} for role in Role}
    stranger = {"from": accounts[STRANGER + 10]}
    for selector in act.selectors:
        assert not any(shipped.canCall(accounts[role], target, selector)[0] for role in Role)

    selector = act.selectors[0]
    word = shipped.rule(act.kind, selector)
    decision = compose([Call(target.address, selector)], CASE, DOCUMENT, word)
    request = decision.request.fields
    if rule.is_direct:
        for role in Role:
            with refuses("CalledDirectly", target.address, selector):
                ask(shipped.propose, request, NO_SLOT, b"", sender[role])
            if role in rule.slots[0]:
                # The vault has no such function, and says nothing: the act went through to it.
                with pytest.raises(Reverted, match=r"^$"):
                    ask(shipped.act, target, selector, CASE, DOCUMENT, sender[role])
            else:
                with refuses("RoleMissing", role + 1, bitmap(rule.slots[0])):
                    ask(shipped.act, target, selector, CASE, DOCUMENT, sender[role])
        return

    data = selector if rule.delay else b""
    for role in Role:
        with refuses("NotDirect", target.address, selector):
            ask(shipped.act, target, selector, CASE, DOCUMENT, sender[role])
        if role in rule.proposers:
            ask(shipped.propose, request, NO_SLOT, data, sender[role])
        else:
            with refuses("RoleMissing", role + 1, bitmap(rule.proposers)):
                ask(shipped.propose, request, NO_SLOT, data, sender[role])

    shipped.propose(request, NO_SLOT, data, sender[min(rule.proposers)])
    for slot, roles in enumerate(rule.slots):
        for role in Role:
            if role in roles:
                ask(shipped.sign, request, slot, sender[role])
            else:
                with refuses("RoleMissing", role + 1, bitmap(roles)):
                    ask(shipped.sign, request, slot, sender[role])
    for role in Role:
        if role in rule.executors:
            with refuses("SignatureMissing", 0):
                ask(shipped.execute, *decision.execution(0), sender[role])
        else:
            with refuses("RoleMissing", role + 1, bitmap(rule.executors)):
                ask(shipped.execute, *decision.execution(0), sender[role])
    with refuses("KeyUnknown", stranger["from"]):
        ask(shipped.execute, *decision.execution(0), stranger)


@pytest.mark.parametrize("kind", Kind)
def test_a_function_that_the_policy_does_not_list_is_out_of_reach(
    shipped, targets, ask, refuses, accounts, kind
):
    target = targets[kind]
    for function in POLICY.open_functions[kind]:
        selector = selector_of(function)
        decision = compose([Call(target.address, selector)], CASE, DOCUMENT, 0)
        for role in Role:
            with refuses("NotListed", target.address, selector):
                ask(shipped.act, target, selector, CASE, DOCUMENT, {"from": accounts[role]})
            with refuses("NotListed", target.address, selector):
                ask(
                    shipped.propose,
                    decision.request.fields,
                    NO_SLOT,
                    b"",
                    {"from": accounts[role]},
                )
