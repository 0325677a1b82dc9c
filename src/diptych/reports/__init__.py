"""An HTML and SVG kit for reports: blocks in, one self-contained page out. Knows no metric."""

from diptych.reports.blocks import (
    Bars,
    Block,
    Command,
    Facts,
    Figure,
    Figures,
    Legend,
    Measure,
    Measures,
    Notice,
    Panel,
    Prose,
    Report,
    Section,
    Table,
    Tone,
)
from diptych.reports.page import render, write_report
from diptych.reports.pictures import Colours, Picture, overlay, radiograph

__all__ = [
    "Bars",
    "Block",
    "Colours",
    "Command",
    "Facts",
    "Figure",
    "Figures",
    "Legend",
    "Measure",
    "Measures",
    "Notice",
    "Panel",
    "Picture",
    "Prose",
    "Report",
    "Section",
    "Table",
    "Tone",
    "overlay",
    "radiograph",
    "render",
    "write_report",
]
