"""The vault of the working folder, opened for an organisation and a purpose."""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import help_text
from jp20.cli.frame.workspace import workspace
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.governance.views import Purpose
    from jp20.operations.people.keeping import PeopleDesk
    from jp20.operations.session import Session
    from jp20.operations.workspace import Workspace

PurposeOfUse = Annotated[
    str,
    typer.Option(
        "--purpose",
        metavar="PURPOSE",
        help=help_text("What the data is used for; jp20 views lists the purposes."),
    ),
]
Organisation = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="ORGANISATION",
        help=help_text("For which organisation, where the folder has the keys of several."),
    ),
]
Person = Annotated[
    str,
    typer.Argument(
        metavar="PERSON",
        help=help_text("Customer number, whole name, wallet, or the investor's id."),
    ),
]


def desk(
    purpose: str, organisation: str | None, case: str | None
) -> "tuple[PeopleDesk, Session, Workspace]":
    """The desk as of the latest block. Raises BadArgument, and what opening the vault does."""
    from jp20.operations.people.keeping import PeopleDesk
    from jp20.operations.people.viewed import ViewedQuestions, login_name, viewer_here
    from jp20.operations.register.asking import ask

    place, named = workspace(), purpose_named(purpose)
    views, session = place.views(), place.view()
    questions = ask(session)
    at = questions.stamp()
    viewer = viewer_here(questions, at, place.own_addresses(), organisation, login_name())
    viewed = ViewedQuestions(questions, viewer, views, place.access_log, named, case or "")
    return PeopleDesk(place.vault(), questions, viewed, at), session, place


def purpose_named(written: str) -> "Purpose":
    """Raises BadArgument."""
    from jp20.domain.governance.views import Purpose

    for each in Purpose:
        if written.casefold() in (each.name.lower(), each.name.lower().replace("_", "-")):
            return each
    raise BadArgument(
        Text('--purpose: "{written}" is not a purpose.', written=written),
        next_step=Text(
            "Use one of: {allowed}.", allowed=", ".join(each.name.lower() for each in Purpose)
        ),
    )
