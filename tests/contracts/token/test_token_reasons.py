"""Every reason for a refusal, and every error and event, is shown by a test (issue 3)."""

import re
from pathlib import Path

import pytest

from jp20.domain.token.reasons import Reason

HERE = Path(__file__).parent
SOURCES = "".join(
    path.read_text() for path in sorted(HERE.glob("test_*.py")) if path != Path(__file__)
)
REASON_SOL = Path(__file__).parents[3] / "contracts" / "types" / "Reason.sol"


def cited(name: str) -> bool:
    return re.search(rf"\b{name}\b", SOURCES) is not None


def test_the_codes_are_the_contracts():
    body = REASON_SOL.read_text().split("enum Reason {")[1].split("}")[0]
    names = re.findall(r"^\s+([A-Z_]+)", body, re.MULTILINE)

    assert [reason.name for reason in Reason] == names
    assert [reason.value for reason in Reason] == list(range(len(names)))


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.name)
def test_each_reason_is_produced_by_a_test(reason):
    assert cited(f"Reason.{reason.name}")


# Declared by the standards and said by us in other words: `ITokenTransfers` and ERC-7943 itself
# allow a more telling error.
NEVER_SAID = {
    "ERC20InvalidSender",
    "ERC20InvalidApprover",
    "ERC7943CannotSend",
    "ERC7943CannotReceive",
    "ERC7943CannotTransfer",
    "AccessManagedRequiredDelay",
}


def test_each_error_is_produced_by_a_test(token_abi):
    errors = {entry["name"] for entry in token_abi if entry["type"] == "error"}

    assert {name for name in errors if not cited(name)} == NEVER_SAID


def test_each_event_is_seen_by_a_test(token_abi):
    events = {entry["name"] for entry in token_abi if entry["type"] == "event"}
    # read through a word of its own: `refusals`
    events -= {"RowRefused"}

    assert {name for name in events if not cited(name)} == set()


def test_each_function_is_called_by_a_test(token_abi):
    functions = {entry["name"] for entry in token_abi if entry["type"] == "function"}
    # read through words of their own: `position`, `restraints`
    functions -= {"positionOf", "restraintsOf"}

    assert {name for name in functions if not cited(name)} == set()
