"""A request as tables: what it would do, who signed, until when."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jp20.cli.frame.output import Coded, Column, Record, Table, Value, table
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.domain.base.ids import OrganisationId
    from jp20.domain.base.roles import Role
    from jp20.domain.governance.policy import Kind
    from jp20.domain.governance.requests import Decision
    from jp20.operations.governance.calls import ReadCall
    from jp20.operations.governance.requests import RequestView
    from jp20.operations.session import Interface, Session

ID: Final = Column("id", Text("request"))
_WHOLE_ID: Final = Column("id", Text("request"), detail=True)
_SHORT_ID: Final = Column("short", Text("request"))
_SHOWN: Final = 12
"""Digits of an id that a list shows: enough to name the request by."""
STATE: Final = Column("state", Text("state"))
_CALL: Final = Column("call", Text("call"))


_ARGUMENTS: Final = {
    "account": Text("account", context="argument"),
    "accounts": Text("accounts", context="argument"),
    "amount": Text("amount", context="argument"),
    "amounts": Text("amounts", context="argument"),
    "cause": Text("cause", context="argument"),
    "class": Text("class", context="argument"),
    "classExpiry": Text("classExpiry", context="argument"),
    "creditor": Text("creditor", context="argument"),
    "executed": Text("executed", context="argument"),
    "existing": Text("existing", context="argument"),
    "from": Text("from", context="argument"),
    "holder": Text("holder", context="argument"),
    "holders": Text("holders", context="argument"),
    "id": Text("id", context="argument"),
    "ids": Text("ids", context="argument"),
    "incident": Text("incident", context="argument"),
    "key": Text("key", context="argument"),
    "keys": Text("keys", context="argument"),
    "kycExpiry": Text("kycExpiry", context="argument"),
    "losses": Text("losses", context="argument"),
    "name": Text("name", context="argument"),
    "newKey": Text("newKey", context="argument"),
    "oldKey": Text("oldKey", context="argument"),
    "ordinal": Text("ordinal", context="argument"),
    "organisation": Text("organisation", context="argument"),
    "pledgee": Text("pledgee", context="argument"),
    "ratio": Text("ratio", context="argument"),
    "recipients": Text("recipients", context="argument"),
    "residency": Text("residency", context="argument"),
    "role": Text("role", context="argument"),
    "roles": Text("roles", context="argument"),
    "scope": Text("scope", context="argument"),
    "since": Text("since", context="argument"),
    "splits": Text("splits", context="argument"),
    "supplyBefore": Text("supplyBefore", context="argument"),
    "to": Text("to", context="argument"),
    "transactionHash": Text("transactionHash", context="argument"),
    "until": Text("until", context="argument"),
    "waivers": Text("waivers", context="argument"),
    "wallet": Text("wallet", context="argument"),
    "wallets": Text("wallets", context="argument"),
}
"""What the arguments of the contracts' functions are."""


def request_parts(
    session: "Session", view: "RequestView", decision: "Decision | None", document: Path | None
) -> list[Record | Table]:
    """All of it: the request, its slots, and its calls with every argument by name where they are
    known here.
    """
    parts: list[Record | Table] = [
        _request(session, view, document, decision),
        _slots(session, view),
    ]
    if decision is not None:
        parts += _calls(session, decision)
    return parts


def requests_table(session: "Session", views: "Sequence[RequestView]") -> Table:
    """A line a request."""
    names = _names(session)
    return table(
        "requests",
        Text("Requests"),
        views,
        (_WHOLE_ID, lambda view: view.id),
        (_SHORT_ID, lambda view: f"0x{view.id.hex()[:_SHOWN]}"),
        (STATE, lambda view: view.state),
        (Column("act", Text("act")), lambda view: act_of(view)),
        (Column("target", Text("on")), lambda view: target_name(session, view)),
        (Column("case", Text("case")), lambda view: view.case),
        (Column("proposer", Text("proposed by")), lambda view: names.get(view.proposer)),
        (Column("proposed_at", Text("at"), detail=True), lambda view: in_tokyo(view.proposed_at)),
        (Column("expires_at", Text("until")), lambda view: in_tokyo(view.expires_at)),
        (
            Column("signatures", Text("signed", context="step")),
            lambda view: f"{_signed(view)}/{len(view.slots)}",
        ),
        (Column("missing", Text("waits for")), lambda view: _waits_for(view)),
    )


def act_of(view: "RequestView") -> Coded:
    """What people call the act; to a program its key in the policy that ships."""
    return Coded(view.act.code, view.act.text)


def target_name(session: "Session", view: "RequestView") -> str:
    """The contract by its name: a token by its code."""
    return name_of_target(session, view.request.target, view.kind)


def name_of_target(session: "Session", target: "ChecksumAddress", kind: "Kind | None") -> str:
    """The same of any contract."""
    from jp20.domain.governance.policy import Kind
    from jp20.operations.token.state import code_of

    if kind is Kind.TOKEN:
        return code_of(session, target)
    return "–" if kind is None else kind.name.lower()


def _request(
    session: "Session", view: "RequestView", document: Path | None, decision: "Decision | None"
) -> Record:
    known = decision is not None
    names = _names(session)
    request = view.request
    checked = (
        Coded("not_compared", Text("not compared (--document)"))
        if document is None
        else Coded("same", Text("is {document}", document=document.name))
    )
    unknown = Text("NOT on the chain: --decision FILE shows them")
    return Record(
        "request",
        Text("Request"),
        (
            (ID, view.id),
            (STATE, view.state),
            (Column("act", Text("act")), act_of(view)),
            (Column("function", Text("function")), view.function),
            (Column("target", Text("on")), target_name(session, view)),
            (Column("address", Text("address")), request.target),
            (Column("case", Text("case")), view.case),
            (Column("document_sha256", Text("document")), request.document_hash.hex()),
            (Column("document", Text("the document")), checked),
            (
                Column("parties", Text("parties, who sign nothing")),
                ", ".join(names.get(each, str(each)) for each in request.parties) or None,
            ),
            (
                Column("missing_parties", Text("parties NOT named")),
                _missing_parties(session, decision, names),
            ),
            (Column("calls", Text("calls"), number=True), request.calls),
            (Column("executed", Text("executed"), number=True), view.executed),
            (
                Column("known", Text("what it would do")),
                Coded(known, Text("see below") if known else unknown),
            ),
            (Column("proposer", Text("proposed by")), names.get(view.proposer)),
            (Column("proposed_at", Text("at")), in_tokyo(view.proposed_at)),
            (
                Column("ready_at", Text("can be executed from")),
                None if view.ready_at is None else in_tokyo(view.ready_at),
            ),
            (Column("expires_at", Text("until")), in_tokyo(view.expires_at)),
        ),
    )


def _missing_parties(
    session: "Session", decision: "Decision | None", names: "dict[OrganisationId, str]"
) -> Text | None:
    """Whom the chain knows as a party, and the request does not name, each with the reason."""
    from jp20.operations.governance.parties import missing_parties

    if decision is None:
        return None
    found = missing_parties(session, decision.request, decision.calls)
    if not found:
        return None
    return Text.lines(
        Text("{names}: {why}", names=names[each.organisation], why=each.why) for each in found
    )


def _slots(session: "Session", view: "RequestView") -> Table:
    names = _names(session)
    return Table(
        "slots",
        Text("Signatures"),
        (
            Column("slot", Text("slot")),
            Column("roles", Text("roles")),
            Column("organisation", Text("signed by", context="organisation")),
            Column("key", Text("key")),
            Column("counts", Text("counts")),
        ),
        [
            (
                slot.index + 1,
                " | ".join(role.name for role in sorted(slot.roles)),
                *(
                    (None, None, None)
                    if slot.signature is None
                    else (
                        names.get(slot.signature.organisation),
                        slot.signature.key,
                        slot.signature.counts,
                    )
                ),
            )
            for slot in view.slots
        ],
    )


def _calls(session: "Session", decision: "Decision") -> list[Record | Table]:
    target = decision.request.target
    known = _known(session) if target == session.consortium.address else {}
    return call_parts(session.interface(target), decision, known)


def call_parts(
    interface: "Interface | None",
    decision: "Decision",
    known: "dict[tuple[str, Value], Value] | None" = None,
) -> list[Record | Table]:
    """Single arguments, and the rows of lists. All of them: who signs has to see what. `known` says
    what some arguments stand for.
    """
    from jp20.operations.governance.calls import UnknownCall, read_call

    if interface is None:
        return [_unread(decision)]
    try:
        read = [read_call(interface, index, call) for index, call in enumerate(decision.calls)]
    except UnknownCall:
        return [_unread(decision)]
    known = known or {}
    arguments = Table(
        "arguments",
        Text("What it would do"),
        (_CALL, Column("argument", Text("argument")), Column("value", Text("value"), number=True)),
        [
            (
                each.index + 1,
                Coded(name, _named(name, with_name=True)),
                known.get((name, value), value),
            )
            for each in read
            for name, value in each.arguments
        ],
    )
    parts: list[Record | Table] = [arguments] if arguments.rows else []
    if any(each.rows for each in read):
        parts.append(_rows(read))
    return parts


def _known(session: "Session") -> dict[tuple[str, Value], Value]:
    """What the arguments of the Consortium's own functions stand for: organisations by number, a
    role's token by address.
    """
    from jp20.domain.base.addresses import ZERO_ADDRESS
    from jp20.operations.token.state import code_of

    found: dict[tuple[str, Value], Value] = {
        (argument, number): f"{number} {name}"
        for number, name in _names(session).items()
        for argument in ("organisation", "from", "to")
    }
    for token in session.tokens():
        found["scope", token.address] = f"{token.address} {code_of(session, token)}"
    found["scope", ZERO_ADDRESS] = Coded("at_large", Text("all tokens (at large)"))
    return found


def _rows(read: "Sequence[ReadCall]") -> Table:
    columns = next(each.columns for each in read if each.rows)
    numbers = {
        place
        for place in range(len(columns))
        if all(type(row[place]) is int for each in read for row in each.rows)
    }
    rows: list[Sequence[Value]] = [
        (each.index + 1, line, *row) for each in read for line, row in enumerate(each.rows, 1)
    ]
    return Table(
        "rows",
        Text("Its rows"),
        (
            _CALL,
            Column("row", Text("row")),
            *(
                Column(name, _named(name), number=place in numbers)
                for place, name in enumerate(columns)
            ),
        ),
        rows,
    )


def _named(name: str, *, with_name: bool = False) -> Text:
    """An argument by its name in the contract, which a program can rely on; in Japanese by what it
    is, where that is known.
    """
    known = _ARGUMENTS.get(name.rpartition(".")[2])
    if known is None:
        return Text.verbatim(name)
    return Text.both(name, f"{known.ja}({name})" if with_name else known.ja)


def _unread(decision: "Decision") -> Table:
    return Table(
        "arguments",
        Text("What it would do: a function that this version of JP20 does not know"),
        (_CALL, Column("data", Text("data"))),
        [(index + 1, call.data) for index, call in enumerate(decision.calls)],
    )


def _signed(view: "RequestView") -> int:
    return sum(slot.signature is not None and slot.signature.counts for slot in view.slots)


def _waits_for(view: "RequestView") -> str | None:
    from jp20.domain.governance.policy import rule_of
    from jp20.operations.governance.requests import RequestState

    if view.state is RequestState.READY:
        rule = rule_of(view.request.rule)
        return None if rule is None else _roles(rule.executors)
    if view.state is not RequestState.OPEN:
        return None
    return ", ".join(
        _roles(slot.roles)
        for slot in view.slots
        if slot.signature is None or not slot.signature.counts
    )


def _roles(roles: "frozenset[Role]") -> str:
    return "|".join(role.name for role in sorted(roles))


def _names(session: "Session") -> "dict[OrganisationId, str]":
    return {member.number: member.name for member in session.members()}
