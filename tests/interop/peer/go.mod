module syncbus/tests/interop/peer

go 1.19

require (
	github.com/klauspost/compress v1.16.7
	github.com/restic/chunker v0.4.0
	github.com/sabhiram/go-gitignore v0.0.0-20210923224102-525f6e181f06
	github.com/vmihailenco/msgpack/v5 v5.4.1
	golang.org/x/crypto v0.17.0
)

require github.com/vmihailenco/tagparser/v2 v2.0.0 // indirect
