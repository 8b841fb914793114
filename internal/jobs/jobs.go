// Package jobs is durable work: the outbox, through which an act tells others after its commit, and the leases by which
// one of several processes does a periodic duty. It knows how often to try and when to give up; who sends is told to it.
package jobs

import (
	"context"
	"time"

	"sanzhi/internal/kernel"
)

// Message is one row of the outbox.
type Message struct {
	ID      kernel.ID
	Topic   string // "case", "notify", "webhook"
	Target  string // what it is about, or where it goes
	Body    string // JSON
	At      time.Time
	NextAt  time.Time // when it is tried next
	Attempt int
	// GaveUpAt is set when trying has ended without success; an administrator may try again.
	GaveUpAt  time.Time
	LastError string
}

// MaxAttempts is after how many failures a message is given up, about a day after the first.
const MaxAttempts = 16

// Backoff is the pause after the given number of failures: 5 s, doubling, at most 6 hours.
func Backoff(failures int) time.Duration {
	d := 5 * time.Second
	for range failures - 1 {
		d *= 2
		if d > 6*time.Hour {
			return 6 * time.Hour
		}
	}
	return d
}

// Queue keeps messages.
type Queue interface {
	// Claim leases up to limit messages of a topic that are due, to one holder until the lease ends, and gives them.
	Claim(ctx context.Context, t kernel.Tenant, topic, holder string, lease time.Duration, limit int) ([]*Message, error)
	// Done removes a message that was delivered, if the holder still has it.
	Done(ctx context.Context, t kernel.Tenant, id kernel.ID, holder string) error
	// Fail puts a message back with its error, to be tried at next; a zero next gives it up.
	Fail(ctx context.Context, t kernel.Tenant, id kernel.ID, holder, cause string, next time.Time) error
}

// Sender delivers one message. The message's id is its idempotency key: a receiver that sees it twice must act once.
type Sender interface {
	Send(ctx context.Context, t kernel.Tenant, m *Message) error
}

// Lease is how long a claimed message is kept from other holders. SendFor is for how much of it messages are sent: the rest
// outlasts the time limit of every sender (ten seconds), so that no message is sent by two at once.
const (
	Lease   = 2 * time.Minute
	SendFor = Lease - 30*time.Second
)

// claimed is how many messages are leased at once.
const claimed = 50

// Deliver claims what is due of a topic and sends it: each message at most once at a time, again with growing pauses when
// it fails, given up visibly after MaxAttempts. It tells how many were tried. What slow receivers leave no time for, and what
// a shutdown interrupts, stays as it is and is tried again when its lease is over: that counts as no failure.
func Deliver(ctx context.Context, q Queue, s Sender, clock kernel.Clock, t kernel.Tenant, topic, holder string) (int, error) {
	begun := clock.Now()
	l, err := q.Claim(ctx, t, topic, holder, Lease, claimed)
	if err != nil {
		return 0, err
	}
	for n, m := range l {
		//nolint:nilerr // to be stopped is no failure: what is left is tried again
		if ctx.Err() != nil || clock.Now().Sub(begun) > SendFor {
			return n, nil
		}
		sendErr := s.Send(ctx, t, m)
		if sendErr == nil {
			if err := q.Done(context.WithoutCancel(ctx), t, m.ID, holder); err != nil {
				return n + 1, err
			}
			continue
		}
		if ctx.Err() != nil {
			return n + 1, nil //nolint:nilerr // as above
		}
		next := time.Time{}
		if m.Attempt+1 < MaxAttempts {
			next = clock.Now().Add(Backoff(m.Attempt + 1))
		}
		if err := q.Fail(context.WithoutCancel(ctx), t, m.ID, holder, sendErr.Error(), next); err != nil {
			return n + 1, err
		}
	}
	return len(l), nil
}
