import dataclasses
from typing import get_args

import pytest
from solidity import CONTRACTS, camel

from jp20.chain.contracts.contract import artifact, token_interface
from jp20.chain.contracts.events import consortium_events, platform_events, token_events
from jp20.chain.rpc.receipts import Log
from jp20.domain.base.addresses import address_of
from jp20.domain.register.events import (
    NAMES,
    ConsortiumEvent,
    Other,
    PlatformEvent,
    RegistrationRefused,
    RowRefused,
    SettlementEvent,
    TermsSet,
    TokenEvent,
    Transfer,
)
from jp20.domain.token.reasons import Reason, RegistryReason
from jp20.domain.token.term_sheet import parse_term_sheet

ALICE, BOB = address_of(0xA11CE), address_of(0xB0B)
SOURCES = [
    (cls, interface)
    for kind, interface in (
        (TokenEvent, token_interface()),
        (PlatformEvent, artifact("Platform").interface),
        (ConsortiumEvent, artifact("Consortium").interface),
        (SettlementEvent, artifact("Settlement").interface),
    )
    for cls in get_args(kind)
]


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


def log(interface, name: str, *indexed: int, data: bytes = b"") -> Log:
    topic = next(event.topic for event in interface.events.values() if event.name == name)
    return Log(ALICE, (topic, *map(word, indexed)), data, 1, b"\1" * 32, 0, None)


@pytest.mark.requirement("G15")
@pytest.mark.parametrize(
    ("cls", "interface"), SOURCES, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_class_is_its_event(cls, interface):
    name = NAMES.get(cls, cls.__name__)
    (event,) = [event for event in interface.events.values() if event.name == name]
    ours = [camel(field.name) for field in dataclasses.fields(cls)]
    assert ours == [argument.rstrip("_") for argument in event.input_names]


def test_a_log_becomes_its_event():
    found = log(token_interface(), "Transfer", 0xA11CE, 0xB0B, data=word(5))
    assert token_events().decode(found) == Transfer(ALICE, BOB, 5)


@pytest.mark.requirement("G1")
def test_a_struct_becomes_its_dataclass():
    sheet = (CONTRACTS.parent / "examples/term-sheets/qualified-bond.toml").read_bytes()
    terms = parse_term_sheet(sheet, "t").terms
    platform = artifact("Platform").interface
    # createToken(version, terms, issuer, registrar): the struct's bytes follow four words.
    encoded = platform.encode("createToken", 1, terms, 2, 3)[4 + 4 * 32 :]
    found = log(token_interface(), "TermsSet", data=word(32) + encoded)
    assert token_events().decode(found) == TermsSet(terms)


def test_one_name_is_two_events_on_token_and_platform():
    token, platform = token_interface(), artifact("Platform").interface
    on_token = log(token, "RowRefused", 3, 0xB0B, data=word(29))
    on_platform = log(platform, "RowRefused", 3, 0xB0B, data=word(2))
    assert token_events().decode(on_token) == RowRefused(3, BOB, Reason.FROZEN)
    assert platform_events().decode(on_platform) == RegistrationRefused(
        3, BOB, RegistryReason.ALREADY_REGISTERED
    )


def test_an_event_without_a_class_keeps_its_name_and_arguments():
    found = log(artifact("Consortium").interface, "Sealed", 0xA11CE)
    assert consortium_events().decode(found) == Other("Sealed", {"founder": ALICE})


def test_an_event_that_nobody_knows_keeps_its_bytes():
    found = Log(ALICE, (b"\0" * 32,), b"\1", 1, b"\1" * 32, 0, None)
    assert token_events().decode(found) == Other("", {"topics": (b"\0" * 32,), "data": b"\1"})
