import { expect } from 'chai';
import fc from 'fast-check';
import { CanonicalError, canonicalJson, parseCanonical, type CanonicalValue } from './canonical.ts';

describe('canonical JSON', () => {
  it('gives the example of RFC 8785 §3.2.4', () => {
    const value = {
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\\"\/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).to.equal(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts keys by UTF-16 code units, as in RFC 8785 §3.2.3', () => {
    const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6', '10', '9'];
    const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
    const order = ['\r', '1', '10', '9', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    expect(
      [...text.matchAll(/("(?:[^"\\]|\\.)*"):/g)].map(([, key]) => JSON.parse(key as string)),
    ).to.deep.equal(order);
  });

  it('reads back what it wrote, and writes the same again', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const value = JSON.parse(json) as CanonicalValue;
        let text: string;
        try {
          text = canonicalJson(value);
        } catch {
          return;
        }
        expect(canonicalJson(parseCanonical(text))).to.equal(text);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses text that is not the one form', () => {
    for (const text of [
      '{ "a":1}',
      '{"b":1,"a":2}',
      '{"a":1,"a":1}',
      '\ufeff{"a":1}',
      '{"a":1}\r',
      '{"a":1.0}',
      '',
    ]) {
      expect(() => parseCanonical(text), text).to.throw(CanonicalError);
    }
    for (const text of ['"\\u0041"', '"\\/"', '"\\ud800"', '-0', '1e2', 'nul']) {
      expect(() => parseCanonical(text), text).to.throw(CanonicalError);
    }
  });

  it('is what writing the value anew gives, for any JSON text', () => {
    const texts = fc.oneof(
      fc.json({ noUnicodeString: false }),
      fc
        .tuple(
          fc.json(),
          fc.nat(),
          fc.constantFrom('"', ':', ',', '1', 'a', '{', '\\', ' ', '":', '\u00e9', '0'),
        )
        .map(([text, at, piece]) => {
          const place = text.length === 0 ? 0 : at % text.length;
          return `${text.slice(0, place)}${piece}${text.slice(place + 1)}`;
        }),
      fc.constantFrom(
        ...[
          '{"a":1,"b":2,"a":3}',
          '{"a":{"b":1,"b":1}}',
          '{"a":"\\":","a":1}',
          '{"b":1,"1":2}',
          '{"1":2,"b":1}',
        ],
        ...['{"a":"x\\":"}', '[{"b":1,"a":1}]', '{"a":[{"b":1,"b":2}]}', '{"__proto__":1}', '{"a":-0}', '-1'],
        ...[
          '12345678901234567',
          '123456789012345',
          '{"a":[1,[2,{}]]}',
          '"\\u0008"',
          '"\\b"',
          '"\\u0001"',
          '"\ud800"',
        ],
        ...[
          '{"":1}',
          '{"":1,"":2}',
          '{"9":1,"10":2}',
          '{"10":2,"9":1}',
          'null',
          '[]',
          '"\u007f"',
          '01',
          '1.5',
          '1e3',
        ],
      ),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let expected: boolean;
        try {
          expected = canonicalJson(JSON.parse(text) as CanonicalValue) === text;
        } catch {
          expected = false;
        }
        // JSON.parse keeps the last of two members, so the text is longer than what is written.
        let isTaken = true;
        try {
          parseCanonical(text);
        } catch {
          isTaken = false;
        }
        expect(isTaken, text).to.equal(expected);
      }),
      { numRuns: 3_000 },
    );
  });

  it('refuses what JSON has not', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 10n, () => 1]) {
      expect(() => canonicalJson(value as unknown as CanonicalValue)).to.throw(CanonicalError);
    }
    expect(() => canonicalJson({ ['\ud800']: 1 })).to.throw('lone surrogate');
  });

  it('leaves undefined members out', () => {
    expect(canonicalJson({ b: undefined, a: 1 })).to.equal('{"a":1}');
  });
});
