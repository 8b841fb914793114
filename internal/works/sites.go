package works

import (
	"strings"
	"time"
	"unicode/utf8"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
)

// SiteDraft is a demonstration site as somebody writes it down.
type SiteDraft struct {
	Type     SiteType
	Name     string
	State    State
	Place    kernel.ID
	Lon, Lat float64
	AsOf     time.Time
	Methods  []Method
	Uses     []Use
	Plan     *Plan
	Source   string
}

// AddSite writes one site down by hand.
func (s *Service) AddSite(tx kernel.Tx, actor kernel.Actor, d SiteDraft) (*Site, error) {
	place, err := s.Places.Place(tx, d.Place)
	if err != nil {
		return nil, refuse("place", err)
	}
	if err := access.Decide(actor, access.WorkWrite, target(tx, place.Path)).Err(); err != nil {
		return nil, err
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(d.Name)); n < 2 || n > 80 {
		return nil, kernel.Invalid("name", kernel.T("名称要 2 到 80 个字", "the name has 2 to 80 characters"))
	}
	if !SiteTypes.Has(d.Type) {
		return nil, kernel.Invalid("type", choose(SiteTypes.Say()))
	}
	if !SiteStates.Has(d.State) {
		return nil, kernel.Invalid("state", choose(SiteStates.Say()))
	}
	if err := s.checkBody(tx, "", &Body{Methods: d.Methods, Uses: d.Uses, Plan: d.Plan}); err != nil {
		return nil, err
	}
	if d.AsOf.IsZero() {
		d.AsOf = tx.Now()
	}
	site := &Site{ID: kernel.NewID(tx.Now()), Type: d.Type, Name: strings.TrimSpace(d.Name), State: d.State, Place: place.ID, Path: place.Path, Lon: d.Lon, Lat: d.Lat,
		AsOf: d.AsOf, Methods: d.Methods, Uses: d.Uses, Plan: d.Plan, Source: d.Source, Version: 1}
	ok, err := s.Sites.PutSites(tx, []*Site{site})
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, kernel.Conflict(kernel.T("这一类里已经有这个名称的示范点", "there is a site of this type and name already"))
	}
	return site, s.record(tx, actor, "site_entered", site.ID, 1, map[string]any{"type": string(site.Type), "name": site.Name, "state": string(site.State)})
}

// MoveSite changes a site's state: what was planned is built, or was not after all.
func (s *Service) MoveSite(tx kernel.Tx, actor kernel.Actor, id kernel.ID, version int, to State, asOf time.Time) (*Site, error) {
	site, err := s.Sites.Site(tx, id)
	if err != nil {
		return nil, err
	}
	if err := access.Decide(actor, access.WorkWrite, target(tx, site.Path)).Err(); err != nil {
		return nil, err
	}
	if !SiteStates.Has(to) {
		return nil, kernel.Invalid("state", choose(SiteStates.Say()))
	}
	if asOf.IsZero() {
		asOf = tx.Now()
	}
	was := site.Version
	if version != 0 {
		was = version
	}
	site.State, site.AsOf, site.Version = to, asOf, was+1
	ok, err := s.Sites.UpdateSite(tx, site, was)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, kernel.Conflict(kernel.T("这个示范点刚被别人改过，请刷新后再改", "somebody has just changed this site; load it again"))
	}
	return site, s.record(tx, actor, "site_moved", site.ID, site.Version, map[string]any{"type": string(site.Type), "name": site.Name, "state": string(to)})
}
