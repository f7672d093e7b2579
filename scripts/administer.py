"""What is done to a token in its life. Each act reads a file from examples/administer by default.

    brownie run administer lock_up [file] --network ganache
    python scripts/administer.py lock_up [file]

Restraints: lock_up, freeze, unfreeze, pledge, release_pledge, attach, release_attachment.
Decided for holders: forced_transfer, reversal, recovery, redistribution, record_transfer, consent.
The issue: split, redeem, record_date, documents, pause, unpause, halt, resume.
Each is decided by the organisations that the policy names; who did what is printed.
"""

import sys
from pathlib import Path

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.ids import TxHash
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo
from jp20.domain.register.events import Cause, RestraintKind
from jp20.domain.register.movements import Movement
from jp20.domain.token.movements import Original
from jp20.domain.token.term_sheet import Document
from jp20.operations.governance import emergency
from jp20.operations.governance.acts import carry_out
from jp20.operations.register.report import read_register
from jp20.operations.session import Session
from jp20.operations.token import enforce, lifecycle, restraints
from jp20.operations.token.enforce import reversal_of
from jp20.operations.token.issue import set_documents
from jp20.operations.token.state import token_state
from jp20.operations.token.transfer import (
    ConsentStatus,
    approve_transfers,
    reject_transfer,
    transfer_requests,
)
from jp20.scripting import (
    BadArgument,
    CaseFile,
    console,
    script,
    session,
    show,
    show_outcomes,
    show_steps,
)

FILES = Path(__file__).resolve().parent.parent / "examples" / "administer"


@script
def lock_up(file: str = str(FILES / "lock-up.toml")) -> None:
    """Units that a holder may not transfer until a time."""
    case, work = CaseFile(file), session()
    holders = [(row.address("wallet"), row.number("units")) for row in case.rows("holders")]
    until = case.time("until")
    done = carry_out(
        work, restraints.lock_up(work, case.text("token"), holders, until, case.evidence)
    )
    show_positions(work, case.text("token"), [holder for holder, _ in holders])
    show_outcomes(work, "ロックアップ / Lock-up", done)


@script
def freeze(file: str = str(FILES / "freeze.toml")) -> None:
    """The AML officer freezes at once; the audit firm or the registrar confirms it."""
    case, work = CaseFile(file), session()
    token = case.text("token")
    accounts = [(row.address("wallet"), row.number("units")) for row in case.rows("holders")]
    frozen = carry_out(work, restraints.freeze_at_once(work, token, accounts, case.evidence))
    unconfirmed = [
        (each.account, alone.organisation)
        for each in restraints.freezes(work, token)
        for alone in each.unconfirmed
        if each.account in dict(accounts)
    ]
    confirmed = [
        carry_out(
            work, restraints.confirm_freeze(work, token, account, organisation, case.evidence)
        )
        for account, organisation in unconfirmed
    ]
    show_positions(work, token, [account for account, _ in accounts])
    show_steps(work, [*frozen.steps, *(step for each in confirmed for step in each.steps)])


@script
def unfreeze(file: str = str(FILES / "unfreeze.toml")) -> None:
    """Ends a freeze, or leaves so many units frozen as the file says."""
    case, work = CaseFile(file), session()
    token, wallet = case.text("token"), case.address("wallet")
    units = case.number("units") if case.has("units") else 0
    done = carry_out(work, restraints.set_frozen(work, token, wallet, units, case.evidence))
    show_positions(work, token, [wallet])
    show_steps(work, done.steps)


@script
def pledge(file: str = str(FILES / "pledge.toml")) -> None:
    """Units that answer for a debt: they stay the holder's, and do not move."""
    case, work = CaseFile(file), session()
    token, holder = case.text("token"), case.address("holder")
    units, pledgee = case.number("units"), case.text("pledgee")
    show_restraint(
        work,
        token,
        holder,
        restraints.placed(
            work, restraints.pledge(work, token, holder, units, pledgee, case.evidence)
        ),
    )


@script
def release_pledge(file: str = str(FILES / "release-pledge.toml")) -> None:
    """Releases units of a pledge, the holder's newest where the file has no id."""
    case, work = CaseFile(file), session()
    token, holder, units = case.text("token"), case.address("holder"), case.number("units")
    id = restraint_of(work, case, RestraintKind.PLEDGE)
    done = carry_out(
        work,
        restraints.release(work, token, RestraintKind.PLEDGE, holder, id, units, case.evidence),
    )
    show_positions(work, token, [holder])
    show_steps(work, done.steps)


@script
def attach(file: str = str(FILES / "attach.toml")) -> None:
    """A court's attachment of units, also of those that are still to come."""
    case, work = CaseFile(file), session()
    token, holder = case.text("token"), case.address("holder")
    units, creditor = case.number("units"), case.text("creditor")
    show_restraint(
        work,
        token,
        holder,
        restraints.placed(
            work, restraints.attach(work, token, holder, units, creditor, case.evidence)
        ),
    )


@script
def release_attachment(file: str = str(FILES / "release-attachment.toml")) -> None:
    """Releases units of an attachment, the holder's newest where the file has no id."""
    case, work = CaseFile(file), session()
    token, holder, units = case.text("token"), case.address("holder"), case.number("units")
    id = restraint_of(work, case, RestraintKind.ATTACHMENT)
    done = carry_out(
        work,
        restraints.release(work, token, RestraintKind.ATTACHMENT, holder, id, units, case.evidence),
    )
    show_positions(work, token, [holder])
    show_steps(work, done.steps)


@script
def consent(file: str = str(FILES / "consent.toml")) -> None:
    """Answers holders who asked for consent: those that the file names, else all that are open."""
    case, work = CaseFile(file), session()
    token = case.text("token")
    waiting = [
        each.id for each in transfer_requests(work, token) if each.status is ConsentStatus.OPEN
    ]
    refused = (
        [(row.number("id", least=0), row.text("why")) for row in case.rows("reject")]
        if case.has("reject")
        else []
    )
    ids = [id for id in waiting if id not in {id for id, _ in refused}]
    steps = [
        step
        for id, why in refused
        for step in carry_out(work, reject_transfer(work, token, id, why, case.evidence)).steps
    ]
    if ids:
        show_outcomes(
            work,
            "承諾 / Consent",
            carry_out(work, approve_transfers(work, token, ids, case.evidence)),
        )
    show_steps(work, steps)
    show("承諾待ちの移転 / Transfers that asked for consent", CONSENT, consent_rows(work, token))


@script
def record_transfer(file: str = str(FILES / "record-transfer.toml")) -> None:
    """Enters transfers that were made elsewhere: a sale, a gift, an inheritance, a merger."""
    case, work = CaseFile(file), session()
    token, cause = case.text("token"), case.text("cause").upper()
    if cause not in Cause.__members__:
        raise case.unfit("cause", 'cause = "sale" | "gift" | "inheritance" | "merger"')
    rows = [
        (row.address("from"), row.address("to"), row.number("units"))
        for row in case.rows("transfers")
    ]
    done = carry_out(work, enforce.record_transfers(work, token, rows, Cause[cause], case.evidence))
    show_positions(work, token, list(dict.fromkeys(each for row in rows for each in row[:2])))
    show_outcomes(work, "移転の記録 / Transfers recorded", done)


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
    done = reversal_of(
        carry_out(work, enforce.reverse(work, token, found.original, case.evidence, units=units))
    )
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
        show_steps(
            work,
            carry_out(work, lifecycle.redeem_holder(work, token, holder, units, evidence)).steps,
        )
        return
    if kind == "part":
        done = carry_out(work, lifecycle.redeem_part(work, token, case.number("units"), evidence))
    elif kind == "maturity":
        done = carry_out(work, lifecycle.redeem_at_maturity(work, token, evidence))
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
    losses = [loss_of(work, token, row) for row in case.rows("losses")]
    recorded = carry_out(
        work, enforce.record_incident(work, token, incident, losses, case.evidence)
    )
    show_steps(work, recorded.steps)
    restored = [(loss, enforce.wallet_in_use(work, loss.from_)) for loss in losses]
    done = carry_out(work, enforce.redistribute(work, token, incident, restored, case.evidence))
    show_outcomes(work, "再配布 / Redistribution", done)


@script
def record_date(file: str = str(FILES / "record-date.toml")) -> None:
    """Who holds at that time is who is paid: at the end of a date, or at a time."""
    case, work = CaseFile(file), session()
    token = case.text("token")
    done = carry_out(work, lifecycle.set_record_date(work, token, case.moment("at"), case.evidence))
    show(
        f"基準日 / Record dates: {token}",
        ("#番号 / number", "日時 / time"),
        [(each.index, in_tokyo(each.at)) for each in token_state(work, token).record_dates],
    )
    show_steps(work, done.steps)


@script
def documents(file: str = str(FILES / "documents.toml")) -> None:
    """Names the documents of an issue, by place and hash (ERC-1643)."""
    case, work = CaseFile(file), session()
    named = [
        Document(row.text("name"), row.text("uri"), row.document_hash("file"))
        for row in case.rows("documents")
    ]
    done = carry_out(work, set_documents(work, case.text("token"), named, case.evidence))
    show(
        "書類 / Documents",
        ("名称 / name", "閲覧先 / place", "SHA-256"),
        [(each.name, each.uri, each.sha256.hex()) for each in named],
    )
    show_outcomes(work, "登録 / Named", done)


@script
def pause(file: str = str(FILES / "pause.toml")) -> None:
    """Stops one token: one key is enough."""
    case, work = CaseFile(file), session()
    show_steps(
        work, carry_out(work, lifecycle.pause(work, case.text("token"), case.evidence)).steps
    )
    show_status(work)


@script
def unpause(file: str = str(FILES / "unpause.toml")) -> None:
    """Lets a token go on: decided by several organisations."""
    case, work = CaseFile(file), session()
    show_steps(
        work, carry_out(work, lifecycle.unpause(work, case.text("token"), case.evidence)).steps
    )
    show_status(work)


@script
def halt() -> None:
    """Stops every token, those created later included. Any one key of the emergency operator."""
    work = session()
    show_steps(work, carry_out(work, emergency.halt(work)).steps)
    show_status(work)


@script
def resume(file: str = str(FILES / "resume.toml")) -> None:
    """Ends the stop: the operator and three more organisations."""
    case, work = CaseFile(file), session()
    show_steps(work, carry_out(work, emergency.resume(work, case.evidence)).steps)
    show_status(work)


ACTS = {
    act.__name__: act
    for act in (
        lock_up,
        freeze,
        unfreeze,
        pledge,
        release_pledge,
        attach,
        release_attachment,
        forced_transfer,
        reversal,
        recovery,
        redistribution,
        record_transfer,
        consent,
        split,
        redeem,
        record_date,
        documents,
        pause,
        unpause,
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
            Text.both(f'There is no act "{act}": {known}.', f"操作「{act}」はありません: {known}。")
        )
    ACTS[act](*file)


def transaction_of(work: Session, token: str, original: CaseFile) -> TxHash:
    """The transaction that a file names, or the latest movement with its parties and units."""
    if original.has("transaction"):
        return original.hash("transaction")
    wanted = (original.address("from"), original.address("to"), original.number("units"))
    for entry in reversed(read_register(work, token).history):
        if isinstance(entry, Movement) and (entry.from_, entry.to, entry.units) == wanted:
            return entry.at.transaction
    raise BadArgument(Text.both("There was no such transfer.", "該当する移転がありません。"))


def restraint_of(work: Session, case: CaseFile, kind: RestraintKind) -> int:
    """The number of the holder's restraint of a kind: the file's, else the newest one's."""
    if case.has("id"):
        return case.number("id", least=0)
    found = restraints.restraints_of(work, case.text("token"), case.address("holder"))
    ids = [each.id for each in found if each.kind is kind]
    if not ids:
        raise BadArgument(
            Text.both(
                "The holder has no such restraint.", "保有者に該当する質権・差押えがありません。"
            )
        )
    return max(ids)


def show_restraint(
    work: Session, token: str, holder: ChecksumAddress, placed: restraints.Placed
) -> None:
    console.print(f"番号 / id: {placed.id}")
    show_positions(work, token, [holder])
    show_steps(work, placed.decided.steps)


CONSENT = ("#番号 / id", "移転元 / from", "移転先 / to", "#口数 / units", "状態 / state")


def consent_rows(work: Session, token: str) -> list[tuple[object, ...]]:
    return [
        (each.id, each.from_, each.to, each.units, each.status.text.ja)
        for each in transfer_requests(work, token)
    ]


def loss_of(work: Session, token: str, row: CaseFile) -> Original:
    """The log that a file names, or the latest one that took so many units of the holder."""
    if row.has("transaction"):
        return enforce.find_loss(work, token, row.hash("transaction"), row.number("log"))
    wanted = (row.address("holder"), ZERO_ADDRESS, row.number("units"))
    for entry in reversed(read_register(work, token).history):
        if isinstance(entry, Movement) and (entry.from_, entry.to, entry.units) == wanted:
            transaction = entry.at.transaction
            log = work.receipts([transaction])[transaction].ordinal(entry.at.log)
            return enforce.find_loss(work, token, transaction, log)
    raise BadArgument(Text.both("There was no such loss.", "該当する減少がありません。"))


def show_positions(work: Session, token: str, holders: list[ChecksumAddress]) -> None:
    positions = [(holder, restraints.position(work, token, holder)) for holder in holders]
    show(
        f"保有状況 / Positions: {token}",
        (
            "ウォレット / wallet",
            "#残高 / units",
            "#ロック / locked",
            "#凍結 / frozen",
            "#質権 / pledged",
            "#差押え / attached",
            "#移転可能 / free",
        ),
        [
            (holder, p.balance, p.locked, p.frozen, p.pledged, p.attached, p.free)
            for holder, p in positions
        ],
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
