"""Who has no part in a decision, and what it rests on where that is optional."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import both
from jp20.cli.frame.options import evidence
from jp20.domain.base.errors import BadArgument, Text

if TYPE_CHECKING:
    from jp20.domain.governance.evidence import Evidence
    from jp20.operations.session import Session

Party = Annotated[
    list[str] | None,
    typer.Option(
        "--party",
        metavar="ORGANISATION",
        help=both(
            "Organisation (name or number) that is party to it: it signs nothing. Repeatable; "
            "every organisation that runs the command names the same.",
            "当事者として署名から除外する組織(名称または番号)。複数指定可。"
            "各組織とも同じ指定で実行すること。",
        ),
    ),
]

CaseIfAny = Annotated[
    str | None,
    typer.Option(
        "--case",
        metavar="CASE",
        help=both(
            "Case number, if there is one.",
            "案件番号(ある場合)。",
        ),
    ),
]

DocumentIfAny = Annotated[
    Path | None,
    typer.Option(
        "--document",
        metavar="FILE",
        help=both(
            "The document that it rests on, if there is one.",
            "根拠文書(ある場合)。",
        ),
    ),
]


def parties(session: "Session", named: Sequence[str] | None) -> tuple[int, ...]:
    """The organisations that `--party` names, by number. Raises UnknownOrganisation."""
    return tuple(
        session.organisation(int(each) if each.isascii() and each.isdigit() else each).number
        for each in named or ()
    )


def evidence_if_any(case: str | None, document: Path | None) -> "Evidence | None":
    """What the two options say; None where neither is given. Raises BadArgument for one alone."""
    if case is None and document is None:
        return None
    if case is None or document is None:
        missing = "--case" if case is None else "--document"
        raise BadArgument(
            Text(f"{missing} is missing.", f"{missing} がありません。"),
            Text("A case and its document go together.", "案件番号と根拠文書は両方必要です。"),
            Text("Give both or neither.", "両方を指定するか、両方を省略してください。"),
        )
    return evidence(case, document)
