"""Explorers see the whole token by EIP-2535's loupe."""

import pytest
from token_words import ZERO_ADDRESS

pytestmark = pytest.mark.requirement("G33")


def selectors(contract) -> set[str]:
    return set(contract.selectors)


@pytest.fixture(scope="module")
def contracts(
    token, version, JP20Token, JP20Servicing, JP20Restraints, JP20Enforcer, JP20Terms, JP20Takeover
):
    """By address: what the compiler says that each has."""
    compiled = (JP20Servicing, JP20Restraints, JP20Enforcer, JP20Terms, JP20Takeover)
    modules = {
        module.address: selectors(contract)
        for module, contract in zip(version.modules, compiled, strict=True)
    }
    return {token.address: selectors(JP20Token)} | modules


def test_the_loupe_says_what_the_compiler_says(token, contracts):
    facets = token.facets()

    assert [address for address, _ in facets] == list(contracts)
    for address, found in facets:
        assert {str(each) for each in found} == contracts[address]
        assert len(found) == len(contracts[address])


def test_each_contract_is_asked_by_its_address(token, contracts):
    assert list(token.facetAddresses()) == list(contracts)
    for address, has in contracts.items():
        assert {str(each) for each in token.facetFunctionSelectors(address)} == has


def test_each_function_is_found(token, contracts):
    for address, has in contracts.items():
        assert all(token.facetAddress(selector) == address for selector in has)


def test_what_the_token_has_not_is_nowhere(token, stranger):
    assert token.facetAddress("0xdeadbeef") == ZERO_ADDRESS
    assert token.facetAddress("0x00000000") == ZERO_ADDRESS
    assert list(token.facetFunctionSelectors(stranger)) == []


def test_its_interface_is_declared(token):
    # the identifier that the standard names
    assert token.supportsInterface("0x48e2b093")
