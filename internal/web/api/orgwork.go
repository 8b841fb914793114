package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/registers"
	"sanzhi/internal/territory"
	"sanzhi/internal/vault"
)

// OrgWork reads organisations as a tree, with what each covers and who holds its posts.
type OrgWork interface {
	Children(tx kernel.Tx, parent kernel.ID, p kernel.Page) ([]*orgs.Org, map[kernel.ID]int, string, error)
	Covered(tx kernel.Tx, org kernel.ID, kind orgs.CoverKind, limit int) ([]*territory.Place, int, error)
	Posts(tx kernel.Tx, org kernel.ID, limit int) ([]*orgs.Holding, []*orgs.Person, error)
	Tree(tx kernel.Tx) ([]*territory.Place, []*orgs.Org, []*orgs.Cover, error)
	ReportIns(tx kernel.Tx, path kernel.Path, unit kernel.ID, scope access.Scope, p kernel.Page) ([]*registers.Served, string, error)
}

type orgTreeIn struct {
	Parent kernel.ID `query:"parent" maxLength:"26" doc:"Those right below it; those that stand alone or at the top when left out"`
	After  string    `query:"after" maxLength:"300"`
	Limit  int       `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// OrgNode is an organisation in the tree.
type OrgNode struct {
	OrgRow
	Below int `json:"below" doc:"How many stand right below it"`
}

// OrgTree is one keyset page of a level of the tree, by name.
type OrgTree struct {
	Items []OrgNode `json:"items"`
	Next  string    `json:"next,omitempty"`
}

// OrgPost is a post held at an organisation now.
type OrgPost struct {
	Title     string      `json:"title"`
	Role      kernel.Role `json:"role"`
	RoleTitle string      `json:"role_title"`
	Name      string      `json:"name" doc:"Masked"`
	Place     *Named      `json:"place"`
}

// OrgCover is what an organisation covers in one way.
type OrgCover struct {
	Kind   orgs.CoverKind `json:"kind"`
	Name   string         `json:"name"`
	Count  int            `json:"count"`
	Places []Named        `json:"places" doc:"The first sixty"`
}

// OrgProfile is one organisation: where it stands, what it covers, who holds its posts, what it keeps.
type OrgProfile struct {
	OrgNode
	Above    []Named         `json:"above" doc:"From the top"`
	Place    *Named          `json:"place"`
	Sectors  []string        `json:"sectors"`
	Covers   []OrgCover      `json:"covers"`
	Posts    []OrgPost       `json:"posts"`
	Keeps    []OrgKeeps      `json:"keeps" doc:"Its entries in each register that the reader may read"`
	Joined   []OrgMembership `json:"joined" doc:"Joint bodies that it is a member of"`
	ReportIn int             `json:"report_in" doc:"Serving members of it who reported in to communities of the reader"`
}

// OrgKeeps is how many entries an organisation has in a register.
type OrgKeeps struct {
	Register string `json:"register"`
	Title    string `json:"title"`
	Count    int    `json:"count"`
	CanWrite bool   `json:"can_write"`
}

// OrgMembership is a joint body.
type OrgMembership struct {
	ID   kernel.ID `json:"id"`
	Name string    `json:"name"`
}

// ReportInRow is a serving member reported in to a community and placed in its grid.
type ReportInRow struct {
	ID        kernel.ID `json:"id"`
	Name      string    `json:"name" doc:"Masked"`
	Unit      Named     `json:"unit"`
	Community Named     `json:"community"`
	Grid      Named     `json:"grid"`
	Since     string    `json:"since"`
	Services  int       `json:"services"`
	Hours     float64   `json:"hours"`
}

// ReportInList is one keyset page of report-ins.
type ReportInList struct {
	Items []ReportInRow `json:"items"`
	Next  string        `json:"next,omitempty"`
}

type reportInsIn struct {
	Place kernel.ID `query:"place" maxLength:"26"`
	Unit  kernel.ID `query:"unit" maxLength:"26"`
	PageQuery
}

func (s *Server) orgWorkRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/orgs/tree", perm: access.OrgRead, sum: "Organisations, a level at a time", errors: []int{401}}, s.orgTree)
	handle(s, api, op{method: "GET", path: "/orgs/chain", perm: access.OrgRead, sum: "The chain of organisation from every building to the district, and where it breaks", errors: []int{401}}, s.chain)
	handle(s, api, op{method: "GET", path: "/orgs/{id}/profile", perm: access.OrgRead, sum: "One organisation: what it covers, who holds its posts, what it keeps", errors: []int{401, 404}}, s.orgProfile)
	handle(s, api, op{method: "GET", path: "/report-ins", perm: access.RegisterRead, sum: "Serving members reported in to communities, each in a grid, with what they did", errors: []int{401, 404}}, s.reportIns)
}

func orgRow(o *orgs.Org, lang kernel.Lang) OrgRow {
	return OrgRow{ID: o.ID, Name: o.Name, Kind: o.Kind, KindName: orgKindNames[o.Kind].In(lang), Phone: o.Phone}
}

func (s *Server) orgTree(ctx context.Context, in *orgTreeIn) (*body[OrgTree], error) {
	lang := LangOf(ctx)
	out := &body[OrgTree]{OrgTree{Items: []OrgNode{}}}
	return out, s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		l, below, next, err := s.OrgWork.Children(tx, in.Parent, kernel.Page{After: in.After, Limit: in.Limit}.Clamp(100, 500))
		for _, o := range l {
			out.Body.Items = append(out.Body.Items, OrgNode{orgRow(o, lang), below[o.ID]})
		}
		out.Body.Next = next
		return err
	})
}

func (s *Server) chain(ctx context.Context, _ *struct{}) (*body[orgs.Chain], error) {
	out := &body[orgs.Chain]{}
	return out, s.Store.View(ctx, CallerOf(ctx).Actor.Tenant, func(tx kernel.Tx) error {
		places, list, covers, err := s.OrgWork.Tree(tx)
		if err != nil {
			return err
		}
		out.Body = orgs.CheckChain(places, list, covers)
		out.Body.Faults = out.Body.Faults[:min(len(out.Body.Faults), 200)]
		return nil
	})
}

var coverNames = map[orgs.CoverKind]kernel.Text{orgs.CoverBranch: kernel.T("党支部覆盖的小区", "Compounds of the branch"), orgs.CoverProperty: kernel.T("服务的小区", "Compounds served"),
	orgs.CoverPaired: kernel.T("包联的小区", "Compounds paired with")}

func (s *Server) orgProfile(ctx context.Context, in *entryIn) (*body[OrgProfile], error) {
	actor, lang := CallerOf(ctx).Actor, LangOf(ctx)
	out := &body[OrgProfile]{OrgProfile{Above: []Named{}, Sectors: []string{}, Covers: []OrgCover{}, Posts: []OrgPost{}, Keeps: []OrgKeeps{}, Joined: []OrgMembership{}}}
	return out, s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		o, err := s.Orgs.Org(tx, in.ID)
		if err != nil {
			return err
		}
		p := &out.Body
		n := names{s: s, tx: tx, orgs: map[kernel.ID]*Named{}, places: map[kernel.ID]*Named{}}
		below, _, _, err := s.OrgWork.Children(tx, o.ID, kernel.Page{Limit: 500})
		if err != nil {
			return err
		}
		p.OrgNode, p.Sectors = OrgNode{orgRow(o, lang), len(below)}, append(p.Sectors, o.Sectors...)
		if p.Place, err = n.place(o.Place); err != nil {
			return err
		}
		for _, part := range []func() error{
			func() error { return s.orgAbove(tx, o, p) },
			func() error { return s.orgCovers(tx, o, lang, p) },
			func() error { return s.orgPosts(tx, o, lang, &n, p) },
			func() error { return s.orgKeeps(tx, actor, o, lang, p) },
		} {
			if err := part(); err != nil {
				return err
			}
		}
		return nil
	})
}

// mostLevels bounds the walk up the tree, which a circle would make endless.
const mostLevels = 20

func (s *Server) orgAbove(tx kernel.Tx, o *orgs.Org, p *OrgProfile) error {
	for up := o.Parent; up != "" && len(p.Above) < mostLevels; {
		q, err := s.Orgs.Org(tx, up)
		if kernel.Is(err, kernel.KindNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		p.Above = append([]Named{{ID: q.ID, Name: q.Name}}, p.Above...)
		up = q.Parent
	}
	return nil
}

func (s *Server) orgCovers(tx kernel.Tx, o *orgs.Org, lang kernel.Lang, p *OrgProfile) error {
	for _, k := range orgs.AllCoverKinds {
		l, n, err := s.OrgWork.Covered(tx, o.ID, k, 60)
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		c := OrgCover{Kind: k, Name: coverNames[k].In(lang), Count: n, Places: []Named{}}
		for _, x := range l {
			c.Places = append(c.Places, Named{ID: x.ID, Name: x.Name})
		}
		p.Covers = append(p.Covers, c)
	}
	return nil
}

func (s *Server) orgPosts(tx kernel.Tx, o *orgs.Org, lang kernel.Lang, n *names, p *OrgProfile) error {
	posts, people, err := s.OrgWork.Posts(tx, o.ID, 200)
	if err != nil {
		return err
	}
	for i, h := range posts {
		name, err := s.maskedName(tx, people[i])
		if err != nil {
			return err
		}
		at, err := n.place(h.Place)
		if err != nil {
			return err
		}
		p.Posts = append(p.Posts, OrgPost{Title: h.Title, Role: h.Role, RoleTitle: roleNames[h.Role].In(lang), Name: name, Place: at})
	}
	return nil
}

func (s *Server) maskedName(tx kernel.Tx, p *orgs.Person) (string, error) {
	name, err := s.Cases.Sealer.OpenText(p.NameSealed, vault.Field{Tenant: tx.Tenant(), Table: "person", ID: p.ID, Field: "name"})
	if err != nil {
		return "", kernel.Internal("open name", err)
	}
	return vault.MaskName(name), nil
}

func (s *Server) orgKeeps(tx kernel.Tx, actor kernel.Actor, o *orgs.Org, lang kernel.Lang, p *OrgProfile) error {
	for _, r := range registers.Readable(actor) {
		if !r.NeedOrg || r.Confidential || !access.Decide(actor, r.Read, access.Target{Tenant: tx.Tenant(), Path: o.Path}).Allow {
			continue
		}
		l, err := s.Registers.Totals(tx, actor, registers.Query{Register: r.Key, Org: o.ID})
		if err != nil {
			return err
		}
		n := 0
		for _, x := range l {
			n += x.Count
		}
		p.Keeps = append(p.Keeps, OrgKeeps{r.Key, r.Title.In(lang), n, s.Registers.MayWrite(tx, actor, r, &registers.Entry{Org: o.ID, Path: o.Path})})
	}
	if access.ScopeOf(actor, access.RegisterRead).IsEmpty() {
		return nil
	}
	l, _, err := s.Registers.List(tx, actor, registers.Query{Register: "joint", Linked: o.ID}, kernel.Page{Limit: 50})
	for _, e := range l {
		p.Joined = append(p.Joined, OrgMembership{e.ID, e.Values["name"]})
	}
	if err != nil {
		return err
	}
	in, _, err := s.OrgWork.ReportIns(tx, "", o.ID, access.ScopeOf(actor, access.RegisterRead), kernel.Page{Limit: 2000})
	p.ReportIn = len(in)
	return err
}

func (s *Server) reportIns(ctx context.Context, in *reportInsIn) (*body[ReportInList], error) {
	actor := CallerOf(ctx).Actor
	out := &body[ReportInList]{ReportInList{Items: []ReportInRow{}}}
	return out, s.Store.View(ctx, actor.Tenant, func(tx kernel.Tx) error {
		var path kernel.Path
		if in.Place != "" {
			p, err := s.Places.Place(tx, in.Place)
			if err != nil {
				return err
			}
			path = p.Path
		}
		l, next, err := s.OrgWork.ReportIns(tx, path, in.Unit, access.ScopeOf(actor, access.RegisterRead), in.page())
		if err != nil {
			return err
		}
		for _, x := range l {
			name, err := s.maskedName(tx, &x.Person)
			if err != nil {
				return err
			}
			out.Body.Items = append(out.Body.Items, ReportInRow{ID: x.ReportIn.ID, Name: name, Unit: Named{ID: x.ReportIn.Unit, Name: x.Unit}, Community: Named{ID: x.ReportIn.Community, Name: x.Community},
				Grid: Named{ID: x.ReportIn.Grid, Name: x.Grid}, Since: x.From.In(kernel.Shanghai).Format("2006-01-02"), Services: x.Services, Hours: x.Hours})
		}
		out.Body.Next = next
		return nil
	})
}
