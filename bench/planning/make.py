"""Instances for the planning bench. Each is made of its seed alone, so that two machines measure the same files."""
import json, struct, zlib
from pathlib import Path

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from scipy.spatial import Delaunay, cKDTree

SIDE = 20_000.0  # metres


def buildings(rng, n):
    """Seven tenths of the homes stand in compounds of about forty, the rest along streets."""
    homes = int(n * 0.7)
    spread = 60 * np.sqrt(1e5 / n)
    compound = rng.random((max(8, homes // 40), 2)) * SIDE
    at = compound[rng.integers(0, len(compound), homes)] + rng.normal(0, spread, (homes, 2))
    p = np.vstack([at, rng.random((n - homes, 2)) * SIDE])
    p = np.clip(p, 0, SIDE) + rng.random((n, 2)) * 0.5
    return p[np.lexsort((p[:, 0], (p[:, 1] // 200).astype(int)))]


def river(x):
    """Where the middle of the river runs at x."""
    return SIDE * (0.45 + 0.08 * np.sin(x / SIDE * 7))


def district(out, n, seed, water=False):
    """A planar graph of n homes with their people, in the format of METIS, coordinates with communities beside it, and the same
    in one .npz for the scorer. With water a river cuts it into two pieces."""
    rng = np.random.default_rng([seed, n, water])
    p = buildings(rng, n)
    if water:
        gap = 120 * np.sqrt(1e5 / n)
        d = p[:, 1] - river(p[:, 0])
        p[:, 1] += np.where(d >= 0, 1, -1) * np.maximum(0, gap - np.abs(d)) * (1 + rng.random(n))
    t = Delaunay(p).simplices
    e = np.unique(np.sort(np.vstack([t[:, [0, 1]], t[:, [1, 2]], t[:, [0, 2]]]), axis=1), axis=0)
    if water:
        bank = p[:, 1] > river(p[:, 0])
        e = e[bank[e[:, 0]] == bank[e[:, 1]]]
    length = np.hypot(*(p[e[:, 0]] - p[e[:, 1]]).T)
    tree = minimum_spanning_tree(coo_matrix((length + 1e-6, (e[:, 0], e[:, 1])), shape=(n, n))).tocoo()
    e = np.vstack([e[length <= np.quantile(length, 0.97)], np.sort(np.c_[tree.row, tree.col], axis=1)])
    e = np.unique(e, axis=0)
    pieces, _ = connected_components(coo_matrix((np.ones(len(e)), (e[:, 0], e[:, 1])), shape=(n, n)), directed=False)
    assert pieces == 1 + water, pieces
    people = np.clip(np.round(rng.lognormal(3.2, 1.0, n)), 1, 400).astype(np.int32)
    centre = rng.random((max(4, n // 1500), 2)) * SIDE
    community = cKDTree(centre).query(p)[1].astype(np.int32)
    a = coo_matrix((np.ones(2 * len(e), np.int8), (np.r_[e[:, 0], e[:, 1]], np.r_[e[:, 1], e[:, 0]])), shape=(n, n)).tocsr()
    a.sort_indices()
    write_graph(out, a.indptr, a.indices, people)
    np.savetxt(f"{out}.xy", np.c_[p, people, community], fmt=["%.2f", "%.2f", "%d", "%d"])
    np.savez(f"{out}.npz", first=a.indptr, to=a.indices, people=people, xy=np.round(p, 2), community=community)


def write_graph(out, first, to, people):
    with open(f"{out}.graph", "w") as f:
        f.write(f"{len(people)} {len(to) // 2} 010\n")
        to = (to + 1).tolist()
        for v, w in enumerate(people.tolist()):
            f.write(f"{w} {' '.join(map(str, to[first[v]:first[v + 1]]))}\n")


def communities(out, into):
    """Each community's piece of a district as a graph of its own, for a peer that knows no borders."""
    g = np.load(f"{out}.npz")
    first, to, people, community = g["first"], g["to"], g["people"], g["community"]
    tail = np.repeat(np.arange(len(people)), np.diff(first))
    inner = community[tail] == community[to]
    a = coo_matrix((np.ones(inner.sum(), np.int8), (tail[inner], to[inner])), shape=(len(people),) * 2).tocsr()
    _, piece = connected_components(a, directed=False)
    return a, piece, people


def covering(out, candidates, rows, p, seed, radius):
    """Homes within a radius of candidate stations; compounds as in a district."""
    rng = np.random.default_rng([seed, candidates])
    homes = buildings(rng, rows)
    people = np.clip(np.round(rng.lognormal(5.2, 0.9, rows)), 1, 4000).astype(int)
    spots = homes[np.sort(rng.choice(rows, candidates, replace=False))] + rng.normal(0, 60, (candidates, 2))
    near = cKDTree(spots).query_ball_point(homes, radius)
    with open(out, "w") as f:
        f.write(f"{candidates} {rows} {p}\n")
        for w, by in zip(people, near):
            f.write(f"{w} {len(by)} {' '.join(map(str, sorted(by)))}\n")


PMED = [(100, 5), (100, 10), (100, 10), (100, 20), (100, 33), (200, 5), (200, 10), (200, 20), (200, 40), (200, 67),
        (300, 5), (300, 10), (300, 30), (300, 60), (300, 100), (400, 5), (400, 10), (400, 40), (400, 80), (400, 133),
        (500, 5), (500, 10), (500, 50), (500, 100), (500, 167), (600, 5), (600, 10), (600, 60), (600, 120), (600, 200),
        (700, 5), (700, 10), (700, 70), (700, 140), (800, 5), (800, 10), (800, 80), (900, 5), (900, 10), (900, 90)]


def pmedian(out, number, seed):
    """The recipe of Beasley (1985) for pmed1–40: n nodes, about n²/50 edges of whole lengths 1 to 100 that tie all together."""
    n, p = PMED[number - 1]
    rng = np.random.default_rng([seed, number])
    order = rng.permutation(n) + 1
    edges = {(min(a, b), max(a, b)) for a, b in zip(order, order[1:])}
    while len(edges) < n * n // 50:
        a, b = (int(x) for x in rng.integers(1, n + 1, 2))
        if a != b:
            edges.add((min(a, b), max(a, b)))
    edges = sorted(edges)
    with open(out, "w") as f:
        f.write(f"{n} {len(edges)} {p}\n")
        for (a, b), c in zip(edges, rng.integers(1, 101, len(edges))):
            f.write(f"{a} {b} {c}\n")


def staff(out, seed):
    """1300 staff for two posts in each of 638 grids: who can, and how far it is."""
    rng = np.random.default_rng([seed, 1])
    at, grid = rng.random((1300, 2)) * SIDE, rng.random((638, 2)) * SIDE
    can = rng.random((1300, 5)) < 0.45
    can[np.arange(1300), rng.integers(0, 5, 1300)] = True
    l, r = np.where(can[:, rng.integers(0, 5, 638)])
    cost = np.round(np.hypot(*(at[l] - grid[r]).T)).astype(int)
    write_assignment(out, [1] * 1300, [2] * 638, np.c_[l, r, cost])


def orders(out, seed):
    """8000 orders for 1300 staff who take eight each: the sixty nearest who can."""
    rng = np.random.default_rng([seed, 2])
    at, order = rng.random((1300, 2)) * SIDE, rng.random((8000, 2)) * SIDE
    can = rng.random((1300, 5)) < 0.45
    can[np.arange(1300), rng.integers(0, 5, 1300)] = True
    arcs, asks = [], rng.integers(0, 5, 8000)
    for skill in range(5):
        who, what = np.where(can[:, skill])[0], np.where(asks == skill)[0]
        d, i = cKDTree(at[who]).query(order[what], 60)
        arcs.append(np.c_[who[i].ravel(), np.repeat(what, 60), np.round(d).astype(int).ravel()])
    arcs = np.vstack(arcs)
    write_assignment(out, [8] * 1300, [1] * 8000, arcs[np.lexsort((arcs[:, 0], arcs[:, 1]))])


def write_assignment(out, supply, demand, arcs):
    with open(out, "w") as f:
        f.write(f"{len(supply)} {len(demand)} {len(arcs)}\n{' '.join(map(str, supply))}\n{' '.join(map(str, demand))}\n")
        np.savetxt(f, arcs, fmt="%d")


def zones(out, count, corners, points, seed):
    """Zones that tile a square: a jittered lattice whose sides wind like real borders, each shared corner by corner by its two zones;
    points all over, and a tenth as many hard ones on corners, on middles of sides and a few centimetres beside them. GeoJSON and CSV."""
    rng = np.random.default_rng([seed, count])
    wide = int(np.ceil(np.sqrt(count)))
    step, pieces = 0.3 / wide, corners // 4
    cross = np.stack(np.meshgrid(np.arange(wide + 1), np.arange(wide + 1)), -1) + rng.uniform(-0.1, 0.1, (wide + 1, wide + 1, 2))
    t = np.arange(pieces + 1) / pieces

    def wind(a, b):
        """A line from a to b that leaves both ends straight and strays to its sides between them."""
        wave = np.arange(1, 21)[:, None]
        stray = (0.04 / np.sqrt(wave) * rng.normal(0, 0.7, wave.shape) * np.sin(wave * np.pi * t)).sum(0) * np.minimum(1, 4 * np.minimum(t, 1 - t)) ** 2
        d = b - a
        return np.round((a + t[:, None] * d + stray[:, None] * [-d[1], d[0]]) * step + [114, 30], 7)

    south = {(i, j): wind(cross[j, i], cross[j, i + 1]) for j in range(wide + 1) for i in range(wide)}
    west = {(i, j): wind(cross[j, i], cross[j + 1, i]) for j in range(wide) for i in range(wide + 1)}
    rings = []
    for k in range(count):
        i, j = k % wide, k // wide
        rings.append(np.vstack([south[i, j][:-1], west[i + 1, j][:-1], south[i, j + 1][:0:-1], west[i, j][:0:-1]]))
    with open(f"{out}.geojson", "w") as f:
        f.write('{"type": "FeatureCollection", "features": [')
        f.write(",\n".join('{"type": "Feature", "properties": {"code": "%05d"}, "geometry": {"type": "Polygon", "coordinates": [%s]}}' %
                           (k, json.dumps(r.tolist() + r[:1].tolist())) for k, r in enumerate(rings)))
        f.write("]}")
    every = np.vstack(rings)
    p = np.round(rng.random((points, 2)) * 0.3 + [114, 30], 7)
    on, kind = rng.integers(0, len(every) - 1, points // 10), rng.integers(0, 3, points // 10)
    middle = (every[on] + every[on + 1]) / 2
    hard = np.round(np.where((kind == 0)[:, None], every[on], np.where((kind == 1)[:, None], middle, middle + rng.normal(0, 2e-7, middle.shape))), 7)
    write_points(f"{out}.csv", p)
    write_points(f"{out}.hard.csv", hard)
    np.savez(f"{out}.npz", corners=every, first=np.cumsum([0, *map(len, rings)]), points=p, hard=hard)


def write_points(out, p):
    with open(out, "w") as f:
        f.write("id,lon,lat\n")
        f.writelines(f"{i},{x:.7f},{y:.7f}\n" for i, (x, y) in enumerate(p.tolist()))


def streets(out, wide, bends, sites, seed):
    """A walking network: crossings on a jittered lattice of wide × wide, a tenth of the streets gone, each with some bends; and
    sites that stand on nodes of it. Written as .osm.pbf, GeoJSON of sites, CSV of people, and .npz for the peers."""
    rng = np.random.default_rng([seed, wide])
    step = 100 / 111_195
    ix, iy = np.meshgrid(np.arange(wide), np.arange(wide))
    kx = 1 / np.cos(np.radians(30))
    cross = np.c_[114 + (ix.ravel() + rng.uniform(-0.3, 0.3, wide * wide)) * step * kx, 30 + (iy.ravel() + rng.uniform(-0.3, 0.3, wide * wide)) * step]
    number = np.arange(wide * wide).reshape(wide, wide)
    sides = np.vstack([np.c_[number[:, :-1].ravel(), number[:, 1:].ravel()], np.c_[number[:-1].ravel(), number[1:].ravel()]])
    sides = sides[rng.random(len(sides)) > 0.1]
    bend = rng.integers(0, bends + 1, len(sides))
    nodes, ways, count = [cross], [], len(cross)
    for (a, b), k in zip(sides.tolist(), bend.tolist()):
        ways.append([a, *range(count, count + k), b])
        count += k
        if k:
            t = (np.arange(1, k + 1) / (k + 1))[:, None]
            nodes.append(cross[a] * (1 - t) + cross[b] * t + rng.uniform(-0.1, 0.1, (k, 2)) * step)
    at = np.round(np.vstack(nodes), 7)
    used = np.unique(np.concatenate(ways))
    site = np.sort(rng.choice(used, sites, replace=False))
    people = rng.integers(1, 60, len(used))
    write_pbf(f"{out}.osm.pbf", at, ways)
    Path(f"{out}.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"code": str(i)}, "geometry": {"type": "Point", "coordinates": at[v].tolist()}} for i, v in enumerate(site.tolist())]}))
    with open(f"{out}.csv", "w") as f:
        f.write("id,lon,lat,population\n")
        f.writelines(f"{v + 1},{at[v, 0]:.7f},{at[v, 1]:.7f},{k}\n" for v, k in zip(used.tolist(), people.tolist()))
    a = np.concatenate([w[:-1] for w in ways])
    b = np.concatenate([w[1:] for w in ways])
    np.savez(f"{out}.npz", at=at, a=a, b=b, length=haversine(at[a], at[b]), site=site, used=used, people=people)


def haversine(p, q):
    """Metres on a sphere of 6,371,008.8 m."""
    p, q = np.radians(p), np.radians(q)
    h = np.sin((q[:, 1] - p[:, 1]) / 2) ** 2 + np.cos(p[:, 1]) * np.cos(q[:, 1]) * np.sin((q[:, 0] - p[:, 0]) / 2) ** 2
    return 2 * 6_371_008.8 * np.arcsin(np.sqrt(h))


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def zigzag(n):
    return varint((n << 1) ^ (n >> 63))


def field(number, payload):
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def blob(kind, data):
    packed = zlib.compress(data)
    body = b"\x10" + varint(len(data)) + field(3, packed)
    head = field(1, kind) + b"\x18" + varint(len(body))
    return struct.pack(">I", len(head)) + head + body


def write_pbf(out, at, ways):
    """OpenStreetMap's format: nodes numbered from 1, then ways tagged highway=residential."""
    strings = field(1, b"") + field(1, b"highway") + field(1, b"residential")
    at = np.round(at * 1e7).astype(int)

    def deltas(values):
        last, parts = 0, []
        for v in values:
            parts.append(zigzag(int(v) - last))
            last = int(v)
        return b"".join(parts)

    with open(out, "wb") as f:
        f.write(blob(b"OSMHeader", field(4, b"OsmSchema-V0.6") + field(4, b"DenseNodes")))
        for i in range(0, len(at), 8000):
            part = at[i:i + 8000]
            dense = field(1, deltas(range(i + 1, i + 1 + len(part)))) + field(8, deltas(part[:, 1])) + field(9, deltas(part[:, 0]))
            f.write(blob(b"OSMData", field(1, strings) + field(2, field(2, dense))))
        for i in range(0, len(ways), 4000):
            group = b"".join(field(3, b"\x08" + varint(i + k + 1) + field(2, b"\x01") + field(3, b"\x02") + field(8, deltas(v + 1 for v in w)))
                             for k, w in enumerate(ways[i:i + 4000]))
            f.write(blob(b"OSMData", field(1, strings) + field(2, group)))
