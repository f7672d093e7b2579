"""What a token would refuse, said before anybody is asked to sign (G1, G4, G5, G6).

What was carried out under the case before is not judged again: running it again is no mistake.
"""

from eth_typing import ChecksumAddress

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.token.reasons import Reason
from jp20.domain.token.state import WouldBeRefused
from jp20.domain.token.term_sheet import TermSheet
from jp20.operations.governance.acts import (
    Act,
    ActState,
    judge,
    simulate,
    state_of,
    would_be_refused,
)
from jp20.operations.governance.requests import is_refused_with
from jp20.operations.investors.whitelist import investor
from jp20.operations.session import Session
from jp20.operations.token.issue import creation


class IssuedAlready(JP20Error):
    """Units of the token were issued under another case or in another number. Nothing was sent."""

    what = Text("{code} was issued already.")
    why = Text(
        "{supply:,} {supply:unit|units} {supply:is|are} in issue, under another case or in "
        "another number."
    )
    next_step = Text("For a further tranche: jp20 token more {code} UNITS")

    def __init__(self, code: str, supply: int) -> None:
        super().__init__(code=code, supply=supply)


class InvestorsAccount(JP20Error):
    """The account that is to be the issuer's is an investor's wallet. Nothing was sent."""

    what = Text("The issuer's account {account} is an investor's wallet.")
    why = Text("Undistributed units are kept apart from what investors hold.")
    next_step = Text("Name another account in the term sheet: issue.issuer_account")

    def __init__(self, account: ChecksumAddress) -> None:
        super().__init__(account=account)


def require_creation(
    session: Session, sheet: TermSheet, issuer: int, registrar: int, units: int, evidence: Evidence
) -> None:
    """Raises WouldBeRefused or InvestorsAccount where a token of these terms cannot be made now, or
    so many units not be issued of it.
    """
    terms = sheet.terms
    if investor(session, terms.issuer_account).is_known:
        raise InvestorsAccount(terms.issuer_account)
    what = Text(
        "{code} with {units:,} {units:unit|units} cannot be issued.", code=terms.code, units=units
    )
    step = Text("See the term sheet (issue.cap {cap:,}), and: jp20 status", cap=terms.cap)
    (call,) = creation(session, sheet, issuer, registrar, evidence).calls
    refusal = simulate(session, call)
    # Who signs only the request can show; that is asked last.
    if refusal is not None and not is_refused_with(refusal, "NotSignedBy"):
        raise would_be_refused(refusal, what, step)
    # There is no token yet that could say the rest.
    if units > terms.cap:
        raise WouldBeRefused(what, Reason.CAP_EXCEEDED, step)
    if session.platform.read(bool, "halted"):
        raise WouldBeRefused(what, Reason.PLATFORM_HALTED, step)


def require_first_issue(session: Session, act: Act) -> None:
    """Raises IssuedAlready where units of the token were issued under another case than an issue's,
    else WouldBeRefused where it cannot be made now.
    """
    if state_of(session, act) is ActState.DONE:
        return
    token = session.token(act.calls[0].target)
    if token.read(int, "tranches"):
        raise IssuedAlready(token.read(str, "code"), token.read(int, "totalSupply"))
    judge(session, act)
