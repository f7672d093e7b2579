"""`jp20 register export|statement|templates`: the register as files, a manifest beside each."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.as_of import AtBlock, AtTime, last_second
from jp20.cli.frame.invocation import invocation
from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.options import Token, address, hash_of, time
from jp20.cli.frame.output import say, warn
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.desk import Organisation, desk
from jp20.cli.shared.parties import CaseIfAny
from jp20.cli.shared.register_tables import holder_given, investor_named
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text
from jp20.domain.files.export_forms import Content, Encoding, Statement

if TYPE_CHECKING:
    from jp20.domain.base.ids import InvestorId
    from jp20.domain.investors.addressees import Addressees
    from jp20.domain.register.answers import Stamp
    from jp20.operations.register.exports import Office, Written

app = typer.Typer()

Of = Annotated[
    str | None,
    typer.Option(
        "--of",
        metavar="HOLDER",
        help=help_text(
            "Of one investor: any of the wallets, a customer number with --investors, or the id."
        ),
    ),
]

Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="TIME",
        help=help_text("From this time on, Japan's; of a date its beginning."),
    ),
]

SinceBlock = Annotated[
    int | None,
    typer.Option(
        "--since-block", metavar="BLOCK", min=0, help=help_text("What came after this block.")
    ),
]

Sign = Annotated[
    str | None,
    typer.Option(
        "--sign",
        metavar="ADDRESS",
        help=help_text("Sign the manifest with this key of your organisation."),
    ),
]

Names = Annotated[
    str | None,
    typer.Option(
        "--names",
        metavar="PURPOSE",
        help=help_text("With names from the vault, for a purpose; jp20 views lists the purposes."),
    ),
]


@app.command(
    "export",
    help=help_text(
        "Write the register into a new file that names its block, with a manifest beside it: .xlsx "
        "and .json (all of it), .csv and .parquet (one table). Nothing is written where register "
        "and chain do not agree."
    ),
    epilog=example(
        "jp20 register export JP20-RE-0001 holders.csv --content holders --encoding cp932",
        "jp20 register export JP20-RE-0001 register.xlsx --time 2027-03-31",
    ),
)
def register_export(
    token: Token,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=help_text("The new file."))],
    block: AtBlock = None,
    at: AtTime = None,
    content: Annotated[
        Content | None,
        typer.Option(
            metavar="CONTENT",
            help=help_text(
                "Which part: holders, wallets, history, tranches, lots, restraints, differences, "
                "or register for all of it. If omitted: holders for .csv and .parquet, otherwise "
                "all."
            ),
        ),
    ] = None,
    of: Of = None,
    since: Since = None,
    since_block: SinceBlock = None,
    encoding: Annotated[
        Encoding, typer.Option(help=help_text("Encoding of a CSV file."))
    ] = Encoding.UTF_8,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help=help_text("Write nothing where CP932 lacks a character; else 〓 stands for it."),
        ),
    ] = False,
    sign: Sign = None,
    names: Names = None,
    organisation: Organisation = None,
    case: CaseIfAny = None,
) -> None:
    """In the language of the call (G15)."""
    from jp20.operations.register.exports import Ask, export_register, require_export_format

    is_table = file.suffix.lower() in (".csv", ".parquet")
    wanted = content or (Content.HOLDERS if is_table else Content.REGISTER)
    require_export_format(file, wanted)
    office, stamp = _office(block, at, sign, _names(names, organisation, case))
    asked = Ask(wanted, _investor(office, stamp, of), _since(office, since, since_block))
    _say_written(export_register(office, file, token, stamp, asked, encoding, strict=strict))


@app.command(
    "statement",
    help=help_text(
        "Write a statement as PDF/A, in Japanese, with a manifest beside it: balance (one "
        "investor, a period), entries (a certificate, of one investor or all), irregular (a forced "
        "movement, from its case to its signers)."
    ),
    epilog=example(
        "jp20 register statement balance JP20-RE-0001 balance.pdf --of "
        "0x845986566FA249D19A35293e0b5E20A108224C37 --since 2027-01-01 --time 2027-03-31",
        "jp20 register statement entries JP20-RE-0001 entries.pdf --time 2027-03-31",
    ),
)
def register_statement(
    kind: Annotated[
        Statement, typer.Argument(metavar="KIND", help=help_text("balance, entries or irregular."))
    ],
    token: Token,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=help_text("The new file."))],
    block: AtBlock = None,
    at: AtTime = None,
    of: Of = None,
    since: Since = None,
    since_block: SinceBlock = None,
    transaction: Annotated[
        str | None,
        typer.Option(
            metavar="TRANSACTION", help=help_text("The transaction of the irregular act.")
        ),
    ] = None,
    sign: Sign = None,
    names: Names = None,
    organisation: Organisation = None,
    case: CaseIfAny = None,
) -> None:
    """With the fonts and templates that the settings name (G15)."""
    from jp20.operations.register.exports import Ask, make_statement, require_statement_format

    require_statement_format(file)
    moved = None if transaction is None else hash_of(transaction, "--transaction")
    press = workspace().press()
    office, stamp = _office(block, at, sign, _names(names, organisation, case))
    asked = Ask(investor=_investor(office, stamp, of), since=_since(office, since, since_block))
    _say_written(make_statement(office, press, file, token, stamp, kind, asked, moved))


@app.command(
    "templates",
    help=help_text(
        "Copy the templates of the statements into a new folder, to be changed; the settings name "
        "it: [statements] templates."
    ),
    epilog=example("jp20 register templates templates"),
)
def register_templates(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help=help_text("The new folder."))],
) -> None:
    """What each is given is described in docs/exports.md (G15)."""
    from jp20.operations.register.exports import copy_templates

    for file in copy_templates(folder):
        say(Text("Written: {file}", file=file))


# Inside


def _office(
    block: int | None, at: str | None, sign: str | None, names: "Addressees"
) -> "tuple[Office, Stamp]":
    from jp20.operations.register.asking import ask
    from jp20.operations.register.exports import Office

    moment = last_second(block, at)
    place = workspace()
    signer = None if sign is None else place.key_of(address(sign, "--sign"))
    session = place.view()
    register = ask(session)
    stamp = register.stamp(block, moment)
    language = invocation().language
    return Office(session, register, names=names, signer=signer, language=language), stamp


def _names(purpose: str | None, organisation: str | None, case: str | None) -> "Addressees":
    from jp20.domain.investors.addressees import nobody

    if purpose is None:
        return nobody
    from jp20.operations.people.addressed import addressees

    at_desk, _, _ = desk(purpose, organisation, case)
    return addressees(at_desk)


def _investor(office: "Office", stamp: "Stamp", of: str | None) -> "InvestorId | None":
    return None if of is None else investor_named(office.register, stamp, holder_given(of))


def _since(office: "Office", since: str | None, block: int | None) -> "Stamp | None":
    """The last block before what is told of."""
    if since is not None and block is not None:
        raise BadArgument(Text("Say either --since-block or --since."))
    if since is not None:
        return office.register.stamp(time=time(since, "--since") - 1)
    return None if block is None else office.register.stamp(block)


def _say_written(written: "Written") -> None:
    for each in written.files:
        say(Text("Written: {file}", file=each))
    if written.manifest.altered:
        warn(
            Text(
                "{count:,} {count:character is|characters are} written otherwise; the manifest "
                "lists what they were.",
                count=len(written.manifest.altered),
            )
        )
    if not written.manifest.final:
        warn(
            Text(
                "Block {block} is not final yet: what was written can still change, and says so.",
                block=written.manifest.block,
            )
        )
