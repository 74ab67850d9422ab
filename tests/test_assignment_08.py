"""Do the references of assignment 08 agree with oracles of their own?"""

import graphlib

import numpy as np
import pytest
import torch

from coursepkg import backpropagation
from coursepkg.grading.student import local_student
from tests.assignments import GARBAGE, CourseAssignment

COURSE = CourseAssignment("08_reverse_mode_differentiation")
hidden, reference, grade, grade_hidden = COURSE.hidden, COURSE.reference, COURSE.grade, COURSE.grade_hidden


def strange_class(value):
    """Return a class whose attributes, results and methods are all the same value."""

    class Strange:
        def __init__(self, *args):
            self.__dict__.update(dict.fromkeys(("value", "inputs", "slopes", "data", "grad"), value))

        def itself(self, *args):
            return self

        __add__ = __radd__ = __mul__ = __rmul__ = __pow__ = exp = log = sum = backward = zero_grad = itself

    return Strange


@pytest.mark.parametrize("exercise", ["ex08_3", "ex08_5"])
@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_in_attributes_earns_nothing_and_breaks_nothing(exercise: str, kind: str):
    """Whatever the attributes of a class hold: 0 points and a sentence?"""
    student = local_student({COURSE.exercises[exercise]: strange_class(GARBAGE[kind])})
    for graded in (grade, grade_hidden):
        points, message = graded(exercise, student)
        assert (points, message.strip() != "") == (0.0, True)


def random_sample(rng: np.random.Generator) -> tuple:
    """Return x, y, W1, W2 and lambda of a random shape."""
    p, q = rng.integers(1, 6, 2)
    weights = rng.normal(size=(p, q)), rng.normal(size=q)
    return rng.normal(size=p), int(rng.integers(2)), *weights, float(rng.uniform(0, 2))


@pytest.mark.ex08_1
@pytest.mark.ex08_2
def test_network_agrees_with_two_oracles():
    """Do the references agree with torch and with the lesson's functions, on 1000 networks?"""
    u_forward, u_backward, rng = reference("ex08_1"), reference("ex08_2"), np.random.default_rng(1)
    for _ in range(1000):
        x, y, W1, W2, lam = random_sample(rng)
        values = u_forward(x, y, W1, W2, lam)
        lesson = backpropagation.forward(x, y, W1, W2, lam)
        for name, value in values.items():
            np.testing.assert_allclose(value, lesson[name], rtol=1e-9, atol=1e-12)
        found = u_backward(x, y, W1, W2, lam, values)
        for name, derivative in found.items():
            np.testing.assert_allclose(
                derivative, backpropagation.backward(lesson)[name], rtol=1e-9, atol=1e-12
            )
        t1, t2 = torch.tensor(W1, requires_grad=True), torch.tensor(W2, requires_grad=True)
        t3 = t2 @ torch.sigmoid(t1.T @ torch.tensor(x))
        label = torch.tensor(float(y), dtype=torch.float64)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(t3, label)
        loss = loss + lam * ((t1**2).sum() + (t2**2).sum())
        loss.backward()
        np.testing.assert_allclose(values["loss"], loss.item(), rtol=1e-9)
        np.testing.assert_allclose(found["W1"], t1.grad.numpy(), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(found["W2"], t2.grad.numpy(), rtol=1e-9, atol=1e-12)


def random_lines(rng: np.random.Generator) -> str:
    """Return a few lines that make y of the positive numbers a, b and c."""
    names, lines = ["a", "b", "c"], []
    for k in range(5):
        p, q = rng.choice(names, 2)
        made = [f"{p} + {q}", f"{p} * {q}", f"{p} ** -0.5", f"({p} * 0.1).exp()", f"({p} + 2).log()"]
        lines.append(f"v{k} = {rng.choice(made)}")
        names.append(f"v{k}")
    return "\n".join([*lines, f"y = {names[-1]} * {names[-2]} + a * b * c"])


def in_torch(program: str, leaves: dict) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return value and derivatives of the sum of a program's y, by torch."""
    arrays = {name: np.asarray(value, dtype=float) for name, value in leaves.items()}
    tensors = {name: torch.tensor(value, requires_grad=True) for name, value in arrays.items()}
    scope = dict(tensors)
    exec(program, scope)
    scope["y"].sum().backward()
    return scope["y"].detach().numpy(), [t.grad.numpy() for t in tensors.values()]


@pytest.mark.ex08_3
def test_var_agrees_with_two_oracles():
    """Do value and slopes of the reference agree with torch and with forward mode, on 1000 programs?"""
    Var, rng = reference("ex08_3"), np.random.default_rng(3)
    for _ in range(1000):
        program, leaves = random_lines(rng), dict(zip("abc", rng.uniform(0.5, 1.5, 3).tolist()))
        scope = {name: Var(value) for name, value in leaves.items()}
        used = list(scope.values())
        exec(program, scope)
        y, edges, waiting, seen = scope["y"], [], [scope["y"]], set()
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                edges += [(source, node, slope) for source, slope in zip(node.inputs, node.slopes)]
                waiting += node.inputs
        swept = backpropagation.reverse_sweep(edges, y)
        value, expected = in_torch(program, leaves)
        np.testing.assert_allclose(y.value, value, rtol=1e-12)
        np.testing.assert_allclose([swept[x] for x in used], expected, rtol=1e-9)
        for name, derivative in zip(leaves, expected):
            duals = {other: hidden.Dual(v, float(other == name)) for other, v in leaves.items()}
            exec(program, duals)
            np.testing.assert_allclose(duals["y"].tangent, derivative, rtol=1e-9)


@pytest.mark.ex08_5
def test_tensor_agrees_with_two_oracles():
    """Do values and grads of the reference agree with torch and with complex steps, on 1000 programs?"""
    Tensor, rng = reference("ex08_5"), np.random.default_rng(5)
    shapes = [(), (1,), (3,), (2, 1), (2, 3), (1, 3)]
    for _ in range(1000):
        program = random_lines(rng)
        leaves = {name: rng.uniform(0.5, 1.5, shapes[rng.integers(6)]) for name in "abc"}
        scope = {name: Tensor(value) for name, value in leaves.items()}
        used = list(scope.values())
        exec(program, scope)
        scope["y"].backward()
        value, expected = in_torch(program, leaves)
        np.testing.assert_allclose(scope["y"].data, value, rtol=1e-12)
        for x, by_torch, by_steps in zip(used, expected, hidden.gradients(program, leaves)):
            assert x.grad.shape == x.data.shape
            np.testing.assert_allclose(x.grad, by_torch, rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(by_steps, by_torch, rtol=1e-9, atol=1e-12)


class LoneNode:
    """A node that knows its inputs alone."""

    def __init__(self, inputs: tuple):
        self.inputs = inputs


@pytest.mark.ex08_4
def test_topo_order_agrees_with_two_oracles():
    """Is the reference's order one by its property, and of the nodes of graphlib, on 1000 graphs?"""
    topo_order, rng = reference("ex08_4"), np.random.default_rng(4)
    for _ in range(1000):
        table = hidden.random_graph(rng, int(rng.integers(4, 15)))
        nodes = []
        for inputs in table:
            nodes.append(LoneNode(tuple(nodes[i] for i in inputs)))
        places = {node: i for i, node in enumerate(nodes)}
        order = [places[node] for node in topo_order(nodes[-1])]
        assert set(order) == hidden.reachable(table, len(table) - 1)
        assert len(order) == len(set(order))
        assert all(order.index(j) < order.index(i) for i in order for j in table[i])
        graph = {i: table[i] for i in order}
        assert set(graphlib.TopologicalSorter(graph).static_order()) == set(order)


@pytest.mark.ex08_6
def test_gradcheck_agrees_with_two_oracles():
    """Does the reference agree with NumPy's differences and with the formula of a cubic, on 1000 points?"""
    gradcheck, rng = reference("ex08_6"), np.random.default_rng(6)
    for _ in range(1000):
        x, a, g = rng.normal(size=(3, int(rng.integers(1, 5))))
        eps = float(10.0 ** rng.uniform(-3, 0))
        found = gradcheck(lambda v, a=a: float(a @ v**3), g, x, eps)
        n = a * (3 * x**2 + eps**2)  # ((x + e)^3 - (x - e)^3) / 2e = 3 x^2 + e^2
        expected = np.linalg.norm(n - g) / (np.linalg.norm(n) + np.linalg.norm(g))
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)
        moved = [[a @ (x + k * eps * e) ** 3 for k in (-1, 0, 1)] for e in np.eye(len(x))]
        quotient = np.gradient(np.array(moved), eps, axis=1)[:, 1]
        expected = np.linalg.norm(quotient - g) / (np.linalg.norm(quotient) + np.linalg.norm(g))
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
