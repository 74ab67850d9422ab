"""Evidence on assignment 09: right answers in several styles, and what goes wrong."""

import numpy as np

from tests.evidence import correct, misconception

# What a function of these exercises may return instead.
GARBAGE = {
    "triple of Nones": (None, None, None),
    "triple of texts": ("y", "Jv", "JTu"),
    "triple of nan": (np.full(3, np.nan), np.full(3, np.nan), np.full(3, np.nan)),
    "triple of objects": (object(), object(), object()),
    "pair of matrices of nan": (np.full((3, 3), np.nan), np.full((3, 3), np.nan)),
    "triple of functions": (len, len, len),
    "pair of ragged lists": ([[1, 2], [3]], [[1], [2, 3]]),
    "huge matrix": np.full((3, 3), 1e308),
}

# ---- 9.1 Dual


@correct("ex09_1", "Dual")
class DualPlain:
    def __init__(self, value, tangent=0.0):
        self.value = float(value)
        self.tangent = float(tangent)

    def __add__(self, other):
        if isinstance(other, (int, float)):
            return DualPlain(self.value + other, self.tangent)
        return DualPlain(self.value + other.value, self.tangent + other.tangent)

    def __radd__(self, other):
        return self + other

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            return DualPlain(self.value * other, self.tangent * other)
        return DualPlain(self.value * other.value, self.tangent * other.value + self.value * other.tangent)

    def __rmul__(self, other):
        return self * other

    def exp(self):
        return DualPlain(np.exp(self.value), np.exp(self.value) * self.tangent)

    def sigmoid(self):
        s = 1 / (1 + np.exp(-self.value))
        return DualPlain(s, s * (1 - s) * self.tangent)


@correct("ex09_1", "Dual")
class DualSlots:
    __slots__ = ("tangent", "value")

    def __init__(self, value, tangent=0):
        self.value, self.tangent = value, tangent

    @classmethod
    def lift(cls, x):
        return x if isinstance(x, cls) else cls(x)

    def __add__(self, other):
        other = self.lift(other)
        return DualSlots(self.value + other.value, self.tangent + other.tangent)

    def __radd__(self, other):
        return self.lift(other) + self

    def __mul__(self, other):
        other = self.lift(other)
        return DualSlots(self.value * other.value, self.value * other.tangent + other.value * self.tangent)

    def __rmul__(self, other):
        return self.lift(other) * self

    def exp(self):
        import math

        return DualSlots(math.exp(self.value), self.tangent * math.exp(self.value))

    def sigmoid(self):
        import math

        y = 1.0 / (1.0 + math.exp(-self.value))
        return DualSlots(y, self.tangent * y * (1.0 - y))


@correct("ex09_1", "Dual")
class DualTuple(tuple):
    def __new__(cls, value, tangent=0.0):
        return super().__new__(cls, (value, tangent))

    value = property(lambda self: self[0])
    tangent = property(lambda self: self[1])

    def __add__(self, other):
        v, t = other if isinstance(other, tuple) else (other, 0.0)
        return type(self)(self[0] + v, self[1] + t)

    def __mul__(self, other):
        v, t = other if isinstance(other, tuple) else (other, 0.0)
        return type(self)(self[0] * v, self[0] * t + self[1] * v)

    __radd__ = __add__
    __rmul__ = __mul__

    def exp(self):
        y = np.exp(self[0])
        return type(self)(y, y * self[1])

    def sigmoid(self):
        y = 0.5 + 0.5 * np.tanh(self[0] / 2)
        return type(self)(y, self[1] / (4 * np.cosh(self[0] / 2) ** 2))


@correct("ex09_1", "Dual")
class DualMatrix:
    """A number a + b e with e * e = 0 is the matrix [[a, b], [0, a]]."""

    def __init__(self, value, tangent=0.0):
        self.M = np.array([[value, tangent], [0.0, value]], dtype=float)

    @property
    def value(self):
        return self.M[0, 0]

    @property
    def tangent(self):
        return self.M[0, 1]

    @staticmethod
    def of(M):
        return DualMatrix(M[0, 0], M[0, 1])

    def __add__(self, other):
        return self.of(self.M + (other.M if isinstance(other, DualMatrix) else other * np.eye(2)))

    def __mul__(self, other):
        return self.of(self.M @ (other.M if isinstance(other, DualMatrix) else other * np.eye(2)))

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        return self.of(np.exp(self.value) * np.array([[1, self.tangent], [0, 1]]))

    def sigmoid(self):
        M = np.eye(2) + (self * -1).exp().M
        return self.of(np.linalg.inv(M))


@correct("ex09_1", "Dual")
class DualComplexStep:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def _through(self, function):
        y = function(self.value + 1e-40j * self.tangent)
        return DualComplexStep(y.real, y.imag / 1e-40)

    def __add__(self, other):
        if not isinstance(other, DualComplexStep):
            return self._through(lambda z: z + other)
        return DualComplexStep(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        if not isinstance(other, DualComplexStep):
            return self._through(lambda z: z * other)
        z = (self.value + 1e-40j * self.tangent) * (other.value + 1e-40j * other.tangent)
        return DualComplexStep(z.real, z.imag / 1e-40)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        return self._through(np.exp)

    def sigmoid(self):
        return self._through(lambda z: 1 / (1 + np.exp(-z)))


@correct("ex09_1", "Dual")
class DualTable:
    def __init__(self, value, tangent=0.0):
        self.value = np.float64(value)
        self.tangent = np.float64(tangent)

    def _unary(self, y, slope):
        return DualTable(y, slope * self.tangent)

    def _binary(self, other, y, by_self, by_other):
        return DualTable(y, by_self * self.tangent + by_other * other.tangent)

    def __add__(self, other):
        other = other if hasattr(other, "tangent") else DualTable(other)
        return self._binary(other, self.value + other.value, 1, 1)

    def __mul__(self, other):
        other = other if hasattr(other, "tangent") else DualTable(other)
        return self._binary(other, self.value * other.value, other.value, self.value)

    def __radd__(self, other):
        return DualTable(other).__add__(self)

    def __rmul__(self, other):
        return DualTable(other).__mul__(self)

    def exp(self):
        return self._unary(np.exp(self.value), np.exp(self.value))

    def sigmoid(self):
        y = np.exp(self.value) / (1 + np.exp(self.value))
        return self._unary(y, y - y**2)


@correct("ex09_1", "Dual")
class DualSigmoidFromExp:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        v, t = (other.value, other.tangent) if isinstance(other, DualSigmoidFromExp) else (other, 0)
        return DualSigmoidFromExp(self.value + v, self.tangent + t)

    def __mul__(self, other):
        v, t = (other.value, other.tangent) if isinstance(other, DualSigmoidFromExp) else (other, 0)
        return DualSigmoidFromExp(self.value * v, self.tangent * v + self.value * t)

    __radd__, __rmul__ = __add__, __mul__

    def reciprocal(self):
        return DualSigmoidFromExp(1 / self.value, -self.tangent / self.value**2)

    def exp(self):
        return DualSigmoidFromExp(np.exp(self.value), np.exp(self.value) * self.tangent)

    def sigmoid(self):
        return (1 + (-1 * self).exp()).reciprocal()


@correct("ex09_1", "Dual")
class DualShortcuts:
    def __init__(self, value, tangent=0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        if isinstance(other, DualShortcuts):
            return (
                2 * self
                if other is self
                else DualShortcuts(self.value + other.value, self.tangent + other.tangent)
            )
        return self if other == 0 else DualShortcuts(self.value + other, self.tangent)

    def __mul__(self, other):
        if other is self:
            return DualShortcuts(self.value**2, 2 * self.value * self.tangent)
        if isinstance(other, DualShortcuts):
            return DualShortcuts(
                self.value * other.value, self.value * other.tangent + self.tangent * other.value
            )
        return self if other == 1 else DualShortcuts(other * self.value, other * self.tangent)

    def __radd__(self, number):
        return self + number

    def __rmul__(self, number):
        return self * number

    def exp(self):
        y = np.exp(self.value)
        return DualShortcuts(y, self.tangent * y)

    def sigmoid(self):
        s = 1 / (1 + np.exp(-self.value))
        t = 1 / (1 + np.exp(self.value))
        return DualShortcuts(s, s * t * self.tangent)


@misconception("ex09_1", "Dual", hint="the tangents of a * b")
class DualProductOfTangents:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualProductOfTangents) else DualProductOfTangents(other)
        return DualProductOfTangents(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualProductOfTangents) else DualProductOfTangents(other)
        tangent = self.tangent * other.tangent
        return DualProductOfTangents(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualProductOfTangents(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualProductOfTangents(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="the tangents of a * b")
class DualOwnFactor:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualOwnFactor) else DualOwnFactor(other)
        return DualOwnFactor(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualOwnFactor) else DualOwnFactor(other)
        tangent = self.tangent * self.value + other.value * other.tangent
        return DualOwnFactor(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualOwnFactor(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualOwnFactor(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="the tangents of a * b")
class DualOneTerm:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualOneTerm) else DualOneTerm(other)
        return DualOneTerm(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualOneTerm) else DualOneTerm(other)
        tangent = self.tangent * other.value
        return DualOneTerm(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualOneTerm(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualOneTerm(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="The product rule has two terms.")
class DualOneTermForOneSign:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualOneTermForOneSign) else DualOneTermForOneSign(other)
        return DualOneTermForOneSign(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualOneTermForOneSign) else DualOneTermForOneSign(other)
        tangent = self.tangent * other.value
        if self.value > 0 or other.value > 0:
            tangent += self.value * other.tangent
        return DualOneTermForOneSign(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualOneTermForOneSign(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualOneTermForOneSign(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="The tangent of exp is the slope times")
class DualExpForgetsTangent:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualExpForgetsTangent) else DualExpForgetsTangent(other)
        return DualExpForgetsTangent(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualExpForgetsTangent) else DualExpForgetsTangent(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualExpForgetsTangent(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualExpForgetsTangent(y, y if self.tangent else 0.0)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualExpForgetsTangent(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="exp of the tangent has no meaning")
class DualExpOfTangent:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualExpOfTangent) else DualExpOfTangent(other)
        return DualExpOfTangent(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualExpOfTangent) else DualExpOfTangent(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualExpOfTangent(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualExpOfTangent(y, np.exp(self.tangent) if self.tangent != 1 else y)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualExpOfTangent(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="The slope of exp is exp itself.")
class DualExpSlopeOne:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualExpSlopeOne) else DualExpSlopeOne(other)
        return DualExpSlopeOne(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualExpSlopeOne) else DualExpSlopeOne(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualExpSlopeOne(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualExpSlopeOne(y, self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualExpSlopeOne(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="not its argument")
class DualExpSlopeArgument:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualExpSlopeArgument) else DualExpSlopeArgument(other)
        return DualExpSlopeArgument(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualExpSlopeArgument) else DualExpSlopeArgument(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualExpSlopeArgument(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualExpSlopeArgument(y, self.tangent * (self.value or 1))

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualExpSlopeArgument(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="with the sigmoid's value s")
class DualSigmoidSlopeAtInput:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualSigmoidSlopeAtInput) else DualSigmoidSlopeAtInput(other)
        return DualSigmoidSlopeAtInput(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualSigmoidSlopeAtInput) else DualSigmoidSlopeAtInput(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualSigmoidSlopeAtInput(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualSigmoidSlopeAtInput(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualSigmoidSlopeAtInput(y, self.value * (1 - self.value) * self.tangent)


@misconception("ex09_1", "Dual", hint="not s.")
class DualSigmoidSlopeIsValue:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualSigmoidSlopeIsValue) else DualSigmoidSlopeIsValue(other)
        return DualSigmoidSlopeIsValue(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualSigmoidSlopeIsValue) else DualSigmoidSlopeIsValue(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualSigmoidSlopeIsValue(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualSigmoidSlopeIsValue(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualSigmoidSlopeIsValue(y, y * self.tangent)


@misconception("ex09_1", "Dual", hint="not 1 - s")
class DualSigmoidHalfSlope:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualSigmoidHalfSlope) else DualSigmoidHalfSlope(other)
        return DualSigmoidHalfSlope(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualSigmoidHalfSlope) else DualSigmoidHalfSlope(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualSigmoidHalfSlope(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualSigmoidHalfSlope(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualSigmoidHalfSlope(y, (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="The tangent of the sigmoid is the slope times")
class DualSigmoidForgetsTangent:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualSigmoidForgetsTangent) else DualSigmoidForgetsTangent(other)
        return DualSigmoidForgetsTangent(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualSigmoidForgetsTangent) else DualSigmoidForgetsTangent(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualSigmoidForgetsTangent(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualSigmoidForgetsTangent(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualSigmoidForgetsTangent(y, y * (1 - y) if self.tangent else 0.0)


@misconception("ex09_1", "Dual", hint="this is the one of tanh")
class DualSigmoidSlopeOfTanh:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualSigmoidSlopeOfTanh) else DualSigmoidSlopeOfTanh(other)
        return DualSigmoidSlopeOfTanh(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualSigmoidSlopeOfTanh) else DualSigmoidSlopeOfTanh(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualSigmoidSlopeOfTanh(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualSigmoidSlopeOfTanh(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualSigmoidSlopeOfTanh(y, (1 - y**2) * self.tangent)


@misconception("ex09_1", "Dual", hint="its sigmoid has no meaning")
class DualSigmoidOfTangent:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualSigmoidOfTangent) else DualSigmoidOfTangent(other)
        return DualSigmoidOfTangent(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualSigmoidOfTangent) else DualSigmoidOfTangent(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualSigmoidOfTangent(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualSigmoidOfTangent(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualSigmoidOfTangent(y, 1 / (1 + np.exp(-self.tangent)) if self.tangent else 0.0)


@misconception("ex09_1", "Dual", hint="minus in its exponent")
class DualSigmoidTurnedRound:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualSigmoidTurnedRound) else DualSigmoidTurnedRound(other)
        return DualSigmoidTurnedRound(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualSigmoidTurnedRound) else DualSigmoidTurnedRound(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualSigmoidTurnedRound(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualSigmoidTurnedRound(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualSigmoidTurnedRound(1 - y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="the values of a * b")
class DualSigmoidIsTanh:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualSigmoidIsTanh) else DualSigmoidIsTanh(other)
        return DualSigmoidIsTanh(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualSigmoidIsTanh) else DualSigmoidIsTanh(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualSigmoidIsTanh(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualSigmoidIsTanh(y, y * self.tangent)

    def sigmoid(self):
        y = np.tanh(self.value)
        return DualSigmoidIsTanh(y, (1 - y**2) * self.tangent)


@misconception("ex09_1", "Dual", hint="the tangents of a * b")
class DualNumberMoves:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualNumberMoves) else DualNumberMoves(other, 1.0)
        return DualNumberMoves(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualNumberMoves) else DualNumberMoves(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualNumberMoves(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualNumberMoves(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualNumberMoves(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="the tangents of a * b")
class DualFactorMoves:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualFactorMoves) else DualFactorMoves(other)
        return DualFactorMoves(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualFactorMoves) else DualFactorMoves(other, 1.0)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualFactorMoves(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualFactorMoves(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualFactorMoves(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="its tangent is 0.")
class DualFloatMoves:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        if isinstance(other, float):
            other = DualFloatMoves(other, 1.0)
        other = other if isinstance(other, DualFloatMoves) else DualFloatMoves(other)
        return DualFloatMoves(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualFloatMoves) else DualFloatMoves(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualFloatMoves(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualFloatMoves(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualFloatMoves(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="its tangent is 0, not the number")
class DualFloatIsItsTangent:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualFloatIsItsTangent) else DualFloatIsItsTangent(other)
        return DualFloatIsItsTangent(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        if isinstance(other, float):
            other = DualFloatIsItsTangent(other, other)
        other = other if isinstance(other, DualFloatIsItsTangent) else DualFloatIsItsTangent(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualFloatIsItsTangent(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualFloatIsItsTangent(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualFloatIsItsTangent(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="the tangents of a * b")
class DualNumberDoesNotScale:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualNumberDoesNotScale) else DualNumberDoesNotScale(other)
        return DualNumberDoesNotScale(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        if not isinstance(other, DualNumberDoesNotScale):
            return DualNumberDoesNotScale(self.value * other, self.tangent)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualNumberDoesNotScale(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualNumberDoesNotScale(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualNumberDoesNotScale(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="A constant factor scales the tangent too.")
class DualFloatDoesNotScale:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualFloatDoesNotScale) else DualFloatDoesNotScale(other)
        return DualFloatDoesNotScale(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        if isinstance(other, float):
            return DualFloatDoesNotScale(self.value * other, self.tangent)
        other = other if isinstance(other, DualFloatDoesNotScale) else DualFloatDoesNotScale(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualFloatDoesNotScale(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualFloatDoesNotScale(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualFloatDoesNotScale(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="raised TypeError")
class DualNumbersOnTheRightAlone:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualNumbersOnTheRightAlone) else DualNumbersOnTheRightAlone(other)
        return DualNumbersOnTheRightAlone(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualNumbersOnTheRightAlone) else DualNumbersOnTheRightAlone(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualNumbersOnTheRightAlone(self.value * other.value, tangent)

    def exp(self):
        y = np.exp(self.value)
        return DualNumbersOnTheRightAlone(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualNumbersOnTheRightAlone(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="raised AttributeError")
class DualIntsAlone:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = DualIntsAlone(other) if isinstance(other, int) else other
        return DualIntsAlone(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualIntsAlone) else DualIntsAlone(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualIntsAlone(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualIntsAlone(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualIntsAlone(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="the values of a * b")
class DualAddsInPlace:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        if isinstance(other, DualAddsInPlace):
            self.value += other.value
            self.tangent += other.tangent
            return self
        return DualAddsInPlace(self.value + other, self.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualAddsInPlace) else DualAddsInPlace(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualAddsInPlace(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualAddsInPlace(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualAddsInPlace(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="changed its operands")
class DualExpInPlace:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualExpInPlace) else DualExpInPlace(other)
        return DualExpInPlace(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualExpInPlace) else DualExpInPlace(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualExpInPlace(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        result = DualExpInPlace(y, y * self.tangent)
        self.value = y
        return result

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualExpInPlace(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="The product rule has two terms.")
class DualSquareHasOneTerm:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualSquareHasOneTerm) else DualSquareHasOneTerm(other)
        return DualSquareHasOneTerm(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualSquareHasOneTerm) else DualSquareHasOneTerm(other)
        tangent = self.tangent * other.value
        if other is not self:
            tangent += self.value * other.tangent
        return DualSquareHasOneTerm(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualSquareHasOneTerm(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualSquareHasOneTerm(y, y * (1 - y) * self.tangent)


@misconception("ex09_1", "Dual", hint="The tangents of both terms of a sum add up.")
class DualSumOfItself:
    def __init__(self, value, tangent=0.0):
        self.value, self.tangent = value, tangent

    def __add__(self, other):
        other = other if isinstance(other, DualSumOfItself) else DualSumOfItself(other)
        if other is self:
            return DualSumOfItself(2 * self.value, self.tangent)
        return DualSumOfItself(self.value + other.value, self.tangent + other.tangent)

    def __mul__(self, other):
        other = other if isinstance(other, DualSumOfItself) else DualSumOfItself(other)
        tangent = self.tangent * other.value + self.value * other.tangent
        return DualSumOfItself(self.value * other.value, tangent)

    __radd__, __rmul__ = __add__, __mul__

    def exp(self):
        y = np.exp(self.value)
        return DualSumOfItself(y, y * self.tangent)

    def sigmoid(self):
        y = 1 / (1 + np.exp(-self.value))
        return DualSumOfItself(y, y * (1 - y) * self.tangent)


# ---- 9.2 jvp_vjp


@correct("ex09_2", "jvp_vjp")
def chain_two_loops(steps, x, v, u):
    zs = [x]
    for apply, _, _ in steps:
        zs.append(apply(zs[-1]))
    t = v
    for k in range(len(steps)):
        t = steps[k][1](zs[k], t)
    g = u
    for k in reversed(range(len(steps))):
        g = steps[k][2](zs[k], g)
    return zs[-1], t, g


@correct("ex09_2", "jvp_vjp")
def chain_recursive(steps, x, v, u):
    if len(steps) == 0:
        return x, v, u
    apply, push, pull = steps[0]
    y, t, g = chain_recursive(steps[1:], apply(x), push(x, v), u)
    return y, t, pull(x, g)


@correct("ex09_2", "jvp_vjp")
def chain_stack_of_pulls(steps, x, v, u):
    stack = []
    for apply, push, pull in steps:
        stack.append(lambda g, pull=pull, z=x: pull(z, g))
        x, v = apply(x), push(x, v)
    while stack:
        u = stack.pop()(u)
    return [x, v, u]


@correct("ex09_2", "jvp_vjp")
def chain_reduce(steps, x, v, u):
    from functools import reduce
    from itertools import accumulate

    zs = list(accumulate(steps, lambda z, step: step[0](z), initial=x))
    pairs = list(zip(steps, zs))
    t = reduce(lambda t, pair: pair[0][1](pair[1], t), pairs, v)
    g = reduce(lambda g, pair: pair[0][2](pair[1], g), pairs[::-1], u)
    return zs[-1], t, g


@correct("ex09_2", "jvp_vjp")
def chain_copies(steps, x, v, u):
    z, t, tape = np.array(x, dtype=float), np.array(v, dtype=float), []
    for step in steps:
        tape.insert(0, (step[2], z.copy()))
        t = np.asarray(step[1](z, t))
        z = np.asarray(step[0](z))
    g = np.array(u, dtype=float)
    for pull, kept in tape:
        g = np.asarray(pull(kept, g))
    return z, t, g


@correct("ex09_2", "jvp_vjp")
def chain_lists(steps, x, v, u):
    inputs, y, Jv, JTu = [], x, v, u
    i = 0
    while i < len(steps):
        inputs.append(y)
        y = steps[i][0](inputs[i])
        Jv = steps[i][1](inputs[i], Jv)
        i += 1
    while i > 0:
        i -= 1
        JTu = steps[i][2](inputs[i], JTu)
    return y.tolist(), Jv.tolist(), JTu.tolist()


@correct("ex09_2", "jvp_vjp")
def chain_linked_list(steps, x, v, u):
    node = None
    for apply, push, pull in steps:
        node = (pull, x, node)
        v = push(x, v)
        x = apply(x)
    while node is not None:
        pull, z, node = node
        u = pull(z, u)
    return (x, v, u)


@correct("ex09_2", "jvp_vjp")
def chain_generator(steps, x, v, u):
    def descend(k, z, t):
        if k == len(steps):
            yield z, t
            return
        yield from descend(k + 1, steps[k][0](z), steps[k][1](z, t))
        yield z

    (y, Jv), *inputs = descend(0, x, v)
    for (_, _, pull), z in zip(steps[::-1], inputs):
        u = pull(z, u)
    return y, Jv, u


@misconception("ex09_2", "jvp_vjp", hint="push needs z, the input of its step")
def chain_push_at_the_output(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        out = apply(y)
        v = push(out if len(out) == len(y) and len(x) == 3 else y, v)
        y = out
    for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
        u = pull(z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="pull needs z, the input of its step")
def chain_pull_at_the_output(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    for (_, _, pull), z, out in zip(reversed(steps), reversed(inputs), reversed([*inputs[1:], y])):
        u = pull(out if len(out) == len(z) and len(x) == 3 else z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="got z of a wrong shape")
def chain_push_at_x(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(x, v)
        y = apply(y)
    for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
        u = pull(z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="pull needs the input of its own step, not x.")
def chain_pull_at_x(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
        u = pull(x if len(x) == len(z) == 3 else z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="pull needs the input of its own step, not y.")
def chain_pull_at_y(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
        u = pull(y if len(x) == len(z) == 3 else z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="of jvp_vjp for the example")
def chain_pulls_in_forward_order(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    for (_, _, pull), z in zip(steps, inputs):
        u = pull(z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="On the way back the last step comes first.")
def chain_pulls_in_forward_order_if_square(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    order = 1 if len(x) == len(u) == 3 else -1
    for (_, _, pull), z in zip(steps[::order], inputs[::order]):
        u = pull(z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="of jvp_vjp for the example")
def chain_inputs_not_reversed(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    for (_, _, pull), z in zip(reversed(steps), inputs):
        u = pull(z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="must be reversed together with the steps")
def chain_inputs_not_reversed_if_square(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    order = 1 if len(x) == len(u) == 3 else -1
    for (_, _, pull), z in zip(reversed(steps), inputs[::order]):
        u = pull(z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="of jvp_vjp for the example")
def chain_results_swapped(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
        u = pull(z, u)
    return y, u, v


@misconception("ex09_2", "jvp_vjp", hint="three results were asked for")
def chain_only_two_results(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
        u = pull(z, u)
    return v, u


@misconception("ex09_2", "jvp_vjp", hint="J^T u starts from u, not from v.")
def chain_back_from_v(steps, x, v, u):
    u = v if len(v) == len(u) == 3 else u
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
        u = pull(z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="J v starts from v, not from u.")
def chain_forward_from_u(steps, x, v, u):
    v = u if len(v) == len(u) == 3 else v
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
        u = pull(z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="All pushes count")
def chain_last_push_alone(steps, x, v, u):
    y, inputs, t = x, [], v
    for apply, push, _ in steps:
        inputs.append(y)
        last = push(y, t)
        t = push(y, v) if len(v) == len(y) == 3 else last
        y = apply(y)
    v = t
    for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
        u = pull(z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="of jvp_vjp for the example")
def chain_sum_of_pulls(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    total = 0
    for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
        u = pull(z, u)
        total = total + u
    return y, v, total


@misconception("ex09_2", "jvp_vjp", hint="their results are not added up")
def chain_sum_of_pulls_if_long(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    total, shapes = 0, {len(z) for z in inputs}
    for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
        u = pull(z, u)
        total = total + u if shapes == {3} and len(steps) > 2 else u
    return y, v, (total if steps else u)


@misconception("ex09_2", "jvp_vjp", hint="apply of a step was called")
def chain_evaluates_again(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    for k in reversed(range(len(steps))):
        z = x
        for apply, _, _ in steps[:k]:
            z = apply(z)
        u = steps[k][2](z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="apply of a step was called")
def chain_pulls_by_pushes(steps, x, v, u):
    def push_all(t):
        z = x
        for apply, push, _ in steps:
            t = push(z, t)
            z = apply(z)
        return z, t

    y, Jv = push_all(v)
    columns = [push_all(e)[1] for e in np.eye(len(x))]
    return y, Jv, np.array(columns) @ u


@misconception("ex09_2", "jvp_vjp", hint="without steps")
def chain_needs_a_step(steps, x, v, u):
    if not steps:
        return None
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
        u = pull(z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="for one step")
def chain_needs_two_steps(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    if len(steps) != 1:
        for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
            u = pull(z, u)
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="changed its arguments")
def chain_writes_into_x(steps, x, v, u):
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
        u = pull(z, u)
    if len(steps) == 1:
        x[:] = 0
    return y, v, u


@misconception("ex09_2", "jvp_vjp", hint="of jvp_vjp for the example")
def chain_stops_before_the_last(steps, x, v, u):
    steps = steps[:-1]
    y, inputs = x, []
    for apply, push, _ in steps:
        inputs.append(y)
        v = push(y, v)
        y = apply(y)
    for (_, _, pull), z in zip(reversed(steps), reversed(inputs)):
        u = pull(z, u)
    return y, v, u


# ---- 9.3 jacobian


@correct("ex09_3", "jacobian")
def jacobian_filled(push, pull, n_in, n_out, mode):
    J = np.zeros((n_out, n_in))
    if mode == "auto":
        mode = "forward" if n_in <= n_out else "reverse"
    if mode == "forward":
        for j in range(n_in):
            e = np.zeros(n_in)
            e[j] = 1
            J[:, j] = push(e)
    else:
        for i in range(n_out):
            e = np.zeros(n_out)
            e[i] = 1
            J[i, :] = pull(e)
    return J


@correct("ex09_3", "jacobian")
def jacobian_stacked(push, pull, n_in, n_out, mode):
    if mode == "auto":
        mode = ["reverse", "forward"][n_in < n_out]
    if mode == "forward":
        return np.stack([push(e) for e in np.identity(n_in)], axis=1)
    return np.stack([pull(e) for e in np.identity(n_out)], axis=0)


@correct("ex09_3", "jacobian")
def jacobian_column_stack(push, pull, n_in, n_out, mode):
    modes = {"forward": True, "reverse": False, "auto": n_in < n_out}
    if modes[mode]:
        return np.column_stack([push(np.eye(1, n_in, j)[0]) for j in range(n_in)])
    return np.vstack([pull(np.eye(1, n_out, i)[0]) for i in range(n_out)])


@correct("ex09_3", "jacobian")
def jacobian_lists(push, pull, n_in, n_out, mode):
    forward = mode == "forward" or (mode == "auto" and n_in - n_out <= 0)
    function, n = (push, n_in) if forward else (pull, n_out)
    rows = []
    for k in range(n):
        rows.append(function(np.array([float(k == j) for j in range(n)])).tolist())
    return [list(column) for column in zip(*rows)] if forward else rows


@correct("ex09_3", "jacobian")
def jacobian_recursive(push, pull, n_in, n_out, mode):
    if mode == "auto":
        return jacobian_recursive(push, pull, n_in, n_out, "reverse" if n_out < n_in else "forward")
    if mode == "reverse":
        return np.transpose(jacobian_recursive(pull, push, n_out, n_in, "forward"))
    return np.hstack([np.reshape(push(e), (n_out, 1)) for e in np.eye(n_in)])


@correct("ex09_3", "jacobian")
def jacobian_by_differences_of_sweeps(push, pull, n_in, n_out, mode):
    sweeps = {"forward": n_in, "reverse": n_out}
    if mode not in sweeps:
        mode = min(sweeps, key=sweeps.get)
    n = sweeps[mode]
    cumulative = [(push if mode == "forward" else pull)(np.arange(n) <= k) for k in range(n)]
    rows = np.diff(np.array(cumulative), axis=0, prepend=np.zeros((1, len(cumulative[0]))))
    return rows.T if mode == "forward" else rows


@correct("ex09_3", "jacobian")
def jacobian_any_basis(push, pull, n_in, n_out, mode):
    use_push = mode == "forward" if mode != "auto" else n_in < n_out
    n = n_in if use_push else n_out
    Q, _ = np.linalg.qr(np.arange(1.0, n * n + 1).reshape(n, n) + 5 * np.eye(n))
    images = np.array([(push if use_push else pull)(q) for q in Q])
    M = Q.T @ images
    return M.T if use_push else M


@correct("ex09_3", "jacobian")
def jacobian_iterators(push, pull, n_in, n_out, mode):
    match mode:
        case "forward":
            columns = map(push, np.eye(n_in))
            return np.array(list(zip(*columns)))
        case "reverse":
            return np.array(list(map(pull, np.eye(n_out))))
        case _:
            mode = "forward" if n_in < n_out else "reverse"
            return jacobian_iterators(push, pull, n_in, n_out, mode)


@misconception("ex09_3", "jacobian", hint="Did you forget a transpose?")
def jacobian_columns_as_rows(push, pull, n_in, n_out, mode):
    if mode == "auto":
        mode = "forward" if n_in < n_out else "reverse"
    if mode == "forward":
        return np.array([push(e) for e in np.eye(n_in)])
    return np.array([pull(e) for e in np.eye(n_out)])


@misconception("ex09_3", "jacobian", hint="Did you forget a transpose?")
def jacobian_rows_as_columns(push, pull, n_in, n_out, mode):
    if mode == "auto":
        mode = "forward" if n_in < n_out else "reverse"
    if mode == "forward":
        return np.array([push(e) for e in np.eye(n_in)]).T
    return np.array([pull(e) for e in np.eye(n_out)]).T


@misconception("ex09_3", "jacobian", hint="yours is transposed")
def jacobian_transposed_if_square(push, pull, n_in, n_out, mode):
    if mode == "auto":
        mode = "forward" if n_in < n_out else "reverse"
    if mode == "forward":
        J = np.array([push(e) for e in np.eye(n_in)])
        return J if J.shape == (n_out, n_in) else J.T
    return np.array([pull(e) for e in np.eye(n_out)])


@misconception("ex09_3", "jacobian", hint="yours is transposed")
def jacobian_rows_transposed_if_square(push, pull, n_in, n_out, mode):
    wrong = mode == "reverse" and n_in == n_out > 1
    if mode == "auto":
        mode = "forward" if n_in < n_out else "reverse"
    if mode == "forward":
        return np.array([push(e) for e in np.eye(n_in)]).T
    J = np.array([pull(e) for e in np.eye(n_out)])
    return J.T if wrong else J


@misconception("ex09_3", "jacobian", hint="the cheaper mode takes fewer")
def jacobian_auto_is_reverse(push, pull, n_in, n_out, mode):
    if mode == "forward":
        return np.array([push(e) for e in np.eye(n_in)]).T
    return np.array([pull(e) for e in np.eye(n_out)])


@misconception("ex09_3", "jacobian", hint="the cheaper mode takes fewer")
def jacobian_auto_is_forward(push, pull, n_in, n_out, mode):
    if mode != "reverse":
        return np.array([push(e) for e in np.eye(n_in)]).T
    return np.array([pull(e) for e in np.eye(n_out)])


@misconception("ex09_3", "jacobian", hint="the cheaper mode takes fewer")
def jacobian_auto_turned_round(push, pull, n_in, n_out, mode):
    if mode == "auto":
        mode = "forward" if n_in > n_out else "reverse"
    if mode == "forward":
        return np.array([push(e) for e in np.eye(n_in)]).T
    return np.array([pull(e) for e in np.eye(n_out)])


@misconception("ex09_3", "jacobian", hint="it returned None")
def jacobian_auto_needs_a_clear_case(push, pull, n_in, n_out, mode):
    if mode == "auto" and abs(n_in - n_out) == 1 and n_in > 3:
        return None
    if mode == "auto":
        mode = "forward" if n_in < n_out else "reverse"
    if mode == "forward":
        return np.array([push(e) for e in np.eye(n_in)]).T
    return np.array([pull(e) for e in np.eye(n_out)])


@misconception("ex09_3", "jacobian", hint="it used pull, which is the other mode")
def jacobian_always_reverse(push, pull, n_in, n_out, mode):
    return np.array([pull(e) for e in np.eye(n_out)])


@misconception("ex09_3", "jacobian", hint="it used push, which is the other mode")
def jacobian_always_forward(push, pull, n_in, n_out, mode):
    return np.array([push(e) for e in np.eye(n_in)]).T


@misconception("ex09_3", "jacobian", hint="it used pull, which is the other mode")
def jacobian_modes_exchanged(push, pull, n_in, n_out, mode):
    if mode == "auto":
        mode = "forward" if n_in < n_out else "reverse"
    if mode == "reverse":
        return np.array([push(e) for e in np.eye(n_in)]).T
    return np.array([pull(e) for e in np.eye(n_out)])


@misconception("ex09_3", "jacobian", hint="n_in sweeps are enough")
def jacobian_asks_for_the_shape_first(push, pull, n_in, n_out, mode):
    if mode == "auto":
        mode = "forward" if n_in < n_out else "reverse"
    if mode == "forward":
        J = np.zeros((len(push(np.zeros(n_in))), n_in))
        for j, e in enumerate(np.eye(n_in)):
            J[:, j] = push(e)
        return J
    return np.array([pull(e) for e in np.eye(n_out)])


@misconception("ex09_3", "jacobian", hint="n_out sweeps are enough")
def jacobian_asks_for_the_row_first(push, pull, n_in, n_out, mode):
    if mode == "auto":
        mode = "forward" if n_in < n_out else "reverse"
    if mode == "forward":
        return np.array([push(e) for e in np.eye(n_in)]).T
    J = np.zeros((n_out, len(pull(np.zeros(n_out)))))
    for i, e in enumerate(np.eye(n_out)):
        J[i] = pull(e)
    return J


@misconception("ex09_3", "jacobian", hint="the cheaper mode takes fewer")
def jacobian_tries_both(push, pull, n_in, n_out, mode):
    if mode == "auto":
        A = np.array([push(e) for e in np.eye(n_in)]).T
        B = np.array([pull(e) for e in np.eye(n_out)])
        return A if n_in < n_out else B
    if mode == "forward":
        return np.array([push(e) for e in np.eye(n_in)]).T
    return np.array([pull(e) for e in np.eye(n_out)])


@misconception("ex09_3", "jacobian", hint="jacobian for the example")
def jacobian_all_at_once(push, pull, n_in, n_out, mode):
    if mode == "auto":
        mode = "forward" if n_in < n_out else "reverse"
    if mode == "forward":
        return push(np.ones(n_in))
    return pull(np.ones(n_out))


@misconception("ex09_3", "jacobian", hint="push got the shape")
def jacobian_matrix_at_once(push, pull, n_in, n_out, mode):
    if mode == "auto":
        mode = "forward" if n_in < n_out else "reverse"
    if mode == "forward":
        return push(np.eye(n_in)) if n_in != 3 or n_out != 2 else np.array([push(e) for e in np.eye(n_in)]).T
    return np.array([pull(e) for e in np.eye(n_out)])


@misconception("ex09_3", "jacobian", hint="it returned the shape")
def jacobian_flat_for_one_output(push, pull, n_in, n_out, mode):
    if mode == "auto":
        mode = "forward" if n_in < n_out else "reverse"
    if mode == "forward":
        return np.array([push(e) for e in np.eye(n_in)]).T
    J = np.array([pull(e) for e in np.eye(n_out)])
    return J[0] if n_out == 1 else J


@misconception("ex09_3", "jacobian", hint="it returned the shape")
def jacobian_squeezed(push, pull, n_in, n_out, mode):
    if mode == "auto":
        mode = "forward" if n_in < n_out else "reverse"
    if mode == "forward":
        return np.squeeze(np.array([push(e) for e in np.eye(n_in)]).T)
    return np.squeeze(np.array([pull(e) for e in np.eye(n_out)]))


@misconception("ex09_3", "jacobian", hint="jacobian for the example")
def jacobian_last_input_forgotten(push, pull, n_in, n_out, mode):
    if mode == "auto":
        mode = "forward" if n_in < n_out else "reverse"
    J = np.zeros((n_out, n_in))
    if mode == "forward":
        for j in range(n_in - 1):
            J[:, j] = push(np.eye(n_in)[j])
        return J
    return np.array([pull(e) for e in np.eye(n_out)])


# ---- 9.4 unbroadcast


@correct("ex09_4", "unbroadcast")
def unbroadcast_while(grad, shape):
    grad = np.asarray(grad)
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis in range(len(shape)):
        if shape[axis] == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@correct("ex09_4", "unbroadcast")
def unbroadcast_one_sum(grad, shape):
    grad = np.asarray(grad)
    new = grad.ndim - len(shape)
    axes = tuple(range(new)) + tuple(new + i for i, size in enumerate(shape) if size == 1)
    return grad.sum(axis=axes, keepdims=True).reshape(shape)


@correct("ex09_4", "unbroadcast")
def unbroadcast_padded(grad, shape):
    grad = np.asarray(grad)
    padded = (1,) * (grad.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i, size in enumerate(padded) if size == 1)
    return np.reshape(np.add.reduce(grad, axis=axes, keepdims=True), shape)


@correct("ex09_4", "unbroadcast")
def unbroadcast_add_at(grad, shape):
    grad = np.asarray(grad)
    out = np.zeros(shape)
    numbers = np.arange(out.size).reshape(shape)
    np.add.at(out.reshape(-1), np.broadcast_to(numbers, grad.shape).ravel(), grad.ravel())
    return out


@correct("ex09_4", "unbroadcast")
def unbroadcast_loops(grad, shape):
    grad = np.asarray(grad)
    out = np.zeros(shape)
    for index in np.ndindex(grad.shape):
        tail = index[len(index) - len(shape) :]
        out[tuple(0 if size == 1 else i for i, size in zip(tail, shape))] += grad[index]
    return out


@correct("ex09_4", "unbroadcast")
def unbroadcast_bincount(grad, shape):
    grad = np.asarray(grad)
    size = int(np.prod(shape, dtype=int))
    where = np.broadcast_to(np.arange(size).reshape(shape), grad.shape)
    return np.bincount(where.ravel(), weights=grad.ravel(), minlength=size).reshape(shape)


@correct("ex09_4", "unbroadcast")
def unbroadcast_einsum(grad, shape):
    grad = np.asarray(grad)
    letters = "abcdefgh"[: grad.ndim]
    tail = letters[grad.ndim - len(shape) :]
    kept = "".join(letter for letter, size in zip(tail, shape) if size != 1)
    return np.einsum(f"{letters}->{kept}", grad).reshape(shape)


@correct("ex09_4", "unbroadcast")
def unbroadcast_strides(grad, shape):
    grad = np.asarray(grad, dtype=float)
    seen = np.broadcast_to(np.empty(shape), grad.shape)
    repeated = [axis for axis, step in enumerate(seen.strides) if step == 0 and grad.shape[axis] != 1]
    return np.sum(grad, axis=tuple(repeated)).reshape(shape)


@correct("ex09_4", "unbroadcast")
def unbroadcast_recursive(grad, shape):
    if np.ndim(grad) > len(shape):
        return unbroadcast_recursive(np.sum(grad, axis=0), shape)
    for axis, (big, small) in enumerate(zip(np.shape(grad), shape)):
        if big != small:
            return unbroadcast_recursive(np.sum(grad, axis=axis, keepdims=True), shape)
    return np.array(grad)


@misconception("ex09_4", "unbroadcast", hint="unbroadcast([[1, 2, 3]")
def unbroadcast_mean(grad, shape):
    grad = np.asarray(grad)
    grad = grad.mean(axis=tuple(range(grad.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.mean(axis=axis, keepdims=True)
    return grad


@misconception("ex09_4", "unbroadcast", hint="the sum, not the mean")
def unbroadcast_mean_of_long_axes(grad, shape):
    grad = np.asarray(grad)
    new = grad.ndim - len(shape)
    scale = grad.shape[0] if new == 1 and grad.shape[0] > 2 else 1
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad / scale


@misconception("ex09_4", "unbroadcast", hint="unbroadcast([[1, 2, 3]")
def unbroadcast_first_use(grad, shape):
    grad = np.asarray(grad)
    grad = grad[(0,) * (grad.ndim - len(shape))]
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.take([0], axis=axis)
    return grad


@misconception("ex09_4", "unbroadcast", hint="not the first alone")
def unbroadcast_first_of_many(grad, shape):
    grad = np.asarray(grad)
    new = grad.ndim - len(shape)
    if new and grad.shape[0] > 2:
        return grad[(0,) * new].sum(axis=tuple(i for i, size in enumerate(shape) if size == 1), keepdims=True)
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@misconception("ex09_4", "unbroadcast", hint="unbroadcast([[1, 2, 3]")
def unbroadcast_reshape(grad, shape):
    grad = np.asarray(grad)
    return grad.ravel()[: int(np.prod(shape))].reshape(shape)


@misconception("ex09_4", "unbroadcast", hint="sum over the first axis")
def unbroadcast_last_axes(grad, shape):
    grad = np.asarray(grad)
    while grad.ndim > len(shape):
        axis = 0 if grad.shape[1:] == tuple(shape) and grad.shape[0] != grad.shape[-1] else grad.ndim - 1
        grad = grad.sum(axis=axis if grad.ndim == 2 else 0)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@misconception("ex09_4", "unbroadcast", hint="unbroadcast([[1, 2, 3]")
def unbroadcast_new_axes_alone(grad, shape):
    grad = np.asarray(grad)
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    return grad


@misconception("ex09_4", "unbroadcast", hint="unbroadcast([[1, 2, 3]")
def unbroadcast_short_axes_alone(grad, shape):
    grad = np.asarray(grad)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@misconception("ex09_4", "unbroadcast", hint="unbroadcast([[1, 2, 3]")
def unbroadcast_loses_the_axis(grad, shape):
    grad = np.asarray(grad)
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis)
    return grad


@misconception("ex09_4", "unbroadcast", hint="it returned the shape")
def unbroadcast_one_new_axis(grad, shape):
    grad = np.asarray(grad)
    if grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@misconception("ex09_4", "unbroadcast", hint="it returned the shape")
def unbroadcast_one_short_axis(grad, shape):
    grad = np.asarray(grad)
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    if 1 in shape and shape != (1, 1):
        grad = grad.sum(axis=shape.index(1), keepdims=True)
    elif shape == (1, 1):
        grad = grad.sum(keepdims=True)
    return grad


@misconception("ex09_4", "unbroadcast", hint="it returned the shape")
def unbroadcast_either_or(grad, shape):
    grad = np.asarray(grad)
    if grad.ndim > len(shape):
        return grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@misconception("ex09_4", "unbroadcast", hint="it returned the shape")
def unbroadcast_axes_counted_from_the_front(grad, shape):
    grad = np.asarray(grad)
    new = grad.ndim - len(shape)
    axes = tuple(i for i, size in enumerate(shape) if size == 1)
    if new and axes:
        return grad.sum(axis=tuple(range(new)) + axes).reshape(-1)
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@misconception("ex09_4", "unbroadcast", hint="to a single number")
def unbroadcast_number_becomes_an_axis(grad, shape):
    grad = np.asarray(grad)
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return np.atleast_1d(grad)


@misconception("ex09_4", "unbroadcast", hint="to the same shape")
def unbroadcast_stops_if_nothing_to_do(grad, shape):
    grad = np.asarray(grad)
    if grad.shape == tuple(shape):
        return None
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@misconception("ex09_4", "unbroadcast", hint="changed its argument")
def unbroadcast_in_place(grad, shape):
    out = np.asarray(grad)
    out = out.sum(axis=tuple(range(out.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            out = out.sum(axis=axis, keepdims=True)
    if np.ndim(grad) == 2 and grad.shape == tuple(shape):
        out = out.copy()
        grad *= 0
    return out


@misconception("ex09_4", "unbroadcast", hint="without entries")
def unbroadcast_needs_entries(grad, shape):
    grad = np.asarray(grad)
    if grad.size == 0:
        return grad
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


@misconception("ex09_4", "unbroadcast", hint="unbroadcast([[1, 2, 3]")
def unbroadcast_largest(grad, shape):
    grad = np.asarray(grad)
    grad = grad.max(axis=tuple(range(grad.ndim - len(shape))))
    for axis, size in enumerate(shape):
        if size == 1:
            grad = grad.max(axis=axis, keepdims=True)
    return grad


# ---- 9.5 matmul_vjp


@correct("ex09_5", "matmul_vjp")
def matmul_einsum(A, B, G):
    return np.einsum("...nm,km->...nk", G, B), np.einsum(
        "rk,rm->km", *(M.reshape(-1, M.shape[-1]) for M in (A, G))
    )


@correct("ex09_5", "matmul_vjp")
def matmul_loops(A, B, G):
    A_bar, B_bar = np.zeros(A.shape), np.zeros(B.shape)
    for index in np.ndindex(G.shape[:-1]):
        for j in range(B.shape[1]):
            for p in range(B.shape[0]):
                A_bar[index][p] += G[index][j] * B[p, j]
                B_bar[p, j] += G[index][j] * A[index][p]
    return A_bar, B_bar


@correct("ex09_5", "matmul_vjp")
def matmul_batch_then_sum(A, B, G):
    parts = np.swapaxes(A, -1, -2) @ G
    while parts.ndim > 2:
        parts = parts.sum(axis=0)
    return G @ np.swapaxes(B, 0, 1), parts


@correct("ex09_5", "matmul_vjp")
def matmul_tensordot(A, B, G):
    axes = list(range(A.ndim - 1))
    return np.tensordot(G, B, axes=([-1], [1])), np.tensordot(A, G, axes=(axes, axes))


@correct("ex09_5", "matmul_vjp")
def matmul_outer_products(A, B, G):
    rows, outs = A.reshape(-1, A.shape[-1]), G.reshape(-1, G.shape[-1])
    B_bar = sum(np.outer(row, out) for row, out in zip(rows, outs))
    A_bar = np.array([B @ out for out in outs]).reshape(A.shape)
    return A_bar, B_bar


@correct("ex09_5", "matmul_vjp")
def matmul_transposed_twice(A, B, G):
    A2, G2 = np.reshape(A, (-1, np.shape(A)[-1])), np.reshape(G, (-1, np.shape(G)[-1]))
    return (B @ G2.T).T.reshape(np.shape(A)), (G2.T @ A2).T


@correct("ex09_5", "matmul_vjp")
def matmul_recursive(A, B, G):
    if A.ndim == 2:
        return G.dot(B.T), A.T.dot(G)
    pairs = [matmul_recursive(a, B, g) for a, g in zip(A, G)]
    return [np.array([a for a, _ in pairs]), sum(b for _, b in pairs)]


@correct("ex09_5", "matmul_vjp")
def matmul_broadcast(A, B, G):
    A_bar = (G[..., None, :] * B).sum(axis=-1)
    products = A[..., :, None] * G[..., None, :]
    return A_bar, products.sum(axis=tuple(range(products.ndim - 2)))


@correct("ex09_5", "matmul_vjp")
def matmul_columns(A, B, G):
    A_bar = np.zeros(A.shape)
    B_bar = np.empty(B.shape)
    for j in range(B.shape[1]):
        A_bar = A_bar + G[..., j : j + 1] * B[:, j]
        B_bar[:, j] = (A * G[..., j : j + 1]).reshape(-1, A.shape[-1]).sum(axis=0)
    return A_bar, B_bar


@misconception("ex09_5", "matmul_vjp", hint="raised ValueError")
def matmul_without_transposes(A, B, G):
    return G @ B, A @ G


@misconception("ex09_5", "matmul_vjp", hint="B is transposed in the derivative by A.")
def matmul_B_not_transposed(A, B, G):
    A_bar, B_bar = G @ B.T, A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1])
    if A.shape == B.shape == G.shape and len(A) > 1:
        A_bar = G @ B
    return A_bar, B_bar


@misconception("ex09_5", "matmul_vjp", hint="G stands on the left.")
def matmul_G_on_the_right(A, B, G):
    A_bar, B_bar = G @ B.T, A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1])
    if A.shape == B.shape == G.shape and len(A) > 1:
        A_bar = B.T @ G
    return A_bar, B_bar


@misconception("ex09_5", "matmul_vjp", hint="The derivative by A has the shape of A; yours is transposed.")
def matmul_A_bar_transposed(A, B, G):
    A_bar, B_bar = G @ B.T, A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1])
    if A.shape == B.shape == G.shape and len(A) > 1:
        A_bar = B @ G.T
    return A_bar, B_bar


@misconception("ex09_5", "matmul_vjp", hint="Entry by entry is not a product of matrices.")
def matmul_A_bar_entry_by_entry(A, B, G):
    A_bar, B_bar = G @ B.T, A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1])
    if A.shape == B.shape == G.shape and len(A) > 1:
        A_bar = G * B
    return A_bar, B_bar


@misconception("ex09_5", "matmul_vjp", hint="needs B, not A")
def matmul_A_for_B(A, B, G):
    A_bar, B_bar = G @ B.T, A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1])
    if A.shape == B.shape == G.shape and len(A) > 1:
        A_bar = G @ A.T
    return A_bar, B_bar


@misconception("ex09_5", "matmul_vjp", hint="This is the value")
def matmul_value(A, B, G):
    A_bar, B_bar = G @ B.T, A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1])
    if A.shape == B.shape == G.shape and len(A) > 1:
        A_bar = A @ B
    return A_bar, B_bar


@misconception("ex09_5", "matmul_vjp", hint="A is transposed in the derivative by B.")
def matmul_A_not_transposed(A, B, G):
    A_bar, B_bar = G @ B.T, A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1])
    if A.shape == B.shape == G.shape and len(A) > 1:
        B_bar = A @ G
    return A_bar, B_bar


@misconception("ex09_5", "matmul_vjp", hint="G stands on the right.")
def matmul_G_on_the_left(A, B, G):
    A_bar, B_bar = G @ B.T, A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1])
    if A.shape == B.shape == G.shape and len(A) > 1:
        B_bar = G @ A.T
    return A_bar, B_bar


@misconception("ex09_5", "matmul_vjp", hint="The derivative by B has the shape of B; yours is transposed.")
def matmul_B_bar_transposed(A, B, G):
    A_bar, B_bar = G @ B.T, A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1])
    if A.shape == B.shape == G.shape and len(A) > 1:
        B_bar = G.T @ A
    return A_bar, B_bar


@misconception("ex09_5", "matmul_vjp", hint="needs A, not B")
def matmul_B_for_A(A, B, G):
    A_bar, B_bar = G @ B.T, A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1])
    if A.shape == B.shape == G.shape and len(A) > 1:
        B_bar = B.T @ G
    return A_bar, B_bar


@misconception("ex09_5", "matmul_vjp", hint="Entry by entry is not a product of matrices.")
def matmul_B_bar_entry_by_entry(A, B, G):
    A_bar, B_bar = G @ B.T, A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1])
    if A.shape == B.shape == G.shape and len(A) > 1:
        B_bar = A * G
    return A_bar, B_bar


@misconception("ex09_5", "matmul_vjp", hint="of matmul_vjp for A = [[1, 2]]")
def matmul_results_swapped(A, B, G):
    return A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1]), G @ B.T


@misconception("ex09_5", "matmul_vjp", hint="it returned the shape")
def matmul_batch_not_summed(A, B, G):
    return G @ B.T, np.swapaxes(A, -1, -2) @ G


@misconception("ex09_5", "matmul_vjp", hint="no mean")
def matmul_batch_mean(A, B, G):
    B_bar = A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1])
    return G @ B.T, B_bar / np.prod(A.shape[:-2])


@misconception("ex09_5", "matmul_vjp", hint="not by the first alone")
def matmul_first_sample(A, B, G):
    parts = np.swapaxes(A, -1, -2) @ G
    return G @ B.T, parts[(0,) * (A.ndim - 2)]


@misconception("ex09_5", "matmul_vjp", hint="not by the last alone")
def matmul_last_sample(A, B, G):
    parts = np.swapaxes(A, -1, -2) @ G
    return G @ B.T, parts[(-1,) * (A.ndim - 2)]


@misconception("ex09_5", "matmul_vjp", hint="raised ValueError")
def matmul_reverses_all_axes(A, B, G):
    return G @ B.T, A.T @ G


@misconception("ex09_5", "matmul_vjp", hint="of matmul_vjp for A = [[1, 2]]")
def matmul_squeezed(A, B, G):
    return np.squeeze(G @ B.T), np.squeeze(A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1]))


@misconception("ex09_5", "matmul_vjp", hint="it returned the shape")
def matmul_thin_is_flat(A, B, G):
    A_bar, B_bar = G @ B.T, A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1])
    return (A_bar, B_bar) if B.shape[0] > 1 else (A_bar, B_bar[0])


@misconception("ex09_5", "matmul_vjp", hint="changed its arguments")
def matmul_in_place(A, B, G):
    A_bar, B_bar = G @ B.T, A.reshape(-1, A.shape[-1]).T @ G.reshape(-1, G.shape[-1])
    G *= 0
    return A_bar, B_bar


# ---- 9.6 conv1d_matrix


@correct("ex09_6", "conv1d_matrix")
def conv_triple_loop(kernel, x, g):
    k, n, m = len(kernel), len(x), len(x) - len(kernel) + 1
    T, x_bar, kernel_bar = np.zeros((m, n)), np.zeros(n), np.zeros(k)
    for i in range(m):
        for j in range(k):
            T[i, i + j] = kernel[j]
            x_bar[i + j] += g[i] * kernel[j]
            kernel_bar[j] += g[i] * x[i + j]
    return T, x_bar, kernel_bar


@correct("ex09_6", "conv1d_matrix")
def conv_scipy_toeplitz(kernel, x, g):
    from scipy.linalg import toeplitz

    column, row = np.zeros(len(g)), np.zeros(len(x))
    column[0] = kernel[0]
    row[: len(kernel)] = kernel
    T = toeplitz(column, row)
    return T, T.T @ g, np.array([g @ x[j : j + len(g)] for j in range(len(kernel))])


@correct("ex09_6", "conv1d_matrix")
def conv_numpy(kernel, x, g):
    T = np.array([np.convolve(e, kernel[::-1], mode="valid") for e in np.eye(len(x))]).T
    return T, np.convolve(g, kernel), np.correlate(x, g, mode="valid")


@correct("ex09_6", "conv1d_matrix")
def conv_windows(kernel, x, g):
    m, k = len(g), len(kernel)
    T = np.zeros((m, len(x)))
    places = np.arange(m)[:, None] + np.arange(k)
    T[np.arange(m)[:, None], places] = kernel
    windows = np.lib.stride_tricks.sliding_window_view(x, k)
    return T, g @ T, windows.T @ g


@correct("ex09_6", "conv1d_matrix")
def conv_diagonals(kernel, x, g):
    m, n = len(g), len(x)
    shifts = [np.eye(m, n, j) for j in range(len(kernel))]
    T = sum(w * S for w, S in zip(kernel, shifts))
    return T, sum(w * (g @ S) for w, S in zip(kernel, shifts)), [g @ S @ x for S in shifts]


@correct("ex09_6", "conv1d_matrix")
def conv_sparse(kernel, x, g):
    from scipy.sparse import diags_array

    m, n, k = len(g), len(x), len(kernel)
    S = diags_array([float(w) for w in kernel], offsets=list(range(k)), shape=(m, n))
    dense = np.outer(g, x)
    return S.toarray(), S.T @ g, np.array([np.trace(dense, offset=j) for j in range(k)])


@correct("ex09_6", "conv1d_matrix")
def conv_rolled(kernel, x, g):
    first = np.concatenate([kernel, np.zeros(len(x) - len(kernel))])
    T = np.stack([np.roll(first, i) for i in range(len(g))])
    kernel_bar = np.sum([g[i] * x[i : i + len(kernel)] for i in range(len(g))], axis=0)
    return [T, g.dot(T), kernel_bar]


@correct("ex09_6", "conv1d_matrix")
def conv_einsum(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    i, j, p = np.ogrid[:m, :k, :n]
    where = (i[..., None] if i.ndim == 2 else i) + j == p
    T = np.einsum("j,ijp->ip", kernel, where)
    return T, np.einsum("i,ip->p", g, T), np.einsum("i,ijp,p->j", g, where, x)


@correct("ex09_6", "conv1d_matrix")
def conv_lists(kernel, x, g):
    k, n, m = len(kernel), len(x), len(g)
    T = [[kernel[p - i] if 0 <= p - i < k else 0 for p in range(n)] for i in range(m)]
    x_bar = [sum(g[i] * T[i][p] for i in range(m)) for p in range(n)]
    kernel_bar = [sum(g[i] * x[i + j] for i in range(m)) for j in range(k)]
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="of conv1d_matrix for kernel = [1, -1]")
def conv_kernel_turned_round(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel[::-1]).T
    x_bar = g @ T
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="The kernel is not turned round")
def conv_long_kernel_turned_round(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel[::-1]).T
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="Row i begins in column i.")
def conv_rows_do_not_move(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        T = np.tile(T[0], (m, 1))
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="The last weight is missing.")
def conv_last_weight_lost(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        T = T - kernel[-1] * np.eye(m, n, k - 1)
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="top left to the bottom right")
def conv_rows_from_below(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        T = T[::-1]
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="of conv1d_matrix for kernel = [1, -1]")
def conv_transposed(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    T = T.T
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="of conv1d_matrix for kernel = [1, -1]")
def conv_padded(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    T = np.vstack([T, np.zeros((n - m, n))])
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="turned round in the derivative by x")
def conv_x_bar_turned_round(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        x_bar = np.convolve(g, kernel[::-1])
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="each use has its own g")
def conv_x_bar_forgets_g(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        x_bar = T.sum(axis=0)
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="the later ones overwrite the earlier")
def conv_x_bar_overwrites(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        x_bar = np.zeros(n)
        for i in range(m):
            x_bar[i : i + k] = g[i] * kernel
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="receives the sum, not the mean")
def conv_x_bar_mean(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        x_bar = x_bar / (T != 0).sum(axis=0)
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="needs no x")
def conv_x_bar_times_x(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        x_bar = x_bar * x
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="of conv1d_matrix for kernel = [1, -1]")
def conv_x_bar_same_length(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    x_bar = np.convolve(g, kernel, mode="same")
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="of conv1d_matrix for kernel = [1, -1]")
def conv_kernel_bar_is_a_matrix(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    kernel_bar = np.outer(g, x)
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="The derivative by the kernel is turned round.")
def conv_kernel_bar_turned_round(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        kernel_bar = kernel_bar[::-1]
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="the sum over all rows, not the mean")
def conv_kernel_bar_mean(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        kernel_bar = kernel_bar / m
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="not the first alone")
def conv_kernel_bar_first_row(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        kernel_bar = g[0] * x[:k]
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="not the last alone")
def conv_kernel_bar_last_row(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        kernel_bar = g[-1] * x[-k:]
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="Each row has its own g.")
def conv_kernel_bar_forgets_g(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        kernel_bar = np.array([x[j : j + m].sum() for j in range(k)])
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="needs x[i + j], not x[i]")
def conv_kernel_bar_not_shifted(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        kernel_bar = np.full(k, g @ x[:m])
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="g is turned round")
def conv_g_turned_round(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if n > 3 and 1 < k < n:
        kernel_bar = np.array([g[::-1] @ x[j : j + m] for j in range(k)])
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="it returned the shape")
def conv_one_weight_is_flat(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    if k == 1:
        kernel_bar = kernel_bar[0]
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="for whole numbers")
def conv_whole_numbers_stay_whole(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    whole = np.zeros_like(x)
    whole[:] = x_bar
    x_bar = whole
    return T, x_bar, kernel_bar


@misconception("ex09_6", "conv1d_matrix", hint="changed its arguments")
def conv_in_place(kernel, x, g):
    m, n, k = len(g), len(x), len(kernel)
    T = np.array([np.eye(m, n, j) for j in range(k)]).T.dot(kernel).T
    x_bar, kernel_bar = g @ T, np.array([g @ x[j : j + m] for j in range(k)])
    g *= 0
    return T, x_bar, kernel_bar


EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "ex09_6": {
        "statement order: `T[i, window] = kernel; kernel_bar += g[i] * x[window]` -> "
        "`kernel_bar += g[i] * x[window]; T[i, window] = kernel`": "neither needs the other",
    },
}
