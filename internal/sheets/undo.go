package sheets

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/kernel"
)

// Left is a row that undoing left as it is, and why.
type Left struct {
	Row  int         // of the file
	Name kernel.Text // what the row is about, by its key; personal cells masked
	Say  kernel.Text
}

// StuckError is a row that cannot be put back after others were; the unit of work is to be given up, and the row left the next time.
type StuckError struct {
	Row  int
	Say  kernel.Text
	Kind kernel.Kind
}

// Error implements error.
func (e *StuckError) Error() string { return "row " + strconv.Itoa(e.Row) + ": " + e.Say.En }

var (
	sayUndone = t("这次导入已经撤销过了", "this import was undone before")
	sayMoved  = t("导入以后又改过", "changed since the import")
	sayGone   = t("已经不在表里了", "no longer in the sheet")
	sayPart   = t("和它一起分解的另一行要留下", "another part of the same split stays")
)

// Undo puts back what an import added or changed. Rows that changed since, or that others have come to use, are named: without leave
// nothing is done then; with leave they stay as they are and the rest is put back. stuck are rows to leave because an earlier try failed on
// them, see StuckError.
func (s *Service) Undo(tx kernel.Tx, actor kernel.Actor, id kernel.ID, leave bool, stuck map[int]kernel.Text) (*Import, []Left, error) {
	x, err := s.Repo.Import(tx, id)
	if err != nil {
		return nil, nil, err
	}
	k, err := s.Kind(actor, x.Sheet)
	if err != nil {
		return nil, nil, err
	}
	if !k.MayImport(actor) {
		return nil, nil, kernel.Forbidden(t("您的岗位不能撤销这张表的导入", "your post does not allow undoing imports of this sheet"))
	}
	if !x.UndoneAt.IsZero() {
		return nil, nil, kernel.Conflict(sayUndone)
	}
	list, err := s.Repo.Changes(tx, id)
	if err != nil {
		return nil, nil, err
	}
	if len(list) != x.Added+x.Changed {
		return nil, nil, kernel.Conflict(t(fmt.Sprintf("超过 %d 天的导入不能撤销了，请逐条更正", UndoDays), fmt.Sprintf("imports of more than %d days ago cannot be undone; correct the entries one by one", UndoDays)))
	}
	u := &undoing{s: s, tx: tx, kind: k, list: list, left: map[int]kernel.Text{}}
	if u.o, err = s.Open(tx, actor, k); err != nil {
		return nil, nil, err
	}
	if err := u.run(id, leave, stuck); err != nil {
		return nil, nil, err
	}
	left := u.told()
	ok, err := s.Repo.Undone(tx, id, len(left))
	if err != nil {
		return nil, nil, err
	}
	if !ok {
		return nil, nil, kernel.Conflict(sayUndone)
	}
	x.UndoneAt, x.Left = tx.Now(), len(left)
	return x, left, s.record(tx, actor, "sheet.undo", id, map[string]any{"sheet": x.Sheet, "removed": u.removed, "restored": u.restored, "left": len(left)}, nil)
}

// undoing is one import on its way back.
type undoing struct {
	s                 *Service
	tx                kernel.Tx
	kind              *Kind
	o                 *Opened
	list              []Change
	bodies            []body
	left              map[int]kernel.Text // by place in the list
	removed, restored int
}

func (u *undoing) run(id kernel.ID, leave bool, stuck map[int]kernel.Text) error {
	if err := u.look(); err != nil {
		return err
	}
	for i, c := range u.list {
		if say, ok := stuck[c.Row]; ok {
			u.left[i] = say
		}
	}
	if err := u.used(id); err != nil {
		return err
	}
	if len(u.left) > 0 && !leave || len(u.left) == len(u.list) {
		return u.refuse(leave)
	}
	for i := len(u.list) - 1; i >= 0; i-- { // what was added last may hang on what was added first
		if _, stays := u.left[i]; stays {
			continue
		}
		if err := u.back(i); err != nil {
			return err
		}
	}
	if u.o.Written != nil {
		return u.o.Written()
	}
	return nil
}

// look compares what the import wrote with what stands there now.
func (u *undoing) look() error {
	now := map[kernel.ID]Row{}
	if err := u.o.Each(func(r Row) error { now[r.ID] = r; return nil }); err != nil {
		return err
	}
	u.bodies = make([]body, len(u.list))
	for i, c := range u.list {
		raw, err := u.s.Sealer.Open(c.Body, sealedAt(u.tx, c.ID))
		if err != nil {
			return kernel.Internal("open change", err)
		}
		if err := json.Unmarshal(raw, &u.bodies[i]); err != nil {
			return kernel.Internal("open change", err)
		}
		if r, ok := now[c.Object]; !ok {
			u.left[i] = sayGone
		} else if r.Mark != u.bodies[i].Mark || !maps.Equal(r.Values, u.bodies[i].After) {
			u.left[i] = sayMoved
		}
	}
	return nil
}

// used leaves added rows on which something hangs that is not taken away with them, and parts whose fellows stay.
func (u *undoing) used(id kernel.ID) error {
	used, err := u.s.Repo.Used(u.tx, u.kind.table, id)
	if err != nil {
		return err
	}
	for again := true; again; {
		again = false
		goes, groups := map[kernel.ID]bool{}, map[string]bool{}
		for i, c := range u.list {
			if _, stays := u.left[i]; !stays && u.bodies[i].Before == nil {
				goes[c.Object] = true
			} else if u.o.Together != nil {
				groups[u.o.Together(u.bodies[i].After)] = true
			}
		}
		for i, c := range u.list {
			if !goes[c.Object] {
				continue
			}
			if g := u.o.Together; g != nil && g(u.bodies[i].After) != "" && groups[g(u.bodies[i].After)] {
				u.left[i], again = sayPart, true
				continue
			}
			for _, by := range used[c.Object] {
				if !goes[by] {
					u.left[i], again = t("已经被别处用到", "in use elsewhere by now"), true
					break
				}
			}
		}
	}
	return nil
}

// back puts one row back.
func (u *undoing) back(i int) (err error) {
	if u.bodies[i].Before == nil {
		err = u.o.Remove(u.list[i].Object)
		u.removed++
	} else {
		err = u.o.Change(u.list[i].Object, u.bodies[i].Before)
		u.restored++
	}
	var e *kernel.Error
	if errors.As(err, &e) && e.Kind != kernel.KindInternal && e.Kind != kernel.KindUnavailable {
		return &StuckError{Row: u.list[i].Row, Say: e.Say, Kind: e.Kind}
	}
	return err
}

// told names the rows that are left, in their order in the file.
func (u *undoing) told() []Left {
	var out []Left
	for i := range u.list {
		if say, ok := u.left[i]; ok {
			out = append(out, Left{u.list[i].Row, u.name(u.bodies[i].After), say})
		}
	}
	return out
}

// name says what a row is about.
func (u *undoing) name(v kernel.Values) kernel.Text {
	var zh, en []string
	for i := range u.o.Sheet.Columns {
		c := &u.o.Sheet.Columns[i]
		if c.Key == idColumn || !c.Required || v[c.Key] == "" || len(zh) == 2 {
			continue
		}
		cell := shown(c, v[c.Key])
		zh, en = append(zh, few(c.Print(cell, kernel.Chinese))), append(en, few(c.Print(cell, kernel.English)))
	}
	return t(strings.Join(zh, "，"), strings.Join(en, ", "))
}

// few keeps a text short.
func few(s string) string {
	if r := []rune(s); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return s
}

// refuse names the rows that stand in the way.
func (u *undoing) refuse(all bool) error {
	left := u.told()
	n := len(left)
	e := &kernel.Error{Kind: kernel.KindConflict, Say: t(fmt.Sprintf("%d 行里有 %d 行导入以后又有了变化，不能整批撤销。可以留下这几行，撤销其余的", len(u.list), n),
		fmt.Sprintf("%d of %d rows have changed since or are in use, so that it cannot be undone as a whole. Leave them as they are and undo the rest", n, len(u.list)))}
	if all || n == len(u.list) {
		e.Say = t("导入的每一行都又有了变化，没有可以撤销的，请逐条更正", "every row has changed since or is in use; there is nothing to undo. Correct them one by one")
	}
	for i, l := range left {
		if i == 100 {
			break
		}
		at := strconv.Itoa(l.Row)
		e.More = append(e.More, kernel.Error{Kind: e.Kind, Field: "rows[" + at + "]", Say: t("第 "+at+" 行（"+l.Name.Zh+"）"+l.Say.Zh, "row "+at+" ("+l.Name.En+"): "+l.Say.En)})
	}
	return e
}

// Undoable tells whether an import can still be undone by its age.
func (i *Import) Undoable(now time.Time) bool {
	return i.UndoneAt.IsZero() && now.Sub(i.At) < UndoDays*24*time.Hour
}
