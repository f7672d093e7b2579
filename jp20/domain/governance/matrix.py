"""The policy as a matrix for people: a row an act, in English or Japanese (G17)."""

from collections.abc import Iterable

from jp20.domain.base.roles import Role
from jp20.domain.base.text import Language, Text
from jp20.domain.governance.policy import Policy, Rule

#: The heads of the columns of `matrix`.
COLUMNS = (
    Text("contract"),
    Text("act", context="policy"),
    Text("proposes"),
    Text("signatures"),
    Text("executes"),
    Text("stand in"),
    Text("delay"),
    Text("lifetime"),
)


def matrix(policy: Policy, language: Language) -> tuple[tuple[str, ...], ...]:
    """A row of cells for each act, in the order of the policy; the heads are `COLUMNS`."""
    return tuple(
        (
            act.kind.text.to(language),
            act.name.to(language),
            _either(act.rule.proposers),
            " + ".join(_either(slot) for slot in act.rule.slots),
            _either(act.rule.executors),
            _either(act.rule.stand_ins) or "–",
            duration(act.rule.delay),
            duration(act.rule.lifetime),
        )
        for act in policy.acts
    )


def markdown(policy: Policy, language: Language) -> str:
    """The matrix as a Markdown table, with a line end."""
    rows = [
        tuple(column.to(language) for column in COLUMNS),
        ("---",) * len(COLUMNS),
        *matrix(policy, language),
    ]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in rows)


def rule_text(rule: Rule) -> str:
    """A rule in one line: who proposes, whose signatures (who stands in for parties), who executes,
    delay and lifetime.
    """
    slots = " + ".join(_either(slot) for slot in rule.slots)
    times = f"{duration(rule.delay)}, {duration(rule.lifetime)}"
    standing_in = f" ({_either(rule.stand_ins)})" if rule.stand_ins else ""
    return f"{_either(rule.proposers)}: {slots}{standing_in} → {_either(rule.executors)}, {times}"


def duration(seconds: int) -> str:
    """As `governance.toml` writes it, in the largest unit that divides it; days from three on."""
    if seconds == 0:
        return "–"
    for unit, size, least in (("d", 86400, 3), ("h", 3600, 1), ("m", 60, 1)):
        if seconds % size == 0 and seconds >= least * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _either(roles: Iterable[Role]) -> str:
    return " | ".join(role.name for role in sorted(roles))
