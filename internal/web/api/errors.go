package api

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// Status is the one table from the kind of an error to HTTP.
var Status = map[kernel.Kind]int{
	kernel.KindMalformed:   http.StatusBadRequest,
	kernel.KindUnsigned:    http.StatusUnauthorized,
	kernel.KindForbidden:   http.StatusForbidden,
	kernel.KindNotFound:    http.StatusNotFound,
	kernel.KindConflict:    http.StatusConflict,
	kernel.KindTooLarge:    http.StatusRequestEntityTooLarge,
	kernel.KindInvalid:     http.StatusUnprocessableEntity,
	kernel.KindTooMany:     http.StatusTooManyRequests,
	kernel.KindUnavailable: http.StatusServiceUnavailable,
	kernel.KindInternal:    http.StatusInternalServerError,
}

// Problem is an error as RFC 9457 has it, in the reader's language.
type Problem struct { //nolint:errname // the name of RFC 9457, and of the schema
	Type   string         `json:"type" example:"urn:sanzhi:conflict"`
	Title  string         `json:"title" example:"有人先办了"`
	Status int            `json:"status" example:"409"`
	Detail string         `json:"detail" example:"这件事刚被别人办过一步，请刷新后再看"`
	Errors []FieldProblem `json:"errors,omitempty"`
	Trace  string         `json:"trace,omitempty" doc:"Give it to who runs the program: the cause is in the log under it"`

	retry int // seconds, for Retry-After
}

// FieldProblem is one fault of one field.
type FieldProblem struct {
	Field   string `json:"field" example:"contact.phone"`
	Message string `json:"message"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders implements huma.HeadersError.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retry > 0 {
		h.Set("Retry-After", itoa(p.retry))
	}
	return h
}

// ContentType makes huma send the media type of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

var titles = map[kernel.Kind]kernel.Text{
	kernel.KindMalformed:   kernel.T("读不懂这个请求", "The request cannot be read"),
	kernel.KindUnsigned:    kernel.T("还没有登录", "Not signed in"),
	kernel.KindForbidden:   kernel.T("不由您来办", "Not allowed"),
	kernel.KindNotFound:    kernel.T("没有找到", "Not found"),
	kernel.KindConflict:    kernel.T("有人先办了", "Somebody was first"),
	kernel.KindTooLarge:    kernel.T("内容太大", "Too large"),
	kernel.KindInvalid:     kernel.T("有一处要改", "Something to correct"),
	kernel.KindTooMany:     kernel.T("请慢一点", "Please slow down"),
	kernel.KindUnavailable: kernel.T("暂时办不了", "Not available just now"),
	kernel.KindInternal:    kernel.T("系统出错了", "Something went wrong"),
}

// ProblemOf turns any error into what the reader may see. The cause of an internal error goes to the log with the trace.
func ProblemOf(ctx context.Context, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	lang, trace := LangOf(ctx), TraceOf(ctx)
	var e *kernel.Error
	switch {
	case errors.As(err, &e):
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e = &kernel.Error{Kind: kernel.KindUnavailable, Say: kernel.T("等得太久，请再试一次", "it took too long; please try again"), Cause: err}
	default:
		_ = errors.As(kernel.Internal("web", err), &e) // it is one
	}
	p = &Problem{Type: "urn:sanzhi:" + string(e.Kind), Title: titles[e.Kind].In(lang), Status: Status[e.Kind], Detail: e.Say.In(lang), Trace: trace}
	if e.Field != "" {
		p.Errors = append(p.Errors, FieldProblem{Field: e.Field, Message: e.Say.In(lang)})
	}
	for _, m := range e.More {
		p.Errors = append(p.Errors, FieldProblem{Field: m.Field, Message: m.Say.In(lang)})
	}
	if wait, ok := access.RetryAfter(err); ok {
		p.retry = max(1, int(math.Ceil(wait.Seconds())))
	} else if e.Kind == kernel.KindUnavailable || e.Kind == kernel.KindTooMany {
		p.retry = 2
	}
	if e.Kind == kernel.KindInternal || e.Kind == kernel.KindUnavailable {
		slog.ErrorContext(ctx, "request failed", "trace", trace, "kind", e.Kind, "cause", err)
	}
	return p
}
