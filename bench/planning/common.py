"""What the rooms of the bench share: instances, runs of the program and of its peers, the rows."""
import argparse, atexit, json, os, re, shutil, statistics, subprocess, sys, tempfile
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

HERE = Path(__file__).resolve().parent
rows, left_out = [], []


def arguments():
    a = argparse.ArgumentParser()
    a.add_argument("program")
    a.add_argument("folder", type=Path)
    a.add_argument("-rounds", type=int, default=5)
    a.add_argument("-only", default="")
    a.add_argument("-write", action="store_true")
    return a.parse_args()


args = arguments()
home = args.folder.resolve()
folder = home / "instances"
folder.mkdir(parents=True, exist_ok=True)
# Answers of this run alone: two runs beside each other once judged one another's files.
answers = Path(tempfile.mkdtemp(prefix="answers-", dir=folder))
atexit.register(shutil.rmtree, answers, ignore_errors=True)


def instance(name, how, *a, **k):
    """Makes an instance once; it is kept for the next run. make.py changed makes it anew."""
    mark = folder / f"{name}.made"
    stamp = str((HERE / "make.py").stat().st_mtime_ns)
    if not mark.exists() or mark.read_text() != stamp:
        how(str(folder / name), *a, **k)
        mark.write_text(stamp)
    return str(folder / name)


def row(goal, what, ours, peer, than, met, note="", times=None):
    """than names the peer; met is None for figures that only stand beside each other; times is the factor asked for."""
    met = None if met is None else bool(met)
    rows.append({"goal": goal, "what": what, "ours": ours, "peer": peer, "than": than, "met": met, "note": note, "times": times})
    verdict = {True: "met", False: "NOT MET", None: ""}[met]
    print(f"{goal:4} {what:58} {show(ours):>14} {show(peer):>14} {ratio(ours, peer):>8}  {than:22} {verdict} {note}", flush=True)


def faster(goal, what, ours, peer, than, times, note=""):
    """A row whose goal is to need a times-th of the peer's figure; without times it only stands there. No row without a peer."""
    if ours is None or peer is None:
        return
    reached = peer / max(ours, 1e-9)
    told = f"{reached:.3g} × faster" + (f", asked {times} ×" if times else "")
    row(goal, what, ours, peer, than, reached >= times if times else None, told + (f"; {note}" if note else ""), times)


def none_wrong(goal, what, wrong, than, note=""):
    row(goal, what, int(wrong), 0, than, wrong == 0, note)


def show(v):
    if v is None:
        return "–"
    if isinstance(v, str):
        return v
    return f"{v:,}".replace(",", " ") if isinstance(v, int) else f"{v:.4g}"


def ratio(a, b):
    return f"{a / b:.3f}" if isinstance(a, (int, float)) and isinstance(b, (int, float)) and b else ""


def median(values):
    values = list(values)
    return statistics.median(values) if values else None


def whole(values):
    m = median(values)
    return None if m is None else round(m)


def ours(*command, limit=600):
    """One run of the program; its own report, with a processor time that is never below what the system counted for its share."""
    out = str(answers / "ours.out")
    before = os.times()
    r = subprocess.run([args.program, "plan", *map(str, command), "--json", "--out", out], capture_output=True, text=True, timeout=limit)
    after = os.times()
    if r.returncode not in (0, 1) or not r.stdout.strip():
        raise RuntimeError(f"sanzhi plan {' '.join(map(str, command))}: {r.stderr.strip()}")
    told = json.loads(r.stdout)
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    if sum(told["cpu"].values()) > spent + 0.05:
        raise RuntimeError(f"the report says more processor time ({told['cpu']}) than was spent ({spent:.2f} s)")
    return told, out


def leave_out(name, why):
    if name not in left_out:
        left_out.append(name)
    print(f"left out: {name}: {why}", flush=True)
    return None, None


def tool(name, *command, limit=600):
    """One run of a tool of the bench that prints one line of JSON; None when it is not here or fails."""
    if name in left_out:
        return None
    if not Path(command[0]).exists():
        return leave_out(name, "it could not be built here")[0]
    r = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=limit)
    if r.returncode or not r.stdout.strip():
        return leave_out(name, (r.stderr.strip().splitlines() or ["no answer"])[-1])[0]
    return json.loads(r.stdout.strip().splitlines()[-1])


def probe(*command):
    """Measures inside the engine, which no command of the program shows alone."""
    return tool("probe", home / "probe", *command)


def peer(name, inst, limit_s=1200, **k):
    """One run of a peer in a process of its own; None when it cannot be had here."""
    out = str(answers / "peer.out")
    if name in left_out:
        return None, None
    command = [sys.executable, "-W", "ignore", str(HERE / "peers.py"), name, inst, out, *(f"{a}={b}" for a, b in k.items())]
    try:
        r = subprocess.run(command, capture_output=True, text=True, timeout=limit_s)
    except subprocess.TimeoutExpired:
        return leave_out(name, f"no answer within {limit_s} s")
    if r.returncode or not r.stdout.strip():
        return leave_out(name, (r.stderr.strip().splitlines() or ["no answer"])[-1])
    return json.loads(r.stdout.strip().splitlines()[-1]), out


def peer_rounds(name, inst, slow=10.0, **k):
    """A peer as often as the program itself, but once only when it needs more than ten seconds. Gives the median and how often."""
    told, out = peer(name, inst, **k)
    if not told:
        return None, None, 0
    all_told = [told]
    while len(all_told) < args.rounds and sum(v for v in told.values() if isinstance(v, float)) <= slow:
        again, out = peer(name, inst, **k)
        all_told.append(again)
    return {key: median(t[key] for t in all_told) for key in told}, out, len(all_told)


def once(count):
    """The note of a peer that was too slow for as many rounds as the program."""
    return "its one round" if count == 1 and args.rounds > 1 else ""


def read(path):
    return [int(x) for x in Path(path).read_text().split()]


def metis(inst, k, seed, ncuts=1):
    """gpmetis with its own clock where Debian's package is there, its Python binding otherwise."""
    if not shutil.which("gpmetis"):
        return peer("pymetis", inst, k=k, seed=seed, ncuts=ncuts)
    r = subprocess.run(["gpmetis", "-contig", "-ufactor=100", f"-seed={seed}", f"-ncuts={ncuts}", f"{inst}.graph", str(k)], capture_output=True, text=True, timeout=600)
    cpu = re.search(r"Partitioning:\s+([0-9.]+) sec", r.stdout)
    if not cpu:
        return leave_out("gpmetis", "it gave no time")
    out = str(answers / "peer.out")
    os.replace(f"{inst}.graph.part.{k}", out)
    return {"cpu": float(cpu.group(1))}, out
