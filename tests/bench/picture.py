"""The table as a picture: a row of bars for each workload, on a logarithmic scale around 1, which is bare."""
import math
from html import escape

COLOURS = ["#1b7f5c", "#3b6ea8", "#c98a1b", "#b3475e", "#77629b"]
LEFT, WIDTH, BAR, GAP = 330, 560, 9, 10
LEAST, MOST = 0.05, 100


def place(value):
    value = min(max(value, LEAST), MOST)
    return LEFT + WIDTH * math.log(value / LEAST) / math.log(MOST / LEAST)


def draw(bars):
    """BARS: (workload, world, ratio or None) in the order they are drawn."""
    worlds = list(dict.fromkeys(world for _, world, _ in bars))
    labels = list(dict.fromkeys(label for label, _, _ in bars))
    ratios = {(label, world): value for label, world, value in bars}
    step = BAR * len(worlds) + GAP
    height = 60 + step * len(labels)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 60}" height="{height}" '
           'font-family="sans-serif" font-size="11">', f'<rect width="100%" height="{height}" fill="white"/>']
    for i, world in enumerate(worlds):
        out.append(f'<rect x="{20 + 150 * i}" y="10" width="11" height="11" fill="{COLOURS[i % len(COLOURS)]}"/>'
                   f'<text x="{36 + 150 * i}" y="20">{escape(world)}</text>')
    for tick in (0.1, 0.5, 1, 2, 5, 10, 50):
        x, colour = place(tick), "#444" if tick == 1 else "#ddd"
        out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="44" y2="{height}" stroke="{colour}"/>'
                   f'<text x="{x:.1f}" y="40" text-anchor="middle">{tick}</text>')
    for row, label in enumerate(labels):
        top = 50 + row * step
        out.append(f'<text x="{LEFT - 8}" y="{top + step / 2:.0f}" text-anchor="end">{escape(label)}</text>')
        for i, world in enumerate(worlds):
            value = ratios.get((label, world))
            if value is None:
                continue
            one, end = place(1), place(value)
            out.append(f'<rect x="{min(one, end):.1f}" y="{top + i * BAR}" width="{abs(end - one) + 1:.1f}" '
                       f'height="{BAR - 2}" fill="{COLOURS[i % len(COLOURS)]}"><title>{value:.2f}</title></rect>')
    return "\n".join([*out, "</svg>\n"])
