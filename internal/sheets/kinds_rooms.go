package sheets

import (
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/indicators"
	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
	"sanzhi/internal/works"
)

var groupRooms = t("活动、工程与指标", "Activities, works and targets")

func volunteerKind() Kind {
	return Kind{Key: "volunteers", Title: t("志愿者", "Volunteers"), About: t("登记的志愿者，姓名和手机加密", "Registered volunteers; names and numbers are sealed"),
		Group: groupRooms, Read: access.ActivityWrite, Write: access.ActivityWrite, Personal: true, open: (*Service).openVolunteers}
}

func (s *Service) openVolunteers(tx kernel.Tx, actor kernel.Actor, n *Names) (*Opened, error) {
	o := &Opened{Key: []string{"phone"}, Sheet: &kernel.Sheet{Columns: []kernel.Column{
		{Key: "name", Type: kernel.ColumnText, Name: t("姓名", "Name"), Required: true, Personal: true, Max: 40},
		{Key: "phone", Type: kernel.ColumnText, Name: t("手机", "Telephone"), Required: true, Personal: true, Max: 40, Check: checkPhone},
		n.placeColumn("place", t("在哪里登记", "Registered at"), true),
		{Key: "skills", Type: kernel.ColumnText, Name: t("技能", "Skills"), Help: t("一项一个词，中间空格，最多 20 项", "One word each, spaces between, 20 at most")},
		{Key: "most", Type: kernel.ColumnInteger, Name: t("每月最多几班", "Shifts a month at most")},
	}}}
	o.Fill = func(kernel.Values) error { return nil }
	field := func(id kernel.ID, f string) vault.Field {
		return vault.Field{Tenant: tx.Tenant(), Table: "activity_person", ID: id, Field: f}
	}
	people := map[kernel.ID]*activities.Person{}
	o.Each = func(each func(Row) error) error {
		page := kernel.Page{Limit: pageOf}
		for {
			l, next, err := s.Activities.PersonList(tx, actor, activities.VolunteerKind, page)
			if err != nil {
				return err
			}
			for _, p := range l {
				name, err := s.unseal(p.NameSealed, field(p.ID, "name"))
				if err != nil {
					return err
				}
				phone, err := s.unseal(p.PhoneSealed, field(p.ID, "phone"))
				if err != nil {
					return err
				}
				if name == "" {
					name = p.Shown
				}
				people[p.ID] = p
				if err := each(Row{ID: p.ID, Path: p.Path, Values: trim(kernel.Values{"name": name, "phone": phone, "place": n.PlaceAt(p.Path), "skills": strings.Join(p.Skills, " "), "most": count(p.Most)})}); err != nil {
					return err
				}
			}
			if next == "" {
				return nil
			}
			page.After = next
		}
	}
	o.Add = func(v kernel.Values) (kernel.ID, error) {
		most, _ := strconv.Atoi(v["most"])
		p := &activities.Person{Kind: activities.VolunteerKind, Skills: strings.Fields(v["skills"]), Most: most}
		err := s.Activities.Register(tx, actor, n.placeID(v["place"]), p, activities.Contact{Name: v["name"], Phone: v["phone"]})
		return p.ID, err
	}
	o.Change = func(id kernel.ID, v kernel.Values) error {
		p := people[id]
		name, err := s.unseal(p.NameSealed, field(id, "name"))
		if err != nil {
			return err
		}
		phone, err := s.unseal(p.PhoneSealed, field(id, "phone"))
		if err != nil {
			return err
		}
		for _, c := range []struct{ key, was string }{{"name", name}, {"phone", phone}, {"place", n.PlaceAt(p.Path)}} {
			if v[c.key] != c.was && c.was != "" {
				return kernel.Invalid(c.key, t("姓名、手机和登记地由本人更正，表里只能改技能和班次", "name, number and place are corrected by the person; the sheet changes skills and shifts only"))
			}
		}
		most, _ := strconv.Atoi(v["most"])
		x := *p
		x.Skills, x.Most = strings.Fields(v["skills"]), most
		_, err = s.Activities.ChangePerson(tx, actor, id, &x)
		return err
	}
	o.Remove = func(id kernel.ID) error { return s.Repo.Remove(tx, "activity_person", id) }
	return o, nil
}

func optionsOf[T ~string](l works.Options[T]) []kernel.Choice {
	out := make([]kernel.Choice, len(l))
	for i, o := range l {
		out[i] = kernel.Choice{Key: string(o.ID), Name: o.Name}
	}
	return out
}

func workKind() Kind {
	return Kind{Key: "works", Title: t("工程", "Works"), About: t("工程一行一项；清单和照片在工程页面上加", "One row for each; bills and photos are added on its page"),
		Group: groupRooms, Read: access.WorkRead, Write: access.WorkWrite, open: (*Service).openWorks}
}

func (s *Service) openWorks(tx kernel.Tx, actor kernel.Actor, n *Names) (*Opened, error) {
	o := &Opened{Key: []string{"name", "place"}, Sheet: &kernel.Sheet{Columns: []kernel.Column{
		{Key: "name", Type: kernel.ColumnText, Name: t("名称", "Name"), Required: true, Max: 80},
		{Key: "kind", Type: kernel.ColumnChoice, Name: t("类别", "Kind"), Required: true, Choices: optionsOf(works.Kinds)},
		n.placeColumn("place", t("地点", "Place"), true), n.orgColumn("host", t("责任单位", "Responsible"), false),
		{Key: "state", Type: kernel.ColumnChoice, Name: t("进展", "State"), Required: true, Choices: optionsOf(works.States)},
		{Key: "done", Type: kernel.ColumnDate, Name: t("建成日期", "Done on"), Help: t("建成的填", "For those that are built")},
		{Key: "address", Type: kernel.ColumnText, Name: t("位置", "Where")}, {Key: "summary", Type: kernel.ColumnLong, Name: t("简介", "Summary"), Max: 1000},
		{Key: "source", Type: kernel.ColumnText, Name: t("来源", "Source")},
	}}}
	list := map[kernel.ID]*works.Project{}
	o.Fill = func(kernel.Values) error { return nil }
	o.Each = func(each func(Row) error) error {
		q := works.Query{Page: kernel.Page{Limit: pageOf}}
		for {
			l, next, err := s.Works.List(tx, actor, q)
			if err != nil {
				return err
			}
			for _, p := range l {
				list[p.ID] = p
				if err := each(workRow(n, p)); err != nil {
					return err
				}
			}
			if next == "" {
				return nil
			}
			q.Page.After = next
		}
	}
	draft := func(b works.Body, v kernel.Values) works.Draft {
		b.Summary, b.Address, b.Source = v["summary"], v["address"], v["source"]
		return works.Draft{Kind: works.Kind(v["kind"]), Name: v["name"], Place: n.placeID(v["place"]), Host: n.orgID(v["host"]), Body: b}
	}
	o.Add = func(v kernel.Values) (kernel.ID, error) {
		b := works.Body{Stages: []works.Stage{{Name: "建设", State: works.State(v["state"]), Done: dayAt(v["done"])}}}
		p, err := s.Works.Create(tx, actor, draft(b, v))
		if err != nil {
			return "", err
		}
		return p.ID, nil
	}
	o.Change = func(id kernel.ID, v kernel.Values) error {
		p, err := s.Works.Read(tx, actor, id)
		if err != nil {
			return err
		}
		was := workRow(n, p).Values
		b := p.Body
		if v["state"] != was["state"] || v["done"] != was["done"] {
			if len(b.Stages) > 1 {
				return kernel.Invalid("state", t("这项工程分几个阶段，进展请到它的页面上改", "this work has several stages; change its state on its page"))
			}
			b.Stages = []works.Stage{{Name: "建设"}}
			if len(p.Body.Stages) == 1 {
				b.Stages[0] = p.Body.Stages[0]
			}
			b.Stages[0].State, b.Stages[0].Done = works.State(v["state"]), dayAt(v["done"])
		}
		d := draft(b, v)
		d.Lon, d.Lat, d.Programme = p.Lon, p.Lat, p.Programme
		_, err = s.Works.Change(tx, actor, id, p.Version, d)
		return err
	}
	o.Remove = func(id kernel.ID) error { return s.Repo.Remove(tx, "work_project", id) }
	return o, nil
}

func workRow(n *Names, p *works.Project) Row {
	v := kernel.Values{"name": p.Name, "kind": string(p.Kind), "place": n.Place(p.Place), "state": string(p.State), "address": p.Body.Address, "summary": p.Body.Summary, "source": p.Body.Source}
	if p.Host != "" {
		v["host"] = n.Org(p.Host)
	}
	if len(p.Body.Stages) == 1 {
		v["done"] = dayOf(p.Body.Stages[0].Done)
	}
	return Row{ID: p.ID, Path: p.Path, Mark: strconv.Itoa(p.Version), Values: trim(v)}
}

func targetKind() Kind {
	return Kind{Key: "targets", Title: t("目标", "Targets"), About: t("哪个单位、哪个时期、哪项指标要达到多少；设定以后只能加，不能改", "Who is to reach how much of what, and by when; they are added, never changed"),
		Group: groupRooms, Read: access.IndicatorRead, Write: access.IndicatorWrite, open: (*Service).openTargets}
}

func (s *Service) openTargets(tx kernel.Tx, actor kernel.Actor, n *Names) (*Opened, error) {
	defs := map[string]*indicators.Def{}
	var choices []kernel.Choice
	page := kernel.Page{Limit: pageOf}
	for {
		l, next, err := s.Targets.Repo.Defs(tx, page)
		if err != nil {
			return nil, err
		}
		for _, d := range l {
			defs[d.ID] = d
			choices = append(choices, kernel.Choice{Key: d.ID, Name: d.Name})
		}
		if next == "" {
			break
		}
		page.After = next
	}
	o := &Opened{Key: []string{"def", "holder", "period"}, Sheet: &kernel.Sheet{Columns: []kernel.Column{
		{Key: "def", Type: kernel.ColumnChoice, Name: t("指标", "Indicator"), Required: true, Choices: choices},
		n.orgColumn("holder", t("单位", "Organisation"), true),
		{Key: "period", Type: kernel.ColumnText, Name: t("时期", "Period"), Required: true, Help: t("写成 2023、2023Q1 或 2023-03", "Such as 2023, 2023Q1 or 2023-03"), Check: func(cell string) (string, error) {
			p, err := indicators.ParsePeriod("", cell)
			return p.Label, err
		}},
		{Key: "amount", Type: kernel.ColumnText, Name: t("目标值", "Target"), Required: true}, {Key: "weight", Type: kernel.ColumnInteger, Name: t("权重", "Weight")},
	}}}
	o.Fill = func(v kernel.Values) error {
		d := defs[v["def"]]
		if d == nil {
			return nil
		}
		a, err := indicators.ParseAmount("amount", v["amount"], d.Places)
		if err == nil {
			v["amount"] = indicators.FormatAmount(a, d.Places)
		}
		return err
	}
	o.Each = func(each func(Row) error) error {
		q := indicators.TargetQuery{Scope: access.ScopeOf(actor, access.IndicatorRead), Page: kernel.Page{Limit: pageOf}}
		for {
			l, next, err := s.Targets.Repo.Roots(tx, q)
			if err != nil {
				return err
			}
			for _, x := range l {
				d := defs[x.Def]
				if x.Parent != "" || d == nil {
					continue
				}
				if err := each(Row{ID: x.ID, Path: x.Path, Mark: strconv.Itoa(x.Version), Values: trim(kernel.Values{"def": x.Def, "holder": n.Org(x.Holder), "period": x.Period.Label,
					"amount": indicators.FormatAmount(x.Amount, d.Places), "weight": count(x.Weight)})}); err != nil {
					return err
				}
			}
			if next == "" {
				return nil
			}
			q.Page.After = next
		}
	}
	o.Add = func(v kernel.Values) (kernel.ID, error) {
		weight, _ := strconv.Atoi(v["weight"])
		x, err := s.Targets.Set(tx, actor, indicators.TargetDraft{Def: v["def"], Holder: n.orgID(v["holder"]), Period: v["period"], Amount: v["amount"], Weight: weight})
		if err != nil {
			return "", err
		}
		return x.ID, nil
	}
	o.Remove = func(id kernel.ID) error { return s.Repo.Remove(tx, "indicator_target", id) }
	return o, nil
}

func activityKind() Kind {
	return Kind{Key: "activities", Title: t("活动", "Activities"), About: t("导入的活动先是草稿，核对以后再公布", "What is brought in is a draft until it is announced"),
		Group: groupRooms, Read: access.ActivityRead, Write: access.ActivityWrite, open: (*Service).openActivities}
}

const minute = "2006-01-02 15:04"

// minuteHelp marks the columns that hold a day with its time, which Excel keeps as a number.
var minuteHelp = t("日期和时间，例如 2023-04-28 09:00", "Day and time, such as 2023-04-28 09:00")

// checkMinute reads a day with its time.
func checkMinute(cell string) (string, error) {
	s := strings.NewReplacer("年", "-", "月", "-", "日", " ", "/", "-", "T", " ", "：", ":").Replace(cell)
	for _, layout := range []string{"2006-1-2 15:4", "2006-1-2 15:04", "2006-1-2 15:04:05"} {
		if at, err := time.ParseInLocation(layout, strings.Join(strings.Fields(s), " "), kernel.Shanghai); err == nil && at.Year() > 1990 && at.Year() < 2200 {
			return at.Format(minute), nil
		}
	}
	return "", kernel.Invalid("", t("请填日期和时间，例如 2023-04-28 09:00", "give day and time, such as 2023-04-28 09:00"))
}

func minuteAt(cell string) time.Time {
	at, err := time.ParseInLocation(minute, cell, kernel.Shanghai)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

func (s *Service) openActivities(tx kernel.Tx, actor kernel.Actor, n *Names) (*Opened, error) {
	programmes, err := s.Activities.Programmes(tx)
	if err != nil {
		return nil, err
	}
	var ps, forms []kernel.Choice
	seen := map[string]bool{}
	for _, p := range programmes {
		if !p.Labour {
			ps = append(ps, kernel.Choice{Key: p.ID, Name: p.Title})
		}
		for _, f := range p.Forms {
			if !seen[f.ID] {
				forms = append(forms, kernel.Choice{Key: f.ID, Name: f.Title})
			}
			seen[f.ID] = true
		}
	}
	o := &Opened{Key: []string{"title", "place", "from"}, Sheet: &kernel.Sheet{Columns: []kernel.Column{
		{Key: "title", Type: kernel.ColumnText, Name: t("名称", "Title"), Required: true, Max: 80},
		{Key: "programme", Type: kernel.ColumnChoice, Name: t("项目", "Programme"), Required: true, Choices: ps},
		{Key: "form", Type: kernel.ColumnChoice, Name: t("形式", "Form"), Choices: forms},
		n.placeColumn("place", t("地点", "Place"), true), n.orgColumn("host", t("主办", "Host"), false),
		{Key: "from", Type: kernel.ColumnText, Name: t("开始", "Begins"), Required: true, Check: checkMinute, Help: minuteHelp},
		{Key: "to", Type: kernel.ColumnText, Name: t("结束", "Ends"), Required: true, Check: checkMinute, Help: minuteHelp},
		{Key: "spot", Type: kernel.ColumnText, Name: t("具体在哪", "Where exactly")}, {Key: "about", Type: kernel.ColumnLong, Name: t("做什么", "What it is"), Max: 4000},
	}}}
	o.Fill = func(v kernel.Values) error {
		if v["spot"] == "" {
			if p, err := n.FindPlace(v["place"]); err == nil {
				v["spot"] = p.Name
			}
		}
		return nil
	}
	labour := map[string]bool{}
	for _, p := range programmes {
		labour[p.ID] = p.Labour
	}
	o.Each = func(each func(Row) error) error {
		page := kernel.Page{Limit: pageOf}
		for {
			l, next, err := s.Activities.Repo.List(tx, activities.Query{Drafts: access.ScopeOf(actor, access.ActivityWrite)}, page)
			if err != nil {
				return err
			}
			for _, a := range l {
				if labour[a.Programme] {
					continue
				}
				v := kernel.Values{"title": a.Title, "programme": a.Programme, "form": a.Form, "place": n.Place(a.Place), "from": a.From.In(kernel.Shanghai).Format(minute),
					"to": a.To.In(kernel.Shanghai).Format(minute), "spot": a.Spot, "about": a.About}
				if a.Host != "" {
					v["host"] = n.Org(a.Host)
				}
				if err := each(Row{ID: a.ID, Path: a.Path, Mark: strconv.Itoa(a.Version) + " " + string(a.Stage), Values: trim(v)}); err != nil {
					return err
				}
			}
			if next == "" {
				return nil
			}
			page.After = next
		}
	}
	fill := func(a *activities.Activity, v kernel.Values) {
		a.Title, a.Programme, a.Form, a.Place, a.Host = v["title"], v["programme"], v["form"], n.placeID(v["place"]), n.orgID(v["host"])
		a.From, a.To, a.Spot, a.About = minuteAt(v["from"]), minuteAt(v["to"]), v["spot"], v["about"]
	}
	o.Add = func(v kernel.Values) (kernel.ID, error) {
		a := &activities.Activity{}
		fill(a, v)
		for _, p := range programmes {
			if p.ID == a.Programme {
				a.Service = p.Service
			}
		}
		_, err := s.Activities.Create(tx, actor, a)
		return a.ID, err
	}
	o.Change = func(id kernel.ID, v kernel.Values) error {
		a, err := s.Activities.Read(tx, actor, id)
		if err != nil {
			return err
		}
		x := *a
		fill(&x, v)
		if x.Place != a.Place {
			x.Venue = ""
		}
		_, _, err = s.Activities.Edit(tx, actor, id, a.Version, &x)
		return err
	}
	o.Remove = func(id kernel.ID) error { return s.Repo.Remove(tx, "activity", id) }
	return o, nil
}
