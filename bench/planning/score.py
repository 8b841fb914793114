"""One scorer for all programs. It reads the instance and the answer and counts everything itself."""
from fractions import Fraction

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra


def district(name):
    g = dict(np.load(f"{name}.npz"))
    g["tail"] = np.repeat(np.arange(len(g["people"])), np.diff(g["first"]))
    return g


def parts(g, part, k, tolerance=0.10):
    """Edges cut, share of parts within the tolerance, parts in pieces or empty, root mean square radius in metres."""
    n, to, tail, w = len(g["people"]), g["to"], g["tail"], g["people"]
    part = np.asarray(part)
    if len(part) != n or part.min() < 0 or part.max() >= k:
        raise ValueError("not a partition: wrong length or part")
    inner = part[tail] == part[to]
    load = np.bincount(part, weights=w, minlength=k)
    within = np.abs(load / (w.sum() / k) - 1) <= tolerance
    _, piece = connected_components(csr_matrix((np.ones(inner.sum(), np.int8), (tail[inner], to[inner])), shape=(n, n)), directed=False)
    first = np.unique(piece, return_index=True)[1]
    pieces = np.bincount(part[first], minlength=k)
    size = np.maximum(1, np.bincount(part, minlength=k))
    centre = np.c_[np.bincount(part, g["xy"][:, 0], k), np.bincount(part, g["xy"][:, 1], k)] / size[:, None]
    radius = float(np.sqrt(((g["xy"] - centre[part]) ** 2).sum(1).mean()))
    return {"cut": int((~inner).sum()) // 2, "within": float(within.mean()), "broken": int((pieces != 1).sum()), "radius": radius, "ok": within}


def admitted(g, part, k, tolerance=0.10):
    """With hard borders: of the parts whose piece of a community can be cut into parts within the tolerance at all, the share that is
    within; how many parts cross a border, and how many are in pieces."""
    s = parts(g, part, k, tolerance)
    part, tail, to, c = np.asarray(part), g["tail"], g["to"], g["community"]
    crossing = len(np.unique(np.c_[part, c], axis=0)) - len(np.unique(part))
    inner = c[tail] == c[to]
    _, piece = connected_components(csr_matrix((np.ones(inner.sum(), np.int8), (tail[inner], to[inner])), shape=(len(c),) * 2), directed=False)
    mean = g["people"].sum() / k
    weight = np.bincount(piece, g["people"])
    most = np.floor(weight / (mean * (1 - tolerance)) + 1e-9)
    can = (most >= 1) & (weight <= most * mean * (1 + tolerance) + 1e-6)
    home = np.zeros(k, int)
    home[part] = piece
    asked = can[home]
    return {"share": float(s["ok"][asked].mean()), "asked": int(asked.sum()), "crossing": int(crossing), "broken": s["broken"], "cut": s["cut"]}


def numbers(path):
    with open(path) as f:
        return np.array(f.read().split(), dtype=np.int64)


def covering(instance, chosen):
    """Weight covered by the candidates chosen, and how many they are."""
    a, at, total, rows = numbers(instance), 3, 0, int(numbers(instance)[1])
    chosen = set(chosen)
    for _ in range(rows):
        w, k = int(a[at]), int(a[at + 1])
        if not chosen.isdisjoint(a[at + 2:at + 2 + k].tolist()):
            total += w
        at += 2 + k
    return total, len(chosen)


def pmedian(instance, chosen):
    """Sum of the distances of all nodes to the nearest chosen one, and how many are chosen. Of two edges between the same nodes the
    last one in the file counts, as in the OR-Library."""
    a = numbers(instance)
    n, e = int(a[0]), a[3:].reshape(-1, 3)
    last = {(min(u, v), max(u, v)): c for u, v, c in e.tolist()}
    u, v = np.array(list(last)).T
    g = coo_matrix((list(last.values()), (u - 1, v - 1)), shape=(n, n)).tocsr()
    return int(dijkstra(g, directed=False, indices=np.array(chosen) - 1, min_only=True).sum()), len(set(chosen))


def assignment(instance, rows):
    """Cost of a solution 'l r amount', and how much of the demand it fills; nothing may be overdrawn or invented."""
    a = numbers(instance)
    nl, nr = int(a[0]), int(a[1])
    supply, demand, arcs = a[3:3 + nl], a[3 + nl:3 + nl + nr], a[3 + nl + nr:].reshape(-1, 3)
    cost = {(l, r): c for l, r, c in arcs.tolist()}
    used, got, total = np.zeros(nl, int), np.zeros(nr, int), 0
    for l, r, x in rows:
        total += cost[l, r] * x
        used[l] += x
        got[r] += x
    if (used > supply).any() or (got > demand).any():
        raise ValueError("more is given than there is")
    return int(total), int(got.sum())


UNITS = 10_000  # a metre; lengths are whole tenths of a millimetre, as the program documents them, so that sums are exact


def streets(name):
    """A street network with the length of each side in whole units (haversine on the mean sphere), and the people at its nodes."""
    g = dict(np.load(f"{name}.npz"))
    rad = np.pi / 180
    p, q = g["at"][g["a"]], g["at"][g["b"]]
    s_lat, s_lon = np.sin((q[:, 1] - p[:, 1]) * rad / 2), np.sin((q[:, 0] - p[:, 0]) * rad / 2)
    h = s_lat * s_lat + np.cos(p[:, 1] * rad) * np.cos(q[:, 1] * rad) * s_lon * s_lon
    g["units"] = np.maximum(1, np.round(2 * 6_371_008.7714 * np.arcsin(np.minimum(1, np.sqrt(h))) * UNITS)).astype(np.int64)
    n = len(g["at"])
    g["graph"] = coo_matrix((np.r_[g["units"], g["units"]].astype(float), (np.r_[g["a"], g["b"]], np.r_[g["b"], g["a"]])), shape=(n, n)).tocsr()
    g["at_node"] = np.zeros(n, np.int64)
    g["at_node"][g["used"]] = g["people"]
    return g


def nearest(g):
    """The distance of every node used from the nearest site in whole units, by plain Dijkstra; −1 where there is no way."""
    d = dijkstra(g["graph"], indices=g["site"], min_only=True)[g["used"]]
    return np.where(np.isfinite(d), d, -1).astype(np.int64)


def wrong_sites(g, units, site):
    """How many nodes used name a site that does not lie at their distance: each must be a site itself, or have a neighbour that
    names the same site and is nearer by the length of the side between."""
    d, s = np.full(len(g["at"]), -1), np.full(len(g["at"]), -1)
    d[g["used"]], s[g["used"]] = units, site
    fine = d < 0
    known = (s >= 0) & (s < len(g["site"]))
    fine[known] |= (g["site"][s[known]] == np.flatnonzero(known)) & (d[known] == 0)
    for a, b in ((g["a"], g["b"]), (g["b"], g["a"])):
        good = (d[a] >= 0) & (d[b] == d[a] + g["units"]) & (s[a] == s[b])
        fine[b[good]] = True
    return int((~fine[g["used"]]).sum())


def around(g, nodes, metres):
    """By plain Dijkstra from each of some nodes: the people within each of some ascending distances, and the length in units of the
    streets within the last."""
    limit = int(round(metres[-1] * UNITS))
    people, length = np.zeros((len(nodes), len(metres)), np.int64), np.zeros(len(nodes), np.int64)
    for i in range(0, len(nodes), 40):
        part = dijkstra(g["graph"], indices=nodes[i:i + 40], limit=limit)
        for k, d in enumerate(part):
            met = np.flatnonzero(np.isfinite(d))
            for j, m in enumerate(metres):
                people[i + k, j] = g["at_node"][met[d[met] <= round(m * UNITS)]].sum()
            left = np.maximum(0, limit - np.where(np.isfinite(d), d, limit))
            length[i + k] = np.minimum(g["units"], left[g["a"]] + left[g["b"]]).sum()
    return people, length


def zone_of(name, which="points"):
    """The zone of each point, or of each hard one, by exact arithmetic: the lowest number of those that hold it, whose border belongs to it; −1 for none.
    Signs of areas are taken from floats where rounding cannot change them and from fractions where it might."""
    g = np.load(f"{name}.npz")
    p, corners, first = g[which], g["corners"], g["first"]
    order = np.argsort(p[:, 1], kind="stable")
    y, found = p[order, 1], np.full(len(p), -1)
    for z in range(len(first) - 1):
        ring = corners[first[z]:first[z + 1]]
        low, high = ring.min(0), ring.max(0)
        near = order[np.searchsorted(y, low[1], "left"):np.searchsorted(y, high[1], "right")]
        near = near[(p[near, 0] >= low[0]) & (p[near, 0] <= high[0]) & (found[near] < 0)]
        if len(near):
            found[near[holds(ring, p[near])]] = z
    return found


def holds(ring, p):
    """Which points lie inside a ring or on it."""
    a, b = ring, np.roll(ring, -1, 0)
    px, py = p[:, :1], p[:, 1:]
    left, right = (b[:, 0] - a[:, 0]) * (py - a[:, 1]), (b[:, 1] - a[:, 1]) * (px - a[:, 0])
    area = left - right
    # Differences of coordinates carry a rounding each, their product another: some 4e-16 of the sizes; ten times that is asked.
    doubt = np.abs(area) <= 4e-15 * (np.abs(left) + np.abs(right))
    up = b[:, 1] > py
    asked = doubt & (np.minimum(a[:, 1], b[:, 1]) <= py) & (np.maximum(a[:, 1], b[:, 1]) >= py)
    sign, on = np.sign(area), np.zeros(len(p), bool)
    for i, e in zip(*np.nonzero(asked)):
        ax, ay, bx, by, x, y = map(Fraction, (*a[e].tolist(), *b[e].tolist(), *p[i].tolist()))
        exact = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        sign[i, e] = (exact > 0) - (exact < 0)
        if exact == 0 and min(ax, bx) <= x <= max(ax, bx):
            on[i] = True
    crossed = ((a[:, 1] > py) != up) & ((sign > 0) == up)
    return on | (crossed.sum(1) % 2 == 1)
