"""Register the investors of a file: the KYC officer proposes, the AML officer approves.

    brownie run whitelist main [investors.csv] --network ganache
    python scripts/whitelist.py [investors.csv]

A faulty row is refused with its reason and the others are registered (exit code 4). What is
registered already is renewed or reclassified where the file says so, else left as it is. Names and
customer numbers stay in the file.
"""

import hashlib
import sys
from pathlib import Path

from jp20.operations.files.inputs import evidence_of, load_investors
from jp20.operations.plans.plan import enrol
from jp20.scripting import script, session, show_outcomes

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@script
def main(investors: str = str(EXAMPLES / "real-estate" / "investors.csv")) -> None:
    file = Path(investors)
    listed = load_investors(file)
    # A case of its own for each content of the file, and the same one when it is run again.
    case = f"WL-{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"
    work = session()
    show_outcomes(
        work,
        f"投資家の登録 / Whitelist: {file.name}",
        enrol(work, listed, evidence_of(case, file)),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
