package registers

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"sanzhi/internal/access"
	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
	"sanzhi/internal/orgs"
)

// Counts answers questions about organisations and stations from the records.
type Counts interface {
	// OrgsWith is the organisations of a kind at path with an open entry of the register ÷ all of the kind there.
	OrgsWith(tx kernel.Tx, kind orgs.Kind, register string, path kernel.Path) (orgs.Rate, error)
	// Stations gives every station that stands and whose place has a point.
	Stations(tx kernel.Tx) ([]*Station, error)
}

// Station is a station on the map.
type Station struct {
	Entry    *Entry
	Name     string
	Lon, Lat float64
	// Distance in metres from where it was asked for; 0 when that is not known.
	Distance float64
	OnFoot   bool // Distance is along the streets; else a straight line
	State    State
}

// Hours gives the opening hours.
func (s *Station) Hours() Hours {
	h, err := ParseHours(s.Entry.Values["hours"])
	if err != nil {
		return Hours{} // written by Parse; an unreadable one is closed
	}
	return h
}

// Functions lists the keys of what the station does.
func (s *Station) Functions() []string { return strings.Fields(s.Entry.Values["functions"]) }

// Walk gives how far it is from a place to others, in metres, and whether each way goes along streets; else it is a straight line.
type Walk func(tx kernel.Tx, from [2]float64, to [][2]float64) (metres []float64, onFoot []bool, err error)

// walk measures the way to each station, along the streets where the district has them.
func (s *Service) walk(tx kernel.Tx, from *[2]float64, l []*Station) error {
	if from == nil {
		return nil
	}
	if s.Walk == nil {
		for _, st := range l {
			st.Distance = geo.Distance(*from, [2]float64{st.Lon, st.Lat})
		}
		return nil
	}
	to := make([][2]float64, len(l))
	for i, st := range l {
		to[i] = [2]float64{st.Lon, st.Lat}
	}
	metres, onFoot, err := s.Walk(tx, *from, to)
	if err != nil {
		return err
	}
	for i, st := range l {
		st.Distance, st.OnFoot = metres[i], onFoot[i]
	}
	return nil
}

// Near asks for stations.
type Near struct {
	Need     string
	From     *[2]float64 // lon, lat in WGS84
	OpenOnly bool
	Kind     string
}

// Stations gives the stations that do what is needed, the nearest first, or by name when nobody knows from where. The cursor
// is the distance in centimetres, or the name, and the id.
func (s *Service) Stations(tx kernel.Tx, actor kernel.Actor, n Near, p kernel.Page) ([]*Station, string, error) {
	r, err := Find("station")
	if err != nil {
		return nil, "", err
	}
	scope := access.ScopeOf(actor, r.Read)
	all, err := s.Counts.Stations(tx)
	if err != nil {
		return nil, "", err
	}
	days, err := s.Calendars.Days(tx)
	if err != nil {
		return nil, "", err
	}
	if err := s.walk(tx, n.From, all); err != nil {
		return nil, "", err
	}
	wanted := Need(n.Need)
	type keyed struct {
		*Station
		key string
	}
	var found []keyed
	for _, st := range all {
		if !scope.Match(access.Target{Tenant: tx.Tenant(), Path: st.Entry.Path}) || n.Kind != "" && st.Entry.Values["kind"] != n.Kind || !st.does(n.Need, wanted) {
			continue
		}
		if st.State = st.Hours().At(days, tx.Now()); n.OpenOnly && !st.State.Open {
			continue
		}
		key := st.Name
		if n.From != nil {
			key = fmt.Sprintf("%012d", int64(math.Round(st.Distance*100)))
		}
		found = append(found, keyed{st, key + "\x1f" + string(st.Entry.ID)})
	}
	slices.SortFunc(found, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
	var out []*Station
	for i, k := range found {
		if k.key <= p.After {
			continue
		}
		if len(out) == p.Limit {
			return out, found[i-1].key, nil
		}
		out = append(out, k.Station)
	}
	return out, "", nil
}

// does tells whether the station does one of the wanted functions, or bears the words in its name.
func (s *Station) does(words string, wanted []string) bool {
	words = strings.TrimSpace(words)
	return words == "" || strings.Contains(s.Name, words) || slices.ContainsFunc(s.Functions(), func(f string) bool { return slices.Contains(wanted, f) })
}

// Figures are the rates that the room publishes for a place, each with its denominator.
type Figures struct {
	// Brands is branches with a brand ÷ branches.
	Brands orgs.Rate
	// OrgCoverage and WorkCoverage are two answers of one census: organisations with a branch, and organisations that the work
	// reaches, each ÷ all organisations counted. They are never added or averaged.
	OrgCoverage, WorkCoverage orgs.Rate
	// Pledges is pledges fulfilled ÷ pledges fulfilled, not kept, or overdue.
	Pledges orgs.Rate
}

// FiguresAt counts the figures at a path, of what the actor may read.
func (s *Service) FiguresAt(tx kernel.Tx, actor kernel.Actor, path kernel.Path) (f Figures, err error) {
	if brand, err := Find("brand"); err != nil || !access.ScopeOf(actor, brand.Read).IsEmpty() { // brands are public
		if f.Brands, err = s.Counts.OrgsWith(tx, orgs.Branch, "brand", path); err != nil {
			return f, err
		}
	}
	if !access.ScopeOf(actor, access.RegisterRead).IsEmpty() {
		l, err := s.Totals(tx, actor, Query{Register: "census", Path: path})
		if err != nil {
			return f, err
		}
		for _, x := range l {
			f.OrgCoverage.Den += x.Count
			f.OrgCoverage.Num += x.Yes[0]
			f.WorkCoverage.Den += x.Count
			f.WorkCoverage.Num += x.Yes[1]
		}
	}
	for _, q := range []struct {
		Query
		num int
	}{{Query{State: "fulfilled"}, 1}, {Query{State: "lapsed"}, 0}, {Query{Overdue: true}, 0}} {
		q.Register, q.Path = "pledge", path
		l, err := s.Totals(tx, actor, q.Query)
		if err != nil {
			return f, err
		}
		for _, x := range l {
			f.Pledges.Den += x.Count
			f.Pledges.Num += x.Count * q.num
		}
	}
	return f, nil
}

// mostSummed bounds how many entries a sum of quantities reads.
const mostSummed = 20_000

// Sum adds the quantities of a register's entries, by facet. What is told with 余 stays 余: see kernel.Quantity.Add.
func (s *Service) Sum(tx kernel.Tx, actor kernel.Actor, q Query) (map[string]kernel.Quantity, error) {
	r, err := Find(q.Register)
	if err != nil {
		return nil, err
	}
	out := map[string]kernel.Quantity{}
	if r.QuantityColumn == "" {
		return out, nil
	}
	p := kernel.Page{Limit: 500}
	for range mostSummed / p.Limit {
		l, next, err := s.List(tx, actor, q, p)
		if err != nil {
			return nil, err
		}
		for _, e := range l {
			n, err := kernel.ParseQuantity(e.Values[r.QuantityColumn])
			if err != nil {
				return nil, kernel.Internal("sum of "+r.Key, err)
			}
			if day, err := time.ParseInLocation(time.DateOnly, e.Values["as_of"], kernel.Shanghai); err == nil {
				n.AsOf = day.UTC()
			}
			key := e.Facet + "\x1f" + n.Unit
			if have, ok := out[key]; ok {
				if n, err = have.Add(n); err != nil {
					return nil, err
				}
			}
			out[key] = n
		}
		if p.After = next; next == "" {
			return out, nil
		}
	}
	return nil, kernel.Unavailable(t("登记太多，请缩小范围再加", "there are too many entries to add; narrow the place"), nil)
}

// Served is a report-in with what was done since.
type Served struct {
	orgs.ReportIn
	Person    orgs.Person
	Unit      string
	Community string
	Grid      string
	Hours     float64
	Services  int
}
