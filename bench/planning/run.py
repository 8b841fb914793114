"""Planning beside other programs: the same files, one scorer that trusts no program's own figures, one table.

Grids: a jittered lattice of homes with people; cut, heaviest part over the mean, parts in pieces; METIS (pymetis) is the peer.
Sites: maximal covering of random homes; people covered; HiGHS (highspy) is the peer.
"""
import json, math, random, subprocess, sys, time
from pathlib import Path

sanzhi, work = sys.argv[1], Path(sys.argv[2])
side = int(sys.argv[3]) if len(sys.argv) > 3 else 120
PARTS, TOL = 36, 0.05


def peer(name):
    try:
        return __import__(name)
    except ImportError:
        print(f"left out: {name} is not installed")
        return None


def lattice():
    r = random.Random(1)
    n = side * side
    near = [[] for _ in range(n)]
    for v in range(n):
        x, y = v % side, v // side
        for w in ([v + 1] if x + 1 < side else []) + ([v + side] if y + 1 < side else []):
            near[v].append(w)
            near[w].append(v)
    people = [r.randint(20, 120) for _ in range(n)]
    spots = [((v % side) * 30 + r.uniform(-9, 9), (v // side) * 30 + r.uniform(-9, 9)) for v in range(n)]
    return near, people, spots


def score(near, people, part):
    """Cut edges, heaviest part over the mean, lightest over the mean, parts in pieces."""
    load, cut = {}, 0
    for v, p in enumerate(part):
        load[p] = load.get(p, 0) + people[v]
        cut += sum(part[w] != p for w in near[v])
    seen, pieces = [False] * len(part), {}
    for v in range(len(part)):
        if seen[v]:
            continue
        pieces[part[v]] = pieces.get(part[v], 0) + 1
        stack = [v]
        seen[v] = True
        while stack:
            for w in near[stack.pop()]:
                if not seen[w] and part[w] == part[v]:
                    seen[w] = True
                    stack.append(w)
    mean = sum(people) / PARTS
    return cut // 2, max(load.values()) / mean, min(load.values()) / mean, sum(k > 1 for k in pieces.values())


def grids():
    near, people, spots = lattice()
    graph, coords, out = work / "g.graph", work / "g.xy", work / "g.part"
    graph.write_text(f"{len(near)} {sum(map(len, near)) // 2} 010\n" + "".join(f"{p} " + " ".join(str(w + 1) for w in l) + "\n" for p, l in zip(people, near)))
    coords.write_text("".join(f"{x:.2f} {y:.2f}\n" for x, y in spots))
    t = time.process_time(), time.perf_counter()
    cmd = [sanzhi, "plan", "partition", "--graph", str(graph), "--coords", str(coords), "--parts", str(PARTS), "--tolerance", str(TOL), "--seed", "1", "--out", str(out)]
    r = subprocess.run(cmd, capture_output=True, text=True)
    rows = []
    if out.exists() and r.returncode in (0, 1):
        rows.append(("sanzhi", time.perf_counter() - t[1], *score(near, people, [int(x) for x in out.read_text().split()])))
    else:
        print("sanzhi plan partition failed:", r.stderr.strip())
    if m := peer("pymetis"):
        t0 = time.perf_counter()
        _, part = m.part_graph(PARTS, adjacency=near, vweights=people, recursive=False, options=m.Options(ufactor=int(TOL * 1000), contig=True, seed=1))
        rows.append(("METIS", time.perf_counter() - t0, *score(near, people, part)))
    print(f"\ngrids: {len(near)} homes in {PARTS} parts, ±{TOL:.0%}\n{'':10}{'seconds':>9}{'cut':>9}{'heaviest':>10}{'lightest':>10}{'broken':>8}")
    for name, s, cut, hi, lo, broken in rows:
        print(f"{name:10}{s:9.2f}{cut:9}{hi:10.3f}{lo:10.3f}{broken:8}")
    if len(rows) == 2:
        ratio = rows[0][2] / rows[1][2]
        print("goal, cut no more than METIS:", "met" if ratio <= 1 else f"ratio {ratio:.3f}")
    if rows and rows[0][0] == "sanzhi":
        _, _, _, hi, lo, broken = rows[0]
        print("goal, all within and none broken:", "met" if hi <= 1 + TOL + 1e-9 and lo >= 1 - TOL - 1e-9 and not broken else f"heaviest {hi:.3f}, lightest {lo:.3f}, broken {broken}")


def sites():
    r = random.Random(2)
    homes = [(r.uniform(0, 4000), r.uniform(0, 4000), r.randint(20, 120)) for _ in range(1500)]
    spots, p = homes[::5], 12
    by = [[j for j, s in enumerate(spots) if math.hypot(h[0] - s[0], h[1] - s[1]) <= 500] for h in homes]
    inst, out = work / "c.txt", work / "c.out"
    inst.write_text(f"{len(spots)} {len(homes)} {p}\n" + "".join(f"{h[2]} {len(b)} {' '.join(map(str, b))}\n" for h, b in zip(homes, by)))
    covered = lambda chosen: sum(h[2] for h, b in zip(homes, by) if set(b) & set(chosen))
    rows = []
    t0 = time.perf_counter()
    r1 = subprocess.run([sanzhi, "plan", "site", "--model", "covering", "--instance", str(inst), "--out", str(out), "--json"], capture_output=True, text=True)
    if out.exists() and r1.returncode in (0, 1):
        rows.append(("sanzhi", time.perf_counter() - t0, covered([int(x) for x in out.read_text().split()])))
    else:
        print("sanzhi plan site failed:", r1.stderr.strip())
    if m := peer("highspy"):
        t0 = time.perf_counter()
        h = m.Highs()
        h.silent()
        x = [h.addBinary() for _ in spots]
        y = [h.addVariable(lb=0, ub=1, obj=-homes[i][2]) for i in range(len(homes))]
        for i, b in enumerate(by):
            h.addConstr(y[i] <= sum((x[j] for j in b[1:]), x[b[0]]) if b else y[i] <= 0)
        h.addConstr(sum(x[1:], x[0]) == p)
        h.run()
        rows.append(("HiGHS", time.perf_counter() - t0, covered([j for j, v in enumerate(x) if h.val(v) > 0.5])))
    print(f"\nsites: {p} of {len(spots)}, {len(homes)} homes\n{'':10}{'seconds':>9}{'covered':>9}")
    for name, s, c in rows:
        print(f"{name:10}{s:9.2f}{c:9}")
    if len(rows) == 2:
        print("goal, as many as the proven optimum:", "met" if rows[0][2] >= rows[1][2] else f"ratio {rows[0][2] / rows[1][2]:.4f}")


grids()
sites()
