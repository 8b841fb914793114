"""Room reach: the nearest site, isochrones and people around every node of a street network, beside scipy, networkx, pandana and
pgRouting; every distance against plain Dijkstra in whole units."""
import csv, io

import numpy as np

import make, score
from common import answers, args, faster, instance, median, none_wrong, once, ours, peer_rounds, probe, row
from database import with_database

MINUTES, METRES = "5,10,15", (400.0, 800.0, 1200.0)  # 80 m a minute
AROUND, ISOCHRONE = 200, 1250.0


def reach():
    inst = instance("streets", make.streets, 250, 4, 1000, 1)
    g = score.streets(inst)
    truth = score.nearest(g)
    nodes, mine = answers / "nodes.csv", []
    for _ in range(args.rounds):
        mine.append(ours("reach", "--network", f"{inst}.osm.pbf", "--sites", f"{inst}.geojson", "--points", f"{inst}.csv", "--minutes", MINUTES, "--nodes", nodes)[0])
    units, site, people = read_nodes(nodes, g)
    count = f"{len(truth):,}".replace(",", " ")
    none_wrong("A1", f"nearest of 1000 sites: nodes wrong, of {count}", (units != truth).sum() + score.wrong_sites(g, units, site), "plain Dijkstra, every node, exactly")
    every = median(m["phases"]["nearestOfEveryNode"] for m in mine)
    nearest_beside(inst, every, truth)
    people_beside(inst, g, people, every, median(m["phases"]["populationOfEveryNode"] for m in mine), truth)
    alone = isochrones(inst, g)
    with_database(lambda db: pgrouting(db, g, every, alone, truth))


def read_nodes(path, g):
    """The program's answer for each node used: distance in whole units, number of the site, people within each of the minutes."""
    at = np.full(len(g["at"]) + 1, -1)
    table = list(csv.reader(io.StringIO(path.read_text())))[1:]
    at[[int(r[0]) for r in table]] = np.arange(len(table))
    rows = [table[i] if i >= 0 else None for i in at[g["used"] + 1]]
    units = np.array([round(float(r[2]) * score.UNITS) if r and r[2] else -1 for r in rows])
    site = np.array([int(r[1]) if r and r[1] else -1 for r in rows])
    people = np.array([[float(x) for x in r[4:7]] if r else [-1] * 3 for r in rows])
    return units, site, people


def off(metres, truth, most=np.inf):
    """How far a peer's distances are from the exact ones, of nodes within what it looked at."""
    known = (truth >= 0) & (truth < most * score.UNITS)
    apart = np.where(np.isfinite(metres), np.abs(metres - truth / score.UNITS), np.inf)[known]
    wrong = int((apart > 0.01).sum())
    return f"{wrong:,} nodes off by more than 1 cm, the worst by {apart.max():.3g} m" if wrong else "no node off by more than 1 cm"


def notes(*parts):
    return "; ".join(p for p in parts if p)


def nearest_beside(inst, every, truth):
    for name, goal in (("scipy", 25), ("networkx", None)):
        told, out, count = peer_rounds(f"{name}_nearest", inst)
        if told:
            faster("A1", "nearest of 1000 sites of every node: CPU s", every, told["cpu"], name, goal, notes(off(np.load(out), truth), once(count)))


def people_beside(inst, g, people, every, cpu, truth):
    """The people around every node: some nodes exactly by plain Dijkstra, all of them beside pandana, which is asked for the nearest
    sites in the same run."""
    chosen = np.sort(np.random.default_rng(3).choice(len(g["used"]), AROUND, replace=False))
    exact, _ = score.around(g, g["used"][chosen], METRES)
    none_wrong("A2", f"people within 5, 10, 15 minutes: wrong, of {AROUND} nodes drawn", (people[chosen] != exact).any(1).sum(), "plain Dijkstra, exactly")
    told, out, count = peer_rounds("pandana", inst, within=",".join(map(str, METRES)))
    if told:
        answer, built = np.load(out), f"its {told['building']:.0f} s of building apart"
        faster("A1", "nearest of 1000 sites of every node: CPU s", every, told["nearest"], "pandana", 100, notes(built, off(answer[:, 0], truth, 2900), once(count)))
        apart = int((np.abs(answer[:, 1:] - people).max(1) > 0.5).sum())
        faster("A2", "people within 5, 10, 15 minutes of every node: CPU s", cpu, told["people"], "pandana, three passes", 5,
               notes(built, f"of it 15 minutes alone {told['last']:.1f} s", f"{apart:,} nodes differ", once(count)))


def isochrones(inst, g):
    """Isochrones of nodes drawn at random, one after another, and the first of them by plain Dijkstra."""
    out = answers / "isochrones.csv"
    all_told = [probe("isochrones", f"{inst}.osm.pbf", f"{inst}.csv", ISOCHRONE, 20_000, out) for _ in range(args.rounds)]
    if not all(all_told):
        return None
    table = np.genfromtxt(out, delimiter=",", skip_header=1)[:AROUND]
    people, length = score.around(g, table[:, 0].astype(int) - 1, [ISOCHRONE])
    bad = (people[:, 0] != np.round(table[:, 1])) | (length != np.round(table[:, 2] * score.UNITS))
    none_wrong("A2", f"isochrones of 1250 m: people or streets wrong, of {AROUND}", bad.sum(), "plain Dijkstra, exactly")
    with_people = median(t["people"] for t in all_told)
    row("A2", "an isochrone of 1250 m with its people: µs", round(with_people * 1e6, 1), 60.0, "60 µs", with_people <= 60e-6, "mean of 20 000")
    row("A2", "the same as stretches of street to draw: µs", round(median(t["streets"] for t in all_told) * 1e6, 1), None, "", None)
    told, _, count = peer_rounds("networkx_isochrone", inst, metres=ISOCHRONE)
    if told:
        faster("A2", "an isochrone of 1250 m with its people: CPU s", with_people, told["cpu"], "networkx", None, once(count))
    return with_people


def pgrouting(db, g, every, alone, truth):
    db.psql("CREATE TABLE streets (id int, source int, target int, cost float8); CREATE TABLE people (node int PRIMARY KEY, count int)")
    rows = zip(g["a"].tolist(), g["b"].tolist(), (g["units"] / score.UNITS).tolist())
    db.psql("COPY streets FROM STDIN;\n" + "\n".join(f"{i}\t{a}\t{b}\t{m!r}" for i, (a, b, m) in enumerate(rows)) + "\n\\.\n")
    db.psql("COPY people FROM STDIN;\n" + "\n".join(f"{v}\t{k}" for v, k in zip(g["used"].tolist(), g["people"].tolist())) + "\n\\.\n")
    db.psql("ANALYZE")
    ask = "pgr_drivingDistance('SELECT id, source, target, cost FROM streets', {}, {}, directed => false{})"
    sites = "ARRAY[" + ",".join(map(str, g["site"].tolist())) + "]"
    lines, cpu = db.timed("", f"SELECT node, agg_cost FROM {ask.format(sites, 1e6, ', equicost => true')}")
    metres = np.full(len(g["at"]), np.inf)
    for line in lines:
        node, cost = line.split("|")
        metres[int(node)] = min(metres[int(node)], float(cost))
    faster("A1", "nearest of 1000 sites of every node: CPU s", every, cpu, "pgRouting", 200, off(metres[g["used"]], truth) + ("; its one round" if args.rounds > 1 else ""))
    if alone:
        spent = [db.timed("", f"SELECT sum(count) FROM {ask.format(v, ISOCHRONE, '')} JOIN people USING (node)")[1] for v in g["used"][:3].tolist()]
        faster("A2", "an isochrone of 1250 m with its people: CPU s", alone, median(spent), "pgRouting", None)
