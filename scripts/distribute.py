"""Deliver units to investors as an allotment file says: a broker proposes, the issuer approves, the
registrar executes.

    brownie run distribute main [token] [allotments.csv] [investors.csv] --network ganache
    python scripts/distribute.py [token] [allotments.csv] [investors.csv]

Run again, it delivers what an interrupted run left, and nothing twice.
"""

import hashlib
import sys
from pathlib import Path

from jp20.operations.files.inputs import evidence_of, load_allotments, load_investors
from jp20.operations.plans.plan import distribute
from jp20.scripting import script, session, show_outcomes

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@script
def main(
    token: str = "JP20-RE-0001",  # noqa: S107
    allotments: str = str(EXAMPLES / "real-estate" / "allotments.csv"),
    investors: str = str(EXAMPLES / "real-estate" / "investors.csv"),
) -> None:
    file = Path(allotments)
    listed = load_allotments(file, load_investors(Path(investors)))
    case = f"AL-{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
    work = session()
    outcomes = distribute(work, work.token(token).address, listed, evidence_of(case, file))
    show_outcomes(work, f"配布 / Distribution: {token}", outcomes)


if __name__ == "__main__":
    main(*sys.argv[1:])
