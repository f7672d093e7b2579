import pytest
from solidity import CONTRACTS

from jp20.chain.contracts.abi import Interface
from jp20.chain.contracts.contract import artifact, token_interface
from jp20.domain.base.addresses import address_of
from jp20.domain.token.term_sheet import parse_term_sheet

ALICE, BOB = address_of(0xA11CE), address_of(0xB0B)


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_a_call_to_bytes_and_back():
    token = token_interface()
    data = token.encode("transfer", ALICE, 5)
    assert data == bytes.fromhex("a9059cbb") + word(0xA11CE) + word(5)
    decoded = token.decode_call(data)
    assert (decoded.name, list(decoded.arguments.values())) == ("transfer", [ALICE, 5])
    assert str(decoded) == f"transfer(to={ALICE}, value=5)"


def test_of_several_functions_the_number_of_arguments_tells():
    token = token_interface()
    assert token.function("issue", 1).signature == "issue(uint256)"
    assert token.function("issue", 3).signature == "issue(address,uint256,bytes)"


def test_where_it_does_not_tell_the_signature_has_to_be_named():
    token = token_interface()
    with pytest.raises(LookupError, match="canTransfer"):
        token.encode("canTransfer", ALICE, 5, b"")
    assert token.encode("canTransfer(address,uint256,bytes)", ALICE, 5, b"")


def test_an_unknown_function_is_refused():
    with pytest.raises(LookupError, match="unknown"):
        token_interface().encode("mint", 5)


@pytest.mark.parametrize("arguments", [("0x12", 5), (ALICE, -1), (ALICE, "5")])
def test_arguments_that_do_not_fit_are_refused(arguments):
    with pytest.raises(TypeError):
        token_interface().encode("transfer", *arguments)


@pytest.mark.requirement("G1")
def test_a_dataclass_stands_for_a_struct():
    sheet = (CONTRACTS.parent / "examples/term-sheets/qualified-bond.toml").read_bytes()
    terms = parse_term_sheet(sheet, "t").terms
    platform = artifact("Platform").interface
    decoded = platform.decode_call(platform.encode("createToken", 1, terms, 2, 3))
    assert decoded.arguments["terms"][1] == "QIIBOND1"
    assert decoded.arguments["terms"][10] == terms.issuer_account


def test_results_are_a_value_or_a_tuple():
    token = token_interface()
    assert token.decode_result("balanceOf", word(7)) == 7
    assert token.decode_result("unitPrice", word(100) + word(2)) == (100, 2)
    assert token.decode_result("issuerAccount", word(0xA11CE)) == ALICE


def test_a_result_that_is_none_is_refused():
    with pytest.raises(ValueError, match="balanceOf"):
        token_interface().decode_result("balanceOf", b"")


def test_an_event_has_indexed_and_other_arguments():
    token = token_interface()
    topic = next(e.topic for e in token.events.values() if e.name == "Transfer")
    decoded = token.decode_event([topic, word(0xA11CE), word(0xB0B)], word(5))
    assert list(decoded.arguments.values()) == [ALICE, BOB, 5]


def test_what_is_unknown_is_nothing():
    token = token_interface()
    assert token.decode_event([b"\0" * 32], b"") is None
    assert token.decode_event([], b"") is None
    assert token.decode_call(b"\0" * 4) is None
    assert token.decode_error(b"") is None


def test_an_error_with_too_few_bytes_is_nothing():
    token = token_interface()
    selector = next(s for s, e in token.errors.items() if e.name == "TransferRefused")
    assert token.decode_error(selector) is None


def test_addresses_are_checksummed_at_any_depth():
    pair = {
        "type": "tuple[]",
        "name": "a",
        "components": [
            {"type": "uint8", "name": "n"},
            {"type": "tuple", "name": "p", "components": [{"type": "address[]", "name": "w"}]},
        ],
    }
    entry = {"type": "function", "name": "f", "inputs": [], "outputs": [pair]}
    interface = Interface([entry | {"inputs": [pair]}])
    data = interface.encode("f", [(1, ([ALICE, BOB],))])
    assert interface.decode_result("f", data[4:], 1) == ((1, ((ALICE, BOB),)),)
