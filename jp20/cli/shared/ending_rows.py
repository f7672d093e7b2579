"""How a command ends that did something to many rows: a summary, what was refused, a result file,
and the exit code.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from jp20.cli.frame.declare import option
from jp20.cli.frame.endings import Ending, told
from jp20.cli.frame.invocation import invocation
from jp20.cli.frame.output import say, show, warn
from jp20.cli.frame.parts import with_rows
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.results import counts_table, refused_table, steps_table
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jp20.domain.plans.outcomes import Outcomes, Step
    from jp20.operations.session import Session

Result = Annotated[
    Path | None,
    option(
        "Where the result goes, a row a row (.csv, .json, .xlsx); else to the results folder.",
        metavar="FILE",
    ),
]


class ResultFile:
    """Where the rows of a command are written when it ends: what `--result` names, else a new file
    in the results folder. That it can be written is tried before anything is sent.
    """

    def __init__(self, named: Path | None, name: str) -> None:
        """Raises UnknownFormat, FileExists, CannotWrite."""
        from jp20.operations.plans.results import require_format, require_new

        self.file: Final = named or _result_file(name)
        require_format(self.file)
        require_new(self.file)

    def write(self, outcomes: "Outcomes") -> None:
        """Writes it and says where it is. Where that is not possible any more it is said, and is
        no reason to end: what was done stands on the chain.
        """
        from jp20.operations.plans.results import write_results

        file = self.file
        try:
            write_results(file, outcomes, invocation().language)
        except JP20Error as error:
            for line in (error.what, error.why):
                if line is not None:
                    warn(line)
            warn(
                Text(
                    "The result file is missing; what is shown above is done. To have the file, "
                    "apply the same plan again: nothing is sent twice."
                )
            )
            return
        shown = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
        say(Text("Each row: {shown}", shown=shown))


def finish(session: "Session", title: Text, outcomes: "Outcomes", result: ResultFile) -> None:
    """Shows what was done and writes the result file, then ends with 5 where an outcome is unknown,
    with 4 where rows were refused.
    """
    report(session, title, outcomes, outcomes.steps, result)
    if outcomes.unknown:
        if outcomes.trouble is not None:
            told(outcomes.trouble)
        warn(
            Text(
                "{count} {count:row|rows} {count:was|were} sent and {count:is|are} in no block "
                "yet. Do not send them by other means; see: jp20 status",
                count=len(outcomes.unknown),
            )
        )
        warn(_where_it_stands(outcomes))
        raise Ending(ExitCode.UNKNOWN)
    if outcomes.refused:
        raise Ending(ExitCode.SOME_REFUSED)


def _where_it_stands(outcomes: "Outcomes") -> Text:
    """What is done, what waits, and how to go on."""
    done = len(outcomes.done) + len(outcomes.already)
    waiting = len({row.transaction for row in outcomes.unknown})
    return Text(
        "{done} {done:row|rows} {done:is|are} carried out, {waiting} "
        "{waiting:transaction|transactions} {waiting:is|are} signed and under way, and "
        "{count} {count:row|rows} {count:was|were} not sent. Apply the same again when "
        "the node answers: it goes on from here, and nothing is sent twice.",
        done=done,
        waiting=waiting,
        count=len(outcomes.pending),
    )


def report(
    session: "Session",
    title: Text,
    outcomes: "Outcomes",
    steps: "Sequence[Step]",
    result: ResultFile,
) -> None:
    """Shows what was done, by which transactions of this run, and writes the result file."""
    failure: JP20Error | None = None
    try:
        invocation().settle()
    except JP20Error as error:
        failure = error
    if not (steps or outcomes.unknown):
        say(Text("Nothing was sent."))
    show(
        *with_rows(
            counts_table(title, outcomes),
            refused_table(outcomes.refused),
            steps_table(session, steps),
        )
    )
    result.write(outcomes)
    if failure is not None and not outcomes.unknown:
        raise failure


def _result_file(name: str) -> Path:
    """A new file in the results folder."""
    place = workspace()
    folder = place.path(place.settings.folders.results)
    folder.mkdir(parents=True, exist_ok=True)
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    number = 1
    while (file := folder / f"{plain}-{number}.csv").exists():
        number += 1
    return file
