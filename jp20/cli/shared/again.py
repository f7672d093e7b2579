"""What is said where a command finds everything done: run again, it sends nothing."""

from typing import TYPE_CHECKING

from jp20.cli.frame.output import say
from jp20.domain.base.errors import Text

if TYPE_CHECKING:
    from collections.abc import Collection

    from jp20.domain.plans.outcomes import Done, Step


def say_if_nothing_sent(steps: "Collection[Step]") -> None:
    """Says so where this call made no transaction."""
    if not steps:
        say(
            Text(
                "Nothing was sent: it was all done before under this case.",
                "送信はありません。この案件では既に実行済みです。",
            )
        )


def say_if_sent_before(done: "Done") -> None:
    """Says so where it is what an earlier run sent, and nobody was told then what became of it."""
    if done.earlier is not None:
        from jp20.domain.base.times import in_tokyo

        when = in_tokyo(int(done.earlier))
        say(
            Text(
                f"NOTHING WAS SENT NOW. The same was sent at {when} by a run that did not come"
                f" to its end, and is in block {done.block}. For a second one, run this again.",
                f"今回は送信していません。同一の取引が {when} の処理(未完了のまま終了)で送信され、"
                f"ブロック {done.block} に取り込まれています。"
                "もう一件行う場合は、再度実行してください。",
            )
        )
