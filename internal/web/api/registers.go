package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/registers"
)

// Option is a key with its name.
type Option struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

// SheetColumn is a column of a register, as a form asks for it and a list shows it.
type SheetColumn struct {
	Key      string   `json:"key" example:"due"`
	Name     string   `json:"name"`
	Help     string   `json:"help,omitempty"`
	Type     string   `json:"type" enum:"text,long,integer,number,date,bool,choice,choices,quantity"`
	Required bool     `json:"required"`
	Max      int      `json:"max,omitempty"`
	Personal bool     `json:"personal" doc:"Kept sealed and shown masked"`
	Choices  []Option `json:"choices,omitempty"`
}

// LinkRole is what entries of a register are linked to in a role.
type LinkRole struct {
	Key     string `json:"key"`
	Name    string `json:"name"`
	Kind    string `json:"kind" enum:"org,place,door,report_in,case,activity,work,round"`
	Least   int    `json:"least"`
	Most    int    `json:"most" doc:"0: any number"`
	Consent bool   `json:"consent" doc:"Each link tells the day on which the household agreed"`
}

// RegisterInfo is a register: what its entries hold.
type RegisterInfo struct {
	Key        string        `json:"key" example:"pledge"`
	Title      string        `json:"title"`
	About      string        `json:"about"`
	Group      string        `json:"group"`
	GroupName  string        `json:"group_name"`
	Columns    []SheetColumn `json:"columns"`
	Links      []LinkRole    `json:"links"`
	States     []Option      `json:"states"`
	NeedsOrg   bool          `json:"needs_org"`
	OrgKinds   []string      `json:"org_kinds" doc:"Empty: any"`
	NeedsPlace bool          `json:"needs_place" doc:"A place is chosen; else it lies where the organisation serves, or where its subject is"`
	PlaceKinds []string      `json:"place_kinds" doc:"Empty: any"`
	Subject    string        `json:"subject,omitempty" doc:"What an entry is about"`
	Facet      string        `json:"facet,omitempty" doc:"The column by which entries are grouped"`
	YesColumns []string      `json:"yes_columns" doc:"Columns that have a rate of their own"`
	CheckIns   bool          `json:"check_ins"`
	Public     bool          `json:"public"`
	CanWrite   bool          `json:"can_write" doc:"The reader may enter something somewhere"`
}

// RegisterList are the registers that the reader may read something of.
type RegisterList struct {
	Items []RegisterInfo `json:"items"`
}

// Entry is one entry of a register.
type Entry struct {
	ID        kernel.ID         `json:"id"`
	Register  string            `json:"register"`
	Org       *Named            `json:"org"`
	Place     *Named            `json:"place"`
	Subject   kernel.ID         `json:"subject,omitempty"`
	State     string            `json:"state" example:"open"`
	StateName string            `json:"state_name"`
	Due       *time.Time        `json:"due,omitempty"`
	Overdue   bool              `json:"overdue"`
	Values    map[string]string `json:"values" doc:"By column, in the form that a change sends back"`
	Cells     []Cell            `json:"cells" doc:"The same as people read it"`
	Counts    []LinkCount       `json:"counts" doc:"How many links it has in each role"`
	Note      string            `json:"note,omitempty" doc:"What was told with the last act"`
	StateAt   *time.Time        `json:"state_at,omitempty"`
	Version   int               `json:"version"`
	Created   time.Time         `json:"created"`
	CanWrite  bool              `json:"can_write"`
}

// Cell is a value with the name of its column.
type Cell struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	Text string `json:"text"`
}

// LinkCount is how many links an entry has in a role.
type LinkCount struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	N    int    `json:"n"`
}

// EntryList is one keyset page of entries, newest first.
type EntryList struct {
	Items []Entry `json:"items"`
	Next  string  `json:"next,omitempty"`
}

// EntryLink is one link of an entry.
type EntryLink struct {
	ID       kernel.ID `json:"id"`
	Role     string    `json:"role"`
	RoleName string    `json:"role_name"`
	Kind     string    `json:"kind"`
	Target   kernel.ID `json:"target"`
	Name     string    `json:"name" doc:"Empty when it is not the reader's to see"`
	Consent  string    `json:"consent,omitempty"`
}

// EntryAct is an act that the reader may take on an entry.
type EntryAct struct {
	Key   string `json:"key"`
	Title string `json:"title"`
	Note  string `json:"note,omitempty" doc:"What must be told with it"`
}

// EntryDetail is an entry with its links and acts.
type EntryDetail struct {
	Entry
	Links  []EntryLink `json:"links"`
	Acts   []EntryAct  `json:"acts"`
	Visits *int        `json:"visits,omitempty" doc:"How many came in the last thirty days"`
}

// EntryWritten tells what was written.
type EntryWritten struct {
	ID      kernel.ID `json:"id"`
	State   string    `json:"state"`
	Version int       `json:"version"`
	Receipt Receipt   `json:"receipt"`
}

type entriesIn struct {
	Register string    `path:"register" maxLength:"40"`
	Org      kernel.ID `query:"org" maxLength:"26"`
	Place    kernel.ID `query:"place" maxLength:"26"`
	Subject  kernel.ID `query:"subject" maxLength:"26"`
	Linked   kernel.ID `query:"linked" maxLength:"26" doc:"Entries with a link that leads there"`
	State    string    `query:"state" maxLength:"20" doc:"One state; all; nothing for those that have not ended"`
	Facet    string    `query:"facet" maxLength:"200"`
	Overdue  bool      `query:"overdue"`
	Q        string    `query:"q" maxLength:"80"`
	PageQuery
}

type entryIn struct {
	ID kernel.ID `path:"id"`
}

// LinkIn is a link as it is sent.
type LinkIn struct {
	Role    string    `json:"role" maxLength:"40"`
	Target  kernel.ID `json:"target" maxLength:"26"`
	Door    string    `json:"door,omitempty" maxLength:"60" doc:"Of a household; kept sealed"`
	Consent string    `json:"consent,omitempty" maxLength:"20" example:"2023-04-01" doc:"The day on which the household agreed"`
}

type entryAddIn struct {
	Register string `path:"register" maxLength:"40"`
	Key      string `header:"Idempotency-Key"`
	RawBody  []byte
	Body     struct {
		Org     kernel.ID         `json:"org,omitempty" maxLength:"26"`
		Place   kernel.ID         `json:"place,omitempty" maxLength:"26"`
		Subject kernel.ID         `json:"subject,omitempty" maxLength:"26"`
		Values  map[string]string `json:"values"`
		Links   []LinkIn          `json:"links,omitempty" maxItems:"200"`
	}
}

type entryChangeIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version int               `json:"version"`
		Values  map[string]string `json:"values"`
	}
}

type entryActIn struct {
	ID      kernel.ID `path:"id"`
	Act     string    `path:"act" maxLength:"40"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version int    `json:"version"`
		Note    string `json:"note,omitempty" maxLength:"4000"`
	}
}

type entryLinksIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Version int         `json:"version"`
		Add     []LinkIn    `json:"add,omitempty" maxItems:"200"`
		Remove  []kernel.ID `json:"remove,omitempty" maxItems:"200"`
	}
}

type entryRevealIn struct {
	ID      kernel.ID `path:"id"`
	Key     string    `header:"Idempotency-Key"`
	RawBody []byte
	Body    struct {
		Reason string `json:"reason" maxLength:"800"`
	}
}

// Revealed are the sealed values of an entry.
type Revealed struct {
	Values map[string]string `json:"values"`
}

// CheckedIn tells how many came today.
type CheckedIn struct {
	Today int `json:"today"`
}

const eachRegisterAsks = "each register asks for its own permission, and shows what that holds; stations and pledges are public"

func (s *Server) registerRoutes(api huma.API) {
	handle(s, api, op{method: "GET", path: "/registers", open: eachRegisterAsks, sum: "The registers that the reader may read"}, s.registers)
	handle(s, api, op{method: "GET", path: "/registers/{register}", open: eachRegisterAsks, sum: "Entries of a register, newest first", errors: []int{401, 404}}, s.entries)
	handle(s, api, op{method: "POST", path: "/registers/{register}", signed: true, sum: "Enter something into a register, by the register's own permission", status: http.StatusCreated, errors: []int{401, 403, 404, 409}}, s.addEntry)
	handle(s, api, op{method: "GET", path: "/registers/{register}/totals", open: eachRegisterAsks, sum: "What the entries of a register come to", errors: []int{401, 404}}, s.registerTotals)
	handle(s, api, op{method: "GET", path: "/registers/figures", open: "figures are published with their denominators; what a reader may not read counts in none", sum: "Brands, the two coverage rates, and pledges kept"}, s.registerFigures)
	handle(s, api, op{method: "GET", path: "/register-entries/{id}", open: eachRegisterAsks, sum: "One entry with its links and acts", errors: []int{401, 404}}, s.entry)
	handle(s, api, op{method: "POST", path: "/register-entries/{id}/change", signed: true, sum: "Write new values", errors: []int{401, 403, 404, 409}}, s.changeEntry)
	handle(s, api, op{method: "POST", path: "/register-entries/{id}/acts/{act}", signed: true, sum: "Take an act of the register, such as fulfil or end", errors: []int{401, 403, 404, 409}}, s.actOnEntry)
	handle(s, api, op{method: "POST", path: "/register-entries/{id}/links", signed: true, sum: "Add and remove links", errors: []int{401, 403, 404, 409}}, s.linkEntry)
	handle(s, api, op{method: "POST", path: "/register-entries/{id}/reveal", signed: true, sum: "Read sealed names, for a reason that is recorded", errors: []int{401, 403, 404}}, s.revealEntry)
	handle(s, api, op{method: "POST", path: "/register-entries/{id}/check-in", signed: true, sum: "Count one visitor of a station today; nothing tells who", errors: []int{401, 403, 404, 409}}, s.checkIn)
	handle(s, api, op{method: "GET", path: "/stations", open: "whoever needs help must find it", sum: "Stations by what is needed, the nearest first"}, s.stations)
	s.orgWorkRoutes(api)
}

func (s *Server) registers(ctx context.Context, _ *struct{}) (*body[RegisterList], error) {
	out := &body[RegisterList]{RegisterList{Items: []RegisterInfo{}}}
	actor, lang := CallerOf(ctx).Actor, LangOf(ctx)
	for _, r := range registers.Readable(actor) {
		out.Body.Items = append(out.Body.Items, registerInfo(r, actor, lang))
	}
	return out, nil
}

func registerInfo(r *registers.Register, actor kernel.Actor, lang kernel.Lang) RegisterInfo {
	i := RegisterInfo{Key: r.Key, Title: r.Title.In(lang), About: r.About.In(lang), Group: string(r.Group), Columns: []SheetColumn{}, Links: []LinkRole{},
		States: []Option{{registers.Open, r.StateName(registers.Open).In(lang)}}, NeedsOrg: r.NeedOrg, OrgKinds: []string{}, NeedsPlace: !r.NeedOrg && r.Subject == "",
		PlaceKinds: []string{}, Subject: string(r.Subject), Facet: r.FacetColumn, YesColumns: []string{}, CheckIns: r.CheckIns, Public: r.Read == access.PlaceRead,
		CanWrite: actor.Kind == kernel.ActorAccount && !access.ScopeOf(actor, r.Write).IsEmpty()}
	for _, g := range registers.Groups {
		if g.Key == r.Group {
			i.GroupName = g.Name.In(lang)
		}
	}
	for _, c := range r.Columns {
		x := SheetColumn{Key: c.Key, Name: c.Name.In(lang), Help: c.Help.In(lang), Type: string(c.Type), Required: c.Required, Max: c.Max, Personal: c.Personal}
		for _, ch := range c.Choices {
			x.Choices = append(x.Choices, Option{ch.Key, ch.Name.In(lang)})
		}
		i.Columns = append(i.Columns, x)
	}
	for _, l := range r.Links {
		i.Links = append(i.Links, LinkRole{l.Key, l.Name.In(lang), string(l.Kind), l.Least, l.Most, l.Consent})
	}
	for _, a := range append(slices.Clone(r.Acts), mustAct(r, "end")) {
		if !slices.ContainsFunc(i.States, func(o Option) bool { return o.Key == a.To }) {
			i.States = append(i.States, Option{a.To, a.Word.In(lang)})
		}
	}
	for _, k := range r.OrgKinds {
		i.OrgKinds = append(i.OrgKinds, string(k))
	}
	for _, k := range r.PlaceKinds {
		i.PlaceKinds = append(i.PlaceKinds, string(k))
	}
	for _, k := range r.YesColumns {
		if k != "" {
			i.YesColumns = append(i.YesColumns, k)
		}
	}
	return i
}

func mustAct(r *registers.Register, key string) registers.Act { a, _ := r.Act(key); return a }

// query turns what a list asks for into a question to the room.
func (s *Server) entryQuery(tx kernel.Tx, in *entriesIn) (registers.Query, error) {
	q := registers.Query{Register: in.Register, Org: in.Org, Subject: in.Subject, Linked: in.Linked, State: in.State, Facet: in.Facet, Text: in.Q, Overdue: in.Overdue}
	if in.Place != "" {
		p, err := s.Places.Place(tx, in.Place)
		if err != nil {
			return q, err
		}
		q.Path = p.Path
	}
	return q, nil
}

func (s *Server) entries(ctx context.Context, in *entriesIn) (*body[EntryList], error) {
	actor := CallerOf(ctx).Actor
	out := &body[EntryList]{EntryList{Items: []Entry{}}}
	return out, s.Registers.View(ctx, actor, func(tx kernel.Tx) error {
		q, err := s.entryQuery(tx, in)
		if err != nil {
			return err
		}
		l, next, err := s.Registers.List(tx, actor, q, in.page())
		if err != nil {
			return err
		}
		out.Body.Next = next
		out.Body.Items, err = s.entryRows(tx, actor, LangOf(ctx), l)
		return err
	})
}

// entryRows renders entries of one register.
func (s *Server) entryRows(tx kernel.Tx, actor kernel.Actor, lang kernel.Lang, l []*registers.Entry) ([]Entry, error) {
	ids := make([]kernel.ID, len(l))
	for i, e := range l {
		ids[i] = e.ID
	}
	links, err := s.Registers.Repo.Links(tx, ids)
	if err != nil {
		return nil, err
	}
	n := names{s: s, tx: tx, orgs: map[kernel.ID]*Named{}, places: map[kernel.ID]*Named{}}
	out := make([]Entry, len(l))
	for i, e := range l {
		r, err := registers.Find(e.Register)
		if err != nil {
			return nil, err
		}
		if out[i], err = n.entry(r, e, links[e.ID], lang); err != nil {
			return nil, err
		}
		out[i].CanWrite = s.Registers.MayWrite(tx, actor, r, e)
	}
	return out, nil
}

// names finds the names of organisations and places once a page.
type names struct {
	s            *Server
	tx           kernel.Tx
	orgs, places map[kernel.ID]*Named
}

func (n *names) org(id kernel.ID) (*Named, error) {
	if have, ok := n.orgs[id]; ok || id == "" {
		return have, nil
	}
	o, err := n.s.Orgs.Org(n.tx, id)
	if err != nil && !kernel.Is(err, kernel.KindNotFound) {
		return nil, err
	}
	n.orgs[id] = nil
	if err == nil {
		n.orgs[id] = &Named{ID: id, Name: o.Name}
	}
	return n.orgs[id], nil
}

func (n *names) place(id kernel.ID) (*Named, error) {
	if have, ok := n.places[id]; ok || id == "" {
		return have, nil
	}
	p, err := n.s.Places.Place(n.tx, id)
	if err != nil && !kernel.Is(err, kernel.KindNotFound) {
		return nil, err
	}
	n.places[id] = nil
	if err == nil {
		n.places[id] = &Named{ID: id, Name: p.Name}
	}
	return n.places[id], nil
}

func (n *names) entry(r *registers.Register, e *registers.Entry, links []registers.Link, lang kernel.Lang) (Entry, error) {
	out := Entry{ID: e.ID, Register: e.Register, Subject: e.Subject, State: e.State, StateName: r.StateName(e.State).In(lang), Values: map[string]string{}, Cells: []Cell{},
		Counts: []LinkCount{}, Note: e.Note, Version: e.Version, Created: e.Created, Overdue: e.State == registers.Open && !e.Due.IsZero() && e.Due.Before(n.tx.Now())}
	if !e.Due.IsZero() {
		out.Due = &e.Due
	}
	if !e.StateAt.IsZero() {
		out.StateAt = &e.StateAt
	}
	for i := range r.Columns {
		c := &r.Columns[i]
		v := e.Values[c.Key]
		if v == "" {
			continue
		}
		out.Values[c.Key] = v
		out.Cells = append(out.Cells, Cell{c.Key, c.Name.In(lang), c.Print(v, lang)})
	}
	for _, role := range r.Links {
		k := 0
		for _, l := range links {
			if l.Role == role.Key {
				k++
			}
		}
		if k > 0 {
			out.Counts = append(out.Counts, LinkCount{role.Key, role.Name.In(lang), k})
		}
	}
	var err error
	if out.Org, err = n.org(e.Org); err != nil {
		return out, err
	}
	out.Place, err = n.place(e.Place)
	return out, err
}

func (s *Server) entry(ctx context.Context, in *entryIn) (*body[EntryDetail], error) {
	actor, lang := CallerOf(ctx).Actor, LangOf(ctx)
	out := &body[EntryDetail]{EntryDetail{Links: []EntryLink{}, Acts: []EntryAct{}}}
	return out, s.Registers.View(ctx, actor, func(tx kernel.Tx) error {
		e, r, links, err := s.Registers.Get(tx, actor, in.ID)
		if err != nil {
			return err
		}
		rows, err := s.entryRows(tx, actor, lang, []*registers.Entry{e})
		if err != nil {
			return err
		}
		out.Body.Entry = rows[0]
		for _, l := range links {
			role := r.Role(l.Role)
			if role == nil {
				continue
			}
			name, err := s.Registers.Name(tx, actor, r, l)
			if err != nil {
				return err
			}
			out.Body.Links = append(out.Body.Links, EntryLink{l.ID, l.Role, role.Name.In(lang), string(role.Kind), l.Target, name, l.Note})
		}
		if rows[0].CanWrite {
			for _, a := range r.ActsFrom(e.State) {
				out.Body.Acts = append(out.Body.Acts, EntryAct{a.Key, a.Title.In(lang), a.Note.In(lang)})
			}
		}
		if r.CheckIns {
			now := tx.Now().In(kernel.Shanghai)
			n, err := s.Registers.Repo.Counted(tx, e.ID, now.AddDate(0, 0, -29).Format(time.DateOnly), now.Format(time.DateOnly))
			out.Body.Visits = &n
			return err
		}
		return nil
	})
}
