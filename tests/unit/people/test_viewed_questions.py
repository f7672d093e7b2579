"""What each role sees of a register, and what it does not; each question in the access log."""

import pytest
from people_world import (
    ALICE,
    BOB,
    CAROL,
    FORCED,
    IDS,
    ISSUER_ACCOUNT,
    KEYS,
    STRANGER,
    A,
    B,
    register,
)

from jp20.access_log.accesses import ALLOWED, AccessLog
from jp20.domain.governance.evidence import BadCase
from jp20.domain.governance.views import Purpose
from jp20.operations.files.inputs import load_views
from jp20.operations.people.viewed import NotToBeSeen, UnknownViewer, ViewedQuestions, viewer_of

pytestmark = pytest.mark.requirement("S5", "G17", "G28")

OPERATOR, ISSUER, REGISTRAR, BROKER, OTHER_BROKER, KYC, AML, AUDITOR, VALIDATOR, CUSTODIAN = range(
    1, 11
)
PAYING_AGENT, EMERGENCY = 11, 12
PURPOSES = {AML: Purpose.SCREENING, KYC: Purpose.ONBOARDING, AUDITOR: Purpose.AUDIT}


@pytest.fixture(scope="module")
def register_():
    return register()


@pytest.fixture
def ask(register_, tmp_path):
    """What makes an organisation's, or a wallet's, questions; its `log` is the access log."""
    log = AccessLog(tmp_path)

    def viewed(who, purpose=None, case=""):
        key = KEYS.get(who, who)
        viewer = viewer_of(register_, register_.stamp(), key, "officer")
        chosen = purpose or PURPOSES.get(who, Purpose.DECISION if who in KEYS else None)
        chosen = chosen or Purpose.OWN_REQUEST
        return ViewedQuestions(register_, viewer, load_views(), log, chosen, case)

    viewed.log = log
    return viewed


def at(ask):
    return ask.stamp()


def holders(questions, token):
    return {each.investor: each.units for each in questions.holdings(questions.stamp(), token)}


def denied(ask, method, *arguments, **named):
    with pytest.raises(NotToBeSeen) as refused:
        getattr(ask, method)(ask.stamp(), *arguments, **named)
    return refused.value


def test_a_registrar_sees_the_holders_of_its_token_and_of_no_other(ask):
    registrar = ask(REGISTRAR)
    # 60 + 10 and 40 - 10
    assert holders(registrar, A) == {IDS["A"]: 70, IDS["B"]: 30}
    denied(registrar, "holdings", B)
    denied(registrar, "holding", B, IDS["C"])
    assert [each.address for each in registrar.tokens(at(registrar))] == [A]
    denied(registrar, "token", B)
    denied(registrar, "tranches", B)
    assert {each.investor for each in registrar.investors(at(registrar))} == {IDS["A"], IDS["B"]}
    denied(registrar, "investor", IDS["C"])
    # Carol has nothing of token A: that much may be known, and no more.
    nothing = registrar.holding(at(registrar), A, IDS["C"])
    assert (nothing.units, nothing.facts) == (0, None)
    assert [each.units for each in registrar.history(at(registrar), A)] == [100, 60, 40, 10]
    denied(registrar, "history", B)
    seen = registrar.names_seen(at(registrar), [IDS["A"], IDS["C"]])
    assert seen == {IDS["A"]}


def test_a_broker_sees_its_own_clients_alone(ask):
    broker, other = ask(BROKER), ask(OTHER_BROKER)
    assert holders(broker, A) == {IDS["A"]: 70}
    assert holders(other, A) == {IDS["B"]: 30}
    assert holders(other, B) == {IDS["C"]: 30}
    assert holders(broker, B) == {}
    denied(broker, "holding", A, IDS["B"])
    denied(broker, "lots", A, IDS["B"])
    denied(broker, "restraints", A, IDS["B"])
    denied(broker, "investor", IDS["B"])
    denied(broker, "investor_of", BOB)
    denied(broker, "history", A, investor=IDS["B"])
    denied(broker, "history", A, wallet=BOB)
    assert broker.investor_of(at(broker), ALICE) == IDS["A"]
    assert broker.names_seen(at(broker), IDS.values()) == {IDS["A"]}


def test_whether_an_investor_exists_is_not_told_to_whom_they_are_none_of(ask):
    broker = ask(BROKER)
    unknown = denied(broker, "investor", 123_456)
    known = denied(broker, "investor", IDS["B"])
    assert unknown.lines("en") == known.lines("en")
    assert denied(broker, "investor_of", STRANGER).lines("en") == known.lines("en")


def test_of_a_movement_between_clients_of_two_brokers_each_sees_its_own_side(ask):
    (own,) = [line for line in ask(BROKER).history(at(ask(BROKER)), A) if line.units == 10]
    assert (own.from_investor, own.to_investor) == (0, IDS["A"])
    assert (own.from_, own.to) == (None, ALICE)
    (other,) = [line for line in ask(OTHER_BROKER).history(at(ask(BROKER)), A) if line.units == 10]
    assert (other.from_investor, other.to_investor) == (IDS["B"], 0)
    assert (other.from_, other.to) == (BOB, None)


def test_no_answer_to_a_broker_names_a_wallet_of_somebody_else_s_client(ask):
    broker = ask(BROKER)
    now = at(broker)
    answers = [
        broker.holdings(now, A),
        broker.restraints(now, A),
        broker.differences(broker.stamp(10), now, A),
        broker.lots(now, A, IDS["A"]),
        tuple(broker.history(now, A)),
        tuple(broker.history(now, A, investor=IDS["A"])),
        tuple(broker.history(now, A, wallet=ALICE)),
        broker.movements(now, A, bytes([now.block]) * 32),
        broker.investors(now),
        broker.lapses(now, 9_500, A),
    ]
    said = repr(answers)
    assert ALICE in said
    assert f"investor={IDS['A']}," in said
    for each in (BOB, CAROL, f"investor={IDS['B']},", f"investor={IDS['C']},"):
        assert each not in said
    # Who may see both sides is shown both.
    (whole,) = [line for line in ask(REGISTRAR).history(now, A) if line.units == 10]
    assert (whole.from_, whole.to) == (BOB, ALICE)


def test_the_issuer_s_account_is_nobody_s_and_is_shown(ask):
    (delivered, _) = ask(BROKER).history(at(ask(BROKER)), A)
    assert (delivered.from_, delivered.to) == (ISSUER_ACCOUNT, ALICE)


def test_balances_of_another_s_wallet_are_not_had_by_naming_ones_own_client_too(ask):
    denied(ask(BROKER), "history", A, investor=IDS["A"], wallet=BOB)


def test_one_transfer_is_shown_to_whose_client_it_moved_and_to_nobody_else(ask):
    broker = ask(BROKER)
    last = at(broker).block
    transaction = bytes([last]) * 32
    (seen,) = broker.movements(at(broker), A, transaction)
    assert (seen.line.units, seen.line.from_investor, seen.forced) == (10, 0, True)
    assert (seen.line.from_, seen.line.to) == (None, ALICE)
    # Block 10: the delivery to Bob.
    denied(broker, "movements", A, bytes([10]) * 32)
    assert ask.log.chain.verify().count == 2


def test_an_investor_sees_their_own_and_nothing_else(ask):
    alice = ask(ALICE)
    assert holders(alice, A) == {IDS["A"]: 70}
    assert alice.holding(at(alice), A, IDS["A"]).units == 70
    denied(alice, "holding", A, IDS["B"])
    assert [each.units for each in alice.history(at(alice), A)] == [60, 10]
    assert [each.investor for each in alice.investors(at(alice))] == [IDS["A"]]
    denied(alice, "tokens")
    denied(alice, "organisations")
    denied(alice, "requests")
    assert alice.names_seen(at(alice), IDS.values()) == {IDS["A"]}


def test_an_issuer_sees_counts_and_no_holder(ask):
    issuer = ask(ISSUER)
    assert issuer.token(at(issuer), A).holders == 2
    denied(issuer, "token", B)
    for method, arguments in PERSONAL.items():
        denied(issuer, method, *arguments)
    assert issuer.names_seen(at(issuer), IDS.values()) == frozenset()


PERSONAL = {
    "holdings": (A,),
    "holding": (A, IDS["A"]),
    "restraints": (A,),
    "lots": (A, IDS["A"]),
    "history": (A,),
    "movements": (A, bytes([13]) * 32),
    "investors": (),
    "investor": (IDS["A"],),
    "investor_of": (ALICE,),
    "lapses": (10**10,),
}


@pytest.mark.parametrize("who", [OPERATOR, EMERGENCY, PAYING_AGENT])
def test_operator_emergency_and_paying_agent_see_no_investor(ask, who):
    for method, arguments in PERSONAL.items():
        denied(ask(who), method, *arguments)
    assert ask(who).names_seen(at(ask(who)), IDS.values()) == frozenset()


def test_a_validator_sees_nothing(ask):
    validator = ask(VALIDATOR)
    for method, arguments in {
        **PERSONAL,
        "tokens": (),
        "token": (A,),
        "tranches": (A,),
        "organisations": (),
        "requests": (),
    }.items():
        denied(validator, method, *arguments)


def test_kyc_and_aml_see_facts_without_holdings(ask):
    for who in (KYC, AML):
        questions = ask(who)
        assert {each.investor for each in questions.investors(at(questions))} == {*IDS.values()}
        assert len(questions.lapses(at(questions), 9_500)) == 3
        denied(questions, "lapses", 9_500, A)
        denied(questions, "holdings", A)
    # Names of those alone whom it enrolled itself.
    assert ask(KYC).names_seen(at(ask(KYC)), IDS.values()) == {IDS["A"], IDS["B"]}
    assert ask(AML).names_seen(at(ask(AML)), IDS.values()) == frozenset()


def test_an_auditor_sees_movements_without_names_until_a_case_opens_them(ask):
    auditor = ask(AUDITOR)
    assert [each.units for each in auditor.history(at(auditor), A)] == [100, 60, 40, 10]
    denied(auditor, "holdings", A)
    assert auditor.names_seen(at(auditor), IDS.values()) == frozenset()

    # C-9 moved units of Bob to Alice; D-3 delivered to Carol; there is no C-8.
    assert ask(AUDITOR, case="C-9").names_seen(at(auditor), IDS.values()) == {IDS["A"], IDS["B"]}
    assert ask(AUDITOR, case="D-3").names_seen(at(auditor), IDS.values()) == {IDS["C"]}
    assert ask(AUDITOR, case="WL-1").names_seen(at(auditor), IDS.values()) == {IDS["A"]}
    assert ask(AUDITOR, case="C-8").names_seen(at(auditor), IDS.values()) == frozenset()


def test_a_case_opens_nothing_to_whom_the_file_gives_nothing_by_case(ask):
    assert ask(ISSUER, case="C-9").names_seen(at(ask(ISSUER)), IDS.values()) == frozenset()
    denied(ask(VALIDATOR, case="C-9"), "history", A)


def test_what_cannot_be_a_case_number_is_refused(ask):
    with pytest.raises(BadCase):
        ask(AUDITOR, case="案件")


def test_a_request_is_seen_by_who_takes_part_in_it(ask):
    for who in (REGISTRAR, AUDITOR):
        assert [each.id for each in ask(who).requests(at(ask(who)))] == [FORCED]
    for who in (BROKER, ISSUER, OPERATOR):
        assert ask(who).requests(at(ask(who))) == ()


def test_who_names_a_purpose_that_is_not_theirs_sees_nothing(ask):
    refused = denied(ask(REGISTRAR, Purpose.AUDIT), "holdings", A)
    assert "audit" in refused.why.en


def test_a_key_that_is_nobody_s_asks_nothing(register_):
    with pytest.raises(UnknownViewer):
        viewer_of(register_, register_.stamp(), STRANGER)


def test_an_earlier_role_counts_as_of_then(register_):
    """As of block 0 nobody had been added."""
    with pytest.raises(UnknownViewer):
        viewer_of(register_, register_.stamp(0), KEYS[REGISTRAR])


def test_allowed_and_denied_are_in_the_log_with_who_what_why_and_whose(ask):
    broker = ask(BROKER, Purpose.NOTICE)
    broker.holding(at(broker), A, IDS["A"])
    denied(broker, "holding", A, IDS["B"])

    allowed, refused = ask.log.accesses()

    assert (allowed.organisation, allowed.key, allowed.login) == (BROKER, KEYS[BROKER], "officer")
    assert (allowed.purpose, allowed.asked, allowed.token) == ("notice", "holding", A)
    assert (allowed.subjects, allowed.result) == ((IDS["A"],), ALLOWED)
    assert allowed.block == at(broker).block
    assert refused.subjects == (IDS["B"],)
    assert refused.result == "The roles of who asks see holdings of others only."


def test_holders_with_facts_only_where_facts_are_seen_too(register_, tmp_path):
    """An issuer that may see holdings, by a file of its own, sees no facts beside them."""
    from jp20.domain.governance.views import parse_views
    from jp20.operations.files.inputs import SHIPPED_VIEWS

    head, _, tail = SHIPPED_VIEWS.read_text("utf-8").partition("[roles.ISSUER]")
    tail = tail.replace('holdings = "none"', 'holdings = "own_tokens"', 1)
    tail = tail.replace('names = "none"', 'names = "own_tokens"', 1)
    views = parse_views(f"{head}[roles.ISSUER]{tail}".encode(), "views.toml")
    viewer = viewer_of(register_, register_.stamp(), KEYS[ISSUER])
    issuer = ViewedQuestions(register_, viewer, views, AccessLog(tmp_path), Purpose.REGISTER)

    found = issuer.holdings(issuer.stamp(), A)

    assert [(each.units, each.facts) for each in found] == [(70, None), (30, None)]
    assert issuer.names_seen(issuer.stamp(), IDS.values()) == {IDS["A"], IDS["B"]}
    denied(issuer, "holdings", B)
