"""What was issued, and what is left of it, tranche by tranche (G4, G15)."""

from collections.abc import Iterable

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.at import At
from jp20.domain.register.answers import IssuedTranche
from jp20.domain.register.movements import HistoryEntry, Movement, Why


def tranches_of(
    history: Iterable[HistoryEntry], factors: tuple[int, ...], supply: int
) -> tuple[IssuedTranche, ...]:
    """By a token's history, its factors and its supply, in the order of the issues.

    Units of one token are alike, and so are those that were redeemed: deemed redeemed are those
    that were issued first. What was lost and issued once more to its holder is no tranche.
    Invariant: what is outstanding of the tranches adds up to the supply.
    """
    found: dict[int, tuple[At, int, int]] = {}
    for entry in history:
        if not isinstance(entry, Movement) or entry.from_ != ZERO_ADDRESS:
            continue
        if entry.why is Why.REDISTRIBUTED:
            continue
        number = entry.reference if isinstance(entry.reference, int) else 0
        at, units, splits = found.get(number, (entry.at, 0, entry.splits))
        found[number] = (at, units + entry.units, splits)
    now = factors[-1]
    issued = {n: units * now // factors[splits] for n, (_, units, splits) in found.items()}
    to_redeem = sum(issued.values()) - supply
    tranches = []
    for number, (at, units, splits) in found.items():
        redeemed = min(to_redeem, issued[number])
        to_redeem -= redeemed
        tranches.append(IssuedTranche(number, at, units, splits, issued[number], redeemed))
    return tuple(tranches)
