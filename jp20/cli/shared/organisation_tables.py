"""Organisations, their roles and their keys as tables."""

from typing import TYPE_CHECKING, Final

from jp20.cli.frame.output import Column, Table
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jp20.domain.base.roles import Role
    from jp20.operations.session import Session

_NUMBER: Final = Column("number", Text("no."))
_NAME: Final = Column("organisation", Text("organisation"))
_ROLES: Final = Column("roles", Text("roles"))
_ACTIVE: Final = Column("active", Text("active"))


def organisation_tables(session: "Session", *concerned: int | str) -> list[Table]:
    """The organisations of these numbers or names, else all; their roles for single tokens; and all
    keys that they ever had.
    """
    from jp20.operations.governance.organisations import organisation_keys, token_roles

    members = {
        member.number: member
        for member in session.members()
        if not concerned or member.number in concerned or member.name in concerned
    }
    return [
        Table(
            "organisations",
            Text("Organisations"),
            (
                _NUMBER,
                Column("name", Text("name")),
                _ACTIVE,
                Column("roles", Text("roles at large")),
            ),
            [
                (member.number, member.name, member.active, _named(member.roles))
                for member in members.values()
            ],
        ),
        Table(
            "token_roles",
            Text("Roles for single tokens"),
            (
                Column("code", Text("token", context="trade")),
                _NUMBER,
                _NAME,
                _ROLES,
                Column("token", Text("token's address"), detail=True),
            ),
            [
                (
                    each.code,
                    each.organisation.number,
                    each.organisation.name,
                    _named(each.roles),
                    each.token,
                )
                for each in token_roles(session, list(members.values()))
            ],
        ),
        Table(
            "keys",
            Text("Keys"),
            (Column("key", Text("key")), _NUMBER, _NAME, _ACTIVE),
            [
                (key.address, key.organisation, members[key.organisation].name, key.active)
                for key in organisation_keys(session)
                if key.organisation in members
            ],
        ),
    ]


def _named(roles: "Iterable[Role]") -> str:
    return ", ".join(role.name for role in sorted(roles))
