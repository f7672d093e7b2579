"""What a token would refuse, said before anybody is asked to sign (G1, G4, G5, G6).

What was carried out under the case before is not judged again: running it again is no mistake.
"""

from eth_typing import ChecksumAddress

from jp20.domain.base.errors import JP20Error, Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.token.reasons import Reason
from jp20.domain.token.state import WouldBeRefused
from jp20.domain.token.term_sheet import TermSheet
from jp20.operations.governance.acts import simulate, would_be_refused
from jp20.operations.governance.earlier import is_executed
from jp20.operations.governance.requests import is_refused_with
from jp20.operations.investors.whitelist import investor
from jp20.operations.session import Session, TokenName
from jp20.operations.token.issue import creation, issue_of


class IssuedAlready(JP20Error):
    """Units of the token were issued under another case or in another number. Nothing was sent."""

    def __init__(self, code: str, supply: int) -> None:
        super().__init__(
            Text(f"{code} was issued already.", f"{code} は発行済みです。"),
            Text(
                f"{supply:,} units are in issue, under another case or in another number.",
                f"別の案件番号または数量で発行されています(発行数量 {supply:,} 口)。",
            ),
            Text(
                f"For a further tranche: jp20 token more {code} UNITS",
                f"追加発行: jp20 token more {code} 口数",
            ),
        )


class InvestorsAccount(JP20Error):
    """The account that is to be the issuer's is an investor's wallet. Nothing was sent."""

    def __init__(self, account: ChecksumAddress) -> None:
        super().__init__(
            Text(
                f"The issuer's account {account} is an investor's wallet.",
                f"発行者口座 {account} は投資家のウォレットです。",
            ),
            Text(
                "Undistributed units are kept apart from what investors hold.",
                "未配布分は投資家の保有と区別して管理します。",
            ),
            Text(
                "Name another account in the term sheet: issue.issuer_account",
                "発行条件の issue.issuer_account に別の口座を指定してください。",
            ),
        )


def require_creation(
    session: Session, sheet: TermSheet, issuer: int, registrar: int, units: int
) -> None:
    """Raises WouldBeRefused or InvestorsAccount where a token of these terms cannot be made now, or
    so many units not be issued of it.
    """
    terms = sheet.terms
    if investor(session, terms.issuer_account).is_known:
        raise InvestorsAccount(terms.issuer_account)
    what = Text(
        f"{terms.code} with {units:,} units cannot be issued.",
        f"{terms.code} を {units:,} 口で発行できません。",
    )
    step = Text(
        f"See the term sheet (issue.cap {terms.cap:,}), and: jp20 status",
        f"発行条件(issue.cap {terms.cap:,})と jp20 status を確認してください。",
    )
    refusal = simulate(session, creation(session, sheet, issuer, registrar))
    # Who signs only the request can show; that is asked last.
    if refusal is not None and not is_refused_with(refusal, "NotSignedBy"):
        raise would_be_refused(refusal, what, step)
    # There is no token yet that could say the rest.
    if units > terms.cap:
        raise WouldBeRefused(what, Reason.CAP_EXCEEDED, step)
    if session.platform.read(bool, "halted"):
        raise WouldBeRefused(what, Reason.PLATFORM_HALTED, step)


def require_first_issue(session: Session, token: TokenName, units: int, evidence: Evidence) -> None:
    """Raises IssuedAlready where units of the token were issued under another case, else as
    `require_issue`.
    """
    contract = session.token(token)
    call = issue_of(contract, units)
    if contract.read(int, "tranches") and not is_executed(session, call, evidence):
        raise IssuedAlready(contract.read(str, "code"), contract.read(int, "totalSupply"))
    require_issue(session, contract, units, evidence)


def require_issue(session: Session, token: TokenName, units: int, evidence: Evidence) -> None:
    """Raises WouldBeRefused where this number of units cannot be issued now."""
    contract = session.token(token)
    call = issue_of(contract, units)
    if is_executed(session, call, evidence):
        return
    refusal = simulate(session, call)
    if refusal is not None:
        supply, cap = contract.read(int, "totalSupply"), contract.read(int, "cap")
        raise would_be_refused(
            refusal,
            Text(f"{units:,} units cannot be issued.", f"{units:,} 口を発行できません。"),
            Text(
                f"{supply:,} are in issue and the cap is {cap:,}: {cap - supply:,} are left.",
                f"発行済み {supply:,} 口、発行上限 {cap:,} 口、残り {cap - supply:,} 口です。",
            ),
        )
