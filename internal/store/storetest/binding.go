package storetest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/store"
	"sanzhi/internal/store/dialect"
)

// placeholders holds the engines to what the store's one text relies on: $1…$n are bound by their number, in whatever
// order and however often they stand in the text.
func placeholders(t *testing.T, db *store.DB) {
	check := func(fail func(string, ...any), order []int, n int) {
		cols := make([]string, len(order))
		want := make([]string, len(order))
		for i, p := range order {
			cols[i] = fmt.Sprintf("CAST($%d AS TEXT)", p)
			want[i] = "v" + strconv.Itoa(p)
		}
		args := make([]any, n)
		for i := range args {
			args[i] = "v" + strconv.Itoa(i+1)
		}
		got := make([]string, len(order))
		into := make([]any, len(order))
		for i := range got {
			into[i] = &got[i]
		}
		read(t, db, func(c dialect.Conn) error {
			return c.QueryRow("SELECT "+strings.Join(cols, ", "), args...).Scan(into...)
		})
		if diff := cmp.Diff(want, got); diff != "" {
			fail("order %v: %s", order, diff)
		}
	}
	check(t.Errorf, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 12)
	check(t.Errorf, []int{12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, 12)
	check(t.Errorf, []int{2, 1, 2, 3, 1, 1}, 3)
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 24).Draw(r, "n")
		order := make([]int, n) // each once, since PostgreSQL knows no type for one that is not used
		for i := range order {
			order[i] = i + 1
		}
		order = rapid.Permutation(order).Draw(r, "order")
		again := rapid.SliceOfN(rapid.IntRange(1, n), 0, 8).Draw(r, "again")
		check(r.Fatalf, slices.Concat(order, again), n)
	})
}

// textOrder: sorting and ranges of text are those of bytes, on which paths, pages and prefixes rest.
func textOrder(t *testing.T, db *store.DB) {
	alphabet := []string{"a", "B", "b", "Z", "z", "0", "9", "/", "_", "-", " ", ".", "é", "中", "文", "Ａ", "㐀", "😀", "'", "\\", "%"}
	random := rand.New(rand.NewPCG(1, 2))
	seen := map[string]bool{"": true}
	var names []string
	for len(names) < 200 {
		var b strings.Builder
		for range 1 + random.IntN(4) {
			b.WriteString(alphabet[random.IntN(len(alphabet))])
		}
		if s := b.String(); !seen[s] {
			seen[s] = true
			names = append(names, s)
		}
	}
	write(t, db, func(c dialect.Conn) error {
		for _, n := range names {
			if _, err := c.Exec(`INSERT INTO lease (tenant, name, holder, until_at) VALUES ('630105', $1, $1, 1)`, n); err != nil {
				return fmt.Errorf("%q: %w", n, err)
			}
		}
		return nil
	})
	slices.Sort(names) // Go compares bytes
	list := func(where string, args ...any) (got []string) {
		read(t, db, func(c dialect.Conn) error {
			rows, err := c.Query(`SELECT name FROM lease WHERE tenant = '630105'`+where+` ORDER BY name`, args...)
			if err != nil {
				return err
			}
			defer func() { _ = rows.Close() }()
			for rows.Next() {
				var s string
				if err := rows.Scan(&s); err != nil {
					return err
				}
				got = append(got, s)
			}
			return rows.Err()
		})
		return got
	}
	if diff := cmp.Diff(names, list("")); diff != "" {
		t.Fatal(diff)
	}
	for i := 0; i < len(names); i += 7 {
		lo, hi := names[i], names[min(i+13, len(names)-1)]
		var want []string
		for _, n := range names {
			if n >= lo && n < hi {
				want = append(want, n)
			}
		}
		if diff := cmp.Diff(want, list(" AND name >= $1 AND name < $2", lo, hi)); diff != "" {
			t.Errorf("[%q, %q): %s", lo, hi, diff)
		}
	}
}

// numberLimits: 64 bits where instants are kept, 32 where versions and rounds are counted, 16 for the rest.
func numberLimits(t *testing.T, db *store.DB) {
	for _, n := range []int64{math.MinInt64, -1, 0, 1, 1 << 53, 1<<53 + 1, 1 << 62, math.MaxInt64} {
		var got int64
		write(t, db, func(c dialect.Conn) error {
			if _, err := c.Exec(`INSERT INTO lease (tenant, name, holder, until_at) VALUES ('630105', 'limit', '', $1)
				ON CONFLICT (tenant, name) DO UPDATE SET until_at = excluded.until_at`, n); err != nil {
				return err
			}
			return c.QueryRow(`SELECT until_at FROM lease WHERE tenant = '630105' AND name = 'limit'`).Scan(&got)
		})
		if got != n {
			t.Errorf("%d came back as %d", n, got)
		}
	}
	for _, n := range []int64{math.MinInt32, 0, math.MaxInt32} {
		var got, small int64
		write(t, db, func(c dialect.Conn) error {
			if _, err := c.Exec(`INSERT INTO menu_item (tenant, id, sort, active, body) VALUES ('630105', 'limit', $1, $2, '')
				ON CONFLICT (tenant, id) DO UPDATE SET sort = excluded.sort, active = excluded.active`, n, n>>16); err != nil {
				return err
			}
			return c.QueryRow(`SELECT sort, active FROM menu_item WHERE tenant = '630105' AND id = 'limit'`).Scan(&got, &small)
		})
		if got != n || small != n>>16 {
			t.Errorf("%d and %d came back as %d and %d", n, n>>16, got, small)
		}
	}
	for _, x := range []float64{101.7593426, -0.1, 1e-300, math.MaxFloat64, math.SmallestNonzeroFloat64} {
		var got float64
		read(t, db, func(c dialect.Conn) error { return c.QueryRow(`SELECT CAST($1 AS DOUBLE PRECISION)`, x).Scan(&got) })
		if got != x {
			t.Errorf("%v came back as %v", x, got)
		}
	}
}
