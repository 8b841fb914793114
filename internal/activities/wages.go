package activities

import (
	"sanzhi/internal/kernel"
)

// GramsPerJin is the weight of one 斤: exactly half a kilogram.
const GramsPerJin = 500

// mostGrams is more than anybody picks in a shift.
const mostGrams = 500_000

// Weighing is what a worker brought in once.
type Weighing struct {
	ID, Activity, Signup kernel.ID
	Who                  string
	Grams                int64
	RateFen              int64 // for a kilogram, as it was then
	Employment           Employment
}

// Wage gives the wage in fen for grams at a rate in fen for a kilogram: exact, and where it is no whole fen rounded half up,
// once, on the whole weight of the shift.
func Wage(grams, rateFen int64) int64 { return (grams*rateFen + 500) / 1000 }

// Jin gives the grams of tenths of a 斤, so that 5.5 斤 is told exactly.
func Jin(tenths int64) int64 { return tenths * GramsPerJin / 10 }

// checkGrams refuses what is no weight.
func checkGrams(g int64) error {
	if g < 1 || g > mostGrams {
		return kernel.Invalid("grams", kernel.T("重量要在 1 克到 500 公斤之间，1 斤是 500 克", "a weight is from 1 g to 500 kg; 1 jin is 500 g"))
	}
	return nil
}

// Jobs are the counts of employment. They have different units and cannot be added.
type Jobs struct {
	Stable   kernel.Quantity // 人
	Flexible kernel.Quantity // 人次
}

// Take is what activities were to people: sessions, those who came, and those who had the good of it. Person-times (人次) and
// persons (人) have different units, so that kernel.Quantity refuses to add them.
type Take struct {
	Sessions      kernel.Quantity // 次
	CameTimes     kernel.Quantity // 人次
	CamePeople    kernel.Quantity // 人
	BenefitTimes  kernel.Quantity // 人次
	BenefitPeople kernel.Quantity // 人
}

func exact(n int, unit string) kernel.Quantity {
	return kernel.Quantity{Value: float64(n), Unit: unit, Qualifier: kernel.Exact}
}

// Units of the counts.
const (
	UnitSessions = "次"
	UnitTimes    = "人次"
	UnitPeople   = "人"
)
