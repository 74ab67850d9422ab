"""Does plain data cross unchanged, and does nothing else cross?"""

import contextlib
import dataclasses
import json
import math
import socket
import struct
import sys
import threading
import time
import tracemalloc
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from coursepkg.grading.errors import ProtocolError, WorkerDied, WorkerTimeout
from coursepkg.grading.wire import MAX_KEYS, Channel, Opaque, Reference, pack, unpack

numbers = st.one_of(st.booleans(), st.integers(-(10**300), 10**300), st.floats(), st.complex_numbers())
atoms = st.one_of(st.none(), numbers, st.text(), st.binary())
plain = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.sets(st.one_of(st.integers(), st.text(), st.tuples(st.integers(), st.booleans())), max_size=4),
        st.dictionaries(st.one_of(st.text(), st.tuples(st.integers(), st.text())), inner, max_size=4),
    ),
    max_leaves=12,
)
dtypes = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?"),
    hnp.complex_number_dtypes(endianness="?"),
    hnp.unicode_string_dtypes(endianness="?", max_len=5),
)
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))


def same(left, right):
    """Tell whether two values are of one type and equal, NaN and the sign of zero included."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        return struct.pack("<d", left) == struct.pack("<d", right) or (left != left and right != right)
    if isinstance(left, complex):
        return same(left.real, right.real) and same(left.imag, right.imag)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return same(list(left), list(right)) and same(list(left.values()), list(right.values()))
    return left == right


def same_array(left, right):
    """Tell whether two arrays hold the same numbers, whatever the order of their bytes."""
    return (
        left.dtype == right.dtype.newbyteorder("=")
        and left.shape == right.shape
        and np.array_equal(left, right, equal_nan=right.dtype.kind in "fc")
    )


@given(plain)
def test_plain_data_comes_back_as_it_was(value):
    """Is a value of built-in types the same, of the same types, on the other side?"""
    assert same(unpack(pack(value)), value)


@given(arrays)
def test_arrays_of_every_allowed_type_come_back(value):
    """Do arrays of any dtype, byte order and shape, 0-d and empty ones too, come back as native arrays?"""
    back = unpack(pack(value))
    assert type(back) is np.ndarray
    assert same_array(back, value)
    assert back.dtype.isnative
    assert back.flags.writeable
    assert back.flags.c_contiguous


@given(arrays.filter(lambda value: value.ndim > 0))
def test_memory_layout_of_an_array_does_not_matter(value):
    """Do Fortran order, a transpose and a step through memory change nothing?"""
    for view in (np.asfortranarray(value), value.T, value[::2], value[::-1]):
        assert same_array(unpack(pack(view)), view)


@given(hnp.arrays(dtypes, ()))
def test_numpy_numbers_stay_numpy_numbers(value):
    """Does a NumPy number keep its type?"""
    back = unpack(pack(value[()]))
    assert isinstance(back, np.generic)
    assert same_array(np.asarray(back), np.asarray(value[()]))  # a text gets the room that it needs


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, -0.0, 5e-324, 2**64, -(2**4000), "\ud800", ""]
)
def test_awkward_values_come_back(value):
    """Do NaN, infinities, a negative zero, huge integers and half a character survive?"""
    assert same(unpack(pack(value)), value)


def test_generator_goes_on_where_it_was():
    """Does a random generator give the same numbers on the other side, in the middle of its stream too?"""
    rng = np.random.default_rng(3)
    rng.normal(size=7)
    copy = unpack(pack(rng))
    assert np.array_equal(copy.normal(size=5), rng.normal(size=5))
    assert isinstance(unpack(pack(np.random.Generator(np.random.MT19937(1)))), Opaque)


def test_records_become_dictionaries_of_their_fields():
    """Do dataclasses and named tuples cross as dictionaries, nested too?"""
    Point = namedtuple("Point", "x y")

    @dataclasses.dataclass
    class Line:
        start: Point
        weight: float

    value = Line(Point(1, np.ones(2)), 0.5)
    back = unpack(pack(value))
    assert back["weight"] == 0.5
    assert back["start"]["x"] == 1
    assert np.array_equal(back["start"]["y"], [1, 1])


def test_torch_tensor_crosses_as_an_array():
    """Does a tensor, one that requires a gradient too, come back as what stands for tensors there?"""
    torch = pytest.importorskip("torch")
    tensor = torch.arange(6.0).reshape(2, 3).T.requires_grad_()
    assert np.array_equal(unpack(pack(tensor)), tensor.detach().numpy())
    kinds = []
    unpack(pack([tensor]), lambda kind, value: kinds.append((kind, value.shape)))
    assert kinds == [("tensor", (3, 2))]


@pytest.mark.parametrize(
    "value",
    [
        object(),
        np.array([object()]),
        np.array(["2020-01-01"], "M8[D]"),
        np.datetime64("2020-01-01"),
        np.array([b"x"]),
        np.zeros(2, [("a", float)]),
        len,
        dict,
        (n for n in ()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_crosses_as_the_name_of_its_type(value):
    """Does nothing but a type's name cross of an object?"""
    back = unpack(pack([value]))[0]
    assert isinstance(back, Opaque)
    assert type(value).__name__ in back.type_name


def test_callables_cross_by_a_key():
    """Does a callable become a key that its own side gave, and a reference the key of the other side?"""
    kept = []
    frames = pack({"f": len, "g": Reference("name:g")}, lambda item: kept.append(item) or "key-0")
    assert kept == [len]
    assert unpack(frames, lambda kind, key: (kind, key)) == {
        "f": ("callable", "key-0"),
        "g": ("reference", "name:g"),
    }
    with pytest.raises(ProtocolError, match="unknown kind"):
        unpack(frames)


def test_value_that_holds_itself_is_refused():
    """Does a list inside itself end in a sentence?"""
    loop = []
    loop.append(loop)
    with pytest.raises(ProtocolError, match="more than 40 deep"):
        pack(loop)


def message(head, *blobs):
    return [json.dumps(head).encode(), *blobs]


def spec(shape, dtype="<f8", blob=0):
    return {"t": "array", "a": {"d": dtype, "s": shape, "b": blob}}


WRONG = {
    "no frames": [],
    "no JSON": [b"\xff{"],
    "a bare number": message(3),
    "a bare list": message([1]),
    "no kind": message({"v": 1}),
    "unknown kind": message({"t": "pickle", "v": "gASVAAAA"}),
    "kind of another type": message({"t": [], "v": 1}),
    "deep nesting": [b'{"t":"list","v":[' * 3000 + b"]}" * 3000],
    "very deep brackets": [b"[" * 500_000],
    "dictionary with a list as key": message({"t": "dict", "v": [[{"t": "list", "v": []}, None]]}),
    "dictionary of triples": message({"t": "dict", "v": [[None, None, None]]}),
    "set of arrays": message({"t": "set", "v": [spec([1])]}, bytes(8)),
    "array without bytes": message(spec([1])),
    "array with too few bytes": message(spec([2]), bytes(8)),
    "array with too many bytes": message(spec([1]), bytes(16)),
    "array of negative shape": message(spec([-1]), bytes(8)),
    "array of two negative sides": message(spec([-1, -1]), bytes(8)),
    "array of huge shape": message(spec([2**40, 2**40]), b""),
    "empty array of impossible shape": message(spec([0, 2**63]), b""),
    "array of many dimensions": message(spec([1] * 33), bytes(8)),
    "array of objects": message(spec([1], "|O8"), bytes(8)),
    "array of records": message(spec([1], "i4,i4"), bytes(8)),
    "array of dates": message(spec([1], "<M8[s]"), bytes(8)),
    "array of a dtype that is code": message(spec([1], "(1,"), bytes(8)),
    "array of empty texts": message(spec([10**13], "<U0"), b""),
    "array of texts beyond Unicode": message(spec([1], "<U1"), b"\xff\xff\xff\xff"),
    "array whose dtype is a number": message({"t": "array", "a": {"d": 8, "s": [1], "b": 0}}, bytes(8)),
    "array at a negative index": message(spec([], "|u1", -1), b"1"),
    "array at a fractional index": message({"t": "array", "a": {"d": "|u1", "s": [], "b": 0.0}}, b"1"),
    "bytes at a negative index": message({"t": "bytes", "v": -1}, b"1"),
    "scalar that is no array": message({"t": "scalar", "a": None}),
    "int that is no number": message({"t": "int", "v": "0xzz"}),
    "int that is too long": message({"t": "int", "v": "f" * 10_000}),
    "float that is no number": message({"t": "float", "v": "0xq"}),
    "float that is too large": message({"t": "float", "v": "0x1p99999"}),
    "complex with one part": message({"t": "complex", "v": ["0x1p0"]}),
    "generator of nonsense": message({"t": "generator", "v": "{}"}),
    "generator of another kind": message({"t": "generator", "v": '{"bit_generator": "MT19937"}'}),
}


@pytest.mark.parametrize("frames", WRONG.values(), ids=WRONG.keys())
def test_message_that_is_not_of_the_form_is_refused(frames):
    """Is each hostile message refused by the one exception that callers expect?"""
    with pytest.raises(ProtocolError):
        unpack(frames)


def test_array_bytes_cannot_be_named_twice():
    """Can a small message grow by naming one array a thousand times?"""
    frames = message({"t": "list", "v": [spec([1 << 17])] * 1000}, bytes(1 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(ProtocolError, match="named twice"):
            unpack(frames)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_false_shapes_allocate_nothing():
    """Is a shape that its bytes do not fill refused before memory is taken?"""
    tracemalloc.start()
    try:
        for shape in ([1 << 40], [1 << 20, 1 << 20], [1 << 62, 4]):
            with pytest.raises(ProtocolError):
                unpack(message(spec(shape), bytes(8)))
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_colliding_keys_cost_no_more_than_a_moment():
    """Is a set of integers that all have one hash refused before it takes quadratic time?"""
    collide = [{"t": "int", "v": hex(k * sys.hash_info.modulus)} for k in range(20_000)]
    pairs = [[key, None] for key in collide]
    start = time.perf_counter()
    for head in ({"t": "set", "v": collide}, {"t": "dict", "v": pairs}):
        with pytest.raises(ProtocolError, match=f"more than {MAX_KEYS} entries"):
            unpack(message(head))
    halves = [{"t": "set", "v": collide[:100]} for _ in range(MAX_KEYS // 100 + 1)]
    with pytest.raises(ProtocolError, match="entries"):
        unpack(message({"t": "list", "v": halves}))
    assert time.perf_counter() - start < 10


def test_booleans_are_0_or_1_whatever_their_bytes():
    """Can an array of Booleans hold a third value?"""
    back = unpack(message(spec([3], "|b1"), b"\x00\x01\x02"))
    assert back.dtype == bool
    assert back.astype(float).tolist() == [0.0, 1.0, 1.0]
    assert back.tobytes() == b"\x00\x01\x01"


@given(st.lists(st.binary(max_size=60), max_size=4))
def test_arbitrary_frames_end_in_a_value_or_a_protocol_error(frames):
    """Does any sequence of bytes raise nothing but ProtocolError?"""
    with contextlib.suppress(ProtocolError):
        unpack(frames)


KINDS = (
    *("int", "float", "complex", "bytes", "array", "tensor", "scalar", "generator"),
    *("dict", "list", "tuple", "set", "opaque", "callable", "reference"),
)

json_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=5),
        st.sampled_from(["<f8", "<U2", "|b1", "0x1p0", "0x1", "int", "array"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["t", "v", "a", "d", "s", "b"]), inner, max_size=3),
        st.fixed_dictionaries(
            {
                "t": st.sampled_from(KINDS),
                "v": inner,
                "a": st.fixed_dictionaries(
                    {
                        "d": st.sampled_from(["<f8", "<U2", "|b1", "<c16", ">i4", "|O8", "<f3"]),
                        "s": st.lists(st.integers(-2, 5), max_size=3),
                        "b": st.integers(-2, 2),
                    }
                ),
            }
        ),
    ),
    max_leaves=10,
)


@given(json_values, st.lists(st.sampled_from([b"", bytes(8), bytes(16), b"\xff" * 8, bytes(48)]), max_size=3))
def test_arbitrary_json_ends_in_a_value_or_a_protocol_error(head, blobs):
    """Does JSON that is nearly of the form raise nothing but ProtocolError?"""
    with contextlib.suppress(ProtocolError):
        unpack(message(head, *blobs))


@given(st.one_of(plain, arrays), st.data())
def test_mutated_messages_end_in_a_value_or_a_protocol_error(value, data):
    """Does a valid message with a few changed bytes raise nothing but ProtocolError?"""
    frames = [bytearray(frame) for frame in pack([value, np.arange(3.0)])]
    for _ in range(data.draw(st.integers(1, 4))):
        frame = data.draw(st.sampled_from([frame for frame in frames if frame]))
        place = data.draw(st.integers(0, len(frame) - 1))
        frame[place : place + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    with contextlib.suppress(ProtocolError):
        unpack([bytes(frame) for frame in frames])


# A channel between two ends of a socket.


@pytest.fixture
def ends():
    left, right = socket.socketpair()
    with left, right:
        yield left, right


def in_background(action):
    thread = threading.Thread(target=action, daemon=True)
    thread.start()
    return thread


def test_channel_carries_large_messages_of_many_frames(ends):
    """Do frames larger than a socket's buffer, and empty ones, arrive as they were?"""
    frames = [b"head", b"", bytes(5 << 20), b"tail"]
    sender = in_background(lambda: Channel(ends[0]).send(frames, 20))
    assert Channel(ends[1]).receive(20) == frames
    sender.join()


@pytest.mark.parametrize(
    "head",
    [
        struct.pack("<I", 0),
        struct.pack("<I", 0xFFFFFFFF),
        struct.pack("<IQ", 1, 1 << 60),
        struct.pack("<IQQ", 2, 600, 600),
    ],
    ids=["no frames", "too many frames", "one too large", "too large together"],
)
def test_channel_refuses_what_is_too_large_before_it_comes(ends, head):
    """Is a message refused by its first bytes, without waiting for the rest?"""
    ends[0].sendall(head)
    with pytest.raises(ProtocolError):
        Channel(ends[1], max_bytes=1000).receive(5)


def test_channel_keeps_its_deadline_against_a_trickle(ends):
    """Does a message that comes a byte at a time end at the deadline, not at its own end?"""
    stop = threading.Event()

    def trickle():
        ends[0].sendall(struct.pack("<IQ", 1, 900))
        while not stop.wait(0.02):
            try:
                ends[0].sendall(b"x")
            except OSError:
                return

    sender = in_background(trickle)
    start = time.monotonic()
    with pytest.raises(WorkerTimeout):
        Channel(ends[1], max_bytes=1000).receive(0.3)
    assert 0.2 < time.monotonic() - start < 5
    stop.set()
    sender.join()


def test_channel_times_out_on_silence_and_on_a_reader_that_does_not_read(ends):
    """Do both directions end at their deadline?"""
    with pytest.raises(WorkerTimeout):
        Channel(ends[1]).receive(0.05)
    with pytest.raises(WorkerTimeout):
        Channel(ends[0]).send([bytes(64 << 20)], 0.2)


@pytest.mark.parametrize("said", [b"", b"\x01", struct.pack("<IQ", 1, 8), struct.pack("<IQ", 1, 8) + b"abc"])
def test_channel_notices_that_the_other_side_is_gone(ends, said):
    """Does an end in the middle of a header or of a frame count as a dead process?"""
    ends[0].sendall(said)
    ends[0].close()
    with pytest.raises(WorkerDied):
        Channel(ends[1]).receive(5)


def test_closed_channel_cannot_be_used(ends):
    """Do sending and receiving on a closed channel say that the process is gone?"""
    channel = Channel(ends[0])
    channel.close()
    with pytest.raises(WorkerDied):
        channel.send([b"x"], 1)
    with pytest.raises(WorkerDied):
        channel.receive(1)
