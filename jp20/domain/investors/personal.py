"""What is known of a person, field by field: its columns, what it may be, how it is searched (G28).

None of it goes to the chain. The individual number (個人番号) is refused in every field: it may be
kept for what the law names only, and nothing here is that.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

from jp20.domain.base.text import Text
from jp20.domain.files.dates import NotADate, parse_day
from jp20.domain.files.letters import quoted
from jp20.domain.files.tables import Column

PERSONAL_COLUMNS: Final = (
    Column("kana", ("フリガナ", "カナ", "氏名カナ"), required=False),
    Column("latin_name", ("英字氏名", "ローマ字氏名"), required=False),
    Column("address", ("住所", "所在地"), required=False),
    Column("birth_date", ("生年月日", "設立年月日"), required=False),
    Column("bank_account", ("振込先口座", "口座"), required=False),
    Column("corporate_number", ("法人番号",), required=False),
    Column("country", ("国", "国籍", "国・地域"), required=False),
    Column("phone", ("電話番号",), required=False),
    Column("email", ("メールアドレス",), required=False),
)
"""Beside customer number and name, which every file has."""

PERSONAL_FIELDS: Final = ("customer", "name", *(each.name for each in PERSONAL_COLUMNS))
"""All fields of a record, in the order in which they are shown."""

FIELD_TEXTS: Final = {
    "customer": Text("customer number"),
    "name": Text("name", context="person"),
    "kana": Text("name in kana"),
    "latin_name": Text("name in Latin letters"),
    "address": Text("address", context="person"),
    "birth_date": Text("date of birth or incorporation"),
    "bank_account": Text("bank account"),
    "corporate_number": Text("corporate number"),
    "country": Text("country"),
    "phone": Text("telephone"),
    "email": Text("mail address"),
}

SEARCHED: Final = ("customer", "name", "kana", "latin_name")
"""By what a person is found."""

_DIGITS: Final = re.compile(r"(?<![0-9+])(?<![0-9+][- ])[0-9](?:[- ]?[0-9]){11}(?![- ]?[0-9])")
_CORPORATE: Final = re.compile(r"[1-9][0-9]{12}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_PHONE: Final = re.compile(r"\+?[0-9][0-9() -]{6,20}")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_BANK: Final = re.compile(r"[0-9]{4}-[0-9]{3}-(普通|当座|貯蓄)-[0-9]{7}")
_LONGEST: Final = 400


class UnfitField(ValueError):
    """A field cannot be what it was given. `what` does not repeat an individual number."""

    my_number: "UnfitField"

    def __init__(self, what: Text, next_step: Text) -> None:
        super().__init__(what.en)
        self.what = what
        self.next_step = next_step


UnfitField.my_number = UnfitField(
    Text("This has an individual number (My Number) in it, which is not kept here."),
    Text("Take it out of the file, and delete the file's other copies as your rules ask."),
)


def personal_field(name: str, written: str) -> str:
    """A field in the form in which it is kept: a date as ISO 8601, kana in full width. "" where it
    is empty. Raises UnfitField. A customer number is the organisation's own, and may have twelve
    digits of any kind.
    """
    value = written.strip()
    if name != "customer" and my_number_in(value):
        raise UnfitField.my_number
    if len(value) > _LONGEST:
        raise UnfitField(
            Text("This is longer than {most} characters.", most=_LONGEST), Text("Shorten it.")
        )
    return _FORMS[name](value) if value and name in _FORMS else value


def my_number_in(text: str) -> bool:
    """Whether twelve digits stand there that are an individual number by their check digit, in any
    width, with blanks or hyphens between them. One in eleven other numbers of twelve digits passes
    for one; a telephone number with + does not.
    """
    narrow = unicodedata.normalize("NFKC", text)
    narrow = re.sub("[‐‑‒–—―−ー]", "-", narrow)
    return any(_is_my_number(number) for number in _numbers_of_twelve(narrow))


def _numbers_of_twelve(text: str) -> Iterator[str]:
    for match in _DIGITS.finditer(text):
        yield re.sub("[^0-9]", "", match[0])


def _is_my_number(digits: str) -> bool:
    """The last digit checks the others: 11 less the remainder by 11 of the sum of each digit, from
    the right, times 2 to 7 and then 2 to 6; 0 where the remainder is 0 or 1.
    """
    body = [int(each) for each in reversed(digits[:11])]
    rest = sum(digit * (n + 2 if n < 6 else n - 4) for n, digit in enumerate(body)) % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def is_corporate_number(digits: str) -> bool:
    """Whether 13 digits are a corporate number: the first is 9 less the remainder by 9 of the sum
    of the others, from the right, times 1 and 2 in turn.
    """
    if not _CORPORATE.fullmatch(digits):
        return False
    others = [int(each) for each in reversed(digits[1:])]
    return int(digits[0]) == 9 - sum(d * (1 + n % 2) for n, d in enumerate(others)) % 9


def folded(text: str) -> str:
    """How a name or number is compared: width, case, blanks and the kind of kana do not count."""
    narrow = unicodedata.normalize("NFKC", text).casefold()
    letters = (chr(ord(c) + 0x60) if "\u3041" <= c <= "\u3096" else c for c in narrow)
    return "".join(c for c in letters if not c.isspace() and c not in "・,.-")


def _kana(value: str) -> str:
    wide = unicodedata.normalize("NFKC", value)
    kana = "".join(chr(ord(c) + 0x60) if "\u3041" <= c <= "\u3096" else c for c in wide)
    if all("\u30a1" <= c <= "\u30fe" or not c.isalpha() for c in kana):
        return kana
    raise UnfitField(
        Text("{cell} is not kana.", cell=quoted(value)), Text("Write it in kana alone.")
    )


def _day(value: str) -> str:
    try:
        return parse_day(value).isoformat()
    except NotADate as unfit:
        raise UnfitField(unfit.what, unfit.next_step) from None


def _corporate(value: str) -> str:
    if is_corporate_number(value):
        return value
    raise UnfitField(
        Text("{cell} is not a corporate number: its check digit does not fit.", cell=quoted(value)),
        Text("Write its 13 digits, as the tax agency publishes them."),
    )


def _fitting(pattern: re.Pattern[str], like: str) -> Callable[[str], str]:
    def form(value: str) -> str:
        if pattern.fullmatch(value):
            return value
        raise UnfitField(
            Text("{cell} cannot be used here.", cell=quoted(value)),
            Text("Write: {example}", example=like),
        )

    return form


_FORMS: Final[dict[str, Callable[[str], str]]] = {
    "kana": _kana,
    "birth_date": _day,
    "corporate_number": _corporate,
    "bank_account": _fitting(_BANK, "0001-001-普通-1234567"),
    "country": _fitting(_COUNTRY, "JP"),
    "phone": _fitting(_PHONE, "03-0000-0000, +81-3-0000-0000"),
    "email": _fitting(_EMAIL, "name@example.jp"),
}
