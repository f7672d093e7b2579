"""What a batch needs at the number of rows that its interface documents as the most.

The number is read from the function's NatSpec, so that what is documented is what is measured. The
figure is the least gas limit with which the whole transaction goes through, before refunds, because
that is what a block must have room for: of a request it is the execution.

The case is unfavourable but may come: a token with a holder cap and lots, after a split and a
record date, so that each holder is written down and brought up to date; recipients who hold nothing
yet; holders with a lock-up that has run out, one that runs, a pledge and an attachment, most with a
freeze and an open transfer request besides; investors with three wallets.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from bench import rows
from bench.chain import Chain, Contract, Failed, account
from bench.deploy import DAY, JP20, registration
from bench.rows import Row
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.governance.requests import Call
from jp20.domain.investors.investors import NEVER, InvestorClass, Residency
from jp20.domain.token.movements import Original

INTERFACES: Final = Path(__file__).resolve().parent.parent / "contracts" / "interfaces"

BLOCK: Final = 30_000_000
MARK: Final = BLOCK * 2 // 3

DELIVERED: Final = 250  # rows of the world's own batches
SET: Final = 50

# Units before the split.
UNITS: Final = 200
RUN_OUT: Final = 120
LOCKED: Final = 40
FROZEN: Final = 150
PLEDGED: Final = 60
ATTACHED: Final = 40
REQUESTED: Final = 10
FREE: Final = 35  # of the 40 that nothing keeps once the first lock-up has run out
OF_DEALER: Final = 10_000
LOT: Final = 5

DELAY_OF_TERMS: Final = 7 * DAY  # of the shipped policy's act change-terms

RATIO: Final = 10
PLEDGE: Final = 1  # of `RestraintKind`
SALE: Final = 0  # of `Cause`
INHERITANCE: Final = 2
MOST_RESTRAINTS: Final = 16

CLAIMANT: Final = b"\x01" * 32
INCIDENT: Final = b"\x02" * 32
REFUSED: Final = f"0x{keccak(b'RowRefused(uint256,address,uint8)').hex()}"

Arguments = tuple[object, ...]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Bound:
    """A batch at its bound: what it does in which case, its rows, and the gas that it needs."""

    function: str
    case: str
    rows: int
    gas: int

    @property
    def a_row(self) -> int:
        return round(self.gas / self.rows)

    @property
    def whole(self) -> Row:
        return Row(f"{self.function}, {self.rows} rows: {self.case}", rows.JP20, self.gas, MARK)

    @property
    def row(self) -> Row:
        return Row(f"{self.function}, each row: {self.case}", rows.JP20, self.a_row)


def measure(chain: Chain) -> list[Bound]:
    world = World(chain)
    return [*_token(world), *_restraints_at_their_most(world), *_registry(world)]


def documented(interface: str, function: str) -> int:
    """The bound in a function's NatSpec. LookupError where it has none."""
    source = (INTERFACES / f"{interface}.sol").read_text()
    natspec = re.search(rf"((?: +///.*\n)+) +function {function}\(", source)
    text = re.sub(r"\s+///\s*", " ", natspec[1]) if natspec else ""
    bound = re.search(r"(\d+) rows at most", text)
    if bound is None:
        raise LookupError(f"{interface}.{function}: no number of rows is documented")
    return int(bound[1])


class World:
    """Platform, token and investors in the case of the module's text. Each measurement begins from
    here.
    """

    def __init__(self, chain: Chain) -> None:
        self.chain: Final = chain
        self.jp20: Final = JP20(chain)
        self.restrained: Final = _wallets("restrained", 250)  # by all of the restraints
        self.burdened: Final = _wallets("burdened", 100)  # by the restraints only
        self.dealer, self.heavy = _wallets(
            "dealer", 2
        )  # `heavy` has as many restraints as there can be
        self.newcomers: Final = _wallets("recipient", 300)
        self.families: Final = _wallets("family", 100)
        self.singles: Final = _wallets("only wallet", 100)
        self._whitelist()
        self.token: Final = self._issue()
        self.running: Final = chain.now() + 200 * DAY  # until then: second lock-up, requests
        self._restrain()
        self._split_and_record()

    def bound(
        self,
        interface: str,
        function: str,
        case: str,
        arguments: Callable[[int], Arguments],
        sender: ChecksumAddress | None = None,
        count: int | None = None,
    ) -> Bound:
        """`arguments` makes those of so many rows, and what has to come before. All is undone."""
        number = count or documented(interface, function)
        contract = self.jp20.platform if interface == "IInvestorRegistry" else self.token
        with self.chain.undone():
            given = arguments(number)
            if sender is None:
                by, call = self.jp20.ready(contract, function, *given)
            else:
                by, call = sender, contract.call(function, *given)
            gas = self.chain.needed(by, call)
            if REFUSED in self.chain.topics(self.chain.send(by, call, gas)):
                raise Failed(f"{function}: a row was refused")
        return Bound(function, case, number, gas)

    def _whitelist(self) -> None:
        first = [*self.restrained, *self.burdened, self.dealer, self.heavy, *self.newcomers]
        for part in _parts([*first, *self.families, *self.singles], DELIVERED):
            self.jp20.whitelist(part)
        for name in ("family's second", "family's third"):
            pairs = list(zip(self.families, _wallets(name, len(self.families)), strict=True))
            for rows_ in _parts(pairs, SET):
                self.jp20.decide(self.jp20.platform, "addWallets", rows_)

    def _issue(self) -> Contract:
        token, _ = self.jp20.create_token(
            "BND",
            holder_cap=5_000,
            lot_size=LOT,
            locked_until=0,
            consent_required=True,
            maturity=self.chain.now() + 60 * DAY,
        )
        holders = [*self.restrained, *self.burdened, self.heavy]
        self.jp20.decide(token, "issue(uint256)", UNITS * len(holders) + 2 * OF_DEALER)
        for part in _parts(holders, DELIVERED):
            self.jp20.decide(token, "deliver", part, [UNITS] * len(part))
        self.jp20.decide(token, "deliver", [self.dealer], [OF_DEALER])
        return token

    def _restrain(self) -> None:
        """What asks for free units comes first. Only a token that asks for consent takes requests;
        then it asks for none any more, so that the batches move units themselves.
        """
        token, decide_all = self.token, self.jp20.decide_all
        asked = [
            (holder, token.call("requestTransfer", to, REQUESTED, self.running))
            for holder, to in zip(self.restrained, self.newcomers, strict=False)
        ]
        self.chain.send_all(asked)
        executor, given_up = self.jp20.ready(token, "changeConsentRequired", False)
        self.chain.wait_until(self.chain.now() + DELAY_OF_TERMS)
        self.chain.send(executor, given_up)
        self._lock_up([self.dealer], OF_DEALER, self.chain.now() + DAY)
        holders = [*self.restrained, *self.burdened]
        for part in _parts(holders, SET):
            self._lock_up(part, RUN_OUT, self.chain.now() + DAY)
        holders.append(self.dealer)
        for part in _parts(holders, SET):
            self._lock_up(part, LOCKED, self.running)
        decide_all(token, [self._restraint("pledge", each, PLEDGED) for each in holders])
        decide_all(token, [self._restraint("placeAttachment", each, ATTACHED) for each in holders])
        decide_all(token, [token.call("setFrozenTokens", h, FROZEN) for h in self.restrained])
        half = MOST_RESTRAINTS // 2
        decide_all(token, [self._restraint("pledge", self.heavy, LOT)] * half)
        decide_all(token, [self._restraint("placeAttachment", self.heavy, LOT)] * half)

    def _split_and_record(self) -> None:
        self.jp20.decide(self.token, "split", RATIO)
        at = self.chain.now() + 2 * DAY
        self.jp20.decide(self.token, "setRecordDate", at)
        self.chain.wait_until(at + 1)

    def _lock_up(self, holders: Sequence[ChecksumAddress], units: int, until: int) -> None:
        self.jp20.decide(self.token, "lockUp", holders, [units] * len(holders), until)

    def _restraint(self, function: str, holder: ChecksumAddress, units: int) -> Call:
        return self.token.call(function, holder, units, CLAIMANT)


def _token(world: World) -> list[Bound]:
    bound, jp20, token = world.bound, world.jp20, world.token
    restrained, burdened, to = world.restrained, world.burdened, world.newcomers

    def units(rows_: int, each: int) -> list[int]:
        return [each * RATIO] * rows_

    def executed_pledges(count: int) -> Arguments:
        return ([(h, n, *rest) for h, n, rest in _pledges(world, count)],)

    def incident(count: int) -> Arguments:
        logs = [
            Original(INCIDENT, place, holder, ZERO_ADDRESS, LOT, 0)
            for place, holder in enumerate(restrained[:count])
        ]
        return INCIDENT, logs

    def losses(count: int) -> Arguments:
        _, logs = incident(count)
        jp20.decide(token, "recordIncident", INCIDENT, logs)
        return INCIDENT, logs, restrained[:count]

    def matured(count: int) -> Arguments:
        world.chain.wait_until(token.read("maturity"))
        return (restrained[:count],)

    return [
        bound(
            "ITokenLifecycle",
            "deliver",
            "to new holders",
            lambda n: (to[:n], units(n, LOT)),
        ),
        bound(
            "ITokenTransfers",
            "batchTransfer",
            "to new holders; the sender has restraints",
            lambda n: (to[:n], units(n, LOT)),
            world.dealer,
        ),
        bound(
            "ITokenLifecycle",
            "redeemPart",
            "all restraints",
            lambda n: (restrained[:n], units(n, FREE)),
        ),
        bound(
            "ITokenLifecycle",
            "redeemAtMaturity",
            "all restraints",
            matured,
        ),
        bound(
            "ITokenRestraints",
            "lockUp",
            "a fifth restraint",
            lambda n: (restrained[:n], units(n, LOCKED), world.running),
        ),
        bound(
            "ITokenRestraints",
            "freezeAtOnce",
            "four restraints, the first freeze",
            lambda n: (burdened[:n], units(n, FROZEN)),
        ),
        bound(
            "IConsentTransfers",
            "approveTransfers",
            "all restraints, to new holders",
            lambda n: (list(range(n)),),
        ),
        bound(
            "IRecordedTransfers",
            "recordTransfer",
            "SALE, all restraints, to new holders",
            lambda n: (restrained[:n], to[:n], units(n, FREE), SALE),
        ),
        bound(
            "IRecordedTransfers",
            "recordSuccession",
            "INHERITANCE of all, with restraints, to new holders",
            lambda n: (burdened[:n], to[:n], units(n, UNITS), INHERITANCE),
        ),
        bound(
            "ITokenEnforcement",
            "batchForcedTransfer",
            "of a pledge, out of frozen units, to new holders",
            executed_pledges,
        ),
        bound(
            "ITokenEnforcement",
            "recordIncident",
            "the first call",
            incident,
        ),
        bound(
            "ITokenEnforcement",
            "redistribute",
            "to holders with a position",
            losses,
        ),
    ]


def _pledges(
    world: World, count: int
) -> list[tuple[ChecksumAddress, ChecksumAddress, tuple[int, int, int]]]:
    """Who holds, who gets, and the rest of a `ForcedMove` that executes the pledge as a whole."""
    found = []
    for holder, to in zip(world.restrained[:count], world.newcomers, strict=False):
        restraints = world.token.read("restraintsOf", holder)
        number = next(id for id, _, kind, *_ in restraints if kind == PLEDGE)
        found.append((holder, to, (PLEDGED * RATIO, 0, number)))
    return found


def _restraints_at_their_most(world: World) -> list[Bound]:
    """A holder with all the restraints that one can have fits into a transaction of its own."""
    case = f"one holder with {MOST_RESTRAINTS} restraints"
    holder, heir = [world.heavy], world.newcomers[:1]

    def matured(_: int) -> Arguments:
        world.chain.wait_until(world.token.read("maturity"))
        return (holder,)

    return [
        world.bound(
            "ITokenLifecycle",
            "redeemAtMaturity",
            case,
            matured,
            count=1,
        ),
        world.bound(
            "IRecordedTransfers",
            "recordSuccession",
            f"INHERITANCE of all, {case}",
            lambda _: (holder, heir, [UNITS * RATIO], INHERITANCE),
            count=1,
        ),
    ]


def _registry(world: World) -> list[Bound]:
    jp20, platform, families = world.jp20, world.jp20.platform, world.families
    until = world.chain.now() + 700 * DAY
    three = "investors of three wallets"

    def bound(function: str, case: str, arguments: Callable[[int], Arguments]) -> Bound:
        return world.bound("IInvestorRegistry", function, case, arguments)

    def suspended(count: int) -> Arguments:
        jp20.act(platform, "suspendAtOnce", families[:count])
        since = world.chain.now()
        return ([(each, since) for each in families[:count]],)

    def pairs(count: int) -> Arguments:
        return (list(zip(world.singles[:count], _wallets("second wallet", count), strict=True)),)

    changed = (int(InvestorClass.PROFESSIONAL), NEVER, int(Residency.NON_RESIDENT))
    return [
        bound(
            "register",
            "new investors",
            lambda n: ([registration(each, until) for each in _wallets("unknown", n)],),
        ),
        bound("addWallets", "the second wallet", pairs),
        bound("renew", three, lambda n: ([(each, until) for each in families[:n]],)),
        bound("reclassify", three, lambda n: ([(each, *changed) for each in families[:n]],)),
        bound("suspendAtOnce", three, lambda n: (families[:n],)),
        bound("suspend", three, lambda n: (families[:n],)),
        bound("confirmSuspension", three, suspended),
        bound("reinstate", f"{three}, nobody had confirmed", suspended),
        bound("retireWallets", three, lambda n: (families[:n],)),
    ]


def _wallets(name: str, count: int) -> list[ChecksumAddress]:
    return [account(name, number) for number in range(count)]


def _parts(all_: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    return (all_[start : start + size] for start in range(0, len(all_), size))
