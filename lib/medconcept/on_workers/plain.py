"""Records as Arrow takes them: dataclasses as dictionaries, through functions made once for each class."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable
from dataclasses import is_dataclass
from operator import attrgetter
from typing import Any, Union, get_args, get_origin, get_type_hints

Plain = Callable[[Any], Any]


def as_dict(record: type, names: Iterable[str]) -> Callable[[Any], dict[str, Any]]:
    """A function from such a record to a dictionary of the fields named, those within made plain too.

    Tuples of plain values stay as they are: Arrow takes them for lists.

    >>> from medconcept.jats.article_records import Journal, Named
    >>> as_dict(Journal, ("title", "ids"))(Journal("J", (), (Named("nlm-ta", "J X"),), (), None, None))
    {'title': 'J', 'ids': [{'kind': 'nlm-ta', 'value': 'J X'}]}
    """
    told = tuple(names)
    hints = get_type_hints(record)
    read = attrgetter(*told)
    nested = [(name, plain) for name in told if (plain := _plain(hints[name])) is not None]
    if len(told) == 1:  # attrgetter gives the bare value then
        return lambda value: {told[0]: nested[0][1](read(value)) if nested else read(value)}

    def to_dict(value: Any) -> dict[str, Any]:
        out = dict(zip(told, read(value), strict=True))
        for name, plain in nested:
            if (inner := out[name]) is not None and inner != ():
                out[name] = plain(inner)
        return out

    return to_dict


def _plain(hint: Any) -> Plain | None:
    """How a value of a type is made plain; None where it is already."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return next((plain for a in arguments if (plain := _plain(a)) is not None), None)
    if origin is tuple:
        each = _plain(arguments[0])
        if each is None:
            return None
        one = each
        return lambda values: [one(value) for value in values]
    if is_dataclass(hint) and isinstance(hint, type):
        return as_dict(hint, get_type_hints(hint))
    return None
