"""Words while a node keeps one waiting."""

import threading

from faulty_proxy import FaultyProxy

from jp20.chain.local import LocalChain
from jp20.chain.rpc.connection import connect
from jp20.chain.rpc.vigil import Vigil


def test_a_question_that_is_not_answered_is_told_while_it_is_waited_for():
    told = threading.Event()
    said: list[str] = []

    def tell(method: str, seconds: float) -> None:
        said.append(method)
        told.set()

    vigil = Vigil(tell, after=0.02)
    try:
        with vigil.over("eth_call"):
            assert told.wait(60)
    finally:
        vigil.close()
    assert set(said) == {"eth_call"}


def test_nothing_is_told_of_what_is_answered():
    said: list[str] = []
    vigil = Vigil(lambda method, seconds: said.append(method), after=30)
    try:
        for _ in range(3):
            with vigil.over("eth_chainId"):
                pass
    finally:
        vigil.close()
    assert said == []


def test_a_connection_tells_of_its_slow_node_whatever_the_question():
    told = threading.Event()
    said: list[str] = []

    def tell(method: str, seconds: float) -> None:
        said.append(method)
        if method == "eth_call":
            told.set()

    with LocalChain("anvil") as chain:
        proxy = FaultyProxy(chain.network.url)
        vigil = Vigil(tell, after=0.05)
        try:
            slow = connect(proxy.url, vigil=vigil)
            proxy.slow = 1.0
            slow.rpc("eth_call", {"to": "0x" + "11" * 20}, "latest")
        finally:
            vigil.close()
            proxy.stop()
    assert told.is_set()
    assert "eth_call" in said
