"""Files of trades."""

import pytest

from jp20.domain.base.addresses import address_of
from jp20.domain.base.faults import FaultyFile
from jp20.domain.settlement.trade_file import TradeRow, parse_trades
from jp20.domain.settlement.trades import Trade

pytestmark = pytest.mark.requirement("G14")

ALICE, BOB = address_of(0xA11CE), address_of(0xB0B)
HEAD = "trade,token,seller,buyer,units,payment,price,deadline,paying agent,broker"
GOOD = f"T-1,RE-1,{ALICE},{BOB},30,JPYD,3000000,2030-03-31,,"
AT_BANK = f"T-2,RE-1,{ALICE},{BOB},30,bank,3000000,2030-03-31,Bank,Broker"


def parse(*rows: str, head: str = HEAD) -> tuple[TradeRow, ...]:
    return parse_trades("\n".join((head, *rows)).encode(), "trades.csv")


def faults(*rows: str) -> list[tuple[int | None, str]]:
    with pytest.raises(FaultyFile) as refused:
        parse(*rows)
    return [(fault.line, fault.field) for fault in refused.value.faults]


def test_a_row_is_a_trade():
    # 2030-03-31 to its end in Japan: 2030-04-01T00:00+09:00
    assert parse(GOOD) == (
        TradeRow(2, "T-1", "RE-1", ALICE, BOB, 30, "JPYD", 3_000_000, 1_901_199_600, "", ""),
    )


def test_a_bank_is_no_token_and_names_two_organisations():
    (row,) = parse(AT_BANK)
    assert (row.payment, row.paying_agent, row.broker) == (None, "Bank", "Broker")
    assert parse(AT_BANK.replace("bank", "銀行"))[0].payment is None


def test_headers_are_english_or_japanese():
    head = "取引番号,銘柄,売り手,買い手,口数,決済手段,代金,期限,支払代理人,買方業者"
    assert parse(GOOD, AT_BANK, head=head) == parse(GOOD, AT_BANK)


def test_a_trades_name_stands_on_the_chain_as_it_is():
    assert parse(GOOD)[0].external_id == b"T-1".ljust(32, b"\0")


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("trade", ("T-1", "取引一")),
        ("trade", ("T-1", "")),
        ("trade", ("T-1", "T" * 33)),
        ("token", ("RE-1", "")),
        ("seller", (ALICE, "0x12")),
        ("buyer", (BOB, "0x12")),
        ("units", (",30,", ",0,")),
        ("units", (",30,", ",1.5,")),
        ("payment", ("JPYD", "")),
        ("price", ("3000000", "-1")),
        ("price", ("3000000", str(2**128))),
        ("deadline", ("2030-03-31", "someday")),
    ],
)
def test_what_is_wrong_is_named_by_line_and_column(column, change):
    assert faults(AT_BANK, GOOD.replace(*change)) == [(3, column)]


def test_organisations_stand_where_a_bank_does_and_nowhere_else():
    assert faults(AT_BANK.replace(",Bank,", ",,")) == [(2, "paying agent")]
    assert faults(AT_BANK.replace(",Broker", ",")) == [(2, "broker")]
    assert faults(f"{GOOD[:-1]}Bank,Broker") == [(2, "paying agent"), (2, "broker")]


def test_a_trade_stands_there_once():
    assert faults(GOOD, GOOD) == [(3, "trade")]


def test_a_file_without_rows_is_none():
    assert faults() == [(None, "")]


def test_a_trades_id_binds_every_field():
    trade = Trade(b"\1" * 32, ALICE, BOB, ALICE, 1, BOB, 2, 3, 4, 5)
    others = []
    for changed in range(len(trade.fields)):
        fields = list(trade.fields)
        fields[changed] = _other(fields[changed])
        others.append(Trade(*fields))
    assert len({trade.id, *(each.id for each in others)}) == 11


def _other(value):
    if isinstance(value, bytes):
        return b"\2" * 32
    return value + 1 if isinstance(value, int) else address_of(0xDEAD)
