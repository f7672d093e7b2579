"""`jp20 whitelist wallet`: an investor gets a further wallet; a lost one is given up."""

from typing import Annotated

import typer

from jp20.cli.frame.declare import argument, command
from jp20.cli.frame.options import Case, Document, Yes, address, evidence
from jp20.cli.frame.output import say
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared import some_refused
from jp20.cli.shared.acting import run_rows
from jp20.cli.shared.investors import facts_table, known, wallets_given
from jp20.cli.shared.parties import Party, excluding
from jp20.domain.base.text import Text

app = typer.Typer(no_args_is_help=True)


@command(
    app,
    "add",
    "Give an investor a further wallet, with the facts of the others.",
    "jp20 whitelist wallet add 0x845986566FA249D19A35293e0b5E20A108224C37 "
    "0xf602Dce55336D5b44cD143f5df8814A1520b7157 --case WL-2 --document identification.pdf",
)
def wallet_add(
    existing: Annotated[str, argument("Any wallet of the investor.", "WALLET")],
    new: Annotated[str, argument("The new wallet.", "NEW")],
    case: Case,
    document: Document,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """The holder's cap counts the investor once (G7, G13)."""
    from jp20.operations.investors.whitelist import add_wallets

    of, added = address(existing, "WALLET"), address(new, "NEW")
    rests_on = evidence(case, document)
    session = workspace().session()
    known(session, [of])
    rests_on = excluding(session, rests_on, party)
    act = add_wallets(session, [(of, added)], rests_on)
    some_refused.end(session, run_rows(session, act, yes), facts_table(session, [of, added]))


@command(
    app,
    "retire",
    "Take wallets out of use for ever: their keys were lost or stolen. The investor's "
    "other wallets stay in use.",
    "jp20 whitelist wallet retire 0x1e272666f52E80be97bb09a7b7cFcD72dcCDBf10 "
    "--case KY-3 --document loss-report.pdf",
)
def wallet_retire(
    wallets: Annotated[list[str], argument("The wallets.", "WALLET...")],
    case: Case,
    document: Document,
    yes: Yes = False,
) -> None:
    """KYC alone in the shipped policy; works while the platform is halted (G13)."""
    from jp20.operations.investors.whitelist import retire_wallets

    given, rests_on = wallets_given(wallets), evidence(case, document)
    session = workspace().session()
    known(session, given)
    done = run_rows(session, retire_wallets(session, given, rests_on), yes)
    if done.done:
        say(Text("What they hold stays there until it is moved: jp20 recover LOST NEW"))
    some_refused.end(session, done, facts_table(session, given))
