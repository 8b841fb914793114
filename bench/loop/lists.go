package main

import (
	"context"
	"fmt"
	"net/url"
	"time"
)

// listed is how long one page took.
type listed struct {
	What   string
	Rows   int
	Median time.Duration
	Worst  time.Duration
}

// An answer of the dashboard is kept for a moment; what is timed is drawing it up.
const (
	dashboard   = "dashboard"
	pictureKept = 3200 * time.Millisecond
)

// lists times a page of each role's lists and of searches: seven times each, alone, after the loops.
func (c *carriers) lists(ctx context.Context) ([]listed, error) {
	var out []listed
	for _, role := range []string{"community_clerk", "unit_dispatcher", "cadre", "district_leader"} {
		for _, q := range []struct{ what, path string }{
			{"mine", "/api/v1/cases?mine=true"}, {"queue", "/api/v1/cases/queue"}, {"newest", "/api/v1/cases"},
			{"open", "/api/v1/cases?state=open"}, {"open by due", "/api/v1/cases?sort=due"}, {"closed", "/api/v1/cases?state=closed"}, {"overdue", "/api/v1/cases?overdue=true"},
			{"search 电梯", "/api/v1/cases?q=" + url.QueryEscape("电梯")}, {"search 井盖松动", "/api/v1/cases?q=" + url.QueryEscape("井盖松动")},
			{"search 路灯不亮 号楼", "/api/v1/cases?q=" + url.QueryEscape("路灯不亮 号楼")}, {"search without a hit", "/api/v1/cases?q=" + url.QueryEscape("麒麟")},
			{dashboard, "/api/v1/dashboard"},
		} {
			var took []time.Duration
			var page struct {
				Items []struct{} `json:"items"`
			}
			for range 7 {
				if q.what == dashboard {
					time.Sleep(pictureKept)
				}
				begin := time.Now()
				if err := c.call(ctx, "GET", q.path, c.tokens[role], nil, 200, &page); err != nil {
					if e, ok := err.(*errStatus); ok && e.status == 403 {
						break // not this role's list
					}
					return nil, fmt.Errorf("%s %s: %w", role, q.what, err)
				}
				took = append(took, time.Since(begin))
			}
			if len(took) > 0 {
				out = append(out, listed{role + ": " + q.what, len(page.Items), quantile(took, .5), quantile(took, 1)})
			}
		}
	}
	return out, nil
}
