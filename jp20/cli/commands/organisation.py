"""`jp20 organisation`: who is in the consortium, with which roles and keys (S2, S3, G17)."""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.commands import organisation_keys
from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.language import help_text
from jp20.cli.frame.options import Case, Document, Yes, evidence
from jp20.cli.frame.output import show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.organisation_changes import (
    ForToken,
    OrganisationName,
    RoleName,
    decide_and_show,
    key_address,
    role_named,
)
from jp20.cli.shared.organisation_tables import organisation_tables
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.base.roles import Role

app = typer.Typer(no_args_is_help=True)


@command(
    app,
    "list",
    "The organisations, removed ones too, with their roles at large and for single "
    "tokens, and their keys, revoked ones too.",
    "jp20 organisation list",
    "jp20 organisation list --format json",
)
def organisation_list() -> None:
    """Read from the chain (S2)."""
    show(*organisation_tables(workspace().view()))


@command(
    app,
    "add",
    "Let an organisation in, with its first keys and roles. By the shipped policy "
    "OPERATOR, AUDITOR, REGISTRAR and one of BROKER, CUSTODIAN sign, each running the "
    "same; 7 days later OPERATOR runs it again.",
    "jp20 organisation add かえで情報 --role VALIDATOR "
    "--key 0x5FbDB2315678afecb367f032d93F642f64180aa3 "
    "--case CV-1 --document resolution.pdf",
)
def organisation_add(
    name: Annotated[str, argument("Its public name; no person's.", "NAME")],
    key: Annotated[
        list[str],
        option("The address of a key that it made itself. Repeatable.", "--key", metavar="ADDRESS"),
    ],
    case: Case,
    document: Document,
    role: Annotated[
        list[str] | None, option("A role at large. Repeatable.", "--role", metavar="ROLE")
    ] = None,
    yes: Yes = False,
) -> None:
    """Who asks for the key's owner has looked outside the chain who that is (S2)."""
    from jp20.operations.governance.organisations import addition

    _require_name(name)
    roles: list[Role] = [role_named(each, "--role") for each in role or ()]
    keys = [key_address(each, "--key") for each in key]
    rests_on = evidence(case, document)
    place = workspace()
    session = place.session()
    change = addition(session, name, roles, keys, rests_on)
    decide_and_show(place, session, change, yes, name)


@command(
    app,
    "grant",
    "Give an organisation a role. By the shipped policy OPERATOR, AUDITOR, REGISTRAR and "
    "one of BROKER, CUSTODIAN sign, each running the same; 7 days later OPERATOR runs it "
    "again.",
    "jp20 organisation grant 北辰データ VALIDATOR --case CV-2 --document resolution.pdf",
    "jp20 organisation grant みなと証券 BROKER --token JP20-RE-0001 --case CV-3 "
    "--document agreement.pdf",
)
def organisation_grant(
    organisation: OrganisationName,
    role: RoleName,
    case: Case,
    document: Document,
    token: ForToken = None,
    yes: Yes = False,
) -> None:
    """Giving a power is delayed (S3)."""
    from jp20.operations.governance.organisations import grant, member_named

    given, rests_on = role_named(role, "ROLE"), evidence(case, document)
    place = workspace()
    session = place.session()
    member = member_named(session, organisation)
    change = grant(session, member, given, token, rests_on)
    decide_and_show(place, session, change, yes, member.number)


@command(
    app,
    "revoke",
    "Take a role from an organisation, as soon as all have signed. Not from its last "
    "holder: jp20 organisation transfer-role.",
    "jp20 organisation revoke 西嶺クラウド VALIDATOR --case CV-4 --document resolution.pdf",
)
def organisation_revoke(
    organisation: OrganisationName,
    role: RoleName,
    case: Case,
    document: Document,
    token: ForToken = None,
    yes: Yes = False,
) -> None:
    """Its signatures that rest on the role count no more (S3)."""
    from jp20.operations.governance.organisations import member_named, revocation

    taken, rests_on = role_named(role, "ROLE"), evidence(case, document)
    place = workspace()
    session = place.session()
    member = member_named(session, organisation)
    change = revocation(session, member, taken, token, rests_on)
    decide_and_show(place, session, change, yes, member.number)


@command(
    app,
    "transfer-role",
    "Hand a role from one organisation to another in one step, the last holder's too. By "
    "the shipped policy four organisations sign, and it is executed 7 days later.",
    "jp20 organisation transfer-role PAYING_AGENT しらかば銀行 ひいらぎ信託銀行 --case CV-5 "
    "--document agreement.pdf",
)
def organisation_transfer_role(
    role: RoleName,
    giver: Annotated[str, argument("Who holds it: name or number.", "FROM")],
    taker: Annotated[str, argument("Who gets it: name or number.", "TO")],
    case: Case,
    document: Document,
    token: ForToken = None,
    yes: Yes = False,
) -> None:
    """Nobody's own signature is needed to replace them (G17)."""
    from jp20.operations.governance.organisations import member_named, role_transfer

    moved, rests_on = role_named(role, "ROLE"), evidence(case, document)
    place = workspace()
    session = place.session()
    from_, to = member_named(session, giver), member_named(session, taker)
    if from_.number == to.number:
        raise BadArgument(
            Text("FROM and TO are both {successor}.", successor=to.name),
            next_step=Text("Name two organisations."),
        )
    change = role_transfer(session, moved, from_, to, token, rests_on)
    decide_and_show(place, session, change, yes, from_.number, to.number)


@command(
    app,
    "remove",
    "Remove an organisation, with all its keys and roles at large, as soon as all have "
    "signed. It signs nothing of it. What it alone holds, and its roles for single "
    "tokens, are handed over first.",
    "jp20 organisation remove 西嶺クラウド --case CV-6 --document resolution.pdf",
)
def organisation_remove(
    organisation: OrganisationName, case: Case, document: Document, yes: Yes = False
) -> None:
    """For ever: its keys belong to no other organisation (S2)."""
    from jp20.operations.governance.organisations import member_named, removal

    rests_on = evidence(case, document)
    place = workspace()
    session = place.session()
    member = member_named(session, organisation)
    change = removal(session, member, rests_on)
    decide_and_show(place, session, change, yes, member.number)


app.add_typer(
    organisation_keys.app, name="key", help=help_text("An organisation's keys on the chain.")
)


def _require_name(name: str) -> None:
    """Raises BadArgument for a name by which nobody could be told apart."""
    if name.strip() and name == name.strip() and not (name.isascii() and name.isdigit()):
        return
    raise BadArgument(
        Text('NAME: "{name}" is not a name.', name=name),
        Text(
            "It is not empty, has no space around it, and is not a number, which names the "
            "organisation of that number."
        ),
        Text("Write its public name."),
    )
