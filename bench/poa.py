"""JP20 on four validators of four organisations, beside a plain ERC-20, all on this machine: how
fast, how soon, and how soon again after validators were lost. `make bench-poa` runs it.

Four geth nodes (Clique, a block a second, no fees) and the client share the machine's cores, so
that a figure says what this machine can do; what counts is the ratio in one run. Prints a table and
writes bench/results/poa.json.
"""

import argparse
import math
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from eth_typing import ChecksumAddress
from rich.console import Console
from rich.table import Table

from bench import rows
from bench.crowd import Calls, Crowd, Sent, push
from bench.poa_world import (
    HOLDERS,
    ROWS,
    SIGNERS,
    PlainToken,
    World,
    dispersed,
    seconds_of,
    set_up,
    set_up_plain,
)
from bench.rows import JP20, PLAIN, Row
from jp20.chain.contracts.contract import Contract
from jp20.chain.local import stop_on_signals
from jp20.chain.rpc.connection import Connection, connect
from jp20.operations.plans.plan import apply_plan

sys.path.append(str(Path(__file__).resolve().parent.parent / "tools"))
from poa_network import PoaNetwork, PoaNode, wait_until

LARGE_BLOCK: Final = 200_000_000
SMALL_BLOCK: Final = 32_000_000
"""Gas of a block that four validators can execute in a second on two cores. Four calls of 250 rows
fit, which use 7.4 M each and are given 9.6 M; into 30 M three would, and a quarter stay empty.
"""

PERIOD: Final = 1  # seconds between blocks
ROUNDS: Final = 5  # of what is compared, taken in turn; the median counts
TRANSFERS: Final = 500  # by each signer in a round
BATCHES: Final = 5  # by each signer in a round
GAS: Final = 80_000  # given to a transfer; it needs 47,000, and to a new holder 64,000
BURST: Final = 2_000
AT_ONCE: Final = 100  # transfers that a signer has under way while it keeps on sending
SOAK: Final = 600  # seconds
MINUTE: Final = 60.0
WATCHED: Final = 10.0  # seconds after a validator was killed
BEHIND: Final = 30.0  # seconds in which a validator catches up
PAIRS: Final = ((0, 1), (2, 3))

LEAST: Final = f"{PLAIN}, signed and pushed, nothing else"
SMALL: Final = f"of {SMALL_BLOCK // 10**6} M gas"
LARGE: Final = f"of {LARGE_BLOCK // 10**6} M gas"


def main() -> None:
    parser = argparse.ArgumentParser(description="JP20 on four validators")
    parser.add_argument(
        "--soak", type=int, default=SOAK, metavar="SECONDS", help=f"keep on sending ({SOAK})"
    )
    soak = parser.parse_args().soak
    stop_on_signals()
    measured: list[Row] = []
    try:
        in_large_blocks(measured, soak)
        in_small_blocks(measured)
    finally:  # what was measured before something failed is shown
        Console(width=None if sys.stdout.isatty() else 150).print(table(measured))
    print(f"Written to {rows.write('poa.json', measured)}.")


def in_large_blocks(measured: list[Row], soak: int) -> None:
    """All but one, on one network."""
    with PoaNetwork(gas_limit=LARGE_BLOCK) as network, folder() as place:
        world = set_up(connect(network.network()), place, told)
        measured += distribution(world, LARGE_BLOCK, LARGE, is_bound_by_gas=False)
        make_whole(network)
        plain = set_up_plain(world, told)
        measured.append(_milliseconds(_delivered(LARGE), plain.seconds, system=PLAIN))
        crowd = Crowd(world.connection, world.signers, place / "holders")
        measured += singles(network, world, plain, crowd)
        measured += batches(network, world, plain, crowd)
        make_whole(network)
        measured += burst(world, crowd)
        make_whole(network)
        measured += keep_on(world, crowd, soak)
        crowd.close()
        measured += losses(network)


def in_small_blocks(measured: list[Row]) -> None:
    """A distribution where full blocks are what takes the time."""
    with PoaNetwork(gas_limit=SMALL_BLOCK) as network, folder() as place:
        world = set_up(connect(network.network()), place, told)
        measured += distribution(world, SMALL_BLOCK, SMALL, is_bound_by_gas=True)


def table(measured: Sequence[Row]) -> Table:
    found = Table(
        title="JP20 on four validators (geth 1.13.15, Clique, a block a second), and the client, on"
        " one machine",
        title_justify="left",
    )
    found.add_column("")
    found.add_column("system")
    found.add_column("measured", justify="right")
    found.add_column("mark", justify="right")
    found.add_column("")
    for row in measured:
        value = f"{row.value:,} {row.unit}"
        found.add_row(row.name, row.system, value, row.shown_mark, row.shown_met)
    return found


# What is measured


def distribution(world: World, block_gas: int, blocks: str, *, is_bound_by_gas: bool) -> list[Row]:
    """A plan that one organisation carries out: 10,000 rows in calls of 250, proposed and signed by
    others. The mark counts where full blocks come in time.
    """
    told(f"a distribution to {HOLDERS:,} holders, blocks {blocks}")
    with world.session() as session:
        plan = world.distribution(session)
        began = time.time()
        done = apply_plan(session, plan)
        ended = time.time()
        if len(done.done) != HOLDERS:
            raise RuntimeError(f"{len(done.done)} were delivered to")
        transactions = {row.transaction for row in done.rows if row.transaction is not None}
        receipts = session.receipts(transactions).values()
        deliveries = [
            entry
            for key in session.signers.values()
            for entry in session.sender(key).outbox.in_blocks(
                max(r.block for r in receipts), HOLDERS
            )
            if entry.hash in transactions
        ]
    gas = sum(receipt.gas_used for receipt in receipts)
    most = 1.3 * PERIOD * gas / block_gas if is_bound_by_gas else None
    name = f"distribution to {HOLDERS:,} holders, blocks {blocks}"
    return [
        _milliseconds(_delivered(blocks), seconds_of(deliveries), most),
        _milliseconds(f"{name}: with comparing, proposing and signing", ended - began),
        Row(f"{name}: blocks", JP20, len({r.block for r in receipts}), unit="blocks"),
        Row(f"{name}: blocks that its gas fills", JP20, math.ceil(gas / block_gas), unit="blocks"),
    ]


def singles(network: PoaNetwork, world: World, plain: PlainToken, crowd: Crowd) -> list[Row]:
    """Transfers between holders, to the last receipt."""
    chain, keys = world.connection, world.signers

    def least(token: Contract) -> Callable[[], Sent]:
        return lambda: push(chain, keys, transfers(world, token, TRANSFERS), GAS)

    def sent(token: Contract, gas: int | None) -> Callable[[], Sent]:
        return lambda: crowd.send(transfers(world, token, TRANSFERS), gas)

    rate = single_organisation(
        network,
        "single transfers",
        {
            "least": least(plain.token),
            "plain": sent(plain.token, GAS),
            "jp20": sent(world.token, GAS),
            "jp20, tried": sent(world.token, None),
        },
    )
    name = f"single transfers by {SIGNERS} signers, to the last receipt"
    return [
        _rate(name, LEAST, rate["least"]),
        _rate(name, PLAIN, rate["plain"]),
        _rate(name, JP20, rate["jp20"]),
        _rate(f"{name}, each tried before", JP20, rate["jp20, tried"]),
        Row(
            "single transfers: share of the plain one by the same sender",
            JP20,
            round(100 * rate["jp20"] / rate["plain"]),
            85,
            "%",
            at_least=True,
        ),
    ]


def batches(network: PoaNetwork, world: World, plain: PlainToken, crowd: Crowd) -> list[Row]:
    """Transfers, each transaction with 300 of them."""
    ones = [1] * ROWS

    def plain_calls() -> Sent:
        return crowd.send(
            [
                [dispersed(plain.token, plain.disperse, to, ones) for to in mine]
                for mine in recipients_of_batches(world)
            ]
        )

    def jp20_calls() -> Sent:
        return crowd.send(
            [
                [world.token.call("batchTransfer", to, ones) for to in mine]
                for mine in recipients_of_batches(world)
            ]
        )

    rate = single_organisation(network, "batches", {"plain": plain_calls, "jp20": jp20_calls})
    name = f"transfers in batches of {ROWS} by {SIGNERS} signers"
    return [
        _rate(name, PLAIN, ROWS * rate["plain"]),
        _rate(name, JP20, ROWS * rate["jp20"], 2_000),
    ]


def burst(world: World, crowd: Crowd) -> list[Row]:
    """Transfers that are all given to their senders at once: how long each of them takes."""
    told(f"a burst of {BURST:,}")
    with heads(world.connection) as seen:
        began = time.monotonic()
        sent = crowd.send(transfers(world, world.token, BURST // SIGNERS), GAS)
        depth = world.connection.network.finality.depth
        last = max(receipt.block for receipt in sent.receipts) + depth
        wait_until(lambda: max(seen) >= last, "the last one is final")
    final = [
        min(at for head, at in seen.items() if head >= receipt.block + depth) - began
        for receipt in sent.receipts
    ]
    return [
        _milliseconds(f"burst of {BURST:,} transfers: {what}, {which}", of(times))
        for what, times in (
            ("until the receipt", sent.ended),
            (f"until final ({depth} blocks)", final),
        )
        for which, of in (("median", statistics.median), ("99th percentile", _percentile_99))
    ]


def keep_on(world: World, crowd: Crowd, seconds: int) -> list[Row]:
    """Sends for a long time, and accounts for every unit at the end."""
    told(f"transfers for {seconds} seconds")
    token, chain = world.token, world.connection
    wallets = [*(key.address for key in world.signers), *world.holders]
    before = balances(token, wallets, chain.block_number())
    nonces = [chain.next_nonce(key.address) for key in world.signers]
    given: list[Counter[ChecksumAddress]] = [Counter() for _ in world.signers]

    def next_calls(place: int) -> Sequence[ChecksumAddress]:
        first = sum(given[place].values())
        to = [_recipient(world, place, first + i) for i in range(AT_ONCE)]
        given[place].update(to)
        return to

    ended = crowd.keep_sending(
        lambda place: [token.call("transfer", to, 1) for to in next_calls(place)], seconds, GAS
    )
    last = chain.block_number()
    wait_until(lambda: chain.final_block() >= last, "the last one is final")
    after = balances(token, wallets, last)
    expected = Counter(before)
    for key, mine in zip(world.signers, given, strict=True):
        expected.update(mine)
        expected[key.address] -= mine.total()
    used = [
        chain.next_nonce(key.address) - first
        for key, first in zip(world.signers, nonces, strict=True)
    ]
    sent = [mine.total() for mine in given]
    wrong = sum(abs(expected[wallet] - after[wallet]) for wallet in wallets)
    wrong += sum(abs(a - b) for a, b in zip(used, sent, strict=True)) + abs(len(ended) - sum(sent))
    wrong += sum(len(sender.outbox.unfinished()) for sender in crowd.senders)
    minutes = max(1, int(seconds // MINUTE))
    span = seconds / minutes
    by_minute = Counter(int(at // span) for at in ended)
    slowest = min(by_minute[minute] for minute in range(minutes)) / span
    name = f"single transfers kept up for {seconds} s"
    return [
        Row(f"{name}: transfers", JP20, len(ended), unit="transfers"),
        _rate(f"{name}: the slowest minute", JP20, slowest, 150),
        Row(f"{name}: lost, doubled or unaccounted for", JP20, wrong, 0, "units"),
    ]


def losses(network: PoaNetwork) -> list[Row]:
    """Each validator is killed once; then twice two of them, of whom one comes back."""
    longest, back = [], []
    make_whole(network)
    for node in network.nodes:
        told(f"{node.name} is killed")
        rest = [each for each in network.nodes if each is not node]
        node.kill()
        longest.append(longest_wait(rest, WATCHED))
        restart(network, [node])
    for first, second in PAIRS:
        told(f"{network.nodes[first].name} and {network.nodes[second].name} are killed")
        lost = [network.nodes[first], network.nodes[second]]
        rest = [each for each in network.nodes if each not in lost]
        for node in lost:
            node.kill()
        time.sleep(WATCHED)
        back.append(time_to_go_on(lost[0], rest))
        lost[0].wait_until_it_answers()
        restart(network, lost[1:])
    return [
        _milliseconds("one validator killed: longest wait for a block", max(longest), 3 * PERIOD),
        _milliseconds("the third of two lost started: until blocks go on", max(back), 15),
    ]


# How


def single_organisation(
    network: PoaNetwork, what: str, ways: dict[str, Callable[[], Sent]]
) -> dict[str, float]:
    """Transactions a second of each way: all are tried in turn, each time with all validators, and
    of each the median of its rounds is taken.
    """
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, send in ways.items():
            make_whole(network)
            sent = send()
            rates[name].append(len(sent.receipts) / sent.seconds)
            told(f"{what}, {name}: {rates[name][-1]:.0f} transactions a second")
    return {name: statistics.median(found) for name, found in rates.items()}


def transfers(world: World, token: Contract, each: int) -> Calls:
    """Of a unit, by each signer to other holders one after the other."""
    return [
        [token.call("transfer", _recipient(world, place, number), 1) for number in range(each)]
        for place in range(SIGNERS)
    ]


def recipients_of_batches(world: World) -> list[list[list[ChecksumAddress]]]:
    return [
        [
            [_recipient(world, place, number * ROWS + row) for row in range(ROWS)]
            for number in range(BATCHES)
        ]
        for place in range(SIGNERS)
    ]


def _recipient(world: World, place: int, number: int) -> ChecksumAddress:
    holders = world.holders
    return holders[(place * len(holders) // SIGNERS + number) % len(holders)]


def balances(
    token: Contract, wallets: Sequence[ChecksumAddress], block: int
) -> dict[ChecksumAddress, int]:
    found = token.read_many(int, "balanceOf", [(wallet,) for wallet in wallets], block=block)
    return dict(zip(wallets, found, strict=True))


@contextmanager
def heads(connection: Connection) -> Iterator[dict[int, float]]:
    """When each block was first seen to be the newest, while it lasts."""
    seen: dict[int, float] = {connection.block_number(): time.monotonic()}
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            seen.setdefault(connection.block_number(), time.monotonic())

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield seen
    finally:
        ended.set()
        watching.join()


def head(nodes: Sequence[PoaNode]) -> int:
    return max(node.head()[0] for node in nodes)


def longest_wait(nodes: Sequence[PoaNode], seconds: float) -> float:
    """The longest time without a new block from now on."""
    began = since = time.monotonic()
    newest, longest = head(nodes), 0.0
    while (now := time.monotonic()) - began < seconds:
        if head(nodes) > newest:
            newest, since = head(nodes), now
        longest = max(longest, now - since)
        time.sleep(0.02)
    return longest


def time_to_go_on(lost: PoaNode, nodes: Sequence[PoaNode]) -> float:
    """From a validator's start until the others have a block again."""
    stood = head(nodes)
    lost.start()
    return wait_until(lambda: head(nodes) > stood, "blocks go on", 120, 0.02)


def restart(network: PoaNetwork, nodes: Sequence[PoaNode]) -> None:
    """Starts nodes, and waits until all have the same chain again."""
    for node in nodes:
        node.start()
        node.wait_until_it_answers()
    make_whole(network)


def make_whole(network: PoaNetwork) -> None:
    """Waits until all nodes have the same chain. One that stays behind on a branch of its own, as
    happens with Clique under load, is started anew, as its operator would.
    """

    def is_whole() -> bool:
        found = network.heads()
        return network.is_connected() and max(found) - min(found) <= 1

    while True:
        try:
            wait_until(is_whole, "all have the same chain", BEHIND)
        except TimeoutError:
            last = min(network.nodes, key=lambda node: node.head()[0])
            told(
                f"{last.name} stays behind at {last.head()[0]} of {head(network.nodes)}: restarted"
            )
            last.stop()
            last.start()
            last.wait_until_it_answers()
        else:
            return


@contextmanager
def folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="jp20-bench-") as place:
        yield Path(place)


def told(what: str) -> None:
    """To whoever waits."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def _rate(name: str, system: str, a_second: float, mark: int | None = None) -> Row:
    return Row(name, system, round(a_second), mark, "a second", at_least=True)


def _milliseconds(name: str, seconds: float, mark: float | None = None, system: str = JP20) -> Row:
    most = None if mark is None else round(1000 * mark)
    return Row(name, system, round(1000 * seconds), most, "ms")


def _delivered(blocks: str) -> str:
    return f"distribution to {HOLDERS:,} holders, blocks {blocks}: first delivery to last receipt"


def _percentile_99(times: Sequence[float]) -> float:
    return sorted(times)[math.ceil(0.99 * len(times)) - 1]


if __name__ == "__main__":
    main()
