"""`jp20 transfer`, `preview`, `record-transfer`: units change hands, here or elsewhere."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.options import Case, Document, Token, Yes, address, evidence, units
from jp20.cli.frame.output import Coded, Column, Record, Table, confirm, show, warn
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared import some_refused
from jp20.cli.shared.acting import run_rows
from jp20.cli.shared.acts import (
    Again,
    OwnCase,
    act_fields,
    done_before,
    known_case,
    say_id,
    say_if_done_earlier,
)
from jp20.cli.shared.holders import From, To, Units, holder
from jp20.cli.shared.listed import moves_in
from jp20.cli.shared.parties import Party, excluding
from jp20.cli.shared.positions import one_position, position_table
from jp20.cli.shared.remedies import remedy
from jp20.cli.shared.results import BLOCK, REASON, TRANSACTION, UNITS
from jp20.domain.base.errors import BadArgument, ExitCode
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.domain.plans.outcomes import Done
    from jp20.operations.session import Session
    from jp20.operations.token.transfer import Preview
    from jp20.operations.transactions.acts import SingleAct

app = typer.Typer()

_FROM = Column("from", Text("from"))
_TO = Column("to", Text("to"))
_TRANSFER = Coded("transfer", Text("transfer"))


class Elsewhere(Enum):
    """Why a transfer made elsewhere is recorded."""

    SALE = "sale"
    GIFT = "gift"
    INHERITANCE = "inheritance"
    MERGER = "merger"


@command(
    app,
    "transfer",
    "It is previewed first: what the token would refuse is not sent. Run again, the same "
    "transfer is not made a second time; for a second one add --again, or another --case.",
    "jp20 transfer JP20-RE-0001 0xAb… 20 --from 0xCd…",
    "jp20 transfer JP20-RE-0001 0xAb… 20 --from 0xCd… --case SALE-12",
)
def transfer(
    token: Token,
    to: To,
    amount: Units,
    from_: From = None,
    case: OwnCase = None,
    again: Again = False,
    yes: Yes = False,
) -> None:
    """A holder's own, with the holder's key (G3)."""
    from jp20.domain.token.state import WouldBeRefused
    from jp20.operations.token.restraints import position
    from jp20.operations.token.transfer import preview, transfer_act
    from jp20.operations.token.transfer import transfer as send

    recipient, count = address(to, "TO"), units(amount, "UNITS")
    own_case = known_case(case)
    place = workspace()
    signer = holder(place, from_)
    session = place.session()
    act = transfer_act(session, token, signer, recipient, count, own_case, again=again)
    earlier = done_before(session, act)
    if earlier is not None:
        _show_transfer(session, token, act, recipient, count, earlier)
        return
    judged = preview(session, token, signer.address, recipient, count)
    if not judged.allowed:
        free = position(session, token, signer.address).free
        raise WouldBeRefused(
            Text(
                "The transfer of {units:,} {units:unit|units} would be refused; {free:,} "
                "{free:is|are} free.",
                units=count,
                free=free,
            ),
            judged.reason,
            remedy(judged.reason, token, signer.address, recipient),
        )
    confirm(
        Text(
            "Transfer {units:,} {units:unit|units} of {token} from {signer} to {recipient}?",
            units=count,
            token=token,
            signer=signer.address,
            recipient=recipient,
        ),
        yes,
    )
    say_id(session, act)
    done = send(session, token, signer, recipient, count, act=act)
    _show_transfer(session, token, act, recipient, count, done)


def _show_transfer(
    session: "Session",
    token: str,
    act: "SingleAct",
    recipient: "ChecksumAddress",
    count: int,
    done: "Done",
) -> None:
    """What became of it; from then on it is known to have been told."""
    from jp20.operations.transactions.acts import mark_reported

    say_if_done_earlier(done)
    sender = act.signer.address
    show(
        Record(
            "transfer",
            Text("Transferred"),
            (
                (_FROM, sender),
                (_TO, recipient),
                (UNITS, count),
                (BLOCK, done.block),
                (TRANSACTION, done.transaction),
                *act_fields(act, done),
            ),
        ),
        position_table(session, token, [sender, recipient]),
    )
    mark_reported(session, act)


@command(
    app,
    "preview",
    "Ends with 0 where it would go through now, with 1 where it would be refused, and "
    "says why. Nothing is sent and no key is needed.",
    "jp20 preview JP20-RE-0001 0xCd… 0xAb… 20",
    "jp20 preview JP20-RE-0001 issuer 0xAb… 20",
)
def preview_of(
    token: Token,
    from_: Annotated[
        str,
        argument("The holder's wallet; `issuer`: the issuer's account, for a delivery.", "FROM"),
    ],
    to: To,
    amount: Units,
    spender: Annotated[
        str | None, option("Who acts for the holder, by an allowance.", metavar="ADDRESS")
    ] = None,
) -> None:
    """Transfer, transferFrom, a request for consent, a delivery: as the token would answer (G3)."""
    from jp20.operations.token.restraints import position
    from jp20.operations.token.state import issuer_account_of

    recipient, count = address(to, "TO"), units(amount, "UNITS")
    acting = None if spender is None else address(spender, "--spender")
    source = None if from_ == "issuer" else address(from_, "FROM")
    session = workspace().view()
    issuer = issuer_account_of(session, token)
    sender = source or issuer
    judged = _judged(session, token, sender, recipient, count, acting, is_delivery=sender == issuer)
    show(_preview_table(judged), one_position(token, sender, position(session, token, sender)))
    first = judged[0][1]
    if not first.allowed:
        step = remedy(first.reason, token, sender, recipient)
        if step is not None:
            warn(step)
        raise Ending(ExitCode.REFUSED)


@command(
    app,
    "record-transfer",
    "A sale or gift is judged as a transfer is. An inheritance or merger passes lock-ups "
    "and a lapsed KYC of the holder, and takes what is pledged or attached along.",
    "jp20 record-transfer JP20-RE-0001 0xCd… 0xAb… 20 --cause inheritance --case RT-1 "
    "--document will.pdf",
    "jp20 record-transfer JP20-RE-0001 --file merger.csv --cause merger --case RT-2 "
    "--document notice.pdf",
)
def record_transfer(
    token: Token,
    cause: Annotated[Elsewhere, option("Why the owner changed.")],
    case: Case,
    document: Document,
    from_: Annotated[str | None, argument("The former holder.", "FROM")] = None,
    to: Annotated[str | None, argument("The new holder.", "TO")] = None,
    amount: Annotated[str | None, argument("How many units.", "UNITS")] = None,
    file: Annotated[
        Path | None, option("Many at once: CSV or XLSX with from, to, units.", metavar="FILE")
    ] = None,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """A change of owner made elsewhere, on the holder's mandate (G3)."""
    from jp20.domain.register.events import Cause
    from jp20.operations.token.enforce import record_transfers

    rows = _moves(from_, to, amount, file)
    rests_on = evidence(case, document)
    session = workspace().session()
    rests_on = excluding(session, rests_on, party)
    act = record_transfers(session, token, rows, Cause[cause.name], rests_on)
    done = run_rows(session, act, yes)
    wallets = [wallet for from_, to, _ in rows for wallet in (from_, to)]
    some_refused.end(session, done, position_table(session, token, wallets))


def _judged(
    session: "Session",
    token: str,
    from_: "ChecksumAddress",
    to: "ChecksumAddress",
    count: int,
    spender: "ChecksumAddress | None",
    *,
    is_delivery: bool,
) -> "list[tuple[Coded, Preview]]":
    """What the token would answer to each way there is, the one that is asked about first."""
    from jp20.operations.token.previews import needs_consent, preview_delivery, preview_request
    from jp20.operations.token.transfer import preview

    if is_delivery:
        return [(Coded("delivery", Text("delivery")), preview_delivery(session, token, to, count))]
    if spender is not None:
        by_spender = Coded("transfer_from", Text("transferFrom, by the spender"))
        return [(by_spender, preview(session, token, from_, to, count, spender))]
    ways = [(_TRANSFER, preview(session, token, from_, to, count))]
    if needs_consent(session, token):
        request = Coded("request", Text("request for consent"))
        ways.append((request, preview_request(session, token, from_, to, count)))
    return ways


def _preview_table(judged: "list[tuple[Coded, Preview]]") -> Table:
    return Table(
        "preview",
        Text("Preview"),
        (
            Column("way", Text("way")),
            Column("allowed", Text("goes through")),
            Column("code", Text("code", context="reason")),
            Column("number", Text("no.")),
            REASON,
        ),
        [
            (way, each.allowed, each.reason.name, each.reason.value, each.reason.text)
            for way, each in judged
        ],
    )


def _moves(
    from_: str | None, to: str | None, amount: str | None, file: Path | None
) -> "list[tuple[ChecksumAddress, ChecksumAddress, int]]":
    """From the arguments or from the file. Raises BadArgument for both or neither, FaultyFile."""
    if file is not None and from_ is None:
        return [(each.from_, each.to, each.units) for each in moves_in(file)]
    if file is None and from_ is not None and to is not None and amount is not None:
        return [(address(from_, "FROM"), address(to, "TO"), units(amount, "UNITS"))]
    raise BadArgument(
        Text("FROM TO UNITS or --file, one of them."),
        next_step=Text("Name one transfer, or a file of them."),
    )
