"""How fast JP20's own sender is, with its outbox on disk, on one anvil that makes a block a second.

What is measured is what a command does: transactions are written down, signed, sent, found in their
blocks, and their receipts read and noted. The figures are those of this machine.
"""

import hashlib
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from eth_typing import ChecksumAddress

from bench.chain import account
from bench.rows import JP20, Row
from jp20.chain.contracts.contract import Contract
from jp20.chain.local import LocalChain
from jp20.chain.rpc.blocks import Blocks
from jp20.chain.rpc.connection import Connection, connect
from jp20.chain.rpc.networks import Network
from jp20.chain.rpc.receipts import Receipt
from jp20.chain.sending.outbox import open_outbox
from jp20.chain.sending.sender import Sender
from jp20.chain.signing.signers import KeySigner, Unsigned, development_signers
from jp20.domain.base.roles import Role
from jp20.domain.base.times import in_tokyo
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.requests import Call, Decision
from jp20.domain.investors.investors import parse_investors
from jp20.domain.token.term_sheet import parse_term_sheet
from jp20.operations.files.inputs import load_consortium, load_policy
from jp20.operations.governance import requests
from jp20.operations.governance.batches import BATCH_SIZE
from jp20.operations.governance.platform import deploy_platform
from jp20.operations.plans.plan import enrol
from jp20.operations.session import Session, open_session
from jp20.operations.token.issue import create_token, issue_units

EXAMPLES: Final = Path(__file__).parent.parent / "examples"

SIGNERS: Final = 20
TRANSFERS: Final = 500
"""By each of the signers."""

ALONE: Final = 5_000
"""By one signer."""

RECIPIENTS: Final = 10_000

TRANSFER_GAS: Final = 80_000
"""Given to each transfer; it needs 47,000, and the first that a wallet gets 64,000."""

LARGE_BLOCK: Final = 200_000_000
"""Gas of a block for single transfers, as on the four validators of `performance.md`."""

SMALL_BLOCK: Final = 32_000_000
"""And for the delivery: so that it takes ten blocks, and the last one does not count for most."""

SECONDS: Final = 1
"""Between blocks."""

TERM_SHEET: Final = """
[token]
name = "計測用受益権"
symbol = "BENCH"
code = "JP20-BENCH"
product = "信託受益権"
right = "一般受益権"
perfection = "受益権原簿"
[issue]
cap = 1_000_000_000
unit_price = 100_000
issuer_account = "0x00000000000000000000000000000000000015E5"
placement = "public"
[holders]
classes = ["general"]
residencies = ["resident"]
[redemption]
maturity = {maturity}
[[documents]]
name = "目論見書"
uri = "https://example.jp/p.pdf"
sha256 = "{digest}"
"""


def measure() -> list[Row]:
    """Signing, single transfers by one signer and by twenty, and a delivery to 10,000."""
    rows = [Row("signing, a core", JP20, round(_signing()), 3_000, "a second", at_least=True)]
    with _Stage(LARGE_BLOCK) as stage:
        rows += [
            _rate("transfers by one signer, to the last receipt", stage.transfers(1, ALONE), 1_000),
            _rate(
                f"transfers by {SIGNERS} signers, to the last receipt",
                stage.transfers(SIGNERS, TRANSFERS),
                2_000,
            ),
        ]
    with _Stage(SMALL_BLOCK) as stage:
        needed, taken = stage.delivery()
    percent = round(100 * taken / needed)
    name = f"delivery to {RECIPIENTS:,} holders, time of its gas in full blocks = 100"
    return [*rows, Row(name, JP20, percent, 115, "%")]


def _rate(name: str, a_second: float, mark: int) -> Row:
    return Row(name, JP20, round(a_second), mark, "a second", at_least=True)


def _signing() -> float:
    """Transfers signed a second."""
    key, number = development_signers(1)[0], 5_000
    data = bytes(68)
    begun = time.perf_counter()
    for nonce in range(number):
        key.sign_transaction(Unsigned(31337, nonce, 0, TRANSFER_GAS, key.address, data))
    return number / (time.perf_counter() - begun)


class _Stage:
    """A platform with a token on an anvil, and twenty holders whose keys are here."""

    def __init__(self, block_gas: int) -> None:
        self._chain = LocalChain("anvil", accounts=16 + SIGNERS, gas_limit=block_gas)
        self._keys = development_signers(16 + SIGNERS)
        self._holders: Sequence[KeySigner] = self._keys[16:]  # nobody in the consortium has them
        self._cases = 0

    def __enter__(self) -> "_Stage":
        self._folder = TemporaryDirectory()
        self._connection = self._chain.start()
        self._session = self._founded()
        self._token = self._issued()
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self._chain.stop()
        self._folder.cleanup()

    def transfers(self, signers: int, each: int) -> float:
        """Transfers a second between whitelisted holders, each signer with an outbox of its own."""
        with self._blocks_by_time() as connection:
            blocks = Blocks(connection)
            errands = [
                threading.Thread(
                    target=self._transfer, args=(connection, blocks, number, each), name=str(number)
                )
                for number in range(signers)
            ]
            begun = time.perf_counter()
            for errand in errands:
                errand.start()
            for errand in errands:
                errand.join()
            return signers * each / (time.perf_counter() - begun)

    def delivery(self) -> tuple[float, float]:
        """Seconds that the gas of a delivery takes in full blocks, and those that it took from the
        first execution to the last receipt. It was proposed and signed before.
        """
        wallets = [account("recipient", number) for number in range(RECIPIENTS)]
        self._whitelist(wallets)
        decision, executor = self._agreed(wallets)
        with self._blocks_by_time() as connection:
            session = self._opened(connection)
            self._next_block(connection)
            begun = time.perf_counter()
            outcomes = requests.send_executions(
                session, executor, decision, range(len(decision.calls))
            )
            taken = time.perf_counter() - begun
            session.close()
        transactions = [outcome.transaction for outcome in outcomes if outcome.transaction]
        receipts = self._session.receipts(transactions).values()
        gas = sum(receipt.gas_used for receipt in receipts)
        limit = self._connection.block().gas_limit
        if len(receipts) < len(outcomes) or self._balances(wallets) != [1] * len(wallets):
            raise RuntimeError("a delivery was not carried out")
        return SECONDS * gas / limit, taken

    # Inside

    def _transfer(self, connection: Connection, blocks: Blocks, number: int, each: int) -> None:
        """Units go round: each holder gives to the next ones."""
        signer = self._holders[number]
        folder = Path(self._folder.name) / "holders"
        outbox = open_outbox(folder, connection.chain_id, connection.genesis, signer.address)
        sender = Sender(connection, signer, {}, outbox=outbox, blocks=blocks)
        to = [self._holders[(number + 1 + i) % SIGNERS].address for i in range(SIGNERS - 1)]
        calls = [
            self._token.call("transfer", to[i % len(to)], 1 + i // len(to)) for i in range(each)
        ]
        done = sender.send_all(calls, gas=TRANSFER_GAS)
        outbox.close()
        if not all(isinstance(outcome, Receipt) for outcome in done):
            raise RuntimeError("a transfer was refused")

    def _founded(self) -> Session:
        organisations = load_consortium(EXAMPLES / "consortium.toml").organisations
        file = Path(self._folder.name) / "deployment.json"
        self._deployment = deploy_platform(
            self._connection, self._keys[0], load_policy(), organisations, file
        )
        return self._opened(self._connection)

    def _opened(self, connection: Connection) -> Session:
        outbox = Path(self._folder.name) / str(time.monotonic_ns())
        return open_session(connection, self._deployment, self._keys, outbox=outbox)

    def _issued(self) -> Contract:
        """A token of which each holder has a hundred million units and the issuer the rest."""
        issuer, registrar = (self._holder_of(role) for role in (Role.ISSUER, Role.REGISTRAR))
        years = 5 * 365 * 86_400
        maturity = f'"{in_tokyo(self._session.now() // 86_400 * 86_400 + years)}"'
        text = TERM_SHEET.format(maturity=maturity, digest=hashlib.sha256(b"p").hexdigest())
        sheet = parse_term_sheet(text.encode(), "term-sheet.toml")
        made = create_token(self._session, sheet, issuer, registrar, self._case())
        issue_units(self._session, made.token, 30_000_000 + RECIPIENTS, self._case())
        token = self._session.token(made.token)
        wallets = [holder.address for holder in self._holders]
        self._whitelist(wallets)
        units = [1_000_000] * len(wallets)
        call = token.call("deliver", wallets, units)
        decision, executor = self._decided([call])
        requests.send_executions(self._session, executor, decision, [0])
        return token

    def _holder_of(self, role: Role) -> int:
        return next(member.number for member in self._session.members() if role in member.roles)

    def _whitelist(self, wallets: Sequence[ChecksumAddress]) -> None:
        expiry = in_tokyo(self._session.now() // 86_400 * 86_400 + 366 * 86_400)
        lines = [f"{wallet},名前,{wallet},general,resident,{expiry}" for wallet in wallets]
        text = "\n".join(["investor,name,wallet,class,residency,kyc_expiry", *lines])
        file = parse_investors(text.encode(), "investors.csv", self._session.now())
        if enrol(self._session, file, self._case()).refused:
            raise RuntimeError("an investor was refused")

    def _agreed(self, wallets: Sequence[ChecksumAddress]) -> tuple[Decision, KeySigner]:
        """The decision on a unit for each, proposed and signed, and who executes it."""
        parts = [
            wallets[start : start + BATCH_SIZE] for start in range(0, len(wallets), BATCH_SIZE)
        ]
        return self._decided([self._token.call("deliver", part, [1] * len(part)) for part in parts])

    def _decided(self, calls: Sequence[Call]) -> tuple[Decision, KeySigner]:
        broker, issuer, registrar = (
            self._key_of(role) for role in (Role.BROKER, Role.ISSUER, Role.REGISTRAR)
        )
        decision = requests.propose(self._session, broker, calls, self._case()).decision
        requests.sign(self._session, issuer, decision.request.id)
        return decision, registrar

    def _key_of(self, role: Role) -> KeySigner:
        member = next(each for each in self._session.members() if role in each.roles)
        return next(key for key in self._keys if key.address in member.keys)

    def _case(self) -> Evidence:
        self._cases += 1
        return Evidence.of(f"BENCH-{self._cases}", b"a document")

    def _balances(self, wallets: Sequence[ChecksumAddress]) -> list[int]:
        return self._token.read_many(int, "balanceOf", [(wallet,) for wallet in wallets])

    @contextmanager
    def _blocks_by_time(self) -> Iterator[Connection]:
        """The chain with a block a second instead of one a transaction."""
        self._connection.rpc("evm_setIntervalMining", SECONDS)
        yield connect(Network(self._connection.network.url, gas_price=2 * 10**9))
        self._connection.rpc("evm_setIntervalMining", 0)
        self._connection.rpc("evm_setAutomine", True)

    def _next_block(self, connection: Connection) -> None:
        newest = connection.block_number()
        while connection.block_number() == newest:
            time.sleep(0.01)
