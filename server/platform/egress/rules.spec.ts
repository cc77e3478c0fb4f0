import { expect } from 'chai';
import { canonicalHost, embeddedAddress, isNamed, specialKind } from './address.rules.ts';
import { addressFault, opens, parseAllowLine, type EgressAllowance } from './rule.rules.ts';
import { parseHttpUrl } from './target.rules.ts';
import { HOSTILE_URLS } from '../../test/support/hostile-urls.ts';

describe('the rules of calling out', () => {
  it('know one spelling of a host and refuse every other', () => {
    for (const host of [
      'mail.bank.example',
      'a',
      'xn--bcher-kva.example',
      '10.1.2.3',
      '2001:db8::1',
      'fe80::1',
    ]) {
      expect(canonicalHost(host)).to.equal(host);
    }
    expect(canonicalHost('Mail.Bank.Example')).to.equal('mail.bank.example');
    expect(canonicalHost('2001:DB8:0:0::1')).to.equal('2001:db8::1');
    const bad = [
      '',
      '.',
      'a.',
      '.a',
      'a..b',
      '127.1',
      '0x7f.1',
      '0177.0.0.1',
      '2130706433',
      'a b',
      'a/b',
      'a:80',
    ];
    for (const host of [
      ...bad,
      '[::1]',
      'fe80::1%lo',
      '::ffff:1.2.3.4',
      'bücher.example',
      'a_b',
      'x'.repeat(254),
    ])
      expect(canonicalHost(host), host).to.equal(undefined);
  });

  it('find the IPv4 address inside an IPv6 address', () => {
    const cases: [string, string | undefined][] = [
      ['::ffff:127.0.0.1', '127.0.0.1'],
      ['::ffff:a9fe:a9fe', '169.254.169.254'],
      ['64:ff9b::a00:1', '10.0.0.1'],
      ['2002:7f00:1::', '127.0.0.1'],
      ['::10.0.0.1', '10.0.0.1'],
      ['::ffff:0:7f00:1', '127.0.0.1'],
      ['::1', undefined],
      ['::', undefined],
      ['2001:db8::7f00:1', undefined],
      ['10.0.0.1', undefined],
    ];
    for (const [address, inner] of cases) expect(embeddedAddress(address), address).to.equal(inner);
  });

  it('tell special addresses from ordinary ones, at the edges of their networks', () => {
    const special: [string, string][] = [
      ['127.0.0.0', 'loopback'],
      ['127.255.255.255', 'loopback'],
      ['::1', 'loopback'],
      ['0.0.0.0', 'unspecified'],
      ['0.255.255.255', 'unspecified'],
      ['::', 'unspecified'],
      ['169.254.169.254', 'metadata'],
      ['100.100.100.200', 'metadata'],
      ['fd00:ec2::254', 'metadata'],
      ['169.254.0.1', 'link-local'],
      ['fe80::1', 'link-local'],
      ['fe80::1%eth0', 'link-local'],
      ['febf::1', 'link-local'],
      ['224.0.0.1', 'multicast'],
      ['239.255.255.255', 'multicast'],
      ['ff02::1', 'multicast'],
      ['240.0.0.1', 'reserved'],
      ['255.255.255.255', 'reserved'],
      ['2001:0:1::1', 'reserved'],
      ['::ffff:127.0.0.1', 'loopback'],
      ['64:ff9b::a9fe:a9fe', 'metadata'],
      ['2002:7f00:1::', 'loopback'],
    ];
    for (const [address, kind] of special) expect(specialKind(address), address).to.equal(kind);
    for (const address of [
      '10.0.0.1',
      '192.168.1.1',
      '172.16.0.1',
      '126.255.255.255',
      '128.0.0.0',
      '1.0.0.0',
    ])
      expect(specialKind(address), address).to.equal(undefined);
    for (const address of ['fd00::1', '2001:db8::1', '223.255.255.255', '169.253.255.255', '::ffff:10.0.0.1'])
      expect(specialKind(address), address).to.equal(undefined);
  });

  it('take addresses apart, and refuse every hostile spelling or leave it to the address check', () => {
    expect(parseHttpUrl('https://hook.bank.example/in?a=1&b=%20')).to.deep.equal({
      protocol: 'https',
      host: 'hook.bank.example',
      port: 443,
      path: '/in?a=1&b=%20',
      authority: 'hook.bank.example',
    });
    expect(parseHttpUrl('http://[2001:db8::1]:8080')).to.include({
      host: '2001:db8::1',
      port: 8080,
      path: '/',
    });
    expect(parseHttpUrl('http://a.example?x=1')).to.include({ path: '/?x=1' });
    expect(parseHttpUrl('https://a.example/#part')).to.equal('url_form');
    expect(HOSTILE_URLS.length).to.be.at.least(60);
    for (const url of HOSTILE_URLS.map((each) => each.replace('PORT', '8080'))) {
      const target = parseHttpUrl(url);
      // What can be read at all is a plain address, which the address check refuses.
      if (typeof target !== 'string') expect(specialKind(target.host), url).not.to.equal(undefined);
    }
  });

  it('read a line of the configuration, or nothing', () => {
    expect(parseAllowLine('notify:smtp smtp mail.bank.example:587')).to.deep.equal({
      owner: 'notify:smtp',
      protocol: 'smtp',
      host: 'mail.bank.example',
      port: 587,
      addresses: [],
    });
    expect(parseAllowLine('webhook:* https [2001:db8::1]:443 2001:db8::/32,10.0.0.1')).to.deep.include({
      owner: 'webhook:*',
      host: '2001:db8::1',
      addresses: ['2001:db8::/32', '10.0.0.1'],
    });
    const bad = [
      '',
      'a',
      'a:b https x',
      'a:b https x:0',
      'a:b https x:70000',
      'a:b telnet x:1',
      '* https x:1',
    ];
    for (const line of [
      ...bad,
      'a:b https 0x7f.1:1',
      'a:b https x:1 10.0.0.0/33',
      'a:b https 2001:db8::1:1',
      'a:b* https x:1',
    ])
      expect(parseAllowLine(line), line).to.equal(undefined);
  });

  const rule: EgressAllowance = {
    owner: 'a:1',
    protocol: 'https',
    host: 'x.example',
    port: 443,
    addresses: [],
  };

  it('open a place for its owner, protocol, host, and port only', () => {
    const use = { owner: 'a:1', protocol: 'https' as const };
    const place = { host: 'x.example', port: 443 };
    expect(opens(rule, use, place)).to.equal(true);
    expect(opens(rule, { ...use, owner: 'a:2' }, place)).to.equal(false);
    expect(opens(rule, { ...use, protocol: 'tcp' }, place)).to.equal(false);
    expect(opens(rule, use, { ...place, port: 444 })).to.equal(false);
    expect(opens(rule, use, { ...place, host: 'y.x.example' })).to.equal(false);
    expect(opens({ ...rule, owner: 'a:*' }, { ...use, owner: 'a:2' }, place)).to.equal(true);
    expect(opens({ ...rule, owner: 'a:*' }, { ...use, owner: 'ab:2' }, place)).to.equal(false);
  });

  it('judge all addresses of a host, and one bad one refuses all', () => {
    const at = (...addresses: string[]) => addresses.map((address) => ({ address, family: 4 }));
    expect(addressFault(rule, at('10.0.0.1', '10.0.0.2'))).to.equal(undefined);
    expect(addressFault(rule, at('10.0.0.1', '127.0.0.1'))).to.equal('address_loopback');
    expect(addressFault(rule, at('fe80::1'))).to.equal('address_link_local');
    expect(addressFault(rule, [])).to.equal('address_none');
    const pinned = { ...rule, addresses: ['127.0.0.1', '10.0.0.0/24'] };
    expect(addressFault(pinned, at('127.0.0.1', '10.0.0.9'))).to.equal(undefined);
    expect(addressFault(pinned, at('10.0.1.9'))).to.equal('address_unlisted');
    expect(addressFault({ ...rule, host: '127.0.0.1' }, at('127.0.0.1'))).to.equal(undefined);
    expect(isNamed('::ffff:10.0.0.1', ['10.0.0.0/24'])).to.equal(true);
  });
});
