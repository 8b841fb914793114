package store

import (
	"time"

	"sanzhi/internal/kernel"
)

// Solved counts the cases of a flow that ended as given and whose requester said, within the half-open period, that the
// matter is solved.
func (Cases) Solved(k kernel.Tx, flow, ended string, from, to time.Time) (n int, err error) {
	err = on(k).QueryRow(`SELECT COUNT(*) FROM case_record c WHERE c.tenant = $1 AND c.flow = $2 AND c.ended = $3 AND c.merged_into = ''
		AND EXISTS (SELECT 1 FROM rating r WHERE r.tenant = c.tenant AND r.case_id = c.id AND r.round = c.round AND r.solved = 1 AND r.at >= $4 AND r.at < $5)`,
		string(on(k).tenant), flow, ended, ms(from), ms(to)).Scan(&n)
	return n, err
}

// Closed counts the cases of a flow that ended as given within the half-open period.
func (Cases) Closed(k kernel.Tx, flow, ended string, from, to time.Time) (n int, err error) {
	err = on(k).QueryRow(`SELECT COUNT(*) FROM case_record WHERE tenant = $1 AND flow = $2 AND ended = $3 AND merged_into = '' AND closed_at >= $4 AND closed_at < $5`,
		string(on(k).tenant), flow, ended, ms(from), ms(to)).Scan(&n)
	return n, err
}

// CentreTiers counts the tiers of place (district, street, community or village) that have a service centre.
func (Territory) CentreTiers(k kernel.Tx) (n int, err error) {
	err = on(k).QueryRow(`SELECT COUNT(DISTINCT CASE u.kind WHEN 'county' THEN 1 WHEN 'community' THEN 3 WHEN 'village' THEN 3 WHEN 'village_other' THEN 3 ELSE 2 END)
		FROM place s JOIN place u ON u.tenant = s.tenant AND u.id = s.parent
		WHERE s.tenant = $1 AND s.kind = 'site' AND s.valid_to = 0 AND s.name LIKE '%服务中心'`, string(on(k).tenant)).Scan(&n)
	return n, err
}
