package store

import (
	"database/sql"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// Access keeps accounts, sessions and personal tokens.
type Access struct{}

var (
	_ access.Accounts = Access{}
	_ access.Sessions = Access{}
	_ access.Tokens   = Access{}
)

var (
	noAccount = kernel.T("没有这个账号", "there is no such account")
	noSession = kernel.T("没有这次登录，或者它已经结束", "there is no such session, or it has ended")
)

const accountCols = `id, tenant, user_name, name_sealed, name_masked, password, disabled, must_change, created_at`

func scanAccount(r scanner) (a access.Account, err error) {
	var created int64
	err = r.Scan(&a.ID, &a.Tenant, &a.User, &a.NameSealed, &a.NameMasked, &a.PasswordPHC, &a.Disabled, &a.MustChange, &created)
	a.Created = at(created)
	return a, notFound(err, noAccount)
}

// InsertAccount implements access.Accounts.
func (Access) InsertAccount(k kernel.Tx, a access.Account) error {
	ok, err := one(k, `INSERT INTO account (tenant, id, user_name, name_sealed, name_masked, password, disabled, must_change, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		string(on(k).tenant), string(a.ID), a.User, a.NameSealed, a.NameMasked, a.PasswordPHC, flag(a.Disabled), flag(a.MustChange), ms(a.Created))
	if err == nil && !ok {
		return &kernel.Error{Kind: kernel.KindConflict, Field: "user", Say: kernel.T("用户名「"+a.User+"」已经有人用了，请换一个", "the user name \""+a.User+"\" is taken; choose another")}
	}
	return err
}

// AccountByID implements access.Accounts.
func (Access) AccountByID(k kernel.Tx, id kernel.ID) (access.Account, error) {
	return scanAccount(on(k).QueryRow("SELECT "+accountCols+" FROM account WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
}

// AccountByUser implements access.Accounts.
func (Access) AccountByUser(k kernel.Tx, user string) (access.Account, error) {
	return scanAccount(on(k).QueryRow("SELECT "+accountCols+" FROM account WHERE tenant = $1 AND user_name = $2", string(on(k).tenant), user))
}

// ListAccounts implements access.Accounts.
func (Access) ListAccounts(k kernel.Tx, p kernel.Page) ([]access.Account, error) {
	rows, err := on(k).Query("SELECT "+accountCols+" FROM account WHERE tenant = $1 AND user_name > $2 ORDER BY user_name LIMIT $3",
		string(on(k).tenant), p.After, p.Limit)
	return scanAll(rows, err, func(r *sql.Rows) (access.Account, error) { return scanAccount(r) })
}

// mustOne turns an update that touched nothing into "not found".
func mustOne(ok bool, err error, say kernel.Text) error {
	if err == nil && !ok {
		return kernel.NotFound(say)
	}
	return err
}

// SetPasswordPHC implements access.Accounts.
func (Access) SetPasswordPHC(k kernel.Tx, account kernel.ID, phc string) error {
	ok, err := one(k, `UPDATE account SET password = $1 WHERE tenant = $2 AND id = $3`, phc, string(on(k).tenant), string(account))
	return mustOne(ok, err, noAccount)
}

// SetDisabled implements access.Accounts.
func (Access) SetDisabled(k kernel.Tx, account kernel.ID, disabled bool) error {
	ok, err := one(k, `UPDATE account SET disabled = $1 WHERE tenant = $2 AND id = $3`, flag(disabled), string(on(k).tenant), string(account))
	return mustOne(ok, err, noAccount)
}

// SetMustChange implements access.Accounts.
func (Access) SetMustChange(k kernel.Tx, account kernel.ID, must bool) error {
	ok, err := one(k, `UPDATE account SET must_change = $1 WHERE tenant = $2 AND id = $3`, flag(must), string(on(k).tenant), string(account))
	return mustOne(ok, err, noAccount)
}

// SetName implements access.Accounts.
func (Access) SetName(k kernel.Tx, account kernel.ID, sealed, masked string) error {
	ok, err := one(k, `UPDATE account SET name_sealed = $1, name_masked = $2 WHERE tenant = $3 AND id = $4`, sealed, masked, string(on(k).tenant), string(account))
	return mustOne(ok, err, noAccount)
}

const sessionCols = `id, hash, account, created_at, seen_at, expires_at, device, revoked_at`

func scanSession(r scanner) (s access.Session, err error) {
	var created, seen, expires, revoked int64
	err = r.Scan(&s.ID, &s.Hash, &s.Account, &created, &seen, &expires, &s.Device, &revoked)
	s.Created, s.LastSeen, s.Expires, s.Revoked = at(created), at(seen), at(expires), at(revoked)
	return s, notFound(err, noSession)
}

// InsertSession implements access.Sessions.
func (Access) InsertSession(k kernel.Tx, s access.Session) error {
	_, err := on(k).Exec("INSERT INTO session (tenant, "+sessionCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		string(on(k).tenant), string(s.ID), s.Hash, string(s.Account), ms(s.Created), ms(s.LastSeen), ms(s.Expires), s.Device, ms(s.Revoked))
	return err
}

// SessionByHash implements access.Sessions.
func (Access) SessionByHash(k kernel.Tx, hash string) (access.Session, error) {
	return scanSession(on(k).QueryRow("SELECT "+sessionCols+" FROM session WHERE tenant = $1 AND hash = $2", string(on(k).tenant), hash))
}

// TouchSession implements access.Sessions.
func (Access) TouchSession(k kernel.Tx, hash string, seen time.Time) error {
	_, err := on(k).Exec(`UPDATE session SET seen_at = $1 WHERE tenant = $2 AND hash = $3`, ms(seen), string(on(k).tenant), hash)
	return err
}

// SessionsOf implements access.Sessions.
func (Access) SessionsOf(k kernel.Tx, account kernel.ID, now time.Time) ([]access.Session, error) {
	rows, err := on(k).Query("SELECT "+sessionCols+" FROM session WHERE tenant = $1 AND account = $2 AND revoked_at = 0 AND expires_at > $3 ORDER BY id DESC",
		string(on(k).tenant), string(account), ms(now))
	return scanAll(rows, err, func(r *sql.Rows) (access.Session, error) { return scanSession(r) })
}

// RevokeSession implements access.Sessions.
func (Access) RevokeSession(k kernel.Tx, account, session kernel.ID, when time.Time) error {
	ok, err := one(k, `UPDATE session SET revoked_at = $1 WHERE tenant = $2 AND account = $3 AND id = $4 AND revoked_at = 0 AND expires_at > $1`,
		ms(when), string(on(k).tenant), string(account), string(session))
	return mustOne(ok, err, noSession)
}

// RevokeSessions implements access.Sessions.
func (Access) RevokeSessions(k kernel.Tx, account kernel.ID, when time.Time) (int, error) {
	n, err := on(k).Exec(`UPDATE session SET revoked_at = $1 WHERE tenant = $2 AND account = $3 AND revoked_at = 0`,
		ms(when), string(on(k).tenant), string(account))
	return int(n), err
}

// DropSessions implements access.Sessions.
func (Access) DropSessions(k kernel.Tx, before time.Time, limit int) (int, error) {
	n, err := on(k).Exec(`DELETE FROM session WHERE tenant = $1 AND hash IN (SELECT hash FROM session WHERE tenant = $1
		AND (expires_at < $2 OR revoked_at > 0 AND revoked_at < $2) LIMIT $3)`, string(on(k).tenant), ms(before), limit)
	return int(n), err
}

const tokenCols = `id, hash, account, name, created_at, seen_at, expires_at, revoked_at` //nolint:gosec // names of columns, no secret

func scanToken(r scanner) (x access.Token, err error) {
	var created, seen, expires, revoked int64
	err = r.Scan(&x.ID, &x.Hash, &x.Account, &x.Name, &created, &seen, &expires, &revoked)
	x.Created, x.LastSeen, x.Expires, x.Revoked = at(created), at(seen), at(expires), at(revoked)
	return x, notFound(err, noSession)
}

// InsertToken implements access.Tokens.
func (Access) InsertToken(k kernel.Tx, x access.Token) error {
	_, err := on(k).Exec("INSERT INTO token (tenant, "+tokenCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		string(on(k).tenant), string(x.ID), x.Hash, string(x.Account), x.Name, ms(x.Created), ms(x.LastSeen), ms(x.Expires), ms(x.Revoked))
	return err
}

// TokenByHash implements access.Tokens.
func (Access) TokenByHash(k kernel.Tx, hash string) (access.Token, error) {
	return scanToken(on(k).QueryRow("SELECT "+tokenCols+" FROM token WHERE tenant = $1 AND hash = $2", string(on(k).tenant), hash))
}

// TouchToken implements access.Tokens.
func (Access) TouchToken(k kernel.Tx, hash string, seen time.Time) error {
	_, err := on(k).Exec(`UPDATE token SET seen_at = $1 WHERE tenant = $2 AND hash = $3`, ms(seen), string(on(k).tenant), hash)
	return err
}

// TokensOf implements access.Tokens.
func (Access) TokensOf(k kernel.Tx, account kernel.ID, now time.Time) ([]access.Token, error) {
	rows, err := on(k).Query("SELECT "+tokenCols+" FROM token WHERE tenant = $1 AND account = $2 AND revoked_at = 0 AND expires_at > $3 ORDER BY id DESC",
		string(on(k).tenant), string(account), ms(now))
	return scanAll(rows, err, func(r *sql.Rows) (access.Token, error) { return scanToken(r) })
}

// RevokeToken implements access.Tokens.
func (Access) RevokeToken(k kernel.Tx, account, token kernel.ID, when time.Time) error {
	ok, err := one(k, `UPDATE token SET revoked_at = $1 WHERE tenant = $2 AND account = $3 AND id = $4 AND revoked_at = 0 AND expires_at > $1`,
		ms(when), string(on(k).tenant), string(account), string(token))
	return mustOne(ok, err, noSession)
}

// RevokeTokens implements access.Tokens.
func (Access) RevokeTokens(k kernel.Tx, account kernel.ID, when time.Time) (int, error) {
	n, err := on(k).Exec(`UPDATE token SET revoked_at = $1 WHERE tenant = $2 AND account = $3 AND revoked_at = 0`,
		ms(when), string(on(k).tenant), string(account))
	return int(n), err
}
