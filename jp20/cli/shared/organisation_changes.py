"""What the commands that change the consortium share: what they name, how they are decided, and
what they show.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import both
from jp20.cli.frame.options import address
from jp20.cli.frame.output import say, show, warn
from jp20.cli.shared.acting import run
from jp20.cli.shared.organisation_tables import organisation_tables
from jp20.cli.shared.results import steps_table
from jp20.domain.base.errors import BadArgument, Text

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.domain.base.roles import Role
    from jp20.operations.governance.organisations import Change
    from jp20.operations.session import Session
    from jp20.operations.workspace import Workspace

OrganisationName = Annotated[
    str,
    typer.Argument(
        metavar="ORGANISATION", help=both("Its name or number.", "組織の名称または番号。")
    ),
]

RoleName = Annotated[
    str,
    typer.Argument(
        metavar="ROLE",
        help=both("The role, such as VALIDATOR.", "役割(VALIDATOR など)。"),
    ),
]

ForToken = Annotated[
    str | None,
    typer.Option(
        "--token",
        metavar="TOKEN",
        help=both(
            "The role for this token only: ISSUER, BROKER or REGISTRAR. Else at large.",
            "このトークンに限った役割(ISSUER・BROKER・REGISTRAR)。省略時は全トークンに共通の役割。",
        ),
    ),
]


def role_named(text: str, option: str) -> "Role":
    """A role that was given by its name. Raises BadArgument."""
    from jp20.domain.base.roles import Role

    if text in Role.__members__:
        return Role[text]
    known = ", ".join(Role.__members__)
    raise BadArgument(
        Text(
            f'{option}: there is no role "{text}".', f"{option}: 「{text}」という役割はありません。"
        ),
        next_step=Text(f"Roles: {known}.", f"役割: {known}"),
    )


def key_address(text: str, option: str) -> "ChecksumAddress":
    """A key's address that was given. Raises BadArgument."""
    from jp20.domain.base.addresses import ZERO_ADDRESS

    found = address(text, option)
    if found != ZERO_ADDRESS:
        return found
    raise BadArgument(
        Text(
            f"{option}: {found} is nobody's key.",
            f"{option}: {found} は鍵のアドレスではありません。",
        ),
        next_step=Text(
            "Name the address that jp20 keys list shows.",
            "jp20 keys list で表示されるアドレスを指定してください。",
        ),
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
    then = Text("at once after the last", "最後の署名後、直ちに実行")
    if rule.delay:
        wait = duration(rule.delay)
        then = Text(f"{wait} after the last", f"最後の署名から {wait} 後に実行")
    say(
        Text(
            f"It takes the signatures of {slots}; carried out {then.en}.",
            f"必要な署名: {slots}({then.ja})",
        )
    )


def _warn_of_deadlock(place: "Workspace", session: "Session", change: "Change") -> None:
    """What nobody could decide any more."""
    from jp20.operations.governance.organisations import left_undecidable

    for each in left_undecidable(session, place.policy(), change):
        name, what = each.act.name, each.what
        warn(
            Text(
                f"Afterwards NOBODY could decide: {name.en}. {what.en}",
                f"実行すると、次の行為を決定できなくなります: {name.ja}。{what.ja}",
            )
        )
