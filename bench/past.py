"""What a look at the chain costs after requests that others made: RPC calls and milliseconds.

    python -m bench.past [REQUESTS …]     by default 0, 100 and 5,000

Writes bench/results/past.json. That the calls do not grow with the requests is held by
tests/integration/operations/test_operations_history.py.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from bench.rows import JP20, Row, write
from jp20.chain.local import LocalChain
from jp20.chain.signing.signers import development_signers
from jp20.domain.base.roles import Role
from jp20.domain.governance.evidence import Evidence
from jp20.domain.investors.investors import parse_investors
from jp20.domain.plans.allotments import parse_allotments
from jp20.operations.files.inputs import load_consortium, load_policy
from jp20.operations.governance import requests
from jp20.operations.governance.emergency import platform_status
from jp20.operations.governance.platform import deploy_platform
from jp20.operations.plans.plan import prepare_distribution, prepare_whitelist
from jp20.operations.register.decisions import decisions_of
from jp20.operations.register.report import read_register, report
from jp20.operations.session import Session
from jp20.testing import PlatformForTests, TokenForTests

REQUESTS: Final = (0, 100, 5_000)

_EXAMPLES: Final = Path(__file__).resolve().parents[1] / "examples"
_PART: Final = 250
_WALLETS: Final = [f"0x{number:04x}{'0' * 36}" for number in range(0xA000, 0xA014)]


def measure(counts: Sequence[int]) -> list[Row]:
    """Each look, after each number of requests."""
    with LocalChain("anvil") as connection, tempfile.TemporaryDirectory() as folder:
        founding = load_consortium(_EXAMPLES / "consortium.toml")
        keys = {key.address: key for key in development_signers(30)}
        file = Path(folder) / "deployment.json"
        deployment = deploy_platform(
            connection, keys[founding.founder], load_policy(), founding.organisations, file
        )
        platform = PlatformForTests(connection, deployment)
        platform.enrol(*_WALLETS)
        token = platform.create_token()
        for wallet in _WALLETS[:5]:
            token.deliver(wallet, 100)
        found: list[Row] = []
        made = 0
        for count in sorted(counts):
            _propose(platform, token, made, count)
            made = count
            found += _looks(platform, token, count)
        return found


def _propose(platform: PlatformForTests, token: TokenForTests, first: int, last: int) -> None:
    """Requests of somebody else, each under a case of its own."""
    with platform.session() as session:
        issuer = next(each for each in session.members() if Role.ISSUER in each.roles)
        sender = session.sender(session.signers[issuer.keys[0]])
        call = session.token(token.address).call("issue(uint256)", 1)
        for start in range(first, last, _PART):
            cases = range(start, min(start + _PART, last))
            decisions = [
                requests.prepare(session, [call], Evidence.of(f"OTHER-{case}", b"other"))
                for case in cases
            ]
            sender.send_all(
                [
                    session.consortium.call(
                        "propose", each.request.fields, requests.NO_SLOT, each.published_data
                    )
                    for each in decisions
                ]
            )


def _looks(platform: PlatformForTests, token: TokenForTests, count: int) -> list[Row]:
    allotments = parse_allotments(
        ("wallet,units\n" + "".join(f"{each},10\n" for each in _WALLETS[5:])).encode(), "a.csv"
    )
    head = "investor,wallet,class,residency,kyc_expiry,class_expiry\n"
    rows = [f"{each},{each},general,resident,2040-03-31,\n" for each in _WALLETS]
    investors = parse_investors((head + "".join(rows)).encode(), "i.csv", 0)
    evidence = Evidence.of("LOOK-1", b"looked at")
    with platform.session() as session:
        moved = read_register(session, token.address).history[-1].at.transaction
        asked = next(iter(requests.proposals(session, target=token.address)))
    looks: dict[str, Callable[[Session], object]] = {
        "distribute plan": lambda session: prepare_distribution(
            session, token.address, allotments, evidence
        ),
        "whitelist plan": lambda session: prepare_whitelist(session, investors, evidence),
        "register show": lambda session: report(session, token.address),
        "register decision": lambda session: decisions_of(session, token.address, moved),
        "requests list": lambda session: requests.list_requests(session, _is_under_way(session)),
        "requests show": lambda session: requests.show_request(session, asked),
        "status": platform_status,
    }
    found: list[Row] = []
    for name, look in looks.items():
        calls, milliseconds = _cost(platform, look)
        after = f"{name}, after {count:,} requests of others"
        found += [Row(after, JP20, calls, unit="calls"), Row(after, JP20, milliseconds, unit="ms")]
    return found


def _is_under_way(session: Session) -> Callable[[requests.Proposal], bool]:
    """As `jp20 requests list` asks, where no state is named."""
    now = session.now()

    def under_way(proposal: requests.Proposal) -> bool:
        rule = requests.required_rule(proposal.request.rule, "")
        return now < proposal.at.time + rule.lifetime

    return under_way


def _cost(platform: PlatformForTests, look: Callable[[Session], object]) -> tuple[int, int]:
    """JSON-RPC calls and milliseconds of a session that has read nothing yet."""
    nodes: Any = platform.connection._nodes
    ask, calls = nodes.ask, [0]

    def counted(asked: Sequence[Any], lane: Any = None) -> Any:
        calls[0] += len(asked)
        return ask(asked, lane)

    nodes.ask = counted
    try:
        with platform.session() as session:
            begun = time.perf_counter()
            look(session)
            return calls[0], round((time.perf_counter() - begun) * 1000)
    finally:
        nodes.ask = ask


def main() -> None:
    measured = measure([int(each) for each in sys.argv[1:]] or REQUESTS)
    for row in measured:
        print(f"{row.name}: {row.value:,} {row.unit}")
    print(write("past.json", measured))


if __name__ == "__main__":
    main()
