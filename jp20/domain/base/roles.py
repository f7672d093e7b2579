"""The eleven roles of the consortium, and sets of them as the chain stores them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from jp20.domain.base.text import Text


class Role(IntEnum):
    """A role of an organisation; the number is that of `Role` in `IConsortium.sol`."""

    OPERATOR = 0
    VALIDATOR = 1
    ISSUER = 2
    BROKER = 3
    REGISTRAR = 4
    KYC = 5
    AML = 6
    AUDITOR = 7
    EMERGENCY = 8
    CUSTODIAN = 9
    PAYING_AGENT = 10

    @property
    def text(self) -> Text:
        """Its name; in Japanese what it is, and the name that commands and files take."""
        return _NAMES[self]


_NAMES: Final = {
    Role.OPERATOR: Text("OPERATOR", context="role"),
    Role.VALIDATOR: Text("VALIDATOR", context="role"),
    Role.ISSUER: Text("ISSUER", context="role"),
    Role.BROKER: Text("BROKER", context="role"),
    Role.REGISTRAR: Text("REGISTRAR", context="role"),
    Role.KYC: Text("KYC", context="role"),
    Role.AML: Text("AML", context="role"),
    Role.AUDITOR: Text("AUDITOR", context="role"),
    Role.EMERGENCY: Text("EMERGENCY", context="role"),
    Role.CUSTODIAN: Text("CUSTODIAN", context="role"),
    Role.PAYING_AGENT: Text("PAYING_AGENT", context="role"),
}


#: The roles that can be held for one token; the others are held for the whole platform only.
TOKEN_ROLES = frozenset({Role.ISSUER, Role.BROKER, Role.REGISTRAR})


def bitmap(roles: Iterable[Role]) -> int:
    """The set as a number of 16 bits: bit `n` for role `n`."""
    result = 0
    for role in roles:
        result |= 1 << role
    return result


def roles_in(bits: int) -> tuple[Role, ...]:
    """The roles of a bitmap by number. ValueError where a bit stands for no role."""
    if bits >> len(Role):
        raise ValueError(f"{bits:#x} has bits that stand for no role")
    return tuple(role for role in Role if bits >> role & 1)
