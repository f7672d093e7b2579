"""`jp20 network validators`: who seals blocks, and the votes that change it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.commands.network_nodes import NETWORK, NODE, ORGANISATION, NetworkFileOption
from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.options import Yes, address
from jp20.cli.frame.output import Column, Table, confirm, say, show, table
from jp20.cli.frame.workspace import workspace
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.network.network_file import NetworkFile
    from jp20.network.operator_channel import OperatorChannel
    from jp20.operations.session import Session

app = typer.Typer(no_args_is_help=True)

By = Annotated[str, option("Your own node, which asks or votes.", "--node", metavar="NODE")]
Candidate = Annotated[
    str, argument("A node of the network file, or a validator's address.", "VALIDATOR")
]
_VALIDATOR: Final = Column("validator", Text("validator"))
_CHANGE: Final = Column("change", Text("change"))


@command(
    app,
    "list",
    "List the validators with their organisation and the last block that each sealed.",
    "jp20 network validators list --node ibuki-1",
)
def validators_list(node: By, network: NetworkFileOption = NETWORK) -> None:
    """By what this organisation's own node says."""
    from jp20.network.validators import validators

    file, channel = _at(network, node)
    show(
        table(
            "validators",
            Text("Validators"),
            validators(file, channel),
            (ORGANISATION, lambda each: each.organisation),
            (NODE, lambda each: each.node),
            (_VALIDATOR, lambda each: each.address),
            (Column("admitted", Text("may seal")), lambda each: each.admitted),
            (Column("sealed", Text("blocks lately"), number=True), lambda each: each.sealed),
            (Column("last", Text("last block"), number=True), lambda each: each.last),
        )
    )


@command(
    app,
    "votes",
    "Show the votes under way, who has voted, and what your node votes for.",
    "jp20 network validators votes --node ibuki-1",
)
def validators_votes(node: By, network: NetworkFileOption = NETWORK) -> None:
    """A vote counts when the validator that casts it seals a block."""
    from jp20.network.validators import ballot

    file, channel = _at(network, node)
    found = ballot(file, channel)
    show(
        table(
            "votes",
            Text("Votes"),
            found.votes,
            (ORGANISATION, lambda vote: _organisation(file, vote.candidate)),
            (_VALIDATOR, lambda vote: vote.candidate),
            (_CHANGE, lambda vote: _change(vote.add)),
            (
                Column("voters", Text("voted")),
                lambda vote: ", ".join(_organisation(file, each) or each for each in vote.voters),
            ),
            (Column("needed", Text("needed"), number=True), lambda vote: vote.needed),
        ),
        Table(
            "own",
            Text("What this node votes for"),
            (ORGANISATION, _VALIDATOR, _CHANGE),
            [(_organisation(file, each), each, _change(add)) for each, add in found.own.items()],
        ),
    )


@command(
    app,
    "propose",
    "Have your node vote to add a validator of network.toml. Its organisation must hold "
    "the role VALIDATOR.",
    "jp20 network validators propose kaede-1 --node ibuki-1",
)
def validators_propose(
    validator: Candidate, node: By, network: NetworkFileOption = NETWORK, yes: Yes = False
) -> None:
    """More than half of the validators must vote alike, each at its own node (S3, S8)."""
    _vote(network, node, validator, yes, add=True)


@command(
    app,
    "drop",
    "Have your node vote to remove a validator.",
    "jp20 network validators drop kaede-1 --node ibuki-1",
)
def validators_drop(
    validator: Candidate, node: By, network: NetworkFileOption = NETWORK, yes: Yes = False
) -> None:
    """The same for taking one out."""
    _vote(network, node, validator, yes, add=False)


@command(
    app,
    "withdraw",
    "Have your node stop voting on a validator.",
    "jp20 network validators withdraw kaede-1 --node ibuki-1",
)
def validators_withdraw(
    validator: Candidate, node: By, network: NetworkFileOption = NETWORK
) -> None:
    """What it voted in blocks stays until the epoch ends."""
    from jp20.network.validators import withdraw_vote

    file, channel = _at(network, node)
    withdraw_vote(file, channel, _address(file, validator))
    say(Text("This node no longer votes on it."))


def holders(session: "Session | None") -> tuple[str, ...] | None:
    """Who has the role VALIDATOR on the platform; None where that is not known."""
    from jp20.network.validators import known_role_holders

    return None if session is None else known_role_holders(session)


def platform() -> "Session | None":
    """The platform without keys; None where this folder knows of none, or has no node."""
    from jp20.operations.workspace import NoWorkspace

    try:
        return workspace().view_if_any()
    except NoWorkspace:
        return None


# Inside


def _vote(network: Path, node: str, validator: str, yes: bool, *, add: bool) -> None:
    from jp20.network.validators import propose_vote

    file, channel = _at(network, node)
    candidate = _address(file, validator)
    whose = _organisation(file, candidate) or "?"
    what = (
        Text("Vote to add {candidate} of {organisation}?", candidate=candidate, organisation=whose)
        if add
        else Text(
            "Vote to remove {candidate} of {organisation}?", candidate=candidate, organisation=whose
        )
    )
    allowed = holders(platform()) if add else None
    confirm(what, yes)
    propose_vote(file, channel, candidate, add=add, holders=allowed)
    say(
        Text(
            "This node casts the vote in every block that it seals. To follow it: jp20 network "
            "validators votes"
        )
    )


def _at(network: Path, node: str) -> "tuple[NetworkFile, OperatorChannel]":
    from jp20.network.init import load_network, node_named
    from jp20.network.operator_channel import operator_channel

    file = load_network(network)
    return file, operator_channel(file, node_named(file, node), network.parent)


def _address(file: "NetworkFile", named: str) -> "ChecksumAddress":
    for node in file.validators:
        if node.name == named:
            if node.validator is None:
                raise BadArgument(
                    Text(
                        "The public part of {named} is not in {file}.", named=named, file=file.file
                    ),
                    next_step=Text("Write in what its organisation sent."),
                )
            return node.validator
    return address(named, "VALIDATOR")


def _organisation(file: "NetworkFile", validator: "ChecksumAddress") -> str | None:
    owner = file.owner(validator)
    return owner[0].name if owner else None


def _change(add: bool) -> Text:
    return Text("add") if add else Text("remove")
