package store_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
	"sanzhi/internal/vault"
)

const ledgerOf kernel.Tenant = "630105"

// book is a small ledger of one district: cases with their histories, acts on accounts, and the files outside.
type book struct {
	t        *testing.T
	db       *store.DB
	clock    *kernel.ManualClock
	log      *ledger.Log
	vault    *vault.Sealer
	sealer   *ledger.Sealer
	verifier *ledger.Verifier
	files    store.CheckpointFiles
	cases    []kernel.ID
}

var bookStart = time.Date(2026, 6, 1, 1, 0, 0, 0, time.UTC)

// eachBook runs the test over a ledger on each engine.
func eachBook(t *testing.T, fn func(t *testing.T, b *book)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, newBook(t, freshSQLite(t).Engine)) })
	t.Run("postgres", func(t *testing.T) {
		if db, _, ok := freshPostgres(t); ok {
			fn(t, newBook(t, db.Engine))
		}
	})
}

func newBook(t *testing.T, e dialect.Engine) *book {
	t.Helper()
	ring, err := vault.NewKeyring(nil)
	if err != nil {
		t.Fatal(err)
	}
	key := ed25519.NewKeyFromSeed([]byte(strings.Repeat("k", ed25519.SeedSize)))
	signer, err := ledger.NewSigner(key)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := ledger.NewVerifier(key.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	clock := kernel.NewManualClock(bookStart)
	db := store.New(e, clock)
	b := &book{t: t, db: db, clock: clock, vault: vault.NewSealer(ring), verifier: verifier, files: store.CheckpointFiles{Dir: filepath.Join(t.TempDir(), "checkpoints")}}
	b.log = ledger.NewLog(store.Ledger{}, b.vault)
	b.sealer = &ledger.Sealer{Store: db, Repo: store.Ledger{}, Signer: signer, Verifier: verifier, Outside: b.files}
	return b
}

func (b *book) update(fn func(tx kernel.Tx) error) {
	b.t.Helper()
	if err := b.db.Update(context.Background(), ledgerOf, fn); err != nil {
		b.t.Fatal(err)
	}
}

// open opens a case and carries it through its steps, one act a step.
func (b *book) open(steps ...string) {
	b.t.Helper()
	n := len(b.cases)
	c := &cases.Case{ID: kernel.NewID(b.clock.Now()), Number: fmt.Sprintf("630105-20260601-%05d", n), Flow: "menu", FlowVersion: 1, Path: "630105/",
		Step: steps[0], Version: 1, Round: 1, OpenedBy: "anonymous", OpenedAt: b.clock.Now(), UpdatedAt: b.clock.Now(), StepAt: b.clock.Now()}
	b.cases = append(b.cases, c.ID)
	for i, step := range steps {
		b.clock.Advance(time.Second)
		b.update(func(tx kernel.Tx) error {
			from := c.Step
			if i == 0 {
				from = ""
				if ok, err := (store.Cases{}).Insert(tx, c, nil); err != nil || !ok {
					return errors.Join(err, fmt.Errorf("inserted: %v", ok))
				}
			} else {
				c.Step, c.Version = step, i+1
				if ok, err := (store.Cases{}).Update(tx, c, i); err != nil || !ok {
					return errors.Join(err, fmt.Errorf("updated: %v", ok))
				}
			}
			return b.act(tx, c.ID, c.Number, "to_"+step, i+1, from, step)
		})
	}
}

func (b *book) act(tx kernel.Tx, id kernel.ID, number, act string, version int, from, to string) error {
	_, err := b.log.Append(tx, ledger.Entry{Actor: kernel.System(ledgerOf), Act: act, Object: id, Version: version,
		Public:   map[string]any{"flow": "menu", "number": number, "from": from, "to": to, "event": act, "round": 1, "unit": ""},
		Personal: map[string]any{"who": "张*", "text": "三号楼电梯坏了"}})
	return err
}

// signIn writes an act that is on no case.
func (b *book) signIn() {
	b.update(func(tx kernel.Tx) error {
		_, err := b.log.Append(tx, ledger.Entry{Actor: kernel.System(ledgerOf), Act: "sign_in", Object: kernel.NewID(tx.Now()), Public: map[string]any{"by": "x"}})
		return err
	})
}

func (b *book) seal() int {
	b.t.Helper()
	n, err := b.sealer.Seal(context.Background(), ledgerOf, 100)
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// check verifies the district.
func (b *book) check(sealer *vault.Sealer) *ledger.Report {
	b.t.Helper()
	c := &ledger.Check{Source: store.Ledger{}, Verifier: b.verifier, Sealer: sealer}
	file, err := b.files.Open(ledgerOf)
	if err != nil {
		b.t.Fatal(err)
	}
	if file != nil {
		defer func() { _ = file.Close() }()
		c.Outside = file.Next
	}
	var rep *ledger.Report
	err = b.db.View(context.Background(), ledgerOf, func(tx kernel.Tx) error {
		rep, err = c.Run(tx)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return rep
}

func (b *book) exec(query string, args ...any) {
	b.t.Helper()
	err := b.db.Engine.Write(context.Background(), func(c dialect.Conn) error {
		n, err := c.Exec(query, args...)
		if err == nil && n == 0 {
			err = errors.New("nothing was changed")
		}
		return err
	})
	if err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
}

func (b *book) text(query string, args ...any) (s string) {
	b.t.Helper()
	err := b.db.Engine.Read(context.Background(), func(c dialect.Conn) error { return c.QueryRow(query, args...).Scan(&s) })
	if err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
	return s
}

// fill makes a ledger with three checkpoints, of 7, 12 and 19 rows, and three rows that are not sealed yet.
func (b *book) fill() {
	b.open("order", "submit", "dispatch")
	b.open("order", "submit")
	b.signIn()
	b.signIn()
	b.seal()
	b.clock.Advance(time.Minute)
	b.open("order", "submit", "dispatch", "accept", "done")
	b.seal()
	b.clock.Advance(time.Minute)
	b.open("order", "submit", "dispatch", "accept", "done", "rated")
	b.signIn()
	b.seal()
	b.clock.Advance(time.Minute)
	b.open("order", "submit", "dispatch")
}

// forge signs the text of a checkpoint with another key.
func (b *book) forge(text string) string {
	b.t.Helper()
	signer, err := ledger.NewSigner(ed25519.NewKeyFromSeed([]byte(strings.Repeat("x", ed25519.SeedSize))))
	if err != nil {
		b.t.Fatal(err)
	}
	body, _, _ := strings.Cut(text, "\n\n")
	forged, err := note.Sign(&note.Note{Text: body + "\n"}, signer)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(forged)
}

// leafPack is what is stored with a row that completes no subtree.
func leafPack(t *testing.T, r *ledger.Row) string {
	t.Helper()
	rec, err := ledger.Record(ledgerOf, r)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(rec)
	return tlog.RecordHash(sum[:]).String()
}

type tampering struct {
	name string
	do   func(b *book)
	kind ledger.FindingKind
	seq  int64
	says string // a part of what is said
}

var tamperings = []tampering{
	{"the public part of a sealed row", func(b *book) {
		b.exec(`UPDATE ledger SET public = replace(public, '"submit"', '"dispatch"') WHERE seq = 4`)
	}, ledger.RowChanged, 4, "was changed after it was sealed"},
	{"the actor", func(b *book) { b.exec(`UPDATE ledger SET actor = 'account:01J' WHERE seq = 8`) }, ledger.RowChanged, 8, ""},
	{"the instant", func(b *book) { b.exec(`UPDATE ledger SET at = at + 1 WHERE seq = 18`) }, ledger.RowChanged, 18, ""},
	{"the version", func(b *book) { b.exec(`UPDATE ledger SET version = 9 WHERE seq = 5`) }, ledger.RowChanged, 5, ""},
	{"the act", func(b *book) { b.exec(`UPDATE ledger SET act = 'rate' WHERE seq = 0`) }, ledger.RowChanged, 0, ""},
	{"the object", func(b *book) { b.exec(`UPDATE ledger SET object = '01J' WHERE seq = 6`) }, ledger.RowChanged, 6, ""},
	{"the digest", func(b *book) { b.exec(`UPDATE ledger SET digest = salt WHERE seq = 3`) }, ledger.RowChanged, 3, ""},
	{"the id", func(b *book) { b.exec(`UPDATE ledger SET id = '01J' WHERE seq = 6`) }, ledger.RowChanged, 6, ""},
	{"the tenant", func(b *book) { b.exec(`UPDATE ledger SET tenant = '630104' WHERE seq = 6`) }, ledger.RowMissing, 6, "row 6 is gone"},
	{"a member twice in the public part", func(b *book) {
		b.exec(`UPDATE ledger SET public = '{"to":"done",' || substr(public, 2) WHERE seq = 7`)
	}, ledger.RowUnreadable, 7, "not canonical"},
	{"a sealed row is deleted", func(b *book) { b.exec(`DELETE FROM ledger WHERE seq = 10`) }, ledger.RowMissing, 10, "row 10 is gone"},
	{"a sealed row is deleted with its hashes", func(b *book) {
		b.exec(`DELETE FROM ledger WHERE seq = 5`)
		b.exec(`DELETE FROM ledger_hash WHERE n = 5`)
	}, ledger.RowMissing, 5, "rows 5 to 5 are gone, with their hashes"},
	{"an unsealed row of a case is deleted", func(b *book) { b.exec(`DELETE FROM ledger WHERE seq < 0 AND version = 2`) }, ledger.VersionBroken, -1, "lacks its version 2"},
	{"the last unsealed row of a case is deleted", func(b *book) { b.exec(`DELETE FROM ledger WHERE seq < 0 AND version = 3`) }, ledger.VersionBroken, -1, "lacks its version 3"},
	{"an unsealed row is changed", func(b *book) {
		b.exec(`UPDATE ledger SET public = replace(public, '"to":"dispatch"', '"to":"done"') WHERE seq < 0 AND version = 3`)
	}, ledger.StepDiffers, -1, `its last act in the ledger leads to "done"`},
	{"an act is inserted into a case", func(b *book) {
		b.exec(`INSERT INTO ledger (tenant, id, object, at, actor, act, version, public, digest, salt, personal, seq)
			SELECT tenant, '01JZZZZZZZZZZZZZZZZZZZZZZZ', object, at, actor, act, version, public, digest, '', '', -1 FROM ledger WHERE seq = 1`)
	}, ledger.VersionBroken, -1, "twice in the ledger; one too many is row 01JZZZ"},
	{"a row is inserted behind the last", func(b *book) {
		b.exec(`INSERT INTO ledger (tenant, id, object, at, actor, act, version, public, digest, salt, personal, seq)
			VALUES ('630105', '01JZZZZZZZZZZZZZZZZZZZZZZZ', 'x', 1, 'system', 'sign_in', 0, '{}', '', '', '', 19)`)
	}, ledger.RowUncovered, 19, "no signed checkpoint covers"},
	{"a row is inserted far behind", func(b *book) {
		b.exec(`INSERT INTO ledger (tenant, id, object, at, actor, act, version, public, digest, salt, personal, seq)
			VALUES ('630105', '01JZZZZZZZZZZZZZZZZZZZZZZZ', 'x', 1, 'system', 'sign_in', 0, '{}', '', '', '', 9000000000000000000)`)
	}, ledger.RowUncovered, 9000000000000000000, ""},
	{"a row takes another's sequence, the unique key being gone", func(b *book) {
		b.exec0(`DROP INDEX ledger_seq`)
		b.exec(`UPDATE ledger SET seq = 11 WHERE seq < 0 AND version = 1`)
	}, ledger.RowUncovered, 11, "the sequence of another row"},
	{"two rows swap their places", func(b *book) {
		b.exec(`UPDATE ledger SET seq = 99 WHERE seq = 2`)
		b.exec(`UPDATE ledger SET seq = 2 WHERE seq = 9`)
		b.exec(`UPDATE ledger SET seq = 9 WHERE seq = 99`)
	}, ledger.RowChanged, 2, ""},
	{"a sealed row is made unsealed", func(b *book) { b.exec(`UPDATE ledger SET seq = -1 WHERE seq = 13`) }, ledger.RowMissing, 13, ""},
	{"a sequence below -1", func(b *book) { b.exec(`UPDATE ledger SET seq = -5 WHERE seq < 0 AND version = 1`) }, ledger.RowUnreadable, -1, "the sequence -5"},
	{"the end is cut off with its checkpoints", func(b *book) {
		b.exec(`DELETE FROM checkpoint WHERE size > 12`)
		b.exec(`DELETE FROM ledger_hash WHERE n >= 12`)
		b.exec(`DELETE FROM ledger WHERE seq >= 12 OR seq < 0`)
		b.exec(`DELETE FROM case_record WHERE id = $1`, string(b.cases[3]))
		b.exec(`DELETE FROM case_record WHERE id = $1`, string(b.cases[4]))
	}, ledger.TailCut, 19, "the end of the ledger was cut off"},
	{"everything is gone", func(b *book) {
		for _, table := range []string{"checkpoint", "ledger_hash", "ledger", "case_record"} {
			b.exec(`DELETE FROM ` + table)
		}
	}, ledger.TailCut, 7, ""},
	{"the sealed rows behind a checkpoint lose theirs", func(b *book) {
		b.exec(`DELETE FROM checkpoint WHERE size > 12`)
		if err := os.RemoveAll(b.files.Dir); err != nil {
			b.t.Fatal(err)
		}
	}, ledger.RowUncovered, 12, ""},
	{"a checkpoint in the middle is removed", func(b *book) { b.exec(`DELETE FROM checkpoint WHERE size = 12`) }, ledger.CheckpointGone, 12, "in the file outside but not in the database"},
	{"the personal part", func(b *book) {
		b.exec(`UPDATE ledger SET personal = (SELECT personal FROM ledger o WHERE o.seq = 1) WHERE seq = 2`)
	}, ledger.PersonalChanged, 2, "changed or moved"},
	{"the salt", func(b *book) { b.exec(`UPDATE ledger SET salt = 'x' WHERE seq = 2`) }, ledger.PersonalChanged, 2, "does not give its digest"},
	{"the personal part of an unsealed row", func(b *book) {
		b.exec(`UPDATE ledger SET personal = 'v1:k1:AAAA' WHERE seq < 0 AND version = 1`)
	}, ledger.PersonalChanged, -1, ""},
	{"only the personal part is erased", func(b *book) { b.exec(`UPDATE ledger SET personal = '' WHERE seq = 2`) }, ledger.PersonalChanged, 2, "only half"},
	{"a personal part where there was none", func(b *book) {
		b.exec(`UPDATE ledger SET personal = 'x', salt = 'y' WHERE seq = 5 OR seq = 6`)
	}, ledger.PersonalChanged, 5, "had no personal part"},
	{"a stored leaf", func(b *book) {
		b.exec(`UPDATE ledger_hash SET hash = (SELECT hash FROM ledger_hash o WHERE o.n = 4) WHERE n = 6`)
	}, ledger.HashChanged, 6, "the row itself is right"},
	{"a stored hash higher up", func(b *book) {
		h := b.text(`SELECT hash FROM ledger_hash WHERE n = 7`)
		b.exec(`UPDATE ledger_hash SET hash = $1 WHERE n = 7`, h[:100]+flip(h[100])+h[101:])
	}, ledger.HashChanged, 7, "the hash of level"},
	{"stored hashes are gone", func(b *book) { b.exec(`DELETE FROM ledger_hash WHERE n = 14`) }, ledger.HashChanged, 14, "are gone"},
	{"stored hashes that cannot be read", func(b *book) { b.exec(`UPDATE ledger_hash SET hash = '?' WHERE n = 0`) }, ledger.HashChanged, 0, "cannot be read"},
	{"a forged checkpoint", func(b *book) {
		b.exec(`UPDATE checkpoint SET note = $1 WHERE size = 12`, b.forge(b.text(`SELECT note FROM checkpoint WHERE size = 12`)))
	}, ledger.CheckpointForged, 12, "not signed with this installation's key"},
	{"a changed checkpoint", func(b *book) {
		b.exec(`UPDATE checkpoint SET note = replace(note, 'time 2026', 'time 2025') WHERE size = 19`)
	}, ledger.CheckpointForged, 19, ""},
	{"a checkpoint under another size", func(b *book) { b.exec(`UPDATE checkpoint SET size = 11 WHERE size = 12`) }, ledger.CheckpointForged, 11, ""},
	{"a checkpoint at another instant", func(b *book) { b.exec(`UPDATE checkpoint SET at = at - 1 WHERE size = 12`) }, ledger.CheckpointForged, 12, ""},
	{"row and hashes are changed together", func(b *book) {
		b.exec(`UPDATE ledger SET actor = 'account:01J' WHERE seq = 18`)
		var leaf string
		b.update(func(tx kernel.Tx) error {
			l, err := store.Ledger{}.Sealed(tx, 17, "~", 1)
			if err != nil {
				return err
			}
			leaf = leafPack(b.t, l[0])
			return nil
		})
		b.exec(`UPDATE ledger_hash SET hash = $1 WHERE n = 18`, leaf)
	}, ledger.CheckpointOther, 19, "changed together"},
	{"a line of the file outside is changed", func(b *book) {
		b.rewrite(func(lines []string) []string {
			lines[1] = strings.Replace(lines[1], "12", "13", 1)
			return lines
		})
	}, ledger.CheckpointForged, -1, "line 2 of the checkpoint file"},
	{"lines of the file outside are swapped", func(b *book) {
		b.rewrite(func(l []string) []string { return []string{l[1], l[0], l[2]} })
	}, ledger.CheckpointForged, -1, "line 2"},
	{"a line of the file outside is removed", func(b *book) {
		b.rewrite(func(l []string) []string { return []string{l[0], l[2]} })
	}, ledger.CheckpointGone, 12, "in the database but not in the file outside"},
	{"a case is deleted", func(b *book) { b.exec(`DELETE FROM case_record WHERE id = $1`, string(b.cases[2])) }, ledger.CaseGone, -1, ""},
	{"the step of a case", func(b *book) { b.exec(`UPDATE case_record SET step = 'done' WHERE id = $1`, string(b.cases[0])) }, ledger.StepDiffers, -1, ""},
	{"the version of a case", func(b *book) {
		b.exec(`UPDATE case_record SET version = version - 1 WHERE id = $1`, string(b.cases[0]))
	}, ledger.VersionBroken, -1, "is at version 2, but the ledger has version 3"},
}

func (b *book) rewrite(fn func(lines []string) []string) {
	b.t.Helper()
	path, err := b.files.Path(ledgerOf)
	if err != nil {
		b.t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		b.t.Fatal(err)
	}
	lines := fn(strings.Split(strings.TrimSuffix(string(data), "\n"), "\n"))
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// TestTamperingIsFound plants faults behind the program's back, each in a ledger that was whole, and wants each named.
func TestTamperingIsFound(t *testing.T) {
	kinds := map[ledger.FindingKind]bool{}
	for _, x := range tamperings {
		kinds[x.kind] = true
	}
	eachBook(t, func(t *testing.T, first *book) {
		for _, x := range tamperings {
			t.Run(x.name, func(t *testing.T) {
				first.wipe()
				b := newBook(t, first.db.Engine)
				b.fill()
				if rep := b.check(b.vault); !rep.Whole() {
					t.Fatalf("not whole to begin with: %s", lines(rep))
				}
				x.do(b)
				rep := b.check(b.vault)
				if rep.Whole() {
					t.Fatal("the report says that all is whole")
				}
				if !slices.ContainsFunc(rep.Findings, func(f ledger.Finding) bool {
					return f.Kind == x.kind && f.Seq == x.seq && strings.Contains(f.Say.En, x.says) && f.Say.Zh != ""
				}) {
					t.Errorf("no finding %s at %d that says %q:\n%s", x.kind, x.seq, x.says, lines(rep))
				}
			})
		}
	})
	for _, k := range ledger.AllFindingKinds {
		if !kinds[k] {
			t.Errorf("no fault was planted for %s", k)
		}
	}
}

// wipe empties what a ledger stands in, so that one database serves many tests.
func (b *book) wipe() {
	for _, table := range []string{"ledger", "ledger_hash", "checkpoint", "case_record"} {
		b.exec0(`DELETE FROM ` + table)
	}
	b.exec0(`CREATE UNIQUE INDEX IF NOT EXISTS ledger_seq ON ledger (tenant, seq) WHERE seq >= 0`)
}

func lines(r *ledger.Report) string {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s %d %s\n", f.Kind, f.Seq, f.Say.En)
	}
	return b.String()
}

// TestErasingLeavesTheLedgerWhole: the personal part goes with its salt, and nothing else is touched.
func TestErasingLeavesTheLedgerWhole(t *testing.T) {
	eachBook(t, func(t *testing.T, b *book) {
		b.fill()
		b.exec(`UPDATE ledger SET personal = '', salt = '' WHERE seq = 2 OR seq < 0`)
		rep := b.check(b.vault)
		want := &ledger.Report{Tenant: ledgerOf, Rows: 22, Sealed: 19, Checkpoints: 3, Outside: 3, Size: 19, Root: rep.Root, Personal: 15, Erased: 4, Cases: 5,
			Notes: []kernel.Text{}, Findings: []ledger.Finding{}}
		if d := cmp.Diff(want, rep); d != "" {
			t.Error(d)
		}
		rep = b.check(nil)
		if !rep.Whole() || rep.Personal != 0 || rep.Unopened != 15 {
			t.Errorf("without keys: %+v", rep)
		}
	})
}

// TestSealerRefusesABrokenLedger: what was changed behind its back is not built on.
func TestSealerRefusesABrokenLedger(t *testing.T) {
	for name, x := range map[string]func(b *book){
		"the checkpoint is gone": func(b *book) { b.exec(`DELETE FROM checkpoint WHERE size = 19`) },
		"the end is cut off": func(b *book) {
			b.exec(`DELETE FROM checkpoint WHERE size > 12`)
			b.exec(`DELETE FROM ledger_hash WHERE n >= 12`)
			b.exec(`DELETE FROM ledger WHERE seq >= 12`)
		},
		"rows behind the last": func(b *book) { b.exec(`UPDATE ledger SET seq = 19 WHERE seq < 0 AND version = 1`) },
		"a hash of the edge": func(b *book) {
			b.exec(`UPDATE ledger_hash SET hash = (SELECT hash FROM ledger_hash o WHERE o.n = 2) WHERE n = 18`)
		},
		"a forged checkpoint": func(b *book) {
			b.exec(`UPDATE checkpoint SET note = $1 WHERE size = 19`, b.forge(b.text(`SELECT note FROM checkpoint WHERE size = 19`)))
		},
		"a forged file": func(b *book) {
			b.rewrite(func(l []string) []string { return append(l, strings.Replace(l[2], "19", "29", 1)) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			eachBook(t, func(t *testing.T, b *book) {
				b.fill()
				x(b)
				before := b.text(`SELECT CAST(COUNT(*) AS TEXT) FROM ledger WHERE seq >= 0`)
				if n, err := b.sealer.Seal(context.Background(), ledgerOf, 1); !kernel.Is(err, kernel.KindConflict) || n != 0 {
					t.Errorf("sealed %d rows: %v", n, err)
				}
				if after := b.text(`SELECT CAST(COUNT(*) AS TEXT) FROM ledger WHERE seq >= 0`); after != before {
					t.Errorf("%s rows were sealed, now %s", before, after)
				}
			})
		})
	}
}

func (b *book) exec0(query string) {
	b.t.Helper()
	if err := b.db.Engine.Write(context.Background(), func(c dialect.Conn) error { _, err := c.Exec(query); return err }); err != nil {
		b.t.Fatal(err)
	}
}

func flip(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}
