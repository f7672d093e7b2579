"""From a term sheet to units: the token, its issue, further tranches, its documents (G1, G5)."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.files.letters import visible
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.requests import Call
from jp20.domain.plans.outcomes import Decided, Outcome, RowOutcome
from jp20.domain.register.events import TermsSet, TokenCreated, TrancheIssued
from jp20.domain.token.term_sheet import Document, TermSheet
from jp20.domain.token.terms import Modules, Terms
from jp20.operations.governance.acts import Act, RowsAct, carry_out
from jp20.operations.governance.batches import BatchRow
from jp20.operations.session import Session, TokenName


class NoVersion(JP20Error):
    """There is no version of the token from which one can be made."""

    what = Text("No version of the token is approved.")
    why = Text("All are retired.")
    next_step = Text("Approve one first.")


class CodeTaken(JP20Error):
    """A token of that security code or symbol exists, with another term sheet."""

    what = Text("{name} is taken.")
    why = Text("{token} has it, with other terms.")
    next_step = Text("Choose another code and symbol.")

    def __init__(self, name: str, token: ChecksumAddress) -> None:
        super().__init__(name=name, token=token)


@dataclass(frozen=True, slots=True)
class Created:
    """A token that was made, by this run or an earlier one."""

    token: ChecksumAddress
    decided: Decided


@dataclass(frozen=True, slots=True)
class Issued:
    """Units that were issued to the issuer's account, as a numbered tranche."""

    tranche: int
    units: int
    decided: Decided


@dataclass(frozen=True, slots=True)
class TermDifference:
    """A field in which the token is not what the file says."""

    field: str
    file: object
    chain: object


def create_token(
    session: Session, sheet: TermSheet, issuer: int | str, registrar: int | str, evidence: Evidence
) -> Created:
    """Makes a token of the latest version from a term sheet, with its issuer and its registrar
    (organisations by number or name). One that is there with the same terms is left as it is.

    Raises CodeTaken, NoVersion, UnknownOrganisation, and what `decide` raises.
    """
    there = existing_token(session, sheet.terms)
    if there is not None:
        return Created(there, Decided(None, (), ()))
    decided = carry_out(session, creation(session, sheet, issuer, registrar, evidence))
    created = next(e.event for e in decided.events if isinstance(e.event, TokenCreated))
    return Created(created.token, decided)


def creation(
    session: Session,
    sheet: TermSheet,
    issuer: int | str,
    registrar: int | str,
    evidence: Evidence,
) -> Act:
    """Makes a token of the latest version. Raises NoVersion, UnknownOrganisation."""
    terms = sheet.terms
    call = creation_of_token(
        session,
        latest_version(session),
        terms,
        session.organisation(issuer).number,
        session.organisation(registrar).number,
    )
    return Act(
        (call,),
        evidence,
        lambda: Text("Make the token {code} ({symbol})?", code=terms.code, symbol=terms.symbol),
        Text("{code} cannot be made.", code=terms.code),
        Text("See the term sheet, and: jp20 status"),
    )


def issue_units(session: Session, token: TokenName, units: int, evidence: Evidence) -> Issued:
    """Issues units to the issuer's account. Under one case the same number is issued once. Raises
    Refused (CAP_EXCEEDED, …).
    """
    return issued(carry_out(session, issue(session, token, units, evidence)))


def issue(session: Session, token: TokenName, units: int, evidence: Evidence) -> Act:
    """Issues units to the issuer's account: the first tranche or a further one."""
    contract = session.token(token)
    supply, cap = contract.read(int, "totalSupply"), contract.read(int, "cap")
    return Act(
        (contract.call("issue(uint256)", units),),
        evidence,
        lambda: Text(
            "Issue {units:,} more {units:unit|units} of {code}, of which {supply:,} "
            "{supply:is|are} in issue (cap {cap:,})?",
            units=units,
            code=contract.read(str, "code"),
            supply=supply,
            cap=cap,
        ),
        Text("{units:,} {units:unit|units} cannot be issued.", units=units),
        Text(
            "{supply:,} {supply:is|are} in issue and the cap is {cap:,}: {left:,} {left:is|are} "
            "left.",
            supply=supply,
            cap=cap,
            left=cap - supply,
        ),
    )


def issued(decided: Decided) -> Issued:
    """The tranche that a decision to issue made, or had made before."""
    tranche = next(e.event for e in decided.events if isinstance(e.event, TrancheIssued))
    return Issued(tranche.number, tranche.amount, decided)


def set_documents(
    session: Session, token: TokenName, documents: Sequence[Document], evidence: Evidence
) -> RowsAct[Document]:
    """Names the documents of an issue on the chain (ERC-1643); those that are there as they should
    be stay.
    """
    contract = session.token(token)
    there = [_document(contract, document.name) for document in documents]
    changed = [
        document
        for document, found in zip(documents, there, strict=True)
        if found != (document.uri, document.sha256)
    ]
    named = [f"{each.name} (SHA-256 {each.sha256.hex()})" for each in changed]
    return RowsAct(
        tuple(BatchRow(document, contract.address) for document in changed),
        lambda part: _setting(contract, part[0]),
        evidence,
        lambda: Text("Name of {token}: {named}?", token=token, named=Text.listing(named)),
        size=1,
        settled=tuple(
            RowOutcome(None, contract.address, None, Outcome.UNCHANGED, None, document.name)
            for document in documents
            if document not in changed
        ),
    )


def remove_document(session: Session, token: TokenName, name: str, evidence: Evidence) -> Act:
    """Takes a document's name away."""
    contract = session.token(token)
    return Act(
        (contract.call("removeDocument", _name(name)),),
        evidence,
        lambda: Text("Remove {name} from {token}?", name=name, token=token),
        Text("{name} cannot be removed.", name=name),
        Text("See those that are named: jp20 token document show {token}", token=token),
    )


def term_sheet_differences(
    session: Session, token: TokenName, sheet: TermSheet
) -> tuple[TermDifference, ...]:
    """Where the token, at its creation, and its documents, now, are not what the file says."""
    contract = session.token(token)
    on_chain = terms_of(session, contract)
    differing = [
        TermDifference(field.name, ours, theirs)
        for field in fields(Terms)
        if (ours := getattr(sheet.terms, field.name)) != (theirs := getattr(on_chain, field.name))
    ]
    for document in sheet.documents:
        found = _document(contract, document.name)
        if found != (document.uri, document.sha256):
            differing.append(
                TermDifference(f"documents.{document.name}", (document.uri, document.sha256), found)
            )
    return tuple(differing)


def terms_of(session: Session, token: TokenName) -> Terms:
    """The terms with which a token was made, from its first event."""
    contract = session.token(token)
    return next(
        entry.event.terms
        for entry in session.events(contract.address)
        if isinstance(entry.event, TermsSet)
    )


def existing_token(session: Session, terms: Terms) -> ChecksumAddress | None:
    """The token that was made from these very terms; None where there is none yet. Raises CodeTaken
    where another has the code or the symbol.
    """
    by_code = session.platform.read(ChecksumAddress, "tokenByCode", terms.code)
    by_symbol = session.platform.read(ChecksumAddress, "tokenBySymbol", terms.symbol)
    if by_code == by_symbol == ZERO_ADDRESS:
        _require_unlike(session, terms)
        return None
    if by_code == by_symbol and terms_of(session, by_code) == terms:
        return by_code
    taken = terms.symbol if by_code == ZERO_ADDRESS else terms.code
    raise CodeTaken(taken, by_symbol if by_code == ZERO_ADDRESS else by_code)


def creation_of_token(
    session: Session, version: int, terms: Terms, issuer: int, registrar: int
) -> Call:
    """The call that makes a token, with the organisations that are named for it."""
    return session.platform.call("createToken", version, terms, issuer, registrar)


def latest_version(session: Session) -> int:
    """The latest version that is not retired. Raises NoVersion."""
    for number in range(session.platform.read(int, "versionCount"), 0, -1):
        _, _, is_retired, _ = session.platform.read(
            tuple[ChecksumAddress, Modules, bool, bytes], "version", number
        )
        if not is_retired:
            return number
    raise NoVersion


# Inside


def _require_unlike(session: Session, terms: Terms) -> None:
    """Raises CodeTaken where a token's code or symbol looks like one of these. New ones are of
    capital letters, digits and hyphens; the platform may have older ones that are not.
    """
    for token in session.tokens():
        for field, wanted in (("code", terms.code), ("symbol", terms.symbol)):
            there = token.read(str, field)
            if _looks(there) == _looks(wanted):
                raise CodeTaken(visible(there), token.address)


_ALIKE: Final = str.maketrans(
    # Cyrillic and Greek capitals, in small letters as case folding leaves them; then digits.
    "авеѕіјкмнорстухԛԝαβεζηικμνορτυχoil|",
    "abes1jkmh0pctyxqwabezh1kmn0ptyx0111",
)
"""What a reader takes for one another."""


def _looks(word: str) -> str:
    """A code or symbol without what a reader may not see: its case, its width, blanks, whether it
    has an O or a nought, an I or a one, and of which alphabet a letter is.
    """
    folded = unicodedata.normalize("NFKC", word).casefold()
    folded = unicodedata.normalize("NFKD", folded)
    return "".join(
        "-" if unicodedata.category(letter) == "Pd" else letter
        for letter in folded
        if unicodedata.category(letter)[0] not in "CZM"
    ).translate(_ALIKE)


def _setting(contract: Contract, document: Document) -> Call:
    return contract.call("setDocument", _name(document.name), document.uri, document.sha256)


def _document(contract: Contract, name: str) -> tuple[str, bytes]:
    uri, digest, _ = contract.read(tuple[str, bytes, int], "getDocument", _name(name))
    return uri, digest


def _name(name: str) -> bytes:
    """A document's name as the chain has it."""
    return name.encode().ljust(32, b"\0")
