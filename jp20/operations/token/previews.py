"""What a token would answer to a delivery, a request for consent, a forced transfer (G3, G11)."""

from eth_typing import ChecksumAddress

from jp20.domain.token.reasons import Reason
from jp20.operations.session import Session, TokenName
from jp20.operations.token.transfer import Preview


def preview_delivery(
    session: Session, token: TokenName, to: ChecksumAddress, units: int
) -> Preview:
    """Whether a delivery from the issuer's account would go through now, and if not, why."""
    (answer,) = session.token(token).read(tuple[int, ...], "previewDelivery", [to], [units])
    return Preview(Reason(answer))


def preview_request(
    session: Session, token: TokenName, from_: ChecksumAddress, to: ChecksumAddress, units: int
) -> Preview:
    """Whether a holder's request for consent would be taken now, and if not, why."""
    answer = session.token(token).read(int, "previewRequest", from_, to, units)
    return Preview(Reason(answer))


def needs_consent(session: Session, token: TokenName) -> bool:
    """Whether transfers of a token wait for the registrar's or the issuer's consent."""
    rules = session.token(token).read(tuple[int, int, int, int, bool, bool, bool], "rules")
    return rules[5]
