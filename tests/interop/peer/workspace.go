package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/restic/chunker"
	ignore "github.com/sabhiram/go-gitignore"
)

const (
	polynomial = chunker.Pol(0x3DA3358B4DC173)
	chunkMin   = 512 << 10
	chunkMax   = 8 << 20
)

// builtInRules follow those of syncignore (section 5.1).
var builtInRules = []string{
	"20210808180117-6v0mkxr/**/*",
	"20210808180117-czj9bvb/**/*",
	"20211226090932-5lcq56f/**/*",
	"20240530133126-axarxgx/**/*",
	"/.siyuan/conf.json",
}

var neverSynced = []string{
	"data/storage/local.json",
	"data/storage/recent-doc.json",
	"data/storage/ref-used.json",
}

func dataOf(workspace string) string {
	return filepath.Join(workspace, "data")
}

func ignoreRules(data string) (*ignore.GitIgnore, error) {
	text, err := os.ReadFile(filepath.Join(data, ".siyuan", "syncignore"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	lines := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"),
		"\n")
	seen := map[string]bool{}
	var rules []string
	for _, line := range append(lines, builtInRules...) {
		if !seen[line] {
			seen[line] = true
			rules = append(rules, line)
		}
	}
	return ignore.CompileIgnoreLines(rules...), nil
}

func skipsFolder(name string) bool {
	return name == "filesys_status_check" ||
		strings.HasPrefix(name, ".") && name != ".siyuan"
}

func skipsFile(path string, entry fs.DirEntry) bool {
	if !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), ".") ||
		strings.HasSuffix(entry.Name(), ".tmp") {
		return true
	}
	for _, end := range neverSynced {
		if strings.HasSuffix(filepath.ToSlash(path), end) {
			return true
		}
	}
	return false
}

// walk lists what belongs into a snapshot, in walk order, without chunks.
func walk(data string) ([]*File, error) {
	rules, err := ignoreRules(data)
	if err != nil {
		return nil, err
	}
	var files []*File
	err = filepath.WalkDir(data, func(path string, entry fs.DirEntry,
		err error) error {
		if err != nil || path == data {
			return err
		}
		if entry.IsDir() {
			if skipsFolder(entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, data))
		if skipsFile(path, entry) || rules.MatchesPath(name) {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		f := &File{Path: name, Size: info.Size(),
			Updated: info.ModTime().UnixMilli()}
		f.ID = f.computeID()
		files = append(files, f)
		return nil
	})
	return files, err
}

// cut hands each piece of a file to use, as a kernel cuts it: small files are
// one piece whatever they hold.  The piece is valid during the call.
func cut(content io.Reader, size int64, use func(piece []byte) error) error {
	if size < chunkMin {
		piece, err := io.ReadAll(content)
		if err != nil {
			return err
		}
		return use(piece)
	}
	pieces := chunker.NewWithBoundaries(content, polynomial, chunkMin, chunkMax)
	buffer := make([]byte, chunkMax)
	for {
		piece, err := pieces.Next(buffer)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = use(piece.Data)
		}
		if err != nil {
			return err
		}
	}
}

// cutFile cuts a file of the workspace.
func cutFile(data string, f *File, use func(piece []byte) error) error {
	file, err := os.Open(data + filepath.FromSlash(f.Path))
	if err != nil {
		return err
	}
	defer file.Close()
	return cut(file, f.Size, use)
}

func cutBytes(content []byte) []string {
	var ids []string
	// Neither the reader nor use can fail.
	_ = cut(bytes.NewReader(content), int64(len(content)),
		func(piece []byte) error {
			ids = append(ids, sha1hex(piece))
			return nil
		})
	return ids
}
