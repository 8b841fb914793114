package cases

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestBigrams(t *testing.T) {
	for text, want := range map[string][]string{
		"":               nil,
		"，。！":            nil,
		"灯":              {"灯"},
		"电梯坏了":           {"电梯", "梯坏", "坏了"},
		"电梯，电梯":          {"电梯"},
		"3号楼电梯":          {"3", "号楼", "楼电", "电梯"},
		"WiFi 坏":         {"wifi", "坏"},
		"ＡＢ１２":           {"ab12"},
		"灯 A 灯":          {"灯", "a"},
		"TP-LINK路由":      {"tp", "link", "路由"},
		"Ünïcode straße": {"ünïcode", "straße"},
	} {
		if diff := cmp.Diff(want, Bigrams(text)); diff != "" {
			t.Errorf("%q (-want +got)\n%s", text, diff)
		}
	}
}

// Every part of two characters or more that somebody copies out of a Chinese text is found again.
func TestBigramsOfPart(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := []rune(rapid.StringOfN(rapid.SampledFrom([]rune("电梯坏了路灯不亮号楼")), 2, 20, -1).Draw(r, "text"))
		from := rapid.IntRange(0, len(text)-2).Draw(r, "from")
		to := rapid.IntRange(from+2, len(text)).Draw(r, "to")
		all := Bigrams(string(text))
		for _, w := range Bigrams(string(text[from:to])) {
			if !slices.Contains(all, w) {
				r.Fatalf("%q of %q is not in %q", w, string(text), all)
			}
		}
		seen := slices.Clone(all)
		slices.Sort(seen)
		if len(slices.Compact(seen)) != len(all) {
			r.Fatalf("%q holds a word twice", all)
		}
	})
}

func FuzzBigrams(f *testing.F) {
	f.Add("3号楼电梯坏了")
	f.Add("\xff\x00 ＡＢ")
	f.Fuzz(func(t *testing.T, s string) {
		for _, w := range Bigrams(s) {
			if w == "" || strings.ContainsAny(w, " \t\n，。") {
				t.Errorf("%q gives the word %q", s, w)
			}
		}
	})
}

func TestLike(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"电梯坏了", "电梯坏了", 1},
		{"电梯坏了", "路灯不亮", 0},
		{"", "电梯", 0},
		{"，", "，", 0},
		{"三号楼电梯", "3号楼电梯", 1},
		{"电梯坏了", "电梯坏", 2.0 / 3},
	} {
		if got := Like(c.a, c.b); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("Like(%q, %q) = %v, want %v", c.a, c.b, got, c.want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		words := rapid.StringOfN(rapid.SampledFrom([]rune("电梯坏了3三 a")), 0, 12, -1)
		a, b := words.Draw(r, "a"), words.Draw(r, "b")
		x, y := Like(a, b), Like(b, a)
		if x != y || x < 0 || x > 1 {
			r.Fatalf("Like(%q, %q) = %v, the other way %v", a, b, x, y)
		}
	})
}
