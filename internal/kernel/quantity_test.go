package kernel_test

import (
	"testing"

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

// What holds for a figure and an exact count holds for their sum: the interval only moves.
func TestAddAnExactCountKeepsHolding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, actual := anyFigure(t, "a")
		b, count := figure(t, kernel.Exact, "b")
		b.Step = 0
		sum, err := a.Add(b)
		if err != nil {
			t.Fatal(err)
		}
		if !a.Holds(actual) {
			t.Fatalf("the drawn count %v does not agree with %+v", actual, a)
		}
		if !sum.Holds(actual + count) {
			t.Errorf("%+v holds for %v, but %+v does not for %v", a, actual, sum, actual+count)
		}
	})
}

func TestAddRefusesOtherUnits(t *testing.T) {
	persons := kernel.Quantity{Value: 50, Unit: "人", Qualifier: kernel.AtLeast}
	times := kernel.Quantity{Value: 600, Unit: "人次", Qualifier: kernel.AtLeast}
	if sum, err := persons.Add(times); err == nil {
		t.Errorf("persons and person-times were added: %+v", sum)
	}
}
