"""What people call the functions that organisations decide on."""

from functools import cache

from eth_typing import ChecksumAddress

from jp20.domain.base.errors import Text
from jp20.domain.governance.policy import Kind, Policy
from jp20.operations.files.inputs import load_policy
from jp20.operations.session import Session


def function_at(session: Session, target: ChecksumAddress, selector: bytes) -> str:
    """The signature of a function of a governed contract; its selector where nobody knows it."""
    functions = session.interface(target).functions.values()
    named = (each.signature for each in functions if each.selector == selector)
    return next(named, f"0x{selector.hex()}")


def act_name(kind: Kind | None, function: str) -> Text:
    """What people call an act, from the policy that ships."""
    act = _shipped().act(kind, function) if kind else None
    return act.name if act else Text(function, function)


@cache
def _shipped() -> Policy:
    """The policy that ships, read once."""
    return load_policy()
