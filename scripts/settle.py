"""Settle the trades of a file: sellers commit, buyers pay, bank and broker confirm, all is settled.

    brownie run settle main [trades.csv] --network ganache
    python scripts/settle.py [trades.csv]

Each step is done by the keys that are here; what is done already is not done again. On a
development chain all keys are here.
"""

import hashlib
import sys
from pathlib import Path

from jp20.domain.settlement.trade_file import parse_trades
from jp20.operations.files.inputs import evidence_of, read_file
from jp20.operations.settlement.trades import (
    accept,
    confirm,
    offer,
    owed_of,
    settle,
    states,
    trade_of,
)
from jp20.scripting import script, session, show

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@script
def main(trades: str = str(EXAMPLES / "settlement" / "trades.csv")) -> None:
    file = Path(trades)
    work = session()
    found = [trade_of(work, row) for row in parse_trades(read_file(file), file.name)]
    for trade in found:
        if trade.seller in work.signers:
            offer(work, trade)
    owed = owed_of(states(work, found))
    for trade in found:
        if trade.buyer in work.signers:
            accept(work, trade, owed.get((trade.buyer, trade.payment), 0))
    # A case of its own for each content of the file, and the same one when it is run again.
    case = f"DVP-{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
    for member in work.members():
        if member.active and work.signers.keys() & set(member.keys):
            confirm(work, found, member.number, evidence_of(case, file))
    now = work.now()
    for each in states(work, found):
        if each.can_settle(now):
            settle(work, each.trade, next(iter(work.signers.values())))
    show(
        f"取引 / Trades: {file.name}",
        ("trade", "status", "next"),
        [
            (
                each.trade.external_id.rstrip(b"\0").decode(),
                f"{each.status.text.ja} / {each.status.text.en}",
                f"{each.next_step(now).ja} / {each.next_step(now).en}",
            )
            for each in states(work, found)
        ],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
