package registers

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
)

func parseNumber(s string) float64 {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return f
}

var sayStale = t("刚才有人先改了，请看看最新的再改", "somebody changed it just before you; look at it again")

// write loads an entry that the actor may change, in the version that the actor saw; version 0 takes the one kept.
func (s *Service) write(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int) (*Checked, *Register, error) {
	e, r, links, err := s.Get(tx, actor, id)
	if err != nil {
		return nil, nil, err
	}
	if err := mayWrite(actor, r, tx.Tenant(), e.Path, e.Org); err != nil {
		return nil, nil, err
	}
	if version != 0 && version != e.Version {
		return nil, nil, kernel.Conflict(sayStale)
	}
	c := &Checked{Entry: e, Links: links, Now: tx.Now()}
	if e.Org != "" {
		if c.Org, err = s.Orgs.Org(tx, e.Org); err != nil {
			return nil, nil, err
		}
	}
	return c, r, s.lie(tx, &Register{}, c, e.Place)
}

// save writes an entry as its next version and its ledger row.
func (s *Service) save(tx kernel.Tx, actor kernel.Actor, r *Register, act string, c *Checked, more map[string]any) (*ledger.Row, error) {
	e := c.Entry
	e.Version++
	e.Updated = tx.Now()
	ok, err := s.Repo.Save(tx, e)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, kernel.Conflict(sayStale)
	}
	return s.record(tx, actor, r, act, c, more)
}

// record appends to the ledger. What everybody may read stands in the open part; the rest in the part that can be erased.
func (s *Service) record(tx kernel.Tx, actor kernel.Actor, r *Register, act string, c *Checked, more map[string]any) (*ledger.Row, error) {
	e := c.Entry
	open := map[string]any{"register": r.Key, "state": e.State}
	inside := map[string]any{"values": asAny(e.Values), "org": string(e.Org), "place": string(e.Place)}
	links := map[string]any{}
	for _, role := range r.Links {
		links[role.Key] = len(c.Of(role.Key)) // how many; a door is nobody's to list
	}
	if len(links) > 0 {
		inside["links"] = links
	}
	for k, v := range more {
		inside[k] = v
	}
	entry := ledger.Entry{Actor: actor, Act: act, Object: e.ID, Version: e.Version, Public: open, Personal: inside}
	if r.Read == access.PlaceRead {
		for k, v := range inside {
			open[k] = v
		}
		entry.Personal = nil
	}
	return s.Ledger.Append(tx, entry)
}

func asAny(v kernel.Values) map[string]any {
	out := map[string]any{}
	for k, s := range v {
		out[k] = s
	}
	return out
}

// Change writes new values over an open entry.
func (s *Service) Change(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, cells map[string]string) (*Entry, *ledger.Row, error) {
	c, r, err := s.write(tx, actor, id, version)
	if err != nil {
		return nil, nil, err
	}
	if err := open(c.Entry); err != nil {
		return nil, nil, err
	}
	if err := s.value(tx, r, c, cells); err != nil {
		return nil, nil, err
	}
	row, err := s.save(tx, actor, r, "register.change", c, nil)
	return c.Entry, row, err
}

func open(e *Entry) error {
	if e.State != Open {
		return kernel.Conflict(t("这条已经有了结果，不能再改；要更正请另记一条", "this entry has its outcome and stays as it is; enter a new one to correct it"))
	}
	return nil
}

// Act takes an act of the register on an entry.
func (s *Service) Act(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, act, note string) (*Entry, *ledger.Row, error) {
	c, r, err := s.write(tx, actor, id, version)
	if err != nil {
		return nil, nil, err
	}
	a, ok := r.Act(act)
	if !ok {
		return nil, nil, kernel.NotFound(t("没有这个办法", "there is no such act"))
	}
	e := c.Entry
	if !slices.Contains(a.From, e.State) {
		return nil, nil, kernel.Conflict(t("现在是“"+r.StateName(e.State).Zh+"”，不能"+a.Title.Zh, "it is "+r.StateName(e.State).En+" now; this cannot be done"))
	}
	note = strings.TrimSpace(note)
	switch {
	case note == "" && !a.Note.IsZero():
		return nil, nil, kernel.Invalid("note", t("请填“"+a.Note.Zh+"”", "please fill in \""+a.Note.En+"\""))
	case !utf8.ValidString(note) || strings.ContainsRune(note, 0) || utf8.RuneCountInString(note) > 1000:
		return nil, nil, kernel.Invalid("note", t("最多 1000 个字", "at most 1000 characters"))
	}
	e.State, e.Note, e.StateAt = a.To, note, tx.Now()
	if a.To == Ended {
		e.Key = ""
		if err := s.Repo.Release(tx, e.ID); err != nil {
			return nil, nil, err
		}
	}
	row, err := s.save(tx, actor, r, "register."+a.Key, c, map[string]any{"note": note})
	return e, row, err
}

// Relink adds and removes links; what a role needs at least must stay.
func (s *Service) Relink(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, add []LinkDraft, remove []kernel.ID) (*Entry, *ledger.Row, error) {
	c, r, err := s.write(tx, actor, id, version)
	if err != nil {
		return nil, nil, err
	}
	if c.Entry.State == Ended {
		return nil, nil, open(c.Entry)
	}
	n := len(c.Links)
	c.Links = slices.DeleteFunc(c.Links, func(l Link) bool { return slices.Contains(remove, l.ID) })
	if n-len(c.Links) != len(remove) {
		return nil, nil, kernel.Invalid("remove", t("要去掉的已经不在了，请刷新再看", "what is to be taken out is not there; look again"))
	}
	fresh, err := s.draftLinks(tx, actor, r, c.Entry, add)
	if err != nil {
		return nil, nil, err
	}
	c.Links = append(c.Links, fresh...)
	if err := s.settle(tx, r, c); err != nil {
		return nil, nil, err
	}
	if _, err := s.Repo.DropLinks(tx, id, remove); err != nil {
		return nil, nil, err
	}
	if err := s.Repo.PutLinks(tx, fresh); err != nil {
		return nil, nil, err
	}
	row, err := s.save(tx, actor, r, "register.link", c, map[string]any{"added": len(fresh), "removed": len(remove)})
	return c.Entry, row, err
}

// Reveal records that the actor looks at the personal values of an entry, and why. Personal then gives them.
func (s *Service) Reveal(tx kernel.Tx, actor kernel.Actor, id kernel.ID, reason string) error {
	c, r, err := s.write(tx, actor, id, 0)
	if err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); reason == "" || !utf8.ValidString(reason) || utf8.RuneCountInString(reason) > 200 {
		return kernel.Invalid("reason", t("请写明为什么要看，最多 200 个字", "say why you need to look, in at most 200 characters"))
	}
	_, err = s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "register.reveal", Object: id, Version: c.Entry.Version,
		Public: map[string]any{"register": r.Key}, Personal: map[string]any{"who": actor.Name, "reason": reason}})
	return err
}

// Personal gives the personal values of an entry to who may write it. Whoever shows them has called Reveal before.
func (s *Service) Personal(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (map[string]string, error) {
	c, _, err := s.write(tx, actor, id, 0)
	out := map[string]string{}
	if err != nil || c.Entry.Sealed == "" {
		return out, err
	}
	return out, s.unseal(tx.Tenant(), c.Entry, &out)
}

// CheckIn counts one visitor of a station today. Who it was, whence and when on the day is neither asked nor kept.
func (s *Service) CheckIn(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (int, error) {
	c, r, err := s.write(tx, actor, id, 0)
	if err != nil {
		return 0, err
	}
	if !r.CheckIns || c.Entry.State != Open {
		return 0, kernel.Conflict(t("这里不登记到访", "visits are not counted here"))
	}
	today := tx.Now().In(kernel.Shanghai).Format(time.DateOnly)
	if err := s.Repo.Count(tx, id, today); err != nil {
		return 0, err
	}
	if _, err := s.Ledger.Append(tx, ledger.Entry{Actor: actor, Act: "register.check_in", Object: id, Version: c.Entry.Version, Public: map[string]any{"register": r.Key, "day": today}}); err != nil {
		return 0, err
	}
	return s.Repo.Counted(tx, id, today, today)
}
