"""What can go wrong between here and a node. None of it shows more of an address than the host."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.text import Text


class NodeFailure(JP20Error):
    """No answer that can be used. Whether what was asked was done is not known."""


class CannotConnect(NodeFailure):
    """Nobody answers at the address. What was asked was not done."""

    what = Text("No connection to {host}.")
    why = Text("Nothing answers at this address.")
    next_step = Text("Start the node (on a developer's machine: ganache), or correct the address.")

    def __init__(self, url: str) -> None:
        host = host_of(url)
        super().__init__(host=host)


class ConnectionLost(NodeFailure):
    """The node hung up before its answer was complete."""

    what = Text("The connection to {host} was lost.")
    why = Text("It ended before the answer did.")
    next_step = Text("Look at the node, then try again.")

    def __init__(self, url: str) -> None:
        host = host_of(url)
        super().__init__(host=host)


class NotANode(NodeFailure):
    """Somebody answers, but not as a node does."""

    what = Text("{host} is not an Ethereum node.")
    why = Text("It does not speak JSON-RPC.")
    next_step = Text("Correct the address and the port.")

    def __init__(self, url: str) -> None:
        host = host_of(url)
        super().__init__(host=host)


class NodeTimedOut(NodeFailure):
    """The node did not answer in `seconds`."""

    what = Text("{host} did not answer.")
    why = Text("{method} took more than {seconds:.0f} seconds.")
    next_step = Text("Look at the node, then try again.")

    def __init__(self, url: str, method: str, seconds: float) -> None:
        host = host_of(url)
        super().__init__(host=host, method=method, seconds=seconds)


class NodeUnavailable(NodeFailure):
    """What stands before the node says that it is not there or has too much to do."""

    what = Text("{host} does not answer now (HTTP {status}).")
    next_step = Text("Look at the node and at the proxy before it.")

    def __init__(self, url: str, status: int) -> None:
        host = host_of(url)
        super().__init__(host=host, status=status)
        self.status = status


class AccessRefused(NodeFailure):
    """The node does not let this client in."""

    what = Text("{host} refused access (HTTP {status}).")
    next_step = Text(
        "Check the token, the password or the client certificate of the network's access."
    )

    def __init__(self, url: str, status: int) -> None:
        host = host_of(url)
        super().__init__(host=host, status=status)


class CertificateRefused(NodeFailure):
    """One side does not trust the other's certificate."""

    what = Text("No secure connection to {host}.")
    next_step = Text(
        "Check the certificate authority (ca) and the client certificate of the network's "
        "access, and that the address speaks https."
    )

    def __init__(self, url: str, reason: str) -> None:
        host = host_of(url)
        super().__init__(why=Text.verbatim(reason), host=host)


class AccessUnfit(NodeFailure):
    """The access to a network is described wrongly, or what it names cannot be read."""

    exit_code = ExitCode.USAGE

    next_step = Text("Correct the network's access.")

    def __init__(self, what: Text, next_step: Text | None = None) -> None:
        super().__init__(what, next_step=next_step)


class WrongChain(NodeFailure):
    """The node is on another chain than the one that was meant."""

    exit_code = ExitCode.USAGE

    what = Text("{host} is on chain {found}, not on {expected}.")
    next_step = Text("Choose the network that is meant; nothing was signed.")

    def __init__(self, url: str, expected: int, found: int) -> None:
        host = host_of(url)
        super().__init__(host=host, found=found, expected=expected)


class WrongGenesis(NodeFailure):
    """The node's chain has the right number, and began with another block."""

    what = Text("{host} is on another chain of the same number.")
    why = Text("Its genesis block is 0x{found}, not 0x{expected}.")
    next_step = Text("Choose the node that is meant; nothing was sent to it.")

    def __init__(self, url: str, expected: bytes, found: bytes) -> None:
        host = host_of(url)
        super().__init__(host=host, found=found.hex(), expected=expected.hex())


class OnAnotherFork(NodeFailure):
    """The node has another block where this client has seen one that is final."""

    what = Text("{host} has another block {block} than the one that was final.")
    why = Text("It follows a fork, or final blocks were replaced.")
    next_step = Text(
        "Compare the nodes before anything is sent (jp20 network check), and the "
        "network's finality with its consensus."
    )

    def __init__(self, url: str, block: int) -> None:
        host = host_of(url)
        super().__init__(host=host, block=block)


class NodeBehind(NodeFailure):
    """The node has not yet the block that this client has seen elsewhere."""

    what = Text("{host} is at block {head}; {needed} was seen already.")

    def __init__(self, url: str, head: int, needed: int) -> None:
        host = host_of(url)
        super().__init__(host=host, head=head, needed=needed)
        self.head = head


class StateMissing(NodeFailure):
    """The node does not keep, or not yet have, the block that was asked about."""

    what = Text("{host} does not have that block's state.")

    def __init__(self, url: str) -> None:
        host = host_of(url)
        super().__init__(host=host)


class NodesBehind(NodeFailure):
    """All nodes that answer are behind what this client has seen or needs."""

    what = Text("Every node is behind: the newest block is {newest}; {needed} was seen already.")
    why = Text("What they answer may be out of date.")
    next_step = Text(
        "Wait until they have caught up, and check that the chain produces blocks: jp20 "
        "network check."
    )

    def __init__(self, needed: int, newest: int) -> None:
        super().__init__(newest=newest, needed=needed)


class NoNode(NodeFailure):
    """None of several nodes gave an answer. `failures` has what became of each."""

    what = Text("None of the {count} {count:node|nodes} can be used.")
    next_step = Text(
        "Look at the nodes (jp20 network check), then try again. What was being sent may "
        "have arrived."
    )

    def __init__(self, failures: Sequence[NodeFailure]) -> None:
        super().__init__(
            why=Text.joined(text for each in failures for text in _said(each)), count=len(failures)
        )
        self.failures = tuple(failures)


class NoBlock(JP20Error, LookupError):
    """The node does not have a block, though it was asked more than once."""

    what = Text("The node does not have the latest block.")
    why = Text(
        "It lags, the chain was replaced from there on, or several nodes of different heights "
        "answer at one address."
    )
    next_step = Text(
        "Run the same again. Where nodes stand behind a load balancer, name each of them in "
        "jp20.toml instead: rpc = [...]."
    )

    def __init__(self, number: int | None) -> None:
        named = Text("The node does not have block {number}.", number=number)
        super().__init__(None if number is None else named)
        self.number = number


class GasPriceTooHigh(JP20Error):
    """The node asks for a gas price beyond all reason. Nothing was signed."""

    what = Text("The node asks for a gas price of {price:,} wei.")
    why = Text("That is beyond all reason. Nothing was signed.")
    next_step = Text(
        "Ask the network's operator, and write the price in jp20.toml: [network] gas_price."
    )

    def __init__(self, price: int) -> None:
        super().__init__(price=price)
        self.price = price


class NodeRefused(JP20Error):
    """The node answered with an error. `error` is JSON-RPC's, as the node wrote it."""

    what = Text("The node refused {method}.")

    def __init__(self, method: str, error: dict[str, Any]) -> None:
        message = str(error.get("message", error))
        super().__init__(why=Text.verbatim(message), method=method)
        self.method = method
        self.error = error


def _said(failure: NodeFailure) -> list[Text]:
    return [failure.what] if failure.why is None else [failure.what, failure.why]


def host_of(url: str) -> str:
    """The address without what may be secret in it: user, password, path, query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
