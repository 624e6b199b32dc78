// dashboard FILE: is this a dashboard that Grafana's own schema knows, field
// by field?
package main

import (
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func check(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	plugins.RegisterDefaultPlugins()
	var board dashboard.Dashboard
	// Refuses unknown fields, missing ones, and wrong types.
	if err := found(board.UnmarshalJSONStrict(raw)); err != nil {
		return err
	}
	return found(board.Validate())
}

// The SDK returns an empty list of errors where there is none.
func found(err error) error {
	if err == nil || err.Error() == "" {
		return nil
	}
	return err
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: dashboard FILE")
		os.Exit(2)
	}
	if err := check(os.Args[1]); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}
