package api

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

type ctxKey int

const (
	keyCaller ctxKey = iota
	keyLang
	keyTrace
)

// Caller is who sent a request.
type Caller struct {
	access.Signed
	Address string // of the client, for limits
	Bearer  bool   // by a token of a program, not by a browser's cookie
}

// CallerOf gives who sent the request.
func CallerOf(ctx context.Context) Caller {
	c, _ := ctx.Value(keyCaller).(Caller)
	return c
}

// LangOf gives the reader's language.
func LangOf(ctx context.Context) kernel.Lang {
	if l, ok := ctx.Value(keyLang).(kernel.Lang); ok {
		return l
	}
	return kernel.Chinese
}

// TraceOf gives the request's trace id.
func TraceOf(ctx context.Context) string {
	s, _ := ctx.Value(keyTrace).(string)
	return s
}

// CookieName is the session's cookie.
const CookieName = "sanzhi_session"

// Identify puts language, trace and caller into the request's context. A token that does not hold (any more) is an
// anonymous caller: routes that need more say so themselves.
func (s *Server) Identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !readable(r) {
			Fail(w, r, kernel.Malformed("path", kernel.T("网址里有读不了的字符，请重新打开", "the address has characters that cannot be read; open it again")))
			return
		}
		ctx := context.WithValue(r.Context(), keyLang, langOf(r))
		ctx = context.WithValue(ctx, keyTrace, string(kernel.NewID(s.Clock.Now())))
		c := Caller{Signed: access.Signed{Actor: kernel.Anonymous(s.Tenant)}, Address: s.address(r)}
		token, bearer := bearerOf(r)
		if token != "" || bearer {
			signed, err := s.authenticate(ctx, token)
			switch {
			case err == nil:
				c.Signed, c.Bearer = signed, bearer
			case !kernel.Is(err, kernel.KindUnsigned):
				writeProblem(w, ProblemOf(ctx, err))
				return
			case bearer:
				// A program that sends a token means to use it.
				writeProblem(w, ProblemOf(ctx, err))
				return
			}
		}
		c.Actor.Lang = langOf(r)
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, keyCaller, c)))
	})
}

// readable reports whether path and query are text that a store can keep, and no number of the query is not a number.
func readable(r *http.Request) bool {
	q, err := url.QueryUnescape(r.URL.RawQuery)
	if err != nil {
		return false
	}
	for _, s := range []string{r.URL.Path, q} {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return false
		}
	}
	return true
}

// IsBearer reports whether the request names its right in a header, which no browser sends by itself.
func IsBearer(r *http.Request) bool { _, bearer := bearerOf(r); return bearer }

func bearerOf(r *http.Request) (token string, bearer bool) {
	if scheme, t, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		return strings.TrimSpace(t), true
	}
	if c, err := r.Cookie(CookieName); err == nil {
		return c.Value, false
	}
	return "", false
}

// langOf reads ?lang=, else the first of zh and en that Accept-Language names.
func langOf(r *http.Request) kernel.Lang {
	if q := r.URL.RawQuery; strings.Contains(q, "lang=") {
		switch r.URL.Query().Get("lang") {
		case "en":
			return kernel.English
		case "zh":
			return kernel.Chinese
		}
	}
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		switch tag := strings.ToLower(strings.TrimSpace(part)); {
		case strings.HasPrefix(tag, "zh"):
			return kernel.Chinese
		case strings.HasPrefix(tag, "en"):
			return kernel.English
		}
	}
	return kernel.Chinese
}

// address is the client's address: the connection's, or what a trusted proxy in front says.
func (s *Server) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if s.TrustProxy {
		// The last entry is the one that the proxy itself saw.
		if f := r.Header.Get("X-Forwarded-For"); f != "" {
			l := strings.Split(f, ",")
			return strings.TrimSpace(l[len(l)-1])
		}
	}
	return host
}

// cookie makes the session's cookie; an empty token ends it.
func (s *Server) cookie(token string, expires time.Time) *http.Cookie {
	c := &http.Cookie{ //nolint:gosec // Secure where the page is reached over TLS, which the operator says
		Name: CookieName, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.SecureCookies, Expires: expires}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

func itoa(n int) string { return strconv.Itoa(n) }

// StillSigned reports whether the token of a long request still holds, and whom it speaks for now.
func (d Deps) StillSigned(ctx context.Context, r *http.Request) (access.Signed, bool) {
	token, _ := bearerOf(r)
	signed, err := d.Access.Authenticate(ctx, token)
	return signed, err == nil
}

// Fail answers a request that is not huma's with an error.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	writeProblem(w, ProblemOf(r.Context(), err))
}

// NotThere answers a path of the interface that does not exist.
func NotThere(w http.ResponseWriter, r *http.Request) {
	Fail(w, r, kernel.NotFound(kernel.T("没有这个接口", "there is no such call")))
}
