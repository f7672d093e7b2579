"""Rows of a whitelist, and what became of them, as the tests of the platform write them down."""

from enum import IntEnum

from eth_utils import keccak, to_checksum_address

NEVER = 2**40 - 1
YEAR = 365 * 24 * 3600

GENERAL, PROFESSIONAL, QUALIFIED_INSTITUTION = 1, 2, 3
RESIDENT, NON_RESIDENT, US_PERSON = 1, 2, 3

SUSPENDED, RETIRED, RING, RESERVED = (1 << bit for bit in (96, 97, 98, 99))


class Reason(IntEnum):
    INVALID_WALLET = 1
    ALREADY_REGISTERED = 2
    RESERVED_ACCOUNT = 3
    KYC_EXPIRED = 4
    CLASS_EXPIRED = 5
    INVALID_CLASS = 6
    INVALID_RESIDENCY = 7
    NOT_REGISTERED = 8
    ALREADY_SUSPENDED = 9
    NOT_SUSPENDED = 10
    SIGNATURE_REQUIRED = 11
    OTHER_SUSPENSION = 12
    ALREADY_RETIRED = 13
    TOO_MANY_WALLETS = 14
    ALREADY_CONFIRMED = 15
    OWN_SUSPENSION = 16


def wallet(number):
    """An address as a key would give it: the same for the same number."""
    return to_checksum_address(keccak(number.to_bytes(32, "big"))[-20:])


ISSUER, REGISTRAR = 7, 8
ISSUER_ACCOUNT = wallet(500)


def investor_id(first_wallet):
    return int(first_wallet, 16) >> 8


def row(address, kyc_expiry, class_expiry=NEVER, class_=GENERAL, residency=RESIDENT):
    return int(address, 16) << 96 | kyc_expiry << 56 | class_expiry << 16 | class_ << 8 | residency


def facts(first_wallet, kyc_expiry, class_expiry=NEVER, class_=GENERAL, residency=RESIDENT):
    """The word without status."""
    return (
        investor_id(first_wallet) << 104
        | kyc_expiry << 56
        | class_expiry << 16
        | class_ << 8
        | residency
    )


def refusals(tx):
    """(index, account, reason) of each row that was left out."""
    if "RowRefused" not in tx.events:
        return []
    events = tx.events["RowRefused"]
    return [
        (event["index"], event["account"], event["reason"])
        for event in (events[i] for i in range(len(events)))
    ]


def error(name, *arguments):
    """A custom error as Brownie words it."""
    return f"{name}: {', '.join(str(argument) for argument in arguments)}"


def store(deployer, code):
    """Puts bytes on the chain as a contract's code: the loader copies what is behind it."""
    # PUSH2 length, DUP1, PUSH1 12, PUSH1 0, CODECOPY, PUSH1 0, RETURN: twelve bytes
    loader = b"\x61" + len(code).to_bytes(2, "big") + bytes.fromhex("80600c6000396000f3")
    tx = deployer.transfer(data="0x" + (loader + code).hex())
    return tx.contract_address


def create(directory, requests, sheet, version=1):
    return directory.createToken(version, sheet, ISSUER, REGISTRAR, {"from": requests})
