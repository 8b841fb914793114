package store

import (
	"database/sql"
	"time"

	"sanzhi/internal/kernel"
	"sanzhi/internal/privacy"
)

// Privacy keeps requests of people about their data, consents, terms and what retention did.
type Privacy struct{}

var (
	_ privacy.Repo = Privacy{}
	_ privacy.Runs = Privacy{}
)

// SealedFields names every column with sealed values, table.column.
func SealedFields() []string {
	var out []string
	for _, c := range sealedColumns {
		out = append(out, c.table+"."+c.column)
	}
	return append(out, "webhook.secret")
}

const requestCols = "id, subject, path, kind, words, changes, state, answer, handler, version, at, due_at, provisional, answered_at"

func scanRequest(r scanner) (*privacy.Request, error) {
	q := &privacy.Request{}
	var subject string
	var provisional int
	var when, due, answered int64
	err := r.Scan(&q.ID, &subject, &q.Path, &q.Kind, &q.Words, &q.Changes, &q.State, &q.Answer, &q.Handler, &q.Version, &when, &due, &provisional, &answered)
	q.Subject, q.Provisional = privacy.ParseSubject(subject), provisional == 1
	q.At, q.DueAt, q.AnsweredAt = at(when), at(due), at(answered)
	return q, notFound(err, kernel.T("没有这个申请", "there is no such request"))
}

// InsertRequest implements privacy.Repo.
func (Privacy) InsertRequest(k kernel.Tx, r *privacy.Request) error {
	_, err := on(k).Exec("INSERT INTO privacy_request (tenant, "+requestCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
		string(on(k).tenant), string(r.ID), r.Subject.Ref(), string(r.Path), string(r.Kind), r.Words, r.Changes, string(r.State), r.Answer, string(r.Handler),
		r.Version, ms(r.At), ms(r.DueAt), flag(r.Provisional), ms(r.AnsweredAt))
	return err
}

// UpdateRequest implements privacy.Repo.
func (Privacy) UpdateRequest(k kernel.Tx, r *privacy.Request, was int) (bool, error) {
	return one(k, `UPDATE privacy_request SET state = $1, answer = $2, handler = $3, version = $4, answered_at = $5 WHERE tenant = $6 AND id = $7 AND version = $8 AND state = 'open'`,
		string(r.State), r.Answer, string(r.Handler), r.Version, ms(r.AnsweredAt), string(on(k).tenant), string(r.ID), was)
}

// Request implements privacy.Repo.
func (Privacy) Request(k kernel.Tx, id kernel.ID) (*privacy.Request, error) {
	return scanRequest(on(k).QueryRow("SELECT "+requestCols+" FROM privacy_request WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
}

// Requests implements privacy.Repo.
func (Privacy) Requests(k kernel.Tx, q privacy.Query) ([]*privacy.Request, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.conds = append(f.conds, "("+f.inPaths("path", q.Paths)+")")
	order := "id"
	if q.Open {
		// Requests have one deadline, so the order of their ids is the order in which they fall due, but for days off.
		f.conds = append(f.conds, "state = 'open'")
		if q.Page.After != "" {
			f.and("id > ?", q.Page.After)
		}
	} else {
		order = "id DESC"
		f.conds = append(f.conds, "state <> 'open'")
		if q.Page.After != "" {
			f.and("id < ?", q.Page.After)
		}
	}
	limit := f.arg(q.Page.Limit + 1)
	rows, err := on(k).Query("SELECT "+requestCols+" FROM privacy_request WHERE "+f.where()+" ORDER BY "+order+" LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*privacy.Request, error) { return scanRequest(r) })
	return cut(out, err, q.Page.Limit, func(r *privacy.Request) kernel.ID { return r.ID })
}

// RequestsOf implements privacy.Repo.
func (Privacy) RequestsOf(k kernel.Tx, s privacy.Subject) ([]*privacy.Request, error) {
	rows, err := on(k).Query("SELECT "+requestCols+" FROM privacy_request WHERE tenant = $1 AND subject = $2 ORDER BY id DESC LIMIT 100", string(on(k).tenant), s.Ref())
	return scanAll(rows, err, func(r *sql.Rows) (*privacy.Request, error) { return scanRequest(r) })
}

// EraseRequests implements privacy.Repo.
func (Privacy) EraseRequests(k kernel.Tx, s privacy.Subject) error {
	_, err := on(k).Exec("UPDATE privacy_request SET words = '', changes = '', answer = '' WHERE tenant = $1 AND subject = $2", string(on(k).tenant), s.Ref())
	return err
}

// PutConsent implements privacy.Repo. One that lasts already is left as it is.
func (Privacy) PutConsent(k kernel.Tx, c *privacy.Consent) error {
	_, err := on(k).Exec(`INSERT INTO consent (tenant, id, subject, purpose, text_version, given_by, given_at, withdrawn_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT DO NOTHING`, string(on(k).tenant), string(c.ID), c.Subject, c.Purpose, c.Text, c.By, ms(c.Given), ms(c.Withdrawn))
	return err
}

// EndConsent implements privacy.Repo.
func (Privacy) EndConsent(k kernel.Tx, subject, purpose string) (int, error) {
	n, err := on(k).Exec("UPDATE consent SET withdrawn_at = $1 WHERE tenant = $2 AND subject = $3 AND (purpose = $4 OR $4 = '') AND withdrawn_at = 0",
		ms(on(k).now), string(on(k).tenant), subject, purpose)
	return int(n), err
}

// ConsentsOf implements privacy.Repo.
func (Privacy) ConsentsOf(k kernel.Tx, subject string) ([]*privacy.Consent, error) {
	rows, err := on(k).Query("SELECT id, subject, purpose, text_version, given_by, given_at, withdrawn_at FROM consent WHERE tenant = $1 AND subject = $2 ORDER BY id LIMIT 200",
		string(on(k).tenant), subject)
	return scanAll(rows, err, func(r *sql.Rows) (*privacy.Consent, error) {
		c := &privacy.Consent{}
		var given, withdrawn int64
		err := r.Scan(&c.ID, &c.Subject, &c.Purpose, &c.Text, &c.By, &given, &withdrawn)
		c.Given, c.Withdrawn = at(given), at(withdrawn)
		return c, err
	})
}

// PutTerm implements privacy.Repo: kernel.KindConflict when the version was taken by somebody else.
func (Privacy) PutTerm(k kernel.Tx, t *privacy.Term) error {
	ok, err := one(k, "INSERT INTO purpose_term (tenant, purpose, version, months, reason, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
		string(on(k).tenant), t.Purpose, t.Version, t.Months, t.Reason, ms(t.At))
	if err == nil && !ok {
		return kernel.Conflict(kernel.T("刚被别人改过，请刷新后再看", "somebody else has just changed this; reload and look again"))
	}
	return err
}

// Terms implements privacy.Repo.
func (Privacy) Terms(k kernel.Tx) (map[string]privacy.Term, error) {
	rows, err := on(k).Query("SELECT purpose, version, months, reason, at FROM purpose_term WHERE tenant = $1 ORDER BY purpose, version", string(on(k).tenant))
	out := map[string]privacy.Term{}
	_, err = scanAll(rows, err, func(r *sql.Rows) (bool, error) {
		var t privacy.Term
		var when int64
		err := r.Scan(&t.Purpose, &t.Version, &t.Months, &t.Reason, &when)
		t.At = at(when)
		out[t.Purpose] = t // the last version stands
		return true, err
	})
	return out, err
}

// RunOn implements privacy.Runs.
func (Privacy) RunOn(k kernel.Tx, purpose, day string) (bool, error) {
	var n int
	err := on(k).QueryRow("SELECT COUNT(*) FROM retention_run WHERE tenant = $1 AND purpose = $2 AND day = $3", string(on(k).tenant), purpose, day).Scan(&n)
	return n > 0, err
}

// PutRun implements privacy.Runs.
func (Privacy) PutRun(k kernel.Tx, purpose, day string, n int) error {
	_, err := on(k).Exec("INSERT INTO retention_run (tenant, purpose, day, n) VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, purpose, day) DO UPDATE SET n = excluded.n",
		string(on(k).tenant), purpose, day, n)
	return err
}

// ErasePersonal implements privacy.Runs. What is sealed is the digest, which stays.
func (Privacy) ErasePersonal(k kernel.Tx, object kernel.ID) (int, error) {
	n, err := on(k).Exec("UPDATE ledger SET personal = '', salt = '' WHERE tenant = $1 AND object = $2 AND personal <> ''", string(on(k).tenant), string(object))
	return int(n), err
}

// A keeper of the store: a purpose, and the statement that ends what is older.
type keeper struct {
	purpose string
	forget  func(k kernel.Tx, before time.Time, limit int) (int, error)
}

// Purpose implements privacy.Keeper.
func (x keeper) Purpose() string { return x.purpose }

// Forget implements privacy.Keeper.
func (x keeper) Forget(k kernel.Tx, before time.Time, limit int) (int, error) {
	return x.forget(k, before, limit)
}

// forgetting makes a keeper of one statement whose arguments are the tenant, the instant and the limit.
func forgetting(purpose, query string) keeper {
	return keeper{purpose, func(k kernel.Tx, before time.Time, limit int) (int, error) {
		n, err := on(k).Exec(query, string(on(k).tenant), ms(before), limit)
		return int(n), err
	}}
}

// Keepers gives the retention clocks of what the store's own rooms keep.
func (Privacy) Keepers() []privacy.Keeper {
	return []privacy.Keeper{
		keeper{privacy.PurposeContact, forgetContacts}, keeper{privacy.PurposeWords, forgetWords},
		forgetting(privacy.PurposeAccess, `UPDATE ledger SET personal = '', salt = '' WHERE tenant = $1 AND id IN (SELECT id FROM ledger WHERE tenant = $1 AND at < $2
			AND personal <> '' AND act IN ('sign_in', 'sign_in_failed', 'sign_out', 'session_revoked', 'all_revoked', 'token_made', 'token_revoked', 'account_made', 'password_set',
			'account_disabled', 'account_enabled') ORDER BY id LIMIT $3)`),
		forgetting(privacy.PurposeLooks, `DELETE FROM unmasking WHERE tenant = $1 AND id IN (SELECT id FROM unmasking WHERE tenant = $1 AND at < $2 ORDER BY id LIMIT $3)`),
		forgetting(privacy.PurposeVoice, `UPDATE ballot_post SET author = '', author_name = '*' WHERE tenant = $1 AND id IN (SELECT id FROM ballot_post WHERE tenant = $1 AND at < $2
			AND author <> '' ORDER BY id LIMIT $3)`),
		forgetting(privacy.PurposeHonour, `UPDATE nomination SET name = '', why = '', stars = '', subject = '', version = version + 1 WHERE tenant = $1 AND id IN (SELECT id FROM nomination
			WHERE tenant = $1 AND updated_at < $2 AND name <> '' AND step NOT IN ('granted', 'notice') ORDER BY id LIMIT $3)`),
		forgetting(privacy.PurposeRights, `UPDATE privacy_request SET words = '', changes = '', answer = '' WHERE tenant = $1 AND id IN (SELECT id FROM privacy_request WHERE tenant = $1
			AND answered_at > 0 AND answered_at < $2 AND (words <> '' OR changes <> '' OR answer <> '') ORDER BY id LIMIT $3)`),
		// What other rooms keep: notes of visits and names of crews, contacts of sign-ups, names and doors of entries that have ended.
		keeper{privacy.PurposeVisit, Rounds{}.EraseNotes}, keeper{privacy.PurposeCrew, Rounds{}.EraseNames},
		keeper{privacy.PurposeSignup, Activities{}.Forget},
		forgetting(privacy.PurposeEntry, `UPDATE register_entry SET sealed = '' WHERE tenant = $1 AND id IN (SELECT id FROM register_entry WHERE tenant = $1 AND state = 'ended'
			AND state_at < $2 AND sealed <> '' ORDER BY id LIMIT $3)`),
		forgetting(privacy.PurposeHousehold, `DELETE FROM register_link WHERE tenant = $1 AND id IN (SELECT l.id FROM register_link l JOIN register_entry e ON e.tenant = l.tenant
			AND e.id = l.entry WHERE l.tenant = $1 AND l.sealed <> '' AND e.state = 'ended' AND e.state_at < $2 ORDER BY l.id LIMIT $3)`),
	}
}
