package works

import (
	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

var sayNoWork = kernel.T("没有这个工程，或者您看不到它", "there is no such work, or you may not see it")

// target is a place as access decides about it.
func target(tx kernel.Tx, path kernel.Path) access.Target {
	return access.Target{Tenant: tx.Tenant(), Path: path}
}

// mayRead reports whether the actor may read a project: everybody what is published, else who reads the registers there.
func mayRead(tx kernel.Tx, actor kernel.Actor, p *Project) bool {
	if !access.Decide(actor, access.WorkRead, target(tx, p.Path)).Allow {
		return false
	}
	return p.Published || access.Decide(actor, access.RegisterRead, target(tx, p.Path)).Allow
}

// MayWrite reports whether the actor may change what lies at the path.
func MayWrite(tx kernel.Tx, actor kernel.Actor, path kernel.Path) bool {
	return access.Decide(actor, access.WorkWrite, target(tx, path)).Allow
}

// Read gives a project that the actor may read.
func (s *Service) Read(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Project, error) {
	p, err := s.Works.Project(tx, id)
	if err != nil {
		return nil, err
	}
	if !mayRead(tx, actor, p) {
		return nil, kernel.NotFound(sayNoWork)
	}
	return p, nil
}

// change gives a project that the actor may change, if it still has the version.
func (s *Service) change(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int) (*Project, error) {
	p, err := s.Read(tx, actor, id)
	if err != nil {
		return nil, err
	}
	if err := access.Decide(actor, access.WorkWrite, target(tx, p.Path)).Err(); err != nil {
		return nil, err
	}
	if version != 0 && version != p.Version {
		return nil, stale()
	}
	return p, nil
}

func stale() error {
	return kernel.Conflict(kernel.T("这个工程刚被别人改过，请刷新后再改", "somebody has just changed this work; load it again, then change it"))
}

// scoped narrows a query to what the actor may read.
func scoped(actor kernel.Actor, q Query) Query {
	q.Drafts = access.ScopeOf(actor, access.RegisterRead)
	return q
}

// List gives a page of the projects that the actor may read, the newest first. With a case, those that it led to; of a case
// that the actor may not read there are none.
func (s *Service) List(tx kernel.Tx, actor kernel.Actor, q Query) ([]*Project, string, error) {
	if q.Case != "" {
		if _, err := s.Cases.CaseRef(tx, actor, q.Case); err != nil {
			if kernel.Is(err, kernel.KindNotFound) || kernel.Is(err, kernel.KindUnsigned) {
				return nil, "", nil
			}
			return nil, "", err
		}
	}
	return s.Works.Projects(tx, scoped(actor, q))
}

// Sums are the totals over projects that the actor may read.
type Sums struct {
	Kinds    []KindCount
	Subjects []Total
	Groups   []Total
	Open     int // flags that nobody has decided, among these lines
}

// Sums adds up what the query finds.
func (s *Service) Sums(tx kernel.Tx, actor kernel.Actor, q Query) (*Sums, error) {
	q = scoped(actor, q)
	out := &Sums{}
	var err error
	if out.Kinds, err = s.Works.CountByKind(tx, q); err != nil {
		return nil, err
	}
	lines, err := s.Works.Lines(tx, q)
	if err != nil {
		return nil, err
	}
	items, ids := make([]*Item, len(lines)), make([]kernel.ID, len(lines))
	for i, l := range lines {
		items[i], ids[i] = l.Item, l.Item.ID
	}
	flags, err := s.Flags.FlagsOf(tx, ids)
	if err != nil {
		return nil, err
	}
	flagged, open := waiting(flags, items)
	// Only the pairs that Pairs lists are told: nobody is sent to a page that is empty for them.
	scope := access.ScopeOf(actor, access.RegisterRead)
	for _, f := range open {
		if !scope.Match(access.Target{Tenant: actor.Tenant, Path: f.Path}) {
			continue
		}
		if _, err := s.pair(tx, actor, f); err == nil {
			out.Open++
		} else if !kernel.Is(err, kernel.KindNotFound) {
			return nil, err
		}
	}
	out.Subjects, out.Groups, err = Totals(items, flagged)
	return out, err
}

// waiting gives the lines of the pairs that wait for a decision, and those pairs. A pair of which one line counts
// with another already does not wait.
func waiting(flags []*Flag, items []*Item) (flagged map[kernel.ID]bool, pairs []*Flag) {
	flagged, twin := map[kernel.ID]bool{}, map[kernel.ID]bool{}
	for _, it := range items {
		twin[it.ID] = it.TwinOf != ""
	}
	for _, f := range flags {
		if f.State == FlagOpen && !twin[f.A] && !twin[f.B] {
			pairs = append(pairs, f)
			flagged[f.A], flagged[f.B] = true, true
		}
	}
	return flagged, pairs
}

// Whole is a project with all that belongs to it and that the actor may read.
type Whole struct {
	Project   *Project
	Programme *Programme
	Items     []*Item
	Totals    []Total
	Photos    []*Photo
	Cases     []CaseRef
	Flags     []*Flag
	MayWrite  bool
}

// Whole gives a project with its bill, photos, cases and flags. Cases that the actor may not read are absent, flags are for
// who may write.
func (s *Service) Whole(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Whole, error) {
	p, err := s.Read(tx, actor, id)
	if err != nil {
		return nil, err
	}
	w := &Whole{Project: p, MayWrite: MayWrite(tx, actor, p.Path)}
	if p.Programme != "" {
		if w.Programme, err = s.Programmes.Programme(tx, p.Programme); err != nil {
			return nil, err
		}
	}
	if w.Items, err = s.Works.Items(tx, id); err != nil {
		return nil, err
	}
	if w.Photos, err = s.Works.Photos(tx, id); err != nil {
		return nil, err
	}
	if w.Cases, err = s.casesOf(tx, actor, id); err != nil {
		return nil, err
	}
	ids := make([]kernel.ID, len(w.Items))
	for i, it := range w.Items {
		ids[i] = it.ID
	}
	flags, err := s.Flags.FlagsOf(tx, ids)
	if err != nil {
		return nil, err
	}
	flagged, _ := waiting(flags, w.Items)
	if w.MayWrite {
		w.Flags = flags
	}
	w.Totals, _, err = Totals(w.Items, flagged)
	return w, err
}

func (s *Service) casesOf(tx kernel.Tx, actor kernel.Actor, id kernel.ID) ([]CaseRef, error) {
	linked, err := s.Links.CasesOf(tx, id)
	if err != nil {
		return nil, err
	}
	var out []CaseRef
	for _, c := range linked {
		ref, err := s.Cases.CaseRef(tx, actor, c)
		if kernel.Is(err, kernel.KindNotFound) || kernel.Is(err, kernel.KindUnsigned) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, ref)
	}
	return out, nil
}

// Pair is a flag with its two lines and their projects.
type Pair struct {
	Flag               *Flag
	A, B               *Item
	ProjectA, ProjectB *Project
}

// Pairs gives a page of flags in a state where the actor may read the registers; a flag of which one project is not the
// actor's to read is absent.
func (s *Service) Pairs(tx kernel.Tx, actor kernel.Actor, state FlagState, page kernel.Page) ([]Pair, string, error) {
	flags, next, err := s.Flags.Flags(tx, state, access.ScopeOf(actor, access.RegisterRead), page)
	if err != nil {
		return nil, "", err
	}
	var out []Pair
	for _, f := range flags {
		p, err := s.pair(tx, actor, f)
		if kernel.Is(err, kernel.KindNotFound) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		if state == FlagOpen && (p.A.TwinOf != "" || p.B.TwinOf != "") {
			continue
		}
		out = append(out, *p)
	}
	return out, next, nil
}

func (s *Service) pair(tx kernel.Tx, actor kernel.Actor, f *Flag) (*Pair, error) {
	p := &Pair{Flag: f}
	for _, side := range []struct {
		id      kernel.ID
		item    **Item
		project **Project
	}{{f.A, &p.A, &p.ProjectA}, {f.B, &p.B, &p.ProjectB}} {
		it, err := s.Flags.Item(tx, side.id)
		if err != nil {
			return nil, err
		}
		w, err := s.Read(tx, actor, it.Project)
		if err != nil {
			return nil, err
		}
		*side.item, *side.project = it, w
	}
	return p, nil
}

// SiteCount is how many sites of a type there are: what the register declares, moved on by what was done since.
type SiteCount struct {
	Type    SiteType
	Built   int
	Planned int
	Named   int // of these, known by name
}

// SiteSums are the sites by type. Total is their sum, for built and planned apart, never together.
type SiteSums struct {
	Register *Register // the latest, or nil
	Types    []SiteCount
	Built    int
	Planned  int
}

// SiteSums counts demonstration sites.
func (s *Service) SiteSums(tx kernel.Tx) (*SiteSums, error) {
	reg, err := s.Sites.LatestRegister(tx)
	if err != nil {
		return nil, err
	}
	var id kernel.ID
	if reg != nil {
		id = reg.ID
	}
	tally, err := s.Sites.Tally(tx, id)
	if err != nil {
		return nil, err
	}
	out := &SiteSums{Register: reg}
	for _, o := range SiteTypes {
		c := SiteCount{Type: o.ID}
		if reg != nil {
			c.Built, c.Planned = reg.Built[o.ID], reg.Planned[o.ID]
		}
		for _, t := range tally {
			if t.Type != o.ID {
				continue
			}
			c.Named += t.N
			move(&c, t.Entered, -t.N)
			move(&c, t.State, t.N)
		}
		out.Types = append(out.Types, c)
		out.Built += c.Built
		out.Planned += c.Planned
	}
	return out, nil
}

func move(c *SiteCount, s State, n int) {
	switch s {
	case Done:
		c.Built += n
	case Planned:
		c.Planned += n
	case Active, Stopped:
	}
}
