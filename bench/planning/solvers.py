"""CBC and GLPK on a maximal covering, through the LP format that both read. Each with its Debian program."""
import os, re, shutil, subprocess

import numpy as np


def write_lp(inst, path):
    """Open stations x are whole, covered rows y need not be."""
    a = np.array(open(inst).read().split(), dtype=np.int64)
    n, rows, p = (int(v) for v in a[:3])
    at, gain, lines = 3, [], []
    for r in range(rows):
        k = int(a[at + 1])
        if k:
            gain.append(f"+ {a[at]} y{r}")
            lines.append(f"r{r}: y{r}" + "".join(f"\n - x{j}" for j in a[at + 2:at + 2 + k].tolist()) + " <= 0")
        at += 2 + k
    every = "\n".join(f"+ x{j}" for j in range(n))
    nothing = "\n".join(f"+ 0 x{j}" for j in range(n))  # so that the stations are the first columns
    with open(path, "w") as f:
        f.write("Maximize\nobj: " + nothing + "\n" + "\n".join(gain) + "\nSubject To\n" + "\n".join(lines) + f"\nall: {every} = {p}\nBounds\n")
        f.writelines(f"0 <= {g.split()[2]} <= 1\n" for g in gain)
        f.write("Binary\n" + "\n".join(f"x{j}" for j in range(n)) + "\nEnd\n")


def run(*command):
    """What a program prints, and its processor time."""
    before = os.times()
    r = subprocess.run(command, capture_output=True, text=True, timeout=300)
    after = os.times()
    return r.stdout, after.children_user + after.children_system - before.children_user - before.children_system


def cbc(inst, scratch, limit):
    """The chosen stations and the processor seconds of solving by its own clock; None when it is not here."""
    if not shutil.which("cbc"):
        return None, None
    lp, out = f"{scratch}/covering.lp", f"{scratch}/cbc.out"
    write_lp(inst, lp)
    said, spent = run("cbc", lp, "-seconds", str(limit), "-timemode", "cpu", "-ratio", "0", "-solve", "-solution", out, "-quit")
    clock = re.search(r"Total time \(CPU seconds\):\s+([0-9.]+)", said)
    if not os.path.exists(out):
        return [], float(limit)
    chosen = [int(m.group(1)) for m in re.finditer(r"^\s*\d+ x(\d+)\s+(?:1|0\.99\d*)\s", open(out).read(), re.M)]
    return chosen, float(clock.group(1)) if clock else spent


def glpk(inst, scratch, limit):
    if not shutil.which("glpsol"):
        return None, None
    lp, out = f"{scratch}/covering.lp", f"{scratch}/glpk.out"
    write_lp(inst, lp)
    said, spent = run("glpsol", "--lp", lp, "--tmlim", str(limit), "--cuts", "-w", out)
    clock = re.search(r"Time used:\s+([0-9.]+) secs", said)
    chosen = []
    if os.path.exists(out):
        text = open(out).read()
        stations = int(open(inst).read(64).split()[0])
        if re.search(r"^s mip \d+ \d+ [of] ", text, re.M):
            chosen = [int(m.group(1)) - 1 for m in re.finditer(r"^j (\d+) 1$", text, re.M) if int(m.group(1)) <= stations]
    return chosen, float(clock.group(1)) if clock else spent
