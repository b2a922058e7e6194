"""Pack a pipeline with all it needs into a folder, for a cluster without a network.

Packed are the pipeline, the plugins it declares, the container images its processes name, references, and this package as a
wheel; bundle.json has the digest of every file. What is not at hand is named with the command that gets it; nothing is
downloaded here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assayline.cli.outcome import Outcome, talk

if TYPE_CHECKING:
    import argparse


def arguments(parser: argparse.ArgumentParser) -> None:
    """The pipeline, the folder, and where its parts are."""
    parser.add_argument("pipeline", metavar="PIPELINE", help="folder, archive, organisation/name, or own")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the bundle, a new folder")
    parser.add_argument("--revision", default="", metavar="REV", help="revision of a clone or of a pulled pipeline")
    parser.add_argument("--plugins", type=Path, metavar="DIR", help="folder of plugins (default: Nextflow's own)")
    parser.add_argument("--images", type=Path, metavar="DIR", help="folder of images (default: NXF_APPTAINER_CACHEDIR)")
    parser.add_argument(
        "--reference", action="append", default=[], type=Path, metavar="PATH", help="a file or folder of references"
    )
    parser.add_argument(
        "--wheel", action="append", default=[], type=Path, metavar="PATH", help="wheel of assayline, or a folder of wheels"
    )
    parser.add_argument(
        "--without", action="append", default=[], choices=("plugins", "images", "package"), help="leave a part out, knowing it"
    )


def run(options: argparse.Namespace) -> Outcome:
    """Pack; status 7 when a part is not at hand."""
    from assayline.deploy.bundle.pack import Content, pack
    from assayline.deploy.nfcore import open_pipeline

    content = Content(options.plugins, options.images, tuple(options.reference), tuple(options.wheel), frozenset(options.without))
    body, findings = pack(open_pipeline(options.pipeline, options.revision), content, options.output, talk)
    size = sum(item["size"] for item in body["files"].values())
    result = {
        "bundle": str(options.output),
        "pipeline": body["pipeline"],
        "parts": body["parts"],
        "files": len(body["files"]),
        "bytes": size,
    }
    text = f"{options.output}: {len(body['files'])} files, {size / 1e6:.1f} MB: {', '.join(body['parts'])}"
    return Outcome([result], findings, text=text)
