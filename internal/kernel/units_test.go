package kernel_test

import (
	"strings"
	"testing"

	"sanzhi/internal/kernel"
)

func TestUnitWords(t *testing.T) {
	for _, c := range []struct {
		number, unit, want string
	}{
		{"1", "件", "1 case"}, {"240", "件", "240 cases"}, {"0", "起", "0 incidents"}, {"1.0", "起", "1.0 incident"}, {"-1", "人", "-1 person"}, {"2", "人", "2 people"},
		{"6", "个", "6"}, {"90.0", "%", "90.0%"}, {"3", "万吨", "3 × 10,000 t"}, {"3", "羊皮筏子", "3 羊皮筏子"}, {"12", "kWh", "12 kWh"},
	} {
		if got := kernel.Counted(c.number, c.unit); got != c.want {
			t.Errorf("%s %s is %q, want %q", c.number, c.unit, got, c.want)
		}
	}
	if got := kernel.UnitOf("件", 1, kernel.Chinese); got != "件" {
		t.Errorf("件 in 中文 is %q", got)
	}
}

// TestQuantityInEnglish holds that no shipped unit leaves Chinese on an English page, whatever stands before it.
func TestQuantityInEnglish(t *testing.T) {
	for _, c := range []struct {
		q    kernel.Quantity
		want string
	}{
		{kernel.Quantity{Value: 12000, Unit: "株", Qualifier: kernel.AtLeast}, "over 12000 plants"},
		{kernel.Quantity{Value: 400, Unit: "条", Qualifier: kernel.Nearly}, "nearly 400"},
		{kernel.Quantity{Value: 1, Unit: "辆"}, "1 vehicle"},
		{kernel.Quantity{Value: 41000, Unit: "㎡", Qualifier: kernel.AtLeast}, "over 41000 m²"},
	} {
		got := c.q.Text()
		if got.En != c.want {
			t.Errorf("%v in English is %q, want %q", c.q, got.En, c.want)
		}
		if !strings.HasSuffix(got.Zh, c.q.Unit) {
			t.Errorf("%v in 中文 is %q", c.q, got.Zh)
		}
	}
}
