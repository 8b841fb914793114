package activities

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

// nine is 2023-04-28 09:00 in Shanghai.
var nine = time.Date(2023, 4, 28, 1, 0, 0, 0, time.UTC)

func at(h, m int) time.Time {
	return nine.Add(time.Duration(h-9)*time.Hour + time.Duration(m)*time.Minute)
}

func TestShippedProgrammesAreWhole(t *testing.T) {
	forms := map[string]int{}
	for _, p := range Shipped() {
		if err := p.Check(); err != nil {
			t.Errorf("%s: %v", p.ID, err)
		}
		forms[p.ID] = len(p.Forms)
	}
	if forms["teaching"] != 4 || forms["school"] != 4 || forms["six"] != 6 {
		t.Errorf("教讲推议 has %d forms, its school %d, 讲评帮乐庆赛 %d", forms["teaching"], forms["school"], forms["six"])
	}
	if n := len(ServicePosts()); n != 4 {
		t.Errorf("%d kinds of post, want 4", n)
	}
}

func TestProgrammeCheck(t *testing.T) {
	six := func() *Programme {
		for _, p := range Shipped() {
			if p.ID == "six" {
				return p
			}
		}
		return nil
	}
	for name, tt := range map[string]struct {
		change func(*Programme)
		field  string
	}{
		"five of six":       {func(p *Programme) { p.Forms = p.Forms[:5] }, "forms"},
		"seven of six":      {func(p *Programme) { p.Forms = append(p.Forms, choice("x", "一", "x")) }, "forms"},
		"one twice":         {func(p *Programme) { p.Forms[1] = p.Forms[0] }, "forms"},
		"one language":      {func(p *Programme) { p.Title.En = "" }, "title"},
		"an id with spaces": {func(p *Programme) { p.ID = "a b" }, "id"},
		"paid volunteering": {func(p *Programme) { p.Service, p.Labour = true, true }, "labour"},
		"whole":             {func(*Programme) {}, ""},
	} {
		p := six()
		tt.change(p)
		err := p.Check()
		if got := fieldOf(err); got != tt.field {
			t.Errorf("%s: %v, want the field %q", name, err, tt.field)
		}
	}
}

func fieldOf(err error) string {
	if e, ok := err.(*kernel.Error); ok {
		return e.Field
	}
	return ""
}

func talk() *Activity {
	return &Activity{Programme: "six", Form: "tell", Title: "家风故事会", From: at(9, 0), To: at(11, 0), Posts: []*Post{{Pay: Seat, Title: "座位", Capacity: 30}}}
}

func TestActivityCheck(t *testing.T) {
	byID := map[string]*Programme{}
	for _, p := range Shipped() {
		byID[p.ID] = p
	}
	for name, tt := range map[string]struct {
		change func(*Activity)
		field  string
	}{
		"whole":                   {func(*Activity) {}, ""},
		"a form of another":       {func(a *Activity) { a.Form = "teach" }, "form"},
		"no form":                 {func(a *Activity) { a.Form = "" }, "form"},
		"backwards":               {func(a *Activity) { a.To = a.From }, "to"},
		"a month":                 {func(a *Activity) { a.To = a.From.AddDate(0, 1, 0) }, "to"},
		"no posts":                {func(a *Activity) { a.Posts = nil }, "posts"},
		"nobody":                  {func(a *Activity) { a.Posts[0].Capacity = 0 }, "posts[0].capacity"},
		"an unknown strand":       {func(a *Activity) { a.Strands = []Strand{"x"} }, "strands"},
		"a post before it":        {func(a *Activity) { a.Posts[0].From, a.Posts[0].To = at(8, 0), at(10, 0) }, "posts[0].from"},
		"a paid post":             {func(a *Activity) { a.Posts[0].Pay, a.Posts[0].RateFen = Paid, 100 }, "posts[0].pay"},
		"a rate without pay":      {func(a *Activity) { a.Posts[0].RateFen = 100 }, "posts[0].rate_fen"},
		"a class where none is":   {func(a *Activity) { a.Class = "outer" }, "class"},
		"a school without class":  {func(a *Activity) { a.Programme, a.Form = "school", "teach" }, "class"},
		"a school with its class": {func(a *Activity) { a.Programme, a.Form, a.Class = "school", "teach", "near" }, ""},
		"a labour call, unpaid":   {func(a *Activity) { a.Programme, a.Form, a.Posts[0].Pay = "labour", "tea", Unpaid }, "posts[0].pay"},
		"volunteering for a wage": {func(a *Activity) {
			a.Programme, a.Form, a.Posts[0].Pay, a.Posts[0].RateFen = "service", "clean", Paid, 100
		}, "posts[0].pay"},
		"a call without a rate": {func(a *Activity) { a.Programme, a.Form, a.Posts[0].Pay = "labour", "tea", Paid }, "posts[0].rate_fen"},
		"a call without a kind": {func(a *Activity) {
			a.Programme, a.Form, a.Posts[0].Pay, a.Posts[0].RateFen = "labour", "tea", Paid, 3600
		}, "posts[0].employment"},
		"the way takes a day":      {func(a *Activity) { a.TravelOut = 601 }, "travel_out"},
		"a kind of post elsewhere": {func(a *Activity) { a.Posts[0].Kind = "policy" }, "posts[0].kind"},
	} {
		a := talk()
		tt.change(a)
		if got := fieldOf(a.check(byID[a.Programme])); got != tt.field {
			t.Errorf("%s: field %q, want %q (%v)", name, got, tt.field, a.check(byID[a.Programme]))
		}
	}
	a := talk()
	a.Strands = []Strand{Law, SelfRule, Law}
	if err := a.check(byID["six"]); err != nil || len(a.Strands) != 2 {
		t.Errorf("two strands became %v, %v", a.Strands, err)
	}
}

func stay(in, out time.Time) *Stay {
	return &Stay{Pay: Unpaid, In: in, Out: out, Begins: at(8, 0), Ends: at(18, 0)}
}

func TestServed(t *testing.T) {
	travelled := func(s *Stay, out, back int) *Stay { s.TravelOut, s.TravelBack = out, back; return s }
	paid := stay(at(9, 0), at(11, 0))
	paid.Pay = Paid
	for name, tt := range map[string]struct {
		stays []*Stay
		set   Settings
		want  int
	}{
		"none":                   {nil, Settings{}, 0},
		"one":                    {[]*Stay{stay(at(9, 0), at(11, 30))}, Settings{}, 150},
		"twice the same":         {[]*Stay{stay(at(9, 0), at(11, 0)), stay(at(9, 0), at(11, 0))}, Settings{}, 120},
		"one within another":     {[]*Stay{stay(at(9, 0), at(12, 0)), stay(at(10, 0), at(11, 0))}, Settings{}, 180},
		"overlapping":            {[]*Stay{stay(at(10, 0), at(12, 0)), stay(at(9, 0), at(11, 0))}, Settings{}, 180},
		"one after another":      {[]*Stay{stay(at(9, 0), at(10, 0)), stay(at(10, 0), at(11, 0))}, Settings{}, 120},
		"still there":            {[]*Stay{stay(at(9, 0), time.Time{})}, Settings{}, 0},
		"early and late":         {[]*Stay{stay(at(6, 0), at(20, 0))}, Settings{}, 600},
		"the way does not count": {[]*Stay{travelled(stay(at(9, 0), at(12, 0)), 30, 15)}, Settings{}, 135},
		"the way counts":         {[]*Stay{travelled(stay(at(9, 0), at(12, 0)), 30, 15)}, Settings{CountTravel: true}, 180},
		"nothing but the way":    {[]*Stay{travelled(stay(at(9, 0), at(9, 30)), 30, 15)}, Settings{}, 0},
		"a paid shift":           {[]*Stay{paid}, Settings{}, 0},
		"seconds are not lost":   {[]*Stay{stay(at(9, 0), at(9, 0).Add(90*time.Second)), stay(at(10, 0), at(10, 0).Add(90*time.Second))}, Settings{}, 3},
	} {
		if got := Minutes(Served(tt.stays, tt.set)); got != tt.want {
			t.Errorf("%s: %d minutes, want %d", name, got, tt.want)
		}
	}
}

// The union counts each minute once: held against a count minute by minute.
func TestServedCountsEachMinuteOnce(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var minutes [600]bool
		var stays []*Stay
		for range rapid.IntRange(0, 8).Draw(r, "stays") {
			in := rapid.IntRange(0, 599).Draw(r, "in")
			out := rapid.IntRange(in, 600).Draw(r, "out")
			stays = append(stays, stay(at(8, in), at(8, out)))
			for m := in; m < out; m++ {
				minutes[m] = true
			}
		}
		want := 0
		for _, m := range minutes {
			if m {
				want++
			}
		}
		if got := Minutes(Served(stays, Settings{})); got != want {
			r.Fatalf("%d minutes, want %d", got, want)
		}
	})
}

func TestStarsAndTenths(t *testing.T) {
	for hours, want := range map[int]int{0: 0, 99: 0, 100: 1, 299: 1, 300: 2, 599: 2, 600: 3, 999: 3, 1000: 4, 1499: 4, 1500: 5, 9000: 5} {
		if got := Stars(hours * 60); got != want {
			t.Errorf("%d hours: %d stars, want %d", hours, got, want)
		}
	}
	if Stars(100*60-1) != 0 {
		t.Error("99 h 59 min has a star")
	}
	for m, want := range map[int]int{0: 0, 5: 0, 6: 1, 59: 9, 60: 10, 135: 22} {
		if got := Tenths(m); got != want {
			t.Errorf("%d minutes: %d tenths, want %d", m, got, want)
		}
	}
}

func TestWage(t *testing.T) {
	for _, tt := range []struct {
		jin  int64 // tenths of a 斤
		rate int64 // fen for a kg
		want int64
	}{
		{50, 4000, 10000}, // 5 斤 at 20 元/斤: 100 元, as the source has it
		{60, 3333, 9999},  // 6 斤 are 3 kg
		{55, 3600, 9900},  // 2.75 kg
		{1, 3333, 167},    // 50 g: 166.65 fen
		{1, 3330, 167},    // 166.5 is rounded up
		{1, 3329, 166},
	} {
		if got := Wage(Jin(tt.jin), tt.rate); got != tt.want {
			t.Errorf("%d tenths of a jin at %d: %d fen, want %d", tt.jin, tt.rate, got, tt.want)
		}
	}
	if Jin(10) != 500 {
		t.Errorf("a jin is %d g", Jin(10))
	}
}

func TestCountsOfDifferentUnitsAreNotAdded(t *testing.T) {
	stable, flexible := exact(52, UnitPeople), exact(612, UnitTimes)
	if _, err := stable.Add(flexible); !kernel.Is(err, kernel.KindInvalid) {
		t.Errorf("人 and 人次 were added: %v", err)
	}
}

func TestSlots(t *testing.T) {
	for _, tt := range []struct {
		from, to time.Time
		want     int
	}{{at(9, 0), at(10, 0), 4}, {at(9, 0), at(9, 15), 1}, {at(9, 5), at(9, 20), 2}, {at(9, 14), at(9, 16), 2}} {
		if got := Slots(tt.from, tt.to); len(got) != tt.want {
			t.Errorf("%s–%s: %v", tt.from, tt.to, got)
		}
	}
	a, b := Slots(at(9, 0), at(10, 0)), Slots(at(10, 0), at(11, 0))
	if a[len(a)-1] >= b[0] {
		t.Error("one after the other they touch")
	}
}

// best is the greatest number of places that can be filled, found by trying all ways.
func best(posts []*Post, workers []*Worker, deadline time.Time) int {
	free := make([]int, len(posts))
	for i, p := range posts {
		if deadline.IsZero() || !p.To.After(deadline) {
			free[i] = p.Free()
		}
	}
	type pair struct{ w, p int }
	var pairs []pair
	for w, x := range workers {
		for p, post := range posts {
			if free[p] > 0 && x.fits(post) == "" && !x.Busy[post.Day()] {
				pairs = append(pairs, pair{w, p})
			}
		}
	}
	taken := map[string]bool{}
	left := make([]int, len(workers))
	for i, x := range workers {
		left[i] = x.Most
		if x.Most == 0 {
			left[i] = 99
		} else {
			left[i] -= len(x.Busy)
		}
	}
	var try func(i int) int
	try = func(i int) int {
		if i == len(pairs) {
			return 0
		}
		most := try(i + 1)
		x := pairs[i]
		key := itoa(x.w) + posts[x.p].Day()
		if free[x.p] > 0 && left[x.w] > 0 && !taken[key] {
			free[x.p]--
			left[x.w]--
			taken[key] = true
			most = max(most, 1+try(i+1))
			free[x.p]++
			left[x.w]++
			taken[key] = false
		}
		return most
	}
	return try(0)
}

func drawCall(r *rapid.T) ([]*Post, []*Worker, time.Time) {
	var posts []*Post
	for i := range rapid.IntRange(1, 4).Draw(r, "posts") {
		from := at(8, 0).AddDate(0, 0, rapid.IntRange(0, 2).Draw(r, "day")).Add(time.Duration(rapid.IntRange(0, 2).Draw(r, "h")) * 2 * time.Hour)
		p := &Post{ID: kernel.ID("p" + itoa(i)), Pay: Paid, From: from, To: from.Add(2 * time.Hour), Capacity: rapid.IntRange(1, 3).Draw(r, "cap"), Filled: rapid.IntRange(0, 1).Draw(r, "filled")}
		if rapid.IntRange(0, 3).Draw(r, "skilled") == 0 {
			p.Skills = []string{"采茶"}
		}
		posts = append(posts, p)
	}
	var workers []*Worker
	for i := range rapid.IntRange(0, 5).Draw(r, "workers") {
		w := &Worker{ID: kernel.ID("w" + itoa(i)), Most: rapid.IntRange(0, 2).Draw(r, "most")}
		for _, p := range posts {
			if rapid.IntRange(0, 2).Draw(r, "free") > 0 {
				w.Windows = append(w.Windows, Span{p.From.Add(-time.Hour), p.To})
			}
		}
		if rapid.Bool().Draw(r, "can") {
			w.Skills = []string{"采茶"}
		}
		if rapid.IntRange(0, 5).Draw(r, "busy") == 0 {
			w.Busy = map[string]bool{posts[0].Day(): true}
		}
		workers = append(workers, w)
	}
	var deadline time.Time
	if rapid.IntRange(0, 3).Draw(r, "deadline") == 0 {
		deadline = at(8, 0).AddDate(0, 0, 2)
	}
	return posts, workers, deadline
}

func TestMatchIsBest(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		posts, workers, deadline := drawCall(r)
		got := Match(posts, workers, deadline)
		byPost, byWorker := map[kernel.ID]*Post{}, map[kernel.ID]*Worker{}
		for _, p := range posts {
			byPost[p.ID] = p
		}
		for _, w := range workers {
			byWorker[w.ID] = w
		}
		count, days, shifts := map[kernel.ID]int{}, map[string]bool{}, map[kernel.ID]int{}
		for _, x := range got.Placed {
			p, w := byPost[x.Post], byWorker[x.Worker]
			count[p.ID]++
			shifts[w.ID]++
			day := string(w.ID) + p.Day()
			if w.fits(p) != "" || days[day] || w.Busy[p.Day()] || count[p.ID] > p.Free() || !deadline.IsZero() && p.To.After(deadline) || w.Most > 0 && shifts[w.ID]+len(w.Busy) > w.Most {
				r.Fatalf("%+v is not possible", x)
			}
			days[day] = true
		}
		if want := best(posts, workers, deadline); len(got.Placed) != want {
			r.Fatalf("%d places filled, %d are possible", len(got.Placed), want)
		}
		left := 0
		for _, u := range got.Unfilled {
			left += u.Places
			if u.Places != byPost[u.Post].Free()-count[u.Post] {
				r.Fatalf("%+v, but %d are filled", u, count[u.Post])
			}
		}
		// The same call in another order gives the same answer.
		shuffled, others := slices.Clone(posts), slices.Clone(workers)
		mix := rand.New(rand.NewPCG(1, uint64(len(posts))))
		mix.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		mix.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
		if diff := cmp.Diff(got, Match(shuffled, others, deadline)); diff != "" {
			r.Fatal(diff)
		}
	})
}

func TestMatchSaysWhy(t *testing.T) {
	post := func(id string, h, capacity int, skills ...string) *Post {
		return &Post{ID: kernel.ID(id), Pay: Paid, From: at(h, 0), To: at(h+2, 0), Capacity: capacity, Skills: skills}
	}
	all := []Span{{at(6, 0), at(20, 0)}}
	morning := []Span{{at(6, 0), at(11, 0)}}
	late := post("late", 9, 2)
	late.From, late.To = late.From.AddDate(0, 0, 5), late.To.AddDate(0, 0, 5)
	posts := []*Post{post("a", 9, 2, "采茶"), post("b", 14, 3), late}
	workers := []*Worker{{ID: "1", Windows: all, Skills: []string{"采茶"}}, {ID: "2", Windows: morning}, {ID: "3", Windows: all}}
	got := Match(posts, workers, at(20, 0))
	want := Matching{Placed: []Placed{{"1", "a"}, {"3", "b"}}, Places: 5, Unfilled: []Unfilled{
		{Post: "a", Places: 1, NoSkill: 2}, {Post: "b", Places: 2, NoTime: 1, Placed: 1}, {Post: "late", Places: 2, Late: true}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Activities are told apart by nothing that the program does not hold about people; a talk on health is no question.
func TestProgrammesAskNothingRefused(t *testing.T) {
	for zh, ok := range map[string]bool{"健康讲座": true, "按民族": false, "政治面貌": false, "读书会": true} {
		p := &Programme{ID: "x", Title: kernel.T("例", "Example"), Forms: []Choice{{ID: "one", Title: kernel.T(zh, "One")}}}
		if err := p.Check(); (err == nil) != ok {
			t.Errorf("%s: %v", zh, err)
		}
	}
}

// 教、讲、推、议 are exactly four forms, and 课堂＋现场、网络＋集中 four as well; a session of the first has one of its forms and no other.
func TestTeachingHasFourForms(t *testing.T) {
	shipped := map[string]*Programme{}
	for _, p := range Shipped() {
		shipped[p.ID] = p
	}
	for id, want := range map[string]string{"teaching": "教 讲 推 议", "six": "讲 评 帮 乐 庆 赛", "training": "课堂 现场 网络 集中"} {
		var forms []string
		for _, f := range shipped[id].Forms {
			forms = append(forms, f.Title.Zh)
		}
		if got := strings.Join(forms, " "); got != want {
			t.Errorf("%s has the forms %s, want %s", id, got, want)
		}
	}
	teaching := *shipped["teaching"]
	for name, forms := range map[string][]Choice{"three": teaching.Forms[:3], "five": append(slices.Clone(teaching.Forms), choice("x", "评", "x"))} {
		p := teaching
		p.Forms = forms
		if err := p.Check(); fieldOf(err) != "forms" {
			t.Errorf("a programme of four with %s: %v", name, err)
		}
	}
}
