"""A request by its id, or by the first digits of it, as a list shows them."""

import re
from typing import TYPE_CHECKING, Annotated, Final

from jp20.cli.frame.declare import argument
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.base.ids import RequestId
    from jp20.operations.session import Session

_DIGITS: Final = re.compile(r"[0-9a-fA-F]{8,64}")

Id = Annotated[
    str, argument("Its id, or the first digits of it, from jp20 requests list.", "REQUEST")
]


def require_id(text: str) -> None:
    """Raises BadArgument for what cannot be an id, or the beginning of one."""
    if not _DIGITS.fullmatch(text.removeprefix("0x")):
        raise BadArgument(
            Text('REQUEST: "{text}" is not the id of a request.', text=text),
            next_step=Text(
                "Write 0x and all 64 digits, or the first 8 or more: jp20 requests list"
            ),
        )


def id_of(session: "Session", text: str) -> "RequestId":
    """The request that is meant. Raises BadArgument where none begins so, or several do."""
    from jp20.domain.base.ids import RequestId
    from jp20.operations.governance.requests import proposals

    digits = text.removeprefix("0x").lower()
    if len(digits) == 64:
        return RequestId(bytes.fromhex(digits))
    found = [each for each in proposals(session) if each.hex().startswith(digits)]
    if len(found) == 1:
        return found[0]
    raise BadArgument(
        Text(
            "{count} {count:request|requests} {count:begins|begin} with {text}.",
            count=len(found),
            text=text,
        ),
        next_step=Text("Write its id as it is: jp20 requests list --format json"),
    )
