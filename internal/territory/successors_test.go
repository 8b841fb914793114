package territory

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func TestReadSuccessors(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		want []Successor
	}{
		"two columns":              {"630105,630106\n", []Successor{{Old: "630105", New: "630106"}}},
		"old header":               {"\ufeffold,new\n630105,630106\n\n", []Successor{{Old: "630105", New: "630106"}}},
		"four columns":             {"630105,630106,2024,recoded\n", []Successor{{"630105", "630106", 2024, Recoded}}},
		"any order":                {"year, kind ,new_code,old_code\n2024,merged,630106,630105\n", []Successor{{"630105", "630106", 2024, Merged}}},
		"中文表头":                     {"原代码,新代码,年份,方式\n630105,630106,2024,moved\n", []Successor{{"630105", "630106", 2024, Moved}}},
		"split":                    {"old_code,new_code,year,kind\n1111,2221,2024,split\n1111,2222,2024,split\n", []Successor{{"1111", "2221", 2024, Split}, {"1111", "2222", 2024, Split}}},
		"abolished":                {"old_code,new_code,year,kind\n1111,,2024,abolished\n", []Successor{{"1111", "", 2024, Abolished}}},
		"two years":                {"1111,2222,2023,recoded\n1111,3333,2024,recoded\n", []Successor{{"1111", "2222", 2023, Recoded}, {"1111", "3333", 2024, Recoded}}},
		"several, said nothing of": {"1111,2222\n1111,3333\n", []Successor{{Old: "1111", New: "2222"}, {Old: "1111", New: "3333"}}},
		"nothing":                  {"", nil},
	} {
		got, err := ReadSuccessors(strings.NewReader(tt.text))
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestReadSuccessorsTellsEachFault(t *testing.T) {
	for text, lines := range map[string][]string{
		"630105,630106\nx,y\n": {"line 2"}, "630105,630106\n630105\n": {"line 2"}, "h\n1234567890123,1\n": {"line 1", "line 2"}, "1,2\n": {"line 1"},
		"old_code,new_code,year,kind\n1111,2222,24,merged\n1111,1111,2024,recoded\n1111,,2024,merged\n1111,2222,2024,gone\n1111,2222,2024,abolished\n": {"line 2", "line 3", "line 4", "line 5", "line 6"},
		"old_code,year\n": {"line 1"}, "1111,2222,2024,split\n": {"line 1"}, "1111,2222,2024,merged\n1111,3333,2024,merged\n": {"line 1", "line 2"},
		"1111,2222,2024,\"mer\nged": {"line 1"},
	} {
		_, err := ReadSuccessors(strings.NewReader(text))
		var e *kernel.Error
		if !errors.As(err, &e) || e.Kind != kernel.KindMalformed {
			t.Errorf("%q gives %v", text, err)
			continue
		}
		got := []string{e.Field}
		for _, m := range e.More {
			got = append(got, m.Field)
		}
		if diff := cmp.Diff(lines, got); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

// A line counts in exactly one of the steps between the lists that are loaded, whichever these are.
func TestSuccessorsCountInOneStep(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		years := rapid.SliceOfNDistinct(rapid.IntRange(2010, 2024), 2, 6, rapid.ID[int]).Draw(r, "lists")
		for i := range years {
			for j := range i {
				if years[j] > years[i] {
					years[i], years[j] = years[j], years[i]
				}
			}
		}
		s := Successor{Old: "1111", New: "2222", Year: rapid.IntRange(2009, 2025).Draw(r, "year"), Kind: Recoded}
		n := 0
		for i := 1; i < len(years); i++ {
			n += len(SuccessorsBetween([]Successor{s}, years[i-1], years[i])["1111"])
		}
		want := 0
		if s.Year > years[0] && s.Year <= years[len(years)-1] {
			want = 1
		}
		if n != want {
			r.Fatalf("lists of %v, change in %d: counted %d times", years, s.Year, n)
		}
	})
}
