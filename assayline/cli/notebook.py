"""Keep runs as entries of a notebook: local, exported, or in a service"""

from __future__ import annotations

SUBVERBS = {
    "push": "store a run as an entry, once",
    "list": "the latest entries",
    "show": "one entry as text, Markdown, HTML or JSON",
    "search": "the entries that hold all the words",
    "export": "write entries as an .eln archive",
    "import": "read the entries of an .eln archive",
    "map": "propose or check how a run maps to a Benchling tenant",
    "outbox": "what is queued for a service, and why it is still there",
    "sign": "sign an entry: name, time and meaning, bound to the record",
    "lock": "close an entry for good",
    "verify": "prove the history and every file",
    "serve": "show the notebook in a browser, read-only, on loopback",
}
