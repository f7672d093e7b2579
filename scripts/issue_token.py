"""Create a token from a term sheet and issue units to the issuer's account.

    brownie run issue_token main [term-sheet.toml] [units] [case] --network ganache
    python scripts/issue_token.py [term-sheet.toml] [units] [case]

The issuer proposes, the registrar approves. Run again with the same case it issues nothing more; a
further tranche is a new case.
"""

import sys
from pathlib import Path

from jp20.domain.base.roles import Role
from jp20.operations.files.inputs import evidence_of, load_term_sheet
from jp20.operations.token.issue import create_token, issue_units
from jp20.scripting import holder_of, script, session, show, show_steps, whole_number

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@script
def main(
    term_sheet: str = str(EXAMPLES / "term-sheets" / "real-estate.toml"),
    units: str = "30000",
    case: str = "",
) -> None:
    sheet = load_term_sheet(Path(term_sheet))
    amount = whole_number(units, "units")
    work = session()
    code = sheet.terms.code
    created = create_token(
        work,
        sheet,
        holder_of(work, Role.ISSUER),
        holder_of(work, Role.REGISTRAR),
        evidence_of(f"CREATE-{code}", Path(term_sheet)),
    )
    issued = issue_units(
        work, created.token, amount, evidence_of(case or f"ISSUE-{code}", Path(term_sheet))
    )
    yen = sheet.terms.unit_price
    show(
        f"{sheet.terms.name} ({code})",
        ("項目 / item", "内容 / value"),
        (
            ("トークン / token", created.token),
            ("商品 / product", sheet.terms.product),
            ("発行数量 / units issued", f"{issued.units:,} × ¥{yen:,} = ¥{issued.units * yen:,}"),
            ("発行回 / tranche", issued.tranche),
            ("発行者口座 / issuer's account", sheet.terms.issuer_account),
            ("発行条件のハッシュ / term sheet", f"sha256 {sheet.terms.term_sheet_hash.hex()}"),
        ),
    )
    show_steps(work, created.decided.steps, "トークンの作成 / token created")
    show_steps(work, issued.decided.steps, "発行 / units issued")


if __name__ == "__main__":
    main(*sys.argv[1:])
