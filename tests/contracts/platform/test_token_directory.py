import pytest
from brownie import ZERO_ADDRESS, Contract, reverts
from eth_utils import keccak, to_checksum_address
from registry_rows import (
    ISSUER,
    ISSUER_ACCOUNT,
    REGISTRAR,
    RESERVED,
    Reason,
    create,
    error,
    refusals,
    row,
    store,
    wallet,
)

pytestmark = pytest.mark.requirement("G1")


@pytest.fixture(scope="module")
def directory(platform, requests, creation_code, modules):
    """A platform with one approved version."""
    code_hash = platform.codeHashOf(creation_code, modules)
    platform.approveVersion(creation_code, modules, code_hash, {"from": requests})
    return platform


# Versions


@pytest.mark.requirement("G32")
def test_a_version_is_approved_under_the_next_number(directory, requests, creation_code, modules):
    others = modules[::-1]
    code_hash = directory.codeHashOf(creation_code, others)

    tx = directory.approveVersion(creation_code, others, code_hash, {"from": requests})

    assert tx.return_value in (None, 2)  # a chain without tracing has no return value
    assert directory.versionCount() == 2
    assert directory.version(2) == (creation_code, others, False, code_hash)
    assert tx.events["VersionApproved"]["version"] == 2
    assert tx.events["VersionApproved"]["modules"] == others
    assert tx.events["VersionApproved"]["codeHash"] == code_hash


def test_the_code_hash_binds_the_code_of_all_five(platform, web3, creation_code, modules):
    hashes = [keccak(web3.eth.get_code(each)) for each in (creation_code, *modules)]

    assert platform.codeHashOf(creation_code, modules) == "0x" + keccak(b"".join(hashes)).hex()


def test_other_code_than_what_was_approved_is_refused(platform, requests, creation_code, modules):
    approved = platform.codeHashOf(creation_code, modules[::-1])

    with reverts(revert_pattern="CodeHashMismatch: .*"):
        platform.approveVersion.call(creation_code, modules, approved, {"from": requests})


@pytest.mark.parametrize("place", range(4))
def test_a_module_without_code_is_refused(platform, requests, creation_code, modules, place):
    with_one_empty = [*modules]
    with_one_empty[place] = wallet(99)
    code_hash = platform.codeHashOf(creation_code, with_one_empty)

    with reverts(error("NoCode", wallet(99).lower())):
        platform.approveVersion.call(creation_code, with_one_empty, code_hash, {"from": requests})


@pytest.mark.parametrize("code", [b"", b"\x00", b"\x60\x00"])
def test_creation_code_that_could_run_or_is_empty_is_refused(platform, requests, modules, code):
    stored = store(requests, code) if code else wallet(99)
    code_hash = platform.codeHashOf(stored, modules)

    with reverts(error("NotCreationCode", stored.lower())):
        platform.approveVersion.call(stored, modules, code_hash, {"from": requests})


def test_a_retired_version_makes_no_more_tokens(directory, requests, terms):
    create(directory, requests, terms())

    tx = directory.retireVersion(1, {"from": requests})

    assert directory.version(1)["retired"]
    assert tx.events["VersionRetired"]["version"] == 1
    assert directory.isToken(directory.tokenAt(0))
    with reverts(error("VersionAlreadyRetired", 1)):
        directory.createToken.call(
            1, terms(symbol="TK2", code="JP0000000002"), ISSUER, REGISTRAR, {"from": requests}
        )


def test_a_version_is_retired_once(directory, requests):
    directory.retireVersion(1, {"from": requests})

    with reverts(error("VersionAlreadyRetired", 1)):
        directory.retireVersion.call(1, {"from": requests})


@pytest.mark.parametrize("number", [0, 2])
def test_an_unknown_version_is_refused(directory, requests, terms, number):
    with reverts(error("UnknownVersion", number)):
        directory.version(number)
    with reverts(error("UnknownVersion", number)):
        directory.retireVersion.call(number, {"from": requests})
    with reverts(error("UnknownVersion", number)):
        directory.createToken.call(number, terms(), ISSUER, REGISTRAR, {"from": requests})


def test_a_version_of_which_a_module_is_gone_makes_no_tokens(
    platform, requests, creation_code, modules, terms
):
    module = store(requests, bytes.fromhex("33ff"))  # CALLER, SELFDESTRUCT
    with_it = (module, *modules[1:])
    code_hash = platform.codeHashOf(creation_code, with_it)
    platform.approveVersion(creation_code, with_it, code_hash, {"from": requests})
    number = platform.versionCount()

    requests.transfer(module, 0)

    assert platform.codeHashOf(creation_code, with_it) != code_hash
    with reverts(revert_pattern="CodeHashMismatch: .*"):
        platform.createToken.call(number, terms(), ISSUER, REGISTRAR, {"from": requests})


# Tokens


def test_a_token_is_made_with_platform_authority_parts_and_terms(
    directory, requests, authority, modules, terms, BareToken
):
    tx = create(directory, requests, terms())

    event = tx.events["TokenCreated"]
    token = Contract.from_abi("BareToken", event["token"], BareToken.abi)
    assert token.platform() == directory
    assert token.authority() == authority
    assert tuple(token.modules()) == modules
    assert token.symbol() == "TK1"
    assert token.termsHash() == event["termsHash"]
    assert not token.haltedAtBirth()
    assert (event["version"], event["code"]) == (1, "JP0000000001")
    assert (event["issuer"], event["registrar"]) == (ISSUER, REGISTRAR)


def test_a_token_is_registered_at_the_consortium(directory, requests, terms):
    tx = create(directory, requests, terms())

    assert dict(tx.events["TokenRegistered"]) == {
        "token": tx.events["TokenCreated"]["token"],
        "issuer": ISSUER,
        "registrar": REGISTRAR,
    }


def test_a_token_is_found_by_place_code_symbol_and_version(directory, requests, terms):
    first = create(directory, requests, terms()).events["TokenCreated"]["token"]
    second = create(directory, requests, terms(symbol="TK2", code="JP0000000002")).events[
        "TokenCreated"
    ]["token"]

    assert directory.tokens() == [first, second]
    assert directory.tokenCount() == 2
    assert [directory.tokenAt(index) for index in (0, 1)] == [first, second]
    assert directory.tokenByCode("JP0000000002") == second
    assert directory.tokenBySymbol("TK1") == first
    assert directory.isToken(second)
    assert directory.versionOf(second) == 1


def test_what_is_no_token_is_not_found(directory):
    assert directory.tokens() == []
    assert directory.tokenByCode("JP0000000001") == ZERO_ADDRESS
    assert directory.tokenBySymbol("TK1") == ZERO_ADDRESS
    assert not directory.isToken(wallet(1))
    assert directory.versionOf(wallet(1)) == 0
    with reverts(error("UnknownToken", 0)):
        directory.tokenAt(0)


def test_the_address_of_a_token_is_known_before_it_is_made(
    directory, requests, authority, modules, terms, BareToken, web3
):
    arguments = BareToken.deploy.encode_input(directory, authority, modules, terms())
    digest = keccak(
        b"\xff" + bytes.fromhex(directory.address[2:]) + b"\0" * 32 + keccak(hexstr=arguments)
    )

    tx = create(directory, requests, terms())

    assert tx.events["TokenCreated"]["token"] == to_checksum_address(digest[-20:])


def test_a_code_and_a_symbol_are_given_once(directory, requests, terms):
    token = create(directory, requests, terms()).events["TokenCreated"]["token"].lower()

    with reverts(error("CodeTaken", "JP0000000001", token)):
        directory.createToken.call(1, terms(symbol="TK2"), ISSUER, REGISTRAR, {"from": requests})
    with reverts(error("SymbolTaken", "TK1", token)):
        directory.createToken.call(
            1, terms(code="JP0000000002"), ISSUER, REGISTRAR, {"from": requests}
        )


def test_a_token_needs_a_code_and_a_symbol(directory, requests, terms):
    with reverts(error("EmptyCode")):
        directory.createToken.call(1, terms(code=""), ISSUER, REGISTRAR, {"from": requests})
    with reverts(error("EmptySymbol")):
        directory.createToken.call(1, terms(symbol=""), ISSUER, REGISTRAR, {"from": requests})


def test_no_token_before_the_consortium_is_sealed(directory, requests, authority, terms):
    authority.unseal({"from": requests})

    with reverts(error("NotSealed")):
        directory.createToken.call(1, terms(), ISSUER, REGISTRAR, {"from": requests})


def test_an_investors_wallet_is_no_issuers_account(directory, requests, lone, terms):
    with reverts(error("InvestorAccount", lone.lower())):
        directory.createToken.call(
            1, terms(issuerAccount=lone), ISSUER, REGISTRAR, {"from": requests}
        )


@pytest.mark.requirement("G7")
def test_a_token_and_its_issuers_account_become_no_investors_wallet(
    directory, requests, expiry, lone, terms
):
    tx = create(directory, requests, terms())
    token = tx.events["TokenCreated"]["token"]

    refused = directory.register(
        [row(token, expiry), row(ISSUER_ACCOUNT, expiry)], {"from": requests}
    )
    added = directory.addWallets([(lone, token), (ISSUER_ACCOUNT, lone)], {"from": requests})

    assert refusals(refused) == [
        (0, token, Reason.RESERVED_ACCOUNT),
        (1, ISSUER_ACCOUNT, Reason.RESERVED_ACCOUNT),
    ]
    assert refusals(added) == [
        (0, token, Reason.RESERVED_ACCOUNT),
        (1, ISSUER_ACCOUNT, Reason.NOT_REGISTERED),
    ]
    assert directory.factsOf(token) == directory.factsOf(ISSUER_ACCOUNT) == RESERVED
    assert directory.investor(token)["reserved"]
    assert not directory.isSameInvestor(token, ISSUER_ACCOUNT)
    assert directory.walletsOf(token) == []
    reserved = tx.events["AccountReserved"]
    assert [reserved[index]["account"] for index in (0, 1)] == [ISSUER_ACCOUNT, token]


def test_an_issuer_has_one_account_for_several_tokens(directory, requests, terms):
    create(directory, requests, terms())

    tx = create(directory, requests, terms(symbol="TK2", code="JP0000000002"))

    assert len(tx.events["AccountReserved"]) == 1
    assert directory.tokenCount() == 2


def test_the_reason_of_a_constructor_is_handed_on(directory, requests, terms):
    with reverts(error("TermsRefused", "refused")):
        directory.createToken.call(1, terms(name="refused"), ISSUER, REGISTRAR, {"from": requests})


def test_a_creation_that_ends_without_a_reason_has_one_all_the_same(directory, requests, terms):
    with reverts(error("CreationFailed")):
        directory.createToken.call(1, terms(name="silent"), ISSUER, REGISTRAR, {"from": requests})


def test_what_the_consortium_refuses_is_handed_on(directory, requests, terms):
    with reverts(error("RegistrationRefused", 0)):
        directory.createToken.call(1, terms(), 0, REGISTRAR, {"from": requests})


@pytest.mark.requirement("G12")
def test_a_token_made_while_halted_starts_halted(directory, requests, kyc, terms, BareToken):
    directory.halt({"from": kyc})

    tx = create(directory, requests, terms())

    token = Contract.from_abi("BareToken", tx.events["TokenCreated"]["token"], BareToken.abi)
    assert token.haltedAtBirth()


@pytest.mark.requirement("G12")
def test_versions_are_approved_and_retired_while_halted(
    directory, requests, kyc, creation_code, modules
):
    directory.halt({"from": kyc})

    code_hash = directory.codeHashOf(creation_code, modules)
    directory.approveVersion(creation_code, modules, code_hash, {"from": requests})
    directory.retireVersion(1, {"from": requests})

    assert directory.versionCount() == 2
    assert directory.version(1)["retired"]
