// Package geo is what the orb library lacks for a district's map: coordinate systems used in China, exact answers to
// "does this shape hold this point" and "do these shapes tile without gap or overlap", areas in square metres, and a
// GeoJSON edge that refuses what it cannot trust. It exists so that every geometry inside the program is WGS84 and every
// point belongs to exactly one place. It knows no place, only shapes.
//
// Shapes are orb values with X = longitude and Y = latitude in degrees.
package geo
