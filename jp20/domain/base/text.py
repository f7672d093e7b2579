"""What a user reads: English in the code, Japanese in the catalogue.

A message stands in the code in English, with named placeholders, and is put into a language when
it is shown. Its Japanese is in `jp20/locale/ja/LC_MESSAGES/jp20.po`, which `make messages` keeps.
"""

from collections.abc import Iterable
from enum import Enum, IntEnum, StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final, Literal, Self

if TYPE_CHECKING:
    from gettext import GNUTranslations

Language = Literal["en", "ja"]


class Text:
    """A message in the two languages of the users.

    `Text("{holder} holds {units:,} units.", holder=address, units=balance)`: a value that is a
    Text is shown in the same language. What follows a number agrees with it:
    `{count} {count:row is|rows are} refused`. `context` tells apart two meanings of one English
    word. A message without values is shown as it is, braces included; `filled` puts values into it
    later.
    """

    __slots__ = ("_context", "_japanese", "_message", "_values")

    def __init__(self, message: str, /, *, context: str | None = None, **values: object) -> None:
        self._message = message
        self._japanese: str | None = None
        self._context = context
        self._values = values

    @classmethod
    def both(cls, en: str, ja: str) -> Self:
        """What comes in both languages from elsewhere: from a plan file, from the policy."""
        text = cls(en)
        text._japanese = ja
        return text

    @classmethod
    def verbatim(cls, said: str) -> Self:
        """A name, a number, or what another program said: the same in both languages."""
        return cls.both(said, said)

    @classmethod
    def joined(cls, texts: "Iterable[Text]", en: str = " ", ja: str = "") -> Self:
        """Several texts as one, with what separates them in each language."""
        parts = tuple(texts)
        return cls.both(en.join(each.en for each in parts), ja.join(each.ja for each in parts))

    @classmethod
    def lines(cls, texts: "Iterable[Text]") -> Self:
        """Several texts, a line each."""
        return cls.joined(texts, "\n", "\n")

    @classmethod
    def listing(cls, items: "Iterable[Text | str]") -> Self:
        """Things in a row, separated as each language does it."""
        texts = (each if isinstance(each, Text) else Text.verbatim(each) for each in items)
        return cls.joined(texts, ", ", "、")

    def filled(self, /, **values: object) -> "Text":
        """The message with these values in its placeholders."""
        text = Text(self._message, context=self._context)
        text._japanese = self._japanese
        text._values = values
        return text

    def to(self, language: Language) -> str:
        """The message in a language."""
        if language == "ja":
            return self._with_values(self._in_japanese(), language)
        return self._with_values(self._message, language)

    @property
    def en(self) -> str:
        return self.to("en")

    @property
    def ja(self) -> str:
        return self.to("ja")

    def _in_japanese(self) -> str:
        if self._japanese is not None:
            return self._japanese
        return translated(self._message, "ja", self._context)

    def _with_values(self, message: str, language: Language) -> str:
        if not self._values:
            return message
        shown = {
            name: value.to(language) if isinstance(value, Text) else _agreeing(value)
            for name, value in self._values.items()
        }
        return message.format(**shown)

    def __str__(self) -> str:
        return f"{self.en} / {self.ja}"

    def __repr__(self) -> str:
        return f"Text({self.en!r}, {self.ja!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Text):
            return NotImplemented
        return self.en == other.en and self.ja == other.ja

    def __hash__(self) -> int:
        return hash(self.en)


class _Number(int):
    """A number in a message: as a format, `one|many` is the word that agrees with it."""

    def __format__(self, form: str) -> str:
        one, both, many = form.partition("|")
        if not both:
            return int.__format__(self, form)
        return one if self == 1 else many


def _agreeing(value: object) -> object:
    return _Number(value) if type(value) is int else value


_UNSAID: Final = Text.verbatim("")


class TextEnum(Enum):
    """Members that are what a user reads of them."""

    @property
    def text(self) -> Text:
        return self.value  # type: ignore[no-any-return]


class NumberedEnum(IntEnum):
    """Members by their number on the chain, each with what a user reads: `NAME = 1, Text("…")`."""

    text: Text

    def __new__(cls, number: int, text: Text = _UNSAID) -> Self:
        member = int.__new__(cls, number)
        member._value_, member.text = number, text
        return member


class WordEnum(StrEnum):
    """Members by the word of a program, each with what a user reads: `NAME = "word", Text("…")`."""

    text: Text

    def __new__(cls, word: str, text: Text = _UNSAID) -> Self:
        member = str.__new__(cls, word)
        member._value_, member.text = word, text
        return member


def translated(message: str, language: Language, context: str | None = None) -> str:
    """A message of the code in a language, its placeholders as they are."""
    if language == "en":
        return message
    if context is None:
        return _catalogue().gettext(message)
    return _catalogue().pgettext(context, message)


@cache
def _catalogue() -> "GNUTranslations":
    """The Japanese of all messages, read when the first one is shown."""
    from gettext import GNUTranslations
    from importlib import resources

    file = resources.files("jp20").joinpath("locale", "ja", "LC_MESSAGES", "jp20.mo")
    with file.open("rb") as compiled:
        return GNUTranslations(compiled)
