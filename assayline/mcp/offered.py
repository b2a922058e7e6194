"""Which commands are tools, and what a call of each must name, so that no tool writes where nobody said."""

from __future__ import annotations

from dataclasses import dataclass

from assayline.cli.verbs import load, subverbs, verbs


@dataclass(frozen=True, slots=True)
class Offer:
    """How a command stands towards files and services.

    `reads`: it writes nothing. `named`: inputs that a call must give though the command line has a default, since files go there.
    `service`: it talks to a service if it is asked to. `without`: inputs that a tool does not take, since they write to a place
    of the account that no call names.
    """

    reads: bool = False
    named: tuple[str, ...] = ()
    service: bool = False
    without: tuple[str, ...] = ()


OFFERS: dict[str, Offer] = {
    "detect": Offer(reads=True),
    "convert": Offer(),
    "validate": Offer(reads=True),
    "flatten": Offer(),
    "explain": Offer(reads=True),
    "diff": Offer(reads=True),
    "instruments": Offer(reads=True),
    "new instrument": Offer(named=("to",)),
    "cells inspect": Offer(),
    "cells qc": Offer(),
    "cells integrate": Offer(),
    "cells train": Offer(),
    "cells annotate": Offer(),
    "cells compare": Offer(),
    "advise": Offer(service=True),
    "interpret": Offer(service=True),
    "run": Offer(named=("workflow", "run"), service=True),
    "deploy check": Offer(reads=True, without=("fix",)),
    "deploy sheet": Offer(),
    "deploy fetch": Offer(service=True),
    "deploy parameters": Offer(service=True),
    "deploy profile": Offer(),
    "deploy launch": Offer(service=True),
    "deploy verify": Offer(named=("notebook",)),
    "deploy bundle": Offer(),
    "deploy unbundle": Offer(),
    "problem": Offer(service=True),
    "notebook push": Offer(named=("notebook",), service=True),
    "notebook list": Offer(reads=True),
    "notebook show": Offer(reads=True),
    "notebook search": Offer(reads=True),
    "notebook export": Offer(),
    "notebook import": Offer(named=("notebook",)),
    "notebook map": Offer(named=("output",), service=True),
    "notebook outbox": Offer(reads=True),
    "notebook sign": Offer(named=("notebook",)),
    "notebook lock": Offer(named=("notebook",)),
    "notebook verify": Offer(reads=True),
    "report": Offer(),
    "verify": Offer(),
    "init": Offer(named=("folder",)),
    "doctor": Offer(reads=True),
}

NOT_OFFERED = {
    "watch": "it does not end",
    "notebook serve": "it does not end",
    "mcp": "it is this server",
}
"""Commands that are no tools, each with the reason."""


def commands() -> dict[str, str]:
    """Tool name (`cells_qc`) → command (`cells qc`) of every command that is installed and offered."""
    present = (f"{verb} {sub}".strip() for verb in verbs() for sub in (subverbs(load(verb)) or [""]))
    return {command.replace(" ", "_").replace("-", "_"): command for command in present if command in OFFERS}
