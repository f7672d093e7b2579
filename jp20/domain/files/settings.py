"""`jp20.toml`: where an organisation works: the chain's nodes, its keys, its folders, and what it
serves to others.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS, parse_address
from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.finality import INSTANT, FaultyFinality, Finality
from jp20.domain.base.text import Text
from jp20.domain.files.fields import read_toml
from jp20.domain.files.letters import quoted, visible

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HASH: Final = re.compile(r"0x[0-9a-fA-F]{64}")
_HOST: Final = re.compile(r"[A-Za-z0-9.\-]+|\[?[0-9A-Fa-f:.]+\]?")
_URL: Final = re.compile(r"[A-Za-z0-9\-._~:/?\[\]!$&'()*+,;=%]+")

_CORRECT: Final = Text("Correct or remove it.")


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Where a secret is, never the secret: an environment variable or a file, written `env:NAME` or
    `file:PATH`.
    """

    kind: Literal["env", "file"]
    name: str


@dataclass(frozen=True, slots=True)
class AccessSettings:
    """How a server is shown who asks, and which authority is trusted; files seen from the settings
    file.
    """

    bearer: SecretPlace | None = None
    user: str | None = None
    password: SecretPlace | None = None
    ca: str | None = None
    certificate: str | None = None
    key: str | None = None
    key_password: SecretPlace | None = None


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """The chain and its nodes.

    `chain_id` is checked before anything is signed, `genesis` (a block hash) where it is given.
    `gas_price` in wei, None to ask the node. `access` is one for all nodes or one for each.
    """

    rpc: tuple[str, ...]
    chain_id: int
    genesis: bytes | None
    gas_price: int | None
    finality: Finality
    access: tuple[AccessSettings, ...]


@dataclass(frozen=True, slots=True)
class Keystores:
    """Encrypted keystores: a file or a folder. `password` None: it is typed."""

    path: str
    password: SecretPlace | None


@dataclass(frozen=True, slots=True)
class Development:
    """All keys of the development mnemonic, which all the world knows."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One key in an environment variable: for development only."""

    variable: str


@dataclass(frozen=True, slots=True)
class RemoteSigner:
    """A server that signs (Web3Signer's eth1 API), for these addresses."""

    url: str
    addresses: tuple[ChecksumAddress, ...]
    access: AccessSettings


@dataclass(frozen=True, slots=True)
class Offline:
    """The key is on a machine without a network; transactions go there and back as files."""

    address: ChecksumAddress


SignerSettings = Keystores | Development | Environment | RemoteSigner | Offline


@dataclass(frozen=True, slots=True)
class Folders:
    """Where things are kept, seen from the settings file."""

    deployments: str = "deployments"
    outbox: str = "outbox"
    plans: str = "plans"
    results: str = "results"
    serve: str = "serve"


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Where the feed of `jp20 serve` is sent to: what `organisation`, by its name on the chain, may
    see for a `purpose` of views.toml. `access` is how the receiver is shown who sends, and which
    authority is trusted.
    """

    name: str
    url: str
    organisation: str
    purpose: str
    access: AccessSettings


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """`jp20 serve`. `url` is what members call, the proxy's: a text to sign in with names it.
    `listen` is where the server is, behind that proxy. `key` is the file of the key that signs
    webhooks. `rate` is requests a minute, of a client and of an organisation.
    """

    url: str = "http://127.0.0.1:8020"
    listen: tuple[str, int] = ("127.0.0.1", 8020)
    key: str | None = None
    rate: int = 600
    webhooks: tuple[WebhookSettings, ...] = ()


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Where the index of the register is: a file, seen from the settings file, or a PostgreSQL by
    URL.
    """

    database: str = "register.db"
    password: SecretPlace | None = None


@dataclass(frozen=True, slots=True)
class StatementSettings:
    """What statements are set with: folders of fonts, the one for most characters first, and a
    folder of the office's own templates; seen from the settings file.
    """

    fonts: tuple[str, ...] = ()
    templates: str | None = None


@dataclass(frozen=True, slots=True)
class VaultSettings:
    """The folder of personal data, seen from the settings file. `password` None: it is typed."""

    folder: str = "vault"
    password: SecretPlace | None = None


@dataclass(frozen=True, slots=True)
class LogSettings:
    """The folder of the access log, and the one in which its head is kept, seen from the settings
    file.
    """

    folder: str = "log"
    heads: str = "log"


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole file. `policy`, `consortium` and `views` are files, seen from this one; None: the
    policy and the views that the package carries, no consortium file. `columns` says which column
    each of the office's own headers is, NOT_READ where it is not to be read.
    """

    file: str
    network: NetworkSettings
    signer: SignerSettings
    folders: Folders
    policy: str | None
    consortium: str | None
    views: str | None
    columns: Mapping[str, str]
    index: IndexSettings
    serve: ServeSettings
    statements: StatementSettings
    vault: VaultSettings
    log: LogSettings


def parse_settings(data: bytes, file: str) -> Settings:
    """Reads a settings file. Raises FaultyFile with every fault by its field, unknown ones
    included; a file that is no TOML with the line.
    """
    document = read_toml(data, file)
    reader = _Reader(file)
    settings = Settings(
        file,
        reader.network(document.get("network")),
        reader.signer(document.get("signer")),
        reader.folders(document.get("folders", {})),
        *reader.governance(document.get("governance", {})),
        reader.columns(document.get("columns", {})),
        reader.index(document.get("index", {})),
        reader.serve(document.get("serve", {})),
        reader.statements(document.get("statements", {})),
        reader.vault(document.get("vault", {})),
        reader.log(document.get("log", {})),
    )
    tables = (
        "network",
        "signer",
        "folders",
        "governance",
        "columns",
        "index",
        "serve",
        "statements",
        "vault",
        "log",
    )
    reader.known("", document, tables)
    if reader.faults:
        raise FaultyFile(reader.faults)
    return settings


class _Reader:
    """Takes the tables apart and collects what is wrong with them."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.faults: list[Fault] = []

    def network(self, value: object) -> NetworkSettings:
        table = self._table("network", value)
        self.known("network", table, [field.name for field in fields(NetworkSettings)])
        genesis = table.get("genesis")
        if genesis is not None and not (isinstance(genesis, str) and _HASH.fullmatch(genesis)):
            self._unfit("network.genesis", 'genesis = "0x…" (64 × 0-9, a-f)')
            genesis = None
        price = table.get("gas_price")
        rpc = self._nodes(table.get("rpc"))
        return NetworkSettings(
            rpc,
            self._number("network.chain_id", table.get("chain_id"), 1),
            None if genesis is None else bytes.fromhex(genesis[2:]),
            None if price is None else self._number("network.gas_price", price, 0),
            self._finality(table.get("finality", "instant")),
            self._accesses(table.get("access", {}), len(rpc)),
        )

    def signer(self, value: object) -> SignerSettings:
        table = self._table("signer", value)
        kinds = ("keystore", "development", "environment", "web3signer", "offline")
        chosen = [kind for kind in kinds if kind in table]
        if len(chosen) != 1:
            self._unfit("signer", 'keystore = "keystores"')
            return Development()
        (kind,) = chosen
        beside = {
            "keystore": ("password",),
            "web3signer": ("addresses", "access"),
        }
        self.known("signer", table, (kind, *beside.get(kind, ())))
        match kind:
            case "keystore":
                password = table.get("password")
                return Keystores(
                    self._text("signer.keystore", table[kind]),
                    None if password is None else self._secret("signer.password", password),
                )
            case "development":
                if table[kind] is not True:
                    self._unfit("signer.development", "development = true")
                return Development()
            case "environment":
                return Environment(self._variable("signer.environment", table[kind]))
            case "web3signer":
                return self._remote(table)
        return Offline(self._address("signer.offline", table[kind]))

    def folders(self, value: object) -> Folders:
        table = self._table("folders", value)
        names = [field.name for field in fields(Folders)]
        self.known("folders", table, names)
        return Folders(
            **{name: self._text(f"folders.{name}", table[name]) for name in names if name in table}
        )

    def governance(self, value: object) -> tuple[str | None, str | None, str | None]:
        table = self._table("governance", value)
        self.known("governance", table, ("policy", "consortium", "views"))
        policy, consortium, views = (
            self._text(f"governance.{name}", table[name]) if name in table else None
            for name in ("policy", "consortium", "views")
        )
        return policy, consortium, views

    def vault(self, value: object) -> VaultSettings:
        table = self._table("vault", value)
        self.known("vault", table, ("folder", "password"))
        password = table.get("password")
        return VaultSettings(
            self._text("vault.folder", table.get("folder", VaultSettings().folder)),
            None if password is None else self._secret("vault.password", password),
        )

    def log(self, value: object) -> LogSettings:
        table = self._table("log", value)
        self.known("log", table, ("folder", "heads"))
        folder = self._text("log.folder", table.get("folder", LogSettings().folder))
        return LogSettings(folder, self._text("log.heads", table.get("heads", folder)))

    def index(self, value: object) -> IndexSettings:
        table = self._table("index", value)
        self.known("index", table, ("database", "password"))
        database = table.get("database", IndexSettings().database)
        password = table.get("password")
        if re.match(r"[a-z0-9+]+://[^@/]*:[^@/]*@", str(database)):
            # A password stands in it: it is not repeated.
            self._fault(
                "index.database",
                Text("A password stands in this URL."),
                Text('Write it without, and beside it: password = "env:VARIABLE"'),
            )
            database = IndexSettings().database
        return IndexSettings(
            self._text("index.database", database),
            None if password is None else self._secret("index.password", password),
        )

    def columns(self, value: object) -> Mapping[str, str]:
        table = self._table("columns", value)
        for header, column in table.items():
            if not isinstance(column, str):
                self._unfit(f"columns.{visible(header)}", f'{quoted(header).en} = "investor"')
        return {header: column for header, column in table.items() if isinstance(column, str)}

    def serve(self, value: object) -> ServeSettings:
        table = self._table("serve", value)
        self.known("serve", table, [field.name for field in fields(ServeSettings)])
        found: dict[str, Any] = {}
        if "url" in table:
            found["url"] = self._url("serve.url", table["url"])
        if "listen" in table:
            found["listen"] = self._listen(table["listen"])
        if "key" in table:
            found["key"] = self._text("serve.key", table["key"])
        if "rate" in table:
            found["rate"] = self._number("serve.rate", table["rate"], 1)
        if "webhooks" in table:
            found["webhooks"] = self._webhooks(table["webhooks"])
            if found["webhooks"] and "key" not in found:
                self._unfit("serve.key", 'key = "serve-key.pem"')
        return ServeSettings(**found)

    def _webhooks(self, value: object) -> tuple[WebhookSettings, ...]:
        if not isinstance(value, list):
            self._unfit("serve.webhooks", "[[serve.webhooks]]")
            return ()
        hooks = tuple(self._webhook(f"serve.webhooks.{i}", each) for i, each in enumerate(value, 1))
        names = [hook.name for hook in hooks]
        for name in sorted({each for each in names if each and names.count(each) > 1}):
            self._fault(
                "serve.webhooks",
                Text("Two webhooks are named {name}.", name=quoted(name)),
                Text("Give each a name of its own: its place in the feed is kept by it."),
            )
        return hooks

    def _webhook(self, place: str, value: object) -> WebhookSettings:
        table = self._table(place, value)
        self.known(place, table, [field.name for field in fields(WebhookSettings)])
        return WebhookSettings(
            self._text(f"{place}.name", table.get("name")),
            self._url(f"{place}.url", table.get("url"), query=True),
            self._text(f"{place}.organisation", table.get("organisation")),
            self._text(f"{place}.purpose", table.get("purpose", "register")),
            self._access(f"{place}.access", table.get("access", {})),
        )

    def statements(self, value: object) -> StatementSettings:
        table = self._table("statements", value)
        self.known("statements", table, ("fonts", "templates"))
        listed = table.get("fonts", [])
        folders = [listed] if isinstance(listed, str) else listed
        if not isinstance(folders, list):
            self._unfit("statements.fonts", 'fonts = ["fonts"]')
            folders = []
        return StatementSettings(
            tuple(self._text("statements.fonts", each) for each in folders),
            self._text("statements.templates", table["templates"])
            if "templates" in table
            else None,
        )

    def known(self, place: str, table: Mapping[str, Any], fields: Sequence[str]) -> None:
        """What a table may not hold is a fault."""
        for name in table.keys() - set(fields):
            self._fault(
                f"{place}.{name}" if place else name,
                Text("There is no such field."),
                _CORRECT,
            )

    # ---------------------------------------------------------------- single values

    def _nodes(self, value: object) -> tuple[str, ...]:
        listed = [value] if isinstance(value, str) else value
        if (
            isinstance(listed, list)
            and listed
            and all(
                isinstance(url, str) and url.startswith(("http://", "https://")) for url in listed
            )
        ):
            return tuple(listed)
        self._unfit("network.rpc", 'rpc = ["https://node.example:8545"]')
        return ()

    def _url(self, place: str, value: object, *, query: bool = False) -> str:
        """An address without a user or a fragment; on another machine by https."""
        text = value if isinstance(value, str) else ""
        try:
            url = urlsplit(text)
            fits = url.port != 0 and bool(_HOST.fullmatch(url.hostname or ""))
        except ValueError:
            url, fits = urlsplit(""), False
        here = url.hostname in ("127.0.0.1", "localhost", "::1")
        if (
            not fits
            or "@" in url.netloc
            or url.scheme not in ("https", *(("http",) if here else ()))
            or url.fragment
            or not _URL.fullmatch(text)
            or (not query and (url.query or url.path.endswith("/")))
        ):
            self._unfit(place, f'{place.rpartition(".")[2]} = "https://books.example"')
        return text

    def _listen(self, value: object) -> tuple[str, int]:
        host, _, port = str(value).rpartition(":")
        if _HOST.fullmatch(host) and port.isdecimal() and int(port) < 65_536:
            return host.strip("[]"), int(port)
        self._unfit("serve.listen", 'listen = "127.0.0.1:8020"')
        return "127.0.0.1", 8020

    def _finality(self, value: object) -> Finality:
        try:
            return Finality.parse(str(value))
        except FaultyFinality:
            self._unfit("network.finality", 'finality = "instant" | "depth:6"')
            return INSTANT

    def _accesses(self, value: object, nodes: int) -> tuple[AccessSettings, ...]:
        if not isinstance(value, list):
            return (self._access("network.access", value),)
        if len(value) != nodes:
            self._fault(
                "network.access",
                Text(
                    "{nodes:There is|There are} {nodes} {nodes:node|nodes} and {count} accesses.",
                    nodes=nodes,
                    count=len(value),
                ),
                Text("Write one for all ([network.access]) or one for each."),
            )
        return tuple(self._access("network.access", each) for each in value)

    def _access(self, place: str, value: object) -> AccessSettings:
        table = self._table(place, value)
        self.known(place, table, [field.name for field in fields(AccessSettings)])
        secrets = ("bearer", "password", "key_password")
        found: dict[str, Any] = {
            name: (self._secret if name in secrets else self._text)(f"{place}.{name}", each)
            for name, each in table.items()
            if name in {field.name for field in fields(AccessSettings)}
        }
        return AccessSettings(**found)

    def _secret(self, place: str, value: object) -> SecretPlace | None:
        """What is written may be the secret itself: it is not repeated."""
        kind, _, name = str(value).partition(":")
        if kind == "file" and name.strip():
            return SecretPlace("file", name)
        if kind == "env" and _VARIABLE.fullmatch(name):
            return SecretPlace("env", name)
        self._fault(
            place,
            Text("This does not say where the secret is."),
            Text("Write env:VARIABLE or file:PATH, never the secret itself."),
        )
        return None

    def _remote(self, table: Mapping[str, Any]) -> RemoteSigner:
        url, listed = table["web3signer"], table.get("addresses")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            self._unfit("signer.web3signer", 'web3signer = "https://signer.example:9000"')
        if not isinstance(listed, list) or not listed:
            self._unfit("signer.addresses", 'addresses = ["0x…"]')
            listed = []
        addresses = tuple(self._address("signer.addresses", each) for each in listed)
        return RemoteSigner(
            str(url), addresses, self._access("signer.access", table.get("access", {}))
        )

    def _table(self, place: str, value: object) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return value
        self._unfit(place, f"[{place}]")
        return {}

    def _text(self, place: str, value: object) -> str:
        if isinstance(value, str) and value.strip():
            return value
        self._unfit(place, f'{place.rpartition(".")[2]} = "…"')
        return ""

    def _variable(self, place: str, value: object) -> str:
        if isinstance(value, str) and _VARIABLE.fullmatch(value):
            return value
        self._unfit(place, f'{place.rpartition(".")[2]} = "JP20_…"')
        return ""

    def _number(self, place: str, value: object, least: int) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        self._unfit(place, f"{place.rpartition('.')[2]} = {least}, {least + 1}, …")
        return 0

    def _address(self, place: str, value: object) -> ChecksumAddress:
        try:
            return parse_address(str(value))
        except ValueError:
            self._unfit(place, "0x + 40 × 0-9, a-f, A-F")
            return ZERO_ADDRESS

    def _unfit(self, place: str, example: str) -> None:
        self._fault(
            place,
            Text("This is missing or unfit."),
            Text("Write: {example}", example=example),
        )

    def _fault(self, place: str, what: Text, next_step: Text) -> None:
        self.faults.append(Fault(self._file, None, place, what, next_step))
