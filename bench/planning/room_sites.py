"""Rooms sites and medians: maximal covering beside HiGHS, CBC and GLPK, and p-medians."""
import make, score, solvers
from common import answers, args, folder, instance, leave_out, median, ours, peer, read, row, whole


LIMIT = 30  # seconds for CBC and GLPK


def covered(inst, p):
    """Rounds of the program on a covering, each answer counted again."""
    mine = []
    for r in range(1, args.rounds + 1):
        told, out = ours("site", "--model", "covering", "--instance", inst, "--seed", r)
        value, count = score.covering(inst, read(out))
        if count != p or value != told["value"]:
            raise RuntimeError(f"{inst}, seed {r}: {told['value']} from {p} sites is said, {value} from {count} is there")
        mine.append(told)
    return mine


def sites():
    inst = instance("covering1000", make.covering, 1000, 9400, 60, 1, 900)
    mine = covered(inst, 60)
    told, out = peer("highs_covering", inst)
    theirs = score.covering(inst, read(out))[0] if told else None
    gap, cpu = max(m["gap"] for m in mine), median(m["cpu"]["solving"] for m in mine)
    value, bound = whole(m["value"] for m in mine), min(m["bound"] for m in mine)
    row("S1", "1000 candidates, 60 sites: people covered", value, theirs, "HiGHS, optimum", theirs and min(m["value"] for m in mine) >= theirs)
    holds = theirs is None or bound >= theirs
    row("S1", "1000 candidates: own gap, worst round", f"{gap:.4%}", "0.1 %", "goal", gap <= 0.001 and holds, "" if holds else f"its bound {bound} is below what HiGHS covers")
    row("S1", "1000 candidates: CPU s", cpu, told and told["cpu"], "HiGHS, a tenth", told and cpu <= told["cpu"] / 10)
    for name, solver in (("CBC", solvers.cbc), ("GLPK", solvers.glpk)):
        chosen, spent = solver(inst, str(answers), LIMIT)
        if spent is None:
            leave_out(name, "its Debian package is not here")
            continue
        got = score.covering(inst, chosen)[0] if chosen else None
        note = "" if got is None or spent < LIMIT else f"stopped at {LIMIT} s"
        row("S1", "1000 candidates: people covered", value, got, name, got is None or value >= got, note or (f"no answer in {LIMIT} s" if got is None else ""))
        row("S1", "1000 candidates: CPU s", cpu, spent, f"{name}, a tenth", cpu <= spent / 10, note)
    inst = instance("covering4000", make.covering, 4000, 34_600, 150, 1, 900)
    mine = covered(inst, 150)
    told, out = peer("highs_covering", inst, limit=60)
    theirs = score.covering(inst, read(out))[0] if told else None
    gap, cpu = max(m["gap"] for m in mine), median(m["cpu"]["solving"] for m in mine)
    row("S1", "4000 candidates, 150 sites: people covered", whole(m["value"] for m in mine), theirs, "HiGHS, 60 s", theirs and min(m["value"] for m in mine) >= theirs)
    row("S1", "4000 candidates: proven gap, worst round", f"{gap:.3%}", "1 %", "goal", gap <= 0.01)
    row("S1", "4000 candidates: CPU s", cpu, 10.0, "ten seconds", cpu <= 10)


# What the OR-Library's own files come to, for those who have put them into the folder orlib of the environment.
ORLIB = [5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255, 7696, 6634, 4374, 2968, 1729, 8162, 6999, 4809, 2845, 1789,
         9138, 8579, 4619, 2961, 1828, 9917, 8307, 4498, 3033, 1989, 10086, 9297, 4700, 3013, 10400, 9934, 5057, 11060, 9423, 5128]


def medians():
    """Forty p-medians five times: the OR-Library's own with five seeds where they are, else five sets made by their recipe. Every
    value is counted again by shortest paths, and the small ones are solved by HiGHS as well."""
    orlib = folder.parent / "orlib"
    own = all((orlib / f"pmed{i}.txt").exists() for i in range(1, 41))
    proven, spent, wrong = [], [], []
    for seed in range(1, 6):
        p, s = 0, 0.0
        for i in range(1, 41):
            inst = str(orlib / f"pmed{i}.txt") if own else instance(f"pmed{seed}-{i}", make.pmedian, i, seed)
            told, out = ours("site", "--model", "pmedian", "--instance", inst, "--seed", seed)
            value, count = score.pmedian(inst, read(out))
            if value != told["value"] or count != told["p"] or told["bound"] > value or own and told["bound"] > ORLIB[i - 1]:
                wrong.append(f"set {seed} no. {i}")
            p, s = p + (value == (ORLIB[i - 1] if own else told["bound"])), s + told["cpu"]["solving"]
            if i in (1, 4) and seed == 1 and not own:
                against_highs(inst, told, i)
        proven.append(p)
        spent.append(s)
        what = f"pmed1–40 of the OR-Library, seed {seed}" if own else f"40 p-medians, set {seed}"
        row("S2", f"{what}: proven optimal", p, 40, "all", p == 40)
        row("S2", f"{what}: CPU s", s, 25.0, "25 seconds", s <= 25)
    row("S2", "p-medians whose value or bound is wrong, of 200", len(wrong), 0, "shortest paths of the scorer", not wrong, ", ".join(wrong[:5]))


def against_highs(inst, told, number):
    """The bound of a small instance against the optimum of another solver."""
    theirs, out = peer("highs_pmedian", inst)
    if theirs:
        value, _ = score.pmedian(inst, read(out))
        row("S2", f"p-median no. {number} of set 1: sum of ways", told["value"], value, "HiGHS, optimum", told["bound"] <= value and told["value"] <= value)
        row("S2", f"p-median no. {number} of set 1: CPU s", told["cpu"]["solving"], theirs["cpu"], "HiGHS", None)
