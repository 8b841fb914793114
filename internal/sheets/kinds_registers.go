package sheets

import (
	"slices"
	"strconv"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/registers"
)

// pageOf is how many rows are read at once.
const pageOf = 200

// registerKind is the sheet of one register. Links to organisations and places are columns. Entries that are about something else, or need
// links of another kind, such as households with their consent, are made on the page: they are given out but not taken in.
func registerKind(r *registers.Register, group kernel.Text) Kind {
	k := Kind{Key: r.Key, table: "register_entry", Title: r.Title, About: r.About, Group: group, Read: r.Read, Write: r.Write, OnlyOut: r.Subject != ""}
	for i := range r.Columns {
		k.Personal = k.Personal || r.Columns[i].Personal
	}
	for _, l := range r.Links {
		k.OnlyOut = k.OnlyOut || l.Least > 0 && !named(l.Kind)
	}
	k.open = func(s *Service, tx kernel.Tx, actor kernel.Actor, n *Names) (*Opened, error) {
		return s.openRegister(tx, actor, n, r, k.Personal), nil
	}
	return k
}

func (s *Service) openRegister(tx kernel.Tx, actor kernel.Actor, n *Names, r *registers.Register, personal bool) *Opened {
	var cols []kernel.Column
	if r.NeedOrg {
		cols = append(cols, n.orgColumn("org", t("单位", "Organisation"), true))
	}
	cols = append(cols, n.placeColumn("place", t("地点", "Place"), !r.NeedOrg && r.Subject == ""))
	cols = append(cols, r.Columns...)
	links := &linking{s: s, tx: tx, n: n}
	for _, l := range r.Links {
		if named(l.Kind) {
			links.roles = append(links.roles, l)
			cols = append(cols, links.column(l))
		}
	}
	split := func(v kernel.Values) map[string]string {
		own := map[string]string{}
		for i := range r.Columns {
			if c := r.Columns[i].Key; v[c] != "" {
				own[c] = v[c]
			}
		}
		return own
	}
	o := &Opened{Sheet: &kernel.Sheet{Columns: cols}}
	o.Fill = func(v kernel.Values) error {
		if v["place"] == "" && r.NeedOrg {
			if org := n.org[n.orgID(v["org"])]; org != nil {
				v["place"] = n.Place(org.Place)
			}
		}
		return nil
	}
	o.Each = func(each func(Row) error) error { return s.eachEntry(tx, actor, n, r, personal, links, each) }
	o.Add = func(v kernel.Values) (kernel.ID, error) {
		e, _, err := s.Registers.Add(tx, actor, registers.Draft{Register: r.Key, Org: n.orgID(v["org"]), Place: n.placeID(v["place"]), Values: split(v), Links: links.drafts(v)})
		if err != nil {
			return "", linkField(err)
		}
		return e.ID, nil
	}
	o.Change = func(id kernel.ID, v kernel.Values) error {
		e, err := s.Registers.Repo.Get(tx, id)
		if err != nil {
			return err
		}
		if r.NeedOrg && e.Org != n.orgID(v["org"]) {
			return kernel.Invalid("org", t("已登记的条目不能换单位，请另记一条", "an entry stays with its organisation; enter a new one"))
		}
		if e.Place != n.placeID(v["place"]) {
			return kernel.Invalid("place", t("已登记的条目不能换地点，请另记一条", "an entry stays at its place; enter a new one"))
		}
		if e, _, err = s.Registers.Change(tx, actor, id, 0, split(v)); err != nil {
			return err
		}
		return links.change(actor, e, v)
	}
	o.Remove = func(id kernel.ID) error { return s.Repo.Remove(tx, "register_entry", id) }
	return o
}

func (s *Service) eachEntry(tx kernel.Tx, actor kernel.Actor, n *Names, r *registers.Register, personal bool, links *linking, each func(Row) error) error {
	page := kernel.Page{Limit: pageOf}
	for {
		l, next, err := s.Registers.List(tx, actor, registers.Query{Register: r.Key}, page)
		if err != nil {
			return err
		}
		linked, err := links.of(l)
		if err != nil {
			return err
		}
		for _, e := range l {
			row := Row{ID: e.ID, Path: e.Path, Mark: strconv.Itoa(e.Version) + " " + e.State, Values: kernel.Values{}}
			for k, v := range e.Values {
				row.Values[k] = v
			}
			if r.NeedOrg && e.Org != "" {
				row.Values["org"] = n.Org(e.Org)
			}
			row.Values["place"] = n.Place(e.Place)
			links.cells(row.Values, linked[e.ID])
			if personal && s.Registers.MayWrite(tx, actor, r, e) {
				clear, err := s.Registers.Personal(tx, actor, e.ID)
				if err != nil {
					return err
				}
				for k, v := range clear {
					row.Values[k] = v
				}
			}
			if err := each(row); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		page.After = next
	}
}

// named tells whether what a link leads to is told by its name in a cell.
func named(k registers.LinkKind) bool { return k == registers.ToOrg || k == registers.ToPlace }

// linking writes and reads the links of entries as cells: names with a comma between, in their order by name.
type linking struct {
	s     *Service
	tx    kernel.Tx
	n     *Names
	roles []registers.LinkRole
}

const (
	linkKey = "link_"
	commas  = "、,，;；\n"
)

func (w *linking) name(kind registers.LinkKind, id kernel.ID) string {
	if kind == registers.ToOrg {
		return w.n.Org(id)
	}
	return w.n.Place(id)
}

func (w *linking) find(kind registers.LinkKind, cell string) (kernel.ID, error) {
	if kind == registers.ToOrg {
		o, err := w.n.FindOrg(cell)
		if err != nil {
			return "", err
		}
		return o.ID, nil
	}
	p, err := w.n.FindPlace(cell)
	if err != nil {
		return "", err
	}
	return p.ID, nil
}

var linkHelp = t("写名称，几个之间用顿号；地点写代码", "Names, commas between; places by their codes")

func (w *linking) column(l registers.LinkRole) kernel.Column {
	return kernel.Column{Key: linkKey + l.Key, Type: kernel.ColumnText, Name: l.Name, Required: l.Least > 0, Max: 4000, Help: linkHelp, Check: func(cell string) (string, error) {
		ids, err := w.ids(l.Kind, cell)
		if err != nil {
			return "", err
		}
		return w.join(l.Kind, ids), nil
	}}
}

func (w *linking) ids(kind registers.LinkKind, cell string) ([]kernel.ID, error) {
	if cell == "" {
		return nil, nil
	}
	if id, err := w.find(kind, cell); err == nil && (!strings.ContainsAny(cell, commas) || w.name(kind, id) == cell) {
		return []kernel.ID{id}, nil
	}
	var out []kernel.ID
	for name := range strings.FieldsFuncSeq(cell, func(r rune) bool { return strings.ContainsRune(commas, r) }) {
		id, err := w.find(kind, strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out, nil
}

func (w *linking) join(kind registers.LinkKind, ids []kernel.ID) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = w.name(kind, id)
	}
	slices.Sort(names)
	return strings.Join(names, "、")
}

// of gives the links of entries.
func (w *linking) of(l []*registers.Entry) (map[kernel.ID][]registers.Link, error) {
	if len(w.roles) == 0 || len(l) == 0 {
		return nil, nil
	}
	ids := make([]kernel.ID, len(l))
	for i, e := range l {
		ids[i] = e.ID
	}
	return w.s.Registers.Repo.Links(w.tx, ids)
}

func (w *linking) cells(v kernel.Values, links []registers.Link) {
	for _, role := range w.roles {
		var ids []kernel.ID
		for _, l := range links {
			if l.Role == role.Key {
				ids = append(ids, l.Target)
			}
		}
		if len(ids) > 0 {
			v[linkKey+role.Key] = w.join(role.Kind, ids)
		}
	}
}

func (w *linking) drafts(v kernel.Values) []registers.LinkDraft {
	var out []registers.LinkDraft
	for _, role := range w.roles {
		ids, err := w.ids(role.Kind, v[linkKey+role.Key])
		if err != nil {
			continue // the column's check has read it
		}
		for _, id := range ids {
			out = append(out, registers.LinkDraft{Role: role.Key, Target: id})
		}
	}
	return out
}

// change adds and takes away what differs.
func (w *linking) change(actor kernel.Actor, e *registers.Entry, v kernel.Values) error {
	if len(w.roles) == 0 {
		return nil
	}
	has, err := w.of([]*registers.Entry{e})
	if err != nil {
		return err
	}
	want := w.drafts(v)
	var drop []kernel.ID
	for _, l := range has[e.ID] {
		if i := slices.IndexFunc(want, func(d registers.LinkDraft) bool { return d.Role == l.Role && d.Target == l.Target }); i >= 0 {
			want = slices.Delete(want, i, i+1)
		} else if slices.ContainsFunc(w.roles, func(r registers.LinkRole) bool { return r.Key == l.Role }) {
			drop = append(drop, l.ID)
		}
	}
	if len(want)+len(drop) == 0 {
		return nil
	}
	_, _, err = w.s.Registers.Relink(w.tx, actor, e.ID, 0, want, drop)
	return linkField(err)
}

// linkField names the column of a link.
func linkField(err error) error {
	e, ok := err.(*kernel.Error) //nolint:errorlint // as the room gives it
	if !ok || !strings.HasPrefix(e.Field, "links.") {
		return err
	}
	x := *e
	x.Field = linkKey + strings.TrimPrefix(e.Field, "links.")
	return &x
}
