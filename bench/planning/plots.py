"""The table and one plot of each room, written into bench/README.md between two marks. Plots are plain SVG without a library."""
import os, platform, re
from html import escape
from pathlib import Path

BEGIN, END = "<!-- planning: begin -->", "<!-- planning: end -->"
ROOMS = {"partition": ("Grids: sanzhi over METIS, one is equal", ("P3", "P4")), "siting": ("Sites: sanzhi over the figure beside it", ("S1", "S2")),
         "assign": ("Assignment: processor time over its peers", ("M1",)), "reach": ("Reach: processor time over its peers", ("R",)),
         "locate": ("Lookup: processor time over its peer", ("L",))}


def number(v):
    if isinstance(v, str):
        m = re.match(r"([0-9.]+) ?%", v)
        return float(m.group(1)) if m else None
    return v


def show(v):
    if v is None:
        return "–"
    return v if isinstance(v, str) else f"{v:,}".replace(",", " ") if isinstance(v, int) else f"{v:.3g}"


def table(rows):
    out = ["| goal | what | sanzhi | beside | ratio | than | |", "|-|-|-|-|-|-|-|"]
    for r in rows:
        a, b = number(r["ours"]), number(r["peer"])
        ratio = f"{a / b:.3f}" if a is not None and b else ""
        met = {True: "met", False: "**not met**"}.get(r["met"] if r["met"] is None else bool(r["met"]), "")
        note = f" ({r['note']})" if r["note"] else ""
        out.append(f"| {r['goal']} | {r['what']} | {show(r['ours'])} | {show(r['peer'])} | {ratio} | {r['than']}{note} | {met} |")
    return "\n".join(out)


def plot(path, title, rows):
    """A line a row: a bar as long as the ratio, up to two; the mark at one is the peer."""
    lines = []
    for r in rows:
        a, b = number(r["ours"]), number(r["peer"])
        if a is not None and b:
            lines.append((r["what"] + " · " + r["than"], a / b, bool(r["met"])))
    if not lines:
        return False
    high, left, wide = 18, 420, 280
    body = [f'<text x="8" y="16" class="t">{escape(title)}</text>']
    for i, (what, ratio, met) in enumerate(lines):
        y = 32 + i * high
        body.append(f'<text x="8" y="{y + 11}">{escape(what)}</text>')
        body.append(f'<rect x="{left}" y="{y + 1}" width="{max(1, min(2, ratio) * wide / 2):.1f}" height="{high - 5}" class="{"g" if met else "b"}"/>')
        body.append(f'<text x="{left + min(2, ratio) * wide / 2 + 4:.1f}" y="{y + 11}">{ratio:.3g}</text>')
    bottom = 34 + len(lines) * high
    body.append(f'<path d="M{left + wide / 2} 26V{bottom}" stroke="#555" stroke-dasharray="3 3"/>')
    style = "text{font:11px sans-serif;fill:#222}.t{font-weight:bold;font-size:13px}.g{fill:#3b8f6b}.b{fill:#c2703d}"
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{bottom + 6}" viewBox="0 0 760 {bottom + 6}"><style>{style}</style>'
                    f'<rect width="760" height="{bottom + 6}" fill="#fff"/>{"".join(body)}</svg>\n')
    return True


def machine():
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.machine())
    memory = next(int(l.split()[1]) for l in open("/proc/meminfo") if l.startswith("MemTotal")) / 2**20
    return f"{os.cpu_count()} × {cpu}, {memory:.0f} GiB"


def write(readme, parts, left_out):
    """parts are the rows of each part as they were measured last."""
    rows = [r for p in parts.values() for r in p["rows"]]
    when = "; ".join(f"{k}: {p['rounds']} round{'s' if p['rounds'] > 1 else ''}, {p['day']}, {p['seconds']:.0f} s" for k, p in parts.items())
    plots = readme.parent / "planning" / "plots"
    plots.mkdir(exist_ok=True)
    pictures = [f"![{title}](planning/plots/{name}.svg)" for name, (title, goals) in ROOMS.items()
                if plot(plots / f"{name}.svg", title, [r for r in rows if r["goal"].rstrip("+") in goals])]
    judged = [r for r in rows if r["met"] is not None]
    text = f"""{BEGIN}
{machine()}, shared with other work; medians ({when}).
{sum(bool(r["met"]) for r in judged)} of {len(judged)} rows met.{" Left out: " + ", ".join(left_out) + "." if left_out else ""}

{table(rows)}

{chr(10).join(pictures)}
{END}"""
    old = readme.read_text()
    if BEGIN not in old:
        raise SystemExit(f"{readme} has no place for the table: {BEGIN} … {END}")
    readme.write_text(old[:old.index(BEGIN)] + text + old[old.index(END) + len(END):])
