"""Pictures of numbers as PNG, set by typst, which lays Hebrew out as it is read."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Literal

from tizmoret.tools import markdown

Shape = Literal["bars", "line"]
WIDTH, HEIGHT = 16.0, 8.0  # cm of the field in which the numbers stand
LABEL = 24  # characters of a label
_INK, _BLUE, _FAINT = '"#1f2430"', '"#2f6fde"', '"#d8dce4"'


def draw(title: str, labels: Sequence[str], values: Sequence[float], shape: Shape) -> bytes:
    """values: as many as labels, at least one."""
    import typst

    made = typst.compile(_source(title, labels, values, shape).encode(), format="png", ppi=144)
    assert isinstance(made, bytes)
    return made


def _source(title: str, labels: Sequence[str], values: Sequence[float], shape: Shape) -> str:
    low, high = min(0.0, *values), max(0.0, *values)
    scale = HEIGHT / ((high - low) or 1.0)
    zero, step = high * scale, WIDTH / len(values)
    marks = [_grid(low + (high - low) * part / 4, (high - low) * (1 - part / 4) * scale) for part in range(5)]
    marks += _bars(values, zero, scale, step) if shape == "bars" else _line(values, zero, scale, step)
    marks += [_label(label, step * place, step) for place, label in enumerate(labels)]
    return (
        f"#set page(width: {WIDTH + 4}cm, height: auto, margin: 1cm, fill: white)\n#set text(size: 9pt, fill: rgb({_INK}))\n"
        f"#align(center, text(size: 13pt, weight: \"bold\", {_string(title)}))\n#v(0.3cm)\n"
        f"#block(width: {WIDTH + 2}cm, height: {HEIGHT + 3.2}cm, {{\n" + "\n".join(marks) + "\n})\n"
    )  # fmt: skip


def _grid(value: float, top: float) -> str:
    number = _string(markdown.cell(round(value, 2)))
    return (
        f"place(dx: 2cm, dy: {top:.3f}cm, line(length: {WIDTH}cm, stroke: 0.5pt + rgb({_FAINT})))\n"
        f"place(dx: 0cm, dy: {top - 0.15:.3f}cm, box(width: 1.8cm, align(right, text({number}))))"
    )


def _bars(values: Sequence[float], zero: float, scale: float, step: float) -> list[str]:
    return [
        f"place(dx: {2 + step * (place + 0.15):.3f}cm, dy: {zero - max(value, 0) * scale:.3f}cm, "
        f"rect(width: {step * 0.7:.3f}cm, height: {abs(value) * scale:.3f}cm, fill: rgb({_BLUE})))"
        for place, value in enumerate(values)
    ]


def _line(values: Sequence[float], zero: float, scale: float, step: float) -> list[str]:
    points = [(2 + step * (place + 0.5), zero - value * scale) for place, value in enumerate(values)]
    parts = [
        f"place(line(start: ({a:.3f}cm, {b:.3f}cm), end: ({c:.3f}cm, {d:.3f}cm), stroke: 1.6pt + rgb({_BLUE})))"
        for (a, b), (c, d) in itertools.pairwise(points)
    ]
    return parts + [f"place(dx: {x - 0.08:.3f}cm, dy: {y - 0.08:.3f}cm, circle(radius: 0.08cm, fill: rgb({_BLUE})))" for x, y in points]


def _label(text: str, left: float, step: float) -> str:
    shown = text if len(text) <= LABEL else text[: LABEL - 1] + "…"
    return f"place(dx: {2 + left:.3f}cm, dy: {HEIGHT + 0.25}cm, box(width: {step:.3f}cm, align(center, text(size: 8pt, {_string(shown)}))))"


def _string(text: str) -> str:
    """A literal of typst: text of others is never markup."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
