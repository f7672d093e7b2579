"""The request as a value beside the contract's: ids, leaves, and proofs that are accepted."""

from pathlib import Path

import pytest

from jp20.chain.contracts.contract import Contract, artifact, consortium_at, token_interface
from jp20.chain.rpc.connection import Connection
from jp20.chain.sending.sender import Sender
from jp20.chain.signing.signers import development_signers
from jp20.domain.base.addresses import address_of
from jp20.domain.base.roles import Role, bitmap
from jp20.domain.governance.policy import Kind
from jp20.domain.governance.policy_file import parse_governance
from jp20.domain.governance.requests import Decision, case_id, compose, leaf

EXAMPLE = Path(__file__).parents[2] / "examples" / "governance.toml"
FOUNDER, *ORGANISATIONS = development_signers(6)
EVERY_OTHER = set(Role) - {Role.OPERATOR, Role.VALIDATOR}


def changing(contract: str) -> list[str]:
    interface = token_interface() if contract == "token" else artifact(contract).interface
    return [f.signature for f in interface.functions.values() if f.changes_state]


@pytest.fixture(scope="module")
def consortium(chain: Connection) -> Contract:
    """The operator, three organisations with every role that may stand beside others, a validator;
    each with a key to work with and one to take away.
    """
    founder = Sender(chain, FOUNDER, {})
    receipt = founder.deploy(artifact("Consortium"))
    assert receipt.contract is not None
    consortium = consortium_at(chain, receipt.contract)
    functions = {
        Kind.CONSORTIUM: changing("Consortium"),
        Kind.PLATFORM: changing("Platform"),
        Kind.TOKEN: changing("token"),
        Kind.SETTLEMENT: changing("Settlement"),
    }
    policy = parse_governance(EXAMPLE.read_bytes(), EXAMPLE.name, functions)
    held = [{Role.OPERATOR}, *[EVERY_OTHER] * 3, {Role.VALIDATOR}]
    for place, (signer, roles) in enumerate(zip(ORGANISATIONS, held, strict=True)):
        keys = [signer.address, address_of(0x20000 + place)]
        founder.send(consortium.call("addOrganisation", f"組織{place}", bitmap(roles), keys))
    founder.send(consortium.call("setRules", [act.fields for act in policy.acts]))
    founder.send(consortium.call("seal"))
    return consortium


@pytest.fixture(scope="module")
def decision(consortium: Contract) -> Decision:
    calls = [consortium.call("revokeKey", address_of(0x20000 + n)) for n in range(3)]
    rule = consortium.read(int, "rule", Kind.CONSORTIUM, calls[0].selector)
    return compose(calls, case_id("2026-0001"), b"\x55" * 32, rule)


@pytest.mark.requirement("G17")
def test_ids_and_leaves_are_the_contract_s(consortium: Contract, decision: Decision):
    assert consortium.read(bytes, "idOf", decision.request) == decision.request.id
    for index, call in enumerate(decision.calls):
        theirs = consortium.read(bytes, "leafOf", index, call.target, call.data)
        assert leaf(index, call) == theirs


@pytest.mark.requirement("G17", "S3")
def test_one_decision_is_carried_out_call_by_call(consortium: Contract, decision: Decision):
    known = {consortium.address: consortium.interface}
    senders = [Sender(consortium.connection, signer, known) for signer in ORGANISATIONS]
    senders[0].send(consortium.call("propose", decision.request, 0, decision.published_data))
    senders[1].send(consortium.call("sign", decision.request, 1))
    senders[2].send(consortium.call("sign", decision.request, 2))
    executions = [consortium.call("execute", *decision.execution(index)) for index in (2, 0, 1)]
    assert all(not isinstance(o, Exception) for o in senders[0].send_all(executions))
    request = decision.request
    assert consortium.read(int, "executedCount", request.case_id, request.root) == 3
    for n in range(3):
        assert consortium.read(int, "organisationOf", address_of(0x20000 + n)) == 0
