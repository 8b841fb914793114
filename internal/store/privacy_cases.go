package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"sanzhi/internal/cases"
	"sanzhi/internal/kernel"
	"sanzhi/internal/privacy"
	"sanzhi/internal/vault"
)

// PrivacyCases tells what cases keep about whoever opened them: by the case, or by the account that it was opened for.
type PrivacyCases struct {
	Sealer *vault.Sealer
	Ring   *vault.Keyring
}

var (
	_ privacy.Source = PrivacyCases{}
	_ privacy.Looks  = PrivacyCases{}
)

// of gives the cases of a subject.
func (p PrivacyCases) of(k kernel.Tx, s privacy.Subject) ([]*cases.Case, error) {
	switch s.Kind {
	case privacy.OfCase:
		c, err := Cases{}.Get(k, s.ID)
		if err != nil {
			return nil, err
		}
		return []*cases.Case{c}, nil
	case privacy.OfAccount:
		rows, err := on(k).Query("SELECT id FROM case_record WHERE tenant = $1 AND requester = $2 AND requester <> '' ORDER BY id DESC LIMIT 500", string(on(k).tenant), string(s.ID))
		ids, err := scanAll(rows, err, func(r *sql.Rows) (id kernel.ID, err error) { return id, r.Scan(&id) })
		if err != nil {
			return nil, err
		}
		var out []*cases.Case
		for _, id := range ids {
			c, err := Cases{}.Get(k, id)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		}
		return out, nil
	default:
		return nil, nil
	}
}

func (p PrivacyCases) open(t kernel.Tenant, id kernel.ID, field, sealed string, v any) error {
	if sealed == "" {
		return nil
	}
	b, err := p.Sealer.Open(sealed, vault.Field{Tenant: t, Table: "case_record", ID: id, Field: field})
	if err != nil {
		return kernel.Internal("open "+field, err)
	}
	return json.Unmarshal(b, v)
}

// Kept implements privacy.Source.
func (p PrivacyCases) Kept(k kernel.Tx, s privacy.Subject, months func(string) int) ([]privacy.Item, error) {
	list, err := p.of(k, s)
	var out []privacy.Item
	for _, c := range list {
		items, e := p.kept(k, c, months)
		if e != nil {
			return nil, e
		}
		out = append(out, items...)
	}
	return out, err
}

func (p PrivacyCases) kept(k kernel.Tx, c *cases.Case, months func(string) int) (out []privacy.Item, err error) {
	t := on(k).tenant
	var contact cases.Contact
	var address string
	var form map[string]any
	for _, f := range []struct {
		name, sealed string
		into         any
	}{{"contact", c.Contact, &contact}, {"address", c.Address, &address}, {"form", c.Form, &form}} {
		if err := p.open(t, c.ID, f.name, f.sealed, f.into); err != nil {
			return nil, err
		}
	}
	add := func(field, value string, label kernel.Text, mask privacy.Mask) {
		if value == "" {
			return
		}
		u, _ := privacy.PurposeOf(field)
		i := privacy.Item{Field: field, Label: label, Value: value, Purpose: u.ID, Object: c.ID, Mask: mask}
		if n := months(u.ID); n > 0 && !c.ClosedAt.IsZero() {
			i.Until = c.ClosedAt.AddDate(0, n, 0)
		}
		out = append(out, i)
	}
	add("case_record.contact", contact.Name, kernel.T("称呼", "Name"), privacy.MaskName)
	add("case_record.contact", contact.Phone, kernel.T("电话", "Telephone"), privacy.MaskPhone)
	add("case_record.address", address, kernel.T("地址", "Address"), privacy.MaskAddress)
	for _, key := range sortedKeys(form) {
		if n := len(out); form[key] != nil {
			add("case_record.form", fmt.Sprint(form[key]), kernel.T("填的内容："+key, "Answer: "+key), privacy.MaskWhole)
			for ; n < len(out); n++ {
				out[n].Key = key
			}
		}
	}
	add("case_record.body", c.Text, kernel.T("您说的事", "What you said"), privacy.MaskNone)
	if len(c.Photos) > 0 {
		add("blob.bytes", fmt.Sprint(len(c.Photos)), kernel.T("照片（张）", "Photos (number)"), privacy.MaskNone)
	}
	rows, err := on(k).Query("SELECT body FROM rating WHERE tenant = $1 AND requester = $2 AND body <> '' ORDER BY case_id, round", string(t), string(c.ID))
	sealed, err := scanAll(rows, err, func(r *sql.Rows) (s string, err error) { return s, r.Scan(&s) })
	if err != nil {
		return nil, err
	}
	for _, s := range sealed {
		words, err := p.Sealer.OpenText(s, vault.Field{Tenant: t, Table: "rating", ID: c.ID, Field: "text"})
		if err != nil {
			return nil, kernel.Internal("open rating", err)
		}
		add("rating.body", words, kernel.T("评单的话", "Words of your rating"), privacy.MaskNone)
	}
	return out, nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Correct implements privacy.Source: of the cases, those that hold the field.
func (p PrivacyCases) Correct(k kernel.Tx, s privacy.Subject, changes map[string]string) (knew []string, err error) {
	if s.Kind != privacy.OfCase {
		return nil, nil
	}
	c, err := Cases{}.Get(k, s.ID)
	if err != nil {
		return nil, err
	}
	t := on(k).tenant
	var contact cases.Contact
	if err := p.open(t, c.ID, "contact", c.Contact, &contact); err != nil {
		return nil, err
	}
	for f, v := range changes {
		switch f {
		case "name":
			contact.Name = v
		case "phone":
			contact.Phone, c.PhoneIndex = v, p.Ring.PhoneIndex(t, v)
		case "address":
			if c.Address, err = p.seal(t, c.ID, "address", v); err != nil {
				return nil, err
			}
		default:
			continue
		}
		knew = append(knew, f)
	}
	if contact != (cases.Contact{}) {
		if c.Contact, err = p.seal(t, c.ID, "contact", contact); err != nil {
			return nil, err
		}
	}
	_, err = on(k).Exec("UPDATE case_record SET contact = $1, address = $2, phone_index = $3 WHERE tenant = $4 AND id = $5", c.Contact, c.Address,
		c.PhoneIndex, string(t), string(c.ID))
	return knew, err
}

func (p PrivacyCases) seal(t kernel.Tenant, id kernel.ID, field string, v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return p.Sealer.Seal(b, vault.Field{Tenant: t, Table: "case_record", ID: id, Field: field})
}

// Withdraw implements privacy.Source: how to reach the person goes at once, the case itself goes on.
func (p PrivacyCases) Withdraw(k kernel.Tx, s privacy.Subject) (int, error) {
	if s.Kind != privacy.OfCase {
		return 0, nil
	}
	n, err := on(k).Exec(`UPDATE case_record SET contact = '', address = '', phone_index = '' WHERE tenant = $1 AND id = $2
		AND (contact <> '' OR address <> '' OR phone_index <> '')`, string(on(k).tenant), string(s.ID))
	return int(n), err
}

// Erase implements privacy.Source: of a case, all that was said and how to reach the person; of an account, of all its cases. What
// was measured stays.
func (p PrivacyCases) Erase(k kernel.Tx, s privacy.Subject) (n int, err error) {
	list, err := p.of(k, s)
	for _, c := range list {
		if err = eraseCase(k, c.ID, true); err != nil {
			return n, err
		}
		n++
	}
	return n, err
}

// eraseCase empties what a case says; with contacts, also who said it.
func eraseCase(k kernel.Tx, id kernel.ID, contacts bool) error {
	t, c := on(k), string(id)
	tenant := string(t.tenant)
	if contacts {
		if err := eraseContact(k, id); err != nil {
			return err
		}
	}
	if err := t.db.Engine.UnindexText(t.Conn, tenant, c); err != nil {
		return err
	}
	// Photos that no case holds are swept like those that nobody sent.
	for _, q := range []string{
		"UPDATE case_record SET body = '', result = '{}', photos = '' WHERE tenant = $1 AND id = $2",
		"UPDATE rating SET body = '' WHERE tenant = $1 AND requester = $2",
		"UPDATE ledger SET personal = '', salt = '' WHERE tenant = $1 AND object = $2 AND personal <> ''",
	} {
		if _, err := t.Exec(q, tenant, c); err != nil {
			return err
		}
	}
	_, err := t.Exec("UPDATE upload SET case_id = '', expires_at = $1 WHERE tenant = $2 AND case_id = $3", ms(t.now), tenant, c)
	return err
}

func eraseContact(k kernel.Tx, id kernel.ID) error {
	_, err := on(k).Exec("UPDATE case_record SET contact = '', address = '', phone_index = '', form = '', requester = '' WHERE tenant = $1 AND id = $2",
		string(on(k).tenant), string(id))
	return err
}

// forgetContacts is the retention clock of request_contact.
func forgetContacts(k kernel.Tx, before time.Time, limit int) (int, error) {
	n, err := on(k).Exec(`UPDATE case_record SET contact = '', address = '', phone_index = '', form = '', requester = '' WHERE tenant = $1 AND id IN
		(SELECT id FROM case_record WHERE tenant = $1 AND closed_at > 0 AND closed_at < $2
		AND (contact <> '' OR address <> '' OR form <> '' OR phone_index <> '' OR requester <> '') ORDER BY closed_at LIMIT $3)`, string(on(k).tenant), ms(before), limit)
	return int(n), err
}

// forgetWords is the retention clock of request_words.
func forgetWords(k kernel.Tx, before time.Time, limit int) (int, error) {
	rows, err := on(k).Query(`SELECT id FROM case_record WHERE tenant = $1 AND closed_at > 0 AND closed_at < $2 AND body <> '' ORDER BY closed_at LIMIT $3`,
		string(on(k).tenant), ms(before), limit)
	list, err := scanAll(rows, err, func(r *sql.Rows) (id kernel.ID, err error) { return id, r.Scan(&id) })
	for _, id := range list {
		if err != nil {
			break
		}
		err = eraseCase(k, id, false)
	}
	return len(list), err
}

// LooksAt implements privacy.Looks.
func (p PrivacyCases) LooksAt(k kernel.Tx, s privacy.Subject) ([]privacy.Look, error) {
	list, err := p.of(k, s)
	var out []privacy.Look
	for _, c := range list {
		l, err := Cases{}.Unmaskings(k, c.ID)
		if err != nil {
			return nil, err
		}
		for _, u := range l {
			out = append(out, privacy.Look{At: u.At, Who: u.Who, Fields: u.Fields, Reason: u.Reason, Object: c.ID})
		}
	}
	slices.SortFunc(out, func(a, b privacy.Look) int {
		return strings.Compare(b.At.Format(time.RFC3339Nano), a.At.Format(time.RFC3339Nano))
	})
	return out, err
}
