"""Sources: one file for each public layout or format; `import_cohort` turns any of them into a cohort."""

# Importing a source's file registers it; none of them loads numpy before it is used.
from diptych.sources.coco import Coco
from diptych.sources.covid_cases import CovidCases
from diptych.sources.dicom import Dicom
from diptych.sources.folder import Folder
from diptych.sources.hannover import Hannover
from diptych.sources.importing import import_cohort
from diptych.sources.intake import SOURCES, Intake, Source, SourceCard
from diptych.sources.kermany import Kermany
from diptych.sources.nih600 import Nih600
from diptych.sources.table import Table
from diptych.sources.ufba425 import Ufba425
from diptych.sources.verbs import verbs

__all__ = [
    "SOURCES",
    "Coco",
    "CovidCases",
    "Dicom",
    "Folder",
    "Hannover",
    "Intake",
    "Kermany",
    "Nih600",
    "Source",
    "SourceCard",
    "Table",
    "Ufba425",
    "import_cohort",
    "verbs",
]
