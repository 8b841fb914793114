package rounds

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

// Record is one record of a measure of the programme: a training held, a drill, the mirror put up.
type Record struct {
	ID        kernel.ID
	Template  string
	Measure   string
	Place     kernel.ID
	PlaceName string
	Path      kernel.Path
	Unit      kernel.ID
	Day       string
	Words     string
	Photos    []kernel.ID
	At        time.Time
	By        kernel.ID
}

// MeasureCount tells how many records of a measure there are at a place, and the day of the last.
type MeasureCount struct {
	Template, Measure string
	Records           int
	Last              string
}

// Programme is the measures of the programmes in force, with what was recorded of each.
type Programme struct {
	Template TemplateIn
	Counts   map[string]MeasureCount
}

// Measures gives the programmes in force with the records that the actor may see at a place, and the newest of these.
func (s *Service) Measures(ctx context.Context, actor kernel.Actor, place kernel.ID, p kernel.Page) (out []Programme, l []*Record, next string, err error) {
	q := ShiftQuery{Allow: Sight(actor), Page: p}
	err = s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		if q.Path, err = s.under(tx, place); err != nil {
			return err
		}
		counts, err := s.Shifts.Measures(tx, q)
		if err != nil {
			return err
		}
		all, err := s.inForce(tx, false)
		if err != nil {
			return err
		}
		out = nil
		for _, x := range all {
			if len(x.Template.Programme) == 0 {
				continue
			}
			pr := Programme{Template: x, Counts: map[string]MeasureCount{}}
			for _, c := range counts {
				if c.Template == x.Template.ID {
					pr.Counts[c.Measure] = c
				}
			}
			out = append(out, pr)
		}
		l, next, err = s.Shifts.ListRecords(tx, q)
		return err
	})
	return out, l, next, err
}

// Note records one act of a measure: what was done on a day, with photos, in the caller's unit of work.
func (s *Service) Note(tx kernel.Tx, actor kernel.Actor, r Record) (*Record, error) {
	x, err := s.shiftTemplate(tx, r.Template)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(x.Template.Programme, func(m Measure) bool { return m.ID == r.Measure }) {
		return nil, kernel.Invalid("measure", kernel.T("没有这项措施，请从列表里选", "there is no such measure; choose one from the list"))
	}
	place, err := s.Ground.Place(tx, r.Place)
	if err != nil {
		return nil, kernel.Invalid("place", kernel.T("没有这个地方，请从列表里选", "there is no such place; choose one from the list"))
	}
	for _, p := range actor.Posts {
		if r.Unit == "" && mayRun(actor, x.Template, place.Path, p.Org) {
			r.Unit = p.Org
		}
	}
	if r.Unit == "" || !mayRun(actor, x.Template, place.Path, r.Unit) {
		return nil, errNotCrew
	}
	day, err := time.ParseInLocation(time.DateOnly, r.Day, kernel.Shanghai)
	if err != nil || day.After(tx.Now()) {
		return nil, kernel.Invalid("day", kernel.T("日期写成 2023-04-10，不能是以后的日子", "write the day like 2023-04-10; it cannot lie ahead"))
	}
	if r.Words = strings.TrimSpace(r.Words); r.Words == "" || utf8.RuneCountInString(r.Words) > maxNote {
		return nil, kernel.Invalid("words", kernel.T("请写一句做了什么，最多 500 字", "say in a few words what was done, 500 characters at most"))
	}
	if len(r.Photos) > maxItemPhoto {
		return nil, kernel.Invalid("photos", kernel.T("照片最多 6 张", "6 photos at most"))
	}
	r.ID, r.Template, r.PlaceName, r.Path, r.At, r.By = kernel.NewID(tx.Now()), x.Template.ID, place.Name, place.Path, tx.Now(), actor.Account
	if len(r.Photos) > 0 {
		if err := s.Uploads.Take(tx, r.Photos, r.ID); err != nil {
			return nil, err
		}
	}
	if err := s.Shifts.PutRecord(tx, &r); err != nil {
		return nil, err
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "measure_recorded", Object: r.ID, Public: map[string]any{"measure": r.Measure, "day": r.Day, "place": string(r.Place), "photos": len(r.Photos)}})
	return &r, err
}

// readRecordPhoto reports whether the actor may see the photos of a measure's record.
func (s *Service) readRecordPhoto(tx kernel.Tx, actor kernel.Actor, id kernel.ID) error {
	r, err := s.Shifts.Record(tx, id)
	if err != nil {
		return err
	}
	if !Sight(actor).Match(access.Target{Tenant: tx.Tenant(), Path: r.Path, Unit: r.Unit}) {
		return errNoDuty
	}
	return nil
}
