"""What people call the functions that organisations decide on."""

from dataclasses import dataclass
from functools import cache

from eth_typing import ChecksumAddress

from jp20.domain.base.text import Text
from jp20.domain.governance.policy import Kind, Policy
from jp20.operations.files.inputs import load_policy
from jp20.operations.session import Session


def function_at(session: Session, target: ChecksumAddress, selector: bytes) -> str:
    """The signature of a function of a governed contract; its selector where nobody knows it."""
    functions = session.interface(target).functions.values()
    named = (each.signature for each in functions if each.selector == selector)
    return next(named, f"0x{selector.hex()}")


@dataclass(frozen=True, slots=True)
class NamedAct:
    """What a function is called: by its key in the policy that ships, and by people."""

    code: str
    text: Text


def act_name(kind: Kind | None, function: str) -> NamedAct:
    """That of a function; the function itself where the policy does not list it."""
    act = _shipped().act(kind, function) if kind else None
    return NamedAct(act.key, act.name) if act else NamedAct(function, Text.verbatim(function))


@cache
def _shipped() -> Policy:
    """The policy that ships, read once."""
    return load_policy()
