"""`jp20 vault`: personal data, encrypted with a key a person."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.options import Yes
from jp20.cli.frame.options import time as time_given
from jp20.cli.frame.output import Coded, Column, Record, Table, Value, confirm, say, show
from jp20.cli.frame.passwords import PasswordFrom, new
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.desk import Organisation, Person, PurposeOfUse, desk
from jp20.cli.shared.listed import investors_in
from jp20.cli.shared.parties import CaseIfAny
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.vault.vault import Version

app = typer.Typer(no_args_is_help=True)

_INVESTOR: Final = Column("investor", Text("investor"))


@app.command(
    "create",
    help=help_text(
        "Make the vault: two files, one of records and one of keys. The password makes the "
        "store key; without it nothing can be read."
    ),
    epilog=example("jp20 vault create", "jp20 vault create --password file:secrets/vault"),
)
def vault_create(password: PasswordFrom = None) -> None:
    """In the folder that the settings name (S7)."""
    from jp20.operations.keys import checked

    place = workspace()
    given = (
        place.secret_at(place.settings.vault.password)
        if (password is None and place.settings.vault.password)
        else new(password)
    )
    place.make_vault(checked(given()))
    show(
        Record(
            "vault", Text("Vault"), ((Column("folder", Text("folder")), str(place.vault_folder)),)
        )
    )
    say(Text("Back up the two files apart from each other: see docs/vault.md."))


@app.command(
    "fill",
    help=help_text(
        "Fill the vault from a whitelist file: names, addresses, accounts. What changed "
        "becomes a new version; the earlier ones stay."
    ),
    epilog=example("jp20 vault fill investors.csv --purpose onboarding"),
)
def vault_fill(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=help_text("The investors: CSV or XLSX."))
    ],
    purpose: PurposeOfUse,
    organisation: Organisation = None,
    case: CaseIfAny = None,
) -> None:
    """A file with a fault is not taken up at all (S7, G28)."""
    investors = investors_in(file, 0).sound()
    at_desk, _, _ = desk(purpose, organisation, case)
    filled = at_desk.fill(investors, file.name)
    columns = (Column("customer", Text("customer number")), Column("became", Text("what became")))
    became = {
        "added": Text("added", context="record"),
        "changed": Text("new version"),
        "unchanged": Text("unchanged"),
        "erased": Text("erased before, not added"),
    }
    rows: list[tuple[Value, Value]] = [
        (customer, Coded(name, text))
        for name, text in became.items()
        for customer in getattr(filled, name)
    ]
    show(Table("filled", Text("Records"), columns, rows))


@app.command(
    "show",
    help=help_text("Show a person's record; with --versions, every version of it."),
    epilog=example("jp20 vault show C-0001 --purpose notice"),
)
def vault_show(
    person: Person,
    purpose: PurposeOfUse,
    versions: Annotated[
        bool, typer.Option("--versions", help=help_text("All versions, with who wrote them."))
    ] = False,
    organisation: Organisation = None,
    case: CaseIfAny = None,
) -> None:
    """Whose names a role sees is said by the views (G28)."""
    at_desk, _, _ = desk(purpose, organisation, case)
    id = at_desk.person(person)
    found = at_desk.versions(id) if versions else (at_desk.record(id),)
    show(_record(id, found[-1]), *([_versions(found)] if versions else []))


@app.command(
    "correct",
    help=help_text("Correct fields of a record. The earlier version stays, with who and why."),
    epilog=example(
        'jp20 vault correct C-0001 --set "address=東京都見本区九丁目9番9号" --purpose own_request '
        "--case KY-7"
    ),
)
def vault_correct(
    person: Person,
    fields: Annotated[
        list[str],
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help=help_text("A field and what it becomes; nothing after = empties it. Repeatable."),
        ),
    ],
    purpose: PurposeOfUse,
    case: Annotated[
        str,
        typer.Option("--case", metavar="CASE", help=help_text("The case that it rests on.")),
    ],
    organisation: Organisation = None,
) -> None:
    """Somebody else's record is not touched: the person is named by number or id (G28)."""
    said: dict[str, str] = {}
    for each in fields:
        name, sign, value = each.partition("=")
        if not sign:
            raise BadArgument(
                Text('--set: "{each}" has no =.', each=name),
                next_step=Text("Write: {example}", example="address=…"),
            )
        said[name.strip()] = value
    at_desk, _, _ = desk(purpose, organisation, case)
    id = at_desk.person(person)
    version = at_desk.correct(id, said)
    if version is None:
        say(Text("The record already says that."))
    show(
        Record(
            "corrected",
            Text("Correction"),
            ((_INVESTOR, f"0x{id:038x}"), (Column("version", Text("version")), version)),
        )
    )


@app.command(
    "disclose",
    help=help_text(
        "Write all that is known of a person into a file: every version of the record, holdings "
        "and movements, and who used their data, when and why."
    ),
    epilog=example("jp20 vault disclose C-0001 disclosure.json --purpose own_request --case DS-1"),
)
def vault_disclose(
    person: Person,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=help_text("The new file: JSON."))],
    purpose: PurposeOfUse,
    organisation: Organisation = None,
    case: CaseIfAny = None,
) -> None:
    """開示等の請求 (G28)."""
    from jp20.operations.people.keeping import write_private

    at_desk, session, place = desk(purpose, organisation, case)
    id = at_desk.person(person)
    names: dict[int, str] = {each.number: each.name for each in session.members()}
    found = at_desk.disclose(id, place.access_log, lambda number: names.get(number, ""))
    write_private(file, found)
    show(
        Record(
            "disclosed",
            Text("Disclosure"),
            ((_INVESTOR, f"0x{id:038x}"), (Column("file", Text("file")), str(file))),
        )
    )


@app.command(
    "commit",
    help=help_text(
        "Write a salted hash of each record into a file, by investor. Named as the document of "
        "an act, the file's hash stands on the chain; the salts end with the persons' keys."
    ),
    epilog=example("jp20 vault commit commitments.json --purpose onboarding"),
)
def vault_commit(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=help_text("The new file: JSON."))],
    purpose: PurposeOfUse,
    organisation: Organisation = None,
    case: CaseIfAny = None,
) -> None:
    """The chain has a salted commitment at most (S7)."""
    from jp20.operations.people.keeping import write_private

    at_desk, _, _ = desk(purpose, organisation, case)
    found = at_desk.commitments()
    write_private(file, found)
    show(
        Record(
            "commitments",
            Text("Commitments"),
            (
                (Column("file", Text("file")), str(file)),
                (Column("records", Text("records"), number=True), len(found["records"])),
            ),
        )
    )


@app.command(
    "erase",
    help=help_text(
        "Erase a person: their key is destroyed, and with it every copy of their record. Refused "
        "while they hold units, unless a case has decided it."
    ),
    epilog=example(
        "jp20 vault erase C-0001 --purpose own_request --case ER-1",
        "jp20 vault erase C-0001 --purpose own_request --case ER-1 --force",
    ),
)
def vault_erase(
    person: Person,
    purpose: PurposeOfUse,
    force: Annotated[
        bool,
        typer.Option("--force", help=help_text("Although they hold units: with --case.")),
    ] = False,
    organisation: Organisation = None,
    case: CaseIfAny = None,
    yes: Yes = False,
) -> None:
    """What stays is said (S7, G28)."""
    at_desk, _, _ = desk(purpose, organisation, case)
    id = at_desk.person(person)
    confirm(Text("Erase investor {id} for good?", id=f"0x{id:038x}"), yes)
    remains = at_desk.erase(id, force=force)
    show(
        Record(
            "erased",
            Text("Erased"),
            (
                (_INVESTOR, f"0x{id:038x}"),
                (Column("forced", Text("although units are held")), remains.forced),
                (Column("wallets", Text("wallets")), ", ".join(remains.wallets) or None),
            ),
        ),
        Table(
            "remains",
            Text("What stays on the chain, under the opaque id"),
            (
                Column("token", Text("token")),
                Column("movements", Text("movements", context="view"), number=True),
            ),
            remains.movements,
        ),
    )


@app.command(
    "due",
    help=help_text("List whose retention ends by a time, without units since: to be erased."),
    epilog=example("jp20 vault due --by 2037-03-31 --purpose register"),
)
def vault_due(
    purpose: PurposeOfUse,
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="TIME", help=help_text("Date or time; else now.")),
    ] = None,
    organisation: Organisation = None,
) -> None:
    """The years are those of the views' file (G28)."""
    import time

    from jp20.domain.base.times import in_tokyo

    end = int(time.time()) if by is None else time_given(by, "--by", end_of_day=True)
    at_desk, _, place = desk(purpose, organisation, None)
    show(
        Table(
            "due",
            Text("Due for erasure"),
            (
                _INVESTOR,
                Column("ended", Text("last movement or record")),
                Column("due", Text("due")),
            ),
            [
                (f"0x{each.person:038x}", in_tokyo(each.ended), in_tokyo(each.due))
                for each in at_desk.due(place.views(), end)
            ],
        )
    )


@app.command(
    "rotate",
    help=help_text(
        "Seal all keys with a new store key. A copy of the keys' file from before opens with the "
        "old password alone: destroy that password when no backup needs it."
    ),
    epilog=example("jp20 vault rotate", "jp20 vault rotate --password file:secrets/vault-2028"),
)
def vault_rotate(password: PasswordFrom = None) -> None:
    """Who erased is out of old backups too from then on (G28)."""
    from jp20.operations.keys import checked
    from jp20.operations.people.keeping import new_store_key

    place = workspace()
    vault = place.vault()
    epoch = new_store_key(vault, place.access_log, checked(new(password)()))
    show(Record("vault", Text("Vault"), ((Column("epoch", Text("store key no.")), epoch),)))
    say(Text("Let the settings name the new password."))


def _record(id: int, version: "Version") -> Record:
    from jp20.domain.investors.personal import FIELD_TEXTS

    return Record(
        "person",
        Text("Record"),
        (
            (_INVESTOR, f"0x{id:038x}"),
            *((Column(name, text), version.fields.get(name)) for name, text in FIELD_TEXTS.items()),
        ),
    )


def _versions(found: "tuple[Version, ...]") -> Table:
    from jp20.domain.base.times import in_tokyo

    return Table(
        "versions",
        Text("Versions"),
        (
            Column("version", Text("version")),
            Column("written", Text("written")),
            Column("organisation", Text("organisation")),
            Column("login", Text("person")),
            Column("purpose", Text("purpose")),
            Column("reason", Text("case or file")),
            Column("fields", Text("fields"), detail=True),
        ),
        [
            (
                each.number,
                in_tokyo(each.written_at),
                each.author.organisation,
                each.author.login,
                each.author.purpose,
                each.author.reason,
                json.dumps(dict(each.fields), ensure_ascii=False),
            )
            for each in found
        ],
    )
