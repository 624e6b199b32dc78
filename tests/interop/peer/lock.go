package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// lock-sync (section 6.3).
const (
	lockName    = "lock-sync"
	lockExpiry  = 65 * time.Second
	lockRefresh = 30 * time.Second
	lockPause   = 5 * time.Second
)

var errLocked = errors.New("locked")

type lock struct {
	*store
	device string
}

// lock takes lock-sync, or fails with errLocked after all attempts.
func (s *store) lock(o options) (*lock, error) {
	l := &lock{s, o.device}
	for try := 1; ; try++ {
		holder, err := l.foreignHolder()
		if err != nil {
			return nil, err
		}
		if holder == "" {
			return l, l.refresh()
		}
		if try >= o.tries {
			return nil, fmt.Errorf("%w by %s", errLocked, holder)
		}
		time.Sleep(lockPause)
	}
}

// foreignHolder is "" when the lock may be taken.  A kernel asserts both
// types and panics on others; here that is an error.
func (l *lock) foreignHolder() (string, error) {
	data, err := l.read(lockName)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	record := map[string]interface{}{}
	if err := json.Unmarshal(data, &record); err != nil {
		return "", fmt.Errorf("%s: %w", lockName, err)
	}
	device, isText := record["deviceID"].(string)
	at, isNumber := record["time"].(float64)
	if !isText || !isNumber {
		return "", fmt.Errorf("%s: %s would make a kernel panic", lockName, data)
	}
	again, err := json.Marshal(map[string]interface{}{
		"deviceID": device, "time": int64(at)})
	if err == nil {
		err = same(data, again)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w", lockName, err)
	}
	expired := time.Now().After(time.UnixMilli(int64(at)).Add(lockExpiry))
	if expired || device == l.device {
		return "", nil
	}
	return device, nil
}

func (l *lock) refresh() error {
	data, err := json.Marshal(map[string]interface{}{
		"deviceID": l.device, "time": time.Now().UnixMilli()})
	if err != nil {
		return err
	}
	return l.write(lockName, data)
}

func (l *lock) release() {
	if err := os.Remove(l.path(lockName)); err != nil {
		fmt.Fprintf(os.Stderr, "peer: %v\n", err)
	}
}

// hold keeps the lock as long as standard input is open.
func hold(o options) error {
	s, err := openStore(o)
	if err != nil {
		return err
	}
	l, err := s.lock(o)
	if err != nil {
		return err
	}
	defer l.release()
	fmt.Printf("held by %s\n", o.device)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	for {
		select {
		case <-ended:
			return nil
		case <-time.After(lockRefresh):
			if err := l.refresh(); err != nil {
				return err
			}
		}
	}
}
