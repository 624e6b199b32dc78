"""The document of the gateway against a validator, and against the gateway
itself: thousands of requests that it allows, and as many that it does not."""

import json
import os
import subprocess
from pathlib import Path

import jsonschema
import pytest
import zmq

from answering import Answering, ok
from bus import Hub
from cli import LiveEngine
from gateway import TOKEN, Gateway, bearer
from syncbus_test import Processes, wait_until

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOCUMENT = ROOT / "gateway" / "openapi.json"
TOOLS = Path(os.environ.get("SYNCBUS_OPENAPI_TOOLS",
                            ROOT / "build" / "packages" / "openapi")) / "bin"
SEED = "20261124"
RUN = {"run": 17, "ok": True, "code": "", "why": "", "ts": 1795495875100,
       "ms": 2210, "dir": "both", "tx": [3, 1, 9600], "rx": [1, 0, 16000],
       "chg": [1, 2, 3]}
FAILED = {**RUN, "run": 16, "ok": False, "code": "quota", "why": "507"}
STATE = {"st": "syncing", "run": 17, "ph": "send-chunks", "n": [1, 4],
         "b": [10, 40], "pm": 250, "bps": 5, "it": "/a.sy", "en": True,
         "prov": "webdav", "cloud": "main", "rp": "0123456789abcdef",
         "sync": 1795495875000, "last": {**FAILED, "run": 18}, "nx": 1795495905100, "fl": 2,
         "cnt": {"ok": 5, "err": 2, "cf": 1, "tx": 7, "rx": 8},
         "inf": {"host": "nas", "os": "linux", "ver": "0.1.0",
                 "name": "syncbus"}}


def answer(command):
    """What an engine says to a command."""
    return {
        "sync": ok(run=18), "cancel": ok(),
        "enable": ok(en=True), "disable": ok(en=False),
        "runs": ok(runs=[RUN, FAILED], next=16),
        "changes": ok(changes=[["+", "/a.sy", 5], [">", "/s.sy", 7]]),
        "conflicts": ok(conflicts=[
            [17, "/a.sy", "local-upsert-cloud-upsert", "cloud", "/h/a.sy"],
            [16, "/b.sy", "local-remove-cloud-upsert", "cloud", ""]]),
    }[command["cmd"]]


@pytest.fixture(scope="module")
def gateway():
    """A gateway that knows the engine of the document's examples."""
    processes = Processes()
    with zmq.Context() as context:
        hub = Hub()
        hub.start(processes)
        gateway = Gateway(processes, hub, "--hub-control", hub.control,
                          secrets={"api_token": TOKEN})
        engine = LiveEngine(context, hub.ingest, "nas.notes").start(**STATE)
        nas = Answering(context, hub.control, "nas.notes", answer)
        wait_until(lambda: gateway.ask(
            "GET", "/v1/engines/nas.notes",
            headers=bearer(TOKEN)).status == 200, 5,
            "the engine at the gateway")
        yield gateway
        nas.close()
        engine.close()
        context.destroy(0)
    reports = processes.close()
    assert not reports, "\n".join(reports)


def run(tool, *words, cwd):
    """Run a tool in a folder of its own; exit code and output."""
    done = subprocess.run([TOOLS / tool, *map(str, words)], check=False,
                          capture_output=True, text=True, timeout=900,
                          env={**os.environ, "NO_COLOR": "1"}, cwd=cwd)
    return done.returncode, done.stdout + done.stderr


def test_the_document_is_openapi_3_1(tmp_path):
    assert run("openapi-spec-validator", DOCUMENT, cwd=tmp_path)[0] == 0
    document = json.loads(DOCUMENT.read_text())
    del document["info"]["version"]
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(document))
    assert run("openapi-spec-validator", wrong, cwd=tmp_path)[0] != 0


def test_the_gateway_does_what_the_document_says(gateway, tmp_path):
    code, output = run(
        "schemathesis", "--config-file", HERE / "schemathesis.toml", "run",
        f"http://127.0.0.1:{gateway.port}/openapi.json",
        "--header", "Authorization: Bearer " + TOKEN,
        "--seed", SEED, "--max-examples", 50, cwd=tmp_path)
    print(output)
    assert code == 0, output


def strict(schema):
    """The same schema where a member that is not described is an error."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {key: strict(value) for key, value in schema.items()}
    if isinstance(copy.get("properties"), dict):
        copy.setdefault("additionalProperties", False)
    return copy


@pytest.mark.parametrize("method, path, body, status", [
    ("POST", "/api/sync/getSyncInfo", {}, 200),
    ("POST", "/api/sync/getSyncInfo", {"engine": "nobody"}, 200),
    ("POST", "/api/sync/setSyncMode", {}, 200),
    ("GET", "/v1/engines", None, 200),
    ("GET", "/v1/engines/{id}", None, 200),
    ("GET", "/v1/engines/{id}/runs", None, 200),
    ("GET", "/v1/engines/{id}/runs/{run}/changes", None, 200),
    ("GET", "/v1/engines/{id}/conflicts", None, 200),
    ("POST", "/v1/engines/{id}/sync", {}, 202),
    ("POST", "/v1/engines/{id}/sync", {"wait": True}, 200),
    ("POST", "/v1/engines/{id}/sync", {"nothing": True}, 400),
    ("POST", "/v1/engines/{id}/cancel", {}, 202),
    ("POST", "/v1/engines/{id}/enable", {}, 200),
    ("POST", "/v1/engines/{id}/disable", {}, 200),
])
def test_no_member_is_left_out_of_the_document(gateway, method, path, body,
                                               status):
    document = strict(json.loads(DOCUMENT.read_text()))
    answer = gateway.ask(
        method, path.replace("{id}", "nas.notes").replace("{run}", "17"),
        None if body is None else json.dumps(body), bearer(TOKEN))
    assert answer.status == status
    described = document["paths"][path][method.lower()]["responses"]
    response = described[str(status)]
    while "$ref" in response:
        response = document["components"]["responses"][
            response["$ref"].rsplit("/", 1)[1]]
    jsonschema.Draft202012Validator({
        "allOf": [response["content"]["application/json"]["schema"]],
        "components": document["components"]}).validate(answer.json)
