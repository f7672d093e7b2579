"""A plan: what a file would change on the chain, looked at, signed off and carried out later (G2,
G7, G17).

It carries all that is needed to carry it out, so that each organisation applies the same plan with
its own key and without the file: wallets, units, class, residency, dates, which all stand on the
chain anyway. It carries no personal data: no name, no customer reference, nothing of a cell that
could not be read; lines and wallets name the rows.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import parse_address
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.ids import BlockHash, DocumentHash, OrganisationId, TxHash
from jp20.domain.base.text import Text, TextEnum
from jp20.domain.files.fields import read_json
from jp20.domain.files.json_file import checksum, hex_text
from jp20.domain.files.letters import in_json
from jp20.domain.governance.evidence import BadCase, Evidence
from jp20.domain.governance.policy import Rule, rule_of
from jp20.domain.investors.facts import Facts
from jp20.domain.investors.investors import NEVER, InvestorClass, Residency, investor_id
from jp20.domain.plans.costs import Cost, PlannedAct, cost_of
from jp20.domain.plans.outcomes import Outcome, RowOutcome
from jp20.domain.token.terms import MAX_UNITS

_FORMAT: Final = 1
_SHOWN: Final = 10
"""Rows that an error names."""


class NotAPlan(JP20Error):
    """The file is no plan, or of another version."""

    exit_code = ExitCode.USAGE

    what = Text("{file} is not a plan file.")
    next_step = Text("Name the file that plan --out wrote.")

    def __init__(self, file: str, why: Text) -> None:
        super().__init__(why=why, file=file)


class TamperedPlan(JP20Error):
    """The plan is not as it was written: its checksum does not fit."""

    exit_code = ExitCode.USAGE

    what = Text("{file} was changed after it was made.")
    why = Text("Its checksum does not fit.")
    next_step = Text("Get the plan from whoever made it again, or make a new one.")

    def __init__(self, file: str) -> None:
        super().__init__(file=file)


class PlanElsewhere(JP20Error):
    """The plan is for another chain, platform or token. Nothing was sent."""

    what = Text("The plan was made for another {thing}.")
    why = Text("It says {planned}; here is {found}.")
    next_step = Text("Connect to where it was made, or make a new plan here.")

    def __init__(self, thing: Text, planned: str, found: str) -> None:
        super().__init__(thing=thing, planned=planned, found=found)


class PlanOutOfDate(JP20Error):
    """The chain is no longer as it was when the plan was made. Nothing was sent."""

    exit_code = ExitCode.OUT_OF_DATE

    what = Text("The plan is out of date: the chain has changed since it was made.")
    next_step = Text("Make a new plan; nothing was sent.")

    def __init__(self, why: Sequence[Text]) -> None:
        more = len(why) - _SHOWN
        rest = [Text("… and {more} more.", more=more)] if more > 0 else []
        shown = [*why[:_SHOWN], *rest]
        super().__init__(why=Text.lines(each for each in shown))


class PlanBlocked(JP20Error):
    """Something stands against the plan as a whole, so that it is for looking at only. Nothing was
    sent.
    """

    what = Text("The plan cannot be applied.")
    next_step = Text("Correct it, and make a new plan.")

    def __init__(self, faults: Sequence["RefusedRow"]) -> None:
        super().__init__(why=Text.lines(each.reason for each in faults))


class NotNow(JP20Error):
    """What the plan does is stopped on the chain at present. Nothing was sent."""

    what = Text("The plan cannot be carried out now.")
    next_step = Text("Apply the same plan when that is over.")

    def __init__(self, why: Text) -> None:
        super().__init__(why=why)


class PlanKind(TextEnum):
    """What a plan is about."""

    WHITELIST = Text("whitelist")
    DISTRIBUTION = Text("distribution")


class RowState(Enum):
    """How the chain stands to a planned row."""

    BEFORE = "before"
    AFTER = "after"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Source:
    """The file that was planned: its name, and the SHA-256 of its bytes."""

    name: str
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Registration:
    """What the platform says, or is to say, of an investor. Times are unix seconds."""

    investor_class: InvestorClass
    residency: Residency
    kyc_expiry: int
    class_expiry: int

    @classmethod
    def of(cls, facts: Facts) -> "Registration":
        return cls(facts.investor_class, facts.residency, facts.kyc_expiry, facts.class_expiry)

    @property
    def classification(self) -> tuple[InvestorClass, int, Residency]:
        return self.investor_class, self.class_expiry, self.residency


@dataclass(frozen=True, slots=True)
class WhitelistRow:
    """A wallet, and its investor's standing `before` (None: not registered) and `after`. A further
    wallet has that of its investor, whose `existing` one it is added to.
    """

    line: int
    account: ChecksumAddress
    existing: ChecksumAddress | None
    before: Registration | None
    after: Registration

    @property
    def units(self) -> None:
        return None

    def state(self, act: PlannedAct, facts: Facts, existing: Facts | None, now: int) -> RowState:
        """How the chain stands: what it knows of the account, and of the existing wallet, at `now`.

        An act looks at what it sets: a renewal at the KYC, a reclassification at the class.
        """
        found = Registration.of(facts)
        usable = facts.is_known and not facts.retired
        free = not facts.is_known and not facts.reserved
        match act:
            case PlannedAct.REGISTER:
                is_after = usable and found == self.after and facts.investor == self._own_id
                is_before = free
            case PlannedAct.ADD_WALLETS:
                is_after = usable and existing is not None and existing.investor == facts.investor
                is_before = free and existing is not None and existing.is_active
            case PlannedAct.RENEW:
                is_after = usable and found.kyc_expiry == self.after.kyc_expiry
                is_before = usable and _expiry(self.before) == found.kyc_expiry
            case _:
                is_after = usable and found.classification == self.after.classification
                is_before = usable and _classification(self.before) == found.classification
        if is_after:
            return RowState.AFTER
        is_before = is_before and not facts.suspended and self._expiry_of(act) > now
        return RowState.BEFORE if is_before else RowState.MOVED

    @property
    def _own_id(self) -> int:
        """The id that the wallet gives an investor whose first one it is."""
        return investor_id(self.account)

    def _expiry_of(self, act: PlannedAct) -> int:
        """The earliest expiry that the act sets."""
        if act is PlannedAct.RECLASSIFY:
            return self.after.class_expiry
        if act is PlannedAct.RENEW:
            return self.after.kyc_expiry
        return min(self.after.kyc_expiry, self.after.class_expiry)


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """Units for a wallet: none delivered under the plan's case before, `units` after."""

    line: int
    account: ChecksumAddress
    units: int

    def state(self, delivered: int) -> RowState:
        """How the chain stands, where so many units were delivered under the case."""
        if delivered == self.units:
            return RowState.AFTER
        return RowState.MOVED if delivered else RowState.BEFORE


PlannedRow = WhitelistRow | DeliveryRow


@dataclass(frozen=True, slots=True)
class PlannedDecision:
    """One act on rows, decided on as a whole. `rule` is the word of the policy's rule, as it stood
    on the chain.
    """

    act: PlannedAct
    rule: int
    rows: tuple[PlannedRow, ...]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is not sent: a fault of the file in a `field` (code FILE), or what the chain would
    refuse it for. `whole`: it stands against the plan as a whole; `line` may be None then.
    """

    line: int | None
    account: ChecksumAddress | None
    units: int | None
    field: str
    code: str
    reason: Text
    whole: bool = False


@dataclass(frozen=True)
class Plan:
    """What a file would change, compared with the chain at `block`. Decisions are carried out in
    their order. `settled` rows need nothing. Of a distribution `undistributed` are the units that
    the issuer's account has, `splits` the number of splits that the token has been through.
    """

    kind: PlanKind
    chain_id: int
    genesis: bytes
    platform: ChecksumAddress
    token: ChecksumAddress | None
    block: int
    block_hash: BlockHash
    time: int
    evidence: Evidence
    source: Source
    undistributed: int | None
    splits: int | None
    decisions: tuple[PlannedDecision, ...]
    settled: tuple[RowOutcome, ...]
    refused: tuple[RefusedRow, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send."""
        return not self.decisions

    @property
    def is_unchanged(self) -> bool:
        """Whether the chain is as the file says, to the last row."""
        return self.is_empty and not self.refused

    @property
    def faults(self) -> tuple[RefusedRow, ...]:
        """What stands against the plan as a whole; with any it cannot be applied."""
        return tuple(row for row in self.refused if row.whole)

    @property
    def outcomes(self) -> tuple[RowOutcome, ...]:
        """What is to be told of the rows that are not sent: one for each line or wallet."""
        by_row: dict[tuple[int | None, ChecksumAddress | None], list[RefusedRow]] = {}
        for row in self.refused:
            by_row.setdefault((row.line, row.account), []).append(row)
        return (*self.settled, *(_refused_outcome(rows) for rows in by_row.values()))

    @property
    def is_blocked(self) -> bool:
        return bool(self.faults)

    @property
    def total(self) -> int:
        """Units that are to be delivered."""
        return sum(row.units or 0 for each in self.decisions for row in each.rows)

    @property
    def cost(self) -> Cost:
        return cost_of(
            (each.act, _rule(each.rule), len(each.rows)) for each in self.decisions if each.rows
        )

    @cached_property
    def id(self) -> bytes:
        """Of what the plan does, where and under which case: planned again later from the same
        file, it is the same.
        """
        content = _to_content(self)
        return checksum({name: content[name] for name in _WHAT_IT_DOES})


def refused_of(faults: Iterable[Fault]) -> tuple[RefusedRow, ...]:
    """The faults of a file as refused rows, a fault a row. What stands in the cells is left out: it
    may be personal data.
    """
    return tuple(
        RefusedRow(
            each.line, None, None, each.field, "FILE", _without_cells(each.what), whole=each.whole
        )
        for each in faults
    )


def plan_to_json(plan: Plan) -> str:
    """The plan as a file, a row a line, with its checksum."""
    content = _to_content(plan)
    cost = plan.cost
    content["cost"] = {"gas": cost.gas, "transactions": cost.transactions}
    content["id"] = hex_text(plan.id)
    content["checksum"] = hex_text(checksum(content))
    return "{\n" + ",\n".join(f' "{name}": {_written(content[name])}' for name in content) + "\n}\n"


def plan_from_json(text: str, file: str) -> Plan:
    """Reads a plan. Raises NotAPlan, TamperedPlan."""
    try:
        content = read_json(text.encode("utf-8", "replace"), file)
        if not isinstance(content, dict) or "checksum" not in content:
            raise ValueError("no checksum")
        if content["checksum"] != hex_text(checksum(content)):
            raise TamperedPlan(file)
        if content["format"] != _FORMAT:
            raise ValueError(f"format {content['format']}")
        plan = _of_content(content)
    except FaultyFile as faulty:
        raise NotAPlan(file, faulty.faults[0].text) from None
    except _UNFIT as error:
        said = f"{type(error).__name__}: {error}"
        raise NotAPlan(file, Text.verbatim(said)) from None
    if content["id"] != hex_text(plan.id):
        raise TamperedPlan(file)
    return plan


# Inside

_WHAT_IT_DOES: Final = (
    "kind",
    "chain_id",
    "genesis",
    "platform",
    "token",
    "splits",
    "case",
    "document_hash",
    "parties",
    "decisions",
    "rows",
)

_UNFIT: Final = (ValueError, KeyError, TypeError, AttributeError, RecursionError, BadCase)


def _refused_outcome(rows: Sequence[RefusedRow]) -> RowOutcome:
    first = rows[0]
    named = [
        (f"[{row.field}] " if row.code == "FILE" and row.field else "", row.reason) for row in rows
    ]
    reason = Text.joined(
        (Text("{field}{reason}", field=field, reason=reason) for field, reason in named), " ", " "
    )
    return RowOutcome(first.line, first.account, first.units, Outcome.REFUSED, reason, first.code)


def _expiry(standing: Registration | None) -> int | None:
    return None if standing is None else standing.kyc_expiry


def _classification(standing: Registration | None) -> tuple[InvestorClass, int, Residency] | None:
    return None if standing is None else standing.classification


def _rule(word: int) -> Rule:
    rule = rule_of(word)
    if rule is None:
        raise ValueError("no rule")
    return rule


def _without_cells(what: Text) -> Text:
    """Without what is quoted of a cell."""
    return Text.both(
        re.sub(r'".*"', '"…"', what.en, flags=re.DOTALL),
        re.sub("「.*」", "「…」", what.ja, flags=re.DOTALL),
    )


def _to_content(plan: Plan) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "kind": plan.kind.name.lower(),
        "chain_id": plan.chain_id,
        "genesis": hex_text(plan.genesis),
        "platform": plan.platform,
        "token": plan.token,
        "block": plan.block,
        "block_hash": hex_text(plan.block_hash),
        "time": plan.time,
        "case": plan.evidence.case,
        "document_hash": hex_text(plan.evidence.document_hash),
        "parties": list(plan.evidence.parties),
        "source": {"name": plan.source.name, "sha256": hex_text(plan.source.sha256)},
        "undistributed": plan.undistributed,
        "splits": plan.splits,
        "decisions": [
            {"act": each.act.name.lower(), "rule": hex(each.rule)} for each in plan.decisions
        ],
        "rows": [
            {"act": each.act.name.lower()} | _row_content(row)
            for each in plan.decisions
            for row in each.rows
        ],
        "settled": [_settled_content(row) for row in plan.settled],
        "refused": [_refused_content(row) for row in plan.refused],
    }


def _row_content(row: PlannedRow) -> dict[str, Any]:
    if isinstance(row, DeliveryRow):
        return {"line": row.line, "account": row.account, "units": row.units}
    return {
        "line": row.line,
        "account": row.account,
        "existing": row.existing,
        "before": None if row.before is None else _standing_content(row.before),
        "after": _standing_content(row.after),
    }


def _standing_content(standing: Registration) -> dict[str, Any]:
    return {
        "class": standing.investor_class.name.lower(),
        "residency": standing.residency.name.lower(),
        "kyc_expiry": standing.kyc_expiry,
        "class_expiry": standing.class_expiry,
    }


def _settled_content(row: RowOutcome) -> dict[str, Any]:
    return {
        "line": row.line,
        "account": row.account,
        "units": row.units,
        "outcome": row.outcome.name.lower(),
        "transaction": None if row.transaction is None else hex_text(row.transaction),
        "block": row.block,
    }


def _refused_content(row: RefusedRow) -> dict[str, Any]:
    return {
        "line": row.line,
        "account": row.account,
        "units": row.units,
        "field": row.field,
        "code": row.code,
        "reason": {"en": row.reason.en, "ja": row.reason.ja},
        "whole": row.whole,
    }


def _written(value: object) -> str:
    """A field of the file; a list with an item a line."""
    if isinstance(value, list) and value:
        items = ",\n  ".join(in_json(json.dumps(each, ensure_ascii=False)) for each in value)
        return f"[\n  {items}\n ]"
    return in_json(json.dumps(value, ensure_ascii=False))


def _of_content(content: Mapping[str, Any]) -> Plan:
    kind = PlanKind[content["kind"].upper()]
    token = content["token"]
    if (token is None) != (kind is PlanKind.WHITELIST):
        raise ValueError("token")
    source = content["source"]
    return Plan(
        kind,
        _int(content["chain_id"]),
        _bytes(content["genesis"]),
        parse_address(content["platform"]),
        None if token is None else parse_address(token),
        _int(content["block"]),
        BlockHash(_bytes(content["block_hash"])),
        _int(content["time"]),
        Evidence(
            content["case"],
            DocumentHash(_bytes(content["document_hash"])),
            tuple(OrganisationId(_int(each)) for each in content["parties"]),
        ),
        Source(_text(source["name"]), _bytes(source["sha256"])),
        _int_or_none(content["undistributed"]),
        _int_or_none(content["splits"]),
        _decisions_of(kind, content["decisions"], content["rows"]),
        tuple(_settled_of(each) for each in content["settled"]),
        tuple(_refused_of(each) for each in content["refused"]),
    )


def _decisions_of(
    kind: PlanKind, decisions: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]
) -> tuple[PlannedDecision, ...]:
    by_act: dict[PlannedAct, list[PlannedRow]] = {}
    for row in rows:
        act = PlannedAct[row["act"].upper()]
        if (act is PlannedAct.DELIVER) != (kind is PlanKind.DISTRIBUTION):
            raise ValueError("act")
        by_act.setdefault(act, []).append(_row_of(act, row))
    for planned in by_act.values():
        if len({row.account for row in planned}) != len(planned):
            raise ValueError("an account stands twice")
    found = tuple(
        PlannedDecision(act, int(each["rule"], 16), tuple(by_act[act]))
        for each in decisions
        for act in (PlannedAct[each["act"].upper()],)
    )
    if len({each.act for each in found}) != len(found) or by_act.keys() != {e.act for e in found}:
        raise ValueError("decisions")
    for each in found:
        _rule(each.rule)
    return found


def _row_of(act: PlannedAct, row: Mapping[str, Any]) -> PlannedRow:
    line, account = _int(row["line"]), parse_address(row["account"])
    if act is PlannedAct.DELIVER:
        units = _int(row["units"])
        if not 0 < units < MAX_UNITS:
            raise ValueError(f"{units} units")
        return DeliveryRow(line, account, units)
    before, existing = row["before"], row["existing"]
    if (existing is None) == (act is PlannedAct.ADD_WALLETS):
        raise ValueError("existing")
    return WhitelistRow(
        line,
        account,
        None if existing is None else parse_address(existing),
        None if before is None else _standing_of(before),
        _standing_of(row["after"]),
    )


def _standing_of(content: Mapping[str, Any]) -> Registration:
    return Registration(
        InvestorClass[content["class"].upper()],
        Residency[content["residency"].upper()],
        _expiry_in(content["kyc_expiry"]),
        _expiry_in(content["class_expiry"]),
    )


def _expiry_in(value: object) -> int:
    """A time that fits beside the account in a registration's word: what is beyond would change the
    account.
    """
    expiry = _int(value)
    if expiry > NEVER:
        raise ValueError(f"{expiry} is no expiry")
    return expiry


def _settled_of(content: Mapping[str, Any]) -> RowOutcome:
    account, transaction = content["account"], content["transaction"]
    outcome = Outcome[content["outcome"].upper()]
    if outcome not in (Outcome.ALREADY_DONE, Outcome.UNCHANGED):
        raise ValueError("settled")
    return RowOutcome(
        _int_or_none(content["line"]),
        None if account is None else parse_address(account),
        _int_or_none(content["units"]),
        outcome,
        transaction=None if transaction is None else TxHash(_bytes(transaction)),
        block=_int_or_none(content["block"]),
    )


def _refused_of(content: Mapping[str, Any]) -> RefusedRow:
    account, reason = content["account"], content["reason"]
    return RefusedRow(
        _int_or_none(content["line"]),
        None if account is None else parse_address(account),
        _int_or_none(content["units"]),
        _text(content["field"]),
        _text(content["code"]),
        Text.both(_text(reason["en"]), _text(reason["ja"])),
        whole=content["whole"] is True,
    )


def _int(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is no number")
    return value


def _int_or_none(value: object) -> int | None:
    return None if value is None else _int(value)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


def _bytes(value: object) -> bytes:
    octets = bytes.fromhex(_text(value).removeprefix("0x"))
    if len(octets) != 32:
        raise ValueError(f"{value!r} are not 32 bytes")
    return octets
