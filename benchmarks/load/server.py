"""The simulated account as a server of its own process: each answer is made once, kept as bytes, and from then on replayed after a fixed latency."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from botocore.loaders import Loader
from moto.core.model import ServiceModel
from moto.core.serialize import get_serializer_class

from benchmarks.load.account import Refused, Simulation
from cloudsoc.demo.call import Call, Request, recognise


@cache
def _service(name: str) -> Any:
    """Botocore's model in moto's classes, which can write answers and not only read them."""
    return ServiceModel(Loader().load_service_model(name, "service-2"), name)


class Replay:
    """The answers as bytes."""

    def __init__(self, resources: int) -> None:
        self._simulation = Simulation(resources)
        self._kept: dict[tuple[str, ...], bytes] = {}

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
        scope = headers.get("authorization", "").partition("/")[2].partition(",")[0].partition("/")[2]
        key = (method, target, scope, headers.get("x-amz-target", ""), body.decode())
        if (kept := self._kept.get(key)) is None:
            kept = self._kept[key] = self._made(method, target, headers, body)
        return kept

    def _made(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
        path, _, query = target.partition("?")
        form = headers.get("content-type", "")
        request = Request(
            method, unquote(path), query, body, form, headers.get("authorization", ""), headers.get("x-amz-target", ""), headers=frozenset(headers)
        )
        call = recognise(request)
        if call is None:
            return _http(400, b"", "text/plain")
        model = _service(call.service).operation_model(call.operation)
        asked = dict(parse_qsl(query)) | (dict(parse_qsl(body.decode())) if "x-www-form-urlencoded" in form else json.loads(body) if body[:1] == b"{" else {})
        try:
            found = self._simulation.answer(call.name, call.region, asked)
        except Refused as refused:
            return _refusal(call, str(refused))
        if found is None:  # nothing of the kind: the lists are empty
            members = model.output_shape.members if model.output_shape else {}
            found = {name: [] for name, shape in members.items() if shape.type_name == "list"}
        made = get_serializer_class(call.service, call.protocol)(model).serialize(found)
        text = made["body"]
        return _http(int(made["status_code"]), text if isinstance(text, bytes) else text.encode(), made["headers"].get("Content-Type", "text/xml"))


def _refusal(call: Call, code: str) -> bytes:
    status = 404 if call.service == "s3" else 400
    if call.protocol.startswith("rest-xml"):
        return _http(status, f"<Error><Code>{code}</Code><Message>not there</Message></Error>".encode(), "application/xml")
    if call.protocol in ("query", "ec2"):
        return _http(status, f"<ErrorResponse><Error><Code>{code}</Code><Message>not there</Message></Error></ErrorResponse>".encode(), "text/xml")
    return _http(status, json.dumps({"__type": code, "message": "not there"}).encode(), "application/x-amz-json-1.1")


def _http(status: int, body: bytes, form: str) -> bytes:
    return f"HTTP/1.1 {status} .\r\nContent-Type: {form}\r\nContent-Length: {len(body)}\r\nx-amzn-RequestId: r\r\n\r\n".encode() + body


async def serve(resources: int, latency: float) -> None:
    replay = Replay(resources)

    async def connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
                method, target, _ = first.split(" ")
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                answer = replay.answer(method, target, headers, body)
                await asyncio.sleep(latency)
                writer.write(answer if method != "HEAD" else answer.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
