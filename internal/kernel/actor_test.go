package kernel_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func TestPathHolds(t *testing.T) {
	tests := []struct {
		p, o kernel.Path
		want bool
	}{
		{"630105/", "630105/", true},
		{"630105/", "630105/002/204/017/", true},
		{"630105/002/", "630105/", false},
		{"630105/002/", "630105/003/", false},
		{"630105/002/", "630105/0020/", false},
		{"630105/00/", "630105/002/", false},
		{"630105/", "630106/", false},
		{"", "630105/", false},
		{"", "", false},
		{"630105/", "", false},
		{"630105", "630105", false},
		{"630105", "630105/002/", false},
		{"630105", "6301059/", false},
	}
	for _, tt := range tests {
		if got := tt.p.Holds(tt.o); got != tt.want {
			t.Errorf("%q.Holds(%q) = %v", tt.p, tt.o, got)
		}
	}
}

// path draws a place's position with short segments of few characters, so that one is often the beginning of another.
func path(t *rapid.T, label string) kernel.Path {
	p := kernel.Path("6/")
	for _, segment := range rapid.SliceOfN(rapid.StringMatching(`[c0.]{1,2}`), 0, 3).Draw(t, label) {
		p = p.Child(segment)
	}
	return p
}

// near draws a position that is close to p: itself, below it, above it, or a neighbour whose name goes on where p's ends.
func near(t *rapid.T, p kernel.Path) kernel.Path {
	s := strings.TrimSuffix(string(p), "/")
	tail := rapid.StringMatching(`[c0.]{1,2}`).Draw(t, "tail")
	return rapid.SampledFrom([]kernel.Path{
		"", kernel.Path(s), p, p.Child(tail), kernel.Path(s + tail + "/"), kernel.Path(s[:len(s)-1] + tail + "/"), path(t, "other"),
	}).Draw(t, "near")
}

// Scope in SQL is the range, scope in memory is Holds: they must agree on every pair of paths, those that are no place too.
func TestPathRangeIsHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := near(t, path(t, "base"))
		o := rapid.OneOf(rapid.Just(p), rapid.Custom(func(t *rapid.T) kernel.Path {
			if p == "" {
				return path(t, "other")
			}
			return near(t, p)
		})).Draw(t, "o")
		lo, hi := p.Range()
		if lo == "" {
			t.Errorf("the range of %q begins with nothing, which means anywhere", p)
		}
		if in := lo <= string(o) && string(o) < hi; in != p.Holds(o) {
			t.Errorf("%q in [%q, %q) is %v, Holds says %v", o, lo, hi, in, p.Holds(o))
		}
	})
}

func TestPathHoldsItsOwnAndNoNeighbour(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := path(t, "p")
		a := rapid.StringMatching(`[a-z0-9]{1,3}`).Draw(t, "a")
		b := rapid.StringMatching(`[a-z0-9]{1,3}`).Draw(t, "b")
		child := p.Child(a)
		if !p.Holds(p) || !p.Holds(child) || child.Holds(p) {
			t.Errorf("%q and its child %q", p, child)
		}
		if p.Child(b).Holds(child) != (a == b) {
			t.Errorf("the neighbours %q and %q under %q", a, b, p)
		}
	})
}

func TestActorRef(t *testing.T) {
	tests := []struct {
		actor kernel.Actor
		want  string
	}{
		{kernel.Actor{Kind: kernel.ActorAccount, Account: "01A", Name: "张*"}, "account:01A"},
		{kernel.Actor{Kind: kernel.ActorRequester, Case: "01C", Name: "李*"}, "requester:01C"},
		{kernel.Anonymous("630105"), "anonymous"},
		{kernel.System("630105"), "system"},
	}
	for _, tt := range tests {
		if got := tt.actor.Ref(); got != tt.want {
			t.Errorf("Ref of %+v is %q, want %q", tt.actor, got, tt.want)
		}
	}
}

func TestActorHas(t *testing.T) {
	a := kernel.Actor{Posts: []kernel.Post{{Role: kernel.Cadre}, {Role: kernel.Mediator}}}
	for _, r := range kernel.AllRoles {
		if want := r == kernel.Cadre || r == kernel.Mediator; a.Has(r) != want {
			t.Errorf("Has(%s) = %v", r, !want)
		}
		if (kernel.Actor{}).Has(r) {
			t.Errorf("an actor without posts has %s", r)
		}
	}
}

func TestPlainActorsSpeakForTheirTenant(t *testing.T) {
	for _, a := range []kernel.Actor{kernel.System("630105"), kernel.Anonymous("630105")} {
		if a.Tenant != "630105" || a.Lang != kernel.Chinese || len(a.Posts) > 0 || a.Account != "" {
			t.Errorf("%+v", a)
		}
	}
}

func TestPageClamp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := kernel.Page{After: "x", Limit: rapid.IntRange(-5, 500).Draw(t, "limit")}
		most := rapid.IntRange(-1, 300).Draw(t, "most")
		def := rapid.IntRange(-1, 350).Draw(t, "def")
		got := p.Clamp(def, most)
		want := p.Limit
		if want <= 0 {
			want = def
		}
		if want > most {
			want = most
		}
		if want < 1 {
			want = 1
		}
		if got.Limit != want || got.After != p.After {
			t.Errorf("%+v.Clamp(%d, %d) = %+v", p, def, most, got)
		}
	})
}

func TestManualClock(t *testing.T) {
	start := time.Date(2023, 4, 28, 18, 0, 0, 0, kernel.Shanghai)
	c := kernel.NewManualClock(start)
	if now := c.Now(); !now.Equal(start) || now.Location() != time.UTC {
		t.Errorf("starts at %v", now)
	}
	c.Advance(90 * time.Minute)
	if want := time.Date(2023, 4, 28, 11, 30, 0, 0, time.UTC); !c.Now().Equal(want) {
		t.Errorf("after an hour and a half: %v, want %v", c.Now(), want)
	}
	c.Set(start)
	if now := c.Now(); !now.Equal(start) || now.Location() != time.UTC {
		t.Errorf("set back: %v", now)
	}
}

func TestSystemClockGivesWhatTheStoreKeeps(t *testing.T) {
	now := kernel.SystemClock{}.Now()
	if now.Location() != time.UTC || !time.UnixMilli(now.UnixMilli()).Equal(now) {
		t.Errorf("%v is not a UTC instant in whole milliseconds", now)
	}
}
