"""Whose keys are here, without opening one: no password is asked, no server called."""

from typing import TYPE_CHECKING

from jp20.cli.frame.workspace import Workspace
from jp20.domain.files.settings import Keystores, RemoteSigner

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress


def own_addresses(place: Workspace) -> "frozenset[ChecksumAddress]":
    """The addresses of the keys. A keystore that does not say its own is opened after all. Raises
    NoKey where there is none.
    """
    from jp20.chain.signing.keystores import keystores

    chosen = place.settings.signer
    if isinstance(chosen, RemoteSigner):
        return frozenset(chosen.addresses)
    if isinstance(chosen, Keystores):
        files = place.keystore_files()
        said = {each.file: each.address for each in keystores(files[0].parent)}
        known = [said.get(file) for file in files]
        found = frozenset(each for each in known if each is not None)
        if None not in known:
            return found
    return frozenset(signer.address for signer in place.signers)
