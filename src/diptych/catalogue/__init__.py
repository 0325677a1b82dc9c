"""The living catalogue: public synthetic medical image data sets and generators, as data with a schema."""

from diptych.base.lazy import lazy

_HOMES = {
    "Catalogue": "loading",
    "Entry": "entry",
    "load_catalogue": "loading",
    "parse_entry": "loading",
    "read_entry": "loading",
    "write_entry": "writing",
}
__getattr__, __dir__ = lazy(__name__, _HOMES)
