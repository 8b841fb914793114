// Package arch keeps the house standing: it reads the source of the whole module and reports every import, file, word and
// comment that breaks the rules of docs/architecture.md. It exists because rules that only people check are forgotten. It
// parses the files itself; a test that asks the go command is answered from the test cache and misses faults.
package arch
