import { expect } from 'chai';
import fc from 'fast-check';
import { AppError } from '../../kernel/index.ts';
import type { FieldType, Raw } from '../connector.ts';
import {
  compileMapping,
  decodeText,
  fill,
  parseJson,
  pathSegment,
  placeOfUrl,
  plainDecimal,
  queryText,
  toValue,
} from './index.ts';

const codeOf = (work: () => unknown) => {
  try {
    work();
    return 'no error';
  } catch (error) {
    return error instanceof AppError ? `${error.code} ${String(error.details?.['reason'])}` : String(error);
  }
};

describe('what connectors read with', () => {
  it('keeps every digit of a number', () => {
    const text = '{"amount":12345678901234567890.10,"rate":1e-7,"id":9007199254740993,"zero":-0.00}';
    expect(parseJson(text)).to.deep.equal({
      ...{ amount: '12345678901234567890.10', rate: '1e-7', id: '9007199254740993', zero: '-0.00' },
    });
  });

  it('reads what JSON.parse reads, for any value without numbers', () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const withTexts = (json: unknown): unknown =>
      typeof json === 'number'
        ? JSON.stringify(json)
        : Array.isArray(json)
          ? json.map(withTexts)
          : typeof json === 'object' && json !== null
            ? Object.fromEntries(Object.entries(json).map(([name, inner]) => [name, withTexts(inner)]))
            : json;
    fc.assert(
      fc.property(value, (json) => {
        expect(parseJson(JSON.stringify(json))).to.deep.equal(withTexts(JSON.parse(JSON.stringify(json))));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses what is no JSON, without running out of stack', () => {
    const wrong = [
      '',
      '{',
      '[1,]',
      '{"a":}',
      '{"a" 1}',
      '01',
      '1.',
      'nul',
      "{'a':1}",
      '"\u0001"',
      '"\\x"',
      '{} {}',
    ];
    for (const text of [...wrong, '<html>', '['.repeat(100_000), '{"a":'.repeat(70)]) {
      expect(
        codeOf(() => parseJson(text)),
        text.slice(0, 20),
      ).to.equal('connector.schema json');
    }
  });

  it('takes a name like __proto__ for a name', () => {
    const read = parseJson('{"__proto__":{"isAdmin":true},"constructor":"x"}') as { [name: string]: Raw };
    expect(Object.hasOwn(read, '__proto__')).to.equal(true);
    expect(({} as { isAdmin?: boolean }).isAdmin).to.equal(undefined);
    expect(compileMapping('/toString')(read)).to.deep.equal([]);
  });

  it('writes exponents out and leaves decimals as they are', () => {
    const cases: [string, string | undefined][] = [
      ['0.10', '0.10'],
      ['1.5e3', '1500'],
      ['12e-3', '0.012'],
      ['-2.50E+1', '-25.0'],
      ['007.5', '7.5'],
      ['+3', '3'],
      ['1e999', undefined],
      ['1,000.00', undefined],
      ['NaN', undefined],
      ['', undefined],
    ];
    for (const [from, to] of cases) expect(plainDecimal(from), from).to.equal(to);
  });

  describe('the mapping language', () => {
    const patient: Raw = {
      name: [
        { use: 'nickname', given: ['小张'] },
        { use: 'official', family: '张', given: ['三', '丰'] },
      ],
      telecom: [{ system: 'phone', value: '13800005678' }],
      'a/b': { 'm~n': ['x', 'y'] },
    };
    it('goes by pointers and by paths', () => {
      const cases: [string, Raw[]][] = [
        ['/name/1/family', ['张']],
        ['/a~1b/m~0n/1', ['y']],
        ["name.where(use = 'official').given.first()", ['三']],
        ["name.where(use='official').given.join(' ')", ['三 丰']],
        ['name[1].given[0]', ['三']],
        ['name.given.last()', ['丰']],
        ["telecom.where(system='fax').value", []],
        ['/name/9/family', []],
        ['/name/-1', []],
        ['nothing.at.all', []],
      ];
      for (const [expression, found] of cases) {
        expect(compileMapping(expression)(patient), expression).to.deep.equal(found);
      }
    });

    it('knows nothing but these steps', () => {
      const wrong = [
        ...[
          'name.map(x)',
          'constructor()',
          'a..b',
          'a.',
          '.a',
          'a[b]',
          "where(a='b' or c='d')",
          'join(1)',
          'first(1)',
        ],
        ...['${x}', 'a;b', 'a.where(b=c)', '/a~2', 'a b', `a${'.b'.repeat(30)}`, 'x'.repeat(400)],
      ];
      for (const expression of wrong) {
        expect(
          codeOf(() => compileMapping(expression)),
          expression,
        ).to.equal('connector.config_invalid mapping');
      }
    });
  });

  it('brings values into the form of their field, or says that it cannot', () => {
    const cases: [Raw, FieldType, string | undefined][] = [
      ['/Date(1747785600000)/', 'date', '2025-05-21'],
      ['/Date(1747785600000+0000)/', 'instant', '2025-05-21T00:00:00.000Z'],
      ['2025-05-21', 'date', '2025-05-21'],
      ['2025-05-21 08:30:00', 'instant', '2025-05-21T08:30:00.000Z'],
      ['2025-05-21T08:30:00+08:00', 'instant', '2025-05-21T00:30:00.000Z'],
      ['20250521', 'date', '2025-05-21'],
      ['20250521083000+0800', 'instant', '2025-05-21T00:30:00.000Z'],
      ['2025-02-31', 'date', undefined],
      ['yesterday', 'date', undefined],
      ['12.30', 'money', '12.30'],
      ['twelve', 'money', undefined],
      ['Y', 'flag', 'true'],
      [false, 'flag', 'false'],
      ['张三    ', 'text', '张三'],
      [['x'], 'text', undefined],
      ['x'.repeat(8_001), 'text', undefined],
    ];
    for (const [raw, type, value] of cases)
      expect(toValue(raw, type), String(raw).slice(0, 30)).to.equal(value);
  });

  it('reads Chinese charsets, and refuses bytes that are none', () => {
    const gb = Buffer.from([0xd5, 0xc5, 0xc8, 0xfd]);
    for (const name of ['GBK', 'gb2312', 'GB 18030-2000', '"GB18030"'])
      expect(decodeText(gb, name)).to.equal('张三');
    expect(codeOf(() => decodeText(gb, 'utf-8'))).to.equal('connector.schema charset');
    expect(codeOf(() => decodeText(gb, 'utf-7'))).to.equal('connector.schema charset');
  });

  it('encodes so that a value stays where it stands', () => {
    expect(queryText({ $filter: "Name eq 'O''Neil & Co'" })).to.equal(
      '%24filter=Name%20eq%20%27O%27%27Neil%20%26%20Co%27',
    );
    expect(pathSegment('../admin?x#y')).to.equal('..%2Fadmin%3Fx%23y');
    expect(pathSegment('..')).to.equal('%2E%2E');
    expect(fill('/a/{x}/{y}', (name) => (name === 'x' ? '1/2' : undefined), pathSegment)).to.equal(
      '/a/1%2F2/',
    );
  });

  it('finds the place of an address, and none in anything odd', () => {
    expect(placeOfUrl('https://A.bank.example/x')).to.deep.equal({
      protocol: 'https',
      host: 'a.bank.example',
      port: 443,
    });
    expect(placeOfUrl('http://10.0.0.1:8080')).to.deep.equal({
      protocol: 'http',
      host: '10.0.0.1',
      port: 8080,
    });
    for (const url of ['ftp://a', 'https://u:p@a/', 'https://a/#x', 'https://a\\b/', '//a', 'https://a b/']) {
      expect(placeOfUrl(url), url).to.equal(undefined);
    }
  });
});
