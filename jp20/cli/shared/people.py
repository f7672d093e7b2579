"""The investors to whom one act is done: named on the command line, or row by row in a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from jp20.cli.frame.declare import argument, option
from jp20.cli.frame.output import say
from jp20.cli.shared import some_refused
from jp20.cli.shared.acting import run_rows
from jp20.cli.shared.ending_rows import ResultFile, finish
from jp20.cli.shared.investors import facts_table, known, wallets_given
from jp20.cli.shared.listed import people_in
from jp20.cli.shared.results import refused_table
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.domain.investors.facts import Facts
    from jp20.domain.plans.outcomes import Outcomes, RowOutcome
    from jp20.operations.governance.acts import RowsAct
    from jp20.operations.session import Session

Wallets = Annotated[list[str] | None, argument("Any wallet of each investor.", "WALLET...")]

PeopleFile = Annotated[
    Path | None,
    option(
        "Many at once: CSV or XLSX with wallets, or with customer numbers (--investors).",
        "--file",
        metavar="FILE",
    ),
]


@dataclass(frozen=True, slots=True)
class People:
    """Whose wallets were named. From a file: on which line each stands, the rows that are refused
    or stand already, and where each row's result goes.
    """

    wallets: "tuple[ChecksumAddress, ...]"
    lines: "Mapping[ChecksumAddress, int]"
    rows: "tuple[RowOutcome, ...]" = ()
    result: ResultFile | None = None

    @property
    def left_out(self) -> Text:
        """What a question says of the rows that are refused, where there are any."""
        from jp20.domain.plans.outcomes import Outcome

        refused = sum(row.outcome is Outcome.REFUSED for row in self.rows)
        if not refused:
            return Text.verbatim("")
        return Text(" ({refused} {refused:row|rows} of the file are refused)", refused=refused)


def people(named: list[str] | None, file: Path | None, result: Path | None, name: str) -> People:
    """Those who are named, or those of a file. `result` and `name` see `ResultFile`. Raises
    BadArgument for both or neither, FaultyFile.
    """
    if bool(named) == (file is not None):
        raise BadArgument(
            Text("WALLET or --file, one of them."),
            next_step=Text("Name investors by their wallets, or a file of them."),
        )
    if file is None:
        kept = None if result is None else ResultFile(result, name)
        return People(tuple(wallets_given(named or ())), {}, (), kept)
    from jp20.operations.governance.batches import faulty

    found = people_in(file)
    return People(
        tuple(each.wallet for each in found.people),
        {each.wallet: each.line for each in found.people},
        faulty(found.faults),
        ResultFile(result, name),
    )


def to_act_on(
    session: "Session", people: People, stands: "Callable[[Facts], bool] | None" = None
) -> People:
    """Those whom the platform knows. Of a file the others are refused rows, and who `stands` as the
    act would have them is left out of it. Raises NobodysWallet for a wallet that was named.
    """
    from jp20.domain.plans.outcomes import Outcome, RowOutcome
    from jp20.operations.investors.whitelist import NobodysWallet, facts_of

    if not people.lines:
        known(session, people.wallets)
        return people
    rows, left = list(people.rows), []
    for wallet, facts in zip(people.wallets, facts_of(session, people.wallets), strict=True):
        line = people.lines[wallet]
        if not facts.is_known:
            why = NobodysWallet(wallet).what
            rows.append(RowOutcome(line, wallet, None, Outcome.REFUSED, why, "UNKNOWN_WALLET"))
        elif stands is not None and stands(facts):
            rows.append(RowOutcome(line, wallet, None, Outcome.UNCHANGED))
        else:
            left.append(wallet)
    return replace(people, wallets=tuple(left), rows=tuple(rows))


def end(
    session: "Session",
    people: People,
    title: Text,
    act_of: "Callable[[tuple[ChecksumAddress, ...]], RowsAct[Any]]",
    yes: bool,
    say_more: "Callable[[Outcomes], None]" = lambda done: None,
) -> None:
    """Asks and acts, where anybody is left to act on, and shows what became of each, after what
    there is to say of it besides. What is refused of a file is shown before. Of a file each row has
    a result: done, standing or refused. Raises what the act, `some_refused.end` and `finish` raise.
    """
    from jp20.domain.plans.outcomes import Outcome, Outcomes, in_order

    refused = [row for row in people.rows if row.outcome is Outcome.REFUSED]
    if refused:
        say(refused_table(refused))
    done = Outcomes((), ())
    if people.wallets:
        done = run_rows(session, act_of(people.wallets), yes)
    say_more(done)
    if people.result is None:
        some_refused.end(session, done, facts_table(session, people.wallets))
        return
    lines = people.lines
    rows = [
        row if row.account is None else replace(row, line=lines.get(row.account))
        for row in done.rows
    ]
    finish(session, title, replace(done, rows=in_order([*people.rows, *rows])), people.result)
