"""What a platform's events change: investors' facts, suspensions, the emergency stop, and which
tokens there are (G7, G19).
"""

from dataclasses import replace

from jp20.domain.base.text import Text
from jp20.domain.register.books import (
    FACTS,
    HALTED,
    SUSPENSIONS,
    TOKENS,
    SuspensionRecord,
    TokenRecord,
)
from jp20.domain.register.events import (
    AccountReserved,
    Event,
    FactsChanged,
    Halted,
    InvestorReinstated,
    InvestorSuspended,
    LoggedEvent,
    Resumed,
    SuspensionCarried,
    SuspensionConfirmed,
    TokenCreated,
    WalletAdded,
    WalletCarried,
    WalletRegistered,
)
from jp20.domain.register.ledger import Draft
from jp20.domain.register.movements import BrokenRegister


def explain_platform(draft: Draft, logged: LoggedEvent[Event]) -> None:
    """Each event carries a wallet's whole word, so that the last one is what is stored."""
    platform, at = logged.emitter, logged.at
    match logged.event:
        case (
            WalletRegistered(wallet, facts)
            | WalletAdded(wallet, _, facts)
            | FactsChanged(wallet, facts)
            | AccountReserved(wallet, facts)
            | WalletCarried(wallet, _, facts)
        ):
            draft.put(FACTS, (platform, wallet), facts)
        case InvestorSuspended(investor, organisation):
            confirmed_at = 0 if organisation else at.time
            record = SuspensionRecord(organisation, at.time, 0, confirmed_at)
            draft.put(SUSPENSIONS, (platform, investor), record)
        case SuspensionConfirmed(investor, organisation):
            suspended = draft.get(SUSPENSIONS, (platform, investor))
            if suspended is None:
                raise BrokenRegister(
                    at,
                    Text(
                        "a suspension of {investor:#x} is confirmed that nobody ordered",
                        investor=investor,
                    ),
                )
            confirmed = replace(suspended, confirmed_by=organisation, confirmed_at=at.time)
            draft.put(SUSPENSIONS, (platform, investor), confirmed)
        case SuspensionCarried(investor, organisation, since, confirmed_by, confirmed_at):
            record = SuspensionRecord(organisation, since, confirmed_by, confirmed_at)
            draft.put(SUSPENSIONS, (platform, investor), record)
        case InvestorReinstated(investor):
            draft.put(SUSPENSIONS, (platform, investor), None)
        case Halted(_, since):
            draft.put(HALTED, platform, since)
        case Resumed():
            draft.put(HALTED, platform, None)
        case TokenCreated(token, version, code, issuer, registrar, _):
            made = TokenRecord(platform, code, version, issuer, registrar, at)
            draft.put(TOKENS, token, made)
