"""The index's writer: plain transfers, stretches, what is taken back; without a chain."""

import random

import pytest

from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.base.at import At
from jp20.domain.register.books import BALANCES, Quantity
from jp20.domain.register.events import LoggedEvent, Paused, Transfer, UnitsSplit, Unpaused
from jp20.domain.register.movements import BrokenRegister
from jp20.domain.register.plain_transfers import PlainTransfers
from jp20.register.by_ledger import Header
from jp20.register.index import writer as writer_module
from jp20.register.index.database import open_database
from jp20.register.index.digest import logical_hash
from jp20.register.index.migrations import bring_up_to_date
from jp20.register.index.reader import IndexReader
from jp20.register.index.values import Identity, Stretch, Watched, WatchedContract
from jp20.register.index.writer import IndexWriter

pytestmark = pytest.mark.requirement("G15", "G25")

CONSORTIUM, TOKENS = address_of(0xC0), (address_of(0x70), address_of(0x71))
PEOPLE = [address_of(0xA0 + number) for number in range(6)]
OWNER = address_of(0x15E5)
LARGE = 2**104 - 1
"""More than the numbers that SQLite has."""


def header(number: int) -> Header:
    return Header(number, number.to_bytes(32, "big"), 1_800_000_000 + number)


def at(block: int, transaction: int, log: int) -> At:
    hash = bytes([block // 256, block % 256, transaction]).ljust(32, b"\1")
    return At(block, hash, log, header(block).time)


class Random:
    """A past in which units of two tokens move, now and then among other events."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.held = {token: {OWNER: LARGE - 7 * 6**5} for token in TOKENS}
        self.splits = dict.fromkeys(TOKENS, 0)
        self.blocks = [self.founding()] + [self.block(number) for number in range(2, 60)]

    def founding(self):
        issued = [
            LoggedEvent(Transfer(ZERO_ADDRESS, OWNER, self.held[token][OWNER]), token, at(1, n, n))
            for n, token in enumerate(TOKENS)
        ]
        return [[each] for each in issued]

    def block(self, number):
        log, transactions = 0, []
        for place in range(self.dice.randint(0, 5)):
            events = self.transaction()
            transactions.append(
                [
                    LoggedEvent(event, token, at(number, place, log + n))
                    for n, (event, token) in enumerate(events)
                ]
            )
            log += len(events)
        return transactions

    def transaction(self):
        token = self.dice.choice(TOKENS)
        kind = self.dice.random()
        if kind < 0.04 and self.splits[token] < 5:
            self.splits[token] += 1
            self.held[token] = {who: 6 * units for who, units in self.held[token].items()}
            self.held[token][OWNER] //= 6
            # The owner redeems what would outgrow the contract's field.
            before = self.held[token][OWNER] * 6
            burned = before - self.held[token][OWNER]
            return [
                (UnitsSplit(self.splits[token], 6), token),
                (Transfer(OWNER, ZERO_ADDRESS, burned), token),
            ]
        moves = [
            (self.transfer(each), each)
            for each in (self.dice.choice((token, token, *TOKENS)) for _ in range(3))
        ]
        if kind < 0.2:
            return [*moves, (self.dice.choice((Paused, Unpaused))(OWNER), token)]
        if kind < 0.3:
            return [*moves, (Transfer(OWNER, PEOPLE[0], 0), token)]  # of nothing
        return moves

    def transfer(self, token):
        """Of all units, of some, and to oneself."""
        held = self.held[token]
        giver = self.dice.choice([who for who, units in held.items() if units])
        taker = self.dice.choice(PEOPLE)
        units = self.dice.choice((held[giver], 1, self.dice.randint(1, held[giver])))
        held[giver] -= units
        held[taker] = held.get(taker, 0) + units
        return Transfer(giver, taker, units)


def plain(transaction):
    """As the follower hands it over."""
    events = [each.event for each in transaction]
    if all(
        isinstance(each, Transfer) and each.value and ZERO_ADDRESS not in (each.from_, each.to)
        for each in events
    ):
        return PlainTransfers(
            transaction[0].at,
            [
                (each.at.log, each.emitter, each.event.from_, each.event.to, each.event.value)
                for each in transaction
            ],
        )
    return transaction


class Index:
    """An index in a file."""

    def __init__(self, file) -> None:
        self.engine = open_database(file)
        bring_up_to_date(self.engine)
        self.writer = IndexWriter(self.engine)
        self.writer.found(Identity(2020, bytes(32), CONSORTIUM, 1))

    def append(self, blocks, first: int, last: int, kind=lambda each: each) -> None:
        """Blocks `first` to `last`, in one stretch; `blocks[0]` is block 1."""
        found = [WatchedContract(each, Watched.TOKEN, 1) for each in TOKENS] if first == 1 else []
        numbers = range(first, last + 1)
        self.writer.append(
            Stretch(
                header(last),
                last,
                {number: header(number) for number in numbers if blocks[number - 1]},
                [kind(each) for number in numbers for each in blocks[number - 1]],
                [header(last)],
                found,
            )
        )

    def hash(self) -> bytes:
        with self.engine.connect() as connection:
            return logical_hash(connection)

    def close(self) -> None:
        self.writer.close()
        self.engine.dispose()


@pytest.fixture
def index(tmp_path):
    made = []

    def make(name: str) -> Index:
        made.append(Index(tmp_path / f"{name}.db"))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kept", [200_000, 2])
def test_plain_transfers_give_the_rows_that_their_events_give(index, monkeypatch, seed, kept):
    """Whatever happens between them, in whatever stretches; also where little is remembered."""
    monkeypatch.setattr(writer_module, "MOST_KEPT", kept)
    blocks, dice = Random(seed).blocks, random.Random(seed)
    by_events, by_transfers = index("events"), index("transfers")
    by_events.append(blocks, 1, len(blocks))
    first = 1
    while first <= len(blocks):
        last = min(first + dice.randint(0, 9), len(blocks))
        by_transfers.append(blocks, first, last, plain)
        first = last + 1
    assert by_transfers.hash() == by_events.hash()


@pytest.mark.parametrize("seed", range(2))
def test_what_is_taken_back_and_added_again_is_the_same(index, seed):
    blocks, dice = Random(seed).blocks, random.Random(seed)
    straight, back_and_forth = index("straight"), index("back")
    straight.append(blocks, 1, len(blocks), plain)
    last = 0
    for _ in range(12):
        end = dice.randint(max(last, 1), len(blocks))
        if end > last:
            back_and_forth.append(blocks, last + 1, end, plain)
        last = dice.randint(1, end)
        back_and_forth.writer.back_to(header(last))
    back_and_forth.append(blocks, last + 1, len(blocks), plain)
    assert back_and_forth.hash() == straight.hash()


def test_units_that_nobody_has_break_the_register_and_nothing_is_stored(index):
    blocks = Random(1).blocks
    found = index("register")
    found.append(blocks, 1, 5, plain)
    before = found.hash()
    too_much = PlainTransfers(at(6, 0, 0), [(0, TOKENS[0], PEOPLE[0], PEOPLE[1], LARGE)])
    moved = PlainTransfers(at(6, 1, 1), [(1, TOKENS[0], OWNER, PEOPLE[1], 1)])
    bad = [*blocks[:5], [moved, too_much]]
    with pytest.raises(BrokenRegister, match="does not have"):
        found.append(bad, 6, 6)
    assert found.hash() == before
    found.append(blocks, 6, len(blocks), plain)
    whole = index("whole")
    whole.append(blocks, 1, len(blocks))
    assert found.hash() == whole.hash()


def test_more_units_than_a_database_counts_are_kept_and_sorted(index):
    """2**63 is the first number that SQLite's own do not hold: 32 bytes, behind all others."""
    found = index("large")
    units = (1, 2**63 - 1, 2**63, LARGE - 2**64)
    moved = [
        PlainTransfers(at(2, n, n), [(n, TOKENS[0], OWNER, PEOPLE[n], each)])
        for n, each in enumerate(units)
    ]
    issued = LoggedEvent(Transfer(ZERO_ADDRESS, OWNER, LARGE), TOKENS[0], at(1, 0, 0))
    found.append([[[issued]], moved], 1, 2)
    with found.engine.connect() as connection:
        ledger = IndexReader(connection).ledger(2)
        in_order = connection.exec_driver_sql(
            "SELECT units FROM balances WHERE block = 2 AND account NOT IN"
            f" (SELECT id FROM addresses WHERE address = '{OWNER}') ORDER BY units"
        ).all()
    for who, each in zip(PEOPLE, units, strict=False):
        assert ledger.get(BALANCES, (TOKENS[0], who)) == Quantity(each, 0)
    assert [row[0] for row in in_order] == [*units[:2], *(n.to_bytes(32, "big") for n in units[2:])]
