import pytest
from brownie import ZERO_ADDRESS, reverts
from eth_abi import encode
from registry_rows import RING, error, facts, wallet


@pytest.mark.requirement("G7")
def test_a_transfer_learns_all_in_one_call(platform, expiry, lone, ring):
    assert tuple(platform.transferFacts([lone, ring[1]])) == (
        False,
        facts(lone, expiry),
        facts(ring[0], expiry) | RING,
    )
    assert platform.transferFacts([ring[0], lone])[1:] == (
        platform.factsOf(ring[0]),
        platform.factsOf(lone),
    )
    assert tuple(platform.transferFacts([wallet(99), lone])) == (False, 0, facts(lone, expiry))
    assert platform.transferFacts([lone, lone])[1] == platform.transferFacts([lone, lone])[2]


def test_what_the_call_of_a_transfer_costs(platform, probe, lone, ring):
    gas = probe.gasOfTransferFacts(platform, lone, ring[0])

    print(f"transferFacts, cold account and three cold slots: {gas:,} gas")
    assert gas > 2_600 + 3 * 2_100


@pytest.mark.requirement("G17")
def test_whoever_the_authority_does_not_let_through_writes_nothing(platform, stranger):
    zeros = {"address": ZERO_ADDRESS, "string": "", "bool": False, "bytes32": b"\0" * 32}

    def zero(parameter):
        if parameter["type"].endswith("[]"):
            return []
        if parameter["type"] == "tuple":
            return tuple(zero(component) for component in parameter["components"])
        return zeros.get(parameter["type"], 0)

    writing = [
        item
        for item in platform.abi
        if item["type"] == "function"
        and item["stateMutability"] not in ("view", "pure")
        # These judge their caller themselves: see test_succession.py.
        and item["name"] not in ("relist", "carry", "succeed", "followStop", "mirror")
    ]
    for function in writing:
        arguments = [zero(parameter) for parameter in function["inputs"]]
        with reverts(error("AccessManagedUnauthorized", stranger.address.lower())):
            getattr(platform, function["name"]).call(*arguments, {"from": stranger})

    assert {function["name"] for function in writing} == {
        "halt", "resume",
        "register", "addWallets", "renew", "reclassify", "retireWallets",
        "suspendAtOnce", "suspend", "confirmSuspension", "reinstate",
        "approveVersion", "retireVersion", "createToken",
        "appointSuccessor", "adopt",
        "setAuthority",
    }  # fmt: skip


def test_its_authority_is_the_consortium(platform, authority):
    assert platform.authority() == authority


def test_it_says_that_it_is_a_platform_and_what_parts_it_has(platform):
    def interface_id(*functions):
        value = 0
        for function in functions:
            value ^= int(platform.signatures[function], 16)
        return value.to_bytes(4, "big")

    for functions in (
        ("supportsInterface",),
        ("transferFacts",),
        ("halt", "resume", "halted", "haltedSince"),
        (
            "register", "addWallets", "renew", "reclassify", "suspendAtOnce", "suspend",
            "confirmSuspension", "reinstate", "retireWallets", "factsOf", "investor",
            "isSameInvestor", "walletsOf", "suspension", "needsSignatureToSuspend",
        ),
        (
            "approveVersion", "retireVersion", "createToken", "codeHashOf", "versionCount",
            "version", "tokens", "tokenCount", "tokenAt", "tokenByCode", "tokenBySymbol",
            "isToken", "versionOf", "relist",
        ),
        (
            "appointSuccessor", "carry", "adopt", "succeed", "followStop", "mirror",
            "predecessor", "successor", "left", "walletCount", "liftedUnconfirmed",
        ),
    ):  # fmt: skip
        assert platform.supportsInterface(interface_id(*functions)), functions
    assert not platform.supportsInterface("0xffffffff")
    assert not platform.supportsInterface("0x12345678")


@pytest.mark.requirement("G7")
def test_the_facts_of_a_transfer_can_be_asked_for_with_the_calldata_of_two_addresses(
    platform, lone, ring
):
    as_one = platform.transferFacts.encode_input([lone, ring[0]])
    as_two = encode(["address", "address"], [lone, ring[0]])

    assert bytes.fromhex(as_one[10:]) == as_two


@pytest.mark.requirement("G7")
def test_what_is_no_address_is_nobodys_wallet(platform, web3, lone):
    # the address of a known wallet, with a bit set above its 160 bits
    dirty = ((1 << 160) | int(lone, 16)).to_bytes(32, "big")
    data = bytes.fromhex(platform.signatures["transferFacts"][2:]) + dirty + dirty

    assert web3.eth.call({"to": platform.address, "data": data}) == b"\0" * 96
