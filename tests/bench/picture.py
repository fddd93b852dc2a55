"""The table as a picture: a line for each workload, a dot for each world, on a logarithmic scale around 1, which is bare.

picture.py <TABLE.md >PICTURE.svg
"""
import math
import sys
from html import escape

COLOURS = ["#12805c", "#3b6ea8", "#d08a12", "#b3475e", "#8a74b0"]
LEFT, WIDTH, STEP, TOP = 300, 560, 20, 66
LEAST, MOST = 0.05, 500
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)


def place(value):
    value = min(max(value, LEAST), MOST)
    return LEFT + WIDTH * math.log(value / LEAST) / math.log(MOST / LEAST)


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(words)}</text>'


def dot(x, y, colour, radius, note=""):
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}"><title>{escape(note)}</title></circle>'


def read(lines):
    """Of the first table in Markdown its worlds, its labels and the ratio of each label in each world."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines if line.startswith("| ")]
    start = next(i for i, row in enumerate(rows) if row[:2] == ["work", "bare"])
    worlds = rows[start][2:]
    rows = [row for row in rows[start + 1:] if len(row) == len(worlds) + 2]
    ratios = {(row[0], world): float(cell.split()[0])
              for row in rows for world, cell in zip(worlds, row[2:]) if cell != "-"}
    return worlds, [row[0] for row in rows], ratios


def draw(worlds, labels, ratios):
    """The first world's numbers are written out."""
    colours = dict(zip(worlds, COLOURS))
    width, height = LEFT + WIDTH + 70, TOP + STEP * len(labels) + 12
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
           'font-family="sans-serif" font-size="12" fill="#222">', f'<rect width="{width}" height="{height}" fill="#fff"/>',
           text(10, 24, "time, bare = 1", 'font-weight="bold"')]
    for i, world in enumerate(worlds):
        out += [dot(LEFT + 112 * i, 20, colours[world], 5), text(LEFT + 9 + 112 * i, 24, world)]
    for i in range(0, len(labels), 2):
        out.append(f'<rect y="{TOP + i * STEP}" width="{width}" height="{STEP}" fill="#f3f5f7"/>')
    for tick in TICKS:
        x, colour = place(tick), "#222" if tick == 1 else "#d4d9de"
        out += [f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{height - 12}" stroke="{colour}"/>',
                text(x, TOP - 12, str(tick), 'text-anchor="middle"')]
    for row, label in enumerate(labels):
        y = TOP + row * STEP + STEP / 2
        own = ratios.get((label, worlds[0]))
        out.append(text(LEFT - 14, y + 4, label, 'text-anchor="end"'))
        out.append(text(width - 10, y + 4, f"{own:.2f}" if own else "–",
                        f'text-anchor="end" font-weight="bold" fill="{COLOURS[0]}"'))
        # The first world's dot lies on top.
        for world in reversed(worlds):
            value = ratios.get((label, world))
            if value is not None:
                out.append(dot(place(value), y, colours[world], 5.5 if world == worlds[0] else 4.5,
                               f"{world}: {value:.2f}"))
    return "\n".join([*out, "</svg>\n"])


if __name__ == "__main__":
    sys.stdout.write(draw(*read(sys.stdin)))
