package web_test

import "testing"

// A year that the district keeps itself counts everywhere: where its present pace leads a target, and whether a station is open.
func TestOwnCalendarIsTheDistricts(t *testing.T) {
	eachEngine(t, func(t *testing.T, w *world) {
		w.define("visits", "sum", "次")
		id := w.target("visits", "小桥居委会", "2023-04", "100")
		w.do("supervisor", "POST", "/indicators/targets/"+id+"/values", map[string]any{"as_of": "2023-04-27", "amount": "57", "source": "台账"}).want(200)
		w.add("dispatcher", "station", entry{"place": w.site("东街道", "S3", "东街道服务中心", [2]float64{101.7650, 36.6500}),
			"values": cells{"kind": "centre", "functions": "诉求受理", "hours": "工作日 8:30-12:00", "tier": "street"}}).want(201)
		look := func() (forecast string, open bool) {
			a := w.do("supervisor", "GET", "/indicators/targets/"+id, nil).want(200)
			return a.str("forecast"), w.do("", "GET", "/stations?kind=centre", nil).want(200).get("items.0.open") == true
		}
		// The programme's April has 20 working days: up to the 27th, 19 of them have passed.
		if f, open := look(); f != "60" || !open {
			t.Errorf("by the program's own year: forecast %s, open %v", f, open)
		}
		year := w.do("sysadmin", "GET", "/settings/calendar?year=2023", nil).want(200)
		own := map[string]any{"years": []int{2023}, "holidays": append(year.list("holidays"), "2023-04-27", "2023-04-28"), "workdays": year.list("workdays")}
		w.do("sysadmin", "PATCH", "/settings", map[string]any{"calendar": own}).want(200)
		if f, open := look(); f != "57" || open {
			t.Errorf("by the district's own: forecast %s, open %v", f, open)
		}
	})
}
