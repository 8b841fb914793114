"""The planning engine beside its peers: the same files, one scorer that trusts no program's own figures, one table, one verdict a goal.

    run.py PROGRAM FOLDER [-rounds N] [-only WORD[,WORD]] [-write]

Figures are medians of N rounds, each with a seed of its own; processor time is that of solving, without reading and writing files.
A peer that needs more than ten seconds is measured once. Rooms that are left out keep the rows of their last run.
"""
import datetime, json, os, sys, time

from common import HERE, args, folder, left_out, rows
import plots
from room_grids import grids, grids_harder
from room_places import places
from room_reach import reach
from room_sites import medians, sites
from room_staff import staff

ROOMS = {"grids": grids, "harder": grids_harder, "sites": sites, "medians": medians, "staff": staff, "reach": reach, "places": places}


def processors():
    """Processor seconds that all programs of the machine have used, and those of this bench with what it has started."""
    with open("/proc/stat") as f:
        ticks = [int(x) for x in f.readline().split()[1:9]]
    t = os.times()
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK"), t.user + t.system + t.children_user + t.children_system


def measured(run):
    """Runs a room; gives its seconds and the share of the machine's processors that other work took meanwhile."""
    at, (every, own) = time.time(), processors()
    run()
    seconds, (every_now, own_now) = time.time() - at, processors()
    others = max(0.0, (every_now - every) - (own_now - own)) / (seconds * os.cpu_count())
    return seconds, others


def keep(name=None, room=None):
    """The last rows of every room, with those of one just measured. Read anew each time: another run may have added its own."""
    at = folder / "rows.json"
    kept = json.loads(at.read_text()) if at.exists() else {}
    if name:
        kept[name] = room
        at.write_text(json.dumps(kept, default=lambda v: v.item()))
    return {k: kept[k] for k in ROOMS if k in kept}


def main():
    if args.rounds < 1:
        sys.exit("-rounds must be 1 or more")
    started = time.time()
    print(f"{'goal':4} {'what':58} {'sanzhi':>14} {'beside':>14} {'ratio':>8}")
    took = []
    for name, run in ROOMS.items():
        if args.only and not any(w and w in name for w in args.only.split(",")):
            continue
        before, out = len(rows), len(left_out)
        seconds, others = measured(run)
        keep(name, {"rows": rows[before:], "rounds": args.rounds, "seconds": seconds, "others": others, "day": datetime.date.today().isoformat(), "left_out": left_out[out:]})
        took.append(f"{name} {seconds:.0f} (others took {others:.0%})")
    print(f"{time.time() - started:.0f} s in all: " + ", ".join(took))
    if args.write:
        plots.write(HERE.parent / "README.md", keep())


main()
