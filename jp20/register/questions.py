"""What may be asked of the register, whoever answers: the ledger in memory, or an index (G15).

Everything is asked as of a `Stamp`, which `stamp` gives; the same question as of the same final
block has the same answer, and an answer never depends on when it was asked otherwise.
"""

from collections.abc import Iterator
from typing import Protocol

from eth_typing import ChecksumAddress

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import InvestorId, TxHash
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo
from jp20.domain.register.answers import (
    Holding,
    HoldingDifference,
    InvestorAsOf,
    IssuedTranche,
    Lapse,
    Line,
    Lot,
    MovementDetail,
    OrganisationAsOf,
    RequestAsOf,
    RestraintAsOf,
    Stamp,
    TokenAsOf,
)


class NoSuchBlock(JP20Error):
    """The chain has not come so far yet."""

    what = Text("There is no block {block} yet.")
    why = Text("The latest is {latest}.")
    next_step = Text("Name one up to that.")

    def __init__(self, block: int, latest: int) -> None:
        super().__init__(block=block, latest=latest)


class NoSuchTime(JP20Error):
    """The time lies before the chain's first block or in the future."""

    what = Text("There is no block as of {time}.")
    next_step = Text("Name a time that has passed.")

    def __init__(self, time: int) -> None:
        super().__init__(time=in_tokyo(time))


class NotInRegister(JP20Error):
    """The register has no such token as of the block."""

    what = Text("The register has no token {token} as of block {block}.")
    why = Text("It was made later, or is not a token of this platform.")
    next_step = Text("Name a later block or time: jp20 token list")

    def __init__(self, token: ChecksumAddress, block: int) -> None:
        super().__init__(token=token, block=block)


class Questions(Protocol):
    """As of a stamp, and of a token by its address. What takes a token raises NotInRegister where
    there is none as of the block.
    """

    def stamp(self, block: int | None = None, time: int | None = None) -> Stamp:
        """A block by its number, the last one up to a time (unix seconds), or the latest. Raises
        NoSuchBlock, NoSuchTime.
        """
        ...

    def tokens(self, at: Stamp) -> tuple[TokenAsOf, ...]:
        """All of the platform, in the order in which they were made."""
        ...

    def token(self, at: Stamp, token: ChecksumAddress) -> TokenAsOf: ...

    def holdings(self, at: Stamp, token: ChecksumAddress) -> tuple[Holding, ...]:
        """Of all investors who have units, the largest first, then by investor; without the
        issuer's account. A holding of nobody's wallet is one of its own, by wallet.
        """
        ...

    def holding(self, at: Stamp, token: ChecksumAddress, investor: InvestorId) -> Holding | None:
        """Of one investor, with each wallet that has units or is restrained; with units 0 where
        the investor has none. None where the platform does not know the investor.
        """
        ...

    def restraints(
        self, at: Stamp, token: ChecksumAddress, investor: InvestorId | None = None
    ) -> tuple[RestraintAsOf, ...]:
        """The lock-ups, pledges and attachments that hold, by rank; of all, or of one investor."""
        ...

    def tranches(self, at: Stamp, token: ChecksumAddress) -> tuple[IssuedTranche, ...]:
        """In the order of their issue. Their outstanding units add up to the supply."""
        ...

    def history(
        self,
        at: Stamp,
        token: ChecksumAddress,
        *,
        investor: InvestorId | None = None,
        wallet: ChecksumAddress | None = None,
        first: int = 0,
    ) -> Iterator[Line]:
        """Movements and splits from block `first` up to the stamp, in the chain's order: of the
        token, of an investor (all wallets that the investor has as of the stamp), or of one wallet.
        """
        ...

    def movements(
        self, at: Stamp, token: ChecksumAddress, transaction: TxHash, log: int | None = None
    ) -> tuple[MovementDetail, ...]:
        """Those of a transaction, or the one at an index of a log in its block; nothing where it
        moved none.
        """
        ...

    def investors(self, at: Stamp) -> tuple[InvestorAsOf, ...]:
        """All that the platform knows, in the order in which they came."""
        ...

    def investor(self, at: Stamp, investor: InvestorId) -> InvestorAsOf | None: ...

    def investor_of(self, at: Stamp, wallet: ChecksumAddress) -> InvestorId:
        """The investor to whom a wallet belongs; 0 where it is nobody's."""
        ...

    def lapses(
        self, at: Stamp, before: int, token: ChecksumAddress | None = None
    ) -> tuple[Lapse, ...]:
        """Whose KYC or class lapses before a time, or has; of all, or of a token's holders. The
        first to lapse first, then by investor, KYC before class.
        """
        ...

    def differences(
        self, earlier: Stamp, later: Stamp, token: ChecksumAddress
    ) -> tuple[HoldingDifference, ...]:
        """Of each investor whose holding is another; in the order of `holdings` of the later block,
        then who left, by investor. A split alone is no difference.
        """
        ...

    def lots(self, at: Stamp, token: ChecksumAddress, investor: InvestorId) -> tuple[Lot, ...]:
        """The oldest first; they add up to the investor's units."""
        ...

    def organisations(self, at: Stamp) -> tuple[OrganisationAsOf, ...]:
        """By number, those that were removed included."""
        ...

    def requests(self, at: Stamp) -> tuple[RequestAsOf, ...]:
        """In the order in which they were proposed last."""
        ...
