// LEMON's network simplex on one assignment: reads 'nL nR nArcs', supplies, demands, 'l r cost'; prints the processor time of
// building and running the solver as JSON and writes 'l r amount'.
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>
#include <cstdio>
#include <ctime>
#include <vector>

int main(int, char **argv) {
  FILE *f = fopen(argv[1], "r");
  long nl, nr, na;
  if (!f || fscanf(f, "%ld %ld %ld", &nl, &nr, &na) != 3) return 1;
  std::vector<long> s(nl), d(nr), l(na), r(na), c(na);
  for (auto &x : s) if (fscanf(f, "%ld", &x) != 1) return 1;
  for (auto &x : d) if (fscanf(f, "%ld", &x) != 1) return 1;
  for (long i = 0; i < na; i++) if (fscanf(f, "%ld %ld %ld", &l[i], &r[i], &c[i]) != 3) return 1;
  fclose(f);
  clock_t t = clock();
  lemon::SmartDigraph g;
  g.reserveNode(nl + nr);
  g.reserveArc(na);
  for (long i = 0; i < nl + nr; i++) g.addNode();
  for (long i = 0; i < na; i++) g.addArc(g.nodeFromId(l[i]), g.nodeFromId(nl + r[i]));
  lemon::SmartDigraph::NodeMap<long> supply(g);
  lemon::SmartDigraph::ArcMap<long> cost(g), upper(g);
  for (long i = 0; i < nl; i++) supply[g.nodeFromId(i)] = s[i];
  for (long i = 0; i < nr; i++) supply[g.nodeFromId(nl + i)] = -d[i];
  for (long i = 0; i < na; i++) {
    cost[g.arcFromId(i)] = c[i];
    upper[g.arcFromId(i)] = s[l[i]] < d[r[i]] ? s[l[i]] : d[r[i]];
  }
  lemon::NetworkSimplex<lemon::SmartDigraph, long> ns(g);
  ns.costMap(cost).upperMap(upper).supplyMap(supply).supplyType(ns.GEQ);
  clock_t built = clock();
  // GEQ asks every demand in full and lets supplies be left over when signs are turned; equal sums need neither.
  long have = 0, want = 0;
  for (auto x : s) have += x;
  for (auto x : d) want += x;
  if (have > want) ns.supplyType(ns.LEQ);
  if (ns.run() != ns.OPTIMAL) return 2;
  clock_t done = clock();
  f = fopen(argv[2], "w");
  for (long i = 0; i < na; i++)
    if (long x = ns.flow(g.arcFromId(i))) fprintf(f, "%ld %ld %ld\n", l[i], r[i], x);
  fclose(f);
  printf("{\"building\": %.6f, \"cpu\": %.6f}\n", double(built - t) / CLOCKS_PER_SEC, double(done - built) / CLOCKS_PER_SEC);
}
