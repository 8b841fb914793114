package kernel_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sanzhi/internal/kernel"
)

func TestQuantityHolds(t *testing.T) {
	q := func(v float64, how kernel.Qualifier, step float64) kernel.Quantity {
		return kernel.Quantity{Value: v, Unit: "件", Qualifier: how, Step: step}
	}
	tests := []struct {
		name   string
		figure kernel.Quantity
		actual float64
		want   bool
	}{
		{"718", q(718, kernel.Exact, 0), 718, true},
		{"718, one less", q(718, kernel.Exact, 0), 717, false},
		{"718 is exact whatever the step", q(718, kernel.Exact, 100), 719, false},
		{"1300余, below", q(1300, kernel.AtLeast, 100), 1299, false},
		{"1300余, first", q(1300, kernel.AtLeast, 100), 1300, true},
		{"1300余, last", q(1300, kernel.AtLeast, 100), 1399, true},
		{"1300余, above", q(1300, kernel.AtLeast, 100), 1400, false},
		{"290余, above", q(290, kernel.AtLeast, 10), 300, false},
		{"1.8万余, last", q(18000, kernel.AtLeast, 1000), 18999, true},
		{"a step of nothing is one", q(30, kernel.AtLeast, 0), 30, true},
		{"a step of nothing is one, above", q(30, kernel.AtLeast, 0), 31, false},
		{"近400, below", q(400, kernel.Nearly, 100), 300, false},
		{"近400, first", q(400, kernel.Nearly, 100), 301, true},
		{"近400, last", q(400, kernel.Nearly, 100), 399, true},
		{"近400 is not 400", q(400, kernel.Nearly, 100), 400, false},
		{"约100, below", q(100, kernel.About, 0), 89, false},
		{"约100, first", q(100, kernel.About, 0), 90, true},
		{"约100, above", q(100, kernel.About, 0), 111, false},
		{"约 with bounds, first", kernel.Quantity{Value: 20, Qualifier: kernel.About, Below: 10, Above: 5}, 10, true},
		{"约 with bounds, last", kernel.Quantity{Value: 20, Qualifier: kernel.About, Below: 10, Above: 5}, 25, true},
		{"约 with bounds, above", kernel.Quantity{Value: 20, Qualifier: kernel.About, Below: 10, Above: 5}, 26, false},
		{"no qualifier is exact", q(718, "", 0), 718, true},
		{"no qualifier is exact, one more", q(718, "", 0), 719, false},
		{"a tenth and two tenths", q(0.1+0.2, kernel.Exact, 0), 0.3, true},
		{"a large figure is exact to one", q(1.4e9, kernel.Exact, 0), 1.4e9 + 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.figure.Holds(tt.actual); got != tt.want {
				t.Errorf("%+v.Holds(%v) = %v", tt.figure, tt.actual, got)
			}
		})
	}
}

// figure draws a figure together with a count for which it holds.
func figure(t *rapid.T, how kernel.Qualifier, label string) (kernel.Quantity, float64) {
	step := rapid.SampledFrom([]int{1, 10, 100, 1000}).Draw(t, label+" step")
	value := step * rapid.IntRange(1, 99).Draw(t, label+" digits")
	q := kernel.Quantity{Value: float64(value), Unit: "人", Qualifier: how, Step: float64(step)}
	actual := float64(value)
	switch how {
	case kernel.AtLeast:
		actual += float64(rapid.IntRange(0, step-1).Draw(t, label+" over"))
	case kernel.Nearly:
		if step == 1 { // nothing whole lies just below
			q.Step, actual = 10, actual-1
			break
		}
		actual -= float64(rapid.IntRange(1, step-1).Draw(t, label+" under"))
	case kernel.About:
		tenth := value / 10
		actual += float64(rapid.IntRange(-tenth, tenth).Draw(t, label+" off"))
	case kernel.Exact:
	}
	return q, actual
}

func anyFigure(t *rapid.T, label string) (kernel.Quantity, float64) {
	return figure(t, rapid.SampledFrom(kernel.AllQualifiers).Draw(t, label+" qualifier"), label)
}

func TestAddNeverMakesExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, _ := anyFigure(t, "a")
		b, _ := anyFigure(t, "b")
		sum, err := a.Add(b)
		if err != nil {
			t.Fatal(err)
		}
		if sum.Value != a.Value+b.Value || sum.Unit != a.Unit {
			t.Errorf("%+v + %+v = %+v", a, b, sum)
		}
		exact := a.Qualifier == kernel.Exact && b.Qualifier == kernel.Exact
		if (sum.Qualifier == kernel.Exact) != exact {
			t.Errorf("%s + %s became %s", a.Qualifier, b.Qualifier, sum.Qualifier)
		}
		if back, err := b.Add(a); err != nil || !cmp.Equal(sum, back) {
			t.Errorf("a + b = %+v, b + a = %+v (%v)", sum, back, err)
		}
	})
}

func TestAddQualifiers(t *testing.T) {
	want := map[[2]kernel.Qualifier]kernel.Qualifier{
		{kernel.Exact, kernel.Exact}:     kernel.Exact,
		{kernel.Exact, kernel.AtLeast}:   kernel.AtLeast,
		{kernel.Exact, kernel.Nearly}:    kernel.Nearly,
		{kernel.Exact, kernel.About}:     kernel.About,
		{kernel.AtLeast, kernel.AtLeast}: kernel.AtLeast,
		{kernel.AtLeast, kernel.Nearly}:  kernel.About,
		{kernel.AtLeast, kernel.About}:   kernel.About,
		{kernel.Nearly, kernel.Nearly}:   kernel.Nearly,
		{kernel.Nearly, kernel.About}:    kernel.About,
		{kernel.About, kernel.About}:     kernel.About,
	}
	if n := len(kernel.AllQualifiers); len(want) != n*(n+1)/2 {
		t.Fatalf("%d pairs for %d qualifiers", len(want), n)
	}
	for pair, how := range want {
		a := kernel.Quantity{Value: 10, Unit: "座", Qualifier: pair[0]}
		b := kernel.Quantity{Value: 20, Unit: "座", Qualifier: pair[1]}
		if sum, err := a.Add(b); err != nil || sum.Qualifier != how {
			t.Errorf("%s + %s = %s (%v), want %s", pair[0], pair[1], sum.Qualifier, err, how)
		}
	}
}

// What holds for two figures holds for their sum: the reason to add figures at all.
func TestSumHoldsForTheSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sum, actual := anyFigure(t, "first")
		for range rapid.IntRange(1, 4).Draw(t, "more") {
			b, n := anyFigure(t, "next")
			if !b.Holds(n) {
				t.Fatalf("the drawn count %v does not agree with %+v", n, b)
			}
			var err error
			if sum, err = sum.Add(b); err != nil {
				t.Fatal(err)
			}
			actual += n
		}
		if !sum.Holds(actual) {
			t.Errorf("%+v does not hold for %v", sum, actual)
		}
	})
}

// What a sum holds for, no more and no less than its members do together.
func TestAddBounds(t *testing.T) {
	q := func(v float64, how kernel.Qualifier, step float64) kernel.Quantity {
		return kernel.Quantity{Value: v, Unit: "件", Qualifier: how, Step: step}
	}
	tests := []struct {
		name        string
		a, b        kernel.Quantity
		first, last float64 // the whole numbers at the edges for which the sum holds
	}{
		{"1300余 + 1300余", q(1300, kernel.AtLeast, 100), q(1300, kernel.AtLeast, 100), 2600, 2799},
		{"1300余 + 130余", q(1300, kernel.AtLeast, 100), q(130, kernel.AtLeast, 10), 1430, 1539},
		{"30余 + 30余, steps not given", q(30, kernel.AtLeast, 0), q(30, kernel.AtLeast, 0), 60, 61},
		{"1300余 + 30余, one step not given", q(1300, kernel.AtLeast, 100), q(30, kernel.AtLeast, 0), 1330, 1430},
		{"1300余 + 7", q(1300, kernel.AtLeast, 100), q(7, kernel.Exact, 1000), 1307, 1406},
		{"30余 + 7, step not given", q(30, kernel.AtLeast, 0), q(7, kernel.Exact, 0), 37, 37},
		{"近400 + 近400", q(400, kernel.Nearly, 100), q(400, kernel.Nearly, 100), 601, 799},
		{"近400 + 7", q(400, kernel.Nearly, 100), q(7, kernel.Exact, 0), 308, 406},
		{"10余 + 近10", q(10, kernel.AtLeast, 10), q(10, kernel.Nearly, 10), 10, 30},
		{"约10 + 3", q(10, kernel.About, 0), q(3, kernel.Exact, 0), 12, 14},
		{"约100 + 约20", q(100, kernel.About, 0), q(20, kernel.About, 0), 108, 132},
		{"约100 + 约-100", q(100, kernel.About, 0), q(-100, kernel.About, 0), -20, 20},
		{"约100 + 10余", q(100, kernel.About, 0), q(10, kernel.AtLeast, 10), 100, 130},
		{"718 + 2", q(718, kernel.Exact, 0), q(2, "", 0), 720, 720},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sum, err := tt.a.Add(tt.b)
			if err != nil {
				t.Fatal(err)
			}
			for n, want := range map[float64]bool{tt.first - 1: false, tt.first: true, tt.last: true, tt.last + 1: false} {
				if sum.Holds(n) != want {
					t.Errorf("%+v.Holds(%v) = %v", sum, n, !want)
				}
			}
		})
	}
}

func TestAddKeepsWhenAndOverWhichPeriod(t *testing.T) {
	day := time.Date(2023, 4, 28, 0, 0, 0, 0, kernel.Shanghai)
	year := kernel.Period{From: day, To: day.AddDate(1, 0, 0)}
	same := kernel.Period{From: day.UTC(), To: day.AddDate(1, 0, 0).UTC()}
	a := kernel.Quantity{Value: 1, Unit: "件", Qualifier: kernel.Exact, AsOf: day, Period: year}
	tests := []struct {
		name string
		b    kernel.Quantity
		want kernel.Quantity
	}{
		{"the same", kernel.Quantity{Value: 2, Unit: "件", AsOf: day.UTC(), Period: same}, kernel.Quantity{AsOf: day, Period: year}},
		{"another day", kernel.Quantity{Value: 2, Unit: "件", AsOf: day.Add(1), Period: same}, kernel.Quantity{Period: year}},
		{"another period", kernel.Quantity{Value: 2, Unit: "件", AsOf: day, Period: kernel.Period{From: day}}, kernel.Quantity{AsOf: day}},
		{"none", kernel.Quantity{Value: 2, Unit: "件"}, kernel.Quantity{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Value, tt.want.Unit, tt.want.Qualifier = 3, "件", kernel.Exact
			got, err := a.Add(tt.b)
			if err != nil || !cmp.Equal(got, tt.want) {
				t.Errorf("%v\n%s", err, cmp.Diff(tt.want, got))
			}
		})
	}
}

func TestAddRefusesOtherUnits(t *testing.T) {
	persons := kernel.Quantity{Value: 50, Unit: "人", Qualifier: kernel.AtLeast}
	times := kernel.Quantity{Value: 600, Unit: "人次", Qualifier: kernel.AtLeast}
	sum, err := persons.Add(times)
	if err == nil {
		t.Errorf("persons and person-times were added: %+v", sum)
	}
	saysWhatToDo(t, err, kernel.KindInvalid, "unit")
}
