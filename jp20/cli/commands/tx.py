"""`jp20 tx`: transactions that are signed on a machine without a network (G13)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.options import Yes, address
from jp20.cli.frame.output import Column, Record, Table, confirm, progress, say, show, table, warn
from jp20.cli.frame.passwords import PasswordFrom, opening
from jp20.cli.frame.workspace import workspace
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text
from jp20.domain.files.settings import Offline

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.domain.transactions.transaction_file import UnsignedFile
    from jp20.operations.plans.rebuild import Rebuilt
    from jp20.operations.workspace import Workspace

app = typer.Typer(no_args_is_help=True)


Out = Annotated[Path, option("The new file.", "--out", metavar="FILE")]
Key = Annotated[
    str | None,
    argument("Whose transactions; else the key of --offline or of the settings.", "ADDRESS"),
]


@command(
    app,
    "export",
    "Write what waits for the signature of a key to a file, to be carried to the key.",
    "jp20 tx export --out unsigned.json",
)
def tx_export(out: Out, key: Key = None) -> None:
    """They keep their nonces until they are sent or dropped."""
    from jp20.operations.transactions.offline import write_unsigned
    from jp20.operations.transactions.sending import export_unsigned

    place = workspace()
    unsigned = export_unsigned(place.connection, place.outbox, _key(place, key))
    write_unsigned(unsigned, out)
    show(_transactions(unsigned))
    say(
        Text(
            "Carry {file} to the machine with the key, and run there: jp20 tx sign {name} "
            "--keystore FILE --out signed.json",
            file=out,
            name=out.name,
        )
    )


@command(
    app,
    "sign",
    "Show what a file asks to be signed, and sign it. Needs no network and no working folder.",
    "jp20 tx sign unsigned.json --keystore registrar.json --out signed.json",
)
def tx_sign(
    file: Annotated[Path, argument("What jp20 tx export wrote.", "FILE")],
    keystore: Annotated[Path, option("The key.", metavar="KEYSTORE")],
    out: Out,
    decision: Annotated[
        list[Path] | None,
        option(
            "A request's decision file: if it is the one to be signed, its calls are shown.",
            metavar="FILE",
        ),
    ] = None,
    password: PasswordFrom = None,
    yes: Yes = False,
) -> None:
    """What each transaction does is read from its bytes here, not from what the file says."""
    from jp20.operations.keys import keystore_signer
    from jp20.operations.transactions.offline import load_unsigned, sign_file

    unsigned = load_unsigned(file)
    if not _show_what_is_signed(unsigned) and yes:
        raise BadArgument(
            Text("{file} says something else than what would be signed.", file=file),
            next_step=Text("Find out why. To sign it nevertheless, run it without --yes."),
        )
    _show_what_is_decided(unsigned, decision or [])
    count = len(unsigned.transactions)
    confirm(
        Text(
            "Sign {count} {count:transaction|transactions} of {address} for chain {chain_id}?",
            count=count,
            address=unsigned.address,
            chain_id=unsigned.chain_id,
        ),
        yes,
    )
    signed = sign_file(unsigned, keystore_signer(keystore, opening(password, keystore)), out)
    show(
        table(
            "signed",
            Text("Signed"),
            signed.transactions,
            (Column("nonce", Text("nonce")), lambda each: each.transaction.nonce),
            (Column("hash", Text("transaction")), lambda each: each.signed.hash),
        )
    )
    say(Text("Carry {file} back, and run there: jp20 tx send {name}", file=out, name=out.name))


@command(
    app,
    "send",
    "Send what was signed, and wait for it. Then run the first command again to continue.",
    "jp20 tx send signed.json --yes",
)
def tx_send(
    file: Annotated[Path, argument("What jp20 tx sign wrote.", "FILE")], yes: Yes = False
) -> None:
    """Only what was exported here, field by field, is taken in."""
    from jp20.cli.commands.sending import end_of
    from jp20.operations.transactions.offline import load_signed
    from jp20.operations.transactions.sending import send_signed

    signed = load_signed(file)
    place = workspace()
    view = place.view()
    count = len(signed.transactions)
    confirm(
        Text(
            "Send {count} {count:transaction|transactions} of {address} to chain {chain_id}?",
            count=count,
            address=signed.address,
            chain_id=signed.chain_id,
        ),
        yes,
    )
    with progress(Text("Sending")):
        entries = send_signed(view, signed)
    end_of(entries)


@command(
    app,
    "drop",
    "Give up what waits for a signature. What was signed elsewhere must not be sent then.",
    "jp20 tx drop --yes",
)
def tx_drop(key: Key = None, yes: Yes = False) -> None:
    """Nothing of it was sent; its nonces are free again."""
    from jp20.cli.commands.sending import entries_table
    from jp20.operations.transactions.sending import export_unsigned, give_up_unsigned

    place = workspace()
    address = _key(place, key)
    waiting = export_unsigned(place.connection, place.outbox, address)
    say(_transactions(waiting))
    confirm(
        Text(
            "Give up {count:this|these} {count} {count:transaction|transactions} of {address}?",
            count=len(waiting.transactions),
            address=address,
        ),
        yes,
    )
    show(entries_table(give_up_unsigned(place.view(), address)))


@command(
    app,
    "cancel",
    "Give up a transaction that was signed and is in no block: another one without any "
    "effect takes its nonce, at the gas price of today. The first may come nevertheless; "
    "whichever does, the other never can.",
    "jp20 tx cancel 17",
    "jp20 tx cancel 17 0xAb…",
)
def tx_cancel(
    nonce: Annotated[int, argument("Its nonce, from jp20 status.", "NONCE", min=0)],
    key: Key = None,
    yes: Yes = False,
) -> None:
    """What other transactions of the key wait for is out of their way then."""
    from jp20.cli.commands.sending import entries_table
    from jp20.operations.transactions.sending import State, cancel_transaction, on_its_way

    place = workspace()
    session = place.session()
    signers = place.signers
    signer = signers[0] if key is None and len(signers) == 1 else place.key_of(_key(place, key))
    entry = on_its_way(session, signer, nonce)
    say(entries_table([entry]))
    confirm(
        Text(
            "Give up nonce {nonce} of {signer} ({label})? It may come nevertheless.",
            nonce=nonce,
            signer=signer.address,
            label=entry.label,
        ),
        yes,
    )
    with progress(Text("Cancelling")):
        first, instead = cancel_transaction(session, signer, nonce)
    show(entries_table([first, instead]))
    if instead.state is State.SUCCEEDED:
        say(Text("It is cancelled: it can no longer come."))
    else:
        say(Text("The first came before it could be cancelled."))


@command(
    app,
    "fill",
    "Use nonces that nobody used, and that what a key has on its way waits for, with "
    "transactions without any effect: it comes then. A node that got the count of the "
    "key's transactions wrong leaves such a gap.",
    "jp20 tx fill",
    "jp20 tx fill 0xAb…",
)
def tx_fill(key: Key = None, yes: Yes = False) -> None:
    """Nothing is sent twice: what waits has its nonce and its bytes."""
    from jp20.operations.transactions.sending import fill, missing_nonces

    place = workspace()
    session = place.session()
    signers = place.signers
    signer = signers[0] if key is None and len(signers) == 1 else place.key_of(_key(place, key))
    missing = missing_nonces(session, signer)
    if not missing:
        say(Text("No nonce is missing."))
        return
    confirm(
        Text(
            "Use {count} {count:nonce|nonces} of {signer}, from {first} on, without any effect?",
            count=len(missing),
            signer=signer.address,
            first=missing.start,
        ),
        yes,
    )
    with progress(Text("Filling")):
        count = fill(session, signer)
    say(
        Text(
            "{count} {count:nonce|nonces} {count:is|are} used. Run the same as before again.",
            count=count,
        )
    )


@command(
    app,
    "rebuild",
    "Make the outbox of a key again, of which the file is damaged or lost: from what the chain "
    "has of the key, and from what of the file can still be read. Sends nothing.",
    "jp20 tx rebuild 0xAb…",
    "jp20 tx rebuild 0xAb… --signed signed.json",
)
def tx_rebuild(
    key: Key = None,
    signed: Annotated[
        list[Path] | None,
        option(
            "What jp20 tx sign wrote, where the key is on another machine: what of it is in no "
            "block waits for jp20 tx send again.",
            metavar="FILE",
        ),
    ] = None,
    yes: Yes = False,
) -> None:
    """Refused where the outbox is sound, and where it cannot be sure of what is under way."""
    from jp20.cli.commands.sending import entries_table
    from jp20.operations.plans.rebuild import plan_rebuild, rebuild
    from jp20.operations.transactions.offline import load_signed

    place = workspace()
    address = _key(place, key)
    files = [load_signed(file) for file in signed or ()]
    what = (place.connection, place.view_if_any(), place.outbox, address, files)
    with progress(Text("Reading the chain")):
        planned = plan_rebuild(*what)
    say(_rebuilt(planned))
    say(entries_table([*planned.under_way, *planned.to_be_signed]))
    if planned.lost:
        warn(
            Text(
                "{count} {count:entry|entries} of the damaged file cannot be read. What of them is "
                "in no block is not known here, and may still come.",
                count=planned.lost,
            )
        )
    confirm(
        Text("Make the outbox of {address} again? Nothing else may use the key.", address=address),
        yes,
    )
    with progress(Text("Rebuilding")):
        made = rebuild(*what)
    show(_rebuilt(made), entries_table([*made.under_way, *made.to_be_signed]))
    if made.under_way:
        say(
            Text(
                "What is under way is sent again, the same bytes, by the next command with this "
                "key. To give up one of them: jp20 tx cancel NONCE"
            )
        )


def _rebuilt(found: "Rebuilt") -> Record:
    """What a new outbox has."""
    return Record(
        "outbox",
        Text("Outbox, from the chain"),
        (
            (Column("file", Text("file")), found.file.name),
            (Column("in_blocks", Text("in blocks"), number=True), len(found.in_blocks)),
            (Column("under_way", Text("under way"), number=True), len(found.under_way)),
            (
                Column("to_be_signed", Text("to be signed", context="count"), number=True),
                len(found.to_be_signed),
            ),
            (Column("lost", Text("entries that cannot be read"), number=True), found.lost),
            (
                Column("superseded", Text("signed, and can never come"), number=True),
                len(found.superseded),
            ),
            (
                Column("kept", Text("the damaged file is kept as")),
                None if found.kept is None else found.kept.name,
            ),
        ),
    )


def _key(place: "Workspace", given: str | None) -> "ChecksumAddress":
    """The key that is meant. Raises BadArgument."""
    if given is not None:
        return address(given, "ADDRESS")
    signer = place.signer
    if isinstance(signer, Offline):
        return signer.address
    raise BadArgument(
        Text("Which key is meant?"),
        Text("{file} names no key that is on another machine.", file=place.file.name),
        Text("Add its ADDRESS."),
    )


def _show_what_is_signed(unsigned: "UnsignedFile") -> bool:
    """Before a key is opened; with a warning where the file says something else than its bytes.
    Returns whether it says nothing else.
    """
    from jp20.operations.transactions.offline import signing_rows

    say(
        Record(
            "file",
            Text("To be signed"),
            (
                (Column("address", Text("address")), unsigned.address),
                (Column("chain_id", Text("chain ID")), unsigned.chain_id),
                (Column("genesis", Text("genesis")), unsigned.genesis),
                (Column("checksum", Text("checksum")), unsigned.checksum),
            ),
        )
    )
    say(_transactions(unsigned))
    rows = signing_rows(unsigned)
    for row in rows:
        if not row.is_as_said:
            warn(
                Text(
                    "Nonce {nonce}: the file says something else: {meaning}",
                    nonce=row.nonce,
                    meaning=row.said,
                )
            )
    return all(row.is_as_said for row in rows)


def _show_what_is_decided(unsigned: "UnsignedFile", files: list[Path]) -> None:
    """The calls of the requests that are proposed or signed, whose root is computed anew from the
    decisions; with a warning for each that no file has. Raises BadArgument for a file that is of
    none of them.
    """
    from jp20.cli.shared.request_view import call_parts
    from jp20.operations.governance.requests import load_decision
    from jp20.operations.transactions.offline import interface_with, unseen_requests

    unseen = unseen_requests(unsigned)
    for file in files:
        decision = load_decision(file)
        if decision.request not in unseen.values():
            raise BadArgument(
                Text("{file} is not what is to be signed.", file=file),
                Text("It has other calls, or another case, document, rule or parties."),
                Text(
                    "Nothing was signed. Ask for the decision file that was written when it "
                    "was proposed."
                ),
            )
        for part in call_parts(interface_with(decision.request.selector), decision):
            say(part)
        unseen = {n: request for n, request in unseen.items() if request != decision.request}
    for nonce in unseen:
        warn(
            Text(
                "Nonce {nonce}: what the request would do is not in this file, only its root. "
                "Name the decision file to see it: --decision FILE",
                nonce=nonce,
            )
        )


def _transactions(unsigned: "UnsignedFile") -> Table:
    """What is to be signed, as this machine reads it from the bytes."""
    from jp20.operations.transactions.offline import signing_rows

    return table(
        "transactions",
        Text("Transactions"),
        signing_rows(unsigned),
        (Column("nonce", Text("nonce")), lambda row: row.nonce),
        (Column("label", Text("label"), detail=True), lambda row: row.label),
        (Column("target", Text("target")), lambda row: row.target),
        (Column("does", Text("what it does")), lambda row: row.does),
        (Column("gas", Text("gas"), number=True), lambda row: row.gas),
        (Column("gas_price", Text("gas price (wei)"), number=True), lambda row: row.gas_price),
    )
