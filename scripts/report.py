"""Show a token's register, rebuilt from the chain's events and compared with the chain.

    brownie run report main [token] [folder] --network ganache
    python scripts/report.py [token] [folder]

With a folder, holders and movements are written there as CSV and the whole as JSON. Where register
and chain differ the exit code is 1.
"""

import sys
from pathlib import Path

from jp20.operations.register.report import (
    holders_table,
    movements_table,
    register_to_json,
    report,
    summary_table,
    to_csv,
)
from jp20.scripting import console, script, session, show

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@script
def main(token: str = "JP20-RE-0001", folder: str = "") -> None:  # noqa: S107
    found = report(session(), token)
    summary = summary_table(found, "ja")
    show(f"原簿 / Register: {found.code}", summary.columns, summary.rows)
    largest = sorted(found.register.holders().items(), key=lambda held: -held[1])[:10]
    show("保有上位 / Largest holders", ("ウォレット / wallet", "#口数 / units"), largest)
    if folder:
        out = Path(folder)
        out.mkdir(parents=True, exist_ok=True)
        for name, content in (
            ("holders.csv", to_csv(holders_table(found, "ja"))),
            ("movements.csv", to_csv(movements_table(found, "ja"))),
            ("report.json", register_to_json(found).encode()),
        ):
            (out / name).write_bytes(content)
            console.print(f"{out / name}")
    if not found.reconciled:
        show(
            "不一致 / Differences",
            ("ウォレット / wallet", "#原簿 / register", "#チェーン / chain"),
            (
                (each.account or "発行数量 / supply", each.register, each.chain)
                for each in found.differences
            ),
        )
        raise SystemExit(1)
    console.print(f"チェーンと一致 / Reconciles with the chain at block {found.block}")


if __name__ == "__main__":
    main(*sys.argv[1:])
