package cli

import (
	"context"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
	"sanzhi/internal/territory"
	"sanzhi/internal/vault"
	"sanzhi/internal/workflow"
)

type foundCmd struct {
	NameZh string `help:"Name of the district in Chinese." required:"" placeholder:"NAME"`
	NameEn string `help:"Name of the district in English." required:"" placeholder:"NAME"`
	Admin  string `help:"User name of the system administrator; the others are USER-security and USER-audit." required:"" placeholder:"USER"`
	Office string `help:"Office hours." default:"09:00-12:00,14:00-18:00" placeholder:"HOURS"`
}

// Founded is what a founding made. The passwords are nowhere else.
type Founded struct {
	Tenant         kernel.Tenant    `json:"tenant"`
	Name           kernel.Text      `json:"name"`
	DivisionsYear  int              `json:"divisionsYear,omitempty"` // of the list that the places come from
	Places         int              `json:"places"`
	Orgs           int              `json:"orgs"`
	Flows          []string         `json:"flows"`
	Administrators []FoundedAccount `json:"administrators"`
}

// FoundedAccount is one of the three administrators (三员), with the password of the first sign-in.
type FoundedAccount struct {
	Role     kernel.Role `json:"role"`
	User     string      `json:"user"`
	Password string      `json:"password"`
}

// Run implements the command.
func (c *foundCmd) Run(e *env) error {
	if e.global.Tenant == "" {
		return kernel.Invalid("tenant", kernel.T("请写明区县的六位代码，如 --tenant 610632", "name the district by its six digits, such as --tenant 610632"))
	}
	t, err := kernel.ParseTenant(e.global.Tenant)
	if err != nil {
		return err
	}
	return e.running(true, func(a *app) error {
		f, err := Found(e.ctx, a, t, kernel.T(strings.TrimSpace(c.NameZh), strings.TrimSpace(c.NameEn)), c.Admin, c.Office)
		if err != nil {
			return e.refused(err)
		}
		if e.global.JSON {
			return e.printJSON(f)
		}
		return f.print(&printer{w: e.out})
	})
}

// foundedAct is the act under which the ledger records a founding.
const foundedAct = "district_founded"

// Found founds a district without any demonstration data: its divisions where a list of them is loaded, an office for each
// of them, the shipped flows and rounds, an empty menu, and the three administrators, each with a password that must be changed at the
// first sign-in. A district that is founded already is a conflict, and nothing is changed.
func Found(ctx context.Context, a *app, t kernel.Tenant, name kernel.Text, admin, office string) (*Founded, error) {
	if name.Zh == "" || name.En == "" {
		return nil, kernel.Invalid("name", kernel.T("请用两种语言写名称", "give the name in both languages"))
	}
	if _, err := workflow.ParseOfficeHours(office); err != nil {
		return nil, err
	}
	sources, err := workflow.ShippedSources()
	if err != nil {
		return nil, err
	}
	f := &founding{a: a, t: t, now: a.clock.Now(), out: &Founded{Tenant: t, Name: name, Flows: []string{}}}
	if err := f.places(ctx, name.Zh); err != nil {
		return nil, err
	}
	if err := f.accounts(ctx, admin); err != nil {
		return nil, err
	}
	row := &store.TenantRow{Tenant: t, Name: name, Settings: store.Settings{Office: office}}
	err = a.db.Update(ctx, t, func(tx kernel.Tx) error {
		ok, err := a.tenants.Found(tx, row)
		if err != nil {
			return err
		}
		if !ok {
			return kernel.Conflict(kernel.T("区县 "+string(t)+" 已经建立，没有改动", "the district "+string(t)+" is founded already; nothing was changed"))
		}
		return f.store(tx, sources)
	})
	if err != nil {
		return nil, err
	}
	a.setups.Forget(t)
	return f.out, nil
}

// founding gathers what a founding stores in one unit of work.
type founding struct {
	a        *app
	t        kernel.Tenant
	now      time.Time
	out      *Founded
	all      []*territory.Place // the root first
	orgs     []*orgs.Org
	members  []access.Account
	people   []*orgs.Person
	holdings []*orgs.Holding
}

// places makes the tree of the newest list of divisions that has the district; without one the district stands alone.
func (f *founding) places(ctx context.Context, name string) error {
	root := &territory.Place{Kind: territory.County, Code: string(f.t), Name: name, Path: kernel.Path("").Child(string(f.t))}
	f.add(root, nil)
	return f.a.db.View(ctx, noTenant, func(tx kernel.Tx) error {
		d, err := store.Territory{}.Division(tx, string(f.t), 0)
		if kernel.Is(err, kernel.KindNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		f.out.DivisionsYear = d.Year
		return f.below(tx, root, d.Code, d.Year)
	})
}

func (f *founding) below(tx kernel.Tx, parent *territory.Place, code string, year int) error {
	for page := (kernel.Page{Limit: 1000}); ; {
		l, next, err := store.Territory{}.Divisions(tx, code, year, page)
		if err != nil {
			return err
		}
		for _, d := range l {
			p := &territory.Place{Parent: parent.ID, Kind: d.Kind, Code: d.Code, Name: placeName(d),
				Path: parent.Path.Child(strings.TrimPrefix(d.Code, code))}
			if !p.Kind.MayStandUnder(parent.Kind) {
				continue
			}
			f.add(p, &d)
			if err := f.below(tx, p, d.Code, year); err != nil {
				return err
			}
		}
		if page.After = next; next == "" {
			return nil
		}
	}
}

// add takes a place, with the body that serves it: routing needs one for each (属地兜底).
func (f *founding) add(p *territory.Place, d *territory.Division) {
	p.ID, p.ValidFrom, p.Initials = kernel.NewID(f.now), f.now, territory.Initials(p.Name)
	f.all = append(f.all, p)
	o := &orgs.Org{ID: kernel.NewID(f.now), Place: p.ID, Path: p.Path, Kind: orgs.Government, Name: officeName(p)}
	if d != nil && d.Level == territory.DivisionVillage {
		o.Kind, o.Name = orgs.Committee, d.Name
	}
	o.Initials = territory.Initials(o.Name)
	f.orgs = append(f.orgs, o)
}

// placeName names the place that a division's list names by its committee.
func placeName(d territory.Division) string {
	for _, x := range []struct{ end, place string }{{"社区居民委员会", "社区"}, {"社区居委会", "社区"}, {"社区委员会", "社区"}, {"村村民委员会", "村"}, {"村委会", "村"}, {"街道办事处", "街道"}} {
		if s, ok := strings.CutSuffix(d.Name, x.end); ok && s != "" {
			return s + x.place
		}
	}
	return d.Name
}

func officeName(p *territory.Place) string {
	switch p.Kind {
	case territory.Subdistrict:
		return p.Name + "办事处"
	case territory.County, territory.Town, territory.Township:
		return p.Name + "人民政府"
	default:
		return p.Name
	}
}

// administrators are the three, with what follows the user name, and their title.
var administrators = []struct {
	role  kernel.Role
	after string
	title string
}{{kernel.SystemAdmin, "", "系统管理员"}, {kernel.SecurityAdmin, "-security", "安全管理员"}, {kernel.Auditor, "-audit", "审计管理员"}}

func (f *founding) accounts(ctx context.Context, admin string) error {
	for _, x := range administrators {
		user, err := access.ParseUser(admin + x.after)
		if err != nil {
			return err
		}
		password := access.OncePassword()
		a := access.Account{ID: kernel.NewID(f.now), Tenant: f.t, User: user, NameMasked: x.title, MustChange: true, Created: f.now}
		if a.PasswordPHC, err = f.a.access.Hasher.Hash(ctx, password); err != nil {
			return err
		}
		if a.NameSealed, err = f.a.sealer.SealText(x.title, access.NameField(f.t, a.ID)); err != nil {
			return err
		}
		p := &orgs.Person{ID: a.ID}
		if p.NameSealed, err = f.a.sealer.SealText(x.title, vault.Field{Tenant: f.t, Table: "person", ID: a.ID, Field: "name"}); err != nil {
			return err
		}
		root := f.all[0]
		f.holdings = append(f.holdings, &orgs.Holding{ID: kernel.NewID(f.now), Person: a.ID, Title: x.title, Role: x.role, Place: root.ID, Path: root.Path,
			Level: string(root.Kind.Level()), From: f.now})
		f.members, f.people = append(f.members, a), append(f.people, p)
		f.out.Administrators = append(f.out.Administrators, FoundedAccount{x.role, user, password})
	}
	return nil
}

func (f *founding) store(tx kernel.Tx, sources []string) error {
	o := store.Orgs{}
	if err := (store.Territory{}).UpsertPlaces(tx, f.all); err != nil {
		return err
	}
	if err := o.PutOrgs(tx, f.orgs); err != nil {
		return err
	}
	f.out.Places, f.out.Orgs, f.out.Flows = len(f.all), len(f.orgs), f.out.Flows[:0]
	for _, s := range sources {
		flow, err := workflow.Parse(strings.NewReader(s))
		if err != nil {
			return err
		}
		if err := f.a.tenants.PutFlow(tx, flow.ID, flow.Version, s); err != nil {
			return err
		}
		f.out.Flows = append(f.out.Flows, flow.ID)
	}
	if err := f.a.rounds.Found(tx); err != nil {
		return err
	}
	if err := o.PutPeople(tx, f.people); err != nil {
		return err
	}
	if err := o.PutHoldings(tx, f.holdings); err != nil {
		return err
	}
	system := kernel.System(f.t)
	for _, a := range f.members {
		if err := (store.Access{}).InsertAccount(tx, a); err != nil {
			return err
		}
		if err := f.a.access.Journal.RecordAccess(tx, access.Event{What: access.AccountMade, Account: a.ID, By: system.Ref()}); err != nil {
			return err
		}
	}
	_, err := f.a.cases.Ledger.Append(tx, ledger.Entry{Actor: system, Act: foundedAct, Object: kernel.ID(f.t),
		Public: map[string]any{"name": f.out.Name.Zh, "places": len(f.all), "divisionsYear": f.out.DivisionsYear}})
	return err
}

func (f *Founded) print(p *printer) error {
	p.say(kernel.T("已建立"+f.Name.Zh+"（"+string(f.Tenant)+"）", "founded "+f.Name.En+" ("+string(f.Tenant)+")"))
	n := thousands(f.Places)
	if f.DivisionsYear == 0 {
		p.say(kernel.T("没有导入过这里的区划名录：只建了区县本身，其余用 sanzhi import geojson 导入", "no list of divisions has this district: it stands alone for now; bring in the rest with sanzhi import geojson"))
	}
	p.say(kernel.T("地点 "+n+" 个，单位 "+thousands(f.Orgs)+" 个，流程 "+strings.Join(f.Flows, "、"), n+" places, "+thousands(f.Orgs)+" organisations, flows "+strings.Join(f.Flows, ", ")))
	p.say(kernel.T("三位管理员的一次性密码，只显示这一次，第一次登录后必须修改：", "the three administrators' one-time passwords, shown this once; each must be changed at the first sign-in:"))
	for _, a := range f.Administrators {
		p.say(kernel.T("  "+a.User+"  "+a.Password, "  "+a.User+"  "+a.Password))
	}
	return p.err
}
