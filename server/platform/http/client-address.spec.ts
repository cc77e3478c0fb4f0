import { expect } from 'chai';
import { clientAddress, createNetworkList, isLoopback } from './client-address.ts';

describe('the client address', () => {
  const trusted = createNetworkList(['10.0.0.0/8', '2001:db8::1', 'unix']);

  const CASES: [string | undefined, string | undefined, string][] = [
    ['203.0.113.1', undefined, '203.0.113.1'],
    ['203.0.113.1', '198.51.100.7', '203.0.113.1'],
    ['10.1.2.3', '198.51.100.7', '198.51.100.7'],
    ['::ffff:10.1.2.3', '198.51.100.7', '198.51.100.7'],
    ['10.1.2.3', '1.2.3.4, 198.51.100.7', '198.51.100.7'],
    ['10.1.2.3', '198.51.100.7, 10.9.9.9', '198.51.100.7'],
    ['10.1.2.3', '10.9.9.9', '10.9.9.9'],
    ['10.1.2.3', 'no address', '10.1.2.3'],
    ['10.1.2.3', '198.51.100.7, no address', '10.1.2.3'],
    ['10.1.2.3', '', '10.1.2.3'],
    ['2001:db8::1', '2001:db8::7', '2001:db8::7'],
    ['2001:db8::2', '2001:db8::7', '2001:db8::2'],
    [undefined, '198.51.100.7', '198.51.100.7'],
    [undefined, undefined, 'unix'],
  ];
  for (const [socket, header, expected] of CASES) {
    it(`is ${expected} for ${socket ?? 'a Unix socket'} that forwards ${header ?? 'nothing'}`, () => {
      expect(clientAddress(socket, header, trusted)).to.equal(expected);
    });
  }

  it('believes a Unix socket only when it is listed', () => {
    expect(clientAddress(undefined, '198.51.100.7', createNetworkList([]))).to.equal('unix');
  });

  it('refuses a list that names no address', () => {
    expect(() => createNetworkList(['proxy.example'])).to.throw('proxy.example');
    expect(() => createNetworkList(['10.0.0.0/33'])).to.throw();
  });

  it('knows the loopback', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', '10.0.0.1', 'unix', ''].map(isLoopback)).to.deep.equal([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
