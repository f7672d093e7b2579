"""`governance.toml`: what an operator writes, checked, and turned into a policy (G17)."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from eth_utils.abi import abi_to_signature

from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.domain.files.fields import read_toml
from jp20.domain.governance.policy import LONGEST, MOST_SLOTS, Kind, Policy, PolicyAct, Rule

#: Upkeep of a contract, in which the operator takes part; it moves no unit.
_UPKEEP: Final = "setAuthority(address)"
#: What can rewrite any other act, by itself or by what it decides on: policy, keys and roles of
#: others, contracts, the code of tokens, and whom a contract asks; and what takes a power to stop
#: away.
_STRICTEST: Final = {
    "addKey",
    "addOrganisation",
    "appointSuccessor",
    "approveVersion",
    "grantRole",
    "registerTarget",
    "removeRule",
    "replaceKey",
    "setAuthority",
    "setRules",
    "transferRole",
    "unregisterTarget",
}
#: What one organisation does at once, and how another confirms it.
_AT_ONCE: Final = {
    "freezeAtOnce(address[],uint256[])": "confirmFreeze(address,uint32,uint40)",
    "suspendAtOnce(address[])": "confirmSuspension((address,uint40)[])",
}

_LONGEST_OWN_DELAY: Final = 30 * 86400
_SHORTEST_OWN_TIME: Final = 86400

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_RULE_FIELDS: Final = ("proposes", "signatures", "executes", "stand_ins", "delay", "lifetime")
_ACT_FIELDS: Final = {"en", "ja", "functions", *_RULE_FIELDS}


def functions_of(abi: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The signatures of all functions of an ABI that change state."""
    return tuple(
        abi_to_signature(entry)  # type: ignore[arg-type]
        for entry in abi
        if entry["type"] == "function" and entry["stateMutability"] not in ("view", "pure")
    )


def parse_governance(data: bytes, file: str, functions: Mapping[Kind, Collection[str]]) -> Policy:
    """Reads a policy. `functions` are the signatures of all functions that change state, by kind
    (`functions_of` the compiled contracts).

    Raises FaultyFile with every fault by table and field: a role or function that does not exist, a
    function that is in two acts or in none and not open, a rule that the chain would refuse, and an
    act that could rewrite one that is stricter than itself.
    """
    document = read_toml(data, file)
    reader = _Reader(file, functions)
    acts = tuple(reader.acts(document))
    open_functions = {kind: reader.open_functions(document, kind) for kind in Kind}
    if not reader.faults:
        reader.judge(acts, open_functions)
    if reader.faults:
        raise FaultyFile(reader.faults)
    return Policy(acts, open_functions)


class _Reader:
    """Takes the tables apart and collects what is wrong with them."""

    def __init__(self, file: str, functions: Mapping[Kind, Collection[str]]) -> None:
        self.file = file
        self.functions = functions
        self.faults: list[Fault] = []

    def acts(self, document: Mapping[str, Any]) -> Iterator[PolicyAct]:
        known = {"defaults", *(kind.name.lower() for kind in Kind)}
        for name in document.keys() - known:
            self._unknown(name)
        defaults = self._table(document, "defaults", "defaults")
        for name in defaults.keys() - set(_RULE_FIELDS):
            self._unknown(f"defaults.{name}")
        for kind in Kind:
            place = kind.name.lower()
            table = self._table(document, place, place)
            for name in table.keys() - {"acts", "open", *_RULE_FIELDS}:
                self._unknown(f"{place}.{name}")
            acts = self._table(table, "acts", f"{place}.acts")
            for key in acts:
                act = self._table(acts, key, f"{place}.acts.{key}")
                yield self._act(kind, key, f"{place}.acts.{key}", {**defaults, **table, **act}, act)

    def open_functions(self, document: Mapping[str, Any], kind: Kind) -> dict[str, str]:
        place = f"{kind.name.lower()}.open"
        table = self._table(self._table(document, kind.name.lower(), ""), "open", place)
        return {
            self._function(kind, name, f"{place}.{name}"): str(why) for name, why in table.items()
        }

    def _act(
        self, kind: Kind, key: str, place: str, fields: Mapping[str, Any], own: Mapping[str, Any]
    ) -> PolicyAct:
        for name in own.keys() - _ACT_FIELDS:
            self._unknown(f"{place}.{name}")
        for name in ("en", "ja"):
            if not isinstance(own.get(name), str):
                self._fault(
                    f"{place}.{name}",
                    Text("The act has no name in this language."),
                    Text('Write {name} = "…".', name=name),
                )
        names = self._list(own.get("functions"), f"{place}.functions")
        slots = self._list(fields.get("signatures"), f"{place}.signatures")
        if len(slots) > MOST_SLOTS:
            self._fault(
                f"{place}.signatures",
                Text("There are more than {most} signatures.", most=MOST_SLOTS),
                Text("Ask for fewer."),
            )
        rule = Rule(
            proposers=self._roles(fields.get("proposes"), f"{place}.proposes"),
            slots=tuple(self._roles(slot, f"{place}.signatures") for slot in slots),
            executors=self._roles(fields.get("executes"), f"{place}.executes"),
            delay=self._seconds(fields.get("delay"), f"{place}.delay"),
            lifetime=self._seconds(fields.get("lifetime"), f"{place}.lifetime"),
            stand_ins=self._roles(fields["stand_ins"], f"{place}.stand_ins")
            if "stand_ins" in fields
            else frozenset(),
        )
        functions = tuple(self._function(kind, name, f"{place}.functions") for name in names)
        return PolicyAct(
            kind, key, Text.both(str(own.get("en")), str(own.get("ja"))), functions, rule
        )

    # ---------------------------------------------------------------- judging the whole

    def judge(
        self, acts: Iterable[PolicyAct], open_functions: Mapping[Kind, Collection[str]]
    ) -> None:
        """What is in order by itself and not together."""
        acts = tuple(acts)
        for act in acts:
            self._judge_rule(act)
        for kind in Kind:
            own = [act for act in acts if act.kind == kind]
            self._judge_coverage(kind, own, open_functions[kind])
            self._judge_at_once(own)
        self._judge_strictest(acts)

    def _judge_rule(self, act: PolicyAct) -> None:
        place, rule = _place(act), act.rule
        if rule.lifetime <= rule.delay:
            self._fault(
                f"{place}.lifetime",
                Text("A request expires before its delay is over."),
                Text("Raise lifetime or lower delay."),
            )
        if rule.is_direct and not rule.proposers == rule.executors == rule.slots[0]:
            self._fault(
                f"{place}.proposes",
                Text(
                    "With one signature and no delay its roles call the contract directly, and "
                    "other roles are named to propose or execute."
                ),
                Text("Name the same roles in proposes, signatures and executes."),
            )
        if act.kind is Kind.CONSORTIUM and len(rule.slots) < 2:
            self._fault(
                f"{place}.signatures",
                Text("One organisation alone could change the consortium."),
                Text("Ask for two signatures or more."),
            )
        if act.kind is Kind.CONSORTIUM and (
            rule.delay > _LONGEST_OWN_DELAY or rule.lifetime - rule.delay < _SHORTEST_OWN_TIME
        ):
            self._fault(
                f"{place}.delay",
                Text(
                    "The chain refuses a delay of more than 30 days, or less than a day to "
                    "execute in, for the consortium itself."
                ),
                Text("Change delay or lifetime."),
            )
        upkeep = all(function in _UPKEEP for function in act.functions)
        powerless = {Role.VALIDATOR} if upkeep else {Role.VALIDATOR, Role.OPERATOR}
        # Whatever is neither consortium nor platform may move units.
        if act.kind not in (Kind.CONSORTIUM, Kind.PLATFORM) and rule.roles & powerless:
            named = ", ".join(role.name for role in sorted(rule.roles & powerless))
            self._fault(
                place,
                Text(
                    "{named} is named, and the operator and the validators never move units.",
                    named=named,
                ),
                Text("Name other roles."),
            )

    def _judge_coverage(
        self, kind: Kind, acts: Iterable[PolicyAct], open_functions: Collection[str]
    ) -> None:
        seen: set[str] = set(open_functions)
        for act in acts:
            for function in act.functions:
                if function in seen:
                    self._fault(
                        f"{_place(act)}.functions",
                        Text("{function} is named twice.", function=function),
                        Text("Name it in one act."),
                    )
                seen.add(function)
        for function in sorted(set(self.functions[kind]) - seen):
            self._fault(
                kind.name.lower(),
                Text(
                    "{function} is in no act and is not open: nobody could ever call it.",
                    function=function,
                ),
                Text("Put it in an act or under open."),
            )

    def _judge_strictest(self, acts: Collection[PolicyAct]) -> None:
        """Across all contracts: a power is as strict as the cheapest way to it."""
        signatures = max((len(act.rule.slots) for act in acts), default=0)
        delay = max((act.rule.delay for act in acts), default=0)
        for act in acts:
            rewrites = {function.partition("(")[0] for function in act.functions} & _STRICTEST
            if not rewrites or (len(act.rule.slots) >= signatures and act.rule.delay >= delay):
                continue
            self._fault(
                _place(act),
                Text(
                    "{rewrites} could rewrite acts that ask for more ({signatures} "
                    "{signatures:signature|signatures}, {delay} s).",
                    rewrites=Text.listing(sorted(rewrites)),
                    signatures=signatures,
                    delay=delay,
                ),
                Text("Raise signatures or delay."),
            )

    def _judge_at_once(self, acts: Collection[PolicyAct]) -> None:
        """Where a request carries it out, the chain sees no organisation that acted: it takes a
        restraint for decided, and a confirmation for that of the same.
        """
        act_of = {function: act for act in acts for function in act.functions}
        for at_once, confirming in _AT_ONCE.items():
            act, confirmation = act_of.get(at_once), act_of.get(confirming)
            if act is None or act.rule.is_direct:
                continue
            if len(act.rule.slots) == 1:
                self._fault(
                    f"{_place(act)}.delay",
                    Text("After a delay one signature would pass for the decision of several."),
                    Text("Ask for no delay, or for two signatures."),
                )
            elif confirmation is not None and not confirmation.rule.is_direct:
                self._fault(
                    f"{_place(confirmation)}.signatures",
                    Text(
                        "{function} asks for several signatures as well: what was done so could "
                        "never be confirmed.",
                        function=at_once.partition("(")[0],
                    ),
                    Text("Let one key confirm: one signature, and no delay."),
                )

    # ---------------------------------------------------------------- single values

    def _table(self, parent: Mapping[str, Any], name: str, place: str) -> Mapping[str, Any]:
        value = parent.get(name, {})
        if isinstance(value, dict):
            return value
        self._fault(place, Text("This is not a table."), Text("Write [{place}].", place=place))
        return {}

    def _list(self, value: object, place: str) -> list[Any]:
        if isinstance(value, list) and value:
            return value
        self._fault(
            place, Text("This is missing, or no list."), Text('Write a list such as ["…"].')
        )
        return []

    def _roles(self, value: object, place: str) -> frozenset[Role]:
        names = self._list(value, place)
        for name in names:
            if name not in Role.__members__:
                self._fault(
                    place,
                    Text("{name!r} is not a role.", name=name),
                    Text("Roles: {roles}.", roles=Text.listing(Role.__members__)),
                )
        return frozenset(Role[name] for name in names if name in Role.__members__)

    def _seconds(self, value: object, place: str) -> int:
        match = re.fullmatch(r"(\d{1,9})([smhd])", value) if isinstance(value, str) else None
        seconds = int(match[1]) * _SECONDS[match[2]] if match else None
        if seconds is not None and seconds <= LONGEST:
            return seconds
        self._fault(
            place,
            Text("{value!r} is not a time of at most 194 days.", value=value),
            Text('Write such as "48h", "7d".'),
        )
        return 0

    def _function(self, kind: Kind, name: object, place: str) -> str:
        signatures = [f for f in self.functions[kind] if name in (f, f.partition("(")[0])]
        if len(signatures) == 1:
            return signatures[0]
        if signatures:
            self._fault(
                place,
                Text("There are several functions {name}.", name=name),
                Text("Write one of {signatures}.", signatures=Text.listing(signatures)),
            )
        else:
            self._fault(
                place,
                Text(
                    "The {kind} has no function {name!r} that changes state.",
                    kind=kind.text,
                    name=name,
                ),
                Text("Correct or remove it."),
            )
        return str(name)

    def _unknown(self, place: str) -> None:
        self._fault(place, Text("There is no such field."), Text("Correct or remove it."))

    def _fault(self, place: str, what: Text, next_step: Text) -> None:
        self.faults.append(Fault(self.file, None, place, what, next_step))


def _place(act: PolicyAct) -> str:
    """The act's table in the file."""
    return f"{act.kind.name.lower()}.acts.{act.key}"
