// SPDX-License-Identifier: Apache-2.0
// Verifies a log directory with Go's own sumdb/note and sumdb/tlog: every signed
// checkpoint, every leaf against the newest root, inclusion proofs, and that each
// checkpoint's tree begins with the one before. Prints TAP.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type tiles struct{ dir string }

func (t tiles) Height() int { return 8 }

// C2SP's paths leave the height out; a partial tile may be gone once the full one is there.
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, w := range wanted {
		data, err := t.read(w)
		if err != nil {
			full := w
			full.W = 256
			data, err = t.read(full)
			if err != nil {
				return nil, err
			}
			data = data[:w.W*tlog.HashSize]
		}
		out = append(out, data)
	}
	return out, nil
}

func (t tiles) read(w tlog.Tile) ([]byte, error) {
	path := "tile/" + strings.TrimPrefix(w.Path(), "tile/8/")
	return os.ReadFile(filepath.Join(t.dir, path))
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func must(err error, what string) {
	if err != nil {
		fmt.Printf("not ok - %s: %v\n", what, err)
		os.Exit(1)
	}
}

func checkpoint(path string, verifier note.Verifier) tlog.Tree {
	text, err := os.ReadFile(path)
	must(err, path)
	n, err := note.Open(text, note.VerifierList(verifier))
	must(err, path)
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 5 || lines[0] != verifier.Name() || !strings.HasPrefix(lines[3], "entries ") {
		must(fmt.Errorf("%q", n.Text), path)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err, path)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	must(err, path)
	entries, err := strconv.ParseInt(strings.TrimPrefix(lines[3], "entries "), 10, 64)
	must(err, path)
	if entries < size { // a block holds one at least
		must(fmt.Errorf("%d entries in %d blocks", entries, size), path)
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)
	return tree
}

func leaves(path string) []tlog.Hash {
	f, err := os.Open(path)
	must(err, path)
	var out []tlog.Hash
	for s := bufio.NewScanner(f); s.Scan(); {
		b, err := hex.DecodeString(s.Text())
		must(err, path)
		var h tlog.Hash
		copy(h[:], b)
		out = append(out, h)
	}
	return out
}

func main() {
	dir := os.Args[1]
	fmt.Println("1..4")
	vkey, err := os.ReadFile(filepath.Join(dir, "log/log.vkey"))
	must(err, "log.vkey")
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	must(err, "log.vkey")
	newest := checkpoint(filepath.Join(dir, "log/checkpoint"), verifier)
	kept, _ := filepath.Glob(filepath.Join(dir, "checkpoint.*"))
	var trees []tlog.Tree
	for _, path := range kept {
		trees = append(trees, checkpoint(path, verifier))
	}
	sort.Slice(trees, func(i, j int) bool { return trees[i].N < trees[j].N })
	fmt.Printf("ok 1 - %d checkpoints are signed by the log's key\n", len(trees)+1)

	want := leaves(filepath.Join(dir, "leaves"))
	if int64(len(want)) != newest.N {
		must(fmt.Errorf("%d leaves, tree of %d", len(want), newest.N), "leaves")
	}
	reader := tlog.TileHashReader(newest, tiles{filepath.Join(dir, "log")})
	for i, leaf := range want {
		got, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(i))})
		must(err, "leaf")
		if got[0] != leaf {
			must(fmt.Errorf("leaf %d differs", i), "leaf")
		}
	}
	fmt.Printf("ok 2 - %d leaves are in the tiles, under the signed root\n", len(want))

	for i := range want {
		proof, err := tlog.ProveRecord(newest.N, int64(i), reader)
		must(err, "inclusion")
		must(tlog.CheckRecord(proof, newest.N, newest.Hash, int64(i), want[i]), "inclusion")
	}
	fmt.Println("ok 3 - every block is included")

	for i := 1; i < len(trees); i++ {
		proof, err := tlog.ProveTree(newest.N, trees[i].N, reader)
		must(err, "consistency")
		must(tlog.CheckTree(proof, newest.N, newest.Hash, trees[i].N, trees[i].Hash), "consistency")
	}
	fmt.Println("ok 4 - the tree begins with every tree that was signed before")
}
