package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"reflect"
	"sort"

	"github.com/vmihailenco/msgpack/v5"
)

// verifier collects what is wrong, so that one run names all of it.
type verifier struct {
	*store
	index  *Index
	files  map[string]*File
	faults int
}

func (v *verifier) wrong(format string, values ...interface{}) {
	fmt.Printf("wrong: "+format+"\n", values...)
	v.faults++
}

func verify(o options) error {
	s, err := openStore(o)
	if err != nil {
		return err
	}
	x, files, err := s.files()
	if err != nil {
		return err
	}
	if x == nil {
		return errors.New("the store has no refs/latest")
	}
	v := &verifier{store: s, index: x, files: files}
	v.contents()
	v.indexList()
	if o.workspace != "" {
		if err := v.workspace(dataOf(o.workspace)); err != nil {
			return err
		}
	}
	if o.fullLatest != "" {
		if err := v.fullLatest(o.fullLatest); err != nil {
			return err
		}
	}
	fmt.Printf("index %s: %d files, %d bytes\n", x.ID, x.Count, x.Size)
	if v.faults > 0 {
		return fmt.Errorf("%d faults", v.faults)
	}
	return nil
}

// contents puts each file together and cuts it again with restic's chunker.
func (v *verifier) contents() {
	total := int64(0)
	for _, f := range v.files {
		var content []byte
		for _, id := range f.Chunks {
			piece, err := v.chunk(id)
			if err != nil {
				v.wrong("%s: %v", f.Path, err)
			}
			content = append(content, piece...)
		}
		total += int64(len(content))
		if int64(len(content)) != f.Size {
			v.wrong("%s: size is %d, the chunks have %d", f.Path, f.Size,
				len(content))
		} else if !reflect.DeepEqual(cutBytes(content), f.Chunks) {
			v.wrong("%s: not cut as restic cuts it", f.Path)
		}
	}
	if total != v.index.Size {
		v.wrong("index %s: size is %d, the files have %d", v.index.ID,
			v.index.Size, total)
	}
}

// indexList may be absent in a device's own repository, never half right.
func (v *verifier) indexList() {
	list, plain, err := v.list()
	if err != nil {
		v.wrong("%v", err)
	}
	if plain == nil {
		return
	}
	again, err := encodeList(list)
	if err == nil {
		err = same(plain, again)
	}
	if err != nil {
		v.wrong("indexes-v2.json: %v", err)
	}
	x := v.index
	want := listEntry{x.ID, x.SystemID, x.SystemName, x.SystemOS}
	if len(list.Indexes) == 0 || list.Indexes[0] != want {
		v.wrong("indexes-v2.json: %s is not first", x.ID)
	}
	seen := map[string]bool{}
	for _, entry := range list.Indexes {
		if seen[entry.ID] {
			v.wrong("indexes-v2.json: %s is there twice", entry.ID)
		}
		seen[entry.ID] = true
	}
}

// workspace compares the set of files, as go-gitignore leaves it, and each
// file as restic cuts it.
func (v *verifier) workspace(data string) error {
	here, err := walk(data)
	if err != nil {
		return err
	}
	found := map[string]bool{}
	for _, f := range here {
		found[f.Path] = true
		if v.files[f.Path] == nil {
			v.wrong("%s: missing in the repository", f.Path)
			continue
		}
		err := cutFile(data, f, func(piece []byte) error {
			f.Chunks = append(f.Chunks, sha1hex(piece))
			return nil
		})
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(f, v.files[f.Path]) {
			v.wrong("%s: %+v in the repository, %+v here", f.Path,
				v.files[f.Path], f)
		}
	}
	for path := range v.files {
		if !found[path] {
			v.wrong("%s: does not belong into the repository", path)
		}
	}
	return nil
}

// fullLatest asks that msgpack reads the file, and writes the same bytes.
func (v *verifier) fullLatest(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	full := &fullLatest{}
	if err := msgpack.Unmarshal(data, full); err != nil {
		v.wrong("%s: %v", path, err)
		return nil
	}
	again, err := msgpack.Marshal(full)
	if err != nil {
		return err
	}
	if err := same(data, again); err != nil {
		v.wrong("%s: %v", path, err)
	}
	if full.ID != v.index.ID || len(full.Files) != len(v.files) {
		v.wrong("%s: %d files of %s", path, len(full.Files), full.ID)
	}
	for _, f := range full.Files {
		if !reflect.DeepEqual(f, v.files[f.Path]) {
			v.wrong("%s: %s is not as in the repository", path, f.Path)
		}
	}
	return nil
}

// writeFullLatest is the other way: what msgpack makes of a repository.
func writeFullLatest(o options) error {
	s, err := openStore(o)
	if err != nil {
		return err
	}
	x, files, err := s.files()
	if err != nil {
		return err
	}
	if x == nil || o.fullLatest == "" {
		return errors.New("a store with a snapshot and --full-latest are needed")
	}
	full := &fullLatest{ID: x.ID}
	for _, f := range files {
		full.Files = append(full.Files, f)
	}
	sort.Slice(full.Files, func(i, j int) bool {
		return full.Files[i].Path < full.Files[j].Path
	})
	data, err := msgpack.Marshal(full)
	if err != nil {
		return err
	}
	return os.WriteFile(o.fullLatest, data, 0o644)
}

// printObjects lists plaintexts, so that two stores can be compared whatever
// nonces and frames they have.
func printObjects(o options) error {
	s, err := openStore(o)
	if err != nil {
		return err
	}
	x, files, err := s.files()
	if err != nil {
		return err
	}
	if x == nil {
		return nil
	}
	lines := map[string]bool{}
	for _, f := range files {
		for _, id := range append([]string{f.ID}, f.Chunks...) {
			plain, err := s.object(id)
			if err != nil {
				return err
			}
			kind := "chunk"
			if id == f.ID {
				kind = "file"
			}
			lines[fmt.Sprintf("%s %s %x", kind, id, sha256.Sum256(plain))] = true
		}
	}
	for line := range lines {
		fmt.Println(line)
	}
	return nil
}
