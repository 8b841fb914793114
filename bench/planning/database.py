"""PostGIS and pgRouting in a cluster of their own, on a socket alone, that lives as long as a room. Processor time is that of the one
backend that answers, as the kernel counts it."""
import glob, os, pwd, shutil, signal, subprocess, tempfile, time

from common import leave_out

CLOCK = "SELECT '@' || split_part(pg_read_file('/proc/self/schedstat'), ' ', 1);\n"


class Database:
    def __init__(self):
        tools = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda p: int(p.split("/")[4]))
        self.bin = tools[-1] if tools else os.path.dirname(shutil.which("initdb") or "")
        self.home = tempfile.mkdtemp(prefix="sanzhi-gis-")
        self.who = {}
        if os.getuid() == 0:  # PostgreSQL does not run as root
            user = "postgres" if any(u.pw_name == "postgres" for u in pwd.getpwall()) else "nobody"
            shutil.chown(self.home, user)
            self.who = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
        self.server = None

    def __enter__(self):
        data = f"{self.home}/data"
        subprocess.run([f"{self.bin}/initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
                       check=True, capture_output=True, cwd=self.home, **self.who)
        settings = {"listen_addresses": "", "unix_socket_directories": self.home, "shared_buffers": "512MB", "work_mem": "256MB", "fsync": "off", "jit": "off",
                    "max_parallel_workers_per_gather": "0", "autovacuum": "off"}
        self.server = subprocess.Popen([f"{self.bin}/postgres", "-D", data, *(f"-c{k}={v}" for k, v in settings.items())], cwd=self.home,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.who)
        for _ in range(100):
            if self.psql("SELECT 1", quiet=True) is not None:
                break
            time.sleep(0.1)
        self.psql("CREATE EXTENSION IF NOT EXISTS postgis; CREATE EXTENSION IF NOT EXISTS pgrouting")
        return self

    def __exit__(self, *_):
        if self.server:
            self.server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            try:
                self.server.wait(30)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def psql(self, script, quiet=False):
        """What a script prints, row by row; a failure stops the room's database part."""
        r = subprocess.run([f"{self.bin}/psql", "-h", self.home, "-U", "bench", "-d", "postgres", "-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-"],
                           input=script, capture_output=True, text=True, timeout=600)
        if r.returncode:
            if quiet:
                return None
            raise RuntimeError((r.stderr.strip().splitlines() or ["psql failed"])[0])
        return r.stdout.splitlines()

    def timed(self, before, asked):
        """Rows of what is asked, and the backend's processor seconds for it alone."""
        lines = self.psql(before + ";\n" + CLOCK + asked + ";\n" + CLOCK)
        clock = [i for i, l in enumerate(lines) if l.startswith("@")]
        return lines[clock[0] + 1:clock[1]], (int(lines[clock[1]][1:]) - int(lines[clock[0]][1:])) / 1e9


def with_database(run):
    """Runs a part of a room with a database, or leaves the database out and says why."""
    try:
        with Database() as db:
            return run(db)
    except (RuntimeError, OSError, subprocess.SubprocessError) as e:
        leave_out("PostGIS, pgRouting", str(e).splitlines()[0])
