package cli

import (
	"fmt"

	"sanzhi/internal/kernel"
	"sanzhi/internal/planning"
	"sanzhi/internal/planning/reach"
	"sanzhi/internal/store"
)

type planGreenCmd struct {
	Place string `help:"Code of a place: that place and below; the whole district when left out." placeholder:"CODE"`
	All   bool   `help:"Name every compound that falls short, and not the first twenty."`
}

// greenReport is what the command tells. The first of the rows is the whole.
type greenReport struct {
	Place    string                `json:"place"`
	Network  *greenNetwork         `json:"network"` // none: distances are straight lines
	Paces    [2]float64            `json:"metresPerMinute"`
	Rows     []planning.GreenRow   `json:"rows"`
	Stations []planning.ReachRow   `json:"stations"`
	Short    []greenFall           `json:"short"`
	CPU      float64               `json:"cpu"`
	Result   *planning.ReachResult `json:"-"`
}

type greenNetwork struct {
	ID     kernel.ID `json:"id"`
	Nodes  int       `json:"nodes"`
	Km     float64   `json:"km"`
	Source string    `json:"source"`
}

// greenFall is a compound that falls short: the shares of its land that are covered.
type greenFall struct {
	Name      string  `json:"name"`
	Community string  `json:"community"`
	People    int     `json:"people"`
	Green     float64 `json:"greenStraight"`
	GreenFoot float64 `json:"greenOnFoot"`
	Park      float64 `json:"parkStraight"`
	ParkFoot  float64 `json:"parkOnFoot"`
}

// Run implements the command.
func (c *planGreenCmd) Run(e *env) error {
	return e.onDistrict(func(a *app, t kernel.Tenant) error {
		watch := newStopwatch()
		r := greenReport{Place: c.Place, Paces: [2]float64{reach.Speed, reach.SlowSpeed}, Short: []greenFall{}}
		within := kernel.Path(t + "/")
		err := a.db.View(e.ctx, t, func(tx kernel.Tx) error {
			if c.Place != "" {
				p, err := store.Territory{}.PlaceByCode(tx, c.Place)
				if err != nil {
					return err
				}
				within = p.Path
			}
			s, err := store.Planning{}.Streets(tx)
			if err == nil && s != nil {
				r.Network = &greenNetwork{s.ID, s.Nodes, s.Metres / 1000, s.Source}
			}
			return err
		})
		if err != nil {
			return err
		}
		if r.Result, err = a.plans.Reached(e.ctx, t, within); err != nil {
			return err
		}
		r.Rows, r.Stations = r.Result.Open.Rows, r.Result.Rows
		for _, f := range r.Result.Open.Short {
			r.Short = append(r.Short, greenFall{f.Name, r.Rows[f.Area+1].Name, f.People, f.Green.Straight, f.Green.OnFoot, f.Park.Straight, f.Park.OnFoot})
		}
		r.CPU = watch.lap()
		if e.global.JSON {
			return e.printJSON(r)
		}
		return r.print(e, c.All)
	})
}

func (r *greenReport) print(e *env, all bool) error {
	p := &printer{w: e.out}
	if r.Network == nil {
		p.say(kernel.T("这里还没有导入路网，只按直线算；用 sanzhi import osm 导入地图就有步行的数", "no walking network is imported, so only straight lines are measured; sanzhi import osm brings one in"))
	} else {
		p.say(kernel.T(fmt.Sprintf("路网 %d 个节点，%.0f 公里（%s）；成人每分钟 %g 米，老人 %g 米", r.Network.Nodes, r.Network.Km, r.Network.Source, r.Paces[0], r.Paces[1]),
			fmt.Sprintf("network of %d nodes, %.0f km (%s); %g m a minute, elders %g m", r.Network.Nodes, r.Network.Km, r.Network.Source, r.Paces[0], r.Paces[1])))
	}
	pc := func(n, of float64) string {
		if of == 0 {
			return "—"
		}
		return fmt.Sprintf("%.1f %%", 100*n/of)
	}
	line := func(zh, en string, c planning.Cover) {
		foot, footEn := "", ""
		if r.Network != nil {
			foot, footEn = "，步行 "+pc(c.OnFoot, c.All), ", on foot "+pc(c.OnFoot, c.All)
		}
		p.say(kernel.T(fmt.Sprintf("  %s：共 %.0f，直线 %s%s", zh, c.All, pc(c.Straight, c.All), foot), fmt.Sprintf("  %s: %.0f in all, straight line %s%s", en, c.All, pc(c.Straight, c.All), footEn)))
	}
	for _, s := range []struct {
		zh, en string
		planning.Sight
	}{{"见绿", "green", r.Rows[0].Green}, {"见园", "park", r.Rows[0].Park}} {
		p.say(kernel.T(fmt.Sprintf("%s：%d 米内有 %d 平方米以上的绿地（共 %d 处）", s.zh, s.Within, s.Least, s.Greens), fmt.Sprintf("%s: one of %d m² or more within %d m (%d there are)", s.en, s.Least, s.Within, s.Greens)))
		line("人", "people", s.People)
		line("小区面积（平方米）", "land of compounds (m²)", s.Land)
		line("小区（每一处都够）", "compounds (all of each)", s.Compounds)
	}
	p.say(kernel.T(fmt.Sprintf("没有全够的小区 %d 个", len(r.Short)), fmt.Sprintf("%d compounds fall short", len(r.Short))))
	for i, f := range r.Short {
		if i == 20 && !all {
			p.say(kernel.T("  其余的用 --all 看", "  --all names the rest"))
			break
		}
		p.say(kernel.T(fmt.Sprintf("  %s（%s，%d 人）：面积见绿 %.0f %%，步行 %.0f %%；见园 %.0f %%，步行 %.0f %%", f.Name, f.Community, f.People, 100*f.Green, 100*f.GreenFoot, 100*f.Park, 100*f.ParkFoot),
			fmt.Sprintf("  %s (%s, %d people): land with green %.0f %%, on foot %.0f %%; with a park %.0f %%, on foot %.0f %%", f.Name, f.Community, f.People, 100*f.Green, 100*f.GreenFoot, 100*f.Park, 100*f.ParkFoot)))
	}
	return p.err
}
