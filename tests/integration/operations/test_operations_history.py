"""The past is read once, and what others asked for costs nobody anything."""

import pytest
from example_world import ISSUER, alice, allotments, bob, dave, evidence

from jp20.chain.contracts.events import EventDecoder
from jp20.domain.plans.outcomes import Outcome
from jp20.domain.register.events import CallExecuted, RequestProposed
from jp20.operations.governance import requests
from jp20.operations.plans.plan import distribute, prepare_distribution
from jp20.operations.session import open_session
from jp20.operations.token.transfer import transfer


@pytest.fixture
def asked(monkeypatch, world):
    """The methods that are asked of the node, one for each call."""
    methods: list[str] = []
    nodes = world.session.connection._nodes
    ask = nodes.ask

    def noted(calls, lane=None):
        methods.extend(method for method, _ in calls)
        return ask(calls, lane)

    monkeypatch.setattr(nodes, "ask", noted)
    return methods


def fresh(world):
    """A session that has read nothing yet."""
    return open_session(world.session.connection, world.deployment, world.session.signers.values())


@pytest.mark.requirement("G2", "G15")
def test_a_plan_costs_the_same_however_many_requests_others_made(
    world,
    asked,
):
    def cost() -> int:
        session = fresh(world)
        asked.clear()
        prepare_distribution(session, world.token, allotments((dave, 10)), evidence("C-1"))
        return len(asked)

    before = cost()
    key, issue = world.key(ISSUER), world.session.token(world.token).call("issue(uint256)", 1)
    for number in range(12):
        requests.propose(world.session, key, [issue], evidence(f"OTHER-{number}"))
    assert cost() == before


@pytest.mark.requirement("G2", "G15", "G17")
def test_other_people_s_requests_are_not_even_read(world, monkeypatch):
    """Whoever delivers again, or looks at one request, learns nothing of those of others."""
    rows = allotments((dave, 10))
    distribute(world.session, world.token, rows, evidence("C-1"))
    key, issue = world.key(ISSUER), world.session.token(world.token).call("issue(uint256)", 1)
    mine = requests.propose(world.session, key, [issue], evidence("C-2")).decision.request.id
    others = {
        requests.propose(world.session, key, [issue], evidence(f"OTHER-{number}")).decision
        for number in range(3)
    }
    session = fresh(world)
    decoded = []
    decode = EventDecoder.decode

    def noted(decoder, log):
        decoded.append(decode(decoder, log))
        return decoded[-1]

    monkeypatch.setattr(EventDecoder, "decode", noted)
    again = distribute(session, world.token, rows, evidence("C-1"))
    assert [each.outcome for each in again.rows] == [Outcome.ALREADY_DONE]
    assert requests.show_request(session, mine).id == mine
    ids = {event.id for event in decoded if isinstance(event, RequestProposed | CallExecuted)}
    assert mine in ids
    assert not ids & {each.request.id for each in others}


@pytest.mark.requirement("G15", "G17")
def test_executions_are_found_by_their_requests(world):
    history, consortium = fresh(world).history, world.session.consortium.address
    everything = [
        each for each in fresh(world).events(consortium) if isinstance(each.event, CallExecuted)
    ]
    wanted = {everything[0].event.id, everything[2].event.id}
    expected = tuple(each for each in everything if each.event.id in wanted)
    assert history.executions(consortium, wanted) == expected
    history.events(consortium)
    assert history.executions(consortium, wanted) == expected  # of what was read already
    assert history.executions(consortium, ()) == ()


@pytest.mark.requirement("G15")
def test_events_are_read_once_and_afterwards_only_what_came_since(world, asked):
    session = fresh(world)
    first = session.events(world.token)
    asked.clear()
    assert session.events(world.token) == first
    assert "eth_getLogs" not in asked

    transfer(session, world.token, alice, bob.address, 5)
    asked.clear()
    (new,) = session.events(world.token)[len(first) :]
    assert (new.event.from_, new.event.to, new.event.value) == (alice.address, bob.address, 5)
    assert asked.count("eth_getLogs") == 1


@pytest.mark.requirement("G15")
def test_what_stands_up_to_a_block_is_what_was_read_up_to_it(world):
    session = fresh(world)
    height = session.connection.block_number()
    transfer(session, world.token, alice, bob.address, 5)
    everything = session.events(world.token)
    assert session.events(world.token, height) == everything[:-1]
    assert fresh(world).events(world.token, height) == everything[:-1]


@pytest.mark.requirement("G15", "S8")
def test_a_branch_that_was_given_up_is_forgotten(world):
    session = fresh(world)
    snapshot = session.connection.rpc("evm_snapshot")
    transfer(session, world.token, alice, bob.address, 5)
    given_up = session.events(world.token)[-1]
    session.connection.rpc("evm_revert", snapshot)
    # The other branch is as long: its block has another hash.
    transfer(fresh(world), world.token, alice, bob.address, 6)

    found = session.events(world.token)
    assert given_up not in found
    assert found[-1].event.value == 6


@pytest.mark.requirement("G15", "S8")
def test_a_shorter_branch_is_read_from_the_beginning(world):
    session = fresh(world)
    before = session.events(world.token)
    snapshot = session.connection.rpc("evm_snapshot")
    transfer(session, world.token, alice, bob.address, 5)
    assert len(session.events(world.token)) == len(before) + 1
    session.connection.rpc("evm_revert", snapshot)
    assert session.events(world.token) == before


@pytest.mark.requirement("G17")
def test_proposals_are_found_by_contract_function_and_case(world):
    session, key = world.session, world.key(ISSUER)
    contract = session.token(world.token)
    issue, split = contract.call("issue(uint256)", 1), contract.call("split", 2)
    one = requests.propose(session, key, [issue], evidence("A-1")).decision.request.id
    two = requests.propose(session, key, [split], evidence("A-2")).decision.request.id

    found = requests.proposals
    assert {one, two} <= found(session, target=contract.address).keys()
    assert list(found(session, selector=split.selector, target=contract.address)) == [two]
    assert list(found(session, case_id=evidence("A-1").case_id)) == [one]
    assert list(found(session, case_id=evidence("A-3").case_id)) == []
    events = session.events(session.consortium.address)
    assert {e.event.id for e in events if isinstance(e.event, RequestProposed)} >= {one, two}


@pytest.mark.requirement("G17")
def test_the_node_itself_finds_the_requests_of_a_case(world, monkeypatch):
    session, key = world.session, world.key(ISSUER)
    issue = session.token(world.token).call("issue(uint256)", 1)
    wanted = requests.propose(session, key, [issue], evidence("A-1")).decision.request.id
    requests.propose(session, key, [issue], evidence("A-2"))
    reader = fresh(world)
    asked: list[dict] = []
    rpc = reader.connection.rpc

    def noted(method, *parameters):
        asked.extend(parameters if method == "eth_getLogs" else ())
        return rpc(method, *parameters)

    monkeypatch.setattr(reader.connection, "rpc", noted)
    assert list(requests.proposals(reader, case_id=evidence("A-1").case_id)) == [wanted]
    assert {each["topics"][2] for each in asked} == {f"0x{evidence('A-1').case_id.hex()}"}
    # Once everything was read, it is not asked for again.
    reader.events(reader.consortium.address)
    asked.clear()
    assert list(requests.proposals(reader, case_id=evidence("A-1").case_id)) == [wanted]
    assert asked == []
