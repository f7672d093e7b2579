"""Allowances by signature (ERC-2612), with the domain that ERC-5267 tells (G3)."""

import pytest
from eth_abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak
from token_words import DAY, ZERO_ADDRESS, at, emitted, now, reverts_with, row

from jp20.domain.token.reasons import Reason

pytestmark = pytest.mark.requirement("G3")

OWNER = Account.from_key(keccak(text="the owner's key"))
OTHER = Account.from_key(keccak(text="somebody else's key"))
PERMIT = {
    "Permit": [
        {"name": "owner", "type": "address"},
        {"name": "spender", "type": "address"},
        {"name": "value", "type": "uint256"},
        {"name": "nonce", "type": "uint256"},
        {"name": "deadline", "type": "uint256"},
    ]
}


@pytest.fixture
def deadline():
    return now() + DAY


@pytest.fixture
def sign(token, web3, stranger):
    """Signs what eth_account makes of the permit: (v, r, s)."""

    def sign(deadline, signer=OWNER, value=40, nonce=0, **domain):
        domain = {
            "name": "Tokyo One",
            "version": "1",
            "chainId": web3.eth.chain_id,
            "verifyingContract": token.address,
        } | domain
        message = {
            "owner": OWNER.address,
            "spender": stranger.address,
            "value": value,
            "nonce": nonce,
            "deadline": deadline,
        }
        signed = signer.sign_message(encode_typed_data(domain, PERMIT, message))
        return signed.v, signed.r.to_bytes(32, "big"), signed.s.to_bytes(32, "big")

    return sign


def test_a_signature_is_an_allowance(token, sign, stranger, bob, deadline):
    signature = sign(deadline)

    tx = token.permit(OWNER.address, stranger, 40, deadline, *signature, {"from": bob})

    assert emitted(tx, "Approval") == [(OWNER.address, stranger, 40)]
    assert token.allowance(OWNER.address, stranger) == 40
    assert token.nonces(OWNER.address) == 1


def test_what_was_allowed_by_signature_is_spent(
    token, platform, sign, stranger, bob, deadline, decided, kyc_expiry
):
    platform.register([row(OWNER.address, kyc_expiry)], decided)
    token.deliver([OWNER.address], [100], decided)
    token.permit(OWNER.address, stranger, 40, deadline, *sign(deadline), {"from": bob})

    assert token.preview(stranger, OWNER.address, bob, 41) == Reason.INSUFFICIENT_ALLOWANCE
    token.transferFrom(OWNER.address, bob, 40, {"from": stranger})

    assert (token.balanceOf(OWNER.address), token.balanceOf(bob)) == (60, 90)


def test_a_signature_is_used_once(token, sign, stranger, bob, deadline):
    signature = sign(deadline)
    token.permit(OWNER.address, stranger, 40, deadline, *signature, {"from": bob})

    # who signed what the next nonce makes of it is nobody that we know
    with pytest.raises(Exception, match="ERC2612InvalidSigner"):
        token.permit.call(OWNER.address, stranger, 40, deadline, *signature, {"from": bob})
    token.permit.call(
        OWNER.address, stranger, 40, deadline, *sign(deadline, nonce=1), {"from": bob}
    )


def test_a_signature_counts_up_to_its_deadline(token, sign, stranger, bob, deadline):
    signature = sign(deadline)

    at(deadline)
    token.permit.call(OWNER.address, stranger, 40, deadline, *signature, {"from": bob})
    at(deadline + 1)
    with reverts_with("ERC2612ExpiredSignature", deadline):
        token.permit.call(OWNER.address, stranger, 40, deadline, *signature, {"from": bob})


def test_nobody_signs_for_another(token, sign, stranger, bob, deadline):
    signature = sign(deadline, signer=OTHER)

    with reverts_with("ERC2612InvalidSigner", OTHER.address, OWNER.address):
        token.permit.call(OWNER.address, stranger, 40, deadline, *signature, {"from": bob})


@pytest.mark.parametrize(
    "domain",
    [
        {"name": "Osaka One"},
        {"version": "2"},
        {"chainId": 1},
        {"verifyingContract": ZERO_ADDRESS},
    ],
    ids=lambda domain: next(iter(domain)),
)
def test_a_signature_for_another_domain_is_none(token, sign, stranger, bob, deadline, domain):
    signature = sign(deadline, **domain)

    with pytest.raises(Exception, match="ERC2612InvalidSigner"):
        token.permit.call(OWNER.address, stranger, 40, deadline, *signature, {"from": bob})


def test_what_is_no_signature_is_nobodys(token, stranger, bob, deadline):
    for owner in (OWNER.address, ZERO_ADDRESS):
        with reverts_with("ERC2612InvalidSigner", ZERO_ADDRESS, owner):
            token.permit.call(
                owner, stranger, 40, deadline, 29, bytes(32), bytes(32), {"from": bob}
            )


def test_a_signature_with_the_other_s_is_not_taken(token, sign, stranger, bob, deadline):
    """Each signature has a twin; only one of the two counts (EIP-2)."""
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    v, r, s = sign(deadline)
    twin = (55 - v, r, (order - int.from_bytes(s, "big")).to_bytes(32, "big"))

    with reverts_with("ERC2612InvalidSigner", ZERO_ADDRESS, OWNER.address):
        token.permit.call(OWNER.address, stranger, 40, deadline, *twin, {"from": bob})


def test_the_domain_separator_is_computed_by_hand(token, web3):
    fields = "string name,string version,uint256 chainId,address verifyingContract"
    expected = keccak(
        encode(
            ["bytes32", "bytes32", "bytes32", "uint256", "address"],
            [
                keccak(text=f"EIP712Domain({fields})"),
                keccak(text="Tokyo One"),
                keccak(text="1"),
                web3.eth.chain_id,
                token.address,
            ],
        )
    )

    assert token.DOMAIN_SEPARATOR() == "0x" + expected.hex()


def test_the_domain_is_told_to_wallets(token, web3):
    fields, name, version, chain_id, contract, salt, extensions = token.eip712Domain()

    # name 1 + version 2 + chainId 4 + verifyingContract 8
    assert fields == "0x0f"
    assert (name, version, chain_id) == ("Tokyo One", "1", web3.eth.chain_id)
    assert (contract, salt, list(extensions)) == (token.address, "0x" + "0" * 64, [])


@pytest.mark.requirement("G12")
def test_nothing_is_allowed_while_the_platform_is_halted(
    token, platform, sign, stranger, bob, deadline, decided
):
    platform.halt(decided)

    with reverts_with("PlatformHalted"):
        token.permit.call(OWNER.address, stranger, 40, deadline, *sign(deadline), {"from": bob})


def test_nobody_allows_the_zero_address_by_signature(token, web3, bob, deadline):
    domain = {
        "name": "Tokyo One",
        "version": "1",
        "chainId": web3.eth.chain_id,
        "verifyingContract": token.address,
    }
    message = {
        "owner": OWNER.address,
        "spender": ZERO_ADDRESS,
        "value": 1,
        "nonce": 0,
        "deadline": deadline,
    }
    signed = OWNER.sign_message(encode_typed_data(domain, PERMIT, message))
    signature = (signed.v, signed.r.to_bytes(32, "big"), signed.s.to_bytes(32, "big"))

    with reverts_with("ERC20InvalidSpender", ZERO_ADDRESS):
        token.permit.call(OWNER.address, ZERO_ADDRESS, 1, deadline, *signature, {"from": bob})
