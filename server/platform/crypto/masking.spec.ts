import { expect } from 'chai';
import { maskCard, maskEmail, maskIdNumber, maskName, maskPhone } from './masking.ts';

type Table = readonly (readonly [value: string, shown: string])[];

const TABLES: readonly (readonly [string, (value: string) => string, Table])[] = [
  [
    'a phone number',
    maskPhone,
    [
      ['13812345678', '138****5678'],
      ['+86 138-1234-5678', '138****5678'],
      ['１３８１２３４５６７８', '138****5678'],
      ['010-88886666', '010****6666'],
      ['+852 9123 4567', '+852****4567'],
      ['95588', '****'],
      ['8888666', '****66'],
      ['', ''],
      ['不详', ''],
    ],
  ],
  [
    'an identity number',
    maskIdNumber,
    [
      ['110101199003071234', '110101********1234'],
      ['11010519491231002x', '110105********002X'],
      ['110105 19491231 002X', '110105********002X'],
      ['110105491231002', '110105*****1002'],
      ['E12345678', 'E1*****78'],
      ['H1234', '****'],
      ['', '****'],
    ],
  ],
  [
    'a card number',
    maskCard,
    [
      ['6222020000001234', '6222****1234'],
      ['6222 0200 0000 0001 234', '6222****1234'],
      ['622202', '****02'],
      ['123', '****'],
      ['', ''],
    ],
  ],
  [
    'a name',
    maskName,
    [
      ['王明', '王*'],
      ['王小明', '王*明'],
      ['欧阳娜娜', '欧**娜'],
      ['王', '*'],
      ['𠮷田', '𠮷*'],
      [' 王小明 ', '王*明'],
      ['John Smith', 'J*** S****'],
      ['J', '*'],
      ['', ''],
    ],
  ],
  [
    'a mail address',
    maskEmail,
    [
      ['zhang.wei@example.com', 'z***@example.com'],
      ['a@b.cn', 'a***@b.cn'],
      ['"x@y"@example.com', '"***@example.com'],
      ['not an address', '***'],
      ['@example.com', '***'],
      ['', '***'],
    ],
  ],
];

for (const [name, mask, table] of TABLES) {
  describe(`masking of ${name}`, () => {
    for (const [value, shown] of table) {
      it(`shows ${JSON.stringify(value)} as ${JSON.stringify(shown)}`, () => {
        expect(mask(value)).to.equal(shown);
      });
    }
  });
}
