package store

import (
	"database/sql"
	"strings"

	"sanzhi/internal/ballots"
	"sanzhi/internal/kernel"
)

// Ballots keeps ballots, their rolls and counters, awards and nominations.
type Ballots struct{}

var (
	_ ballots.Repo       = Ballots{}
	_ ballots.Rolls      = Ballots{}
	_ ballots.Honours    = Ballots{}
	_ ballots.Objections = Ballots{}
	_ ballots.Residents  = Ballots{}
)

var (
	noBallot     = kernel.T("没有这次议事", "there is no such ballot")
	noPost       = kernel.T("没有这条发言", "there is no such post")
	noAward      = kernel.T("没有这一轮评选", "there is no such round")
	noCriteria   = kernel.T("没有这一版条目", "there is no such version of the criteria")
	noNomination = kernel.T("没有找到，或者您无权查看", "not found, or not yours to see")
	noObjection  = kernel.T("没有这条异议", "there is no such objection")
)

const ballotCols = `id, place, path, about, title, body, proposer, proposer_name, step, mode, options, quorum, need, opened_at, closes_at, outcome,
	resolution, reason, task_kind, task, version, created_at, updated_at`

func scanBallot(r scanner) (*ballots.Ballot, error) {
	b := &ballots.Ballot{}
	var options string
	var opened, closes, created, updated int64
	err := r.Scan(&b.ID, &b.Place, &b.Path, &b.About, &b.Title, &b.Body, &b.Proposer, &b.ProposerName, &b.Step, &b.Mode, &options, &b.Quorum, &b.Need,
		&opened, &closes, &b.Outcome, &b.Resolution, &b.Reason, &b.TaskKind, &b.Task, &b.Version, &created, &updated)
	if err != nil {
		return nil, notFound(err, noBallot)
	}
	b.OpenedAt, b.ClosesAt, b.CreatedAt, b.UpdatedAt = at(opened), at(closes), at(created), at(updated)
	return b, parse(options, &b.Options)
}

// InsertBallot implements ballots.Repo.
func (Ballots) InsertBallot(k kernel.Tx, b *ballots.Ballot) error {
	_, err := on(k).Exec("INSERT INTO ballot (tenant, "+ballotCols+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
		$19, $20, $21, $22, $23, $24)`, string(on(k).tenant), string(b.ID), string(b.Place), string(b.Path), string(b.About), b.Title, b.Body, string(b.Proposer),
		b.ProposerName, string(b.Step), string(b.Mode), text(b.Options), b.Quorum, b.Need, ms(b.OpenedAt), ms(b.ClosesAt), string(b.Outcome), b.Resolution, b.Reason,
		b.TaskKind, string(b.Task), b.Version, ms(b.CreatedAt), ms(b.UpdatedAt))
	return err
}

// UpdateBallot implements ballots.Repo.
func (Ballots) UpdateBallot(k kernel.Tx, b *ballots.Ballot, was int) (bool, error) {
	return one(k, `UPDATE ballot SET step = $1, mode = $2, options = $3, quorum = $4, need = $5, opened_at = $6, closes_at = $7, outcome = $8, resolution = $9,
		reason = $10, task_kind = $11, task = $12, version = $13, updated_at = $14 WHERE tenant = $15 AND id = $16 AND version = $17`,
		string(b.Step), string(b.Mode), text(b.Options), b.Quorum, b.Need, ms(b.OpenedAt), ms(b.ClosesAt), string(b.Outcome), b.Resolution, b.Reason,
		b.TaskKind, string(b.Task), b.Version, ms(b.UpdatedAt), string(on(k).tenant), string(b.ID), was)
}

// Ballot implements ballots.Repo.
func (Ballots) Ballot(k kernel.Tx, id kernel.ID) (*ballots.Ballot, error) {
	return scanBallot(on(k).QueryRow("SELECT "+ballotCols+" FROM ballot WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
}

// inPaths is a condition that holds at any of the paths and below.
func (f *filter) inPaths(column string, paths []kernel.Path) string {
	var any []string
	for _, p := range paths {
		lo, hi := p.Range()
		any = append(any, "("+column+" >= "+f.arg(lo)+" AND "+column+" < "+f.arg(hi)+")")
	}
	if len(any) == 0 {
		return "1 = 0"
	}
	return strings.Join(any, " OR ")
}

// oneOf is a condition that the column is one of the values.
func oneOf[T ~string](f *filter, column string, l []T) string {
	in := make([]string, len(l))
	for i, v := range l {
		in[i] = f.arg(string(v))
	}
	return column + " IN (" + strings.Join(in, ", ") + ")"
}

// Ballots implements ballots.Repo.
func (Ballots) Ballots(k kernel.Tx, q ballots.Query) ([]*ballots.Ballot, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	if q.Path != "" {
		f.under("path", q.Path)
	}
	if len(q.Steps) > 0 {
		f.conds = append(f.conds, oneOf(f, "step", q.Steps))
	}
	f.conds = append(f.conds, "("+oneOf(f, "step", []ballots.Step{ballots.StepDeliberating, ballots.StepVoting, ballots.StepCounted, ballots.StepResolved})+
		" OR (proposer <> '' AND proposer = "+f.arg(string(q.Account))+") OR "+f.inPaths("path", q.Manage)+")")
	if q.Page.After != "" {
		f.and("id < ?", q.Page.After)
	}
	limit := f.arg(q.Page.Limit + 1)
	rows, err := on(k).Query("SELECT "+ballotCols+" FROM ballot WHERE "+f.where()+" ORDER BY id DESC LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*ballots.Ballot, error) { return scanBallot(r) })
	return cut(out, err, q.Page.Limit, func(b *ballots.Ballot) kernel.ID { return b.ID })
}

// cut leaves a page of rows of which one more was asked for, and gives the cursor to the rest.
func cut[T any](l []T, err error, limit int, id func(T) kernel.ID) ([]T, string, error) {
	if err != nil || len(l) <= limit {
		return l, "", err
	}
	return l[:limit], string(id(l[limit-1])), nil
}

// Closing implements ballots.Repo.
func (Ballots) Closing(k kernel.Tx, limit int) ([]kernel.ID, error) {
	rows, err := on(k).Query("SELECT id FROM ballot WHERE tenant = $1 AND step = 'voting' AND closes_at <= $2 ORDER BY closes_at LIMIT $3",
		string(on(k).tenant), ms(on(k).now), limit)
	return scanAll(rows, err, func(r *sql.Rows) (id kernel.ID, err error) { return id, r.Scan(&id) })
}

const wordCols = "id, ballot, author, author_name, body, state, reason, at"

func scanPost(r scanner) (*ballots.Post, error) {
	p := &ballots.Post{}
	var when int64
	err := r.Scan(&p.ID, &p.Ballot, &p.Author, &p.AuthorName, &p.Body, &p.State, &p.Reason, &when)
	p.At = at(when)
	return p, notFound(err, noPost)
}

// InsertPost implements ballots.Repo.
func (Ballots) InsertPost(k kernel.Tx, p *ballots.Post) error {
	_, err := on(k).Exec("INSERT INTO ballot_post (tenant, "+wordCols+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", string(on(k).tenant), string(p.ID),
		string(p.Ballot), string(p.Author), p.AuthorName, p.Body, string(p.State), p.Reason, ms(p.At))
	return err
}

// Post implements ballots.Repo.
func (Ballots) Post(k kernel.Tx, id kernel.ID) (*ballots.Post, error) {
	return scanPost(on(k).QueryRow("SELECT "+wordCols+" FROM ballot_post WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
}

// SetPost implements ballots.Repo.
func (Ballots) SetPost(k kernel.Tx, id kernel.ID, from, to ballots.PostState, reason string) (bool, error) {
	return one(k, "UPDATE ballot_post SET state = $1, reason = $2 WHERE tenant = $3 AND id = $4 AND state = $5", string(to), reason, string(on(k).tenant), string(id), string(from))
}

// Posts implements ballots.Repo.
func (Ballots) Posts(k kernel.Tx, ballot kernel.ID, all bool, author kernel.ID, p kernel.Page) ([]*ballots.Post, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.and("ballot = ?", string(ballot))
	if !all {
		f.and("(state = 'shown' OR (author <> '' AND author = ?))", string(author))
	}
	f.and("id > ?", p.After)
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+wordCols+" FROM ballot_post WHERE "+f.where()+" ORDER BY id LIMIT "+limit, f.args...)
	out, err := scanAll(rows, err, func(r *sql.Rows) (*ballots.Post, error) { return scanPost(r) })
	return cut(out, err, p.Limit, func(p *ballots.Post) kernel.ID { return p.ID })
}

// AddVoters implements ballots.Rolls.
func (Ballots) AddVoters(k kernel.Tx, ballot kernel.ID, l []ballots.Voter) error {
	t := string(on(k).tenant)
	err := bulk(k, "INSERT INTO ballot_roll (tenant, ballot, voter, grp, by_code, voted, person)", 7, "ON CONFLICT (tenant, ballot, voter) DO NOTHING", l,
		func(v ballots.Voter) []any {
			return []any{t, string(ballot), v.Hash, v.Group, flag(v.ByCode), 0, v.Person}
		})
	if err != nil && on(k).db.Engine.IsUnique(err) {
		return kernel.Conflict(kernel.T("有号码刚刚领过投票码了，请刷新后再发", "one of the numbers was given a code just now; reload and try again"))
	}
	return err
}

// Cast implements ballots.Rolls: of many at once, one finds the voter not to have voted.
func (Ballots) Cast(k kernel.Tx, ballot kernel.ID, hash string) (group string, ok bool, err error) {
	t := string(on(k).tenant)
	ok, err = one(k, "UPDATE ballot_roll SET voted = 1 WHERE tenant = $1 AND ballot = $2 AND voter = $3 AND voted = 0", t, string(ballot), hash)
	if err != nil || !ok {
		return "", false, err
	}
	err = on(k).QueryRow("SELECT grp FROM ballot_roll WHERE tenant = $1 AND ballot = $2 AND voter = $3", t, string(ballot), hash).Scan(&group)
	return group, true, err
}

// OnRoll implements ballots.Rolls.
func (Ballots) OnRoll(k kernel.Tx, ballot kernel.ID, hash string) (isOn, voted bool, err error) {
	var n, v int
	err = on(k).QueryRow("SELECT COUNT(*), COALESCE(MAX(voted), 0) FROM ballot_roll WHERE tenant = $1 AND ballot = $2 AND voter = $3",
		string(on(k).tenant), string(ballot), hash).Scan(&n, &v)
	return n > 0, v > 0, err
}

// PersonOn implements ballots.Rolls.
func (Ballots) PersonOn(k kernel.Tx, ballot kernel.ID, person string) (isOn, byCode bool, err error) {
	var n, c int
	err = on(k).QueryRow("SELECT COUNT(*), COALESCE(MAX(by_code), 0) FROM ballot_roll WHERE tenant = $1 AND ballot = $2 AND person = $3 AND person <> ''",
		string(on(k).tenant), string(ballot), person).Scan(&n, &c)
	return n > 0, c > 0, err
}

// Count implements ballots.Rolls.
func (Ballots) Count(k kernel.Tx, ballot kernel.ID, group, choice string) error {
	_, err := on(k).Exec(`INSERT INTO ballot_tally (tenant, ballot, grp, choice, n) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (tenant, ballot, grp, choice) DO UPDATE SET n = ballot_tally.n + 1`, string(on(k).tenant), string(ballot), group, choice)
	return err
}

// Turnouts implements ballots.Rolls.
func (Ballots) Turnouts(k kernel.Tx, ballot kernel.ID) (map[string]ballots.Turnout, error) {
	rows, err := on(k).Query("SELECT grp, SUM(voted), COUNT(*) FROM ballot_roll WHERE tenant = $1 AND ballot = $2 GROUP BY grp", string(on(k).tenant), string(ballot))
	out := map[string]ballots.Turnout{}
	_, err = scanAll(rows, err, func(r *sql.Rows) (bool, error) {
		var g string
		var t ballots.Turnout
		err := r.Scan(&g, &t.Voted, &t.Eligible)
		out[g] = t
		return true, err
	})
	return out, err
}

// Tallies implements ballots.Rolls.
func (Ballots) Tallies(k kernel.Tx, ballot kernel.ID) ([]ballots.Tally, error) {
	rows, err := on(k).Query("SELECT grp, choice, n FROM ballot_tally WHERE tenant = $1 AND ballot = $2 ORDER BY grp, choice", string(on(k).tenant), string(ballot))
	return scanAll(rows, err, func(r *sql.Rows) (t ballots.Tally, err error) { return t, r.Scan(&t.Group, &t.Choice, &t.N) })
}

// CodesOf implements ballots.Rolls.
func (Ballots) CodesOf(k kernel.Tx, ballot kernel.ID) (n int, err error) {
	err = on(k).QueryRow("SELECT COUNT(*) FROM ballot_roll WHERE tenant = $1 AND ballot = $2 AND by_code = 1", string(on(k).tenant), string(ballot)).Scan(&n)
	return n, err
}

// ResidentsAt implements ballots.Residents: accounts that can sign in and hold a resident's post at the path or below now.
func (Ballots) ResidentsAt(k kernel.Tx, path kernel.Path) ([]ballots.Resident, error) {
	lo, hi := path.Range()
	rows, err := on(k).Query(`SELECT h.person, MIN(p.name), MIN(h.path), COALESCE(MIN(x.phone_index), '') FROM holding h JOIN account a ON a.tenant = h.tenant AND a.id = h.person AND a.disabled = 0
		JOIN place p ON p.tenant = h.tenant AND p.id = h.place LEFT JOIN person x ON x.tenant = h.tenant AND x.id = h.person
		WHERE h.tenant = $1 AND h.role = 'resident' AND h.path >= $2 AND h.path < $3 AND h.from_at <= $4 AND (h.to_at = 0 OR h.to_at > $4)
		GROUP BY h.person ORDER BY h.person`, string(on(k).tenant), lo, hi, ms(on(k).now))
	return scanAll(rows, err, func(r *sql.Rows) (x ballots.Resident, err error) {
		return x, r.Scan(&x.Account, &x.Place, &x.Path, &x.PhoneIndex)
	})
}
