"""An act is judged by its contract before anybody signs, and done once under its case."""

import pytest
from example_world import AUDITOR, ISSUER, TRUST_BANK, alice, bob, evidence

from jp20.chain.rpc.connection import NodeRefused
from jp20.domain.base.errors import Text
from jp20.domain.plans.outcomes import Decided
from jp20.domain.token.reasons import Reason
from jp20.domain.token.state import WouldBeRefused
from jp20.operations.governance import requests
from jp20.operations.governance.acts import Act, ActState, carry_out, judge, simulate, state_of
from jp20.operations.governance.emergency import halt
from jp20.operations.token.enforce import force_transfer
from jp20.operations.token.lifecycle import pause, set_record_date, split
from jp20.operations.token.restraints import set_token_lock_up, shorten_token_lock_up


def said(world, function: str, *arguments: object) -> str | None:
    """How the contract would refuse a call on the token: its reason, or its error."""
    refusal = simulate(world.session, world.session.token(world.token).call(function, *arguments))
    if refusal is None:
        return None
    reason = getattr(refusal, "reason", None)
    return refusal.decoded.name if reason is None else reason.name


@pytest.mark.requirement("G5")
def test_the_contract_says_how_many_units_can_be_issued(world):
    # The cap is 10,000 and 1,000 are in issue.
    assert said(world, "issue(uint256)", 9_000) is None
    assert said(world, "issue(uint256)", 9_001) == "CAP_EXCEEDED"
    assert said(world, "issue(uint256)", 0) == "ZERO_AMOUNT"
    pause(world.session, world.token, evidence("P-1"))
    assert said(world, "issue(uint256)", 1) == "TOKEN_PAUSED"
    halt(world.session)
    assert said(world, "issue(uint256)", 1) == "PLATFORM_HALTED"


@pytest.mark.requirement("G5", "G6", "G8", "G21")
def test_the_contract_says_what_else_it_would_refuse(world):
    now = world.session.now()
    assert said(world, "split", 2) is None
    assert said(world, "split", 1) == "InvalidRatio"
    assert said(world, "setRecordDate", now + 1_000) is None
    assert said(world, "setRecordDate", now - 1) == "InvalidRecordDate"
    assert said(world, "shortenTokenLockUp", now) == "InvalidTime"
    carry_out(
        world.session, set_token_lock_up(world.session, world.token, now + 500, evidence("L"))
    )
    assert said(world, "shortenTokenLockUp", now + 100) is None
    assert said(world, "setTokenLockUp", now + 400) == "InvalidTime"
    assert said(world, "shortenLockUp", alice.address, 9, now) == "NoSuchRestraint"


@pytest.mark.requirement("G17")
def test_what_is_asked_changes_nothing(world):
    session = world.session
    contract, height = session.token(world.token), session.connection.block_number()
    assert simulate(session, contract.call("issue(uint256)", 5)) is None
    assert contract.read(int, "totalSupply") == 1_000
    assert session.connection.block_number() == height
    # The policy of the consortium itself is judged in the same way.
    add = session.consortium.call("addOrganisation", "", 1, [bob.address])
    assert simulate(session, add) is not None


@pytest.mark.requirement("G17")
def test_a_node_that_takes_no_third_parameter_says_nothing(world, monkeypatch):
    session = world.session
    rpc = session.connection.rpc

    def without(method, *parameters):
        if method == "eth_call" and len(parameters) > 2:
            raise NodeRefused(method, {"code": -32602, "message": "too many arguments"})
        return rpc(method, *parameters)

    monkeypatch.setattr(session.connection, "rpc", without)
    issue = session.token(world.token).call("issue(uint256)", 10**9)
    assert simulate(session, issue) is None

    def passed_over(method, *parameters):
        return rpc(method, *parameters[:2] if method == "eth_call" else parameters)

    monkeypatch.setattr(session.connection, "rpc", passed_over)
    assert simulate(session, issue) is None


@pytest.mark.requirement("G17", "S3")
def test_an_act_is_open_then_waiting_then_done(world):
    act = split(world.session, world.token, 3, evidence("SP-1"))
    assert state_of(world.session, act) is ActState.OPEN
    requests.propose(world.session, world.key(ISSUER), list(act.calls), act.evidence)
    assert state_of(world.session, act) is ActState.WAITING
    done = carry_out(world.session, act)
    assert isinstance(done, Decided)
    assert state_of(world.session, act) is ActState.DONE
    # Again it sends nothing.
    assert carry_out(world.session, act).steps == ()
    assert world.session.token(world.token).read(int, "totalSupply") == 3_000
    # Under another case it is another act.
    assert state_of(world.session, split(world.session, world.token, 3, evidence("SP-2"))) is (
        ActState.OPEN
    )


@pytest.mark.requirement("G6", "G11")
def test_what_would_be_refused_says_what_why_and_what_helps(world):
    session = world.session
    with pytest.raises(WouldBeRefused) as refused:
        judge(session, split(session, world.token, 1, evidence("SP-1")))
    assert refused.value.what.en == "JP20-TEST cannot be split."
    assert refused.value.why.en.endswith("Nothing was sent.")
    assert "jp20 token show JP20-TEST" in refused.value.next_step.en
    assert refused.value.reason is None

    too_many = force_transfer(
        session, world.token, alice.address, bob.address, 101, evidence("FT-1")
    )
    with pytest.raises(WouldBeRefused, match="INSUFFICIENT_BALANCE") as refused:
        judge(session, too_many)
    assert refused.value.reason is Reason.INSUFFICIENT_BALANCE


@pytest.mark.requirement("G17")
def test_each_act_asks_in_both_languages(world):
    session, case = world.session, evidence("Q-1")
    later = world.year_from_now
    carry_out(session, set_token_lock_up(session, world.token, later, evidence("L-1")))
    acts: list[Act] = [
        split(session, world.token, 2, case),
        set_record_date(session, world.token, later, case),
        set_token_lock_up(session, world.token, later + 1, case),
        shorten_token_lock_up(session, world.token, later - 1, case),
        force_transfer(session, world.token, alice.address, bob.address, 5, case),
    ]
    for act in acts:
        question = act.question()
        assert isinstance(question, Text)
        assert question.en.endswith(("?", "undone."))
        assert question.ja.rstrip("。").endswith(("か?", "ません"))
        assert question.en.isascii()


@pytest.mark.requirement("S4")
def test_a_party_signs_nothing_of_an_act(world):
    act = split(world.session, world.token, 2, evidence("SP-3"), parties=[AUDITOR])
    done = carry_out(world.session, act)
    assert AUDITOR not in {step.organisation for step in done.steps}
    assert {ISSUER, TRUST_BANK} & {step.organisation for step in done.steps}
