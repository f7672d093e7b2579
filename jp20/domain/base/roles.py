"""The eleven roles of the consortium, and sets of them as the chain stores them."""

from __future__ import annotations

from collections.abc import Iterable

from jp20.domain.base.text import NumberedEnum, Text


class Role(NumberedEnum):
    """A role of an organisation; the number is that of `Role` in `IConsortium.sol`."""

    OPERATOR = 0, Text("OPERATOR", context="role")
    VALIDATOR = 1, Text("VALIDATOR", context="role")
    ISSUER = 2, Text("ISSUER", context="role")
    BROKER = 3, Text("BROKER", context="role")
    REGISTRAR = 4, Text("REGISTRAR", context="role")
    KYC = 5, Text("KYC", context="role")
    AML = 6, Text("AML", context="role")
    AUDITOR = 7, Text("AUDITOR", context="role")
    EMERGENCY = 8, Text("EMERGENCY", context="role")
    CUSTODIAN = 9, Text("CUSTODIAN", context="role")
    PAYING_AGENT = 10, Text("PAYING_AGENT", context="role")


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
