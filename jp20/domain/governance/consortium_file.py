"""`consortium.toml`: the organisations that found a consortium, with their roles and keys (S2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS, NotAnAddress, WrongChecksum, parse_address
from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.ids import OrganisationId
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.domain.files.fields import read_toml
from jp20.domain.governance.policy import Organisation

_FIELDS: Final = ("name", "roles", "keys")


@dataclass(frozen=True, slots=True)
class OrganisationEntry:
    """An organisation of the file: its public name, its roles at large, its keys' addresses."""

    name: str
    roles: tuple[Role, ...]
    keys: tuple[ChecksumAddress, ...]


@dataclass(frozen=True, slots=True)
class ConsortiumFile:
    """The file: who sets everything up, and the organisations in the order of their numbers."""

    file: str
    founder: ChecksumAddress
    organisations: tuple[OrganisationEntry, ...]

    @property
    def members(self) -> tuple[Organisation, ...]:
        """The organisations with the numbers that they will have."""
        return tuple(
            Organisation(OrganisationId(number), frozenset(entry.roles))
            for number, entry in enumerate(self.organisations, start=1)
        )


_START: Final = Text("Start from examples/consortium.toml.")


def parse_consortium(data: bytes, file: str) -> ConsortiumFile:
    """Reads a consortium file. Raises FaultyFile with every fault by its field: a name that comes
    twice, an unknown role, a role that nobody holds, a key that is no address or comes twice.
    """
    document = read_toml(data, file, _START)
    reader = _Reader(file)
    founder = reader.address("founder", document.get("founder"))
    listed = document.get("organisations")
    if not isinstance(listed, list) or not listed:
        reader.fault(
            "organisations", Text("There are no organisations."), Text("Write [[organisations]].")
        )
        listed = []
    organisations = tuple(reader.organisation(n, entry) for n, entry in enumerate(listed, start=1))
    for name in document.keys() - {"founder", "organisations"}:
        reader.unknown(name)
    reader.judge(founder, organisations)
    if reader.faults:
        raise FaultyFile(reader.faults)
    return ConsortiumFile(file, founder, organisations)


class _Reader:
    """Takes the tables apart and collects what is wrong with them."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.faults: list[Fault] = []

    def organisation(self, number: int, entry: object) -> OrganisationEntry:
        place = f"organisations[{number}]"
        fields: Mapping[str, Any] = entry if isinstance(entry, dict) else {}
        for field in fields.keys() - set(_FIELDS):
            self.unknown(f"{place}.{field}")
        name = fields.get("name")
        if not isinstance(name, str) or not name.strip():
            self._missing(f"{place}.name")
        named = self._list(f"{place}.roles", fields.get("roles"))
        roles = [self._role(f"{place}.roles", each) for each in named]
        keys = [
            self.address(f"{place}.keys", key)
            for key in self._list(f"{place}.keys", fields.get("keys"))
        ]
        return OrganisationEntry(
            str(name), tuple(role for role in roles if role is not None), tuple(keys)
        )

    def judge(self, founder: ChecksumAddress, organisations: tuple[OrganisationEntry, ...]) -> None:
        """What is in order by itself and not together."""
        names: set[str] = set()
        keys = {founder}
        for number, each in enumerate(organisations, start=1):
            place = f"organisations[{number}]"
            if each.name in names:
                self.fault(
                    f"{place}.name",
                    Text("{name} is listed twice.", name=each.name),
                    Text("Give each its own name."),
                )
            names.add(each.name)
            for key in each.keys:
                if key in keys and key != ZERO_ADDRESS:
                    self.fault(
                        f"{place}.keys",
                        Text("{key} is the founder's or listed before.", key=key),
                        Text("Give each its own keys."),
                    )
                keys.add(key)

    def address(self, place: str, value: object) -> ChecksumAddress:
        try:
            address = parse_address(str(value))
        except WrongChecksum:
            what = Text("{value} has a wrong checksum.", value=value)
        except NotAnAddress:
            what = Text("{value!r} is not an address.", value=value)
        else:
            if address != ZERO_ADDRESS:
                return address
            what = Text("This is the zero address.")
        self.fault(place, what, Text("Copy the address of the key again."))
        return ZERO_ADDRESS

    def unknown(self, place: str) -> None:
        self.fault(place, Text("There is no such field."), Text("Correct or remove it."))

    def fault(self, place: str, what: Text, next_step: Text) -> None:
        self.faults.append(Fault(self._file, None, place, what, next_step))

    def _role(self, place: str, value: object) -> Role | None:
        if isinstance(value, str) and value in Role.__members__:
            return Role[value]
        self.fault(
            place,
            Text("{value!r} is not a role.", value=value),
            Text("Roles: {roles}.", roles=Text.listing(Role.__members__)),
        )
        return None

    def _list(self, place: str, value: object) -> list[Any]:
        if isinstance(value, list) and value:
            return value
        self._missing(place)
        return []

    def _missing(self, place: str) -> None:
        self.fault(place, Text("This is missing."), Text("Fill it in."))
