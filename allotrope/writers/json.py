"""ASM as JSON: UTF-8, two spaces of indent, keys in document order, never NaN or infinity."""

from __future__ import annotations

from typing import Any

import orjson


def dumps(asm: dict[str, Any]) -> bytes:
    """The document as JSON bytes with a final line feed."""
    return orjson.dumps(asm, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
