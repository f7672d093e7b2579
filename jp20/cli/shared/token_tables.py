"""A token as tables: its terms and state, its tranches, how it differs from a term sheet."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from jp20.cli.frame.output import Coded, Column, Record, Table, Until, Value
from jp20.cli.shared.results import BLOCK, TRANSACTION
from jp20.domain.base.errors import Text

if TYPE_CHECKING:
    from jp20.domain.investors.investors import InvestorClass, Residency
    from jp20.domain.token.state import TokenState
    from jp20.operations.token.issue import TermDifference

CODE: Final = Column("code", Text("code", "銘柄コード"))
STATUS: Final = Column("status", Text("state", "状態"))
SUPPLY: Final = Column("supply", Text("units in issue", "発行数量"), number=True)
UNDISTRIBUTED: Final = Column("undistributed", Text("undistributed", "未配布"), number=True)
ACCOUNT: Final = Column("issuer_account", Text("issuer's account", "発行者口座"))
SHEET_HASH: Final = Column("term_sheet_sha256", Text("term sheet SHA-256", "発行条件 SHA-256"))


def price(state: "TokenState") -> Coded:
    """The price at issue, for so many units of now."""
    one = "unit" if state.price_units == 1 else "units"
    return Coded(
        {"yen": state.price_yen, "units": state.price_units},
        Text(
            f"¥{state.price_yen:,} for {state.price_units:,} {one}",
            f"{state.price_units:,} 口につき {state.price_yen:,} 円",
        ),
    )


def status_record(state: "TokenState") -> Record:
    """Only how the token stands."""
    return Record(
        "token",
        Text("Token", "トークン"),
        ((CODE, state.terms.code), (STATUS, state.status), (BLOCK, state.block)),
    )


def state_record(state: "TokenState") -> Record:
    """All that the token says of itself."""
    from jp20.domain.base.times import in_tokyo
    from jp20.domain.investors.investors import InvestorClass, Residency

    terms = state.terms

    def number(key: str, en: str, ja: str, value: Value) -> tuple[Column, Value]:
        return Column(key, Text(en, ja), number=True), value

    def field(key: str, en: str, ja: str, value: Value) -> tuple[Column, Value]:
        return Column(key, Text(en, ja)), value

    return Record(
        "token",
        Text(f"{terms.name} ({terms.code})", f"{terms.name}({terms.code})"),
        (
            field("code", "code", "銘柄コード", terms.code),
            field("symbol", "symbol", "シンボル", terms.symbol),
            field("name", "name", "名称", terms.name),
            field("token", "address", "アドレス", state.address),
            (STATUS, state.status),
            (BLOCK, state.block),
            field("time", "as of", "時点", in_tokyo(state.time)),
            field("product", "product", "商品", terms.product),
            field("right", "right", "表章する権利", terms.right),
            field("perfection", "register that perfects a transfer", "対抗要件", terms.perfection),
            field("issuer", "issuer", "発行者", state.issuer),
            field("registrar", "registrar", "原簿管理人", state.registrar),
            (ACCOUNT, terms.issuer_account),
            (SUPPLY, state.supply),
            (UNDISTRIBUTED, state.undistributed),
            number("holders", "holders (wallets)", "保有者数(ウォレット)", state.holders),
            number("cap", "cap", "発行上限", state.cap),
            field("price", "price at issue", "発行価格", price(state)),
            number("lot_size", "lot", "取引単位", state.lot_size),
            number("decimals", "decimals", "小数桁数", terms.decimals),
            number("splits", "splits", "分割回数", state.splits),
            field("placement", "placement", "募集形態", terms.placement),
            field(
                "classes",
                "classes that may hold",
                "保有可能な投資家区分",
                _listed([c for c in InvestorClass if c and terms.classes >> c & 1]),
            ),
            field(
                "residencies",
                "residencies that may hold",
                "保有可能な居住区分",
                _listed([r for r in Residency if r and terms.residencies >> r & 1]),
            ),
            number("holder_cap", "holders at most", "保有者数上限", terms.holder_cap or None),
            field(
                "whole_position_only", "whole position only", "一括譲渡", terms.whole_position_only
            ),
            field("consent_required", "consent required", "譲渡承諾", terms.consent_required),
            field(
                "expired_may_dispose",
                "may sell after KYC ran out",
                "KYC期限切れ後の売却可",
                terms.expired_may_dispose,
            ),
            field("locked_until", "locked until", "ロックアップ期限", _until(state.locked_until)),
            field("maturity", "maturity", "償還期日", _time(terms.maturity)),
            field("early_redemption", "early redemption", "期限前全部償還", terms.early_redemption),
            field("partial_redemption", "partial redemption", "一部償還", terms.partial_redemption),
            field("holder_redemption", "one holder's", "個別償還", terms.holder_redemption),
            (SHEET_HASH, terms.term_sheet_hash),
        ),
    )


def tranches_table(state: "TokenState") -> Table:
    """What was issued, and when."""
    from jp20.domain.base.times import in_tokyo

    return Table(
        "tranches",
        Text("Tranches", "発行回"),
        (
            Column("number", Text("no.", "回")),
            Column("units", Text("units then", "当時の口数"), number=True),
            Column("splits", Text("splits then", "当時の分割回数"), number=True),
            Column("time", Text("time", "日時")),
            BLOCK,
            TRANSACTION,
        ),
        [
            (
                each.number,
                each.units,
                each.splits,
                in_tokyo(each.at.time),
                each.at.block,
                each.at.transaction,
            )
            for each in state.tranches
        ],
    )


def differences_table(differences: "Sequence[TermDifference]") -> Table:
    """Where a token is not what a term sheet says."""
    return Table(
        "differences",
        Text("Differences to the term sheet", "発行条件ファイルとの相違"),
        (
            Column("field", Text("field", "項目")),
            Column("file", Text("file", "ファイル")),
            Column("chain", Text("chain", "チェーン")),
        ),
        [(each.field, _said(each.file), _said(each.chain)) for each in differences],
    )


# Inside


def _listed(kinds: "Sequence[InvestorClass | Residency]") -> Coded:
    en, ja = (each.text.en for each in kinds), (each.text.ja for each in kinds)
    return Coded([each.name.lower() for each in kinds], Text(", ".join(en), "、".join(ja)))


def _until(seconds: int) -> Until | None:
    return Until(seconds) if seconds else None


def _time(seconds: int) -> str | None:
    from jp20.domain.base.times import in_tokyo

    return in_tokyo(seconds) if seconds else None


def _said(value: object) -> Value:
    """A field of the terms, or a document's place and hash."""
    if isinstance(value, tuple):
        return " ".join(f"0x{each.hex()}" if isinstance(each, bytes) else each for each in value)
    if isinstance(value, bytes):
        return value
    return str(value)
