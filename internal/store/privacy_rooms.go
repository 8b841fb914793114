package store

import (
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/privacy"
	"sanzhi/internal/registers"
	"sanzhi/internal/rounds"
	"sanzhi/internal/vault"
)

// PrivacySources are the rooms of the store that keep something about people.
func PrivacySources(of PrivacyCases) []privacy.Source {
	return []privacy.Source{PrivacyAccounts{Sealer: of.Sealer}, of, PrivacyActivities{of.Sealer}, PrivacyRounds{of.Sealer}, PrivacyRegisters{of.Sealer}}
}

// PrivacyLooks tells who looked: cases keep it in a table of their own, care visits, registers and looks at the counter in the ledger alone.
type PrivacyLooks struct {
	PrivacyCases

	Log *ledger.Log
}

var _ privacy.Looks = PrivacyLooks{}

// LooksAt implements privacy.Looks.
func (p PrivacyLooks) LooksAt(k kernel.Tx, s privacy.Subject) ([]privacy.Look, error) {
	act := map[privacy.SubjectKind]string{privacy.OfCare: "care_unmasked", privacy.OfEntry: "register.reveal"}[s.Kind]
	out, err := p.PrivacyCases.LooksAt(k, s)
	if err != nil {
		return nil, err
	}
	rows, err := p.Log.OfObject(k, s.ID)
	for _, r := range slices.Backward(rows) {
		if r.Act != act && r.Act != privacy.ActOpened {
			continue
		}
		said, err := p.Log.Personal(on(k).tenant, r)
		if err != nil {
			return nil, err
		}
		who, _ := said["who"].(string)
		reason, _ := said["reason"].(string)
		out = append(out, privacy.Look{At: r.At, Who: who, Reason: reason, Object: s.ID})
	}
	return out, err
}

// pathOfRoom gives where what is known by a sign-up, a care visit or an entry lies.
func pathOfRoom(k kernel.Tx, s privacy.Subject) (p kernel.Path, err error) {
	from := map[privacy.SubjectKind]string{
		privacy.OfSignup: "activity_signup x JOIN activity y ON y.tenant = x.tenant AND y.id = x.activity",
		privacy.OfPerson: "activity_person y", privacy.OfCare: "round_care y", privacy.OfEntry: "register_entry y"}[s.Kind]
	id := "y"
	if s.Kind == privacy.OfSignup {
		id = "x"
	}
	err = on(k).QueryRow("SELECT y.path FROM "+from+" WHERE "+id+".tenant = $1 AND "+id+".id = $2", string(on(k).tenant), string(s.ID)).Scan(&p)
	return p, notFound(err, kernel.T("没有找到，或者您无权查看", "not found, or not yours to see"))
}

// keptItem makes an item of a column; its clock began at the instant, if there is one.
func keptItem(field, value string, label kernel.Text, mask privacy.Mask, object kernel.ID, months func(string) int, began time.Time) privacy.Item {
	p, _ := privacy.PurposeOf(field)
	i := privacy.Item{Field: field, Label: label, Value: value, Purpose: p.ID, Object: object, Mask: mask}
	if n := months(p.ID); n > 0 && !began.IsZero() {
		i.Until = began.AddDate(0, n, 0)
	}
	return i
}

// unsealed opens a value; an empty one stays empty.
func unsealed(s *vault.Sealer, sealed string, f vault.Field) (string, error) {
	if sealed == "" {
		return "", nil
	}
	v, err := s.OpenText(sealed, f)
	if err != nil {
		return "", kernel.Internal("open "+f.Table+"."+f.Field, err)
	}
	return v, nil
}

func filled(l []privacy.Item) []privacy.Item {
	return slices.DeleteFunc(l, func(i privacy.Item) bool { return i.Value == "" })
}

// PrivacyActivities tells what activities keep about who signed up, by account or by the code of a sign-up, and about who is registered as a
// volunteer or worker under the same account or telephone.
type PrivacyActivities struct{ Sealer *vault.Sealer }

var _ privacy.Source = PrivacyActivities{}

// of gives the subject as sign-ups know it; empty when it is of another room. Only the sign-up whose code is held is opened by it.
func (p PrivacyActivities) of(k kernel.Tx, s privacy.Subject) (who string, l []*activities.Signup, err error) {
	switch s.Kind {
	case privacy.OfAccount:
		who = "account:" + string(s.ID)
		l, _, err = Activities{}.OfPerson(k, who, kernel.Page{Limit: 500})
		return who, l, err
	case privacy.OfSignup:
		x, err := Activities{}.Signup(k, s.ID)
		if err != nil {
			return "", nil, err
		}
		return x.Who, []*activities.Signup{x}, nil
	case privacy.OfPerson:
		x, err := Activities{}.PersonByID(k, s.ID)
		if err != nil {
			return "", nil, err
		}
		return x.Who, nil, nil
	default:
		return "", nil, nil
	}
}

func (p PrivacyActivities) contact(k kernel.Tx, x *activities.Signup) (c activities.Contact, err error) {
	b, err := unsealed(p.Sealer, x.Contact, vault.Field{Tenant: on(k).tenant, Table: "activity_signup", ID: x.ID, Field: "contact"})
	if err != nil || b == "" {
		return c, err
	}
	return c, json.Unmarshal([]byte(b), &c)
}

// Kept implements privacy.Source.
func (p PrivacyActivities) Kept(k kernel.Tx, s privacy.Subject, months func(string) int) (out []privacy.Item, err error) {
	who, l, err := p.of(k, s)
	if err != nil || who == "" {
		return nil, err
	}
	for _, x := range l {
		c, err := p.contact(k, x)
		if err != nil {
			return nil, err
		}
		a, err := Activities{}.Activity(k, x.Activity)
		if err != nil {
			return nil, err
		}
		out = append(out, keptItem("activity_signup.shown", a.Title, kernel.T("报名的活动", "Signed up for"), privacy.MaskNone, x.ID, months, a.To),
			keptItem("activity_signup.contact", c.Name, kernel.T("报名：称呼", "Sign-up: name"), privacy.MaskName, x.ID, months, a.To),
			keptItem("activity_signup.contact", c.Phone, kernel.T("报名：电话", "Sign-up: telephone"), privacy.MaskPhone, x.ID, months, a.To))
	}
	person, err := Activities{}.ByWho(k, who)
	if err != nil || person == nil {
		return filled(out), err
	}
	for _, f := range []struct {
		name, sealed string
		label        kernel.Text
		mask         privacy.Mask
	}{{"name", person.NameSealed, kernel.T("登记：姓名", "Registration: name"), privacy.MaskName}, {"phone", person.PhoneSealed, kernel.T("登记：电话", "Registration: telephone"), privacy.MaskPhone}} {
		v, err := unsealed(p.Sealer, f.sealed, vault.Field{Tenant: on(k).tenant, Table: "activity_person", ID: person.ID, Field: f.name})
		if err != nil {
			return nil, err
		}
		out = append(out, keptItem("activity_person."+f.name, v, f.label, f.mask, person.ID, months, time.Time{}))
	}
	out = append(out, keptItem("activity_person.shown", person.Number, kernel.T("登记：编号", "Registration: number"), privacy.MaskNone, person.ID, months, time.Time{}))
	rows, err := on(k).Query("SELECT id, number FROM volunteer_certificate WHERE tenant = $1 AND who = $2 ORDER BY id LIMIT 200", string(on(k).tenant), who)
	certs, err := scanAll(rows, err, func(r *sql.Rows) (c activities.Certificate, err error) { return c, r.Scan(&c.ID, &c.Number) })
	for _, c := range certs {
		out = append(out, keptItem("volunteer_certificate.body", c.Number, kernel.T("志愿服务证明", "Certificate of service"), privacy.MaskNone, c.ID, months, time.Time{}))
	}
	return filled(out), err
}

// Correct implements privacy.Source: the contact of a sign-up, and the registration.
func (p PrivacyActivities) Correct(k kernel.Tx, s privacy.Subject, changes map[string]string) (knew []string, err error) {
	who, l, err := p.of(k, s)
	if err != nil || who == "" {
		return nil, err
	}
	t := on(k).tenant
	known := map[string]bool{}
	for _, x := range l {
		if x.Contact == "" {
			continue
		}
		c, err := p.contact(k, x)
		if err != nil {
			return nil, err
		}
		for f, into := range map[string]*string{"name": &c.Name, "phone": &c.Phone} {
			if v := changes[f]; v != "" {
				*into, known[f] = v, true
			}
		}
		sealed, err := p.Sealer.SealText(text(c), vault.Field{Tenant: t, Table: "activity_signup", ID: x.ID, Field: "contact"})
		if err != nil {
			return nil, err
		}
		if _, err := on(k).Exec("UPDATE activity_signup SET contact = $1, shown = $2 WHERE tenant = $3 AND id = $4", sealed, vault.MaskName(c.Name), string(t), string(x.ID)); err != nil {
			return nil, err
		}
	}
	person, err := Activities{}.ByWho(k, who)
	if err != nil {
		return nil, err
	}
	for _, f := range []string{"name", "phone"} {
		v := changes[f]
		if v == "" || person == nil || f == "name" && person.NameSealed == "" || f == "phone" && person.PhoneSealed == "" {
			continue
		}
		sealed, err := p.Sealer.SealText(v, vault.Field{Tenant: t, Table: "activity_person", ID: person.ID, Field: f})
		if err != nil {
			return nil, err
		}
		query := "UPDATE activity_person SET phone = $1 WHERE tenant = $2 AND id = $3 AND $4 <> ''"
		if f == "name" {
			query = "UPDATE activity_person SET name = $1, shown = $4 WHERE tenant = $2 AND id = $3"
		}
		if _, err := on(k).Exec(query, sealed, string(t), string(person.ID), vault.MaskName(v)); err != nil {
			return nil, err
		}
		known[f] = true
	}
	if s.Kind == privacy.OfAccount { // whose own name and telephone answer for these
		return nil, nil
	}
	return slices.Sorted(maps.Keys(known)), nil
}

// Withdraw implements privacy.Source: how to reach who signed up goes at once, the place stays theirs.
func (p PrivacyActivities) Withdraw(k kernel.Tx, s privacy.Subject) (int, error) {
	_, l, err := p.of(k, s)
	n := 0
	for _, x := range l {
		m, err := on(k).Exec("UPDATE activity_signup SET contact = '' WHERE tenant = $1 AND id = $2 AND contact <> ''", string(on(k).tenant), string(x.ID))
		if err != nil {
			return n, err
		}
		n += int(m)
	}
	return n, err
}

// Erase implements privacy.Source: who signed up has no name any more, who is registered leaves the register. Sessions keep their counts.
func (p PrivacyActivities) Erase(k kernel.Tx, s privacy.Subject) (int, error) {
	who, _, err := p.of(k, s)
	if err != nil || who == "" {
		return 0, err
	}
	t, n := string(on(k).tenant), 0
	for _, q := range []struct {
		text string
		args []any
	}{
		{"UPDATE activity_signup SET contact = '', shown = '*', account = '' WHERE tenant = $1 AND who = $2 AND (contact <> '' OR shown <> '*' OR account <> '')", []any{t, who}},
		{"UPDATE team_member SET to_at = $3 WHERE tenant = $1 AND to_at = 0 AND person IN (SELECT id FROM activity_person WHERE tenant = $1 AND who = $2)", []any{t, who, ms(on(k).now)}},
		{"UPDATE activity_person SET name = '', phone = '', shown = '*', account = '', skills = '', windows = '' WHERE tenant = $1 AND who = $2", []any{t, who}},
		{"DELETE FROM volunteer_certificate WHERE tenant = $1 AND who = $2", []any{t, who}},
	} {
		m, err := on(k).Exec(q.text, q.args...)
		if err != nil {
			return n, err
		}
		n += int(m)
	}
	return n, nil
}

// PrivacyRounds tells what is kept about somebody who agreed to be visited.
type PrivacyRounds struct{ Sealer *vault.Sealer }

var _ privacy.Source = PrivacyRounds{}

func (p PrivacyRounds) field(k kernel.Tx, id kernel.ID, name string) vault.Field {
	return vault.Field{Tenant: on(k).tenant, Table: "round_care", ID: id, Field: name}
}

// Kept implements privacy.Source.
func (p PrivacyRounds) Kept(k kernel.Tx, s privacy.Subject, months func(string) int) (out []privacy.Item, err error) {
	if s.Kind != privacy.OfCare {
		return nil, nil
	}
	c, err := Rounds{}.Care(k, s.ID)
	if err != nil {
		return nil, err
	}
	for _, f := range []struct {
		name, sealed string
		label        kernel.Text
		mask         privacy.Mask
	}{{"name", c.Name, kernel.T("称呼", "Name"), privacy.MaskName}, {"phone", c.Phone, kernel.T("电话", "Telephone"), privacy.MaskPhone},
		{"address", c.Address, kernel.T("地址", "Address"), privacy.MaskAddress}} {
		v, err := unsealed(p.Sealer, f.sealed, p.field(k, c.ID, f.name))
		if err != nil {
			return nil, err
		}
		out = append(out, keptItem("round_care."+f.name, v, f.label, f.mask, c.ID, months, time.Time{}))
	}
	rows, err := on(k).Query(`SELECT r.duty, r.at, r.notes FROM round_result r JOIN round_duty d ON d.tenant = r.tenant AND d.id = r.duty
		WHERE r.tenant = $1 AND d.target = $2 AND r.notes <> '' ORDER BY r.at LIMIT 500`, string(on(k).tenant), string(c.ID))
	notes, err := scanAll(rows, err, func(r *sql.Rows) (x rounds.Result, err error) {
		var when int64
		err = r.Scan(&x.Duty, &when, &x.Notes)
		x.At = at(when)
		return x, err
	})
	for _, n := range notes {
		v, err := unsealed(p.Sealer, n.Notes, vault.Field{Tenant: on(k).tenant, Table: "round_result", ID: n.Duty, Field: "notes"})
		if err != nil {
			return nil, err
		}
		said := map[string]string{}
		if err := json.Unmarshal([]byte(v), &said); err != nil {
			return nil, err
		}
		for _, key := range sortedKeys(said) {
			out = append(out, keptItem("round_result.notes", said[key], kernel.T("走访记的话", "Note of a visit"), privacy.MaskWhole, n.Duty, months, n.At))
		}
	}
	return filled(out), err
}

// Correct implements privacy.Source.
func (p PrivacyRounds) Correct(k kernel.Tx, s privacy.Subject, changes map[string]string) (knew []string, err error) {
	if s.Kind != privacy.OfCare {
		return nil, nil
	}
	for f, query := range map[string]string{"name": "UPDATE round_care SET name = $1 WHERE tenant = $2 AND id = $3 AND ended_at = 0",
		"phone":   "UPDATE round_care SET phone = $1 WHERE tenant = $2 AND id = $3 AND ended_at = 0",
		"address": "UPDATE round_care SET address = $1 WHERE tenant = $2 AND id = $3 AND ended_at = 0"} {
		if changes[f] == "" {
			continue
		}
		if err := rounds.CareText(f, changes[f]); err != nil {
			return nil, err
		}
		sealed, err := p.Sealer.SealText(changes[f], p.field(k, s.ID, f))
		if err != nil {
			return nil, err
		}
		ok, err := one(k, query, sealed, string(on(k).tenant), string(s.ID))
		if err != nil {
			return nil, err
		}
		if ok {
			knew = append(knew, f)
		}
	}
	return knew, nil
}

// Withdraw implements privacy.Source: the visits stop, and all that was kept is gone.
func (p PrivacyRounds) Withdraw(k kernel.Tx, s privacy.Subject) (int, error) {
	if s.Kind != privacy.OfCare {
		return 0, nil
	}
	ok, err := Rounds{}.Withdraw(k, s.ID)
	if err != nil {
		return 0, err
	}
	_, err = Privacy{}.ErasePersonal(k, s.ID)
	if ok {
		return 1, err
	}
	return 0, err
}

// Erase implements privacy.Source.
func (p PrivacyRounds) Erase(k kernel.Tx, s privacy.Subject) (int, error) { return p.Withdraw(k, s) }

// PrivacyRegisters tells what an entry of a register keeps sealed: names, and the doors of households.
type PrivacyRegisters struct{ Sealer *vault.Sealer }

var _ privacy.Source = PrivacyRegisters{}

func (p PrivacyRegisters) names(k kernel.Tx, e *registers.Entry) (map[string]string, error) {
	kept := map[string]string{}
	v, err := unsealed(p.Sealer, e.Sealed, vault.Field{Tenant: on(k).tenant, Table: "register_entry", ID: e.ID, Field: "personal"})
	if err != nil || v == "" {
		return kept, err
	}
	return kept, json.Unmarshal([]byte(v), &kept)
}

func (p PrivacyRegisters) door(k kernel.Tx, id kernel.ID) vault.Field {
	return vault.Field{Tenant: on(k).tenant, Table: "register_link", ID: id, Field: "door"}
}

// Kept implements privacy.Source.
func (p PrivacyRegisters) Kept(k kernel.Tx, s privacy.Subject, months func(string) int) (out []privacy.Item, err error) {
	if s.Kind != privacy.OfEntry {
		return nil, nil
	}
	e, err := Registers{}.Get(k, s.ID)
	if err != nil {
		return nil, err
	}
	ended := time.Time{}
	if e.State == registers.Ended {
		ended = e.StateAt
	}
	kept, err := p.names(k, e)
	if err != nil {
		return nil, err
	}
	for _, key := range sortedKeys(kept) {
		out = append(out, keptItem("register_entry.sealed", kept[key], kernel.T("登记里的名字", "Name in the register"), privacy.MaskName, e.ID, months, ended))
	}
	links, err := Registers{}.Links(k, []kernel.ID{e.ID})
	for _, l := range links[e.ID] {
		v, err := unsealed(p.Sealer, l.Sealed, p.door(k, l.ID))
		if err != nil {
			return nil, err
		}
		out = append(out, keptItem("register_link.sealed", v, kernel.T("联系的户：门牌", "Household: door"), privacy.MaskAddress, l.ID, months, ended))
	}
	return filled(out), err
}

// Correct implements privacy.Source: the one name of an entry.
func (p PrivacyRegisters) Correct(k kernel.Tx, s privacy.Subject, changes map[string]string) ([]string, error) {
	if s.Kind != privacy.OfEntry || changes["name"] == "" {
		return nil, nil
	}
	e, err := Registers{}.Get(k, s.ID)
	if err != nil {
		return nil, err
	}
	kept, err := p.names(k, e)
	if err != nil || len(kept) != 1 {
		return nil, err
	}
	for key := range kept {
		kept[key], e.Values[key] = changes["name"], vault.MaskName(changes["name"])
	}
	if e.Sealed, err = p.Sealer.SealText(text(kept), vault.Field{Tenant: on(k).tenant, Table: "register_entry", ID: e.ID, Field: "personal"}); err != nil {
		return nil, err
	}
	e.Version, e.Updated = e.Version+1, on(k).now
	ok, err := Registers{}.Save(k, e)
	if err == nil && !ok {
		err = errors.New("the entry changed in the same unit of work")
	}
	return []string{"name"}, err
}

// Withdraw implements privacy.Source: the doors rest on the households' consent. The links count on without saying which door.
func (p PrivacyRegisters) Withdraw(k kernel.Tx, s privacy.Subject) (n int, err error) {
	if s.Kind != privacy.OfEntry {
		return 0, nil
	}
	links, err := Registers{}.Links(k, []kernel.ID{s.ID})
	if err != nil {
		return 0, err
	}
	for _, l := range links[s.ID] {
		if v, err := unsealed(p.Sealer, l.Sealed, p.door(k, l.ID)); err != nil || v == "" {
			if err != nil {
				return n, err
			}
			continue
		}
		none, err := p.Sealer.SealText("", p.door(k, l.ID))
		if err != nil {
			return n, err
		}
		if _, err := on(k).Exec("UPDATE register_link SET sealed = $1 WHERE tenant = $2 AND id = $3", none, string(on(k).tenant), string(l.ID)); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// Erase implements privacy.Source: the names go as well; what the entry counts stays.
func (p PrivacyRegisters) Erase(k kernel.Tx, s privacy.Subject) (int, error) {
	n, err := p.Withdraw(k, s)
	if err != nil || s.Kind != privacy.OfEntry {
		return n, err
	}
	m, err := on(k).Exec("UPDATE register_entry SET sealed = '' WHERE tenant = $1 AND id = $2 AND sealed <> ''", string(on(k).tenant), string(s.ID))
	if err != nil {
		return n, err
	}
	_, err = Privacy{}.ErasePersonal(k, s.ID)
	return n + int(m), err
}
