package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

var isID = regexp.MustCompile(`\A[0-9a-f]{40}\z`).MatchString

// store is a repository in a folder: a cloud of the local provider, or the
// one a device keeps for itself.  Each read checks what it reads.
type store struct {
	root string
	key  []byte
	*packer
}

func openStore(o options) (*store, error) {
	key, err := decodeKey(o.key)
	if err != nil {
		return nil, err
	}
	if o.store == "" {
		return nil, errors.New("--store is needed")
	}
	p, err := newPacker(o.frames)
	return &store{o.store, key, p}, err
}

func (s *store) path(name string) string {
	return filepath.Join(s.root, filepath.FromSlash(name))
}

func (s *store) read(name string) ([]byte, error) {
	return os.ReadFile(s.path(name))
}

// write makes the whole file appear at once.
func (s *store) write(name string, data []byte) error {
	return replaceFile(s.path(name), data, time.Time{})
}

// replaceFile writes a file beside its place and renames it; mtime is set
// unless it is zero.
func replaceFile(path string, data []byte, mtime time.Time) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path),
		filepath.Base(path)+"*.tmp")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil && !mtime.IsZero() {
		err = os.Chtimes(file.Name(), mtime, mtime)
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

func objectName(id string) string {
	return "objects/" + id[:2] + "/" + id[2:]
}

func (s *store) has(id string) bool {
	_, err := os.Stat(s.path(objectName(id)))
	return err == nil
}

// putObject packs, then seals; objects never change once they are there.
func (s *store) putObject(id string, plain []byte) error {
	if s.has(id) {
		return nil
	}
	sealed, err := seal(s.key, s.pack(plain))
	if err != nil {
		return err
	}
	return s.write(objectName(id), sealed)
}

func (s *store) object(id string) ([]byte, error) {
	if !isID(id) {
		return nil, fmt.Errorf("%q is no id", id)
	}
	name := objectName(id)
	sealed, err := s.read(name)
	if err != nil {
		return nil, err
	}
	packed, err := unseal(s.key, sealed)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	plain, err := unpack(packed)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return plain, nil
}

func (s *store) chunk(id string) ([]byte, error) {
	plain, err := s.object(id)
	if err == nil && sha1hex(plain) != id {
		err = fmt.Errorf("%s: its SHA-1 is %s", objectName(id), sha1hex(plain))
	}
	return plain, err
}

func (s *store) file(id string) (*File, error) {
	plain, err := s.object(id)
	if err != nil {
		return nil, err
	}
	f := &File{}
	if err := decodeExactly(plain, f); err != nil {
		return nil, fmt.Errorf("%s: %w", objectName(id), err)
	}
	if f.ID != id || f.computeID() != id {
		return nil, fmt.Errorf("%s: calls itself %s, path and time make %s",
			objectName(id), f.ID, f.computeID())
	}
	if len(f.Chunks) == 0 {
		return nil, fmt.Errorf("%s: no chunks", f.Path)
	}
	return f, nil
}

// latest is "" when the store is empty.
func (s *store) latest() (string, error) {
	ref, err := s.read("refs/latest")
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err == nil && !isID(string(ref)) {
		err = fmt.Errorf("refs/latest: %q is not exactly one id", ref)
	}
	return string(ref), err
}

func (s *store) index(id string) (*Index, error) {
	name := "indexes/" + id
	packed, err := s.read(name)
	if err != nil {
		return nil, err
	}
	plain, err := unpack(packed)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	x := &Index{}
	if err := decodeExactly(plain, x); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if x.ID != id || x.Count != len(x.Files) {
		return nil, fmt.Errorf("%s: calls itself %s and counts %d of %d files",
			name, x.ID, x.Count, len(x.Files))
	}
	return x, s.checkKey(x)
}

func (s *store) checkKey(x *Index) error {
	sealed, err := base64.StdEncoding.DecodeString(x.AesKeyVerifyVal)
	if err != nil {
		return fmt.Errorf("indexes/%s: aesKeyVerifyVal: %w", x.ID, err)
	}
	plain, err := unseal(s.key, sealed)
	if err != nil || string(plain) != keyCheck {
		return fmt.Errorf("indexes/%s: made with another key", x.ID)
	}
	return nil
}

// files reads the latest index and all its File records by path; an empty
// store has a nil index and no files.
func (s *store) files() (*Index, map[string]*File, error) {
	id, err := s.latest()
	if err != nil || id == "" {
		return nil, nil, err
	}
	x, err := s.index(id)
	if err != nil {
		return nil, nil, err
	}
	files, err := s.filesOf(id)
	return x, files, err
}

func (s *store) filesOf(id string) (map[string]*File, error) {
	x, err := s.index(id)
	if err != nil {
		return nil, err
	}
	files := make(map[string]*File, len(x.Files))
	for _, id := range x.Files {
		f, err := s.file(id)
		if err != nil {
			return nil, err
		}
		if files[f.Path] != nil {
			return nil, fmt.Errorf("%s: twice in the index", f.Path)
		}
		files[f.Path] = f
	}
	return files, nil
}

// list reads indexes-v2.json and gives its plaintext too; both are empty
// when there is none.
func (s *store) list() (*indexList, []byte, error) {
	list := &indexList{}
	packed, err := s.read("indexes-v2.json")
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	plain, err := unpack(packed)
	if err == nil {
		err = decode(plain, list)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("indexes-v2.json: %w", err)
	}
	return list, plain, nil
}

func (s *store) putJSON(id string, record interface{}) error {
	plain, err := json.Marshal(record)
	if err != nil {
		return err
	}
	return s.putObject(id, plain)
}
