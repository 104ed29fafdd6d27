"""Lines of JSON to records, each of which holds one item."""

from __future__ import annotations

import json
from typing import Any

from wiretag.errors import InputError


def record_of(line: str) -> dict[str, Any]:
    """The JSON object that a line holds.

    Raises
    ------
    InputError
        It holds none; the message begins with "it".
    """
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"it is not valid JSON ({error.msg} at column {error.colno})") from None
    except RecursionError:
        raise InputError("it is nested too deeply") from None
    except ValueError as error:
        raise InputError(f"it cannot be read ({error})") from None
    if not isinstance(record, dict):
        raise InputError("it is no JSON object")
    return record
