"""Who may call a governed function stands in the policy. The contracts name the act, and no roles
(`@custom:act`, house style).
"""

import re
import tomllib
from importlib.resources import files
from typing import NamedTuple

import pytest
from solidity import CONTRACTS

pytestmark = pytest.mark.requirement("G17", "S3")

POLICY = tomllib.loads(files("jp20").joinpath("data", "governance.toml").read_text("utf-8"))
FUNCTION = re.compile(
    r"(?P<natspec>(?:^[ ]*///[^\n]*\n)*)^[ ]*function (?P<name>\w+)\((?P<parameters>[^)]*)\)",
    re.MULTILINE,
)
INHERITED = {("platform", "setAuthority"), ("settlement", "setAuthority")}
"""OpenZeppelin's `AccessManaged` has them: no line of ours is above them."""

ROOMS = {
    "token": re.compile(
        r"token/|JP20|interfaces/(IToken(?!Directory)|ITermChanges|IConsent|IRecorded|IERC)"
    ),
    "settlement": re.compile(r"settlement/|interfaces/ISettlement"),
    "consortium": re.compile(r"consortium/|Consortium\.sol|interfaces/IConsortium"),
}
"""The kind of contract that a source is of; what is none of these is the platform's."""


class Named(NamedTuple):
    kind: str
    function: str
    act: str


def kind_of(path: str) -> str:
    return next((kind for kind, room in ROOMS.items() if room.match(path)), "platform")


def written() -> dict[Named, list[str]]:
    """Each function with an act in its NatSpec, and the files that say so."""
    found: dict[Named, list[str]] = {}
    for source in sorted(CONTRACTS.rglob("*.sol")):
        path = str(source.relative_to(CONTRACTS))
        for function in FUNCTION.finditer(source.read_text()):
            for act in re.findall(r"@custom:act ([\w-]+)", function["natspec"]):
                types = [
                    each.split()[0] for each in function["parameters"].split(",") if each.strip()
                ]
                for name in (function["name"], f"{function['name']}({','.join(types)})"):
                    found.setdefault(Named(kind_of(path), name, act), []).append(path)
    return found


def of_policy() -> list[Named]:
    return [
        Named(kind, function, act)
        for kind in ("consortium", "platform", "token", "settlement")
        for act, row in POLICY[kind]["acts"].items()
        for function in row["functions"]
    ]


WRITTEN, OF_POLICY = written(), of_policy()
TAGGED = {"token", "settlement", "consortium", "platform"}


@pytest.mark.parametrize(
    "named",
    [each for each in OF_POLICY if each[:2] not in INHERITED and each.kind in TAGGED],
    ids=lambda each: f"{each.kind}-{each.function}",
)
def test_each_function_of_the_policy_names_its_act_once(named):
    assert len(WRITTEN.get(named, [])) == 1


@pytest.mark.parametrize("named", sorted(n for n in WRITTEN if "(" not in n.function), ids=str)
def test_each_act_that_a_contract_names_is_the_policys(named):
    listed = {(each.kind, each.function.partition("(")[0], each.act) for each in OF_POLICY}
    assert named in listed


@pytest.mark.parametrize(
    "source",
    [
        each
        for each in sorted(CONTRACTS.rglob("*.sol"))
        if kind_of(str(each.relative_to(CONTRACTS))) in TAGGED
    ],
    ids=lambda each: each.name,
)
def test_no_contract_says_who_calls(source):
    assert "Called by" not in source.read_text()
