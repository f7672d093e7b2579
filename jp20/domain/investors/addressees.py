"""Who an investor is to a reader of paper (G15, G28): joined at export, kept by nobody here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from jp20.domain.base.ids import InvestorId


@dataclass(frozen=True, slots=True)
class Addressee:
    """Name, its reading in kana, and address, as the office keeps them; what it does not keep is
    empty.
    """

    name: str
    kana: str = ""
    address: str = ""


class Addressees(Protocol):
    """Whoever knows the names, and judges whether they may be had."""

    def __call__(self, investors: tuple[InvestorId, ...]) -> Mapping[InvestorId, Addressee]:
        """Of those investors who are known and may be shown; asked once for each export."""
        ...


def nobody(investors: tuple[InvestorId, ...]) -> Mapping[InvestorId, Addressee]:
    """Names are not kept here: the opaque id stands in their place."""
    return {}
