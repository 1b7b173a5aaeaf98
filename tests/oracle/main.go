// Command oracle verifies a Holdfast ledger export with the Go project's own log packages; it shares no code with Holdfast.
// Usage: oracle EXPORT TRUST [PROOFS], where TRUST is a copy of the trust file that the auditor already held.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const provedMax = 200_000

// memory holds the hashes of the tree as Go lays them out, once each is known to belong under the signed root.
type memory struct{ hashes []tlog.Hash }

func (m *memory) ReadHashes(at []int64) (found []tlog.Hash, err error) {
	for _, i := range at {
		found = append(found, m.hashes[i])
	}
	return found, nil
}

// checkFiles compares the files with the signed manifest. A changed bundle is returned, not refused: its entries say more.
func checkFiles(dir, trust string, size int64) (changedBundle string) {
	manifest := read(dir, "manifest.json")
	sizeOf := func(text string) string { return strings.Fields(text)[2] }
	text, _ := openNote("manifest.sig", read(dir, "manifest.sig"), trust, sizeOf)
	check(text == fmt.Sprintf("holdfast-manifest v1\n%d %x\n", size, sha256.Sum256(manifest)), "manifest.json")
	var list struct {
		Files []struct{ Path, Sha256 string }
	}
	must(json.Unmarshal(manifest, &list), "manifest.json")
	for _, f := range list.Files {
		if sum := sha256.Sum256(read(dir, f.Path)); hex.EncodeToString(sum[:]) != f.Sha256 {
			check(strings.HasPrefix(f.Path, "tile/entries/"), f.Path)
			changedBundle = f.Path
		}
	}
	return changedBundle
}

// readEntries hashes a bundle's entries and compares each with its leaf hash, authenticated from its tile up to the root.
func readEntries(dir string, t tlog.Tile, reader tlog.HashReader) (leaves []tlog.Hash) {
	first, rest := t.N*256, read(dir, tilePath(t))
	var at []int64
	for i := 0; i < t.W; i++ {
		at = append(at, tlog.StoredHashIndex(0, first+int64(i)))
	}
	want, err := reader.ReadHashes(at)
	must(err, "tile above entries %d to %d", first, first+int64(t.W)-1)
	for i := 0; i < t.W; i++ {
		check(len(rest) >= 2 && len(rest) >= 2+(int(rest[0])<<8|int(rest[1])), "entry %d", first+int64(i))
		end := 2 + (int(rest[0])<<8 | int(rest[1]))
		leaf := tlog.RecordHash(rest[2:end])
		check(leaf == want[i], "entry %d", first+int64(i))
		leaves, rest = append(leaves, leaf), rest[end:]
	}
	check(len(rest) == 0, tilePath(t))
	return leaves
}

func main() {
	dir, trust := os.Args[1], string(read(os.Args[2], ""))
	text, size := openNote("checkpoint", read(dir, "checkpoint"), trust, func(t string) string { return strings.Split(t, "\n")[1] })
	head := strings.Split(text, "\n")
	check(len(head) == 4 && strings.Contains(trust, "\norigin "+head[0]+"\n"), "checkpoint")
	root, err := tlog.ParseHash(head[2])
	must(err, "checkpoint")
	check(size > 0 || root == sha256.Sum256(nil), "checkpoint")
	changedBundle := checkFiles(dir, trust, size)

	reader, stored, leaves := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, tiles{dir}), &memory{}, []tlog.Hash{}
	for n := int64(0); n*256 < size; n++ {
		t := tlog.Tile{H: 8, L: -1, N: n, W: 256}
		if size < (n+1)*256 {
			t.W = int(size - n*256)
		}
		leaves = append(leaves, readEntries(dir, t, reader)...)
	}
	check(changedBundle == "", changedBundle)
	for i, leaf := range leaves {
		hashes, err := tlog.StoredHashesForRecordHash(int64(i), leaf, stored)
		must(err, "entry %d", i)
		stored.hashes = append(stored.hashes, hashes...)
	}
	if size > 0 {
		whole, err := tlog.TreeHash(size, stored)
		must(err, "checkpoint")
		check(whole == root, "checkpoint")
	}
	// The tree hash above already covers each entry. Single proofs are checked too: all of them up to provedMax, then evenly spread.
	for i := int64(0); i < size; i += 1 + size/provedMax {
		proof, err := tlog.ProveRecord(size, i, stored)
		must(err, "entry %d", i)
		must(tlog.CheckRecord(proof, size, root, i, leaves[i]), "entry %d", i)
	}
	if len(os.Args) > 3 {
		checkProofs(read(os.Args[3], ""), size, root, leaves, stored)
	}
	fmt.Printf("verified size=%d root=%s\n", size, root)
}
