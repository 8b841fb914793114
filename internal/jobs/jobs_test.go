package jobs

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sanzhi/internal/kernel"
)

var begin = time.Date(2023, 4, 28, 2, 0, 0, 0, time.UTC)

// queue is a queue in memory that notes what is done to its messages.
type queue struct {
	list   []*Message
	done   []kernel.ID
	failed map[kernel.ID]time.Time // when each is tried next
}

func (q *queue) Claim(_ context.Context, _ kernel.Tenant, _, _ string, _ time.Duration, limit int) ([]*Message, error) {
	return q.list[:min(limit, len(q.list))], nil
}

func (q *queue) Done(ctx context.Context, _ kernel.Tenant, id kernel.ID, _ string) error {
	q.done = append(q.done, id)
	return ctx.Err()
}

func (q *queue) Fail(ctx context.Context, _ kernel.Tenant, id kernel.ID, _, _ string, next time.Time) error {
	q.failed[id] = next
	return ctx.Err()
}

// sender sends as the test says.
type sender func(ctx context.Context, m *Message) error

func (s sender) Send(ctx context.Context, _ kernel.Tenant, m *Message) error { return s(ctx, m) }

func messages(n, attempt int) *queue {
	q := &queue{failed: map[kernel.ID]time.Time{}}
	for i := range n {
		q.list = append(q.list, &Message{ID: kernel.ID(rune('a' + i)), Attempt: attempt})
	}
	return q
}

func TestAMessageFailsWithGrowingPausesAndIsGivenUp(t *testing.T) {
	bad := sender(func(context.Context, *Message) error { return errors.New("refused") })
	clock := kernel.NewManualClock(begin)
	last := time.Duration(0)
	sum := last
	for attempt := range MaxAttempts {
		q := messages(1, attempt)
		if _, err := Deliver(t.Context(), q, bad, clock, "630105", "webhook", "me"); err != nil {
			t.Fatal(err)
		}
		next := q.failed["a"]
		if attempt == MaxAttempts-1 {
			if !next.IsZero() {
				t.Errorf("failure %d is to be tried again at %v", attempt+1, next)
			}
			break
		}
		pause := next.Sub(begin)
		if pause < last || pause > 6*time.Hour || attempt == 0 && pause != 5*time.Second {
			t.Errorf("pause %d is %v after one of %v", attempt+1, pause, last)
		}
		last = pause
		sum += pause
	}
	if sum < 20*time.Hour || sum > 28*time.Hour {
		t.Errorf("given up %v after the first try, want about a day", sum)
	}
}

func TestSlowReceiversDoNotOutlastTheLease(t *testing.T) {
	clock := kernel.NewManualClock(begin)
	const limit = 10 * time.Second // of a sender
	slow := sender(func(context.Context, *Message) error {
		if held := clock.Now().Sub(begin); held+limit > Lease {
			t.Errorf("sent %v after the claim: the lease may end before the answer", held)
		}
		clock.Advance(limit)
		return errors.New("too slow")
	})
	q := messages(20, 0)
	n, err := Deliver(t.Context(), q, slow, clock, "630105", "webhook", "me")
	if err != nil || n != len(q.failed) || n < 5 || n == 20 {
		t.Errorf("%d tried, %d failed, %v", n, len(q.failed), err)
	}
}

func TestAShutdownIsNoFailureOfTheReceiver(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	q := messages(4, MaxAttempts-1)
	n, err := Deliver(ctx, q, sender(func(ctx context.Context, m *Message) error {
		switch m.ID {
		case "b":
			cancel() // it was delivered none the less
			return nil
		default:
			return ctx.Err()
		}
	}), kernel.NewManualClock(begin), "630105", "webhook", "me")
	if err != nil || n != 2 || len(q.failed) != 0 {
		t.Errorf("%d tried, %v failed, %v", n, q.failed, err)
	}
	if diff := cmp.Diff([]kernel.ID{"a", "b"}, q.done); diff != "" {
		t.Error(diff)
	}
	ctx, cancel = context.WithCancel(t.Context())
	q = messages(2, MaxAttempts-1)
	n, err = Deliver(ctx, q, sender(func(ctx context.Context, _ *Message) error { cancel(); return ctx.Err() }), kernel.NewManualClock(begin), "630105", "webhook", "me")
	if err != nil || n != 1 || len(q.failed) != 0 || len(q.done) != 0 {
		t.Errorf("%d tried, %v failed, %v done, %v", n, q.failed, q.done, err)
	}
}
