"""eLabFTW (API v2): an entry becomes an experiment with its body as HTML, its files as uploads, and its project as a tag."""

from __future__ import annotations

import html
import os
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assayline.notebook.elabftw_links import links_step, searched
from assayline.notebook.entry import Entry, Figure, File
from assayline.notebook.errors import ServiceAmbiguous, ServiceMissing, ServiceUnsure
from assayline.notebook.http import Answer, Service
from assayline.notebook.outbox import Done, Step
from assayline.notebook.pages import body_html
from assayline.notebook.protocol import Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assayline.notebook.storage import Storage

ADDRESS, KEY = "ELABFTW_URL", "ELABFTW_API_KEY"
FIELD = "assayline key"
LIVE = "1,2"


@dataclass(slots=True)
class ELabFTW:
    """One eLabFTW; the address is that of the API, such as `https://eln.example.org/api/v2`."""

    service: Service
    tags: list[str] = field(default_factory=lambda: ["assayline"])

    @property
    def name(self) -> str:
        """The name under which the outbox keeps pushes to this eLabFTW."""
        return f"elabftw {self.service.base}"

    @classmethod
    def from_environment(cls) -> ELabFTW:
        """The eLabFTW that the environment names; raises ServiceMissing."""
        for variable, what in ((ADDRESS, "address"), (KEY, "API key")):
            if not os.environ.get(variable):
                raise ServiceMissing(service="eLabFTW", found=what, expected=variable)

        def headers(_fresh: bool) -> Mapping[str, str]:  # noqa: FBT001 - the shape that Service asks for
            return {"Authorization": os.environ[KEY]}

        return cls(Service("eLabFTW", os.environ[ADDRESS].rstrip("/"), headers))

    def plan(self, entry: Entry, storage: Storage) -> list[Step]:
        """Create, attach each file, write the body with the figures' addresses, tag, link."""
        files = [part for part in entry.parts if isinstance(part, File)]
        title: dict[str, Any] = {
            "title": entry.title,
            "body": body_html(entry),
            "content_type": 1,
            "metadata": self._metadata(entry),
        }
        steps = [
            Step(
                "experiment",
                lambda _: self._find(entry),
                lambda _: self._create(title),
                {"request": "POST /experiments", "body": {**title, "body": f"{len(title['body'])} characters of HTML"}},
            )
        ]
        steps += [self._upload(part, storage) for part in files]
        steps.append(
            Step(
                "body",
                lambda _: None,
                lambda done: self._body(entry, done),
                {"request": "PATCH /experiments/{id}", "body": "figures placed"},
            )
        )
        tags = [*self.tags, *([entry.project] if entry.project else [])]
        steps.append(
            Step(
                "tags",
                lambda done: self._tagged(done, tags),
                lambda done: self._tag(done, tags),
                {"request": "POST /experiments/{id}/tags", "body": {"tags": tags}},
            )
        )
        return [*steps, links_step(self.service, entry)] if entry.links else steps

    def receipt(self, entry: Entry, done: Done) -> Receipt:
        """The experiment's number and its page."""
        number = str(done["experiment"]["id"])
        page = self.service.base.removesuffix("/api/v2") + f"/experiments.php?mode=view&id={number}"
        note = str(done.get("links", {}).get("note", ""))
        return Receipt(self.name, number, entry.key, created=True, url=page, note=note)

    def _metadata(self, entry: Entry) -> dict[str, Any]:
        fields = {FIELD: {"type": "text", "value": entry.key}, "assayline entry": {"type": "text", "value": entry.id}}
        fields |= {name: {"type": "text", "value": value} for name, value in entry.times.items()}
        return {"extra_fields": fields}

    def _find(self, entry: Entry) -> dict[str, Any] | None:
        """The experiment with this entry's key, archived ones too; raises ServiceAmbiguous for more than one."""
        found = {
            item["id"]
            for item in searched(self.service, "experiments", entry.key, state=LIVE)
            if entry.key in str(item.get("body", "")) or entry.key in str(item.get("metadata", ""))
        }
        if len(found) > 1:
            raise ServiceAmbiguous(
                service=self.service.name, found=f"experiments {', '.join(map(str, sorted(found)))}", key=entry.key
            )
        return {"id": next(iter(found))} if found else None

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        return {"id": number_of(self.service, self.service.tell("POST", "/experiments", body), "POST /experiments")}

    def _upload(self, part: File, storage: Storage) -> Step:
        name = part.name.replace("/", "_")

        def find(done: Done) -> dict[str, Any] | None:
            there = self.service.ask(f"/experiments/{done['experiment']['id']}/uploads").json() or []
            match = next((item for item in there if part.sha256 in (item.get("hash"), comment_digest(item))), None)
            return (
                {"id": match["id"], "long_name": match.get("long_name", ""), "storage": match.get("storage", 1)}
                if match
                else None
            )

        def send(done: Done) -> dict[str, Any]:
            path = f"/experiments/{done['experiment']['id']}/uploads"
            raw, kind = multipart(name, part.media, storage.read(part.sha256), f"{part.name} sha256:{part.sha256}")
            self.service.tell("POST", path, raw=raw, kind=kind)
            there = find(done)
            if there is None:
                raise ServiceUnsure(service=self.service.name, request=f"POST {path}", found="no such upload in the list")
            return there

        shown = {"request": "POST /experiments/{id}/uploads", "body": {"file": name, "bytes": part.size, "sha256": part.sha256}}
        return Step(f"upload {part.sha256}", find, send, shown)

    def _body(self, entry: Entry, done: Done) -> dict[str, Any]:
        """Write the body; sending it twice leaves the same body."""
        addresses = {}
        for part in entry.parts:
            there = done.get(f"upload {part.sha256}", {}) if isinstance(part, Figure) else {}
            if isinstance(part, Figure) and there.get("long_name"):
                addresses[part.sha256] = f"app/download.php?f={quote(there['long_name'])}&storage={there['storage']}"
        body = {"body": body_html(entry, addresses), "content_type": 1}
        self.service.tell("PATCH", f"/experiments/{done['experiment']['id']}", body)
        return {}

    def _tagged(self, done: Done, tags: list[str]) -> dict[str, Any] | None:
        there = self.service.ask(f"/experiments/{done['experiment']['id']}/tags").json() or []
        return {} if set(tags) <= {item.get("tag") for item in there} else None

    def _tag(self, done: Done, tags: list[str]) -> dict[str, Any]:
        self.service.tell("POST", f"/experiments/{done['experiment']['id']}/tags", {"tags": tags})
        return {}


def number_of(service: Service, answer: Answer, request: str) -> int:
    """The number at the end of an answer's Location; without one the outcome counts as unknown."""
    last = answer.headers.get("location", "").rstrip("/").rpartition("/")[2]
    if not last.isdigit():
        raise ServiceUnsure(service=service.name, request=request, found=f"no number in the Location {last[:60]!r}")
    return int(last)


def comment_digest(upload: Mapping[str, Any]) -> str:
    """The SHA-256 that this program wrote into an upload's comment."""
    return html.unescape(str(upload.get("comment") or "")).rpartition("sha256:")[2].strip()


def multipart(name: str, media: str, body: bytes, comment: str) -> tuple[bytes, str]:
    """A multipart/form-data body with a file and a comment, and its content type."""
    mark = f"assayline{secrets.token_hex(16)}"
    safe = quote(name, safe=" .-_()+,@=~")
    head = f'--{mark}\r\nContent-Disposition: form-data; name="comment"\r\n\r\n{comment}\r\n--{mark}\r\n'
    head += f'Content-Disposition: form-data; name="file"; filename="{safe}"\r\nContent-Type: {media}\r\n\r\n'
    return head.encode() + body + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
