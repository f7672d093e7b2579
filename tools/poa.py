"""`make poa`: JP20 on a chain of four organisations, and what becomes of it when validators fail.

Four validators of four organisations run on this machine (geth, Clique; S8). The platform is
deployed through all four nodes, the three stories of the requirements are told on it, and then a
distribution to 5,000 holders goes on with one validator killed, waits with two killed, and is
completed, each holder once, when they are back. What is seen is compared with what was worked out
by hand; where it differs the exit code is 1. Whatever was started is stopped, also by Ctrl-C.
"""

import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak
from rich.panel import Panel

from jp20.chain.contracts.errors import Refused
from jp20.chain.rpc.connection import connect
from jp20.domain.base.addresses import address_of
from jp20.domain.base.roles import Role
from jp20.domain.governance.assignment import NotEnoughOrganisations
from jp20.domain.governance.consortium_file import ConsortiumFile
from jp20.domain.governance.evidence import Evidence
from jp20.domain.plans.outcomes import Outcomes
from jp20.domain.token.reasons import Reason
from jp20.network.check import check_network, is_sound
from jp20.network.findings import Level
from jp20.network.validators import role_holders, validators
from jp20.operations.files.inputs import (
    evidence_of,
    load_allotments,
    load_consortium,
    load_investors,
    load_term_sheet,
)
from jp20.operations.governance import emergency
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.decide import decide
from jp20.operations.plans.plan import distribute, enrol
from jp20.operations.register.report import report
from jp20.operations.session import Session, open_session
from jp20.operations.token import lifecycle
from jp20.operations.token.issue import create_token, issue_units
from jp20.operations.token.transfer import preview, transfer
from jp20.scripting import console, script, show, show_steps
from poa_network import PoaNetwork, PoaNode, wait_until

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "scripts"))
import demo  # noqa: E402
from demo import AUDITOR, BROKER, EXAMPLES, ISSUER, OPERATOR, TRUST_BANK, Story, busy  # noqa: E402

GAS_LIMIT = 30_000_000
"""Of a block here: four batches of 250 deliveries, so that a distribution takes several blocks."""

BOND = EXAMPLES / "term-sheets" / "qualified-bond.toml"
BOND_INVESTORS = EXAMPLES / "qualified-bond" / "investors.csv"
BOND_ALLOTMENTS = EXAMPLES / "qualified-bond" / "allotments.csv"

HOLDERS, EACH = 5_000, 6
TOKEN = "JP20-RE-0002"  # noqa: S105


@dataclass
class Run:
    """The network, and the story that is told on it."""

    network: PoaNetwork
    story: Story
    distribution: Outcomes | None = None

    @property
    def session(self) -> Session:
        return self.story.session()


@script
def main() -> None:
    started = time.monotonic()
    console.print(
        Panel(
            "[bold]JP20  4組織の検証ノードによるチェーン[/]\n"
            "[bold]A chain of four organisations' validators[/]\n\n"
            "3つのストーリーを実行した後、配布の途中で検証ノードを停止させます。\n"
            "The three stories, then a distribution during which validators are killed.",
            expand=False,
        )
    )
    consortium = load_consortium(EXAMPLES / "consortium.toml")
    with tempfile.TemporaryDirectory(prefix="jp20-poa-") as folder:
        network = PoaNetwork(validating(consortium), gas_limit=GAS_LIMIT)
        try:
            with busy("4つの検証ノードを起動しています / Starting four validators"):
                network.set_up()
                network.start()
            run = Run(network, Story(connect(network.network()), Path(folder)))
            for number, (title, chapter) in enumerate(CHAPTERS, 1):
                passed = f"{time.monotonic() - started:.0f} s"
                console.print()
                console.rule(
                    f"[bold]{number}  {title}[/]  [dim]{passed}[/]", align="left", style="dim"
                )
                chapter(run)
        finally:
            network.stop()
    console.print()
    console.print(f"{time.monotonic() - started:.0f} 秒 / seconds")
    if run.story.differences:
        listed = ", ".join(run.story.differences)
        console.print(f"[red]照合できない項目 / Not as worked out: {listed}[/]")
        raise SystemExit(1)
    console.print("[green]すべて照合できました / Everything is as worked out by hand.[/]")


def validating(consortium: ConsortiumFile) -> list[str]:
    return [each.name for each in consortium.organisations if Role.VALIDATOR in each.roles]


# ---------------------------------------------------------------------------------------- chapters


def the_network(run: Run) -> None:
    show_validators(run)
    run.story.expect("検証ノード / validators", len(run.network.nodes), 4)
    run.story.expect("組織 / organisations", len({n.organisation for n in run.network.nodes}), 4)
    run.story.expect("一つのチェーン / one chain", is_one_chain(run.network), "True")


def told_in_demo(chapter: Callable[[Story], None]) -> Callable[[Run], None]:
    """A chapter of story 1, as `make demo` tells it."""
    return lambda run: chapter(run.story)


def bond(run: Run) -> None:
    """Story 2: 200 units at ¥10 m among qualified institutions, to maturity."""
    session, story = run.session, run.story
    sheet = load_term_sheet(BOND)
    # Real time cannot be moved on: the bond of this run matures as soon as it is sold.
    maturity = session.now() + 60
    sheet = replace(sheet, terms=replace(sheet.terms, maturity=maturity))
    code = sheet.terms.code
    first, second, general = (story.holder(f"B1-000{number}") for number in (1, 2, 9))
    investors = load_investors(BOND_INVESTORS)
    with busy("債券を発行・配布しています / Issuing and delivering the bond"):
        enrol(session, investors, evidence_of("WL-2026-002", BOND_INVESTORS))
        create_token(session, sheet, ISSUER, TRUST_BANK, evidence_of("CREATE-2026-002", BOND))
        issue_units(session, code, 200, evidence_of("ISSUE-2026-002", BOND))
        allotments = load_allotments(BOND_ALLOTMENTS, investors)
        distribute(session, code, allotments, evidence_of("AL-2026-002", BOND_ALLOTMENTS))
    story.refused(
        "適格機関投資家以外へ5口 / 5 units to a general investor",
        lambda: transfer(session, code, second, general.address, 5),
        "RECIPIENT_CLASS",
    )
    transfer(session, code, second, first.address, 5)
    token = session.token(code)
    story.expect("B1-0001", token.read(int, "balanceOf", first.address), 65)  # 60 + 5
    story.expect("B1-0002", token.read(int, "balanceOf", second.address), 35)  # 40 − 5
    with busy("償還期日を待っています / Waiting for maturity"):
        wait_until(lambda: session.now() >= maturity, "maturity", 120)
    redeemed = carry_out(
        session,
        lifecycle.redeem_at_maturity(session, code, Evidence.of("RD-2026-001", b"At maturity")),
    )
    story.expect("償還 / redeemed", sum(row.units for row in redeemed.done), 200)
    found = report(session, code)
    story.expect("発行数量 / supply", found.register.supply, 0)
    # 1 issue, 7 deliveries, 1 sale, 7 redemptions
    story.expect("記録 / entries of the history", len(found.register.history), 16)


def emergency_of_42(run: Run) -> None:
    """Story 3: one key halts 42 tokens; the operator and three organisations resume them."""
    session, story = run.session, run.story
    sheet = load_term_sheet(demo.TERM_SHEET)
    issuer, registrar = (session.organisation(name).number for name in (ISSUER, TRUST_BANK))
    there = len(session.tokens())
    with busy("42トークンまで作成しています / Making tokens until there are 42"):
        creations = [
            session.platform.call(
                "createToken",
                1,
                replace(sheet.terms, code=f"JP20-EM-{number:04d}", symbol=f"EM{number}"),
                issuer,
                registrar,
            )
            for number in range(there + 1, 43)
        ]
        decide(session, creations, Evidence.of("CREATE-2026-042", b"Resolution of the issuer"))
    story.expect("トークン / tokens", len(session.tokens()), 42)
    show_steps(session, carry_out(session, emergency.halt(session)).steps)
    seller, to = story.holder("K1-0001").address, story.holder("K1-0002").address
    reasons = Counter(preview(session, each, seller, to, 1).reason for each in session.tokens())
    halted = reasons[Reason.PLATFORM_HALTED] + reasons[Reason.TOKEN_MATURED]
    story.expect("停止したトークン / tokens that refuse", halted, 42)
    few = story.session(OPERATOR, AUDITOR)
    case = Evidence.of("EM-2026-042", b"All clear")
    try:
        carry_out(few, emergency.resume(few, case))
    except (NotEnoughOrganisations, Refused):
        console.print(
            "  [green]✓[/] 運営者と1組織では再開不可 / Two organisations do not resume it"
        )
    else:
        story.differences.append("resume by two")
    carry_out(
        story.session(OPERATOR, AUDITOR, TRUST_BANK, BROKER),
        emergency.resume(story.session(OPERATOR, AUDITOR, TRUST_BANK, BROKER), case),
    )
    story.expect("停止中 / halted", str(emergency.platform_status(session).halted), "False")


def prepare_distribution(run: Run) -> None:
    """5,000 more investors, and a token of 30,000 units for them."""
    session, story = run.session, run.story
    people, allotments = story.folder / "investors.csv", story.folder / "allotments.csv"
    write_investors(people, allotments)
    sheet = load_term_sheet(demo.TERM_SHEET)
    sheet = replace(sheet, terms=replace(sheet.terms, code=TOKEN, symbol="RE2"))
    with busy("5,000 名を登録しています / Registering 5,000 investors"):
        done = enrol(session, load_investors(people), evidence_of("WL-2026-003", people))
    story.expect("登録 / registered", len(done.done), HOLDERS)
    create_token(session, sheet, ISSUER, TRUST_BANK, evidence_of("CREATE-2026-003", people))
    issue_units(session, TOKEN, HOLDERS * EACH, evidence_of("ISSUE-2026-003", people))
    story.expect(
        "未配布 / undistributed", session.token(TOKEN).read(int, "undistributed"), HOLDERS * EACH
    )


def one_killed_then_two(run: Run) -> None:
    """The distribution runs, while its validators are killed."""
    story, network = run.story, run.network
    allotments = story.folder / "allotments.csv"
    file = load_allotments(allotments, load_investors(story.folder / "investors.csv"))
    first, second, *rest = network.nodes
    watching = open_session(connect(network.network(rest)), story.deployment, [])
    token = watching.token(TOKEN)
    failed: list[BaseException] = []

    def carry_out() -> None:
        try:
            with desk_with_outbox(run) as session:
                run.distribution = distribute(
                    session, TOKEN, file, evidence_of("AL-2026-003", allotments)
                )
                see_it_final(session)
        except BaseException as error:
            failed.append(error)

    def undistributed() -> int:
        return token.read(int, "undistributed")

    distributing = threading.Thread(target=carry_out, daemon=True)
    distributing.start()
    whole = undistributed()
    wait_until(lambda: undistributed() < whole, "the first deliveries", 120, 0.05)
    left = undistributed()
    first.kill()
    told(run, f"{first.organisation} の検証ノードを強制終了 / {first.organisation}: killed", left)
    took = wait_until(lambda: undistributed() < left, "deliveries go on", 60, 0.05)
    left = undistributed()
    told(run, f"3台で続行({took:.1f} 秒後)/ goes on with three, after {took:.1f} s", left)
    second.kill()
    told(run, f"{second.organisation} の検証ノードも強制終了 / {second.organisation}: killed", left)
    stopped = standing_still(rest)
    left = undistributed()
    story.expect("途中で停止 / stopped in the middle", str(0 < left < whole), "True")
    told(run, f"ブロック {stopped:,} で停止 / stands still at block {stopped:,}", left)
    for finding in check_network(network.file, network.folder):
        if finding.level is Level.FAULT and finding.check in ("blocks", "reachable"):
            console.print(f"      [yellow]{finding.what.ja}[/] [dim]{finding.what.en}[/]")
    story.expect("送信側は待機中 / the sender waits", str(distributing.is_alive()), "True")
    for node in (second, first):
        node.start()
    for node in (second, first):
        node.wait_until_it_answers()
    took = wait_until(lambda: undistributed() < left, "deliveries go on", 120, 0.05)
    back = f"両組織が復旧、{took:.1f} 秒後に再開 / both back, goes on after {took:.1f} s"
    told(run, back, undistributed())
    distributing.join(180)
    if failed:
        raise failed[0]


def each_once(run: Run) -> None:
    """Everybody has exactly what was allotted, by every node's register, and it is one chain."""
    story, network = run.story, run.network
    done = run.distribution
    story.expect("配布先 / delivered to", len(done.done) if done else 0, HOLDERS)
    story.expect("拒否 / refused", len(done.refused) if done else -1, 0)
    newest = max(network.heads())
    wait_until(lambda: min(network.heads()) >= newest, "all nodes have all blocks", 120)
    wait_until(network.is_connected, "all are connected", 120)
    story.expect("一つのチェーン / one chain", is_one_chain(network), "True")
    registers = set()
    for node in network.nodes:
        chain = connect(network.network([node]))
        chain.require_block(newest)
        found = report(open_session(chain, story.deployment, []), TOKEN)
        holders = found.register.holders()
        registers.add(keccak(repr(sorted(holders.items())).encode()))
        exact = sum(units == EACH for units in holders.values())
        # 5,000 × 6 = 30,000 units, each holder once
        story.expect(f"{node.organisation}: {EACH} 口の保有者 / holders of {EACH}", exact, HOLDERS)
        story.expect(f"{node.organisation}: 差異 / differences", len(found.differences), 0)
    story.expect("4台の原簿が一致 / the same register at all four", len(registers), 1)
    show_validators(run)
    findings = check_network(network.file, network.folder, holders=role_holders(run.session))
    for finding in findings:
        if finding.level is Level.FAULT:
            console.print(f"      [red]{finding.node or ''} {finding.what.en}[/]")
    story.expect("jp20 network check", "sound" if is_sound(findings) else "fault", "sound")


CHAPTERS: tuple[tuple[str, Callable[[Run], None]], ...] = (
    ("4組織のネットワーク / The network of four organisations", the_network),
    *((title, told_in_demo(chapter)) for title, chapter in demo.CHAPTERS),
    ("適格機関投資家向け債券 / A qualified-institution bond", bond),
    ("42トークンの緊急停止 / An emergency of 42 tokens", emergency_of_42),
    ("5,000名への配布の準備 / 5,000 more investors", prepare_distribution),
    ("配布の途中で検証ノードが停止 / Validators killed during a distribution", one_killed_then_two),
    ("復旧後の照合 / After all are back", each_once),
)


# ------------------------------------------------------------------------------------------ inside


def desk_with_outbox(run: Run) -> Session:
    """All organisations' keys, and what is sent kept in a folder."""
    story = run.story
    connection = connect(run.network.network())
    signers = [*story.session().signers.values()]
    outbox = story.folder / "outbox"
    return open_session(connection, story.deployment, signers, outbox=outbox)


def see_it_final(session: Session) -> None:
    """A block that is not final may be replaced by one without what was in it: it is sent again."""
    while any(session.sender(key).outbox.not_final() for key in session.signers.values()):
        session.settle()
        time.sleep(1)


def is_one_chain(network: PoaNetwork) -> str:
    """Two may seal at the same time; which block stays is settled with the next one or two."""
    try:
        wait_until(network.is_one_chain, "one chain", 60)
    except TimeoutError:
        return "False"
    return "True"


def standing_still(nodes: list[PoaNode]) -> int:
    """The block after which none came for ten seconds. TimeoutError where they go on coming."""
    seen: dict[str, Any] = {"block": -1, "since": time.monotonic()}

    def still() -> bool:
        newest = max(node.head()[0] for node in nodes)
        if newest != seen["block"]:
            seen.update(block=newest, since=time.monotonic())
        return time.monotonic() - seen["since"] > 10

    wait_until(still, "no block comes", 60)
    return int(seen["block"])


def told(run: Run, what: str, left: int) -> None:
    delivered = HOLDERS - left // EACH
    up = len(run.network.running)
    console.print(f"  {what}  [dim]{up}/4 稼働 up, {delivered:,}/{HOLDERS:,} 配布済み delivered[/]")


def show_validators(run: Run) -> None:
    show(
        "検証者 / Validators",
        (
            "組織 / organisation",
            "ノード / node",
            "検証者 / validator",
            "#最終ブロック / last block",
        ),
        (
            (each.organisation, each.node, each.address, each.last if each.last else "-")
            for each in validators(run.network.file, run.network.nodes[-1].operator)
        ),
    )


def write_investors(people: Path, allotments: Path) -> None:
    """Made-up individuals, whose wallets nobody has the keys of."""
    columns = (EXAMPLES / "real-estate" / "investors.csv").read_text("utf-8-sig").splitlines()[0]
    registered, allotted = [columns], ["顧客番号,数量"]
    for number in range(1, HOLDERS + 1):
        reference = f"P1-{number:04d}"
        wallet = address_of(keccak(f"JP20 poa {number}".encode())[12:])
        registered.append(f"{reference},架空 {number},{wallet},general,resident,2035-09-30,")
        allotted.append(f"{reference},{EACH}")
    people.write_text("\n".join(registered) + "\n", encoding="utf-8")
    allotments.write_text("\n".join(allotted) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
