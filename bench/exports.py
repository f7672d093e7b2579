"""How long exports take: 100,000 holders in each form, and statements one after another.

    python -m bench.exports [FOLDER OF FONTS]

CPU seconds of this process, so that a busy machine shows the same.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

from jp20.domain.base.addresses import address_of
from jp20.domain.base.ids import InvestorId
from jp20.domain.files.export_forms import Encoding, Statement
from jp20.domain.investors.addressees import Addressee
from jp20.domain.investors.investors import InvestorClass, Residency
from jp20.domain.register.answers import (
    Holding,
    InvestorFacts,
    RestrainedUnits,
    Stamp,
    WalletHolding,
)
from jp20.views.csv_file import to_csv_file
from jp20.views.fonts import FontSet
from jp20.views.json_form import to_json_file
from jp20.views.parquet import to_parquet_file
from jp20.views.pdf import Statements
from jp20.views.register_sheets import holders_sheet
from jp20.views.sheet import Export
from jp20.views.statements import balance_content
from jp20.views.xlsx import to_xlsx_file

HOLDERS = 100_000
STATEMENTS = 200
FONTS = Path(__file__).parents[1] / "node_modules" / "@expo-google-fonts" / "biz-udpgothic"
STAMP = Stamp(31337, 1234, b"\xab" * 32, 1_806_505_199, True)


def holding(number: int) -> Holding:
    wallet, units = address_of(number), number % 9_000 + 1
    return Holding(
        InvestorId(number << 64),
        units,
        number % 1_000_000,
        RestrainedUnits(),
        units,
        InvestorFacts(InvestorClass.GENERAL, Residency.RESIDENT, 1_900_000_000, 0, False),
        (WalletHolding(wallet, units, RestrainedUnits(), units, False),),
    )


def measured(what: str, work: Callable[[], object], times: int = 1) -> None:
    began = process_time()
    for _ in range(times):
        work()
    print(f"{what:<42} {(process_time() - began) / times:8.3f} s")


def main(fonts: Path = FONTS) -> None:
    found = [holding(number) for number in range(1, HOLDERS + 1)]
    sheet = holders_sheet(found, {})
    export = Export(address_of(9), STAMP, "bench", (), (sheet,))
    measured(f"{HOLDERS:,} holders, CSV", lambda: to_csv_file(export, sheet, Encoding.UTF_8, "ja"))
    measured(
        f"{HOLDERS:,} holders, CSV in CP932",
        lambda: to_csv_file(export, sheet, Encoding.CP932, "ja"),
    )
    measured(f"{HOLDERS:,} holders, XLSX", lambda: to_xlsx_file(export, "ja"))
    measured(f"{HOLDERS:,} holders, JSON", lambda: to_json_file(export))
    measured(f"{HOLDERS:,} holders, Parquet", lambda: to_parquet_file(export, sheet))
    named = {
        each.investor: Addressee(f"高橋 {n}", "タカハシ", "港区") for n, each in enumerate(found)
    }
    with_names = holders_sheet(found, named)
    measured(
        f"{HOLDERS:,} holders with names, CSV",
        lambda: to_csv_file(export, with_names, Encoding.UTF_8, "ja"),
    )
    press = Statements(FontSet([fonts]))
    about = {
        "stamp": dict.fromkeys(("chain", "block", "time", "hash", "finality"), "1")
        | {"final": True},
        "token": dict.fromkeys(("name", "code", "address", "issuer", "registrar"), "港南"),
    }

    def statement(each: Holding) -> None:
        content = balance_content(about, each.investor, named, (1, STAMP.time), 0, each, ())
        press.make(Statement.BALANCE, content, STAMP.time)

    measured("the first statement", lambda: statement(found[0]))
    rest = iter(found[1:])
    measured("each other statement", lambda: statement(next(rest)), STATEMENTS)


if __name__ == "__main__":
    main(*(Path(each) for each in sys.argv[1:]))
