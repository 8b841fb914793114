package cli

import (
	"bytes"
	"slices"
	"testing"

	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
)

// TestOrdersAreCountedAnewFromTheLeaves: how many orders were opened is counted from the ledger alone: merged ones once, other flows apart, and an issuer
// who leaves one out or puts one in is found. Of figures that the ledger does not tell all of it is not claimed.
func TestOrdersAreCountedAnewFromTheLeaves(t *testing.T) {
	eachDistrict(t, func(d *district) {
		for _, text := range []string{"路灯不亮", "井盖响", "路灯又不亮", "垃圾没人清", "下水道堵了", "单元门坏了"} {
			d.solved(text)
		}
		open, _ := d.order("还没办的")
		twin, _ := d.order("同一件事又说一遍")
		d.check(d.try(d.clerk(twin), twin.ID, "merge", map[string]any{"into": string(open.ID)}))
		honest := d.a.reports.Queries
		monthly := april
		monthly.Template = "monthly"
		check := func(i *reports.Issued) *reports.Verdict {
			d.Helper()
			verifier, err := d.a.keys.verifier()
			d.check(err)
			b := d.bundle(i)
			v := reports.Verify(b, verifier)
			if !v.Holds {
				d.Fatalf("without leaves: %+v", v.Flaws)
			}
			d.check(v.Against(b, bytes.NewReader(d.leaves()), verifier, honest))
			return v
		}
		i, doc := d.issue(monthly)
		d.seal()
		if f := doc.Figure("opened"); f == nil || f.Num != 7 {
			d.Fatalf("seven orders, of which none is merged: %+v", f)
		}
		v := check(i)
		for _, key := range []string{"opened", "distinct", "issues", "hazards"} {
			if !slices.Contains(v.Replayed, key) {
				d.Errorf("%s is not counted anew: %v", key, v.Replayed)
			}
		}
		for _, key := range []string{"zi", "open", "bead_order", "compounds", "response"} {
			if slices.Contains(v.Replayed, key) {
				d.Errorf("%s is said to be counted from the ledger alone", key)
			}
		}
		if !v.Holds {
			d.Fatalf("an honest bulletin: %+v", v.Flaws)
		}
		for name, x := range map[string]struct {
			cut  func(l []*reports.Record) []*reports.Record
			kind reports.FindingKind
		}{
			"one left out": {func(l []*reports.Record) []*reports.Record { return l[1:] }, reports.LeftOut},
			"the merged one put in": {func(l []*reports.Record) []*reports.Record {
				return append(l, &reports.Record{ID: twin.ID, Path: twin.Path, Num: 1, Den: 1})
			}, reports.WronglyIn},
		} {
			d.a.reports.Queries = crooked(d, honest, "cases_opened", x.cut)
			bad, _ := d.issue(monthly)
			d.seal()
			d.a.reports.Queries = honest
			if v := check(bad); v.Holds || !slices.ContainsFunc(v.Flaws, func(f reports.Flaw) bool { return f.Kind == x.kind && f.Where == "opened" }) {
				d.Errorf("%s: %+v", name, v.Flaws)
			}
		}
	})
}

// TestReplayOfOpenedCases: what the ledger's rows say of one case.
func TestReplayOfOpenedCases(t *testing.T) {
	in, before := april.From.Add(1), april.From.Add(-1)
	row := func(ms int64, from, to string, more ...any) *reports.Act {
		p := map[string]any{"flow": "menu", "number": "n", "from": from, "to": to, "unit": "u1"}
		for i := 0; i+1 < len(more); i += 2 {
			p[more[i].(string)] = more[i+1]
		}
		return &reports.Act{At: ms, Public: p}
	}
	ask := func(params ...string) reports.Ask {
		p := map[string]string{"flow": "menu"}
		for i := 0; i+1 < len(params); i += 2 {
			p[params[i]] = params[i+1]
		}
		return reports.Ask{Period: kernel.Period{From: april.From.UTC(), To: april.To.UTC()}, Params: p}
	}
	now, old := in.UnixMilli()+1000, before.UnixMilli()-1000
	for name, c := range map[string]struct {
		ask  reports.Ask
		acts []*reports.Act
		want int
	}{
		"opened in the period":     {ask(), []*reports.Act{row(now, "", "ordered"), row(now, "ordered", "submitted")}, 1},
		"before it":                {ask(), []*reports.Act{row(old, "", "ordered"), row(now, "ordered", "submitted")}, 0},
		"merged":                   {ask(), []*reports.Act{row(now, "", "ordered"), row(now, "ordered", "merged")}, 0},
		"of another flow":          {ask(), []*reports.Act{row(now, "", "found", "flow", "hazard")}, 0},
		"imported, opened earlier": {ask(), []*reports.Act{row(now, "", "done", "opened_at", float64(old))}, 0},
		"imported later":           {ask(), []*reports.Act{row(april.To.UnixMilli()+1, "", "done", "opened_at", float64(now))}, 1},
		"of the unit":              {ask("unit", "u2"), []*reports.Act{row(now, "", "ordered"), row(now, "ordered", "submitted", "unit", "u2")}, 1},
		"of another unit":          {ask("unit", "u1"), []*reports.Act{row(now, "", "ordered"), row(now, "ordered", "submitted", "unit", "u2")}, 0},
		"no case":                  {ask(), []*reports.Act{{At: now, Public: map[string]any{"clock": "accept"}}}, 0},
	} {
		if got := reports.ReplayOpened(c.ask, c.acts).Num; got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	for name, c := range map[string]struct {
		params []string
		want   bool
	}{"menu": {nil, true}, "disputes": {[]string{"flow", "dispute"}, false}, "all flows": {[]string{"flow", ""}, false}, "by step": {[]string{"steps", "ordered"}, false}, "by strand": {[]string{"strand", "zi"}, false}} {
		if got := reports.OpenedInLedger(ask(c.params...)); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
