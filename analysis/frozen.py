"""Frozen values kept as JSON: what made them, and how they come back without loss."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, NoReturn, Union, get_args, get_origin, get_type_hints

# What a plain value of each type may come back as: JSON has one kind of number.
PLAIN: Mapping[type, tuple[type, ...]] = {int: (int,), float: (float, int), str: (str,), bool: (bool,)}


class Versions(dict[str, str]):
    """What made a frozen value, by name. It is read as a dictionary, goes to JSON as one, and cannot be changed."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        message = "The versions of a frozen value cannot be changed."
        raise TypeError(message)

    __setitem__ = __delitem__ = __ior__ = update = setdefault = pop = popitem = clear = _refuse

    def __reduce__(self) -> tuple[type["Versions"], tuple[dict[str, str]]]:
        return Versions, (dict(self),)

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))


def restored(kind: Any, value: Any) -> Any:
    """Rebuilds a value of a frozen dataclass (or a tuple, or an optional, of them) from plain JSON."""
    origin = get_origin(kind)
    if origin in {Union, UnionType}:
        inner = [part for part in get_args(kind) if part is not NoneType]
        return None if value is None else restored(inner[0], value)
    if origin is tuple:
        parts = get_args(kind)
        if parts[1:] == (Ellipsis,):
            return tuple(restored(parts[0], item) for item in value)
        return tuple(restored(part, item) for part, item in zip(parts, value, strict=True))
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        # What was stored before a field with a default existed is read with that default.
        known = [part for part in fields(kind) if part.name in value or part.default is MISSING]
        return kind(**{part.name: restored(hints[part.name], value[part.name]) for part in known})
    if kind in PLAIN and not (isinstance(value, PLAIN[kind]) and (kind is bool or not isinstance(value, bool))):
        message = f"{value!r} stands where a {kind.__name__} is expected."
        raise TypeError(message)
    return value
