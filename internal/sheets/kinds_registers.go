package sheets

import (
	"strconv"

	"sanzhi/internal/kernel"
	"sanzhi/internal/registers"
)

// pageOf is how many rows are read at once.
const pageOf = 200

// registerKind is the sheet of one register. Entries that are about something else, or need links, are made on the page: they are
// given out but not taken in.
func registerKind(r *registers.Register, group kernel.Text) Kind {
	k := Kind{Key: r.Key, Title: r.Title, About: r.About, Group: group, Read: r.Read, Write: r.Write, OnlyOut: r.Subject != ""}
	for i := range r.Columns {
		k.Personal = k.Personal || r.Columns[i].Personal
	}
	for _, l := range r.Links {
		k.OnlyOut = k.OnlyOut || l.Least > 0
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
	o.Each = func(each func(Row) error) error { return s.eachEntry(tx, actor, n, r, personal, each) }
	o.Add = func(v kernel.Values) (kernel.ID, error) {
		e, _, err := s.Registers.Add(tx, actor, registers.Draft{Register: r.Key, Org: n.orgID(v["org"]), Place: n.placeID(v["place"]), Values: split(v)})
		if err != nil {
			return "", err
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
		_, _, err = s.Registers.Change(tx, actor, id, 0, split(v))
		return err
	}
	o.Remove = func(id kernel.ID) error { return s.Repo.Remove(tx, "register_entry", id) }
	return o
}

func (s *Service) eachEntry(tx kernel.Tx, actor kernel.Actor, n *Names, r *registers.Register, personal bool, each func(Row) error) error {
	page := kernel.Page{Limit: pageOf}
	for {
		l, next, err := s.Registers.List(tx, actor, registers.Query{Register: r.Key}, page)
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
