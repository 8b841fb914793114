package activities

import (
	"slices"
	"strings"

	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// PutSeries opens a series.
func (s *Service) PutSeries(tx kernel.Tx, actor kernel.Actor, place kernel.ID, x *Series) error {
	at, err := s.Places.Place(tx, place)
	if err != nil {
		return err
	}
	x.ID, x.Path, x.Held, x.Title = kernel.NewID(tx.Now()), at.Path, 0, strings.TrimSpace(x.Title)
	if err := mayWrite(tx, actor, x.Path); err != nil {
		return err
	}
	if x.Title == "" || len([]rune(x.Title)) > mostTitle {
		return kernel.Invalid("title", kernel.T("请写一个名称，最多 80 个字", "give it a title of at most 80 characters"))
	}
	if x.Planned < 0 || x.Planned > 1000 {
		return kernel.Invalid("planned", kernel.T("期数要在 0 到 1000 之间", "from 0 to 1000 sessions"))
	}
	if _, err := s.programme(tx, x.Programme); err != nil {
		return err
	}
	if err := s.Repo.PutSeries(tx, x); err != nil {
		return err
	}
	_, err = s.log(tx, actor, "activity_series", x.ID, 1, map[string]any{"title": x.Title, "programme": x.Programme})
	return err
}

// PutVenue adds a venue to the pool.
func (s *Service) PutVenue(tx kernel.Tx, actor kernel.Actor, v *Venue) error {
	at, err := s.Places.Place(tx, v.Place)
	if err != nil {
		return err
	}
	v.ID, v.Path, v.Title = kernel.NewID(tx.Now()), at.Path, strings.TrimSpace(v.Title)
	if err := mayWrite(tx, actor, v.Path); err != nil {
		return err
	}
	if v.Title == "" || len([]rune(v.Title)) > mostTitle || v.Seats < 0 || v.Seats > 100_000 {
		return kernel.Invalid("title", kernel.T("请写场地名称和座位数", "give the venue's name and seats"))
	}
	if !has(VenueKinds, v.Kind) {
		return kernel.Invalid("kind", kernel.T("请从列出的场地类别里选", "choose one of the kinds of venue"))
	}
	if err := s.Venues.PutVenue(tx, v); err != nil {
		return err
	}
	_, err = s.log(tx, actor, "activity_venue", v.ID, 1, map[string]any{"title": v.Title, "kind": v.Kind})
	return err
}

// PutTeam founds a team. Where a post is named for its lead, whoever leads must hold it at the team's place or above.
func (s *Service) PutTeam(tx kernel.Tx, actor kernel.Actor, t *Team) error {
	at, err := s.Places.Place(tx, t.Place)
	if err != nil {
		return err
	}
	t.ID, t.Path, t.Title = kernel.NewID(tx.Now()), at.Path, strings.TrimSpace(t.Title)
	if err := mayWrite(tx, actor, t.Path); err != nil {
		return err
	}
	if t.Title == "" || len([]rune(t.Title)) > mostTitle || !has(TeamKinds, t.Kind) {
		return kernel.Invalid("title", kernel.T("请写队名，并选队的类别", "give the team's name and kind"))
	}
	if t.Parent != "" {
		up, err := s.Teams.Team(tx, t.Parent)
		if err != nil {
			return err
		}
		if up.Parent != "" || up.Path != t.Path {
			return kernel.Invalid("parent", kernel.T("支队只在本地的总队下面，支队下面不再分队", "a team stands under a brigade of the same place, and has none below it"))
		}
	}
	if t.LeadTitle != "" {
		if err := s.checkLead(tx, t); err != nil {
			return err
		}
	}
	if err := s.Teams.PutTeam(tx, t); err != nil {
		return err
	}
	_, err = s.log(tx, actor, "volunteer_team", t.ID, 1, map[string]any{"title": t.Title, "kind": t.Kind})
	return err
}

func (s *Service) checkLead(tx kernel.Tx, t *Team) error {
	posts, err := s.Posts.PostsOf(tx, t.Lead)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(posts, func(p kernel.Post) bool { return p.Name == t.LeadTitle && p.Path.Holds(t.Path) }) {
		return nil
	}
	return kernel.Invalid("lead", kernel.T("队长要由这里的"+t.LeadTitle+"担任", "the lead must hold the post "+t.LeadTitle+" here"))
}

// Join puts volunteers into a team. A person may be in several; workers are in none.
func (s *Service) Join(tx kernel.Tx, actor kernel.Actor, team kernel.ID, people []kernel.ID, post string) error {
	t, err := s.Teams.Team(tx, team)
	if err != nil {
		return err
	}
	if err := mayWrite(tx, actor, t.Path); err != nil {
		return err
	}
	p, err := s.programme(tx, "service")
	if err != nil {
		return err
	}
	if !p.hasPostKind(post) {
		return kernel.Invalid("post", kernel.T("请从列出的岗位里选一个", "choose one of the kinds of post"))
	}
	members := make([]*Member, len(people))
	for i, id := range people {
		person, err := s.personFor(tx, actor, id)
		if err != nil {
			return err
		}
		if person.Kind != VolunteerKind {
			return kindConflict(VolunteerKind)
		}
		members[i] = &Member{ID: kernel.NewID(tx.Now()), Team: team, Person: id, Post: post, From: tx.Now()}
	}
	if err := s.Teams.Join(tx, members); err != nil {
		return err
	}
	_, err = s.log(tx, actor, "team_join", team, 1, map[string]any{"members": len(members), "post": post})
	return err
}

// Leave takes a volunteer out of a team.
func (s *Service) Leave(tx kernel.Tx, actor kernel.Actor, team, person kernel.ID) error {
	t, err := s.Teams.Team(tx, team)
	if err != nil {
		return err
	}
	if err := mayWrite(tx, actor, t.Path); err != nil {
		return err
	}
	ok, err := s.Teams.Leave(tx, team, person)
	if err != nil {
		return err
	}
	if !ok {
		return kernel.NotFound(kernel.T("队里没有这个人", "nobody of that name is in the team"))
	}
	_, err = s.log(tx, actor, "team_leave", team, 1, map[string]any{"person": string(person)})
	return err
}

// PutGrid puts villager groups into a grid of a brigade.
func (s *Service) PutGrid(tx kernel.Tx, actor kernel.Actor, team kernel.ID, grid int, groups []kernel.ID) error {
	t, err := s.Teams.Team(tx, team)
	if err != nil {
		return err
	}
	if err := mayWrite(tx, actor, t.Path); err != nil {
		return err
	}
	if grid < 1 || grid > 500 || len(groups) == 0 {
		return kernel.Invalid("grid", kernel.T("请写网格号和其中的村民组", "give the grid's number and its villager groups"))
	}
	for _, g := range groups {
		p, err := s.Places.Place(tx, g)
		if err != nil {
			return err
		}
		if !t.Path.Holds(p.Path) || p.Kind != territory.VillagerGroup {
			return kernel.Invalid("groups", kernel.T(p.Name+"不是这里的村民组", p.Name+" is no villager group of this place"))
		}
	}
	if err := s.Teams.PutGrid(tx, team, grid, groups); err != nil {
		return err
	}
	_, err = s.log(tx, actor, "team_grid", team, 1, map[string]any{"grid": grid, "groups": len(groups)})
	return err
}

// TeamFor gives a team with its cover to whoever keeps it.
func (s *Service) TeamFor(tx kernel.Tx, actor kernel.Actor, id kernel.ID) (*Team, GridCover, error) {
	t, err := s.Teams.Team(tx, id)
	if err != nil {
		return nil, GridCover{}, err
	}
	if err := mayWrite(tx, actor, t.Path); err != nil {
		return nil, GridCover{}, err
	}
	c, err := s.Teams.Cover(tx, t)
	return t, c, err
}
