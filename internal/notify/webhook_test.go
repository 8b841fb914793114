package notify

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sanzhi/internal/jobs"
	"sanzhi/internal/kernel"
)

// fixed is the one hook of a test; without an address there is none.
type fixed Hook

func (f fixed) Hook(context.Context, kernel.Tenant, kernel.ID) (Hook, error) {
	if f.URL == "" {
		return Hook{}, kernel.NotFound(kernel.T("没有", "none"))
	}
	return Hook(f), nil
}

var message = &jobs.Message{ID: "01GZ2SDC80TFCQZYFMP4R6FYA4", Target: "hook", Body: `{"what":"overdue"}`}

func TestACallIsSignedAndCanBeToldApart(t *testing.T) {
	var body []byte
	var got http.Header
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		got = r.Header
		w.WriteHeader(http.StatusNoContent)
	}))
	defer s.Close()
	if err := NewWebhook(fixed{URL: s.URL, Secret: "known to both"}).Send(t.Context(), "630105", message); err != nil {
		t.Fatal(err)
	}
	if string(body) != message.Body || got.Get(HeaderSignature) != Sign("known to both", body) || got.Get(HeaderID) != string(message.ID) ||
		got.Get(HeaderTenant) != "630105" || Sign("another", body) == Sign("known to both", body) {
		t.Errorf("body %s, headers %v", body, got)
	}
}

func TestOnly2xxIsSuccessAndNoRedirectIsFollowed(t *testing.T) {
	followed := false
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		case "/elsewhere":
			followed = true
		case "/long": // an answer without end is cut
			for range 10_000 {
				if _, err := io.WriteString(w, strings.Repeat("x", 1<<10)); err != nil {
					return
				}
			}
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	defer s.Close()
	for path, ok := range map[string]bool{"/moved": false, "/broken": false, "/long": true} {
		if err := NewWebhook(fixed{URL: s.URL + path}).Send(t.Context(), "630105", message); (err == nil) != ok {
			t.Errorf("%s: %v", path, err)
		}
	}
	if followed {
		t.Error("a redirect was followed")
	}
	if err := NewWebhook(fixed{}).Send(t.Context(), "630105", message); err != nil {
		t.Errorf("a hook that was taken away: %v", err)
	}
}

func TestErrorsDoNotHoldTheAddress(t *testing.T) {
	s := httptest.NewServer(nil)
	gone := s.URL
	s.Close()
	for _, u := range []string{gone + "/?token=s3cret", "http://127.0.0.1:port/?token=s3cret"} {
		err := NewWebhook(fixed{URL: u}).Send(t.Context(), "630105", message)
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("got %v", err)
		}
	}
}
