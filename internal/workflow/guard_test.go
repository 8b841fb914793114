package workflow

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"sanzhi/internal/kernel"
)

func compiled(t *testing.T, f *Flow) *Compiled {
	t.Helper()
	c, err := Compile(f)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestGuards(t *testing.T) {
	now := date(t, "2023-06-01 10:00")
	c := compiled(t, shipped(t, "menu"))
	h := compiled(t, shipped(t, "hazard"))
	for _, x := range []struct {
		name   string
		c      *Compiled
		action string
		env    Env
		want   bool
	}{
		{"no guard", c, "accept", Env{}, true},
		{"cadre gives back what is not sent out", c, "return", Env{Case: CaseEnv{Step: "submitted"}, Actor: ActorEnv{Roles: []string{"cadre"}}}, false},
		{"dispatcher gives it back", c, "return", Env{Case: CaseEnv{Step: "submitted"}, Actor: ActorEnv{Roles: []string{"unit_dispatcher"}}}, true},
		{"without roles", c, "return", Env{Case: CaseEnv{Step: "submitted"}}, false},
		{"cadre gives back", c, "return", Env{Case: CaseEnv{Step: "accepted"}}, true},
		{"to the same unit", c, "transfer", Env{Case: CaseEnv{Unit: "u"}, Form: map[string]any{"unit": "u"}}, false},
		{"to another unit", c, "transfer", Env{Case: CaseEnv{Unit: "u"}, Form: map[string]any{"unit": "v"}}, true},
		{"own unit helps", c, "cohandle", Env{Case: CaseEnv{Unit: "u"}, Form: map[string]any{"units": []any{"w", "u"}}}, false},
		{"others help", c, "cohandle", Env{Case: CaseEnv{Unit: "u"}, Form: map[string]any{"units": []string{"w"}}}, true},
		{"reopen in time", c, "reopen", Env{Case: CaseEnv{Step: "rated", StepSince: now.AddDate(0, 0, -29)}, Now: now}, true},
		{"reopen too late", c, "reopen", Env{Case: CaseEnv{Step: "rated", StepSince: now.AddDate(0, 0, -31)}, Now: now}, false},
		{"recheck by the same", h, "recheck", Env{Case: CaseEnv{Assignee: "a"}, Actor: ActorEnv{Account: "a"}}, false},
		{"recheck by nobody", h, "recheck", Env{Case: CaseEnv{Assignee: "a"}}, false},
		{"recheck by another", h, "recheck", Env{Case: CaseEnv{Assignee: "a"}, Actor: ActorEnv{Account: "b"}}, true},
	} {
		got, err := x.c.Allow(x.action, x.env)
		if err != nil || got != x.want {
			t.Errorf("%s: %v, %v", x.name, got, err)
		}
	}
	if _, err := c.Allow("fly", Env{}); !kernel.Is(err, kernel.KindInvalid) {
		t.Errorf("an unknown action: %v", err)
	}
	if !c.Offer("transfer", Env{}) || c.Offer("return", Env{Case: CaseEnv{Step: "submitted"}}) {
		t.Error("what depends on the form is offered, what fails without it is not")
	}
}

func TestTakeChoosesABranch(t *testing.T) {
	c := compiled(t, shipped(t, "menu"))
	var form map[string]any // as it comes back from storage
	if err := json.Unmarshal([]byte(`{"score": 2, "solved": false}`), &form); err != nil {
		t.Fatal(err)
	}
	out, err := c.Take("rate", Env{Form: form})
	if err != nil || out.Event != "rate.unsolved" || out.To != "submitted" || len(out.Effects) != 4 || out.Line.IsZero() {
		t.Errorf("unsolved: %+v %v", out, err)
	}
	out, err = c.Take("rate", Env{Form: map[string]any{"score": 5, "solved": true}})
	if err != nil || out.Event != "rate.else" || out.To != "rated" || len(out.Effects) != 1 {
		t.Errorf("solved: %+v %v", out, err)
	}
	out, err = c.Take("accept", Env{})
	if err != nil || out.Event != "accept" || out.To != "accepted" {
		t.Errorf("accept: %+v %v", out, err)
	}
	_, err = c.Take("merge", Env{Case: CaseEnv{ID: "a"}, Form: map[string]any{"into": "a"}})
	if !kernel.Is(err, kernel.KindInvalid) || !strings.Contains(err.Error(), "choose another order") {
		t.Errorf("a refusal says what the flow says: %v", err)
	}
}

func TestExpressionsThatAreRefused(t *testing.T) {
	form := []Field{{ID: "score", Type: "integer"}, {ID: "ok", Type: "boolean"}}
	for name, src := range map[string]string{
		"syntax": "case.step ==", "not a boolean": "form.score", "text": "case.step", "unknown name": "os.exit", "unknown field": "form.speed == 1",
		"unknown of case": "case.phone == ''", "function that is not allowed": "len(toJSON(case)) > 0", "now()": "now() > now", "wrong types": "form.score == 'a' and form.ok > 1",
		"too long": strings.Repeat("form.ok and ", 100) + "form.ok", "too many nodes": strings.Repeat("!", 300) + "form.ok", "empty": "",
		"range": "count(1..9, # > 3) > 1", "power": "2 ** 9 > 1", "pattern": "case.step matches 'a+'",
		"three predicates": "any(actor.roles, any(actor.orgs, any(actor.roles, # == 'x')))",
	} {
		if _, err := compileExpr(src, form); err == nil {
			t.Errorf("%s: %q compiles", name, src)
		}
	}
	for _, src := range []string{"form.ok", "form.score >= 3 and not form.ok", "now - case.opened < duration('24h')", "any(actor.roles, # startsWith 'c')", "len(case.cohandlers) == 0"} {
		if _, err := compileExpr(src, form); err != nil {
			t.Errorf("%q: %v", src, err)
		}
	}
}

func TestExpressionsHaveAMemoryBudget(t *testing.T) {
	f := &Flow{Actions: []Action{{ID: "a", Guard: "not any(form.units, len([1, 2, 3, 4, 5, 6, 7, 8, 9, form.units, #]) == 0)", Form: []Field{{ID: "units", Type: "units"}}}}}
	ok, err := compiled(t, f).Allow("a", Env{Form: map[string]any{"units": make([]string, 50)}, Now: time.Time{}})
	if !ok || err != nil {
		t.Errorf("a list as long as a form allows: %v %v", ok, err)
	}
	ok, err = compiled(t, f).Allow("a", Env{Form: map[string]any{"units": make([]string, 2000)}, Now: time.Time{}})
	if ok || err == nil {
		t.Error("an expression that wants all memory was run")
	}
}

func FuzzExpr(f *testing.F) {
	for _, s := range []string{"form.ok", "case.step == 'a'", "any(actor.roles, # == 'x')", "now - case.since < duration('1h')", "1..9 == []"} {
		f.Add(s)
	}
	form := []Field{{ID: "ok", Type: "boolean"}, {ID: "units", Type: "units"}}
	f.Fuzz(func(t *testing.T, src string) {
		p, err := compileExpr(src, form)
		if err != nil {
			return
		}
		c := &Compiled{Flow: &Flow{Actions: []Action{{ID: "a", Guard: src, Form: form}}}, programs: map[string]*program{"a": p}}
		if ok, err := c.Allow("a", Env{}); ok && err != nil {
			t.Fatalf("%q is allowed with an error: %v", src, err)
		}
	})
}
