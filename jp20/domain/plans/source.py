"""Whether a plan does what a file says, row by row: for who applies a plan that others made, and
has the file from elsewhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo
from jp20.domain.investors.investors import NEVER, Investor, InvestorFile
from jp20.domain.plans.allotments import Allotment, AllotmentFile
from jp20.domain.plans.costs import PlannedAct
from jp20.domain.plans.plan import DeliveryRow, Plan, Registration, WhitelistRow

_NAMED: Final = 5
"""Differences that are told; a plan for another file differs in all."""

_LEFT_OUT: Final = Text("left out as faulty")
_NO_ROW: Final = Text("no such row")


class OtherRows(JP20Error):
    """The plan does something else than the file says, or leaves out what it says."""

    what = Text("The plan does NOT do what {file} says.")
    next_step = Text("Do not apply it. Compare the files with who planned it, or plan your own.")

    def __init__(self, file: str, differences: Sequence[Text]) -> None:
        more = len(differences) - _NAMED
        first = differences[:_NAMED]
        rest = [Text("… and {more} more", more=more)] if more > 0 else []
        super().__init__(why=Text.lines([*first, *rest]), file=file)


def differences(plan: Plan, file: AllotmentFile | InvestorFile) -> list[Text]:
    """Where plan and file say different things, by line. Rows that the chain would refuse are
    compared too, where the file has them.

    Of an investors' file only what the plan does is compared: which of its rows need nothing the
    chain alone knows.
    """
    found = [Text("The file: {what}", what=each.what) for each in file.faults if each.whole]
    if isinstance(file, AllotmentFile):
        return found + _of_allotments(plan, file.allotments)
    return found + _of_investors(plan, file.investors)


def left_out(plan: Plan, needed: Mapping[PlannedAct, Sequence[WhitelistRow]]) -> list[Text]:
    """What an investors' file would change that the plan neither does nor names as refused by the
    chain.
    """
    planned = {(each.act, row.account) for each in plan.decisions for row in each.rows}
    refused = {row.line for row in plan.refused if row.code != "FILE"}
    return [
        _differs(row.line, _NO_ROW, _act(act, row))
        for act, rows in needed.items()
        for row in rows
        if (act, row.account) not in planned and row.line not in refused
    ]


# Inside


def _of_allotments(plan: Plan, allotments: Iterable[Allotment]) -> list[Text]:
    written = {each.line: [_units(each.wallet, each.units)] for each in allotments}
    planned: dict[int | None, list[Text]] = {}
    for row in _deliveries(plan):
        planned.setdefault(row.line, []).append(_units(row.account, row.units))
    for settled in plan.settled:
        planned.setdefault(settled.line, []).append(_units(settled.account, settled.units))
    for refused in plan.refused:
        if refused.line in written:
            is_faulty = refused.code == "FILE"
            said = _LEFT_OUT if is_faulty else _units(refused.account, refused.units)
            planned.setdefault(refused.line, [said])
    lines = sorted({line for line in (*written, *planned) if line is not None})
    return [
        _differs(line, _joined(planned.get(line)), _joined(written.get(line)))
        for line in lines
        if planned.get(line) != written.get(line)
    ]


def _of_investors(plan: Plan, investors: Iterable[Investor]) -> list[Text]:
    by_line = {line: each for each in investors for line in each.lines}
    return [
        _differs(row.line, _act(decision.act, row), _investor(by_line.get(row.line)))
        for decision in plan.decisions
        for row in decision.rows
        if isinstance(row, WhitelistRow) and not _is_of(row, by_line.get(row.line))
    ]


def _is_of(row: WhitelistRow, investor: Investor | None) -> bool:
    """Whether a planned row says of a wallet what the file says of its investor."""
    return (
        investor is not None
        and row.account in investor.wallets
        and row.existing in (None, *investor.wallets)
        and row.after == _standing(investor)
    )


def _deliveries(plan: Plan) -> list[DeliveryRow]:
    return [row for each in plan.decisions for row in each.rows if isinstance(row, DeliveryRow)]


def _standing(of: Investor) -> Registration:
    return Registration(of.investor_class, of.residency, of.kyc_expiry, of.class_expiry)


def _differs(line: int, plan: Text, file: Text) -> Text:
    return Text("Line {line}: the plan: {plan}; the file: {file}.", line=line, plan=plan, file=file)


def _units(account: str | None, units: int | None) -> Text:
    return Text("{units:,} {units:unit|units} to {account}", units=units or 0, account=account)


def _joined(texts: Sequence[Text] | None) -> Text:
    if not texts:
        return _NO_ROW
    return Text.listing(each for each in texts)


def _act(act: PlannedAct, row: WhitelistRow) -> Text:
    after = _said(row.after)
    return Text("{act} {account} ({after})", act=act.text, account=row.account, after=after)


def _investor(investor: Investor | None) -> Text:
    if investor is None:
        return _NO_ROW
    wallets, standing = ", ".join(investor.wallets), _said(_standing(investor))
    return Text("{wallets} ({standing})", wallets=wallets, standing=standing)


def _said(standing: Registration) -> Text:
    until = in_tokyo(standing.kyc_expiry)
    kind, home = standing.investor_class.text, standing.residency.text
    lapses = "" if standing.class_expiry == NEVER else in_tokyo(standing.class_expiry)
    if not lapses:
        return Text("{kind}, {home}, KYC {until}", kind=kind, home=home, until=until)
    return Text(
        "{kind}, {home}, KYC {until}, class {lapses}",
        kind=kind,
        home=home,
        until=until,
        lapses=lapses,
    )
