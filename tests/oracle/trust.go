package main

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// openNote opens a note with the trust file's keys. One key that signed must be trusted for the size sizeOf finds in the text.
func openNote(path string, msg []byte, trust string, sizeOf func(text string) string) (text string, size int64) {
	var keys []note.Verifier
	ranges := map[string][2]string{}
	for _, line := range strings.Split(trust, "\n") {
		if f := strings.Fields(line); len(f) == 4 && f[0] == "key" {
			key, err := note.NewVerifier(f[1])
			must(err, "trust")
			keys = append(keys, key)
			ranges[keyID(key.Name(), key.KeyHash())] = [2]string{f[2], f[3]}
		}
	}
	n, err := note.Open(msg, note.VerifierList(keys...))
	must(err, path)
	size, err = strconv.ParseInt(sizeOf(n.Text), 10, 64)
	must(err, path)
	covered := false
	for _, s := range n.Sigs {
		// Go decodes base64 leniently: without this the last character could change unnoticed.
		raw, _ := base64.StdEncoding.DecodeString(s.Base64)
		check(base64.StdEncoding.EncodeToString(raw) == s.Base64, path)
		r := ranges[keyID(s.Name, s.Hash)]
		first, err := strconv.ParseInt(r[0], 10, 64)
		must(err, "trust")
		last, err := strconv.ParseInt(r[1], 10, 64)
		covered = covered || first <= size && (r[1] == "-" || err == nil && size <= last)
	}
	check(covered, "%s: no signing key is trusted for size %d", path, size)
	return n.Text, size
}

func keyID(name string, hash uint32) string {
	return fmt.Sprintf("%s+%08x", name, hash)
}
