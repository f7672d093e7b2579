"""A token as tables: its terms and state, its tranches, how it differs from a term sheet."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jp20.cli.frame.output import Coded, Column, Record, Table, Until, Value, table
from jp20.cli.shared.results import BLOCK, TRANSACTION
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo

if TYPE_CHECKING:
    from jp20.domain.investors.investors import InvestorClass, Residency
    from jp20.domain.token.state import TokenState
    from jp20.operations.token.issue import TermDifference

CODE: Final = Column("code", Text("code"))
STATUS: Final = Column("status", Text("state"))
SUPPLY: Final = Column("supply", Text("units in issue"), number=True)
UNDISTRIBUTED: Final = Column("undistributed", Text("undistributed"), number=True)
ACCOUNT: Final = Column("issuer_account", Text("issuer's account"))
SHEET_HASH: Final = Column("term_sheet_sha256", Text("term sheet SHA-256"))


def price(state: "TokenState") -> Coded:
    """The price at issue, for so many units of now."""
    return Coded(
        {"yen": state.price_yen, "units": state.price_units},
        Text(
            "¥{yen:,} for {count:,} {count:unit|units}",
            yen=state.price_yen,
            count=state.price_units,
        ),
    )


def status_record(state: "TokenState") -> Record:
    """Only how the token stands."""
    return Record(
        "token",
        Text("Token"),
        ((CODE, state.terms.code), (STATUS, state.status), (BLOCK, state.block)),
    )


def state_record(state: "TokenState") -> Record:
    """All that the token says of itself."""
    from jp20.domain.investors.investors import InvestorClass, Residency

    terms = state.terms

    def number(key: str, name: Text, value: Value) -> tuple[Column, Value]:
        return Column(key, name, number=True), value

    def field(key: str, name: Text, value: Value) -> tuple[Column, Value]:
        return Column(key, name), value

    return Record(
        "token",
        Text("{name} ({code})", name=terms.name, code=terms.code),
        (
            field("code", Text("code"), terms.code),
            field("symbol", Text("symbol"), terms.symbol),
            field("name", Text("name"), terms.name),
            field("token", Text("address"), state.address),
            (STATUS, state.status),
            (BLOCK, state.block),
            field("time", Text("as of"), in_tokyo(state.time)),
            field("product", Text("product"), terms.product),
            field("right", Text("right"), terms.right),
            field("perfection", Text("register that perfects a transfer"), terms.perfection),
            field("issuer", Text("issuer"), state.issuer),
            field("registrar", Text("registrar"), state.registrar),
            (ACCOUNT, terms.issuer_account),
            (SUPPLY, state.supply),
            (UNDISTRIBUTED, state.undistributed),
            number("holders", Text("holders (wallets)"), state.holders),
            number("cap", Text("cap"), state.cap),
            field("price", Text("price at issue"), price(state)),
            number("lot_size", Text("lot"), state.lot_size),
            number("decimals", Text("decimals"), terms.decimals),
            number("splits", Text("splits"), state.splits),
            field("placement", Text("placement"), terms.placement),
            field(
                "classes",
                Text("classes that may hold"),
                _listed([c for c in InvestorClass if c and terms.classes >> c & 1]),
            ),
            field(
                "residencies",
                Text("residencies that may hold"),
                _listed([r for r in Residency if r and terms.residencies >> r & 1]),
            ),
            number("holder_cap", Text("holders at most"), terms.holder_cap or None),
            field("whole_position_only", Text("whole position only"), terms.whole_position_only),
            field("consent_required", Text("consent required"), terms.consent_required),
            field(
                "expired_may_dispose", Text("may sell after KYC ran out"), terms.expired_may_dispose
            ),
            field("locked_until", Text("locked until"), _until(state.locked_until)),
            field("maturity", Text("maturity"), _time(terms.maturity)),
            field("early_redemption", Text("early redemption"), terms.early_redemption),
            field("partial_redemption", Text("partial redemption"), terms.partial_redemption),
            field("holder_redemption", Text("one holder's"), terms.holder_redemption),
            (SHEET_HASH, terms.term_sheet_hash),
        ),
    )


def tranches_table(state: "TokenState") -> Table:
    """What was issued, and when."""
    return table(
        "tranches",
        Text("Tranches"),
        state.tranches,
        (Column("number", Text("no.", context="tranche")), lambda each: each.number),
        (Column("units", Text("units then"), number=True), lambda each: each.units),
        (Column("splits", Text("splits then"), number=True), lambda each: each.splits),
        (Column("time", Text("time")), lambda each: in_tokyo(each.at.time)),
        (BLOCK, lambda each: each.at.block),
        (TRANSACTION, lambda each: each.at.transaction),
    )


def differences_table(differences: "Sequence[TermDifference]") -> Table:
    """Where a token is not what a term sheet says."""
    return table(
        "differences",
        Text("Differences to the term sheet"),
        differences,
        (Column("field", Text("field")), lambda each: each.field),
        (Column("file", Text("file")), lambda each: _said(each.file)),
        (Column("chain", Text("chain")), lambda each: _said(each.chain)),
    )


# Inside


def _listed(kinds: "Sequence[InvestorClass | Residency]") -> Coded:
    listing = Text.listing(each.text for each in kinds)
    return Coded([each.name.lower() for each in kinds], listing)


def _until(seconds: int) -> Until | None:
    return Until(seconds) if seconds else None


def _time(seconds: int) -> str | None:
    return in_tokyo(seconds) if seconds else None


def _said(value: object) -> Value:
    """A field of the terms, or a document's place and hash."""
    if isinstance(value, tuple):
        return " ".join(f"0x{each.hex()}" if isinstance(each, bytes) else each for each in value)
    if isinstance(value, bytes):
        return value
    return str(value)
