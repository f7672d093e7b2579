"""The text of EIP-4361 that an organisation's key signs: what is read, what is refused, each by its
reason.
"""

from dataclasses import replace

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from jp20.chain.signing.signers import (
    DevelopmentSigner,
    KeyElsewhere,
    KeySigner,
    NotADevelopmentChain,
    OfflineSigner,
)
from jp20.domain.transactions.sign_in import (
    LONGEST,
    NotASignInText,
    SignInElsewhere,
    SignInForAnotherChain,
    SignInNotSigned,
    SignInOutOfTime,
    SignInText,
    check_sign_in,
    parse_sign_in,
    require_signature,
)

KEY = KeySigner(b"\x41" * 32)
NOW = 1_800_000_000  # 2027-01-15T17:00:00+09:00
SAID = SignInText(
    "books.example:8443",
    KEY.address,
    "https://books.example:8443",
    31337,
    "0123456789abcdef",
    NOW,
    NOW + 300,
)
LINES = SAID.text.split("\n")
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def check(said: SignInText, now: int = NOW) -> None:
    check_sign_in(said, "https", "books.example:8443", "https://books.example:8443", 31337, now)


def with_line(number: int, *lines: str) -> str:
    """The text with other lines in the place of one, counted from 0."""
    return "\n".join((*LINES[:number], *lines, *LINES[number + 1 :]))


def test_the_text_has_the_lines_of_the_eip_in_their_order():
    assert [
        "books.example:8443 wants you to sign in with your Ethereum account:",
        KEY.address,
        "",
        "",
        "URI: https://books.example:8443",
        "Version: 1",
        "Chain ID: 31337",
        "Nonce: 0123456789abcdef",
        "Issued At: 2027-01-15T17:00:00+09:00",
        "Expiration Time: 2027-01-15T17:05:00+09:00",
    ] == LINES


@pytest.mark.parametrize(
    "said",
    [
        SAID,
        replace(SAID, statement="I accept: https://books.example/terms?of=use#now [x]@,;"),
        replace(SAID, scheme="https"),
        replace(SAID, not_before=NOW - 5),
        replace(SAID, domain="127.0.0.1"),
        replace(SAID, domain="[2001:db8::1]:8443"),
        replace(SAID, domain="clerk:desk@books.example"),
        replace(SAID, uri="did:key:z6Mk"),
        replace(SAID, uri="https://books.example/a/b%20c?d=e/f#g"),
    ],
    ids=str,
)
def test_what_is_written_is_read_back(said):
    assert parse_sign_in(said.text) == said


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2027-01-15T08:00:00Z", NOW),
        ("2027-01-15t08:00:00z", NOW),
        ("2027-01-15T08:00:00.999Z", NOW),
        ("2027-01-15T03:30:00-04:30", NOW),
    ],
)
def test_a_time_may_have_any_zone_and_a_fraction(written, seconds):
    assert parse_sign_in(with_line(8, f"Issued At: {written}")).issued_at == seconds


def test_what_else_the_eip_allows_may_follow():
    more = "Request ID: a%20b", "Resources:", "- ipfs://bafy", "- https://books.example/x"

    assert parse_sign_in("\n".join((*LINES, *more))) == SAID
    assert parse_sign_in("\n".join((*LINES, "Resources:"))) == SAID


@pytest.mark.parametrize(
    "text",
    [
        "",
        SAID.text + "\n",
        SAID.text.replace("\n", "\r\n"),
        f" {SAID.text}",
        with_line(0, " wants you to sign in with your Ethereum account:"),
        with_line(0, "books example wants you to sign in with your Ethereum account:"),
        with_line(0, "books.example/x wants you to sign in with your Ethereum account:"),
        with_line(0, "books.example:84x wants you to sign in with your Ethereum account:"),
        with_line(0, "books.example wants you to sign in with your ethereum account:"),
        with_line(0, "1https://books.example wants you to sign in with your Ethereum account:"),
        with_line(1, ""),
        with_line(1, KEY.address.lower()),
        with_line(1, KEY.address[:-1]),
        with_line(1, KEY.address.swapcase().replace("0X", "0x")),
        with_line(2),
        with_line(3, "", ""),
        with_line(3, "I accept", "both", ""),
        with_line(3, 'I "accept"', ""),
        with_line(3, "同意します", ""),
        with_line(4),
        with_line(4, "URI: books.example"),
        with_line(4, "URI: _no_uri_"),
        with_line(4, "URI: https://books.example/a b"),
        with_line(4, "URI: https://books.example/%2"),
        with_line(4, "Uri: https://books.example"),
        with_line(5, "Version: 2"),
        with_line(5),
        with_line(6),
        with_line(6, "Chain ID: ?"),
        with_line(6, "Chain ID: -1"),
        with_line(6, "Chain ID: 3１337"),
        with_line(6, "Nonce: 0123456789abcdef", "Chain ID: 31337"),
        with_line(7, "Nonce: 1234567"),
        with_line(7, "Nonce: 0123456789-abcdef"),
        with_line(7),
        with_line(8),
        with_line(8, "Issued At: Fri Jan 15 2027 17:00:00 GMT+0900"),
        with_line(8, "Issued At: 2027-01-15"),
        with_line(8, "Issued At: 2027-01-15 17:00:00+09:00"),
        with_line(8, "Issued At: 2027-01-15T17:00:00"),
        with_line(8, "Issued At: 2027-02-30T17:00:00+09:00"),
        with_line(8, "Issued At: 2027-01-15T25:00:00+09:00"),
        with_line(8, "Issued At: 1969-01-15T17:00:00+09:00"),
        with_line(8, LINES[9], LINES[8]),
        "\n".join((*LINES, LINES[9])),
        "\n".join((*LINES, "Resources:", "- _no_uri_")),
        "\n".join((*LINES, "Resources:", "- https://a.example - https://b.example")),
        "\n".join((*LINES, "Resources:", "", "Request ID: x")),
        "\n".join((*LINES, "Also: this")),
        with_line(3, "I accept" + " " * LONGEST, ""),
    ],
)
def test_what_is_not_the_grammars_is_no_text(text):
    with pytest.raises(NotASignInText):
        parse_sign_in(text)


def test_a_text_that_was_meant_for_this_server_chain_and_time_holds():
    check(SAID)
    check(replace(SAID, scheme="https"))
    check(SAID, NOW + 299)
    check(SAID, NOW - 60)  # the client's clock may be a minute ahead


@pytest.mark.parametrize(
    "change",
    [
        {"domain": "books.example"},
        {"domain": "books.example:8443.attacker.example"},
        {"domain": "x@books.example:8443"},
        {"scheme": "http"},
        {"uri": "https://books.example"},
        {"uri": "https://books.example:8443/other"},
    ],
)
def test_a_text_for_another_server_is_refused(change):
    with pytest.raises(SignInElsewhere) as caught:
        check(replace(SAID, **change))

    assert "books.example:8443" in caught.value.what.en


def test_a_text_for_another_chain_is_refused():
    with pytest.raises(SignInForAnotherChain, match="chain 1, and this is chain 31337"):
        check(replace(SAID, chain_id=1))


@pytest.mark.parametrize(
    ("change", "now", "why"),
    [
        ({}, NOW + 300, "It expired at 2027-01-15T17:05:00+09:00."),
        ({}, NOW - 61, "It holds from 2027-01-15T17:00:00+09:00."),
        ({"not_before": NOW + 100}, NOW + 39, "It holds from 2027-01-15T17:01:40+09:00."),
        ({"expires_at": None}, NOW, "It names no Expiration Time."),
    ],
)
def test_a_text_that_does_not_hold_now_is_refused(change, now, why):
    with pytest.raises(SignInOutOfTime) as caught:
        check(replace(SAID, **change), now)

    assert caught.value.why is not None
    assert caught.value.why.en == why


def test_a_signature_is_the_one_that_a_wallet_makes():
    signature = KEY.sign_in(SAID)

    require_signature(SAID.text, KEY.address, signature)
    assert signature == Account.sign_message(encode_defunct(text=SAID.text), b"\x41" * 32).signature


def upper(signature: bytes) -> bytes:
    """The other form of the same signature: s on the other side, the parity turned."""
    s = ORDER - int.from_bytes(signature[32:64], "big")
    return signature[:32] + s.to_bytes(32, "big") + bytes([55 - signature[64]])


@pytest.mark.parametrize(
    "altered",
    [
        lambda signature: KeySigner(b"\x42" * 32).sign_in(SAID),
        lambda signature: KEY.sign_in(replace(SAID, nonce="0123456789abcdee")),
        lambda signature: signature[:-1],
        lambda signature: signature + b"\0",
        lambda signature: signature[:64] + b"\0",
        lambda signature: signature[:64] + bytes([55 - signature[64]]),
        lambda signature: bytes(65),
        lambda signature: b"\xff" * 64 + b"\x1b",
        upper,
    ],
)
def test_any_other_signature_is_refused(altered):
    with pytest.raises(SignInNotSigned):
        require_signature(SAID.text, KEY.address, altered(KEY.sign_in(SAID)))


def test_a_development_key_signs_in_on_development_chains_only():
    signer = DevelopmentSigner(b"\x41" * 32)

    assert signer.sign_in(SAID) == KEY.sign_in(SAID)
    with pytest.raises(NotADevelopmentChain):
        signer.sign_in(replace(SAID, chain_id=7))


def test_a_key_on_another_machine_does_not_sign_in():
    with pytest.raises(KeyElsewhere):
        OfflineSigner(KEY.address).sign_in(SAID)
