"""Sheets of paper: a head, facts, tables that go on over pages, sums, and a foot that counts the pages.

Lengths are millimetres. The same content makes the same bytes: the date in the file is the record's own.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, time
from typing import Any, TypeAlias

from fpdf import FPDF, ViewerPreferences
from fpdf.enums import Align, MethodReturnValue, XPos, YPos

from config.colors import channels, light_shades
from portal_views.paper.content import Column, Paper, Row, Sum, Table, Tone
from portal_views.paper.fonts import BOX, FAMILY, clean, use_fonts

Colour: TypeAlias = tuple[int, int, int]

_INK, _MUTED, _LINE = (27, 34, 38), (83, 92, 98), (206, 204, 196)
_STRIPE, _LINK = (240, 160, 32), (11, 90, 97)
_TONES: dict[Tone, tuple[Colour, Colour]] = {
    "good": ((26, 99, 56), (221, 240, 226)),
    "warn": ((122, 74, 0), (252, 235, 201)),
    "bad": ((160, 35, 28), (251, 227, 224)),
    "info": ((31, 79, 134), (224, 235, 248)),
    "plain": (_INK, (235, 234, 228)),
}
_LETTER = frozenset({"US", "CA", "MX", "PR", "CO", "CL", "VE", "PH"})  # where paper is 8½ by 11 inches
_EDGE, _TOP, _FOOT = 18.0, 16.0, 20.0
_LOGO = (50.0, 14.0)  # the most that it takes
_BODY, _SMALL = 9.5, 8.0  # points
_ROW = 4.6  # height of a line of text


def make_pdf(paper: Paper) -> bytes:
    """The paper as a PDF. A tenth of a second of the processor, a thousand lines one second: call it in a thread."""
    sheet = _Sheet(paper)
    sheet.head(paper)
    sheet.facts(paper.facts)
    if paper.note:
        sheet.paragraph(paper.note)
    sheet.table(paper.lines)
    sheet.sums(paper.sums)
    for text, url in paper.links:
        sheet.link(text, url)
    if paper.payments is not None:
        sheet.table(paper.payments)
    return sheet.finish(paper.foot)


def _texts_of(value: Any) -> Iterator[str]:
    """Every text in these values."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts_of(getattr(value, field.name))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts_of(one)


class _Sheet:
    """One paper while it is written, from top to bottom."""

    def __init__(self, paper: Paper) -> None:
        pdf = FPDF(format="letter" if paper.country in _LETTER else "A4")
        self._link = channels(light_shades(paper.accent).link) if paper.accent else _LINK
        self._missing = use_fonts(pdf, [*_texts_of(paper), paper.foot(1, 1)])
        pdf.str_alias_nb_pages = ""  # `{nb}` is a text like any other
        pdf.set_margins(_EDGE, _TOP, _EDGE)
        pdf.set_auto_page_break(False)
        pdf.c_margin = 0
        pdf.set_title(f"{paper.title} · {paper.sender}")
        pdf.set_author(paper.sender)
        pdf.set_creator("Pitline")
        pdf.set_lang(paper.language)
        pdf.set_creation_date(datetime.combine(paper.day, time(), UTC))
        pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self._pdf = pdf
        self._bottom = pdf.h - _FOOT
        self._width = pdf.epw
        self._turn()

    def head(self, paper: Paper) -> None:
        """Who it is from on the left; what it is and how it stands on the right."""
        pdf, half = self._pdf, self._width * 0.55
        pdf.set_fill_color(*(channels(paper.accent) if paper.accent else _STRIPE))
        pdf.rect(0, 0, pdf.w, 2.2, style="F")
        if paper.logo is not None:
            self._logo(*paper.logo)
        top = pdf.y
        self._write(paper.title, size=15, bold=True, x=_EDGE + half, width=self._width - half, right=True)
        self._badge(*paper.badge)
        right = pdf.y
        pdf.y = top
        self._write(paper.sender, size=13, bold=True, width=half - 6)
        pdf.y += 0.8
        for line in paper.sender_lines:
            self._write(line, colour=_MUTED, width=half - 6)
        pdf.y = max(pdf.y, right) + 5
        self._rule()
        pdf.y += 4

    def _logo(self, content: bytes, width: int, height: int) -> None:
        """The shop's picture, above its name."""
        pdf = self._pdf
        scale = min(_LOGO[0] / width, _LOGO[1] / height)
        pdf.image(io.BytesIO(content), _EDGE, pdf.y, width * scale, height * scale)
        pdf.y += height * scale + 3

    def facts(self, columns: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Facts side by side: a small name, and lines below it."""
        pdf = self._pdf
        width = self._width / max(1, len(columns))
        top, lowest = pdf.y, pdf.y
        for place, (name, lines) in enumerate(columns):
            pdf.y = top
            left = _EDGE + place * width
            self._write(name, size=_SMALL, colour=_MUTED, x=left, width=width - 5)
            for number, line in enumerate(lines):
                self._write(line, bold=number == 0, x=left, width=width - 5)
            lowest = max(lowest, pdf.y)
        pdf.y = lowest + 6

    def _heading(self, text: str) -> None:
        """A heading; it does not stay alone at the foot of a page."""
        self._need(28)
        self._pdf.y += 2
        self._write(text, size=11, bold=True)
        self._pdf.y += 1.5

    def paragraph(self, text: str) -> None:
        """A few words."""
        self._write(text, colour=_MUTED)
        self._pdf.y += 2

    def table(self, table: Table) -> None:
        """A table. Its head is repeated on each page; a row that is too long for a page goes on on the next."""
        self._heading(table.heading)
        if not table.rows:
            self.paragraph(table.none)
            return
        self._table_head(table.columns)
        for row in table.rows:
            self._table_row(table.columns, row)
        self._pdf.y += 2

    def sums(self, sums: Sequence[Sum]) -> None:
        """Sums at the right, kept together."""
        pdf = self._pdf
        self._need(len(sums) * 6.2 + 4)
        left, width = _EDGE + self._width * 0.55, self._width * 0.45
        for line in sums:
            if line.grand:
                self._rule(left)
                pdf.y += 1.2
            size, top = (11 if line.grand else _BODY), pdf.y
            colour = _INK if line.grand else _MUTED
            self._write(line.name, size=size, bold=line.grand, colour=colour, x=left, width=width * 0.5)
            low, pdf.y = pdf.y, top
            self._write(line.value, size=size, bold=line.grand, x=left + width * 0.45, width=width * 0.55, right=True)
            pdf.y = max(low, pdf.y) + 1
        pdf.y += 4

    def link(self, text: str, url: str) -> None:
        """A line that leads somewhere."""
        pdf = self._pdf
        self._need(10)
        self._font(10, bold=True, colour=self._link)
        said = self._said(text)
        pdf.x = _EDGE
        pdf.cell(pdf.get_string_width(said), 6, said, link=url, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def finish(self, foot: Callable[[int, int], str]) -> bytes:
        """The file. `foot` says what stands at the foot of a page, by its number and how many there are."""
        pdf = self._pdf
        for page in range(1, pdf.pages_count + 1):
            pdf.page = page
            pdf.y = pdf.h - _FOOT + 6
            self._rule()
            pdf.y += 2
            self._font(1)  # the letters of a page that was left are not those of the last one
            self._write(foot(page, pdf.pages_count), size=_SMALL, colour=_MUTED)
        return bytes(pdf.output())

    def _table_head(self, columns: Sequence[Column]) -> None:
        pdf = self._pdf
        self._need(18)
        top, left = pdf.y, _EDGE
        for column in columns:
            pdf.y = top
            width = column.share * self._width
            self._write(column.name, size=_SMALL, colour=_MUTED, x=left, width=width, right=column.right)
            left += width
        pdf.y += 1
        self._rule()
        pdf.y += 1.5

    def _table_row(self, columns: Sequence[Column], row: Row) -> None:
        pdf, first = self._pdf, columns[0].share * self._width - 4
        lines = self._wrapped(row.cells[0], first, _BODY)
        small = self._wrapped(row.below, first, _SMALL) if row.below else []
        if pdf.y + min(len(lines) + len(small), 4) * _ROW + 2 > self._bottom:
            self._turn()
            self._table_head(columns)
        top, left = pdf.y, _EDGE + columns[0].share * self._width
        self._line(lines[0], _BODY, _INK)
        for column, text in zip(columns[1:], row.cells[1:], strict=True):  # here, so that a row is read as a row
            pdf.y = top
            self._write_fitting(text, left, column.share * self._width, right=column.right)
            left += column.share * self._width
        pdf.y = top + _ROW
        for line, size, colour in [
            *((one, _BODY, _INK) for one in lines[1:]),
            *((one, _SMALL, _MUTED) for one in small),
        ]:
            if pdf.y + _ROW > self._bottom:
                self._turn()
                self._table_head(columns)
            self._line(line, size, colour)
        pdf.y += 1
        self._rule()
        pdf.y += 1.2

    def _line(self, text: str, size: float, colour: Colour) -> None:
        self._font(size, colour=colour)
        self._pdf.x = _EDGE
        self._pdf.cell(0, _ROW, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _wrapped(self, text: str, width: float, size: float) -> list[str]:
        """The text in lines of this width."""
        self._font(size)
        said = self._said(text)
        if self._pdf.get_string_width(said) <= width:
            return [said]
        lines = self._pdf.multi_cell(width, _ROW, said, align=Align.L, dry_run=True, output=MethodReturnValue.LINES)
        assert isinstance(lines, list)
        return [str(line) for line in lines]

    def _write(
        self,
        text: str,
        *,
        size: float = _BODY,
        bold: bool = False,
        colour: Colour = _INK,
        x: float = _EDGE,
        width: float = 0,
        right: bool = False,
    ) -> None:
        """Write a text below what there is; it takes as many lines as it needs."""
        pdf = self._pdf
        self._font(size, bold=bold, colour=colour)
        pdf.x = x
        pdf.multi_cell(
            width or self._width,
            _height_of(size),
            self._said(text),
            align=Align.R if right else Align.L,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def _write_fitting(self, text: str, x: float, width: float, *, right: bool) -> None:
        """Write a figure on one line: smaller, where it would not fit."""
        pdf, said = self._pdf, self._said(text)
        self._font(_BODY)
        taken = pdf.get_string_width(said)
        if taken > width - 1:
            self._font(max(3.0, _BODY * (width - 1) / taken))
        pdf.x = x
        pdf.cell(width, _ROW, said, align=Align.R if right else Align.L)

    def _badge(self, text: str, tone: Tone) -> None:
        pdf, (ink, ground) = self._pdf, _TONES[tone]
        self._font(9, bold=True, colour=ink)
        said = self._said(text)
        width = pdf.get_string_width(said) + 6
        pdf.y += 1.5
        pdf.set_fill_color(*ground)
        pdf.rect(_EDGE + self._width - width, pdf.y, width, 6, style="F", round_corners=True, corner_radius=3)
        pdf.x = _EDGE + self._width - width
        pdf.cell(width, 6, said, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _said(self, text: str) -> str:
        return "".join(BOX if letter in self._missing else letter for letter in clean(text))

    def _font(self, size: float, *, bold: bool = False, colour: Colour = _INK) -> None:
        self._pdf.set_font(FAMILY, "B" if bold else "", size)
        self._pdf.set_text_color(*colour)

    def _rule(self, x: float = _EDGE) -> None:
        self._pdf.set_draw_color(*_LINE)
        self._pdf.set_line_width(0.2)
        self._pdf.line(x, self._pdf.y, _EDGE + self._width, self._pdf.y)

    def _need(self, height: float) -> None:
        """Go to the next page where this height is not left."""
        if self._pdf.y + height > self._bottom:
            self._turn()

    def _turn(self) -> None:
        self._pdf.add_page()
        self._pdf.y = _TOP


def _height_of(size: float) -> float:
    """The height of a line of this size of letters."""
    return round(size * 0.3528 * 1.38, 2)
