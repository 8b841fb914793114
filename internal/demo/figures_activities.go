package demo

import "sanzhi/internal/kernel"

// activityFigures are the figures of the source about activities.
func activityFigures() []Figure {
	period := kernel.Period{From: PeriodFrom.UTC(), To: PeriodTo.UTC()}
	return []Figure{
		{ID: "volunteer_activities", Title: kernel.T("志愿服务", "volunteer activities"),
			Quantity: kernel.Quantity{Value: 1500, Unit: "次", Qualifier: kernel.AtLeast, Step: 100, Period: period}},
		{ID: "school_activities", Title: kernel.T("党校课堂活动", "activities of the school"),
			Quantity: kernel.Quantity{Value: 100, Unit: "次", Qualifier: kernel.AtLeast, Step: 100, Period: period}},
		{ID: "forum_sessions", Title: kernel.T("论坛", "sessions of the forum"),
			Quantity: kernel.Quantity{Value: numSessions, Unit: "期", Qualifier: kernel.Exact, Period: period}},
	}
}
