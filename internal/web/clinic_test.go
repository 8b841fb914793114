package web_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
	"sanzhi/internal/privacy"
	"sanzhi/internal/reports"
	"sanzhi/internal/store"
	"sanzhi/internal/vault"
)

// withClinic adds a clinic of the town and its doctor.
func (w *world) withClinic() kernel.ID {
	w.t.Helper()
	at := w.places["城北区"]
	o := &orgs.Org{ID: kernel.NewID(opening), Kind: orgs.Institution, Name: "东街卫生院", Initials: "djwsy", Place: at, Path: "630105/"}
	id := kernel.NewID(opening)
	w.people["doctor"] = id
	name, err := w.sealer.SealText("钱大夫", personField(id))
	if err != nil {
		w.t.Fatal(err)
	}
	shown, err := w.sealer.SealText("钱大夫", access.NameField(tenant, id))
	if err != nil {
		w.t.Fatal(err)
	}
	w.update(func(tx kernel.Tx) error {
		s := store.Orgs{}
		return first(
			func() error { return s.PutOrgs(tx, []*orgs.Org{o}) },
			func() error { return s.PutPeople(tx, []*orgs.Person{{ID: id, NameSealed: name}}) },
			func() error {
				return s.PutHoldings(tx, []*orgs.Holding{{ID: kernel.NewID(opening), Person: id, Title: "家庭医生", Role: kernel.Cadre, Org: o.ID, Place: at, Path: "630105/", Level: "county", From: opening.AddDate(-1, 0, 0)}})
			},
			func() error {
				return store.Access{}.InsertAccount(tx, access.Account{ID: id, Tenant: tenant, User: "doctor", NameMasked: vault.MaskName("钱大夫"), NameSealed: shown, PasswordPHC: "x", Created: opening})
			})
	})
	return o.ID
}

// The clinic visits by a consent of its own: the community's is not enough, each ends alone, and of a visit only that it was made is kept,
// by whom of which clinic. Health is refused in every text that there is.
func TestClinicVisitsByAConsentOfItsOwn(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.withRounds(0)
		clinic := w.withClinic()
		texts := w.do("clerk", "GET", "/rounds/care/consent", nil).want(200)
		if len(texts.list("items")) != 2 || texts.str("version") != "care-1" || texts.str("items.1.version") != "partner-1" || texts.str("items.1.template") != "clinic-visit" ||
			!strings.Contains(texts.str("items.1.text"), "单独的同意") || strings.Contains(texts.str("items.0.text"), "卫生院") {
			t.Fatalf("two consents, each by itself: %s", texts.Raw)
		}
		who := w.do("clerk", "GET", "/rounds/care/visitors?template=clinic-visit&place="+string(w.places["第1网格"]), nil).want(200)
		if len(who.list("items")) != 1 || who.str("items.0.id") != string(w.people["doctor"]) {
			t.Errorf("who may visit for the clinic: %s", who.Raw)
		}
		ask := func(change map[string]any) map[string]any {
			b := w.agreed(map[string]any{"template": "clinic-visit", "visitor": string(w.people["doctor"]), "consent_text": "partner-1", "every": 30})
			for k, v := range change {
				b[k] = v
			}
			return b
		}
		for field, change := range map[string]map[string]any{"consent_text": {"consent_text": "care-1"}, "agreed": {"agreed": false}, "visitor": {"visitor": string(w.people["cadre"])},
			"name": {"name": "张桂兰（糖尿病）"}, "address": {"address": "3号楼501 瘫痪在床"}, "phone": {"phone": "高血压"}, "template": {"template": "no-such"}} {
			if a := w.do("clerk", "POST", "/rounds/care", ask(change)).want(422); a.fields()[0] != field {
				t.Errorf("%v: %s", change, a.Raw)
			}
		}
		w.do("doctor", "POST", "/rounds/care", ask(nil)).want(403)
		ours := w.do("clerk", "POST", "/rounds/care", w.agreed(nil)).want(201).str("id")
		if l := w.mine("doctor"); len(l) != 0 {
			t.Fatalf("the community's consent lets the clinic in: %v", l)
		}
		theirs := w.do("clerk", "POST", "/rounds/care", ask(map[string]any{"address": "人民医院家属院3号楼"})).want(201).str("id")

		// The doctor sees this one alone, the volunteer the other; others see neither.
		for user, want := range map[string]string{"doctor": theirs, "volunteer": ours} {
			l := w.do(user, "GET", "/rounds/care", nil).want(200)
			if len(l.list("items")) != 1 || l.str("items.0.id") != want {
				t.Errorf("%s sees %s", user, l.Raw)
			}
			if user == "doctor" && (l.str("items.0.partner.id") != string(clinic) || l.str("items.0.partner.name") != "东街卫生院" || l.str("items.0.template") != "clinic-visit") {
				t.Errorf("which clinic: %s", l.Raw)
			}
		}
		if l := w.do("cadre", "GET", "/rounds/care", nil).want(200); len(l.list("items")) != 0 {
			t.Errorf("a cadre of another unit sees %s", l.Raw)
		}

		duty := w.mine("doctor", "clinic-visit")
		if len(duty) != 1 {
			t.Fatalf("the doctor's day: %v", duty)
		}
		path := "/rounds/duties/" + duty[0] + "/result"
		photo := w.upload(picture(t, "jpeg", 64)).want(201).str("id")
		met := map[string]any{"met": true}
		for field, body := range map[string]map[string]any{
			"answers.words": {"answers": map[string]any{"met": true, "words": "血压高"}}, "answers.pressure": {"answers": map[string]any{"met": true, "pressure": 160}},
			"notes.met": {"answers": met, "notes": map[string]any{"met": "一切都好"}}, "photos.met": {"answers": met, "photos": map[string]any{"met": []string{photo}}}} {
			if a := w.do("doctor", "POST", path, body).want(422); a.fields()[0] != field {
				t.Errorf("%s: %s", field, a.Raw)
			}
		}
		w.do("doctor", "POST", "/rounds/care/"+theirs+"/unmask", map[string]any{"reason": "她有糖尿病"}).want(422)
		w.do("volunteer", "POST", path, map[string]any{"answers": met}).want(404)
		w.do("doctor", "POST", path, map[string]any{"answers": met}).want(200)

		// What is kept: the fact, whose, of which clinic. Nothing else.
		kept := w.sealedPart(`SELECT d.unit || ' ' || d.done_by || ' ' || d.state || ' ' || r.answers || ' ' || r.notes || '|' FROM round_duty d JOIN round_result r ON r.tenant = d.tenant AND r.duty = d.id
			WHERE d.tenant = '630105' AND d.target = $1`, theirs)
		if diff := cmp.Diff([]string{string(clinic) + " " + string(w.people["doctor"]) + ` done {"met":true} |`}, kept); diff != "" {
			t.Errorf("kept of the visit (-want +got):\n%s", diff)
		}
		log := w.do("auditor", "GET", "/audit?object="+duty[0], nil).want(200)
		if !strings.Contains(log.Raw, "round_done") || !strings.Contains(log.Raw, string(clinic)) || !strings.Contains(log.Raw, string(w.people["doctor"])) {
			t.Errorf("the ledger tells who of which clinic: %s", log.Raw)
		}
		if n := w.partnerVisits(); n != 1 {
			t.Errorf("the figure counts %d visits of the clinic, want 1", n)
		}

		// Ending the clinic's visits leaves the community's, and erases only what the clinic's consent held.
		w.do("clerk", "POST", "/rounds/care/"+theirs+"/withdraw", nil).want(204)
		const person = "SELECT name || phone || address || '/' FROM round_care WHERE tenant = '630105' AND id = $1"
		if diff := cmp.Diff([]string{"/"}, w.sealedPart(person, theirs)); diff != "" {
			t.Errorf("kept after the withdrawal: %s", diff)
		}
		if l := w.sealedPart(person, ours); len(l) != 1 || l[0] == "/" {
			t.Errorf("the community's own consent went too: %v", l)
		}
		w.days(31)
		if l := w.mine("doctor"); len(l) != 0 {
			t.Errorf("the clinic's visits go on: %v", l)
		}
		if l := w.mine("volunteer", "care-visit"); len(l) == 0 {
			t.Error("the community's visits have ended too")
		}
		// Nor by the way of a correction.
		if err := w.db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
			_, err := store.PrivacyRounds{Sealer: w.sealer}.Correct(tx, careSubject(ours), map[string]string{"name": "张桂兰 脑梗"})
			return err
		}); !kernel.Is(err, kernel.KindInvalid) {
			t.Errorf("a correction keeps health: %v", err)
		}
	})
}

// A template of the clinic's visits that asks for more than the fact is refused, by line.
func TestAClinicTemplateAsksForTheFactAlone(t *testing.T) {
	w := newWorld(t)
	w.withRounds(0)
	const head = "template: clinic-two\nversion: 1\nkind: care_visit\nconsent: partner\ntitle: {zh: 卫生院入户, en: Clinic visit}\nwho: {role: cadre}\nevery: {person: true}\nitems:\n"
	for name, c := range map[string]struct {
		items string
		ok    bool
	}{
		"the fact":     {"  - {id: met, label: {zh: 见到了吗, en: Met}, type: yes_no}\n", true},
		"words":        {"  - {id: met, label: {zh: 见到了吗, en: Met}, type: yes_no}\n  - {id: more, label: {zh: 还有什么, en: More}, type: text, optional: true}\n", false},
		"a number":     {"  - {id: pulse, label: {zh: 数一数, en: Count}, type: number}\n", false},
		"a choice":     {"  - {id: state, label: {zh: 怎么样, en: How}, type: choice, choices: [{id: a, label: {zh: 好, en: Good}}, {id: b, label: {zh: 一般, en: So so}}]}\n", false},
		"about health": {"  - {id: met, label: {zh: 血压正常吗, en: Blood pressure normal}, type: yes_no}\n", false},
	} {
		a := w.do("clerk", "POST", "/rounds/templates?dry=true", map[string]any{"source": head + c.items}).want(201)
		if n := len(a.list("findings")); (n == 0) != c.ok {
			t.Errorf("%s: %s", name, a.Raw)
		}
	}
}

func (w *world) partnerVisits() (n int) {
	w.t.Helper()
	queries, err := store.ReportQueries()
	if err != nil {
		w.t.Fatal(err)
	}
	q := queries.Get("partner_visits")
	err = w.db.View(context.Background(), tenant, func(tx kernel.Tx) error {
		got, err := q.Count(tx, reports.Ask{Path: "630105/", AsOf: tx.Now(), Period: kernel.Period{From: opening.AddDate(0, 0, -1), To: opening.AddDate(0, 0, 1)}, Allow: access.ScopeOf(kernel.System(tenant), q.Reads)})
		n = got.Num
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func careSubject(id string) privacy.Subject {
	return privacy.Subject{Kind: privacy.OfCare, ID: kernel.ID(id)}
}
