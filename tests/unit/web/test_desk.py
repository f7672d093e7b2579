"""Nonces and tokens over time, and how often somebody may ask."""

from dataclasses import replace

import pytest

from jp20.chain.signing.signers import KeySigner
from jp20.domain.transactions.sign_in import SignInText
from jp20.operations.session import NoOrganisationKey
from jp20.web.desk import MOST_TOKENS, NONCE_SECONDS, TOKEN_SECONDS, Desk, ServedAt
from jp20.web.errors import NonceUnfit, NotSignedIn, TooManyRequests
from jp20.web.guard import Allowance

KEY = KeySigner(b"\x41" * 32)
START = 1_800_000_000


class World:
    """A desk, its clock, and the organisations of keys."""

    def __init__(self) -> None:
        self.now = START
        self.organisations = {KEY.address: 4}
        self.desk = Desk(
            ServedAt("https://books.example", 31337), self._organisation, lambda: self.now
        )

    def _organisation(self, key):
        if key not in self.organisations:
            raise NoOrganisationKey(key)
        return self.organisations[key]

    def text(self, **changes) -> SignInText:
        nonce, _ = self.desk.nonce()
        said = SignInText(
            "books.example",
            KEY.address,
            "https://books.example",
            31337,
            nonce,
            self.now,
            self.now + 86_400,
        )
        return replace(said, **changes)

    def sign_in(self, said: SignInText | None = None) -> str:
        said = said or self.text()
        return self.desk.sign_in(said.text, KEY.sign_in(said))[0]


@pytest.fixture
def world() -> World:
    return World()


def test_a_nonce_holds_for_minutes(world):
    said = world.text()
    world.now += NONCE_SECONDS - 1
    world.sign_in(said)

    late = world.text()
    world.now += NONCE_SECONDS
    with pytest.raises(NonceUnfit):
        world.sign_in(late)


def test_a_used_nonce_stays_used_as_long_as_it_holds(world):
    said = world.text()
    world.sign_in(said)
    for _ in range(4):
        world.now += NONCE_SECONDS // 4 - 1
        world.sign_in()  # what is over is forgotten meanwhile
        with pytest.raises(NonceUnfit):
            world.sign_in(said)


@pytest.mark.requirement("S5")
def test_a_nonce_of_another_server_is_none(world):
    foreign, _ = World().desk.nonce()
    own, _ = world.desk.nonce()
    longer = f"{int(own[:10], 16) + 3_600:010x}{own[10:]}"
    for nonce in (foreign, longer, own[:-1] + ("0" if own[-1] != "0" else "1"), "z" * 66):
        with pytest.raises(NonceUnfit):
            world.sign_in(world.text(nonce=nonce))


def test_a_token_ends_by_itself_and_with_the_text(world):
    token = world.sign_in()
    short = world.sign_in(world.text(expires_at=START + 60))
    assert world.desk.caller(token).organisation == 4

    world.now += 60
    with pytest.raises(NotSignedIn):
        world.desk.caller(short)
    world.now = START + TOKEN_SECONDS
    with pytest.raises(NotSignedIn):
        world.desk.caller(token)


@pytest.mark.requirement("S5", "G17")
def test_a_token_ends_with_its_key_for_good(world):
    token = world.sign_in()
    del world.organisations[KEY.address]
    with pytest.raises(NotSignedIn):
        world.desk.caller(token)

    world.organisations[KEY.address] = 4
    with pytest.raises(NotSignedIn):
        world.desk.caller(token)


def test_a_token_does_not_pass_to_another_organisation(world):
    token = world.sign_in()
    world.organisations[KEY.address] = 5
    with pytest.raises(NotSignedIn):
        world.desk.caller(token)


def test_another_token_ends_an_organisations_oldest(world):
    tokens = [world.sign_in() for _ in range(MOST_TOKENS + 1)]
    with pytest.raises(NotSignedIn):
        world.desk.caller(tokens[0])
    for token in tokens[1:]:
        world.desk.caller(token)


def test_who_asks_too_often_waits_and_others_do_not():
    now = [0.0]
    allowance = Allowance(600, lambda: now[0])  # ten a second, sixty at once
    for _ in range(60):
        allowance.take("a")
    with pytest.raises(TooManyRequests) as refused:
        allowance.take("a")
    assert refused.value.after == 1
    allowance.take("b")

    now[0] = 0.5  # five more
    for _ in range(5):
        allowance.take("a")
    with pytest.raises(TooManyRequests):
        allowance.take("a")
