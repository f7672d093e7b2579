"""Which versions of the clients are known to be vulnerable."""

import pytest

from jp20.network.client_versions import client_of, weaknesses
from jp20.network.network_file import Consensus


def names(said: str) -> list[str]:
    return [each.name for each in weaknesses(client_of(said))]


@pytest.mark.requirement("G26")
@pytest.mark.parametrize(
    ("said", "consensus", "version"),
    [
        ("Geth/v1.13.15-stable/linux-amd64/go1.22.10", Consensus.CLIQUE, (1, 13, 15)),
        ("Geth/ibuki/v1.13.15-stable-c5ba367e/linux-amd64/go1.21.6", Consensus.CLIQUE, (1, 13, 15)),
        (
            "Geth/node1-qbft/v1.10.3-stable-fcd1a3a3(quorum-v24.4.1)/linux-amd64/go1.19",
            Consensus.QUORUM_QBFT,
            (24, 4, 1),
        ),
        ("besu/v26.3.0/linux-x86_64/openjdk-java-21", Consensus.BESU_QBFT, (26, 3, 0)),
        ("besu/ibuki/v25.12/linux-x86_64/openjdk-java-21", Consensus.BESU_QBFT, (25, 12, 0)),
        ("anvil/v1.3.0", None, ()),
        ("", None, ()),
    ],
)
def test_a_client_says_what_it_is(said: str, consensus: Consensus | None, version: tuple):
    found = client_of(said)
    assert (found.consensus, found.version) == (consensus, version)


@pytest.mark.requirement("G26")
def test_the_last_geth_with_clique_has_the_weaknesses_found_after_it():
    assert names("Geth/v1.13.15-stable/linux-amd64/go1.22.10") == [
        "CVE-2026-22862",
        "CVE-2026-22868",
        "CVE-2026-26314",
        "CVE-2026-26315",
        "CVE-2026-26313",
    ]
    assert "CVE-2024-32972" in names("Geth/v1.13.14-stable/linux-amd64/go1.22")
    assert "CVE-2025-24883" in names("Geth/v1.14.12-stable/linux-amd64/go1.22")
    assert names("Geth/v1.17.0-stable/linux-amd64/go1.25") == []


@pytest.mark.requirement("G26")
def test_besu_from_the_fix_on_has_none():
    assert names("besu/v25.2.2/linux-x86_64/openjdk-java-21") == ["CVE-2025-30147"]
    assert names("besu/v25.3.0/linux-x86_64/openjdk-java-21") == []
    assert names("besu/v22.7.0/linux-x86_64/openjdk-java-17") == ["CVE-2022-36025"]
    assert names("besu/v26.3.0/linux-x86_64/openjdk-java-21") == []


def test_goquorum_is_judged_as_the_geth_it_is_made_of():
    assert "CVE-2026-22862" in names("Geth/v1.10.3-stable(quorum-v24.4.1)/linux-amd64/go1.19")
