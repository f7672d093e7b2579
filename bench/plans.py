"""What a row of a plan costs in plans of many rows: microseconds, and bytes of memory at the most.

    python -m bench.plans [ROWS …]     by default 1,000, 10,000 and 100,000

Writes bench/results/plans.json. The time is taken without the measuring of memory, which slows it.
"""

import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.rows import JP20, Row, write
from jp20.chain.local import LocalChain
from jp20.chain.rpc.connection import Connection
from jp20.chain.signing.signers import development_signers
from jp20.domain.base.addresses import address_of
from jp20.domain.governance.evidence import Evidence
from jp20.domain.investors.investors import parse_investors
from jp20.domain.plans.allotments import parse_allotments
from jp20.domain.plans.plan import Plan, plan_from_json, plan_to_json
from jp20.operations.files.inputs import load_consortium, load_policy
from jp20.operations.governance.platform import deploy_platform
from jp20.operations.plans.plan import prepare_distribution, prepare_whitelist
from jp20.operations.session import Session
from jp20.testing import PlatformForTests, TokenForTests

ROWS: Final = (1_000, 10_000, 100_000)

_FIRST: Final = 0xB0000
_EXAMPLES: Final = Path(__file__).resolve().parents[1] / "examples"
_EVIDENCE: Final = Evidence.of("PLAN-1", b"looked at")
_HEAD: Final = "investor,wallet,class,residency,kyc_expiry,class_expiry\n"


def measure(counts: Sequence[int]) -> list[Row]:
    """Plans of each number of rows: of investors who are new, and of allotments to them."""
    found: list[Row] = []
    for count in counts:
        with LocalChain("anvil") as connection, tempfile.TemporaryDirectory() as folder:
            platform = _platform(connection, Path(folder))
            wallets = [address_of(number << 8) for number in range(_FIRST, _FIRST + count)]
            token = platform.create_token(cap=count)
            token.issue(count)
            found += _costs(platform, "whitelist plan", count, _whitelist(wallets))
            platform.enrol(*wallets)
            found += _costs(platform, "distribute plan", count, _distribution(token, wallets))
    return found


def _platform(connection: Connection, folder: Path) -> PlatformForTests:
    founding = load_consortium(_EXAMPLES / "consortium.toml")
    keys = {key.address: key for key in development_signers(30)}
    deployment = deploy_platform(
        connection,
        keys[founding.founder],
        load_policy(),
        founding.organisations,
        folder / "deployment.json",
    )
    return PlatformForTests(connection, deployment)


def _whitelist(wallets: Sequence[str]) -> Callable[[Session], Plan]:
    rows = "".join(f"{each},{each},general,resident,2040-03-31,\n" for each in wallets)
    content = (_HEAD + rows).encode()
    return lambda session: prepare_whitelist(
        session, parse_investors(content, "investors.csv", session.now()), _EVIDENCE
    )


def _distribution(token: TokenForTests, wallets: Sequence[str]) -> Callable[[Session], Plan]:
    content = ("wallet,units\n" + "".join(f"{each},1\n" for each in wallets)).encode()
    return lambda session: prepare_distribution(
        session, token.address, parse_allotments(content, "allotments.csv"), _EVIDENCE
    )


def _costs(
    platform: PlatformForTests, name: str, count: int, prepare: Callable[[Session], Plan]
) -> Iterator[Row]:
    """From the file's bytes to the plan's file, and back from that."""

    def once() -> Plan:
        with platform.session() as session:
            return plan_from_json(plan_to_json(prepare(session)), "plan.json")

    begun = time.perf_counter()
    planned = sum(len(each.rows) for each in once().decisions)
    seconds = time.perf_counter() - begun
    if planned != count:
        raise RuntimeError(f"{planned} of {count} rows are planned")
    tracemalloc.start()
    try:
        once()
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    after = f"{name} of {count:,} rows"
    yield Row(f"{after}, a row", JP20, round(seconds * 1e6 / count), unit="µs")
    yield Row(f"{after}, memory a row", JP20, round(most / count), unit="bytes")


def main() -> None:
    measured = measure([int(each) for each in sys.argv[1:]] or ROWS)
    for row in measured:
        print(f"{row.name}: {row.value:,} {row.unit}")
    print(write("plans.json", measured))


if __name__ == "__main__":
    main()
