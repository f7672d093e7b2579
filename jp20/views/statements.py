"""What the templates of the statements are given (G15): words and numbers as they are printed, in
Japanese. docs/exports.md describes it for whoever writes a template.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.at import At
from jp20.domain.base.ids import InvestorId, OrganisationId
from jp20.domain.base.times import in_tokyo
from jp20.domain.investors.addressees import Addressee
from jp20.domain.register.answers import (
    DecisionMade,
    Holding,
    Line,
    Lot,
    MovementDetail,
    RestrainedUnits,
    RestraintAsOf,
    Stamp,
    TokenAsOf,
)
from jp20.domain.register.events import RestraintKind
from jp20.views.sheet import NOT_SHOWN, Form, day_in_tokyo, finality, percentage, said, text_of

Content = dict[str, Any]

_KINDS: Final = {
    RestraintKind.LOCK_UP: "譲渡制限(ロックアップ)",
    RestraintKind.PLEDGE: "質権",
    RestraintKind.ATTACHMENT: "差押え",
}


def balance_content(
    about: Content,
    investor: InvestorId,
    names: Mapping[InvestorId, Addressee],
    period: tuple[int, int],
    opening: int,
    holding: Holding | None,
    lines: Iterable[Line],
) -> Content:
    """取引残高報告書. `period` is its first and last second; `opening` in units of before it, each
    line in units of then, with splits as lines.
    """
    kept = holding.restrained if holding else RestrainedUnits()
    restrained = (
        ("確保済み", kept.committed),
        (_KINDS[RestraintKind.LOCK_UP], kept.locked),
        ("凍結", kept.frozen),
        (_KINDS[RestraintKind.PLEDGE], kept.pledged),
        (_KINDS[RestraintKind.ATTACHMENT], kept.attached),
    )
    first, last = period
    return {
        **about,
        "title": "取引残高報告書",
        "to": _person(investor, names),
        "period": {"first": day_in_tokyo(first), "last": day_in_tokyo(last)},
        "opening": _units(opening),
        "closing": _units(holding.units if holding else 0),
        "free": _units(holding.free if holding else 0),
        "restrained": [
            {"kind": kind, "units": _units(units)} for kind, units in restrained if units
        ],
        "lines": [
            {
                "time": _time(each.at.time),
                "why": _why(each),
                "change": "" if each.change is None else f"{each.change:+,}",
                "balance": "" if each.balance is None else _units(each.balance),
                "block": str(each.at.block),
                "transaction": _hash(each.at.transaction),
            }
            for each in lines
        ],
        "wallets": _wallets(holding),
    }


def entries_content(
    about: Content,
    at: Stamp,
    token: TokenAsOf,
    names: Mapping[InvestorId, Addressee],
    holdings: Sequence[tuple[Holding, Sequence[Lot], Sequence[RestraintAsOf]]],
    *,
    one: InvestorId | None,
) -> Content:
    """原簿記載事項証明書. `one`: it is addressed to this investor, else to nobody."""
    return {
        **about,
        "title": "原簿記載事項証明書",
        "to": None if one is None else _person(one, names),
        "date": day_in_tokyo(at.time),
        "supply": _units(token.supply),
        "splits": str(token.splits),
        "holders": [
            {
                "number": str(number),
                "to": _person(holding.investor, names),
                "units": _units(holding.units),
                "share": percentage(holding.share),
                "free": _units(holding.free),
                "class": text_of(holding.facts.investor_class).ja if holding.facts else "",
                "residency": text_of(holding.facts.residency).ja if holding.facts else "",
                "wallets": _wallets(holding),
                "restraints": [
                    {
                        "kind": _KINDS[each.kind],
                        "units": _units(each.units),
                        "rank": str(each.rank),
                        "until": f"{_time(each.until)} まで" if each.until else "",
                        "wallet": each.wallet,
                        "claimant": _hash(each.claimant),
                    }
                    for each in restraints
                ],
                "lots": [
                    {
                        "time": _time(each.acquired.time),
                        "why": text_of(each.why).ja,
                        "units": _units(each.units),
                    }
                    for each in lots
                ],
            }
            for number, (holding, lots, restraints) in enumerate(holdings, start=1)
        ],
    }


def irregular_content(
    about: Content, names: Mapping[InvestorId, Addressee], movements: Iterable[MovementDetail]
) -> Content:
    """異例処理報告: the movements of a transaction that were made without the holder's consent."""
    return {
        **about,
        "title": "異例処理報告",
        "movements": [
            {
                "number": str(number),
                "time": _time(each.line.at.time),
                "block": str(each.line.at.block),
                "transaction": _hash(each.line.at.transaction),
                "log": str(each.line.at.log),
                "why": _why(each.line),
                "units": _units(each.line.units),
                "splits": str(each.line.splits),
                "from": _person(InvestorId(each.line.from_investor), names),
                "from_account": _account(each.line.from_),
                "to": _person(InvestorId(each.line.to_investor), names),
                "to_account": _account(each.line.to),
                "reverses": "" if each.reverses is None else _place(each.reverses),
                "reversed_by": [_place(one) for one in each.reversed_by],
                "shortfall": _units(each.shortfall),
                "decision": _decision(each.decision),
            }
            for number, each in enumerate(movements, start=1)
        ],
    }


def about(at: Stamp, token: TokenAsOf, organisations: Mapping[OrganisationId, str]) -> Content:
    """What every statement says: of which token, as of which block."""
    return {
        "stamp": {
            "chain": f"チェーン{at.chain_id}",
            "block": f"ブロック{at.block}",
            "time": in_tokyo(at.time),
            "hash": _hash(at.hash),
            "final": at.final,
            "finality": finality(at).ja,
        },
        "token": {
            "name": token.name,
            "code": token.code,
            "address": token.address,
            "issuer": organisations.get(OrganisationId(token.issuer), f"組織{token.issuer}"),
            "registrar": organisations.get(
                OrganisationId(token.registrar), f"組織{token.registrar}"
            ),
        },
    }


# Inside


def _organisation(number: int, names: Mapping[OrganisationId, str]) -> str:
    return names.get(OrganisationId(number), f"組織{number}")


def _decision(decision: DecisionMade | None) -> Content:
    if decision is None:
        return dict.fromkeys(
            (
                "case", "document", "request", "proposer", "proposed", "executor", "executor_key",
            ),
            "",
        ) | {"signers": []}  # fmt: skip
    return {
        "case": decision.case,
        "document": _hash(decision.document_hash),
        "request": "" if decision.request is None else _hash(decision.request),
        "proposer": decision.proposer.name,
        "proposed": "" if decision.proposed is None else _time(decision.proposed.time),
        "signers": [
            {"organisation": each.organisation.name, "key": each.key, "time": _time(each.at.time)}
            for each in decision.signers
        ],
        "executor": decision.executor.name,
        "executor_key": decision.executor_key,
    }


def _person(investor: InvestorId, names: Mapping[InvestorId, Addressee]) -> Content:
    known = names.get(investor, Addressee(""))
    return {
        "name": known.name,
        "kana": known.kana,
        "address": known.address,
        "investor": said(Form.INVESTOR, investor, "ja"),
    }


def _wallets(holding: Holding | None) -> list[Content]:
    return [
        {"wallet": each.wallet, "units": _units(each.units), "free": _units(each.free)}
        for each in (holding.wallets if holding else ())
    ]


def _why(line: Line) -> str:
    return f"分割(1口を{line.ratio}口に)" if line.why is None else text_of(line.why).ja


def _account(account: ChecksumAddress | None) -> str:
    if account is None:
        return NOT_SHOWN.ja
    return "" if account == ZERO_ADDRESS else account


def _place(at: At) -> str:
    return f"{_time(at.time)} {_hash(at.transaction)} ログ {at.log}"


def _units(units: int) -> str:
    return f"{units:,}"


def _time(seconds: int) -> str:
    return in_tokyo(seconds).replace("T", " ").removesuffix("+09:00")


def _hash(value: bytes) -> str:
    return f"0x{value.hex()}"
