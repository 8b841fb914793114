package sheets

import (
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/territory"
	"sanzhi/internal/vault"
)

var groupBasics = t("机构与地点", "Organisations and places")

var orgKinds = []kernel.Choice{
	{Key: string(orgs.Government), Name: t("党政机关", "Government")}, {Key: string(orgs.Department), Name: t("部门", "Department")},
	{Key: string(orgs.Committee), Name: t("居（村）委会", "Residents' committee")}, {Key: string(orgs.Branch), Name: t("党支部", "Party branch")},
	{Key: string(orgs.PropertyFirm), Name: t("物业企业", "Property firm")}, {Key: string(orgs.PublicUtility), Name: t("水电气热企业", "Public utility")},
	{Key: string(orgs.PoliceStation), Name: t("派出所", "Police station")}, {Key: string(orgs.VolunteerTeam), Name: t("志愿服务队", "Volunteer team")},
	{Key: string(orgs.Enterprise), Name: t("企业", "Enterprise")}, {Key: string(orgs.SocialOrg), Name: t("社会组织", "Social organisation")},
	{Key: string(orgs.JointBody), Name: t("党建联合体", "Joint body")}, {Key: string(orgs.Mediation), Name: t("调解委员会", "Mediation committee")},
	{Key: string(orgs.Institution), Name: t("事业单位", "Institution")},
}

func may(tx kernel.Tx, actor kernel.Actor, p access.Permission, path kernel.Path) error {
	return access.Decide(actor, p, access.Target{Tenant: tx.Tenant(), Path: path}).Err()
}

func orgKind() Kind {
	return Kind{Key: "orgs", table: "org", Title: t("机构", "Organisations"), About: t("机关、部门、居委会、支部、物业等，接单和登记都用它们", "Offices, committees, branches, firms: what orders and registers refer to"),
		Group: groupBasics, Read: access.OrgRead, Write: access.OrgWrite, open: (*Service).openOrgs}
}

func (s *Service) openOrgs(tx kernel.Tx, actor kernel.Actor, n *Names) (*Opened, error) {
	o := &Opened{Key: []string{"name", "place"}, Sheet: &kernel.Sheet{Columns: []kernel.Column{
		{Key: "name", Type: kernel.ColumnText, Name: t("名称", "Name"), Required: true, Max: 80},
		{Key: "kind", Type: kernel.ColumnChoice, Name: t("类别", "Kind"), Required: true, Choices: orgKinds},
		n.placeColumn("place", t("服务的地点", "Place served"), true),
		{Key: "parent", Type: kernel.ColumnText, Name: t("上级单位", "Above it"), Max: 120, Help: t("名称；可以是同一张表里的行", "Its name; may be a row of the same sheet")},
		{Key: "sectors", Type: kernel.ColumnText, Name: t("主管领域", "Sectors"), Help: t("派单用的领域代码，中间空格", "Codes for routing, spaces between")},
		{Key: "phone", Type: kernel.ColumnText, Name: t("公开电话", "Public telephone"), Max: 40},
	}}}
	o.Fill = func(v kernel.Values) error {
		if c := strings.Join(strings.Fields(v["sectors"]), " "); c != "" {
			v["sectors"] = c
		}
		if up, err := n.FindOrg(v["parent"]); err == nil && v["parent"] != "" {
			v["parent"] = n.Org(up.ID)
		}
		return nil
	}
	o.Name = func(v kernel.Values) string { return v["name"] }
	o.Under = func(v kernel.Values) string { return v["parent"] }
	o.Each = func(each func(Row) error) error {
		for _, x := range n.Orgs {
			row := Row{ID: x.ID, Path: x.Path, Values: trim(kernel.Values{"name": x.Name, "kind": string(x.Kind), "place": n.Place(x.Place), "sectors": strings.Join(x.Sectors, " "), "phone": x.Phone})}
			if x.Parent != "" {
				row.Values["parent"] = n.Org(x.Parent)
			}
			if err := each(row); err != nil {
				return err
			}
		}
		return nil
	}
	put := func(x *orgs.Org, act string, v kernel.Values) error {
		p, err := n.FindPlace(v["place"])
		if err != nil {
			return err
		}
		if err := may(tx, actor, access.OrgWrite, p.Path); err != nil {
			return err
		}
		x.Name, x.Kind, x.Place, x.Path, x.Phone, x.Sectors = v["name"], orgs.Kind(v["kind"]), p.ID, p.Path, v["phone"], strings.Fields(v["sectors"])
		x.Initials, x.Parent = territory.Initials(x.Name), ""
		if v["parent"] != "" {
			up, err := n.FindOrg(v["parent"])
			if err != nil || up.ID == x.ID {
				return kernel.Invalid("parent", t("没有叫“"+v["parent"]+"”的单位，请先登记它", "no organisation is called \""+v["parent"]+"\"; enter it first"))
			}
			for over, i := up, 0; over != nil && i < 64; over, i = n.org[over.Parent], i+1 {
				if over.ID == x.ID {
					return kernel.Invalid("parent", t("“"+up.Name+"”在它之下，不能又做它的上级", "\""+up.Name+"\" stands below it and cannot stand above it too"))
				}
			}
			x.Parent = up.ID
		}
		if err := s.Orgs.PutOrgs(tx, []*orgs.Org{x}); err != nil {
			return err
		}
		n.addOrg(x)
		return s.record(tx, actor, act, x.ID, map[string]any{"name": x.Name, "kind": string(x.Kind), "place": string(x.Place)}, nil)
	}
	o.Add = func(v kernel.Values) (kernel.ID, error) {
		x := &orgs.Org{ID: kernel.NewID(tx.Now())}
		return x.ID, put(x, "org.add", v)
	}
	o.Change = func(id kernel.ID, v kernel.Values) error {
		x := *n.org[id]
		if err := may(tx, actor, access.OrgWrite, x.Path); err != nil {
			return err
		}
		return put(&x, "org.change", v)
	}
	o.Remove = func(id kernel.ID) error {
		if err := may(tx, actor, access.OrgWrite, n.org[id].Path); err != nil {
			return err
		}
		return s.Repo.Remove(tx, "org", id)
	}
	o.Written = func() error { return s.Touch(tx) }
	return o, nil
}

// trim leaves out empty cells.
func trim(v kernel.Values) kernel.Values {
	for k, s := range v {
		if s == "" {
			delete(v, k)
		}
	}
	return v
}

func roleChoices() []kernel.Choice {
	names := map[kernel.Role]kernel.Text{kernel.GridWorker: t("网格员", "Grid worker"), kernel.CommunityClerk: t("社区工作者", "Community clerk"),
		kernel.UnitDispatcher: t("单位派单员", "Unit dispatcher"), kernel.Cadre: t("干部", "Cadre"), kernel.Supervisor: t("督办", "Supervisor"), kernel.Mediator: t("调解员", "Mediator"),
		kernel.Volunteer: t("志愿者", "Volunteer"), kernel.Planner: t("规划员", "Planner"), kernel.DistrictLeader: t("区领导", "District leader"), kernel.Auditor: t("审计员", "Auditor")}
	var out []kernel.Choice
	for _, r := range kernel.AllRoles { // administrators are appointed one by one
		if name, ok := names[r]; ok {
			out = append(out, kernel.Choice{Key: string(r), Name: name})
		}
	}
	return out
}

func holdingKind() Kind {
	return Kind{Key: "posts", table: "holding", Title: t("岗位", "Posts"), About: t("谁在哪个单位、哪个地方任什么岗", "Who holds which post, at which organisation and place"),
		Group: groupBasics, Read: access.AccountRead, Write: access.PostWrite, Personal: true, open: (*Service).openHoldings}
}

func personField(tx kernel.Tx, id kernel.ID, field string) vault.Field {
	return vault.Field{Tenant: tx.Tenant(), Table: "person", ID: id, Field: field}
}

func dayOf(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(kernel.Shanghai).Format(time.DateOnly)
}

func dayAt(cell string) time.Time {
	at, err := time.ParseInLocation(time.DateOnly, cell, kernel.Shanghai)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// holdings are the posts of a tenant with who holds them, in clear.
type holdings struct {
	s      *Service
	tx     kernel.Tx
	actor  kernel.Actor
	n      *Names
	list   []*orgs.Holding
	people map[kernel.ID]*orgs.Person
	name   map[kernel.ID]string
	phone  map[kernel.ID]string
	byNo   map[string]kernel.ID // by phone
	byID   map[kernel.ID]*orgs.Holding
	of     map[kernel.ID][]*orgs.Holding // by person
}

func (h *holdings) note(x *orgs.Holding) { h.byID[x.ID], h.of[x.Person] = x, append(h.of[x.Person], x) }

func (s *Service) openHoldings(tx kernel.Tx, actor kernel.Actor, n *Names) (*Opened, error) {
	h := &holdings{s: s, tx: tx, actor: actor, n: n, name: map[kernel.ID]string{}, phone: map[kernel.ID]string{}, byNo: map[string]kernel.ID{}, byID: map[kernel.ID]*orgs.Holding{}, of: map[kernel.ID][]*orgs.Holding{}}
	var err error
	if h.list, h.people, err = s.Orgs.Held(tx); err != nil {
		return nil, err
	}
	for _, x := range h.list {
		h.note(x)
	}
	for id, p := range h.people {
		if h.name[id], err = s.unseal(p.NameSealed, personField(tx, id, "name")); err != nil {
			return nil, err
		}
		if h.phone[id], err = s.unseal(p.PhoneSealed, personField(tx, id, "phone")); err != nil {
			return nil, err
		}
		if h.phone[id] != "" {
			h.byNo[h.phone[id]] = id
		}
	}
	day := func(key string, name kernel.Text) kernel.Column {
		return kernel.Column{Key: key, Type: kernel.ColumnDate, Name: name}
	}
	o := &Opened{Key: []string{"name", "phone", "title", "org", "place"}, Sheet: &kernel.Sheet{Columns: []kernel.Column{
		{Key: "name", Type: kernel.ColumnText, Name: t("姓名", "Name"), Required: true, Personal: true, Max: 40},
		{Key: "phone", Type: kernel.ColumnText, Name: t("手机", "Telephone"), Personal: true, Max: 40, Check: checkPhone, Help: t("同一个人有几个岗位时，凭号码认出是同一人", "By it somebody with several posts is known to be one person")},
		{Key: "title", Type: kernel.ColumnText, Name: t("岗位名称", "Post"), Required: true, Max: 60},
		{Key: "role", Type: kernel.ColumnChoice, Name: t("角色", "Role"), Required: true, Choices: roleChoices()},
		n.orgColumn("org", t("单位", "Organisation"), false), n.placeColumn("place", t("地点", "Place"), true),
		day("from", t("从哪天起", "From")), day("to", t("到哪天止", "Until")),
	}}}
	o.Fill = func(v kernel.Values) error { return nil }
	o.Each, o.Add, o.Change, o.Remove = h.each, h.add, h.change, h.remove
	return o, nil
}

// checkPhone reads a number; one that is masked stays as it is.
func checkPhone(cell string) (string, error) {
	if strings.ContainsRune(cell, '*') {
		return cell, nil
	}
	return vault.NormalisePhone("", cell)
}

func (s *Service) unseal(sealed string, at vault.Field) (string, error) {
	if sealed == "" {
		return "", nil
	}
	v, err := s.Sealer.OpenText(sealed, at)
	if err != nil {
		return "", kernel.Internal("open personal cell", err)
	}
	return v, nil
}

func (h *holdings) each(each func(Row) error) error {
	roles := map[kernel.Role]bool{}
	for _, c := range roleChoices() {
		roles[kernel.Role(c.Key)] = true
	}
	for _, x := range h.list {
		if !access.Decide(h.actor, access.AccountRead, access.Target{Tenant: h.tx.Tenant(), Path: x.Path}).Allow || !roles[x.Role] {
			continue
		}
		v := kernel.Values{"name": h.name[x.Person], "phone": h.phone[x.Person], "title": x.Title, "role": string(x.Role), "place": h.n.Place(x.Place), "from": dayOf(x.From), "to": dayOf(x.To)}
		if x.Org != "" {
			v["org"] = h.n.Org(x.Org)
		}
		if err := each(Row{ID: x.ID, Path: x.Path, Values: trim(v)}); err != nil {
			return err
		}
	}
	return nil
}

var sayOwnPost = t("不能给自己安排岗位，请另一位管理员办理", "nobody gives posts to themselves; ask another administrator")

func (h *holdings) add(v kernel.Values) (kernel.ID, error) {
	p, err := h.n.FindPlace(v["place"])
	if err != nil {
		return "", err
	}
	if err := may(h.tx, h.actor, access.PostWrite, p.Path); err != nil {
		return "", err
	}
	person, err := h.person(v)
	if err != nil {
		return "", err
	}
	if person == h.actor.Account {
		return "", kernel.Forbidden(sayOwnPost)
	}
	x := &orgs.Holding{ID: kernel.NewID(h.tx.Now()), Person: person, Title: v["title"], Role: kernel.Role(v["role"]), Org: h.n.orgID(v["org"]), Place: p.ID, Path: p.Path,
		Level: string(p.Kind.Level()), From: dayAt(v["from"]), To: dayAt(v["to"])}
	if x.From.IsZero() {
		x.From = h.tx.Now()
	}
	if err := h.check(x); err != nil {
		return "", err
	}
	if err := h.s.Orgs.PutHoldings(h.tx, []*orgs.Holding{x}); err != nil {
		return "", err
	}
	h.list = append(h.list, x)
	h.note(x)
	return x.ID, h.record("post_given", x)
}

func (h *holdings) record(act string, x *orgs.Holding) error {
	if err := h.s.record(h.tx, h.actor, act, x.Person, map[string]any{"post": string(x.ID), "role": string(x.Role), "org": string(x.Org), "place": string(x.Place)}, nil); err != nil {
		return err
	}
	return h.s.Told(h.tx, x.Person)
}

// check asks whether the posts of a person may stand together.
func (h *holdings) check(x *orgs.Holding) error {
	if !x.To.IsZero() && !x.To.After(x.From) {
		return kernel.Invalid("to", t("结束的日子要在开始之后", "the end must come after the beginning"))
	}
	posts := []kernel.Post{}
	for _, o := range h.of[x.Person] {
		if o.ID != x.ID {
			posts = append(posts, kernel.Post{Role: o.Role, Org: o.Org, Place: o.Place})
		}
	}
	err := access.ValidatePosts(append(posts, kernel.Post{Role: x.Role, Org: x.Org, Place: x.Place}))
	if e, ok := err.(*kernel.Error); ok { //nolint:errorlint // as it is given
		return kernel.Invalid(e.Field[strings.LastIndexByte(e.Field, '.')+1:], e.Say)
	}
	return err
}

// person finds who is meant by the number, or enters somebody new.
func (h *holdings) person(v kernel.Values) (kernel.ID, error) {
	if id := h.byNo[v["phone"]]; id != "" {
		if h.name[id] != v["name"] {
			return "", kernel.Invalid("name", t("这个号码登记的是另一个名字，请核对", "this number is that of another name; compare them"))
		}
		return id, nil
	}
	p := &orgs.Person{ID: kernel.NewID(h.tx.Now())}
	var err error
	if p.NameSealed, err = h.s.Sealer.SealText(v["name"], personField(h.tx, p.ID, "name")); err != nil {
		return "", err
	}
	if v["phone"] != "" {
		if p.PhoneSealed, err = h.s.Sealer.SealText(v["phone"], personField(h.tx, p.ID, "phone")); err != nil {
			return "", err
		}
		p.PhoneIndex = h.s.Index(h.tx.Tenant(), v["phone"])
		h.byNo[v["phone"]] = p.ID
	}
	h.name[p.ID], h.phone[p.ID], h.people[p.ID] = v["name"], v["phone"], p
	return p.ID, h.s.Orgs.PutPeople(h.tx, []*orgs.Person{p})
}

func (h *holdings) change(id kernel.ID, v kernel.Values) error {
	x := *h.byID[id]
	if err := may(h.tx, h.actor, access.PostWrite, x.Path); err != nil {
		return err
	}
	if x.Person == h.actor.Account {
		return kernel.Forbidden(sayOwnPost)
	}
	was := kernel.Values{"name": h.name[x.Person], "phone": h.phone[x.Person], "org": h.n.Org(x.Org), "place": h.n.Place(x.Place), "from": dayOf(x.From)}
	if x.Org == "" {
		was["org"] = ""
	}
	for _, k := range []string{"name", "phone", "org", "place", "from"} {
		if v[k] != was[k] {
			return kernel.Invalid(k, t("这一项不能改；请写明这个岗位到哪天止，再另起一行登记新的", "this stays as it is; say until when this post lasts, and enter the new one in a row of its own"))
		}
	}
	x.Title, x.Role, x.To = v["title"], kernel.Role(v["role"]), dayAt(v["to"])
	if err := h.check(&x); err != nil {
		return err
	}
	if err := h.s.Orgs.PutHoldings(h.tx, []*orgs.Holding{&x}); err != nil {
		return err
	}
	return h.record("post_changed", &x)
}

func (h *holdings) remove(id kernel.ID) error {
	x := h.byID[id]
	if err := may(h.tx, h.actor, access.PostWrite, x.Path); err != nil {
		return err
	}
	if err := h.s.Repo.Remove(h.tx, "holding", id); err != nil {
		return err
	}
	return h.record("post_ended", x)
}
