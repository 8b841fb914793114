package store

import (
	"database/sql"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
)

// Activities keeps activities with their posts, programmes, series and venues; sign-ups, attendance and wages; volunteers,
// workers and teams.
type Activities struct{}

var (
	_ activities.Repo        = Activities{}
	_ activities.Venues      = Activities{}
	_ activities.Signups     = Activities{}
	_ activities.Attendances = Activities{}
	_ activities.People      = Activities{}
	_ activities.Labour      = Activities{}
	_ activities.Teams       = Activities{}
)

const activityCols = `id, programme, form, class, service, title, about, strands, place, path, spot, venue, host, series, number, stage, version, from_at, to_at,
	travel_out, travel_back, risk, insurance, insured_at, briefing, briefed_at, quality, quality_at, outcome, benefit_times, benefit_people, took_part, source,
	created_at, closed_at`

func activityArgs(t string, a *activities.Activity) []any {
	strands := make([]string, len(a.Strands))
	for i, s := range a.Strands {
		strands[i] = string(s)
	}
	p, o := a.Precautions, a.Outcome
	return []any{t, string(a.ID), a.Programme, a.Form, a.Class, flag(a.Service), a.Title, a.About, strings.Join(strands, " "), string(a.Place), string(a.Path), a.Spot,
		string(a.Venue), string(a.Host), string(a.Series), a.Number, string(a.Stage), a.Version, ms(a.From), ms(a.To), a.TravelOut, a.TravelBack, flag(a.Risk),
		p.Insurance, ms(p.InsuredAt), p.Briefing, ms(p.BriefedAt), p.Quality, ms(p.QualityAt), o.Words, o.Times, o.People, o.TookPart, a.Source, ms(a.Created), ms(a.ClosedAt)}
}

func scanActivity(r *sql.Rows) (*activities.Activity, error) {
	a := &activities.Activity{}
	var strands string
	var service, risk int
	var from, to, insured, briefed, quality, created, closed int64
	p, o := &a.Precautions, &a.Outcome
	err := r.Scan(&a.ID, &a.Programme, &a.Form, &a.Class, &service, &a.Title, &a.About, &strands, &a.Place, &a.Path, &a.Spot, &a.Venue, &a.Host, &a.Series, &a.Number,
		&a.Stage, &a.Version, &from, &to, &a.TravelOut, &a.TravelBack, &risk, &p.Insurance, &insured, &p.Briefing, &briefed, &p.Quality, &quality, &o.Words, &o.Times,
		&o.People, &o.TookPart, &a.Source, &created, &closed)
	for _, s := range strings.Fields(strands) {
		a.Strands = append(a.Strands, activities.Strand(s))
	}
	a.Service, a.Risk, a.From, a.To, a.Created, a.ClosedAt = service == 1, risk == 1, at(from), at(to), at(created), at(closed)
	p.InsuredAt, p.BriefedAt, p.QualityAt = at(insured), at(briefed), at(quality)
	return a, err
}

const postCols = `activity, id, sort, pay, kind, title, capacity, filled, waiting, skills, from_at, to_at, rate_fen, employment`

// postRow is a post in its activity.
type postRow struct {
	activity kernel.ID
	sort     int
	*activities.Post
}

func postArgs(t string) func(postRow) []any {
	return func(p postRow) []any {
		return []any{t, string(p.activity), string(p.ID), p.sort, string(p.Pay), p.Kind, p.Title, p.Capacity, p.Filled, p.Waiting, strings.Join(p.Skills, " "),
			ms(p.From), ms(p.To), p.RateFen, string(p.Employment)}
	}
}

// Insert implements activities.Repo.
func (Activities) Insert(k kernel.Tx, list []*activities.Activity) error {
	t := string(on(k).tenant)
	if err := bulk(k, "INSERT INTO activity (tenant, "+activityCols+")", 36, "", list, func(a *activities.Activity) []any { return activityArgs(t, a) }); err != nil {
		return err
	}
	var posts []postRow
	for _, a := range list {
		for i, p := range a.Posts {
			posts = append(posts, postRow{a.ID, i, p})
		}
	}
	return bulk(k, "INSERT INTO activity_post (tenant, "+postCols+")", 15, "", posts, postArgs(t))
}

// Update implements activities.Repo. Filled and waiting of a post are kept as they are: only sign-ups move them.
func (Activities) Update(k kernel.Tx, a *activities.Activity) (bool, error) {
	args := activityArgs(string(on(k).tenant), a)
	var set []string
	for i, c := range strings.Split(strings.ReplaceAll(activityCols, "\n", ""), ",") {
		if c = strings.TrimSpace(c); c != "id" {
			set = append(set, c+" = $"+strconv.Itoa(i+2))
		}
	}
	args = append(args, a.Version-1)
	ok, err := one(k, "UPDATE activity SET "+strings.Join(set, ", ")+" WHERE tenant = $1 AND id = $2 AND version = $37", args...)
	if err != nil || !ok {
		return ok, err
	}
	keep := make([]string, 0, len(a.Posts))
	for i, p := range a.Posts {
		// The posts are held fast in one order, so that whoever takes a place beside it waits.
		ok, err := one(k, "INSERT INTO activity_post (tenant, "+postCols+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
			ON CONFLICT (tenant, activity, id) DO UPDATE SET sort = excluded.sort, kind = excluded.kind, title = excluded.title, capacity = excluded.capacity,
			skills = excluded.skills, from_at = excluded.from_at, to_at = excluded.to_at, rate_fen = excluded.rate_fen, employment = excluded.employment
			WHERE activity_post.filled <= excluded.capacity`, postArgs(string(on(k).tenant))(postRow{a.ID, i, p})...)
		if err != nil || !ok {
			return false, err
		}
		keep = append(keep, string(p.ID))
	}
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	f.and("activity = ?", string(a.ID))
	f.and("filled = 0 AND waiting = 0")
	for _, id := range keep {
		f.and("id <> ?", id)
	}
	_, err = on(k).Exec("DELETE FROM activity_post WHERE "+f.where(), f.args...)
	return true, err
}

var sayNoActivity = kernel.T("没有这个活动，或者它还没有公布", "there is no such activity, or it is not announced yet")

// Activity implements activities.Repo.
func (Activities) Activity(k kernel.Tx, id kernel.ID) (*activities.Activity, error) {
	rows, err := on(k).Query("SELECT "+activityCols+" FROM activity WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id))
	l, err := scanAll(rows, err, scanActivity)
	if err != nil {
		return nil, err
	}
	if len(l) == 0 {
		return nil, kernel.NotFound(sayNoActivity)
	}
	return l[0], posts(k, l)
}

// posts reads the posts of activities.
func posts(k kernel.Tx, list []*activities.Activity) error {
	if len(list) == 0 {
		return nil
	}
	f, by := &filter{}, map[kernel.ID]*activities.Activity{}
	f.and("tenant = ?", string(on(k).tenant))
	in := make([]string, len(list))
	for i, a := range list {
		in[i], by[a.ID] = f.arg(string(a.ID)), a
	}
	f.conds = append(f.conds, "activity IN ("+strings.Join(in, ", ")+")")
	rows, err := on(k).Query("SELECT "+postCols+" FROM activity_post WHERE "+f.where()+" ORDER BY activity, sort, id", f.args...)
	l, err := scanAll(rows, err, func(r *sql.Rows) (postRow, error) {
		p := postRow{Post: &activities.Post{}}
		var skills string
		var from, to int64
		err := r.Scan(&p.activity, &p.ID, &p.sort, &p.Pay, &p.Kind, &p.Title, &p.Capacity, &p.Filled, &p.Waiting, &skills, &from, &to, &p.RateFen, &p.Employment)
		p.Skills, p.From, p.To = strings.Fields(skills), at(from), at(to)
		return p, err
	})
	for _, p := range l {
		by[p.activity].Posts = append(by[p.activity].Posts, p.Post)
	}
	return err
}

// activityFilter builds the condition of a list. Drafts are there for those alone who may write them.
func activityFilter(k kernel.Tx, q activities.Query) *filter {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	cond, args := q.Drafts.Predicate(access.Columns{Tenant: "tenant", Path: "path"}, len(f.args)+1)
	f.args = append(f.args, args...)
	f.conds = append(f.conds, "(stage <> 'draft' OR "+cond+")")
	if len(q.Stages) > 0 {
		in := make([]string, len(q.Stages))
		for i, s := range q.Stages {
			in[i] = f.arg(string(s))
		}
		f.conds = append(f.conds, "stage IN ("+strings.Join(in, ", ")+")")
	}
	for col, v := range map[string]string{"programme": q.Programme, "series": string(q.Series), "venue": string(q.Venue)} {
		if v != "" {
			f.and(col+" = ?", v)
		}
	}
	if q.Path != "" {
		lo, hi := q.Path.Range()
		either := []string{"path >= " + f.arg(lo) + " AND path < " + f.arg(hi)}
		for _, p := range q.Or {
			either = append(either, "path = "+f.arg(string(p)))
		}
		f.conds = append(f.conds, "("+strings.Join(either, " OR ")+")")
	}
	if !q.From.IsZero() {
		f.and("to_at > ?", ms(q.From))
	}
	if !q.To.IsZero() {
		f.and("from_at < ?", ms(q.To))
	}
	return f
}

// List implements activities.Repo. The cursor is "from id" of the last row.
func (Activities) List(k kernel.Tx, q activities.Query, p kernel.Page) ([]*activities.Activity, string, error) {
	f := activityFilter(k, q)
	f.and("tenant = ?", string(on(k).tenant))
	than, order := ">", "from_at, id"
	if q.Newest {
		than, order = "<", "from_at DESC, id DESC"
	}
	if from, id, ok := strings.Cut(p.After, " "); ok {
		n, err := strconv.ParseInt(from, 10, 64)
		if err != nil {
			return nil, "", kernel.Malformed("after", kernel.T("翻页的位置不对，请从第一页看起", "the cursor is not valid; begin with the first page"))
		}
		a := f.arg(n)
		f.and("(from_at "+than+" "+a+" OR (from_at = "+a+" AND id "+than+" ?))", id)
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+activityCols+" FROM activity WHERE "+f.where()+" ORDER BY "+order+" LIMIT "+limit, f.args...)
	l, err := scanAll(rows, err, scanActivity)
	next := ""
	if err == nil && len(l) > p.Limit {
		l = l[:p.Limit]
		last := l[p.Limit-1]
		next = strconv.FormatInt(ms(last.From), 10) + " " + string(last.ID)
	}
	if err != nil {
		return nil, "", err
	}
	return l, next, posts(k, l)
}

// CountActivities counts the activities that were held (or are over) of a programme, or all that are volunteering, in [from, to).
func (Activities) CountActivities(k kernel.Tx, programme string, from, to time.Time) (n int, err error) {
	cond := "programme = $4"
	if programme == "" {
		cond = "service = 1 AND '' = $4"
	}
	err = on(k).QueryRow("SELECT COUNT(*) FROM activity WHERE tenant = $1 AND stage IN ('held', 'closed') AND from_at >= $2 AND from_at < $3 AND "+cond,
		string(on(k).tenant), ms(from), ms(to), programme).Scan(&n)
	return n, err
}

// Sessions gives how many sessions of a series were held, the lowest and the highest number.
func (Activities) Sessions(k kernel.Tx, title string) (n, first, last int, err error) {
	err = on(k).QueryRow(`SELECT COUNT(*), COALESCE(MIN(a.number), 0), COALESCE(MAX(a.number), 0) FROM activity a JOIN activity_series s ON s.tenant = a.tenant AND s.id = a.series
		WHERE a.tenant = $1 AND s.title = $2 AND a.number > 0`, string(on(k).tenant), title).Scan(&n, &first, &last)
	return n, first, last, err
}

// Programmes implements activities.Repo.
func (Activities) Programmes(k kernel.Tx) ([]*activities.Programme, error) {
	rows, err := on(k).Query("SELECT body FROM activity_programme WHERE tenant = $1 ORDER BY id", string(on(k).tenant))
	return scanAll(rows, err, func(r *sql.Rows) (*activities.Programme, error) {
		p, body := &activities.Programme{}, ""
		if err := r.Scan(&body); err != nil {
			return nil, err
		}
		return p, parse(body, p)
	})
}

// PutProgramme implements activities.Repo.
func (Activities) PutProgramme(k kernel.Tx, p *activities.Programme) error {
	_, err := on(k).Exec(`INSERT INTO activity_programme (tenant, id, body) VALUES ($1, $2, $3) ON CONFLICT (tenant, id) DO UPDATE SET body = excluded.body`,
		string(on(k).tenant), p.ID, text(p))
	return err
}

// Settings implements activities.Repo.
func (Activities) Settings(k kernel.Tx) (s activities.Settings, err error) {
	rows, err := on(k).Query("SELECT body FROM activity_setting WHERE tenant = $1", string(on(k).tenant))
	l, err := scanAll(rows, err, func(r *sql.Rows) (body string, err error) { return body, r.Scan(&body) })
	if err != nil || len(l) == 0 {
		return s, err
	}
	return s, parse(l[0], &s)
}

// PutSettings implements activities.Repo.
func (Activities) PutSettings(k kernel.Tx, s activities.Settings) error {
	_, err := on(k).Exec(`INSERT INTO activity_setting (tenant, body) VALUES ($1, $2) ON CONFLICT (tenant) DO UPDATE SET body = excluded.body`, string(on(k).tenant), text(s))
	return err
}

const seriesCols = `id, title, programme, path, planned, held`

func scanSeries(r scanner) (*activities.Series, error) {
	s := &activities.Series{}
	return s, r.Scan(&s.ID, &s.Title, &s.Programme, &s.Path, &s.Planned, &s.Held)
}

// PutSeries implements activities.Repo.
func (Activities) PutSeries(k kernel.Tx, s *activities.Series) error {
	_, err := on(k).Exec("INSERT INTO activity_series (tenant, "+seriesCols+") VALUES ($1, $2, $3, $4, $5, $6, $7)", string(on(k).tenant), string(s.ID), s.Title, s.Programme,
		string(s.Path), s.Planned, s.Held)
	return err
}

// SeriesOf implements activities.Repo.
func (Activities) SeriesOf(k kernel.Tx, id kernel.ID) (*activities.Series, error) {
	s, err := scanSeries(on(k).QueryRow("SELECT "+seriesCols+" FROM activity_series WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return s, notFound(err, kernel.T("没有这个系列", "there is no such series"))
}

// titled gives a page of rows sorted by title and id, whose cursor is "title id" of the last row.
func titled[T any](k kernel.Tx, table, cols string, p kernel.Page, scan func(*sql.Rows) (T, error), key func(T) (title string, id kernel.ID)) ([]T, string, error) {
	f := &filter{}
	f.and("tenant = ?", string(on(k).tenant))
	if title, id, ok := strings.Cut(p.After, "\x1f"); ok {
		n := f.arg(title)
		f.and("(title > "+n+" OR (title = "+n+" AND id > ?))", id)
	}
	limit := f.arg(p.Limit + 1)
	rows, err := on(k).Query("SELECT "+cols+" FROM "+table+" WHERE "+f.where()+" ORDER BY title, id LIMIT "+limit, f.args...)
	l, err := scanAll(rows, err, scan)
	if err != nil || len(l) <= p.Limit {
		return l, "", err
	}
	title, id := key(l[p.Limit-1])
	return l[:p.Limit], title + "\x1f" + string(id), nil
}

// SeriesList implements activities.Repo.
func (Activities) SeriesList(k kernel.Tx, p kernel.Page) ([]*activities.Series, string, error) {
	return titled(k, "activity_series", seriesCols, p, func(r *sql.Rows) (*activities.Series, error) { return scanSeries(r) },
		func(s *activities.Series) (string, kernel.ID) { return s.Title, s.ID })
}

// NextNumber implements activities.Repo. The row is held until the unit of work ends, so that two sessions held at once get two
// numbers, and one that is undone gives its number back.
func (Activities) NextNumber(k kernel.Tx, series kernel.ID) (n int, err error) {
	t := string(on(k).tenant)
	ok, err := one(k, "UPDATE activity_series SET held = held + 1 WHERE tenant = $1 AND id = $2", t, string(series))
	if err != nil {
		return 0, err
	}
	if !ok {
		return 0, kernel.NotFound(kernel.T("没有这个系列", "there is no such series"))
	}
	err = on(k).QueryRow("SELECT held FROM activity_series WHERE tenant = $1 AND id = $2", t, string(series)).Scan(&n)
	return n, err
}

const venueCols = `id, title, kind, place, path, seats`

func scanVenue(r scanner) (*activities.Venue, error) {
	v := &activities.Venue{}
	return v, r.Scan(&v.ID, &v.Title, &v.Kind, &v.Place, &v.Path, &v.Seats)
}

// PutVenue implements activities.Venues.
func (Activities) PutVenue(k kernel.Tx, v *activities.Venue) error {
	_, err := on(k).Exec("INSERT INTO activity_venue (tenant, "+venueCols+") VALUES ($1, $2, $3, $4, $5, $6, $7)", string(on(k).tenant), string(v.ID), v.Title, v.Kind,
		string(v.Place), string(v.Path), v.Seats)
	return err
}

// Venue implements activities.Venues.
func (Activities) Venue(k kernel.Tx, id kernel.ID) (*activities.Venue, error) {
	v, err := scanVenue(on(k).QueryRow("SELECT "+venueCols+" FROM activity_venue WHERE tenant = $1 AND id = $2", string(on(k).tenant), string(id)))
	return v, notFound(err, kernel.T("没有这个场地", "there is no such venue"))
}

// VenueList implements activities.Venues.
func (Activities) VenueList(k kernel.Tx, p kernel.Page) ([]*activities.Venue, string, error) {
	return titled(k, "activity_venue", venueCols, p, func(r *sql.Rows) (*activities.Venue, error) { return scanVenue(r) },
		func(v *activities.Venue) (string, kernel.ID) { return v.Title, v.ID })
}

// Book implements activities.Venues: a quarter of an hour of a venue is a unique key, so that of many who want it one gets it.
func (s Activities) Book(k kernel.Tx, venue, activity kernel.ID, slots []int64) error {
	if err := s.Release(k, activity); err != nil {
		return err
	}
	t := string(on(k).tenant)
	err := bulk(k, "INSERT INTO venue_slot (tenant, venue, slot, activity)", 4, "", slots, func(n int64) []any { return []any{t, string(venue), n, string(activity)} })
	if err != nil && on(k).db.Engine.IsUnique(err) {
		return &kernel.Error{Kind: kernel.KindConflict, Field: "venue", Cause: err, Say: kernel.T("这个时间场地已经有人订了，请换个时间或场地", "the venue is taken at that time; choose another time or venue")}
	}
	return err
}

// Release implements activities.Venues.
func (Activities) Release(k kernel.Tx, activity kernel.ID) error {
	_, err := on(k).Exec("DELETE FROM venue_slot WHERE tenant = $1 AND activity = $2", string(on(k).tenant), string(activity))
	return err
}
