"""NCBI's E-utilities, ENA's portal and its files on loopback, with faults on demand."""

from __future__ import annotations

import gzip
import hashlib
import json
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from assayline.deploy.fetch.portal import Portal


def reads(run: str, mate: int, bases: int = 60, count: int = 40) -> bytes:
    """A FASTQ of the archive."""
    text = "".join(
        f"@{run}.{at} {at} length={bases}\n{'ACGT' * bases}"[: len(f"@{run}.{at} {at} length={bases}\n") + bases]
        + f"\n+\n{'I' * bases}\n"
        for at in range(1, count + 1)
    )
    return gzip.compress(f"{text}".encode(), mtime=mate)


class Archive(ThreadingHTTPServer):
    """Studies, samples, runs and files; `faults` is a list of things that go wrong, by the end of a path, one after the other."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.files: dict[str, bytes] = {}
        self.runs: dict[str, list[dict[str, str]]] = {}
        self.geo: dict[str, dict] = {}
        self.biosamples: dict[str, dict[str, str]] = {}
        self.faults: dict[str, list[str]] = defaultdict(list)
        self.asked: list[str] = []
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def portal(self, **words) -> Portal:
        base = f"http://{self.host}"
        return Portal(f"{base}/entrez", f"{base}/ena", **({"pause": 0.001, "timeout": 20.0, "tries": 4} | words))

    def environment(self) -> dict[str, str]:
        return {"ASSAYLINE_EUTILS": f"http://{self.host}/entrez", "ASSAYLINE_ENA": f"http://{self.host}/ena"}

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self.thread.join()

    def add_run(self, study: str, run: str, contents: dict[str, bytes], **said: str) -> None:
        """A run with its files; `submitted=` names files as submitted instead of the archive's."""
        submitted: dict[str, bytes] = said.pop("submitted", {})  # type: ignore[assignment]
        row = {"run_accession": run, "study_accession": study, "library_layout": "PAIRED", "library_strategy": "RNA-Seq"}
        row |= {"library_source": "TRANSCRIPTOMIC", "scientific_name": "Homo sapiens"} | said
        for kind, files in (("fastq", contents), ("submitted", submitted)):
            for name, content in files.items():
                self.files[f"/vol1/{kind}/{run}/{name}"] = content
            row[f"{kind}_ftp"] = ";".join(f"{self.host}/vol1/{kind}/{run}/{name}" for name in files)
            row[f"{kind}_md5"] = ";".join(hashlib.md5(content).hexdigest() for content in files.values())
            row[f"{kind}_bytes"] = ";".join(str(len(content)) for content in files.values())
        self.runs.setdefault(study, []).append(row)
        self.runs[run] = [row]

    def add_series(self, name: str, study: str, samples: dict[str, str], **more) -> None:
        relations = [{"relationtype": "SRA", "targetobject": study}] if study else []
        entry = {"accession": name, "title": name, "extrelations": relations, **more}
        self.geo[name] = entry | {"samples": [{"accession": key, "title": title} for key, title in samples.items()]}


class Answers(BaseHTTPRequestHandler):
    """Answers as the services do."""

    server: Archive
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with self.server.lock:
            self.server.asked.append(self.path)
            faults = next((found for end, found in self.server.faults.items() if parts.path.endswith(end) and found), [])
            fault = faults.pop(0) if faults else ""
        if fault.isdigit():
            return self.give(int(fault), b"no", {"Retry-After": "0"})
        if fault == "hang":
            time.sleep(1.5)
            self.close_connection = True
            return None
        if fault == "text":
            return self.give(200, b"<html>busy</html>")
        if fault.startswith("to "):
            return self.give(302, b"", {"Location": fault[3:]})
        if parts.path.startswith("/entrez/"):
            return self.give(200, self.entrez(parts.path, query))
        if parts.path == "/ena/filereport":
            return self.report(query)
        return self.file(parts.path, fault)

    def entrez(self, path: str, query: dict[str, str]) -> bytes:
        name = path.rsplit("/", 1)[1]
        server = self.server
        if name == "esearch.fcgi" and query["db"] == "gds":
            accession = query["term"].removesuffix("[ACCN]")
            return json.dumps({"esearchresult": {"idlist": ["1" + accession[3:]] if accession in server.geo else []}}).encode()
        if name == "esummary.fcgi":
            found = [entry for key, entry in server.geo.items() if "1" + key[3:] in query["id"].split(",")]
            uids = [str(at) for at in range(len(found))]
            return json.dumps({"result": {"uids": uids} | dict(zip(uids, found, strict=True))}).encode()
        if name == "esearch.fcgi":
            ids = [key.removesuffix("[ACCN]") for key in query["term"].split(" OR ")]
            return json.dumps({"esearchresult": {"idlist": [key for key in ids if key in server.biosamples]}}).encode()
        nodes = []
        for key in query["id"].split(","):
            pairs = server.biosamples[key].items()
            inner = "".join(f'<Attribute attribute_name="{at}" harmonized_name="{at}">{value}</Attribute>' for at, value in pairs)
            nodes.append(f'<BioSample accession="{key}"><Attributes>{inner}</Attributes></BioSample>')
        return f"<BioSampleSet>{''.join(nodes)}</BioSampleSet>".encode()

    def report(self, query: dict[str, str]) -> None:
        rows = self.server.runs.get(query["accession"])
        if rows is None:
            return self.give(204, b"")
        fields = query["fields"].split(",")
        lines = ["\t".join(fields), *("\t".join(row.get(name, "") for name in fields) for row in rows)]
        return self.give(200, "\n".join(lines).encode() + b"\n")

    def file(self, path: str, fault: str) -> None:
        content = self.server.files.get(path)
        if content is None:
            return self.give(404, b"")
        whole = content
        begin = self.headers.get("Range", "")
        start = int(begin.removeprefix("bytes=").rstrip("-")) if begin and fault != "no range" else 0
        if start >= len(whole):
            return self.give(416, b"")
        if fault == "wrong":
            content = bytes([content[0] ^ 1]) + content[1:]
        headers = {"Content-Range": f"bytes {start}-{len(whole) - 1}/{len(whole)}"} if start else {}
        if fault == "other range":
            headers = {"Content-Range": f"bytes 0-{len(whole) - 1}/{len(whole)}"}
        if fault == "cut":
            self.send_response(206 if start else 200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(whole) - start))
            self.end_headers()
            self.wfile.write(content[start : start + max(1, (len(whole) - start) // 2)])
            self.close_connection = True
            return None
        if fault == "short":
            return self.give(200, content[: len(content) // 2])
        return self.give(206 if headers else 200, content[start:], headers)

    def give(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""
