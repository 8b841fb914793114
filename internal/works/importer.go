package works

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// Imported is what an import wrote, or would write.
type Imported struct {
	Register *Register // nil when the rows declare no sites
	Sites    int
	Projects int
	Items    int
	Flags    int
	Pairs    []Flag // found in a dry run; ids of lines are those of this run
	Lines    map[kernel.ID]Line
}

// Import checks a register whole and writes it, or with dry only tells what it would write. One fault refuses all: each is
// named by its line. Figures that may be told twice are flagged, never refused.
func (s *Service) Import(tx kernel.Tx, actor kernel.Actor, m Meta, rows []RegisterRow, dry bool) (*Imported, error) {
	if err := access.Decide(actor, access.WorkWrite, access.Whole(tx.Tenant())).Err(); err != nil {
		return nil, err
	}
	if err := tooMany(rows); err != nil {
		return nil, err
	}
	m.Name = strings.TrimSpace(m.Name)
	if n := utf8.RuneCountInString(m.Name); n < 2 || n > 80 {
		return nil, kernel.Invalid("name", kernel.T("请给这份登记册起个名称，2 到 80 个字", "name the register, with 2 to 80 characters"))
	}
	if m.AsOf.IsZero() || m.AsOf.After(tx.Now()) {
		return nil, kernel.Invalid("as_of", kernel.T("请写明数字截至哪一天，不能在今天以后", "say as of which day the figures hold; not a day to come"))
	}
	if len(rows) == 0 {
		return nil, kernel.Invalid("rows", kernel.T("登记册里没有内容", "the register is empty"))
	}
	p := parseRows(rows)
	p.check()
	im := &importing{s: s, tx: tx, p: p, places: map[string]*territory.Place{}, projects: map[string]*Project{}, programmes: map[string]kernel.ID{}}
	if err := im.prepare(m); err != nil {
		return nil, err
	}
	if err := p.refusal(); err != nil {
		return nil, err
	}
	return im.write(actor, m, dry)
}

// importing is one import under way.
type importing struct {
	s          *Service
	tx         kernel.Tx
	p          *parsed
	places     map[string]*territory.Place
	projects   map[string]*Project // by name: those of the file and those that are there
	programmes map[string]kernel.ID
	fresh      []*Project
	items      []*Item
	sites      []*Site
}

// prepare finds places, programmes and projects that rows name, and makes what is to be written.
func (im *importing) prepare(m Meta) error {
	for _, x := range im.p.projects {
		place, err := im.place(x.RegisterRow)
		if err != nil || place == nil {
			if err != nil {
				return err
			}
			continue
		}
		if old, err := im.s.Works.ProjectNamed(im.tx, x.Name); err != nil {
			return err
		} else if old != nil {
			im.p.fault(x.RegisterRow, "name", kernel.T("已经有同名工程；要加清单，只写“清单”行", "there is a project of this name; to add to its bill, give rows of the bill only"))
			continue
		}
		programme, err := im.programme(x.RegisterRow)
		if err != nil {
			return err
		}
		stages := []Stage{{Name: "建设", State: x.state}}
		if x.state == Done {
			stages[0].Done = m.AsOf
		}
		w := &Project{ID: kernel.NewID(im.tx.Now()), Kind: x.kind, Name: x.Name, Place: place.ID, Path: place.Path, Programme: programme, State: x.state, Version: 1,
			Created: im.tx.Now(), Updated: im.tx.Now(), Body: Body{Stages: stages, Source: sourceOf(x.RegisterRow, m)}}
		if x.Plan != "" {
			w.Body.Plan = &Plan{Name: x.Plan}
		}
		im.projects[x.Name] = w
		im.fresh = append(im.fresh, w)
	}
	for _, x := range im.p.items {
		if err := im.item(x, m); err != nil {
			return err
		}
	}
	for _, x := range im.p.sites {
		place, err := im.place(x.RegisterRow)
		if err != nil {
			return err
		}
		if place == nil {
			continue
		}
		site := &Site{ID: kernel.NewID(im.tx.Now()), Type: x.site, Name: x.Name, State: x.state, Entered: x.state, Place: place.ID, Path: place.Path, AsOf: m.AsOf,
			Methods: x.methods, Uses: x.uses, Source: sourceOf(x.RegisterRow, m), Version: 1}
		if x.Plan != "" {
			site.Plan = &Plan{Name: x.Plan}
		}
		im.sites = append(im.sites, site)
	}
	return nil
}

// sourceOf is the row's own source, else the register's with the line.
func sourceOf(r RegisterRow, m Meta) string {
	if r.Source != "" {
		return r.Source
	}
	return fmt.Sprintf("%s 第 %d 行", m.Name, r.Line)
}

// place finds the place of a row by its code; nil with a fault when there is none.
func (im *importing) place(r RegisterRow) (*territory.Place, error) {
	code := r.Place
	if code == "" {
		code = string(im.tx.Tenant())
	}
	if p, ok := im.places[code]; ok && p != nil {
		return p, nil
	}
	p, err := im.s.Places.PlaceByCode(im.tx, code)
	if kernel.Is(err, kernel.KindNotFound) {
		im.p.fault(r, "place", kernel.T("没有代码为 "+code+" 的地点", "there is no place with the code "+code))
		return nil, nil
	}
	im.places[code] = p
	return p, err
}

func (im *importing) programme(r RegisterRow) (kernel.ID, error) {
	if r.Programme == "" {
		return "", nil
	}
	if len(im.programmes) == 0 {
		page := kernel.Page{Limit: 200}
		for {
			l, next, err := im.s.Programmes.Programmes(im.tx, page)
			if err != nil {
				return "", err
			}
			for _, p := range l {
				im.programmes[p.Name] = p.ID
			}
			if next == "" {
				break
			}
			page.After = next
		}
	}
	id, ok := im.programmes[r.Programme]
	if !ok {
		im.p.fault(r, "programme", kernel.T("没有这个名称的计划，请先登记", "there is no programme of this name; enter it first"))
	}
	return id, nil
}

func (im *importing) item(x parsedRow, m Meta) error {
	if x.Name == "" {
		return nil
	}
	w := im.projects[x.Name]
	if w == nil {
		old, err := im.s.Works.ProjectNamed(im.tx, x.Name)
		if err != nil {
			return err
		}
		if old == nil {
			im.p.fault(x.RegisterRow, "name", kernel.T("没有这个名称的工程；请在文件里加“工程”行，或先登记", "there is no project of this name; add its row, or enter it first"))
			return nil
		}
		w = old
		im.projects[x.Name] = w
	}
	it, err := itemOf(w, ItemDraft{Subject: x.Subject, Group: x.Group, Action: x.action, Quantity: x.q, Location: x.Location, Source: sourceOf(x.RegisterRow, m)}, "")
	if err != nil {
		var e *kernel.Error
		if errors.As(err, &e) {
			im.p.fault(x.RegisterRow, e.Field, e.Say)
			return nil
		}
		return err
	}
	it.ID, it.Line = kernel.NewID(im.tx.Now()), x.Line
	im.items = append(im.items, it)
	return nil
}

// write stores what was prepared; a dry run only looks for figures that may be told twice.
func (im *importing) write(actor kernel.Actor, m Meta, dry bool) (*Imported, error) {
	s, tx := im.s, im.tx
	out := &Imported{Register: im.p.register(m), Sites: len(im.sites), Projects: len(im.fresh), Items: len(im.items)}
	if dry {
		return out, im.preview(out)
	}
	if out.Register != nil {
		out.Register.ID = kernel.NewID(tx.Now())
		ok, err := s.Sites.InsertRegister(tx, out.Register)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, kernel.Conflict(kernel.T("这份登记册（同名、同一截至日）已经导入过", "this register, of the same name and day, has been imported already"))
		}
		for _, site := range im.sites {
			site.Register = out.Register.ID
		}
	}
	ok, err := s.Sites.PutSites(tx, im.sites)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, kernel.Conflict(kernel.T("有示范点和已登记的同类同名，请先核对", "a site of the same type and name is there already; compare them first"))
	}
	for _, w := range im.fresh {
		if err := s.Works.InsertProject(tx, w); err != nil {
			return nil, err
		}
	}
	if err := s.Works.PutItems(tx, im.items); err != nil {
		return nil, err
	}
	if out.Flags, err = s.search(tx, im.items); err != nil {
		return nil, err
	}
	public := map[string]any{"name": m.Name, "as_of": m.AsOf.UnixMilli(), "sites": out.Sites, "projects": out.Projects, "items": out.Items, "likely_twice": out.Flags}
	object := kernel.NewID(tx.Now())
	if out.Register != nil {
		object = out.Register.ID
		public["built"], public["planned"] = out.Register.Total[Done], out.Register.Total[Planned]
	}
	return out, s.record(tx, actor, "works_imported", object, 1, public)
}

// preview finds pairs among what is there and what would be written.
func (im *importing) preview(out *Imported) error {
	lines, err := im.s.Works.Lines(im.tx, Query{Drafts: access.ScopeOf(kernel.System(im.tx.Tenant()), access.RegisterRead)})
	if err != nil {
		return err
	}
	byID := map[kernel.ID]*Project{}
	for _, w := range im.projects {
		byID[w.ID] = w
	}
	isFresh := map[kernel.ID]bool{}
	for _, it := range im.items {
		w := byID[it.Project]
		lines = append(lines, Line{Item: it, Name: w.Name, Path: w.Path, Lon: w.Lon, Lat: w.Lat})
		isFresh[it.ID] = true
	}
	out.Lines = map[kernel.ID]Line{}
	for _, l := range lines {
		out.Lines[l.Item.ID] = l
	}
	for _, f := range Twins(lines) {
		if isFresh[f.A] || isFresh[f.B] {
			out.Pairs = append(out.Pairs, f)
		}
	}
	out.Flags = len(out.Pairs)
	return nil
}
