package registers

import (
	"encoding/json"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/vault"
)

// draftLinks makes links of drafts.
func (s *Service) draftLinks(tx kernel.Tx, actor kernel.Actor, r *Register, e *Entry, drafts []LinkDraft) ([]Link, error) {
	if len(drafts) > 200 {
		return nil, kernel.Invalid("links", t("一次最多连 200 个", "at most 200 links at once"))
	}
	out := make([]Link, 0, len(drafts))
	for _, d := range drafts {
		role := r.Role(d.Role)
		if role == nil {
			return nil, kernel.Invalid("links", t("没有“"+d.Role+"”这一类", "there is no role \""+d.Role+"\""))
		}
		if _, err := s.find(tx, actor, role.Kind, d.Target); err != nil {
			return nil, fieldOf("links."+role.Key, err)
		}
		l := Link{ID: kernel.NewID(tx.Now()), Entry: e.ID, Role: role.Key, Target: d.Target, At: tx.Now()}
		if role.Alone {
			l.Hold = r.Key + " " + role.Key + " " + string(d.Target)
		}
		if role.Consent {
			if err := s.consent(tx, role, &l, d); err != nil {
				return nil, err
			}
		}
		out = append(out, l)
	}
	return out, nil
}

// consent asks for the day of the consent and seals the door.
func (s *Service) consent(tx kernel.Tx, role *LinkRole, l *Link, d LinkDraft) (err error) {
	ask := kernel.Sheet{Columns: []kernel.Column{{Key: "consent", Type: kernel.ColumnDate, Name: t("哪天同意的", "Day of the consent"), Required: true},
		{Key: "door", Type: kernel.ColumnText, Name: t("门牌", "Door"), Max: 60}}}
	v, err := ask.Parse(0, map[string]string{"consent": d.Consent, "door": d.Door})
	if err != nil {
		return err
	}
	if v["consent"] > tx.Now().In(kernel.Shanghai).Format(time.DateOnly) {
		return kernel.Invalid("consent", t("还没到的日子不能算同意", "a day to come is no consent"))
	}
	l.Note = v["consent"]
	// A door that is not told still names this one household: the link's own id keeps two of one building apart.
	l.Sealed, err = s.Sealer.SealText(v["door"], vault.Field{Tenant: tx.Tenant(), Table: "register_link", ID: l.ID, Field: "door"})
	return err
}

func sealedAt(t kernel.Tenant, id kernel.ID) vault.Field {
	return vault.Field{Tenant: t, Table: "register_entry", ID: id, Field: "personal"}
}

// seal takes the personal values out of the open ones and leaves them masked there.
func (s *Service) seal(tx kernel.Tx, r *Register, e *Entry) error {
	kept := map[string]string{}
	if e.Sealed != "" {
		if err := s.unseal(tx.Tenant(), e, &kept); err != nil {
			return err
		}
	}
	for i := range r.Columns {
		col := &r.Columns[i]
		v := e.Values[col.Key]
		if !col.Personal || v == "" {
			continue
		}
		if kept[col.Key] == "" || v != vault.MaskName(kept[col.Key]) {
			kept[col.Key] = v
		}
		e.Values[col.Key] = vault.MaskName(kept[col.Key])
	}
	b, err := json.Marshal(kept)
	if err != nil {
		return kernel.Internal("seal entry", err)
	}
	e.Sealed, err = s.Sealer.Seal(b, sealedAt(tx.Tenant(), e.ID))
	return err
}

func (s *Service) unseal(tenant kernel.Tenant, e *Entry, into *map[string]string) error {
	b, err := s.Sealer.Open(e.Sealed, sealedAt(tenant, e.ID))
	if err != nil {
		return kernel.Internal("open entry", err)
	}
	return json.Unmarshal(b, into)
}
