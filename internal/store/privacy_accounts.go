package store

import (
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/privacy"
	"sanzhi/internal/vault"
)

// PrivacyAccounts tells what is kept about whoever has an account.
type PrivacyAccounts struct{ Sealer *vault.Sealer }

var _ privacy.Source = PrivacyAccounts{}

// Kept implements privacy.Source.
func (p PrivacyAccounts) Kept(k kernel.Tx, s privacy.Subject, _ func(string) int) ([]privacy.Item, error) {
	if s.Kind != privacy.OfAccount {
		return nil, nil
	}
	t := on(k).tenant
	a, err := Access{}.AccountByID(k, s.ID)
	if err != nil {
		return nil, err
	}
	name, err := p.Sealer.OpenText(a.NameSealed, access.NameField(t, a.ID))
	if err != nil {
		return nil, kernel.Internal("open name", err)
	}
	out := []privacy.Item{
		{Field: "account.user_name", Label: kernel.T("用户名", "User name"), Value: a.User, Purpose: privacy.PurposeAccount, Object: a.ID},
		{Field: "account.name_sealed", Label: kernel.T("姓名", "Name"), Value: name, Purpose: privacy.PurposeAccount, Object: a.ID, Mask: privacy.MaskName},
	}
	if person, err := (Orgs{}).Person(k, a.ID); err == nil && person.PhoneSealed != "" {
		phone, err := p.Sealer.OpenText(person.PhoneSealed, vault.Field{Tenant: t, Table: "person", ID: a.ID, Field: "phone"})
		if err != nil {
			return nil, kernel.Internal("open phone", err)
		}
		out = append(out, privacy.Item{Field: "person.phone", Label: kernel.T("电话", "Telephone"), Value: phone, Purpose: privacy.PurposeAccount, Object: a.ID, Mask: privacy.MaskPhone})
	} else if err != nil && !kernel.Is(err, kernel.KindNotFound) {
		return nil, err
	}
	posts, err := (Orgs{}).PostsOf(k, a.ID)
	for _, post := range posts {
		out = append(out, privacy.Item{Field: "account.name_masked", Label: kernel.T("岗位", "Post"), Value: post.Name, Purpose: privacy.PurposeAccount, Object: a.ID})
	}
	if err != nil {
		return nil, err
	}
	sessions, err := Access{}.SessionsOf(k, a.ID, on(k).now)
	for _, x := range sessions {
		out = append(out, privacy.Item{Field: "session.device", Label: kernel.T("登录的设备", "Device signed in"), Value: x.Device, Purpose: privacy.PurposeAccount, Object: a.ID, Until: x.Expires})
	}
	return out, err
}

// Correct implements privacy.Source: the name and telephone of an account.
func (p PrivacyAccounts) Correct(k kernel.Tx, s privacy.Subject, changes map[string]string) (knew []string, err error) {
	if s.Kind != privacy.OfAccount {
		return nil, nil
	}
	t := on(k).tenant
	if name := changes["name"]; name != "" {
		sealed, err := p.Sealer.SealText(name, access.NameField(t, s.ID))
		if err != nil {
			return nil, err
		}
		if err := (Access{}).SetName(k, s.ID, sealed, vault.MaskName(name)); err != nil {
			return nil, err
		}
		if sealed, err = p.Sealer.SealText(name, vault.Field{Tenant: t, Table: "person", ID: s.ID, Field: "name"}); err != nil {
			return nil, err
		}
		if _, err := on(k).Exec("UPDATE person SET name = $1 WHERE tenant = $2 AND id = $3", sealed, string(t), string(s.ID)); err != nil {
			return nil, err
		}
		knew = append(knew, "name")
	}
	if phone := changes["phone"]; phone != "" {
		sealed, err := p.Sealer.SealText(phone, vault.Field{Tenant: t, Table: "person", ID: s.ID, Field: "phone"})
		if err != nil {
			return nil, err
		}
		ok, err := one(k, "UPDATE person SET phone = $1, phone_index = '' WHERE tenant = $2 AND id = $3", sealed, string(t), string(s.ID))
		if err != nil {
			return nil, err
		}
		if ok {
			knew = append(knew, "phone")
		}
	}
	return knew, nil
}

// Withdraw implements privacy.Source: an account rests on what the person asked for, not on consent.
func (PrivacyAccounts) Withdraw(kernel.Tx, privacy.Subject) (int, error) { return 0, nil }

// sayPosts tells why an account that still works cannot be erased.
var sayPosts = kernel.T("这个账号还有岗位，请先由安全管理员结束岗位", "the account still holds a post for work; the security administrator must end that first")

// Erase implements privacy.Source: the account is closed, its names and telephone go, and what it said in deliberations stands without
// a name. Acts in the ledger keep the account's id, which leads to nobody any more.
func (p PrivacyAccounts) Erase(k kernel.Tx, s privacy.Subject) (int, error) {
	if s.Kind != privacy.OfAccount {
		return 0, nil
	}
	t := on(k).tenant
	posts, err := (Orgs{}).PostsOf(k, s.ID)
	if err != nil {
		return 0, err
	}
	for _, x := range posts {
		if x.Role != kernel.Resident && x.Role != kernel.Volunteer {
			return 0, kernel.Conflict(sayPosts)
		}
	}
	if _, err := (Access{}).AccountByID(k, s.ID); err != nil {
		return 0, err
	}
	gone := strings.ToLower("gone-" + string(s.ID))
	nobody, err := p.Sealer.SealText("", access.NameField(t, s.ID))
	if err != nil {
		return 0, err
	}
	nameless, err := p.Sealer.SealText("", vault.Field{Tenant: t, Table: "person", ID: s.ID, Field: "name"})
	if err != nil {
		return 0, err
	}
	now := ms(on(k).now)
	for _, q := range []struct {
		text string
		args []any
	}{
		{"UPDATE account SET user_name = $1, name_sealed = $2, name_masked = '*', password = '', disabled = 1 WHERE tenant = $3 AND id = $4", []any{gone, nobody, string(t), string(s.ID)}},
		{"UPDATE holding SET to_at = $1 WHERE tenant = $2 AND person = $3 AND (to_at = 0 OR to_at > $1)", []any{now, string(t), string(s.ID)}},
		{"UPDATE person SET name = $1, phone = '', phone_index = '' WHERE tenant = $2 AND id = $3", []any{nameless, string(t), string(s.ID)}},
		{"UPDATE ballot_post SET author = '', author_name = '*' WHERE tenant = $1 AND author = $2", []any{string(t), string(s.ID)}},
		{"UPDATE ballot SET proposer = '', proposer_name = '*' WHERE tenant = $1 AND proposer = $2", []any{string(t), string(s.ID)}},
		{"UPDATE nomination SET nominator = '' WHERE tenant = $1 AND nominator = $2", []any{string(t), string(s.ID)}},
		{"UPDATE objection SET by_account = '' WHERE tenant = $1 AND by_account = $2", []any{string(t), string(s.ID)}},
		{"UPDATE ledger SET personal = '', salt = '' WHERE tenant = $1 AND object = $2 AND personal <> ''", []any{string(t), string(s.ID)}},
	} {
		if _, err := on(k).Exec(q.text, q.args...); err != nil {
			return 0, err
		}
	}
	if _, err := (Access{}).RevokeSessions(k, s.ID, on(k).now); err != nil {
		return 0, err
	}
	_, err = Access{}.RevokeTokens(k, s.ID, on(k).now)
	return 1, err
}

// PathOf gives where requests about a subject are handled: a case's at its place, like a sign-up's, a care visit's and an entry's; a
// confidential case's and an account's by whoever is in charge of the whole district.
func (PrivacyAccounts) PathOf(k kernel.Tx, s privacy.Subject) (kernel.Path, error) {
	whole := access.Whole(on(k).tenant).Path
	switch s.Kind {
	case privacy.OfSignup, privacy.OfPerson, privacy.OfCare, privacy.OfEntry:
		return pathOfRoom(k, s)
	case privacy.OfAccount, privacy.OfNomination:
		return whole, nil
	case privacy.OfCase:
	}
	c, err := Cases{}.Get(k, s.ID)
	if err != nil || c.Confidential {
		return whole, err
	}
	return c.Path, nil
}
