"""The trade-off as a picture: cards taken rightly against cards taken wrongly, over the margin. SVG, by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 36, 56
COLOURS: Final = ("#1b6ca8", "#2e8b57", "#b8651b", "#8e44ad", "#555555", "#a02c2c", "#117a65", "#7d6608")
DOT: Final = 3.0

Curves = Mapping[str, Sequence[Mapping[str, float]]]


def plot(curves: Curves, margin: float) -> str:
    """An SVG: a line for each condition, a dot for each margin, a ring at the margin that is used."""
    most = max([0.01, *(point["wrong"] for points in curves.values() for point in points)])
    across, down = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(point: Mapping[str, float]) -> tuple[float, float]:
        return LEFT + across * point["wrong"] / most, TOP + down * (1 - point["right"])

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="20" font-size="14">Spoken card numbers taken, by margin (ring: {margin:g})</text>',
        *_axes(most, across, down),
    ]
    for number, (name, points) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = [place(point) for point in points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}"/>')
        for point, (x, y) in zip(points, places, strict=True):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{DOT}" fill="{colour}"/>')
            if point["margin"] == margin:
                parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2 * DOT}" fill="none" stroke="{colour}"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 16}" y="{TOP + 18 * number}" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _axes(most: float, across: int, down: int) -> list[str]:
    low = TOP + down
    parts = [f'<path d="M{LEFT} {TOP} V{low} H{LEFT + across}" fill="none" stroke="black"/>']
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = low - down * share
        parts.append(f'<path d="M{LEFT} {y:.1f} H{LEFT + across}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{share:.0%}</text>')
        x = LEFT + across * share
        parts.append(f'<text x="{x:.1f}" y="{low + 18}" text-anchor="middle">{most * share:.1%}</text>')
    parts.append(f'<text x="{LEFT + across / 2}" y="{low + 40}" text-anchor="middle">wrong, and taken</text>')
    parts.append(f'<text x="{LEFT}" y="{TOP - 6}">right</text>')
    return parts
