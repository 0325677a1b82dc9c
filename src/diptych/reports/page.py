"""A report to one HTML file that needs nothing else: no network, no script."""

from __future__ import annotations

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

from diptych.base.atomic import write_text
from diptych.reports.blocks import Measures, Report

if TYPE_CHECKING:
    from jinja2 import Environment


def write_report(report: Report, path: Path) -> None:
    """Write the page whole or not at all."""
    write_text(path, render(report))


def render(report: Report) -> str:
    """The page as HTML; equal reports give equal pages."""
    return _environment().get_template("page.html").render(report=report)


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("diptych.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "amount": amount, "hex": _hex}
    environment.globals |= {"place": place}
    return environment


def number(value: float, digits: int = 3) -> str:
    """Three significant digits, a true minus sign, a dash where there is no number."""
    if isnan(value):
        return "–"
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}".replace("-", "\u2212")
    return f"{value:#.{digits}g}".rstrip(".").replace("-", "\u2212")


def signed(value: float) -> str:
    """Three decimals with their sign, a true minus; a dash where there is no number."""
    if isnan(value):
        return "–"
    text = f"{value:+z.3f}"
    return "0.000" if text == "+0.000" else text.replace("-", "\u2212")


def amount(value: float) -> str:
    """As `number`, but whole numbers without decimals."""
    return f"{value:,.0f}".replace("-", "\u2212") if value == round(value) else number(value)


def place(measures: Measures, value: float) -> float:
    """Where a value lies on the track, in percent from the left; outside values stick to the ends."""
    share = (value - measures.start) / (measures.end - measures.start)
    return round(100 * min(max(share, 0.0), 1.0), 2) if not isnan(share) else 0.0


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
