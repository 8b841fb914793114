package reports

import (
	"encoding/json"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/reports/paper"
)

// traceRows is the most records of one figure that a table file lists.
const traceRows = 5000

// Paper gathers what the files of an export hold: the frozen bulletin, and behind each figure the records that the actor may see. row
// is the ledger row of the export, by which the copy is named; it is found only for who made it.
func (s *Service) Paper(tx kernel.Tx, actor kernel.Actor, row *ledger.Row) (*paper.Job, error) {
	i, err := s.Get(tx, actor, row.Object)
	if err != nil {
		return nil, err
	}
	if row.Act != ActExport || row.Actor != actor.Ref() {
		return nil, kernel.NotFound(noReport)
	}
	if err := access.Decide(actor, access.ExportRun, access.Target{Tenant: tx.Tenant(), Path: i.Path}).Err(); err != nil {
		return nil, err
	}
	d, err := i.Doc()
	if err != nil {
		return nil, err
	}
	var public struct{ Format, Lang string }
	if err := json.Unmarshal([]byte(row.Public), &public); err != nil {
		return nil, kernel.Internal("export", err)
	}
	who, err := s.exporter(tx, actor, row)
	if err != nil {
		return nil, err
	}
	lang := kernel.Lang(public.Lang)
	j := &paper.Job{Lang: lang, Number: d.Number.In(lang), Title: d.Title.In(lang), Issuer: d.Issuer.In(lang), Headline: d.Headline.In(lang), Place: d.Place.In(lang),
		From: d.From, To: d.To, AsOf: d.AsOf, Draft: i.Status != Published, Digest: i.Digest, Copy: string(row.ID), Who: who, When: row.At}
	for k := range d.Sections {
		j.Sections = append(j.Sections, sectionOf(d, &d.Sections[k], lang))
	}
	for k := range d.Figures {
		f := &d.Figures[k]
		p := figureOf(f, lang)
		if public.Format == "xlsx" {
			if p.Records, err = s.traceOf(tx, actor, d, f, lang); err != nil {
				return nil, err
			}
		}
		j.Figures = append(j.Figures, p)
	}
	return j, nil
}

// exporter is who took the copy, masked as the actor was when it was taken.
func (s *Service) exporter(tx kernel.Tx, actor kernel.Actor, row *ledger.Row) (string, error) {
	personal, err := s.Ledger.Personal(tx.Tenant(), row)
	if err != nil {
		return "", kernel.Internal("export", err)
	}
	if who, ok := personal["who"].(string); ok {
		return who, nil
	}
	if actor.Kind == kernel.ActorSystem {
		return "sanzhi", nil
	}
	return row.Actor, nil
}

func sectionOf(d *Doc, s *DocSection, lang kernel.Lang) paper.Section {
	out := paper.Section{Heading: s.Heading.In(lang)}
	runs := s.Zh
	if lang == kernel.English {
		runs = s.En
	}
	for _, r := range runs {
		if f := d.Figure(r.Figure); f != nil {
			out.Runs = append(out.Runs, paper.Run{Text: f.Text.In(lang), Key: f.Key})
		} else {
			out.Runs = append(out.Runs, paper.Run{Text: r.Text})
		}
	}
	for _, cells := range []struct {
		from []DocCell
		to   *[]paper.Cell
	}{{s.Row, &out.Row}, {s.Beads, &out.Beads}} {
		for _, c := range cells.from {
			f := d.Figure(c.Figure)
			*cells.to = append(*cells.to, paper.Cell{Label: c.Label.In(lang), Text: f.Text.In(lang), Num: f.Num, Den: f.Den, Share: f.Share && !f.Hidden, Key: f.Key})
		}
	}
	if s.Table != nil {
		f := d.Figure(s.Table.Figure)
		for _, r := range s.Table.Rows {
			out.Table = append(out.Table, paper.Cell{Label: r.Name, Text: r.Text.In(lang), Num: r.Num, Den: r.Den})
		}
		out.Table = append(out.Table, paper.Cell{Label: kernel.T("合计", "Total").In(lang), Text: f.Text.In(lang), Num: f.Num, Den: f.Den, Key: f.Key})
	}
	return out
}

func figureOf(f *Figure, lang kernel.Lang) paper.Figure {
	p := paper.Figure{Key: f.Key, Query: f.Query, Version: f.Version, Title: f.Title.In(lang), Leaves: f.Leaves.In(lang), Source: f.Source.In(lang), Text: f.Text.In(lang),
		Num: f.Num, Den: f.Den, Share: f.Share, Hidden: f.Hidden, As: string(f.As), From: f.From, To: f.To, AsOf: f.AsOf, Root: f.Root, Size: f.Size}
	if f.Last != nil {
		p.Last = f.Last.Text.In(lang)
	}
	if f.Year != nil {
		p.Year = f.Year.Text.In(lang)
	}
	return p
}

// traceOf lists the records behind a figure now, as far as the actor may see them.
func (s *Service) traceOf(tx kernel.Tx, actor kernel.Actor, d *Doc, f *Figure, lang kernel.Lang) ([]paper.Record, error) {
	_, q, err := s.FigureOf(d, f.Key)
	if err != nil || q == nil || f.Hidden {
		return nil, err
	}
	a := f.Ask()
	a.AsOf, a.Allow = tx.Now(), access.ScopeOf(actor, q.Reads)
	var out []paper.Record
	p := kernel.Page{Limit: walkPage}
	for len(out) < traceRows {
		l, next, err := q.Records(tx, a, p)
		if err != nil {
			return nil, err
		}
		for _, r := range l {
			out = append(out, paper.Record{ID: string(r.ID), Title: r.Title.In(lang), Near: r.Near, At: r.At, Num: r.Num, Den: r.Den})
		}
		if p.After = next; next == "" {
			break
		}
	}
	return out, nil
}
