package sheets

import (
	"slices"
	"strconv"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
	"sanzhi/internal/works"
)

var groupRooms = t("活动、工程与指标", "Activities, works and targets")

func volunteerKind() Kind {
	return Kind{Key: "volunteers", table: "activity_person", Title: t("志愿者", "Volunteers"), About: t("登记的志愿者，姓名和手机加密", "Registered volunteers; names and numbers are sealed"),
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
	o.Fill = func(v kernel.Values) error {
		if l := strings.Fields(v["skills"]); len(l) > 0 {
			v["skills"] = strings.Join(slices.Compact(slices.Sorted(slices.Values(l))), " ")
		}
		noZero(v, "most")
		return nil
	}
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
	return Kind{Key: "works", table: "work_project", Title: t("工程", "Works"), About: t("工程一行一项；清单和照片在工程页面上加", "One row for each; bills and photos are added on its page"),
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

// noZero leaves out numbers for which none and 0 are the same.
func noZero(v kernel.Values, keys ...string) {
	for _, k := range keys {
		if v[k] == "0" {
			delete(v, k)
		}
	}
}
