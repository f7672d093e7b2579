import pytest
from brownie import ZERO_ADDRESS, chain
from registry_rows import ISSUER_ACCOUNT, YEAR, row, store, wallet


@pytest.fixture(autouse=True)
def isolation(fn_isolation):
    pass


@pytest.fixture(scope="module")
def requests(accounts):
    """Takes the part of the Consortium that executes a request; deploys as well."""
    return accounts[0]


@pytest.fixture(scope="module")
def kyc(accounts):
    return accounts[1]


@pytest.fixture(scope="module")
def aml(accounts):
    """A key of organisation 2."""
    return accounts[2]


@pytest.fixture(scope="module")
def other_aml(accounts):
    """A key of organisation 3."""
    return accounts[3]


@pytest.fixture(scope="module")
def auditor(accounts):
    """A key of organisation 4."""
    return accounts[4]


@pytest.fixture(scope="module")
def stranger(accounts):
    return accounts[5]


@pytest.fixture(scope="module")
def probe(PlatformProbe, requests):
    return requests.deploy(PlatformProbe)


@pytest.fixture(scope="module")
def authority(OpenAuthority, requests, kyc, aml, other_aml, auditor, probe):
    authority = requests.deploy(OpenAuthority)
    for organisation, key in enumerate((kyc, aml, other_aml, auditor, probe), start=1):
        authority.setOrganisation(key, organisation, {"from": requests})
    return authority


@pytest.fixture(scope="module")
def empty_platform(Platform, authority, requests):
    return requests.deploy(Platform, authority)


@pytest.fixture(scope="module")
def expiry():
    """When the KYC of the investors in the tests runs out."""
    return chain.time() + YEAR


@pytest.fixture(scope="module")
def lone():
    """An investor with one wallet."""
    return wallet(1)


@pytest.fixture(scope="module")
def ring():
    """The three wallets of one investor, in the order in which they came."""
    return [wallet(11), wallet(12), wallet(13)]


@pytest.fixture(scope="module")
def platform(Platform, authority, requests, expiry, lone, ring):
    """A platform with two investors."""
    platform = requests.deploy(Platform, authority)
    platform.register([row(lone, expiry), row(ring[0], expiry)], {"from": requests})
    platform.addWallets([(ring[0], ring[1]), (ring[0], ring[2])], {"from": requests})
    return platform


@pytest.fixture(scope="module")
def modules(authority, probe, empty_platform, requests):
    """Five contracts with code: nothing of it is run here."""
    return (
        authority.address,
        probe.address,
        empty_platform.address,
        *(store(requests, bytes([0, each])) for each in (0, 1)),
    )


@pytest.fixture(scope="module")
def creation_code(BareToken, requests):
    return store(requests, b"\x00" + bytes.fromhex(BareToken.bytecode))


@pytest.fixture(scope="module")
def terms(Platform):
    """Makes a term sheet: what is named, and zeros for the rest."""
    create_token = next(item for item in Platform.abi if item.get("name") == "createToken")
    fields = create_token["inputs"][1]["components"]
    zeros = {
        "string": "",
        "bool": False,
        "address": ZERO_ADDRESS,
        "bytes32": b"\0" * 32,
        "bytes": b"",
    }

    def make(**values):
        sheet = {"name": "Tokyo One", "symbol": "TK1", "code": "JP0000000001"}
        sheet |= {"issuerAccount": ISSUER_ACCOUNT, **values}
        return tuple(sheet.get(field["name"], zeros.get(field["type"], 0)) for field in fields)

    return make
