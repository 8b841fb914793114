package store

import (
	"database/sql"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
)

// Take implements activities.Signups. The activity and then the post are held until the unit of work ends.
func (Activities) Take(k kernel.Tx, activity, post kernel.ID) (activities.SignState, int, error) {
	t := string(on(k).tenant)
	open, err := one(k, "UPDATE activity SET took_part = took_part WHERE tenant = $1 AND id = $2 AND stage = 'open'", t, string(activity))
	if err != nil {
		return "", 0, err
	}
	if !open {
		return "", 0, kernel.Conflict(kernel.T("这个活动现在不能报名", "this activity takes no sign-ups now"))
	}
	got, err := one(k, "UPDATE activity_post SET filled = filled + 1 WHERE tenant = $1 AND activity = $2 AND id = $3 AND filled < capacity AND waiting = 0", t, string(activity), string(post))
	if err != nil || got {
		return activities.In, 0, err
	}
	got, err = one(k, "UPDATE activity_post SET waiting = waiting + 1 WHERE tenant = $1 AND activity = $2 AND id = $3", t, string(activity), string(post))
	if err != nil {
		return "", 0, err
	}
	if !got {
		return "", 0, kernel.NotFound(kernel.T("没有这个岗位，请重新打开活动再选", "there is no such post; open the activity again"))
	}
	var n int
	err = on(k).QueryRow("SELECT waiting FROM activity_post WHERE tenant = $1 AND activity = $2 AND id = $3", t, string(activity), string(post)).Scan(&n)
	return activities.Waiting, n, err
}

const signupCols = `id, activity, post, who, account, shown, contact, code_hash, day, state, at`

func scanSignup(r scanner) (*activities.Signup, error) {
	s := &activities.Signup{}
	var when int64
	err := r.Scan(&s.ID, &s.Activity, &s.Post, &s.Who, &s.Account, &s.Shown, &s.Contact, &s.CodeHash, &s.Day, &s.State, &when)
	s.At = at(when)
	return s, err
}

// InsertSignup implements activities.Signups.
func (Activities) InsertSignup(k kernel.Tx, s *activities.Signup) error {
	_, err := on(k).Exec("INSERT INTO activity_signup (tenant, "+signupCols+", ended) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '')", string(on(k).tenant),
		string(s.ID), string(s.Activity), string(s.Post), s.Who, string(s.Account), s.Shown, s.Contact, s.CodeHash, s.Day, string(s.State), ms(s.At))
	if err != nil && on(k).db.Engine.IsUnique(err) {
		return &kernel.Error{Kind: kernel.KindConflict, Cause: err, Say: kernel.T("这一天已经报过名了，一人一天报一个岗位", "this person has a place that day already; one post a day for each person")}
	}
	return err
}

var sayNoSignup = kernel.T("没有这个报名，请核对报名码", "there is no such sign-up; check the code")

// Signup implements activities.Signups.
func (Activities) Signup(k kernel.Tx, id kernel.ID) (*activities.Signup, error) {
	s, err := scanSignup(on(k).QueryRow("SELECT "+signupCols+" FROM activity_signup WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return s, notFound(err, sayNoSignup)
}

// ByCode implements activities.Signups.
func (Activities) ByCode(k kernel.Tx, hash string) (*activities.Signup, error) {
	s, err := scanSignup(on(k).QueryRow("SELECT "+signupCols+" FROM activity_signup WHERE tenant = $1 AND code_hash = $2", string(on(k).tenant), hash))
	return s, notFound(err, sayNoSignup)
}

// End implements activities.Signups. The post is held first, so that who leaves and who moves up follow one another.
func (s Activities) End(k kernel.Tx, x *activities.Signup) (ended bool, moved *activities.Signup, err error) {
	t := string(on(k).tenant)
	post := func(set string) error {
		_, err := on(k).Exec("UPDATE activity_post SET "+set+" WHERE tenant = $1 AND activity = $2 AND id = $3", t, string(x.Activity), string(x.Post))
		return err
	}
	if err := post("filled = filled"); err != nil {
		return false, nil, err
	}
	was, err := s.Signup(k, x.ID)
	if err != nil {
		return false, nil, err
	}
	ended, err = one(k, "UPDATE activity_signup SET state = 'off', ended = id WHERE tenant = $1 AND id = $2 AND ended = ''", t, string(x.ID))
	if err != nil || !ended {
		return false, nil, err
	}
	if was.State == activities.Waiting {
		return true, nil, post("waiting = waiting - 1")
	}
	rows, err := on(k).Query("SELECT "+signupCols+` FROM activity_signup WHERE tenant = $1 AND activity = $2 AND post = $3 AND state = 'waiting' AND ended = ''
		ORDER BY at, id LIMIT 1`, t, string(x.Activity), string(x.Post))
	l, err := scanAll(rows, err, func(r *sql.Rows) (*activities.Signup, error) { return scanSignup(r) })
	if err != nil {
		return true, nil, err
	}
	if len(l) == 0 {
		return true, nil, post("filled = filled - 1")
	}
	up, err := one(k, "UPDATE activity_signup SET state = 'in' WHERE tenant = $1 AND id = $2 AND state = 'waiting' AND ended = ''", t, string(l[0].ID))
	if err != nil || !up {
		return true, nil, err
	}
	l[0].State = activities.In
	return true, l[0], post("waiting = waiting - 1")
}

// MoveUp gives free places of a post, such as after it grew, to the first in its line.
func (Activities) MoveUp(k kernel.Tx, activity kernel.ID) (n int, err error) {
	t := string(on(k).tenant)
	for {
		rows, err := on(k).Query(`SELECT p.id FROM activity_post p WHERE p.tenant = $1 AND p.activity = $2 AND p.filled < p.capacity AND p.waiting > 0 ORDER BY p.sort LIMIT 1`, t, string(activity))
		l, err := scanAll(rows, err, func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) })
		if err != nil || len(l) == 0 {
			return n, err
		}
		ok, err := one(k, `UPDATE activity_signup SET state = 'in' WHERE tenant = $1 AND id = (SELECT s.id FROM activity_signup s WHERE s.tenant = $1 AND s.activity = $2 AND s.post = $3
			AND s.state = 'waiting' AND s.ended = '' ORDER BY s.at, s.id LIMIT 1)`, t, string(activity), l[0])
		if err != nil || !ok {
			return n, err
		}
		if _, err := on(k).Exec("UPDATE activity_post SET filled = filled + 1, waiting = waiting - 1 WHERE tenant = $1 AND activity = $2 AND id = $3", t, string(activity), l[0]); err != nil {
			return n, err
		}
		n++
	}
}

// EndAll implements activities.Signups.
func (Activities) EndAll(k kernel.Tx, activity kernel.ID) error {
	t := string(on(k).tenant)
	if _, err := on(k).Exec("UPDATE activity_signup SET state = 'off', ended = id WHERE tenant = $1 AND activity = $2 AND ended = ''", t, string(activity)); err != nil {
		return err
	}
	_, err := on(k).Exec("UPDATE activity_post SET filled = 0, waiting = 0 WHERE tenant = $1 AND activity = $2", t, string(activity))
	return err
}

// timed gives a page of sign-ups sorted by when they were made.
func (Activities) timed(k kernel.Tx, f *filter, p kernel.Page) ([]*activities.Signup, string, error) {
	f.and("tenant = ?", string(on(k).tenant))
	if when, id, ok := strings.Cut(p.After, " "); ok {
		n, err := strconv.ParseInt(when, 10, 64)
		if err != nil {
			return nil, "", kernel.Malformed("after", kernel.T("翻页的位置不对，请从第一页看起", "the cursor is not valid; begin with the first page"))
		}
		a := f.arg(n)
		f.and("(at > "+a+" OR (at = "+a+" AND id > ?))", id)
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+signupCols+" FROM activity_signup WHERE "+f.where()+" ORDER BY at, id LIMIT "+limit, f.args...)
	l, err := scanAll(rows, err, func(r *sql.Rows) (*activities.Signup, error) { return scanSignup(r) })
	if err != nil || len(l) <= p.Limit {
		return l, "", err
	}
	last := l[p.Limit-1]
	return l[:p.Limit], strconv.FormatInt(ms(last.At), 10) + " " + string(last.ID), nil
}

// OfActivity implements activities.Signups.
func (s Activities) OfActivity(k kernel.Tx, activity kernel.ID, p kernel.Page) ([]*activities.Signup, string, error) {
	f := &filter{}
	f.and("activity = ?", string(activity))
	return s.timed(k, f, p)
}

// OfPerson implements activities.Signups.
func (s Activities) OfPerson(k kernel.Tx, who string, p kernel.Page) ([]*activities.Signup, string, error) {
	f := &filter{}
	f.and("who = ?", who)
	return s.timed(k, f, p)
}

// Ahead implements activities.Signups.
func (Activities) Ahead(k kernel.Tx, s *activities.Signup) (n int, err error) {
	err = on(k).QueryRow(`SELECT COUNT(*) FROM activity_signup WHERE tenant = $1 AND activity = $2 AND post = $3 AND state = 'waiting' AND ended = '' AND (at < $4 OR (at = $4 AND id < $5))`,
		string(on(k).tenant), string(s.Activity), string(s.Post), ms(s.At), string(s.ID)).Scan(&n)
	return n, err
}

// CheckIn implements activities.Attendances.
func (Activities) CheckIn(k kernel.Tx, s *activities.Stay) error {
	t := string(on(k).tenant)
	held, err := one(k, "UPDATE activity SET took_part = took_part WHERE tenant = $1 AND id = $2 AND stage = 'held'", t, string(s.Activity))
	if err != nil {
		return err
	}
	if !held {
		return kernel.Conflict(kernel.T("活动还没开始，或者已经结束", "the activity has not begun, or is over"))
	}
	_, err = on(k).Exec("INSERT INTO activity_attendance (tenant, id, activity, signup, who, pay, in_at, out_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)", t,
		string(s.ID), string(s.Activity), string(s.Signup), s.Who, string(s.Pay), ms(s.In))
	if err != nil && on(k).db.Engine.IsUnique(err) {
		return &kernel.Error{Kind: kernel.KindConflict, Cause: err, Say: kernel.T("已经签到了", "checked in before")}
	}
	return err
}

// CheckOut implements activities.Attendances.
func (Activities) CheckOut(k kernel.Tx, signup kernel.ID, when time.Time) (bool, error) {
	return one(k, "UPDATE activity_attendance SET out_at = $3 WHERE tenant = $1 AND signup = $2 AND out_at = 0", string(on(k).tenant), string(signup), ms(when))
}

// CloseAll implements activities.Attendances.
func (Activities) CloseAll(k kernel.Tx, activity kernel.ID, when time.Time) error {
	_, err := on(k).Exec("UPDATE activity_attendance SET out_at = CASE WHEN in_at > $3 THEN in_at ELSE $3 END WHERE tenant = $1 AND activity = $2 AND out_at = 0",
		string(on(k).tenant), string(activity), ms(when))
	return err
}

const stayCols = `s.id, s.activity, s.signup, s.who, s.pay, s.in_at, s.out_at, a.title, a.from_at, a.to_at, a.travel_out, a.travel_back`

func scanStay(r *sql.Rows) (*activities.Stay, error) {
	s := &activities.Stay{}
	var in, out, from, to int64
	err := r.Scan(&s.ID, &s.Activity, &s.Signup, &s.Who, &s.Pay, &in, &out, &s.Title, &from, &to, &s.TravelOut, &s.TravelBack)
	s.In, s.Out, s.Begins, s.Ends = at(in), at(out), at(from), at(to)
	return s, err
}

// StaysAt implements activities.Attendances.
func (Activities) StaysAt(k kernel.Tx, activity kernel.ID) ([]*activities.Stay, error) {
	rows, err := on(k).Query("SELECT "+stayCols+` FROM activity_attendance s JOIN activity a ON a.tenant = s.tenant AND a.id = s.activity
		WHERE s.tenant = $1 AND s.activity = $2 ORDER BY s.in_at, s.id`, string(on(k).tenant), string(activity))
	return scanAll(rows, err, scanStay)
}

// StaysOf implements activities.Attendances.
func (Activities) StaysOf(k kernel.Tx, who string, path kernel.Path, from, to time.Time) ([]*activities.Stay, error) {
	f := &filter{}
	f.and("s.tenant = ?", string(on(k).tenant))
	f.and("s.who = ?", who)
	f.and("a.stage = 'closed'")
	if path != "" {
		f.under("a.path", path)
	}
	if !from.IsZero() {
		f.and("a.from_at >= ?", ms(from))
	}
	if !to.IsZero() {
		f.and("a.from_at < ?", ms(to))
	}
	rows, err := on(k).Query("SELECT "+stayCols+" FROM activity_attendance s JOIN activity a ON a.tenant = s.tenant AND a.id = s.activity WHERE "+f.where()+" ORDER BY s.in_at, s.id", f.args...)
	return scanAll(rows, err, scanStay)
}

// Counts implements activities.Attendances.
func (Activities) Counts(k kernel.Tx, path kernel.Path, from, to time.Time) (activities.Take, error) {
	lo, hi := path.Range()
	end := ms(to)
	if end == 0 {
		end = 1<<62 - 1
	}
	args := []any{string(on(k).tenant), lo, hi, ms(from), end}
	var sessions, told, times, people, benefits, benefited int
	if err := on(k).QueryRow(`SELECT COUNT(*), COALESCE(SUM(took_part), 0), COALESCE(SUM(benefit_times), 0), COALESCE(SUM(benefit_people), 0) FROM activity
		WHERE tenant = $1 AND path >= $2 AND path < $3 AND from_at >= $4 AND from_at < $5 AND stage IN ('held', 'closed')`, args...).
		Scan(&sessions, &told, &benefits, &benefited); err != nil {
		return activities.Take{}, err
	}
	err := on(k).QueryRow(`SELECT COUNT(DISTINCT s.signup), COUNT(DISTINCT s.who) FROM activity_attendance s JOIN activity a ON a.tenant = s.tenant AND a.id = s.activity
		WHERE a.tenant = $1 AND a.path >= $2 AND a.path < $3 AND a.from_at >= $4 AND a.from_at < $5 AND a.stage IN ('held', 'closed')`, args...).Scan(&times, &people)
	q := func(n int, unit string) kernel.Quantity {
		return kernel.Quantity{Value: float64(n), Unit: unit, Qualifier: kernel.Exact, AsOf: on(k).now, Period: kernel.Period{From: from, To: to}}
	}
	return activities.Take{Sessions: q(sessions, activities.UnitSessions), CameTimes: q(times+told, activities.UnitTimes), CamePeople: q(people, activities.UnitPeople),
		BenefitTimes: q(benefits, activities.UnitTimes), BenefitPeople: q(benefited, activities.UnitPeople)}, err
}

// Forget is the retention clock of activity_contact: contacts go, sign-ups count on. Nobody signs up after an activity is over, so what is
// not old was not given long ago.
func (Activities) Forget(k kernel.Tx, before time.Time, limit int) (int, error) {
	n, err := on(k).Exec(`UPDATE activity_signup SET contact = '', shown = '*' WHERE tenant = $1 AND id IN (SELECT s.id FROM activity_signup s
		JOIN activity a ON a.tenant = s.tenant AND a.id = s.activity WHERE s.tenant = $1 AND s.contact <> '' AND s.at < $2 AND a.to_at < $2 ORDER BY s.at LIMIT $3)`,
		string(on(k).tenant), ms(before), limit)
	return int(n), err
}
