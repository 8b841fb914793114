"""One peer on one instance, in a process of its own on one thread. Reading and building arrays is not counted; the processor time
of solving is. Prints one line of JSON and writes the answer beside it.

    peers.py PEER INSTANCE OUT [key=value ...]
"""
import json, os, sys, time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np

peer, instance, out = sys.argv[1:4]
asked = dict(a.split("=", 1) for a in sys.argv[4:])
told = {}


class timed:
    """Counts user and system time of this process, all threads of it."""

    def __init__(self, name="cpu"):
        self.name = name

    def __enter__(self):
        self.from_ = time.process_time()

    def __exit__(self, *_):
        told[self.name] = time.process_time() - self.from_


def write(values):
    with open(out, "w") as f:
        f.writelines(f"{v}\n" for v in values)


def save(values):
    with open(out, "wb") as f:
        np.save(f, values)


def pymetis():
    import pymetis as m
    g, k = np.load(f"{instance}.npz"), int(asked["k"])
    first, to, w = g["first"].tolist(), g["to"].tolist(), g["people"].tolist()
    o = m.Options(ufactor=100, contig=True, seed=int(asked.get("seed", 1)), ncuts=int(asked.get("ncuts", 1)))
    with timed():
        _, part = m.part_graph(k, m.CSRAdjacency(first, to), vweights=w, recursive=False, options=o)
    write(part)


def pymetis_borders():
    """METIS knows no borders: each community's pieces are cut by themselves, with parts by largest remainder."""
    import pymetis as m
    from make import communities
    a, piece, w = communities(instance, None)
    k, spent = int(asked["k"]), 0.0
    weight = np.bincount(piece, w)
    share = weight / w.sum() * k
    give = np.maximum(1, np.floor(share)).astype(int)
    for i in np.argsort(give - share):
        if give.sum() < k:
            give[i] += 1
    while give.sum() > k:
        give[np.argmax(np.where(give > 1, give - share, -np.inf))] -= 1
    part, used = np.zeros(len(w), int), 0
    for i, count in enumerate(give.tolist()):
        nodes = np.flatnonzero(piece == i)
        if count > 1:
            sub = a[nodes][:, nodes]
            first, to, ww = sub.indptr.tolist(), sub.indices.tolist(), w[nodes].tolist()
            t = time.process_time()
            _, mine = m.part_graph(count, m.CSRAdjacency(first, to), vweights=ww, recursive=False, options=m.Options(ufactor=100, contig=True, seed=1))
            spent += time.process_time() - t
            part[nodes] = used + np.array(mine)
        else:
            part[nodes] = used
        used += count
    told["cpu"] = spent
    write(part.tolist())


def kahip():
    import kahip as m
    g = np.load(f"{instance}.npz")
    w, first, to = g["people"].tolist(), g["first"].tolist(), g["to"].tolist()
    ones = [1] * len(to)
    with timed():
        _, part = m.kaffpa(w, first, ones, to, int(asked["k"]), 0.10, True, 1, 2)  # 2: strong
    write(part)


def highs_covering():
    import highspy
    from scipy.sparse import coo_matrix
    a = np.array(open(instance).read().split(), dtype=np.int64)
    n, rows, p = (int(x) for x in a[:3])
    at, weight, i, j = 3, [], [], []
    for r in range(rows):
        k = int(a[at + 1])
        weight.append(float(a[at]))
        i += [r] * (k + 1)
        j += [n + r, *a[at + 2:at + 2 + k].tolist()]
        at += 2 + k
    value = np.where(np.array(j) >= n, -1.0, 1.0)
    i, j, value = np.r_[i, [rows] * n], np.r_[j, np.arange(n)], np.r_[value, np.ones(n)]
    m = coo_matrix((value, (i, j)), shape=(rows + 1, n + rows)).tocsr()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n + rows, rows + 1
    lp.col_cost_ = -np.r_[np.zeros(n), weight]
    lp.col_lower_, lp.col_upper_ = np.zeros(n + rows), np.ones(n + rows)
    lp.row_lower_, lp.row_upper_ = np.r_[np.zeros(rows), p], np.r_[np.full(rows, highspy.kHighsInf), p]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = m.indptr, m.indices, m.data
    lp.integrality_ = [highspy.HighsVarType.kInteger] * n + [highspy.HighsVarType.kContinuous] * rows
    h = highs(highspy)
    h.setOptionValue("time_limit", float(asked.get("limit", 120)))
    h.setOptionValue("mip_rel_gap", 0.0)
    h.passModel(lp)
    with timed():
        h.run()
    x = np.array(h.getSolution().col_value)
    told["bound"] = -h.getInfo().mip_dual_bound
    write((np.flatnonzero(x[:n] > 0.5)).tolist())


def highs(highspy):
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("threads", 1)
    return h


def read_assignment():
    a = np.array(open(instance).read().split(), dtype=np.int64)
    nl, nr = int(a[0]), int(a[1])
    return a[3:3 + nl], a[3 + nl:3 + nl + nr], a[3 + nl + nr:].reshape(-1, 3)


def highs_assignment():
    import highspy
    supply, demand, arcs = read_assignment()
    nl, nr, m = len(supply), len(demand), len(arcs)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = m, nl + nr
    lp.col_cost_, lp.col_lower_ = arcs[:, 2].astype(float), np.zeros(m)
    lp.col_upper_ = np.minimum(supply[arcs[:, 0]], demand[arcs[:, 1]]).astype(float)
    lp.row_lower_, lp.row_upper_ = np.r_[np.zeros(nl), demand].astype(float), np.r_[supply, demand].astype(float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = np.arange(0, 2 * m + 1, 2, dtype=np.int32)
    lp.a_matrix_.index_ = np.c_[arcs[:, 0], nl + arcs[:, 1]].ravel().astype(np.int32)
    lp.a_matrix_.value_ = np.ones(2 * m)
    h = highs(highspy)
    h.passModel(lp)
    with timed():
        h.run()
    x = np.round(np.array(h.getSolution().col_value)).astype(int)
    write(f"{l} {r} {v}" for (l, r, _), v in zip(arcs.tolist(), x.tolist()) if v)


def scipy_assignment():
    """Posts of one grid become rows of their own; only an instance whose supplies are 1 fits."""
    from scipy.optimize import linear_sum_assignment
    supply, demand, arcs = read_assignment()
    cost = np.full((len(supply), len(demand)), 1e7)
    cost[arcs[:, 0], arcs[:, 1]] = arcs[:, 2]
    post = np.repeat(np.arange(len(demand)), demand)
    with timed():
        l, r = linear_sum_assignment(cost[:, post])
    write(f"{a} {post[b]} 1" for a, b in zip(l.tolist(), r.tolist()))


def streets():
    g = np.load(f"{instance}.npz")
    return g["at"], g["a"], g["b"], g["length"], g["site"], g["used"], g["people"]


def scipy_nearest():
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra
    at, a, b, length, site, used, _ = streets()
    g = coo_matrix((np.r_[length, length], (np.r_[a, b], np.r_[b, a])), shape=(len(at),) * 2).tocsr()
    with timed():
        d = dijkstra(g, indices=site, min_only=True)
    save(d[used])


def networkx_nearest():
    import networkx as nx
    at, a, b, length, site, used, _ = streets()
    g = nx.Graph()
    g.add_weighted_edges_from(zip(a.tolist(), b.tolist(), length.tolist()))
    with timed():
        d = nx.multi_source_dijkstra_path_length(g, set(site.tolist()))
    save(np.array([d.get(v, np.inf) for v in used.tolist()]))


def networkx_isochrone():
    import networkx as nx
    at, a, b, length, site, used, people = streets()
    g = nx.Graph()
    g.add_weighted_edges_from(zip(a.tolist(), b.tolist(), length.tolist()))
    count, start = dict(zip(used.tolist(), people.tolist())), np.random.default_rng(5).choice(used, 200)
    with timed():
        sums = [sum(count[v] for v in nx.single_source_dijkstra_path_length(g, s, cutoff=float(asked["metres"]))) for s in start.tolist()]
    told["cpu"] /= len(sums)


def pandana():
    """Nearest sites, then people once for each distance, the last of which is told apart too. Its building takes longest, so that both
    are asked of one network. Answers: the distance, then a column of people for each distance."""
    import pandana as pdna, pandas as pd
    at, a, b, length, site, used, people = streets()
    with timed("building"):
        net = pdna.Network(pd.Series(at[used, 0], used), pd.Series(at[used, 1], used), pd.Series(a), pd.Series(b), pd.DataFrame({"m": length}))
    with timed("nearest"):
        net.set_pois("s", 3000, 1, pd.Series(at[site, 0]), pd.Series(at[site, 1]))
        d = net.nearest_pois(3000, "s", num_pois=1)
    columns = [d[1].reindex(used).to_numpy()]
    with timed("people"):
        net.set(pd.Series(used), pd.Series(people), "p")
        for metres in asked["within"].split(","):
            with timed("last"):
                columns.append(net.aggregate(float(metres), type="sum", decay="flat", name="p").reindex(used).to_numpy())
    save(np.stack(columns, 1))


def read_zones():
    import shapely
    z = shapely.from_geojson(open(f"{instance}.geojson").read())
    return shapely, np.array(list(z.geoms)), np.load(f"{instance}.npz")["points"]


def shapely_locate():
    """All points in one call, the fastest way that shapely has."""
    shapely, polygons, xy = read_zones()
    with timed("building"):
        tree = shapely.STRtree(polygons)
    with timed():
        point, zone = tree.query(shapely.points(xy), predicate="within")
    found = np.full(len(xy), -1)
    found[point] = zone
    save(found)


def shapely_locate_one():
    """A query a point, as a program asks that has one point at a time."""
    shapely, polygons, xy = read_zones()
    xy = xy[:int(asked["count"])]
    with timed("building"):
        tree = shapely.STRtree(polygons)
    found, point = np.full(len(xy), -1), [shapely.Point(x, y) for x, y in xy.tolist()]
    with timed():
        for i, p in enumerate(point):
            for z in tree.query(p):
                if polygons[z].contains(p):
                    found[i] = z
                    break
    save(found)


def highs_pmedian():
    """Every node may be a site; the distances are worked out before."""
    import highspy
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra
    a = np.array(open(instance).read().split(), dtype=np.int64)
    n, p, e = int(a[0]), int(a[2]), a[3:].reshape(-1, 3)
    last = {(min(u, v), max(u, v)): c for u, v, c in e.tolist()}
    u, v = np.array(list(last)).T
    d = dijkstra(coo_matrix((list(last.values()), (u - 1, v - 1)), shape=(n, n)).tocsr(), directed=False)
    h = highs(highspy)
    h.setOptionValue("mip_rel_gap", 0.0)
    x = [[h.addVariable(0, 1, d[i, j]) for j in range(n)] for i in range(n)]
    y = [h.addBinary() for _ in range(n)]
    h.addConstr(sum(y[1:], y[0]) == p)
    for i in range(n):
        h.addConstr(sum(x[i][1:], x[i][0]) == 1)
        for j in range(n):
            h.addConstr(x[i][j] <= y[j])
    with timed():
        h.minimize()
    value = h.getSolution().col_value
    write(j + 1 for j in range(n) if value[y[j].index] > 0.5)


def gerrychain():
    """A recombination chain for some seconds from a start of its own; the fewest cut edges that it saw."""
    import networkx as nx
    from gerrychain import Graph, MarkovChain, Partition, accept, constraints, updaters
    from gerrychain.proposals import recom
    from gerrychain.partition import recursive_tree_part
    g, k, seconds = np.load(f"{instance}.npz"), int(asked["k"]), float(asked["seconds"])
    n = len(g["people"])
    tail = np.repeat(np.arange(n), np.diff(g["first"]))
    plain = nx.Graph()
    plain.add_nodes_from((i, {"people": w}) for i, w in enumerate(g["people"].tolist()))
    plain.add_edges_from(zip(tail.tolist(), g["to"].tolist()))
    graph, mean = Graph.from_networkx(plain), float(g["people"].sum()) / k
    with timed("building"):
        start = Partition(graph, recursive_tree_part(graph, range(k), mean, "people", 0.09, rng=1),
                          {"people": updaters.Tally("people"), "cut": updaters.cut_edges})
    chain = MarkovChain(proposal_fn=lambda p, rng: recom(p, "people", mean, 0.09, rng=rng), constraints=[constraints.within_percent_of_ideal_population(start, 0.1, "people")],
                        acceptance_fn=accept.always_accept, initial_partition=start, total_steps=10**9, rng=1)
    best, fewest, t, steps = start, len(start["cut"]), time.process_time(), 0
    for state in chain:
        steps += 1
        if len(state["cut"]) < fewest:
            best, fewest = state, len(state["cut"])
        if time.process_time() - t > seconds:
            break
    told["cpu"], told["steps"] = time.process_time() - t, steps
    write(best.assignment[i] for i in range(n))


globals()[peer]()
print(json.dumps(told))
