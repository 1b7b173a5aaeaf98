package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// must names what failed and ends with exit code 1.
func must(err error, where string, args ...interface{}) {
	if err != nil {
		fmt.Printf("failed %s: %v\n", fmt.Sprintf(where, args...), err)
		os.Exit(1)
	}
}

func check(ok bool, where string, args ...interface{}) {
	if !ok {
		must(fmt.Errorf("mismatch"), where, args...)
	}
}

func read(dir, path string) []byte {
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(path)))
	must(err, path)
	return data
}

// tilePath drops the height from Go's own layout (tile/8/L/N), which is all that C2SP tlog-tiles changed.
func tilePath(t tlog.Tile) string {
	return strings.Replace(strings.Replace(t.Path(), "tile/8/", "tile/", 1), "tile/data/", "tile/entries/", 1)
}

type tiles struct{ dir string }

func (r tiles) Height() int                     { return 8 }
func (r tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (r tiles) ReadTiles(list []tlog.Tile) (data [][]byte, err error) {
	for _, t := range list {
		data = append(data, read(r.dir, tilePath(t)))
	}
	return data, nil
}
