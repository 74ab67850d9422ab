"""The simulated Mark I: are its images, wires and decisions what they say, and does it learn?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursepkg.mark_one import (
    FREE,
    STROKES,
    a_units,
    build,
    decide,
    draw,
    learn,
    learning_curve,
    make_wiring,
    sample_pair,
)
from coursepkg.perceptron import perceptron_fit


def grid(image):
    return np.asarray(image).reshape(20, 20)


@pytest.mark.parametrize("name", STROKES)
def test_a_shift_is_a_shift_of_the_picture(name):
    """Is the letter at (3, -2) the centred letter rolled by 3 columns and 2 rows down?"""
    moved = np.roll(grid(draw(name)), (2, 3), axis=(0, 1))
    np.testing.assert_array_equal(grid(draw(name, (3, -2))), moved)


@pytest.mark.parametrize("name", STROKES)
def test_no_letter_leaves_the_retina(name):
    """Are as many cells lit in each corner of the free range as in the middle?"""
    for dx in (-FREE, FREE):
        for dy in (-FREE, FREE):
            assert draw(name, (dx, dy)).sum() == draw(name).sum()


def test_turns():
    """Do four quarter turns of E give E, and does a quarter turn against the clock agree with np.rot90?"""
    E = grid(draw("E"))
    np.testing.assert_array_equal(grid(draw("E", angle=90.0)), np.rot90(E))
    np.testing.assert_array_equal(grid(draw("E", angle=360.0)), E)
    assert not np.array_equal(grid(draw("E", angle=20.0)), E)


def test_a_batch_is_its_rows():
    """Is an image of a batch the image drawn alone?"""
    shifts, angles = np.array([[0, 0], [4, -1], [-3, 2]]), np.array([0.0, 15.0, -30.0])
    together = draw("F", shifts, angles)
    assert together.shape == (3, 400)
    for row, shift, angle in zip(together, shifts, angles):
        np.testing.assert_array_equal(row, draw("F", shift, angle)[0])
    assert draw("F", shifts).shape == (3, 400)
    assert draw("F", (0, 0), angles).shape == (3, 400)


def test_solid_shapes_against_their_definition():
    """Is a solid square a block, and a solid circle the cells near its centre?"""
    block = grid(draw("square", solid=True))
    assert block.sum() == 64
    assert block[6:14, 6:14].all()
    centre = np.arange(20) - 9.5
    radius = np.hypot(*np.meshgrid(centre, centre))
    disc = grid(draw("circle", solid=True))
    assert disc[radius < 0.9 * 4 + 0.6].all()
    assert not disc[radius > 0.9 * 4 + 0.8].any()


def test_draw_names_the_cure():
    """Does a wrong name list the shapes, and an open letter refuse to be filled?"""
    with pytest.raises(ValueError, match=r"no shape 'Q'; take one of C, E, F"):
        draw("Q")
    with pytest.raises(ValueError, match="only square, diamond and circle can be solid"):
        draw("E", solid=True)


def test_sample_pair_shows_what_its_labels_say():
    """Without turns and noise, is each image one of its letter's shifts, and does each place occur?"""
    images, y = sample_pair(("E", "F"), 3000, np.random.default_rng(0), max_shift=2)
    for name, label in (("E", 1), ("F", -1)):
        places = {draw(name, (dx, dy)).tobytes() for dx in range(-2, 3) for dy in range(-2, 3)}
        assert {image.tobytes() for image in images[y == label]} == places
    assert 1350 < (y == 1).sum() < 1650  # 5.5 standard deviations


def test_noise_flips_its_share_of_the_cells():
    """Is a tenth of the cells flipped, and are the labels those of the clean images?"""
    clean, y = sample_pair(("E", "X"), 100, np.random.default_rng(1), max_shift=1)
    noisy, labels = sample_pair(("E", "X"), 100, np.random.default_rng(1), max_shift=1, noise=0.1)
    np.testing.assert_array_equal(y, labels)
    assert set(np.unique(noisy)) == {0, 1}
    assert abs(np.mean(clean != noisy) - 0.1) < 0.01  # 6 standard deviations


def test_sample_pair_wants_two_shapes():
    """Is a third shape refused?"""
    with pytest.raises(ValueError, match="one response unit tells two"):
        sample_pair(("E", "F", "X"), 3, np.random.default_rng(0))


@given(st.integers(0, 30), st.integers(0, 6), st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_each_unit_has_its_wires(n_units, n_exc, n_inh, seed):
    """Does every column hold the right number of +1 and of -1?"""
    wiring = make_wiring(n_units, n_exc, n_inh, np.random.default_rng(seed), n_cells=16)
    assert wiring.shape == (16, n_units)
    assert ((wiring == 1).sum(axis=0) == n_exc).all()
    assert ((wiring == -1).sum(axis=0) == n_inh).all()
    assert set(np.unique(wiring)) <= {-1, 0, 1}


def test_wires_reach_every_photocell_alike():
    """Over 20 000 units, is each cell excited as often as chance would have it?"""
    wiring = make_wiring(20_000, 5, 3, np.random.default_rng(2))
    for sign, wires in ((1, 5), (-1, 3)):
        counts, mean = (wiring == sign).sum(axis=1), 20_000 * wires / 400
        chi_squared = ((counts - mean) ** 2 / mean).sum()
        assert abs(chi_squared - 399) < 6 * np.sqrt(2 * 399)


def test_wiring_names_the_cure():
    """Are more wires than photocells refused?"""
    with pytest.raises(ValueError, match="ask for fewer wires"):
        make_wiring(3, 9, 8, np.random.default_rng(0), n_cells=16)
    with pytest.raises(ValueError, match="ask for fewer wires"):
        build(3, np.random.default_rng(0), n_exc=-1)


def test_a_units_against_a_loop():
    """Is a unit's sum taken wire by wire the same, ties included?"""
    rng = np.random.default_rng(3)
    images, wiring = rng.integers(0, 2, (6, 30)), rng.integers(-1, 2, (30, 8))
    for theta in (-1, 0, 1, 2):
        expected = [
            [int(sum(int(c) * int(m) for c, m in zip(image, unit)) >= theta) for unit in wiring.T]
            for image in images
        ]
        assert a_units(images, wiring, theta).tolist() == expected


def test_a_units_does_not_overflow_small_integers():
    """Do 400 wires on 400 lit cells add to 400 and not to an 8-bit number?"""
    assert a_units(np.ones((1, 400), np.uint8), np.ones((400, 1), np.int8), theta=400).tolist() == [[1]]
    assert a_units(np.ones((1, 400), np.uint8), np.ones((400, 1), np.int8), theta=401).tolist() == [[0]]


def test_a_units_names_the_cure():
    """Do a transposed wiring and a single image get a sentence?"""
    with pytest.raises(ValueError, match=r"Did you pass wiring\.T"):
        a_units(np.zeros((2, 400)), np.zeros((512, 400)))
    with pytest.raises(ValueError, match=r"image for \[image\]"):
        a_units(np.zeros(400), np.zeros((400, 512)))


def test_learning_is_error_correction_on_a_units():
    """Are one hundred passes of the machine the fit of a perceptron on its A-units?"""
    rng = np.random.default_rng(4)
    machine = build(300, rng)
    images, y = sample_pair(("E", "F"), 40, rng)
    fitted = perceptron_fit(a_units(images, machine.wiring), y, 100)
    for _ in range(100):
        machine = learn(machine, images, y)
    assert fitted.converged
    np.testing.assert_array_equal(machine.w, fitted.w)
    assert machine.b == fitted.b
    np.testing.assert_array_equal(decide(machine, images), y)


def test_learning_leaves_the_wires():
    """Does only the response unit change, and not the machine that was passed?"""
    rng = np.random.default_rng(5)
    machine = build(50, rng)
    wires = machine.wiring.copy()
    after = learn(machine, *sample_pair(("E", "X"), 30, rng))
    assert not machine.w.any()
    assert after.w.any()
    np.testing.assert_array_equal(after.wiring, wires)
    with pytest.raises(ValueError, match="labels -1 and 1"):
        learn(machine, draw("E"), [0])
    with pytest.raises(ValueError, match=r"image for \[image\]"):
        decide(machine, draw("E")[0])


def test_learning_curve_is_learning_in_pieces():
    """Is its last value that of a machine built by hand from the same generator?"""
    curve = learning_curve(("E", "X"), 200, (0, 50, 300), np.random.default_rng(6), n_test=400, max_shift=2)
    rng = np.random.default_rng(6)
    machine = build(200, rng)
    images, y = sample_pair(("E", "X"), 300, rng, max_shift=2)
    test, labels = sample_pair(("E", "X"), 400, rng, max_shift=2)
    assert curve[0] == np.mean(labels == 1)  # nothing learned: always +1
    for count, accuracy in zip((50, 300), curve[1:]):
        shown = learn(machine, images[:count], y[:count])
        assert accuracy == np.mean(decide(shown, test) == labels)


def test_fixed_letters_are_learned_at_once_and_shifted_ones_are_not():
    """After 60 images: all right in one place, far from it anywhere, over ten machines?"""
    fixed, free = (
        [
            learning_curve(("E", "F"), 1000, (60,), np.random.default_rng(s), max_shift=shift)[0]
            for s in range(10)
        ]
        for shift in (0, FREE)
    )
    assert min(fixed) == 1.0
    assert 0.45 < np.mean(free) < 0.7


def test_learning_curve_wants_growing_numbers():
    """Is a number that does not grow refused?"""
    with pytest.raises(ValueError, match="must increase"):
        learning_curve(("E", "X"), 10, (20, 20), np.random.default_rng(0))
