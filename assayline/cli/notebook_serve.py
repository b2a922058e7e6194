"""Show the notebook in a browser, read-only, on loopback"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome, talk

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which notebook, and on which port."""
    parser.add_argument("--notebook", type=Path, metavar="DIR", help="folder (else ASSAYLINE_NOTEBOOK, else the account's)")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="port on 127.0.0.1 (default: any free one)")


def run(options: argparse.Namespace) -> Outcome:
    """Serve until interrupted."""
    from assayline.errors import BadUsage
    from assayline.notebook.local import LocalNotebook
    from assayline.notebook.place import notebook_folder
    from assayline.notebook.serve import Server

    folder = notebook_folder(options.notebook)
    LocalNotebook(folder, make=False).close()
    try:
        server = Server(folder, options.port)
    except OSError as error:
        raise BadUsage(
            what=f"--port {options.port}", found=error.strerror, expected="a free port", next="Leave --port out."
        ) from error
    talk(f"notebook {folder} at {server.address} (read-only; stop with Ctrl-C)")
    try:
        server.serve_forever()
    finally:
        server.server_close()
    return Outcome([{"address": server.address}])
