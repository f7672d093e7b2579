"""What can go wrong between here and a node. None of it shows more of an address than the host."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from jp20.domain.base.errors import ExitCode, JP20Error, Text


class NodeFailure(JP20Error):
    """No answer that can be used. Whether what was asked was done is not known."""


class CannotConnect(NodeFailure):
    """Nobody answers at the address. What was asked was not done."""

    def __init__(self, url: str) -> None:
        host = host_of(url)
        super().__init__(
            Text(f"No connection to {host}.", f"{host} に接続できません。"),
            Text("Nothing answers at this address.", "このアドレスから応答がありません。"),
            Text(
                "Start the node (on a developer's machine: ganache), or correct the address.",
                "ノードを起動するか(開発環境では ganache)、接続先を修正してください。",
            ),
        )


class ConnectionLost(NodeFailure):
    """The node hung up before its answer was complete."""

    def __init__(self, url: str) -> None:
        host = host_of(url)
        super().__init__(
            Text(f"The connection to {host} was lost.", f"{host} との接続が切断されました。"),
            Text("It ended before the answer did.", "応答の完了前に切断されました。"),
            Text(
                "Look at the node, then try again.", "ノードの状態を確認し、再度実行してください。"
            ),
        )


class NotANode(NodeFailure):
    """Somebody answers, but not as a node does."""

    def __init__(self, url: str) -> None:
        host = host_of(url)
        super().__init__(
            Text(f"{host} is not an Ethereum node.", f"{host} はEthereumノードではありません。"),
            Text("It does not speak JSON-RPC.", "JSON-RPCの応答が得られません。"),
            Text("Correct the address and the port.", "アドレスとポートを修正してください。"),
        )


class NodeTimedOut(NodeFailure):
    """The node did not answer in `seconds`."""

    def __init__(self, url: str, method: str, seconds: float) -> None:
        host = host_of(url)
        super().__init__(
            Text(f"{host} did not answer.", f"{host} から応答がありません。"),
            Text(
                f"{method} took more than {seconds:.0f} seconds.",
                f"{method} が {seconds:.0f} 秒以内に完了しませんでした。",
            ),
            Text(
                "Look at the node, then try again.", "ノードの状態を確認し、再度実行してください。"
            ),
        )


class NodeUnavailable(NodeFailure):
    """What stands before the node says that it is not there or has too much to do."""

    def __init__(self, url: str, status: int) -> None:
        host = host_of(url)
        super().__init__(
            Text(
                f"{host} does not answer now (HTTP {status}).",
                f"{host} は現在応答できません(HTTP {status})。",
            ),
            next_step=Text(
                "Look at the node and at the proxy before it.",
                "ノードとその前段のプロキシの状態を確認してください。",
            ),
        )
        self.status = status


class AccessRefused(NodeFailure):
    """The node does not let this client in."""

    def __init__(self, url: str, status: int) -> None:
        host = host_of(url)
        super().__init__(
            Text(
                f"{host} refused access (HTTP {status}).",
                f"{host} への接続が拒否されました(HTTP {status})。",
            ),
            next_step=Text(
                "Check the token, the password or the client certificate of the network's access.",
                "接続設定のトークン・パスワード・クライアント証明書を確認してください。",
            ),
        )


class CertificateRefused(NodeFailure):
    """One side does not trust the other's certificate."""

    def __init__(self, url: str, reason: str) -> None:
        host = host_of(url)
        super().__init__(
            Text(
                f"No secure connection to {host}.",
                f"{host} との安全な接続を確立できません。",
            ),
            Text(reason, reason),
            Text(
                "Check the certificate authority (ca) and the client certificate of the network's "
                "access, and that the address speaks https.",
                "接続設定の認証局(ca)とクライアント証明書、およびアドレスが https に対応している"
                "ことを確認してください。",
            ),
        )


class AccessUnfit(NodeFailure):
    """The access to a network is described wrongly, or what it names cannot be read."""

    exit_code = ExitCode.USAGE

    def __init__(self, what: Text, next_step: Text | None = None) -> None:
        super().__init__(
            what,
            next_step=next_step
            or Text("Correct the network's access.", "ネットワークの接続設定を修正してください。"),
        )


class WrongChain(NodeFailure):
    """The node is on another chain than the one that was meant."""

    exit_code = ExitCode.USAGE

    def __init__(self, url: str, expected: int, found: int) -> None:
        host = host_of(url)
        super().__init__(
            Text(
                f"{host} is on chain {found}, not on {expected}.",
                f"{host} のチェーンIDは {found} です({expected} ではありません)。",
            ),
            next_step=Text(
                "Choose the network that is meant; nothing was signed.",
                "正しいネットワークを指定してください。署名は行われていません。",
            ),
        )


class WrongGenesis(NodeFailure):
    """The node's chain has the right number, and began with another block."""

    def __init__(self, url: str, expected: bytes, found: bytes) -> None:
        host = host_of(url)
        super().__init__(
            Text(
                f"{host} is on another chain of the same number.",
                f"{host} は、チェーンIDが同じ別のチェーンのノードです。",
            ),
            Text(
                f"Its genesis block is 0x{found.hex()}, not 0x{expected.hex()}.",
                f"ジェネシスブロックは 0x{found.hex()} です(0x{expected.hex()} ではありません)。",
            ),
            Text(
                "Choose the node that is meant; nothing was sent to it.",
                "正しいノードを指定してください。このノードには何も送信していません。",
            ),
        )


class OnAnotherFork(NodeFailure):
    """The node has another block where this client has seen one that is final."""

    def __init__(self, url: str, block: int) -> None:
        host = host_of(url)
        super().__init__(
            Text(
                f"{host} has another block {block} than the one that was final.",
                f"{host} のブロック {block} は、確定済みのブロックと異なります。",
            ),
            Text(
                "It follows a fork, or final blocks were replaced.",
                "フォークに追随しているか、確定済みのブロックが置き換えられています。",
            ),
            Text(
                "Compare the nodes before anything is sent (jp20 network check), and the network's "
                "finality with its consensus.",
                "送信を控え、jp20 network check でノードを比較し、finality の設定を確認願います。",
            ),
        )


class NodeBehind(NodeFailure):
    """The node has not yet the block that this client has seen elsewhere."""

    def __init__(self, url: str, head: int, needed: int) -> None:
        host = host_of(url)
        super().__init__(
            Text(
                f"{host} is at block {head}; {needed} was seen already.",
                f"{host} はブロック {head} です(ブロック {needed} を確認済み)。",
            )
        )
        self.head = head


class StateMissing(NodeFailure):
    """The node does not keep, or not yet have, the block that was asked about."""

    def __init__(self, url: str) -> None:
        host = host_of(url)
        super().__init__(
            Text(
                f"{host} does not have that block's state.",
                f"{host} は該当ブロックの状態を保持していません。",
            )
        )


class NodesBehind(NodeFailure):
    """All nodes that answer are behind what this client has seen or needs."""

    def __init__(self, needed: int, newest: int) -> None:
        super().__init__(
            Text(
                f"Every node is behind: the newest block is {newest}; {needed} was seen already.",
                f"すべてのノードが遅れています(最新ブロック {newest}、確認済みブロック {needed})。",
            ),
            Text(
                "What they answer may be out of date.",
                "応答が最新の状態ではない可能性があります。",
            ),
            Text(
                "Wait until they have caught up, and check that the chain produces blocks: "
                "jp20 network check.",
                "ノードが追いつくまで待ち、jp20 network check でチェーンの進行を確認してください。",
            ),
        )


class NoNode(NodeFailure):
    """None of several nodes gave an answer. `failures` has what became of each."""

    def __init__(self, failures: Sequence[NodeFailure]) -> None:
        super().__init__(
            Text(
                f"None of the {len(failures)} nodes can be used.",
                f"{len(failures)} 件のノードのいずれも使用できません。",
            ),
            Text(
                " ".join(text.en for each in failures for text in _said(each)),
                "".join(text.ja for each in failures for text in _said(each)),
            ),
            Text(
                "Look at the nodes (jp20 network check), then try again. What was being sent may "
                "have arrived.",
                "ノードの状態を確認し(jp20 network check)、再度実行してください。"
                "送信中の取引は受け付けられている可能性があります。",
            ),
        )
        self.failures = tuple(failures)


class NoBlock(JP20Error, LookupError):
    """The node does not have a block, though it was asked more than once."""

    def __init__(self, number: int | None) -> None:
        named = "the latest block" if number is None else f"block {number}"
        super().__init__(
            Text(
                f"The node does not have {named}.",
                "ノードに最新ブロックがありません。"
                if number is None
                else f"ノードにブロック {number} がありません。",
            ),
            Text(
                "It lags, the chain was replaced from there on, or several nodes of different"
                " heights answer at one address.",
                "同期が遅れているか、チェーンが巻き戻されたか、一つのアドレスの背後で高さの異なる"
                "複数のノードが応答しています。",
            ),
            Text(
                "Run the same again. Where nodes stand behind a load balancer, name each of them in"
                " jp20.toml instead: rpc = [...].",
                "再度実行してください。負荷分散装置の背後に複数のノードがある場合は、jp20.toml の"
                " rpc に各ノードを個別に指定してください(rpc = [...])。",
            ),
        )
        self.number = number


class GasPriceTooHigh(JP20Error):
    """The node asks for a gas price beyond all reason. Nothing was signed."""

    def __init__(self, price: int) -> None:
        super().__init__(
            Text(
                f"The node asks for a gas price of {price:,} wei.",
                f"ノードが提示したガス価格は {price:,} wei です。",
            ),
            Text(
                "That is beyond all reason. Nothing was signed.",
                "異常な価格のため、署名は行っていません。",
            ),
            Text(
                "Ask the network's operator, and write the price in jp20.toml:"
                " [network] gas_price.",
                "ネットワークの運営者に確認し、jp20.toml の [network] gas_price に価格を記載して"
                "ください。",
            ),
        )
        self.price = price


class NodeRefused(JP20Error):
    """The node answered with an error. `error` is JSON-RPC's, as the node wrote it."""

    def __init__(self, method: str, error: dict[str, Any]) -> None:
        message = str(error.get("message", error))
        super().__init__(
            Text(f"The node refused {method}.", f"ノードが {method} を拒否しました。"),
            Text(message, message),
        )
        self.method = method
        self.error = error


def _said(failure: NodeFailure) -> list[Text]:
    return [failure.what] if failure.why is None else [failure.what, failure.why]


def host_of(url: str) -> str:
    """The address without what may be secret in it: user, password, path, query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
