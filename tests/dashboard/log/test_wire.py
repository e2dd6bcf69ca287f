"""Entries go over the wire as they were encoded."""

import json

from hypothesis import given
from hypothesis import strategies as st

from dashboard.log.wire import Encoded, dumps, loads

entries = st.lists(
    st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers(), max_size=3), max_size=4
)


@given(entries, st.text())
def test_they_arrive_as_an_array_of_objects(objects: list[dict[str, object]], other: str) -> None:
    encoded = Encoded(json.dumps(one) for one in objects)
    assert loads(dumps({"head": other, "entries": encoded})) == {"head": other, "entries": objects}


@given(entries, entries)
def test_several_arrays_keep_their_places(
    one: list[dict[str, object]], other: list[dict[str, object]]
) -> None:
    value = ["ack", {"a": Encoded(map(json.dumps, one))}, (Encoded(map(json.dumps, other)), 1)]
    assert loads(dumps(value)) == ["ack", {"a": one}, [other, 1]]


json_values = st.recursive(
    st.none() | st.text(max_size=9) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=9,
)


@given(json_values)
def test_all_else_is_json(value: object) -> None:
    assert dumps(value) == json.dumps(value)
