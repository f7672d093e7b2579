"""All investors that the platform knows, and the suspensions that stand."""

from collections.abc import Mapping
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from jp20.domain.base.ids import InvestorId, OrganisationId
from jp20.domain.investors.facts import Facts
from jp20.domain.register.events import WalletAdded, WalletCarried, WalletRegistered
from jp20.operations.governance.policy import CONFIRMED_WITHIN
from jp20.operations.investors.whitelist import facts_of
from jp20.operations.session import Session


@dataclass(frozen=True, slots=True)
class Listed:
    """An investor by the opaque id, with all wallets that are in use, in the order in which they
    came, and what the platform knows.
    """

    id: InvestorId
    wallets: tuple[ChecksumAddress, ...]
    facts: Facts

    @property
    def lapses(self) -> int:
        """When the first of KYC and class lapses, unix seconds."""
        return min(self.facts.kyc_expiry, self.facts.class_expiry)


@dataclass(frozen=True, slots=True)
class Suspension:
    """A suspension that stands. `organisation` suspended at once, 0 where it was decided; it is to
    be confirmed until `due` by another one, unless `confirmed_by` is one. Times are unix seconds.
    """

    investor: Listed
    organisation: OrganisationId
    since: int
    confirmed_by: OrganisationId

    @property
    def due(self) -> int | None:
        if self.organisation == 0 or self.confirmed_by:
            return None
        return self.since + CONFIRMED_WITHIN


def list_investors(session: Session) -> tuple[Listed, ...]:
    """All investors, in the order in which they came; wallets that were retired are left out."""
    wallets = list(
        dict.fromkeys(
            entry.event.wallet
            for entry in session.events(session.platform.address)
            if isinstance(entry.event, WalletRegistered | WalletAdded | WalletCarried)
        )
    )
    found: dict[InvestorId, tuple[list[ChecksumAddress], Facts]] = {}
    for wallet, facts in zip(wallets, facts_of(session, wallets), strict=True):
        if facts.is_known and not facts.retired:
            found.setdefault(facts.investor, ([], facts))[0].append(wallet)
    return tuple(Listed(id, tuple(theirs), facts) for id, (theirs, facts) in found.items())


def suspensions(session: Session) -> tuple[Suspension, ...]:
    """The suspensions that stand, the latest first."""
    suspended = [each for each in list_investors(session) if each.facts.suspended]
    rows = session.platform.read_many(
        tuple[OrganisationId, int, OrganisationId, int],
        "suspension",
        [(each.wallets[0],) for each in suspended],
    )
    found = [
        Suspension(each, organisation, since, confirmed_by)
        for each, (organisation, since, confirmed_by, _) in zip(suspended, rows, strict=True)
    ]
    return tuple(sorted(found, key=lambda each: -each.since))


def not_among(
    listed: tuple[Listed, ...], references: Mapping[ChecksumAddress, str]
) -> tuple[Listed, ...]:
    """The investors of whom a file, by wallet, says nothing."""
    return tuple(each for each in listed if not references.keys() & set(each.wallets))
