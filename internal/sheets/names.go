package sheets

import (
	"slices"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
)

// Names finds organisations and places as people write them in a cell, and writes them as cells.
type Names struct {
	Orgs   []*orgs.Org
	Places []*territory.Place
	org    map[kernel.ID]*orgs.Org
	place  map[kernel.ID]*territory.Place
	byName map[string][]*orgs.Org
	byCode map[string]*territory.Place
	called map[string][]*territory.Place
	byPath map[kernel.Path]*territory.Place
}

var (
	orgHelp   = t("单位名称，从下拉里选", "The name, of the list")
	placeHelp = t("地点代码，后面可以带名称；名称唯一时也可以只写名称", "The code, with or without the name; the name alone when no other place bears it")
)

func (s *Service) names(tx kernel.Tx) (*Names, error) {
	n := &Names{org: map[kernel.ID]*orgs.Org{}, place: map[kernel.ID]*territory.Place{}, byName: map[string][]*orgs.Org{}, byCode: map[string]*territory.Place{},
		called: map[string][]*territory.Place{}, byPath: map[kernel.Path]*territory.Place{}}
	l, err := s.Orgs.All(tx)
	if err != nil {
		return nil, err
	}
	for _, o := range l {
		n.addOrg(o)
	}
	page := kernel.Page{Limit: 1000}
	for {
		l, next, err := s.Places.Search(tx, territory.Query{}, page)
		if err != nil {
			return nil, err
		}
		for _, p := range l {
			n.addPlace(p)
		}
		if next == "" {
			return n, nil
		}
		page.After = next
	}
}

func (n *Names) addOrg(o *orgs.Org) {
	if was := n.org[o.ID]; was == nil {
		n.Orgs = append(n.Orgs, o)
		n.byName[o.Name] = append(n.byName[o.Name], o)
	} else {
		n.byName[was.Name] = slices.DeleteFunc(n.byName[was.Name], func(x *orgs.Org) bool { return x.ID == o.ID })
		n.byName[o.Name] = append(n.byName[o.Name], o)
	}
	n.org[o.ID] = o
}

func (n *Names) addPlace(p *territory.Place) {
	n.Places = append(n.Places, p)
	n.place[p.ID], n.byCode[p.Code] = p, p
	n.byPath[p.Path] = p
	n.called[p.Name] = append(n.called[p.Name], p)
}

// Org writes an organisation: its name; where others bear the name too, with the code of the place that it serves behind it, and where
// even that is shared, with its number.
func (n *Names) Org(id kernel.ID) string {
	o := n.org[id]
	if o == nil {
		return string(id)
	}
	same := n.byName[o.Name]
	if len(same) == 1 {
		return o.Name
	}
	at := 0
	for _, x := range same {
		if x.Place == o.Place {
			at++
		}
	}
	if p := n.place[o.Place]; p != nil && at == 1 {
		return o.Name + " " + p.Code
	}
	return o.Name + " " + string(o.ID)
}

// FindOrg reads one.
func (n *Names) FindOrg(cell string) (*orgs.Org, error) {
	l := n.byName[cell]
	if len(l) == 1 {
		return l[0], nil
	}
	if len(l) > 1 {
		return nil, kernel.Invalid("", t("有 "+plural(len(l))+" 个单位都叫“"+cell+"”，请在名称后面空一格写上它服务的地点代码", plural(len(l))+" organisations are called \""+cell+"\"; write the code of the place that it serves behind the name"))
	}
	i := strings.LastIndexByte(cell, ' ')
	if o := n.org[kernel.ID(cell[i+1:])]; o != nil {
		return o, nil
	}
	if p := n.byCode[cell[i+1:]]; p != nil && i > 0 {
		var found []*orgs.Org
		for _, o := range n.byName[cell[:i]] {
			if o.Place == p.ID {
				found = append(found, o)
			}
		}
		if len(found) == 1 {
			return found[0], nil
		}
	}
	return nil, kernel.Invalid("", t("没有叫“"+cell+"”的单位，请从下拉里选，或先在“机构”表里登记", "no organisation is called \""+cell+"\"; choose one of the list, or enter it in the sheet of organisations first"))
}

// Place writes a place: its code and name.
func (n *Names) Place(id kernel.ID) string {
	if p := n.place[id]; p != nil {
		return p.Code + " " + p.Name
	}
	return string(id)
}

// PlaceAt writes the place at a path.
func (n *Names) PlaceAt(path kernel.Path) string {
	if p := n.byPath[path]; p != nil {
		return p.Code + " " + p.Name
	}
	return ""
}

// FindPlace reads one: by its code, or by a name that only one bears.
func (n *Names) FindPlace(cell string) (*territory.Place, error) {
	code, _, _ := strings.Cut(cell, " ")
	if p := n.byCode[code]; p != nil {
		return p, nil
	}
	switch l := n.called[cell]; len(l) {
	case 1:
		return l[0], nil
	case 0:
		return nil, kernel.Invalid("", t("没有“"+cell+"”这个地点，请写代码（见“地点”工作表）", "there is no place \""+cell+"\"; give its code (see the sheet of places)"))
	default:
		return nil, kernel.Invalid("", t("有 "+plural(len(l))+" 个地点都叫“"+cell+"”，请写代码", plural(len(l))+" places are called \""+cell+"\"; give the code"))
	}
}

// orgColumn is a column that names an organisation.
func (n *Names) orgColumn(key string, name kernel.Text, must bool) kernel.Column {
	return kernel.Column{Key: key, Type: kernel.ColumnText, Name: name, Required: must, Max: 120, Help: orgHelp, Check: func(cell string) (string, error) {
		o, err := n.FindOrg(cell)
		if err != nil {
			return "", err
		}
		return n.Org(o.ID), nil
	}}
}

// placeColumn is a column that names a place.
func (n *Names) placeColumn(key string, name kernel.Text, must bool) kernel.Column {
	return kernel.Column{Key: key, Type: kernel.ColumnText, Name: name, Required: must, Max: 120, Help: placeHelp,
		Check: func(cell string) (string, error) {
			p, err := n.FindPlace(cell)
			if err != nil {
				return "", err
			}
			return p.Code + " " + p.Name, nil
		}}
}

func (n *Names) orgID(cell string) kernel.ID {
	if cell == "" {
		return ""
	}
	if o, err := n.FindOrg(cell); err == nil {
		return o.ID
	}
	return ""
}

func (n *Names) placeID(cell string) kernel.ID {
	if cell == "" {
		return ""
	}
	if p, err := n.FindPlace(cell); err == nil {
		return p.ID
	}
	return ""
}
