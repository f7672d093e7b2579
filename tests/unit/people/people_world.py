"""A small register, made of events: two tokens, three investors, brokers who introduced them."""

from dataclasses import replace

from solidity import CONTRACTS

from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.base.at import At
from jp20.domain.base.roles import Role
from jp20.domain.governance.requests import Request, case_id
from jp20.domain.investors.facts import registration_word
from jp20.domain.investors.investors import InvestorClass, Residency, investor_id
from jp20.domain.register import events as e
from jp20.domain.register.journal import Journal
from jp20.domain.token.term_sheet import parse_term_sheet
from jp20.register.by_ledger import ByLedger, Header

A, B, CONSORTIUM, PLATFORM, ISSUER_ACCOUNT = (address_of(number) for number in range(1, 6))
ALICE, BOB, CAROL, STRANGER = (address_of(number << 8) for number in range(11, 15))
IDS = {name: investor_id(each) for name, each in (("A", ALICE), ("B", BOB), ("C", CAROL))}

ORGANISATIONS = {
    1: ("Operator", ((Role.OPERATOR, ZERO_ADDRESS),)),
    2: ("Issuer", ((Role.ISSUER, A),)),
    3: ("Trust bank", ((Role.REGISTRAR, A),)),
    4: ("Broker one", ((Role.BROKER, ZERO_ADDRESS),)),
    5: ("Broker two", ((Role.BROKER, ZERO_ADDRESS),)),
    6: ("Identity", ((Role.KYC, ZERO_ADDRESS),)),
    7: ("Screening", ((Role.AML, ZERO_ADDRESS),)),
    8: ("Auditor", ((Role.AUDITOR, ZERO_ADDRESS),)),
    9: ("Validator", ((Role.VALIDATOR, ZERO_ADDRESS),)),
    10: ("Custodian", ((Role.CUSTODIAN, ZERO_ADDRESS),)),
    11: ("Paying agent", ((Role.PAYING_AGENT, ZERO_ADDRESS),)),
    12: ("Emergency", ((Role.EMERGENCY, ZERO_ADDRESS),)),
}
KEYS = {number: address_of(100 + number) for number in ORGANISATIONS}
DOCUMENT = b"\7" * 32
FORCED = b"\x11" * 32


def _enrolled(wallet, organisation, case):
    word = registration_word(wallet, InvestorClass.GENERAL, Residency.RESIDENT, 9_000, 10_000)
    return [_acted(organisation, case, PLATFORM), e.WalletRegistered(wallet, word)]


def _acted(organisation, case, target):
    return e.ActedDirectly(
        case_id(case), target, organisation, bytes(4), DOCUMENT, DOCUMENT, KEYS[organisation]
    )


def _issued(token, to, units):
    return [
        (token, e.Transfer(ZERO_ADDRESS, ISSUER_ACCOUNT, units)),
        (token, e.TrancheIssued(1, units)),
    ]


def _delivered(organisation, case, token, holder, units):
    return [
        (CONSORTIUM, _acted(organisation, case, token)),
        (token, e.Transfer(ISSUER_ACCOUNT, holder, units)),
        (token, e.Delivered(units)),
    ]


def register() -> ByLedger:
    """Token A: Alice 60 and Bob 40, of whom Bob lost 10 to Alice under case C-9; token B: Carol 30.
    Broker one delivered to Alice, broker two to Bob and Carol; the identity firm enrolled Alice and
    Bob, the custodian Carol.
    """
    sheet = CONTRACTS.parent / "examples/term-sheets/qualified-bond.toml"
    terms = replace(parse_term_sheet(sheet.read_bytes(), "t").terms, issuer_account=ISSUER_ACCOUNT)
    set_up = []
    for number, (name, roles) in ORGANISATIONS.items():
        set_up += [e.OrganisationAdded(number, name), e.KeyAdded(number, KEYS[number], number)]
        set_up += [e.RoleGranted(number, role, scope) for role, scope in roles]
    request = Request(A, bytes(4), FORCED, 1, case_id("C-9"), DOCUMENT, (), 100 << 184)
    transactions = [
        set_up,
        *(
            [
                e.TokenCreated(token, 1, code, 2, 3, DOCUMENT),
                (token, e.TermsSet(terms)),
            ]
            for token, code in ((A, "AAA"), (B, "BBB"))
        ),
        _enrolled(ALICE, 6, "WL-1"),
        _enrolled(BOB, 6, "WL-2"),
        _enrolled(CAROL, 10, "WL-3"),
        _issued(A, ISSUER_ACCOUNT, 100),
        _issued(B, ISSUER_ACCOUNT, 30),
        _delivered(4, "D-1", A, ALICE, 60),
        _delivered(5, "D-2", A, BOB, 40),
        _delivered(5, "D-3", B, CAROL, 30),
        [
            e.RequestProposed(FORCED, case_id("C-9"), 3, KEYS[3], request, b""),
            e.RequestSigned(FORCED, 8, 0, KEYS[8]),
        ],
        [
            e.CallExecuted(FORCED, 3, 0, KEYS[3]),
            (A, e.Transfer(BOB, ALICE, 10)),
            (A, e.ForcedTransfer(BOB, ALICE, 10)),
        ],
    ]
    journal = Journal()
    journal.follow(
        e.LoggedEvent(*_by_whom(each), At(block, bytes([block]) * 32, number, 1000 + block))
        for block, events in enumerate(transactions, 1)
        for number, each in enumerate(events)
    )
    return ByLedger(journal, _Headers(len(transactions)), PLATFORM)


def _by_whom(each):
    if isinstance(each, tuple):
        return each[1], each[0]
    return each, CONSORTIUM if type(each) in e.ConsortiumEvent.__args__ else PLATFORM


class _Headers:
    chain_id = 1337

    def __init__(self, last):
        self._last = last

    def header(self, number):
        return Header(number, bytes([number]) * 32, 1000 + number)

    def latest(self):
        return self._last

    def final(self):
        return self._last
