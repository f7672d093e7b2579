"""Where a token keeps what, compared with the compiler's answer (G32)."""

from pathlib import Path

import pytest

from jp20.domain.token.storage import FIELDS, OWN

ROOT = Path(__file__).parents[3]

CARRIED = {
    "_supply", "_recordDates", "_lastRestraint", "_holderCount", "_holderCap", "_termSheetHash",
    "_issue", "_issuerAccount", "_consentTransferCount", "_documentNames",
}  # fmt: skip
"""Copied by their places when the new token is put in force."""

BEHIND_KEYS = {
    "_holders", "_splitFactors", "_snapshots", "_restrained", "_restraints", "_restraintHolder",
    "_freezesAtOnce", "_walletsWithUnits", "_allowances", "_consentTransfers", "_documents",
    "_reversed", "_losses",
}  # fmt: skip
"""Copied entry by entry."""


@pytest.fixture(scope="module")
def layout() -> dict[str, int]:
    from compile_contracts import compile_sources

    found = compile_sources("JP20Takeover", ["storageLayout"])
    storage = found["JP20Takeover"]["storageLayout"]["storage"]
    return {each["label"]: int(each["slot"]) for each in storage}


@pytest.mark.requirement("G32")
def test_every_field_has_its_slot_and_comes_over_or_is_the_tokens_own(layout: dict[str, int]):
    """A field that is added must be thought of: it stands in one of the three sets, and where a
    successor copies fields by their places (`Takeover.sol`) it is copied unless it is its own.
    """
    assert layout == dict(FIELDS)
    assert layout.keys() == OWN | CARRIED | BEHIND_KEYS
    assert not OWN & (CARRIED | BEHIND_KEYS)
    # What is the successor's own shares no word with what comes over.
    own = {layout[name] for name in OWN}
    assert own.isdisjoint(layout[name] for name in CARRIED)
