package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// upload is a snapshot and section 6.11: the workspace wins.
func upload(o options) error {
	s, err := openStore(o)
	if err != nil {
		return err
	}
	l, err := s.lock(o)
	if err != nil {
		return err
	}
	defer l.release()
	return s.uploadLocked(o)
}

// uploadLocked is an upload by who holds the lock.
func (s *store) uploadLocked(o options) error {
	old, known, err := s.files()
	if err != nil {
		return err
	}
	files, err := walk(dataOf(o.workspace))
	if err != nil {
		return err
	}
	changed, isSame := changes(files, known)
	if isSame && old != nil {
		fmt.Println("nothing to upload")
		return nil
	}
	if err := s.send(dataOf(o.workspace), changed); err != nil {
		return err
	}
	x, err := s.newIndex(o, old, files)
	if err != nil {
		return err
	}
	fmt.Printf("index %s: %d files, %d of them sent\n", x.ID, x.Count,
		len(changed))
	return s.publish(x)
}

// changes are the files with another path or second (section 5.3); the others
// get the record that is known.  The second result: nothing is gone either.
func changes(files []*File, known map[string]*File) ([]*File, bool) {
	var changed []*File
	for i, f := range files {
		if k := known[f.Path]; k != nil && k.seconds() == f.seconds() {
			files[i] = k
		} else {
			changed = append(changed, f)
		}
	}
	return changed, len(changed) == 0 && len(files) == len(known)
}

// send writes all chunks, then all File objects: nothing is named before it
// is there.
func (s *store) send(data string, files []*File) error {
	for _, f := range files {
		err := cutFile(data, f, func(piece []byte) error {
			id := sha1hex(piece)
			f.Chunks = append(f.Chunks, id)
			return s.putObject(id, piece)
		})
		if err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := s.putJSON(f.ID, f); err != nil {
			return err
		}
	}
	return nil
}

func (s *store) newIndex(o options, old *Index, files []*File) (*Index, error) {
	check, err := seal(s.key, []byte(keyCheck))
	if err != nil {
		return nil, err
	}
	x := &Index{
		Memo:     "[Sync] Cloud sync, completed in 0.01s",
		Created:  time.Now().UnixMilli(),
		Count:    len(files),
		SystemID: o.device, SystemName: "peer", SystemOS: "linux",
		AesKeyVerifyVal: base64.StdEncoding.EncodeToString(check),
	}
	if old != nil && x.Created <= old.Created {
		x.Created = old.Created + 1
	}
	for _, f := range files {
		x.Files = append(x.Files, f.ID)
		x.Size += f.Size
	}
	if x.ID, err = randomID(); err != nil {
		return nil, err
	}
	x.CheckIndexID, err = randomID()
	return x, err
}

// publish is section 6.9: the index, then the ref that names it, then the list.
func (s *store) publish(x *Index) error {
	plain, err := json.Marshal(x)
	if err != nil {
		return err
	}
	if err := s.write("indexes/"+x.ID, s.pack(plain)); err != nil {
		return err
	}
	if err := s.write("refs/latest", []byte(x.ID)); err != nil {
		return err
	}
	list, _, err := s.list()
	if err != nil {
		return err
	}
	entry := listEntry{x.ID, x.SystemID, x.SystemName, x.SystemOS}
	list.Indexes = append([]listEntry{entry}, list.Indexes...)
	if plain, err = encodeList(list); err != nil {
		return err
	}
	return s.write("indexes-v2.json", s.pack(plain))
}

// download is section 6.10 without its conflicts: the store wins.
func download(o options) error {
	s, err := openStore(o)
	if err != nil {
		return err
	}
	l, err := s.lock(o)
	if err != nil {
		return err
	}
	defer l.release()
	_, wanted, err := s.files()
	if err != nil {
		return err
	}
	data := dataOf(o.workspace)
	if err := os.MkdirAll(data, 0o755); err != nil {
		return err
	}
	here, err := walk(data)
	if err != nil {
		return err
	}
	found := map[string]*File{}
	for _, f := range here {
		found[f.Path] = f
	}
	for path, f := range wanted {
		if h := found[path]; h != nil && h.seconds() == f.seconds() {
			continue
		}
		if err := s.checkout(data, f); err != nil {
			return err
		}
	}
	for path := range found {
		if wanted[path] == nil {
			if err := os.Remove(data + filepath.FromSlash(path)); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkout writes one file and gives it the time it was recorded with.
func (s *store) checkout(data string, f *File) error {
	if !strings.HasPrefix(f.Path, "/") || filepath.Clean(f.Path) != f.Path {
		return fmt.Errorf("%q is no safe path", f.Path)
	}
	var content []byte
	for _, id := range f.Chunks {
		piece, err := s.chunk(id)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
		content = append(content, piece...)
	}
	return replaceFile(data+filepath.FromSlash(f.Path), content,
		time.UnixMilli(f.Updated))
}
