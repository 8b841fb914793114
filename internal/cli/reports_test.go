package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/reports"
	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
)

// solved carries an order through to a rating that says it is solved.
func (d *district) solved(text string) kernel.ID {
	d.Helper()
	c, code := d.order(text)
	d.finish(c)
	d.check(d.byCode(code, "rate", map[string]any{"score": 5, "solved": true}))
	return c.ID
}

// april is the period of the tests' bulletins.
var april = reports.Order{Template: "focus", From: time.Date(2023, 4, 1, 0, 0, 0, 0, kernel.Shanghai), To: time.Date(2023, 5, 1, 0, 0, 0, 0, kernel.Shanghai)}

func (d *district) issue(o reports.Order) (*reports.Issued, *reports.Doc) {
	d.Helper()
	i, err := d.a.issue(d.Context(), kernel.System(demoTenant), o, true)
	d.check(err)
	doc, err := i.Doc()
	d.check(err)
	return i, doc
}

// seal gives the rows their place in the tree.
func (d *district) seal() {
	d.Helper()
	_, err := d.a.sealing.sealer.Seal(d.Context(), demoTenant, 20)
	d.check(err)
}

func (d *district) bundle(i *reports.Issued) *reports.Bundle {
	d.Helper()
	proofs, err := d.a.proofs()
	d.check(err)
	var b *reports.Bundle
	d.view(func(tx kernel.Tx) (err error) {
		b, err = d.a.reports.Bundle(tx, i, proofs)
		return err
	})
	return b
}

func (d *district) leaves() []byte {
	d.Helper()
	verifier, err := d.a.keys.verifier()
	d.check(err)
	var b bytes.Buffer
	d.view(func(tx kernel.Tx) error {
		_, err := reports.WriteLeaves(tx, store.Ledger{}, verifier, false, &b)
		return err
	})
	return b.Bytes()
}

// now asks a figure again.
func (d *district) now(i *reports.Issued, doc *reports.Doc, key string) *reports.Change {
	d.Helper()
	var c *reports.Change
	d.view(func(tx kernel.Tx) error {
		f, q, err := d.a.reports.FigureOf(doc, key)
		if err != nil {
			return err
		}
		c, err = d.a.reports.Now(tx, i, f, q)
		return err
	})
	return c
}

// behind lists all records behind a figure that the actor sees.
func (d *district) behind(actor kernel.Actor, i *reports.Issued, doc *reports.Doc, key string) (ids []kernel.ID, counted int) {
	d.Helper()
	d.view(func(tx kernel.Tx) error {
		f, q, err := d.a.reports.FigureOf(doc, key)
		if err != nil {
			return err
		}
		p := kernel.Page{Limit: 7}
		for {
			l, was, next, err := d.a.reports.Behind(tx, actor, i, f, q, p)
			if err != nil {
				return err
			}
			for _, r := range l {
				ids = append(ids, r.ID)
				if was[r.ID] {
					counted++
				}
			}
			if p.After = next; next == "" {
				return nil
			}
		}
	})
	return ids, counted
}

// TestTheBulletinReproducesTheArticle: every figure of the source that the registers have, counted from the records behind it.
func TestTheBulletinReproducesTheArticle(t *testing.T) {
	eachDistrict(t, func(d *district) {
		i, doc := d.issue(april)
		got := map[string]string{}
		for _, f := range doc.Figures {
			got[f.Key] = f.Text.Zh
		}
		for key, want := range map[string]string{"branches": "147个", "compounds": "360个", "coverage": "100%", "general": "533个", "dedicated": "105个", "communities": "31个",
			"villages": "38个", "police": "100%", "members": "1300余名", "served": "100%", "tiers": "3级", "streets": "7个"} {
			if got[key] != want {
				d.Errorf("%s is %s, want %s", key, got[key], want)
			}
		}
		for _, f := range doc.Figures {
			if ids, counted := d.behind(kernel.System(demoTenant), i, doc, f.Key); len(ids) != f.Size || counted != f.Size {
				d.Errorf("%s: %d records of %d, %d of them counted", f.Key, len(ids), f.Size, counted)
			}
		}
		text := func(doc *reports.Doc) (s string) {
			for _, sec := range doc.Sections {
				for _, r := range sec.Zh {
					s += r.Text + "[" + r.Figure + "]"
				}
			}
			return s
		}
		if s := text(doc); !strings.Contains(s, "化解矛盾纠纷[][disputes]") || !strings.Contains(s, "论坛[][forum]") {
			d.Errorf("lines are missing: %s", s)
		}
		// A line whose query is not registered is left out.
		l := slices.DeleteFunc(d.a.reports.Queries.All(), func(q *reports.Query) bool { return q.ID == "disputes_resolved" })
		less, err := reports.NewRegistry(l)
		d.check(err)
		d.a.reports.Queries = less
		if _, doc = d.issue(april); strings.Contains(text(doc), "矛盾纠纷") {
			d.Errorf("a line without its query: %s", text(doc))
		}
	})
}

// TestOneRecordChangesTheFigureAndItsTrace: the live figure and its records follow what happens; the issued one stays, and says what
// differs now.
func TestOneRecordChangesTheFigureAndItsTrace(t *testing.T) {
	eachDistrict(t, func(d *district) {
		first := d.solved("路灯不亮")
		second, secondCode := d.order("路灯又不亮")
		d.finish(second)
		d.check(d.byCode(secondCode, "rate", map[string]any{"score": 4, "solved": true}))
		d.clock.Advance(time.Minute)
		i, doc := d.issue(april)
		frozen := i.Body
		if f := doc.Figure("issues"); f.Num != 2 || f.Text.Zh != "2件" {
			d.Fatalf("%+v", f)
		}
		if c := d.now(i, doc, "issues"); !c.Same || c.Now.Text.Zh != "2件" {
			d.Errorf("nothing has happened: %+v", c)
		}
		third := d.solved("井盖响")
		d.check(d.byCode(secondCode, "reopen", map[string]any{"reason": "又坏了"}))
		d.clock.Advance(time.Minute)
		d.check(d.update(func(tx kernel.Tx) error { // somebody looks at it, with a reason, which the ledger keeps
			_, err := d.a.reports.Ledger.Append(tx, ledger.Entry{Actor: d.clerk(d.get(first)), Act: "unmask", Object: first, Version: 99})
			return err
		}))
		d.clock.Advance(time.Minute)
		c := d.now(i, doc, "issues")
		if diff := cmp.Diff([]int{1, 1, 1, 2}, []int{c.Added, c.Gone, c.Moved, c.Tally.Num}); diff != "" || c.Same {
			d.Errorf("one came, one left, one moved (-want +got):\n%s", diff)
		}
		ids, counted := d.behind(kernel.System(demoTenant), i, doc, "issues")
		slices.Sort(ids)
		want := []kernel.ID{first, third}
		slices.Sort(want)
		if diff := cmp.Diff(want, ids); diff != "" || counted != 1 {
			d.Errorf("%d counted (-want +got):\n%s", counted, diff)
		}
		d.view(func(tx kernel.Tx) error {
			again, err := d.a.reports.Get(tx, kernel.System(demoTenant), i.ID)
			if again.Body != frozen {
				d.Error("the issued bulletin has changed")
			}
			return err
		})
		// One compound less is covered: the share falls, its denominator stays.
		d.check(d.update(func(tx kernel.Tx) error {
			l, err := store.Orgs{}.Covers(tx, orgs.CoverBranch)
			if err != nil {
				return err
			}
			for _, x := range l {
				if x.Place == l[0].Place {
					if _, err := (store.Orgs{}).EndCover(tx, x.Org, x.Place, orgs.CoverBranch); err != nil {
						return err
					}
				}
			}
			return nil
		}))
		d.clock.Advance(time.Minute)
		if c := d.now(i, doc, "coverage"); c.Now.Text.Zh != "99.72%" || c.Tally != (reports.Tally{Num: 359, Den: 360}) || c.Moved != 1 {
			d.Errorf("%+v", c)
		}
	})
}

// TestReadersSeeTheirOwnRecords: the trace is cut to what the reader may see, page by page, and says nothing of the rest.
func TestReadersSeeTheirOwnRecords(t *testing.T) {
	eachDistrict(t, func(d *district) {
		id := d.solved("路灯不亮")
		i, doc := d.issue(april)
		clerk := d.clerk(d.get(id))
		var far kernel.Actor
		for _, h := range d.l.g.Holdings {
			if h.Role == kernel.CommunityClerk && !h.Path.Holds(d.get(id).Path) {
				far = d.actor(h.Person)
			}
		}
		if ids, _ := d.behind(clerk, i, doc, "issues"); !slices.Equal(ids, []kernel.ID{id}) {
			d.Errorf("the clerk of the place sees %v", ids)
		}
		if ids, _ := d.behind(far, i, doc, "issues"); len(ids) != 0 {
			d.Errorf("a clerk elsewhere sees %v", ids)
		}
		mine, _ := d.behind(clerk, i, doc, "members")
		all, _ := d.behind(kernel.System(demoTenant), i, doc, "members")
		if len(mine) == 0 || len(mine) >= len(all) {
			d.Errorf("the clerk sees %d of %d report-ins", len(mine), len(all))
		}
		// A draft of the district is not a clerk's to read, nor to make.
		draft, err := d.a.issue(d.Context(), kernel.System(demoTenant), april, false)
		d.check(err)
		d.view(func(tx kernel.Tx) error {
			if _, err := d.a.reports.Get(tx, clerk, draft.ID); !kernel.Is(err, kernel.KindNotFound) {
				d.Errorf("a clerk reads a draft of the district: %v", err)
			}
			if _, err := d.a.reports.Get(tx, kernel.Anonymous(demoTenant), draft.ID); !kernel.Is(err, kernel.KindUnsigned) {
				d.Errorf("nobody in particular reads a draft: %v", err)
			}
			if _, err := d.a.reports.Get(tx, clerk, i.ID); err != nil {
				d.Errorf("a clerk does not read what is published: %v", err)
			}
			l, _, err := d.a.reports.List(tx, clerk, reports.ListQuery{})
			if err != nil || len(l) != 1 || l[0].ID != i.ID {
				d.Errorf("the clerk's list: %d, %v", len(l), err)
			}
			return nil
		})
		if _, err := d.a.reports.Prepare(d.Context(), clerk, april); !kernel.Is(err, kernel.KindNotFound) {
			d.Errorf("a clerk issues for the district: %v", err)
		}
		if _, err := d.a.reports.Prepare(d.Context(), clerk, reports.Order{Template: "focus", Place: clerk.Posts[0].Place, From: april.From, To: april.To}); err != nil {
			d.Errorf("a clerk issues for the own community: %v", err)
		}
	})
}

// TestMonthlyBulletinIsDraftedOnce: after the month is over, once, however often and by however many processes the duty runs.
func TestMonthlyBulletinIsDraftedOnce(t *testing.T) {
	eachDistrict(t, func(d *district) {
		tick := func(s *reports.Service) int {
			d.Helper()
			n, err := s.Tick(d.Context(), demoTenant)
			d.check(err)
			return n
		}
		other := reports.NewService(d.a.reports.Ports) // another process
		if n := tick(d.a.reports); n != 1 {
			d.Fatalf("%d were drafted", n)
		}
		d.clock.Advance(2 * time.Minute)
		if n := tick(d.a.reports) + tick(other); n != 0 {
			d.Errorf("%d were drafted again", n)
		}
		d.clock.Set(time.Date(2023, 4, 30, 15, 59, 0, 0, time.UTC)) // 23:59 of the last day
		if n := tick(d.a.reports); n != 0 {
			d.Errorf("%d were drafted before the month was over", n)
		}
		d.clock.Set(time.Date(2023, 4, 30, 16, 2, 0, 0, time.UTC))
		if n := tick(other); n != 1 {
			d.Errorf("%d were drafted in the new month", n)
		}
		if n := tick(d.a.reports); n != 0 {
			d.Errorf("%d more", n)
		}
		d.view(func(tx kernel.Tx) error {
			l, _, err := d.a.reports.List(tx, kernel.System(demoTenant), reports.ListQuery{Template: "monthly"})
			if err != nil {
				return err
			}
			var got []string
			for _, i := range l {
				got = append(got, string(i.Status)+" "+i.From.In(kernel.Shanghai).Format(time.DateOnly)+fmt.Sprint(" ", i.Year, " ", i.N))
			}
			if diff := cmp.Diff([]string{"draft 2023-04-01 2023 2", "draft 2023-03-01 2023 1"}, got); diff != "" {
				d.Error(diff)
			}
			if open, _, err := d.a.reports.Public(tx, kernel.Page{Limit: 5}); err != nil || len(open) != 0 {
				d.Errorf("drafts are public: %v %v", open, err)
			}
			return nil
		})
	})
}

// TestABulletinIsPublishedOnce: of a published or discarded one nothing more becomes.
func TestABulletinIsPublishedOnce(t *testing.T) {
	eachDistrict(t, func(d *district) {
		system := kernel.System(demoTenant)
		i, err := d.a.issue(d.Context(), system, april, false)
		d.check(err)
		move := func(f func(kernel.Tx, kernel.Actor, kernel.ID, int) (*reports.Issued, error), version int) error {
			return d.update(func(tx kernel.Tx) error { _, err := f(tx, system, i.ID, version); return err })
		}
		if err := move(d.a.reports.Publish, 2); !kernel.Is(err, kernel.KindConflict) {
			d.Errorf("a version that nobody saw: %v", err)
		}
		d.check(move(d.a.reports.Publish, 1))
		for _, f := range []func(kernel.Tx, kernel.Actor, kernel.ID, int) (*reports.Issued, error){d.a.reports.Publish, d.a.reports.Discard} {
			for version := range 4 {
				if err := move(f, version); !kernel.Is(err, kernel.KindConflict) {
					d.Errorf("moved again at version %d: %v", version, err)
				}
			}
		}
		d.view(func(tx kernel.Tx) error {
			rows, err := store.Ledger{}.OfObject(tx, i.ID)
			var acts []string
			for _, r := range rows {
				acts = append(acts, fmt.Sprint(r.Act, " ", r.Version))
			}
			if diff := cmp.Diff([]string{"report.issue 1", "report.publish 2"}, acts); diff != "" {
				d.Error(diff)
			}
			return err
		})
	})
}

// TestTamperingIsFound: whatever is changed in a bundle is found with the public key alone; what was left out at the time of issue, with
// an export of all leaves.
func TestTamperingIsFound(t *testing.T) {
	eachDistrict(t, func(d *district) {
		for _, text := range []string{"路灯不亮", "井盖响", "路灯又不亮"} {
			d.solved(text)
		}
		i, _ := d.issue(april)
		d.seal()
		good := d.bundle(i)
		verifier, err := d.a.keys.verifier()
		d.check(err)
		if v := reports.Verify(good, verifier); !v.Holds || !v.Sealed || v.Records < 3000 {
			d.Fatalf("%+v", v)
		}
		other, _ := d.issue(reports.Order{Template: "focus", From: april.From.AddDate(0, -1, 0), To: april.From})
		d.seal()
		others := d.bundle(other)
		copyOf := func() *reports.Bundle {
			raw, err := json.Marshal(good)
			d.check(err)
			b, err := reports.ParseBundle(raw)
			d.check(err)
			return b
		}
		text := func(from, to string) func(b *reports.Bundle) {
			return func(b *reports.Bundle) {
				if !strings.Contains(b.Bulletin, from) {
					d.Fatalf("%s is not in the bulletin", from)
				}
				b.Bulletin = strings.Replace(b.Bulletin, from, to, 1)
			}
		}
		entry := func(change func(l []string) []string) func(b *reports.Bundle) {
			return func(b *reports.Bundle) { b.Entries["issues"] = change(b.Entries["issues"]) }
		}
		for _, x := range []struct {
			name   string
			change func(b *reports.Bundle)
			kind   reports.FindingKind
		}{
			{"a count in the text", text(`"num":3`, `"num":4`), reports.BadFigure},
			{"a printed figure", text(`3件`, `300件`), reports.BadFigure},
			{"a word of a sentence", text("急难愁盼", "一切"), reports.BadText},
			{"the period", text(`"from":"2023-03-31T16:00:00Z"`, `"from":"2022-03-31T16:00:00Z"`), reports.BadText},
			{"the root", text(`"root":"`, `"root":"0`), reports.BadSet},
			{"a record changed", entry(func(l []string) []string { return append([]string{flip(l[0])}, l[1:]...) }), reports.BadSet},
			{"a record added", entry(func(l []string) []string {
				l = append(l, "row "+strings.Repeat("0", 64)+" 1/1")
				slices.Sort(l)
				return l
			}), reports.BadSet},
			{"a record dropped", entry(func(l []string) []string { return l[1:] }), reports.BadSet},
			{"a record twice", entry(func(l []string) []string { return []string{l[0], l[0], l[1]} }), reports.BadSet},
			{"a record that counts double", entry(func(l []string) []string { return append([]string{strings.Replace(l[0], "1/1", "2/2", 1)}, l[1:]...) }), reports.BadSet},
			{"all records of a figure gone", func(b *reports.Bundle) { delete(b.Entries, "members") }, reports.BadSet},
			{"records of no figure", func(b *reports.Bundle) { b.Entries["more"] = []string{} }, reports.BadSet},
			{"another bulletin's receipt", func(b *reports.Bundle) { b.Receipt = others.Receipt }, reports.BadRow},
			{"another bulletin's record in the receipt", func(b *reports.Bundle) { b.Receipt.Record = others.Receipt.Record }, reports.BadSignature},
			{"no record in the receipt", func(b *reports.Bundle) { b.Receipt.Record = "" }, reports.BadRow},
			{"another path", func(b *reports.Bundle) { b.Receipt.Proof.Path = others.Receipt.Proof.Path[1:] }, reports.BadSignature},
			{"a changed checkpoint", func(b *reports.Bundle) {
				b.Receipt.Proof.Checkpoint = strings.Replace(b.Receipt.Proof.Checkpoint, "time 2023", "time 2022", 1)
			}, reports.BadSignature},
			{"another district", func(b *reports.Bundle) { b.Tenant = "630104" }, reports.BadRow},
		} {
			b := copyOf()
			x.change(b)
			v := reports.Verify(b, verifier)
			if v.Holds || !slices.ContainsFunc(v.Flaws, func(f reports.Flaw) bool { return f.Kind == x.kind && f.Say.Zh != "" && f.Say.En != "" }) {
				d.Errorf("%s: %+v", x.name, v.Flaws)
			}
		}
		// A bundle of a forger who writes the own key into it: whoever checks brings the right one.
		forged := forge(d, good)
		if v := reports.Verify(forged, verifier); v.Holds || v.Flaws[0].Kind != reports.BadSignature {
			d.Errorf("signed by another key: %+v", v.Flaws)
		}
	})
}

// flip changes one digit of an entry's hash.
func flip(e string) string {
	i := strings.IndexByte(e, ' ') + 1
	c := byte('0')
	if e[i] == '0' {
		c = '1'
	}
	return e[:i] + string(c) + e[i+1:]
}

// forge signs a bundle's row with another key.
func forge(d *district, good *reports.Bundle) *reports.Bundle {
	d.Helper()
	raw, err := json.Marshal(good)
	d.check(err)
	b, err := reports.ParseBundle(raw)
	d.check(err)
	k := &keys{sign: newSeed()}
	b.Receipt.Proof = nil
	b.Receipt.Signature = signed(k.sign, ledger.PromiseText(b.Tenant, b.Receipt.Leaf))
	b.Key = reports.Signing{Key: k.sign}.PublicKey()
	return b
}

// TestLeftOutIsFoundInTheLeaves: what an issuer leaves out or puts in at the time of issue is found by counting anew from all leaves.
func TestLeftOutIsFoundInTheLeaves(t *testing.T) {
	eachDistrict(t, func(d *district) {
		for _, text := range []string{"路灯不亮", "井盖响", "路灯又不亮"} {
			d.solved(text)
		}
		open, _ := d.order("还没办的")
		honest := d.a.reports.Queries
		check := func(i *reports.Issued, leaves []byte) *reports.Verdict {
			d.Helper()
			verifier, err := d.a.keys.verifier()
			d.check(err)
			b := d.bundle(i)
			v := reports.Verify(b, verifier)
			if !v.Holds {
				d.Fatalf("without leaves: %+v", v.Flaws)
			}
			d.check(v.Against(b, bytes.NewReader(leaves), verifier, honest))
			return v
		}
		i, _ := d.issue(april)
		d.seal()
		leaves := d.leaves()
		if v := check(i, leaves); !v.Holds || !slices.Contains(v.Replayed, "issues") || !slices.Contains(v.Replayed, "hazards") || v.Leaves == 0 {
			d.Fatalf("an honest bulletin: %+v", v)
		}
		// The issuer's program counts otherwise than its query says.
		for _, x := range []struct {
			name string
			cut  func(l []*reports.Record) []*reports.Record
			kind reports.FindingKind
		}{
			{"one left out", func(l []*reports.Record) []*reports.Record { return l[1:] }, reports.LeftOut},
			{"one put in", func(l []*reports.Record) []*reports.Record {
				return append(l, &reports.Record{ID: open.ID, Path: open.Path, Num: 1, Den: 1})
			}, reports.WronglyIn},
		} {
			d.a.reports.Queries = crooked(d, honest, "issues_solved", x.cut)
			bad, _ := d.issue(april)
			d.seal()
			d.a.reports.Queries = honest
			if v := check(bad, d.leaves()); v.Holds || !slices.ContainsFunc(v.Flaws, func(f reports.Flaw) bool { return f.Kind == x.kind && f.Where == "issues" }) {
				d.Errorf("%s: %+v", x.name, v.Flaws)
			}
		}
		// The export of leaves itself: a line changed, dropped, added, or all of another key.
		lines := strings.SplitAfter(strings.TrimSuffix(string(leaves), "\n"), "\n")
		for name, l := range map[string][]string{
			"a leaf dropped":   slices.Delete(slices.Clone(lines), 5, 6),
			"a leaf twice":     slices.Insert(slices.Clone(lines), 5, lines[5]),
			"a record changed": slices.Replace(slices.Clone(lines), 5, 6, strings.Replace(lines[5], `\"version\":`, `\"version\":1`, 1)),
			"the head changed": slices.Replace(slices.Clone(lines), 0, 1, strings.Replace(lines[0], `\ntime 2`, `\ntime 3`, 1)),
			"the end cut off":  lines[:len(lines)-1],
		} {
			if v := check(i, []byte(strings.Join(l, ""))); v.Holds || !slices.ContainsFunc(v.Flaws, func(f reports.Flaw) bool { return f.Kind == reports.BadLeaves }) {
				d.Errorf("%s: %+v", name, v.Flaws)
			}
		}
	})
}

// crooked replaces a query by one whose records are cut by hand.
func crooked(d *district, reg *reports.Registry, id string, cut func([]*reports.Record) []*reports.Record) *reports.Registry {
	d.Helper()
	l := reg.All()
	for k, q := range l {
		if q.ID != id {
			continue
		}
		bad := *q
		bad.Records = func(tx kernel.Tx, a reports.Ask, p kernel.Page) ([]*reports.Record, string, error) {
			got, next, err := q.Records(tx, a, p)
			if len(got) > 0 { // in the period itself, not in those that it is compared with
				got = cut(got)
			}
			return got, next, err
		}
		bad.Count = func(tx kernel.Tx, a reports.Ask) (t reports.Tally, err error) {
			got, _, err := bad.Records(tx, a, kernel.Page{Limit: 500})
			return reports.Tally{Num: len(got), Den: len(got)}, err
		}
		l[k] = &bad
	}
	out, err := reports.NewRegistry(l)
	d.check(err)
	return out
}

// TestErasingAPersonLeavesProofsWhole: names, telephones and the personal parts of ledger rows go; bulletin, proof and comparison hold.
func TestErasingAPersonLeavesProofsWhole(t *testing.T) {
	eachDistrict(t, func(d *district) {
		id := d.solved("路灯不亮")
		d.clock.Advance(time.Minute)
		i, doc := d.issue(april)
		d.seal()
		verifier, err := d.a.keys.verifier()
		d.check(err)
		d.check(d.a.engine.Write(d.Context(), func(c dialect.Conn) error {
			_, err := c.Exec(`UPDATE ledger SET personal = '', salt = '' WHERE tenant = $1 AND object = $2`, string(demoTenant), string(id))
			if err == nil {
				_, err = c.Exec(`UPDATE case_record SET contact = '', address = '', form = '', phone_index = '', body = '' WHERE tenant = $1 AND id = $2`, string(demoTenant), string(id))
			}
			return err
		}))
		d.view(func(tx kernel.Tx) error {
			rows, err := store.Ledger{}.OfObject(tx, id)
			for _, r := range rows {
				if r.Personal != "" || r.Salt != "" {
					d.Errorf("%s of %s still has its personal part", r.Act, r.Object)
				}
			}
			if len(rows) < 6 {
				d.Errorf("%d rows", len(rows))
			}
			return err
		})
		b := d.bundle(i)
		v := reports.Verify(b, verifier)
		d.check(v.Against(b, bytes.NewReader(d.leaves()), verifier, d.a.reports.Queries))
		if !v.Holds || !v.Sealed {
			d.Errorf("%+v", v.Flaws)
		}
		if c := d.now(i, doc, "issues"); !c.Same {
			d.Errorf("erasing looks like a change: %+v", c)
		}
	})
}

// TestSmallFiguresAreNotTold: fewer than five persons are not told, nor kept, nor to be worked out from what is.
func TestSmallFiguresAreNotTold(t *testing.T) {
	eachDistrict(t, func(d *district) {
		var grid kernel.ID
		d.view(func(tx kernel.Tx) error {
			l, _, err := d.a.reports.Queries.Get("members").Records(tx, reports.Ask{Path: "630105/", AsOf: tx.Now(), Allow: access.ScopeOf(kernel.System(demoTenant), access.RegisterRead)}, kernel.Page{Limit: 1})
			for _, p := range d.l.d.Places {
				if p.Path == l[0].Path {
					grid = p.ID
				}
			}
			return err
		})
		// A grid has two or three members.
		i, doc := d.issue(reports.Order{Template: "focus", Place: grid, From: april.From, To: april.To})
		f := doc.Figure("members")
		if !f.Hidden || f.Num+f.Den+f.Size != 0 || f.Root != "" || f.Last != nil || strings.Contains(i.Body, "1300") {
			d.Errorf("%+v", f)
		}
		if ids, _ := d.behind(kernel.System(demoTenant), i, doc, "members"); len(ids) != 0 {
			d.Errorf("the records of a suppressed figure are told: %v", ids)
		}
		b := d.bundle(i)
		if _, ok := b.Entries["members"]; ok {
			d.Error("the bundle tells how many a suppressed figure counts")
		}
		verifier, err := d.a.keys.verifier()
		d.check(err)
		if v := reports.Verify(b, verifier); !v.Holds || v.Hidden != 1 {
			d.Errorf("%+v", v)
		}
	})
}

// TestSmallCellsOfATableAreNotTold: cells under five go with their neighbours, and all of them where the sum would give them away.
func TestSmallCellsOfATableAreNotTold(t *testing.T) {
	eachDistrict(t, func(d *district) {
		for range 3 {
			d.solved("路灯不亮")
		}
		_, doc := d.issue(april)
		for _, s := range doc.Sections {
			if s.Table == nil {
				continue
			}
			for _, r := range s.Table.Rows {
				if !r.Hidden || r.Num != 0 || r.Text.Zh != "—" {
					d.Errorf("%+v", r)
				}
			}
		}
		if f := doc.Figure("by_street"); f.Num != 3 || len(f.Places) != 0 || len(f.Months) != 0 {
			d.Errorf("%+v", f)
		}
	})
}

// TestReportCommands: issue, list, export, leaves and the offline check, as an operator runs them.
func TestReportCommands(t *testing.T) {
	eachDistrict(t, func(d *district) {
		d.solved("路灯不亮")
		i, _ := d.issue(april)
		e := &env{ctx: d.Context(), out: &bytes.Buffer{}, err: &bytes.Buffer{}, clock: d.clock, global: &globals{}}
		for format, begins := range map[string]string{"docx": "PK", "xlsx": "PK", "pdf": "%PDF", "html": "<!doctype", "json": "{"} {
			raw, err := d.a.exported(e, demoTenant, i.ID, format, kernel.English)
			d.check(err)
			if !bytes.HasPrefix(raw, []byte(begins)) {
				d.Errorf("%s begins with %.20q", format, raw)
			}
		}
		d.view(func(tx kernel.Tx) error {
			rows, err := store.Ledger{}.OfObject(tx, i.ID)
			exports := 0
			for _, r := range rows {
				if r.Act == reports.ActExport {
					exports++
				}
			}
			if exports != 4 {
				d.Errorf("%d exports are written down, want 4", exports)
			}
			return err
		})
	})
}
