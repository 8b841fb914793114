"""One scorer for all programs. It reads the instance and the answer and counts everything itself."""
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
    """Sum of the distances of all nodes to the nearest chosen one."""
    a = numbers(instance)
    n, e = int(a[0]), a[3:].reshape(-1, 3)
    g = coo_matrix((e[:, 2], (e[:, 0] - 1, e[:, 1] - 1)), shape=(n, n)).tocsr()
    return int(dijkstra(g, directed=False, indices=np.array(chosen) - 1, min_only=True).sum())


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
