"""`jp20 index`: what the chain said, kept in a database, so that any past block is answered at
once.
"""

import signal
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.endings import Ending
from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.options import Yes
from jp20.cli.frame.output import Column, Record, confirm, progress, say, show
from jp20.cli.frame.workspace import workspace
from jp20.domain.base.errors import ExitCode
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.operations.register.follow import FollowProgress

app = typer.Typer(no_args_is_help=True)

_BLOCK = Column("block", Text("block"), number=True)


@app.command(
    "follow",
    help=help_text("Follow the chain into the index until the command is ended."),
    epilog=example("jp20 index follow --once", "jp20 index follow"),
)
def index_follow(
    once: Annotated[
        bool, typer.Option("--once", help=help_text("Only up to the block that is the newest now."))
    ] = False,
) -> None:
    """Ended at any point, it goes on from there (G15)."""
    _follow(once=once, again=False)


@app.command(
    "rebuild",
    help=help_text("Make the index again from the platform's first block."),
    epilog=example("jp20 index rebuild"),
)
def index_rebuild(yes: Yes = False) -> None:
    """From the chain alone; nothing is lost that the chain has (G15)."""
    confirm(Text("Empty the index in {place} and read it again?", place=workspace().index), yes)
    _follow(once=True, again=True)


@app.command(
    "status",
    help=help_text(
        "Show the last block that the index has. Exit code 1 if the chain has a "
        "different block there."
    ),
    epilog=example("jp20 index status"),
)
def index_status_() -> None:
    """Reads the index and asks the node (G15)."""
    from jp20.domain.base.times import in_tokyo
    from jp20.operations.register.indexing import index_status

    place = workspace()
    found = index_status(place.view(), place.index)
    show(
        Record(
            "index",
            Text("Index: {place}", place=found.place),
            (
                (_BLOCK, found.last.number),
                (Column("hash", Text("hash")), found.last.hash),
                (Column("time", Text("time")), in_tokyo(found.last.time)),
                (Column("final", Text("final up to block"), number=True), found.final),
                (Column("head", Text("newest block"), number=True), found.head),
                (Column("behind", Text("blocks behind"), number=True), found.behind),
                (Column("contracts", Text("contracts"), number=True), found.contracts),
                (Column("agrees", Text("agrees with the chain")), found.agrees),
            ),
        )
    )
    if found.agrees is False:
        raise Ending(ExitCode.REFUSED)


@app.command(
    "hash",
    help=help_text(
        "Show the hash of everything in the index. It is the same on every database and "
        "after every rebuild up to the same block."
    ),
    epilog=example("jp20 index hash"),
)
def index_hash_() -> None:
    """Two organisations compare what they have read (G15)."""
    from jp20.operations.register.indexing import index_hash

    last, hash = index_hash(workspace().index)
    show(
        Record(
            "index_hash",
            Text("Hash of the index"),
            ((_BLOCK, last.number), (Column("sha256", Text("SHA-256")), hash)),
        )
    )


def _follow(*, once: bool, again: bool) -> None:
    from jp20.operations.register.indexing import follow_chain

    place = workspace()
    is_over = False

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal is_over
        is_over = True

    before = signal.signal(signal.SIGTERM, end)
    try:
        with progress(Text("Reading the chain")) as told:

            def tell(done: "FollowProgress") -> None:
                told(done.block, done.head)

            done = follow_chain(
                place.view(), place.index, tell, lambda: is_over, once=once, again=again
            )
    finally:
        signal.signal(signal.SIGTERM, before)
    if done.behind:
        say(
            Text(
                "The node is at block {head}, the index is already at block {block}.",
                head=done.head,
                block=done.block,
            )
        )
    else:
        say(Text("The index reads up to block {block}.", block=done.block))
