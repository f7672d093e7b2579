"""Whoever may makes a token's past happen: acts of organisations, holders and contracts."""

import time
from dataclasses import replace
from itertools import count

from example_world import ISSUER, TRUST_BANK, alice, bob, carol, dave, erin, evidence

from jp20.chain.contracts.contract import token_at
from jp20.operations.governance import requests
from jp20.operations.governance.decide import decide
from jp20.operations.session import open_session
from jp20.operations.token.issue import create_token

HOUR = 3600
PLEDGEE = b"pledgee".ljust(32, b"\0")
PEOPLE = (alice, bob, carol, dave, erin)

_cases = count(1)


def sheet_with(sheet, **terms):
    """A second token's term sheet."""
    changed = replace(sheet.terms, code="JP20-SECOND", symbol="SECOND", **terms)
    return replace(sheet, terms=changed)


class Acting:
    """Whoever may does it, each act under a case of its own; refusals are left as they come."""

    def __init__(self, world) -> None:
        self.world = world
        self.session = fresh(world, self._wait)
        self.token = self.session.token(world.token)
        self.case = evidence("PAST-0")

    def _wait(self, until):
        rpc = self.session.connection.rpc
        rpc("evm_setNextBlockTimestamp", until)
        rpc("evm_mine")

    def decide(self, contract, function, *arguments):
        call = contract.call(function, *arguments)
        self.case = evidence(f"PAST-{next(_cases)}")
        decided = decide(self.session, [call], self.case)
        for each in decided.calls:
            if each.refusal is not None:
                raise each.refusal
        return decided

    def act(self, function, *arguments):
        """A governed function of the token."""
        return self.decide(self.token, function, *arguments)

    def own(self, holder, function, *arguments):
        """A holder's own call on the token."""
        return self.session.send(holder, self.token.call(function, *arguments))

    def as_settlement(self, function, *arguments):
        """A call that the settlement contract makes on the token."""
        rpc, address = self.session.connection.rpc, self.session.settlement.address
        rpc("anvil_impersonateAccount", address)
        rpc("anvil_setBalance", address, hex(10**18))
        call = self.token.call(function, *arguments)
        data = f"0x{call.data.hex()}"
        sent = {"from": address, "to": call.target, "data": data, "gasPrice": hex(10**9)}
        transaction = rpc("eth_sendTransaction", sent)
        while rpc("eth_getTransactionReceipt", transaction) is None:
            time.sleep(0.05)

    def suspended(self, person):
        """A row that names the suspension of a person."""
        since = self.session.platform.read(tuple[int, int, int, int], "suspension", person.address)
        return (person.address, since[1])

    def leave_a_request(self, number):
        """A request that is proposed, signed, and signed no more or cancelled."""
        key = self.world.key(ISSUER)
        call = self.token.call("issue(uint256)", number)
        case = evidence(f"PAST-{next(_cases)}")
        id = requests.propose(self.session, key, [call], case).decision.request.id
        if number % 3 == 0:
            requests.cancel_request(self.session, key, id)
        elif number % 3 == 1:
            requests.withdraw(self.session, key, id)

    def halt_and_resume(self):
        platform = self.session.platform
        self.decide(platform, "halt")
        self.decide(platform, "resume", platform.read(int, "haltedSince"))

    def use_a_token_with_consent(self):
        sheet = sheet_with(self.world.sheet, consent_required=True)
        created = create_token(self.session, sheet, ISSUER, TRUST_BANK, evidence("CREATE-1"))
        self.token = token_at(self.session.connection, created.token)
        self.act("issue(uint256)", 1000)
        self.act("deliver", [each.address for each in PEOPLE[:3]], [100, 60, 40])

    def now(self) -> int:
        return self.session.now()


def fresh(world, wait=None):
    """A session that has read nothing yet, with all keys."""
    keys = world.session.signers.values()
    return open_session(world.session.connection, world.deployment, keys, wait)
