# SPDX-License-Identifier: MIT
"""Draws the rows of a benchmark as bars: our time over a reference's, on a logarithmic axis, with the targets."""
import math

LINE, LABEL, WIDTH, MARGIN = 16, 260, 760, 30


def position(ratio, low, high):
    return LABEL + (WIDTH - LABEL - MARGIN) * (math.log(ratio) - math.log(low)) / (math.log(high) - math.log(low))


def ticks(low, high):
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [m * 10.0 ** e for e in powers for m in (1, 2, 5) if low <= m * 10.0 ** e <= high]


def text(x, y, what, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{what}</text>'


def line(x, y0, y1, colour):
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y0}" y2="{y1}" stroke="{colour}"/>'


def bar(row, y, low, high):
    one, end = position(1, low, high), position(row["ratio"], low, high)
    colour = "#4477aa" if row["met"] else "#cc3311"
    parts = [text(LABEL - 6, y + 12, row["name"], "end"),
             f'<rect x="{min(one, end):.1f}" y="{y + 2}" width="{abs(end - one):.1f}" height="{LINE - 4}" fill="{colour}"/>']
    if row["target"] is not None:
        parts.append(line(position(row["target"], low, high), y + 1, y + LINE - 1, "black"))
    return parts


def picture(title, rows):
    shown = [row["ratio"] for row in rows] + [row["target"] for row in rows if row["target"]]
    low, high = min(0.5, *shown) / 1.1, max(2, *shown) * 1.1
    bottom = 40 + LINE * len(rows)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{bottom + 10}" font-family="sans-serif" '
             f'font-size="11">', '<rect width="100%" height="100%" fill="white"/>', text(10, 14, title)]
    for tick in ticks(low, high):
        x = position(tick, low, high)
        parts += [text(x, 32, f"{tick:g}", "middle"), line(x, 36, bottom, "black" if tick == 1 else "#dddddd")]
    for number, row in enumerate(rows):
        parts += bar(row, 38 + LINE * number, low, high)
    return "\n".join(parts + ["</svg>", ""])


def draw(suite, rows, folder):
    """one picture per reference of a suite"""
    folder.mkdir(exist_ok=True)
    for reference in dict.fromkeys(row["reference"] for row in rows):
        chosen = [row for row in rows if row["reference"] == reference]
        title = f"{suite}: our time over that of {reference} (below 1 we are faster; black: target)"
        name = f"{suite}_{reference}".replace(" ", "_").replace("/", "_") + ".svg"
        (folder / name).write_text(picture(title, chosen))
