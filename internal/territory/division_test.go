package territory

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func TestGuessKind(t *testing.T) {
	for _, c := range []struct {
		level DivisionLevel
		name  string
		want  Kind
	}{
		{DivisionProvince, "青海省", Province}, {DivisionPrefecture, "西宁市", Prefecture}, {DivisionCounty, "城北区", County},
		{DivisionStreet, "小桥大街街道", Subdistrict}, {DivisionStreet, "大堡子镇", Town}, {DivisionStreet, "某某乡", Township}, {DivisionStreet, "达来苏木", Township},
		{DivisionStreet, "生物科技产业园", StreetSpecial}, {DivisionStreet, "八五二农场", StreetSpecial},
		{DivisionVillage, "小桥社区居民委员会", Community}, {DivisionVillage, "多福巷社区居委会", Community}, {DivisionVillage, "青塘村民委员会", Village},
		{DivisionVillage, "查塘村委会", Village}, {DivisionVillage, "东村居委会", Community}, {DivisionVillage, "某某村居委会", Community},
		{DivisionVillage, "巴音嘎查委员会", Village}, {DivisionVillage, "开发区虚拟社区", Community}, {DivisionVillage, "某社区居民委会", Community}, {DivisionVillage, "林场生活区", VillageOther},
	} {
		if got := GuessKind(c.level, c.name); got != c.want {
			t.Errorf("%s is %s, want %s", c.name, got, c.want)
		}
	}
}

func TestReadDivisionsRealData(t *testing.T) {
	var street, community Division
	report, err := ReadDivisions(os.DirFS("testdata/divisions"), 2023, func(d Division) error {
		switch d.Code {
		case "630105001":
			street = d
		case "630105001001":
			community = d
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := DivisionReport{Taken: map[DivisionLevel]int{DivisionProvince: 7, DivisionPrefecture: 7, DivisionCounty: 7, DivisionStreet: 62, DivisionVillage: 735},
		LeftOut: map[ProblemKind]int{}}
	if d := cmp.Diff(want, report); d != "" {
		t.Error(d)
	}
	if street.Parent != "630105" || street.Year != 2023 || street.Level != DivisionStreet || street.Kind != Subdistrict || community.Parent != "630105001" || community.Level != DivisionVillage {
		t.Errorf("read %+v and %+v", street, community)
	}
}

// files is a small sound country, overlaid with what a test plants.
func files(planted map[string]string) fs.FS {
	all := map[string]string{
		"provinces.csv": "\ufeffcode,name\r\n63,\"青海省\"\r\n",
		"cities.csv":    "code,name,provinceCode\n6301,西宁市,63\n",
		"areas.csv":     "code,name,cityCode,provinceCode\n630105,\"城北区\",6301,63\n",
		"streets.csv":   "code,name,areaCode,provinceCode,cityCode\n630105002,小桥大街街道,630105,63,6301\n",
		"villages.csv":  "code,name,streetCode,provinceCode,cityCode,areaCode\n630105002001,一社区居委会,630105002,63,6301,630105\n",
	}
	m := fstest.MapFS{}
	for name, text := range all {
		if p, ok := planted[name]; ok {
			text += p
		}
		if planted[name] != "-" {
			m[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return m
}

func TestReadDivisionsProblems(t *testing.T) {
	type found struct {
		Kind ProblemKind
		File string
		Line int
	}
	const v = "villages.csv"
	for _, c := range []struct {
		name, file, rows string
		want             []found
	}{
		{"sound", v, "630105002002,\"二,社区\",630105002,63,6301,630105\n\n", nil},
		{"no parent", v, "630105009001,某村,630105009,63,6301,630105\n", []found{{ProblemOrphan, v, 3}}},
		{"parent's parent differs", v, "630105002002,某村,630105002,63,6301,630104\n", []found{{ProblemOrphan, v, 3}}},
		{"parent's province differs", v, "630105002002,某村,630105002,62,6301,630105\n", []found{{ProblemOrphan, v, 3}}},
		{"twice", v, "630105002001,某村,630105002,63,6301,630105\n", []found{{ProblemDuplicate, v, 3}}},
		{"short code", v, "63010500200,某村,630105002,63,6301,630105\n", []found{{ProblemMalformed, v, 3}}},
		{"letters in code", v, "63010500200x,某村,630105002,63,6301,630105\n", []found{{ProblemMalformed, v, 3}}},
		{"no name", v, "630105002002,\"\",630105002,63,6301,630105\n", []found{{ProblemMalformed, v, 3}}},
		{"few columns", v, "630105002002,某村\n", []found{{ProblemMalformed, v, 3}}},
		{"open quote costs one row", v, "630105002002,\"某村,630105002,63,6301,630105\n630105002003,好村,630105002,63,6301,630105\n", []found{{ProblemMalformed, v, 3}}},
		{"not UTF-8", v, "630105002002,\xb4\xe5,630105002,63,6301,630105\n", []found{{ProblemMalformed, v, 3}}},
		{"no street", "streets.csv", "-", []found{{ProblemOrphan, v, 2}}},
		{"no parent above", "streets.csv", "630104001,某街道,630104,63,6301\n", []found{{ProblemOrphan, "streets.csv", 3}}},
	} {
		report, err := ReadDivisions(files(map[string]string{c.file: c.rows}), 2023, func(Division) error { return nil })
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []found
		for _, p := range report.Problems {
			got = append(got, found{p.Kind, p.File, p.Line})
			if p.Say.Zh == "" || p.Say.En == "" || report.LeftOut[p.Kind] == 0 {
				t.Errorf("%s: %+v", c.name, p)
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if c.rows == "-" && !slices.Equal(report.Missing, []string{c.file}) {
			t.Errorf("%s: missing %v", c.name, report.Missing)
		}
	}
}

func TestReadDivisionsErrors(t *testing.T) {
	none := func(Division) error { return nil }
	if _, err := ReadDivisions(fstest.MapFS{}, 2023, none); !kernel.Is(err, kernel.KindNotFound) {
		t.Errorf("an empty folder: %v", err)
	}
	for name, text := range map[string]string{"no columns": "id,label\n1,2\n", "empty": "", "long line": "code,name\n" + strings.Repeat("x", mostLine+1)} {
		if _, err := ReadDivisions(fstest.MapFS{"provinces.csv": {Data: []byte(text)}}, 2023, none); !kernel.Is(err, kernel.KindMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	stop := errors.New("enough")
	if _, err := ReadDivisions(files(nil), 2023, func(Division) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the caller's error is lost: %v", err)
	}
	report, err := ReadDivisions(files(map[string]string{"villages.csv": strings.Repeat("x,y,z\n", 1000)}), 2023, none)
	if err != nil || report.LeftOut[ProblemMalformed] != 1000 || len(report.Problems) != mostProblems {
		t.Errorf("%v, %v left out, %d told", err, report.LeftOut, len(report.Problems))
	}
}

func FuzzReadDivisions(f *testing.F) {
	f.Add("630105002002,\"二\"\"社区\",630105002,63,6301,630105\n")
	f.Add("\"630105002003\",x,630105002\r\n,,,\n\"")
	f.Fuzz(func(t *testing.T, rows string) {
		if rows == "-" {
			return // takes the file away
		}
		seen := map[string]bool{}
		taken := 0
		report, err := ReadDivisions(files(map[string]string{"villages.csv": rows}), 2023, func(d Division) error {
			if seen[d.Code] || d.Name == "" || d.Level != DivisionProvince && !seen[d.Parent] {
				t.Fatalf("gave %+v", d)
			}
			seen[d.Code] = true
			taken++
			return nil
		})
		if err != nil {
			if !kernel.Is(err, kernel.KindMalformed) {
				t.Fatal(err)
			}
			return
		}
		left := 0
		for _, n := range report.LeftOut {
			left += n
		}
		lines := 0
		for _, l := range strings.Split(rows, "\n") {
			if strings.TrimSpace(l) != "" {
				lines++
			}
		}
		if taken+left != lines+5 {
			t.Fatalf("%d taken and %d left out of %d rows", taken, left, lines+5)
		}
	})
}

// On lines that the standard reader accepts, both read the same.
func FuzzSplitCSV(f *testing.F) {
	for _, s := range []string{`a,b`, `"a",b`, `"a""b",`, `,`, `"a"b`, `"a`, `a"b`, ``} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\r\n") || line == "" {
			return
		}
		want, err := csv.NewReader(strings.NewReader(line)).Read()
		got, ok := splitCSV(line, nil)
		if ok != (err == nil) || ok && !slices.Equal(got, want) {
			t.Fatalf("%q: got %q %v, want %q %v", line, got, ok, want, err)
		}
	})
}

func division(code, name, parent string, level DivisionLevel) Division {
	return Division{Code: code, Name: name, Parent: parent, Level: level}
}

func TestDiffDivisions(t *testing.T) {
	county := division("630105", "城北区", "", DivisionCounty)
	before := []Division{county,
		division("630105001", "朝阳街道", "630105", DivisionStreet), division("630105100", "大堡子镇", "630105", DivisionStreet),
		division("630105002", "小桥街道", "630105", DivisionStreet), division("630105003", "马坊街道", "630105", DivisionStreet),
		division("630105100201", "陶家寨村", "630105100", DivisionVillage), division("630105003001", "同名社区", "630105002", DivisionVillage),
		division("630105003002", "同名社区", "630105002", DivisionVillage), division("630105003003", "幸福村", "630105002", DivisionVillage)}
	after := []Division{county,
		division("630105001", "朝阳东路街道", "630105", DivisionStreet), division("630105004", "大堡子镇", "630105", DivisionStreet),
		division("630105002", "小桥街道", "630106", DivisionStreet), division("630105005", "马坊一街道", "630105", DivisionStreet), division("630105006", "马坊二街道", "630105", DivisionStreet),
		division("630105004201", "陶家寨村", "630105004", DivisionVillage), division("630105001003", "同名社区", "630105002", DivisionVillage),
		division("630105005001", "幸福村", "630105005", DivisionVillage)}
	c := DiffDivisions(before, after, map[string][]string{"630105003": {"630105005", "630105006", "gone too"}})
	codes := func(list []Division) (out []string) {
		for _, d := range list {
			out = append(out, d.Code)
		}
		return out
	}
	changed := func(list []DivisionChange) (out []string) {
		for _, d := range list {
			out = append(out, d.Old.Name+">"+d.New.Name+">"+d.New.Parent)
		}
		return out
	}
	var heirs []string
	for _, s := range c.Successions {
		heirs = append(heirs, fmt.Sprint(s.Old.Code, codes(s.New), s.Given))
	}
	for _, x := range []struct {
		name      string
		want, got []string
	}{
		{"added", []string{"630105001003", "630105004", "630105004201", "630105005", "630105005001", "630105006"}, codes(c.Added)},
		{"removed", []string{"630105003", "630105003001", "630105003002", "630105003003", "630105100", "630105100201"}, codes(c.Removed)},
		{"renamed", []string{"朝阳街道>朝阳东路街道>630105"}, changed(c.Renamed)},
		{"moved", []string{"小桥街道>小桥街道>630106"}, changed(c.Moved)},
		{"successions", []string{"630105003[630105005 630105006] true", "630105100[630105004] false", "630105100201[630105004201] false"}, heirs},
	} {
		if d := cmp.Diff(x.want, x.got); d != "" {
			t.Errorf("%s: %s", x.name, d)
		}
	}
}

// Taking away what is removed, adding what is added and changing what is changed makes the new list of the old.
func TestDiffDivisionsIsComplete(t *testing.T) {
	list := rapid.Custom(func(t *rapid.T) []Division {
		m := rapid.MapOf(rapid.StringMatching(`[0-9]{2}`), rapid.SampledFrom([]string{"甲", "乙", "丙"})).Draw(t, "names")
		var out []Division
		for code, name := range m {
			out = append(out, division(code, name, rapid.SampledFrom([]string{"1", "2"}).Draw(t, "parent"), DivisionVillage))
		}
		slices.SortFunc(out, byDivisionCode)
		return out
	})
	rapid.Check(t, func(t *rapid.T) {
		before, after := list.Draw(t, "before"), list.Draw(t, "after")
		c := DiffDivisions(before, after, nil)
		m := divisionsByCode(before)
		for _, d := range c.Removed {
			delete(m, d.Code)
		}
		for _, d := range c.Added {
			m[d.Code] = d
		}
		for _, ch := range append(c.Renamed, c.Moved...) {
			m[ch.New.Code] = ch.New
		}
		if d := cmp.Diff(divisionsByCode(after), m); d != "" {
			t.Fatal(d)
		}
		for _, s := range c.Successions {
			if s.Given || len(s.New) != 1 || s.New[0].Name != s.Old.Name {
				t.Fatalf("guessed %+v", s)
			}
		}
	})
}

func BenchmarkReadDivisions(b *testing.B) {
	for b.Loop() {
		if _, err := ReadDivisions(os.DirFS("testdata/divisions"), 2023, func(Division) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
