package paper

import (
	"bytes"
	"html/template"

	"sanzhi/internal/kernel"
)

// page is the bulletin as one file without script, to be read in any browser and printed.
var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="{{.Lang}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{.Title}} {{.Number}}</title>
<style>
:root { color-scheme: light; --ink: #1C1F24; --ink-2: #565C66; --line: #C9C4B8; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 794px; padding: 40px 24px; color: var(--ink); background: #fff; font: 17px/1.85 FangSong, STFangsong, "Noto Serif CJK SC", serif; position: relative; }
h1 { font-size: 30px; line-height: 1.3; margin: 0; font-weight: 600; }
h2 { font-size: 24px; text-align: center; line-height: 1.4; font-weight: 600; margin: 24px 0 8px; text-wrap: balance; }
h3 { font: 600 17px/1.6 SimHei, "PingFang SC", "Noto Sans CJK SC", sans-serif; margin: 20px 0 4px; }
.head { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: end; gap: 0 24px; border-bottom: 2.5px solid var(--ink); padding-bottom: 10px; }
.head p { margin: 0; }
.by { display: flex; justify-content: space-between; margin: 6px 0 0; }
p.t { text-indent: 2em; margin: 0; text-align: justify; }
:lang(en) p.t { text-indent: 0; text-align: start; }
a { color: inherit; text-decoration: underline dotted; text-underline-offset: 4px; }
.row { display: flex; flex-wrap: wrap; border-block: 1px solid var(--ink); margin: 8px 0; }
.row div { flex: 1 1 120px; padding: 8px 12px 10px; }
.row span { display: block; font: 13px/1.5 sans-serif; color: var(--ink-2); }
.row b { font: 400 28px/1.3 sans-serif; }
table { border-collapse: collapse; width: 100%; font-size: 15px; }
td, th { text-align: start; vertical-align: top; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); font-weight: 400; }
td.n { text-align: end; font-variant-numeric: tabular-nums; padding-inline-end: 0; }
tr:last-child td { border-bottom: 1px solid var(--ink); }
.notes { border-top: 1px solid var(--ink); margin-top: 32px; padding-top: 10px; font: 13px/1.65 sans-serif; color: var(--ink-2); }
.notes li { margin-bottom: 4px; overflow-wrap: anywhere; }
.mark { position: fixed; inset: 0; display: grid; place-items: center; pointer-events: none; color: rgb(28 31 36 / .07); font: 34px/1 sans-serif; transform: rotate(-24deg); text-align: center; }
@page { size: A4; margin: 37mm 26mm 35mm 28mm; }
@media print { body { padding: 0; max-width: none; font-size: 16pt; line-height: 28.98pt; } h1, h2 { font-size: 22pt; } h3 { font-size: 16pt; break-after: avoid; } }
</style>
</head>
<body>
<div class="mark" aria-hidden="true">{{.Mark}}</div>
<div class="head"><h1>{{.Title}}</h1><p>{{.Number}}</p></div>
<p class="by"><span>{{.Issuer}}</span><span>{{.Day}}</span></p>
<h2>{{.Headline}}</h2>
{{range .Sections}}{{if .Heading}}<h3>{{.Heading}}</h3>
{{end}}{{if .Runs}}<p class="t">{{range .Runs}}{{if .Key}}<a href="#f-{{.Key}}">{{.Text}}</a>{{else}}{{.Text}}{{end}}{{end}}</p>
{{end}}{{if .Row}}<div class="row">{{range .Row}}<div><span>{{.Label}}</span><b><a href="#f-{{.Key}}">{{.Text}}</a></b>{{if .Share}}<span>{{.Num}} ÷ {{.Den}}</span>{{end}}</div>{{end}}</div>
{{end}}{{if .Beads}}<div class="row">{{range .Beads}}<div><span>{{.Label}}</span><b><a href="#f-{{.Key}}">{{.Text}}</a></b></div>{{end}}</div>
{{end}}{{if .Table}}<table>{{range .Table}}<tr><td>{{.Label}}</td><td class="n">{{if .Key}}<a href="#f-{{.Key}}">{{.Text}}</a>{{else}}{{.Text}}{{end}}</td></tr>{{end}}</table>
{{end}}{{end}}
<div class="notes">
{{range .Notes}}<p>{{.}}</p>
{{end}}<h3>{{.About}}</h3>
<ol>{{range .List}}<li id="f-{{.Key}}">{{.Text}}</li>
{{end}}</ol>
<p>{{.Foot}}</p>
</div>
</body>
</html>
`))

// entry is what the notes say of one figure.
type entry struct{ Key, Text string }

func (j *Job) html() ([]byte, error) {
	list := make([]entry, len(j.Figures))
	for i := range j.Figures {
		f := &j.Figures[i]
		s := f.Text + j.say("（", " (") + j.meant(f) + j.say("）", ")")
		if b := j.behind(f); b != "" {
			s += j.say("；", "; ") + b
		}
		list[i] = entry{f.Key, s + j.say("：", ": ") + j.source(f)}
	}
	var b bytes.Buffer
	err := page.Execute(&b, map[string]any{"Lang": j.tag(), "Title": j.Title, "Number": j.Number, "Issuer": j.Issuer, "Headline": j.Headline, "Day": j.day(j.AsOf),
		"Mark": j.mark(), "Sections": j.Sections, "Notes": j.notes(), "About": j.say("数据说明", "About the figures"), "List": list, "Foot": j.foot()})
	if err != nil {
		return nil, kernel.Internal("html", err)
	}
	return b.Bytes(), nil
}

// tag is the language of a page.
func (j *Job) tag() string { return j.say("zh-CN", "en") }
