"""keep runs as entries of a notebook: local, exported, or in a service"""

from __future__ import annotations

SUBVERBS = {
    "push": "store a run as an entry, once",
    "list": "the latest entries",
    "show": "one entry as text, Markdown, HTML or JSON",
}
