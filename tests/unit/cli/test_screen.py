"""Tables on a screen of 80 columns: nothing that is copied is cut through."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from jp20.cli.frame.screen import draw, draw_items

WALLET = "0x845986566FA249D19A35293e0b5E20A108224C37"
HASH = "0x" + "f4fbdace07d0" + "ab" * 26
TIME = "2026-11-30T20:13:05+09:00"


def screen(room: int, drawing) -> str:
    out = io.StringIO()
    drawing(Console(file=out, width=room, force_terminal=False, highlight=False))
    text = out.getvalue()
    assert all(cell_len(line) <= room for line in text.splitlines())
    return text


def table(room: int, heads, *rows) -> str:
    return screen(room, lambda console: draw(console, "T", heads, rows, room))


def test_a_table_that_fits_is_drawn_in_full():
    said = table(80, [("wallet", False), ("units", True)], (WALLET, "1,200"))
    assert WALLET in said
    assert "1,200" in said


@pytest.mark.requirement("G26")
def test_where_there_is_no_room_addresses_and_hashes_are_shortened():
    said = table(80, [("wallet", False), ("to", False), ("request", False)], (WALLET, WALLET, HASH))
    assert said.count("0x8459…4C37") == 2
    assert "0xf4fbdace07d0…" in said  # as many digits as the other commands take for it


@pytest.mark.requirement("G26")
def test_where_that_is_not_enough_each_row_stands_item_by_item_and_in_full():
    heads = [
        (name, False) for name in ("ウォレット", "銘柄コード", "申請番号", "日時", "期限", "組織")
    ]
    row = (WALLET, "JP20-RE-0001", HASH, TIME, TIME, "ひいらぎ信託銀行")
    said = table(80, heads, row)
    lines = said.splitlines()
    assert f"ウォレット  {WALLET}" in lines
    assert f"申請番号    {HASH}" in lines
    assert "日時        2026-11-30 20:13:05" in lines


@pytest.mark.parametrize("room", [40, 60, 80, 100, 200])
def test_a_code_and_a_number_are_never_cut_through(room):
    heads = [("code", False), ("units", True), ("why", False)]
    said = table(
        room, heads, ("JP20-RE-0001", "12,345,678", "投資家の本人確認の有効期限が過ぎています。")
    )
    assert "JP20-RE-0001" in said
    assert "12,345,678" in said


@pytest.mark.requirement("G26")
def test_one_thing_is_drawn_item_by_item_with_what_is_long_below_its_name():
    def drawing(console: Console) -> None:
        draw_items(console, "申請", [("申請番号", HASH), ("根拠文書 SHA-256", HASH)], 80)

    lines = screen(80, drawing).splitlines()
    assert f"申請番号          {HASH}"[:80] not in lines or len(lines) > 2
    assert any(line.strip() == HASH or line.endswith(HASH) for line in lines)
