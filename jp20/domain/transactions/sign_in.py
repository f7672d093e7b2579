"""Signing in by a signature of an organisation's key: the text of EIP-4361, read and checked.

The text is read by the grammar of the EIP and nothing more lenient, so that what a person saw in a
wallet is what the server believes. Beyond the EIP it has to name an `Expiration Time`, its `URI` is
the server's own, and the address is in its checksummed form (S5, G34).
"""

import re
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import parse_address
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo
from jp20.domain.files.dates import NotADate, parse_time
from jp20.domain.transactions.transactions import signer_of_message

LONGEST: Final = 2_048
"""Characters of a text."""

SKEW: Final = 60
"""Seconds by which the clocks of client and server may differ."""

_PLAIN: Final = r"A-Za-z0-9\-._~"
_SUB: Final = r"!$&'()*+,;="
_HEX: Final = r"%[0-9A-Fa-f]{2}"
_SCHEME: Final = r"[A-Za-z][A-Za-z0-9+\-.]*"
_HOST: Final = rf"(?:\[[0-9A-Fa-fvV:.]+\]|(?:[{_PLAIN}{_SUB}]|{_HEX})+)"
_AUTHORITY: Final = rf"(?:(?:[{_PLAIN}{_SUB}:]|{_HEX})*@)?{_HOST}(?::[0-9]*)?"
_PCHAR: Final = rf"(?:[{_PLAIN}{_SUB}:@]|{_HEX})"
_URI: Final = (
    rf"{_SCHEME}:(?://(?:{_AUTHORITY})?(?:/{_PCHAR}*)*|(?!//){_PCHAR}?(?:{_PCHAR}|/)*)"
    rf"(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?"
)
_MOMENT: Final = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}"
    r"(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_TEXT: Final = re.compile(
    rf"(?:(?P<scheme>{_SCHEME})://)?(?P<domain>{_AUTHORITY})"
    r" wants you to sign in with your Ethereum account:\n"
    r"(?P<address>0x[0-9A-Fa-f]{40})\n"
    r"\n"
    rf"(?:(?P<statement>[{_PLAIN}{_SUB}:/?#\[\]@ ]+)\n)?"
    r"\n"
    rf"URI: (?P<uri>{_URI})\n"
    r"Version: 1\n"
    r"Chain ID: (?P<chain_id>[0-9]{1,78})\n"
    r"Nonce: (?P<nonce>[A-Za-z0-9]{8,})\n"
    rf"Issued At: (?P<issued_at>{_MOMENT})"
    rf"(?:\nExpiration Time: (?P<expires_at>{_MOMENT}))?"
    rf"(?:\nNot Before: (?P<not_before>{_MOMENT}))?"
    rf"(?:\nRequest ID: (?P<request_id>{_PCHAR}*))?"
    rf"(?P<resources>\nResources:(?:\n- {_URI})*)?"
)
_FRACTION: Final = re.compile(r"\.[0-9]+")


class SignInRefused(JP20Error):
    """A text to sign in with that is not accepted. Nobody was signed in."""

    next_step = Text("Ask for a new nonce, and sign a new text: jp20 api token URL")


class NotASignInText(SignInRefused):
    """The text is none of EIP-4361, or has a field that is no address, URI or time."""

    what = Text("The text is not one of EIP-4361.")
    why = Text("A line is missing, in another order, or written in another way than it says.")


class SignInElsewhere(SignInRefused):
    """The text was signed for another server: shown here, it would be somebody else's."""

    what = Text("The text names {said}, and this is {expected}.")
    why = Text("A signature for one server opens no other.")

    def __init__(self, said: str, expected: str) -> None:
        super().__init__(said=said, expected=expected)


class SignInForAnotherChain(SignInRefused):
    """The text names another chain."""

    what = Text("The text is for chain {said}, and this is chain {expected}.")

    def __init__(self, said: int, expected: int) -> None:
        super().__init__(said=said, expected=expected)


class SignInOutOfTime(SignInRefused):
    """The text holds no longer, not yet, or for ever."""

    what = Text("The text does not hold at {now}.")

    def __init__(self, now: int, why: Text) -> None:
        super().__init__(why=why, now=in_tokyo(now))


class SignInNotSigned(SignInRefused):
    """The signature is not the address's on this text."""

    what = Text("The signature is not that of {address} on this text.")
    why = Text("The text was altered after it was signed, or another key signed it.")

    def __init__(self, address: ChecksumAddress) -> None:
        super().__init__(address=address)


@dataclass(frozen=True, slots=True)
class SignInText:
    """A text of EIP-4361. Times are unix seconds; a fraction of a second is cut off."""

    domain: str
    address: ChecksumAddress
    uri: str
    chain_id: int
    nonce: str
    issued_at: int
    expires_at: int | None
    not_before: int | None = None
    statement: str | None = None
    scheme: str | None = None

    @property
    def text(self) -> str:
        """What is signed."""
        domain = self.domain if self.scheme is None else f"{self.scheme}://{self.domain}"
        lines = [
            f"{domain} wants you to sign in with your Ethereum account:",
            self.address,
            "",
            *([] if self.statement is None else [self.statement]),
            "",
            f"URI: {self.uri}",
            "Version: 1",
            f"Chain ID: {self.chain_id}",
            f"Nonce: {self.nonce}",
            f"Issued At: {in_tokyo(self.issued_at)}",
        ]
        if self.expires_at is not None:
            lines.append(f"Expiration Time: {in_tokyo(self.expires_at)}")
        if self.not_before is not None:
            lines.append(f"Not Before: {in_tokyo(self.not_before)}")
        return "\n".join(lines)


def parse_sign_in(text: str) -> SignInText:
    """Reads a text of EIP-4361. Raises NotASignInText."""
    found = _TEXT.fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise NotASignInText
    try:
        address = parse_address(found["address"])
        issued, expires, before = (
            _seconds(found[name]) for name in ("issued_at", "expires_at", "not_before")
        )
    except (NotADate, ValueError):
        raise NotASignInText from None
    if address != found["address"] or issued is None:
        raise NotASignInText
    return SignInText(
        found["domain"],
        address,
        found["uri"],
        int(found["chain_id"]),
        found["nonce"],
        issued,
        expires,
        before,
        found["statement"],
        found["scheme"],
    )


def check_sign_in(
    said: SignInText, scheme: str, domain: str, uri: str, chain_id: int, now: int
) -> None:
    """Whether a text was meant for this server (its scheme, authority and URL) and chain, and holds
    at a time (unix seconds). Raises SignInElsewhere, SignInForAnotherChain, SignInOutOfTime.
    """
    if said.domain != domain or said.scheme not in (None, scheme):
        other = said.domain if said.scheme is None else f"{said.scheme}://{said.domain}"
        raise SignInElsewhere(other, domain)
    if said.uri != uri:
        raise SignInElsewhere(said.uri, uri)
    if said.chain_id != chain_id:
        raise SignInForAnotherChain(said.chain_id, chain_id)
    if said.expires_at is None:
        raise SignInOutOfTime(now, Text("It names no Expiration Time."))
    if now >= said.expires_at:
        raise SignInOutOfTime(now, Text("It expired at {time}.", time=in_tokyo(said.expires_at)))
    begins = max(said.issued_at, said.not_before or 0)
    if begins > now + SKEW:
        raise SignInOutOfTime(now, Text("It holds from {time}.", time=in_tokyo(begins)))


def require_signature(text: str, address: ChecksumAddress, signature: bytes) -> None:
    """Whether 65 bytes, r, s and v (27 or 28), are the address's signature on a text, in its one
    form (`signer_of_message`). Raises SignInNotSigned.
    """
    if signer_of_message(text.encode(), signature) != address:
        raise SignInNotSigned(address)


def _seconds(written: str | None) -> int | None:
    return None if written is None else parse_time(_FRACTION.sub("", written).upper())
