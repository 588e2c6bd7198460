"""The one way JSON is written inside a capture, so that equal facts are equal bytes."""

import json
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

__all__ = ["JsonValue", "canonical_json", "parse_canonical_json"]

JsonValue: TypeAlias = (
    "bool | int | float | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
)

_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)


def canonical_json(value: Mapping[str, JsonValue]) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces.

    Raises:
        ValueError: a number is not finite or a text is not Unicode.
    """
    return _ENCODER.encode(value).encode()


def parse_canonical_json(data: bytes) -> dict[str, JsonValue]:
    """The object written by ``canonical_json``.

    Raises:
        ValueError: the bytes are no JSON object, or one written in any other way.
    """
    try:
        found: JsonValue = json.loads(data.decode())
        if isinstance(found, dict) and canonical_json(found) == data:
            return found
    except (ValueError, RecursionError) as error:
        raise ValueError("it is no canonical JSON") from error
    raise ValueError("it is no object in canonical JSON")
