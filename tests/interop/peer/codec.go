package main

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/crypto/scrypt"
)

const (
	keyBytes   = 32
	nonceBytes = 12
	// What aesKeyVerifyVal holds, sealed.
	keyCheck = "siyuan"
)

func sha1hex(data []byte) string {
	sum := sha1.Sum(data)
	return hex.EncodeToString(sum[:])
}

// randomID is the id of an index: it is not derived from its content.
func randomID() (string, error) {
	seed := make([]byte, 32)
	if _, err := rand.Read(seed); err != nil {
		return "", err
	}
	return sha1hex(seed), nil
}

// decodeKey reads the Base64 form of conf.json.
func decodeKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != keyBytes {
		return nil, fmt.Errorf("--key is not %d bytes in Base64", keyBytes)
	}
	return key, nil
}

// printKey derives a key as section 1.1 of the format: the salt is 16 ASCII
// digits of the passphrase's own hash.
func printKey(o options) error {
	sum := sha256.Sum256([]byte(o.passphrase))
	salt := hex.EncodeToString(sum[:])[:16]
	key, err := scrypt.Key([]byte(o.passphrase), []byte(salt), 32768, 8, 1,
		keyBytes)
	if err == nil {
		fmt.Println(base64.StdEncoding.EncodeToString(key))
	}
	return err
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func seal(key, plain []byte) ([]byte, error) {
	aead, err := gcm(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, nonceBytes)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return aead.Seal(nonce, nonce, plain, nil), nil
}

func unseal(key, sealed []byte) ([]byte, error) {
	aead, err := gcm(key)
	if err != nil {
		return nil, err
	}
	if len(sealed) < nonceBytes {
		return nil, fmt.Errorf("%d bytes are no sealed object", len(sealed))
	}
	return aead.Open(nil, sealed[:nonceBytes], sealed[nonceBytes:], nil)
}

// frameOptions are the ways a klauspost encoder can be set that a reader must
// bear.  "kernel" is what kernels write; klauspost below 1.18.5 makes nothing
// of nothing, later ones ("kernel-2026") an empty frame.
var frameOptions = map[string][]zstd.EOption{
	"kernel":      {},
	"kernel-2026": {zstd.WithZeroFrames(true)},
	"fastest":     {zstd.WithEncoderLevel(zstd.SpeedFastest)},
	"best":        {zstd.WithEncoderLevel(zstd.SpeedBestCompression)},
	"checked":     {zstd.WithEncoderCRC(true)},
	// A skippable frame behind the real one.
	"padded": {zstd.WithEncoderPadding(512)},
	// Two frames behind each other; see pack.
	"split": {},
}

// packer compresses; frames says how.
type packer struct {
	encoder *zstd.Encoder
	frames  string
}

func newPacker(frames string) (*packer, error) {
	special, known := frameOptions[frames]
	if !known {
		return nil, fmt.Errorf("--frames %s is unknown", frames)
	}
	encoder, err := zstd.NewWriter(nil, append([]zstd.EOption{
		zstd.WithEncoderLevel(zstd.SpeedDefault),
		zstd.WithEncoderCRC(false),
		zstd.WithWindowSize(512 << 10),
	}, special...)...)
	return &packer{encoder, frames}, err
}

func (p *packer) pack(plain []byte) []byte {
	if p.frames != "split" {
		return p.encoder.EncodeAll(plain, nil)
	}
	half := len(plain) / 2
	return p.encoder.EncodeAll(plain[half:],
		p.encoder.EncodeAll(plain[:half], nil))
}

// The reader of all packed objects, with a kernel's default limits.
var unpacker = func() *zstd.Decoder {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(16<<30))
	if err != nil {
		panic(err) // the options are constants
	}
	return decoder
}()

func unpack(data []byte) ([]byte, error) {
	return unpacker.DecodeAll(data, nil)
}

// same says where two encodings part.
func same(got, want []byte) error {
	if bytes.Equal(got, want) {
		return nil
	}
	at := 0
	for at < len(got) && at < len(want) && got[at] == want[at] {
		at++
	}
	return fmt.Errorf("byte %d is not as the library writes it: %.60q, not %.60q",
		at, got[at:], want[at:])
}
