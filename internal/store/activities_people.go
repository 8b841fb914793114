package store

import (
	"database/sql"
	"errors"
	"strings"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
)

const activityPersonCols = `id, who, kind, number, account, shown, name, phone, path, skills, windows, most, employment, at`

func scanActivityPerson(r scanner) (*activities.Person, error) {
	p := &activities.Person{}
	var skills, windows string
	var when int64
	err := r.Scan(&p.ID, &p.Who, &p.Kind, &p.Number, &p.Account, &p.Shown, &p.NameSealed, &p.PhoneSealed, &p.Path, &skills, &windows, &p.Most, &p.Employment, &when)
	if err != nil {
		return p, err
	}
	p.Skills, p.At = strings.Fields(skills), at(when)
	return p, parse(windows, &p.Windows)
}

func windowsText(l []activities.Span) string {
	if len(l) == 0 {
		return ""
	}
	return text(l)
}

// Register implements activities.People.
func (Activities) Register(k kernel.Tx, list []*activities.Person) error {
	t := string(on(k).tenant)
	err := bulk(k, "INSERT INTO activity_person (tenant, "+activityPersonCols+")", 15, "", list, func(p *activities.Person) []any {
		return []any{t, string(p.ID), p.Who, string(p.Kind), p.Number, string(p.Account), p.Shown, p.NameSealed, p.PhoneSealed, string(p.Path), strings.Join(p.Skills, " "),
			windowsText(p.Windows), p.Most, string(p.Employment), ms(p.At)}
	})
	if err != nil && on(k).db.Engine.IsUnique(err) {
		return &kernel.Error{Kind: kernel.KindConflict, Cause: err, Say: kernel.T("这个人已经登记过了，一人只有一个登记", "this person is registered already; one registration for each person")}
	}
	return err
}

// Change implements activities.People.
func (Activities) Change(k kernel.Tx, p *activities.Person) error {
	_, err := on(k).Exec("UPDATE activity_person SET kind = $3, skills = $4, windows = $5, most = $6, employment = $7 WHERE tenant = $1 AND id = $2", string(on(k).tenant),
		string(p.ID), string(p.Kind), strings.Join(p.Skills, " "), windowsText(p.Windows), p.Most, string(p.Employment))
	return err
}

// PersonByID implements activities.People.
func (Activities) PersonByID(k kernel.Tx, id kernel.ID) (*activities.Person, error) {
	p, err := scanActivityPerson(on(k).QueryRow("SELECT "+activityPersonCols+" FROM activity_person WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return p, notFound(err, kernel.T("没有这个登记", "there is no such registration"))
}

// ByWho implements activities.People.
func (Activities) ByWho(k kernel.Tx, who string) (*activities.Person, error) {
	p, err := scanActivityPerson(on(k).QueryRow("SELECT "+activityPersonCols+" FROM activity_person WHERE tenant = $1 AND who = $2", string(on(k).tenant), who))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return p, err
}

// PersonList implements activities.People.
func (Activities) PersonList(k kernel.Tx, kind activities.PersonKind, scope access.Scope, p kernel.Page) ([]*activities.Person, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.and("kind = ?", string(kind))
	cond, args := scope.Predicate(access.Columns{Tenant: "tenant", Path: "path"}, len(f.args)+1)
	f.conds, f.args = append(f.conds, cond), append(f.args, args...)
	if p.After != "" {
		f.and("id > ?", p.After)
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+activityPersonCols+" FROM activity_person WHERE "+f.where()+" ORDER BY id LIMIT "+limit, f.args...)
	l, err := scanAll(rows, err, func(r *sql.Rows) (*activities.Person, error) { return scanActivityPerson(r) })
	if err != nil || len(l) <= p.Limit {
		return l, "", err
	}
	return l[:p.Limit], string(l[p.Limit-1].ID), nil
}

// OpenSignups implements activities.People.
func (Activities) OpenSignups(k kernel.Tx, who string, pay activities.Pay) (n int, err error) {
	err = on(k).QueryRow(`SELECT COUNT(*) FROM activity_signup s JOIN activity a ON a.tenant = s.tenant AND a.id = s.activity
		JOIN activity_post p ON p.tenant = s.tenant AND p.activity = s.activity AND p.id = s.post
		WHERE s.tenant = $1 AND s.who = $2 AND s.ended = '' AND p.pay = $3 AND a.stage IN ('open', 'held')`, string(on(k).tenant), who, string(pay)).Scan(&n)
	return n, err
}

// PutCertificate implements activities.People.
func (Activities) PutCertificate(k kernel.Tx, c *activities.Certificate) error {
	_, err := on(k).Exec("INSERT INTO volunteer_certificate (tenant, id, number, who, path, minutes, body, issued_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
		string(on(k).tenant), string(c.ID), c.Number, c.Who, string(c.Path), c.Minutes, c.Body, ms(c.Issued))
	return err
}

const certificateCols = "id, number, who, path, minutes, body, issued_at"

func scanCertificate(r interface{ Scan(...any) error }) (*activities.Certificate, error) {
	c := &activities.Certificate{}
	var issued int64
	err := r.Scan(&c.ID, &c.Number, &c.Who, &c.Path, &c.Minutes, &c.Body, &issued)
	c.Issued = at(issued)
	return c, err
}

// Certificate implements activities.People.
func (Activities) Certificate(k kernel.Tx, id kernel.ID) (*activities.Certificate, error) {
	c, err := scanCertificate(on(k).QueryRow("SELECT "+certificateCols+" FROM volunteer_certificate WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return c, notFound(err, kernel.T("没有这份证明，或者不归您看", "there is no such certificate, or it is not yours to read"))
}

// Certificates implements activities.People.
func (Activities) Certificates(k kernel.Tx, who string, scope access.Scope, p kernel.Page) ([]*activities.Certificate, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.and("who = ?", who)
	cond, args := scope.Predicate(access.Columns{Tenant: "tenant", Path: "path"}, len(f.args)+1)
	f.conds, f.args = append(f.conds, cond), append(f.args, args...)
	if p.After != "" {
		f.and("id < ?", p.After)
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+certificateCols+" FROM volunteer_certificate WHERE "+f.where()+" ORDER BY id DESC LIMIT "+limit, f.args...)
	l, err := scanAll(rows, err, func(r *sql.Rows) (*activities.Certificate, error) { return scanCertificate(r) })
	if err != nil || len(l) <= p.Limit {
		return l, "", err
	}
	return l[:p.Limit], string(l[p.Limit-1].ID), nil
}

// AddWeighing implements activities.Labour.
func (Activities) AddWeighing(k kernel.Tx, w *activities.Weighing) error {
	_, err := on(k).Exec("INSERT INTO activity_wage (tenant, id, activity, signup, who, grams, rate_fen, employment, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		string(on(k).tenant), string(w.ID), string(w.Activity), string(w.Signup), w.Who, w.Grams, w.RateFen, string(w.Employment), ms(on(k).now))
	return err
}

// Weighings implements activities.Labour.
func (Activities) Weighings(k kernel.Tx, activity kernel.ID) ([]*activities.Weighing, error) {
	rows, err := on(k).Query("SELECT id, activity, signup, who, grams, rate_fen, employment FROM activity_wage WHERE tenant = $1 AND activity = $2 ORDER BY at, id",
		string(on(k).tenant), string(activity))
	return scanAll(rows, err, func(r *sql.Rows) (*activities.Weighing, error) {
		w := &activities.Weighing{}
		return w, r.Scan(&w.ID, &w.Activity, &w.Signup, &w.Who, &w.Grams, &w.RateFen, &w.Employment)
	})
}

// Jobs implements activities.Labour: steady jobs are persons, odd jobs are shifts that were paid.
func (Activities) Jobs(k kernel.Tx, path kernel.Path) (stable, flexible int, err error) {
	lo, hi := path.Range()
	err = on(k).QueryRow(`SELECT COUNT(DISTINCT CASE WHEN w.employment = 'stable' THEN w.who END), COUNT(DISTINCT CASE WHEN w.employment = 'flexible' THEN w.signup END)
		FROM activity_wage w JOIN activity a ON a.tenant = w.tenant AND a.id = w.activity WHERE w.tenant = $1 AND a.path >= $2 AND a.path < $3`,
		string(on(k).tenant), lo, hi).Scan(&stable, &flexible)
	return stable, flexible, err
}

const teamCols = `id, parent, title, kind, place, path, lead, lead_title`

// membersOf counts the distinct persons of a team and of the teams below it.
const membersOf = `(SELECT COUNT(DISTINCT m.person) FROM team_member m JOIN volunteer_team b ON b.tenant = m.tenant AND b.id = m.team
	WHERE m.tenant = volunteer_team.tenant AND m.to_at = 0 AND (b.id = volunteer_team.id OR b.parent = volunteer_team.id))`

func scanTeam(r scanner) (*activities.Team, error) {
	t := &activities.Team{}
	return t, r.Scan(&t.ID, &t.Parent, &t.Title, &t.Kind, &t.Place, &t.Path, &t.Lead, &t.LeadTitle, &t.Members)
}

// PutTeam implements activities.Teams.
func (Activities) PutTeam(k kernel.Tx, t *activities.Team) error {
	_, err := on(k).Exec("INSERT INTO volunteer_team (tenant, "+teamCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", string(on(k).tenant), string(t.ID), string(t.Parent),
		t.Title, t.Kind, string(t.Place), string(t.Path), string(t.Lead), t.LeadTitle)
	return err
}

// Team implements activities.Teams.
func (Activities) Team(k kernel.Tx, id kernel.ID) (*activities.Team, error) {
	t, err := scanTeam(on(k).QueryRow("SELECT "+teamCols+", "+membersOf+" FROM volunteer_team WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return t, notFound(err, kernel.T("没有这支队伍", "there is no such team"))
}

// TeamList implements activities.Teams.
func (Activities) TeamList(k kernel.Tx, p kernel.Page) ([]*activities.Team, string, error) {
	return titled(k, "volunteer_team", teamCols+", "+membersOf, p, func(r *sql.Rows) (*activities.Team, error) { return scanTeam(r) },
		func(t *activities.Team) (string, kernel.ID) { return t.Title, t.ID })
}

// Join implements activities.Teams.
func (Activities) Join(k kernel.Tx, list []*activities.Member) error {
	t := string(on(k).tenant)
	err := bulk(k, "INSERT INTO team_member (tenant, id, team, person, post, from_at, to_at)", 7, "", list, func(m *activities.Member) []any {
		return []any{t, string(m.ID), string(m.Team), string(m.Person), m.Post, ms(m.From), ms(m.To)}
	})
	if err != nil && on(k).db.Engine.IsUnique(err) {
		return &kernel.Error{Kind: kernel.KindConflict, Cause: err, Say: kernel.T("有人已经在这支队里了", "somebody of them is in the team already")}
	}
	return err
}

// Leave implements activities.Teams.
func (Activities) Leave(k kernel.Tx, team, person kernel.ID) (bool, error) {
	return one(k, "UPDATE team_member SET to_at = $4 WHERE tenant = $1 AND team = $2 AND person = $3 AND to_at = 0", string(on(k).tenant), string(team), string(person), ms(on(k).now))
}

// Members implements activities.Teams.
func (Activities) Members(k kernel.Tx, team kernel.ID, p kernel.Page) ([]*activities.Member, string, error) {
	rows, err := on(k).Query(`SELECT m.id, m.team, m.person, m.post, p.shown, m.from_at FROM team_member m JOIN activity_person p ON p.tenant = m.tenant AND p.id = m.person
		WHERE m.tenant = $1 AND m.team = $2 AND m.to_at = 0 AND m.id > $3 ORDER BY m.id LIMIT $4`, string(on(k).tenant), string(team), p.After, p.Limit+1)
	l, err := scanAll(rows, err, func(r *sql.Rows) (*activities.Member, error) {
		m := &activities.Member{}
		var from int64
		err := r.Scan(&m.ID, &m.Team, &m.Person, &m.Post, &m.Shown, &from)
		m.From = at(from)
		return m, err
	})
	if err != nil || len(l) <= p.Limit {
		return l, "", err
	}
	return l[:p.Limit], string(l[p.Limit-1].ID), nil
}

// PutGrid implements activities.Teams.
func (Activities) PutGrid(k kernel.Tx, team kernel.ID, grid int, groups []kernel.ID) error {
	t := string(on(k).tenant)
	err := bulk(k, "INSERT INTO volunteer_grid (tenant, team, grp, grid)", 4, "", groups, func(g kernel.ID) []any { return []any{t, string(team), string(g), grid} })
	if err != nil && on(k).db.Engine.IsUnique(err) {
		return &kernel.Error{Kind: kernel.KindConflict, Cause: err, Say: kernel.T("有的村民组已经在别的网格里了", "one of the villager groups is in a grid already")}
	}
	return err
}

// Cover implements activities.Teams.
func (Activities) Cover(k kernel.Tx, team *activities.Team) (c activities.GridCover, err error) {
	lo, hi := team.Path.Range()
	err = on(k).QueryRow(`SELECT COUNT(*), COUNT(g.grp), COUNT(DISTINCT g.grid) FROM place p LEFT JOIN volunteer_grid g ON g.tenant = p.tenant AND g.grp = p.id AND g.team = $4
		WHERE p.tenant = $1 AND p.kind = 'villager_group' AND p.valid_to = 0 AND p.path >= $2 AND p.path < $3`, string(on(k).tenant), lo, hi, string(team.ID)).
		Scan(&c.Groups, &c.In, &c.Grids)
	return c, err
}
