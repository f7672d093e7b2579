"""From the data of a revert to an error that says what was refused, why, and what to do."""

import re
from collections.abc import Mapping
from typing import Any, Final

from jp20.chain.contracts.abi import Decoded
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.refusals import REFUSALS
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.domain.governance.policy import rule_of
from jp20.domain.governance.requests import Call
from jp20.domain.token.reasons import Reason

_ERROR_STRING: Final = bytes.fromhex("08c379a0")
_PANIC: Final = bytes.fromhex("4e487b71")
_HEX: Final = re.compile(r"0x([0-9a-fA-F]{2})*")

REASON_OF: Final = {
    "ERC20InsufficientBalance": Reason.INSUFFICIENT_BALANCE,
    "ERC20InsufficientAllowance": Reason.INSUFFICIENT_ALLOWANCE,
    "ERC20InvalidReceiver": Reason.RECIPIENT_ZERO,
    "PlatformHalted": Reason.PLATFORM_HALTED,
}
"""The standards' errors that say what one of JP20's reasons says."""


class Reverted(JP20Error):
    """A contract refused a call. `decoded` is its error, None where nobody knows it; `data` its
    bytes.
    """

    def __init__(
        self,
        what: Text,
        why: Text | None,
        next_step: Text | None,
        decoded: Decoded | None,
        data: bytes,
    ) -> None:
        super().__init__(what, why, next_step)
        self.decoded = decoded
        self.data = data
        self.code = None if decoded is None else decoded.name


class Refused(Reverted):
    """A movement of units was refused for `reason` (G3)."""

    def __init__(self, what: Text, reason: Reason, decoded: Decoded, data: bytes) -> None:
        why = Text(
            "{reason} ({code}): {text}", reason=reason.name, code=reason.value, text=reason.text
        )
        super().__init__(what, why, None, decoded, data)
        self.reason = reason
        self.code = reason.name


class RowInTheWay(Refused):
    """Row `index` (from 0) of a batch was refused, and with it the batch."""

    def __init__(self, index: int, reason: Reason, decoded: Decoded, data: bytes) -> None:
        super().__init__(
            Text("Row {row} of the batch is refused, and with it the batch.", row=index + 1),
            reason,
            decoded,
            data,
        )
        self.index = index


class Restrained(Reverted):
    """A restraint keeps the holder's units: `free` of them can move. Which one is not in the
    contract's error: `reason` is None until somebody asked `preview`.
    """

    def __init__(self, decoded: Decoded, data: bytes) -> None:
        self.reason: Reason | None = None
        self.free = int(decoded.arguments["unfrozen"])
        amount = decoded.arguments["amount"]
        super().__init__(
            Text("A transfer of {units} {units:unit|units} is refused.", units=amount),
            Text(
                "A lock-up, freeze, pledge, attachment, commitment keeps them; {free} free.",
                free=self.free,
            ),
            None,
            decoded,
            data,
        )


class Unauthorized(Reverted):
    """The key may not call the function at once. `needed` are the roles that may; none where none
    may.
    """

    def __init__(
        self, function: str, needed: tuple[Role, ...], decoded: Decoded, data: bytes
    ) -> None:
        key = decoded.arguments["caller"]
        roles = Text.listing(role.text for role in needed)
        why = Text("No organisation's key may call it at once.")
        if needed:
            why = Text("Its organisation lacks the role: {roles}.", roles=roles)
        super().__init__(
            Text("{key} may not call {function}.", key=key, function=function),
            why,
            Text("Use a key of an organisation with the role, or propose a request."),
            decoded,
            data,
        )
        self.key = key
        self.function = function
        self.needed = needed


def explain(
    decoded: Decoded | None,
    data: bytes,
    call: Call,
    *,
    function: str | None = None,
    rule: int | None = None,
) -> Reverted:
    """The typed error for a revert of `call`.

    `function` is the called one's name where it is known. `rule` is the word of the Consortium's
    rule for it, from which an unauthorised caller learns which role is missing.
    """
    called = function or f"0x{call.selector.hex()}"
    what = Text("{called} was refused.", called=called)
    if decoded is None:
        return Reverted(what, _plain_reason(data), None, None, data)
    arguments = decoded.arguments
    match decoded.name:
        case "TransferRefused":
            return Refused(what, Reason(arguments["reason"]), decoded, data)
        case "RowInTheWay":
            return RowInTheWay(arguments["index"], Reason(arguments["reason"]), decoded, data)
        case "ERC7943InsufficientUnfrozenBalance":
            return Restrained(decoded, data)
        case "AccessManagedUnauthorized":
            return Unauthorized(called, _direct_roles(rule), decoded, data)
        case name if name in REASON_OF:
            return Refused(what, REASON_OF[name], decoded, data)
        case name if name in REFUSALS:
            return Reverted(what, REFUSALS[name].filled(arguments), None, decoded, data)
    return Reverted(what, Text.verbatim(str(decoded)), None, decoded, data)


def revert_data(error: Mapping[str, Any]) -> bytes | None:
    """The revert's data in a JSON-RPC error of geth, anvil or Ganache; None where it is no revert.

    geth and anvil have it in `data`, Ganache there or in `data.result` or by transaction hash in
    `data.<hash>.return`, Parity and its kin as "Reverted 0x…". A revert without data is b"".
    """
    data = error.get("data")
    candidates: list[object] = [data]
    if isinstance(data, Mapping):
        candidates = [data.get("result"), data.get("return"), data.get("data")]
        candidates += [each.get("return") for each in data.values() if isinstance(each, Mapping)]
    for candidate in candidates:
        if isinstance(candidate, str):
            digits = candidate.removeprefix("Reverted ")
            if _HEX.fullmatch(digits):
                return bytes.fromhex(digits[2:])
    return b"" if "revert" in str(error.get("message", "")).lower() else None


def _direct_roles(word: int | None) -> tuple[Role, ...]:
    """The roles that may call at once; none where the rule asks for more than one signature."""
    rule = rule_of(word or 0)
    return tuple(sorted(rule.slots[0])) if rule and rule.is_direct else ()


def _plain_reason(data: bytes) -> Text:
    """What a revert says that is none of JP20's errors."""
    if data[:4] == _ERROR_STRING and len(data) >= 68:
        length = int.from_bytes(data[36:68], "big")
        message = data[68 : 68 + length].decode("utf-8", "replace")
        return Text.verbatim(message)
    if data[:4] == _PANIC:
        code = int.from_bytes(data[4:], "big")
        return Text("The contract panicked (0x{code:02x}).", code=code)
    if not data:
        return Text(
            "The contract gave no reason; often there is none at the address, or gas ran out."
        )
    return Text("An unknown error: 0x{data}.", data=data.hex())
