"""The allowed values of configuration keys in words, for error messages and for the table of settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

_SIGNS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}


@dataclass(frozen=True)
class Allowed:
    """The allowed values of a field whose type and bounds do not express them; part of the field's annotation."""

    words: str


def allowed_values(field: FieldInfo, error: Mapping[str, Any] | None = None) -> str:
    """Return what a field allows, such as `"a whole number >= 1"` or `"'cpu' or 'cuda'"`.

    Args:
        field: of the model.
        error: one of pydantic's; if it names the only bound that a number breaks, that bound is enough: `">= 1"`.
    """
    for item in field.metadata:
        if isinstance(item, Allowed):
            return item.words
    if get_origin(field.annotation) is Literal:
        return _choice([repr(value) for value in get_args(field.annotation)])
    if get_origin(field.annotation) is tuple:
        return _list(field)
    kinds = get_args(field.annotation) or (field.annotation,)
    if bool in kinds:
        return "true or false"
    if str in kinds:
        return "a non-empty string"
    broken = _limits([error.get("ctx", {})]) if error else ""
    return broken or " ".join(filter(None, ("a whole number" if int in kinds else "a number", _limits(field.metadata))))


def _list(field: FieldInfo) -> str:
    """Describe `tuple[Annotated[int, Field(...)], ...]`, whose items have bounds of their own."""
    item, _ = get_args(field.annotation)
    longest = next(entry.max_length for entry in field.metadata if hasattr(entry, "max_length"))
    limits = _limits(bound for entry in item.__metadata__ for bound in entry.metadata)
    return f"a list of at most {longest} whole numbers {limits}, such as [128, 128]"


def _limits(entries: Iterable[Any]) -> str:
    """Join the bounds of annotations such as `Ge(ge=1)`, or of mappings such as `{"ge": 1}`."""
    return " and ".join(f"{_SIGNS[name]} {_number(limit)}" for entry in entries for name, limit in _bounds(entry))


def _bounds(entry: Any) -> Iterator[tuple[str, Any]]:
    named = entry if isinstance(entry, Mapping) else {name: getattr(entry, name, None) for name in _SIGNS}
    return ((name, named[name]) for name in _SIGNS if named.get(name) is not None)


def _number(limit: float) -> str:
    return f"{limit:,}" if isinstance(limit, int) else f"{limit:g}"


def _choice(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
