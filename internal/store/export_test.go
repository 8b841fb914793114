package store

// Hangs lists the columns, "table.column", that keep a row of the object from being taken away with its import.
func Hangs(object string) (out []string) {
	for _, h := range removals[object].hangs {
		out = append(out, h[0]+"."+h[1])
	}
	return out
}
