package kernel_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

var example = kernel.Sheet{Key: "example", Title: kernel.T("例子", "Example"), Columns: []kernel.Column{
	{Key: "name", Name: kernel.T("名称", "Name"), Type: kernel.ColumnText, Required: true, Max: 5},
	{Key: "note", Name: kernel.T("备注", "Note"), Type: kernel.ColumnLong},
	{Key: "n", Name: kernel.T("个数", "Count"), Type: kernel.ColumnInteger},
	{Key: "f", Name: kernel.T("数", "Number"), Type: kernel.ColumnNumber},
	{Key: "due", Name: kernel.T("到期", "Due"), Type: kernel.ColumnDate},
	{Key: "yes", Name: kernel.T("有没有", "Is there"), Type: kernel.ColumnBool},
	{Key: "kind", Name: kernel.T("类型", "Kind"), Type: kernel.ColumnChoice, Choices: []kernel.Choice{{Key: "a", Name: kernel.T("甲", "First")}, {Key: "b", Name: kernel.T("乙", "Second one")}}},
	{Key: "kinds", Name: kernel.T("几类", "Kinds"), Type: kernel.ColumnChoices, Choices: []kernel.Choice{{Key: "a", Name: kernel.T("甲", "First")}, {Key: "b", Name: kernel.T("乙", "Second one")}}},
	{Key: "q", Name: kernel.T("多少", "How many"), Type: kernel.ColumnQuantity},
}}

func TestSheetParse(t *testing.T) {
	for _, tt := range []struct{ column, in, want string }{
		{"name", " 一  二 ", "一 二"}, {"note", "一\n二", "一\n二"}, {"n", "1,200", "1200"}, {"n", "-3.0", "-3"}, {"n", "-0", "0"}, {"f", "12.50", "12.5"}, {"due", "2023年4月8日", "2023-04-08"}, {"due", "2023/4/8", "2023-04-08"},
		{"due", "2023.04.08", "2023-04-08"}, {"yes", "是", "yes"}, {"yes", "No", "no"}, {"kind", "甲", "a"}, {"kind", "second ONE", "b"}, {"kind", "b", "b"},
		{"kinds", "乙、甲", "a b"}, {"kinds", "b a", "a b"}, {"kinds", "Second one", "b"}, {"kinds", "second one, first", "a b"}, {"q", "1.8万余辆", "1.8万余辆"}, {"q", "30 多 个", "30余个"}, {"q", "360个", "360个"},
	} {
		cells := map[string]string{"name": "x", tt.column: tt.in}
		v, err := example.Parse(0, cells)
		if err != nil || v[tt.column] != tt.want {
			t.Errorf("%s %q is %q, %v; want %q", tt.column, tt.in, v[tt.column], err, tt.want)
		}
	}
	for _, tt := range []struct{ column, in string }{
		{"name", ""}, {"name", "一二三四五六"}, {"name", "a\x00"}, {"name", "\xff"}, {"n", "1.5"}, {"n", "NaN"}, {"f", "1e300"}, {"f", "abc"}, {"due", "2023-02-30"}, {"due", "20230408"}, {"yes", "也许"},
		{"kind", "丙"}, {"kind", "a b"}, {"kinds", "甲、丙"}, {"q", "许多"}, {"q", "30"}, {"q", "近30余个"}, {"other", "x"},
	} {
		cells := map[string]string{"name": "x", tt.column: tt.in}
		if v, err := example.Parse(3, cells); !kernel.Is(err, kernel.KindInvalid) || fieldsOf(err)[0] != "rows[3]."+tt.column {
			t.Errorf("%s %q is taken as %v, %v", tt.column, tt.in, v, err)
		}
	}
	_, err := example.Parse(0, map[string]string{"n": "x", "due": "y", "zz": "1"})
	if diff := cmp.Diff([]string{"zz", "name", "n", "due"}, fieldsOf(err)); diff != "" {
		t.Errorf("all faults at once (-want +got)\n%s", diff)
	}
}

func fieldsOf(err error) []string {
	var e *kernel.Error
	if !errors.As(err, &e) {
		return []string{""}
	}
	out := []string{e.Field}
	for _, m := range e.More {
		out = append(out, m.Field)
	}
	return out
}

func TestSheetBind(t *testing.T) {
	got, err := example.Bind([]string{"名称*", "KINDS", "", "q"})
	if err != nil || got[0].Key != "name" || got[1].Key != "kinds" || got[2] != nil || got[3].Key != "q" {
		t.Errorf("bound %v, %v", got, err)
	}
	for _, lang := range []kernel.Lang{kernel.Chinese, kernel.English} {
		head := example.Head(lang)
		if cols, err := example.Bind(head); err != nil || len(cols) != len(example.Columns) || cols[0].Key != "name" || cols[8].Key != "q" {
			t.Errorf("its own head %v: %v", head, err)
		}
	}
	_, err = example.Bind([]string{"n", "个数", "颜色"})
	if diff := cmp.Diff([]string{"head.2", "head.3", "head"}, fieldsOf(err)); diff != "" {
		t.Errorf("faults (-want +got)\n%s", diff)
	}
}

// What is printed for people in either language is read back as the same row.
func TestSheetRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v, err := example.Parse(0, map[string]string{
			"name": rapid.StringMatching(`[一-九a-z]{1,5}`).Draw(t, "name"), "n": rapid.StringMatching(`-?[1-9][0-9]{0,5}`).Draw(t, "n"), "f": rapid.StringMatching(`[0-9]{1,4}\.[0-9]{1,3}`).Draw(t, "f"),
			"due": rapid.StringMatching(`20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])`).Draw(t, "due"), "yes": rapid.SampledFrom([]string{"yes", "no", ""}).Draw(t, "yes"),
			"kind": rapid.SampledFrom([]string{"a", "b", ""}).Draw(t, "kind"), "kinds": rapid.SampledFrom([]string{"a", "a b", "b", ""}).Draw(t, "kinds"),
			"q": rapid.StringMatching(`(近|约)?[1-9][0-9]{0,6}(万)?(辆|个)`).Draw(t, "q")})
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range []kernel.Lang{kernel.Chinese, kernel.English} {
			cells := map[string]string{}
			for i, s := range example.Print(v, lang) {
				if c := example.Columns[i]; c.Type != kernel.ColumnQuantity || lang == kernel.Chinese { // quantities are read in Chinese
					cells[c.Key] = s
				} else {
					cells[c.Key] = v[c.Key]
				}
			}
			again, err := example.Parse(0, cells)
			if diff := cmp.Diff(v, again); err != nil || diff != "" {
				t.Fatalf("%v: %v (-was +read back)\n%s", cells, err, diff)
			}
		}
	})
}

func TestParseQuantity(t *testing.T) {
	for in, want := range map[string]kernel.Quantity{
		"1.8万余辆":  {Value: 18000, Unit: "辆", Qualifier: kernel.AtLeast, Step: 1000},
		"1300余名":  {Value: 1300, Unit: "名", Qualifier: kernel.AtLeast, Step: 100},
		"30多个":    {Value: 30, Unit: "个", Qualifier: kernel.AtLeast, Step: 10},
		"近400条":   {Value: 400, Unit: "条", Qualifier: kernel.Nearly, Step: 100},
		"约100块":   {Value: 100, Unit: "块", Qualifier: kernel.About},
		"718件":    {Value: 718, Unit: "件", Qualifier: kernel.Exact},
		"41000余㎡": {Value: 41000, Unit: "㎡", Qualifier: kernel.AtLeast, Step: 1000},
	} {
		got, err := kernel.ParseQuantity(in)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got)\n%s", in, err, diff)
		}
		again, err := kernel.ParseQuantity(kernel.FormatQuantity(got))
		if diff := cmp.Diff(got, again); err != nil || diff != "" {
			t.Errorf("%s read back: %v (-want +got)\n%s", in, err, diff)
		}
	}
}

func FuzzParseQuantity(f *testing.F) {
	for _, s := range []string{"1.8万余辆", "近400条", "约100块", "0个", "1,000个", "１个", "99999999999999999个"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := kernel.ParseQuantity(s)
		if err != nil {
			return
		}
		if again, err := kernel.ParseQuantity(kernel.FormatQuantity(q)); err != nil || again.Value != q.Value || again.Unit != q.Unit || again.Qualifier != q.Qualifier {
			t.Errorf("%q is %+v, read back %+v, %v", s, q, again, err)
		}
	})
}
