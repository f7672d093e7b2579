"""What is done to a token in its life. Each act reads a file from examples/administer by default.

    brownie run administer lock_up [file] --network ganache
    python scripts/administer.py lock_up [file]

Acts: lock_up, freeze, forced_transfer, reversal, recovery, redistribution, split, redeem, halt,
resume. Each is decided by the organisations that the policy names; who did what is printed.
"""

import sys
from pathlib import Path

from jp20.domain.base.errors import Text
from jp20.domain.register.register import Movement
from jp20.operations.governance import emergency
from jp20.operations.governance.acts import carry_out
from jp20.operations.register.report import read_register
from jp20.operations.session import Session
from jp20.operations.token import enforce, lifecycle, restraints
from jp20.scripting import BadArgument, CaseFile, script, session, show, show_outcomes, show_steps

FILES = Path(__file__).resolve().parent.parent / "examples" / "administer"


@script
def lock_up(file: str = str(FILES / "lock-up.toml")) -> None:
    """Units that a holder may not transfer until a time."""
    case, work = CaseFile(file), session()
    holders = [(row.address("wallet"), row.number("units")) for row in case.rows("holders")]
    until = case.time("until")
    done = restraints.lock_up(work, case.text("token"), holders, until, case.evidence)
    show_positions(work, case.text("token"), [holder for holder, _ in holders])
    show_outcomes(work, "ロックアップ / Lock-up", done)


@script
def freeze(file: str = str(FILES / "freeze.toml")) -> None:
    """The AML officer freezes at once; the audit firm or the registrar confirms it."""
    case, work = CaseFile(file), session()
    token = case.text("token")
    accounts = [(row.address("wallet"), row.number("units")) for row in case.rows("holders")]
    frozen = restraints.freeze_at_once(work, token, accounts, case.evidence)
    officer = frozen.steps[-1].organisation
    confirmed = [
        restraints.confirm_freeze(work, token, account, officer, case.evidence)
        for account, _ in accounts
    ]
    show_positions(work, token, [account for account, _ in accounts])
    show_steps(work, [*frozen.steps, *(step for each in confirmed for step in each.steps)])


@script
def forced_transfer(file: str = str(FILES / "forced-transfer.toml")) -> None:
    """Units go to a third party without the holder's consent: a court's order, say."""
    case, work = CaseFile(file), session()
    token, source, to = case.text("token"), case.address("from"), case.address("to")
    done = carry_out(
        work, enforce.force_transfer(work, token, source, to, case.number("units"), case.evidence)
    )
    show_positions(work, token, [source, to])
    show_steps(work, done.steps)


@script
def reversal(file: str = str(FILES / "reversal.toml")) -> None:
    """Takes back one earlier transfer, whole or in part, as far as the units are still there."""
    case, work = CaseFile(file), session()
    token, original = case.text("token"), case.table("original")
    found = enforce.find_original(work, token, transaction_of(work, token, original))
    units = case.number("units") if case.has("units") else None
    done = enforce.reverse(work, token, found.original, case.evidence, units=units)
    show(
        "取引の取消 / Reversal",
        ("元の移転 / original", "#取消 / taken back", "#不足 / shortfall"),
        [(f"0x{found.original.transaction_hash.hex()}", done.taken, done.shortfall)],
    )
    show_steps(work, done.decided.steps)


@script
def recovery(file: str = str(FILES / "recovery.toml")) -> None:
    """A lost key: the wallet is retired, and every position moves to a new one of the investor."""
    case, work = CaseFile(file), session()
    done = enforce.recover(work, case.address("lost"), case.address("new"), case.evidence)
    show(
        "新ウォレットへの移管 / Moved to the new wallet",
        ("トークン / token", "#口数 / units"),
        [(moved.token, moved.units) for moved in done.moved],
    )
    show_steps(work, [step for moved in done.moved for step in moved.decided.steps])


@script
def split(file: str = str(FILES / "split.toml")) -> None:
    """One unit becomes so many, for every holder at once."""
    case, work = CaseFile(file), session()
    token, ratio = case.text("token"), case.number("ratio")
    done = carry_out(work, lifecycle.split(work, token, ratio, case.evidence))
    supply = work.token(token).read(int, "totalSupply")
    show("分割 / Split", ("#比率 / ratio", "#発行数量 / units in issue"), [(ratio, supply)])
    show_steps(work, done.steps)


@script
def redeem(file: str = str(FILES / "redeem.toml")) -> None:
    """At maturity, early, in part, or of one holder: each as far as the term sheet allows it."""
    case, work = CaseFile(file), session()
    token, kind, evidence = case.text("token"), case.text("kind"), case.evidence
    if kind == "holder":
        holder, units = case.address("holder"), case.number("units")
        show_steps(work, lifecycle.redeem_holder(work, token, holder, units, evidence).steps)
        return
    if kind == "part":
        done = lifecycle.redeem_part(work, token, case.number("units"), evidence)
    elif kind == "maturity":
        done = lifecycle.redeem_at_maturity(work, token, evidence)
    elif kind == "early":
        done = lifecycle.redeem_early(work, token, evidence)
    else:
        raise case.unfit("kind", 'kind = "part" | "maturity" | "early" | "holder"')
    show_outcomes(work, "償還 / Redemption", done)


@script
def redistribution(file: str = str(FILES / "redistribution.toml")) -> None:
    """Restores what investors lost by a system error: the incident first, then the units, once."""
    case, work = CaseFile(file), session()
    token, incident = case.text("token"), case.text("incident")
    losses = [(row.address("holder"), row.number("units")) for row in case.rows("losses")]
    restored = [
        (row.address("holder"), row.address("recipient" if row.has("recipient") else "holder"))
        for row in case.rows("losses")
    ]
    before = case.number("supply_before")
    recorded = enforce.record_incident(work, token, incident, before, losses, case.evidence)
    show_steps(work, recorded.steps)
    done = enforce.redistribute(work, token, incident, restored, case.evidence)
    show_outcomes(work, "再配布 / Redistribution", done)


@script
def halt() -> None:
    """Stops every token, those created later included. Any one key of the emergency operator."""
    work = session()
    show_steps(work, emergency.halt(work).steps)
    show_status(work)


@script
def resume(file: str = str(FILES / "resume.toml")) -> None:
    """Ends the stop: the operator and three more organisations."""
    case, work = CaseFile(file), session()
    show_steps(work, emergency.resume(work, case.evidence).steps)
    show_status(work)


ACTS = {
    act.__name__: act
    for act in (
        lock_up,
        freeze,
        forced_transfer,
        reversal,
        recovery,
        redistribution,
        split,
        redeem,
        halt,
        resume,
    )
}


@script
def main(act: str, *file: str) -> None:
    """The same by name."""
    if act not in ACTS:
        known = ", ".join(ACTS)
        raise BadArgument(
            Text(f'There is no act "{act}": {known}.', f"操作「{act}」はありません: {known}。")
        )
    ACTS[act](*file)


def transaction_of(work: Session, token: str, original: CaseFile) -> bytes:
    """The transaction that a file names, or the latest movement with its parties and units."""
    if original.has("transaction"):
        return original.hash("transaction")
    wanted = (original.address("from"), original.address("to"), original.number("units"))
    for entry in reversed(read_register(work, token).history):
        if isinstance(entry, Movement) and (entry.from_, entry.to, entry.units) == wanted:
            return entry.at.transaction
    raise BadArgument(Text("There was no such transfer.", "該当する移転がありません。"))


def show_positions(work: Session, token: str, holders: list[str]) -> None:
    positions = [(holder, restraints.position(work, token, holder)) for holder in holders]
    show(
        f"保有状況 / Positions: {token}",
        (
            "ウォレット / wallet",
            "#残高 / units",
            "#ロック / locked",
            "#凍結 / frozen",
            "#移転可能 / free",
        ),
        [(holder, p.balance, p.locked, p.frozen, p.free) for holder, p in positions],
    )


def show_status(work: Session) -> None:
    status = emergency.platform_status(work)
    show(
        "緊急停止中 / HALTED" if status.halted else "稼働中 / Running",
        ("トークン / token", "コード / code", "#発行数量 / units in issue"),
        [(each.token, each.code, each.supply) for each in status.tokens],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
