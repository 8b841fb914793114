package store

import (
	"database/sql"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/reports"
)

// dayQuery says what is said about an average over days of piece work.
func dayQuery(id string, mean int, unit, title kernel.Text) reports.Query {
	return reports.Query{ID: id, Version: 1, Title: title, Leaves: kernel.T("没有过秤的人和日子不算；一人一天上几个短班，合成一天", "people and days without a weighing; several short shifts of one person in a day are one day"),
		Source: fromActivities, Unit: unit, Over: reports.OverNow, Mean: mean, Persons: true, Reads: access.ActivityWrite}
}

// dayOfWork gives a record for each person and day of paid piece work, with what the expression over its weighings comes to. The record bears the id of
// the day's first shift and says nothing of whose it was.
func dayOfWork(sum string) amountless {
	return func(k kernel.Tx, _ reports.Ask) ([]reports.Record, error) {
		rows, err := on(k).Query(`SELECT MIN(w.signup), MIN(a.title), MIN(a.path), MIN(w.at), CAST(`+sum+` AS BIGINT) FROM activity_wage w
			JOIN activity a ON a.tenant = w.tenant AND a.id = w.activity JOIN activity_signup s ON s.tenant = w.tenant AND s.id = w.signup
			WHERE w.tenant = $1 GROUP BY w.who, s.day`, string(on(k).tenant))
		return scanAll(rows, err, func(r *sql.Rows) (x reports.Record, err error) {
			var when int64
			err = r.Scan(&x.ID, &x.Title.Zh, &x.Path, &when, &x.Num)
			x.Title.En, x.At, x.Den = x.Title.Zh, at(when), 1
			return x, err
		})
	}
}
