"""The shipped policy is the matrix of the requirements, and a wrong policy is not loaded."""

import json
import re
from dataclasses import replace
from importlib.resources import files

import pytest

from jp20.domain.base.faults import FaultyFile
from jp20.domain.base.roles import Role, bitmap, roles_in
from jp20.domain.governance.matrix import COLUMNS, duration, markdown, matrix
from jp20.domain.governance.policy import (
    Kind,
    Organisation,
    Policy,
    PolicyAct,
    PolicyDifference,
    Rule,
    act_of,
    compare,
    roles_for_a_token,
    rule_of,
    selector_of,
    unmet,
)
from jp20.domain.governance.policy_file import functions_of, parse_governance

HOUR, DAY = 3600, 86400
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
SHIPPED = files("jp20").joinpath("data", "governance.toml").read_bytes()


@pytest.fixture(scope="module")
def policy() -> Policy:
    return parse_governance(SHIPPED, "governance.toml", FUNCTIONS)


# Operation of the matrix in requirements.md, as docs/decisions/0104 corrects its rows: (contract,
# functions, proposes, signatures, executes, delay in hours). "A/B" is a slot that either fills.
STRICTEST = ("OPERATOR", "OPERATOR AUDITOR REGISTRAR BROKER/CUSTODIAN", "OPERATOR")
MATRIX = {
    "create token": ("platform", "createToken", "ISSUER", "ISSUER REGISTRAR", "ISSUER", 0),
    "issue": ("token", "issue", "ISSUER", "ISSUER REGISTRAR", "ISSUER", 0),
    "distribute": ("token", "deliver", "BROKER", "BROKER ISSUER", "REGISTRAR", 0),
    "consent": (
        "token",
        "approveTransfer approveTransfers rejectTransfer",
        "REGISTRAR ISSUER",
        "REGISTRAR/ISSUER",
        "REGISTRAR ISSUER",
        0,
    ),
    "transfer made elsewhere": (
        "token",
        "recordTransfer",
        "BROKER",
        "BROKER REGISTRAR",
        "REGISTRAR",
        0,
    ),
    "succession": (
        "token",
        "recordSuccession",
        "BROKER",
        "BROKER REGISTRAR AUDITOR/ISSUER/CUSTODIAN",
        "REGISTRAR",
        0,
    ),
    "whitelist: add": ("platform", "register addWallets", "KYC", "KYC AML", "KYC", 0),
    "renew, reclassify": ("platform", "renew reclassify", "KYC", "KYC", "KYC", 0),
    "freeze": ("token", "freezeAtOnce", "AML", "AML", "AML", 0),
    "suspend": ("platform", "suspendAtOnce", "AML", "AML", "AML", 0),
    "confirm a freeze": (
        "token",
        "confirmFreeze",
        "AUDITOR REGISTRAR",
        "AUDITOR/REGISTRAR",
        "AUDITOR REGISTRAR",
        0,
    ),
    "unfreeze": (
        "token",
        "unfreeze setFrozenTokens",
        "AML BROKER REGISTRAR",
        "AML/AUDITOR/REGISTRAR AML/AUDITOR/REGISTRAR",
        "AML REGISTRAR AUDITOR",
        0,
    ),
    "reinstate": (
        "platform",
        "reinstate",
        "AML BROKER REGISTRAR",
        "AML/AUDITOR/REGISTRAR AML/AUDITOR/REGISTRAR",
        "AML REGISTRAR AUDITOR",
        0,
    ),
    "lock-up: set": ("token", "lockUp setTokenLockUp", "ISSUER", "ISSUER REGISTRAR", "ISSUER", 0),
    "lock-up: shorten": (
        "token",
        "shortenLockUp shortenTokenLockUp",
        "ISSUER",
        "ISSUER REGISTRAR AUDITOR",
        "ISSUER",
        0,
    ),
    "record date": (
        "token",
        "setRecordDate withdrawRecordDate",
        "ISSUER",
        "ISSUER REGISTRAR",
        "ISSUER",
        0,
    ),
    "split": ("token", "split", "ISSUER", "ISSUER REGISTRAR BROKER", "ISSUER", 0),
    "redemption": (
        "token",
        "redeemAtMaturity redeemEarly",
        "ISSUER",
        "ISSUER REGISTRAR PAYING_AGENT",
        "ISSUER",
        0,
    ),
    "pledge": (
        "token",
        "pledge",
        "CUSTODIAN BROKER",
        "CUSTODIAN/BROKER REGISTRAR",
        "REGISTRAR",
        0,
    ),
    "release a pledge": (
        "token",
        "releasePledge",
        "CUSTODIAN BROKER PAYING_AGENT",
        "CUSTODIAN/BROKER REGISTRAR PAYING_AGENT/AUDITOR",
        "REGISTRAR AUDITOR",
        0,
    ),
    "attachment": (
        "token",
        "placeAttachment releaseAttachment",
        "REGISTRAR AUDITOR",
        "REGISTRAR AUDITOR",
        "REGISTRAR AUDITOR",
        0,
    ),
    "forced transfer": (
        "token",
        "forcedTransfer forcedTransferWith batchForcedTransfer controllerTransfer",
        "REGISTRAR AUDITOR",
        "REGISTRAR AUDITOR ISSUER/CUSTODIAN/AML",
        "REGISTRAR AUDITOR",
        0,
    ),
    "reverse": (
        "token",
        "reverse",
        "AUDITOR REGISTRAR BROKER ISSUER",
        "AUDITOR REGISTRAR/AML ISSUER/BROKER/CUSTODIAN",
        "AUDITOR REGISTRAR",
        0,
    ),
    "redistribute": (
        "token",
        "redistribute recordIncident",
        "CUSTODIAN BROKER REGISTRAR",
        "CUSTODIAN/BROKER REGISTRAR AUDITOR",
        "REGISTRAR AUDITOR",
        0,
    ),
    "move a position": (
        "token",
        "movePosition",
        "CUSTODIAN BROKER",
        "CUSTODIAN/BROKER KYC REGISTRAR",
        "REGISTRAR CUSTODIAN BROKER",
        0,
    ),
    "halt": ("platform", "halt", "EMERGENCY", "EMERGENCY", "EMERGENCY", 0),
    "resume": (
        "platform",
        "resume",
        "OPERATOR",
        "OPERATOR" + 3 * " REGISTRAR/BROKER/AUDITOR/EMERGENCY/CUSTODIAN",
        "OPERATOR",
        0,
    ),
    "retire a wallet": (
        "platform",
        "retireWallets",
        "KYC",
        "KYC AML/REGISTRAR/CUSTODIAN",
        "KYC",
        0,
    ),
    "redeem units of chosen holders": (
        "token",
        "redeemPart redeemFrom controllerRedeem",
        "ISSUER",
        "ISSUER REGISTRAR PAYING_AGENT AUDITOR",
        "ISSUER",
        0,
    ),
    "let a token go on": (
        "token",
        "unpause",
        "ISSUER REGISTRAR AUDITOR",
        "ISSUER/BROKER/CUSTODIAN REGISTRAR AUDITOR",
        "ISSUER REGISTRAR AUDITOR",
        0,
    ),
    "change what decides": (
        "consortium",
        "addOrganisation grantRole setRules removeRule registerTarget unregisterTarget",
        *STRICTEST,
        7 * 24,
    ),
    "approve a version": ("platform", "approveVersion", *STRICTEST, 7 * 24),
    "replace the platform": ("platform", "appointSuccessor", *STRICTEST, 7 * 24),
    # Of the successor, which was appointed a week before.
    "close a token that is replaced": (
        "token",
        "closeFor",
        "ISSUER",
        "ISSUER REGISTRAR AUDITOR",
        "ISSUER",
        7 * 24,
    ),
    "put the new token in force": (
        "token",
        "takeOver",
        "ISSUER",
        "ISSUER REGISTRAR AUDITOR",
        "ISSUER",
        0,
    ),
    "break a takeover off": (
        "token",
        "reopen",
        "ISSUER REGISTRAR AUDITOR",
        "ISSUER/BROKER/CUSTODIAN REGISTRAR AUDITOR",
        "ISSUER REGISTRAR AUDITOR",
        0,
    ),
    "take tokens over": ("platform", "adopt", *STRICTEST, 0),
    # Of the last holder of a role, or of a lost key, whose own signature it must not need.
    "give back what was lost": (
        "consortium",
        "transferRole addKey replaceKey",
        "OPERATOR AUDITOR",
        "OPERATOR/AUDITOR BROKER/REGISTRAR/CUSTODIAN BROKER/REGISTRAR/CUSTODIAN EMERGENCY/KYC/AML",
        "OPERATOR AUDITOR",
        7 * 24,
    ),
    "take a power": (
        "consortium",
        "removeOrganisation revokeKey revokeRole",
        "OPERATOR AUDITOR",
        "OPERATOR AUDITOR BROKER/REGISTRAR/CUSTODIAN",
        "OPERATOR AUDITOR",
        0,
    ),
}


# Who takes the place of those who are all parties (S4).
STAND_INS = {
    "unfreeze": "KYC",
    "reinstate": "KYC",
    "forced transfer": "KYC",
    "reverse": "KYC",
    "redistribute": "KYC",
    "attachment": "KYC",
    "take a power": "EMERGENCY",
}


def roles(names: str) -> frozenset[Role]:
    return frozenset(Role[name] for name in re.split("[ /]", names))


@pytest.mark.requirement("G17")
@pytest.mark.parametrize("operation", MATRIX)
def test_the_shipped_policy_is_the_matrix_of_the_requirements(policy: Policy, operation: str):
    contract, functions, proposes, signatures, executes, hours = MATRIX[operation]
    expected = Rule(
        proposers=roles(proposes),
        slots=tuple(roles(slot) for slot in signatures.split()),
        executors=roles(executes),
        delay=hours * HOUR,
        lifetime=(21 if hours == 7 * 24 else 7) * DAY,
        stand_ins=roles(STAND_INS[operation]) if operation in STAND_INS else frozenset(),
    )
    for name in functions.split():
        acts = [
            act
            for act in policy.acts
            if act.kind is Kind[contract.upper()]
            for function in act.functions
            if function.startswith(f"{name}(")
        ]
        assert acts, f"{name} is not listed"
        assert {act.rule for act in acts} == {expected}, name


@pytest.mark.requirement("G12", "G32")
@pytest.mark.parametrize("function", ["appointSuccessor", "adopt"])
def test_who_replaces_the_platform_could_resume_it(policy: Policy, function: str):
    """Slot by slot: whoever fills one of the replacement fills one of the resumption."""
    rules = {
        name: act.rule
        for act in policy.acts
        if act.kind is Kind.PLATFORM
        for name in (each.split("(")[0] for each in act.functions)
    }
    replacing, resuming = rules[function], rules["resume"]
    assert len(replacing.slots) >= len(resuming.slots)
    assert all(ours <= theirs for ours, theirs in zip(replacing.slots, resuming.slots, strict=True))
    assert rules["appointSuccessor"].delay >= 48 * HOUR  # nothing is adopted before


def test_every_function_that_changes_state_is_in_the_policy_or_open_for_a_reason(policy: Policy):
    for kind, functions in FUNCTIONS.items():
        listed = [f for act in policy.acts if act.kind is kind for f in act.functions]
        open_functions = policy.open_functions[kind]
        assert sorted([*listed, *open_functions]) == sorted(functions)
        assert all(open_functions.values())


def test_no_rule_of_a_token_names_a_validator_nor_the_operator_but_for_upkeep(policy: Policy):
    named = {
        function
        for act in policy.acts
        if act.kind in (Kind.TOKEN, Kind.SETTLEMENT)
        and act.rule.roles & {Role.OPERATOR, Role.VALIDATOR}
        for function in act.functions
    }
    assert named == {"setAuthority(address)"}


# ---------------------------------------------------------------- words


def test_a_rule_survives_its_word():
    # proposers AUDITOR 2^7; executors OPERATOR 2^0; slots ISSUER 2^2 and KYC|AML 2^5 + 2^6 = 96.
    rule = Rule(
        frozenset({Role.AUDITOR}),
        (frozenset({Role.ISSUER}), frozenset({Role.KYC, Role.AML})),
        frozenset({Role.OPERATOR}),
        delay=86400,
        lifetime=604800,
        stand_ins=frozenset({Role.EMERGENCY}),  # 2^8
    )
    word = 128 | 1 << 16 | 4 << 32 | 96 << 48 | 256 << 144 | 86400 << 160 | 604800 << 184

    assert rule.word == word
    assert rule_of(word) == rule
    assert rule_of(word | 17 << 208 | 3 << 240) == rule  # version 17 of act 3 says the same
    assert act_of(word | 17 << 208 | 3 << 240) == 3
    assert rule.fields == (128, 1, [4, 96], 256, 86400, 604800)


@pytest.mark.requirement("S4")
def test_where_all_who_hold_a_role_are_parties_the_stand_ins_take_their_place():
    rule = Rule(
        frozenset({Role.REGISTRAR}),
        (frozenset({Role.REGISTRAR}), frozenset({Role.AUDITOR, Role.AML})),
        frozenset({Role.REGISTRAR}),
        delay=0,
        lifetime=DAY,
        stand_ins=frozenset({Role.KYC}),
    )
    bank, other, auditor = (
        Organisation(number, frozenset({role}))
        for number, role in ((1, Role.REGISTRAR), (2, Role.REGISTRAR), (3, Role.AUDITOR))
    )

    alone = rule.among([bank, auditor], parties=[1])

    taken = frozenset({Role.REGISTRAR, Role.KYC})
    assert alone.slots == (taken, rule.slots[1])
    assert (alone.proposers, alone.executors) == (taken, taken)
    assert rule.among([bank, auditor], parties=[3]).slots[1] == rule.slots[1] | {Role.KYC}
    # Another registrar is no party; nobody is.
    assert rule.among([bank, other, auditor], parties=[1]) == rule
    assert rule.among([bank, auditor], parties=[]) == rule


@pytest.mark.requirement("S3")
def test_for_a_token_issuer_and_registrar_are_who_is_named():
    large = [frozenset({Role.ISSUER}), frozenset({Role.BROKER, Role.AML}), frozenset({Role.BROKER})]
    named = [frozenset(), frozenset({Role.ISSUER}), frozenset()]

    assert roles_for_a_token(large, named) == [
        frozenset(),
        frozenset({Role.BROKER, Role.AML, Role.ISSUER}),
        frozenset({Role.BROKER}),
    ]
    # Once a broker is named, only those are.
    named[0] = frozenset({Role.BROKER})
    assert roles_for_a_token(large, named) == [
        frozenset({Role.BROKER}),
        frozenset({Role.AML, Role.ISSUER}),
        frozenset(),
    ]


def test_zero_is_no_rule():
    assert rule_of(0) is None


def test_a_bit_beyond_the_eleven_roles_is_not_read_as_a_role():
    assert roles_in(bitmap(Role)) == tuple(Role)
    with pytest.raises(ValueError, match="no role"):
        roles_in(1 << 11)


def words_of(policy: Policy) -> dict[tuple[Kind, str], int]:
    return {
        (act.kind, function): act.rule.word | 5 << 208 | number << 240
        for number, act in enumerate(policy.acts, 1)
        for function in act.functions
    }


def test_a_chain_with_the_policy_on_it_does_not_differ(policy: Policy):
    assert compare(policy, words_of(policy)) == ()


def test_a_rule_that_was_loosened_is_reported_with_both_rules(policy: Policy):
    act = policy.act(Kind.TOKEN, "split(uint256)")
    loose = replace(act.rule, slots=act.rule.slots[:1])
    words = words_of(policy) | {(Kind.TOKEN, "split(uint256)"): loose.word}

    assert compare(policy, words) == (
        PolicyDifference(Kind.TOKEN, "split(uint256)", planned=act.rule, on_chain=loose),
    )


def test_a_function_that_the_chain_lists_and_the_policy_does_not_is_reported(policy: Policy):
    rule = policy.acts[0].rule
    words = words_of(policy) | {(Kind.TOKEN, "transfer(address,uint256)"): rule.word}

    assert compare(policy, words) == (
        PolicyDifference(Kind.TOKEN, "transfer(address,uint256)", planned=None, on_chain=rule),
    )


def test_a_function_that_the_chain_does_not_list_is_reported(policy: Policy):
    words = words_of(policy)
    del words[Kind.PLATFORM, "halt()"]
    rule = policy.act(Kind.PLATFORM, "halt()").rule

    assert compare(policy, words) == (
        PolicyDifference(Kind.PLATFORM, "halt()", planned=rule, on_chain=None),
    )


def test_two_names_of_one_act_that_the_chain_keeps_apart_are_reported(policy: Policy):
    words = words_of(policy)
    words[Kind.TOKEN, "issue(uint256)"] ^= 1 << 240  # the same rule, in another act

    reported = [difference.function for difference in compare(policy, words)]

    assert reported == ["issue(uint256)", "issue(address,uint256,bytes)"]


# ---------------------------------------------------------------- organisations


def one_each() -> list[Organisation]:
    return [Organisation(number, frozenset({role})) for number, role in enumerate(Role, 1)]


def test_eleven_organisations_with_a_role_each_can_decide_everything(policy: Policy):
    assert unmet(policy, one_each()) == ()


@pytest.mark.requirement("G17", "S3")
@pytest.mark.parametrize("holder", Role, ids=lambda role: role.name)
def test_a_roles_last_holder_is_replaced_without_its_own_signature(policy: Policy, holder: Role):
    others = [organisation for organisation in one_each() if holder not in organisation.roles]

    assert "transfer-role" not in {fault.act.key for fault in unmet(policy, others)}


@pytest.mark.requirement("S3")
def test_two_signatures_that_only_one_organisation_could_give_are_not_met(policy: Policy):
    # Registrar and auditor are one house: where both sign, one of two signatures is missing.
    house = [o for o in one_each() if not o.roles & {Role.REGISTRAR, Role.AUDITOR}]
    house.append(Organisation(99, frozenset({Role.REGISTRAR, Role.AUDITOR})))

    acts = {fault.act.key: str(fault.what) for fault in unmet(policy, house)}

    assert "at most 1 can be given" in acts["attachment"]
    assert "at most 2 can be given" in acts["forced-transfer"]
    assert "split" not in acts


def test_an_act_that_nobody_proposes_or_executes_is_not_met(policy: Policy):
    without = [o for o in one_each() if Role.EMERGENCY not in o.roles]

    found = [str(fault.what) for fault in unmet(policy, without) if fault.act.key == "halt"]

    assert [text.split(" /")[0] for text in found] == [
        "No organisation may propose it; it takes EMERGENCY.",
        "No organisation may execute it; it takes EMERGENCY.",
        "Its 1 signature (EMERGENCY) takes as many organisations; at most 0 can be given.",
    ]


def test_slots_are_matched_and_not_filled_first_come_first_served():
    # Organisation 1 could fill both slots, 2 only the first: 1 has to leave the first to 2.
    rule = Rule(
        frozenset({Role.AML}),
        (frozenset({Role.AML, Role.KYC}), frozenset({Role.AML})),
        frozenset({Role.AML}),
        0,
        DAY,
    )
    policy = Policy((PolicyAct(Kind.TOKEN, "act", None, ("f()",), rule),), {})

    assert (
        unmet(
            policy, [Organisation(1, frozenset({Role.AML})), Organisation(2, frozenset({Role.KYC}))]
        )
        == ()
    )


# ---------------------------------------------------------------- what is not loaded


def faults(text: str) -> list[str]:
    with pytest.raises(FaultyFile) as caught:
        parse_governance(text.encode(), "my.toml", FUNCTIONS)
    return [f"[{fault.field}] {fault.what.en}" for fault in caught.value.faults]


def changed(old: str, new: str) -> str:
    text = SHIPPED.decode()
    assert old in text
    return text.replace(old, new, 1)


SPLIT = """functions = ["split"]
proposes = ["ISSUER"]
signatures = [["ISSUER"], ["REGISTRAR"], ["BROKER"]]
executes = ["ISSUER"]
"""

FREEZE = SHIPPED.decode().partition(".freeze-at-once]")[2].partition(".unfreeze]")[0]

WRONG = {
    "an unknown role": (
        SPLIT,
        SPLIT.replace('"BROKER"', '"BROCKER"'),
        "[token.acts.split.signatures] 'BROCKER' is not a role.",
    ),
    "an unknown function": (
        SPLIT,
        SPLIT.replace('"split"', '"spilt"'),
        "[token.acts.split.functions] The token has no function 'spilt' that changes state.",
    ),
    "a function that only reads": (
        SPLIT,
        SPLIT.replace('"split"', '"splits"'),
        "[token.acts.split.functions] The token has no function 'splits' that changes state.",
    ),
    "an ambiguous name": (
        '"issue(uint256)", ',
        '"issue", ',
        "[token.acts.issue.functions] There are several functions issue.",
    ),
    "a function in two acts": (
        SPLIT,
        SPLIT.replace('["split"]', '["split", "deliver"]'),
        "[token.acts.split.functions] deliver(address[],uint256[]) is named twice.",
    ),
    "a function left out": (
        'functions = ["placeAttachment", "releaseAttachment"]',
        'functions = ["placeAttachment"]',
        "[token] releaseAttachment(address,uint64,uint256) is in no act and is not open: "
        "nobody could ever call it.",
    ),
    "a slot without a role": (
        SPLIT,
        SPLIT.replace('["BROKER"]', "[]"),
        "[token.acts.split.signatures] This is missing, or no list.",
    ),
    "no signature": (
        SPLIT,
        SPLIT.replace('[["ISSUER"], ["REGISTRAR"], ["BROKER"]]', "[]"),
        "[token.acts.split.signatures] This is missing, or no list.",
    ),
    "eight signatures": (
        SPLIT,
        SPLIT.replace('["BROKER"]]', '["BROKER"]' + 5 * ', ["AML"]' + "]"),
        "[token.acts.split.signatures] There are more than 7 signatures.",
    ),
    "a time without a unit": (
        SPLIT,
        SPLIT + 'delay = "48"\n',
        "[token.acts.split.delay] '48' is not a time of at most 194 days.",
    ),
    "an expiry before the delay is over": (
        SPLIT,
        SPLIT + 'delay = "7d"\n',
        "[token.acts.split.lifetime] A request expires before its delay is over.",
    ),
    "the operator moving a token": (
        SPLIT,
        SPLIT.replace('executes = ["ISSUER"]', 'executes = ["OPERATOR"]'),
        "[token.acts.split] OPERATOR is named, and the operator and the validators never move "
        "units.",
    ),
    "a validator signing for a token": (
        SPLIT,
        SPLIT.replace('"BROKER"', '"VALIDATOR"'),
        "[token.acts.split] VALIDATOR is named, and the operator and the validators never move "
        "units.",
    ),
    "a direct act with other executors": (
        'functions = ["halt"]\nproposes = ["EMERGENCY"]',
        'functions = ["halt"]\nproposes = ["OPERATOR"]',
        "[platform.acts.halt.proposes] With one signature and no delay its roles call the contract "
        "directly, and other roles are named to propose or execute.",
    ),
    "an act of the consortium by one organisation": (
        """],
    ["OPERATOR", "AUDITOR"],
]""",
        "]]",
        "[consortium.acts.rotate-key.signatures] One organisation alone could change the "
        "consortium.",
    ),
    "keys that come sooner than what they could decide": (
        'functions = ["addOrganisation"]\n',
        'functions = ["addOrganisation"]\ndelay = "6d"\n',
        "[consortium.acts.add-organisation] addOrganisation could rewrite acts that ask for more "
        "(4 signatures, 604800 s).",
    ),
    "a suspension at once after a delay": (
        'functions = ["suspendAtOnce"]\n',
        'functions = ["suspendAtOnce"]\ndelay = "1h"\n',
        "[platform.acts.suspend-at-once.delay] After a delay one signature would pass for the "
        "decision of several.",
    ),
    "a freeze at once by two after which nobody could confirm": (
        FREEZE,
        FREEZE.replace('[["AML"]]', '[["AML"], ["BROKER"]]').replace(
            '[["AUDITOR", "REGISTRAR"]]', '[["AUDITOR"], ["REGISTRAR"]]'
        ),
        "[token.acts.confirm-freeze.signatures] freezeAtOnce asks for several signatures as well: "
        "what was done so could never be confirmed.",
    ),
    "a field that does not exist": (
        SPLIT,
        SPLIT + 'expiry = "7d"\n',
        "[token.acts.split.expiry] There is no such field.",
    ),
    "an act without a Japanese name": (
        'ja = "分割"\n',
        "",
        "[token.acts.split.ja] The act has no name in this language.",
    ),
    "a table that does not exist": (
        "[platform.open]",
        "[plattform.open]",
        "[plattform] There is no such field.",
    ),
}


@pytest.mark.requirement("G17")
@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_policy_is_refused_by_table_and_field(fault: str):
    old, new, message = WRONG[fault]
    assert faults(changed(old, new)) == [message]


@pytest.mark.requirement("G17", "S3")
def test_what_could_rewrite_an_act_is_as_strict_as_that_across_all_contracts():
    """Audit N7: four organisations resume, and three could write that one does."""
    five = SPLIT.replace('["BROKER"]]', '["BROKER"], ["AUDITOR"], ["KYC"]]')

    found = faults(changed(SPLIT, five))

    # Nine of the consortium's own, the version, the platform's successor, and three authorities.
    assert len(found) == 14
    assert all("could rewrite acts that ask for more (5 signatures, 604800 s)" in f for f in found)


def test_all_faults_are_named_at_once():
    text = changed(SPLIT, SPLIT.replace('"BROKER"', '"BROCKER"').replace('"split"', '"spilt"'))
    assert len(faults(text)) == 2


def test_a_table_that_is_no_table_is_named():
    assert "[token] This is not a table." in faults("token = 1")


def test_a_file_that_is_no_toml_is_refused_with_the_line():
    with pytest.raises(FaultyFile, match=r"my.toml: 1 fault") as caught:
        parse_governance(b"[defaults\n", "my.toml", FUNCTIONS)
    assert caught.value.faults[0].line == 1


# ---------------------------------------------------------------- shown to people


def test_the_matrix_has_a_row_an_act_in_both_languages(policy: Policy):
    english, japanese = matrix(policy, "en"), matrix(policy, "ja")

    assert len(english) == len(japanese) == len(policy.acts)
    assert (
        "token",
        "forced transfer",
        "REGISTRAR | AUDITOR",
        "REGISTRAR + AUDITOR + ISSUER | AML | CUSTODIAN",
        "REGISTRAR | AUDITOR",
        "KYC",
        "–",
        "7d",
    ) in english
    assert ("トークン", "強制移転") in {row[:2] for row in japanese}


def test_the_markdown_has_a_table_that_a_bar_in_a_cell_does_not_break(policy: Policy):
    lines = markdown(policy, "en").splitlines()

    assert len(lines) == len(policy.acts) + 2
    assert {line.count("|") for line in lines} == {len(COLUMNS) + 1}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "–"), (86400, "24h"), (172800, "48h"), (604800, "7d"), (5400, "90m"), (61, "61s")],
)
def test_a_duration_is_written_as_the_file_writes_it(seconds: int, text: str):
    assert duration(seconds) == text


def test_a_selector_is_the_first_four_bytes_of_the_hash():
    # ERC-20's well-known one.
    assert selector_of("transfer(address,uint256)").hex() == "a9059cbb"
