package cases

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
	"sanzhi/internal/workflow"
)

const goodMapping = `
system: gemeente
times: {formats: ["DD-MM-YYYY HH:mm"], zone: Europe/Amsterdam}
columns: {source: Nr, opened_at: Datum, closed_at: Klaar, status: Status, title: [Hoofd, Sub], lon: Lon, lat: Lat}
status: {Afgehandeld: closed, In behandeling: open}
`

func TestMappingTellsEveryFault(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		fields     []string
	}{
		{"sound", goodMapping, nil},
		{"empty", "{}", []string{"system", "columns.source", "columns.opened_at", "columns.title", "columns.status", "times.formats"}},
		{"unknown key", goodMapping + "colour: red\n", []string{"line 6"}},
		{"a key twice", goodMapping + "system: x\n", []string{"line 6"}},
		{"alias", "system: &a x\ntenant: *a\n", []string{"line 1"}},
		{"not yaml", "system: [", []string{"line 1"}},
		{"words that are not known", goodMapping + "outside: perhaps\nnowhere: x\nlong_text: y\npoints: {crs: rd, decimal: dot, zero: no, order: lon-lat}\nfile: {delimiter: ';', encoding: latin1}\n",
			[]string{"file.delimiter", "file.encoding", "points.decimal", "points.zero", "outside", "nowhere", "long_text", "points.crs", "points.order"}},
		{"half a point", strings.Replace(goodMapping, ", lat: Lat", "", 1), []string{"columns.lon"}},
		{"two kinds of point", strings.Replace(goodMapping, "lon: Lon", "point: P, lon: Lon", 1), []string{"columns.point", "points.order"}},
		{"bounds that are none", goodMapping + "points: {bounds: [1, 2, 0, 4]}\n", []string{"points.bounds"}},
		{"no zone", strings.Replace(goodMapping, ", zone: Europe/Amsterdam", "", 1), []string{"times.zone"}},
		{"no such zone", strings.Replace(goodMapping, "Amsterdam", "Atlantis", 1), []string{"times.zone"}},
		{"a format that is none", strings.Replace(goodMapping, "DD-MM-YYYY HH:mm", "dd-mm-yy", 1), []string{"times.formats"}},
		{"a tenant that is none", goodMapping + "tenant: Amsterdam\n", []string{"tenant"}},
		{"a constant that cannot be", goodMapping + "constants: {source: 7, title: x}\n", []string{"constants.source"}},
		{"both kinds of status", goodMapping + "status_by: closed_at\n", []string{"status_by"}},
		{"no meaning of statuses", strings.Replace(goodMapping, "status: {Afgehandeld: closed, In behandeling: open}\n", "", 1), []string{"status"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseMapping(strings.NewReader(tt.yaml))
			if d := cmp.Diff(tt.fields, fieldsOf(t, err)); d != "" {
				t.Errorf("%s\n%v", d, err)
			}
		})
	}
	if _, err := ParseMapping(strings.NewReader(goodMapping + strings.Repeat("# long\n", 50_000))); !kernel.Is(err, kernel.KindTooLarge) {
		t.Errorf("a mapping of 350 kB gives %v", err)
	}
}

func fieldsOf(t testing.TB, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var k *kernel.Error
	if !errors.As(err, &k) {
		t.Fatalf("%v is no error for people", err)
	}
	var out []string
	for _, e := range append([]kernel.Error{*k}, k.More...) {
		if e.Say.Zh == "" || e.Say.En == "" {
			t.Errorf("%s lacks a language: %+v", e.Field, e.Say)
		}
		out = append(out, e.Field)
	}
	return out
}

func FuzzMapping(f *testing.F) {
	f.Add(goodMapping)
	f.Add("{}")
	f.Add("system: x\ncolumns: {title: [a, b], point: p}\nconstants: {status: ''}\nstatus: {1: open, true: closed, ~: x}\n")
	f.Add("columns:\n  title:\n    - - x\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseMapping(strings.NewReader(text))
		if fieldsOf(t, err); err == nil {
			// What is sound can be used on any header without harm.
			_, _ = newRowReader(m, []string{"a", "b"}, &District{Flow: menuFlow(t), Unit: func(string) (kernel.ID, bool) { return "", false }})
			_, _ = m.instant("2025-01-02 03:04")
		}
	})
}

func menuFlow(t testing.TB) *workflow.Flow {
	t.Helper()
	all, err := workflow.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(f *workflow.Flow) bool { return f.ID == "menu" })
	return all[i]
}

// squareOf is a district of one square kilometre or so round 0.5, 50.5.
type squareOf struct{ at territory.At }

func (s squareOf) At(lon, lat float64) territory.At {
	if lon < 0 || lon > 1 || lat < 50 || lat > 51 {
		return territory.At{}
	}
	return s.at
}

func townDistrict(t testing.TB) *District {
	county := &territory.Ref{ID: "C", Code: "990002", Name: "Town", Kind: territory.County}
	community := &territory.Ref{ID: "M", Code: "990002001001", Name: "Quarter", Kind: territory.Community}
	at := territory.At{County: county, Community: community, Path: "990002/001/001/"}
	return &District{Flow: menuFlow(t), Root: &territory.Place{ID: "C", Code: "990002", Name: "Town", Kind: territory.County, Path: "990002/"}, Index: squareOf{at},
		Place: func(code string) (territory.At, bool) { return at, code == community.Code },
		Unit:  func(name string) (kernel.ID, bool) { return "U", name == "Works department" },
		Items: map[string]*Item{"LAMP": {ID: "LAMP", Flow: "menu", Title: kernel.T("路灯", "Street lamp"), Strand: "fa"}},
		Now:   time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
}

// readRows reads a table by a mapping and gives what came of it.
func readRows(t testing.TB, mapping, text string, d *District) (rows []Imported, skipped int, faults []RowFault, err error) {
	t.Helper()
	m, err := ParseMapping(strings.NewReader(mapping))
	if err != nil {
		t.Fatal(err)
	}
	tab, err := newTable(strings.NewReader(text), m.File.Delimiter, m.File.Encoding)
	if err != nil {
		return nil, 0, nil, err
	}
	r, err := newRowReader(m, tab.header, d)
	if err != nil {
		return nil, 0, nil, err
	}
	for {
		fields, line, say, err := tab.next()
		if err != nil {
			return rows, skipped, faults, nil
		}
		if !say.IsZero() {
			faults = append(faults, RowFault{Line: line, Say: say})
			continue
		}
		row, skip, f := r.read(line, fields)
		switch {
		case len(f) > 0:
			faults = append(faults, f...)
		case skip:
			skipped++
		default:
			rows = append(rows, row)
		}
	}
}

func TestAnotherCitysFile(t *testing.T) {
	// Semicolons, a mark, CR LF, day first, decimal commas, summer time, N/A for nothing, a text over two lines.
	const file = "\ufeffNr;Datum;Klaar;Status;Hoofd;Sub;Omschrijving;Lon;Lat;Wijk;Dienst;Adres\r\n" +
		"A-1;30-03-2025 01:59;30-03-2025 03:01;Afgehandeld;Afval;Container vol;\"Zegt \"\"vol\"\";\r\nal weken\";0,5;50,25;N/A;Reiniging;Dam 1\r\n" +
		"A-2;01-07-2025 12:00;N/A;In behandeling;Licht;Licht;N/A;N/A;N/A;990002001001;Elders;N/A\r\n"
	const mapping = `
system: gemeente
file: {delimiter: semicolon, empty: [N/A]}
times: {formats: ["DD-MM-YYYY HH:mm"], zone: Europe/Amsterdam}
points: {decimal: comma}
columns: {source: Nr, opened_at: Datum, closed_at: Klaar, status: Status, title: [Hoofd, Sub], text: Omschrijving, lon: Lon, lat: Lat, place: Wijk, agency: Dienst, address: Adres}
status: {Afgehandeld: closed, In behandeling: open}
units: {Reiniging: Works department}
`
	d := townDistrict(t)
	rows, _, faults, err := readRows(t, mapping, file, d)
	if err != nil || len(faults) > 0 {
		t.Fatal(err, faults)
	}
	at, _ := d.Place("990002001001")
	closed, _ := stepFor(d.Flow, "closed")
	open, _ := stepFor(d.Flow, "open")
	want := []Imported{
		{Line: 2, Source: "gemeente:A-1", Title: "Afval · Container vol", Text: "Zegt \"vol\";\r\nal weken", Address: "Dam 1", Agency: "Reiniging", Unit: "U",
			OpenedAt: time.Date(2025, 3, 30, 0, 59, 0, 0, time.UTC), ClosedAt: time.Date(2025, 3, 30, 1, 1, 0, 0, time.UTC), Step: closed, Lon: 0.5, Lat: 50.25, Placed: true, Place: at},
		{Line: 4, Source: "gemeente:A-2", Title: "Licht", Agency: "Elders", OpenedAt: time.Date(2025, 7, 1, 10, 0, 0, 0, time.UTC), Step: open, Place: at},
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
	if closed.ID != "unrated" || open.ID != "ordered" {
		t.Errorf("closed rests in %s and open in %s", closed.ID, open.ID)
	}
}

func TestPointsInOneColumn(t *testing.T) {
	const mapping = `
system: sf
times: {formats: [YYYY-MM-DD], zone: UTC}
points: {order: lat-lon}
columns: {source: id, opened_at: at, closed_at: done, point: where}
constants: {title: x}
status_by: closed_at
nowhere: district
`
	const file = "id,at,done,where\n1,2025-01-02,,\"(50.5, 0.25)\"\n2,2025-01-02,2025-01-03,POINT (50.5 0.25)\n3,2025-01-02,,\n4,2025-01-02,,here\n"
	rows, _, faults, err := readRows(t, mapping, file, townDistrict(t))
	if err != nil || len(rows) != 3 || len(faults) != 1 || faults[0].Line != 5 || faults[0].Field != "point" {
		t.Fatal(rows, faults, err)
	}
	for i, want := range []struct {
		placed bool
		step   string
		path   kernel.Path
	}{{true, "ordered", "990002/001/001/"}, {true, "unrated", "990002/001/001/"}, {false, "ordered", "990002/"}} {
		if r := rows[i]; r.Placed != want.placed || r.Step.ID != want.step || r.Place.Path != want.path || want.placed && (r.Lon != 0.25 || r.Lat != 50.5) {
			t.Errorf("row %d: %+v, want %+v", i, r, want)
		}
	}
}

func TestEveryFaultOfARowIsTold(t *testing.T) {
	base := strings.Replace(goodMapping, "lon: Lon, lat: Lat}", "lon: Lon, lat: Lat, text: Tekst, item: Item}", 1)
	const header = "Nr,Datum,Klaar,Status,Hoofd,Sub,Lon,Lat,Tekst,Item\n"
	good := []string{"1", "03-02-2025 10:00", "04-02-2025 10:00", "Afgehandeld", "Afval", "vol", "0.5", "50.5", "", "LAMP"}
	row := func(change map[int]string) string {
		r := slices.Clone(good)
		for i, v := range change {
			r[i] = v
		}
		return header + strings.Join(r, ",") + "\n"
	}
	long := strings.Repeat("字", maxText+1)
	for _, tt := range []struct {
		name    string
		add     string // to the mapping
		change  map[int]string
		fields  []string
		skipped int
	}{
		{"sound", "", nil, nil, 0},
		{"no id", "", map[int]string{0: " "}, []string{"source"}, 0},
		{"everything", "", map[int]string{0: "", 1: "soon", 2: "2025", 3: "Weg", 4: "", 5: "", 6: "east", 7: "91", 9: "TREE"},
			[]string{"source", "opened_at", "closed_at", "status", "item", "title", "lon", "lat"}, 0},
		{"no opening", "", map[int]string{1: ""}, []string{"opened_at"}, 0},
		{"opens in the future", "", map[int]string{1: "03-02-2027 10:00"}, []string{"opened_at"}, 0},
		{"opened long ago", "", map[int]string{1: "03-02-1925 10:00"}, []string{"opened_at"}, 0},
		{"closed before opened", "", map[int]string{2: "02-02-2025 10:00"}, []string{"closed_at"}, 0},
		{"closed without a time", "", map[int]string{2: ""}, []string{"closed_at"}, 0},
		{"closed without a time, as the mapping says", "closed_without_time: opened_at\n", map[int]string{2: ""}, nil, 0},
		{"open with a closing time", "", map[int]string{3: "In behandeling"}, []string{"closed_at"}, 0},
		{"open with a closing time, as the mapping says", "open_with_closed_time: ignore\n", map[int]string{3: "In behandeling"}, nil, 0},
		{"a status in other letters", "", map[int]string{3: "afgehandeld"}, []string{"status"}, 0},
		{"swapped", "", map[int]string{6: "50.5", 7: "100.5"}, []string{"lat"}, 0},
		{"swapped within the bounds of the earth", "points: {bounds: [-1, 50, 1, 51]}\noutside: district\n", map[int]string{6: "50.5", 7: "0.5"}, []string{"lon"}, 0},
		{"within bounds", "points: {bounds: [-1, 50, 1, 51]}\n", nil, nil, 0},
		{"half a point", "", map[int]string{6: ""}, []string{"lon"}, 0},
		{"not a number", "", map[int]string{6: "NaN", 7: "0x1p4"}, []string{"lon", "lat"}, 0},
		{"a decimal comma", "", map[int]string{6: `"0,5"`}, []string{"lon"}, 0},
		{"a decimal point where commas are", "points: {decimal: comma}\n", nil, []string{"lon", "lat"}, 0},
		{"0, 0", "", map[int]string{6: "0", 7: "0.0"}, []string{"lon"}, 0},
		{"0, 0 for nothing", "points: {zero: unknown}\nnowhere: skip\n", map[int]string{6: "0", 7: "0"}, nil, 1},
		{"outside", "", map[int]string{6: "5"}, []string{"lon"}, 0},
		{"outside, passed over", "outside: skip\n", map[int]string{6: "5"}, nil, 1},
		{"outside, of the district", "outside: district\n", map[int]string{6: "5"}, nil, 0},
		{"nowhere", "", map[int]string{6: "", 7: ""}, []string{"lon"}, 0},
		{"long text", "", map[int]string{8: long}, []string{"text"}, 0},
		{"long text, cut", "long_text: cut\n", map[int]string{8: long}, nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rows, skipped, faults, err := readRows(t, base+tt.add, row(tt.change), townDistrict(t))
			if err != nil {
				t.Fatal(err)
			}
			var fields []string
			for _, f := range faults {
				fields = append(fields, f.Field)
				if f.Line != 2 || f.Say.Zh == "" || f.Say.En == "" || f.Column == "" {
					t.Errorf("a fault without line, column or a language: %+v", f)
				}
			}
			if d := cmp.Diff(tt.fields, fields); d != "" || skipped != tt.skipped || len(rows) != max(0, 1-len(faults)-skipped) {
				t.Errorf("%s; %d rows, %d skipped: %+v", d, len(rows), skipped, faults)
			}
		})
	}
	_, _, faults, _ := readRows(t, base, row(nil)+strings.Join(good, ",")+"\n", townDistrict(t))
	if len(faults) != 1 || faults[0].Line != 3 || !strings.Contains(faults[0].Say.En, "line 2") {
		t.Errorf("an id that stands twice gives %+v", faults)
	}
}

func TestMappingAgainstFileAndDistrict(t *testing.T) {
	for name, tt := range map[string]struct {
		mapping, header string
		fields          []string
	}{
		"missing columns":   {goodMapping, "Nr,Datum,Klaar\n", []string{"columns.lat", "columns.lon", "columns.status", "columns.title", "columns.title"}},
		"a column twice":    {goodMapping, "Nr,Nr,Datum,Klaar,Status,Hoofd,Sub,Lon,Lat\n", []string{"columns.source"}},
		"no such item":      {goodMapping + "items: {a: TREE}\n", "Nr,Datum,Klaar,Status,Hoofd,Sub,Lon,Lat\n", []string{"items.a"}},
		"no such unit":      {goodMapping + "units: {a: Nobody}\n", "Nr,Datum,Klaar,Status,Hoofd,Sub,Lon,Lat\n", []string{"units.a"}},
		"no such step":      {strings.Replace(goodMapping, ": closed", ": buried", 1), "Nr,Datum,Klaar,Status,Hoofd,Sub,Lon,Lat\n", []string{"status.Afgehandeld"}},
		"a step by its own": {strings.Replace(goodMapping, ": closed", ": cancelled", 1), "Nr,Datum,Klaar,Status,Hoofd,Sub,Lon,Lat\n", nil},
	} {
		_, _, _, err := readRows(t, tt.mapping, tt.header, townDistrict(t))
		if d := cmp.Diff(tt.fields, fieldsOf(t, err)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
