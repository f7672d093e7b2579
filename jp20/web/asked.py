"""What stands in a query: as of which block, which page."""

import re
from dataclasses import dataclass
from typing import Annotated, Final, Self, TypeVar

from eth_typing import ChecksumAddress
from fastapi import Depends, Path, Query

from jp20.domain.base.addresses import parse_address
from jp20.domain.base.ids import InvestorId
from jp20.domain.base.text import Text
from jp20.domain.files.dates import NotADate, parse_time
from jp20.domain.register.answers import Stamp
from jp20.operations.register.feed import BEGINNING, Position
from jp20.register.questions import Questions
from jp20.web.errors import ApiRefusal, RequestUnfit

MOST_ITEMS: Final = 1_000

LARGEST: Final = 2**53 - 1

_CURSOR: Final = re.compile(r"([0-9]{1,15})-([0-9a-f]{16})-([0-9]{1,9})")
_POSITION: Final = re.compile(r"([0-9]{1,15})-([0-9]{1,9})")
_INVESTOR: Final = re.compile(r"0x[0-9a-fA-F]{38}")

T = TypeVar("T")


class PageGone(ApiRefusal):
    """The block of which the earlier pages spoke is not on the chain any more."""

    status = 409
    what = Text("Block {block} was replaced since the first page.")
    next_step = Text("Read the list again from its first page.")

    def __init__(self, block: int) -> None:
        super().__init__(block=block)


Block = Annotated[
    int | None,
    Query(ge=0, le=LARGEST, description="As of this block; else the newest.", examples=[1042]),
]
AtTime = Annotated[
    str | None,
    Query(
        max_length=40,
        description="As of the last block up to this time, Japan's without a zone; of a date its "
        "end. A + of a zone is written %2B.",
        examples=["2026-03-31"],
    ),
]
Cursor = Annotated[
    str | None,
    Query(max_length=48, description="`next` of the page before: it keeps its block."),
]
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS, description="At most so many.")]
Code = Annotated[
    str,
    Path(max_length=64, description="Security code, symbol or address.", examples=["JP20-RE-0001"]),
]
Investor = Annotated[
    str,
    Path(
        max_length=40,
        description="The opaque id.",
        examples=["0x845986566fa249d19a35293e0b5e20a108224c"],
    ),
]
Before = Annotated[
    str,
    Query(
        max_length=40, description="Up to this time; of a date its end.", examples=["2027-03-31"]
    ),
]
Hash = Annotated[str, Path(max_length=66, description="32 bytes.", examples=["0x" + "5c" * 32])]


@dataclass(frozen=True, slots=True)
class AsOf:
    """Of which block an answer is to speak: by number, or by the last second that counts."""

    block: int | None = None
    time: int | None = None

    def stamp(self, questions: Questions) -> Stamp:
        """Raises NoSuchBlock, NoSuchTime."""
        return questions.stamp(self.block, self.time)


def block_asked(block: Block = None, at: AtTime = None) -> AsOf:
    """Raises RequestUnfit."""
    if at is None:
        return AsOf(block)
    if block is not None:
        raise RequestUnfit((("query.at", Text("Say either block or at.")),))
    return AsOf(None, last_second(at, "query.at"))


AsOfAsked = Annotated[AsOf, Depends(block_asked)]


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page of a list, as of which block: `skip` items come before it, and the pages before
    spoke of a block with a hash that begins so.
    """

    at: AsOf
    skip: int
    limit: int
    hash: str | None = None

    def stamp(self, questions: Questions) -> Stamp:
        """Raises NoSuchBlock, NoSuchTime, PageGone."""
        stamp = self.at.stamp(questions)
        if self.hash not in (None, stamp.hash.hex()[:16]):
            raise PageGone(stamp.block)
        return stamp

    def next(self, stamp: Stamp, found: int) -> str | None:
        """The cursor of the rest, where more than `limit` were found after those skipped."""
        if found <= self.limit:
            return None
        return f"{stamp.block}-{stamp.hash.hex()[:16]}-{self.skip + self.limit}"

    @property
    def until(self) -> int:
        """How many items have to be looked at to know whether there are more."""
        return self.skip + self.limit + 1

    @classmethod
    def after(cls, cursor: str, limit: int) -> Self:
        """Raises RequestUnfit."""
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            raise RequestUnfit((("query.cursor", Text("This is not a cursor of this list.")),))
        return cls(AsOf(int(found[1])), int(found[3]), limit, found[2])


def page(at: AsOfAsked, cursor: Cursor = None, limit: Limit = 100) -> PageAsked:
    """Raises RequestUnfit."""
    if cursor is None:
        return PageAsked(at, 0, limit)
    if at != AsOf():
        raise RequestUnfit(
            (("query.cursor", Text("A cursor names its block: leave out block and at.")),)
        )
    return PageAsked.after(cursor, limit)


PageOf = Annotated[PageAsked, Depends(page)]


def last_second(text: str, field: str) -> int:
    """The last second that a date or time includes. Raises RequestUnfit."""
    try:
        end, begin = parse_time(text, end_of_day=True), parse_time(text)
    except NotADate as unfit:
        raise RequestUnfit(((field, unfit.what),)) from None
    return begin if end == begin else end - 1


def until_end_of(text: str, field: str) -> int:
    """Until when something may hold that lapses up to a date, its end included, or a time. Raises
    RequestUnfit.
    """
    try:
        return parse_time(text, end_of_day=True) + 1
    except NotADate as unfit:
        raise RequestUnfit(((field, unfit.what),)) from None


def position_of(cursor: str | None, field: str) -> Position:
    """A position of the feed. Raises RequestUnfit."""
    if cursor is None:
        return BEGINNING
    found = _POSITION.fullmatch(cursor)
    if found is None:
        raise RequestUnfit(((field, Text("This is not a position in the feed, such as 1042-3.")),))
    return (int(found[1]), int(found[2]))


def cursor_of(position: Position) -> str:
    return f"{position[0]}-{position[1]}"


def investor_number(text: str, field: str) -> InvestorId:
    """Raises RequestUnfit."""
    if not _INVESTOR.fullmatch(text):
        raise RequestUnfit(((field, Text("An investor's id is 0x and 38 digits.")),))
    return InvestorId(int(text, 16))


def address_in(text: str, field: str) -> ChecksumAddress:
    """Raises RequestUnfit."""
    try:
        return parse_address(text)
    except ValueError:
        what = Text("This is not an address, or one of its digits is wrong.")
        raise RequestUnfit(((field, what),)) from None


def hash_in(text: str, field: str) -> bytes:
    """Raises RequestUnfit."""
    if not re.fullmatch(r"0x[0-9a-fA-F]{64}", text):
        raise RequestUnfit(((field, Text("A hash is 0x and 64 digits.")),))
    return bytes.fromhex(text[2:])
