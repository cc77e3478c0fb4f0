#!/usr/bin/env python3
"""A second verifier of exported audit trails, written from docs/compliance/audit-format.md with nothing but Python.

    second_verifier.py FOLDER...     one line of JSON for each folder: {"exit", "status", "firstBad"}

Numbers in brackets are sections of that page. It exists to be different from audit-verify.mjs: another language,
another JSON reader, another Ed25519, the tree as ranges instead of a stack.
"""
import base64
import hashlib
import json
import os
import re
import sys

NONE = '0' * 64
FINDINGS_MAX = 100
HOLE_MAX = 1_000_000
RECENT_MAX = 4096
SMALL_MAX = 8 * 1024 * 1024
FILES = ('manifest.json', 'events.jsonl', 'stubs.jsonl', 'leaves.bin', 'seals.jsonl', 'checkpoint',
         'consistency.json', 'keys/audit-keys.json')
STRUCTURE = ('audit.epoch-start', 'audit.epoch-close')


class Stop(Exception):
    """Ends a verification with an exit code and without a finding."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


# [1] Canonical JSON ----------------------------------------------------------------------------------------------
def es_number(text):
    """The number as ECMAScript writes it."""
    value = float(text)
    if value == 0:
        return '0'
    sign, value = ('-', -value) if value < 0 else ('', value)
    mantissa, _, exponent = repr(value).partition('e')
    whole, _, fraction = mantissa.partition('.')
    fraction = '' if fraction == '0' else fraction
    digits = (whole + fraction).lstrip('0')
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip('0')
    if 0 < point <= 21:
        body = digits.ljust(point, '0') if len(digits) <= point else f'{digits[:point]}.{digits[point:]}'
    elif -6 < point <= 0:
        body = '0.' + '0' * -point + digits
    else:
        power = point - 1
        head = digits[0] + ('.' + digits[1:] if len(digits) > 1 else '')
        body = f"{head}e{'+' if power > 0 else '-'}{abs(power)}"
    return sign + body


class Number(str):
    """A number as it stands in the text."""


def write_text(text):
    out = ['"']
    short = {'"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t'}
    for one in text:
        if one in short:
            out.append(short[one])
        elif one < ' ':
            out.append('\\u%04x' % ord(one))
        else:
            out.append(one)
    return ''.join(out) + '"'


def write(value):
    if isinstance(value, Number):
        return es_number(value)
    if isinstance(value, str):
        return write_text(value)
    if value is None:
        return 'null'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, list):
        return '[' + ','.join(map(write, value)) + ']'
    keys = sorted(value, key=lambda key: key.encode('utf-16-be', 'surrogatepass'))
    return '{' + ','.join(f'{write_text(key)}:{write(value[key])}' for key in keys) + '}'


def refuse(_):
    raise ValueError('no constant')


def parse(text):
    """The value of a canonical text; None for anything else. Numbers stay texts."""
    try:
        value = json.loads(text, parse_int=Number, parse_float=Number, parse_constant=refuse)
        return value if write(value) == text else None
    except (ValueError, RecursionError, OverflowError):
        return None


def parse_object(text):
    value = parse(text)
    return value if isinstance(value, dict) else {}


def is_text(value):
    return isinstance(value, str) and not isinstance(value, Number)


def integer(value):
    """The value as an integer that a double holds exactly; None for anything else."""
    if not isinstance(value, Number) or float(value) != int(float(value)) or abs(float(value)) > 2**53 - 1:
        return None
    return int(float(value))


def count(value):
    number = integer(value)
    return number if number is not None and number >= 0 else None


def is_hash(value):
    return is_text(value) and re.fullmatch('[0-9a-f]{64}', value) is not None


# [3] Tree --------------------------------------------------------------------------------------------------------
def sha(data):
    return hashlib.sha256(data).digest()


def join(left, right):
    return sha(b'\x01' + left + right)


class Tree:
    """A growing tree: the complete subtrees as (number of leaves, root), largest first."""

    def __init__(self, size=0, nodes=()):
        lengths = [1 << bit for bit in reversed(range(size.bit_length())) if size >> bit & 1]
        self.size = size
        self.peaks = list(zip(lengths, nodes))

    def add(self, leaf):
        self.peaks.append((1, leaf))
        while len(self.peaks) > 1 and self.peaks[-1][0] == self.peaks[-2][0]:
            (length, right), (_, left) = self.peaks.pop(), self.peaks.pop()
            self.peaks.append((2 * length, join(left, right)))
        self.size += 1

    def root(self):
        if not self.peaks:
            return sha(b'')
        root = self.peaks[-1][1]
        for _, node in reversed(self.peaks[:-1]):
            root = join(node, root)
        return root


def consistent(older, newer, proof):
    """RFC 9162 section 2.1.4.2."""
    if older['size'] == newer['size']:
        return not proof and older['root'] == newer['root']
    path = list(proof)
    if older['size'] & (older['size'] - 1) == 0:
        path.insert(0, older['root'])
    if not path:
        return False
    first, second = older['size'] - 1, newer['size'] - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    old = new = path[0]
    for node in path[1:]:
        if second == 0:
            return False
        if first & 1 or first == second:
            old, new = join(node, old), join(node, new)
            while first and not first & 1:
                first, second = first >> 1, second >> 1
        else:
            new = join(new, node)
        first, second = first >> 1, second >> 1
    return second == 0 and old == older['root'] and new == newer['root']


# Ed25519, RFC 8032 section 5.1.7, in extended coordinates ----------------------------------------------------------
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def point_of(data):
    y = int.from_bytes(data, 'little')
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return (i * j % P, k * m % P, j * k % P, i * m % P)


def times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


BASE = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, 'little'))
VERIFIED = {}


def ed25519(key, message, signature):
    a, s = point_of(key), int.from_bytes(signature[32:], 'little')
    if len(signature) != 64 or a is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), 'little') % L
    x, y, z, _ = add(times(s, BASE), times(h, (P - a[0], a[1], a[2], P - a[3])))
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, 'little') == signature[:32]


# P-256 (FIPS 186-5) and SM2 (GB/T 32918), in affine coordinates ----------------------------------------------------
CURVES = {
    'p256': (
        0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff,
        0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b,
        0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
        0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5,
        0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551),
    'sm2': (
        0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff,
        0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93,
        0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7,
        0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0,
        0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123),
}


def ec_add(p, one, two):
    if one is None or two is None:
        return one or two
    if one[0] == two[0]:
        if (one[1] + two[1]) % p == 0:
            return None
        # Both curves have a = p - 3.
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, p)
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, p)
    x = (slope * slope - one[0] - two[0]) % p
    return (x, (slope * (one[0] - x) - one[1]) % p)


def ec_times(p, scalar, point):
    result = None
    while scalar:
        if scalar & 1:
            result = ec_add(p, result, point)
        point = ec_add(p, point, point)
        scalar >>= 1
    return result


def point_of_key(kind, key):
    p, b = CURVES[kind][:2]
    x, y = int.from_bytes(key[1:33], 'big'), int.from_bytes(key[33:], 'big')
    is_on = key[0] == 4 and x < p and y < p and (y * y - (x * x * x - 3 * x + b)) % p == 0
    return (x, y) if is_on else None


def ec_fits(kind, key, digest, signature):
    p, _, gx, gy, n = CURVES[kind]
    r, s, e = (int.from_bytes(part, 'big') for part in (signature[:32], signature[32:], digest))
    if not 0 < r < n or not 0 < s < n:
        return False
    if kind == 'sm2':
        u, v = s, (r + s) % n
    else:
        w = pow(s, -1, n)
        u, v = e * w % n, r * w % n
    point = ec_add(p, ec_times(p, u, (gx, gy)), ec_times(p, v, point_of_key(kind, key)))
    if point is None or v == 0:
        return False
    return (e + point[0]) % n == r if kind == 'sm2' else point[0] % n == r


def sm3(data):
    """GB/T 32905."""
    mask = 0xffffffff
    turn = lambda x, by: (x << by % 32 | x >> (32 - by % 32)) & mask
    state = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e]
    padded = data + b'\x80' + bytes(-(len(data) + 9) % 64) + (8 * len(data)).to_bytes(8, 'big')
    for at in range(0, len(padded), 64):
        w = [int.from_bytes(padded[at + 4 * i:at + 4 * i + 4], 'big') for i in range(16)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ turn(w[j - 3], 15)
            w.append(x ^ turn(x, 15) ^ turn(x, 23) ^ turn(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = state
        for j in range(64):
            early = j < 16
            ss1 = turn((turn(a, 12) + e + turn(0x79cc4519 if early else 0x7a879d8a, j)) & mask, 7)
            ff = a ^ b ^ c if early else a & b | a & c | b & c
            gg = e ^ f ^ g if early else e & f | ~e & g
            tt1 = (ff + d + (ss1 ^ turn(a, 12)) + (w[j] ^ w[j + 4])) & mask
            tt2 = (gg + h + ss1 + w[j]) & mask
            a, b, c, d = tt1, a, turn(b, 9), c
            e, f, g, h = tt2 ^ turn(tt2, 9) ^ turn(tt2, 17), e, turn(f, 19), g
        state = [old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h))]
    return b''.join(word.to_bytes(4, 'big') for word in state)


def sm2_digest(key, message):
    p, b, gx, gy, _ = CURVES['sm2']
    identity = b'1234567812345678'
    curve = b''.join(number.to_bytes(32, 'big') for number in (p - 3, b, gx, gy))
    return sm3(sm3((8 * len(identity)).to_bytes(2, 'big') + identity + curve + key[1:]) + message)


def holds(key, message, signature):
    """Whether a signature of any kind is good; each is computed once."""
    known = VERIFIED.get((key['key'], message, signature))
    if known is None:
        if key['kind'] == 'ed25519':
            known = ed25519(key['key'], message, signature)
        elif key['kind'] == 'witness':
            seconds = int.from_bytes(signature[:8], 'big')
            cosigned = f'cosignature/v1\ntime {seconds}\n'.encode() + message
            known = len(signature) == 72 and ed25519(key['key'], cosigned, signature[8:])
        else:
            digest = sm2_digest(key['key'], message) if key['kind'] == 'sm2' else sha(message)
            known = len(signature) == 64 and ec_fits(key['kind'], key['key'], digest, signature)
        VERIFIED[(key['key'], message, signature)] = known
    return known


# [5] Notes, heads, keys --------------------------------------------------------------------------------------------
def unbase64(text, length=None):
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        return None
    is_same = base64.b64encode(data).decode() == text
    return data if is_same and (length is None or len(data) == length) else None


def parse_note(note):
    end = note.rfind('\n\n')
    if end <= 0 or not note.endswith('\n'):
        return None
    signatures = []
    for line in note[end + 2:-1].split('\n'):
        match = re.fullmatch('— ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})', line)
        data = unbase64(match[2]) if match else None
        if data is None or len(data) <= 4:
            return None
        signatures.append((match[1], data[:4].hex(), data[4:]))
    return {'text': note[:end + 1], 'signatures': signatures}


def signed(note, key):
    message = note['text'].encode('utf-8', 'surrogatepass')
    return any(name == key['name'] and one == key['id'] and holds(key, message, signature)
               for name, one, signature in note['signatures'])


def parse_head(text):
    note = parse_note(text)
    lines = note['text'][:-1].split('\n') if note else []
    if len(lines) != 4 or not lines[0] or not re.fullmatch('0|[1-9][0-9]{0,15}', lines[1]):
        return None
    root, match = unbase64(lines[2], 32), re.fullmatch('seal ([1-9][0-9]{0,15}) (.*)', lines[3])
    digest = unbase64(match[2], 32) if match else None
    if root is None or digest is None:
        return None
    return {'origin': lines[0], 'size': int(lines[1]), 'root': root, 'no': int(match[1]), 'hash': digest, 'note': note}


WITNESS = [('witness', b'\x04', 32)]
KINDS = [('ed25519', b'\x01', 32), ('p256', b'\xffvaultdesk/p256-sha256', 65), ('sm2', b'\xffvaultdesk/sm2-sm3', 65)]


def parse_key(text, kinds=None):
    name, identity, *rest = text.split('+') if is_text(text) and text.count('+') else ['', '']
    data = unbase64('+'.join(rest)) or b''
    fitting = [(kind, data[len(prefix):]) for kind, prefix, length in kinds or KINDS
               if data.startswith(prefix) and len(data) == len(prefix) + length]
    if not fitting or not name or re.search('\\s', name):
        return None
    kind, key = fitting[0]
    if sha(f'{name}\n'.encode() + data)[:4].hex() != identity:
        return None
    if kind in CURVES and point_of_key(kind, key) is None:
        return None
    return {'name': name, 'id': identity, 'key': key, 'kind': kind}


class Keys:
    def __init__(self, text):
        value = parse_object(text[:-1] if text.endswith('\n') else text)
        items = value.get('keys')
        self.origin, self.list = value.get('origin'), []
        if integer(value.get('v')) != 1 or not is_text(self.origin) or not isinstance(items, list) or not items:
            raise Stop(3)
        for item in items:
            item = item if isinstance(item, dict) else {}
            self.take(item.get('key'), integer(item.get('from')), item.get('note'))

    def take(self, text, first, note_text):
        key, before = parse_key(text), self.list[-1] if self.list else None
        if key is None or key['name'] != self.origin or (before is None and first != 1):
            raise Stop(3)
        if before is not None:
            note = parse_note(note_text) if is_text(note_text) else None
            expected = f'vaultdesk audit key v1\n{self.origin}\n{first}\n{text}\n'
            if not note or note['text'] != expected or first <= before['from'] or not signed(note, before):
                raise Stop(1)
        self.list.append({**key, 'from': first})

    def of(self, number):
        fitting = [key for key in self.list if key['from'] <= number]
        return fitting[-1] if fitting else None

    def own(self, head):
        key = self.of(head['no'])
        return head['origin'] == self.origin and key is not None and signed(head['note'], key)


# [2.3, 4] Places and statements --------------------------------------------------------------------------------------
PLACE = re.compile('([A-Za-z0-9._-]{1,40}/[1-9][0-9]{0,15}/(?:0|[1-9][0-9]{0,15}))/(0|[1-9][0-9]{0,15})(?:-([1-9][0-9]{0,15}))?')


def parse_range(text):
    match = PLACE.fullmatch(text) if is_text(text) else None
    if not match:
        return None
    first, last = int(match[2]), int(match[3] or match[2])
    return (match[1], first, last) if 1 <= first <= last <= 2**53 - 1 else None


def parse_position(text):
    match = PLACE.fullmatch(text) if is_text(text) else None
    return (match[1], int(match[2])) if match and not match[3] else None


def parse_list(values, one):
    items = [one(value) for value in values] if isinstance(values, list) else [None]
    return None if None in items else items


def parse_hashes(values):
    return parse_list(values, lambda one: bytes.fromhex(one) if is_hash(one) else None)


def parse_statement(text):
    value = parse_object(text)
    at = value.get('at')
    if integer(value.get('v')) != 1 or not is_text(value.get('origin')) or not is_text(value.get('key')):
        return None
    if not is_text(at) or not re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z', at, re.A) or not is_instant(at):
        return None
    statement = {name: count(value.get(name)) for name in ('no', 'size', 'prev_size')}
    statement |= {name: parse_list(value.get(name), parse_range) for name in ('ranges', 'pending', 'open')}
    statement['lanes'] = parse_list(value.get('lanes'), parse_position)
    if None in statement.values() or not is_hash(value.get('root')) or not is_hash(value.get('prev')):
        return None
    return {**statement, **{name: value[name] for name in ('origin', 'key', 'root', 'prev', 'at')}}


def is_instant(at):
    """Whether ECMAScript takes it for an instant: days of any month up to 31, and midnight as 24:00."""
    month, day, hour, minute, second = (int(at[i:i + 2]) for i in (5, 8, 11, 14, 17))
    is_midnight = hour == 24 and minute == 0 and second == 0 and at[20:23] == '000'
    return 1 <= month <= 12 and 1 <= day <= 31 and (hour <= 23 or is_midnight) and minute <= 59 and second <= 59


# [6] Files -----------------------------------------------------------------------------------------------------------
def lines_of(path):
    """(bytes, whether it lacks its line feed)"""
    with open(path, 'rb') as file:
        for line in file:
            yield (line[:-1], False) if line.endswith(b'\n') else (line, True)


def json_of(line):
    return None if line[1] else parse(line[0].decode('utf-8', 'replace'))


def small(path):
    if os.path.getsize(path) > SMALL_MAX:
        return ''
    with open(path, 'rb') as file:
        text = file.read().decode('utf-8', 'replace')
    return text[:-1] if text.endswith('\n') else text


def records(path):
    body, signatures = [], None

    def text():
        return '\n'.join(body) + '\n' + ('\n' + '\n'.join(signatures) + '\n' if signatures is not None else '')

    for data, _ in lines_of(path):
        line = data.decode('utf-8', 'replace')
        if signatures is not None and not line.startswith(('—', '\ufffd')):
            yield text(), False
            body, signatures = [], None
        if line == '':
            signatures = [] if body else None
        else:
            (body if signatures is None else signatures).append(line)
        if len(body) > 100 or len(data) + 1 > 16 * 1024:
            yield 'x', False
            return
    if body:
        yield text(), True


def anchor_heads(folder):
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    for name in names:
        if not re.fullmatch(r'heads-\d{4}-\d\d-\d\d\.txt', name, re.A):
            continue
        held = None
        for text, is_open in records(os.path.join(folder, name)):
            if held is not None:
                yield {**held, 'torn': held['torn'] or text.startswith(held['text'].rstrip('\ufffd\n'))}
            held = {'text': text, 'head': parse_head(text), 'torn': is_open}
        if held is not None:
            yield held


def cosigned_heads(folder, witnesses):
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) and witnesses else []
    for name in names:
        if not re.fullmatch(r'cosigned-\d{4}-\d\d-\d\d\.jsonl', name, re.A):
            continue
        for data, is_open in lines_of(os.path.join(folder, name)):
            value = None if is_open else json_of((data, is_open))
            text = value.get('checkpoint') if isinstance(value, dict) and integer(value.get('v')) == 1 else None
            head = parse_head(text) if is_text(text) else None
            if head and not any(signed(head['note'], key) for key in witnesses):
                head = None
            torn = not is_text(text) and len(data) <= 256 * 1024 and not data.endswith(b'}')
            yield {'text': text, 'head': head, 'torn': torn}


def witness_keys(path):
    if not os.path.exists(path):
        return []
    keys = [parse_key(line, WITNESS) for line in small(path).split('\n') if line]
    if not keys or len(keys) > 20 or None in keys:
        raise Stop(3)
    return keys


# [2.3] Lanes ---------------------------------------------------------------------------------------------------------
class Lane:
    def __init__(self):
        self.last, self.leaf, self.chained, self.holes = 0, None, None, {}

    def take(self, number, index):
        if number <= self.last:
            return self.holes.pop(number, None) is not None
        if number - self.last > HOLE_MAX:
            raise Stop(1)
        if number > self.last + 1:
            self.leaf = None
        for hole in range(self.last + 1, number):
            self.holes[hole] = [index, False]
        self.last = number
        return True

    def name(self, first, last):
        for number, hole in self.holes.items():
            if first <= number <= last:
                hole[1] = True


# [7] The walk ----------------------------------------------------------------------------------------------------------
class Verification:
    def __init__(self, folder):
        self.folder, self.findings, self.lanes, self.ends, self.forks = folder, [], {}, {}, []
        self.no, self.hash, self.start_no, self.last_head, self.events = 0, NONE, 0, '', 0
        self.tree, self.tree_whole, self.size = Tree(), True, 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def find(self, kind, index, identity=None):
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append({'index': index, 'id': identity, 'kind': kind})

    def lane(self, name):
        return self.lanes.setdefault(name, Lane())

    def run(self):
        if not all(os.path.exists(self.path(name)) for name in FILES):
            raise Stop(3)
        self.manifest = parse_object(small(self.path('manifest.json')))
        counts = [count(self.manifest.get(name)) for name in ('after', 'seals', 'size', 'events')]
        if integer(self.manifest.get('v')) != 1 or None in counts or not isinstance(self.manifest.get('files'), (dict, list)):
            raise Stop(3)
        with open(self.path('keys/audit-keys.json'), 'rb') as file:
            self.keys = Keys(file.read().decode('utf-8', 'replace'))
        witnesses = witness_keys(self.path('keys/witnesses.txt'))
        self.anchors = [Anchor(self, anchor_heads(self.path('anchors'))),
                        Anchor(self, cosigned_heads(self.path('anchors'), witnesses))]
        self.lines, self.stubs = lines_of(self.path('events.jsonl')), lines_of(self.path('stubs.jsonl'))
        with open(self.path('leaves.bin'), 'rb') as file:
            stored = file.read()
        self.stored = (stored[at:at + 32] for at in range(0, len(stored) - 31, 32))
        self.stub = None
        if os.path.exists(self.path('start.json')) and not self.begin():
            self.find('start', None)
        elif all(self.seal(line) for line in lines_of(self.path('seals.jsonl'))):
            self.finish()
        return self.result()

    def adopted(self, no):
        return any(after < no <= to for after, to in self.forks)

    def result(self):
        for first, last, index in [one for anchor in self.anchors for one in anchor.differing]:
            if not (self.adopted(first) and self.adopted(last)):
                self.find('anchor-mismatch', index)
        first = min(self.findings, key=lambda one: 2**60 if one['index'] is None else one['index'], default=None)
        status = 'tampered' if first else 'whole' if any(anchor.count for anchor in self.anchors) else 'not-provable'
        return {'exit': {'whole': 0, 'tampered': 1, 'not-provable': 3}[status], 'status': status, 'firstBad': first}

    def begin(self):
        value = parse_object(small(self.path('start.json')))
        text, note, nodes = value.get('statement'), value.get('checkpoint'), parse_hashes(value.get('frontier'))
        statement = parse_statement(text) if is_text(text) else None
        head = parse_head(note) if is_text(note) else None
        if statement is None or head is None or nodes is None or len(nodes) != bin(statement['size']).count('1'):
            return False
        self.tree = Tree(statement['size'], nodes)
        if self.tree.root().hex() != statement['root'] or statement['origin'] != self.keys.origin:
            return False
        digest = sha(text.encode())
        self.head(head, statement, digest)
        if self.findings:
            self.findings, self.tree = [], Tree()
            return False
        for name, last in statement['lanes']:
            self.lane(name).last = last
        for name, first, last in statement['open']:
            self.lane(name).holes.update({number: [statement['size'], True] for number in range(first, last + 1)})
        self.no = self.start_no = statement['no']
        self.size, self.hash, self.last_head = statement['size'], digest.hex(), note
        for anchor in self.anchors:
            anchor.compare(statement, digest, note)
        return True

    def seal(self, line):
        value = json_of(line)
        value = value if isinstance(value, dict) else {}
        text, note = value.get('statement'), value.get('checkpoint')
        statement = parse_statement(text) if is_text(text) and is_text(note) else None
        if statement is None:
            return self.find('seal-form', self.size)
        if statement['no'] != self.no + 1:
            return self.find('seal-missing', self.size)
        after = self.size + sum(last - first + 1 for _, first, last in statement['ranges'])
        if statement['prev_size'] != self.size or statement['size'] != after:
            return self.find('seal-content', self.size)
        digest = sha(text.encode())
        if statement['prev'] != self.hash:
            self.find('seal-chain', self.size)
        self.head(parse_head(note), statement, digest)
        if statement['origin'] != self.keys.origin:
            self.find('seal-content', self.size)
        for entry_range in statement['ranges']:
            if not self.entries(*entry_range) or len(self.findings) >= FINDINGS_MAX:
                return False
        if self.tree_whole and self.tree.root().hex() != statement['root']:
            self.find('root', self.size)
            self.tree_whole = False
        for name, first, last in statement['pending']:
            self.lane(name).name(first, last)
        self.no, self.size, self.hash, self.last_head = statement['no'], after, digest.hex(), note
        for anchor in self.anchors:
            anchor.compare(statement, digest, note)
        return len(self.findings) < FINDINGS_MAX

    def head(self, head, statement, digest):
        index = statement['prev_size']
        if head is None:
            return self.find('seal-form', index)
        same = (head['origin'], head['size'], head['no'], head['root'].hex(), head['hash'])
        if same != (statement['origin'], statement['size'], statement['no'], statement['root'], digest):
            self.find('seal-content', index)
        key = self.keys.of(statement['no'])
        if key is None or key['id'] != statement['key'] or not signed(head['note'], key):
            self.find('signature', index)

    def entries(self, name, first, last):
        lane = self.lane(name)
        for number in range(first, last + 1):
            index, stored = self.tree.size, next(self.stored, None)
            if self.stub is None:
                self.stub = self.next_stub()
            if self.stub is not None and self.stub[0] == index:
                self.left_out(lane, number, stored)
                continue
            line = next(self.lines, None)
            if line is None or line[1]:
                return self.find('missing', index)
            self.entry(lane, (name, number), line[0], stored)
        return True

    def next_stub(self):
        line = next(self.stubs, None)
        if line is None:
            return None
        value = json_of(line)
        value = value if isinstance(value, dict) else {}
        index = count(value.get('i'))
        return (index, bytes.fromhex(value['leaf'])) if index is not None and is_hash(value.get('leaf')) else (-1, b'')

    def left_out(self, lane, number, stored):
        index, leaf = self.stub
        if not lane.take(number, index):
            self.find('seal-content', index)
        if number == lane.last:
            lane.leaf = leaf
        self.tree.add(leaf if stored in (None, leaf) else bytes(32))
        self.stub = None

    def entry(self, lane, place, data, stored):
        index, leaf = self.tree.size, sha(b'\x00' + data)
        self.events += 1
        if not lane.take(place[1], index):
            self.find('seal-content', index)
        self.tree.add(leaf)
        event = self.event(data.decode('utf-8', 'replace'))
        wrong = stored is not None and stored != leaf
        if wrong:
            self.find('leaf', index, None if is_text(event) else event['id'])
            self.tree_whole = False
        if is_text(event):
            return None if wrong else self.find(event, index)
        seq = event['seq']
        if (f"{seq['node']}/{seq['epoch']}/{seq['lane']}", integer(seq['n'])) != place:
            return self.find('place', index, event['id'])
        return self.follow(lane, place, event, (index, stored if wrong else leaf))

    @staticmethod
    def event(text):
        event = parse(text)
        if isinstance(event, list):
            return 'version'
        if not isinstance(event, dict):
            return 'form'
        if integer(event.get('v')) != 1:
            return 'version'
        actor = event.get('actor') if isinstance(event.get('actor'), dict) else {}
        seq = event.get('seq') if isinstance(event.get('seq'), dict) else {}
        texts = [event.get(name) for name in ('id', 'at', 'action', 'class', 'outcome')]
        texts += [actor.get('type'), actor.get('id'), seq.get('node')]
        numbers = [integer(seq.get(name)) for name in ('epoch', 'lane', 'n')]
        return event if all(map(is_text, texts)) and None not in numbers else 'form'

    def follow(self, lane, place, event, at):
        (name, number), (index, leaf) = place, at
        prev = event.get('prev')
        chained = is_text(prev)
        expected = NONE if number == 1 else lane.leaf.hex() if lane.leaf is not None else None
        wrong = chained and number == lane.last and expected is not None and prev != expected
        if lane.chained is None:
            lane.chained = chained
        if wrong or lane.chained != chained:
            self.find('prev', index, event['id'])
        if number == lane.last:
            lane.leaf = leaf
        details = event.get('details') if isinstance(event.get('details'), dict) else {}
        if event['action'] == 'audit.void':
            numbers = details.get('numbers') if isinstance(details.get('numbers'), list) else []
            for voided in (parse_range(f'{name}/{text}') for text in numbers if is_text(text)):
                if voided:
                    lane.name(*voided[1:])
        elif event['action'] == 'audit.adopt':
            after, to = count(details.get('after')), count(details.get('to'))
            if after is not None and to is not None and to > after and is_hash(details.get('head')):
                self.forks.append((after, to))
            for name, _, last in parse_list(details.get('lanes'), parse_range) or []:
                self.ends[name] = last
        elif event['action'] in STRUCTURE:
            closed = parse_list(details.get('closed'), parse_position)
            missing = parse_list(details.get('missing'), parse_range)
            if closed is not None and missing is not None:
                self.ends.update(closed)
                for other, first, last in missing:
                    self.lane(other).name(first, last)
        return None

    def finish(self):
        for anchor in self.anchors:
            anchor.take(lambda no: no <= self.no or self.adopted(no))
            if anchor.peek() is not None:
                self.find('tail-cut', self.size)
        if self.last_head and not self.consistent():
            self.find('consistency', None)
        if self.stub or next(self.lines, None) or next(self.stubs, None):
            self.find('extra', self.size)
        if next(self.stored, None) is not None:
            self.find('file', None)
        self.files()
        for name, lane in self.lanes.items():
            for index, named in lane.holes.values():
                if lane.chained or not named:
                    self.find('missing', self.size if lane.chained else index)
            if lane.last > self.ends.get(name, 2**60):
                self.find('extra', self.size)
        for name, end in self.ends.items():
            last = self.lanes[name].last if name in self.lanes else 0
            if last < end and not (self.start_no and last == 0):
                self.find('missing', self.size)

    def consistent(self):
        value = parse_object(small(self.path('consistency.json')))
        notes, proof = (value.get('from'), value.get('to')), parse_hashes(value.get('hashes'))
        heads = [parse_head(note) if is_text(note) else None for note in notes]
        if integer(value.get('v')) != 1 or proof is None or None in heads or notes[1] != self.last_head:
            return False
        older, newer = heads
        if older['size'] > newer['size'] or not all(map(self.keys.own, heads)):
            return False
        return not proof if older['size'] == 0 else consistent(older, newer, proof)

    def files(self):
        stated = self.manifest['files'] if isinstance(self.manifest['files'], dict) else {}
        found = (self.size, self.start_no, self.no, self.events, self.keys.origin)
        claims = [count(self.manifest[name]) for name in ('size', 'after', 'seals', 'events')]
        if (*claims, self.manifest.get('origin')) != found:
            self.find('file', None)
        present = {os.path.relpath(os.path.join(root, name), self.folder)
                   for root, _, names in os.walk(self.folder) for name in names}
        for name in present - {'manifest.json', *stated}:
            self.find('file', None)
        for name, expected in stated.items():
            expected = expected if isinstance(expected, dict) else {}
            digest = None
            if name in present and os.path.getsize(self.path(name)) == integer(expected.get('bytes')):
                with open(self.path(name), 'rb') as file:
                    digest = hashlib.file_digest(file, 'sha256').hexdigest() if hasattr(hashlib, 'file_digest') else \
                        sha(file.read()).hex()
            if digest is None or digest != expected.get('sha256'):
                self.find('file', None)


class Anchor:
    """The heads of one folder, compared with the seals as they come."""

    def __init__(self, walk, heads):
        self.walk, self.heads, self.ahead, self.recent, self.count = walk, heads, None, {}, 0
        self.differing = []

    def peek(self):
        while self.ahead is None:
            record = next(self.heads, None)
            if record is None:
                return None
            if record['head']:
                self.ahead = record
            elif not record['torn']:
                self.walk.find('anchor-form', None)
        return self.ahead

    def compare(self, statement, digest, note):
        self.recent[statement['no']] = (statement['prev_size'], digest, note)
        self.recent.pop(statement['no'] - RECENT_MAX, None)
        self.take(lambda no: no <= statement['no'])

    def take(self, may):
        while self.peek() and may(self.ahead['head']['no']):
            record, self.ahead = self.ahead, None
            known = self.recent.get(record['head']['no'])
            self.count += 1
            if known and known[2] == record['text']:
                continue
            if not self.walk.keys.own(record['head']):
                self.walk.find('anchor-signature', known[0] if known else None)
            elif known and known[1] != record['head']['hash']:
                self.differ(record['head']['no'], known[0])

    def differ(self, no, index):
        if self.differing and self.differing[-1][1] == no - 1:
            self.differing[-1] = (self.differing[-1][0], no, self.differing[-1][2])
        elif len(self.differing) < FINDINGS_MAX:
            self.differing.append((no, no, index))


def verify(folder):
    try:
        return Verification(folder).run()
    except Stop as stop:
        return {'exit': stop.code, 'status': None, 'firstBad': None}


if __name__ == '__main__':
    for argument in sys.argv[1:] or (line.rstrip('\n') for line in sys.stdin):
        print(json.dumps(verify(argument)), flush=True)
