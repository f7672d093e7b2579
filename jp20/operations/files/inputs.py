"""The input files, read: what they mean is the domain's."""

import time
from pathlib import Path

from jp20.chain.contracts.contract import artifact, token_interface
from jp20.domain.base.errors import BadArgument, ExitCode, JP20Error
from jp20.domain.base.os_errors import reason
from jp20.domain.base.text import Text
from jp20.domain.files.fields import MOST_JSON
from jp20.domain.files.tables import PLAIN, Layout
from jp20.domain.governance.consortium_file import ConsortiumFile, parse_consortium
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.policy import Kind, Policy
from jp20.domain.governance.policy_file import parse_governance
from jp20.domain.governance.views import Views, parse_views
from jp20.domain.investors.investors import InvestorFile, parse_investors
from jp20.domain.investors.people_file import PeopleFile, parse_people
from jp20.domain.plans.allotments import AllotmentFile, parse_allotments
from jp20.domain.plans.moves_file import MovesFile, parse_moves
from jp20.domain.token.term_sheet import TermSheet, parse_term_sheet

SHIPPED_POLICY = Path(__file__).parents[2] / "data" / "governance.toml"
"""The policy that the package carries."""

SHIPPED_VIEWS = Path(__file__).parents[2] / "data" / "views.toml"
"""Who sees what, as the package carries it."""


class NoFile(JP20Error):
    """There is no such file, or it cannot be read."""

    exit_code = ExitCode.USAGE

    what = Text("{file} cannot be read.")
    next_step = Text("Check the name of the file.")

    def __init__(self, file: Path, error: OSError) -> None:
        super().__init__(why=reason(error), file=file)


def read_file(file: Path) -> bytes:
    """The file's bytes; of one that is larger than any reader takes no more than shows that. Raises
    NoFile.
    """
    return _bytes(file, MOST_JSON + 1)


def read_document(file: Path) -> bytes:
    """The bytes of a document whose hash goes to the chain. Raises NoFile, BadArgument where it is
    empty: every empty file has the same hash, and is evidence of nothing.
    """
    content = _bytes(file)
    if not content:
        raise BadArgument(
            Text("{file} is empty (0 bytes).", file=file),
            Text("The hash of an empty file is evidence of nothing."),
            Text("Name the document itself."),
        )
    return content


def _bytes(file: Path, most: int = -1) -> bytes:
    try:
        with file.open("rb") as source:
            return source.read(most)
    except OSError as error:
        raise NoFile(file, error) from None


def load_policy(file: Path | None = None) -> Policy:
    """A policy, the shipped one by default. Raises NoFile, FaultyFile."""
    chosen = file or SHIPPED_POLICY
    return parse_governance(read_file(chosen), chosen.name, governed_functions())


def load_views(file: Path | None = None) -> Views:
    """Who sees what, the shipped file by default. Raises NoFile, FaultyFile."""
    chosen = file or SHIPPED_VIEWS
    return parse_views(read_file(chosen), chosen.name)


def load_consortium(file: Path) -> ConsortiumFile:
    """Raises NoFile, FaultyFile."""
    return parse_consortium(read_file(file), file.name)


def load_term_sheet(file: Path) -> TermSheet:
    """Raises NoFile, FaultyFile."""
    return parse_term_sheet(read_file(file), file.name)


def load_investors(file: Path, now: int | None = None, layout: Layout = PLAIN) -> InvestorFile:
    """Raises NoFile, FaultyFile where there is no usable header. `now` in unix seconds: today."""
    moment = int(time.time()) if now is None else now
    return parse_investors(read_file(file), file.name, moment, layout)


def load_allotments(
    file: Path, investors: InvestorFile | None = None, layout: Layout = PLAIN
) -> AllotmentFile:
    """Raises NoFile, FaultyFile where there is no usable header.

    `investors` say which wallet a customer reference means: their first.
    """
    data = read_file(file)
    if investors is None:
        return parse_allotments(data, file.name, layout=layout)
    wallets, uncertain = investors.wallets, investors.uncertain
    return parse_allotments(data, file.name, wallets, uncertain=uncertain, layout=layout)


def load_people(
    file: Path, investors: InvestorFile | None = None, layout: Layout = PLAIN
) -> PeopleFile:
    """Raises NoFile, FaultyFile where there is no usable header. `investors` say whose a customer
    number is.
    """
    wallets = {} if investors is None else investors.all_wallets
    return parse_people(read_file(file), file.name, wallets, layout)


def load_moves(file: Path, layout: Layout = PLAIN) -> MovesFile:
    """Raises NoFile, FaultyFile."""
    return parse_moves(read_file(file), file.name, layout)


def evidence_of(case: str, file: Path) -> Evidence:
    """The evidence of a case: its document's hash. Raises NoFile, BadArgument, BadCase."""
    return Evidence.of(case, read_document(file))


def governed_functions() -> dict[Kind, list[str]]:
    """The signatures of all functions that change state, by kind of contract."""
    interfaces = {
        Kind.CONSORTIUM: artifact("Consortium").interface,
        Kind.PLATFORM: artifact("Platform").interface,
        Kind.TOKEN: token_interface(),
        Kind.SETTLEMENT: artifact("Settlement").interface,
    }
    return {
        kind: [each.signature for each in interface.functions.values() if each.changes_state]
        for kind, interface in interfaces.items()
    }
