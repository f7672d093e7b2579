"""What the commands that change the consortium share: what they name, how they are decided, and
what they show.
"""

from typing import TYPE_CHECKING, Annotated

from jp20.cli.frame.declare import argument, option
from jp20.cli.frame.options import address
from jp20.cli.frame.output import say, show, warn
from jp20.cli.shared.acting import run
from jp20.cli.shared.organisation_tables import organisation_tables
from jp20.cli.shared.results import steps_table
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.domain.base.roles import Role
    from jp20.operations.governance.organisations import Change
    from jp20.operations.session import Session
    from jp20.operations.workspace import Workspace

OrganisationName = Annotated[str, argument("Its name or number.", "ORGANISATION")]

RoleName = Annotated[str, argument("The role, such as VALIDATOR.", "ROLE")]

ForToken = Annotated[
    str | None,
    option(
        "The role for this token only: ISSUER, BROKER or REGISTRAR. Else at large.",
        "--token",
        metavar="TOKEN",
    ),
]


def role_named(text: str, option: str) -> "Role":
    """A role that was given by its name. Raises BadArgument."""
    if text in Role.__members__:
        return Role[text]
    known = ", ".join(Role.__members__)
    raise BadArgument(
        Text('{option}: there is no role "{text}".', option=option, text=text),
        next_step=Text("Roles: {known}.", known=known),
    )


def key_address(text: str, option: str) -> "ChecksumAddress":
    """A key's address that was given. Raises BadArgument."""
    from jp20.domain.base.addresses import ZERO_ADDRESS

    found = address(text, option)
    if found != ZERO_ADDRESS:
        return found
    raise BadArgument(
        Text("{option}: {found} is nobody's key.", option=option, found=found),
        next_step=Text("Name the address that jp20 keys list shows."),
    )


def decide_and_show(
    place: "Workspace", session: "Session", change: "Change", yes: bool, *concerned: int | str
) -> None:
    """Asks, carries a change as far as the keys at hand reach, and shows the organisations of these
    numbers or names.

    Raises ChangeRefused or NameTaken before anybody is asked, and what `decide` raises.
    """
    from jp20.operations.governance.organisations import require_unlike

    def before() -> None:
        require_unlike(session, change)
        _warn_of_deadlock(place, session, change)
        _say_how(session, change)

    done = run(session, change.act, yes, before=before)
    show(*organisation_tables(session, *concerned), steps_table(session, done.steps))


def _say_how(session: "Session", change: "Change") -> None:
    """Whose signatures the change takes, and when it is carried out."""
    from jp20.domain.governance.matrix import duration
    from jp20.operations.governance.requests import required_rule

    (call,) = change.act.calls
    rule = required_rule(session.rule(call), session.function_of(call))
    slots = " + ".join(" | ".join(role.name for role in sorted(slot)) for slot in rule.slots)
    then = Text("at once after the last")
    if rule.delay:
        wait = duration(rule.delay)
        then = Text("{wait} after the last", wait=wait)
    say(Text("It takes the signatures of {slots}; carried out {then}.", slots=slots, then=then))


def _warn_of_deadlock(place: "Workspace", session: "Session", change: "Change") -> None:
    """What nobody could decide any more."""
    from jp20.operations.governance.organisations import left_undecidable

    for each in left_undecidable(session, place.policy(), change):
        name, what = each.act.name, each.what
        warn(Text("Afterwards NOBODY could decide: {name}. {what}", name=name, what=what))
