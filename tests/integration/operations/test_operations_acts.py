"""An act is judged by its contract before anybody signs, and done once under its case."""

from dataclasses import replace

import pytest
from example_world import AML, AUDITOR, ISSUER, TRUST_BANK, alice, bob, evidence

from jp20.chain.rpc.connection import NodeRefused
from jp20.chain.rpc.node_errors import CannotConnect
from jp20.domain.base.text import Text
from jp20.domain.plans.outcomes import Decided
from jp20.domain.token.reasons import Reason
from jp20.domain.token.state import WouldBeRefused
from jp20.operations.governance import requests
from jp20.operations.governance.acts import Act, ActState, carry_out, judge, simulate, state_of
from jp20.operations.governance.emergency import halt
from jp20.operations.investors.whitelist import investor, reinstate, suspend
from jp20.operations.token.enforce import force_transfer
from jp20.operations.token.lifecycle import pause, set_record_date, split
from jp20.operations.token.restraints import (
    FrozenAlready,
    confirm_freeze,
    freeze_at_once,
    lock_up,
    set_token_lock_up,
    shorten_token_lock_up,
)


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
    carry_out(world.session, pause(world.session, world.token, evidence("P-1")))
    assert said(world, "issue(uint256)", 1) == "TOKEN_PAUSED"
    carry_out(world.session, halt(world.session))
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
    act = split(world.session, world.token, 2, evidence("SP-3").excluding(AUDITOR))
    done = carry_out(world.session, act)
    assert AUDITOR not in {step.organisation for step in done.steps}
    assert {ISSUER, TRUST_BANK} & {step.organisation for step in done.steps}


@pytest.mark.requirement("G19", "G17")
def test_what_one_key_does_alone_is_judged_by_the_key_s_own_call_and_known_as_done(world):
    session, auditor = world.session, world.session_of(AUDITOR)
    rows = [(alice.address, 30)]
    carry_out(session, freeze_at_once(session, world.token, rows, evidence("F-1")))

    # The officer who froze confirms nothing; another organisation does, once.
    own = confirm_freeze(session, world.token, alice.address, AML, evidence("F-1"))
    nobody = confirm_freeze(auditor, world.token, bob.address, AML, evidence("F-1"))
    with pytest.raises(WouldBeRefused, match="cannot be confirmed"):
        judge(auditor, nobody)
    judge(auditor, own)
    assert state_of(auditor, own) is ActState.OPEN
    carry_out(auditor, own)
    assert state_of(auditor, own) is ActState.DONE
    assert carry_out(auditor, own).steps == ()
    with pytest.raises(WouldBeRefused, match="cannot be confirmed"):
        judge(auditor, replace(own, evidence=evidence("F-2")))


@pytest.mark.requirement("G12", "G19")
def test_where_the_chain_is_so_already_nothing_is_sent_whoever_made_it_so(world):
    session = world.session
    frozen = freeze_at_once(session, world.token, [(alice.address, 30)], evidence("F-1"))
    for act in (pause(session, world.token, evidence("P-1")), halt(session), frozen):
        carry_out(session, act)
        height = session.connection.block_number()
        again = replace(act, evidence=evidence("P-2"))
        assert state_of(session, again) is ActState.DONE
        assert carry_out(session, again).calls == ()
        assert session.connection.block_number() == height
    # More is another act; less is refused before anybody is asked.
    more = freeze_at_once(session, world.token, [(alice.address, 31)], evidence("F-3"))
    assert state_of(session, more) is ActState.OPEN
    with pytest.raises(FrozenAlready, match="30 units"):
        judge(session, freeze_at_once(session, world.token, [(alice.address, 5)], evidence("F-4")))


@pytest.mark.requirement("G12")
def test_a_halt_is_sent_though_the_node_cannot_say_how_it_stands(world):
    def silent() -> bool:
        raise CannotConnect("http://127.0.0.1:1")

    act = halt(world.session)
    done = carry_out(world.session, replace(act, stands=silent))
    assert len(done.steps) == 1
    with pytest.raises(CannotConnect):
        carry_out(world.session, replace(act, stands=silent, stops=False))


@pytest.mark.requirement("G8")
def test_rows_are_judged_by_a_call_without_any(world):
    now, rows = world.session.now(), [(alice.address, 10)]
    with pytest.raises(WouldBeRefused, match="Nothing can be locked up until"):
        judge(world.session, lock_up(world.session, world.token, rows, now - 1, evidence("L")))
    act = lock_up(world.session, world.token, rows, now + 500, evidence("L"))
    judge(world.session, act)
    assert state_of(world.session, act) is ActState.OPEN
    carry_out(world.session, act)
    assert state_of(world.session, act) is ActState.DONE


@pytest.mark.requirement("G19")
def test_a_suspension_that_was_lifted_under_the_case_is_the_same_act_again(world):
    session = world.session
    carry_out(session, suspend(session, [alice.address], evidence("S-1")))
    carry_out(session, reinstate(session, [alice.address], evidence("S-2")))
    carry_out(session, suspend(session, [alice.address], evidence("S-3")))

    again = reinstate(session, [alice.address], evidence("S-2"))
    assert state_of(session, again) is ActState.DONE
    assert carry_out(session, again).steps == ()
    assert investor(session, alice.address).suspended
