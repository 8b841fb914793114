package access

import (
	"fmt"
	"testing"
	"time"

	"sanzhi/internal/kernel"
)

var noon = time.Date(2023, 4, 28, 4, 0, 0, 0, time.UTC)

// waits gives how long err asks to wait: 0 for no error, and fails when it is another error.
func waits(t *testing.T, err error) time.Duration {
	t.Helper()
	if err == nil {
		return 0
	}
	d, ok := RetryAfter(err)
	if !ok || !kernel.Is(err, kernel.KindTooMany) {
		t.Fatalf("not a wait: %v", err)
	}
	return d
}

func TestThrottleDelaysDouble(t *testing.T) {
	clock := kernel.NewManualClock(noon)
	th := NewThrottle(DefaultSignInLimits, clock)
	fail := func() {
		t.Helper()
		a, err := th.Begin("630105", "wang", "10.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		a.Failed()
	}
	for range 5 {
		fail()
	}
	for _, seconds := range []int{2, 4, 8, 16, 32, 64, 128, 256, 300, 300} {
		want := time.Duration(seconds) * time.Second
		_, err := th.Begin("630105", "WANG", "10.0.0.2") // another address and another case do not help
		if got := waits(t, err); got != want {
			t.Fatalf("wait %s, want %s", got, want)
		}
		if got := waits(t, second(th.Begin("630104", "wang", "10.0.0.1"))); got != 0 {
			t.Fatalf("the same name in another tenant waits %s", got)
		}
		clock.Advance(want)
		fail()
	}
	for range 100 { // the doubling never overflows into no delay at all
		clock.Advance(5 * time.Minute)
		fail()
		if got := waits(t, second(th.Begin("630105", "wang", "10.0.0.1"))); got != 5*time.Minute {
			t.Fatalf("wait %s after many failures", got)
		}
	}
	clock.Advance(5 * time.Minute)
	a, err := th.Begin("630105", "wang", "10.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	a.Succeeded()
	for range 5 { // a success starts anew
		fail()
	}
	clock.Advance(time.Hour)
	fail() // so does an hour
	if got := waits(t, second(th.Begin("630105", "wang", "10.0.0.1"))); got != 0 {
		t.Errorf("after an hour: wait %s", got)
	}
}

// second tries without coming to an outcome, and gives the refusal.
func second(a *Attempt, err error) error {
	if a != nil {
		a.Cancelled()
	}
	return err
}

func TestThrottleCountsTriesUnderWay(t *testing.T) {
	clock := kernel.NewManualClock(noon)
	th := NewThrottle(DefaultSignInLimits, clock)
	var under []*Attempt
	for {
		a, err := th.Begin("630105", "wang", "10.0.0.1")
		if err != nil {
			break
		}
		under = append(under, a)
		if len(under) > 100 {
			t.Fatal("any number of guesses slips through together")
		}
	}
	if len(under) != together {
		t.Errorf("%d at once", len(under))
	}
	for _, a := range under {
		a.Cancelled()
	}
	if err := second(th.Begin("630105", "wang", "10.0.0.1")); err != nil {
		t.Errorf("cancelled tries count: %v", err)
	}
	// Once failures are no longer free, guesses go one by one.
	for range 5 {
		a, err := th.Begin("630105", "li", "10.0.0.1")
		if err != nil {
			t.Fatal(err)
		}
		a.Failed()
	}
	clock.Advance(2 * time.Second)
	if _, err := th.Begin("630105", "li", "10.0.0.1"); err != nil {
		t.Fatal(err)
	}
	if d := waits(t, second(th.Begin("630105", "li", "10.0.0.1"))); d == 0 {
		t.Error("two guesses at once after the free ones")
	}
}

// A whole community behind one address signs in at eight in the morning; one flooding address is held.
func TestThrottleSharedAddress(t *testing.T) {
	clock := kernel.NewManualClock(noon)
	th := NewThrottle(DefaultSignInLimits, clock)
	for i := range 80 {
		a, err := th.Begin("630105", fmt.Sprintf("user%d", i), "10.0.0.1")
		if err != nil {
			t.Fatalf("user %d behind the shared address: %v", i, err)
		}
		if i%4 == 0 {
			a.Failed()
		} else {
			a.Succeeded()
		}
	}
	held := 0
	for i := range 100 {
		if waits(t, second(th.Begin("630105", fmt.Sprintf("guess%d", i), "10.0.0.1"))) > 0 {
			held++
		}
	}
	if held != 80 {
		t.Errorf("%d of 100 further tries held, want 80", held)
	}
	if err := second(th.Begin("630105", "li", "10.0.0.2")); err != nil {
		t.Errorf("another address is held: %v", err)
	}
	clock.Advance(3 * time.Second)
	for i := range 3 {
		if err := second(th.Begin("630105", fmt.Sprintf("late%d", i), "10.0.0.1")); err != nil {
			t.Errorf("after 3 s, try %d: %v", i, err)
		}
	}
}

func TestOrderLimiter(t *testing.T) {
	clock := kernel.NewManualClock(noon)
	limits := OrderLimits{Address: Limit{10 * time.Second, 5}, Phone: Limit{10 * time.Minute, 2}, All: Limit{time.Second, 8}, Keys: 10}
	o := NewOrderLimiter(limits, clock)
	for i := range 2 {
		if err := o.Allow("10.0.0.1", "phone-a"); err != nil {
			t.Fatalf("order %d: %v", i, err)
		}
	}
	for range 20 { // what the number's limit refuses uses up neither the address nor the whole
		if d := waits(t, o.Allow("10.0.0.1", "phone-a")); d != 10*time.Minute {
			t.Fatalf("third order of one number waits %s", d)
		}
	}
	for i := range 3 {
		if err := o.Allow("10.0.0.1", ""); err != nil {
			t.Fatalf("order %d of the address: %v", i+3, err)
		}
	}
	if d := waits(t, o.Allow("10.0.0.1", "phone-b")); d != 10*time.Second {
		t.Fatalf("sixth order of one address waits %s", d)
	}
	for i := range 3 {
		if err := o.Allow(fmt.Sprintf("10.0.1.%d", i), "phone-b"+fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if d := waits(t, o.Allow("10.0.2.1", "phone-c")); d != time.Second {
		t.Fatalf("ninth order of all waits %s", d)
	}
	clock.Advance(time.Second)
	if err := o.Allow("10.0.2.1", "phone-c"); err != nil {
		t.Errorf("after a second: %v", err)
	}
	off := NewOrderLimiter(OrderLimits{}, clock)
	for range 1000 {
		if err := off.Allow("10.0.0.1", "phone-a"); err != nil {
			t.Fatalf("a limit of zero limits: %v", err)
		}
	}
}

func TestLRUIsBounded(t *testing.T) {
	l := newLRU[int](3)
	for i := range 3 {
		l.put(fmt.Sprint(i), i)
	}
	l.get("0")
	l.put("3", 3)
	if _, ok := l.get("1"); ok {
		t.Error("the least recently used key stays")
	}
	for _, k := range []string{"0", "2", "3"} {
		if _, ok := l.get(k); !ok {
			t.Errorf("%s is gone", k)
		}
	}
	if len(l.byKey) != 3 || l.order.Len() != 3 {
		t.Errorf("%d keys", len(l.byKey))
	}
}

func TestAddressKey(t *testing.T) {
	for in, want := range map[string]string{"10.0.0.1": "10.0.0.1", "10.0.0.1:8080": "10.0.0.1", "::ffff:10.0.0.1": "10.0.0.1",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "[2001:db8:1:2::9]:443": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "": "?", "unix": "?"} {
		if got := AddressKey(in); got != want {
			t.Errorf("AddressKey(%q) = %q, want %q", in, got, want)
		}
	}
}
