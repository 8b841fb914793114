package kernel

import (
	"errors"
	"fmt"
)

// Kind is what went wrong, as far as a caller must know. The set is closed; web maps each to one HTTP status.
type Kind string

// The kinds of error.
const (
	KindMalformed   Kind = "malformed"     // 400: the request cannot be read
	KindUnsigned    Kind = "not_signed_in" // 401
	KindForbidden   Kind = "forbidden"     // 403: readable, but this act is not allowed
	KindNotFound    Kind = "not_found"     // 404: not there, or not readable by this actor
	KindConflict    Kind = "conflict"      // 409: stale version, lost race, duplicate
	KindTooLarge    Kind = "too_large"     // 413
	KindInvalid     Kind = "invalid"       // 422: a field, form or guard refuses
	KindTooMany     Kind = "too_many"      // 429
	KindUnavailable Kind = "unavailable"   // 503: try again later
	KindInternal    Kind = "internal"      // 500: ours; the cause stays in the log
)

// AllKinds lists the closed set of kinds.
var AllKinds = []Kind{KindMalformed, KindUnsigned, KindForbidden, KindNotFound, KindConflict, KindTooLarge, KindInvalid,
	KindTooMany, KindUnavailable, KindInternal}

// Error is an error with a kind, what to tell the person (in both languages), the field it concerns if any, and a cause
// that is logged but never shown.
type Error struct {
	Kind  Kind
	Field string // JSON path of the field, row and column of a table, or empty
	Say   Text
	Cause error
	More  []Error // further faults of the same request, each with its field
}

func (e *Error) Error() string {
	s := string(e.Kind) + ": " + e.Say.En
	if e.Field != "" {
		s = string(e.Kind) + ": " + e.Field + ": " + e.Say.En
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// KindOf gives the kind of err; anything that is not an *Error is KindInternal.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}

// Is reports whether err has the kind k.
func Is(err error, k Kind) bool { return err != nil && KindOf(err) == k }

// Malformed says that the request cannot be read.
func Malformed(field string, say Text) error {
	return &Error{Kind: KindMalformed, Field: field, Say: say}
}

// Invalid says that a field, form or guard refuses.
func Invalid(field string, say Text) error { return &Error{Kind: KindInvalid, Field: field, Say: say} }

// Forbidden says that the actor may see the thing but not do this.
func Forbidden(say Text) error { return &Error{Kind: KindForbidden, Say: say} }

// NotFound says that the thing is not there, or that the actor may not know it is.
func NotFound(say Text) error { return &Error{Kind: KindNotFound, Say: say} }

// Conflict says that somebody else was first, or that a unique thing exists already.
func Conflict(say Text) error { return &Error{Kind: KindConflict, Say: say} }

// Unsigned says that the act needs a sign-in.
func Unsigned() error {
	return &Error{Kind: KindUnsigned, Say: T("请先登录", "please sign in first")}
}

// TooLarge says that what was sent, or the part of it that field names, exceeds its limit. The cause may be nil.
func TooLarge(field string, say Text, cause error) error {
	return &Error{Kind: KindTooLarge, Field: field, Say: say, Cause: cause}
}

// TooMany says that the caller must slow down.
func TooMany(say Text) error { return &Error{Kind: KindTooMany, Say: say} }

// Unavailable says that the program cannot answer now, for the cause given.
func Unavailable(say Text, cause error) error {
	return &Error{Kind: KindUnavailable, Say: say, Cause: cause}
}

// Internal wraps an unexpected error with the call it came from.
func Internal(call string, cause error) error {
	return &Error{Kind: KindInternal, Say: T("系统出错了，已经记下，请稍后再试", "something went wrong on our side; it is recorded, please try again later"),
		Cause: fmt.Errorf("%s: %w", call, cause)}
}
