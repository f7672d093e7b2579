"""What the founder left under the policy is seen, by every organisation that looks (N18)."""

import pytest
from example_world import FOUNDER

from jp20.chain.contracts.contract import artifact, consortium_at
from jp20.chain.sending.sender import Sender
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.roles import Role
from jp20.domain.governance.policy import Kind, Rule, selector_of
from jp20.domain.governance.requests import Call
from jp20.operations.governance import platform
from jp20.operations.governance.platform import NotAsPlanned, deploy_platform
from jp20.operations.governance.targets import (
    acts_in_force,
    places_on_chain,
    registered_targets,
)
from jp20.operations.session import open_session

ROOM = 9
"""A kind of contract that this package does not know."""

ANYTHING = Rule(
    frozenset({Role.BROKER}),
    (frozenset({Role.BROKER}),),
    frozenset({Role.BROKER}),
    delay=0,
    lifetime=86400,
)


class Hiding:
    """A founder who puts more under the policy before the seal, with another tool."""

    def __init__(self, connection, file):
        self.sender = Sender(connection, FOUNDER, {})
        self.connection, self.file = connection, file
        self.hidden = self.second = None

    def __call__(self, step):
        if step.what != "approveVersion":
            return
        recorded = platform.load_deployment(self.file)
        consortium = consortium_at(self.connection, recorded.consortium.address)
        creation = artifact("Platform").creation(consortium.address)
        made = self.sender.send(Call(ZERO_ADDRESS, creation))
        self.hidden = made.contract
        self.sender.send(
            consortium.call("registerTarget", self.hidden, int(Kind.PLATFORM), ZERO_ADDRESS)
        )
        self.second = recorded.creation_code.address
        self.sender.send(consortium.call("registerTarget", self.second, ROOM, ZERO_ADDRESS))
        act = (ROOM, [selector_of("take()")], ANYTHING.fields)
        self.sender.send(consortium.call("setRules", [act]))


@pytest.fixture
def hiding(world, tmp_path):
    return Hiding(world.session.connection, tmp_path / "31337.json")


@pytest.mark.requirement("G17", "S2")
def test_a_contract_that_is_not_planned_is_not_sealed(hiding, world, policy, organisations):
    with pytest.raises(NotAsPlanned) as refused:
        deploy_platform(
            world.session.connection,
            FOUNDER,
            policy,
            organisations.organisations,
            hiding.file,
            hiding,
        )

    assert hiding.hidden in refused.value.why.en
    assert hiding.second in refused.value.why.ja


@pytest.mark.requirement("G17", "S2")
def test_what_a_founder_hid_and_sealed_is_seen_by_whoever_looks(
    hiding, world, policy, organisations, monkeypatch
):
    # given: a founder who does not look either
    monkeypatch.setattr(platform, "_unplanned_targets", lambda *_: frozenset())
    deployment = deploy_platform(
        world.session.connection, FOUNDER, policy, organisations.organisations, hiding.file, hiding
    )
    session = open_session(world.session.connection, deployment, [])

    targets = registered_targets(session)
    rules = acts_in_force(session, policy)

    # Consortium, platform, settlement, and the two that nobody knows.
    assert [each.name for each in targets] == ["Consortium", "Platform", "Settlement", None, None]
    assert [each.address for each in targets if each.is_hidden] == [hiding.hidden, hiding.second]
    assert [each.kind for each in targets if each.is_hidden] == [Kind.PLATFORM, ROOM]
    hidden = [each.act for each in rules if each.is_hidden]
    assert [(act.kind, act.rule) for act in hidden] == [(ROOM, ANYTHING)]
    assert hidden[0].key == f"0x{selector_of('take()').hex()}"
    # Where they are, powers are held.
    assert [place.name.en for place in places_on_chain(session)][-3:-1] == [
        hiding.hidden,
        hiding.second,
    ]
