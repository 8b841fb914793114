package demo

import (
	"strconv"

	"sanzhi/internal/works"
)

// FmtInt writes a whole number.
func FmtInt(n int) string { return strconv.Itoa(n) }

const pairedSource = "报道：和林格尔包联共建"

// pairedWorks are the works of 和林格尔. The car park is shared with the city, which counts its own part.
func pairedWorks() WorkSet {
	done := []works.Stage{{Name: "施工", State: works.Done, From: on(2022, 4, 1), To: on(2022, 11, 30), Done: on(2022, 11, 20)}}
	work := func(kind works.Kind, name, host, summary string, items ...WorkItem) Work {
		for i := range items {
			items[i].Source = pairedSource
		}
		return Work{Kind: kind, Name: name, Place: "150123100", Host: host, Programme: "全国文明城市市县共建", Summary: summary, Stages: done, Items: items}
	}
	item := func(subject, action, quantity, location string) WorkItem {
		return WorkItem{Subject: subject, Action: works.Action(action), Quantity: quantity, Location: location}
	}
	green := func(subject, quantity, location string) WorkItem {
		x := item(subject, "build", quantity, location)
		x.Group = "绿地"
		return x
	}
	civil := work("other", "文明城市市县共建宣传阵地", "education", "呼和浩特市和本县同建一批宣传栏，各记各的部分。")
	civil.Shared = &works.Shared{Key: "civilised-city-150100", With: []works.Partner{{Tenant: "150100", Name: "呼和浩特市文明办"}}}
	civil.Items = []WorkItem{{Subject: "宣传栏", Action: "build", Quantity: "20处", Own: "8处", Location: "城关镇", Source: "演示数据"}}
	return WorkSet{
		Programmes: []works.Programme{{Name: "全国文明城市市县共建", Level: "city", FromYear: 2021, ToYear: 2023, Support: []string{"市级以奖代补"}}},
		Works: []Work{
			work("pipes", "市政道路地下管网", "housing", "路面和地下管网一起修，不再反复开挖。", item("道路和地下管网", "renew", "7条", "主城区")),
			work("renewal", "老旧小区改造", "housing", "屋面、管线、单元门和院子一起改。", item("老旧小区", "renew", "21个", "主城区")),
			work("parking", "停车场新改建", "urban", "新改建停车场，增加车位。", item("停车场", "rebuild", "2处", "主城区"), item("车位", "add", "150个", "主城区")),
			work("greening", "口袋公园和小微绿地", "forestry", "边角地平整出来种上树，林草局自己的力量上。", green("口袋公园", "3个", "主城区街角"), green("小微绿地", "4个", "主城区边角地")),
			work("road", "背街小巷硬化", "urban", "巷子铺平，下雨不踩泥。", item("背街小巷", "renew", "近400条", "主城区")),
			work("toilet", "公厕", "urban", "新建改建公厕。", item("公厕", "rebuild", "32座", "主城区")),
			work("registering", "电动车登记上牌", "police", "公安局进小区上门登记，只记车不记别的。", item("电动车", "register", "1.8万余辆", "全县")),
			work("wires", "飞线整治", "police", "楼外乱拉的充电线清掉。"),
			work("shed", "车棚和智能充电桩", "urban", "清了飞线，给车安个家。"),
			civil,
		},
	}
}
