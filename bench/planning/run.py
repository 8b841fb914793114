"""The planning engine beside its peers: the same files, one scorer that trusts no program's own figures, one table, one verdict a goal.

    run.py PROGRAM FOLDER [-rounds N] [-only WORD[,WORD]] [-write]

Figures are medians of N rounds, each with a seed of its own; processor time is that of solving, without reading and writing files.
"""
import argparse, atexit, datetime, json, os, re, shutil, statistics, subprocess, sys, tempfile, time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

import make, plots, score

HERE = Path(__file__).resolve().parent
rows, left_out, seconds = [], [], {}


def arguments():
    a = argparse.ArgumentParser()
    a.add_argument("program")
    a.add_argument("folder", type=Path)
    a.add_argument("-rounds", type=int, default=5)
    a.add_argument("-only", default="")
    a.add_argument("-write", action="store_true")
    return a.parse_args()


args = arguments()
folder = args.folder.resolve() / "instances"
folder.mkdir(parents=True, exist_ok=True)
# Answers of this run alone: two runs beside each other once judged one another's files.
answers = Path(tempfile.mkdtemp(prefix="answers-", dir=folder))
atexit.register(shutil.rmtree, answers, ignore_errors=True)


def instance(name, how, *a, **k):
    """Makes an instance once; it is kept for the next run. make.py changed makes it anew."""
    mark = folder / f"{name}.made"
    stamp = str((HERE / "make.py").stat().st_mtime_ns)
    if not mark.exists() or mark.read_text() != stamp:
        how(str(folder / name), *a, **k)
        mark.write_text(stamp)
    return str(folder / name)


def row(goal, what, ours, peer, than, met, note=""):
    """than names the peer; met is None for figures that only stand beside each other."""
    rows.append({"goal": goal, "what": what, "ours": ours, "peer": peer, "than": than, "met": met, "note": note})
    verdict = {True: "met", False: "NOT MET", None: ""}[met]
    print(f"{goal:4} {what:58} {show(ours):>14} {show(peer):>14} {ratio(ours, peer):>8}  {than:22} {verdict} {note}", flush=True)


def show(v):
    if v is None:
        return "–"
    if isinstance(v, str):
        return v
    return f"{v:,}".replace(",", " ") if isinstance(v, int) else f"{v:.4g}"


def ratio(a, b):
    return f"{a / b:.3f}" if isinstance(a, (int, float)) and isinstance(b, (int, float)) and b else ""


def median(values):
    values = list(values)
    return statistics.median(values) if values else None


def whole(values):
    m = median(values)
    return None if m is None else round(m)


def ours(*command, limit=600):
    """One run of the program; its own report, with a processor time that is never below what the system counted for its share."""
    out = str(answers / "ours.out")
    before = os.times()
    r = subprocess.run([args.program, "plan", *map(str, command), "--json", "--out", out], capture_output=True, text=True, timeout=limit)
    after = os.times()
    if r.returncode not in (0, 1) or not r.stdout.strip():
        raise RuntimeError(f"sanzhi plan {' '.join(map(str, command))}: {r.stderr.strip()}")
    told = json.loads(r.stdout)
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    if sum(told["cpu"].values()) > spent + 0.05:
        raise RuntimeError(f"the report says more processor time ({told['cpu']}) than was spent ({spent:.2f} s)")
    return told, out


def peer(name, inst, **k):
    """One run of a peer in a process of its own; None when it cannot be had here."""
    out = str(answers / "peer.out")
    if name in left_out:
        return None, None
    r = subprocess.run([sys.executable, "-W", "ignore", str(HERE / "peers.py"), name, inst, out, *(f"{a}={b}" for a, b in k.items())], capture_output=True, text=True, timeout=1200)
    if r.returncode or not r.stdout.strip():
        left_out.append(name)
        print(f"left out: {name}: {(r.stderr.strip().splitlines() or ['no answer'])[-1]}")
        return None, None
    told = json.loads(r.stdout.strip().splitlines()[-1])
    return told, out


def metis(inst, k, seed, ncuts=1):
    """gpmetis with its own clock where Debian's package is there, its Python binding otherwise."""
    if not shutil.which("gpmetis"):
        return peer("pymetis", inst, k=k, seed=seed, ncuts=ncuts)
    r = subprocess.run(["gpmetis", "-contig", "-ufactor=100", f"-seed={seed}", f"-ncuts={ncuts}", f"{inst}.graph", str(k)], capture_output=True, text=True, timeout=600)
    cpu = re.search(r"Partitioning:\s+([0-9.]+) sec", r.stdout)
    if not cpu:
        left_out.append("gpmetis")
        return None, None
    out = str(answers / "peer.out")
    os.replace(f"{inst}.graph.part.{k}", out)
    return {"cpu": float(cpu.group(1))}, out


def partition(inst, g, k, seed, *more):
    told, out = ours("partition", "--graph", f"{inst}.graph", "--coords", f"{inst}.xy", "--parts", k, "--seed", seed, *more)
    return told["cpu"]["solving"], out


def read(path):
    return [int(x) for x in Path(path).read_text().split()]


BROKEN, GRIDS = {"ours": 0, "peer": 0}, {}


def grids():
    """P1 to P4 and growth on plain districts."""
    for size, k, seed in (("100k", 64, 1), ("100k", 638, 1), ("1m", 64, 1), ("1m", 638, 1), ("100k", 5000, 1)):
        inst = instance(f"d{size}", make.district, {"100k": 100_000, "1m": 1_000_000}[size], seed)
        g = score.district(inst)
        mine, theirs = [], []
        for r in range(1, args.rounds + 1):
            cpu, out = partition(inst, g, k, r)
            mine.append({"cpu": cpu, **score.parts(g, read(out), k)})
            told, out = metis(inst, k, r)
            if told:
                theirs.append({"cpu": told["cpu"], **score.parts(g, read(out), k)})
        GRIDS[size, k] = mine, theirs
        name = f"{size} homes, {k} grids"
        goal = "P4" if k == 5000 else "P3"
        BROKEN["ours"], BROKEN["peer"] = max(BROKEN["ours"], *(m["broken"] for m in mine)), max([BROKEN["peer"], *(m["broken"] for m in theirs)])
        least = min(m["within"] for m in mine)
        row("P2", f"{name}: share within ±10 %, worst round", f"{least:.2%}", f"{min(m['within'] for m in theirs):.2%}" if theirs else None, "METIS -contig", least == 1,
            "" if least == 1 else "rounds: " + ", ".join(f"{m['within']:.4f}" for m in mine))
        cut, cpu = whole(m["cut"] for m in mine), median(m["cpu"] for m in mine)
        pc, pp = whole(m["cut"] for m in theirs), median(m["cpu"] for m in theirs)
        row(goal, f"{name}: edges cut", cut, pc, "METIS -contig", pc and cut <= pc)
        row(goal, f"{name}: CPU s", cpu, pp, "METIS -contig" + (", half of it" if k == 5000 else ""), pp and cpu <= pp * (0.5 if k == 5000 else 1))
        radius, pr = median(m["radius"] for m in mine), median(m["radius"] for m in theirs)
        row("P4", f"{name}: RMS radius m", radius, pr, "METIS -contig", pr and radius <= pr)
    for (a, b), what in (((("100k", 638), ("1m", 638)), "as many grids"), ((("100k", 64), ("1m", 638)), "grids of one size")):
        small, large = (median(m["cpu"] for m in GRIDS[x][0]) for x in (a, b))
        row("G", f"CPU of 1m homes over 100k, {what}", round(large / small, 2), 11.0, "eleven times", large / small <= 11)


def grids_harder():
    """A river, hard borders, METIS' best of eight and KaHIP."""
    k = 638
    inst = instance("river", make.district, 100_000, 1, water=True)
    g = score.district(inst)
    cpu, out = partition(inst, g, k, 1)
    mine = score.parts(g, read(out), k)
    told, out = metis(inst, k, 1)
    theirs = score.parts(g, read(out), k) if told else None
    BROKEN["ours"] = max(BROKEN["ours"], mine["broken"])
    row("P1", "100k homes, a river: broken grids", mine["broken"], theirs and theirs["broken"], "METIS -contig", mine["broken"] == 0)
    row("P2", "100k homes, a river: share within", f"{mine['within']:.2%}", theirs and f"{theirs['within']:.2%}", "METIS -contig", mine["within"] == 1)
    inst = instance("d100k", make.district, 100_000, 1)
    g = score.district(inst)
    cpu, out = partition(inst, g, k, 1, "--borders")
    mine = score.admitted(g, read(out), k)
    told, out = peer("pymetis_borders", inst, k=k)
    theirs = score.admitted(g, read(out), k) if told else None
    row("P1", "hard borders: broken grids", mine["broken"], theirs and theirs["broken"], "METIS per community", mine["broken"] == 0 and mine["crossing"] == 0)
    row("P2", f"hard borders: within, of {mine['asked']} that can be", f"{mine['share']:.2%}", theirs and f"{theirs['share']:.2%}", "METIS per community", mine["share"] >= 0.99)
    for k in (64, 638):
        best_of(inst, g, k)
        stretch(inst, g, k)


def best_of(inst, g, k):
    mine, theirs = [], []
    for r in range(1, args.rounds + 1):
        cpu, out = partition(inst, g, k, r, "--effort", 4)
        mine.append({"cpu": cpu, **score.parts(g, read(out), k)})
        told, out = metis(inst, k, r, ncuts=8)
        if told:
            theirs.append({"cpu": told["cpu"], **score.parts(g, read(out), k)})
    BROKEN["ours"] = max(BROKEN["ours"], *(m["broken"] for m in mine))
    cut, cpu = whole(m["cut"] for m in mine), median(m["cpu"] for m in mine)
    pc, pp = whole(m["cut"] for m in theirs), median(m["cpu"] for m in theirs)
    row("P3", f"100k homes, {k} grids, effort 4: edges cut", cut, pc, "METIS best of 8", pc and cut <= pc)
    row("P3", f"100k homes, {k} grids, effort 4: CPU s", cpu, pp, "METIS best of 8", pp and cpu <= pp)


def stretch(inst, g, k):
    """Once: KaHIP takes a minute and does not keep to the tolerance below the mean."""
    told, out = peer("kahip", inst, k=k)
    theirs = score.parts(g, read(out), k) if told else None
    cpu, out = partition(inst, g, k, 1, "--effort", 10)
    mine = score.parts(g, read(out), k)
    BROKEN["ours"] = max(BROKEN["ours"], mine["broken"])
    row("P3+", f"100k homes, {k} grids, effort 10: edges cut", mine["cut"], theirs and theirs["cut"], "KaHIP strong, + 3 %", theirs and mine["cut"] <= 1.03 * theirs["cut"],
        theirs and f"KaHIP: {theirs['within']:.0%} within, {theirs['broken']} broken")
    row("P3+", f"100k homes, {k} grids, effort 10: CPU s", cpu, told and told["cpu"], "KaHIP strong, a 20th", told and cpu <= told["cpu"] / 20)


def sites():
    inst = instance("covering1000", make.covering, 1000, 9400, 60, 1, 900)
    mine = [ours("site", "--model", "covering", "--instance", inst, "--seed", r) for r in range(1, args.rounds + 1)]
    told, out = peer("highs_covering", inst)
    first = read(mine[-1][1])[0:]
    value, count = score.covering(inst, first)
    zero = [x - 1 for x in first]
    value = max(value if count == 60 else 0, score.covering(inst, zero)[0]) if min(first) > 0 else value
    theirs = score.covering(inst, read(out))[0] if told else None
    gap, cpu = max(m["gap"] for m, _ in mine), median(m["cpu"]["solving"] for m, _ in mine)
    row("S1", "1000 candidates, 60 sites: people covered", value, theirs, "HiGHS, optimum", theirs and value >= theirs)
    row("S1", "1000 candidates: own gap, worst round", f"{gap:.4%}", "0.1 %", "goal", gap <= 0.001)
    row("S1", "1000 candidates: CPU s", cpu, told and told["cpu"], "HiGHS, a tenth", told and cpu <= told["cpu"] / 10)
    inst = instance("covering4000", make.covering, 4000, 34_600, 150, 1, 900)
    mine = [ours("site", "--model", "covering", "--instance", inst, "--seed", r)[0] for r in range(1, args.rounds + 1)]
    told, out = peer("highs_covering", inst, limit=60)
    theirs = score.covering(inst, read(out))[0] if told else None
    gap, cpu = max(m["gap"] for m in mine), median(m["cpu"]["solving"] for m in mine)
    row("S1", "4000 candidates, 150 sites: people covered", whole(m["value"] for m in mine), theirs, "HiGHS, 60 s", theirs and min(m["value"] for m in mine) >= theirs)
    row("S1", "4000 candidates: proven gap, worst round", f"{gap:.3%}", "1 %", "goal", gap <= 0.01)
    row("S1", "4000 candidates: CPU s", cpu, 10.0, "ten seconds", cpu <= 10)


def medians():
    """Forty p-medians of Beasley's recipe, five times; every value is counted again by shortest paths."""
    proven, spent, wrong, best, once = [], [], 0, {}, {}
    for seed in range(1, 6):
        p, s = 0, 0.0
        for i in range(1, 41):
            inst = instance(f"pmed{seed}-{i}", make.pmedian, i, seed)
            told, out = ours("site", "--model", "pmedian", "--instance", inst)
            if seed == 1 or told["value"] != told["bound"]:
                wrong += score.pmedian(inst, read(out)) != told["value"]
            p, s = p + (told["value"] == told["bound"]), s + told["cpu"]["solving"]
        proven.append(p)
        spent.append(s)
    row("S2", "40 p-medians: proven optimal, worst of five sets", min(proven), 40, "all", min(proven) == 40, f"{proven}; {wrong} values miscounted")
    row("S2", "40 p-medians: CPU s, worst of five sets", max(spent), 25.0, "25 seconds", max(spent) <= 25)


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
            told, out = peer(other, inst)
            if told:
                c = score.assignment(inst, np.array(read(out)).reshape(-1, 3).tolist())[0]
                row("M1", f"{name}: CPU s", median(mine), told["cpu"], other.split("_")[0], median(mine) <= told["cpu"] and cost <= c, f"its cost {c}")


def build_lemon():
    out = args.folder.resolve() / "lemon"
    include = [f"-I{p}" for p in [args.folder.resolve() / "debian/usr/include"] if p.exists()]
    r = subprocess.run(["g++", "-O3", *include, "-o", str(out), str(HERE / "lemon.cc")], capture_output=True, text=True)
    if r.returncode:
        left_out.append("LEMON")
        print("left out: LEMON: its headers are not here (Debian package liblemon-dev)")
        return None
    return str(out)


def reach():
    inst = instance("streets", make.streets, 250, 4, 1000, 1)
    g = np.load(f"{inst}.npz")
    nodes, mine = str(answers / "nodes.csv"), []
    command = ["reach", "--network", f"{inst}.osm.pbf", "--sites", f"{inst}.geojson", "--points", f"{inst}.csv", "--minutes", 15]
    for _ in range(args.rounds):
        mine.append(ours(*command)[0])
    told, _ = ours(*command, "--nodes", nodes)
    every, people = median(m["phases"]["nearestOfEveryNode"] for m in mine), told["phases"]["populationOfEveryNode"]
    table = np.genfromtxt(nodes, delimiter=",", skip_header=1, usecols=(0, 2))
    at = dict(zip(table[:, 0].astype(int).tolist(), table[:, 1].tolist()))
    metres = np.array([at.get(v + 1, np.nan) for v in g["used"].tolist()])
    truth = None
    for name in ("scipy_nearest", "networkx_nearest", "pandana_nearest"):
        t, out = peer(name, inst, within=1200)
        if not t:
            continue
        d = np.load(out)
        truth = d if truth is None else truth
        seen = np.isfinite(truth) & (truth < 2900)
        off = float(np.nanmax(np.abs(d[seen] - metres[seen])))
        row("R", f"nearest of 1000 sites from {len(metres):,} nodes: CPU s", every, t["cpu"], name.split("_")[0], every < t["cpu"], f"distances differ by {off:.4f} m at most")
        if "everywhere" in t:
            row("R", "people within 1200 m of every node: CPU s", people, t["everywhere"], "pandana", people < t["everywhere"], f"pandana builds {t['building']:.0f} s before")


def places():
    for count in (638, 5000):
        inst = instance(f"zones{count}", make.zones, count, 1_000_000, 1)
        mine = [ours("locate", "--zones", f"{inst}.geojson", "--points", f"{inst}.csv") for _ in range(args.rounds)]
        zone = np.array([int(line.split(",")[1] or -1) for line in Path(mine[-1][1]).read_text().splitlines()[1:]])
        cpu = median(m["cpu"]["building"] + m["cpu"]["solving"] for m, _ in mine)
        t, out = peer("shapely_locate", inst)
        if t:
            wrong = int((np.load(out) != zone).sum())
            row("L", f"1 000 000 points in {count} zones: CPU s with building", cpu, t["cpu"] + t["building"], "shapely STRtree", cpu < t["cpu"] + t["building"], f"{wrong} answers differ")


def main():
    if args.rounds < 1:
        sys.exit("-rounds must be 1 or more")
    started = time.time()
    print(f"{'goal':4} {'what':58} {'sanzhi':>14} {'beside':>14} {'ratio':>8}")
    parts = {"grids": grids, "harder": grids_harder, "sites": sites, "medians": medians, "staff": staff, "reach": reach, "places": places}
    kept_at = folder / "rows.json"
    kept = json.loads(kept_at.read_text()) if kept_at.exists() else {}
    for name, run in parts.items():
        if args.only and not any(w and w in name for w in args.only.split(",")):
            continue
        t, before = time.time(), len(rows)
        run()
        if name == "harder":
            row("P1", "broken grids over all runs above", BROKEN["ours"], BROKEN["peer"], "METIS -contig", BROKEN["ours"] == 0)
        seconds[name] = time.time() - t
        kept[name] = {"rows": rows[before:], "rounds": args.rounds, "seconds": seconds[name], "day": datetime.date.today().isoformat()}
        kept_at.write_text(json.dumps(kept, default=lambda v: v.item()))
    print(f"{time.time() - started:.0f} s in all: " + ", ".join(f"{k} {v:.0f}" for k, v in seconds.items()))
    if args.write:
        plots.write(HERE.parent / "README.md", {k: kept[k] for k in parts if k in kept}, left_out)


main()
