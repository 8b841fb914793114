package ledger

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Tree is the right edge of a tenant's Merkle tree (RFC 6962): all that is needed to append to it and to know its root.
// The zero value is the empty tree.
type Tree struct {
	size int64
	edge [63]tlog.Hash // of each level whose bit is set in size, the last whole subtree
}

// Size is how many rows the tree has.
func (t *Tree) Size() int64 { return t.size }

// Append adds a leaf and gives the hashes that it completes: its own, and that of each subtree that ends with it, upwards.
// They are what tlog calls the stored hashes of the row.
func (t *Tree) Append(leaf tlog.Hash) []tlog.Hash {
	pack := make([]tlog.Hash, 0, packLen(t.size))
	h := leaf
	pack = append(pack, h)
	level := 0
	for ; t.size>>level&1 == 1; level++ {
		h = tlog.NodeHash(t.edge[level], h)
		pack = append(pack, h)
	}
	t.edge[level] = h
	t.size++
	return pack
}

// Root is the hash of the whole tree; of the empty tree it is the hash of nothing.
func (t *Tree) Root() tlog.Hash {
	if t.size == 0 {
		h, _ := tlog.TreeHash(0, nil) // reads nothing
		return h
	}
	level := bits.TrailingZeros64(uint64(t.size))
	h := t.edge[level]
	for level++; t.size>>level > 0; level++ {
		if t.size>>level&1 == 1 {
			h = tlog.NodeHash(t.edge[level], h)
		}
	}
	return h
}

// packLen is how many hashes are stored with row n.
func packLen(n int64) int { return bits.TrailingZeros64(uint64(n+1)) + 1 }

// edgeRows gives the rows with which the hashes of the right edge of a tree of that size are stored.
func edgeRows(size int64) []int64 {
	var rows []int64
	for level := 0; size>>level > 0; level++ {
		if size>>level&1 == 1 {
			rows = append(rows, size>>level<<level-1)
		}
	}
	return rows
}

// loadTree gives the tree of a size from the hashes that are stored.
func loadTree(size int64, read func(rows []int64) (map[int64]string, error)) (*Tree, error) {
	t := &Tree{size: size}
	packs, err := read(edgeRows(size))
	if err != nil {
		return nil, err
	}
	for level := 0; size>>level > 0; level++ {
		if size>>level&1 == 0 {
			continue
		}
		n := size>>level<<level - 1
		pack, err := parsePack(n, packs[n])
		if err != nil {
			return nil, err
		}
		t.edge[level] = pack[level]
	}
	return t, nil
}

// packText is the form in which the hashes of one row are stored: base64 of one after the other.
func packText(pack []tlog.Hash) string {
	b := make([]byte, 0, len(pack)*tlog.HashSize)
	for _, h := range pack {
		b = append(b, h[:]...)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// parsePack reads the hashes stored with row n.
func parsePack(n int64, s string) ([]tlog.Hash, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != packLen(n)*tlog.HashSize {
		return nil, fmt.Errorf("ledger: the hashes stored with row %d are not whole", n)
	}
	pack := make([]tlog.Hash, packLen(n))
	for i := range pack {
		copy(pack[i][:], b[i*tlog.HashSize:])
	}
	return pack, nil
}

// leafOf turns what a receipt names, the hexadecimal SHA-256 of a record, into the leaf of the tree. The tree holds that
// digest and not the record, so that a receipt can be proved by whoever has only the receipt.
func leafOf(hexLeaf string) (tlog.Hash, error) {
	b, err := hex.DecodeString(hexLeaf)
	if err != nil || len(b) != tlog.HashSize {
		return tlog.Hash{}, fmt.Errorf("ledger: a leaf is 64 hexadecimal digits")
	}
	return tlog.RecordHash(b), nil
}

// packReader lets tlog read stored hashes by their own numbers.
type packReader func(rows []int64) (map[int64]string, error)

// ReadHashes implements tlog.HashReader.
func (r packReader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	rows := make([]int64, len(indexes))
	levels := make([]int, len(indexes))
	for i, x := range indexes {
		level, n := tlog.SplitStoredHashIndex(x)
		levels[i], rows[i] = level, (n+1)<<level-1
	}
	packs, err := r(rows)
	if err != nil {
		return nil, err
	}
	out := make([]tlog.Hash, len(indexes))
	for i, n := range rows {
		pack, err := parsePack(n, packs[n])
		if err != nil {
			return nil, err
		}
		out[i] = pack[levels[i]]
	}
	return out, nil
}
