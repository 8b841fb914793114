package web_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"sanzhi/internal/store/dialect"
)

// proposal carries a ballot to open votes and gives its id.
func (w *world) openBallot(extra map[string]any) string {
	w.t.Helper()
	b := w.do("resident", "POST", "/ballots", map[string]any{"place": w.places["小桥社区"], "about": "works", "title": "3 号楼前装路灯", "text": "晚上黑，老人不敢走"}).want(201)
	id := b.str("id")
	w.do("clerk", "POST", "/ballots/"+id+"/take-up", map[string]any{"version": 1}).want(200)
	body := map[string]any{"version": 2, "mode": "yesno", "quorum": 50, "need": 50, "closes_on": "2023-04-30"}
	for k, v := range extra {
		body[k] = v
	}
	w.do("clerk", "POST", "/ballots/"+id+"/open", body).want(200)
	return id
}

func (w *world) codes(id, group string, n int) (out []string) {
	w.t.Helper()
	a := w.do("clerk", "POST", "/ballots/"+id+"/codes", map[string]any{"group": group, "count": n}).want(201)
	for _, c := range a.list("codes") {
		out = append(out, c.(string))
	}
	if len(out) != n {
		w.t.Fatalf("%d codes", len(out))
	}
	return out
}

// A proposal is talked over, voted on by accounts and codes, counted after the close, resolved, and handed on once.
func TestBallotLoop(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.t = t
		place := w.places["小桥社区"]
		w.do("", "POST", "/ballots", map[string]any{"place": place, "about": "works", "title": "装路灯吧"}).want(401)
		w.do("cadre", "POST", "/ballots", map[string]any{"place": place, "about": "works", "title": "装路灯吧"}).want(403)
		w.do("resident", "POST", "/ballots", map[string]any{"place": w.places["北社区"], "about": "works", "title": "装路灯吧"}).want(403)
		w.do("resident", "POST", "/ballots", map[string]any{"place": place, "about": "persons", "title": "选楼长张三"}).want(422)
		w.do("resident", "POST", "/ballots", map[string]any{"place": place, "about": "works", "title": "装路灯", "text": "联系 11010519491231002X"}).want(422)
		b := w.do("resident", "POST", "/ballots", map[string]any{"place": place, "about": "works", "title": "3 号楼前装路灯"}).want(201)
		id := b.str("id")
		if b.str("by") != "韩*" || b.str("step") != "proposed" {
			t.Errorf("%s", b.Raw)
		}

		// Before it is taken up only its proposer and the community know it.
		w.do("neighbour", "GET", "/ballots/"+id, nil).want(404)
		w.do("", "GET", "/ballots/"+id, nil).want(404)
		w.do("resident", "GET", "/ballots/"+id, nil).want(200)
		w.do("clerk-north", "POST", "/ballots/"+id+"/take-up", map[string]any{"version": 1}).want(404)
		if n := len(w.do("neighbour", "GET", "/ballots", nil).want(200).list("items")); n != 0 {
			t.Errorf("a neighbour lists %d proposals", n)
		}
		w.do("clerk", "POST", "/ballots/"+id+"/take-up", map[string]any{"version": 1}).want(200)
		w.do("clerk", "POST", "/ballots/"+id+"/take-up", map[string]any{"version": 1}).want(409)

		// Posts wait for the community; their author sees them, others do not.
		p := w.do("neighbour", "POST", "/ballots/"+id+"/posts", map[string]any{"text": "要装就装声控的"}).want(201)
		w.do("cadre", "POST", "/ballots/"+id+"/posts", map[string]any{"text": "我也说两句"}).want(403)
		shown := func(user string, n int) {
			t.Helper()
			if l := w.do(user, "GET", "/ballots/"+id+"/posts", nil).want(200); len(l.list("items")) != n {
				t.Errorf("%s reads %d posts, want %d", user, len(l.list("items")), n)
			}
		}
		shown("", 0)
		shown("resident", 0)
		shown("neighbour", 1)
		shown("clerk", 1)
		w.do("neighbour", "POST", "/ballot-posts/"+p.str("id")+"/moderate", map[string]any{"show": true}).want(403)
		w.do("clerk", "POST", "/ballot-posts/"+p.str("id")+"/moderate", map[string]any{"show": true}).want(200)
		shown("", 1)
		if l := w.do("", "GET", "/ballots/"+id+"/posts", nil); l.str("items.0.by") != "杨*" {
			t.Errorf("%s", l.Raw)
		}
		w.do("clerk", "POST", "/ballot-posts/"+p.str("id")+"/moderate", map[string]any{"show": false, "reason": "点了邻居的名字"}).want(200)
		shown("resident", 0)

		w.do("clerk", "POST", "/ballots/"+id+"/open", map[string]any{"version": 2, "mode": "yesno", "quorum": 50, "need": 50, "closes_on": "2023-04-26"}).want(422)
		w.do("clerk", "POST", "/ballots/"+id+"/open", map[string]any{"version": 2, "mode": "choice", "options": []string{"甲"}, "closes_on": "2023-04-30"}).want(422)
		open := w.do("clerk", "POST", "/ballots/"+id+"/open", map[string]any{"version": 2, "mode": "yesno", "quorum": 50, "need": 50, "closes_on": "2023-04-30"}).want(200)
		if open.num("result.eligible") != 2 { // resident and neighbour: the volunteer holds another post
			t.Errorf("%s", open.Raw)
		}
		codes := w.codes(id, "一组", 6)

		// Votes: an account on the roll once, a code once, nobody else.
		w.do("", "POST", "/ballots/"+id+"/vote", map[string]any{"choice": "yes"}).want(401)
		w.do("cadre", "POST", "/ballots/"+id+"/vote", map[string]any{"choice": "yes"}).want(403)
		w.do("resident", "POST", "/ballots/"+id+"/vote", map[string]any{"choice": "perhaps"}).want(422)
		w.do("resident", "POST", "/ballots/"+id+"/vote", map[string]any{"choice": "yes"}).want(200)
		w.do("resident", "POST", "/ballots/"+id+"/vote", map[string]any{"choice": "no"}).want(409)
		for i, c := range codes[:5] {
			choice := []string{"yes", "yes", "yes", "yes", "no"}[i]
			w.do("", "POST", "/ballots/"+id+"/vote", map[string]any{"choice": choice, "code": strings.ToLower(c)}).want(200)
		}
		w.do("", "POST", "/ballots/"+id+"/vote", map[string]any{"choice": "no", "code": codes[0]}).want(409)
		_, track := w.to("ordered")
		w.do("", "POST", "/ballots/"+id+"/vote", map[string]any{"choice": "no", "code": track}).want(404)

		// Nothing is told of votes before the close, to the community neither.
		for _, user := range []string{"", "resident", "clerk"} {
			if d := w.do(user, "GET", "/ballots/"+id, nil).want(200); d.get("result.votes") != nil || d.get("result.groups") != nil || d.num("result.voted") != 6 {
				t.Errorf("%s reads %s", user, d.Raw)
			}
		}
		w.do("clerk", "POST", "/ballots/"+id+"/resolve", map[string]any{"version": 3, "words": "装路灯"}).want(409)
		w.closing(t, time.Date(2023, 4, 30, 15, 59, 59, 0, time.UTC)) // a second before the end of the last day in Shanghai
		if d := w.do("", "GET", "/ballots/"+id, nil); d.str("step") != "voting" {
			t.Errorf("counted too early: %s", d.Raw)
		}
		w.closing(t, time.Date(2023, 4, 30, 16, 0, 0, 0, time.UTC))
		w.do("", "POST", "/ballots/"+id+"/vote", map[string]any{"choice": "no", "code": codes[5]}).want(409)
		d := w.do("", "GET", "/ballots/"+id, nil).want(200)
		if d.str("step") != "counted" || d.str("outcome") != "passed" || d.num("result.votes.0.n") != 5 || d.num("result.votes.1.n") != 1 || d.num("result.eligible") != 8 || d.get("result.groups") != nil {
			t.Errorf("%s", d.Raw)
		}

		v := d.num("version")
		w.do("resident", "POST", "/ballots/"+id+"/resolve", map[string]any{"version": v, "words": "在 3 号楼前装两盏路灯"}).want(403)
		w.do("clerk", "POST", "/ballots/"+id+"/hand-on", map[string]any{"version": v, "kind": "case", "item": "light"}).want(409)
		w.do("clerk", "POST", "/ballots/"+id+"/resolve", map[string]any{"version": v, "words": "在 3 号楼前装两盏路灯"}).want(200)
		w.do("clerk", "POST", "/ballots/"+id+"/hand-on", map[string]any{"version": v + 1, "kind": "work"}).want(422)
		h := w.do("clerk", "POST", "/ballots/"+id+"/hand-on", map[string]any{"version": v + 1, "kind": "case", "item": "light"}).want(200)
		if h.str("task") == "" || len(w.tasks.asked) == 0 || !strings.Contains(w.tasks.asked[0].Text, "两盏路灯") {
			t.Errorf("%s", h.Raw)
		}
		w.do("clerk", "POST", "/ballots/"+id+"/hand-on", map[string]any{"version": v + 2, "kind": "case", "item": "light"}).want(409)
	})
}

// Of 32 who use one voter at once, one is counted.
func TestOnePersonOneVote(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.t = t
		id := w.openBallot(nil)
		code := w.codes(id, "", 1)[0]
		bearer := w.bearer("resident")
		for _, who := range []string{"code", "account"} {
			var wg sync.WaitGroup
			var mu sync.Mutex
			counts := map[int]int{}
			for i := range 32 {
				wg.Go(func() {
					body := map[string]any{"choice": []string{"yes", "no"}[i%2]}
					user := ""
					headers := []header{key(fmt.Sprintf("a key nobody guesses %d %s", i, who))}
					if who == "code" {
						body["code"] = code
					} else {
						headers = append(headers, header{"Authorization", "Bearer " + bearer})
					}
					a := w.do(user, "POST", "/ballots/"+id+"/vote", body, headers...)
					mu.Lock()
					counts[a.Status]++
					mu.Unlock()
				})
			}
			wg.Wait()
			if counts[200] != 1 || counts[409] != 31 {
				t.Errorf("%s: %v", who, counts)
			}
		}
		if d := w.do("", "GET", "/ballots/"+id, nil); d.num("result.voted") != 2 {
			t.Errorf("%s", d.Raw)
		}
		w.closing(t, opening.AddDate(0, 0, 5)) // the counters agree with the roll, or counting fails
		if d := w.do("", "GET", "/ballots/"+id, nil); d.str("step") != "counted" {
			t.Errorf("%s", d.Raw)
		}
		// The same request again is the same vote.
		id = w.openBallot(map[string]any{"closes_on": "2023-05-04"})
		again := key("another key that nobody guesses")
		for range 2 {
			w.do("resident", "POST", "/ballots/"+id+"/vote", map[string]any{"choice": "yes"}, again).want(200)
		}
	})
}

// What the store keeps of a vote leads from no voter to a choice: no table holds both, no row of a vote has an instant, and what was
// sent is kept nowhere.
func TestTheBallotIsSecret(t *testing.T) {
	w := newWorld(t)
	id := w.openBallot(nil)
	codes := w.codes(id, "一组", 4)
	choices := []string{"yes", "no", "abstain", "no"}
	for i, c := range codes {
		w.do("", "POST", "/ballots/"+id+"/vote", map[string]any{"choice": choices[i], "code": c}, key(fmt.Sprintf("nobody guesses this key %d", i))).want(200)
	}
	w.do("resident", "POST", "/ballots/"+id+"/vote", map[string]any{"choice": "no"}, key("nobody guesses this key, too")).want(200)

	for _, table := range []string{"ballot_roll", "ballot_tally"} {
		for _, c := range w.rows("SELECT name FROM pragma_table_info('" + table + "')") {
			voter, choice := strings.Contains(c[0], "voter") || c[0] == "voted", c[0] == "choice" || c[0] == "n"
			if table == "ballot_roll" && choice || table == "ballot_tally" && voter || strings.HasSuffix(c[0], "at") {
				t.Errorf("%s.%s joins a voter to a vote, or tells when", table, c[0])
			}
		}
		if sql := w.rows("SELECT sql FROM sqlite_schema WHERE name = '" + table + "'"); !strings.Contains(sql[0][0], "WITHOUT ROWID") {
			t.Errorf("%s keeps the order of its rows", table)
		}
	}
	if n := w.rows("SELECT COUNT(*) FROM ballot_tally WHERE ballot = '" + id + "'"); n[0][0] != "4" { // by group and choice, not one a voter
		t.Errorf("%s rows of votes", n[0][0])
	}
	account := string(w.people["resident"])
	for _, r := range w.rows("SELECT actor, public, personal FROM ledger WHERE act = 'vote'") {
		if r[0] != "anonymous" || r[1] != "{}" || r[2] != "" {
			t.Errorf("the ledger tells of a vote: %v", r)
		}
	}
	if n := len(w.rows("SELECT 1 FROM ledger WHERE act = 'vote'")); n != 5 {
		t.Errorf("%d rows in the ledger for 5 votes", n)
	}
	for _, r := range w.rows("SELECT caller, idem_key, body_hash FROM idempotency WHERE idem_key LIKE 'nobody%'") {
		if strings.Contains(r[0], account) || strings.Contains(r[0], "127.0.0.1") {
			t.Errorf("an answered request tells who voted: %v", r)
		}
	}
	if sums := w.rows("SELECT COUNT(DISTINCT body_hash) FROM idempotency WHERE idem_key LIKE 'nobody%'"); sums[0][0] != "1" {
		t.Errorf("what is compared of a repeated request depends on the choice: %v", sums)
	}
	for _, r := range w.rows("SELECT voter FROM ballot_roll") {
		if strings.Contains(r[0], account) {
			t.Error("the roll names an account")
		}
	}
}

// rows reads the store past the rooms.
func (w *world) rows(q string) (out [][]string) {
	w.t.Helper()
	err := w.db.Engine.Read(w.t.Context(), func(c dialect.Conn) error {
		rows, err := c.Query(q)
		if err != nil {
			return err
		}
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			vals := make([]string, len(names))
			into := make([]any, len(names))
			for i := range vals {
				into[i] = &vals[i]
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			out = append(out, vals)
		}
		return rows.Err()
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// contains reports whether any answer of the interface, read as anyone, holds the words.
func (w *world) told(user, words string, paths ...string) []string {
	w.t.Helper()
	var out []string
	for _, p := range paths {
		if a := w.do(user, "GET", p, nil); strings.Contains(a.Raw, words) {
			out = append(out, p)
		}
	}
	return out
}

func (w *world) tenStars() string {
	w.t.Helper()
	a := w.do("clerk", "POST", "/awards", map[string]any{"place": w.places["小桥社区"], "kind": "ten_stars", "title": map[string]string{"zh": "十星级文明户", "en": "Ten stars"}, "notice_days": 5}).want(201)
	if len(a.list("criteria")) != 10 {
		w.t.Fatalf("%s", a.Raw)
	}
	return a.str("id")
}

// A nomination goes from its naming over consent, publicity and an objection to its result; with the consent the name goes, the counts stay.
func TestNomination(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.t = t
		award := w.tenStars()
		w.do("cadre", "POST", "/awards/"+award+"/nominations", map[string]any{"name": "周桂兰", "why": "照顾邻居老人三年"}).want(403)
		n := w.do("neighbour", "POST", "/awards/"+award+"/nominations", map[string]any{"name": "周桂兰", "why": "照顾邻居老人三年"}).want(201)
		id := n.str("id")
		places := []string{"/nominations/" + id, "/nominations", "/nominations?board=true", "/nominations?award=" + award, "/awards/" + award, "/awards"}
		hidden := func(when string) {
			t.Helper()
			for _, user := range []string{"", "resident", "cadre", "clerk-north", "leader"} {
				if l := w.told(user, "桂兰", places...); l != nil {
					t.Errorf("%s: %q reads the name at %v", when, user, l)
				}
				if l := w.told(user, id, places[1:]...); l != nil && when != "published" {
					t.Errorf("%s: %q reads of the nomination at %v", when, user, l)
				}
			}
		}
		hidden("nominated")
		for _, user := range []string{"neighbour", "clerk"} {
			if l := w.told(user, "周桂兰", "/nominations/"+id, "/nominations"); len(l) != 2 {
				t.Errorf("%s reads the name at %v only", user, l)
			}
		}
		act := func(user, action string, status int, body map[string]any) *answer {
			t.Helper()
			if body == nil {
				body = map[string]any{}
			}
			body["version"] = w.do("clerk", "GET", "/nominations/"+id, nil).want(200).num("version")
			return w.do(user, "POST", "/nominations/"+id+"/"+action, body).want(status)
		}
		act("clerk", "publish", 409, map[string]any{"stars": []string{"elders"}}) // nobody consented
		act("neighbour", "slip", 403, nil)                                        // who names somebody does not consent for them
		code := act("clerk", "slip", 201, nil).str("code")
		if v := w.do("", "GET", "/consent/"+code, nil).want(200); v.str("nomination.name") != "周桂兰" || v.num("text") != 1 {
			t.Errorf("%s", v.Raw)
		}
		w.do("", "GET", "/consent/"+w.codes(w.openBallot(nil), "", 1)[0], nil).want(404)
		w.do("", "POST", "/consent/"+code, map[string]any{"agree": true, "by": "friend", "text": 1}).want(422)
		w.do("", "POST", "/consent/"+code, map[string]any{"agree": true, "by": "family", "text": 0}).want(409)
		w.do("", "POST", "/consent/"+code, map[string]any{"agree": true, "by": "family", "text": 1}).want(200)
		w.do("", "POST", "/consent/"+code, map[string]any{"agree": false, "by": "self"}).want(409)
		hidden("consented")

		act("clerk", "publish", 422, map[string]any{"stars": []string{"elders", "eleventh"}})
		act("clerk", "publish", 422, nil)
		pub := act("clerk", "publish", 200, map[string]any{"stars": []string{"elders", "neighbours", "clean"}})
		// From Thursday, 27 April 2023: 28 April, then 4, 5, 6 (a working Saturday) and 8 May.
		if until := pub.str("notice_until"); !strings.HasPrefix(until, "2023-05-08T") {
			t.Errorf("publicity until %s", until)
		}
		hidden("published")
		board := w.do("", "GET", "/nominations?board=true", nil).want(200)
		if board.str("items.0.name") != "周*" && board.str("items.0.name") != "周**" || len(board.list("items.0.stars")) != 3 || strings.Contains(board.Raw, "learning") {
			t.Errorf("%s", board.Raw)
		}
		act("clerk", "decide", 409, map[string]any{"granted": true})

		// An objection stops the decision until it is answered; only the committee and whoever made it read it.
		o := w.do("resident", "POST", "/nominations/"+id+"/objections", map[string]any{"text": "她家门口一直堆着杂物"}).want(201)
		if l := w.told("", "杂物", places...); l != nil {
			t.Errorf("anyone reads the objection at %v", l)
		}
		if l := w.told("resident", "杂物", "/nominations/"+id); len(l) != 1 {
			t.Error("who objected does not read it")
		}
		w.clock.Set(time.Date(2023, 5, 9, 2, 0, 0, 0, time.UTC))
		w.do("", "POST", "/nominations/"+id+"/objections", map[string]any{"text": "我也有意见要说"}).want(409)
		act("clerk", "decide", 409, map[string]any{"granted": true})
		w.do("neighbour", "POST", "/objections/"+o.str("id")+"/answer", map[string]any{"upheld": false, "answer": "已经清走，拍了照"}).want(403)
		w.do("clerk", "POST", "/objections/"+o.str("id")+"/answer", map[string]any{"upheld": false, "answer": "已经清走，拍了照"}).want(200)
		w.do("clerk", "POST", "/objections/"+o.str("id")+"/answer", map[string]any{"upheld": true, "answer": "成立，不再评"}).want(409)
		act("clerk", "decide", 200, map[string]any{"granted": true})
		if a := w.do("", "GET", "/awards/"+award, nil); a.num("counts.granted") != 1 || a.num("counts.stars.3") != 1 || a.num("counts.objected") != 0 {
			t.Errorf("%s", a.Raw)
		}

		// The consent goes, and the name with it: pages, lists, exports and the store; the count stays.
		w.do("", "POST", "/consent/"+code+"/withdraw", nil).want(200)
		for _, user := range []string{"", "clerk", "neighbour", "resident", "auditor"} {
			if l := w.told(user, "桂兰", append(places, "/nominations?stage=granted", "/consent/"+code, "/audit")...); l != nil {
				t.Errorf("%q still reads the name at %v", user, l)
			}
			if l := w.told(user, "三年", places...); l != nil {
				t.Errorf("%q still reads the reasons at %v", user, l)
			}
		}
		w.do("", "GET", "/nominations/"+id, nil).want(404)
		if a := w.do("", "GET", "/awards/"+award, nil); a.num("counts.granted") != 1 || a.num("counts.stars.3") != 1 {
			t.Errorf("the counts went too: %s", a.Raw)
		}
		for _, r := range w.rows("SELECT n.name, n.why, n.stars, o.body, o.answer FROM nomination n JOIN objection o ON o.nomination = n.id WHERE n.id = '" + id + "'") {
			if strings.Join(r, "") != "" {
				t.Errorf("the store still keeps %v", r)
			}
		}
		if c := w.rows("SELECT COUNT(*) FROM consent WHERE subject = 'nomination:" + id + "' AND withdrawn_at > 0"); c[0][0] != "1" {
			t.Errorf("the consent is not marked as withdrawn: %v", c)
		}
		w.do("", "POST", "/consent/"+code+"/withdraw", nil).want(409)
	})
}

// Who says no is never on the board, and leaves no name.
func TestNominationRefused(t *testing.T) {
	w := newWorld(t)
	award := w.tenStars()
	n := w.do("resident", "POST", "/awards/"+award+"/nominations", map[string]any{"name": "吴秀英", "why": "院子里种满了花"}).want(201)
	code := w.do("clerk", "POST", "/nominations/"+n.str("id")+"/slip", map[string]any{"version": 1}).want(201).str("code")
	w.do("", "POST", "/consent/"+code, map[string]any{"agree": false, "by": "self"}).want(200)
	w.do("clerk", "POST", "/nominations/"+n.str("id")+"/publish", map[string]any{"version": 3, "stars": []string{"clean"}}).want(409)
	w.do("clerk", "POST", "/nominations/"+n.str("id")+"/slip", map[string]any{"version": 3}).want(409)
	for _, user := range []string{"", "clerk", "resident"} {
		if l := w.told(user, "秀英", "/nominations", "/nominations/"+n.str("id"), "/consent/"+code); l != nil {
			t.Errorf("%q reads the name at %v", user, l)
		}
	}
	// Ten stars are exactly ten, and none is about what the program does not hold.
	var ten []map[string]any
	for i := range 10 {
		ten = append(ten, map[string]any{"id": fmt.Sprint("c", i), "title": map[string]string{"zh": fmt.Sprintf("第%d条", i), "en": "x"}, "note": map[string]string{"zh": "", "en": ""}})
	}
	begin := func(status int, criteria []map[string]any) *answer {
		t.Helper()
		return w.do("clerk", "POST", "/awards", map[string]any{"place": w.places["小桥社区"], "kind": "ten_stars", "title": map[string]string{"zh": "十星", "en": "Ten"}, "criteria": criteria}).want(status)
	}
	begin(422, ten[:9])
	begin(422, append(ten[:10:10], ten[0]))
	bad, _ := json.Marshal(ten)
	var religious []map[string]any
	_ = json.Unmarshal([]byte(strings.Replace(string(bad), "第3条", "没有宗教信仰", 1)), &religious)
	begin(422, religious)
	if a := begin(201, ten); a.num("criteria_version") != 2 {
		t.Errorf("%s", a.Raw)
	}
	if a := begin(201, nil); a.num("criteria_version") != 2 || a.str("criteria.3.title") != "第3条" {
		t.Errorf("the place's last set does not stand: %s", a.Raw)
	}
	if a := w.do("", "GET", "/awards/"+award, nil); a.num("criteria_version") != 1 || a.str("criteria.1.title") != "孝老爱亲" {
		t.Errorf("a round lost its version: %s", a.Raw)
	}
}
