"""Organisations, their roles and their keys as tables."""

from typing import TYPE_CHECKING, Final

from jp20.cli.frame.output import Column, Table, table
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
        table(
            "organisations",
            Text("Organisations"),
            members.values(),
            (_NUMBER, lambda member: member.number),
            (Column("name", Text("name")), lambda member: member.name),
            (_ACTIVE, lambda member: member.active),
            (Column("roles", Text("roles at large")), lambda member: _named(member.roles)),
        ),
        table(
            "token_roles",
            Text("Roles for single tokens"),
            token_roles(session, list(members.values())),
            (Column("code", Text("token", context="trade")), lambda each: each.code),
            (_NUMBER, lambda each: each.organisation.number),
            (_NAME, lambda each: each.organisation.name),
            (_ROLES, lambda each: _named(each.roles)),
            (Column("token", Text("token's address"), detail=True), lambda each: each.token),
        ),
        table(
            "keys",
            Text("Keys"),
            (key for key in organisation_keys(session) if key.organisation in members),
            (Column("key", Text("key")), lambda key: key.address),
            (_NUMBER, lambda key: key.organisation),
            (_NAME, lambda key: members[key.organisation].name),
            (_ACTIVE, lambda key: key.active),
        ),
    ]


def _named(roles: "Iterable[Role]") -> str:
    return ", ".join(role.name for role in sorted(roles))
