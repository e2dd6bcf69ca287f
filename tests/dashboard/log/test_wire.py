"""Entries go over the wire as they were encoded."""

from hypothesis import given
from hypothesis import strategies as st

from dashboard.log.wire import dumps, encoded, loads

entries = st.lists(
    st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers(-(2**63), 2**63), max_size=3),
    max_size=4,
)


@given(entries, st.text())
def test_they_arrive_as_an_array_of_objects(objects: list[dict[str, object]], other: str) -> None:
    assert loads(dumps({"head": other, "entries": list(map(encoded, objects))})) == {
        "head": other,
        "entries": objects,
    }


@given(entries, entries)
def test_several_arrays_keep_their_places(
    one: list[dict[str, object]], other: list[dict[str, object]]
) -> None:
    value = ["ack", {"a": list(map(encoded, one))}, (list(map(encoded, other)), 1)]
    assert loads(dumps(value)) == ["ack", {"a": one}, [other, 1]]


json_values = st.recursive(
    st.none() | st.text(max_size=9) | st.integers(-(2**63), 2**63),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=9,
)


@given(json_values)
def test_all_else_is_json(value: object) -> None:
    assert loads(dumps(value)) == value
    assert dumps(value, separators=(",", ":")) == dumps(value)


def test_a_number_of_any_size_holds_up_no_viewer() -> None:
    changed = {"detail": {"rows": 10**30}}
    assert loads(dumps([encoded({"seq": 1}), encoded(changed)])) == [{"seq": 1}, changed]
