package web_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/ledger"
	"sanzhi/internal/reports"
	"sanzhi/internal/store"
	"sanzhi/internal/vault"
	"sanzhi/internal/web/api"
)

// bulletins joins the reports to the fixture's store.
func (w *world) bulletins(sealer *vault.Sealer) api.Bulletins {
	w.t.Helper()
	queries, err := store.ReportQueries()
	if err != nil {
		w.t.Fatal(err)
	}
	shelf, err := reports.Shipped(queries)
	if err != nil {
		w.t.Fatal(err)
	}
	return api.Bulletins{Rows: store.Ledger{}, Service: reports.NewService(reports.Ports{Store: w.db, Repo: store.Reports{}, Places: store.Territory{},
		Ledger: ledger.NewLog(store.Ledger{}, sealer), Queries: queries, Templates: shelf, Clock: w.clock,
		District: func(context.Context, kernel.Tenant) (kernel.Text, error) {
			return kernel.T("城北区", "Chengbei District"), nil
		}})}
}

var march = map[string]any{"template": "focus", "from": "2023-04-01", "to": "2023-04-30"}

// reporter is who may issue, publish and export: the fixture's supervisor holds a street, so that bulletins are of it.
const reporter = "supervisor"

func (w *world) issueReport(publish bool) string {
	w.t.Helper()
	body := map[string]any{"place": string(w.places["东街道"])}
	for k, v := range march {
		body[k] = v
	}
	made := w.do(reporter, "POST", "/reports", body).want(201)
	if made.str("status") != "draft" || made.num("version") != 1 {
		w.t.Fatalf("%s", made.Raw)
	}
	if publish {
		w.do(reporter, "POST", "/reports/"+made.str("id")+"/publish", map[string]any{"version": 1}).want(200)
	}
	return made.str("id")
}

// figureOf finds a figure of a bulletin.
func (a *answer) figureOf(key string) map[string]any {
	a.t.Helper()
	for _, f := range a.list("figures") {
		if m, _ := f.(map[string]any); m["key"] == key {
			return m
		}
	}
	a.t.Fatalf("there is no figure %s: %s", key, a.Raw)
	return nil
}

func TestBulletinOverHTTP(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		id := w.issueReport(false)
		// A draft is the desk's; published it is everyone's.
		w.do("", "GET", "/public/reports/"+id, nil).want(404)
		w.do("", "GET", "/public/reports/"+id+"/proof", nil).want(404)
		w.do("", "GET", "/reports/"+id, nil).want(401)
		w.do("resident", "GET", "/reports/"+id, nil).want(403)
		w.do("clerk", "GET", "/reports/"+id, nil).want(404) // of a community; the bulletin is of the street
		if l := w.do("clerk", "GET", "/reports", nil).want(200); len(l.list("items")) != 0 {
			t.Errorf("a clerk's list has a draft of the street: %s", l.Raw)
		}
		w.do("clerk", "POST", "/reports/"+id+"/publish", map[string]any{"version": 1}).want(403)
		one := w.do("leader", "GET", "/reports/"+id, nil).want(200)
		if f := one.figureOf("compounds"); f["text"] != "1个" || one.str("place") != "东街道" || !strings.Contains(one.str("number"), "〔2023〕1号") {
			t.Errorf("%v %s", f, one.Raw)
		}
		if en := w.do("leader", "GET", "/reports/"+id, nil, english()).want(200); en.figureOf("compounds")["text"] != "1 compound" {
			t.Errorf("%s", en.Raw)
		}
		w.do(reporter, "POST", "/reports/"+id+"/publish", map[string]any{"version": 7}).want(409)
		w.do(reporter, "POST", "/reports/"+id+"/publish", map[string]any{"version": 1}, key("publish-once")).want(200)
		w.do(reporter, "POST", "/reports/"+id+"/publish", map[string]any{"version": 1}, key("publish-once")).want(200) // the same request again
		w.do(reporter, "POST", "/reports/"+id+"/discard", map[string]any{"version": 2}).want(409)
		if l := w.do("", "GET", "/public/reports", nil).want(200); len(l.list("items")) != 1 {
			t.Errorf("%s", l.Raw)
		}
		open := w.do("", "GET", "/public/reports/"+id, nil).want(200)
		if len(open.list("may")) != 0 {
			t.Errorf("everyone may %v", open.list("may"))
		}
		w.do("clerk", "GET", "/reports/"+id, nil).want(200)
	})
}

func TestFigureIsFollowedToItsRecords(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.order("", "street-lamp", "路灯不亮")
		w.clock.Advance(time.Minute)
		id := w.issueReport(true)
		path := "/reports/" + id + "/figures/by_street"
		tr := w.do(reporter, "GET", path, nil).want(200)
		if tr.get("now.same") != true {
			t.Errorf("%s", tr.Raw)
		}
		compounds := "/reports/" + id + "/figures/compounds"
		l := w.do(reporter, "GET", compounds+"/records", nil).want(200)
		if len(l.list("items")) != 1 || l.str("items.0.title") != "建设巷" || l.str("items.0.where") != "小桥社区" || l.get("items.0.counted") != true {
			t.Errorf("%s", l.Raw)
		}
		w.do(reporter, "GET", "/reports/"+id+"/figures/none", nil).want(404)
		w.do(reporter, "GET", compounds+"/records?after=x", nil).want(422)
		w.do("", "GET", compounds+"/records", nil).want(401)
		// One record more: the live figure and its trace have it, the issued one stays.
		if err := w.db.Update(context.Background(), tenant, func(tx kernel.Tx) error {
			p, err := store.Territory{}.Place(tx, w.places["建设巷"])
			if err != nil {
				return err
			}
			q := *p
			q.ID, q.Code, q.Name, q.Path = kernel.NewID(tx.Now()), "C02", "新小区", p.Path[:len(p.Path)-4]+"c02/"
			return store.Territory{}.UpsertPlaces(tx, append(w.placeRows()[:0], &q))
		}); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(time.Minute)
		tr = w.do(reporter, "GET", compounds, nil).want(200)
		if tr.str("figure.text") != "1个" || tr.str("now.text") != "2个" || tr.num("now.added") != 1 || tr.get("now.same") != false {
			t.Errorf("%s", tr.Raw)
		}
		l = w.do(reporter, "GET", compounds+"/records", nil).want(200)
		if len(l.list("items")) != 2 || l.str("items.0.title") != "新小区" || l.get("items.0.counted") != false {
			t.Errorf("%s", l.Raw)
		}
	})
}

func TestCopiesBearWhoTookThem(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		id := w.issueReport(true)
		take := func(format string) *answer {
			return w.do(reporter, "POST", "/reports/"+id+"/exports", map[string]any{"format": format, "lang": "zh"}, key("take-a-copy-of-the-"+format)).want(201)
		}
		for format, begins := range map[string]string{"docx": "PK", "xlsx": "PK", "pdf": "%PDF", "html": "<!doctype html>"} {
			c := take(format)
			if again := take(format); again.str("id") != c.str("id") {
				t.Errorf("%s: taken twice by one request", format)
			}
			file := strings.TrimPrefix(c.str("url"), "/api/v1")
			got := w.do(reporter, "GET", file, nil).want(200)
			if !strings.HasPrefix(got.Raw, begins) || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") {
				t.Errorf("%s: %.20q, %v", format, got.Raw, got.Header)
			}
			if format == "html" && (!strings.Contains(got.Raw, "卫*") || strings.Contains(got.Raw, "卫督办") || !strings.Contains(got.Raw, c.str("id"))) {
				t.Errorf("the copy does not bear who took it, masked: %s", got.Raw)
			}
			w.do("leader", "GET", file, nil).want(403) // who may not take copies
			w.do("sysadmin", "GET", file, nil).want(403)
			w.do("dispatcher", "GET", file, nil).want(404) // another's copy
		}
		w.do(reporter, "POST", "/reports/"+id+"/exports", map[string]any{"format": "doc", "lang": "zh"}).want(422)
		w.do("leader", "POST", "/reports/"+id+"/exports", map[string]any{"format": "pdf", "lang": "zh"}).want(403)
		w.do(reporter, "GET", "/reports/"+id+"/exports/"+id, nil).want(404)
	})
}

func TestProofIsCheckedWithThePublicKeyAlone(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		id := w.issueReport(true)
		line := w.do("", "GET", "/public/key", nil).want(200).str("key")
		v, err := ledger.ParsePublicKey(line)
		if err != nil {
			t.Fatal(err)
		}
		file := w.do("", "GET", "/public/reports/"+id+"/proof", nil).want(200)
		b, err := reports.ParseBundle([]byte(file.Raw))
		if err != nil {
			t.Fatal(err)
		}
		if got := reports.Verify(b, v); !got.Holds || got.Sealed || got.Figures < 10 {
			t.Errorf("%+v", got)
		}
		if desk := w.do(reporter, "GET", "/reports/"+id+"/proof", nil).want(200); !bytes.Equal([]byte(desk.Raw), []byte(file.Raw)) {
			t.Error("the desk's proof is another")
		}
	})
}

func TestIssueRefuses(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		user   string
		body   map[string]any
		status int
	}{
		{"", march, 401}, {"resident", march, 403}, {"leader", march, 403},
		{reporter, march, 404}, // the district is beyond a supervisor of a street
		{"sysadmin", map[string]any{"template": "none", "from": "2023-04-01", "to": "2023-04-30"}, 422},
		{"sysadmin", map[string]any{"template": "focus", "from": "2023-05-01", "to": "2023-04-30"}, 422},
		{"sysadmin", map[string]any{"template": "focus", "from": "2033-05-01", "to": "2033-05-30"}, 422},
		{"sysadmin", map[string]any{"template": "focus", "from": "1 May", "to": "2033-05-30"}, 422},
		{"sysadmin", map[string]any{"template": "focus", "place": "01GZ03JSM0VNBXZ4X8JQ4A6Q5V", "from": "2023-04-01", "to": "2023-04-30"}, 404},
	} {
		w.do(tt.user, "POST", "/reports", tt.body).want(tt.status)
	}
	if access.Decide(kernel.Anonymous(tenant), access.ReportWrite, access.Whole(tenant)).Allow {
		t.Error("anyone may write bulletins")
	}
}
