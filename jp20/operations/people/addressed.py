"""Names for exports and statements, out of the vault (G15, G28)."""

from collections.abc import Mapping

from jp20.access_log.accesses import DataUse
from jp20.domain.base.ids import InvestorId
from jp20.domain.investors.addressees import Addressee, Addressees
from jp20.operations.people.keeping import PeopleDesk


def addressees(desk: PeopleDesk) -> Addressees:
    """Those whose names the desk's viewer may see; each export stands in the access log."""

    def of(investors: tuple[InvestorId, ...]) -> Mapping[InvestorId, Addressee]:
        found = desk.names(investors, DataUse.EXPORT)
        return {
            each: Addressee(*(fields.get(name, "") for name in ("name", "kana", "address")))
            for each, fields in found.items()
        }

    return of
