"""The living catalogue: public synthetic medical image data sets and generators, as data with a schema."""

from diptych.base.lazy import lazy

_HOMES = {
    "Catalogue": "loading",
    "Entry": "entry",
    "Filters": "filters",
    "add_entry": "adding",
    "check_links": "links",
    "completeness": "scores",
    "count": "statistics",
    "coverage": "scores",
    "export_catalogue": "exporting",
    "load_catalogue": "loading",
    "parse_entry": "loading",
    "read_entry": "loading",
    "reproducibility": "scores",
    "search": "searching",
    "table": "fields",
    "validate": "validating",
    "write_entry": "writing",
}
__getattr__, __dir__ = lazy(__name__, _HOMES)
