package api

import (
	"context"

	"sanzhi/internal/geo"
	"sanzhi/internal/kernel"
)

// atPoint gives the context of a request about a point: whoever has not signed in means the district that holds the point, and
// the default one when none of those served here does. Accounts mean their own district.
func (s *Server) atPoint(ctx context.Context, lon, lat float64, crs string) context.Context {
	c := CallerOf(ctx)
	if c.Actor.Kind != kernel.ActorAnonymous || s.Tenants == nil {
		return ctx
	}
	sys, err := geo.ParseCRS(crs)
	if err != nil {
		return ctx // told by whoever reads the point
	}
	p := sys.ToWGS84([2]float64{lon, lat})
	holds := func(t kernel.Tenant) bool {
		set, err := s.Cases.Setups.Of(ctx, t)
		return err == nil && set.Index.At(p[0], p[1]).County != nil
	}
	if holds(c.Actor.Tenant) {
		return ctx
	}
	list, err := s.Tenants(ctx)
	if err != nil {
		return ctx
	}
	for _, t := range list {
		if t != c.Actor.Tenant && holds(t) {
			c.Actor.Tenant = t
			return context.WithValue(ctx, keyCaller, c)
		}
	}
	return ctx
}

// bringPhotos brings to the tenant what whoever is not signed in uploaded before anybody knew whose the matter is: such photos wait in the default
// tenant.
func (s *Server) bringPhotos(ctx context.Context, t kernel.Tenant, photos []kernel.ID) error {
	if s.Tenants == nil || t == s.Tenant || len(photos) == 0 || len(photos) > maxBrought {
		return nil
	}
	return s.Files.Bring(ctx, s.Tenant, t, photos)
}

// maxBrought bounds what one request brings: more photos than any form takes are refused by the form.
const maxBrought = 12

// photosIn gives the ids that a form names as its photos.
func photosIn(form map[string]any) (ids []kernel.ID) {
	for _, v := range form {
		list, ok := v.([]any)
		if !ok {
			continue
		}
		for _, x := range list {
			if id, ok := x.(string); ok {
				ids = append(ids, kernel.ID(id))
			}
		}
	}
	return ids
}
