"""`jp20 token terms`: the terms as of any time, and their changes by decision."""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.as_of import AtBlock, AtTime, last_second
from jp20.cli.frame.declare import argument, command
from jp20.cli.frame.options import Case, Document, Token, Yes, evidence, time, units
from jp20.cli.frame.output import Coded, Column, Record, Table, Value, show
from jp20.cli.frame.parts import with_rows
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run
from jp20.cli.shared.results import BLOCK, TRANSACTION, steps_table
from jp20.cli.shared.token_tables import CODE
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import IntEnum

    from jp20.domain.investors.investors import InvestorClass, Residency
    from jp20.domain.token.changeable import Term
    from jp20.operations.token.terms import TermsAt

app = typer.Typer(no_args_is_help=True)


@command(
    app,
    "show",
    "The terms that can be changed, as they are or as of a block or a time, and every "
    "change up to then.",
    "jp20 token terms show JP20-RE-0001",
    "jp20 token terms show JP20-RE-0001 --time 2027-03-31 --format csv",
)
def terms_show(token: Token, block: AtBlock = None, at: AtTime = None) -> None:
    """From the token's events (G15, G32)."""
    from jp20.operations.token.terms import terms_at

    found = terms_at(workspace().view(), token, block, last_second(block, at))
    show(*with_rows(_record(found), _changes(found)))


@command(
    app,
    "change",
    "Change one term by decision: classes, residencies, holder-cap, lot-size, consent, "
    "cap or maturity. Run it again under the same case when others have signed and the "
    "delay is over.",
    "jp20 token terms change JP20-RE-0001 classes professional,qualified_institution "
    "--case TC-1 --document resolution.pdf",
    "jp20 token terms change JP20-RE-0001 maturity 2036-03-31 --case TC-2 "
    "--document resolution.pdf",
)
def terms_change(
    token: Token,
    term: Annotated[str, argument("Which term.", "TERM")],
    value: Annotated[
        str,
        argument(
            "Classes or residencies by name, with commas between; holders; today's units; "
            "yes or no; a date.",
            "VALUE",
        ),
    ],
    case: Case,
    document: Document,
    yes: Yes = False,
) -> None:
    """ISSUER, REGISTRAR and AUDITOR sign, and it waits for the policy's delay (G32)."""
    from jp20.operations.token.terms import change_term, terms_at

    which = _term(term)
    to, shown = _value(which, value)
    rests_on = evidence(case, document)
    session = workspace().session()
    done = run(session, change_term(session, token, which, to, rests_on, shown), yes)
    after = terms_at(session, token)
    show(*with_rows(_record(after), _changes(after), steps_table(session, done.steps)))


# What is asked for


def _term(named: str) -> "Term":
    from jp20.domain.token.changeable import FIXED, Term, TermNeverChanges

    if named in FIXED:
        raise TermNeverChanges(named)
    try:
        return Term(named)
    except ValueError:
        there = ", ".join(each.value for each in Term)
        raise BadArgument(
            Text("TERM: there is no term {named}.", named=named),
            next_step=Text("One of: {there}", there=there),
        ) from None


def _value(term: "Term", text: str) -> tuple[int, Text]:
    """What the chain is told, and how it is said back."""
    from jp20.domain.investors.investors import InvestorClass, Residency
    from jp20.domain.token.changeable import Term

    if term is Term.CLASSES:
        return _mask(text, {each: each.text for each in InvestorClass if each})
    if term is Term.RESIDENCIES:
        return _mask(text, {each: each.text for each in Residency if each})
    if term is Term.CONSENT:
        return _yes_or_no(text)
    if term is Term.MATURITY:
        second = time(text, "VALUE")
        return second, Text.verbatim(in_tokyo(second))
    number = units(text, "VALUE")
    return number, Text.verbatim(f"{number:,}")


def _mask(text: str, choices: "Mapping[IntEnum, Text]") -> tuple[int, Text]:
    by_word = {word: each for each, named in choices.items() for word in (named.en, named.ja)}
    words = [word.strip() for word in text.replace("、", ",").split(",")]
    unknown = [word for word in words if word not in by_word]
    if unknown:
        there = Text.listing(choices.values())
        raise BadArgument(
            Text('VALUE: "{unknown}" is none of them.', unknown=unknown[0]),
            next_step=Text("Of: {there}", there=there),
        )
    chosen = sorted({by_word[word] for word in words})
    return sum(1 << each for each in chosen), _listed([choices[each] for each in chosen])


def _yes_or_no(text: str) -> tuple[int, Text]:
    if text not in ("yes", "no"):
        raise BadArgument(Text('VALUE: "{text}" is neither yes nor no.', text=text))
    return int(text == "yes"), Text("yes", context="terms") if text == "yes" else Text(
        "no", context="terms"
    )


# What is shown


def _record(found: "TermsAt") -> Record:
    from jp20.domain.investors.investors import InvestorClass, Residency
    from jp20.domain.token.changeable import Term

    terms = found.in_force.terms

    def of(term: Term, value: Value, *, number: bool = False) -> tuple[Column, Value]:
        return Column(term.value.replace("-", "_"), term.text, number=number), value

    return Record(
        "terms",
        Text("Terms in force"),
        (
            (CODE, found.code),
            (BLOCK, found.block),
            (Column("time", Text("as of")), in_tokyo(found.time)),
            of(Term.CLASSES, _named(terms.classes, InvestorClass)),
            of(Term.RESIDENCIES, _named(terms.residencies, Residency)),
            of(Term.HOLDER_CAP, terms.holder_cap or None, number=True),
            of(Term.LOT_SIZE, max(terms.lot_size, 1), number=True),
            of(Term.CONSENT, terms.consent_required),
            of(Term.CAP, terms.cap, number=True),
            of(Term.MATURITY, _time(found.in_force.maturity)),
        ),
    )


def _changes(found: "TermsAt") -> Table:
    return Table(
        "changes",
        Text("Changes"),
        (
            Column("time", Text("time")),
            Column("term", Text("term")),
            Column("from", Text("from", context="terms")),
            Column("to", Text("to", context="terms")),
            BLOCK,
            TRANSACTION,
        ),
        [
            (in_tokyo(at.time), *_said(change), at.block, at.transaction)
            for at, change in found.changes
        ],
    )


def _said(change: object) -> tuple[Value, Value, Value]:
    """The term, what it was and what it became, in the units of then."""
    from jp20.domain.investors.investors import InvestorClass, Residency
    from jp20.domain.register.events import (
        CapChanged,
        ClassesChanged,
        ConsentRequiredChanged,
        HolderCapChanged,
        LotSizeChanged,
        MaturityChanged,
        ResidenciesChanged,
    )
    from jp20.domain.token.changeable import Term

    match change:
        case ClassesChanged(was, to):
            return Term.CLASSES, _named(was, InvestorClass), _named(to, InvestorClass)
        case ResidenciesChanged(was, to):
            return Term.RESIDENCIES, _named(was, Residency), _named(to, Residency)
        case HolderCapChanged(was, to):
            return Term.HOLDER_CAP, was, to
        case LotSizeChanged(was, to):
            return Term.LOT_SIZE, was, to
        case ConsentRequiredChanged(was, to):
            return Term.CONSENT, was, to
        case CapChanged(was, to):
            return Term.CAP, was, to
        case MaturityChanged(was, to):
            return Term.MATURITY, _time(was), _time(to)
    raise TypeError(change)


def _named(mask: int, choices: "type[InvestorClass | Residency]") -> Coded:
    found = [each for each in choices if each and mask >> each & 1]
    return Coded([each.name.lower() for each in found], _listed([each.text for each in found]))


def _listed(texts: "list[Text]") -> Text:
    return Text.listing(text for text in texts)


def _time(seconds: int) -> str | None:
    return in_tokyo(seconds) if seconds else None
