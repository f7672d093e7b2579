"""The working folder: its settings, and from them the chain, the keys and the session."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Final

from eth_typing import ChecksumAddress

from jp20.access_log.accesses import AccessLog
from jp20.chain.rpc.access import Access as Access
from jp20.chain.rpc.access import FromEnvironment, FromFile, Secret
from jp20.chain.rpc.connection import Connection, connect
from jp20.chain.rpc.networks import Network as Network
from jp20.chain.rpc.node_errors import NodeFailure as NodeFailure
from jp20.chain.rpc.vigil import Vigil
from jp20.chain.signing.keystores import NoKey, keystores
from jp20.chain.signing.passwords import Password, password_file, password_variable
from jp20.chain.signing.signers import (
    DEVELOPMENT_CHAINS,
    OfflineSigner,
    Signer,
    development_signers,
    environment_signer,
    keystore_signer,
)
from jp20.chain.signing.web3signer import Web3SignerServer
from jp20.domain.base.errors import BadArgument, JP20Error
from jp20.domain.base.text import Text
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
from jp20.domain.governance.consortium_file import ConsortiumFile
from jp20.domain.governance.policy import Policy
from jp20.domain.governance.views import Views
from jp20.operations.files.inputs import load_consortium, load_policy, load_views, read_file
from jp20.operations.governance.platform import deployment_path, load_deployment
from jp20.operations.register.index_place import IndexedPast, IndexPlace
from jp20.operations.session import Session, open_session, require_present
from jp20.vault.vault import Vault, create_vault, open_vault
from jp20.views.fonts import FontSet, NoFonts
from jp20.views.pdf import TEMPLATES, Statements

SETTINGS: Final = "jp20.toml"

_DEVELOPMENT_KEYS: Final = 30

_DEPLOY: Final = Text("Run: jp20 platform deploy, or copy the file from the operator.")


class NoWorkspace(BadArgument):
    """There is no settings file here or above."""

    what = Text("There is no {file} in this folder or one above it.")
    next_step = Text(
        "Make a working folder with: jp20 init FOLDER, or name the file with --config."
    )

    def __init__(self) -> None:
        super().__init__(file=SETTINGS)


class NotDeployed(JP20Error):
    """The platform is not on this chain yet, as far as this folder knows."""

    what = Text("There is no platform: {file} is missing.")

    def __init__(self, file: Path, next_step: Text = _DEPLOY) -> None:
        super().__init__(next_step=next_step, file=file)


class Workspace:
    """A settings file, and what it says where things are.

    What it opens `closing` closes. `ask` makes what asks a person for a keystore's password;
    `offline` is the address of a key on another machine, in place of the settings' signer;
    `opened` is told of each session, `waiting` what a node is asked that keeps one waiting, and for
    how many seconds by now.
    """

    def __init__(
        self,
        file: Path,
        closing: ExitStack,
        ask: Callable[[Path], Password],
        offline: ChecksumAddress | None = None,
        opened: Callable[[Session], None] = lambda session: None,
        waiting: Callable[[str, float], None] | None = None,
    ) -> None:
        self._closing = closing
        self._ask = ask
        self._offline = offline
        self._opened = opened
        self._waiting = waiting
        self.file: Final = file
        self.folder: Final = file.resolve().parent
        self.settings: Final[Settings] = parse_settings(read_file(file), file.name)

    def path(self, named: str) -> Path:
        """A file or folder of the settings."""
        return self.folder / named

    @property
    def network(self) -> Network:
        """The nodes, and the chain that they must be on."""
        found = self.settings.network
        access = tuple(self.access(each) for each in found.access)
        return Network(
            found.rpc,
            found.chain_id,
            found.gas_price,
            genesis=found.genesis,
            finality=found.finality,
            access=access[0] if len(access) == 1 else access,
        )

    @cached_property
    def connection(self) -> Connection:
        """The chain, checked to be the one that is meant. Raises CannotConnect, WrongChain."""
        vigil = None if self._waiting is None else Vigil(self._waiting)
        if vigil is not None:
            self._closing.callback(vigil.close)
        connection = connect(self.network, vigil=vigil)
        self._closing.callback(connection.close)
        return connection

    @cached_property
    def signers(self) -> list[Signer]:
        """Whose keys sign; a keystore's password is asked for here. Raises NoKey, WrongPassword."""
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
                server = Web3SignerServer(url, self.access(access))
                return [server.signer(address) for address in addresses]

    def key_of(self, address: ChecksumAddress) -> Signer:
        """The signer of an address. Raises BadArgument where its key is not here."""
        for signer in self.signers:
            if signer.address == address:
                return signer
        raise BadArgument(
            Text("This folder does not have the key of {address}.", address=address),
            next_step=Text("Put its keystore beside the others: jp20 keys import"),
        )

    def founder_key(self, address: ChecksumAddress) -> Signer:
        """The signer that founds a platform, whose key has to be on this machine. Raises
        BadArgument.
        """
        signer = self.key_of(address)
        if isinstance(signer, OfflineSigner):
            raise BadArgument(
                Text("The founder's key has to be on this machine."),
                Text("It has no powers once the platform is set up."),
                Text("Make a key for this purpose alone: jp20 keys create"),
            )
        return signer

    def own_addresses(self) -> frozenset[ChecksumAddress]:
        """The addresses of the keys, no password asked and no server called. A keystore that does
        not say its own is opened after all. Raises NoKey where there is none.
        """
        chosen = self.settings.signer
        if isinstance(chosen, RemoteSigner):
            return frozenset(chosen.addresses)
        if isinstance(chosen, Keystores):
            files = self.keystore_files()
            said = {each.file: each.address for each in keystores(files[0].parent)}
            known = [said.get(file) for file in files]
            found = frozenset(each for each in known if each is not None)
            if None not in known:
                return found
        return frozenset(signer.address for signer in self.signers)

    def keystore_files(self) -> list[Path]:
        """Those of the settings. Raises NoKey where there is none."""
        named = self.keystore_folder
        files = [named] if named.is_file() else [each.file for each in keystores(named)]
        if not files:
            raise NoKey(
                Text("There is not a keystore in {named}.", named=named),
                next_step=Text("Make one: jp20 keys create {named}/NAME.json", named=named),
            )
        return files

    @property
    def keystore_folder(self) -> Path:
        """Where the keystores are: what the settings name, else `keystores`."""
        chosen = self.settings.signer
        return self.path(chosen.path if isinstance(chosen, Keystores) else "keystores")

    def password(self, file: Path) -> Password:
        """What asks for a keystore's password, where the settings say that it is."""
        chosen = self.settings.signer
        place = chosen.password if isinstance(chosen, Keystores) else None
        return self._ask(file) if place is None else self.secret_at(place)

    @property
    def outbox(self) -> Path:
        """The folder in which what was sent is remembered."""
        return self.path(self.settings.folders.outbox)

    @property
    def index(self) -> IndexPlace:
        """Where the index of the register is."""
        named = self.settings.index.database
        secret = self._secret(self.settings.index.password)
        return IndexPlace(
            named if "://" in named else self.path(named),
            lambda: None if secret is None else secret.read(),
        )

    @property
    def vault_folder(self) -> Path:
        """Where personal data is."""
        return self.path(self.settings.vault.folder)

    def make_vault(self, password: str) -> None:
        """Raises VaultExists."""
        create_vault(self.vault_folder, password)

    def vault(self) -> Vault:
        """Personal data; the password is where the settings say, else it is asked for. Raises
        NoVault, VaultDamaged, WrongStorePassword.
        """
        place = self.settings.vault.password
        password = self._ask(self.vault_folder) if place is None else self.secret_at(place)
        found = open_vault(self.vault_folder, password)
        self._closing.callback(found.close)
        return found

    def secret_at(self, place: SecretPlace) -> Password:
        """A password in a file or an environment variable."""
        if place.kind == "file":
            return password_file(self.path(place.name))
        return password_variable(place.name)

    @property
    def access_log(self) -> AccessLog:
        """What was seen and done with whose data."""
        found = self.settings.log
        return AccessLog(self.path(found.folder), self.path(found.heads))

    def views(self) -> Views:
        """Who sees what: the organisation's file, the package's where none is named."""
        named = self.settings.views
        return load_views(self.path(named) if named else None)

    @property
    def signer(self) -> SignerSettings:
        """Who signs."""
        return self.settings.signer if self._offline is None else Offline(self._offline)

    @property
    def deployment_file(self) -> Path:
        """Where the platform's addresses are kept."""
        folder = self.path(self.settings.folders.deployments)
        return deployment_path(folder, self.settings.network.chain_id)

    def policy(self) -> Policy:
        """The organisation's policy file, the package's where none is named."""
        named = self.settings.policy
        return load_policy(self.path(named) if named else None)

    def consortium(self) -> ConsortiumFile:
        """The consortium's file. Raises BadArgument where none is named."""
        if self.settings.consortium is None:
            raise BadArgument(
                Text("{file} names no consortium file.", file=self.file.name),
                next_step=Text('Write: [governance] consortium = "consortium.toml"'),
            )
        return load_consortium(self.path(self.settings.consortium))

    def press(self) -> Statements:
        """What sets statements, with the settings' fonts and templates. Raises NoFonts,
        UnfitTemplate, ExtraMissing.
        """
        found = self.settings.statements
        folder = TEMPLATES if found.templates is None else self.path(found.templates)
        if not found.fonts:
            raise NoFonts(self.file.name)
        return Statements(FontSet([self.path(each) for each in found.fonts]), folder)

    def session(self) -> Session:
        """The platform with this organisation's keys; on a development chain with everybody's.

        The keys of one organisation carry a decision as far as they reach: what others have to do
        is said by AwaitingOthers, and the same command goes on after they did it.
        """
        connection = self.connection  # the chain is checked before a password is asked for
        session = self._session(connection, self.signers)
        session.follow()
        return session

    def view(self) -> Session:
        """The platform without keys: to look at, with no password asked."""
        return self._session(self.connection, [])

    def view_if_any(self) -> Session | None:
        """The same; None where this folder knows of none, or has no node."""
        try:
            return self.view()
        except (NotDeployed, NodeFailure):
            return None

    def require_platform(self) -> None:
        """Where a platform was deployed, it is on the chain. Raises NotOnThisChain."""
        if self.deployment_file.exists():
            require_present(self.connection, load_deployment(self.deployment_file))

    def access(self, found: AccessSettings) -> Access:
        """How a server is shown who asks."""
        return Access(
            self._secret(found.bearer),
            found.user,
            self._secret(found.password),
            self._file(found.ca),
            self._file(found.certificate),
            self._file(found.key),
            self._secret(found.key_password),
        )

    def _secret(self, place: SecretPlace | None) -> Secret | None:
        if place is None:
            return None
        return (
            FromEnvironment(place.name) if place.kind == "env" else FromFile(self.path(place.name))
        )

    def _file(self, named: str | None) -> Path | None:
        return None if named is None else self.path(named)

    def _session(self, connection: Connection, signers: list[Signer]) -> Session:
        if not self.deployment_file.exists():
            raise NotDeployed(self.deployment_file)
        single_organisation = not isinstance(self.signer, Development)
        deployment = load_deployment(self.deployment_file)
        session = open_session(
            connection,
            deployment,
            signers,
            single_organisation=single_organisation,
            outbox=self.outbox,
            kept=IndexedPast(
                self.index,
                (connection.chain_id, connection.genesis, deployment.consortium.address),
            ),
        )
        self._closing.callback(session.close)
        self._opened(session)
        return session

    def _require_development(self) -> None:
        if self.settings.network.chain_id not in DEVELOPMENT_CHAINS:
            raise BadArgument(
                Text("The development keys do not sign for this chain."),
                Text("They are public."),
                Text("Name your keystores in {file}: [signer].", file=self.file.name),
            )


def find_settings(folder: Path) -> Path:
    """The first settings file in a folder or above it. Raises NoWorkspace."""
    for each in (folder, *folder.parents):
        if (each / SETTINGS).is_file():
            return each / SETTINGS
    raise NoWorkspace
