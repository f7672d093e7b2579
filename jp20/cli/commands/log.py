"""`jp20 log`: the access log, shown and verified."""

from pathlib import Path
from typing import Annotated

import typer

from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.options import address
from jp20.cli.frame.output import Column, Record, Table, Value, say, show
from jp20.cli.frame.workspace import workspace
from jp20.domain.base.text import Text

app = typer.Typer(no_args_is_help=True)

_LINES = Column("lines", Text("lines"), number=True)
_HASH = Column("hash", Text("hash"))


@app.command(
    "verify",
    help=help_text(
        "Verify the log: a line removed, changed, inserted, moved or cut off is found, and its "
        "position named. Heads that were sealed earlier are compared too, and looked for on the "
        "chain."
    ),
    epilog=example("jp20 log verify", "jp20 log verify head-2027-03.json"),
)
def log_verify(
    heads: Annotated[
        list[Path] | None,
        typer.Argument(metavar="HEAD", help=help_text("Sealed heads: jp20 log seal.")),
    ] = None,
) -> None:
    """Ends with 1 where the log was changed (G28)."""
    from jp20.operations.people.sealed_heads import anchors, load_head, organisation_that_signed

    place = workspace()
    sealed = [load_head(each) for each in heads or ()]
    head = place.access_log.chain.verify(tuple(each.head for each in sealed))
    rows: list[tuple[Value, ...]] = []
    if sealed:
        session = place.view()
        found = anchors(session, sealed)
        rows = [
            (
                each.file,
                each.head.count,
                organisation_that_signed(session, each),
                each.key,
                at.block if (at := found.get(each.document_hash)) else None,
            )
            for each in sealed
        ]
    show(
        Record("log", Text("The log is whole"), ((_LINES, head.count), (_HASH, head.hash))),
        Table(
            "heads",
            Text("Sealed heads"),
            (
                Column("file", Text("file")),
                _LINES,
                Column("signed_by", Text("signed by")),
                Column("key", Text("key"), detail=True),
                Column("block", Text("block of the anchor")),
            ),
            rows,
        ),
    )


@app.command(
    "show",
    help=help_text("Show who saw or did what: all, or what concerns one investor."),
    epilog=example(
        "jp20 log show",
        "jp20 log show --investor 0x845986566fa249d19a35293e0b5e20a108224c",
    ),
)
def log_show(
    investor: Annotated[
        str | None,
        typer.Option("--investor", metavar="ID", help=help_text("The opaque id.")),
    ] = None,
) -> None:
    """Each line is verified before it is shown (G28)."""
    from jp20.domain.base.times import in_tokyo

    found = workspace().access_log.accesses()
    wanted = None if investor is None else investor.removeprefix("0x").casefold()
    show(
        Table(
            "log",
            Text("Access log"),
            (
                Column("time", Text("time")),
                Column("organisation", Text("organisation")),
                Column("login", Text("person")),
                Column("key", Text("key"), detail=True),
                Column("use", Text("use")),
                Column("asked", Text("asked for")),
                Column("purpose", Text("purpose")),
                Column("token", Text("token"), detail=True),
                Column("subjects", Text("whose data")),
                Column("case", Text("case")),
                Column("result", Text("result")),
            ),
            [
                (
                    in_tokyo(each.time),
                    each.organisation,
                    each.login,
                    each.key,
                    each.use,
                    each.asked,
                    each.purpose,
                    each.token,
                    ", ".join(f"0x{one:038x}" for one in each.subjects),
                    each.case,
                    each.result,
                )
                for each in found
                if wanted is None or wanted in {f"{one:038x}" for one in each.subjects}
            ],
        )
    )


@app.command(
    "seal",
    help=help_text(
        "Write the log's head, with a salt, to a file that is kept elsewhere. Named as the "
        "document of any act, the file's hash is recorded on the chain and discloses "
        "nothing."
    ),
    epilog=example(
        "jp20 log seal head-2027-03.json", "jp20 log seal head-2027-03.json --sign 0xAb…"
    ),
)
def log_seal(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=help_text("The new file."))],
    sign: Annotated[
        str | None,
        typer.Option(
            "--sign", metavar="ADDRESS", help=help_text("Sign it with this key: its address.")
        ),
    ] = None,
) -> None:
    """The log is verified first (G28)."""
    from jp20.operations.people.sealed_heads import seal_head

    place = workspace()
    signer = None if sign is None else place.key_of(address(sign, "--sign"))
    sealed = seal_head(place.access_log, place.settings.network.chain_id, file, signer)
    show(
        Record(
            "head",
            Text("Sealed head"),
            (
                (Column("file", Text("file")), str(file)),
                (_LINES, sealed.head.count),
                (_HASH, sealed.head.hash),
                (Column("document_hash", Text("hash of the file")), sealed.document_hash),
            ),
        )
    )
    say(Text("To anchor it, name {file} as --document of an act.", file=file))
