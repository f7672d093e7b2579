"""Real tokens of a real platform, whose authority lets its owner call everything.

The owner takes the part of the Consortium that executes a request: `decided`.
"""

import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from brownie import Contract, history
from token_words import (
    PROFESSIONAL,
    QUALIFIED_INSTITUTION,
    TERMS,
    YEAR,
    now,
    request,
    row,
    wallet,
)

ISSUER, REGISTRAR = 7, 8


@pytest.fixture(autouse=True)
def isolation(kyc_expiry):
    """Each test begins where its module's fixtures ended. Not Brownie's `fn_isolation`, which would
    deploy platform and version again for each module, and take 0.3 seconds more for each test."""
    beginning = request("evm_snapshot")
    yield
    request("evm_revert", beginning)
    history.clear()


@pytest.fixture(scope="session")
def decided(accounts) -> dict[str, Any]:
    """Sent by who may call everything."""
    return {"from": accounts[0]}


@pytest.fixture(scope="session")
def stranger(accounts):
    """Whom neither the platform nor the authority knows."""
    return accounts[9]


@pytest.fixture(scope="session")
def issuer_account(accounts):
    """Issued to, and no investor's wallet."""
    return accounts[10]


@pytest.fixture(scope="session")
def aml(accounts):
    """A key of organisation 2."""
    return accounts[11]


@pytest.fixture(scope="session")
def auditor(accounts):
    """A key of organisation 4."""
    return accounts[12]


@pytest.fixture(scope="session")
def authority(OpenAuthority, decided, aml, auditor):
    authority = OpenAuthority.deploy(decided)
    authority.setOrganisation(aml, 2, decided)
    authority.setOrganisation(auditor, 4, decided)
    return authority


@pytest.fixture(scope="session")
def kyc_expiry(decided, authority) -> int:
    """Until when the investors' KYC is valid."""
    return now() + YEAR


@pytest.fixture(scope="session")
def alice(accounts):
    """A general investor with a second wallet."""
    return accounts[1]


@pytest.fixture(scope="session")
def alices_other(accounts):
    return accounts[2]


@pytest.fixture(scope="session")
def bob(accounts):
    return accounts[3]


@pytest.fixture(scope="session")
def carol(accounts):
    return accounts[4]


@pytest.fixture(scope="session")
def dave(accounts):
    return accounts[5]


@pytest.fixture(scope="session")
def professional(accounts):
    return accounts[6]


@pytest.fixture(scope="session")
def institution(accounts):
    return accounts[7]


@pytest.fixture(scope="session")
def investors():
    """More general investors, of whom nobody has the key."""
    return [wallet(number) for number in range(100, 105)]


@pytest.fixture(scope="session")
def make_platform(
    Platform,
    authority,
    decided,
    kyc_expiry,
    alice,
    alices_other,
    bob,
    carol,
    dave,
    professional,
    institution,
    investors,
) -> Callable[[], Any]:
    """Makes a platform that knows all investors of these tests."""

    def make():
        platform = Platform.deploy(authority, decided)
        general = [row(account, kyc_expiry) for account in (alice, bob, carol, dave, *investors)]
        others = [
            row(professional, kyc_expiry, PROFESSIONAL),
            row(institution, kyc_expiry, QUALIFIED_INSTITUTION),
        ]
        platform.register(general + others, decided)
        platform.addWallets([(alice, alices_other)], decided)
        return platform

    return make


@pytest.fixture(scope="session")
def platform(make_platform):
    return make_platform()


@pytest.fixture(scope="session")
def version(
    JP20Token,
    JP20Servicing,
    JP20Restraints,
    JP20Enforcer,
    JP20Terms,
    JP20Takeover,
    platform,
    decided,
):
    """The version that tokens are made from, as the directory knows it."""
    modules = [
        module.deploy(platform, decided)
        for module in (JP20Servicing, JP20Restraints, JP20Enforcer, JP20Terms, JP20Takeover)
    ]
    code = b"\x00" + bytes.fromhex(JP20Token.bytecode)
    # PUSH2 length, DUP1, PUSH1 12, PUSH1 0, CODECOPY, PUSH1 0, RETURN: the code behind these
    # twelve bytes becomes a contract's.
    loader = b"\x61" + len(code).to_bytes(2, "big") + bytes.fromhex("80600c6000396000f3")
    stored = decided["from"].transfer(data="0x" + (loader + code).hex()).contract_address
    code_hash = platform.codeHashOf(stored, modules)
    platform.approveVersion(stored, modules, code_hash, decided)
    return SimpleNamespace(number=1, modules=modules)


@pytest.fixture(scope="session")
def token_abi(JP20Token) -> list[dict[str, Any]]:
    """What everybody meets at a token's address."""
    return JP20Token._project._build.get("IJP20Token")["abi"]


@pytest.fixture(scope="session")
def term_sheet(issuer_account) -> Callable[..., tuple[Any, ...]]:
    """Makes a term sheet, as the directory takes it: what is named, on top of plain terms."""

    def make(**terms):
        assert terms.keys() <= TERMS.keys()
        return tuple((TERMS | {"issuerAccount": issuer_account.address} | terms).values())

    return make


@pytest.fixture(scope="session")
def make_token(platform, version, term_sheet, token_abi, decided) -> Callable[..., Any]:
    """Makes a token as issuers do: by the directory, from the approved version."""
    numbers = itertools.count(1)

    def make(**terms):
        number = next(numbers)
        names = {"symbol": f"TK{number}", "code": f"JP{number:010}"}
        sheet = term_sheet(**(names | terms))
        tx = platform.createToken(version.number, sheet, ISSUER, REGISTRAR, decided)
        address = tx.events["TokenCreated"]["token"]
        return Contract.from_abi(sheet[0], address, token_abi, persist=False)

    return make


@pytest.fixture(scope="session")
def make_issue(make_token, decided) -> Callable[..., Any]:
    """Makes a token, issues 10,000 units, and delivers: `make_issue({alice: 100}, lotSize=10)`."""

    def make(holdings, **terms):
        token = make_token(**terms)
        token.issue(10_000, decided)
        if holdings:
            token.deliver(list(holdings), list(holdings.values()), decided)
        return token

    return make


@pytest.fixture(scope="module")
def token(make_issue, alice, bob):
    """A token with plain terms: 10,000 units, of which Alice has 100 and Bob 50."""
    return make_issue({alice: 100, bob: 50})
