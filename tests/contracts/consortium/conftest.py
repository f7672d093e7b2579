"""A sealed consortium of seven organisations, and a vault that it governs as a token.

What is refused is asked with `eth_call`: the answer is the chain's, no block is spent on it, and
the error comes back with its arguments.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from brownie import chain, web3
from eth_abi import decode
from seven_organisations import (
    AT_LARGE,
    CASE,
    DOCUMENT,
    FOUNDER,
    HOUR,
    KEYS,
    NAMED,
    OPERATOR,
    OWN,
    PLATFORM,
    POLICY,
    ROLES,
    TOKEN,
    Reverted,
    selector,
)

from jp20.domain.base.roles import bitmap
from jp20.domain.governance.policy import rule_of
from jp20.domain.governance.requests import Call, Decision, compose


@pytest.fixture(scope="module")
def unsealed(Consortium, Vault, accounts):
    """What the founder has set up, one step before the seal."""
    founder = {"from": accounts[FOUNDER]}
    consortium = Consortium.deploy(founder)
    for number, keys in KEYS.items():
        name, roles = f"organisation {number}", bitmap(ROLES[number])
        consortium.addOrganisation(name, roles, [accounts[key] for key in keys], founder)
    consortium.setRules(POLICY, founder)
    return consortium


@pytest.fixture(scope="module")
def vault(unsealed, Vault, accounts):
    """Governed as a token."""
    deployed = Vault.deploy(unsealed, {"from": accounts[FOUNDER]})
    founder = {"from": accounts[FOUNDER]}
    unsealed.registerTarget(deployed, TOKEN, AT_LARGE, founder)
    for organisation, role in NAMED:
        unsealed.grantRole(organisation, role, deployed, founder)
    return deployed


@pytest.fixture(scope="module")
def platform(unsealed, Vault, accounts):
    """The same contract, governed as a platform."""
    deployed = Vault.deploy(unsealed, {"from": accounts[FOUNDER]})
    unsealed.registerTarget(deployed, PLATFORM, AT_LARGE, {"from": accounts[FOUNDER]})
    return deployed


@pytest.fixture
def consortium(unsealed, vault, platform, accounts, isolation):
    """Sealed: the founder has no power any more."""
    unsealed.seal({"from": accounts[FOUNDER]})
    return unsealed


@pytest.fixture(autouse=True)
def isolation(fn_isolation):
    """Each test begins where the deployment ended."""


@pytest.fixture(scope="module")
def key(accounts) -> Callable[..., dict[str, Any]]:
    """Transaction parameters: the first key of an organisation, or a further one."""

    def sender(organisation: int, which: int = 0) -> dict[str, Any]:
        return {"from": accounts[KEYS[organisation][which]]}

    return sender


@pytest.fixture(scope="module")
def refuses(Consortium, Vault) -> Callable[..., AbstractContextManager[None]]:
    """`with refuses("Name", *arguments): function.call(...)`, of the Consortium or of the vault."""
    known = {}
    for entry in (*Consortium.abi, *Vault.abi):
        if entry["type"] == "error":
            types = [parameter["type"] for parameter in entry["inputs"]]
            known[selector(f"{entry['name']}({','.join(types)})")] = (entry["name"], types)

    @contextmanager
    def expect(name: str, *arguments: object) -> Iterator[None]:
        with pytest.raises(Reverted) as caught:
            yield
        error, types = known[caught.value.data[:4]]
        values = decode(types, caught.value.data[4:])
        wanted = tuple(
            str(a) if isinstance(a, str) or hasattr(a, "address") else a for a in arguments
        )
        lower = tuple(v.lower() if isinstance(v, str) else v for v in values)
        assert (error, *lower) == (name, *(w.lower() if isinstance(w, str) else w for w in wanted))

    return expect


@pytest.fixture(scope="module")
def ask() -> Callable[..., bytes]:
    """`ask(contract.function, *arguments, sender)`: the answer of an `eth_call`, or `Reverted`."""

    def call(function, *arguments) -> bytes:
        *arguments, sender = arguments
        transaction = {
            "from": sender["from"].address,
            "to": function._address,
            "data": function.encode_input(*arguments),
            "gas": hex(10_000_000),
        }
        answer = web3.provider.make_request("eth_call", [transaction, "latest"])
        if "error" not in answer:
            return bytes.fromhex(answer["result"][2:])
        data = answer["error"].get("data", "0x")
        raise Reverted(bytes.fromhex((data if isinstance(data, str) else data["result"])[2:]))

    return call


@pytest.fixture(scope="module")
def draft(unsealed) -> Callable[..., Decision]:
    """A request for calls on one function, by the rule in force; nothing is sent."""

    def build(target, *calls: str, case=CASE, document=DOCUMENT, parties=()) -> Decision:
        made = [Call(target.address, bytes.fromhex(call[2:])) for call in calls]
        word = unsealed.rule(unsealed.kindOf(target), made[0].selector)
        return compose(made, case, document, word, parties)

    return build


@pytest.fixture(scope="module")
def approved(unsealed, key, draft) -> Callable[..., Decision]:
    """`approved(target, call, by={slot: organisation})`: who fills slot 0 proposes, all sign."""

    def run(target, *calls: str, by: dict[int, int], **kwargs) -> Decision:
        decision = draft(target, *calls, **kwargs)
        # What waits for a time has to be published.
        data = decision.published_data if rule_of(decision.request.rule).delay else b""
        unsealed.propose(decision.request.fields, 0, data, key(by[0]))
        for slot, organisation in list(by.items())[1:]:
            unsealed.sign(decision.request.fields, slot, key(organisation))
        return decision

    return run


@pytest.fixture(scope="module")
def govern(unsealed, approved, key) -> Callable[..., object]:
    """The consortium changes itself: `govern(consortium.addKey.encode_input(…))`, a day later."""

    def run(call: str, **kwargs):
        decision = approved(unsealed, call, by=OWN, **kwargs)
        chain.sleep(24 * HOUR)
        return unsealed.execute(*decision.execution(0), key(OPERATOR))

    return run
