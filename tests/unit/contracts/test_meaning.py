import pytest

from jp20.chain.contracts.contract import artifact, token_interface
from jp20.chain.contracts.describe import describe
from jp20.domain.base.addresses import address_of
from jp20.domain.transactions.transactions import Unsigned

TOKEN = address_of(0x70)
HOLDER = address_of(0xA1)
OTHER = address_of(0xA2)
TRANSFER = token_interface().encode("transfer", HOLDER, 5)
CONSORTIUM = artifact("Consortium").interface
REQUEST = (
    TOKEN,
    TRANSFER[:4],
    b"\x0a" * 32,
    1,
    b"LU-2027-1".ljust(32, b"\0"),
    b"\x0b" * 32,
    (3, 4),
    0x55,
)
IN_WORDS = (
    f"(function=transfer, target={TOKEN}, calls=1, root=0x{'0a' * 32}, case=LU-2027-1,"
    f" document=0x{'0b' * 32}, parties=(3, 4), rule=0x55)"
)


def of(data: bytes, *, deploys: bool = False) -> str:
    return describe(Unsigned(1337, 0, 0, 21_000, None if deploys else TOKEN, data))


@pytest.mark.requirement("G13")
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (TRANSFER, f"transfer(to={HOLDER}, value=5)"),
        (CONSORTIUM.encode("seal"), "seal()"),
        (CONSORTIUM.encode("sign", REQUEST, 2), f"sign(request={IN_WORDS}, slot=2)"),
        (
            CONSORTIUM.encode("execute", REQUEST, 0, TRANSFER, []),
            f"execute(request={IN_WORDS}, index=0, data=transfer(to={HOLDER}, value=5), proof=())",
        ),
        (
            CONSORTIUM.encode("propose", REQUEST, 1, b""),  # a large decision is not published
            f"propose(request={IN_WORDS}, slot=1, data=0x)",
        ),
    ],
)
def test_a_call_is_put_in_words(data, words):
    assert of(data) == words


def test_a_request_for_a_function_that_nobody_knows_shows_its_selector():
    unknown = (TOKEN, b"\1\2\3\4", *REQUEST[2:])
    assert "function=? 0x01020304" in of(CONSORTIUM.encode("sign", unknown, 0))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "? 0x, 0 bytes"),
        (b"\1\2\3\4\5", "? 0x01020304, 5 bytes"),
        (TRANSFER[:-1], f"? 0x{TRANSFER[:4].hex()}, 67 bytes"),  # 4 + 2 × 32, less one
    ],
)
def test_what_the_package_does_not_know_is_not_guessed(data, words):
    assert of(data) == words


def test_a_deployment_is_known_by_its_code():
    assert of(artifact("Consortium").creation(), deploys=True) == "deploy(Consortium)"
    platform = artifact("Platform").creation(OTHER)
    assert of(platform, deploys=True) == f"deploy(Platform, 0x{'00' * 12}{OTHER[2:].lower()})"
    # The token's code is stored, not run: a few bytes that copy it, a STOP, and the code.
    stored = b"\x60\x01\x80" + b"\0" + artifact("JP20Token").bytecode
    assert of(stored, deploys=True) == "deploy(JP20Token)"


def test_unknown_code_is_not_guessed():
    changed = bytearray(artifact("Consortium").creation())
    changed[100] ^= 1
    assert of(bytes(changed), deploys=True) == f"deploy(? {len(changed)} bytes)"
    hidden = b"\x60" * 33 + artifact("Consortium").creation()
    assert of(hidden, deploys=True) == f"deploy(? {len(hidden)} bytes)"
