"""Configs are frozen keyword-only dataclasses; this turns them into JSON and back."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from diptych.base.errors import DiptychError, Problem

T = TypeVar("T")

_LONGEST = 60
"""Letters of a wrong value that are shown."""
_MOST_BITS = 128
"""Of a whole number: the longest seeds have as many. Python does not even print what is much longer."""


class UnknownField(DiptychError):
    """A field that the config does not have; programs write what they read, so it is another version's."""

    name = ""
    known: tuple[str, ...] = ()

    @classmethod
    def among(cls, known: Iterable[str], where: str, name: str) -> UnknownField:
        """Of a config with the fields `known`."""
        error = cls([Problem(f"{where}.{name}", "unknown field", "another version of diptych wrote it")])
        error.name, error.known = name, tuple(known)
        return error

    def by_hand(self) -> DiptychError:
        """The same of a file that a person wrote: the field that was meant, or those that there are."""
        near = get_close_matches(self.name, self.known, n=1)
        remedy = f"did you mean {near[0]}?" if near else f"it knows {', '.join(self.known)}"
        return DiptychError(dataclasses.replace(problem, remedy=remedy) for problem in self.problems)


def encode(value: Any) -> Any:
    """A config as plain JSON values; nested configs become objects, tuples lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, (tuple, list)):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    return str(value) if isinstance(value, Path) else value


def decode(kind: type[T], data: Any, where: str = "config") -> T:
    """The config of type `kind` that `encode` made `data` from.

    Raises `DiptychError` naming the first field that is missing, unknown or of the
    wrong type.
    """
    if not isinstance(data, dict):
        raise _mismatch(where, "an object", data)
    hints = _hints(kind)  # type: ignore[arg-type]
    fields = {f.name: f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for name in data:
        if name not in fields:
            raise UnknownField.among(fields, where, name)
    values = {}
    for name, field in fields.items():
        if name in data:
            values[name] = _decode_value(hints[name], data[name], f"{where}.{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise DiptychError.of(f"{where}.{name}", "missing field", "write the file again")
    return kind(**values)


@cache
def _hints(kind: type) -> dict[str, Any]:
    """The types of a config's fields; working them out takes longer than all the rest of a small object."""
    return typing.get_type_hints(kind)


def _decode_value(hint: Any, value: Any, where: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _decode_union(arguments, value, where)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return decode(hint, value, where)
    if origin is tuple:
        return _decode_tuple(arguments, value, where)
    if origin is typing.Literal:
        if value in arguments:
            return value
    elif hint is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        with suppress(OverflowError):
            return float(value)
    elif hint in (str, bool, int) and type(value) is hint and not (hint is int and _endless(value)):
        return value
    elif hint is Path and isinstance(value, str):
        return Path(value)
    raise _mismatch(where, _plain(hint), value)


def _decode_union(options: tuple[Any, ...], value: Any, where: str) -> Any:
    if value is None and types.NoneType in options:
        return None
    rest = [option for option in options if option is not types.NoneType]
    for option in rest[:-1]:
        try:
            return _decode_value(option, value, where)
        except DiptychError:
            continue
    return _decode_value(rest[-1], value, where)


def _decode_tuple(arguments: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise _mismatch(where, "a list", value)
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        arguments = (arguments[0],) * len(value)
    if len(arguments) != len(value):
        raise _mismatch(where, f"a list of {len(arguments)}", value)
    pairs = zip(arguments, value, strict=True)
    return tuple(_decode_value(hint, item, f"{where}[{i}]") for i, (hint, item) in enumerate(pairs))


_WORDS = {str: "a text", bool: "true or false", int: "a whole number", float: "a number", Path: "a path"}


def _plain(hint: Any) -> str:
    """A type in words."""
    if typing.get_origin(hint) is typing.Literal:
        return " or ".join(map(repr, typing.get_args(hint)))
    return _WORDS.get(hint, str(hint))


def _mismatch(where: str, wanted: str, value: Any) -> DiptychError:
    return DiptychError.of(
        where, f"expected {wanted}, found {_short(value)}", "correct the file or write it again"
    )


def _endless(number: int) -> bool:
    return number.bit_length() > _MOST_BITS


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:
        return "a number that is too long to show"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
