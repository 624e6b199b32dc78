package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// File, Index, indexList and fullLatest are what is stored (section 3 of the
// format).  MessagePack has the Go names of the fields, JSON the tags.

type File struct {
	ID      string   `json:"id"`
	Path    string   `json:"path"`
	Size    int64    `json:"size"`
	Updated int64    `json:"updated"` // ms
	Chunks  []string `json:"chunks"`
}

// seconds counts toward zero.
func (f *File) seconds() int64 {
	return f.Updated / 1000
}

func (f *File) computeID() string {
	return sha1hex([]byte(f.Path + strconv.FormatInt(f.seconds(), 10)))
}

type Index struct {
	ID              string   `json:"id"`
	Memo            string   `json:"memo"`
	Created         int64    `json:"created"` // ms
	Files           []string `json:"files"`
	Count           int      `json:"count"`
	Size            int64    `json:"size"`
	SystemID        string   `json:"systemID"`
	SystemName      string   `json:"systemName"`
	SystemOS        string   `json:"systemOS"`
	CheckIndexID    string   `json:"checkIndexID"`
	AesKeyVerifyVal string   `json:"aesKeyVerifyVal"`
}

type listEntry struct {
	ID         string `json:"id"`
	SystemID   string `json:"systemID"`
	SystemName string `json:"systemName"`
	SystemOS   string `json:"systemOS"`
}

type indexList struct {
	Indexes []listEntry `json:"indexes"` // newest first
}

func encodeList(list *indexList) ([]byte, error) {
	return json.MarshalIndent(list, "", "\t")
}

type fullLatest struct {
	ID    string
	Files []*File
	Spec  int
}

// decodeExactly reads one JSON value into record and asks that Go writes the
// very same bytes for it: nothing unknown, no other order, no other escapes.
func decodeExactly(data []byte, record interface{}) error {
	if err := decode(data, record); err != nil {
		return err
	}
	again, err := json.Marshal(record)
	if err != nil {
		return err
	}
	return same(data, again)
}

func decode(data []byte, record interface{}) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(record); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return fmt.Errorf("something follows the JSON value")
	}
	return nil
}
