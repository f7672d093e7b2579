"""The daily use: organisations on machines of their own, with one key each."""

from dataclasses import replace

import pytest
from example_world import AML, ISSUER, KYC, TRUST_BANK, alice, bob, dave, evidence

from jp20.chain.contracts.errors import Reverted
from jp20.chain.history import ChainHistory
from jp20.domain.base.errors import JP20Error
from jp20.domain.governance.assignment import NotEnoughOrganisations
from jp20.domain.governance.merkle import MerkleTree
from jp20.domain.governance.requests import leaf
from jp20.operations.governance import approval, requests
from jp20.operations.governance.requests import (
    NO_SLOT,
    FalseRequest,
    RequestState,
    UnknownRequest,
)
from jp20.operations.session import NoOrganisationKey


@pytest.fixture
def calls(world):
    return [world.session.token(world.token).call("issue(uint256)", 70)]


@pytest.fixture
def proposed(world, calls) -> bytes:
    """The id of an issue of 70 units that the issuer proposed."""
    session = world.session_of(ISSUER)
    return requests.propose(session, world.key(ISSUER), calls, evidence("C-1")).decision.request.id


def sign(world, organisation: int, request: bytes, slot: int | None = None):
    key = world.key(organisation)
    return requests.sign(world.session_of(organisation), key, request, slot)


@pytest.mark.requirement("G17", "S3")
def test_three_machines_issue_units(world, proposed):
    sign(world, TRUST_BANK, proposed)
    issuer = world.session_of(ISSUER)
    view = requests.show_request(issuer, proposed)
    # Everything that the executor needs was published.
    decision = requests.published_decision(issuer, proposed)
    (done,) = requests.execute(issuer, world.key(ISSUER), decision)
    assert (view.call.name, dict(view.call.arguments)) == ("issue", {"amount": 70})
    assert done.refusal is None
    assert world.session.token(world.token).read(int, "totalSupply") == 1_070
    (again,) = requests.execute(issuer, world.key(ISSUER), decision)
    assert again.earlier
    assert again.transaction == done.transaction


class ForgingNode:
    """Answers with a proposal of 7,000 units where the chain has one of 70, under the same id."""

    def __init__(self, world, monkeypatch) -> None:
        self.lies = False
        self._session, self._token = world.session, world.token
        proposals = ChainHistory.proposals

        def answer(*arguments):
            found = proposals(*arguments)
            return tuple(map(self._forged, found)) if self.lies else found

        monkeypatch.setattr(ChainHistory, "proposals", answer)

    def _forged(self, entry):
        call = self._session.token(self._token).call("issue(uint256)", 7_000)
        request = replace(entry.event.request, root=MerkleTree([leaf(0, call)]).root)
        return replace(entry, event=replace(entry.event, request=request, data=call.data))


@pytest.mark.requirement("G17", "S3")
def test_what_is_signed_is_what_was_shown_whatever_the_node_says_afterwards(
    world, proposed, monkeypatch
):
    # given: what a signer was shown, and a node that answers otherwise from then on
    bank = world.session_of(TRUST_BANK)
    node = ForgingNode(world, monkeypatch)
    view = requests.show_request(bank, proposed)
    shown = approval.decision_of(bank, view, None, "", "approve")
    part = approval.signature_to_give(bank, view)
    node.lies = True
    # when
    approval.sign_request(bank, shown, part)
    # then: the signature counts for the request that was shown
    node.lies = False
    signed = requests.show_request(world.session, proposed)
    assert [slot.signature.organisation for slot in signed.slots] == [ISSUER, TRUST_BANK]


@pytest.mark.requirement("G17", "S3")
def test_a_proposal_whose_fields_are_not_those_of_its_id_is_refused(world, proposed, monkeypatch):
    node = ForgingNode(world, monkeypatch)
    node.lies = True
    with pytest.raises(FalseRequest, match="content is another's"):
        requests.show_request(world.session, proposed)


@pytest.mark.requirement("G17")
def test_a_request_is_shown_from_the_node(world, proposed):
    open_ = requests.show_request(world.session_of(AML), proposed)
    assert (open_.state, open_.case, open_.function) == (
        RequestState.OPEN,
        "C-1",
        "issue(uint256)",
    )
    assert (open_.act.text.en, open_.proposer, open_.executed) == (
        "issue, additional issue",
        ISSUER,
        0,
    )
    assert open_.ready_at is None
    assert open_.expires_at == open_.proposed_at + 7 * 86_400
    signed = [slot.signature and slot.signature.organisation for slot in open_.slots]
    assert signed == [ISSUER, None]
    sign(world, TRUST_BANK, proposed)
    ready = requests.show_request(world.session, proposed)
    assert (ready.state, ready.ready_at) == (RequestState.READY, world.session.now())
    assert [view.id for view in requests.list_requests(world.session)][-1] == proposed


@pytest.mark.requirement("G17")
def test_states_follow_the_chain(world, proposed, calls):
    def state() -> RequestState:
        return requests.show_request(world.session, proposed).state

    sign(world, TRUST_BANK, proposed)
    requests.withdraw(world.session, world.key(TRUST_BANK), proposed)
    assert state() is RequestState.OPEN
    requests.cancel_request(world.session, world.key(ISSUER), proposed)
    assert state() is RequestState.CANCELLED
    requests.propose(world.session, world.key(ISSUER), calls, evidence("C-1"))
    assert state() is RequestState.OPEN
    world.pass_time(7 * 86_400)
    assert state() is RequestState.EXPIRED
    requests.propose(world.session, world.key(ISSUER), calls, evidence("C-1"))
    sign(world, TRUST_BANK, proposed)
    decision = requests.published_decision(world.session, proposed)
    requests.execute(world.session, world.key(ISSUER), decision)
    assert state() is RequestState.EXECUTED


@pytest.mark.requirement("S3")
def test_nobody_signs_twice_or_without_the_role(world, proposed):
    with pytest.raises(NotEnoughOrganisations, match=f"Organisation {AML} "):
        sign(world, AML, proposed)
    with pytest.raises(Reverted, match="none of the roles"):
        sign(world, AML, proposed, slot=1)
    with pytest.raises(NotEnoughOrganisations, match=f"Organisation {ISSUER} "):
        sign(world, ISSUER, proposed)
    with pytest.raises(NoOrganisationKey):
        requests.sign(world.session, alice, proposed)
    with pytest.raises(JP20Error, match="has not signed"):
        requests.withdraw(world.session, world.key(TRUST_BANK), proposed)


def test_one_can_propose_without_signing(world, calls):
    proposal = requests.propose(
        world.session, world.key(ISSUER), calls, evidence("C-1"), slot=NO_SLOT
    )
    view = requests.show_request(world.session, proposal.decision.request.id)
    assert [slot.signature for slot in view.slots] == [None, None]


@pytest.mark.requirement("G17")
def test_many_calls_travel_as_a_file(world, tmp_path):
    rows = [bob.address, dave.address]
    calls = [world.session.platform.call("suspend", [wallet]) for wallet in rows]
    proposal = requests.propose(world.session, world.key(AML), calls, evidence("C-1"))
    request = proposal.decision.request.id
    assert requests.published_decision(world.session, request) is None
    file = tmp_path / "decision.json"
    requests.save_decision(file, proposal.decision)
    sign(world, TRUST_BANK, request)
    received = requests.load_decision(file)
    (first,) = requests.execute(world.session, world.key(AML), received, [1])
    assert first.index == 1
    assert requests.show_request(world.session, request).executed == 1
    both = requests.execute(world.session, world.key(AML), received)
    assert [(each.index, each.earlier) for each in both] == [(0, False), (1, True)]


def test_a_request_that_nobody_made_is_unknown(world):
    with pytest.raises(UnknownRequest):
        requests.show_request(world.session, b"\x01" * 32)
    with pytest.raises(UnknownRequest):
        requests.sign(world.session, world.key(KYC), b"\x01" * 32)
