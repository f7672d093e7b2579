"""Wallets as they are named on a command line, and what the platform knows of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jp20.cli.frame.options import address
from jp20.cli.frame.output import Column, Table
from jp20.cli.shared.results import WALLET
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo, last_day

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.operations.session import Session


def wallets_given(texts: Sequence[str]) -> "list[ChecksumAddress]":
    """Addresses, each once. Raises BadArgument."""
    found = [address(text, "WALLET") for text in texts]
    for each in found:
        if found.count(each) > 1:
            raise BadArgument(
                Text("WALLET: {each} is named twice.", each=each), next_step=Text("Name it once.")
            )
    return found


def known(session: "Session", wallets: "Sequence[ChecksumAddress]") -> None:
    """Raises NobodysWallet for one that is not registered, before anything is sent."""
    from jp20.operations.investors.whitelist import NobodysWallet, facts_of

    for wallet, facts in zip(wallets, facts_of(session, wallets), strict=True):
        if not facts.is_known:
            raise NobodysWallet(wallet)


def facts_table(session: "Session", wallets: "Sequence[ChecksumAddress]") -> Table:
    """What the platform knows of wallets now."""
    from jp20.operations.investors.whitelist import facts_of

    return Table(
        "wallets",
        Text("Wallets"),
        (
            WALLET,
            Column("investor", Text("investor's id")),
            Column("class", Text("class")),
            Column("residency", Text("residency")),
            Column("kyc_expiry", Text("KYC valid through")),
            Column("class_expiry", Text("class valid through")),
            Column("suspended", Text("suspended")),
            Column("retired", Text("retired")),
        ),
        [
            (
                wallet,
                f"0x{facts.investor:024x}",
                facts.investor_class,
                facts.residency,
                through(facts.kyc_expiry),
                through(facts.class_expiry),
                facts.suspended,
                facts.retired,
            )
            for wallet, facts in zip(wallets, facts_of(session, wallets), strict=True)
        ],
    )


def through(expiry: int) -> str | None:
    """An expiry as a file of investors has it: the last day, or the time where it is no whole day;
    None where it never comes.
    """
    from jp20.domain.investors.investors import NEVER

    if expiry >= NEVER:
        return None
    return last_day(expiry) or in_tokyo(expiry)
