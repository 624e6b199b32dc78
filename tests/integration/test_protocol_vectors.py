"""proto/vectors.json, proto/asyncapi.yaml and the protocol agree.

Nothing of ours reads the messages here: Debian's msgpack, jsonschema and yaml
do.  The unit tests hold the C decoders to the same vectors.
"""

import json
import pathlib
import re

import jsonschema
import msgpack
import pytest
import yaml

PROTO = pathlib.Path(__file__).parents[2] / "proto"
VECTORS = json.loads((PROTO / "vectors.json").read_text("utf-8"))
API = yaml.safe_load((PROTO / "asyncapi.yaml").read_text("utf-8"))
SCHEMAS = API["components"]["schemas"]
SCHEMA_OF = {
    "state": "State",
    "verdict": "Verdict",
    "beat": "Beat",
    "snapshot": "SnapshotHeader",
    "command": "Command",
    "reply": "Reply",
}
INT_MAX = 2**53 - 1
DEPTH_MAX = 4
PAIRS_MAX = 256


class Refused(Exception):
    pass


def max_bytes(_validator, limit, text, _schema):
    if isinstance(text, str) and len(text.encode()) > limit:
        yield jsonschema.ValidationError(f"longer than {limit} bytes")


Validator = jsonschema.validators.extend(
    jsonschema.Draft7Validator, {"x-maxBytes": max_bytes}
)


def with_siblings(node):
    """Draft 7 ignores what stands beside a $ref; AsyncAPI only describes
    there, but say so in a form that every validator reads alike."""
    if isinstance(node, dict):
        if "$ref" in node:
            return {"$ref": node["$ref"]}
        return {key: with_siblings(value) for key, value in node.items()}
    if isinstance(node, list):
        return [with_siblings(item) for item in node]
    return node


def validator(name):
    root = with_siblings({"components": {"schemas": SCHEMAS}})
    return Validator({"$ref": f"#/components/schemas/{name}", **root},
                     resolver=jsonschema.RefResolver.from_schema(root))


def unique_pairs(pairs):
    keys = [key for key, _ in pairs]
    if not all(isinstance(key, str) for key in keys):
        raise Refused("a key is no text")
    if len(set(keys)) != len(keys):
        raise Refused("a key twice")
    if len(keys) > PAIRS_MAX:
        raise Refused("too many pairs")
    return dict(pairs)


def check_profile(value, depth=0):
    if isinstance(value, (dict, list)):
        if depth == DEPTH_MAX:
            raise Refused("too deep")
        items = value.values() if isinstance(value, dict) else value
        for item in items:
            check_profile(item, depth + 1)
    elif isinstance(value, bool) or value is None or isinstance(value, str):
        pass
    elif not isinstance(value, int) or abs(value) > INT_MAX:
        raise Refused(f"{value!r} is outside the profile")


def read(message, data):
    """Decode and check as the protocol says; Refused when it is not valid."""
    try:
        value = msgpack.unpackb(data, raw=False, strict_map_key=False,
                                object_pairs_hook=unique_pairs)
    except Refused:
        raise
    except Exception as error:  # msgpack has many ways to say no
        raise Refused(str(error)) from error
    if not isinstance(value, dict):
        raise Refused("no map")
    check_profile(value)
    name = SCHEMA_OF[message]
    if len(data) > SCHEMAS[name].get("x-maxWireBytes", 8192):
        raise Refused("too long")
    error = jsonschema.exceptions.best_match(
        validator(name).iter_errors(value))
    if error is not None:
        raise Refused(error.message)
    # The one rule that a JSON schema cannot say.
    if message == "snapshot" and value["part"] > value["parts"]:
        raise Refused("part is not within 1 to parts")
    return value


def of(kind, *messages):
    return [pytest.param(v, id=v["name"]) for v in VECTORS
            if kind in v and (not messages or v["message"] in messages)]


@pytest.mark.parametrize("vector", of("value", *SCHEMA_OF))
def test_valid_vector_reads_as_its_value(vector):
    value = read(vector["message"], bytes.fromhex(vector["hex"]))
    assert value == vector["value"]


@pytest.mark.parametrize("vector", of("again", *SCHEMA_OF))
def test_what_a_reader_writes_back_is_valid_and_says_nothing_new(vector):
    again = read(vector["message"], bytes.fromhex(vector["again"]))
    for key, value in again.items():
        was = vector["value"].get(key)
        if was is None or isinstance(was, dict):
            continue  # a default, or a map that lost unknown keys
        assert value == was, key


@pytest.mark.parametrize("vector", of("error", *SCHEMA_OF))
def test_invalid_vector_is_refused(vector):
    with pytest.raises(Refused):
        read(vector["message"], bytes.fromhex(vector["hex"]))


@pytest.mark.parametrize("vector", of("error", "any"))
@pytest.mark.parametrize("message", SCHEMA_OF)
def test_malformed_vector_is_refused_as_any_message(vector, message):
    with pytest.raises(Refused):
        read(message, bytes.fromhex(vector["hex"]))


TOPICS = {"s": "StateTopic", "h": "BeatTopic", "z": "SnapshotTopic"}


def topic_kinds(data):
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        return []
    if len(data) > 128:
        return []
    return [kind for kind, name in TOPICS.items()
            if re.fullmatch(SCHEMAS[name]["pattern"], text)]


@pytest.mark.parametrize("vector", of("value", "topic") + of("error", "topic"))
def test_topic_vectors_match_exactly_the_right_pattern(vector):
    want = [vector["value"]["kind"]] if "value" in vector else []
    assert topic_kinds(bytes.fromhex(vector["hex"])) == want


# ---- the documents themselves -----------------------------------------------


def refs(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from refs(value)
    elif isinstance(node, list):
        for item in node:
            yield from refs(item)


def resolve(ref):
    assert ref.startswith("#/"), ref
    node = API
    for part in ref[2:].split("/"):
        node = node[part]
    return node


def test_asyncapi_references_lead_somewhere():
    assert API["asyncapi"] == "3.0.0"
    found = set(refs(API))
    assert found
    for ref in found:
        resolve(ref)


def test_asyncapi_operations_use_messages_of_their_channel():
    used = set()
    for operation in API["operations"].values():
        assert operation["action"] in ("send", "receive")
        channel = operation["channel"]["$ref"]
        assert channel in ("#/channels/" + name for name in API["channels"])
        for message in operation["messages"]:
            assert message["$ref"].startswith(channel + "/messages/")
        used.add(channel.rsplit("/", 1)[1])
    assert used == set(API["channels"])


def test_asyncapi_schemas_are_schemas_and_all_used():
    for name, schema in SCHEMAS.items():
        jsonschema.Draft7Validator.check_schema(schema)
        assert f"#/components/schemas/{name}" in set(refs(API)), name


def test_asyncapi_keys_are_text():
    """YAML 1.1 reads a bare `on` or `n` as a boolean."""
    for name in SCHEMA_OF.values():
        keys = SCHEMAS[name].get("properties", {})
        assert all(isinstance(key, str) for key in keys), name


def test_examples_fit_their_schemas():
    def walk(node):
        if isinstance(node, dict):
            for example in node.get("examples", []):
                assert isinstance(example, str)
                schema = {key: value for key, value in node.items()
                          if key != "examples"}
                root = with_siblings({"components": {"schemas": SCHEMAS}})
                Validator({**with_siblings(schema), **root},
                          resolver=jsonschema.RefResolver.from_schema(root)
                          ).validate(example)
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for item in node:
                walk(item)

    walk(SCHEMAS)


def wire_words(path):
    """The words of a token table in C: every quoted one."""
    return set(re.findall(r'"([a-z0-9-]+)"', (PROTO / path).read_text("utf-8")))


@pytest.mark.parametrize("path, words", [
    ("phase.c", SCHEMAS["State"]["properties"]["ph"]["examples"]),
    ("state.c", SCHEMAS["State"]["properties"]["st"]["enum"]),
    ("state.c", SCHEMAS["State"]["properties"]),
    ("state_last.c", SCHEMAS["Last"]["properties"]),
    ("verdict.c", SCHEMAS["Verdict"]["properties"]),
    ("beat.c", SCHEMAS["Beat"]["properties"]),
    ("beat.c", SCHEMAS["Beat"]["properties"]["drop"]["properties"]),
    ("command.c", SCHEMAS["Command"]["properties"]["cmd"]["enum"]),
    ("reply.c", SCHEMAS["Reply"]["properties"]),
    ("code.c", SCHEMAS["Last"]["properties"]["code"]["examples"]),
    ("reply_code.c", SCHEMAS["Reply"]["properties"]["code"]["examples"]),
])
def test_asyncapi_words_stand_in_the_code(path, words):
    assert set(words) - {""} <= wire_words(path)


def test_protocol_md_has_a_row_for_every_field():
    text = (PROTO / "PROTOCOL.md").read_text("utf-8")
    for name in (*SCHEMA_OF.values(), "Last", "Counts", "Info"):
        for key in SCHEMAS[name].get("properties", {}):
            assert re.search(rf"^\|[^|]*`{re.escape(key)}`", text, re.M), (
                f"{name}.{key} has no row")


def test_vector_names_are_unique():
    names = [vector["name"] for vector in VECTORS]
    assert len(set(names)) == len(names)
    assert all(("value" in v) != ("error" in v) for v in VECTORS)
