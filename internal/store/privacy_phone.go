package store

import (
	"database/sql"

	"github.com/oklog/ulid/v2"

	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
	"sanzhi/internal/privacy"
)

// registered says what somebody is registered as.
var registered = map[activities.PersonKind]kernel.Text{activities.VolunteerKind: kernel.T("志愿者登记", "Registered as a volunteer"),
	activities.WorkerKind: kernel.T("务工登记", "Registered for paid work")}

// ByPhone gives what is kept under the index of a telephone at the paths: cases, sign-ups for activities and registrations, each kind by its
// own index. What was erased is not found.
func (PrivacyAccounts) ByPhone(k kernel.Tx, index string, paths []kernel.Path, most int) ([]privacy.Hit, error) {
	if index == "" || len(paths) == 0 {
		return nil, nil
	}
	var out []privacy.Hit
	for _, q := range []struct {
		kind        privacy.SubjectKind
		text        string
		cond, value string
		path, order string
	}{
		{privacy.OfCase, "SELECT c.id, c.title_zh, c.title_en, c.number, c.opened_at, c.path FROM case_record c", "c.phone_index = ?", index, "c.path", "c.id"},
		{privacy.OfSignup, `SELECT x.id, y.title, y.title, '', x.at, y.path FROM activity_signup x JOIN activity y ON y.tenant = x.tenant AND y.id = x.activity`,
			"x.shown <> '*' AND x.who = ?", "phone:" + index, "y.path", "x.id"},
		{privacy.OfPerson, "SELECT z.id, z.kind, '', z.number, 0, z.path FROM activity_person z", "z.shown <> '*' AND z.who = ?", "phone:" + index, "z.path", "z.id"},
	} {
		f := &filter{}
		f.and(q.order[:1]+".tenant = ?", string(on(k).tenant))
		f.and(q.cond, q.value)
		f.conds = append(f.conds, "("+f.inPaths(q.path, paths)+")")
		limit := f.arg(most)
		rows, err := on(k).Query(q.text+" WHERE "+f.where()+" ORDER BY "+q.order+" DESC LIMIT "+limit, f.args...)
		l, err := scanAll(rows, err, func(r *sql.Rows) (privacy.Hit, error) {
			h := privacy.Hit{Subject: privacy.Subject{Kind: q.kind}}
			var when int64
			err := r.Scan(&h.ID, &h.Title.Zh, &h.Title.En, &h.Number, &when, &h.Path)
			if h.At = at(when); q.kind == privacy.OfPerson && err == nil {
				h.Title = registered[activities.PersonKind(h.Title.Zh)]
				u, err := ulid.ParseStrict(string(h.ID))
				h.At = ulid.Time(u.Time()).UTC()
				return h, err
			}
			return h, err
		})
		if err != nil {
			return nil, err
		}
		out = append(out, l...)
	}
	return out, nil
}
