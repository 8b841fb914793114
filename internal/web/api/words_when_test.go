package api

import (
	"testing"
	"time"

	"sanzhi/internal/kernel"
)

func TestWhenIsSaidAsPeopleSayIt(t *testing.T) {
	now := time.Date(2026, 11, 24, 7, 24, 0, 0, kernel.Shanghai)
	for _, c := range []struct {
		at     time.Time
		zh, en string
	}{
		{now.Add(time.Hour), "今天 8:24", "8:24 today"},
		{time.Date(2026, 11, 23, 23, 59, 0, 0, kernel.Shanghai), "昨天 23:59", "23:59 yesterday"},
		{time.Date(2026, 11, 25, 0, 0, 0, 0, kernel.Shanghai), "明天 0:00", "0:00 tomorrow"},
		{time.Date(2026, 12, 1, 23, 59, 0, 0, kernel.Shanghai), "12月1日 23:59", "23:59 on 1\u00a0December"},
		{time.Date(2027, 1, 4, 9, 0, 0, 0, kernel.Shanghai), "2027年1月4日 9:00", "9:00 on 4\u00a0January 2027"},
	} {
		if zh, en := When(kernel.Chinese, c.at.UTC(), now), When(kernel.English, c.at.UTC(), now); zh != c.zh || en != c.en {
			t.Errorf("%v: %q and %q, want %q and %q", c.at, zh, en, c.zh, c.en)
		}
	}
}
