"""The consortium of these tests: seven organisations, their keys and roles, and a policy."""

from brownie import chain
from eth_utils import keccak

from jp20.domain.base.roles import Role, bitmap

CONSORTIUM, PLATFORM, TOKEN, ROOM = 1, 2, 3, 4
AT_LARGE = "0x" + "0" * 40
HOUR, DAY = 3600, 86400
NO_SLOT = 255
CASE, DOCUMENT = keccak(text="case 2024-7"), keccak(text="court order")

# Numbers of the organisations, in the order in which the founder adds them.
OPERATOR, REGISTRAR, AUDITOR, ISSUER, TRUST, AML, SEALER = range(1, 8)

# Accounts of the development chain; the registrar and the trust bank have two keys each.
KEYS = {
    OPERATOR: [0],
    REGISTRAR: [1, 2],
    AUDITOR: [3],
    ISSUER: [4],
    TRUST: [5, 6],
    AML: [7],
    SEALER: [8],
}
ROLES = {
    OPERATOR: [Role.OPERATOR],
    REGISTRAR: [Role.REGISTRAR],
    AUDITOR: [Role.AUDITOR],
    ISSUER: [Role.ISSUER],
    TRUST: [Role.REGISTRAR, Role.CUSTODIAN, Role.AUDITOR, Role.BROKER],
    AML: [Role.AML],
    SEALER: [Role.VALIDATOR],
}
STRANGER, FOUNDER = 9, 29

# Who is issuer and registrar of the vault that is governed as a token.
NAMED = [(REGISTRAR, Role.REGISTRAR), (TRUST, Role.REGISTRAR), (ISSUER, Role.ISSUER)]

OWN_TAKING = [
    "removeOrganisation(uint32)",
    "revokeKey(address)",
    "revokeRole(uint32,uint8,address)",
    "unregisterTarget(address)",
    "removeRule(uint8,bytes4[])",
]
OWN_GIVING = [
    "addOrganisation(string,uint16,address[])",
    "addKey(uint32,address)",
    "replaceKey(address,address)",
    "rotateKey(address,address)",
    "grantRole(uint32,uint8,address)",
    "transferRole(uint8,address,uint32,uint32)",
    "registerTarget(address,uint8,address)",
    "setRules((uint8,bytes4[],(uint16,uint16,uint16[],uint16,uint24,uint24))[])",
]


def selector(signature: str) -> bytes:
    return keccak(text=signature)[:4]


def rule(proposers, slots, executors, delay=0, lifetime=7 * DAY, stand_ins=()):
    filled = [bitmap(slot) for slot in slots]
    return (bitmap(proposers), bitmap(executors), filled, bitmap(stand_ins), delay, lifetime)


def act(kind, functions, *args, **kwargs):
    return (kind, [selector(function) for function in functions], rule(*args, **kwargs))


R = Role
OWN_SLOTS = [[R.OPERATOR], [R.AUDITOR], [R.BROKER, R.REGISTRAR, R.CUSTODIAN]]
FORCED_SLOTS = [[R.REGISTRAR], [R.AUDITOR], [R.ISSUER, R.CUSTODIAN, R.AML]]
TWO_SLOTS = [[R.REGISTRAR], [R.AUDITOR]]
POLICY = [
    *(act(CONSORTIUM, [f], [R.OPERATOR], OWN_SLOTS, [R.OPERATOR]) for f in OWN_TAKING),
    *(
        act(CONSORTIUM, [f], [R.OPERATOR], OWN_SLOTS, [R.OPERATOR], delay=24 * HOUR)
        for f in OWN_GIVING
    ),
    act(
        TOKEN,
        ["add(uint256)", "addTwice(uint256)"],
        [R.REGISTRAR, R.AUDITOR],
        FORCED_SLOTS,
        [R.REGISTRAR],
    ),
    act(TOKEN, ["touch()"], [R.AML], [[R.AML]], [R.AML]),
    act(
        TOKEN,
        ["refuseAtOnce(uint256)", "reenterAtOnce(address,bytes)"],
        [R.AML],
        [[R.AML]],
        [R.AML],
    ),
    act(TOKEN, ["refuse(uint256)"], [R.REGISTRAR], TWO_SLOTS, [R.REGISTRAR]),
    act(TOKEN, ["reenter(address,bytes)"], [R.REGISTRAR], TWO_SLOTS, [R.REGISTRAR]),
    act(
        PLATFORM,
        ["reenter(address,bytes)"],
        [R.ISSUER, R.AML],
        [[R.ISSUER, R.AML], [R.REGISTRAR, R.AUDITOR]],
        [R.ISSUER],
    ),
    act(PLATFORM, ["add(uint256)"], [R.ISSUER], [[R.ISSUER], [R.REGISTRAR]], [R.ISSUER]),
    act(PLATFORM, ["touch()"], [R.ISSUER], [[R.ISSUER]], [R.ISSUER]),
]

# Who signs, by slot.
FORCED = {0: REGISTRAR, 1: AUDITOR, 2: ISSUER}
OWN = {0: OPERATOR, 1: AUDITOR, 2: REGISTRAR}


def sleep(seconds: int) -> None:
    """Lets time pass, and mines a block so that calls see it."""
    chain.sleep(seconds)
    chain.mine()


class Reverted(Exception):
    """What `ask` raises: the data that the chain gave back."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data.hex())
        self.data = data
