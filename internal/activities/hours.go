package activities

import (
	"slices"
	"time"

	"sanzhi/internal/kernel"
)

// Settings is what a district decides about hours. The zero value is the rule that ships: the way is not counted.
type Settings struct {
	// CountTravel counts the minutes on the way as service.
	CountTravel bool `json:"count_travel"`
}

// Span is a half-open time [From, To).
type Span struct{ From, To time.Time }

// Stay is one attendance with what its activity says about it.
type Stay struct {
	ID, Activity, Signup  kernel.ID
	Who                   string
	Pay                   Pay
	In, Out               time.Time // Out is zero while it lasts
	Title                 string
	Begins, Ends          time.Time // of the activity
	TravelOut, TravelBack int
}

// served is the time of the stay that counts: within the activity's own time, without the way unless it is counted. What is
// still open counts nothing yet.
func (s *Stay) served(set Settings) (Span, bool) {
	if s.Out.IsZero() {
		return Span{}, false
	}
	in, out := s.In, s.Out
	if !set.CountTravel {
		in, out = in.Add(time.Duration(s.TravelOut)*time.Minute), out.Add(-time.Duration(s.TravelBack)*time.Minute)
	}
	if in.Before(s.Begins) {
		in = s.Begins
	}
	if out.After(s.Ends) {
		out = s.Ends
	}
	return Span{in, out}, out.After(in)
}

// Served gives the whole time that one person served, each moment counted once however many check-ins cover it. Only
// unpaid posts count. The stays must be of one person.
func Served(stays []*Stay, set Settings) time.Duration {
	var spans []Span
	for _, s := range stays {
		if span, ok := s.served(set); ok && s.Pay == Unpaid {
			spans = append(spans, span)
		}
	}
	return union(spans)
}

// union is the length of the union of spans.
func union(spans []Span) (sum time.Duration) {
	slices.SortFunc(spans, func(a, b Span) int { return a.From.Compare(b.From) })
	var end time.Time
	for _, s := range spans {
		if s.From.Before(end) {
			s.From = end
		}
		if s.To.After(s.From) {
			sum += s.To.Sub(s.From)
			end = s.To
		}
	}
	return sum
}

// Minutes is how service is kept: whole minutes of the whole sum, so that nothing is lost by rounding each session.
func Minutes(d time.Duration) int { return int(d / time.Minute) }

// Tenths gives hours with one decimal, as tenths, rounded down: the rule that certificates and pages state.
func Tenths(minutes int) int { return minutes / 6 }

// starHours are the hours from which a volunteer has one to five stars.
var starHours = []int{100, 300, 600, 1000, 1500}

// Stars gives the stars for minutes of service, counted on the minute, not on what is shown.
func Stars(minutes int) int {
	n := 0
	for _, h := range starHours {
		if minutes >= h*60 {
			n++
		}
	}
	return n
}

// RoundingSay states the rule of the hours.
var RoundingSay = kernel.T("时长按签到签退累计到分钟，同一时间只算一次，只算活动时间以内，合计后舍到 0.1 小时",
	"hours are summed to the minute from check-ins and check-outs, each moment once and within the activity's own time; the sum is rounded down to 0.1 hour")
