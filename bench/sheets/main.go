// Command sheets measures registers as Excel files: 10,000 rows of each sheet tried, brought in and sent again, and files that are there
// to do harm. Each is a whole run of the program on the demonstration district, from its start to its end.
package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

type sheet struct {
	key  string
	head []string
	row  func(i int) []any
}

const (
	bureau    = "城北区农业农村局"
	other     = "城北区卫生健康局"
	county    = "630105"
	community = "630105002204" // 小桥村
)

// list are the sheets; those of one row for each village or part of the ground cannot have 10,000.
var list = []sheet{
	{"orgs", []string{"name", "kind", "place", "parent"}, func(i int) []any { return []any{fmt.Sprintf("试验支部%d", i), "党支部", county, bureau} }},
	{"places", []string{"code", "name", "kind", "parent", "lon", "lat"}, func(i int) []any {
		return []any{fmt.Sprintf("T%d", i), fmt.Sprintf("试验站点%d", i), "站点", community, 101.75 + float64(i)/1e6, 36.65}
	}},
	{"posts", []string{"name", "phone", "title", "role", "org", "place", "from"}, func(i int) []any {
		return []any{fmt.Sprintf("钱%d", i), fmt.Sprintf("199%08d", i), "干部", "干部", bureau, county, "2023-01-01"}
	}},
	{"volunteers", []string{"name", "phone", "place", "skills"}, func(i int) []any {
		return []any{fmt.Sprintf("孙%d", i), fmt.Sprintf("1669%07d", i), community, "理发 修车"}
	}},
	{"works", []string{"name", "kind", "place", "host", "state", "done"}, func(i int) []any {
		return []any{fmt.Sprintf("试验工程%d", i), "停车场", community, bureau, "建成", "2022-10-01"}
	}},
	{"activities", []string{"title", "programme", "form", "place", "host", "from", "to", "posts"}, func(i int) []any {
		return []any{fmt.Sprintf("试验活动%d", i), "志愿服务", "卫生整治", community, bureau, "2023-05-02 08:00", "2023-05-02 12:00", "清洁组 | 20 | 志愿 | 卫生环境整治岗 | 08:00-10:00\n值守组 | 5 | 志愿"}
	}},
	{"duty", []string{"org", "title", "detail"}, func(i int) []any { return []any{bureau, fmt.Sprintf("试验职责%d", i), "做什么"} }},
	{"pledge", []string{"org", "what", "due"}, func(i int) []any { return []any{bureau, fmt.Sprintf("试验承诺%d", i), "2023-12-31"} }},
	{"pioneer", []string{"org", "name", "duty"}, func(i int) []any { return []any{bureau, fmt.Sprintf("试验岗%d", i), "接待"} }},
	{"brand", []string{"org", "name"}, func(i int) []any { return []any{fmt.Sprintf("试验支部%d", i), fmt.Sprintf("试验品牌%d", i)} }},
	{"classroom", []string{"org", "slot", "name"}, func(i int) []any { return []any{fmt.Sprintf("试验支部%d", i), "平台", "平台"} }},
	{"joint", []string{"org", "name", "pilot", "link_member"}, func(i int) []any {
		return []any{bureau, fmt.Sprintf("试验联合体%d", i), "正在试点", other + "、" + bureau}
	}},
	{"station", []string{"place", "kind", "functions", "hours"}, func(i int) []any { return []any{fmt.Sprintf("T%d", i), "骑手驿站", "充电", "每天 08:00-20:00"} }},
	{"census", []string{"place", "name", "kind", "staff", "has_branch", "has_work", "checked"}, func(i int) []any {
		return []any{community, fmt.Sprintf("试验单位%d", i), "非公企业", 12, "否", "是", "2023-04-01"}
	}},
	{"task", []string{"place", "name", "link_lead", "link_coordinate", "link_cooperate", "link_backstop"}, func(i int) []any {
		return []any{county, fmt.Sprintf("试验任务%d", i), bureau, other, "试验支部1", "试验支部2"}
	}},
	{"variety", []string{"place", "name", "class"}, func(i int) []any { return []any{county, fmt.Sprintf("试验品种%d", i), "蔬菜"} }},
	{"count", []string{"place", "what", "n", "as_of", "source"}, func(i int) []any {
		return []any{county, fmt.Sprintf("试验数%d", i), "1.8万余辆", "2023-03-31", "交警"}
	}},
	{"tolerance", []string{"org", "person", "matter", "basis", "decision", "decided"}, func(i int) []any {
		return []any{bureau, fmt.Sprintf("李%d", i), "事", "依据", "从轻处理", "2023-03-01"}
	}},
}

func main() {
	program := flag.String("program", "bin/sanzhi", "the program that is measured")
	rows := flag.Int("rows", 10_000, "rows of each sheet")
	only := flag.String("only", "", "one sheet alone")
	data := flag.String("data", "", "a data directory with the demonstration district, to use as it is")
	flag.Parse()
	if err := run(*program, *rows, *only, *data); err != nil {
		log.Fatal(err)
	}
}

func run(program string, rows int, only, data string) error {
	dir, err := os.MkdirTemp("", "sanzhi-sheets-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if data == "" {
		data = filepath.Join(dir, "data")
		if out, err := exec.Command(program, "demo", "--data", data).CombinedOutput(); err != nil {
			return fmt.Errorf("demo: %w\n%s", err, out)
		}
	}
	file := filepath.Join(dir, "rows.xlsx")
	// A run's time on the wall, and that of the processors, which other work on the machine does not lengthen.
	call := func(sheet string, more ...string) (string, string, error) {
		begin := time.Now()
		cmd := exec.Command(program, append([]string{"import", "sheet", file, "--sheet", sheet, "--data", data, "--tenant", county}, more...)...)
		out, err := cmd.CombinedOutput()
		return fmt.Sprintf("%.2f / %.2f", time.Since(begin).Seconds(), (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()), string(out), err
	}
	fmt.Printf("| sheet | rows | file KB | tried, s wall / CPU | brought in | sent again |\n|-|-|-|-|-|-|\n")
	for _, s := range list {
		if only != "" && only != s.key {
			continue
		}
		size, err := book(file, s, rows)
		if err != nil {
			return err
		}
		var took [3]string
		for i, more := range [][]string{{"--dry-run"}, nil, nil} {
			d, out, err := call(s.key, more...)
			if err != nil {
				return fmt.Errorf("%s: %w\n%.2000s", s.key, err, out)
			}
			took[i] = d
		}
		fmt.Printf("| %s | %d | %d | %s | %s | %s |\n", s.key, rows, size>>10, took[0], took[1], took[2])
	}
	fmt.Printf("\n| file | KB | refused after, s wall / CPU |\n|-|-|-|\n")
	for _, h := range hostile() {
		if err := os.WriteFile(file, h.data, 0o600); err != nil {
			return err
		}
		d, out, err := call("duty", "--dry-run")
		var exit *exec.ExitError
		if err == nil || !errors.As(err, &exit) {
			return fmt.Errorf("%s was taken: %.500s", h.name, out)
		}
		fmt.Printf("| %s | %d | %s |\n", h.name, len(h.data)>>10, d)
	}
	return nil
}

func book(file string, s sheet, rows int) (int64, error) {
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return 0, err
	}
	head := make([]any, len(s.head))
	for i, h := range s.head {
		head[i] = h
	}
	if err := w.SetRow("A1", head); err != nil {
		return 0, err
	}
	for i := range rows {
		if err := w.SetRow(fmt.Sprintf("A%d", i+2), s.row(i)); err != nil {
			return 0, err
		}
	}
	if err := errors.Join(w.Flush(), f.SaveAs(file)); err != nil {
		return 0, err
	}
	st, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	return st.Size(), f.Close()
}

type bad struct {
	name string
	data []byte
}

// hostile are files that ask for more than any table needs.
func hostile() []bad {
	many := func(n int, row string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, row, i+1)
		}
		return b.String()
	}
	return []bad{
		{"zip bomb, 39 MB of blanks in the sheet", pack(strings.Repeat(" ", 39<<20), "")},
		{"zip bomb, 100 MB in a picture", pack("", "", "xl/media/a.png", strings.Repeat("0", 100<<20))},
		{"billion laughs", pack("", `<!DOCTYPE a [<!ENTITY b "ha">]><sst/>`)},
		{"1,048,576 rows", pack(many(1<<20, `<row r="%d"><c><v>1</v></c></row>`), "")},
		{"2,400,000 tags of empty cells", pack(`<row r="1">`+strings.Repeat("<c/>", 2_400_000)+`</row>`, "")},
		{"16,384 columns", pack(`<row r="1">`+many(16_384, `<c><v>%d</v></c>`)+`</row>`, "")},
		{"a million elements in each other", pack(strings.Repeat("<a>", 1_000_000), "")},
		{"one text of 30 KB in 18,000 cells", pack(many(9_000, `<row r="%d"><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>`), `<sst><si><t>`+strings.Repeat("哈", 10_000)+`</t></si></sst>`)},
		{"one cell of 30 MB", pack(`<row r="1"><c t="inlineStr"><is><t>`+strings.Repeat("x", 30<<20)+`</t></is></c></row>`, "")},
		{"2,000,000 short texts", pack(`<row r="1"><c t="s"><v>0</v></c></row>`, `<sst>`+strings.Repeat("<si/>", 2_000_000)+`</sst>`)},
	}
}

// pack makes a workbook of one sheet with these rows and shared texts.
func pack(rows, texts string, more ...string) []byte {
	const ns = ` xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	const of = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	parts := []string{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`, "xl/workbook.xml", `<workbook><sheets><sheet name="a" sheetId="1" id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships` + ns + `><Relationship Id="r1" Type="` + of + `/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="` + of + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`}
	if texts != "" {
		parts = append(parts, "xl/sharedStrings.xml", texts)
	}
	parts = append(parts, more...)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
		}
		if err != nil {
			log.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		log.Fatal(err)
	}
	return b.Bytes()
}
