package ledger

import (
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

// TestTreeIsTlogs: the tree, its stored hashes and the proofs made from them are those of the reference implementation.
func TestTreeIsTlogs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := int64(rapid.IntRange(1, 200).Draw(t, "rows"))
		stored := []tlog.Hash{}
		reference := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
			out := make([]tlog.Hash, len(indexes))
			for i, x := range indexes {
				out[i] = stored[x]
			}
			return out, nil
		})
		packs := map[int64]string{}
		read := packReader(func(rows []int64) (map[int64]string, error) { return packs, nil })
		tree := &Tree{}
		leaves := make([]tlog.Hash, n)
		for i := range n {
			leaves[i] = tlog.RecordHash([]byte{byte(i), byte(i >> 8)})
			more, err := tlog.StoredHashesForRecordHash(i, leaves[i], reference)
			if err != nil {
				t.Fatal(err)
			}
			stored = append(stored, more...)
			pack := tree.Append(leaves[i])
			if packText(pack) != packText(more) {
				t.Fatalf("row %d stores other hashes", i)
			}
			packs[i] = packText(pack)
		}
		want, err := tlog.TreeHash(n, reference)
		if err != nil || tree.Root() != want || tree.Size() != n {
			t.Fatalf("the root of %d rows is %s, want %s (%v)", n, tree.Root(), want, err)
		}
		loaded, err := loadTree(n, read)
		if err != nil || loaded.Root() != want {
			t.Fatalf("loaded: %v", err)
		}
		next := tlog.RecordHash([]byte("next"))
		if packText(loaded.Append(next)) != packText(tree.Append(next)) || loaded.Root() != tree.Root() {
			t.Fatal("a loaded tree goes on otherwise")
		}
		at := int64(rapid.IntRange(0, int(n-1)).Draw(t, "at"))
		path, err := tlog.ProveRecord(n, at, read)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(path, n, want, at, leaves[at]); err != nil {
			t.Fatal(err)
		}
	})
	empty := Tree{}
	if want, _ := tlog.TreeHash(0, nil); empty.Root() != want {
		t.Error("the empty tree has another root")
	}
}

// TestPacksAreRead: what is not exactly the hashes of a row is refused.
func TestPacksAreRead(t *testing.T) {
	good := packText([]tlog.Hash{{1}, {2}})
	if _, err := parsePack(1, good); err != nil {
		t.Error(err)
	}
	for n, s := range map[int64]string{0: good, 3: good, 1: good[:40], 5: ""} {
		if _, err := parsePack(n, s); err == nil {
			t.Errorf("row %d takes %q", n, s)
		}
	}
}
