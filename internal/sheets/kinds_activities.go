package sheets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/activities"
	"sanzhi/internal/kernel"
)

func activityKind() Kind {
	return Kind{Key: "activities", table: "activity", Title: t("活动", "Activities"), About: t("一行一场活动，岗位和人数写在同一格；导入的活动先是草稿，核对以后再公布", "A row for each, its posts and places in one cell; what is brought in is a draft until it is announced"),
		Group: groupRooms, Read: access.ActivityRead, Write: access.ActivityWrite, open: (*Service).openActivities}
}

const minute = "2006-01-02 15:04"

// minuteHelp marks the columns that hold a day with its time, which Excel keeps as a number.
var minuteHelp = t("日期和时间，例如 2023-04-28 09:00", "Day and time, such as 2023-04-28 09:00")

// checkMinute reads a day with its time.
func checkMinute(cell string) (string, error) {
	s := strings.NewReplacer("年", "-", "月", "-", "日", " ", "/", "-", "T", " ", "：", ":").Replace(cell)
	for _, layout := range []string{"2006-1-2 15:4", "2006-1-2 15:04", "2006-1-2 15:04:05"} {
		if at, err := time.ParseInLocation(layout, strings.Join(strings.Fields(s), " "), kernel.Shanghai); err == nil && at.Year() > 1990 && at.Year() < 2200 {
			return at.Format(minute), nil
		}
	}
	return "", kernel.Invalid("", t("请填日期和时间，例如 2023-04-28 09:00", "give day and time, such as 2023-04-28 09:00"))
}

func minuteAt(cell string) time.Time {
	at, err := time.ParseInLocation(minute, cell, kernel.Shanghai)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

func minuteOf(at time.Time) string { return at.In(kernel.Shanghai).Format(minute) }

// acting is the sheet of activities within one unit of work.
type acting struct {
	s          *Service
	tx         kernel.Tx
	actor      kernel.Actor
	n          *Names
	programmes map[string]*activities.Programme
	venues     titled
	series     titled
	posts      postWords
}

// titled finds what is named by a title; where several bear it, the system number stands behind.
type titled struct {
	by map[string][]kernel.ID
	of map[kernel.ID]string
}

func newTitled() titled { return titled{map[string][]kernel.ID{}, map[kernel.ID]string{}} }

func (l titled) add(id kernel.ID, title string) {
	l.by[title] = append(l.by[title], id)
	l.of[id] = title
}

func (l titled) name(id kernel.ID) string {
	if title, ok := l.of[id]; ok && len(l.by[title]) > 1 {
		return title + " " + string(id)
	} else if ok {
		return title
	}
	return string(id)
}

func (l titled) find(cell string) (kernel.ID, bool) {
	if ids := l.by[cell]; len(ids) == 1 {
		return ids[0], true
	}
	id := kernel.ID(cell[strings.LastIndexByte(cell, ' ')+1:])
	_, ok := l.of[id]
	return id, ok
}

func (l titled) column(key string, name kernel.Text) kernel.Column {
	return kernel.Column{Key: key, Type: kernel.ColumnText, Name: name, Max: 120, Check: func(cell string) (string, error) {
		id, ok := l.find(cell)
		if !ok {
			return "", kernel.Invalid("", t("没有叫“"+cell+"”的"+name.Zh+"，请先登记它，或者留空", "there is no \""+cell+"\"; enter it first, or leave the cell empty"))
		}
		return l.name(id), nil
	}}
}

func choicesOf(l []activities.Choice, into *[]kernel.Choice) {
	for _, c := range l {
		if !slices.ContainsFunc(*into, func(k kernel.Choice) bool { return k.Key == c.ID }) {
			*into = append(*into, kernel.Choice{Key: c.ID, Name: c.Title})
		}
	}
}

var strandChoices = []kernel.Choice{{Key: string(activities.SelfRule), Name: t("自治", "Self-governance")}, {Key: string(activities.Law), Name: t("法治", "Rule of law")},
	{Key: string(activities.Virtue), Name: t("德治", "Virtue")}, {Key: string(activities.Digital), Name: t("智治", "Digital")}}

func (s *Service) openActivities(tx kernel.Tx, actor kernel.Actor, n *Names) (*Opened, error) {
	w := &acting{s: s, tx: tx, actor: actor, n: n, programmes: map[string]*activities.Programme{}, venues: newTitled(), series: newTitled()}
	programmes, err := s.Activities.Programmes(tx)
	if err != nil {
		return nil, err
	}
	var ps, forms, classes []kernel.Choice
	for _, p := range programmes {
		w.programmes[p.ID] = p
		ps = append(ps, kernel.Choice{Key: p.ID, Name: p.Title})
		choicesOf(p.Forms, &forms)
		choicesOf(p.Classes, &classes)
		choicesOf(p.Posts, &w.posts.kinds)
	}
	if err := w.titles(); err != nil {
		return nil, err
	}
	text := func(key string, name kernel.Text) kernel.Column {
		return kernel.Column{Key: key, Type: kernel.ColumnText, Name: name}
	}
	o := &Opened{Key: []string{"title", "place", "from"}, Sheet: &kernel.Sheet{Columns: []kernel.Column{
		{Key: "title", Type: kernel.ColumnText, Name: t("名称", "Title"), Required: true, Max: 80},
		{Key: "programme", Type: kernel.ColumnChoice, Name: t("项目", "Programme"), Required: true, Choices: ps},
		{Key: "form", Type: kernel.ColumnChoice, Name: t("形式", "Form"), Required: true, Choices: forms},
		{Key: "class", Type: kernel.ColumnChoice, Name: t("类别", "Class"), Choices: classes, Help: t("只有分类别的项目才填", "For programmes that have classes only")},
		n.placeColumn("place", t("地点", "Place"), true), n.orgColumn("host", t("主办", "Host"), false),
		{Key: "from", Type: kernel.ColumnText, Name: t("开始", "Begins"), Required: true, Check: checkMinute, Help: minuteHelp},
		{Key: "to", Type: kernel.ColumnText, Name: t("结束", "Ends"), Required: true, Check: checkMinute, Help: minuteHelp},
		{Key: "posts", Type: kernel.ColumnLong, Name: t("岗位和人数", "Posts and places"), Required: true, Max: 8000, Help: postHelp, Check: w.posts.canonical},
		text("spot", t("具体在哪", "Where exactly")), w.venues.column("venue", t("场地", "Venue")), w.series.column("series", t("系列", "Series")),
		{Key: "strands", Type: kernel.ColumnChoices, Name: t("三治", "Strands"), Choices: strandChoices},
		{Key: "risk", Type: kernel.ColumnBool, Name: t("有风险（要先上保险、讲清风险）", "Has risks (insurance and a briefing first)")},
		{Key: "out", Type: kernel.ColumnInteger, Name: t("去程几分钟", "Minutes there")}, {Key: "back", Type: kernel.ColumnInteger, Name: t("回程几分钟", "Minutes back")},
		{Key: "about", Type: kernel.ColumnLong, Name: t("做什么", "What it is"), Max: 4000},
	}}, Each: w.each, Add: w.add, Change: w.change, Fill: w.fill, Words: map[string]func(string, kernel.Lang) string{"posts": w.posts.words}}
	o.Remove = func(id kernel.ID) error { return s.Repo.Remove(tx, "activity", id) }
	return o, nil
}

// titles reads what venues and series there are.
func (w *acting) titles() error {
	for page := (kernel.Page{Limit: pageOf}); ; {
		l, next, err := w.s.Activities.Venues.VenueList(w.tx, page)
		if err != nil {
			return err
		}
		for _, v := range l {
			w.venues.add(v.ID, v.Title)
		}
		if page.After = next; next == "" {
			break
		}
	}
	for page := (kernel.Page{Limit: pageOf}); ; {
		l, next, err := w.s.Activities.Repo.SeriesList(w.tx, page)
		if err != nil {
			return err
		}
		for _, v := range l {
			w.series.add(v.ID, v.Title)
		}
		if page.After = next; next == "" {
			return nil
		}
	}
}

// fill writes out what the room would: where a venue is, the place in words, the time of posts without one.
func (w *acting) fill(v kernel.Values) error {
	if p, err := w.n.FindPlace(v["place"]); err == nil && v["spot"] == "" && v["venue"] == "" {
		v["spot"] = p.Name
	}
	if id, ok := w.venues.find(v["venue"]); ok && v["spot"] == "" {
		v["spot"] = w.venues.of[id]
	}
	noZero(v, "out", "back")
	if v["risk"] == "" {
		v["risk"] = "no"
	}
	a := &activities.Activity{From: minuteAt(v["from"]), To: minuteAt(v["to"])}
	posts, err := w.posts.parse(v["posts"], a.From)
	if err != nil {
		return err
	}
	for _, p := range posts {
		p.From, p.To = cmpTime(p.From, a.From), cmpTime(p.To, a.To)
	}
	a.Posts = posts
	v["posts"] = w.posts.format(a)
	return nil
}

func (w *acting) values(a *activities.Activity) kernel.Values {
	v := kernel.Values{"title": a.Title, "programme": a.Programme, "form": a.Form, "class": a.Class, "place": w.n.Place(a.Place), "from": minuteOf(a.From), "to": minuteOf(a.To),
		"spot": a.Spot, "about": a.About, "risk": "no", "out": count(a.TravelOut), "back": count(a.TravelBack), "posts": w.posts.format(a)}
	if a.Risk {
		v["risk"] = "yes"
	}
	if a.Host != "" {
		v["host"] = w.n.Org(a.Host)
	}
	if a.Venue != "" {
		v["venue"] = w.venues.name(a.Venue)
	}
	if a.Series != "" {
		v["series"] = w.series.name(a.Series)
	}
	var strands []string
	for _, c := range strandChoices {
		if slices.Contains(a.Strands, activities.Strand(c.Key)) {
			strands = append(strands, c.Key)
		}
	}
	v["strands"] = strings.Join(strands, " ")
	return trim(v)
}

func (w *acting) each(each func(Row) error) error {
	page := kernel.Page{Limit: pageOf}
	for {
		l, next, err := w.s.Activities.Repo.List(w.tx, activities.Query{Drafts: access.ScopeOf(w.actor, access.ActivityWrite)}, page)
		if err != nil {
			return err
		}
		for _, a := range l {
			if err := each(Row{ID: a.ID, Path: a.Path, Mark: strconv.Itoa(a.Version) + " " + string(a.Stage), Values: w.values(a)}); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		page.After = next
	}
}

// put writes cells into an activity; a post that was there under its title and time stays the same post.
func (w *acting) put(a *activities.Activity, v kernel.Values) error {
	a.Title, a.Programme, a.Form, a.Class, a.Place, a.Host = v["title"], v["programme"], v["form"], v["class"], w.n.placeID(v["place"]), w.n.orgID(v["host"])
	a.From, a.To, a.Spot, a.About, a.Risk = minuteAt(v["from"]), minuteAt(v["to"]), v["spot"], v["about"], v["risk"] == "yes"
	a.TravelOut, _ = strconv.Atoi(v["out"]) // a whole number, or none
	a.TravelBack, _ = strconv.Atoi(v["back"])
	a.Venue, a.Series, a.Strands = "", "", nil
	if v["venue"] != "" {
		a.Venue, _ = w.venues.find(v["venue"])
	}
	if v["series"] != "" {
		a.Series, _ = w.series.find(v["series"])
	}
	for s := range strings.FieldsSeq(v["strands"]) {
		a.Strands = append(a.Strands, activities.Strand(s))
	}
	posts, err := w.posts.parse(v["posts"], a.From)
	if err != nil {
		return err
	}
	old := slices.Clone(a.Posts)
	a.Posts = posts
	for _, p := range posts {
		p.From, p.To = cmpTime(p.From, a.From), cmpTime(p.To, a.To)
		for i, o := range old {
			if o != nil && o.Title == p.Title && o.Pay == p.Pay && (o.From.Equal(p.From) || !slices.ContainsFunc(old[i+1:], func(x *activities.Post) bool { return x != nil && x.Title == p.Title })) {
				p.ID, old[i] = o.ID, nil
				break
			}
		}
	}
	return nil
}

func cmpTime(at, other time.Time) time.Time {
	if at.IsZero() {
		return other
	}
	return at
}

func (w *acting) add(v kernel.Values) (kernel.ID, error) {
	a := &activities.Activity{}
	if err := w.put(a, v); err != nil {
		return "", err
	}
	if p := w.programmes[a.Programme]; p != nil {
		a.Service = p.Service
	}
	_, err := w.s.Activities.Create(w.tx, w.actor, a)
	return a.ID, postField(err)
}

func (w *acting) change(id kernel.ID, v kernel.Values) error {
	a, err := w.s.Activities.Read(w.tx, w.actor, id)
	if err != nil {
		return err
	}
	x := *a
	if err := w.put(&x, v); err != nil {
		return err
	}
	_, _, err = w.s.Activities.Edit(w.tx, w.actor, id, a.Version, &x)
	return postField(err)
}

// postField says of which post in the cell an error speaks.
func postField(err error) error {
	e, ok := err.(*kernel.Error) //nolint:errorlint // as the room gives it
	if !ok {
		return err
	}
	var i int
	if _, bad := fmt.Sscanf(e.Field, "posts[%d]", &i); bad != nil {
		return err
	}
	n := strconv.Itoa(i + 1)
	return kernel.Invalid("posts", t("第 "+n+" 个岗位："+e.Say.Zh, "post "+n+": "+e.Say.En))
}
