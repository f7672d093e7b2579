"""Why the vault cannot be used, or does not have what is asked for."""

from pathlib import Path

from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.text import Text


class NoVault(JP20Error):
    """There is no vault in the folder."""

    exit_code = ExitCode.USAGE
    what = Text("There is no vault in {folder}.")
    next_step = Text("Make one: jp20 vault create")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder=folder)


class VaultExists(JP20Error):
    """There is a vault already where one was to be made."""

    exit_code = ExitCode.USAGE
    what = Text("There is a vault in {folder} already.")
    why = Text("It is not overwritten.")
    next_step = Text("Use it, or name another folder.")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder=folder)


class VaultDamaged(JP20Error):
    """A file of the vault is not whole, is another program's, or was changed."""

    what = Text("{file} cannot be used: {said}.")
    next_step = Text("Bring back both files of the vault from backups of the same time.")

    def __init__(self, file: Path, said: Text | str) -> None:
        super().__init__(file=file, said=said)


class VaultBusy(JP20Error):
    """Another process keeps the vault locked."""

    what = Text("{file} is in use by another process.")
    next_step = Text("Try again when it has ended.")

    def __init__(self, file: Path) -> None:
        super().__init__(file=file)


class WrongStorePassword(JP20Error):
    """The password does not open the vault."""

    exit_code = ExitCode.USAGE
    what = Text("The password does not open the vault in {folder}.")
    why = Text("It is mistyped, or was replaced: the store key is of epoch {epoch}.")
    next_step = Text("Use the password of that epoch.")

    def __init__(self, folder: Path, epoch: int) -> None:
        super().__init__(folder=folder, epoch=epoch)


class SameStorePassword(JP20Error):
    """A new store key was to be made from the old password."""

    exit_code = ExitCode.USAGE
    what = Text("The new password is the old one.")
    why = Text("Old backups of the keys would open with it for ever.")
    next_step = Text("Choose another one, and destroy the old one when no backup needs it.")


class StoreKeyReplaced(JP20Error):
    """Another process made a new store key meanwhile."""

    what = Text("The vault in {folder} has a new store key since it was opened.")
    next_step = Text("Open it again with the new password.")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder=folder)


class PersonUnknown(JP20Error):
    """The vault has no record of a person."""

    exit_code = ExitCode.USAGE
    what = Text("The vault has no record of investor {person}.")
    next_step = Text("Fill it from the whitelist file: jp20 vault fill FILE")

    def __init__(self, person: int) -> None:
        super().__init__(person=f"0x{person:038x}")


class PersonErased(JP20Error):
    """The person's key was destroyed."""

    what = Text("The record of investor {person} was erased on {day}.")
    why = Text("Its key was destroyed: nobody can read it any more.")
    next_step = Text("Nothing is left to be done.")

    def __init__(self, person: int, day: str) -> None:
        super().__init__(person=f"0x{person:038x}", day=day)
