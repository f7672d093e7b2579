"""Show who may do what, compare it with the chain, and list what nobody has confirmed.

    brownie run governance matrix [governance.toml] --network ganache
    brownie run governance compare [governance.toml] --network ganache
    brownie run governance overdue --network ganache
    python scripts/governance.py matrix|compare|overdue [governance.toml]

`matrix` needs no chain. `compare` and `overdue` end with 1 where something differs or is overdue.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo
from jp20.domain.governance.matrix import COLUMNS, rule_text
from jp20.domain.governance.matrix import matrix as rows_of
from jp20.domain.governance.policy import Policy, Rule
from jp20.operations.files.inputs import load_policy
from jp20.operations.governance import policy as governance
from jp20.scripting import BadArgument, console, script, session, show


@script
def matrix(policy: str = "") -> None:
    """Every act: who proposes it, whose signatures it takes, who executes it, after what delay."""
    rows = rows_of(_policy(policy), "ja")
    show("権限表 / Who may do what", [str(column) for column in COLUMNS], rows)


@script
def compare(policy: str = "") -> None:
    """The rules on the chain beside those of the file."""
    differences = governance.policy_differences(session(), _policy(policy))
    if not differences:
        console.print("チェーンはファイルのとおり / The chain has the file's policy.")
        return
    show(
        "相違 / Differences",
        ("対象 / contract", "関数 / function", "ファイル / file", "チェーン / chain"),
        (
            (each.kind.text, each.function, _said(each.planned), _said(each.on_chain))
            for each in differences
        ),
    )
    raise SystemExit(1)


@script
def overdue() -> None:
    """What was done at once, stands, and was not confirmed by another organisation in 72 hours."""
    work = session()
    found = governance.overdue(work)
    if not found:
        console.print("期限を過ぎた未確認の措置なし / Nothing is overdue.")
        return
    names = {member.number: member.name for member in work.members()}
    show(
        "未確認 / Not confirmed in time",
        ("措置 / what", "口座 / account", "トークン / token", "組織 / by", "期限 / due"),
        (
            (
                each.what,
                each.account,
                each.token or "–",
                names.get(each.organisation, each.organisation),
                in_tokyo(each.due),
            )
            for each in found
        ),
    )
    raise SystemExit(1)


def _policy(file: str) -> Policy:
    return load_policy(Path(file) if file else None)


def _said(rule: Rule | None) -> str:
    return "–" if rule is None else rule_text(rule)


ACTS: dict[str, Callable[..., None]] = {"matrix": matrix, "compare": compare, "overdue": overdue}


@script
def main(act: str = "matrix", policy: str = "") -> None:
    if act not in ACTS:
        raise BadArgument(
            Text.both(f'There is no act "{act}".', f"「{act}」という操作はありません。"),
            next_step=Text.both(f"Acts: {', '.join(ACTS)}.", f"操作: {'、'.join(ACTS)}。"),
        )
    ACTS[act](*([policy] if policy else []))


if __name__ == "__main__":
    main(*sys.argv[1:])
