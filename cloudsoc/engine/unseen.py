"""What is handed to a check in place of a fact that was not read: whatever is done with it ends the check.

``is None`` and ``type(...)`` alone cannot be intercepted in Python: for facts that may be None the evaluation therefore asks twice (see ``evaluate.judge``).
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

# fmt: off
_LOOKS = (
    "__abs__", "__add__", "__and__", "__bool__", "__bytes__", "__call__", "__complex__", "__contains__", "__delattr__", "__delitem__", "__dir__",
    "__divmod__", "__enter__", "__eq__", "__exit__", "__float__", "__floordiv__", "__format__", "__ge__", "__getattribute__", "__getitem__",
    "__gt__", "__hash__", "__index__", "__int__", "__invert__", "__iter__", "__le__", "__len__", "__lshift__", "__lt__", "__matmul__", "__mod__",
    "__mul__", "__ne__", "__neg__", "__next__", "__or__", "__pos__", "__pow__", "__radd__", "__rand__", "__rdivmod__", "__repr__", "__reversed__",
    "__rfloordiv__", "__rlshift__", "__rmatmul__", "__rmod__", "__rmul__", "__ror__", "__round__", "__rpow__", "__rrshift__", "__rshift__",
    "__rsub__", "__rtruediv__", "__rxor__", "__setattr__", "__setitem__", "__str__", "__sub__", "__truediv__", "__xor__",
)
# fmt: on


def _look(self: object, *_: object, **__: object) -> NoReturn:
    raise _BECAUSE.__get__(self).with_traceback(None)


_UNSEEN: Final[Any] = type("Unseen", (), {"__slots__": ("because",), **dict.fromkeys(_LOOKS, _look)})
_BECAUSE: Final = _UNSEEN.because


def unseen(because: BaseException) -> Any:
    """An object that raises ``because`` (``Incomplete`` or ``Inapplicable``) at every look."""
    made = object.__new__(_UNSEEN)
    _BECAUSE.__set__(made, because)
    return made


def hidden(value: object) -> BaseException | None:
    """Why a value may not be looked at, if it is such an object: to be asked before it is shown."""
    found: BaseException | None = _BECAUSE.__get__(value) if type(value) is _UNSEEN else None
    return found
