import pytest

from jp20.domain.base.addresses import (
    ZERO_ADDRESS,
    NotAnAddress,
    WrongChecksum,
    address_of,
    parse_address,
)

# The test vectors of EIP-55.
VECTORS = [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0xde709f2102306220921060314715629080e2fb77",
]


@pytest.mark.parametrize("address", VECTORS)
def test_a_checksummed_address_is_taken_as_it_is(address):
    assert parse_address(address) == address


@pytest.mark.parametrize("address", VECTORS)
def test_letters_of_one_case_carry_no_checksum(address):
    assert parse_address(address.lower()) == address
    assert parse_address("0x" + address[2:].upper()) == address


def test_a_mistyped_letter_is_found():
    with pytest.raises(WrongChecksum):
        parse_address("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed")


@pytest.mark.parametrize(
    "text", ["", "0x", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0x" + "g" * 40]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(NotAnAddress):
        parse_address(text)


def test_an_address_has_forty_digits():
    with pytest.raises(NotAnAddress):
        parse_address(VECTORS[0] + "0")
    with pytest.raises(NotAnAddress):
        parse_address(VECTORS[0][:-1])


def test_a_number_and_its_bytes_are_the_same_address():
    number = int(VECTORS[0], 16)
    assert address_of(number) == address_of(number.to_bytes(20, "big")) == VECTORS[0]
    assert address_of(0) == ZERO_ADDRESS
