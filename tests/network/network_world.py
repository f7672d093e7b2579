"""A platform on the network, and a token whose holders have their keys at hand."""

import csv
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from jp20.chain.rpc.connection import connect
from jp20.chain.signing.signers import KeySigner, development_signers
from jp20.domain.governance.deployment import Deployment
from jp20.domain.governance.evidence import Evidence
from jp20.operations.files.inputs import (
    evidence_of,
    load_allotments,
    load_consortium,
    load_investors,
    load_policy,
    load_term_sheet,
)
from jp20.operations.governance.platform import deploy_platform
from jp20.operations.plans.plan import distribute, enrol
from jp20.operations.register.report import report
from jp20.operations.session import Session, open_session
from jp20.operations.token.issue import create_token, issue_units
from poa_network import PoaNetwork, PoaNode

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
sys.path.append(str(EXAMPLES))
import make_applicants  # noqa: E402

HOLDERS, EACH = 20, 500
TOKEN = "JP20-RE-0001"
SHEET = EXAMPLES / "term-sheets" / "real-estate.toml"
INVESTORS = EXAMPLES / "real-estate" / "investors.csv"


@dataclass(frozen=True)
class World:
    """20 holders of 500 units each: 10,000 units."""

    network: PoaNetwork
    folder: Path
    deployment: Deployment
    holders: Sequence[KeySigner]

    def session(self, nodes: Sequence[PoaNode] | None = None) -> Session:
        """All organisations' keys, through these nodes or all."""
        connection = connect(self.network.network(nodes))
        return open_session(connection, self.deployment, development_signers(30))

    def balances(self, node: PoaNode) -> dict[str, int]:
        """Of the holders, by the register that one node's events add up to, reconciled with the
        chain's own balances.
        """
        found = report(self.session([node]), TOKEN)
        assert found.reconciled
        return dict(found.register.holders())


def settle(network: PoaNetwork, folder: Path) -> World:
    """Deploys the platform through all four nodes, and issues and delivers the token."""
    file = load_consortium(EXAMPLES / "consortium.toml")
    keys = {key.address: key for key in development_signers(30)}
    deployment = deploy_platform(
        connect(network.network()),
        keys[file.founder],
        load_policy(EXAMPLES / "governance.toml"),
        file.organisations,
        folder / "deployment.json",
    )
    rows = list(csv.reader(io.StringIO(INVESTORS.read_text("utf-8-sig"))))[: HOLDERS + 1]
    people, allotments = folder / "investors.csv", folder / "allotments.csv"
    people.write_text("".join(",".join(row) + "\n" for row in rows), "utf-8")
    allotments.write_text(
        "顧客番号,数量\n" + "".join(f"{row[0]},{EACH}\n" for row in rows[1:]), "utf-8"
    )
    holders = [KeySigner(make_applicants.key_of(row[0])) for row in rows[1:]]
    world = World(network, folder, deployment, holders)
    session = world.session()
    investors = load_investors(people)
    assert investors.faults == ()
    enrol(session, investors, evidence_of("WL-1", people))
    sheet = load_term_sheet(SHEET)
    sheet = replace(sheet, terms=replace(sheet.terms, locked_until=0))
    create_token(session, sheet, "港南リアルティ", "ひいらぎ信託銀行", evidence_of("CR-1", SHEET))
    issue_units(session, TOKEN, HOLDERS * EACH, Evidence.of("IS-1", b"Resolution"))
    distribute(
        session, TOKEN, load_allotments(allotments, investors), evidence_of("AL-1", allotments)
    )
    return world
