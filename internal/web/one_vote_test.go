package web_test

import (
	"fmt"
	"strings"
	"testing"

	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/store"
)

// One person has one vote, with an account or by a code: no code is given for a number that an account on the roll bears, none twice for one
// number, and whoever is signed in with an account on the roll does not vote by a code beside it.
func TestNobodyVotesByAccountAndByCode(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.t = t
		const number = "13812345678"
		w.update(func(tx kernel.Tx) error {
			p, err := store.Orgs{}.Person(tx, w.people["resident"])
			if err != nil {
				return err
			}
			p.PhoneIndex = w.cases.PhoneIndex(tenant, number)
			return store.Orgs{}.PutPeople(tx, []*orgs.Person{p})
		})
		id := w.openBallot(nil)
		hand := func(status int, phones ...string) *answer {
			return w.do("clerk", "POST", "/ballots/"+id+"/codes", map[string]any{"group": "一组", "phones": phones}).want(status)
		}
		for name, l := range map[string][]string{"an account on the roll": {"13900000001", "138 1234 5678"}, "one number twice": {"13900000001", "+86 13900000001"}, "no number": {"13900000001", "12"}} {
			if a := hand(422, l...); a.fields()[0] != "phones[1]" {
				t.Errorf("%s: %s", name, a.Raw)
			}
		}
		w.do("clerk", "POST", "/ballots/"+id+"/codes", map[string]any{"count": 3, "phones": []string{"13900000001"}}).want(422)
		code := hand(201, "13900000001", "13900000002").str("codes.0")
		if a := hand(422, "13900000003", "13900000002"); a.fields()[0] != "phones[1]" { // had one before
			t.Errorf("a second code for one number: %s", a.Raw)
		}
		vote := func(user, code, choice string) *answer {
			b := map[string]any{"choice": choice}
			if code != "" {
				b["code"] = code
			}
			return w.do(user, "POST", "/ballots/"+id+"/vote", b)
		}
		// The account votes with itself, before and after its own vote; a slip that lies about is of no use to it.
		if a := vote("resident", code, "yes").want(409); !strings.Contains(a.Raw, "账号") {
			t.Errorf("a code beside the account: %s", a.Raw)
		}
		vote("resident", "", "yes").want(200)
		vote("resident", code, "yes").want(409)
		if d := w.do("", "GET", "/ballots/"+id, nil).want(200); d.num("result.voted") != 1 {
			t.Errorf("votes: %s", d.Raw)
		}
		vote("clerk", code, "no").want(200) // who is not on the roll helps somebody at the counter
		vote("", code, "no").want(409)
		if d := w.do("", "GET", "/ballots/"+id, nil).want(200); d.num("result.voted") != 2 || d.num("result.eligible") != 4 {
			t.Errorf("votes: %s", d.Raw)
		}
		// Neither number nor person can be read from the roll, nor followed into the next ballot.
		roll := w.rows("SELECT person FROM ballot_roll WHERE person <> ''")
		next := w.openBallot(nil)
		w.do("clerk", "POST", "/ballots/"+next+"/codes", map[string]any{"phones": []string{"13900000001"}}).want(201)
		all := fmt.Sprint(w.rows("SELECT person FROM ballot_roll WHERE person <> ''"))
		if len(roll) != 3 || strings.Contains(all, number[3:]) || strings.Contains(all, w.cases.PhoneIndex(tenant, number)) {
			t.Errorf("what the roll keeps of people: %s", all)
		}
		seen := map[string]bool{}
		for _, r := range w.rows("SELECT person FROM ballot_roll WHERE person <> ''") {
			if seen[fmt.Sprint(r)] {
				t.Error("a person bears the same mark in two ballots")
			}
			seen[fmt.Sprint(r)] = true
		}
	})
}
