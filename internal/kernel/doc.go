// Package kernel holds the words that every room shares: identifiers, tenants, actors and roles, bilingual texts,
// error kinds, pages, the clock, quantities and the opaque unit of work. It exists so that rooms of one layer can speak
// to each other's neighbours without importing them; it knows no SQL, no HTTP and no business rule.
package kernel
