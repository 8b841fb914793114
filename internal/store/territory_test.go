package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
	"sanzhi/internal/store"
	"sanzhi/internal/store/storetest"
	"sanzhi/internal/territory"
)

const here = kernel.Tenant("630105")

var now = time.Date(2023, 4, 28, 1, 0, 0, 0, time.UTC)

// eachEngine runs the test on a fresh database of each engine: PostgreSQL when there is a server to test on.
func eachEngine(t *testing.T, f func(t *testing.T, db *store.DB, clock *kernel.ManualClock)) {
	t.Helper()
	storetest.Each(t, now, f)
}

func update(t testing.TB, db *store.DB, f func(kernel.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), here, f); err != nil {
		t.Fatal(err)
	}
}

func view(t testing.TB, db *store.DB, f func(kernel.Tx) error) {
	t.Helper()
	if err := db.View(context.Background(), here, f); err != nil {
		t.Fatal(err)
	}
}

func id(n int) kernel.ID { return kernel.ID(fmt.Sprintf("01H%023d", n)) }

func square(lon, lat, side float64) orb.Polygon {
	return orb.Polygon{{{lon, lat}, {lon + side, lat}, {lon + side, lat + side}, {lon, lat + side}, {lon, lat}}}
}

// district is a small tree: a county, a town, a community with two grids, one of them ended.
func district() []*territory.Place {
	from := now.Add(-time.Hour)
	return []*territory.Place{
		{ID: id(1), Kind: territory.County, Code: "630105", Name: "城北区", Initials: "cbq", Path: "630105/", Shape: square(101.7, 36.6, 0.1), ValidFrom: from},
		{ID: id(2), Parent: id(1), Kind: territory.Town, Code: "630105100", Name: "大堡子镇", Path: "630105/100/", Shape: square(101.7, 36.6, 0.05), ValidFrom: from},
		{ID: id(3), Parent: id(2), Kind: territory.Community, Code: "630105100001", Name: "100%_社区", Path: "630105/100/001/", ValidFrom: from, Households: 420, People: 1000},
		{ID: id(4), Parent: id(3), Kind: territory.GridGeneral, Code: "630105100001001", Name: "一网格", Path: "630105/100/001/001/", ValidFrom: from, ValidTo: now.Add(-time.Minute)},
		{ID: id(5), Parent: id(3), Kind: territory.GridDedicated, Code: "630105100001002", Name: "Mall 网格", Path: "630105/100/001/002/", ValidFrom: from, Host: id(77),
			Functions: []string{"便民", "充电"}, Shape: orb.MultiPolygon{square(101.7, 36.6, 0.01), square(101.72, 36.6, 0.01)}},
	}
}

func TestPlacesReadBackWhole(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *store.DB, _ *kernel.ManualClock) {
		repo, want := store.Territory{}, district()
		update(t, db, func(tx kernel.Tx) error { return repo.UpsertPlaces(tx, want) })
		for _, p := range want {
			p.Initials = territory.Initials(p.Name)
		}
		view(t, db, func(tx kernel.Tx) error {
			var got []*territory.Place
			if err := repo.EachPlace(tx, func(p *territory.Place) error { got = append(got, p); return nil }); err != nil {
				return err
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			flat := *want[4]
			flat.Shape = nil
			byID, err := repo.Place(tx, id(5))
			byCode, err2 := repo.PlaceByCode(tx, "630105100001002")
			shaped, err3 := repo.Shape(tx, id(5))
			if err != nil || err2 != nil || err3 != nil {
				t.Fatal(err, err2, err3)
			}
			if d := cmp.Diff([]*territory.Place{&flat, &flat, want[4]}, []*territory.Place{byID, byCode, shaped}); d != "" {
				t.Error(d)
			}
			for _, err := range []error{second(repo.Place(tx, id(9))), second(repo.Shape(tx, id(9))), second(repo.PlaceByCode(tx, "9"))} {
				if !kernel.Is(err, kernel.KindNotFound) {
					t.Errorf("a missing place gives %v", err)
				}
			}
			return nil
		})
	})
}

func second[T any](_ T, err error) error { return err }

func TestTenantsDoNotSeeEachOthersPlaces(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *store.DB, _ *kernel.ManualClock) {
		repo := store.Territory{}
		update(t, db, func(tx kernel.Tx) error { return repo.UpsertPlaces(tx, district()) })
		err := db.View(context.Background(), "630104", func(tx kernel.Tx) error {
			list, _, err := repo.Search(tx, territory.Query{}, kernel.Page{})
			n, err2 := repo.CountPlaces(tx, "", "")
			has, err3 := repo.HasChildren(tx, []kernel.ID{id(1)})
			if len(list) != 0 || n != 0 || len(has) != 0 || err2 != nil || err3 != nil {
				t.Errorf("the neighbour sees %v, %d, %v", list, n, has)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestTreeOpensLazily(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *store.DB, clock *kernel.ManualClock) {
		repo := store.Territory{}
		update(t, db, func(tx kernel.Tx) error { return repo.UpsertPlaces(tx, district()) })
		view(t, db, func(tx kernel.Tx) error {
			has, err := repo.HasChildren(tx, []kernel.ID{id(1), id(2), id(3), id(4), id(5), id(9)})
			if d := cmp.Diff(map[kernel.ID]bool{id(1): true, id(2): true, id(3): true}, has); d != "" || err != nil {
				t.Error(d, err)
			}
			kids, next, err := repo.Children(tx, id(3), kernel.Page{})
			if err != nil || next != "" || len(kids) != 1 || kids[0].ID != id(5) {
				t.Errorf("children %v, next %q, %v; want the grid that stands", kids, next, err)
			}
			roots, _, err := repo.Children(tx, "", kernel.Page{})
			if err != nil || len(roots) != 1 || roots[0].ID != id(1) {
				t.Errorf("roots %v, %v", roots, err)
			}
			return nil
		})
		clock.Set(now.Add(-30 * time.Minute)) // when the first grid still stood
		view(t, db, func(tx kernel.Tx) error {
			n, err := repo.CountPlaces(tx, territory.GridGeneral, "630105/100/")
			if n != 1 || err != nil {
				t.Errorf("%d grids half an hour ago, %v; want 1", n, err)
			}
			return nil
		})
	})
}

func TestCodesAndPathsAreBorneOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *store.DB, _ *kernel.ManualClock) {
		repo := store.Territory{}
		update(t, db, func(tx kernel.Tx) error { return repo.UpsertPlaces(tx, district()) })
		for name, bad := range map[string]struct {
			places []*territory.Place
			kind   kernel.Kind
		}{
			"code":    {[]*territory.Place{{ID: id(6), Code: "630105100", Name: "又一镇", Path: "630105/101/"}}, kernel.KindConflict},
			"path":    {[]*territory.Place{{ID: id(6), Code: "630105101", Name: "又一镇", Path: "630105/100/"}}, kernel.KindConflict},
			"between": {[]*territory.Place{{ID: id(6), Code: "A", Path: "A/"}, {ID: id(7), Code: "A", Path: "B/"}}, kernel.KindConflict},
			"twice":   {[]*territory.Place{{ID: id(6), Code: "A", Path: "A/"}, {ID: id(6), Code: "B", Path: "B/"}}, kernel.KindInvalid},
		} {
			err := db.Update(context.Background(), here, func(tx kernel.Tx) error {
				return repo.UpsertPlaces(tx, append([]*territory.Place{{ID: id(8), Code: "Z", Path: "Z/"}}, bad.places...))
			})
			if !kernel.Is(err, bad.kind) {
				t.Errorf("%s: %v, want %s", name, err, bad.kind)
			}
			view(t, db, func(tx kernel.Tx) error {
				if _, err := repo.Place(tx, id(8)); !kernel.Is(err, kernel.KindNotFound) {
					t.Errorf("%s: a part was stored", name)
				}
				return nil
			})
		}
		// A code whose place ended may be borne again, and the one that stands is found by it.
		update(t, db, func(tx kernel.Tx) error {
			return repo.UpsertPlaces(tx, []*territory.Place{{ID: id(6), Parent: id(3), Kind: territory.GridGeneral, Code: "630105100001001", Path: "630105/100/001/001/"}})
		})
		view(t, db, func(tx kernel.Tx) error {
			p, err := repo.PlaceByCode(tx, "630105100001001")
			if err != nil || p.ID != id(6) {
				t.Errorf("found %v, %v", p, err)
			}
			return nil
		})
	})
}

// TestSearchAgreesWithMatch compares the store's search, page by page, with territory's own word on each place.
func TestSearchAgreesWithMatch(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *store.DB, _ *kernel.ManualClock) {
		repo := store.Territory{}
		all := district()
		for i, name := range []string{"小桥社区", "小桥东社区", "a栋", "A栋", `100\%`, "桥", "Ｂ座", "x_y", "重庆路社区", "楼Ab", "13号楼", "3号楼", "23号楼", "3号楼", "33号楼", "3号楼"} {
			all = append(all, &territory.Place{ID: id(100 + i), Parent: id(2), Kind: territory.Community, Code: fmt.Sprintf("6301051000%02d", i+2), Name: name,
				Initials: territory.Initials(name), Path: kernel.Path(fmt.Sprintf("630105/100/0%02d/", i+2))})
		}
		for _, p := range all {
			p.Initials = territory.Initials(p.Name)
		}
		update(t, db, func(tx kernel.Tx) error { return repo.UpsertPlaces(tx, all) })
		slices.SortFunc(all, func(a, b *territory.Place) int { return strings.Compare(a.Code, b.Code) })
		rapid.Check(t, func(r *rapid.T) {
			q := territory.Query{Text: rapid.OneOf(rapid.SampledFrom([]string{"", "小桥", "桥", "x", "xq", "XQ", "%", "_", `\`, "a", "A", "6301051", "630105100001", "cq", "ab", "Ab", "b", "社区", "3号楼", "号楼", " 3号楼", "\x00", "\xff", "'"}),
				rapid.StringOfN(rapid.RuneFrom([]rune("小桥社区aA%_\\ x0630")), 0, 3, -1)).Draw(r, "text"),
				Kinds:  rapid.SampledFrom([][]territory.Kind{nil, {territory.Community}, {territory.Town, territory.GridDedicated}}).Draw(r, "kinds"),
				Within: rapid.SampledFrom([]kernel.Path{"", "630105/", "630105/100/001/", "630105/10/"}).Draw(r, "within")}
			limit := rapid.IntRange(1, 5).Draw(r, "limit")
			var want, others, got []string
			for _, p := range all {
				switch {
				case !q.Match(p) || !p.Stands(now):
				case p.Name == strings.TrimSpace(q.Text):
					want = append(want, p.Name)
				default:
					others = append(others, p.Name)
				}
			}
			want = append(want, others...)
			view(t, db, func(tx kernel.Tx) error {
				for next, pages := "", 0; pages < 50; pages++ {
					list, after, err := repo.Search(tx, q, kernel.Page{After: next, Limit: limit})
					if err != nil {
						r.Fatal(err)
					}
					for _, p := range list {
						got = append(got, p.Name)
					}
					if next = after; next == "" {
						return nil
					}
				}
				r.Fatal("the pages do not end")
				return nil
			})
			if d := cmp.Diff(want, got); d != "" {
				r.Fatalf("%+v: %s", q, d)
			}
		})
	})
}

func TestBadCursorIsRefused(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *store.DB, _ *kernel.ManualClock) {
		view(t, db, func(tx kernel.Tx) error {
			for _, after := range []string{"x", "\xff\x1fz", "a\x1f\x00"} {
				if _, _, err := (store.Territory{}).Search(tx, territory.Query{}, kernel.Page{After: after}); !kernel.Is(err, kernel.KindMalformed) {
					t.Errorf("cursor %q gives %v", after, err)
				}
			}
			return nil
		})
	})
}

func TestDivisionsByYear(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *store.DB, _ *kernel.ManualClock) {
		repo := store.Territory{}
		old := territory.Division{Code: "630105", Name: "城北区", Level: territory.DivisionCounty, Kind: territory.County, Parent: "6301", Year: 2022}
		later := old
		later.Year, later.Name = 2023, "新城北区"
		gone := territory.Division{Code: "630102", Name: "城东区", Level: territory.DivisionCounty, Kind: territory.County, Parent: "6301", Year: 2022, Successor: []string{"630105", "630106"}}
		top := territory.Division{Code: "63", Name: "青海省", Level: territory.DivisionProvince, Kind: territory.Province, Year: 2023}
		update(t, db, func(tx kernel.Tx) error { return repo.UpsertDivisions(tx, []territory.Division{old, later, gone, top}) })
		plain := gone
		plain.Successor = nil
		update(t, db, func(tx kernel.Tx) error {
			if err := repo.PutDivisionYear(tx, store.DivisionYear{Year: 2023, Source: "x", Rows: 2}); err != nil {
				return err
			}
			return repo.UpsertDivisions(tx, []territory.Division{plain}) // knows no successor, takes none away
		})
		view(t, db, func(tx kernel.Tx) error {
			latest, err := repo.Division(tx, "630105", 0)
			first, err2 := repo.Division(tx, "630105", 2022)
			last, err3 := repo.Division(tx, "630102", 0)
			if err != nil || err2 != nil || err3 != nil {
				t.Fatal(err, err2, err3)
			}
			if d := cmp.Diff([]territory.Division{later, old, gone}, []territory.Division{latest, first, last}); d != "" {
				t.Error(d)
			}
			if _, err := repo.Division(tx, "630102", 2023); !kernel.Is(err, kernel.KindNotFound) {
				t.Errorf("a code that is gone gives %v", err)
			}
			one, next, err := repo.Divisions(tx, "6301", 2022, kernel.Page{Limit: 1})
			rest, end, err2 := repo.Divisions(tx, "6301", 2022, kernel.Page{Limit: 1, After: next})
			if d := cmp.Diff([]territory.Division{gone, old}, append(one, rest...)); d != "" || end != "" || err != nil || err2 != nil {
				t.Error(d, end, err, err2)
			}
			provinces, _, err := repo.Divisions(tx, "", 0, kernel.Page{})
			if d := cmp.Diff([]territory.Division{top}, provinces); d != "" || err != nil {
				t.Error(d, err)
			}
			return nil
		})
	})
}

// TestSearchFindsAmongMany compares the search with Query.Match where what is looked for is in more names than are asked for one by one:
// in nearly every place, in some, in none of the first ones, and where a code was borne before.
func TestSearchFindsAmongMany(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *store.DB, _ *kernel.ManualClock) {
		repo := store.Territory{}
		all := district()[:1]
		for i := range 3_000 {
			name := fmt.Sprintf("%d单元", i)
			if i >= 2_500 {
				name = fmt.Sprintf("末%d号", i)
			}
			p := &territory.Place{ID: id(100 + i), Parent: id(1), Kind: territory.Entrance, Code: fmt.Sprintf("630105-E%04d", i), Name: name, Initials: territory.Initials(name),
				Path: kernel.Path(fmt.Sprintf("630105/E%04d/", i))}
			all = append(all, p)
			if i%1000 == 999 {
				before := *p
				before.ID, before.ValidTo = id(10_000-i), now.Add(-time.Minute)
				all = append(all, &before)
			}
		}
		for _, p := range all {
			p.ValidFrom = now.Add(-time.Hour)
		}
		update(t, db, func(tx kernel.Tx) error { return repo.UpsertPlaces(tx, all) })
		for _, text := range []string{"单元", "元", "1", "9单", "99单元", "末", "末2", "号", "630105-E", "630105-E29", "dy", "1", "9", "2dy", "无", "9单元", "末2600号"} {
			for _, kinds := range [][]territory.Kind{nil, {territory.Entrance}, {territory.County}} {
				q := territory.Query{Text: text, Kinds: kinds}
				var want, got []kernel.ID
				for _, just := range []bool{true, false} {
					for _, p := range all {
						if q.Match(p) && p.Stands(now) && just == (p.Name == text) {
							want = append(want, p.ID)
						}
					}
				}
				view(t, db, func(tx kernel.Tx) error {
					for next, pages := "", 0; pages < 40; pages++ {
						list, after, err := repo.Search(tx, q, kernel.Page{After: next, Limit: 150})
						if err != nil {
							return err
						}
						for _, p := range list {
							got = append(got, p.ID)
						}
						if next = after; next == "" {
							break
						}
					}
					return nil
				})
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("%q of %v: %s", text, kinds, d)
				}
			}
		}
	})
}
