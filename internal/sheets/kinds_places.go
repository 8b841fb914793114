package sheets

import (
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"sanzhi/internal/access"
	"sanzhi/internal/kernel"
	"sanzhi/internal/territory"
)

// enterable are the kinds of place that a sheet may add; others have shapes that must fit together, and come from maps.
var enterable = []territory.Kind{territory.Compound, territory.VillagerGroup, territory.Building, territory.Entrance, territory.Site}

func placeKind() Kind {
	return Kind{Key: "places", table: "place", Title: t("小区和地点", "Compounds and places"), About: t("小区、村民组、楼栋、单元、站点；社区和网格从地图文件导入", "Compounds, groups, buildings, entrances, sites; communities and grids come from map files"),
		Group: groupBasics, Read: access.PlaceRead, Write: access.PlaceWrite, open: (*Service).openPlaces}
}

func placeChoices() []kernel.Choice {
	var out []kernel.Choice
	for _, k := range territory.AllKinds {
		if k != territory.Province && k != territory.Prefecture {
			out = append(out, kernel.Choice{Key: string(k), Name: k.Text()})
		}
	}
	return out
}

func checkCode(cell string) (string, error) {
	for i := range len(cell) {
		c := cell[i]
		if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-' || c == '_') {
			return "", kernel.Invalid("", t("代码只能有数字、字母、- 和 _", "a code has digits, letters, - and _ only"))
		}
	}
	return cell, nil
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (s *Service) openPlaces(tx kernel.Tx, actor kernel.Actor, n *Names) (*Opened, error) {
	o := &Opened{Key: []string{"code"}, Sheet: &kernel.Sheet{Columns: []kernel.Column{
		{Key: "code", Type: kernel.ColumnText, Name: t("代码", "Code"), Required: true, Max: 64, Check: checkCode},
		{Key: "name", Type: kernel.ColumnText, Name: t("名称", "Name"), Required: true, Max: 60},
		{Key: "kind", Type: kernel.ColumnChoice, Name: t("是什么", "Kind"), Required: true, Choices: placeChoices()},
		{Key: "parent", Type: kernel.ColumnText, Name: t("在哪里之下", "Under"), Max: 120, Help: t("上级地点的代码；可以是同一张表里的行", "The code of the place above; may be a row of the same sheet")},
		{Key: "households", Type: kernel.ColumnInteger, Name: t("户数", "Households")}, {Key: "people", Type: kernel.ColumnInteger, Name: t("人数", "People")},
		{Key: "lon", Type: kernel.ColumnNumber, Name: t("经度", "Longitude"), Help: t("楼栋、单元、站点可以填，WGS84", "For buildings, entrances and sites, WGS84")},
		{Key: "lat", Type: kernel.ColumnNumber, Name: t("纬度", "Latitude")},
	}}}
	w := &placing{s: s, tx: tx, actor: actor, n: n}
	o.Fill = func(v kernel.Values) error {
		if c, _, _ := strings.Cut(v["parent"], " "); n.byCode[c] != nil {
			v["parent"] = c + " " + n.byCode[c].Name
		}
		noZero(v, "households", "people")
		return nil
	}
	o.Name = func(v kernel.Values) string { return v["code"] }
	o.Under = func(v kernel.Values) string { c, _, _ := strings.Cut(v["parent"], " "); return c }
	o.Each, o.Add, o.Change, o.Remove = w.each, w.add, w.change, w.remove
	o.Written = func() error { return s.Touch(tx) }
	return o, nil
}

type placing struct {
	s     *Service
	tx    kernel.Tx
	actor kernel.Actor
	n     *Names
}

func (w *placing) each(each func(Row) error) error {
	return w.s.Places.EachPlace(w.tx, func(p *territory.Place) error {
		if !p.ValidTo.IsZero() {
			return nil
		}
		v := kernel.Values{"code": p.Code, "name": p.Name, "kind": string(p.Kind), "households": count(p.Households), "people": count(p.People)}
		if p.Parent != "" {
			v["parent"] = w.n.Place(p.Parent)
		}
		if at, ok := p.Shape.(orb.Point); ok {
			v["lon"], v["lat"] = strconv.FormatFloat(at[0], 'f', -1, 64), strconv.FormatFloat(at[1], 'f', -1, 64)
		}
		return each(Row{ID: p.ID, Path: p.Path, Values: trim(v)})
	})
}

// fill puts cells into a place.
func (w *placing) fill(p *territory.Place, v kernel.Values) error {
	for _, c := range []struct {
		key string
		to  *int
	}{{"households", &p.Households}, {"people", &p.People}} {
		n := 0
		if v[c.key] != "" {
			var err error
			if n, err = strconv.Atoi(v[c.key]); err != nil || n < 0 || n > 10_000_000 {
				return kernel.Invalid(c.key, t("请填 0 以上的整数", "give a whole number from 0 on"))
			}
		}
		*c.to = n
	}
	p.Name, p.Initials = v["name"], ""
	if _, isPoint := p.Shape.(orb.Point); v["lon"] == "" && v["lat"] == "" {
		if isPoint {
			p.Shape = nil
		}
		return nil
	}
	lon, err1 := strconv.ParseFloat(v["lon"], 64)
	lat, err2 := strconv.ParseFloat(v["lat"], 64)
	if err1 != nil || err2 != nil || lon < -180 || lon > 180 || lat < -90 || lat > 90 {
		return kernel.Invalid("lon", t("经度和纬度要一起填，例如 101.76 和 36.65", "give longitude and latitude together, such as 101.76 and 36.65"))
	}
	if p.Kind != territory.Site && p.Kind != territory.Building && p.Kind != territory.Entrance {
		return kernel.Invalid("lon", t("这一类地点是一片地方，不填经纬度", "a place of this kind is an area; leave the point empty"))
	}
	if _, isPoint := p.Shape.(orb.Point); p.Shape != nil && !isPoint {
		return kernel.Invalid("lon", t("它在地图上已经有形状，不用填经纬度", "it has a shape on the map already; leave the point empty"))
	}
	p.Shape = orb.Point{lon, lat}
	return nil
}

func (w *placing) store(act string, p *territory.Place) error {
	if err := may(w.tx, w.actor, access.PlaceWrite, p.Path); err != nil {
		return err
	}
	if err := w.s.Places.UpsertPlaces(w.tx, []*territory.Place{p}); err != nil {
		return err
	}
	return w.s.record(w.tx, w.actor, act, p.ID, map[string]any{"code": p.Code, "name": p.Name, "kind": string(p.Kind)}, nil)
}

func (w *placing) add(v kernel.Values) (kernel.ID, error) {
	p := &territory.Place{ID: kernel.NewID(w.tx.Now()), Kind: territory.Kind(v["kind"]), Code: v["code"], ValidFrom: w.tx.Now()}
	if !slices.Contains(enterable, p.Kind) {
		return "", kernel.Invalid("kind", t("这里只能加小区、村民组、楼栋、单元和站点；社区和网格请从地图文件导入", "only compounds, groups, buildings, entrances and sites are added here; communities and grids come from map files"))
	}
	up, err := w.n.FindPlace(v["parent"])
	if err != nil || v["parent"] == "" {
		return "", kernel.Invalid("parent", t("请写上级地点的代码", "give the code of the place above"))
	}
	if !p.Kind.MayStandUnder(up.Kind) {
		return "", kernel.Invalid("parent", t(p.Kind.Text().Zh+"不能放在"+up.Kind.Text().Zh+"之下", "a "+p.Kind.Text().En+" does not stand under a "+up.Kind.Text().En))
	}
	segment := p.Code
	if s, ok := strings.CutPrefix(p.Code, up.Code); ok && s != "" {
		segment = s
	}
	p.Parent, p.Path = up.ID, up.Path.Child(segment)
	if err := w.fill(p, v); err != nil {
		return "", err
	}
	if err := w.store("place.add", p); err != nil {
		return "", err
	}
	w.n.addPlace(p)
	return p.ID, nil
}

func (w *placing) change(id kernel.ID, v kernel.Values) error {
	p, err := w.s.Places.Shape(w.tx, id)
	if err != nil {
		return err
	}
	up := ""
	if p.Parent != "" {
		up = w.n.Place(p.Parent)
	}
	for _, c := range []struct{ key, was string }{{"code", p.Code}, {"kind", string(p.Kind)}, {"parent", up}} {
		if v[c.key] != c.was {
			return kernel.Invalid(c.key, t("代码、类别和上级不能在表里改", "code, kind and the place above are not changed by a sheet"))
		}
	}
	if err := w.fill(p, v); err != nil {
		return err
	}
	return w.store("place.change", p)
}

func (w *placing) remove(id kernel.ID) error {
	p := w.n.place[id]
	if p == nil {
		return kernel.NotFound(t("没有这个地点", "there is no such place"))
	}
	if err := may(w.tx, w.actor, access.PlaceWrite, p.Path); err != nil {
		return err
	}
	return w.s.Repo.Remove(w.tx, "place", id)
}
