"""Words that stand on the chain for everybody to read: of a claimant, an incident, a reason."""

from jp20.domain.base.errors import BadArgument, Text


def reference_word(text: str, option: str) -> str:
    """A reference that stands on the chain: 1 to 32 ASCII characters. Raises BadArgument."""
    from jp20.domain.governance.requests import case_id

    try:
        case_id(text)
    except ValueError:
        raise BadArgument(
            Text(
                f'{option}: "{text}" cannot stand on the chain.',
                f"{option}: 「{text}」はチェーンに記録できません。",
            ),
            Text("It is public.", "チェーン上で公開されます。"),
            Text(
                "Write 1 to 32 letters, digits and signs (ASCII), and no person's name.",
                "半角英数字・記号1〜32文字で、個人名を含めずに指定してください。",
            ),
        ) from None
    return text
