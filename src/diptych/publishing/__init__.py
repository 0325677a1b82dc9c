"""Publishing: a cohort leaves the house in layouts that other tools read."""

# Importing an exporter's file registers it.
from diptych.publishing.coco import CocoExporter
from diptych.publishing.exporting import EXPORTERS, Exporter, export
from diptych.publishing.nnunet import NnunetExporter

__all__ = ["EXPORTERS", "CocoExporter", "Exporter", "NnunetExporter", "export"]
