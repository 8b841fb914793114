"""The table and one plot of each room, written into bench/README.md between two marks. Plots are plain SVG without a library."""
import math, os, platform, re
from html import escape
from pathlib import Path

BEGIN, END = "<!-- planning: begin -->", "<!-- planning: end -->"
PLOTS = {"partition": ("Grids: sanzhi over METIS, one is equal", ("grids", "harder")), "siting": ("Sites: sanzhi over the figure beside it", ("sites",)),
         "medians": ("P-medians: proven of 40, seconds of 25", ("medians",)), "assign": ("Assignment: sanzhi over its peers", ("staff",)),
         "reach": ("Reach: how many times faster than each peer", ("reach",)), "lookup": ("Lookup: how many times faster than each peer", ("places",))}


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


STYLE = "text{font:11px sans-serif;fill:#222}.t{font-weight:bold;font-size:13px}.g{fill:#3b8f6b}.b{fill:#c2703d}.n{fill:#8a94a0}"
HIGH, LEFT, WIDE = 18, 500, 280


def frame(path, title, lines, bottom):
    wide = LEFT + WIDE + 80
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{bottom + 6}" viewBox="0 0 {wide} {bottom + 6}"><style>{STYLE}</style>'
                    f'<rect width="{wide}" height="{bottom + 6}" fill="#fff"/><text x="8" y="16" class="t">{escape(title)}</text>{"".join(lines)}</svg>\n')
    return True


def bar(i, what, length, mark, met):
    y = 32 + i * HIGH
    kind = {True: "g", False: "b", None: "n"}[met]
    return [f'<text x="8" y="{y + 11}">{escape(what)}</text>', f'<rect x="{LEFT}" y="{y + 1}" width="{max(1, length):.1f}" height="{HIGH - 5}" class="{kind}"/>',
            f'<text x="{LEFT + length + 4:.1f}" y="{y + 11}">{mark}</text>']


def plot(path, title, rows):
    """A line a row: a bar as long as the ratio, up to two; the mark at one is the peer."""
    known = [(r, number(r["ours"]), number(r["peer"])) for r in rows]
    known = [(r, a / b) for r, a, b in known if a is not None and b]
    if not known:
        return False
    lines = []
    for i, (r, ratio) in enumerate(known):
        lines += bar(i, r["what"] + " · " + r["than"], min(2, ratio) * WIDE / 2, f"{ratio:.3g}", r["met"])
    bottom = 34 + len(known) * HIGH
    lines.append(f'<path d="M{LEFT + WIDE / 2} 26V{bottom}" stroke="#555" stroke-dasharray="3 3"/>')
    return frame(path, title, lines, bottom)


def plot_times(path, title, rows):
    """A line a row that is a race: a bar as long as the logarithm of how many times faster; a tick where the goal is."""
    known = [(r, number(r["peer"]) / max(number(r["ours"]), 1e-9)) for r in rows if r.get("times", 0) or "× faster" in (r["note"] or "")]
    if not known:
        return False
    most = max(10, *(t for _, t in known), *(r["times"] or 0 for r, _ in known))

    def length(times):
        return max(0.0, math.log(max(times, 1)) / math.log(most)) * WIDE

    lines = []
    for i, (r, times) in enumerate(known):
        lines += bar(i, r["what"] + " · " + r["than"], length(times), f"{times:.3g} ×", r["met"])
        if r["times"]:
            x = LEFT + length(r["times"])
            lines.append(f'<path d="M{x:.1f} {30 + i * HIGH}v{HIGH - 1}" stroke="#222" stroke-width="2"/>')
    return frame(path, title + " (logarithmic; the tick is the goal)", lines, 34 + len(known) * HIGH)


def machine():
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.machine())
    memory = next(int(l.split()[1]) for l in open("/proc/meminfo") if l.startswith("MemTotal")) / 2**20
    return f"{os.cpu_count()} × {cpu}, {memory:.0f} GiB"


def company(parts):
    """What else the machine did meanwhile, as it was counted."""
    told = {k: p["others"] for k, p in parts.items() if p.get("others") is not None}
    if not told:
        return ""
    if max(told.values()) < 0.03:
        return " that did nothing else"
    return ", shared with other work, which took of its processors " + ", ".join(f"{v:.0%} ({k})" for k, v in told.items())


def write(readme, parts):
    """parts are the rows of each room as they were measured last."""
    rows = [r for p in parts.values() for r in p["rows"]]
    when = "; ".join(f"{k}: {p['rounds']} round{'s' if p['rounds'] > 1 else ''}, {p['day']}, {p['seconds']:.0f} s" for k, p in parts.items())
    folder = readme.parent / "planning" / "plots"
    folder.mkdir(exist_ok=True)
    pictures = []
    for name, (title, rooms) in PLOTS.items():
        draw = plot_times if name in ("reach", "lookup") else plot
        if draw(folder / f"{name}.svg", title, [r for k in rooms for r in parts.get(k, {"rows": []})["rows"]]):
            pictures.append(f"![{title}](planning/plots/{name}.svg)")
    judged = [r for r in rows if r["met"] is not None]
    left_out = sorted({name for p in parts.values() for name in p.get("left_out", [])})
    text = f"""{BEGIN}
{machine()}{company(parts)}. Medians ({when}); a peer that needs more than ten seconds was measured once.
{sum(bool(r["met"]) for r in judged)} of {len(judged)} rows met.{" Left out: " + ", ".join(left_out) + "." if left_out else ""}

{table(rows)}

{chr(10).join(pictures)}
{END}"""
    old = readme.read_text()
    if BEGIN not in old:
        raise SystemExit(f"{readme} has no place for the table: {BEGIN} … {END}")
    readme.write_text(old[:old.index(BEGIN)] + text + old[old.index(END) + len(END):])
