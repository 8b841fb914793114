"""Room places: points in zones beside PostGIS, shapely and S2; every answer against exact arithmetic."""
from pathlib import Path

import numpy as np

import make, score
from common import answers, args, faster, home, instance, median, none_wrong, ours, peer_rounds, tool
from database import with_database

POINTS, SAMPLE = 1_000_000, 100_000


def places():
    for count, corners, what in ((638, 240, "638 grids"), (5000, 120, "5000 grids"), (2893, 400, "2893 counties")):
        inst = instance(f"zones{count}", make.zones, count, corners, POINTS, 1)
        truth = exact(inst, "points")
        mine = [locate(inst, "csv") for _ in range(max(3, args.rounds))]
        none_wrong("L1", f"{what}: points in a wrong zone, of 1 000 000", wrong(zones_of(mine[-1][1]), truth), "exact arithmetic")
        hard = zones_of(locate(inst, "hard.csv")[1])
        none_wrong("L1", f"{what}: the same of {len(hard):,} hard points".replace(",", " "), wrong(hard, exact(inst, "hard")), "exact arithmetic", "on corners, on sides, within centimetres")
        solving, building = median(m["cpu"]["solving"] for m, _ in mine), median(m["cpu"]["building"] for m, _ in mine)
        with_database(lambda db: postgis(db, inst, what, solving, building, truth))
        by_shapely(inst, what, solving, building, truth)
        by_s2(inst, what, solving, building, truth)


def locate(inst, points):
    """One run of the program: its report, and its answer kept under a name of its own."""
    told, out = ours("locate", "--zones", f"{inst}.geojson", "--points", f"{inst}.{points}")
    return told, Path(out).rename(answers / points)


def zones_of(path):
    return np.array([int(line.split(",")[1] or -1) for line in path.read_text().splitlines()[1:]])


def exact(inst, which):
    """Worked out once for each instance and scorer."""
    kept, made = Path(f"{inst}.{which}.npy"), max(Path(f).stat().st_mtime for f in (f"{inst}.npz", score.__file__))
    if not kept.exists() or kept.stat().st_mtime < made:
        np.save(kept, score.zone_of(inst, which))
    return np.load(kept)


def wrong(zone, truth):
    return int((zone != truth).sum())


def beside(what, solving, building, peer, cpu, built, times, note):
    """Two rows a peer: what a million answers cost, and what they cost with making ready the zones. The goal speaks of answers, as the
    figures did from which it was drawn."""
    faster("L1", f"{what}: CPU s a million points", solving, cpu, peer, times, note)
    faster("L1", f"{what}: the same with building", solving + building, cpu + built, peer, None)


def differs(zone, truth):
    return f"{wrong(zone, truth):,} of {len(truth):,} differ from exact"


def by_shapely(inst, what, solving, building, truth):
    told, out, _ = peer_rounds("shapely_locate_one", inst, count=SAMPLE)
    if told:
        beside(what, solving, building, "shapely STRtree, a query a point", told["cpu"] * POINTS / SAMPLE, told["building"], 250, differs(np.load(out), truth[:SAMPLE]))
    told, out, _ = peer_rounds("shapely_locate", inst)
    if told:
        beside(what, solving, building, "shapely STRtree, all points at once", told["cpu"], told["building"], None, differs(np.load(out), truth))


def by_s2(inst, what, solving, building, truth):
    out = answers / "s2.out"
    told = tool("s2", home / "s2", f"{inst}.geojson", f"{inst}.csv", out)
    if told:
        beside(what, solving, building, "golang s2, ShapeIndex", told["cpu"], told["building"], 20, differs(np.array(out.read_text().split(), int), truth))


def postgis(db, inst, what, solving, building, truth):
    g = np.load(f"{inst}.npz")
    db.psql("CREATE TABLE zones (code int, g geometry); CREATE TABLE points (id int, g geometry)")
    at = g["corners"].tolist()
    rings = [at[a:b] + [at[a]] for a, b in zip(g["first"].tolist(), g["first"].tolist()[1:])]
    copy(db, "zones", (f"{k}\tPOLYGON(({','.join(f'{x!r} {y!r}' for x, y in r)}))" for k, r in enumerate(rings)))
    copy(db, "points", (f"{i}\tPOINT({x!r} {y!r})" for i, (x, y) in enumerate(g["points"][:SAMPLE].tolist())))
    db.psql("ANALYZE")
    _, built = db.timed("", "CREATE INDEX by_zone ON zones USING gist (g)")
    for index, peer, times in (("", "PostGIS ST_Contains, zones indexed", 250), ("DROP INDEX by_zone; CREATE INDEX ON points USING gist (g); ANALYZE", "PostGIS ST_Contains, points indexed, zones prepared", None)):
        if index:
            _, built = db.timed("", index)
        db.psql("DROP TABLE IF EXISTS found")
        # The sizes of the tables do not let the planner do otherwise: it walks what has no index and asks the index of the other.
        _, cpu = db.timed("SET enable_hashjoin = off; SET enable_mergejoin = off", "CREATE TABLE found AS SELECT p.id, z.code FROM points p JOIN zones z ON ST_Contains(z.g, p.g)")
        zone = np.full(SAMPLE, -1)
        for line in db.psql("SELECT id, code FROM found"):
            i, z = line.split("|")
            zone[int(i)] = int(z)
        beside(what, solving, building, peer, cpu * POINTS / SAMPLE, built, times, differs(zone, truth[:SAMPLE]))


def copy(db, table, lines):
    db.psql(f"COPY {table} FROM STDIN;\n" + "\n".join(lines) + "\n\\.\n")
