import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from jp20.chain.rpc.connection import (
    CannotConnect,
    Connection,
    NodeRefused,
    NotANode,
    WrongChain,
    connect,
)
from jp20.chain.rpc.networks import Network
from jp20.chain.rpc.web3_provider import web3_through


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def web_server():
    """Answers everything with a page, as a mistaken address does."""

    class Page(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_nobody_at_the_address_is_said_with_the_next_step(free_port):
    with pytest.raises(CannotConnect) as error:
        connect(f"http://127.0.0.1:{free_port}")
    assert error.value.what.en == f"No connection to http://127.0.0.1:{free_port}."
    assert "ganache" in error.value.next_step.en
    assert error.value.__cause__ is None


@pytest.mark.requirement("G27")
def test_secrets_in_an_address_are_not_shown(free_port):
    with pytest.raises(CannotConnect) as error:
        connect(f"http://127.0.0.1:{free_port}/v3/apikey?token=hush")
    assert "hush" not in str(error.value)
    assert "apikey" not in str(error.value)


def test_somebody_else_at_the_address_is_said(web_server):
    with pytest.raises(NotANode):
        connect(web_server)


def test_the_wrong_chain_is_refused_before_anything_is_signed(chain: Connection):
    with pytest.raises(WrongChain) as error:
        connect(Network(chain.network.url, 5))
    assert str(chain.chain_id) in error.value.what.en


def test_an_answer_that_is_an_error_says_what_the_node_said(chain: Connection):
    with pytest.raises(NodeRefused) as error:
        chain.rpc("eth_noSuchMethod")
    assert error.value.method == "eth_noSuchMethod"
    assert error.value.why.en


def test_in_a_batch_a_refused_call_stands_in_its_place(chain: Connection):
    answers = chain.batch([("eth_chainId", ()), ("eth_noSuchMethod", ()), ("eth_blockNumber", ())])
    assert int(answers[0], 16) == chain.chain_id
    assert isinstance(answers[1], NodeRefused)
    assert int(answers[2], 16) >= 0


def test_a_batch_may_be_long_and_stays_in_order(chain: Connection):
    wanted = [f"0x{n:040x}" for n in range(250)]  # three requests of 100, 100 and 50
    answers = chain.batch(("eth_getBalance", (address, "latest")) for address in wanted)
    assert len(answers) == 250
    assert chain.batch([]) == []


def test_a_block_and_its_time(chain: Connection):
    block = chain.block(0)
    assert block.number == 0
    assert chain.times([0]) == {0: block.time}
    with pytest.raises(LookupError):
        chain.block(10**9)


def test_web3_itself_is_there_for_scripts(chain: Connection):
    web3 = web3_through(chain)
    assert web3.eth.chain_id == chain.chain_id
    assert web3.eth.get_block(0)["number"] == 0
