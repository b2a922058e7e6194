"""Check parameters against a pipeline's own schema, with advice on them, and write them for `deploy launch`.

Values get the types of the schema; unknown names are refused with the nearest one, genomes must be among the pipeline's. With
--run the advisor chooses among the pipelines given and sets what the data speak for; its decision stays in the run folder, and
what you give with --param wins.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from assayline.cli.outcome import Outcome

if TYPE_CHECKING:
    import argparse

    from allotrope.errors import Finding
    from assayline.deploy.nfcore import Pipeline


def arguments(parser: argparse.ArgumentParser) -> None:
    """Pipelines, values, and what the advisor is told."""
    parser.add_argument(
        "pipelines", nargs="+", metavar="PIPELINE", help="folder, archive, organisation/name, or own; several with --run"
    )
    parser.add_argument("--revision", default="", metavar="REV", help="revision of a clone or of a pulled pipeline")
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="a parameter")
    parser.add_argument("--params-file", type=Path, metavar="FILE", help="parameters in JSON or YAML")
    parser.add_argument(
        "--run", dest="folder", type=Path, metavar="DIR", help="ask the advisor; the decision stays in this run folder"
    )
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="sample sheet, which tells the advisor of the data")
    parser.add_argument(
        "--data", action="append", default=[], metavar="KEY=VALUE", help="what is known of the data, as assay=RNA-seq"
    )
    parser.add_argument("--by", choices=("auto", "claude", "rules"), default="auto", help="who advises (with --run)")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write them as JSON (default: printed)")
    parser.add_argument("--force", action="store_true", help="replace the file if it exists")


def run(options: argparse.Namespace) -> Outcome:
    """Advise, check, print or write; status 4 when the advisor cannot tell the pipeline, 9 when a value is refused."""
    import json

    from assayline.deploy.nfcore import open_pipeline
    from assayline.deploy.parameters import check, parse
    from assayline.errors import BadUsage
    from assayline.files import write_whole

    pipelines = [open_pipeline(text, options.revision) for text in options.pipelines]
    pipeline, advised, reasons, findings = pipelines[0], dict[str, Any](), list[dict[str, Any]](), list[Any]()
    if options.folder:
        pipeline, advised, reasons, findings = _advice(options, pipelines)
    elif len(pipelines) > 1:
        raise BadUsage(what="PIPELINE", found=f"{len(pipelines)} pipelines", expected="one, or --run to choose", next="Name one.")
    given = advised | parse(options.param, options.params_file)
    made = check(pipeline, given, filled=pipeline.required)
    text = json.dumps(made.values, indent=2, ensure_ascii=False) + "\n"
    if options.output:
        write_whole({options.output: text.encode()}, force=options.force)
    said = "".join(f"# {reason['text']}\n" for reason in reasons)
    body = {"pipeline": pipeline.name, "parameters": made.values, "advised": sorted(advised), "because": reasons}
    shown = f"# {pipeline.name}\n{said}" + ("" if options.output else text)
    return Outcome([body], [*findings, *made.findings], text=shown if options.folder else text)


def _advice(
    options: argparse.Namespace, pipelines: list[Pipeline]
) -> tuple[Pipeline, dict[str, Any], list[dict[str, Any]], list[Finding]]:
    """What the advisor says; raises Unclear when it cannot tell the pipeline."""
    from assayline.deploy.advised import choose, data_of, stated
    from assayline.deploy.errors import Unclear
    from assayline.run_folder import RunFolder

    data = data_of(pipelines[0], options.sheet) if options.sheet else {}
    chosen, values, reasons, findings = choose(RunFolder(options.folder), pipelines, data | stated(options.data), options.by)
    if chosen is None:
        raise Unclear(
            what="pipeline",
            found=" ".join(reason["text"] for reason in reasons) or "no reason for any",
            expected="to know what was sequenced",
            next="Say it with --data assay=…, or give one pipeline without --run.",
        )
    return chosen, values, reasons, findings
