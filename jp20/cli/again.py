"""What is said where a command finds everything done: run again, it sends nothing."""

from typing import TYPE_CHECKING

from jp20.cli.output import say
from jp20.domain.errors import Text

if TYPE_CHECKING:
    from collections.abc import Collection

    from jp20.domain.outcomes import Step


def say_if_nothing_sent(steps: "Collection[Step]") -> None:
    """Says so where this call made no transaction."""
    if not steps:
        say(
            Text(
                "Nothing was sent: it was all done before under this case.",
                "送信はありません。この案件では既に実行済みです。",
            )
        )
