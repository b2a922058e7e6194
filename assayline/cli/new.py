"""Start something new from an example"""

from __future__ import annotations

SUBVERBS = {"instrument": "write a converter and its golden from a sample export"}
