"""Who has no part in a decision, and what it rests on where that is optional."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from jp20.cli.frame.declare import option
from jp20.cli.frame.options import evidence
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.base.ids import OrganisationId
    from jp20.domain.governance.evidence import Evidence
    from jp20.operations.session import Session

Party = Annotated[
    list[str] | None,
    option(
        "Organisation (name or number) that is party to it: it signs nothing. "
        "Repeatable; every organisation that runs the command names the same.",
        "--party",
        metavar="ORGANISATION",
    ),
]

CaseIfAny = Annotated[str | None, option("Case number, if there is one.", "--case", metavar="CASE")]

DocumentIfAny = Annotated[
    Path | None,
    option("The document that it rests on, if there is one.", "--document", metavar="FILE"),
]


def parties(session: "Session", named: Sequence[str] | None) -> "tuple[OrganisationId, ...]":
    """The organisations that `--party` names, by number. Raises UnknownOrganisation."""
    return tuple(
        session.organisation(int(each) if each.isascii() and each.isdigit() else each).number
        for each in named or ()
    )


def excluding(session: "Session", rests_on: "Evidence", named: Sequence[str] | None) -> "Evidence":
    """What a decision rests on, with the organisations that `--party` names as its parties. Raises
    UnknownOrganisation.
    """
    return rests_on.excluding(*parties(session, named))


def evidence_if_any(case: str | None, document: Path | None) -> "Evidence | None":
    """What the two options say; None where neither is given. Raises BadArgument for one alone."""
    if case is None and document is None:
        return None
    if case is None or document is None:
        missing = "--case" if case is None else "--document"
        raise BadArgument(
            Text("{missing} is missing.", missing=missing),
            Text("A case and its document go together."),
            Text("Give both or neither."),
        )
    return evidence(case, document)
