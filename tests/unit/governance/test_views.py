"""The file of views: each cell of its matrix, allowed and denied, and what is wrong with a file."""

import pytest

from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.base.faults import FaultyFile
from jp20.domain.base.roles import TOKEN_ROLES, Role
from jp20.domain.governance.views import (
    INVESTOR,
    SEATS,
    Denied,
    Purpose,
    Question,
    Reach,
    Scope,
    Subject,
    Viewer,
    may,
    parse_views,
    purposes_matrix,
    views_matrix,
)
from jp20.operations.files.inputs import SHIPPED_VIEWS, load_views

pytestmark = pytest.mark.requirement("S5", "G17", "G28")

SHIPPED = SHIPPED_VIEWS.read_text("utf-8")
VIEWS = load_views()
OWN, OTHER = address_of(1), address_of(2)
US, THEM = 7, 8
THEIRS = Subject(OTHER, 900, frozenset({THEM}), frozenset({OTHER}))

# Written by hand from the issue's sentences, row by row: counts, holdings, movements, facts, names,
# cases. "–" none, A all, T own tokens, C own clients, K with a case, O own.
MATRIX = {
    Role.OPERATOR: "– – – – – O",
    Role.VALIDATOR: "– – – – – –",
    Role.ISSUER: "T – – – – O",
    Role.BROKER: "T C C C C O",
    Role.REGISTRAR: "T T T T T A",
    Role.KYC: "– – – A C O",
    Role.AML: "– – K A K O",
    Role.AUDITOR: "A – A – K A",
    Role.EMERGENCY: "– – – – – O",
    Role.CUSTODIAN: "– C C C C O",
    Role.PAYING_AGENT: "A – – – – O",
    INVESTOR: "– O O O O –",
}
CELLS = [
    (seat, question, letter)
    for seat, row in MATRIX.items()
    for question, letter in zip(Question, row.split(), strict=True)
]


def viewer(seat):
    """A viewer with one seat: a role for token OWN where it can be held for one."""
    if seat == INVESTOR:
        return Viewer(investor=500)
    scope = OWN if seat in TOKEN_ROLES else ZERO_ADDRESS
    return Viewer(None, US, "us", ((scope, frozenset({seat})),))


def purpose_of(seat):
    return next(each for each in Purpose if seat in VIEWS.purposes[each])


def sees(seat, question, subject):
    if seat == Role.VALIDATOR:  # it may name no purpose at all
        found = [may(VIEWS, viewer(seat), each, question, subject) for each in Purpose]
        assert all(isinstance(each, Denied) for each in found)
        return False
    found = may(VIEWS, viewer(seat), purpose_of(seat), question, subject)
    # An answer about a token, or about all, is filtered by its scope.
    return isinstance(found, Scope) and (subject == Subject() or found.covers(subject))


def named(value):
    return getattr(value, "name", str(value))


@pytest.mark.parametrize(("seat", "question", "letter"), CELLS, ids=named)
def test_each_cell_of_the_matrix(seat, question, letter):
    in_own = Subject(OWN, 900, frozenset({THEM}), frozenset({OWN}))
    client = Subject(OWN, 900, frozenset({US}), frozenset({OWN}))
    in_case = Subject(OWN, 900, frozenset({THEM}), frozenset({OWN}), opened=True)
    own = (
        Subject(OWN, parts=frozenset({US, THEM}))
        if question is Question.CASES
        else Subject(OWN, 500, frozenset({THEM}), frozenset({OWN}))
    )
    other = Subject(OTHER, parts=frozenset({THEM})) if question is Question.CASES else THEIRS

    assert sees(seat, question, in_own) == (letter in "AT")
    assert sees(seat, question, client) == (letter in "ATC")
    assert sees(seat, question, in_case) == (letter in "ATK")
    assert sees(seat, question, own) == (letter in "ATO")
    # All that is not of the one token: only what reaches all of every token.
    everywhere = letter == "A" and seat not in TOKEN_ROLES
    assert sees(seat, question, other) == everywhere
    assert sees(seat, question, Subject()) == (letter != "–")


def test_the_matrix_has_every_role_and_question():
    assert {(seat, question) for seat, question, _ in CELLS} == set(VIEWS.reaches)
    letters = {"–": Reach.NONE, "A": Reach.ALL, "T": Reach.OWN_TOKENS, "C": Reach.CLIENTS}
    letters |= {"K": Reach.CASE, "O": Reach.OWN}
    assert all(VIEWS.reaches[seat, question] is letters[each] for seat, question, each in CELLS)


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("seat", SEATS, ids=named)
def test_a_purpose_is_named_by_its_roles_only(seat, purpose):
    row = [VIEWS.reaches[seat, question] for question in Question]
    for question, reach in zip(Question, row, strict=True):
        found = may(VIEWS, viewer(seat), purpose, question, Subject())
        allowed = seat in VIEWS.purposes[purpose] and reach is not Reach.NONE
        assert isinstance(found, Scope) == allowed


def test_an_organisation_sees_what_its_roles_see_together():
    """A broker for all tokens that is registrar of one: that token whole, elsewhere its clients."""
    roles = ((ZERO_ADDRESS, frozenset({Role.BROKER})), (OWN, frozenset({Role.REGISTRAR})))
    both = Viewer(None, US, "us", roles)
    scope = may(VIEWS, both, Purpose.REGISTER, Question.HOLDINGS, Subject(OWN))
    assert isinstance(scope, Scope)
    assert scope.is_whole_of(OWN)
    assert not scope.is_whole_of(OTHER)
    assert scope.covers(Subject(OTHER, 900, frozenset({US})))
    assert not scope.covers(Subject(OTHER, 900, frozenset({THEM})))


def test_a_role_at_large_reaches_every_token():
    registrar = Viewer(None, US, "us", ((ZERO_ADDRESS, frozenset({Role.REGISTRAR})),))
    scope = may(VIEWS, registrar, Purpose.REGISTER, Question.NAMES, THEIRS)
    assert isinstance(scope, Scope)
    assert scope.is_whole


def test_a_role_that_counts_for_the_platform_only_is_nothing_for_a_token():
    """The chain would not grant it so; if it stands there, it gives nothing."""
    auditor = Viewer(None, US, "us", ((OWN, frozenset({Role.AUDITOR})),))
    assert isinstance(may(VIEWS, auditor, Purpose.AUDIT, Question.CASES, Subject()), Denied)


def test_a_broker_of_one_token_sees_its_clients_there_alone():
    broker = viewer(Role.BROKER)
    elsewhere = Subject(OTHER, 900, frozenset({US}), frozenset({OWN, OTHER}))
    found = may(VIEWS, broker, Purpose.NOTICE, Question.HOLDINGS, elsewhere)
    assert isinstance(found, Denied)


def test_nobody_is_nobody_s_investor():
    """An account that is no investor's has id 0, as a viewer without one."""
    assert isinstance(
        may(VIEWS, Viewer(), Purpose.OWN_REQUEST, Question.HOLDINGS, Subject(OWN, 0)), Denied
    )


def test_the_matrix_is_shown_in_both_languages():
    english, japanese = views_matrix(VIEWS, "en"), views_matrix(VIEWS, "ja")
    assert english[4] == ("REGISTRAR", *["own tokens"] * 5, "all")
    assert len(japanese) == len(SEATS)
    assert all(english[n][1:] != japanese[n][1:] for n in (2, 3, 4))
    assert dict(purposes_matrix(VIEWS, "en"))["audit"] == "AUDITOR"


def faults_of(text):
    with pytest.raises(FaultyFile) as found:
        parse_views(text.encode(), "views.toml")
    return [(each.line, each.field) for each in found.value.faults]


def line_of(text, part, after="") -> int:
    begin = text.index(after)
    return text[: text.index(part, begin)].count("\n") + 1


def changed(old, new, after):
    head, found, tail = SHIPPED.partition(after)
    assert old in tail
    return head + found + tail.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "after", "field"),
    [
        ('holdings = "clients"', 'holdings = "everything"', "[roles.BROKER]", "holdings"),
        ('counts = "all"', "counts = true", "[roles.AUDITOR]", "counts"),
        # Only what is about requests or the investor's own can be "own".
        ('facts = "all"', 'facts = "own"', "[roles.KYC]", "facts"),
        # Of an auditor no token is its own.
        ('movements = "all"', 'movements = "own_tokens"', "[roles.AUDITOR]", "movements"),
        ('cases = "all"', 'cases = "clients"', "[roles.AUDITOR]", "cases"),
        ('holdings = "own"', 'holdings = "all"', "[roles.INVESTOR]", "holdings"),
        ('names = "none"', 'names = "own_tokens"', "[roles.ISSUER]", "names"),
    ],
)
def test_a_cell_that_cannot_be_is_a_fault_with_line_and_field(old, new, after, field):
    text = changed(old, new, after)
    role = after.strip("[]")
    assert faults_of(text) == [(line_of(text, new, after), f"{role}.{field}")]


def test_a_cell_that_is_missing_is_a_fault_at_its_table():
    text = changed('names = "clients"\n', "", "[roles.BROKER]")
    assert faults_of(text) == [(line_of(text, "[roles.BROKER]"), "roles.BROKER.names")]


def test_what_does_not_exist_is_a_fault():
    text = SHIPPED + '\n[roles.JANITOR]\ncounts = "all"\n\n[extra]\n'
    assert {field for _, field in faults_of(text)} == {"roles.JANITOR", "extra"}
    text = changed("[purposes]", '[purposes]\nfun = ["AUDITOR"]', "[roles.INVESTOR]")
    assert faults_of(text) == [(line_of(text, "fun = "), "purposes.fun")]
    text = changed('audit = ["AUDITOR"]', 'audit = ["AUDITORS"]', "[purposes]")
    assert faults_of(text) == [(line_of(text, "audit = "), "purposes.audit")]


def test_a_purpose_that_is_missing_or_empty_is_a_fault():
    text = changed('audit = ["AUDITOR"]', "audit = []", "[purposes]")
    assert faults_of(text) == [(line_of(text, "audit = "), "purposes.audit")]
    text = changed('audit = ["AUDITOR"]\n', "", "[purposes]")
    assert faults_of(text) == [(line_of(text, "[purposes]"), "purposes.audit")]


@pytest.mark.parametrize("years", ["0", "101", "true", '"ten"', "-1", "1.5"])
def test_a_retention_that_cannot_be_is_a_fault(years):
    text = changed("years = 10", f"years = {years}", "[retention]")
    assert faults_of(text) == [(line_of(text, f"years = {years}"), "retention.years")]


def test_an_empty_file_has_a_fault_for_every_table_and_cell():
    # roles, 12 roles and 6 cells each; purposes and 9 of them; retention and its years
    assert len(faults_of("")) == 1 + 12 * 7 + 1 + 9 + 2
