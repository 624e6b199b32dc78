package main

import (
	"reflect"
	"sort"
)

// The decision table of section 6.5, pure: no clock, no files.

const staleAfter = 7 * 60 * 1000 // ms; exactly as much is not stale

type side int

const (
	none side = iota
	local
	cloud
)

func (s side) String() string {
	return [...]string{"none", "local", "cloud"}[s]
}

// Conflict types.
const (
	removeUpsert = "local-remove-cloud-upsert"
	upsertRemove = "local-upsert-cloud-remove"
	upsertUpsert = "local-upsert-cloud-upsert"
)

// decision is what becomes of one path.
type decision struct {
	winner   side
	conflict string // "" for none
	history  side   // whose version is kept as a copy
	publish  bool
}

// three are the versions of one path; an absent one is nil.
type three struct {
	path               string
	base, local, cloud *File
}

func sameContent(a, b *File) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Size == b.Size && reflect.DeepEqual(a.Chunks, b.Chunks)
}

func sameTime(a, b *File) bool {
	return a.Path == b.Path && a.seconds() == b.seconds()
}

func isOld(a, b *File) bool {
	return a != nil && b != nil && a.Updated < b.Updated-staleAfter
}

// contentChanged and isChanged are the deltas of a version against the base:
// the first without, the second with a changed time alone.
func contentChanged(x, base *File) bool {
	return !sameContent(x, base)
}

func isChanged(x, base *File) bool {
	return contentChanged(x, base) || x != nil && !sameTime(x, base)
}

func decide(t three) decision {
	here, there := contentChanged(t.local, t.base), contentChanged(t.cloud, t.base)
	switch {
	case sameContent(t.local, t.cloud), !here && !there:
		return decideEqual(t)
	case here && there:
		return decideConflict(t)
	case here && isOld(t.local, t.cloud):
		return decision{winner: cloud, history: local}
	case here:
		return decision{winner: local, publish: true}
	case isOld(t.cloud, t.local):
		return decision{winner: local, history: cloud, publish: true}
	}
	return decision{winner: cloud}
}

// decideEqual is rows 1 to 4.
func decideEqual(t three) decision {
	if !isChanged(t.local, t.base) && !isChanged(t.cloud, t.base) ||
		t.local == nil && t.cloud == nil {
		return decision{}
	}
	if t.cloud != nil && (t.local == nil ||
		t.cloud.Updated > t.local.Updated ||
		t.cloud.Updated == t.local.Updated && t.cloud.ID > t.local.ID) {
		return decision{winner: cloud}
	}
	return decision{winner: local, publish: true}
}

// decideConflict is rows 6 to 9.
func decideConflict(t three) decision {
	switch {
	case t.local == nil:
		return decision{local, removeUpsert, cloud, true}
	case t.cloud == nil:
		return decision{local, upsertRemove, local, true}
	case isOld(t.local, t.cloud):
		return decision{cloud, upsertUpsert, local, false}
	}
	return decision{local, upsertUpsert, cloud, true}
}

// unite lists the versions of every path, in order of the paths.
func unite(base, local, cloud map[string]*File) []three {
	seen := map[string]bool{}
	var all []three
	for _, files := range []map[string]*File{base, local, cloud} {
		for path := range files {
			if !seen[path] {
				seen[path] = true
				all = append(all, three{path, base[path], local[path],
					cloud[path]})
			}
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].path < all[j].path })
	return all
}
