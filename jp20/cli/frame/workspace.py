"""The working folder: its settings, and from them the chain, the keys and the desk."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jp20.cli.frame.options import address
from jp20.cli.frame.session import session
from jp20.domain.base.errors import BadArgument, JP20Error, Text
from jp20.domain.files.settings import (
    AccessSettings,
    Development,
    Environment,
    Keystores,
    Offline,
    RemoteSigner,
    SecretPlace,
    Settings,
    SignerSettings,
    parse_settings,
)

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.chain.rpc.access import Access, Secret
    from jp20.chain.rpc.connection import Connection
    from jp20.chain.rpc.networks import Network
    from jp20.chain.signing.passwords import Password
    from jp20.chain.signing.signers import Signer
    from jp20.domain.governance.consortium_file import ConsortiumFile
    from jp20.domain.governance.policy import Policy
    from jp20.operations.session import Desk

SETTINGS: Final = "jp20.toml"

_DEVELOPMENT_KEYS: Final = 30

_DEPLOY: Final = Text(
    "Run: jp20 platform deploy, or copy the file from the operator.",
    "jp20 platform deploy を実行するか、運営者からファイルを入手してください。",
)


class NoWorkspace(BadArgument):
    """There is no settings file here or above."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                f"There is no {SETTINGS} in this folder or one above it.",
                f"現在のフォルダとその上位に {SETTINGS} がありません。",
            ),
            next_step=Text(
                "Make a working folder with: jp20 init FOLDER, or name the file with --config.",
                "jp20 init フォルダ で作業フォルダを作成するか、--config で指定してください。",
            ),
        )


class NotDeployed(JP20Error):
    """The platform is not on this chain yet, as far as this folder knows."""

    def __init__(self, file: Path, next_step: Text = _DEPLOY) -> None:
        super().__init__(
            Text(f"There is no platform: {file} is missing.", f"基盤がありません({file} なし)。"),
            next_step=next_step,
        )


class Workspace:
    """A settings file, and what it says where things are."""

    def __init__(self, file: Path) -> None:
        from jp20.operations.files.inputs import read_file

        self.file: Final = file
        self.folder: Final = file.resolve().parent
        self.settings: Final[Settings] = parse_settings(read_file(file), file.name)

    def path(self, named: str) -> Path:
        """A file or folder of the settings."""
        return self.folder / named

    @property
    def network(self) -> "Network":
        """The nodes, and the chain that they must be on."""
        from jp20.chain.rpc.networks import Network

        found = self.settings.network
        access = tuple(self._access(each) for each in found.access)
        return Network(
            found.rpc,
            found.chain_id,
            found.gas_price,
            genesis=found.genesis,
            finality=found.finality,
            access=access[0] if len(access) == 1 else access,
        )

    @cached_property
    def connection(self) -> "Connection":
        """The chain, checked to be the one that is meant. Raises CannotConnect, WrongChain."""
        from jp20.chain.rpc.connection import connect

        return connect(self.network)

    @cached_property
    def signers(self) -> "list[Signer]":
        """Whose keys sign; a keystore's password is asked for here. Raises NoKey, WrongPassword."""
        from jp20.chain.signing.signers import (
            OfflineSigner,
            development_signers,
            environment_signer,
            keystore_signer,
        )
        from jp20.chain.signing.web3signer import Web3SignerServer

        chosen = self.signer
        match chosen:
            case Development():
                self._require_development()
                return [*development_signers(_DEVELOPMENT_KEYS)]
            case Environment(variable):
                return [environment_signer(variable)]
            case Offline(address):
                return [OfflineSigner(address)]
            case Keystores():
                return [
                    keystore_signer(file, self.password(file)) for file in self.keystore_files()
                ]
            case RemoteSigner(url, addresses, access):
                server = Web3SignerServer(url, self._access(access))
                return [server.signer(address) for address in addresses]

    def key_of(self, address: "ChecksumAddress") -> "Signer":
        """The signer of an address. Raises BadArgument where its key is not here."""
        for signer in self.signers:
            if signer.address == address:
                return signer
        raise BadArgument(
            Text(f"The key of {address} is not here.", f"{address} の鍵がありません。"),
            next_step=Text(
                "Put its keystore beside the others: jp20 keys import",
                "jp20 keys import で鍵ファイルを取り込んでください。",
            ),
        )

    def keystore_files(self) -> list[Path]:
        """Those of the settings. Raises NoKey where there is none."""
        from jp20.chain.signing.keystores import NoKey, keystores

        named = self.keystore_folder
        files = [named] if named.is_file() else [each.file for each in keystores(named)]
        if not files:
            raise NoKey(
                Text(f"There is no keystore in {named}.", f"{named} に鍵ファイルがありません。"),
                next_step=Text(
                    f"Make one: jp20 keys create {named / 'NAME.json'}",
                    f"jp20 keys create {named / '名前.json'} で作成してください。",
                ),
            )
        return files

    @property
    def keystore_folder(self) -> Path:
        """Where the keystores are: what the settings name, else `keystores`."""
        chosen = self.settings.signer
        return self.path(chosen.path if isinstance(chosen, Keystores) else "keystores")

    def password(self, file: Path) -> "Password":
        """What asks for a keystore's password, where the settings say that it is."""
        from jp20.chain.signing.passwords import password_file, password_variable
        from jp20.cli.frame.passwords import opening

        chosen = self.settings.signer
        place = chosen.password if isinstance(chosen, Keystores) else None
        if place is None:
            return opening(None, file)
        return (
            password_file(self.path(place.name))
            if place.kind == "file"
            else password_variable(place.name)
        )

    @property
    def outbox(self) -> Path:
        """The folder in which what was sent is remembered."""
        return self.path(self.settings.folders.outbox)

    @property
    def signer(self) -> SignerSettings:
        """Who signs: `--offline`, else what the settings say."""
        offline = session().offline
        if offline is None:
            return self.settings.signer
        return Offline(address(offline, "--offline"))

    @property
    def deployment_file(self) -> Path:
        """Where the platform's addresses are kept."""
        from jp20.operations.governance.platform import deployment_path

        folder = self.path(self.settings.folders.deployments)
        return deployment_path(folder, self.settings.network.chain_id)

    def policy(self) -> "Policy":
        """The organisation's policy file, the package's where none is named."""
        from jp20.operations.files.inputs import load_policy

        named = self.settings.policy
        return load_policy(self.path(named) if named else None)

    def consortium(self) -> "ConsortiumFile":
        """The consortium's file. Raises BadArgument where none is named."""
        from jp20.operations.files.inputs import load_consortium

        if self.settings.consortium is None:
            raise BadArgument(
                Text(
                    f"{self.file.name} names no consortium file.",
                    f"{self.file.name} にコンソーシアムファイルの指定がありません。",
                ),
                next_step=Text(
                    'Write: [governance] consortium = "consortium.toml"',
                    '[governance] consortium = "consortium.toml" と記載してください。',
                ),
            )
        return load_consortium(self.path(self.settings.consortium))

    def desk(self) -> "Desk":
        """The platform with this organisation's keys; on a development chain with everybody's.

        The keys of one organisation carry a decision as far as they reach: what others have to do
        is said by AwaitingOthers, and the same command goes on after they did it.
        """
        connection = self.connection  # the chain is checked before a password is asked for
        return self._desk(connection, self.signers)

    def view(self) -> "Desk":
        """The platform without keys: to look at, with no password asked."""
        return self._desk(self.connection, [])

    def require_platform(self) -> None:
        """Where a platform was deployed, it is on the chain. Raises NotOnThisChain."""
        from jp20.operations.governance.platform import load_deployment
        from jp20.operations.session import require_present

        if self.deployment_file.exists():
            require_present(self.connection, load_deployment(self.deployment_file))

    def _access(self, found: AccessSettings) -> "Access":
        from jp20.chain.rpc.access import Access

        return Access(
            self._secret(found.bearer),
            found.user,
            self._secret(found.password),
            self._file(found.ca),
            self._file(found.certificate),
            self._file(found.key),
            self._secret(found.key_password),
        )

    def _secret(self, place: SecretPlace | None) -> "Secret | None":
        from jp20.chain.rpc.access import FromEnvironment, FromFile

        if place is None:
            return None
        return (
            FromEnvironment(place.name) if place.kind == "env" else FromFile(self.path(place.name))
        )

    def _file(self, named: str | None) -> Path | None:
        return None if named is None else self.path(named)

    def _desk(self, connection: "Connection", signers: "list[Signer]") -> "Desk":
        from jp20.operations.governance.platform import load_deployment
        from jp20.operations.session import open_desk

        if not self.deployment_file.exists():
            raise NotDeployed(self.deployment_file)
        in_turn = not isinstance(self.signer, Development)
        deployment = load_deployment(self.deployment_file)
        desk = open_desk(connection, deployment, signers, in_turn=in_turn, outbox=self.outbox)
        session().closing.callback(desk.close)
        return desk

    def _require_development(self) -> None:
        from jp20.chain.signing.signers import DEVELOPMENT_CHAINS

        if self.settings.network.chain_id not in DEVELOPMENT_CHAINS:
            raise BadArgument(
                Text(
                    "The development keys do not sign for this chain.",
                    "開発用の鍵は、このチェーンでは使用できません。",
                ),
                Text("All the world knows them.", "この鍵は公開されています。"),
                Text(
                    f"Name your keystores in {self.file.name}: [signer].",
                    f"{self.file.name} の [signer] に自組織の鍵ファイルを指定してください。",
                ),
            )


def workspace() -> Workspace:
    """The working folder of this call: `--config`, else the first settings file found from here
    upwards. Raises NoWorkspace, NoFile, FaultyFile.
    """
    named = session().config
    if named is not None:
        return Workspace(named)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / SETTINGS).is_file():
            return Workspace(folder / SETTINGS)
    raise NoWorkspace
