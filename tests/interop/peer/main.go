// Command peer is another device on a shared store, made of the libraries a
// SiYuan kernel itself is built from: klauspost's zstd, restic's chunker,
// go-gitignore, msgpack v5, Go's encoding/json, AES-GCM and scrypt.  What
// stands between them is written from the format's page alone.
//
// It is a test tool: one store folder, one workspace, no network.  The verbs
// and their exit codes are the contract of ../README.md; a peer around the
// dejavu module answers the same ones.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

// Exit codes, beside 0.
const (
	exitFailed = 1 // a check said no, or a file could not be read or written
	exitUsage  = 2
	exitLocked = 3 // another device holds lock-sync
)

// options are the flags of all verbs; a verb ignores what it has no use for.
type options struct {
	store      string // the folder that holds refs/, indexes/, objects/
	key        string // Base64
	workspace  string // the folder that holds data/
	state      string // the folder for what a device remembers
	device     string
	frames     string
	fullLatest string
	passphrase string
	tries      int
}

var verbs = map[string]func(o options) error{
	"download":    download,
	"full-latest": writeFullLatest,
	"hold":        hold,
	"key":         printKey,
	"objects":     printObjects,
	"sync":        syncBoth,
	"upload":      upload,
	"verify":      verify,
}

const usage = `usage: peer VERB [options]

  verify       check all of a store; with --workspace also against its files,
               with --full-latest also that file
  objects      one line for each object: kind, id, SHA-256 of the plaintext
  upload       snapshot the workspace and publish it; the workspace wins
  download     make the workspace equal to the store; the store wins
  sync         merge both ways; --state remembers the last common snapshot
  hold         hold lock-sync until standard input ends
  full-latest  write that file for a repository
  key          the key of a passphrase, in Base64

`

func main() {
	if len(os.Args) < 2 || verbs[os.Args[1]] == nil {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(exitUsage)
	}
	var o options
	flags := flag.NewFlagSet("peer "+os.Args[1], flag.ExitOnError)
	flags.StringVar(&o.store, "store", "", "store `folder`")
	flags.StringVar(&o.key, "key", "", "repository key in `Base64`")
	flags.StringVar(&o.workspace, "workspace", "", "workspace `folder`")
	flags.StringVar(&o.state, "state", "", "state `folder`, for sync")
	flags.StringVar(&o.device, "device", "peer", "device `id`")
	flags.StringVar(&o.frames, "frames", "kernel",
		"how to compress: kernel, kernel-2026, fastest, best, checked, "+
			"padded, split")
	flags.StringVar(&o.fullLatest, "full-latest", "",
		"full-latest.json to check or to write")
	flags.StringVar(&o.passphrase, "passphrase", "", "`text`")
	flags.IntVar(&o.tries, "lock-tries", 3, "attempts to get lock-sync")
	// ExitOnError: Parse does not return one.
	_ = flags.Parse(os.Args[2:])
	if flags.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "peer: surplus argument %q\n", flags.Arg(0))
		os.Exit(exitUsage)
	}
	if err := verbs[os.Args[1]](o); err != nil {
		fmt.Fprintf(os.Stderr, "peer: %v\n", err)
		if errors.Is(err, errLocked) {
			os.Exit(exitLocked)
		}
		os.Exit(exitFailed)
	}
}
