package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	ignore "github.com/sabhiram/go-gitignore"
)

// merger is one run of sync (section 6.4).  The base is the index that the
// run before ended with: --state holds its id, the store the index.
type merger struct {
	*store
	o                   options
	data, history       string
	base, local, cloud  map[string]*File
	upserts, removes    []*File
	conflicts           int
	localChanged, empty bool
}

func syncBoth(o options) error {
	s, err := openStore(o)
	if err != nil {
		return err
	}
	if o.state == "" {
		return errors.New("--state is needed")
	}
	l, err := s.lock(o)
	if err != nil {
		return err
	}
	defer l.release()
	m := &merger{store: s, o: o, data: dataOf(o.workspace),
		history: filepath.Join(o.workspace, "history",
			time.Now().Format("2006-01-02-150405")+"-sync")}
	if err := m.load(); err != nil {
		return err
	}
	if err := m.merge(); err != nil {
		return err
	}
	return m.finish()
}

func (m *merger) baseFile() string {
	return filepath.Join(m.o.state, "latest-sync")
}

// load reads the three versions of the set of files.
func (m *merger) load() error {
	x, files, err := m.files()
	if err != nil {
		return err
	}
	m.cloud, m.empty = files, x == nil
	id, err := os.ReadFile(m.baseFile())
	if err == nil {
		m.base, err = m.filesOf(string(id))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	here, err := walk(m.data)
	if err != nil {
		return err
	}
	m.local = map[string]*File{}
	for _, f := range here {
		m.local[f.Path] = f
		err := cutFile(m.data, f, func(piece []byte) error {
			f.Chunks = append(f.Chunks, sha1hex(piece))
			return nil
		})
		if err != nil {
			return err
		}
	}
	if m.empty { // an empty store deletes nothing
		m.cloud = m.local
	}
	return nil
}

// merge decides for each path; losers are kept before anything is written.
func (m *merger) merge() error {
	for _, t := range unite(m.base, m.local, m.cloud) {
		d := decide(t)
		if strings.HasSuffix(t.path, ".tmp") && d.winner == cloud &&
			t.cloud != nil { // never written here
			d = decision{winner: local}
		}
		if d.publish || isChanged(t.local, t.base) {
			m.localChanged = true
		}
		if d.conflict != "" {
			m.conflicts++
			fmt.Printf("conflict %s %s %s\n", d.conflict, d.winner, t.path)
		}
		if d.winner == cloud && t.cloud == nil {
			m.removes = append(m.removes, t.local)
		} else if d.winner == cloud && (t.local == nil ||
			!sameContent(t.local, t.cloud) || !sameTime(t.local, t.cloud)) {
			m.upserts = append(m.upserts, t.cloud)
		}
		if err := m.keep(t, d.history); err != nil {
			return err
		}
	}
	return m.protectIgnored()
}

// keep copies the version that is dropped into the history.
func (m *merger) keep(t three, whose side) error {
	switch whose {
	case cloud:
		return m.checkout(m.history, t.cloud)
	case local:
		content, err := os.ReadFile(m.data + filepath.FromSlash(t.path))
		if err != nil {
			return err
		}
		return replaceFile(m.history+filepath.FromSlash(t.path), content,
			time.UnixMilli(t.local.Updated))
	}
	return nil
}

// protectIgnored drops removes of files that the other side has merely
// started to ignore (section 6.6).
func (m *merger) protectIgnored() error {
	const name = "/.siyuan/syncignore"
	here, there := m.local[name], m.cloud[name]
	if there == nil || here != nil && sameContent(here, there) &&
		sameTime(here, there) {
		return nil
	}
	var text []byte
	for _, id := range there.Chunks {
		piece, err := m.chunk(id)
		if err != nil {
			return err
		}
		text = append(text, piece...)
	}
	rules := ignore.CompileIgnoreLines(strings.Split(
		strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")...)
	var removes []*File
	for _, f := range m.removes {
		if !rules.MatchesPath(f.Path) {
			removes = append(removes, f)
		}
	}
	m.removes = removes
	return nil
}

// finish writes the workspace, publishes what it then is if anything here
// counts, and remembers the base of the next run last.
func (m *merger) finish() error {
	for _, f := range m.upserts {
		if err := m.checkout(m.data, f); err != nil {
			return err
		}
	}
	for _, f := range m.removes {
		if err := os.Remove(m.data + filepath.FromSlash(f.Path)); err != nil {
			return err
		}
	}
	fmt.Printf("changes %d/%d/%d\n", len(m.upserts), len(m.removes),
		m.conflicts)
	if m.localChanged || m.empty {
		if err := m.uploadLocked(m.o); err != nil {
			return err
		}
	}
	latest, err := m.latest()
	if err != nil {
		return err
	}
	return replaceFile(m.baseFile(), []byte(latest), time.Time{})
}
