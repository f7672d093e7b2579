"""Templates read what the ABI's decoder reads, for every event of the contracts."""

import random

import pytest
from eth_abi.abi import encode

from jp20.chain.contracts.contract import artifact, token_interface
from jp20.chain.contracts.events import (
    consortium_events,
    platform_events,
    settlement_events,
    token_events,
)
from jp20.chain.contracts.templates import template_of
from jp20.chain.rpc.receipts import Log

KINDS = (
    ("token", token_interface(), token_events()),
    ("Platform", artifact("Platform").interface, platform_events()),
    ("Consortium", artifact("Consortium").interface, consortium_events()),
    ("Settlement", artifact("Settlement").interface, settlement_events()),
)
EVENTS = [
    pytest.param(decoder, event, id=f"{name}.{event.name}")
    for name, interface, decoder in KINDS
    for event in interface.events.values()
]

WITH_A_CLASS = [each for each in EVENTS if each.values[1].name in each.values[0]._classes]
"""The others are read as Other."""

OF_ANY_LENGTH = {
    "TermsSet",
    "Redeemed",
    "ControllerRedemption",
    "TokenCreated",
    "TokenAdopted",
    "OrganisationAdded",
    "RuleSet",
    "RuleRemoved",
    "RequestProposed",
}
"""Events that have a text, a list or bytes of any length: read by the ABI's decoder."""


def value_of(kind, dice):
    """A value of a type as the ABI has it."""
    if kind.startswith("(") and kind.endswith(")"):
        return tuple(value_of(each, dice) for each in split_types(kind[1:-1]))
    if kind.endswith("]"):
        return [value_of(kind[: kind.rindex("[")], dice) for _ in range(dice.randint(0, 3))]
    if kind == "address":
        return f"0x{dice.getrandbits(160):040x}"
    if kind == "bool":
        return dice.random() < 0.5
    if kind == "string":
        return "受益権" * dice.randint(0, 20)
    if kind == "bytes":
        return dice.randbytes(dice.randint(0, 70))
    if kind.startswith("bytes"):
        return dice.randbytes(int(kind[5:]))
    width = int(kind.removeprefix("uint"))
    return dice.randrange(2 if width == 8 else 1 << width)


def split_types(inner):
    found, depth, start = [], 0, 0
    for place, letter in enumerate(inner + ","):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            found.append(inner[start:place])
            start = place + 1
    return found


def log_of(event, dice):
    """A log of an event with random values, as a node gives it."""
    arguments = list(zip(event.inputs, event.indexed, strict=True))
    values = [value_of(kind, dice) for kind in event.inputs]
    topics = [event.topic]
    for (kind, indexed), value in zip(arguments, values, strict=True):
        if indexed:
            hashed = kind in ("string", "bytes") or kind.endswith(("]", ")"))
            topics.append(dice.randbytes(32) if hashed else encode([kind], [value]))
    plain = [
        (kind, value)
        for (kind, indexed), value in zip(arguments, values, strict=True)
        if not indexed
    ]
    data = encode([kind for kind, _ in plain], [value for _, value in plain])
    return {
        "address": f"0x{dice.getrandbits(160):040x}",
        "topics": [f"0x{each.hex()}" for each in topics],
        "data": f"0x{data.hex()}",
        "blockNumber": "0x5",
        "blockHash": f"0x{'ab' * 32}",
        "transactionHash": f"0x{'cd' * 32}",
        "logIndex": "0x1",
    }


@pytest.mark.requirement("G15", "G25")
@pytest.mark.parametrize(("decoder", "event"), EVENTS)
def test_a_template_reads_what_the_abi_reads(decoder, event):
    dice = random.Random(event.name)
    for _ in range(20):
        found = log_of(event, dice)
        assert decoder.decode_found(found) == decoder.decode(Log.of(found))


@pytest.mark.requirement("G25")
@pytest.mark.parametrize(("decoder", "event"), WITH_A_CLASS)
def test_every_event_of_fixed_length_has_a_template(decoder, event):
    template = template_of(event, decoder._classes[event.name])
    assert (template is None) == (event.name in OF_ANY_LENGTH)


@pytest.mark.requirement("G25")
def test_a_log_of_another_shape_is_refused():
    """An ERC-20 with values that are not indexed has the same topic."""
    dice = random.Random(1)
    event = next(each for each in token_interface().events.values() if each.name == "Transfer")
    found = log_of(event, dice)
    found["topics"] = found["topics"][:2]
    with pytest.raises(ValueError, match="Transfer"):
        token_events().decode_found(found)
    found = log_of(event, dice)
    found["data"] = found["data"][:-2]
    with pytest.raises(ValueError, match="Transfer"):
        token_events().decode_found(found)
