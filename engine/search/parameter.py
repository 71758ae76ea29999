"""Parameters: what a field of a request is, said once for Python, the shell, links and pages.

Every kind of value knows what it may be, and how it is written as text and read back.
"""

from __future__ import annotations

import math
import operator
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from engine.query import Term, format_query


@dataclass(frozen=True, kw_only=True)
class Parameter(ABC):
    """What a field is, whoever asks for it.

    Parameters
    ----------
    help
        What it does, in one clause.
    flag
        Its name in the shell; "" for the words that need none.
    link
        Its name in a link; "" for what is never in one.
    label
        Its name on a page.
    former
        Names of earlier versions, which still read.
    metavar
        What stands for its value in the shell's help.
    is_optional
        Whether None leaves the choice to the engine.
    """

    help: str
    flag: str = ""
    link: str = ""
    label: str = ""
    former: tuple[str, ...] = ()
    metavar: str = ""
    is_optional: bool = False
    is_repeated: ClassVar[bool] = False

    def sentence(self) -> str:
        """Return what it does, as a sentence."""
        return f"{self.help[0].upper()}{self.help[1:]}."

    def accept(self, value: Any) -> Any:
        """Return a value as a request keeps it.

        Raises
        ------
        ValueError
            It is none that the field may have; the message goes on from the field's name.
        """
        if value is None and self.is_optional:
            return None
        try:
            return self._kept(value)
        except (AttributeError, TypeError, ValueError):
            raise ValueError(f"must be {self._expected()}, not {value!r}") from None

    def read(self, text: str) -> Any:
        """Return what one text says; `join` makes the field's value of it.

        Raises
        ------
        ValueError
            It says nothing that the field may be; the message goes on from the field's name.
        """
        try:
            return self._said(text.strip())
        except (KeyError, TypeError, ValueError):
            raise ValueError(f"must be {self._expected()}, not {text.strip()!r}") from None

    def join(self, values: Sequence[Any]) -> Any:
        """Return the field's value, of at least one that was read: all of them, or the last."""
        return self._kept(values) if self.is_repeated else values[-1]

    def write(self, value: Any) -> list[str]:
        """Return the texts that read back as a value, one for each time it has to be given."""
        return [str(each) for each in value] if self.is_repeated else [str(value)]

    @abstractmethod
    def _expected(self) -> str:
        """Return what a value must be, as the end of a sentence."""

    @abstractmethod
    def _kept(self, value: Any) -> Any:
        """Return a value as it is kept; any usual error says that it may not be."""

    def _said(self, text: str) -> Any:
        return self._kept(text)


@dataclass(frozen=True, kw_only=True)
class Words(Parameter):
    """A query: text in the query language, or its terms."""

    def write(self, value: str | Sequence[Term]) -> list[str]:
        """Return the query as one would type it."""
        text = value if isinstance(value, str) else format_query(value)
        return [text] if text else []

    def _expected(self) -> str:
        return "text or terms of a query"

    def _kept(self, value: Any) -> str | tuple[Term, ...]:
        return value if isinstance(value, str) else _all(Term, value)


@dataclass(frozen=True, kw_only=True)
class Files(Parameter):
    """Photos from outside, as paths or bytes."""

    is_repeated = True

    def write(self, value: Sequence[bytes | Path]) -> list[str]:
        """Return the paths; bytes are written as what a query calls them."""
        return [
            f"photo{place if place > 1 else ''}" if isinstance(photo, bytes) else str(photo)
            for place, photo in enumerate(value, start=1)
        ]

    def _expected(self) -> str:
        return "a list of photos, each a path or bytes"

    def _kept(self, value: Any) -> tuple[bytes | Path, ...]:
        return _all((bytes, Path), value)

    def _said(self, text: str) -> Path:
        return Path(text).expanduser()


@dataclass(frozen=True, kw_only=True)
class Ids(Parameter):
    """Ids of photos of the collection."""

    is_repeated = True

    def _expected(self) -> str:
        return "a list of ids of photos"

    def _kept(self, value: Any) -> tuple[str, ...]:
        return _all(str, value)

    def _said(self, text: str) -> str:
        if not text:
            raise ValueError
        return text


@dataclass(frozen=True, kw_only=True)
class Filters(Parameter):
    """Accepted values by attribute, each once."""

    is_repeated = True

    def join(self, values: Sequence[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
        """Return the values of each key."""
        keys = dict.fromkeys(key for key, _ in values)
        return self._kept({key: [each for other, each in values if other == key] for key in keys})

    def write(self, value: Mapping[str, Sequence[str]]) -> list[str]:
        """Return a pair for every value."""
        return [f"{key}={each}" for key, values in value.items() for each in values]

    def _expected(self) -> str:
        return "KEY=VALUE, in Python a dict of lists"

    def _kept(self, value: Any) -> dict[str, tuple[str, ...]]:
        return {key: tuple(dict.fromkeys(_all(str, values))) for key, values in value.items()}

    def _said(self, text: str) -> tuple[str, str]:
        key, _, value = (part.strip() for part in text.partition("="))
        if not (key and value):
            raise ValueError
        return key, value


@dataclass(frozen=True, kw_only=True)
class Count(Parameter):
    """A whole number from `least`."""

    least: int = 0

    def _expected(self) -> str:
        return f"a whole number of at least {self.least}"

    def _kept(self, value: Any) -> int:
        number = operator.index(value)
        if isinstance(value, bool) or number < self.least:
            raise ValueError
        return number

    def _said(self, text: str) -> int:
        return self._kept(int(text))


@dataclass(frozen=True, kw_only=True)
class Share(Parameter):
    """A number from 0 to `most`."""

    most: float = 1.0

    def _expected(self) -> str:
        return f"a number from 0 to {self.most:g}"

    def _kept(self, value: Any) -> float:
        number = float(value)
        if not (math.isfinite(number) and 0 <= number <= self.most):
            raise ValueError
        return number


@dataclass(frozen=True, kw_only=True)
class Switch(Parameter):
    """True or False; in a link 1 or 0, in the shell there or not."""

    def write(self, value: bool) -> list[str]:
        """Return it as a link has it."""
        return [str(int(value))]

    def _expected(self) -> str:
        return "True or False, in a link 1 or 0"

    def _kept(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise TypeError
        return value

    def _said(self, text: str) -> bool:
        return {"1": True, "0": False}[text]


@dataclass(frozen=True, kw_only=True)
class Choice(Parameter):
    """One of a few names.

    Parameters
    ----------
    choices
        What each is.
    labels
        What each is called on a page.
    former_choices
        What they were called in earlier versions.
    """

    choices: Mapping[str, str]
    labels: Mapping[str, str]
    former_choices: Mapping[str, str]

    def sentence(self) -> str:
        """Return what every choice is, with its name on the page."""
        each = (f"{self.labels[name]} ({name}): {what}" for name, what in self.choices.items())
        return f"{super().sentence()} {'; '.join(each)}."

    def _expected(self) -> str:
        *others, last = self.choices
        return f"{', '.join(others)} or {last}"

    def _kept(self, value: Any) -> str:
        if value not in self.choices:
            raise ValueError
        return str(value)

    def _said(self, text: str) -> str:
        return self._kept(self.former_choices.get(text, text))


def _all(kind: type | tuple[type, ...], values: Any) -> tuple[Any, ...]:
    """Return several values of a kind; one alone would be taken apart, so it is refused."""
    if isinstance(values, str | bytes | Path) or any(not isinstance(each, kind) for each in values):
        raise TypeError
    return tuple(values)
