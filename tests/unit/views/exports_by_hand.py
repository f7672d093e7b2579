"""Exports made by hand, for the tests of the forms of files; run as a program, the SHA-256 of every
form of one.
"""

import hashlib
import json
import sys
from pathlib import Path

from jp20.domain.base.addresses import address_of
from jp20.domain.base.at import At
from jp20.domain.base.ids import InvestorId, TxHash
from jp20.domain.base.text import Text
from jp20.domain.files.export_forms import Encoding, Statement
from jp20.domain.investors.addressees import Addressee
from jp20.domain.investors.investors import InvestorClass, Residency
from jp20.domain.register.answers import (
    Holding,
    InvestorFacts,
    Line,
    RestrainedUnits,
    Stamp,
    WalletHolding,
)
from jp20.domain.register.movements import Why
from jp20.views.csv_file import to_csv_file
from jp20.views.fonts import FontSet
from jp20.views.json_form import to_json_file
from jp20.views.parquet import to_parquet_file
from jp20.views.pdf import Statements
from jp20.views.register_sheets import history_sheet, holders_sheet
from jp20.views.sheet import Export, Fact, Form, SheetColumn
from jp20.views.xlsx import to_xlsx_file

# 2027-03-31T23:59:59 in Japan
STAMP = Stamp(31337, 1234, bytes.fromhex("ab" * 32), 1_806_505_199, True)
NOT_FINAL = Stamp(31337, 1234, bytes.fromhex("ab" * 32), 1_806_505_199, False)
TOKEN = address_of(9)
FONTS = Path(__file__).parents[3] / "node_modules" / "@expo-google-fonts" / "biz-udpgothic"
IPAMJ = Path("/usr/share/fonts/truetype/ipamj")


def holding(number: int, units: int, share: int = 500_000) -> Holding:
    wallet = address_of(number)
    return Holding(
        InvestorId(number),
        units,
        share,
        RestrainedUnits(pledged=10),
        units - 10,
        InvestorFacts(InvestorClass.GENERAL, Residency.RESIDENT, 1_900_000_000, 0, False),
        (WalletHolding(wallet, units, RestrainedUnits(pledged=10), units - 10, False),),
    )


def line(number: int, units: int) -> Line:
    at = At(1200 + number, TxHash(bytes([number]) * 32), number, 1_806_000_000 + number)
    parties = (address_of(1), address_of(2), InvestorId(1), InvestorId(2))
    return Line(at, Why.TRANSFERRED, *parties, units, 0, units)


def export_of_names(*names: str, stamp: Stamp = STAMP, units: int = 100) -> Export:
    """A holder for each name, and one movement."""
    known = {
        InvestorId(number): Addressee(name, "タカハシ", "東京都港区芝1-1")
        for number, name in enumerate(names, start=1)
    }
    holdings = [holding(int(number), units) for number in known]
    facts = (Fact(SheetColumn("code", Text("code"), Form.WORDS), "JP20-RE-0001"),)
    sheets = (holders_sheet(holdings, known), history_sheet([line(1, 5)]))
    return Export(TOKEN, stamp, f"jp20 register export {TOKEN} FILE", facts, sheets)


def balance_of(name: str, *, final: bool = True) -> dict:
    """What the template of a balance report is given."""
    return {
        "title": "取引残高報告書",
        "stamp": {
            "chain": "チェーン31337",
            "block": "ブロック1234",
            "time": "2027-03-31T23:59:59+09:00",
            "hash": "0x" + "ab" * 32,
            "final": final,
            "finality": "確定" if final else "未確定",
        },
        "token": {
            "name": "港南レジデンス",
            "code": "JP20-RE-0001",
            "address": TOKEN,
            "issuer": "港南リアルティ",
            "registrar": "ひいらぎ信託銀行",
        },
        "to": {
            "name": name,
            "kana": "タカハシ",
            "address": "東京都港区芝1-1",
            "investor": "0x" + "12" * 19,
        },
        "period": {"first": "2027年1月1日", "last": "2027年3月31日"},
        "opening": "0",
        "closing": "100",
        "free": "90",
        "restrained": [{"kind": "質権", "units": "10"}],
        "lines": [
            {
                "time": "2027-02-01 10:00:00",
                "why": "譲渡",
                "change": "+100",
                "balance": "100",
                "from": "",
                "to": "",
                "block": "1",
                "transaction": "0x" + "cd" * 32,
            }
        ],
        "wallets": [{"wallet": address_of(1), "units": "100", "free": "90"}],
    }


def every_form() -> dict[str, bytes]:
    export = export_of_names("髙橋 一郎", "𠮷田 花子")
    holders = export.sheet("holders")
    press = Statements(FontSet([FONTS]))
    return {
        "utf-8": to_csv_file(export, holders, Encoding.UTF_8, "ja")[0],
        "cp932": to_csv_file(export, holders, Encoding.CP932, "ja")[0],
        "xlsx": to_xlsx_file(export, "ja"),
        "json": to_json_file(export),
        "parquet": to_parquet_file(export, holders),
        "pdf": press.make(Statement.BALANCE, balance_of("髙橋 一郎"), STAMP.time),
    }


if __name__ == "__main__":
    made = {form: hashlib.sha256(content).hexdigest() for form, content in every_form().items()}
    json.dump(made, sys.stdout)
