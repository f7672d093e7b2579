"""The fonts that statements are set in: which characters they have, variants of kanji included
(G15). A character that none has is refused, never printed as a box.
"""

import hashlib
import struct
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from struct import unpack_from
from typing import Final

from jp20.domain.base.errors import BadArgument, JP20Error
from jp20.domain.base.extras import of_extra
from jp20.domain.base.os_errors import reason
from jp20.domain.base.text import Text
from jp20.domain.files.letters import visible

_SUFFIXES: Final = (".ttf", ".otf", ".ttc", ".otc")
_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


class NoFonts(BadArgument):
    """There are no fonts where statements were to find them."""

    what = Text("There is no font in {folder}.")
    next_step = Text(
        "Put TrueType or OpenType fonts there, and name the folder in jp20.toml: [statements] "
        'fonts = "fonts"'
    )

    def __init__(self, folder: object) -> None:
        super().__init__(folder=folder)


class UnfitFont(BadArgument):
    """A file is no font that can be read."""

    what = Text("{file} is not a font that can be used.")
    next_step = Text("Replace it with another TrueType or OpenType font, or remove it.")

    def __init__(self, file: Path, why: Text | None = None) -> None:
        super().__init__(why=why, file=file)


class NoGlyph(JP20Error):
    """No font has a character of a statement."""

    what = Text("No font has the character {character} ({code_points}) of {place}.")
    why = Text("It would be printed as a box, or as another character.")
    next_step = Text(
        "Add a font that has it to the folder of fonts: IPAmj Mincho has the kanji of registered "
        "names and their variants."
    )

    def __init__(self, character: str, place: str) -> None:
        code_points = " ".join(f"U+{ord(each):04X}" for each in character)
        super().__init__(character=visible(character), code_points=code_points, place=place)


@dataclass(frozen=True)
class Font:
    """One face of a font file. `family` is by what a template names it."""

    family: str
    file: Path
    index: int

    @cached_property
    def _map(self) -> "CharacterMap":
        try:
            return CharacterMap.of(self.file.read_bytes(), self.index)
        except OSError as error:
            raise UnfitFont(self.file, reason(error)) from None
        except (ValueError, IndexError, struct.error) as error:
            raise UnfitFont(self.file, Text.verbatim(str(error))) from None

    def has(self, cluster: str) -> bool:
        """Whether it has a character, or a character with its variation selector."""
        return self._map.has(cluster)


class FontSet:
    """The fonts of some folders, in the order of the folders, then by file name. Raises NoFonts."""

    def __init__(self, folders: Sequence[Path]) -> None:
        typst = of_extra("typst", "statements")
        for folder in folders:
            if not any(_files(folder)):
                raise NoFonts(folder)
        self.folders: Final = tuple(folders)
        self.loaded: Final = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(each) for each in folders],
        )
        found = [
            Font(each.family, Path(each.path), each.index)
            for each in self.loaded.fonts()
            if each.path is not None
        ]
        order = [file for folder in folders for file in _files(folder)]
        read = [each for each in found if each.file in order]
        self.fonts: Final = tuple(
            sorted(read, key=lambda each: (order.index(each.file), each.index))
        )
        if not self.fonts:
            raise NoFonts(", ".join(str(each) for each in folders))

    @property
    def families(self) -> tuple[str, ...]:
        """Each once, in order."""
        return tuple(dict.fromkeys(each.family for each in self.fonts))

    @cached_property
    def hashes(self) -> Mapping[str, str]:
        """SHA-256 of each file, by its name."""
        files = dict.fromkeys(each.file for each in self.fonts)
        return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in files}

    def family_of(self, cluster: str) -> str | None:
        """The first family that has it, regular or bold alike; None where none has."""
        for each in self.fonts:
            if each.has(cluster):
                return each.family
        return None


def clusters(text: str) -> Iterator[str]:
    """Characters, each with the variation selectors that follow it."""
    found = ""
    for each in text:
        if found and any(ord(each) in selectors for selectors in _SELECTORS):
            found += each
            continue
        if found:
            yield found
        found = each
    if found:
        yield found


# Inside


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(each for each in folder.rglob("*") if each.suffix.lower() in _SUFFIXES)


@dataclass(frozen=True, slots=True)
class CharacterMap:
    """The `cmap` of a font (OpenType 1.9): ranges of characters, and of characters with variation
    selectors.
    """

    starts: Sequence[int]
    ends: Sequence[int]
    variants: Mapping[int, tuple[Sequence[tuple[int, int]], frozenset[int]]]
    """By selector: ranges whose usual glyph is meant, and characters with another one."""

    def has(self, cluster: str) -> bool:
        first, *selectors = (ord(each) for each in cluster)
        place = bisect_right(self.starts, first) - 1
        if place < 0 or first > self.ends[place]:
            return False
        return all(self._has_variant(first, each) for each in selectors)

    def _has_variant(self, character: int, selector: int) -> bool:
        usual, other = self.variants.get(selector, ((), frozenset()))
        return character in other or any(first <= character <= last for first, last in usual)

    @classmethod
    def of(cls, data: bytes, index: int) -> "CharacterMap":
        """Raises ValueError, IndexError or struct.error for what is no font."""
        start = unpack_from(">I", data, 12 + 4 * index)[0] if data[:4] == b"ttcf" else 0
        (count,) = unpack_from(">H", data, start + 4)
        records = (unpack_from(">4sIII", data, start + 12 + 16 * each) for each in range(count))
        table = next((offset for tag, _, offset, _ in records if tag == b"cmap"), None)
        if table is None:
            raise ValueError("cmap")
        (subtables,) = unpack_from(">H", data, table + 2)
        characters: set[tuple[int, int]] = set()
        variants: dict[int, tuple[Sequence[tuple[int, int]], frozenset[int]]] = {}
        for each in range(subtables):
            platform, encoding, offset = unpack_from(">HHI", data, table + 4 + 8 * each)
            if platform not in (0, 3) or (platform, encoding) == (3, 0):
                continue
            place = table + offset
            (form,) = unpack_from(">H", data, place)
            if form == 4:
                characters.update(_segments(data, place))
            elif form == 12:
                characters.update(_groups(data, place))
            elif form == 14:
                variants.update(_variants(data, place))
        merged = _merged(characters)
        return cls([first for first, _ in merged], [last for _, last in merged], variants)


def _segments(data: bytes, place: int) -> Iterator[tuple[int, int]]:
    """Format 4. Characters that are given glyph 0 are not there."""
    (doubled,) = unpack_from(">H", data, place + 6)
    count = doubled // 2
    ends = unpack_from(f">{count}H", data, place + 14)
    starts = unpack_from(f">{count}H", data, place + 16 + doubled)
    deltas = unpack_from(f">{count}H", data, place + 16 + 2 * doubled)
    at = place + 16 + 3 * doubled
    offsets = unpack_from(f">{count}H", data, at)
    for each, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for character in range(first, min(last, 0xFFFE) + 1):
            if offsets[each] == 0:
                glyph = (character + deltas[each]) & 0xFFFF
            else:
                where = at + 2 * each + offsets[each] + 2 * (character - first)
                (glyph,) = unpack_from(">H", data, where)
            if glyph:
                yield character, character


def _groups(data: bytes, place: int) -> Iterator[tuple[int, int]]:
    """Format 12."""
    (count,) = unpack_from(">I", data, place + 12)
    for each in range(count):
        first, last, glyph = unpack_from(">III", data, place + 16 + 12 * each)
        yield (first, last) if glyph else (first + 1, last)


def _variants(
    data: bytes, place: int
) -> Iterator[tuple[int, tuple[Sequence[tuple[int, int]], frozenset[int]]]]:
    """Format 14."""
    (count,) = unpack_from(">I", data, place + 6)
    for each in range(count):
        at = place + 10 + 11 * each
        selector = int.from_bytes(data[at : at + 3])
        usual, other = unpack_from(">II", data, at + 3)
        ranges: list[tuple[int, int]] = []
        if usual:
            (entries,) = unpack_from(">I", data, place + usual)
            for one in range(entries):
                where = place + usual + 4 + 4 * one
                first = int.from_bytes(data[where : where + 3])
                ranges.append((first, first + data[where + 3]))
        mapped: set[int] = set()
        if other:
            (entries,) = unpack_from(">I", data, place + other)
            for one in range(entries):
                where = place + other + 4 + 5 * one
                mapped.add(int.from_bytes(data[where : where + 3]))
        yield selector, (ranges, frozenset(mapped))


def _merged(ranges: set[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        elif first <= last:
            found.append((first, last))
    return found
