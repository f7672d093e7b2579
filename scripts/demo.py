"""`make demo`: a real-estate token from its platform to its register, on a Ganache of its own.

Story 1 of the requirements: 1,212 applicants of whom 12 fail KYC, 30,000 units at ¥100,000, 1,200
holders; then a transfer, a lock-up, a forced transfer, a chargeback, a split, a halt and a
resumption. Every organisation signs with its own key. What is seen is compared with what was worked
out by hand; where it differs the exit code is 1.
"""

import runpy
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from eth_typing import ChecksumAddress
from rich.panel import Panel

from jp20.chain.local import LocalChain
from jp20.chain.rpc.connection import Connection, connect
from jp20.chain.signing.signers import KeySigner, Signer, development_signers
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import TxHash
from jp20.domain.files.dates import parse_time
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.requests import Decision
from jp20.operations.files.inputs import (
    evidence_of,
    load_allotments,
    load_consortium,
    load_investors,
    load_policy,
    load_term_sheet,
)
from jp20.operations.governance import emergency, requests
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.platform import deploy_platform
from jp20.operations.plans.plan import distribute, enrol
from jp20.operations.register.report import report
from jp20.operations.session import Session, open_session
from jp20.operations.token import enforce, lifecycle, restraints
from jp20.operations.token.enforce import reversal_of
from jp20.operations.token.issue import create_token, issue_units
from jp20.operations.token.transfer import preview, transfer
from jp20.scripting import console, script, show, show_steps

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
TERM_SHEET = EXAMPLES / "term-sheets" / "real-estate.toml"
INVESTORS = EXAMPLES / "real-estate" / "investors.csv"
ALLOTMENTS = EXAMPLES / "real-estate" / "allotments.csv"
TOKEN = "JP20-RE-0001"  # noqa: S105

KEY_OF = runpy.run_path(str(EXAMPLES / "make_applicants.py"))["key_of"]

ISSUER, TRUST_BANK, BROKER = "港南リアルティ", "ひいらぎ信託銀行", "みなと証券"
AUDITOR, OPERATOR = "双葉監査法人", "いぶきシステム"


@script
def main() -> None:
    started = time.monotonic()
    console.print(
        Panel(
            "[bold]JP20  不動産トークンの発行から原簿まで[/]\n"
            "[bold]A real-estate token, from its issue to its register[/]\n\n"
            "投資家・組織はすべて架空です。氏名はチェーンに載りません。\n"
            "Investors and organisations are made up. No name goes to the chain.",
            expand=False,
        )
    )
    chain = LocalChain("ganache")
    try:
        with busy("Ganache を起動しています / Starting Ganache"):
            network = replace(chain.start().network, gas_price=0)  # a permissioned chain: no fees
        with tempfile.TemporaryDirectory(prefix="jp20-demo-") as folder:
            story = Story(connect(network), Path(folder))
            for number, (title, chapter) in enumerate(CHAPTERS, 1):
                console.print()
                console.rule(f"[bold]{number}  {title}[/]", align="left", style="dim")
                chapter(story)
    finally:
        chain.stop()
    console.print()
    console.print(f"{time.monotonic() - started:.0f} 秒 / seconds")
    if story.differences:
        console.print(
            f"[red]照合できない項目 / Not as worked out: {', '.join(story.differences)}[/]"
        )
        raise SystemExit(1)
    console.print("[green]すべて照合できました / Everything is as worked out by hand.[/]")


@dataclass
class Story:
    """What one chapter leaves to the next, and what was not as worked out by hand."""

    connection: Connection
    folder: Path
    deployment: Any = None
    organisations: tuple[Any, ...] = ()
    investors: Any = None
    token: ChecksumAddress = ZERO_ADDRESS
    sale: TxHash = field(init=False)
    differences: list[str] = field(default_factory=list)

    def session(self, *names: str) -> Session:
        """The platform, with the keys of these organisations; without names, of all of them."""
        mine = {
            k for each in self.organisations if each.name in names or not names for k in each.keys
        }
        keys = [key for key in development_signers(30) if key.address in mine]
        return open_session(self.connection, self.deployment, keys)

    def key(self, name: str) -> Signer:
        """An organisation's key."""
        return next(iter(self.session(name).signers.values()))

    def holder(self, reference: str) -> KeySigner:
        """An investor's own key."""
        return KeySigner(KEY_OF(reference))

    def balance(self, reference: str) -> int:
        return (
            self.session().token(self.token).read(int, "balanceOf", self.holder(reference).address)
        )

    def expect(self, what: str, found: int | str, wanted: int | str) -> None:
        """A line that says what was found, and whether it is what was worked out by hand."""
        if found == wanted:
            console.print(f"  [green]✓[/] {what}: [bold]{shown(found)}[/]")
        else:
            console.print(f"  [red]✗ {what}: {shown(found)} ≠ {shown(wanted)}[/]")
            self.differences.append(what)

    def refused(self, what: str, attempt: Callable[[], object], because: str) -> None:
        """An attempt that must be refused, and what the user is told, in both languages."""
        try:
            attempt()
        except JP20Error as error:
            as_expected = because in str(error)
            sign = "[green]✓[/]" if as_expected else "[red]✗[/]"
            console.print(f"  {sign} {what}: [yellow]拒否 / refused[/]")
            for text in (error.what, error.why):
                if text is not None:
                    console.print(f"      {text.ja}\n      [dim]{text.en}[/]")
        else:
            as_expected = False
            console.print(f"  [red]✗ {what}: 拒否されるべき操作が実行された / went through[/]")
        if not as_expected:
            self.differences.append(what)


# ---------------------------------------------------------------------------------------- chapters


def platform(story: Story) -> None:
    file = load_consortium(EXAMPLES / "consortium.toml")
    policy = load_policy(EXAMPLES / "governance.toml")
    founder = next(key for key in development_signers(30) if key.address == file.founder)
    with busy("配備しています / Deploying"):
        story.organisations = file.organisations
        story.deployment = deploy_platform(
            story.connection, founder, policy, file.organisations, story.folder / "deployment.json"
        )
    show(
        "参加組織 / Organisations",
        ("#番号 / no.", "名称 / name", "役割 / roles"),
        (
            (each.number, each.name, ", ".join(role.name for role in sorted(each.roles)))
            for each in story.session().members()
        ),
    )
    story.expect("組織 / organisations", len(story.session().members()), 14)
    console.print(
        f"  規則 {len(policy.acts)} 件で封印。設立者の鍵は以後無権限 /"
        f" Sealed with {len(policy.acts)} rules: the founder's key has no power any more."
    )


def whitelist(story: Story) -> None:
    story.investors = load_investors(INVESTORS)
    with busy("1,212 名を審査・登録しています / Registering"):
        outcomes = enrol(story.session(), story.investors, evidence_of("WL-2026-001", INVESTORS))
    show(
        "登録されなかった申込者 / Applicants who failed KYC",
        ("#行 / line", "項目 / field", "理由", "reason"),
        ((f.line, f.field, f.what.ja, f.what.en) for f in story.investors.faults),
    )
    story.expect("登録 / registered", len(outcomes.done), 1_200)
    story.expect("拒否 / refused", len(outcomes.refused), 12)
    show_steps(story.session(), outcomes.steps)


def issue(story: Story) -> None:
    sheet = load_term_sheet(TERM_SHEET)
    session = story.session()
    created = create_token(
        session, sheet, ISSUER, TRUST_BANK, evidence_of("CREATE-2026-001", TERM_SHEET)
    )
    story.token = created.token
    issued = issue_units(session, story.token, 30_000, evidence_of("ISSUE-2026-001", TERM_SHEET))
    console.print(f"  {sheet.terms.name} ({sheet.terms.code})  {story.token}")
    show_steps(session, created.decided.steps, "トークンの作成 / token created")
    show_steps(session, issued.decided.steps, "発行 / units issued")
    # 30,000 × ¥100,000 = ¥3,000,000,000
    story.expect("発行数量 / units issued", issued.units, 30_000)
    story.expect("発行総額(円) / yen", issued.units * sheet.terms.unit_price, 3_000_000_000)
    story.expect(
        "未配布 / undistributed", session.token(story.token).read(int, "undistributed"), 30_000
    )


def distribution(story: Story) -> None:
    allotments = load_allotments(ALLOTMENTS, story.investors)
    session = story.session()
    with busy("1,200 名へ配布しています / Delivering"):
        outcomes = distribute(
            session, story.token, allotments, evidence_of("AL-2026-001", ALLOTMENTS)
        )
    show_steps(session, outcomes.steps)
    # 1,100 × 20 + 80 × 50 + 20 × 200 = 22,000 + 4,000 + 4,000 = 30,000
    story.expect("配布先 / holders", len(outcomes.done), 1_200)
    story.expect("配布数量 / units delivered", sum(row.units or 0 for row in outcomes.done), 30_000)
    story.expect("未配布 / undistributed", session.token(story.token).read(int, "undistributed"), 0)


def sale(story: Story) -> None:
    seller, buyer = story.holder("K1-0001"), story.holder("K1-0002")
    done = transfer(story.session(), story.token, seller, buyer.address, 5)
    story.sale = done.transaction
    console.print(
        "  K1-0001 → K1-0002: 5 口。保有者自身の鍵で署名 / signed with the holder's own key"
    )
    story.expect("K1-0001", story.balance("K1-0001"), 15)  # 20 − 5
    story.expect("K1-0002", story.balance("K1-0002"), 25)  # 20 + 5


def lock_up(story: Story) -> None:
    session = story.session()
    holder, to = story.holder("K1-0003"), story.holder("K1-0004").address
    until = parse_time("2034-03-31")
    case = Evidence.of("LU-2026-001", b"Agreement with the holder")
    done = carry_out(
        session, restraints.lock_up(session, story.token, [(holder.address, 20)], until, case)
    )
    show_steps(session, done.steps)
    position = restraints.position(session, story.token, holder.address)
    story.expect("K1-0003 残高 / balance", position.balance, 20)
    story.expect("K1-0003 移転可能 / free", position.free, 0)
    reason = preview(session, story.token, holder.address, to, 1).reason
    story.expect("事前照会 / preview", reason.name, "LOCKED_UP")
    console.print(f"      {reason.text.ja}\n      [dim]{reason.text.en}[/]")
    story.refused(
        "K1-0003 → K1-0004: 1 口", lambda: transfer(session, story.token, holder, to, 1), "lock-up"
    )


def forced_transfer(story: Story) -> None:
    session = story.session()
    source, to = story.holder("K1-0003").address, story.holder("K1-0004").address
    case = Evidence.of("FT-2026-001", b"Order of the court")
    done = carry_out(session, enforce.force_transfer(session, story.token, source, to, 15, case))
    console.print(
        "  裁判所の命令。ロックアップ中の15口 K1-0003 → K1-0004 /"
        " A court's order: 15 units pass, though locked up."
    )
    show_steps(session, done.steps)
    story.expect("K1-0003", story.balance("K1-0003"), 5)  # 20 − 15
    story.expect("K1-0004", story.balance("K1-0004"), 35)  # 20 + 15


def chargeback(story: Story) -> None:
    console.print(
        f"  K1-0001 → K1-0002 の5口を取り消す。{BROKER}は当事者のため署名できない /"
        " The first sale is undone; the buyer's broker is a party and cannot sign."
    )
    case = Evidence.of(
        "CB-2026-001", b"Finding of the auditor: the sale was made with a stolen key"
    )
    everyone = story.session()
    party = everyone.organisation(BROKER).number
    original = enforce.find_original(everyone, story.token, story.sale).original
    story.refused(
        f"{AUDITOR}だけ / the auditor alone",
        lambda: reversal_of(
            carry_out(
                story.session(AUDITOR),
                enforce.reverse(
                    story.session(AUDITOR), story.token, original, case.excluding(party)
                ),
            )
        ),
        "stays without a signature",
    )
    done = reversal_of(
        carry_out(everyone, enforce.reverse(everyone, story.token, original, case.excluding(party)))
    )
    show_steps(everyone, done.decided.steps)
    story.expect("取消し / taken back", done.taken, 5)
    story.expect("不足 / shortfall", done.shortfall, 0)
    story.expect("K1-0001", story.balance("K1-0001"), 20)  # 15 + 5
    story.expect("K1-0002", story.balance("K1-0002"), 20)  # 25 − 5


def split(story: Story) -> None:
    session = story.session()
    case = Evidence.of("SP-2026-001", b"Resolution of the issuer")
    done = carry_out(session, lifecycle.split(session, story.token, 2, case))
    console.print(
        "  1口を2口に。全保有者に一取引で / 1 becomes 2, for all holders in one transaction"
    )
    show_steps(session, done.steps)
    story.expect("発行数量 / supply", session.token(story.token).read(int, "totalSupply"), 60_000)
    story.expect("K1-0001", story.balance("K1-0001"), 40)  # 20 × 2
    story.expect("K1-0003", story.balance("K1-0003"), 10)  # 5 × 2
    story.expect("K1-0004", story.balance("K1-0004"), 70)  # 35 × 2


def emergency_stop(story: Story) -> None:
    session = story.session()
    show_steps(session, carry_out(session, emergency.halt(session)).steps)
    console.print("  一つの鍵で全停止 / One key stopped everything.")
    seller, to = story.holder("K1-0001"), story.holder("K1-0002").address
    story.refused(
        "K1-0001 → K1-0002: 10 口",
        lambda: transfer(session, story.token, seller, to, 10),
        "PLATFORM_HALTED",
    )
    case = Evidence.of("EM-2026-001", b"All clear")
    # No software proposes what its organisations cannot carry; here the chain itself is asked.
    operator = story.key(OPERATOR)
    resumption = [session.platform.call("resume", emergency.platform_status(session).since)]
    decision = requests.propose(session, operator, resumption, case).decision
    requests.sign(session, story.key(AUDITOR), decision.request.id)
    story.refused(
        f"再開: {OPERATOR}と{AUDITOR}のみ / the operator and one organisation",
        lambda: executed(session, operator, decision),
        "The signature in slot",
    )
    resumed = carry_out(
        story.session(OPERATOR, AUDITOR, TRUST_BANK, BROKER),
        emergency.resume(story.session(OPERATOR, AUDITOR, TRUST_BANK, BROKER), case),
    )
    console.print("  運営者と三組織で再開 / The operator and three organisations resume it.")
    show_steps(session, resumed.steps)
    story.expect("停止中 / halted", str(emergency.platform_status(session).halted), "False")
    transfer(session, story.token, seller, to, 10)
    story.expect("K1-0001", story.balance("K1-0001"), 30)  # 40 − 10
    story.expect("K1-0002", story.balance("K1-0002"), 50)  # 40 + 10


def final_register(story: Story) -> None:
    with busy("イベントから原簿を再構成しています / Rebuilding the register from the events"):
        found = report(story.session(), story.token)
    holders = found.register.holders()
    largest = sorted(holders.items(), key=lambda held: (-held[1], held[0]))[:3]
    named = [(reference, story.holder(reference).address) for reference in WATCHED]
    show(
        f"原簿の一部 / From the register, block {found.block}",
        ("投資家", "ウォレット / wallet", "#口数 / units"),
        [
            *(("", wallet, units) for wallet, units in largest),
            *((reference, wallet, holders[wallet]) for reference, wallet in named),
        ],
    )
    # Nobody sold all: 1,200 holders. 30,000 × 2 = 60,000 units, none with the issuer.
    story.expect("保有者 / holders", len(holders), 1_200)
    story.expect("保有口数の合計 / units held", sum(holders.values()), 60_000)
    story.expect("発行数量 / supply", found.register.supply, 60_000)
    story.expect("未配布 / undistributed", found.register.undistributed, 0)
    # 1,200 deliveries, 1 issue, 2 transfers, 1 forced, 1 reversal, 1 split
    story.expect("記録 / entries of the history", len(found.register.history), 1_206)
    story.expect("チェーンとの差異 / differences to the chain", len(found.differences), 0)


WATCHED = ("K1-0001", "K1-0002", "K1-0003", "K1-0004")

CHAPTERS: tuple[tuple[str, Callable[[Story], None]], ...] = (
    ("コンソーシアムと基盤 / The consortium and the platform", platform),
    ("投資家の登録 / The whitelist", whitelist),
    ("発行 / The issue", issue),
    ("配布 / The distribution", distribution),
    ("移転 / A transfer", sale),
    ("ロックアップ / A lock-up", lock_up),
    ("強制移転 / A forced transfer", forced_transfer),
    ("チャージバック / A chargeback", chargeback),
    ("分割 / A split", split),
    ("緊急停止と再開 / The emergency stop and the resumption", emergency_stop),
    ("原簿 / The register", final_register),
)


def executed(session: Session, signer: Signer, decision: Decision) -> None:
    """Executes a request of one call; raises what the chain says against it."""
    (outcome,) = requests.execute(session, signer, decision)
    if outcome.refusal is not None:
        raise outcome.refusal


def shown(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value


@contextmanager
def busy(what: str) -> Iterator[None]:
    """A spinner where there is a terminal, else a line."""
    if not console.is_terminal:
        console.print(f"{what} …")
        yield
        return
    with console.status(f"{what} …"):
        yield


if __name__ == "__main__":
    main()
