package store

import (
	"database/sql"
	"strings"
	"time"

	"sanzhi/internal/ballots"
	"sanzhi/internal/kernel"
)

// PutCriteria implements ballots.Honours.
func (Ballots) PutCriteria(k kernel.Tx, c *ballots.CriteriaSet) error {
	_, err := on(k).Exec("INSERT INTO criteria_set (tenant, id, version, title, items, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
		string(on(k).tenant), c.ID, c.Version, text(c.Title), text(c.Items), ms(c.MadeAt))
	return err
}

// Criteria implements ballots.Honours.
func (Ballots) Criteria(k kernel.Tx, id string, version int) (*ballots.CriteriaSet, error) {
	c := &ballots.CriteriaSet{}
	var title, items string
	var made int64
	err := on(k).QueryRow(`SELECT id, version, title, items, made_at FROM criteria_set WHERE tenant = $1 AND id = $2 AND (version = $3 OR $3 = 0)
		ORDER BY version DESC LIMIT 1`, string(on(k).tenant), id, version).Scan(&c.ID, &c.Version, &title, &items, &made)
	if err != nil {
		return nil, notFound(err, noCriteria)
	}
	c.MadeAt = at(made)
	if err := parse(title, &c.Title); err != nil {
		return nil, err
	}
	return c, parse(items, &c.Items)
}

const awardCols = "id, place, path, kind, title, note, criteria, criteria_version, notice_days, closed, created_at"

func scanAward(r scanner) (*ballots.Award, error) {
	a := &ballots.Award{}
	var title, note string
	var closed int
	var created int64
	if err := r.Scan(&a.ID, &a.Place, &a.Path, &a.Kind, &title, &note, &a.Criteria, &a.CriteriaVersion, &a.NoticeDays, &closed, &created); err != nil {
		return nil, notFound(err, noAward)
	}
	a.Closed, a.CreatedAt = closed == 1, at(created)
	if err := parse(title, &a.Title); err != nil {
		return nil, err
	}
	return a, parse(note, &a.Note)
}

// InsertAward implements ballots.Honours.
func (Ballots) InsertAward(k kernel.Tx, a *ballots.Award) error {
	_, err := on(k).Exec("INSERT INTO award (tenant, "+awardCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)", string(on(k).tenant), string(a.ID),
		string(a.Place), string(a.Path), string(a.Kind), text(a.Title), text(a.Note), a.Criteria, a.CriteriaVersion, a.NoticeDays, flag(a.Closed), ms(a.CreatedAt))
	return err
}

// Award implements ballots.Honours.
func (Ballots) Award(k kernel.Tx, id kernel.ID) (*ballots.Award, error) {
	return scanAward(on(k).QueryRow("SELECT "+awardCols+" FROM award WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
}

// CloseAward implements ballots.Honours.
func (Ballots) CloseAward(k kernel.Tx, id kernel.ID) (bool, error) {
	return one(k, "UPDATE award SET closed = 1 WHERE tenant = $1 AND id = $2 AND closed = 0", string(on(k).tenant), string(id))
}

// Awards implements ballots.Honours.
func (Ballots) Awards(k kernel.Tx, path kernel.Path, p kernel.Page) ([]*ballots.Award, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	if path != "" {
		f.under("path", path)
	}
	if p.After != "" {
		f.and("id < ?", p.After)
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+awardCols+" FROM award WHERE "+f.where()+" ORDER BY id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*ballots.Award, error) { return scanAward(r) })
	return cut(out, err, p.Limit, func(a *ballots.Award) kernel.ID { return a.ID })
}

// AwardCounts implements ballots.Honours.
func (Ballots) AwardCounts(k kernel.Tx, id kernel.ID) (c ballots.AwardCounts, err error) {
	t := string(on(k).tenant)
	c.Stars = map[int]int{}
	err = on(k).QueryRow(`SELECT COUNT(*), COALESCE(SUM(CASE WHEN consent IN ('given', 'withdrawn') THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN step = 'granted' THEN 1 ELSE 0 END), 0) FROM nomination WHERE tenant = $1 AND award = $2`, t, string(id)).Scan(&c.Nominated, &c.Consented, &c.Granted)
	if err != nil {
		return c, err
	}
	err = on(k).QueryRow(`SELECT COUNT(*) FROM objection o JOIN nomination n ON n.tenant = o.tenant AND n.id = o.nomination WHERE o.tenant = $1 AND n.award = $2`,
		t, string(id)).Scan(&c.Objected)
	if err != nil {
		return c, err
	}
	rows, err := on(k).Query(`SELECT star_count, COUNT(*) FROM nomination WHERE tenant = $1 AND award = $2 AND step = 'granted' AND star_count > 0 GROUP BY star_count`, t, string(id))
	_, err = scanAll(rows, err, func(r *sql.Rows) (bool, error) {
		var stars, n int
		err := r.Scan(&stars, &n)
		c.Stars[stars] = n
		return true, err
	})
	return c, err
}

const nominationCols = `id, award, path, nominator, subject, name, why, code_hash, consent, consent_by, consent_text, show_name, step, notice_from,
	notice_until, provisional, stars, star_count, version, created_at, updated_at, decided_at`

func scanNomination(r scanner) (*ballots.Nomination, error) {
	n := &ballots.Nomination{}
	var stars string
	var show, provisional int
	var from, until, created, updated, decided int64
	err := r.Scan(&n.ID, &n.Award, &n.Path, &n.Nominator, &n.Subject, &n.Name, &n.Why, &n.CodeHash, &n.Consent, &n.ConsentBy, &n.ConsentText, &show, &n.Stage,
		&from, &until, &provisional, &stars, &n.StarCount, &n.Version, &created, &updated, &decided)
	n.ShowName, n.Provisional, n.Stars = show == 1, provisional == 1, strings.Fields(stars)
	n.NoticeFrom, n.NoticeUntil, n.CreatedAt, n.UpdatedAt, n.DecidedAt = at(from), at(until), at(created), at(updated), at(decided)
	return n, notFound(err, noNomination)
}

// InsertNomination implements ballots.Honours.
func (Ballots) InsertNomination(k kernel.Tx, n *ballots.Nomination) error {
	_, err := on(k).Exec("INSERT INTO nomination (tenant, "+nominationCols+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
		$18, $19, $20, $21, $22, $23)`, string(on(k).tenant), string(n.ID), string(n.Award), string(n.Path), string(n.Nominator), string(n.Subject), n.Name, n.Why,
		n.CodeHash, string(n.Consent), string(n.ConsentBy), n.ConsentText, flag(n.ShowName), string(n.Stage), ms(n.NoticeFrom), ms(n.NoticeUntil),
		flag(n.Provisional), strings.Join(n.Stars, " "), n.StarCount, n.Version, ms(n.CreatedAt), ms(n.UpdatedAt), ms(n.DecidedAt))
	return err
}

// UpdateNomination implements ballots.Honours.
func (Ballots) UpdateNomination(k kernel.Tx, n *ballots.Nomination, was int) (bool, error) {
	return one(k, `UPDATE nomination SET subject = $1, name = $2, why = $3, code_hash = $4, consent = $5, consent_by = $6, consent_text = $7, show_name = $8, step = $9,
		notice_from = $10, notice_until = $11, provisional = $12, stars = $13, star_count = $14, version = $15, updated_at = $16, decided_at = $17
		WHERE tenant = $18 AND id = $19 AND version = $20`, string(n.Subject), n.Name, n.Why, n.CodeHash, string(n.Consent), string(n.ConsentBy), n.ConsentText,
		flag(n.ShowName), string(n.Stage), ms(n.NoticeFrom), ms(n.NoticeUntil), flag(n.Provisional), strings.Join(n.Stars, " "), n.StarCount, n.Version,
		ms(n.UpdatedAt), ms(n.DecidedAt), string(on(k).tenant), string(n.ID), was)
}

// Nomination implements ballots.Honours.
func (Ballots) Nomination(k kernel.Tx, id kernel.ID) (*ballots.Nomination, error) {
	return scanNomination(on(k).QueryRow("SELECT "+nominationCols+" FROM nomination WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
}

// NominationByCode implements ballots.Honours.
func (Ballots) NominationByCode(k kernel.Tx, hash string) (*ballots.Nomination, error) {
	return scanNomination(on(k).QueryRow("SELECT "+nominationCols+" FROM nomination WHERE tenant = $1 AND code_hash = $2 AND code_hash <> ''", string(on(k).tenant), hash))
}

// Nominations implements ballots.Honours.
func (Ballots) Nominations(k kernel.Tx, q ballots.HonourQuery) ([]*ballots.Nomination, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	if q.Award != "" {
		f.and("award = ?", string(q.Award))
	}
	if q.Path != "" {
		f.under("path", q.Path)
	}
	if len(q.Stages) > 0 {
		f.conds = append(f.conds, oneOf(f, "step", q.Stages))
	}
	board := "(consent = 'given' AND step IN ('notice', 'granted'))"
	if q.Board {
		f.conds = append(f.conds, board)
	} else {
		account := f.arg(string(q.Account))
		f.conds = append(f.conds, "("+board+" OR (nominator <> '' AND nominator = "+account+") OR (subject <> '' AND subject = "+account+") OR "+f.inPaths("path", q.Manage)+")")
	}
	if q.Page.After != "" {
		f.and("id < ?", q.Page.After)
	}
	limit := f.arg(q.Page.Limit + 1)
	rows, err := on(k).Query("SELECT "+nominationCols+" FROM nomination WHERE "+f.where()+" ORDER BY id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*ballots.Nomination, error) { return scanNomination(r) })
	return cut(out, err, q.Page.Limit, func(n *ballots.Nomination) kernel.ID { return n.ID })
}

const objectionCols = "id, nomination, by_account, body, state, answer, at, answered_at"

func scanObjection(r scanner) (*ballots.Objection, error) {
	o := &ballots.Objection{}
	var when, answered int64
	err := r.Scan(&o.ID, &o.Nomination, &o.By, &o.Body, &o.State, &o.Answer, &when, &answered)
	o.At, o.AnsweredAt = at(when), at(answered)
	return o, notFound(err, noObjection)
}

// InsertObjection implements ballots.Objections.
func (Ballots) InsertObjection(k kernel.Tx, o *ballots.Objection) error {
	_, err := on(k).Exec("INSERT INTO objection (tenant, "+objectionCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", string(on(k).tenant), string(o.ID),
		string(o.Nomination), string(o.By), o.Body, string(o.State), o.Answer, ms(o.At), ms(o.AnsweredAt))
	return err
}

// Objection implements ballots.Objections.
func (Ballots) Objection(k kernel.Tx, id kernel.ID) (*ballots.Objection, error) {
	return scanObjection(on(k).QueryRow("SELECT "+objectionCols+" FROM objection WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
}

// AnswerObjection implements ballots.Objections.
func (Ballots) AnswerObjection(k kernel.Tx, id kernel.ID, state ballots.ObjectionState, answer string, when time.Time) (bool, error) {
	return one(k, "UPDATE objection SET state = $1, answer = $2, answered_at = $3 WHERE tenant = $4 AND id = $5 AND state = 'open'",
		string(state), answer, ms(when), string(on(k).tenant), string(id))
}

// ObjectionsTo implements ballots.Objections.
func (Ballots) ObjectionsTo(k kernel.Tx, nomination kernel.ID) ([]*ballots.Objection, error) {
	rows, err := on(k).Query("SELECT "+objectionCols+" FROM objection WHERE tenant = $1 AND nomination = $2 ORDER BY id LIMIT 500", string(on(k).tenant), string(nomination))
	return scanAll(rows, err, func(r *sql.Rows) (*ballots.Objection, error) { return scanObjection(r) })
}

// EraseObjections implements ballots.Objections. Those that waited are closed with it.
func (Ballots) EraseObjections(k kernel.Tx, nomination kernel.ID) error {
	_, err := on(k).Exec("UPDATE objection SET body = '', answer = '', state = CASE WHEN state = 'open' THEN 'dismissed' ELSE state END WHERE tenant = $1 AND nomination = $2",
		string(on(k).tenant), string(nomination))
	return err
}
