"""What is said where a command finds everything done: run again, it sends nothing."""

from typing import TYPE_CHECKING

from jp20.cli.frame.output import say
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection

    from jp20.domain.plans.outcomes import Done, Step


def say_if_nothing_sent(steps: "Collection[Step]") -> None:
    """Says so where this call made no transaction."""
    if not steps:
        say(Text("Nothing was sent: it was all done before under this case."))


def say_if_sent_before(done: "Done") -> None:
    """Says so where it is what an earlier run sent, and nobody was told then what became of it."""
    if done.earlier is not None:
        from jp20.domain.base.times import in_tokyo

        when = in_tokyo(int(done.earlier))
        say(
            Text(
                "NOTHING WAS SENT NOW. The same was sent at {when} by a run that did not come to "
                "its end, and is in block {block}. For a second one, run this again.",
                when=when,
                block=done.block,
            )
        )
