// Package demo makes the demonstration district, 城北区 630105, as plain values from a public seed: places with shapes, the
// registers that serve them, the menu, and the script of its past work. It exists so that the whole program can be tried,
// tested and shown without one real person, address or boundary. The official codes and names are real; all else is invented
// and says so. The same seed gives the same district to the byte.
package demo
