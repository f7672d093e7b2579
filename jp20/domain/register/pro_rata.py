"""A part of every holder's units, so that the parts add up exactly (G4)."""

from collections.abc import Mapping

from eth_typing import ChecksumAddress


def pro_rata(units: int, holdings: Mapping[ChecksumAddress, int]) -> dict[ChecksumAddress, int]:
    """Shares `units` over the holdings in proportion, by largest remainder; each gets a whole
    number, and the sum is `units`.

    Of equal remainders the larger holding comes first, then the lower address: the same holdings
    give the same shares on every machine. ValueError where there is not so much to share.
    """
    total = sum(holdings.values())
    if not 0 < units <= total:
        raise ValueError(f"{units} of {total} units")
    shares = {account: units * held // total for account, held in holdings.items()}
    by_remainder = sorted(
        holdings,
        key=lambda account: (-(units * holdings[account] % total), -holdings[account], account),
    )
    for account in by_remainder[: units - sum(shares.values())]:
        shares[account] += 1
    return {account: share for account, share in shares.items() if share}
