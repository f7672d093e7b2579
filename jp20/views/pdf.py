"""Statements as PDF/A-2u, set by typst from templates (G15). Needs the extra `statements`.

The same data with the same fonts and templates gives the same bytes: no system font, no package
from elsewhere, and the block's time as the file's own.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from jp20.domain.base.errors import BadArgument
from jp20.domain.base.extras import of_extra
from jp20.domain.base.text import Text
from jp20.domain.files.export_forms import Statement
from jp20.domain.files.letters import harmless
from jp20.views.fonts import FontSet, NoGlyph, clusters

TEMPLATES: Final = Path(__file__).parent / "templates"

STANDARD: Final = "a-2u"

_MAIN: Final = b"""
#let data = json(bytes(sys.inputs.data))
#import sys.inputs.template: statement
#set document(title: data.title)
#set text(lang: "ja", font: data.fonts, fallback: false)
#let in-their-fonts(rules, body) = if rules.len() == 0 { body } else {
  show regex(rules.first().at(0)): set text(font: rules.first().at(1))
  in-their-fonts(rules.slice(1), body)
}
#in-their-fonts(data.variants, statement(data))
"""
_PACKAGE: Final = re.compile(r'"@[A-Za-z]')
_NOWHERE: Final = "/nonexistent"


class NoTemplate(BadArgument):
    """A folder of templates lacks one."""

    what = Text("There is no {template} in {folder}.")
    next_step = Text("Copy the templates that JP20 has: jp20 register templates FOLDER")

    def __init__(self, template: str, folder: Path) -> None:
        super().__init__(template=template, folder=folder)


class UnfitTemplate(BadArgument):
    """A template cannot be set."""

    what = Text("The template {template} cannot be typeset.")
    next_step = Text("Correct it; what it is given is described in docs/exports.md.")

    def __init__(self, template: str, why: Text) -> None:
        super().__init__(why=why, template=template)


class Statements:
    """Makes statements, one after another, from the templates of a folder. The compiler is kept:
    the first takes a tenth of a second, each other a few milliseconds. Raises ExtraMissing.
    """

    def __init__(self, fonts: FontSet, templates: Path = TEMPLATES) -> None:
        typst = of_extra("typst", "statements")
        self._error: Final = typst.TypstError
        self.fonts: Final = fonts
        self.folder: Final = templates
        self._compiler: Final = typst.Compiler(
            root=str(templates),
            font_paths=fonts.loaded,
            ignore_system_fonts=True,
            package_path=_NOWHERE,
            package_cache_path=_NOWHERE,
        )
        for file in sorted(templates.rglob("*.typ")):
            text = file.read_text("utf-8", errors="replace")
            for number, line in enumerate(text.splitlines(), start=1):
                if _PACKAGE.search(line):
                    why = Text("Line {line} loads a package, which is not allowed.", line=number)
                    raise UnfitTemplate(file.name, why)

    @cached_property
    def hashes(self) -> Mapping[str, str]:
        """SHA-256 of each template, by its name."""
        return {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(self.folder.rglob("*.typ"))
        }

    def make(self, kind: Statement, content: Mapping[str, Any], time: int) -> bytes:
        """A statement of `content`, which is JSON and has a `title`; the file's own time is `time`
        (unix seconds). Raises NoGlyph, NoTemplate, UnfitTemplate.
        """
        return bytes(self._set(kind, content, time, "pdf", pdf_standards=[STANDARD]))

    def picture(self, kind: Statement, content: Mapping[str, Any], time: int) -> bytes:
        """Its first page as PNG."""
        made = self._set(kind, content, time, "png", ppi=96)
        return bytes(made[0] if isinstance(made, list) else made)

    def _set(
        self, kind: Statement, content: Mapping[str, Any], time: int, form: str, **how: Any
    ) -> Any:
        if not (self.folder / kind.template).is_file():
            raise NoTemplate(kind.template, self.folder)
        data = {
            **content,
            "fonts": self.fonts.families,
            "variants": self._variants(content),
        }
        inputs = {"data": json.dumps(data, ensure_ascii=False), "template": f"/{kind.template}"}
        try:
            return self._compiler.compile(
                input=_MAIN, format=form, timestamp=time, sys_inputs=inputs, **how
            )
        except self._error as error:
            raise UnfitTemplate(kind.template, _why(error.diagnostic)) from None

    def _variants(self, content: Mapping[str, Any]) -> list[tuple[str, str]]:
        """For each font but the first, the variants of characters that are set in it: the first
        would set the usual form of such a character, and say nothing.
        """
        found: dict[str, dict[str, None]] = {}
        for place, text in _texts(content, ()):
            if text.isascii() and text.isprintable():
                continue
            for cluster in clusters(text):
                family = self._family(cluster)
                if family is None:
                    raise NoGlyph(cluster, _named(place))
                if len(cluster) > 1 and family != self.fonts.families[0]:
                    found.setdefault(family, {})[cluster] = None
        return [("|".join(each), family) for family, each in found.items()]

    def _family(self, cluster: str) -> str | None:
        if cluster not in self._known:
            self._known[cluster] = self.fonts.family_of(cluster)
        return self._known[cluster]

    @cached_property
    def _known(self) -> dict[str, str | None]:
        return {}


# Inside


def _why(diagnostic: str) -> Text:
    """What typst says, and where, in one line."""
    lines = [each.strip(" │") for each in diagnostic.splitlines()]
    return Text.verbatim(harmless(" ".join(each for each in lines if each)))


def _texts(value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _texts(each, (*place, name))
    elif isinstance(value, list | tuple):
        for number, each in enumerate(value, start=1):
            yield from _texts(each, (*place, number))


def _named(place: tuple[str | int, ...]) -> str:
    """`holders[3].to.name`: the third holder's name, where a template finds it."""
    said = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in place)
    return said.removeprefix(".")
