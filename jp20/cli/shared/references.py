"""Words that stand on the chain for everybody to read: of a claimant, an incident, a reason."""

from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text


def reference_word(text: str, option: str) -> str:
    """A reference that stands on the chain: 1 to 32 ASCII characters. Raises BadArgument."""
    from jp20.domain.governance.requests import case_id

    try:
        case_id(text)
    except ValueError:
        raise BadArgument(
            Text('{option}: "{text}" cannot stand on the chain.', option=option, text=text),
            Text("It is public."),
            Text("Write 1 to 32 letters, digits and signs (ASCII), and no person's name."),
        ) from None
    return text
