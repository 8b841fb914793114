package rounds

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

// Filled is a result as it comes in, everything by the id of an item.
type Filled struct {
	Answers map[string]any
	Photos  map[string][]kernel.ID
	// Notes are words about an item that is not all right; where exactly, what one saw.
	Notes map[string]string
	// Urgent are the hazards that may hurt somebody at any time.
	Urgent map[string]bool
}

// Draft is a result that was checked, with the cases that it raises made ready: all the work that needs no unit of work.
type Draft struct {
	duty     *Duty
	template *Template
	answers  map[string]any
	words    map[string]string
	photos   []kernel.ID // that no case takes
	good     int
	notGood  int
	raised   []raised
}

type raised struct {
	found *Found
	c     RaisedCase // nil for a finding that raises no case
}

// Recorded is what came of a result.
type Recorded struct {
	Duty  *Duty
	Found []*Found
	Row   *ledger.Row // nil when the same result was recorded before
}

// Bounds of a result.
const (
	maxNote      = 500
	maxItemPhoto = 6
)

var errDone = kernel.Conflict(kernel.T("这项任务刚才已经记过了，请回到今天的任务", "this duty has been recorded already; go back to today's list"))

// notOpen says why a duty cannot be recorded any more.
func notOpen(d *Duty) error {
	switch d.State {
	case Missed:
		return kernel.Conflict(kernel.T("这项任务已经过了期限，记作漏做，不能再补", "the time for this duty is over; it counts as missed and can no longer be recorded"))
	case Ended:
		return kernel.Conflict(kernel.T("这项任务已经取消，不用做了", "this duty was cancelled and need not be done"))
	default:
		return errDone
	}
}

// Prepare checks a result against the template's items and prepares the cases that its findings raise. It writes nothing.
func (s *Service) Prepare(ctx context.Context, actor kernel.Actor, id kernel.ID, in Filled) (*Draft, error) {
	var d *Duty
	var t *Template
	var lon, lat float64
	err := s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) (err error) {
		if d, err = s.readDuty(tx, actor, id); err != nil {
			return err
		}
		if !MayDo(actor, d) {
			return errNotYours
		}
		lon, lat = d.Lon, d.Lat
		t, err = s.template(tx, d.Template, d.Version)
		return err
	})
	if err != nil {
		return nil, err
	}
	draft := &Draft{duty: d, template: t, words: map[string]string{}}
	if d.State != Open {
		return draft, notOpen(d)
	}
	if err := draft.check(in); err != nil {
		return draft, err
	}
	for i := range t.Items {
		it := &t.Items[i]
		if bad, ok := it.Bad(draft.answers[it.ID]); !ok || !bad {
			draft.photos = append(draft.photos, in.Photos[it.ID]...)
			continue
		}
		f := &Found{ID: kernel.NewID(s.Clock.Now()), Duty: d.ID, Template: d.Template, Item: it.ID, Say: it.Label, Place: d.Place, Path: d.Path}
		if it.Raise == nil {
			draft.photos = append(draft.photos, in.Photos[it.ID]...)
			continue
		}
		if !it.Raise.Text.IsZero() {
			f.Say = it.Raise.Text
		}
		r := Report{Flow: it.Raise.Flow, Item: it.Raise.Item, Form: maps.Clone(it.Raise.Form), Urgent: in.Urgent[it.ID], Text: reportText(actor.Lang, t, f.Say, draft.words[it.ID]),
			Lon: lon, Lat: lat, Photos: in.Photos[it.ID], Source: "finding:" + string(f.ID)}
		c, err := s.Cases.Prepare(ctx, actor, r)
		if err != nil {
			return draft, about("notes."+it.ID, it, err)
		}
		draft.raised = append(draft.raised, raised{f, c})
	}
	return draft, nil
}

func reportText(lang kernel.Lang, t *Template, say kernel.Text, words string) string {
	s := t.Title.In(lang) + kernel.T("：", ": ").In(lang) + say.In(lang)
	if words != "" {
		s += kernel.T("。", ". ").In(lang) + words
	}
	return s
}

// about gives the error of a case that could not be prepared, at the item that raised it.
func about(field string, it *Item, err error) error {
	var e *kernel.Error
	if !errors.As(err, &e) || e.Kind != kernel.KindInvalid {
		return err
	}
	return &kernel.Error{Kind: e.Kind, Field: field, Cause: err, Say: kernel.T("「"+it.Label.Zh+"」报不上去："+e.Say.Zh, it.Label.En+" could not be reported: "+e.Say.En)}
}

// Bad reports whether an answer is a finding; not ok without an answer.
func (it *Item) Bad(v any) (bad, ok bool) {
	switch a := v.(type) {
	case bool:
		return a != (it.Good == nil || *it.Good), true
	case string:
		for _, c := range it.Choices {
			if c.ID == a {
				return c.Bad, true
			}
		}
		return false, it.Type == Text
	case float64:
		return it.GoodMin != nil && a < *it.GoodMin || it.GoodMax != nil && a > *it.GoodMax, true
	default:
		return false, false
	}
}

// Said says an answer in words; what was written in words stands beside.
func (it *Item) Said(v any) kernel.Text {
	switch a := v.(type) {
	case bool:
		if a {
			return kernel.T("是", "Yes")
		}
		return kernel.T("否", "No")
	case string:
		for _, c := range it.Choices {
			if c.ID == a {
				return c.Label
			}
		}
	case float64:
		n := strconv.FormatFloat(a, 'f', -1, 64)
		return kernel.T(n, n)
	}
	return kernel.Text{}
}

// field gives the item as a field of a form, which checks the answer.
func (it *Item) field() workflow.Field {
	f := workflow.Field{ID: it.ID, Label: it.Label, Required: !it.Optional, Min: it.Min, Max: it.Max}
	switch it.Type {
	case YesNo:
		f.Type = "boolean"
	case OneOf:
		f.Type = "choice"
		for _, c := range it.Choices {
			f.Choices = append(f.Choices, workflow.Choice{ID: c.ID, Label: c.Label})
		}
	case Number:
		f.Type = "number"
	case Text:
		most := float64(maxNote)
		f.Type, f.Max = "longtext", &most
	}
	return f
}

func (d *Draft) check(in Filled) error {
	fields := make([]workflow.Field, len(d.template.Items))
	for i := range d.template.Items {
		fields[i] = d.template.Items[i].field()
	}
	clean, err := workflow.CheckForm(fields, in.Answers)
	if err != nil {
		return renamed(err)
	}
	d.answers = map[string]any{}
	for i := range d.template.Items {
		it := &d.template.Items[i]
		v := clean[it.ID]
		if words, ok := v.(string); ok && it.Type == Text {
			d.words[it.ID] = words
		} else if v != nil {
			d.answers[it.ID] = v
		}
		if bad, ok := it.Bad(v); ok && it.Type != Text {
			if bad {
				d.notGood++
			} else {
				d.good++
			}
		}
	}
	return d.checkBeside(in)
}

// renamed gives the faults of a form the names that the request has for them.
func renamed(err error) error {
	var e *kernel.Error
	if !errors.As(err, &e) {
		return err
	}
	out := *e
	out.Field = "answers." + strings.TrimPrefix(e.Field, "form.")
	out.More = slices.Clone(e.More)
	for i := range out.More {
		out.More[i].Field = "answers." + strings.TrimPrefix(out.More[i].Field, "form.")
	}
	return &out
}

// checkBeside checks notes and photos, and that nothing of the health of whom a duty is about is kept.
func (d *Draft) checkBeside(in Filled) error {
	for _, id := range slices.Sorted(maps.Keys(in.Notes)) {
		w := strings.TrimSpace(in.Notes[id])
		if w == "" {
			continue
		}
		if d.template.Item(id) == nil || d.template.Item(id).Type == Text {
			return kernel.Invalid("notes."+id, kernel.T("表里没有这一项，请去掉", "there is no such item; leave it out"))
		}
		if utf8.RuneCountInString(w) > maxNote {
			return kernel.Invalid("notes."+id, kernel.T("话太长了，最多 500 字", "this is too long; 500 characters at most"))
		}
		d.words[id] = w
	}
	if d.template.Wordless() {
		if err := d.checkWordless(in); err != nil {
			return err
		}
	}
	if d.template.Kind == CareVisit || d.template.Kind == PreShiftCheck {
		for _, id := range slices.Sorted(maps.Keys(d.words)) {
			if err := noHealth("answers."+id, d.words[id]); err != nil {
				return err
			}
		}
	}
	seen := map[kernel.ID]bool{}
	for _, id := range slices.Sorted(maps.Keys(in.Photos)) {
		it := d.template.Item(id)
		if it == nil || len(in.Photos[id]) > 0 && d.template.Kind == CareVisit {
			return kernel.Invalid("photos."+id, kernel.T("这一项不要照片，请去掉", "no photo is asked for here; remove it"))
		}
		if len(in.Photos[id]) > maxItemPhoto {
			return kernel.Invalid("photos."+id, kernel.T("每一项最多 6 张照片", "6 photos an item at most"))
		}
		for _, p := range in.Photos[id] {
			if seen[p] {
				return kernel.Invalid("photos."+id, kernel.T("同一张照片放了两次，请去掉一张", "the same photo is there twice; remove one"))
			}
			seen[p] = true
		}
	}
	for i := range d.template.Items {
		it := &d.template.Items[i]
		bad, _ := it.Bad(d.answers[it.ID])
		if (it.Photo == PhotoAlways || it.Photo == PhotoNotGood && bad) && len(in.Photos[it.ID]) == 0 {
			return kernel.Invalid("photos."+it.ID, kernel.T("「"+it.Label.Zh+"」要拍一张照片", it.Label.En+": please take a photo"))
		}
	}
	return nil
}

func noteField(t kernel.Tenant, duty kernel.ID) vault.Field {
	return vault.Field{Tenant: t, Table: "round_result", ID: duty, Field: "notes"}
}

// notes opens what was written in words.
func (s *Service) notes(t kernel.Tenant, r *Result) (map[string]string, error) {
	if r.Notes == "" {
		return nil, nil
	}
	b, err := s.Sealer.Open(r.Notes, noteField(t, r.Duty))
	if err != nil {
		return nil, kernel.Internal("open notes", err)
	}
	var m map[string]string
	return m, json.Unmarshal(b, &m)
}

// Record stores a result in the caller's unit of work: once, with the cases of its findings and the ledger's row. key names the
// request; the same account sending the same key again, however late, gets what came of it the first time.
func (s *Service) Record(tx kernel.Tx, actor kernel.Actor, d *Draft, key string) (*Recorded, error) {
	duty, err := s.Duties.Duty(tx, d.duty.ID)
	if err != nil {
		return nil, err
	}
	if !MayDo(actor, duty) {
		return nil, errNotYours
	}
	if duty.State != Open {
		return s.again(tx, actor, duty, key)
	}
	now := tx.Now()
	duty.State, duty.Passed, duty.Late, duty.DoneAt, duty.DoneBy = Done, d.notGood == 0, now.After(duty.Due), now, actor.Account
	if now.After(duty.Miss) {
		duty.State = Missed
		return nil, notOpen(duty) // the next tick marks it
	}
	if now.Before(duty.From) {
		return nil, kernel.Conflict(kernel.T("还没到这项任务的日子", "the day of this duty has not come yet"))
	}
	if ok, err := s.Duties.Finish(tx, duty); err != nil || !ok {
		return nil, errors.Join(err, ifNot(ok || err != nil, errDone))
	}
	out := &Recorded{Duty: duty}
	for _, r := range d.raised {
		f := *r.found
		f.At = now
		if f.Case, f.Number, f.Flow, err = r.c.Open(tx, actor); err != nil {
			return nil, err
		}
		out.Found = append(out.Found, &f)
	}
	if err := s.keep(tx, actor, d, out, key); err != nil {
		return nil, err
	}
	found := make([]any, len(out.Found))
	for i, f := range out.Found {
		found[i] = map[string]any{"item": f.Item, "case": string(f.Case)}
	}
	out.Row, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "round_done", Object: duty.ID, Public: map[string]any{"template": duty.Template, "version": duty.Version,
		"place": string(duty.Place), "unit": string(duty.Unit), "late": duty.Late, "good": d.good, "not_good": d.notGood, "findings": found}})
	return out, err
}

// ifNot gives the error unless ok.
func ifNot(ok bool, err error) error {
	if ok {
		return nil
	}
	return err
}

// keep stores the result, its words sealed, its photos taken.
func (s *Service) keep(tx kernel.Tx, actor kernel.Actor, d *Draft, out *Recorded, key string) error {
	r := &Result{Duty: out.Duty.ID, At: tx.Now(), By: actor.Account, Key: keyHash(key), Answers: d.answers, Photos: d.photos, Good: d.good, NotGood: d.notGood}
	if len(d.words) > 0 {
		b, err := json.Marshal(d.words)
		if err != nil {
			return kernel.Internal("seal notes", err)
		}
		if r.Notes, err = s.Sealer.Seal(b, noteField(tx.Tenant(), r.Duty)); err != nil {
			return kernel.Internal("seal notes", err)
		}
	}
	if len(d.photos) > 0 {
		if err := s.Uploads.Take(tx, d.photos, out.Duty.ID); err != nil {
			return err
		}
	}
	if err := s.Duties.PutFound(tx, out.Found); err != nil {
		return err
	}
	return s.Duties.PutResult(tx, r)
}

// again gives the first answer to whoever recorded the duty with the same key.
func (s *Service) again(tx kernel.Tx, actor kernel.Actor, d *Duty, key string) (*Recorded, error) {
	if d.State != Done || key == "" || d.DoneBy != actor.Account {
		return nil, notOpen(d)
	}
	r, err := s.Duties.Result(tx, d.ID)
	if err != nil {
		return nil, err
	}
	if r.Key != keyHash(key) {
		return nil, notOpen(d)
	}
	found, _, err := s.Duties.ListFound(tx, FoundQuery{Duty: d.ID, Allow: Sight(actor), Page: kernel.Page{Limit: maxItems}})
	return &Recorded{Duty: d, Found: found}, err
}

func keyHash(key string) string {
	if key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:16])
}
