"""The scorer on answers that are right and on answers with one fault each: every check must see its fault. It needs no program."""
import tempfile, unittest, warnings
from pathlib import Path

import numpy as np

import make, score


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def at_name(self, name):
        return str(Path(self.folder.name) / name)

    def test_parts(self):
        inst = self.at_name("d")
        make.district(inst, 2000, 1)
        g = score.district(inst)
        strip = np.minimum(3, (g["xy"][:, 1] // 5000).astype(int))
        right = score.parts(g, strip, 4)
        far = strip.copy()
        far[np.flatnonzero(strip == 0)[0]] = 3  # one home of the south goes to the north
        self.assertGreater(score.parts(g, far, 4)["broken"], 0)
        self.assertNotEqual(score.parts(g, far, 4)["cut"], right["cut"])
        lean = strip.copy()
        lean[np.flatnonzero(strip == 1)[: int((strip == 1).sum() * 0.8)]] = 2
        self.assertLess(score.parts(g, lean, 4)["within"], 1)
        with self.assertRaises(ValueError):
            score.parts(g, strip[:-1], 4)
        with self.assertRaises(ValueError):
            score.parts(g, np.where(strip == 3, 4, strip), 4)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # no community of so small a district can be a grid
            self.assertGreater(score.admitted(g, strip, 4)["crossing"], 0)

    def test_covering_counts_each_row_once(self):
        inst = Path(self.at_name("c"))
        inst.write_text("3 3 2\n10 2 0 1\n5 1 1\n7 1 2\n")
        self.assertEqual(score.covering(inst, [0, 1]), (15, 2))
        self.assertEqual(score.covering(inst, [0, 2]), (17, 2))

    def test_pmedian(self):
        inst = Path(self.at_name("m"))
        inst.write_text("4 4 1\n1 2 9\n2 3 2\n3 4 5\n1 2 1\n")  # the last cost of an edge counts
        self.assertEqual(score.pmedian(inst, [2]), (1 + 2 + 7, 1))
        self.assertNotEqual(score.pmedian(inst, [4])[0], 10)

    def test_assignment(self):
        inst = Path(self.at_name("a"))
        inst.write_text("2 2 3\n1 1\n1 1\n0 0 4\n0 1 1\n1 0 2\n")
        self.assertEqual(score.assignment(inst, [(0, 1, 1), (1, 0, 1)]), (3, 2))
        self.assertEqual(score.assignment(inst, [(0, 0, 1)]), (4, 1))
        with self.assertRaises(ValueError):
            score.assignment(inst, [(0, 0, 1), (0, 1, 1)])  # 0 gives more than it has
        with self.assertRaises(KeyError):
            score.assignment(inst, [(1, 1, 1)])  # no such arc

    def test_streets(self):
        inst = self.at_name("s")
        make.streets(inst, 12, 2, 5, 1)
        g = score.streets(inst)
        right = score.nearest(g)
        site = self.by_relaxing(g, right)
        self.assertEqual(score.wrong_sites(g, right, site), 0)
        for at in (0, len(right) // 2, len(right) - 1):
            off = right.copy()
            off[at] += 1  # a tenth of a millimetre
            self.assertEqual(int((off != right).sum()), 1)
            self.assertGreater(score.wrong_sites(g, off, site), 0)
            other = site.copy()
            other[at] = (site[at] + 1) % 5
            self.assertGreater(score.wrong_sites(g, right, other), 0)
        nodes = g["used"][:3]
        people, length = score.around(g, nodes, [200.0, 400.0])
        self.assertTrue((people[:, 0] < people[:, 1]).all() and (length > 0).all())
        self.assertEqual(people[0, 1], self.people_by_hand(g, nodes[0], 400.0))
        g["at_node"][nodes[0]] += 1  # one inhabitant more
        self.assertEqual(int((score.around(g, nodes, [200.0, 400.0])[0] != people).any(1).sum()), len([v for v in nodes if self.apart(g, nodes[0], v) <= 400 * score.UNITS]))

    @staticmethod
    def by_relaxing(g, right):
        """The site of each node used, by going over all sides until nothing changes."""
        d, s = np.full(len(g["at"]), -1), np.full(len(g["at"]), -1)
        d[g["used"]] = right
        s[g["site"]] = np.arange(len(g["site"]))
        for _ in range(len(d)):
            before = s.copy()
            for a, b in ((g["a"], g["b"]), (g["b"], g["a"])):
                good = (s[a] >= 0) & (s[b] < 0) & (d[b] == d[a] + g["units"])
                s[b[good]] = s[a[good]]
            if (s == before).all():
                return s[g["used"]]

    @staticmethod
    def apart(g, a, b):
        from scipy.sparse.csgraph import dijkstra
        return dijkstra(g["graph"], indices=[a])[0][b]

    def people_by_hand(self, g, v, metres):
        return sum(int(k) for u, k in zip(g["used"], g["people"]) if self.apart(g, v, u) <= metres * score.UNITS)

    def test_zones(self):
        inst = self.at_name("z")
        make.zones(inst, 9, 40, 2000, 1)
        g = np.load(f"{inst}.npz")
        for which in ("points", "hard"):
            zone = score.zone_of(inst, which)
            self.assertTrue((zone[:200] == [self.by_fractions(g, p) for p in g[which][:200]]).all())
            moved = zone.copy()
            moved[7] = 8 - moved[7] if moved[7] != 4 else 0
            self.assertEqual(int((moved != zone).sum()), 1)
        corner = g["corners"][:1]
        self.assertTrue(score.holds(g["corners"][:g["first"][1]], corner).all())
        self.assertFalse(score.holds(g["corners"][:g["first"][1]], g["corners"].min(0)[None] - 1e-7).any())

    @staticmethod
    def by_fractions(g, p):
        """Every side of every zone in fractions, by another rule: the winding of the ring round the point."""
        from fractions import Fraction as F
        x, y = map(F, p.tolist())
        for z in range(len(g["first"]) - 1):
            ring = [tuple(map(F, c)) for c in g["corners"][g["first"][z]:g["first"][z + 1]].tolist()]
            turns = 0
            for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1]):
                area = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
                if area == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
                    return z
                if ay <= y < by and area > 0:
                    turns += 1
                elif by <= y < ay and area < 0:
                    turns -= 1
            if turns:
                return z
        return -1


if __name__ == "__main__":
    unittest.main(verbosity=0)
