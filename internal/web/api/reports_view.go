package api

import (
	"crypto/ed25519"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/reports"
)

// ReportTemplates are the kinds of bulletins and the queries that there are.
type ReportTemplates struct {
	Items   []ReportTemplate `json:"items"`
	Queries []ReportQuery    `json:"queries"`
}

// ReportTemplate is a kind of bulletin.
type ReportTemplate struct {
	ID      string `json:"id" example:"monthly"`
	Version int    `json:"version"`
	Title   string `json:"title" example:"基层治理月报"`
	Every   string `json:"every,omitempty" example:"month" doc:"It is drafted by itself when a month is over"`
}

// ReportQuery is a named question that figures answer.
type ReportQuery struct {
	ID      string   `json:"id" example:"issues_solved"`
	Version int      `json:"version"`
	Title   string   `json:"title" doc:"What is counted"`
	Leaves  string   `json:"leaves" doc:"What is not"`
	Source  string   `json:"source"`
	Over    string   `json:"over" example:"period" doc:"now: what stands; period: what happened"`
	Share   bool     `json:"share"`
	Persons bool     `json:"persons" doc:"Fewer than five are not told"`
	Params  []string `json:"params"`
}

// ReportRow is a bulletin in a list.
type ReportRow struct {
	ID        kernel.ID  `json:"id"`
	Number    string     `json:"number" example:"三治月〔2026〕3号"`
	Title     string     `json:"title"`
	Headline  string     `json:"headline"`
	Template  string     `json:"template" example:"monthly"`
	Place     string     `json:"place" example:"城北区"`
	Status    string     `json:"status" example:"published"`
	Version   int        `json:"version"`
	From      time.Time  `json:"from"`
	To        time.Time  `json:"to" doc:"The instant after the last day"`
	AsOf      time.Time  `json:"as_of"`
	Published *time.Time `json:"published_at,omitempty"`
	Digest    string     `json:"digest" doc:"SHA-256 of the bulletin's canonical JSON, which the ledger has"`
}

// ReportList is one keyset page of bulletins, newest first.
type ReportList struct {
	Items []ReportRow `json:"items"`
	Next  string      `json:"next,omitempty"`
}

// Report is a bulletin as it was issued, in the reader's language.
type Report struct {
	ReportRow
	Issuer   string          `json:"issuer" example:"城北区社会治理中心"`
	Sections []ReportSection `json:"sections"`
	Figures  []ReportFigure  `json:"figures"`
	May      []string        `json:"may" doc:"What you may do with it: publish, discard, export"`
}

// ReportSection is a part of a bulletin.
type ReportSection struct {
	ID      string       `json:"id" example:"opening"`
	Heading string       `json:"heading,omitempty"`
	Runs    []ReportRun  `json:"runs"`
	Row     []ReportCell `json:"row"`
	Beads   []ReportCell `json:"beads"`
	Table   *ReportTable `json:"table,omitempty"`
}

// ReportRun is a stretch of text, or a figure by its key.
type ReportRun struct {
	Text   string `json:"text,omitempty"`
	Figure string `json:"figure,omitempty" example:"issues"`
}

// ReportCell is a figure under a label.
type ReportCell struct {
	Label  string `json:"label"`
	Figure string `json:"figure" example:"response"`
}

// ReportTable is a figure by the places right below.
type ReportTable struct {
	Figure string           `json:"figure" example:"by_street"`
	Rows   []ReportTableRow `json:"rows"`
}

// ReportTableRow is one place of a table.
type ReportTableRow struct {
	Name   string `json:"name"`
	Text   string `json:"text"`
	Num    int    `json:"num"`
	Den    int    `json:"den"`
	Hidden bool   `json:"hidden,omitempty"`
}

// ReportFigure is a frozen figure with all that makes it checkable.
type ReportFigure struct {
	Key     string      `json:"key" example:"issues"`
	Text    string      `json:"text" example:"1300余名"`
	Number  string      `json:"number" example:"1300"`
	As      string      `json:"as" example:"at_least"`
	Share   bool        `json:"share,omitempty"`
	Hidden  bool        `json:"hidden,omitempty" doc:"So few persons that it is not told"`
	Num     int         `json:"num"`
	Den     int         `json:"den"`
	Title   string      `json:"title" doc:"What is counted"`
	Leaves  string      `json:"leaves" doc:"What is not"`
	Source  string      `json:"source"`
	Query   string      `json:"query" example:"issues_solved"`
	Version int         `json:"version"`
	From    *time.Time  `json:"from,omitempty"`
	To      *time.Time  `json:"to,omitempty"`
	AsOf    time.Time   `json:"as_of"`
	Root    string      `json:"root,omitempty" doc:"Merkle root over the counted records' commitments"`
	Size    int         `json:"size"`
	Last    *ReportPast `json:"last,omitempty" doc:"The period before"`
	Year    *ReportPast `json:"year,omitempty" doc:"The same period a year ago"`
	Places  []PartCount `json:"places"`
	Months  []PartCount `json:"months"`
}

// ReportPast is a figure of another period.
type ReportPast struct {
	From *time.Time `json:"from,omitempty"`
	To   time.Time  `json:"to"`
	Text string     `json:"text"`
	Num  int        `json:"num"`
	Den  int        `json:"den"`
}

// PartCount is how many of the counted records lie at a place or in a month.
type PartCount struct {
	Name   string `json:"name"`
	N      int    `json:"n"`
	Hidden bool   `json:"hidden,omitempty"`
}

// FigureTrace is a figure and what differs now.
type FigureTrace struct {
	Figure ReportFigure `json:"figure"`
	Now    *FigureNow   `json:"now,omitempty" doc:"Left out when the query has another version now"`
}

// FigureNow is the figure's question, asked again.
type FigureNow struct {
	At    time.Time `json:"at"`
	Text  string    `json:"text" example:"719件"`
	Num   int       `json:"num"`
	Den   int       `json:"den"`
	Same  bool      `json:"same" doc:"Figure and records are as they were"`
	Added int       `json:"added" doc:"Records that came since"`
	Gone  int       `json:"gone" doc:"Records that left since"`
	Moved int       `json:"moved" doc:"Records that still count and have changed since"`
}

// FigureRecords is one keyset page of the records behind a figure, newest first.
type FigureRecords struct {
	Items []FigureRecord `json:"items"`
	Next  string         `json:"next,omitempty"`
}

// FigureRecord is a record behind a figure. It says nothing personal.
type FigureRecord struct {
	ID      kernel.ID  `json:"id"`
	Title   string     `json:"title"`
	Where   string     `json:"where"`
	At      *time.Time `json:"at,omitempty"`
	Num     int        `json:"num"`
	Den     int        `json:"den"`
	Counted bool       `json:"counted" doc:"It was counted when the bulletin was issued"`
	Case    kernel.ID  `json:"case,omitempty" doc:"The case to open"`
}

// ReportCopy is a copy that was taken.
type ReportCopy struct {
	ID  kernel.ID `json:"id"`
	URL string    `json:"url" example:"/api/v1/reports/01GZ03JSM0VNBXZ4X8JQ4A6Q5V/exports/01GZ03JSM0VNBXZ4X8JQ4A6Q5W"`
}

// plainTitle is a template's title without the place that it is filled with.
func plainTitle(s string) string {
	return strings.TrimSpace(strings.NewReplacer(" of {district}", "", " in {district}", "", "{district}", "").Replace(s))
}

func verifierOf(key ed25519.PrivateKey) (*ledger.Verifier, error) {
	half, _ := key.Public().(ed25519.PublicKey) // which it always is
	return ledger.NewVerifier(half)
}

func reportRows(lang kernel.Lang, l []*reports.Issued) ([]ReportRow, error) {
	out := make([]ReportRow, 0, len(l))
	for _, i := range l {
		d, err := i.Doc()
		if err != nil {
			return nil, err
		}
		out = append(out, reportRow(lang, i, d))
	}
	return out, nil
}

func reportRow(lang kernel.Lang, i *reports.Issued, d *reports.Doc) ReportRow {
	return ReportRow{ID: i.ID, Number: d.Number.In(lang), Title: d.Title.In(lang), Headline: d.Headline.In(lang), Template: d.Template, Place: d.Place.In(lang),
		Status: string(i.Status), Version: i.Version, From: d.From, To: d.To, AsOf: d.AsOf, Published: timeOrNil(i.PublishedAt), Digest: i.Digest}
}

func reportView(lang kernel.Lang, actor kernel.Actor, i *reports.Issued) (*Report, error) {
	d, err := i.Doc()
	if err != nil {
		return nil, err
	}
	out := &Report{ReportRow: reportRow(lang, i, d), Issuer: d.Issuer.In(lang), Sections: []ReportSection{}, Figures: []ReportFigure{}, May: []string{}}
	at := access.Target{Tenant: d.Tenant, Path: d.Path}
	if i.Status == reports.Draft && access.Decide(actor, access.ReportPublish, at).Allow {
		out.May = append(out.May, "publish", "discard")
	}
	if access.Decide(actor, access.ExportRun, at).Allow {
		out.May = append(out.May, "export")
	}
	for k := range d.Sections {
		out.Sections = append(out.Sections, sectionView(lang, &d.Sections[k]))
	}
	for k := range d.Figures {
		out.Figures = append(out.Figures, figureView(lang, &d.Figures[k]))
	}
	return out, nil
}

func sectionView(lang kernel.Lang, s *reports.DocSection) ReportSection {
	out := ReportSection{ID: s.ID, Heading: s.Heading.In(lang), Runs: []ReportRun{}, Row: []ReportCell{}, Beads: []ReportCell{}}
	runs := s.Zh
	if lang == kernel.English {
		runs = s.En
	}
	for _, r := range runs {
		out.Runs = append(out.Runs, ReportRun{Text: r.Text, Figure: r.Figure})
	}
	for _, c := range s.Row {
		out.Row = append(out.Row, ReportCell{Label: c.Label.In(lang), Figure: c.Figure})
	}
	for _, c := range s.Beads {
		out.Beads = append(out.Beads, ReportCell{Label: c.Label.In(lang), Figure: c.Figure})
	}
	if s.Table != nil {
		out.Table = &ReportTable{Figure: s.Table.Figure, Rows: []ReportTableRow{}}
		for _, r := range s.Table.Rows {
			out.Table.Rows = append(out.Table.Rows, ReportTableRow{Name: r.Name, Text: r.Text.In(lang), Num: r.Num, Den: r.Den, Hidden: r.Hidden})
		}
	}
	return out
}

func figureView(lang kernel.Lang, f *reports.Figure) ReportFigure {
	past := func(p *reports.Past) *ReportPast {
		if p == nil {
			return nil
		}
		return &ReportPast{From: timeOrNil(p.From), To: p.To, Text: p.Text.In(lang), Num: p.Num, Den: p.Den}
	}
	parts := func(l []reports.Part) []PartCount {
		out := make([]PartCount, 0, len(l))
		for _, p := range l {
			out = append(out, PartCount{Name: p.Name, N: p.N, Hidden: p.Hidden})
		}
		return out
	}
	return ReportFigure{Key: f.Key, Text: f.Text.In(lang), Number: f.Number, As: string(f.As), Share: f.Share, Hidden: f.Hidden, Num: f.Num, Den: f.Den, Title: f.Title.In(lang),
		Leaves: f.Leaves.In(lang), Source: f.Source.In(lang), Query: f.Query, Version: f.Version, From: timeOrNil(f.From), To: timeOrNil(f.To), AsOf: f.AsOf, Root: f.Root, Size: f.Size,
		Last: past(f.Last), Year: past(f.Year), Places: parts(f.Places), Months: parts(f.Months)}
}
