import pytest

from jp20.chain.local import ChainNotStarted, LocalChain
from jp20.chain.rpc.connection import CannotConnect, connect
from jp20.chain.sending.sender import Sender
from jp20.chain.signing.signers import development_signers
from jp20.domain.base.addresses import address_of
from jp20.domain.governance.requests import Call


def test_a_taken_port_is_one_clear_line(chain):
    port = int(chain.network.url.rsplit(":", 1)[1])
    with pytest.raises(ChainNotStarted) as error, LocalChain("anvil", port=port):
        pass
    assert error.value.lines("en")[0] == f"Port {port} is taken by another program."


def test_a_missing_program_is_one_clear_line(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    with pytest.raises(ChainNotStarted) as error, LocalChain("ganache"):
        pass
    assert error.value.lines("en") == ("ganache is not installed.", "Run: make env")


def test_a_chain_that_does_not_start_says_why():
    with pytest.raises(ChainNotStarted) as error, LocalChain("anvil", mnemonic="no such words"):
        pass
    assert error.value.why.en


def test_it_is_gone_afterwards():
    local = LocalChain("anvil", chain_id=777)
    with local as connection:
        assert connection.chain_id == 777
    with pytest.raises(CannotConnect):
        connect(local.network)


@pytest.mark.parametrize("program", ["ganache", "anvil"])
def test_with_a_block_time_transactions_wait_for_their_block(program):
    (signer,) = development_signers(1)
    with LocalChain(program, block_time=1) as connection:
        sender = Sender(connection, signer, {})
        receipts = sender.send_all([Call(address_of(0xDEAD), b"")] * 3)
        assert len({receipt.block for receipt in receipts}) < 3
        assert all(receipt.succeeded for receipt in receipts)
