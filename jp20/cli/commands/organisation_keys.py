"""`jp20 organisation key`: an organisation gets a further key, loses one, exchanges one (G27)."""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import argument, command
from jp20.cli.frame.options import Case, Document, Yes, evidence
from jp20.cli.frame.output import confirm, say, show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.organisation_changes import OrganisationName, decide_and_show, key_address
from jp20.cli.shared.organisation_tables import organisation_tables
from jp20.cli.shared.parties import CaseIfAny, DocumentIfAny, evidence_if_any
from jp20.cli.shared.results import steps_table
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.operations.governance.organisations import KeyEntry
    from jp20.operations.session import Session

app = typer.Typer(no_args_is_help=True)

NewKey = Annotated[str, argument("The new key's address (jp20 keys create).", "NEW")]


@command(
    app,
    "add",
    "Give an organisation a further key. By the shipped policy four organisations sign, "
    "each running the same; 7 days later OPERATOR or AUDITOR runs it again.",
    "jp20 organisation key add みなと証券 0x5FbDB2315678afecb367f032d93F642f64180aa3 "
    "--case KEY-1 --document application.pdf",
)
def key_add(
    organisation: OrganisationName, new: NewKey, case: Case, document: Document, yes: Yes = False
) -> None:
    """Two keys of one organisation count once (S3)."""
    from jp20.operations.governance.organisations import key_addition, member_named

    key, rests_on = key_address(new, "NEW"), evidence(case, document)
    place = workspace()
    session = place.session()
    member = member_named(session, organisation)
    change = key_addition(session, member, key, rests_on)
    decide_and_show(place, session, change, yes, member.number)


@command(
    app,
    "revoke",
    "Take a key away for ever. Without a case: one of your own organisation, at once, "
    "with that key or an older one; the first thing to do when one is stolen. With case "
    "and document: any organisation's, its last one too, by decision, as soon as all have "
    "signed.",
    "jp20 organisation key revoke 0xBcd4042DE499D14e55001CcbB24a551F3b954096",
    "jp20 organisation key revoke 0xBcd4042DE499D14e55001CcbB24a551F3b954096 --case KEY-2 "
    "--document report.pdf",
)
def key_revoke(
    key: Annotated[str, argument("Its address.", "KEY")],
    case: CaseIfAny = None,
    document: DocumentIfAny = None,
    yes: Yes = False,
) -> None:
    """Its signatures on open requests count no more (G27)."""
    from jp20.operations.governance.organisations import key_entry, key_revocation

    taken, rests_on = key_address(key, "KEY"), evidence_if_any(case, document)
    place = workspace()
    session = place.session()
    entry = key_entry(session, taken)
    if rests_on is None:
        _revoke_own(session, entry, yes)
        return
    change = key_revocation(session, entry, rests_on)
    decide_and_show(place, session, change, yes, entry.organisation)


@command(
    app,
    "replace",
    "Exchange a key of any organisation, its last one too, in one step, without its "
    "signature. By the shipped policy four organisations sign, and it is carried out 7 "
    "days later: until then the old one counts. With the organisation's own signature: "
    "jp20 organisation key rotate.",
    "jp20 organisation key replace 0x90F79bf6EB2c4f870365E785982E1f101E93b906 "
    "0x5FbDB2315678afecb367f032d93F642f64180aa3 --case KEY-3 --document application.pdf",
)
def key_replace(
    old: Annotated[str, argument("The key in use.", "OLD")],
    new: NewKey,
    case: Case,
    document: Document,
    yes: Yes = False,
) -> None:
    """The old key never returns (G27)."""
    from jp20.operations.governance.organisations import key_entry, key_replacement

    before, after = key_address(old, "OLD"), key_address(new, "NEW")
    rests_on = evidence(case, document)
    place = workspace()
    session = place.session()
    entry = key_entry(session, before)
    change = key_replacement(session, entry, after, rests_on)
    decide_and_show(place, session, change, yes, entry.organisation)


@command(
    app,
    "rotate",
    "Exchange a key of one's own organisation, in one step: it signs itself, with the "
    "operator or the audit firm. By the shipped policy carried out 24 hours later.",
    "jp20 organisation key rotate 0x90F79bf6EB2c4f870365E785982E1f101E93b906 "
    "0x5FbDB2315678afecb367f032d93F642f64180aa3 --case KEY-4 --document application.pdf",
)
def key_rotate(
    old: Annotated[str, argument("The key in use.", "OLD")],
    new: NewKey,
    case: Case,
    document: Document,
    yes: Yes = False,
) -> None:
    """The old key never returns (G27)."""
    from jp20.operations.governance.organisations import key_entry, key_rotation

    before, after = key_address(old, "OLD"), key_address(new, "NEW")
    rests_on = evidence(case, document)
    place = workspace()
    session = place.session()
    entry = key_entry(session, before)
    change = key_rotation(session, entry, after, rests_on)
    decide_and_show(place, session, change, yes, entry.organisation)


def _revoke_own(session: "Session", entry: "KeyEntry", yes: bool) -> None:
    """Of the own organisation, at once. Raises NotOwnKey, ChangeRefused."""
    from jp20.operations.governance.organisations import own_signer, revoke_own_key

    steps = []
    if entry.active:
        signer = own_signer(session, entry)
        confirm(
            Text(
                "Revoke {key} at once, with {signer}? It never returns.",
                key=entry.address,
                signer=signer.address,
            ),
            yes,
        )
        steps.append(revoke_own_key(session, entry, signer))
    else:
        say(Text("It is revoked already; nothing was sent."))
    show(*organisation_tables(session, entry.organisation), steps_table(session, steps))
