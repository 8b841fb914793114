"""Room staff: the assignment beside LEMON, scipy and HiGHS, and one changed order."""
import json, shutil, subprocess

import numpy as np

import make, score
from common import HERE, answers, args, home, instance, leave_out, median, none_wrong, ours, peer_rounds, probe, read, row


def staff():
    lemon = shutil.which("g++") and build_lemon()
    for name, how in (("staff", make.staff), ("orders", make.orders)):
        inst = instance(name, how, 1)
        mine, theirs = [], []
        for _ in range(max(3, args.rounds)):
            told, out = ours("assign", "--instance", inst)
            mine.append(told["cpu"]["building"] + told["cpu"]["solving"])
            if lemon:
                r = subprocess.run([lemon, inst, str(answers / "peer.out")], capture_output=True, text=True, timeout=300)
                if r.returncode == 0:
                    t = json.loads(r.stdout)
                    theirs.append(t["building"] + t["cpu"])
        cost, filled = score.assignment(inst, np.array(read(out)).reshape(-1, 3).tolist())
        p = score.assignment(inst, np.array(read(answers / "peer.out")).reshape(-1, 3).tolist()) if theirs else (None, None)
        row("M1", f"{name}: cost of the assignment", cost, p[0], "LEMON network simplex", p[0] and cost == p[0] and filled == p[1])
        row("M1", f"{name}: CPU s, building and solving", median(mine), median(theirs), "LEMON network simplex", theirs and median(mine) <= median(theirs))
        for other in ("scipy_assignment", "highs_assignment"):
            if other == "scipy_assignment" and name != "staff":
                continue
            told, out, _ = peer_rounds(other, inst)
            if told:
                c = score.assignment(inst, np.array(read(out)).reshape(-1, 3).tolist())[0]
                row("M1", f"{name}: CPU s", median(mine), told["cpu"], other.split("_")[0], median(mine) <= told["cpu"] and cost <= c, f"its cost {c}")
    changed(inst, lemon)


def changed(inst, lemon):
    """One order of a solved problem moves; the problem as it stands after the last change is solved by another program too."""
    out = str(answers / "changed")
    told = probe("change", inst, 300, out)
    if not told:
        return
    cost, filled = score.assignment(f"{out}.instance", np.array(read(f"{out}.solution")).reshape(-1, 3).tolist())
    row("M1", "one changed order solved anew: CPU s, median of 300", told["cpu"], 0.005, "5 ms", told["cpu"] <= 0.005, f"worst {told['worst'] * 1000:.2f} ms")
    none_wrong("M1", "changes whose cost is not that of solving from nothing", told["wrong"], "10 of the 300 compared")
    theirs = None
    if lemon:
        r = subprocess.run([lemon, f"{out}.instance", str(answers / "peer.out")], capture_output=True, text=True, timeout=300)
        if r.returncode == 0:
            theirs = score.assignment(f"{out}.instance", np.array(read(answers / "peer.out")).reshape(-1, 3).tolist())
    row("M1", "after 300 changes: cost of the assignment", cost, theirs and theirs[0], "LEMON, from nothing", theirs and theirs == (cost, filled))


def build_lemon():
    out = home / "lemon"
    include = [f"-I{p}" for p in [home / "debian/usr/include"] if p.exists()]
    r = subprocess.run(["g++", "-O3", *include, "-o", str(out), str(HERE / "lemon.cc")], capture_output=True, text=True)
    if r.returncode:
        return leave_out("LEMON", "its headers are not here (Debian package liblemon-dev)")[0]
    return str(out)
