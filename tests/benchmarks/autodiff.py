"""Benchmark of the NumPy engine: whole training steps against hand-derived NumPy and the frameworks.

A step is forward + backward + update with learning rate 0.01. All contestants start from the same values, and
after three steps their parameters must agree with the hand-derived ones to 1e-12 before anything is timed.
The contestants run in turn, in shuffled order, in one process; a figure is the shortest of all rounds.

    make bench-autodiff                                    # W1 to W6, all that is installed
    python -m tests.benchmarks.autodiff --only W1 W2 --rounds 40 --without torch-compile
"""

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

if __name__ == "__main__":  # one thread for everybody, said before NumPy and XLA read it
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

import numpy as np

from coursepkg import autodiff as ad
from coursepkg.training import MLP, SGD, init_layers

LR = 0.01
TOLERANCE = 1e-12


@dataclass(frozen=True)
class Workload:
    """A network, a batch and a loss."""

    sizes: tuple[int, ...]
    batch: int
    activation: str
    loss: str

    def data(self, seed: int = 0):
        """Return initial layers, inputs and labels."""
        rng = np.random.default_rng(seed)
        layers = init_layers(self.sizes, "glorot", rng, random_bias=True)
        X = rng.normal(size=(self.batch, self.sizes[0]))
        if self.loss == "softmax":
            y = rng.integers(self.sizes[-1], size=self.batch)
        elif self.loss == "bce":
            y = rng.integers(2, size=(self.batch, 1)).astype(float)
        else:
            y = rng.normal(size=(self.batch, self.sizes[-1]))
        X.setflags(write=False)
        y.setflags(write=False)
        return layers, X, y


WORKLOADS = {
    "W1": Workload((2, 1), 64, "identity", "bce"),
    "W2": Workload((2, 64, 64, 1), 64, "tanh", "mse"),
    "W3": Workload((784, 128, 64, 10), 64, "relu", "softmax"),
    "W4": Workload((784, 512, 512, 10), 256, "relu", "softmax"),
    "W5": Workload((32,) * 31, 128, "sigmoid", "mse"),
}

# A contestant builds, from layers and data, a step and a function that returns its present parameters.
Contestant = tuple[Callable[[], object], Callable[[], list[np.ndarray]]]


def hand_derived(w: Workload) -> Contestant:
    """Build the floor: derivatives by hand, and every array made once."""
    layers, X, y = w.data()
    Ws, bs = [W.copy() for W, _ in layers], [b.copy() for _, b in layers]
    hs = [X] + [np.empty((w.batch, q)) for q in w.sizes[1:]]
    gs = [None] + [np.empty((w.batch, q)) for q in w.sizes[1:]]
    masks = [np.empty(h.shape, bool) for h in hs]
    gWs, gbs = [np.empty_like(W) for W in Ws], [np.empty_like(b) for b in bs]
    rows, last, n = np.arange(w.batch), len(Ws), w.batch
    tops, totals = np.empty((n, 1)), np.empty((n, 1))
    scratch, e = np.empty_like(hs[-1]), np.empty_like(hs[-1])

    def forward():
        for k in range(last):
            z = np.dot(hs[k], Ws[k], out=hs[k + 1])
            z += bs[k]
            if k == last - 1:
                return z
            if w.activation == "tanh":
                np.tanh(z, out=z)
            elif w.activation == "relu":
                np.maximum(z, 0, out=z)
            elif w.activation == "sigmoid":
                np.negative(z, out=z)
                np.exp(z, out=z)
                z += 1
                np.divide(1, z, out=z)

    def loss_and_gradient(z, g):
        if w.loss == "mse":
            np.subtract(z, y, out=g)
            np.multiply(g, g, out=scratch)
            value = np.add.reduce(scratch, None) / g.size
            np.multiply(g, 2 / g.size, out=g)
        elif w.loss == "softmax":
            np.max(z, axis=1, keepdims=True, out=tops)
            z -= tops
            np.exp(z, out=g)
            np.sum(g, axis=1, keepdims=True, out=totals)
            value = (np.log(totals).sum() - z[rows, y].sum()) / n
            g /= totals
            g[rows, y] -= 1
            g /= n
        else:
            np.absolute(z, out=e)
            np.negative(e, out=e)
            np.exp(e, out=e)
            np.maximum(z, 0, out=scratch)
            np.multiply(z, y, out=g)
            np.subtract(scratch, g, out=scratch)
            np.log1p(e, out=g)
            np.add(scratch, g, out=scratch)
            value = np.add.reduce(scratch, None) / n
            np.minimum(z, 0, out=g)
            np.exp(g, out=g)
            np.add(e, 1, out=e)
            np.divide(g, e, out=g)
            np.subtract(g, y, out=g)
            np.divide(g, n, out=g)
        return value

    def step():
        z = forward()
        g = gs[last]
        value = loss_and_gradient(z, g)
        for k in range(last - 1, -1, -1):
            np.dot(hs[k].T, g, out=gWs[k])
            np.add.reduce(g, axis=0, out=gbs[k])
            if k:
                h, g = hs[k], np.dot(g, Ws[k].T, out=gs[k])
                if w.activation == "relu":
                    np.greater(h, 0, out=masks[k])
                    np.multiply(g, masks[k], out=g)
                elif w.activation == "tanh":
                    np.multiply(h, h, out=h)
                    np.subtract(1, h, out=h)
                    np.multiply(g, h, out=g)
                elif w.activation == "sigmoid":
                    np.multiply(g, h, out=g)
                    np.subtract(1, h, out=h)
                    np.multiply(g, h, out=g)
        for p, gp in zip(Ws + bs, gWs + gbs):
            np.multiply(gp, LR, out=gp)
            np.subtract(p, gp, out=p)
        return value

    return step, lambda: [array for layer in zip(Ws, bs) for array in layer]


def ours(w: Workload) -> Contestant:
    """Build the step of the NumPy engine."""
    layers, X, y = w.data()
    model = MLP(layers, w.activation)
    optimiser = SGD(model.params, LR)
    loss = {"mse": ad.mse, "softmax": ad.softmax_cross_entropy, "bce": ad.binary_cross_entropy_with_logits}[
        w.loss
    ]

    def step():
        value = loss(model(X), y)
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        return value

    return step, lambda: [p.data for p in model.params]


def _torch_parts(w):
    import torch

    torch.set_num_threads(1)
    layers, X, y = w.data()
    model = torch.nn.Sequential()
    for k, (W, b) in enumerate(layers):
        linear = torch.nn.Linear(*W.shape, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W.T))
            linear.bias.copy_(torch.from_numpy(b))
        model.append(linear)
        if k < len(layers) - 1:
            model.append(
                {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid}[w.activation]()
            )
    functional = torch.nn.functional
    loss = {
        "mse": functional.mse_loss,
        "softmax": functional.cross_entropy,
        "bce": functional.binary_cross_entropy_with_logits,
    }[w.loss]
    return torch, loss, torch.from_numpy(X.copy()), torch.from_numpy(y.copy()), model


def torch_eager(w: Workload) -> Contestant:
    """Build the step of torch with `nn` and `optim.SGD`."""
    torch, loss, X, y, model = _torch_parts(w)
    optimiser = torch.optim.SGD(model.parameters(), lr=LR)

    def step():
        optimiser.zero_grad()
        value = loss(model(X), y)
        value.backward()
        optimiser.step()
        return value

    return step, lambda: [p.detach().numpy().T for p in model.parameters()]


def torch_compile(w: Workload) -> Contestant:
    """Build the whole step of torch, derivative and update included, as one compiled function."""
    torch, loss, X, y, _ = _torch_parts(w)
    activation = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": None}[
        w.activation
    ]
    state = [[torch.tensor(array) for layer in w.data()[0] for array in layer]]

    def value(params):
        h = X
        for k in range(0, len(params), 2):
            h = h @ params[k] + params[k + 1]
            if k < len(params) - 2:
                h = activation(h)
        return loss(h, y)

    @torch.compile
    def update(params):
        gradients, value_now = torch.func.grad_and_value(value)(params)
        return [p - LR * g for p, g in zip(params, gradients)], value_now

    def step():
        state[0], value_now = update(state[0])
        return value_now

    return step, lambda: [p.numpy() for p in state[0]]


def _functional_loss(w, xp, log_softmax, sigmoid):
    """Return the loss as a function of a flat list of parameters, for the NumPy-like frameworks."""
    _, X, y = w.data()
    activation = {
        "tanh": xp.tanh,
        "relu": lambda z: xp.maximum(z, 0),
        "sigmoid": sigmoid,
        "identity": None,
    }[w.activation]
    rows = np.arange(w.batch)

    def loss(params):
        h = X
        for k in range(0, len(params), 2):
            h = xp.matmul(h, params[k]) + params[k + 1]
            if k < len(params) - 2:
                h = activation(h)
        if w.loss == "mse":
            return xp.mean((h - y) ** 2)
        if w.loss == "softmax":
            return -xp.mean(log_softmax(h)[rows, y])
        return xp.mean(xp.logaddexp(0.0, h) - h * y)

    return loss


def hips_autograd(w: Workload) -> Contestant:
    """Build the step of HIPS autograd."""
    import autograd
    import autograd.numpy as anp

    def log_softmax(z):
        z = z - anp.max(z, axis=1, keepdims=True)
        return z - anp.log(anp.sum(anp.exp(z), axis=1, keepdims=True))

    params = [array.copy() for layer in w.data()[0] for array in layer]
    gradient = autograd.grad(_functional_loss(w, anp, log_softmax, lambda z: 1 / (1 + anp.exp(-z))))

    def step():
        for p, g in zip(params, gradient(params)):
            p -= LR * g

    return step, lambda: params


def jax_jit(w: Workload) -> Contestant:
    """Build the step of JAX, compiled by `jit`."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    loss = _functional_loss(w, jnp, jax.nn.log_softmax, jax.nn.sigmoid)
    state = [[jnp.asarray(array) for layer in w.data()[0] for array in layer]]

    @jax.jit
    def update(params):
        value, gradients = jax.value_and_grad(loss)(params)
        return [p - LR * g for p, g in zip(params, gradients)], value

    def step():
        state[0], value = update(state[0])
        return value.block_until_ready()

    return step, lambda: [np.asarray(p) for p in state[0]]


def mygrad(w: Workload) -> Contestant:
    """Build the step of mygrad."""
    import mygrad as mg
    import mygrad.nnet as nnet

    layers, X, y = w.data()
    params = [mg.tensor(array.copy()) for layer in layers for array in layer]
    activation = {"tanh": nnet.tanh, "relu": nnet.relu, "sigmoid": nnet.sigmoid, "identity": None}[
        w.activation
    ]

    def step():
        h = X
        for k in range(0, len(params), 2):
            h = mg.matmul(h, params[k]) + params[k + 1]
            if k < len(params) - 2:
                h = activation(h)
        if w.loss == "mse":
            value = mg.mean((h - y) ** 2)
        elif w.loss == "softmax":
            value = nnet.softmax_crossentropy(h, y)
        else:
            value = mg.mean(mg.logaddexp(0.0, h) - h * y)
        value.backward()
        for p in params:
            p.data -= LR * p.grad

    return step, lambda: [p.data for p in params]


# name: (builder, the module it needs)
CONTESTANTS = {
    "hand-derived": (hand_derived, "numpy"),
    "coursepkg": (ours, "numpy"),
    "torch": (torch_eager, "torch"),
    "torch-compile": (torch_compile, "torch"),
    "jax-jit": (jax_jit, "jax"),
    "mygrad": (mygrad, "mygrad"),
    "autograd": (hips_autograd, "autograd"),
}


# W6: a network of two hidden layers with all weights in the derivative, and a function from 10 to 10 numbers.

W6 = Workload((2, 64, 64, 1), 64, "tanh", "mse")


def _flat(arrays):
    return np.concatenate([np.ravel(array) for array in arrays])


def hvp_hand_derived() -> Callable[[], np.ndarray]:
    """Build Pearlmutter's R-operator by hand: gradient and its derivative along v in one pass each way."""
    layers, X, y = W6.data()
    vs = [(np.ones_like(W), np.ones_like(b)) for W, b in layers]

    def product():
        hs, rs = [X], [None]
        for k, ((W, b), (V, c)) in enumerate(zip(layers, vs)):
            z = hs[-1] @ W
            z += b
            r = hs[-1] @ V
            r += c
            if rs[-1] is not None:
                r += rs[-1] @ W
            if k < len(layers) - 1:
                z = np.tanh(z)
                slope = z * z
                np.subtract(1, slope, out=slope)
                hs.append(z)
                rs.append(r * slope)
            else:
                g, q = (z - y) * (2 / z.size), r * (2 / z.size)
        found = []
        for k in range(len(layers) - 1, -1, -1):
            (W, _), (V, _) = layers[k], vs[k]
            product_W = hs[k].T @ q
            if rs[k] is not None:
                product_W += rs[k].T @ g
            found += [q.sum(axis=0), product_W]
            if k:
                h, r = hs[k], rs[k]
                u, s = g @ W.T, q @ W.T
                s += g @ V.T
                slope = h * h
                np.subtract(1, slope, out=slope)
                g = u * slope
                s *= slope
                u *= h
                u *= r
                u *= 2
                s -= u
                q = s
        return _flat(found[::-1])

    return product


def hvp_ours() -> Callable[[], np.ndarray]:
    """Build the product by `coursepkg.autodiff.hvp`."""
    layers, X, y = W6.data()
    params = tuple(array for layer in layers for array in layer)
    vs = tuple(np.ones_like(p) for p in params)
    for array in (*params, *vs):
        array.setflags(write=False)

    def loss(*ps):
        h = X
        for k in range(0, len(ps) - 2, 2):
            h = ad.layer(h, ps[k], ps[k + 1], "tanh")
        return ad.mse(ad.affine(h, ps[-2], ps[-1]), y)

    return lambda: _flat(ad.hvp(loss, params, vs))


def hvp_torch() -> Callable[[], np.ndarray]:
    """Build the product by torch's double backward."""
    import torch

    torch.set_num_threads(1)
    layers, X, y = W6.data()
    params = [torch.tensor(array, requires_grad=True) for layer in layers for array in layer]
    vs = [torch.ones_like(p) for p in params]
    X, y = torch.from_numpy(X.copy()), torch.from_numpy(y.copy())

    def product():
        h = X
        for k in range(0, len(params) - 2, 2):
            h = torch.tanh(h @ params[k] + params[k + 1])
        loss = ((h @ params[-2] + params[-1] - y) ** 2).mean()
        gradients = torch.autograd.grad(loss, params, create_graph=True)
        return _flat([g.numpy() for g in torch.autograd.grad(gradients, params, vs)])

    return product


def hvp_jax() -> Callable[[], np.ndarray]:
    """Build the product by JAX, forward over reverse, compiled."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    loss = _functional_loss(W6, jnp, None, None)
    params = [jnp.asarray(array) for layer in W6.data()[0] for array in layer]
    vs = [jnp.ones_like(p) for p in params]
    product = jax.jit(lambda ps: jax.jvp(jax.grad(loss), (ps,), (vs,))[1])
    return lambda: _flat(jax.block_until_ready(product(params)))


def hvp_autograd() -> Callable[[], np.ndarray]:
    """Build the product by HIPS autograd."""
    import autograd
    import autograd.numpy as anp
    from autograd.misc import flatten

    loss = _functional_loss(W6, anp, None, None)
    theta, unflatten = flatten([array for layer in W6.data()[0] for array in layer])
    product = autograd.hessian_vector_product(lambda theta: loss(unflatten(theta)))
    v = np.ones_like(theta)
    return lambda: product(theta, v)


def _square_layers():
    rng = np.random.default_rng(0)
    layers = init_layers((10, 10, 10), "glorot", rng, random_bias=True)
    x = rng.normal(size=10)
    for array in (x, *(part for layer in layers for part in layer)):
        array.setflags(write=False)
    return layers, x


def jacobian_hand_derived() -> Callable[[], np.ndarray]:
    """Build the Jacobian of tanh layers by hand, all directions at once."""
    layers, x = _square_layers()

    def product():
        h, J = x, None
        for W, b in layers:
            h = np.tanh(h @ W + b)
            J = (W if J is None else J @ W) * (1 - h * h)
        return J.T

    return product


def jacobian_ours() -> Callable[[], np.ndarray]:
    """Build it by `coursepkg.autodiff.jacobian` in forward mode."""
    (first, second), x = _square_layers()
    return lambda: ad.jacobian(
        lambda t: ad.layer(ad.layer(t, *first, "tanh"), *second, "tanh"), x, mode="forward"
    )


def jacobian_torch() -> Callable[[], np.ndarray]:
    """Build it by torch's `jacfwd`."""
    import torch

    torch.set_num_threads(1)
    layers, x = _square_layers()
    (W1, b1), (W2, b2) = [(torch.tensor(W), torch.tensor(b)) for W, b in layers]
    x = torch.tensor(x)
    jacobian = torch.func.jacfwd(lambda t: torch.tanh(torch.tanh(t @ W1 + b1) @ W2 + b2))
    return lambda: jacobian(x).numpy()


def jacobian_jax() -> Callable[[], np.ndarray]:
    """Build it by JAX's `jacfwd`, compiled."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    layers, x = _square_layers()
    (W1, b1), (W2, b2) = layers
    jacobian = jax.jit(jax.jacfwd(lambda t: jnp.tanh(jnp.tanh(t @ W1 + b1) @ W2 + b2)))
    return lambda: np.asarray(jacobian(x))


SECOND = {
    "W6 Hessian-vector product": {
        "hand-derived": (hvp_hand_derived, "numpy"),
        "coursepkg": (hvp_ours, "numpy"),
        "torch": (hvp_torch, "torch"),
        "jax-jit": (hvp_jax, "jax"),
        "autograd": (hvp_autograd, "autograd"),
    },
    "W6 Jacobian, forward": {
        "hand-derived": (jacobian_hand_derived, "numpy"),
        "coursepkg": (jacobian_ours, "numpy"),
        "torch": (jacobian_torch, "torch"),
        "jax-jit": (jacobian_jax, "jax"),
    },
}


def measure(steps: dict[str, Callable], rounds: int, seconds: float, seed: int = 0) -> dict[str, float]:
    """Return the shortest time a call, in microseconds, over rounds in which the contestants take turns."""
    rng, best = np.random.default_rng(seed), dict.fromkeys(steps, np.inf)
    calls = {}
    for name, step in steps.items():  # warm up, and find how many calls fill a turn
        for _ in range(3):
            step()
        begin = time.perf_counter()
        step()
        calls[name] = max(1, int(seconds / (time.perf_counter() - begin)))
    for _ in range(rounds):
        for name in rng.permutation(list(steps)).tolist():
            step, n = steps[name], range(calls[name])
            begin = time.perf_counter()
            for _ in n:
                step()
            best[name] = min(best[name], (time.perf_counter() - begin) / calls[name] * 1e6)
    return best


def page_faults(step: Callable, calls: int = 50) -> float | None:
    """Return the page faults a call in the steady state; None where the system does not count them."""
    try:
        import resource
    except ImportError:
        return None
    for _ in range(20):
        step()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(calls):
        step()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / calls


def check(name: str, got: list[np.ndarray], expected: list[np.ndarray]) -> None:
    """Refuse to time a contestant that computed something else."""
    worst = max(float(np.abs(np.asarray(g) - e).max()) for g, e in zip(got, expected, strict=True))
    if not worst <= TOLERANCE:
        raise ValueError(f"{name} differs from the hand-derived result by {worst:.1e}, more than {TOLERANCE}")


def run(names: list[str], without: list[str], rounds: int, seconds: float) -> dict:
    """Return the times of all contestants that are installed, for the workloads with these names."""

    def chosen(table):
        return {
            name: build for name, (build, needs) in table.items() if name not in without and find_spec(needs)
        }

    results = {"machine": machine(), "rounds": rounds, "times_us": {}, "page_faults": {}}
    for key in names:
        if key in WORKLOADS:
            steps, expected = {}, None
            for name, build in chosen(CONTESTANTS).items():
                step, parameters = build(WORKLOADS[key])
                for _ in range(3):
                    step()
                found = [np.array(p) for p in parameters()]
                expected = expected or found
                check(f"{name} on {key}", found, expected)
                steps[name] = step
            results["times_us"][key] = measure(steps, rounds, seconds)
            results["page_faults"][key] = page_faults(steps["coursepkg"])
        else:
            for title, table in SECOND.items():
                products = {name: build() for name, build in chosen(table).items()}
                expected = products["hand-derived"]()
                for name, product in products.items():
                    check(f"{name} on {title}", [product()], [expected])
                results["times_us"][title] = measure(products, rounds, seconds)
    return results


def machine() -> dict:
    """Return what the figures depend on."""
    return {"system": platform.system(), "processor": platform.machine(), "cores": os.cpu_count(),
            "python": platform.python_version(), "numpy": np.__version__,
            "threads": os.environ.get("OMP_NUM_THREADS", "all")}  # fmt: skip


def geometric_mean(values: list[float]) -> float:
    """Return the geometric mean."""
    return float(np.exp(np.mean(np.log(values))))


def table(results: dict) -> str:
    """Return the results as a Markdown table: multiples of the hand-derived time."""
    times = results["times_us"]
    lines = ["| | " + " | ".join(times) + " | geometric mean of the steps |", "|---" * (len(times) + 2) + "|"]
    contestants = dict.fromkeys(name for row in times.values() for name in row)
    main = [key for key in times if key in WORKLOADS]
    floor = "hand-derived"
    lines.append(f"| {floor}, µs | " + " | ".join(f"{row[floor]:.1f}" for row in times.values()) + " | |")
    for name in contestants:
        if name == floor:
            continue
        cells = [f"{row[name] / row[floor]:.2f}" if name in row else "–" for row in times.values()]
        total = "–"
        if main and all(name in times[key] for key in main):
            mean = geometric_mean([times[key][name] / times[key][floor] for key in main])
            total = f"{mean:.2f}"
            if "torch" in contestants:
                torch = geometric_mean([times[key]["torch"] / times[key][floor] for key in main])
                total += f" ({mean / torch:.2f} of torch)"
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {total} |")
    faults = [f"{key} {value:.1f}" for key, value in results["page_faults"].items() if value is not None]
    return "\n".join(
        [*lines, "", "Page faults a step of coursepkg: " + ", ".join(faults)] if faults else lines
    )


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark, print the table and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", default=[*WORKLOADS, "W6"], choices=[*WORKLOADS, "W6"])
    parser.add_argument("--without", nargs="+", default=[], choices=list(CONTESTANTS))
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=0.05, help="length of one turn")
    parser.add_argument("--output", type=Path, default=Path("build/benchmark_autodiff.json"))
    chosen = parser.parse_args(arguments)
    results = run(chosen.only, chosen.without, chosen.rounds, chosen.seconds)
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(table(results) + f"\n\nWritten to {chosen.output}.\n")


if __name__ == "__main__":
    main()
