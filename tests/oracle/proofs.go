package main

import (
	"encoding/json"
	"reflect"

	"golang.org/x/mod/sumdb/tlog"
)

// checkProofs reads proofs made by Holdfast and checks them twice: with Go's checker, and for equality with Go's own proofs.
func checkProofs(data []byte, size int64, root tlog.Hash, leaves []tlog.Hash, hashes tlog.HashReader) {
	var made struct {
		Inclusion []struct {
			Index int64
			Proof tlog.RecordProof
		}
		Consistency []struct {
			From  int64
			Root  tlog.Hash
			Proof tlog.TreeProof
		}
	}
	must(json.Unmarshal(data, &made), "proofs")
	for _, p := range made.Inclusion {
		must(tlog.CheckRecord(p.Proof, size, root, p.Index, leaves[p.Index]), "inclusion proof %d", p.Index)
		own, err := tlog.ProveRecord(size, p.Index, hashes)
		must(err, "inclusion proof %d", p.Index)
		check(len(own) == 0 && len(p.Proof) == 0 || reflect.DeepEqual(own, p.Proof), "inclusion proof %d", p.Index)
	}
	for _, p := range made.Consistency {
		must(tlog.CheckTree(p.Proof, size, root, p.From, p.Root), "consistency proof from %d", p.From)
		own, err := tlog.ProveTree(size, p.From, hashes)
		must(err, "consistency proof from %d", p.From)
		check(len(own) == 0 && len(p.Proof) == 0 || reflect.DeepEqual(own, p.Proof), "consistency proof from %d", p.From)
	}
}
