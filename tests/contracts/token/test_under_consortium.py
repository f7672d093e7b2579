"""A token under the real Consortium and the policy that ships: eleven organisations, a role each.

What each role may do is shown for every cell in `tests/contracts/consortium`; here it is shown that
a token's life passes through it.
"""

import itertools
import json
from importlib.resources import files

import pytest
from brownie import Contract
from token_words import YEAR, at, emitted, name_hash, now, refusals, reverts_with, row

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.roles import Role, bitmap
from jp20.domain.governance.policy import Kind
from jp20.domain.governance.policy_file import functions_of, parse_governance
from jp20.domain.governance.requests import Call, compose
from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G17")

FOUNDER, STRANGER = 29, 28
HOLDER, BUYER = 20, 21
NO_SLOT = 255
CASE, DOCUMENT = (bytes.fromhex(name_hash(text)[2:]) for text in ("case", "document"))

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


def number(role):
    """The organisation that holds the role."""
    return role + 1


@pytest.fixture(scope="module")
def key(accounts):
    """The key of the organisation that holds a role."""
    return {role: {"from": accounts[role]} for role in Role}


@pytest.fixture(scope="module")
def consortium(Consortium, accounts):
    founder = {"from": accounts[FOUNDER]}
    consortium = Consortium.deploy(founder)
    for role in Role:
        consortium.addOrganisation(role.name, bitmap([role]), [accounts[role]], founder)
    consortium.setRules([act.fields for act in POLICY.acts], founder)
    return consortium


@pytest.fixture(scope="module")
def platform(Platform, consortium, accounts):
    founder = {"from": accounts[FOUNDER]}
    platform = Platform.deploy(consortium, founder)
    consortium.registerTarget(platform, Kind.PLATFORM, ZERO_ADDRESS, founder)
    consortium.seal(founder)
    return platform


@pytest.fixture(scope="module")
def cases():
    """Each request is a case of its own."""
    return itertools.count(1)


@pytest.fixture(scope="module")
def sign(consortium, key, cases):
    """Proposes calls on a function of the policy and signs so many of its slots."""

    def sign(kind, target, *calls, slots=None):
        made = [Call(target.address, bytes.fromhex(call[2:])) for call in calls]
        (rule,) = {
            act.rule
            for act in POLICY.acts
            if act.kind == kind and made[0].selector in act.selectors
        }
        case = next(cases).to_bytes(32, "big")
        decision = compose(made, case, DOCUMENT, consortium.rule(kind, made[0].selector))
        data = decision.published_data if rule.delay else b""
        consortium.propose(decision.request.fields, NO_SLOT, data, key[min(rule.proposers)])
        # one organisation fills one slot
        signers = next(s for s in itertools.product(*rule.slots) if len({*s}) == len(s))
        for slot, role in list(enumerate(signers))[:slots]:
            consortium.sign(decision.request.fields, slot, key[role])
        at(now() + rule.delay + 1)
        return decision, key[min(rule.executors)]

    return sign


@pytest.fixture(scope="module")
def through_the_policy(consortium, sign):
    """Proposed, signed by all, and executed; answers with the last transaction."""

    def run(kind, target, *calls):
        decision, executor = sign(kind, target, *calls)
        for index in range(len(calls)):
            tx = consortium.execute(*decision.execution(index), executor)
        return tx

    return run


@pytest.fixture(scope="module")
def token(
    platform,
    JP20Token,
    JP20Servicing,
    JP20Restraints,
    JP20Enforcer,
    JP20Terms,
    JP20Takeover,
    through_the_policy,
    term_sheet,
    token_abi,
    accounts,
):
    """Made by request, from a version that was approved by request."""
    founder = accounts[FOUNDER]
    modules = [
        module.deploy(platform, {"from": founder})
        for module in (JP20Servicing, JP20Restraints, JP20Enforcer, JP20Terms, JP20Takeover)
    ]
    code = b"\x00" + bytes.fromhex(JP20Token.bytecode)
    loader = b"\x61" + len(code).to_bytes(2, "big") + bytes.fromhex("80600c6000396000f3")
    stored = founder.transfer(data="0x" + (loader + code).hex()).contract_address
    code_hash = platform.codeHashOf(stored, modules)
    approve = platform.approveVersion.encode_input(stored, modules, code_hash)
    through_the_policy(Kind.PLATFORM, platform, approve)

    sheet = term_sheet()
    parties = number(Role.ISSUER), number(Role.REGISTRAR)
    tx = through_the_policy(
        Kind.PLATFORM, platform, platform.createToken.encode_input(1, sheet, *parties)
    )
    address = tx.events["TokenCreated"]["token"]
    return Contract.from_abi(sheet[0], address, token_abi, persist=False)


@pytest.fixture(scope="module")
def issued(token, platform, through_the_policy, accounts):
    """1,000 units, of which the holder has 100."""
    expiry = now() + YEAR
    register = [row(accounts[who], expiry) for who in (HOLDER, BUYER)]
    through_the_policy(Kind.PLATFORM, platform, platform.register.encode_input(register))
    through_the_policy(Kind.TOKEN, token, token.issue.encode_input(1_000))
    through_the_policy(Kind.TOKEN, token, token.deliver.encode_input([accounts[HOLDER]], [100]))
    return token


@pytest.mark.requirement("G1", "G2", "G3")
def test_units_are_issued_delivered_and_transferred(issued, consortium, accounts):
    assert issued.authority() == consortium
    assert (issued.totalSupply(), issued.balanceOf(accounts[HOLDER])) == (1_000, 100)

    issued.transfer(accounts[BUYER], 30, {"from": accounts[HOLDER]})

    assert issued.balanceOf(accounts[BUYER]) == 30


@pytest.mark.requirement("S3")
def test_nobody_issues_alone(issued, key):
    for role in Role:
        with reverts_with("AccessManagedUnauthorized", key[role]["from"]):
            issued.issue.call(1, key[role])


@pytest.mark.requirement("G2")
def test_a_delivery_is_one_decision_and_many_transactions(issued, through_the_policy, accounts):
    rows = [issued.deliver.encode_input([accounts[BUYER]], [amount]) for amount in (1, 2, 901)]

    tx = through_the_policy(Kind.TOKEN, issued, *rows)

    # 900 − 1 − 2 = 897 were left for the last
    assert refusals(tx) == [(0, accounts[BUYER], Reason.INSUFFICIENT_BALANCE)]
    assert issued.balanceOf(accounts[BUYER]) == 3


@pytest.mark.requirement("G19")
def test_the_aml_officer_freezes_alone_and_the_registrar_confirms(
    issued, consortium, key, accounts
):
    holder, aml = accounts[HOLDER], number(Role.AML)
    freeze = issued.freezeAtOnce.encode_input([holder], [100])

    tx = consortium.act(issued, freeze, CASE, DOCUMENT, key[Role.AML])
    confirm = issued.confirmFreeze.encode_input(holder, aml, tx.timestamp)

    assert emitted(tx, "FrozenAtOnce") == [(holder, aml, 100)]
    with reverts_with("AccessManagedUnauthorized", key[Role.AML]["from"]):
        issued.freezeAtOnce.call([holder], [100], key[Role.AML])
    with reverts_with("RoleMissing", aml, bitmap([Role.AUDITOR, Role.REGISTRAR])):
        consortium.act.call(issued, confirm, CASE, DOCUMENT, key[Role.AML])
    lower = issued.unfreeze.encode_input(holder, 100, 0)
    with reverts_with("NotDirect", issued.address, lower[:10]):
        consortium.act.call(issued, lower, CASE, DOCUMENT, key[Role.AML])
    tx = consortium.act(issued, confirm, CASE, DOCUMENT, key[Role.REGISTRAR])
    assert emitted(tx, "FreezeConfirmed") == [(holder, aml, number(Role.REGISTRAR))]


@pytest.mark.requirement("G11", "S3")
def test_a_forced_transfer_takes_all_its_signatures(
    issued, consortium, sign, through_the_policy, accounts
):
    call = issued.forcedTransfer.encode_input(accounts[HOLDER], accounts[BUYER], 40)

    decision, executor = sign(Kind.TOKEN, issued, call, slots=2)
    with reverts_with("SignatureMissing", 2):
        consortium.execute.call(*decision.execution(0), executor)

    tx = through_the_policy(Kind.TOKEN, issued, call)
    assert emitted(tx, "ForcedTransfer") == [(accounts[HOLDER], accounts[BUYER], 40)]


@pytest.mark.requirement("G12")
def test_what_was_decided_is_not_done_while_halted(
    issued, platform, consortium, sign, key, accounts
):
    decision, executor = sign(Kind.TOKEN, issued, issued.issue.encode_input(5))
    halt = platform.halt.encode_input()
    consortium.act(platform, halt, CASE, DOCUMENT, key[Role.EMERGENCY])

    with reverts_with("PlatformHalted"):
        consortium.execute.call(*decision.execution(0), executor)
    platform_view = issued.preview(accounts[HOLDER], accounts[HOLDER], accounts[BUYER], 1)
    assert platform_view == Reason.PLATFORM_HALTED


@pytest.mark.requirement("S4")
def test_a_transfer_is_reversed_by_decision(issued, through_the_policy, accounts):
    holder, buyer = accounts[HOLDER], accounts[BUYER]
    tx = issued.transfer(buyer, 30, {"from": holder})
    original = (tx.txid, 0, holder.address, buyer.address, 30, 0)

    through_the_policy(Kind.TOKEN, issued, issued.reverse.encode_input(original, buyer, holder, 30))

    assert (issued.balanceOf(holder), issued.balanceOf(buyer)) == (100, 0)


def test_only_the_consortium_itself_hands_a_token_on(
    issued, through_the_policy, consortium, Consortium, accounts, key
):
    for role in Role:
        with reverts_with("AccessManagedUnauthorized", key[role]["from"]):
            issued.setAuthority.call(consortium, key[role])
    another = Consortium.deploy({"from": accounts[STRANGER]})

    tx = through_the_policy(Kind.TOKEN, issued, issued.setAuthority.encode_input(another))

    assert emitted(tx, "AuthorityUpdated") == [(another,)]
    assert issued.authority() == another
