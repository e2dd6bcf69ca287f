"""The published schema of OCSF, and what is wrong with an event by it."""

import re
from functools import cache
from typing import Any

from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from dashboard.export.ocsf import OCSF_VERSION

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}
#: The words of JSON Schema that `faults` understands, and those that say nothing about an event.
UNDERSTOOD = {"$ref", "type", "properties", "additionalProperties", "required", "anyOf", "oneOf", "items"}
UNDERSTOOD |= {"enum", "const", "pattern", "maxLength", "minimum", "maximum"}
SILENT = {"$schema", "$id", "$defs", "title", "deprecated"}


@cache
def published() -> dict[str, Any]:
    """Return the schema as its authors wrote it."""
    return dict(get_ocsf_schema(OCSF_VERSION))


@cache
def class_of(uid: int, profiles: tuple[str, ...]) -> dict[str, Any]:
    """Return the JSON Schema of a class of events with some profiles."""
    schema = OcsfJsonSchemaEmbedded(published())
    return dict(schema.get_class_schema(schema.lookup_class_name_from_uid(uid), list(profiles)))


def faults_of(event: dict[str, Any]) -> list[str]:
    """Return what is wrong with an event by the schema of its class."""
    schema = class_of(event["class_uid"], tuple(event["metadata"]["profiles"]))
    return faults(event, schema, schema["$defs"], "event")


def faults(value: Any, schema: dict[str, Any], objects: dict[str, Any], at: str) -> list[str]:
    """Return what is wrong with a value at some place."""
    if "$ref" in schema:
        return faults(value, objects[schema["$ref"].removeprefix("#/$defs/")], objects, at)
    assert schema.keys() <= UNDERSTOOD | SILENT, schema.keys() - UNDERSTOOD
    if wrong := _type(value, schema):
        return [f"{at}: {wrong}"]
    if isinstance(value, list):
        return [one for part in value for one in faults(part, schema["items"], objects, f"{at}[]")]
    if not isinstance(value, dict):
        return [f"{at}: {value!r} breaks {rule}" for rule in _broken(value, schema)]
    found = [f"{at}: {name} is missing" for name in schema.get("required", []) if name not in value]
    for rule, right in (("anyOf", lambda count: count >= 1), ("oneOf", lambda count: count == 1)):
        choices = schema.get(rule)
        if choices and not right(sum(value.keys() >= set(one["required"]) for one in choices)):
            found.append(f"{at}: {rule} {choices}")
    known = schema.get("properties", {})
    if not schema["additionalProperties"]:
        found += [f"{at}: {name} is unknown" for name in value.keys() - known.keys()]
    return found + [
        one
        for name in value.keys() & known.keys()
        for one in faults(value[name], known[name], objects, f"{at}.{name}")
    ]


def _type(value: Any, schema: dict[str, Any]) -> str | None:
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if not names or "null" in names:
        return None
    is_bool = isinstance(value, bool)
    right = any(isinstance(value, TYPES[name]) and (name == "boolean") == is_bool for name in names)
    return None if right else f"{value!r} is no {' or '.join(names)}"


def _broken(value: Any, schema: dict[str, Any]) -> list[str]:
    rules = {
        "enum": lambda given: value in given,
        "const": lambda given: value == given,
        "pattern": lambda given: re.search(given, value) is not None,
        "maxLength": lambda given: len(value) <= given,
        "minimum": lambda given: value >= given,
        "maximum": lambda given: value <= given,
    }
    return [name for name, holds in rules.items() if name in schema and not holds(schema[name])]
