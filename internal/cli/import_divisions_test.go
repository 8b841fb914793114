package cli

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
)

// list makes the files of a year; villages are "code,name,street" lines.
func list(streets, villages []string) fstest.MapFS {
	file := func(header string, lines []string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(header + "\n" + strings.Join(lines, "\n") + "\n")}
	}
	return fstest.MapFS{
		"provinces.csv": file(`"code","name"`, []string{`"63","青海省"`}),
		"cities.csv":    file(`code,name,provinceCode`, []string{`6301,西宁市,63`}),
		"areas.csv":     file(`code,name,cityCode,provinceCode`, []string{`630105,城北区,6301,63`}),
		"streets.csv":   file(`code,name,areaCode,cityCode,provinceCode`, streets),
		"villages.csv":  file(`code,name,streetCode,areaCode,cityCode,provinceCode`, villages),
	}
}

var (
	streets23 = []string{"630105002,小桥大街街道,630105,6301,63", "630105100,大堡子镇,630105,6301,63"}
	streets24 = []string{"630105002,小桥街道,630105,6301,63", "630105100,大堡子镇,630105,6301,63"}
)

func villages(l ...string) []string {
	out := make([]string, len(l))
	for i, v := range l {
		code, _, _ := strings.Cut(v, ",")
		out[i] = fmt.Sprintf("%s,%s,630105,6301,63", v, code[:9])
	}
	return out
}

func importList(t *testing.T, db *store.DB, fsys fstest.MapFS, o DivisionsOptions) *DivisionsReport {
	t.Helper()
	r, err := ImportDivisions(context.Background(), db, fsys, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestDivisionsAreImportedOnce(t *testing.T) {
	eachStore(t, func(t *testing.T, db *store.DB, _ *kernel.ManualClock) {
		first := list(streets23, villages("630105002204,小桥村委会", "630105100001,一社区居委会", "630105100002,二社区居委会"))
		for _, step := range []struct {
			o                             DivisionsOptions
			new, changed, same, kept, has int
		}{
			{DivisionsOptions{Year: 2023, DryRun: true}, 8, 0, 0, 0, 0},
			{DivisionsOptions{Year: 2023}, 8, 0, 0, 0, 8},
			{DivisionsOptions{Year: 2023}, 0, 0, 8, 0, 8},
			{DivisionsOptions{Year: 2022}, 8, 0, 0, 0, 8},
		} {
			r := importList(t, db, first, step.o)
			n := 0
			err := db.View(context.Background(), "", func(tx kernel.Tx) error {
				return store.Territory{}.EachDivision(tx, step.o.Year, func(territory.Division) { n++ })
			})
			want := []int{step.new, step.changed, step.same, step.kept, step.has}
			if d := cmp.Diff(want, []int{r.New, r.Changed, r.Same, r.Kept, n}); d != "" || err != nil || !r.Sound() {
				t.Errorf("%+v: %s %v %+v", step.o, d, err, r)
			}
		}
		// A corrected list of the same year: one name changes, one row is gone from the files and stays in the store.
		r := importList(t, db, list(streets24, villages("630105002204,小桥村委会", "630105100001,一社区居委会")), DivisionsOptions{Year: 2023})
		if d := cmp.Diff([]int{0, 1, 6, 1}, []int{r.New, r.Changed, r.Same, r.Kept}); d != "" {
			t.Error(d)
		}
	})
}

func TestDivisionsGetSuccessors(t *testing.T) {
	eachStore(t, func(t *testing.T, db *store.DB, _ *kernel.ManualClock) {
		// In the later year one village is recoded, one is merged into another as published, one is gone without a word.
		before := list(streets23, villages("630105100001,甲村委会", "630105100002,乙村委会", "630105100003,丙村委会", "630105100004,丁村委会"))
		after := list(streets24, villages("630105100201,甲村委会", "630105100004,丁村委会"))
		given, err := territory.ReadSuccessors(strings.NewReader("\ufeffold_code,new_code,year,kind\n630105100002,630105100004,2024,merged\n630105100003,,2024,abolished\n" +
			"630105100001,630105100004,2023,recoded\n")) // the last is of an earlier step: it does not count here
		if err != nil {
			t.Fatal(err)
		}
		importList(t, db, after, DivisionsOptions{Year: 2024}) // the later list first: the order of loading does not matter
		r := importList(t, db, before, DivisionsOptions{Year: 2023, Successors: given})
		want := []DivisionStep{{From: 2023, To: 2024, Added: 1, Removed: 3, Renamed: 1, Successor: 2, Abolished: 1, Written: 2}}
		if d := cmp.Diff(want, r.Successors); d != "" {
			t.Error(d)
		}
		for code, to := range map[string][]string{"630105100001": {"630105100201"}, "630105100002": {"630105100004"}, "630105100003": nil, "630105100004": nil} {
			var got territory.Division
			err := db.View(context.Background(), "", func(tx kernel.Tx) (err error) {
				got, err = store.Territory{}.Division(tx, code, 2023)
				return err
			})
			if d := cmp.Diff(to, got.Successor); d != "" || err != nil {
				t.Errorf("%s: %s %v", code, d, err)
			}
		}
		r = importList(t, db, before, DivisionsOptions{Year: 2023, Successors: given})
		if r.New+r.Changed+r.Successors[0].Written != 0 {
			t.Errorf("the second run wrote: %+v", r)
		}
	})
}

func TestFaultyDivisionsAreToldAndLeftOut(t *testing.T) {
	eachStore(t, func(t *testing.T, db *store.DB, _ *kernel.ManualClock) {
		v := append(villages("630105100001,甲村委会", "630105100001,乙村委会", "630109100001,丙村委会"), "63010510000X,丁,630105100,630105,6301,63", `630105100009,"戊`)
		r := importList(t, db, list(streets23, v), DivisionsOptions{Year: 2023})
		want := map[territory.ProblemKind]int{territory.ProblemDuplicate: 1, territory.ProblemOrphan: 1, territory.ProblemMalformed: 2}
		if d := cmp.Diff(want, r.LeftOut); d != "" || r.Rows != 6 || r.Sound() {
			t.Error(d, r.Rows)
		}
		var lines []int
		for _, p := range r.Problems {
			lines = append(lines, p.Line)
		}
		if d := cmp.Diff([]int{3, 4, 5, 6}, lines); d != "" {
			t.Error(d)
		}
		var b bytes.Buffer
		if err := r.Print(&b); err != nil || !strings.Contains(b.String(), "villages.csv 第 4 行") || !strings.Contains(b.String(), "villages.csv line 4") {
			t.Errorf("%v\n%s", err, b.String())
		}
	})
}

func TestDivisionsRefuseWhatCannotBe(t *testing.T) {
	eachStore(t, func(t *testing.T, db *store.DB, _ *kernel.ManualClock) {
		ctx := context.Background()
		if _, err := ImportDivisions(ctx, db, list(nil, nil), DivisionsOptions{}, nil); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("no year gives %v", err)
		}
		if _, err := ImportDivisions(ctx, db, fstest.MapFS{}, DivisionsOptions{Year: 2023}, nil); !kernel.Is(err, kernel.KindNotFound) {
			t.Errorf("no files give %v", err)
		}
		stopped, stop := context.WithCancel(ctx)
		stop()
		if _, err := ImportDivisions(stopped, db, list(streets23, nil), DivisionsOptions{Year: 2023}, nil); err == nil {
			t.Error("a stopped import reports success")
		}
	})
}
