"""Setting up a platform: to the end, again, interrupted anywhere, and refused."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from crashing import SlowBlocks, killed_at
from example_world import FOUNDER, KEYS, OPERATOR

from jp20.chain.rpc.connection import WrongChain, connect
from jp20.chain.sending.waiting import wait_for_receipts
from jp20.domain.base.errors import JP20Error
from jp20.domain.governance.deployment import Incomplete, NotADeployment
from jp20.operations.governance import platform
from jp20.operations.governance.platform import (
    AnotherFounder,
    NotAsPlanned,
    deploy_platform,
    load_deployment,
    save_deployment,
    verify,
)
from jp20.operations.governance.policy import CannotDecide, policy_differences
from jp20.operations.session import NotOnThisChain, open_session

# 9 contracts, 14 organisations, 4 parts of the policy, two registrations (platform, settlement),
# version, seal
TRANSACTIONS = 9 + 14 + 4 + 2 + 1 + 1


class Interrupted(Exception):
    pass


def sent(connection) -> int:
    return int(connection.rpc("eth_getTransactionCount", FOUNDER.address, "latest"), 16)


@pytest.mark.requirement("G17", "S2")
def test_the_platform_is_what_the_files_say(world, policy, organisations):
    members = world.session.members()
    assert [(m.name, m.keys) for m in members] == [
        (entry.name, entry.keys) for entry in organisations.organisations
    ]
    assert [m.roles for m in members] == [frozenset(e.roles) for e in organisations.organisations]
    assert policy_differences(world.session, policy) == ()
    assert world.session.consortium.read(bool, "isSealed")
    assert all(check.matches for check in verify(world.session.connection, world.deployment))


def test_run_again_it_sends_nothing(world, policy, organisations, tmp_path):
    file = tmp_path / "31337.json"
    entries = organisations.organisations
    first = deploy_platform(world.session.connection, FOUNDER, policy, entries, file)
    before = sent(world.session.connection)
    assert deploy_platform(world.session.connection, FOUNDER, policy, entries, file) == first
    assert sent(world.session.connection) == before


@pytest.mark.parametrize("step", [1, 3, 9, 10, 16, 23, 24, 27, 28, 29, 30, 31])
def test_interrupted_after_any_step_it_goes_on(world, policy, organisations, tmp_path, step):
    connection, file = world.session.connection, tmp_path / "31337.json"
    before, done = sent(connection), []

    def interrupt(made) -> None:
        done.append(made)
        if len(done) == step:
            raise Interrupted

    with pytest.raises(Interrupted):
        deploy_platform(connection, FOUNDER, policy, organisations.organisations, file, interrupt)
    deployment = deploy_platform(connection, FOUNDER, policy, organisations.organisations, file)
    assert deployment.is_complete
    assert sent(connection) - before == TRANSACTIONS
    assert load_deployment(file) == deployment


def test_a_deployment_that_was_sent_and_not_recorded_is_found(
    world, policy, organisations, tmp_path, monkeypatch
):
    connection, file = world.session.connection, tmp_path / "31337.json"
    before = sent(connection)

    def killed(*_: object) -> None:
        raise Interrupted

    with monkeypatch.context() as patch:
        patch.setattr(platform, "wait_for_receipts", killed)
        with pytest.raises(Interrupted):
            deploy_platform(connection, FOUNDER, policy, organisations.organisations, file)
    intent = load_deployment(file).intent
    wait_for_receipts(connection, [intent.transaction], 60)
    assert sent(connection) - before == 1  # the Consortium, of which the file has the intent only
    deployment = deploy_platform(connection, FOUNDER, policy, organisations.organisations, file)
    assert sent(connection) - before == TRANSACTIONS
    assert (deployment.consortium.address, deployment.consortium.transaction) == (
        intent.address,
        intent.transaction,
    )


@pytest.mark.parametrize("point", [20, 30])
def test_killed_while_a_step_is_with_the_node_it_is_not_made_twice(
    world, policy, organisations, tmp_path, point
):
    # given: a process that is killed when it has sent what adds the first or the second
    # organisation (after two points each for seven contracts, ten for each further step)
    connection, file = world.session.connection, tmp_path / "31337.json"
    entries, folder = organisations.organisations, tmp_path / "outbox"
    before = sent(connection)

    def deploy() -> None:
        own = connect(connection.network)
        deploy_platform(own, FOUNDER, policy, entries, file, outbox=folder)

    with SlowBlocks(connection) as blocks:
        assert killed_at(point, deploy)
        blocks.rest()

        # when
        deploy()

    # then
    assert load_deployment(file).is_complete
    assert sent(connection) - before == TRANSACTIONS


def test_a_deployment_that_was_signed_and_not_sent_is_made_anew(
    world, policy, organisations, tmp_path, monkeypatch
):
    connection, file = world.session.connection, tmp_path / "31337.json"
    before = sent(connection)

    def killed(*_: object) -> None:
        raise Interrupted

    with monkeypatch.context() as patch:
        patch.setattr(platform.Sender, "submit", killed)
        with pytest.raises(Interrupted):
            deploy_platform(connection, FOUNDER, policy, organisations.organisations, file)
    assert sent(connection) == before
    deploy_platform(connection, FOUNDER, policy, organisations.organisations, file)
    assert sent(connection) - before == TRANSACTIONS


@pytest.mark.requirement("G17")
def test_organisations_that_can_never_decide_are_refused_before_anything_is_sent(
    world, policy, organisations, tmp_path
):
    without_auditor = [o for o in organisations.organisations if "監査" not in o.name]
    before = sent(world.session.connection)
    with pytest.raises(CannotDecide, match="AUDITOR"):
        deploy_platform(
            world.session.connection, FOUNDER, policy, without_auditor, tmp_path / "31337.json"
        )
    assert sent(world.session.connection) == before
    assert not (tmp_path / "31337.json").exists()


def test_files_that_changed_meanwhile_are_not_sealed(world, policy, organisations, tmp_path):
    connection, file = world.session.connection, tmp_path / "31337.json"
    done = []

    def interrupt(made) -> None:
        done.append(made)
        if len(done) == 12:  # nine contracts, three organisations
            raise Interrupted

    with pytest.raises(Interrupted):
        deploy_platform(connection, FOUNDER, policy, organisations.organisations, file, interrupt)
    first, *others = organisations.organisations
    renamed = [replace(first, name="別の信託銀行"), *others]
    with pytest.raises(NotAsPlanned, match="organisation 1"):
        deploy_platform(connection, FOUNDER, policy, renamed, file)
    assert not load_deployment(file).is_complete
    with pytest.raises(Incomplete):
        open_session(connection, load_deployment(file), KEYS)


def test_another_founder_another_chain_and_a_chain_begun_anew_are_named(
    world, policy, organisations, tmp_path
):
    connection, file = world.session.connection, tmp_path / "31337.json"
    entries = organisations.organisations
    save_deployment(file, world.deployment)
    with pytest.raises(AnotherFounder):
        deploy_platform(connection, KEYS[OPERATOR], policy, entries, file)
    save_deployment(file, replace(world.deployment, chain_id=1))
    with pytest.raises(WrongChain):
        deploy_platform(connection, FOUNDER, policy, entries, file)
    with pytest.raises(WrongChain):
        open_session(connection, load_deployment(file), KEYS)
    nowhere = replace(world.deployment.consortium, address=world.token)
    contracts = MappingProxyType({**world.deployment.contracts, "Consortium": nowhere})
    save_deployment(file, replace(world.deployment, contracts=contracts))
    with pytest.raises(NotOnThisChain, match="Consortium"):
        deploy_platform(connection, FOUNDER, policy, entries, file)


def test_verify_finds_other_code(world):
    servicing, *_, last = world.deployment.modules
    wrong = replace(servicing, address=last.address)
    contracts = MappingProxyType({**world.deployment.contracts, "JP20Servicing": wrong})
    checks = verify(world.session.connection, replace(world.deployment, contracts=contracts))
    assert [check.name for check in checks if not check.matches] == ["JP20Servicing"]


def test_a_file_that_is_no_deployment_is_named(tmp_path):
    file = tmp_path / "x.json"
    with pytest.raises(JP20Error, match=r"x\.json"):
        load_deployment(file)
    for content in ("", "[]", '{"format": 2}', '{"format": 1, "chain_id": 1}'):
        file.write_text(content)
        with pytest.raises(NotADeployment):
            load_deployment(file)
