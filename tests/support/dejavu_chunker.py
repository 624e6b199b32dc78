"""Content-defined chunking, word for word as the repository format says: slow
and plain.  Nothing here is shared with the engine."""

POLYNOMIAL = 0x3DA3358B4DC173
DEGREE = 53
WINDOW = 64
MINIMUM = 512 * 1024
MAXIMUM = 8 * 1024 * 1024
SPLIT_MASK = 0xFFFFF
_WORD = (1 << 64) - 1


def _mod(x):
    while x.bit_length() > DEGREE:
        x ^= POLYNOMIAL << (x.bit_length() - 1 - DEGREE)
    return x


def _out(byte):
    h = _mod(byte)
    for _ in range(WINDOW - 1):
        h = _mod(h << 8)
    return h


OUT = [_out(b) for b in range(256)]
MOD = [_mod(b << DEGREE) ^ (b << DEGREE) for b in range(256)]


def _push(digest, byte):
    return (((digest << 8) | byte) & _WORD) ^ MOD[digest >> 45]


def _cut(data, start):
    """Where the chunk that starts here ends."""
    end = min(len(data), start + MAXIMUM)
    window = [0] * WINDOW
    window[0] = 1
    position = 1
    digest = _push(0, 1)
    for at in range(start + MINIMUM - WINDOW, end):
        byte = data[at]
        digest ^= OUT[window[position]]
        window[position] = byte
        position = (position + 1) % WINDOW
        digest = _push(digest, byte)
        if digest & SPLIT_MASK == 0 and at + 1 - start >= MINIMUM:
            return at + 1
    return end


def lengths(data):
    """The lengths of the chunks of a file with this content."""
    if len(data) < MINIMUM:
        return [len(data)]
    cuts = []
    start = 0
    while start < len(data):
        end = _cut(data, start)
        cuts.append(end - start)
        start = end
    return cuts
