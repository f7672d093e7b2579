"""The register is compared with the chain, and a difference is named with its first block."""

import pytest
from acting import HOUR, Acting, fresh
from example_world import alice, bob, carol
from faulty_proxy import FaultyProxy

from jp20.chain.rpc.connection import connect
from jp20.chain.rpc.networks import Network
from jp20.domain.investors.investors import investor_id
from jp20.domain.token.storage import field, in_mapping
from jp20.operations.register.asking import ask
from jp20.operations.register.reconciliation import (
    Compared,
    NotReconciled,
    reconcile_with_chain,
    require_reconciled,
)
from jp20.operations.session import Session, open_session

ALICE = investor_id(alice.address)


@pytest.mark.requirement("G13", "G15")
def test_the_register_agrees_with_the_chain_and_its_record_dates(world):
    acting = Acting(world)
    token = acting.token.address
    acting.act("setRecordDate", acting.now() + HOUR)
    world.pass_time(HOUR + 1)
    acting.own(alice, "transfer", bob.address, 30)
    acting.act("split", 2)
    session = fresh(world)
    register = ask(session)

    found = require_reconciled(session, register, register.stamp(), token)

    # alice, bob, carol and the issuer's account
    assert (found.agrees, found.wallets, found.record_dates) == (True, 4, (0,))
    assert len(found.nodes) == 1


@pytest.mark.requirement("G13", "G15")
def test_a_balance_that_the_chain_has_otherwise_is_named_with_its_first_block(world):
    acting = Acting(world)
    token, rpc = acting.token, acting.session.connection.rpc
    acting.own(alice, "transfer", bob.address, 30)
    slot = in_mapping(field("_holders"), alice.address)
    word = int(rpc("eth_getStorageAt", token.address, hex(slot), "latest"), 16)
    rpc("anvil_setStorageAt", token.address, hex(slot), f"0x{word + 7:064x}")
    rpc("evm_mine")
    acting.own(bob, "transfer", carol.address, 1)
    session = fresh(world)
    register = ask(session)
    at = register.stamp()

    found = reconcile_with_chain(session, register, at, token.address)

    (difference,) = found.differences
    assert (difference.what, difference.wallet) == (Compared.BALANCE, alice.address)
    assert (difference.investor, difference.register, difference.chain) == (ALICE, 70, 77)
    wrong = [
        number
        for number in range(at.block + 1)
        if number >= register.token(at, token.address).created.block
        and token.read(int, "balanceOf", alice.address, block=number)
        != register.holding(register.stamp(number), token.address, ALICE).units
    ]
    assert difference.since == wrong[0]
    with pytest.raises(NotReconciled, match=alice.address) as raised:
        require_reconciled(session, register, at, token.address)
    assert f"first at block {wrong[0]}" in str(raised.value)


@pytest.mark.requirement("G13", "G15")
def test_units_of_somebody_who_has_none_by_the_register_are_found_by_the_sum(world):
    acting = Acting(world)
    token, rpc = acting.token, acting.session.connection.rpc
    acting.own(carol, "transfer", bob.address, 40)
    slot = field("_supply")
    word = int(rpc("eth_getStorageAt", token.address, hex(slot), "latest"), 16)
    rpc("anvil_setStorageAt", token.address, hex(slot), f"0x{word + 5:064x}")
    slot = in_mapping(field("_holders"), carol.address)
    word = int(rpc("eth_getStorageAt", token.address, hex(slot), "latest"), 16)
    rpc("anvil_setStorageAt", token.address, hex(slot), f"0x{word + 5:064x}")
    rpc("evm_mine")
    session = fresh(world)
    register = ask(session)

    found = reconcile_with_chain(session, register, register.stamp(), token.address)

    assert [(each.what, each.wallet, each.register, each.chain) for each in found.differences] == [
        (Compared.BALANCE, carol.address, 0, 5),
        (Compared.SUPPLY, None, 1000, 1005),
        (Compared.SUM, None, 1000, 1005),
    ]


@pytest.mark.requirement("G13", "G15")
def test_a_second_node_that_answers_otherwise_is_named(world):
    proxy = FaultyProxy(world.session.connection.network.url)
    proxy.fault = "one more"
    try:
        network = Network((world.session.connection.network.url, proxy.url), 31337)
        session: Session = open_session(connect(network), world.deployment, [])
        register = ask(fresh(world))
        at = register.stamp()

        found = reconcile_with_chain(session, register, at, world.token)
        proxy.fault = "reset"
        silent = reconcile_with_chain(session, register, at, world.token)
    finally:
        proxy.stop()

    assert len(found.nodes) == 2
    assert {each.node for each in found.differences} == {found.nodes[1]}
    assert found.differences[0].chain == found.differences[0].register + 1
    assert (silent.agrees, silent.silent) == (True, (found.nodes[1],))
