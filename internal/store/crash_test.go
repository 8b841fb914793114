package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/store/postgres"
	"sanzhi/internal/store/sqlite"
)

// crashEnv makes the test binary the program that is killed: "sqlite PATH" or "postgres URL", and "lossy PATH" for one
// that acknowledges before it stores.
const crashEnv = "SANZHI_TEST_CRASH"

func TestMain(m *testing.M) {
	if how, where, ok := strings.Cut(os.Getenv(crashEnv), " "); ok {
		writeForEver(how, where)
	}
	os.Exit(m.Run())
}

const crashTenant kernel.Tenant = "630105"

// writeForEver writes from 16 callers, and says the id of each unit of work that was acknowledged.
func writeForEver(how, where string) {
	var e dialect.Engine
	var err error
	if how == "postgres" {
		e, err = postgres.Open(context.Background(), where, postgres.Options{})
	} else {
		e, err = sqlite.Open(context.Background(), where, sqlite.Options{})
	}
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	db := store.New(e, kernel.SystemClock{})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for {
				id := kernel.NewID(time.Now())
				store := func() error {
					return db.Update(context.Background(), crashTenant, func(tx kernel.Tx) error { return crashRow(tx, id) })
				}
				if how == "lossy" {
					go func() { time.Sleep(200 * time.Millisecond); _ = store() }()
					time.Sleep(5 * time.Millisecond)
				} else if err := store(); err != nil {
					fmt.Println("error:", err)
					os.Exit(1)
				}
				_, _ = os.Stdout.WriteString(string(id) + "\n") // one write, so that lines do not mix
			}
		})
	}
	wg.Wait()
}

// crashRow is an act as rooms do it: a ledger row and an outbox row in one unit of work.
func crashRow(tx kernel.Tx, id kernel.ID) error {
	if err := (store.Ledger{}).Append(tx, &ledger.Row{ID: id, Object: id, At: tx.Now(), Actor: "system", Act: "probe", Public: "{}", Seq: -1}); err != nil {
		return err
	}
	return store.Outbox{}.Put(tx, "probe", string(id), nil)
}

// crash runs the program, kills it without warning once it has acknowledged at least 200 and a while has passed, and gives
// what it acknowledged.
func crash(t *testing.T, how, where string) (acked []string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), crashEnv+"="+how+" "+where)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// A child that says nothing is killed as well; the count below then fails the test.
	last := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	defer last.Stop()
	var once sync.Once
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "error:") {
			t.Errorf("the program: %s", lines.Text())
		}
		acked = append(acked, lines.Text())
		if len(acked) == 200 {
			once.Do(func() { time.AfterFunc(150*time.Millisecond, func() { _ = cmd.Process.Kill() }) })
		}
	}
	_ = cmd.Wait()
	if len(acked) < 200 {
		t.Fatalf("only %d were acknowledged", len(acked))
	}
	if last := acked[len(acked)-1]; len(last) != 26 {
		acked = acked[:len(acked)-1] // the line that it was writing
	}
	return acked
}

// lost counts acknowledged ids that are not there, and reports rows that are there twice or by half.
func lost(t *testing.T, db *store.DB, acked []string) (n int) {
	t.Helper()
	there := [2]map[string]int{{}, {}}
	err := db.Engine.Read(context.Background(), func(c dialect.Conn) error {
		for i, q := range []string{`SELECT object FROM ledger WHERE tenant = $1`, `SELECT target FROM outbox WHERE tenant = $1`} {
			rows, err := c.Query(q, string(crashTenant))
			if err != nil {
				return err
			}
			for rows.Next() {
				var s string
				if err := rows.Scan(&s); err != nil {
					return err
				}
				there[i][s]++
			}
			if err := rows.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, k := range there[0] {
		if k != 1 || there[1][id] != 1 {
			t.Errorf("%s: %d ledger rows, %d outbox rows", id, k, there[1][id])
		}
	}
	if len(there[0]) != len(there[1]) {
		t.Errorf("%d objects in the ledger, %d in the outbox", len(there[0]), len(there[1]))
	}
	for _, id := range acked {
		if there[0][id] == 0 {
			n++
		}
	}
	return n
}

func TestCrashSQLite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sanzhi.db")
	db := openSQLite(t, path)
	if err := db.Engine.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	var acked []string
	for range 3 { // on the same file: what survived one crash survives the next
		acked = append(acked, crash(t, "sqlite", path)...)
		db := openSQLite(t, path)
		if err := db.Engine.Check(context.Background()); err != nil {
			t.Error(err)
		}
		if n := lost(t, db, acked); n != 0 {
			t.Errorf("%d of %d acknowledged are lost", n, len(acked))
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	// A program that acknowledges too early is found out: the check can fail.
	acked = crash(t, "lossy", path)
	if n := lost(t, openSQLite(t, path), acked); n == 0 {
		t.Error("a program that acknowledges before it stores lost nothing")
	}
}

// On PostgreSQL the program is killed, not the server, whose own safety is a matter of its settings (Check).
func TestCrashPostgres(t *testing.T) {
	db, url, ok := freshPostgres(t)
	if !ok {
		return
	}
	acked := crash(t, "postgres", url)
	if n := lost(t, db, acked); n != 0 {
		t.Errorf("%d of %d acknowledged are lost", n, len(acked))
	}
}

// The settings that Check looks at are those of the connections in use: one that was changed is found.
func TestPostgresSettings(t *testing.T) {
	_, url, ok := freshPostgres(t)
	if !ok {
		return
	}
	e, err := postgres.Open(context.Background(), url, postgres.Options{Conns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	set := func(statement string) {
		t.Helper()
		if err := e.Write(context.Background(), func(c dialect.Conn) error { _, err := c.Exec(statement); return err }); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Check(context.Background()); err != nil {
		t.Error(err)
	}
	set("SET synchronous_commit = off")
	if err := e.Check(context.Background()); err == nil {
		t.Error("synchronous_commit is off, and the check says nothing")
	}
	// A default of the database does not reach us.
	name := url[strings.LastIndex(url, "/")+1:]
	name, _, _ = strings.Cut(name, "?")
	set("ALTER DATABASE " + name + " SET synchronous_commit = off")
	again := openPostgres(t, url)
	if err := again.Engine.Check(context.Background()); err != nil {
		t.Errorf("a connection took the database's default: %v", err)
	}
}
