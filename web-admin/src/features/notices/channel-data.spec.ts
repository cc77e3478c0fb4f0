import { expect } from 'chai';
import { bodyOf, formOf, placeOf, stateOf, type Channel, type ChannelForm } from './channel-data.ts';

const COMMON = { name: 'Duty', isEnabled: true, minSeverity: 'alarm', lang: 'en' } as const;
const MAIL: ChannelForm = {
  ...{ ...COMMON, type: 'smtp', host: ' mail.bank.example ', port: 465, tls: 'implicit', user: '' },
  ...{ from: 'desk@bank.example', recipients: 'a@bank.example, b@bank.example\n\nc@bank.example', ca: ' ' },
};

describe('data of notice channels', () => {
  it('sends the fields of the type, without the empty ones', () => {
    expect(bodyOf(MAIL)).to.deep.equal({
      ...{ ...COMMON, type: 'smtp' },
      settings: {
        ...{ host: 'mail.bank.example', port: 465, tls: 'implicit', from: 'desk@bank.example' },
        recipients: ['a@bank.example', 'b@bank.example', 'c@bank.example'],
      },
    });
    const webhook = bodyOf({ ...MAIL, type: 'webhook', url: 'https://a.example/x', secret: 'k' });
    expect(webhook.settings).to.deep.equal({ url: 'https://a.example/x' });
    expect(webhook.secret).to.equal('k');
    expect(bodyOf({ ...MAIL, type: 'syslog' }).settings).to.deep.equal({
      host: 'mail.bank.example',
      port: 465,
    });
    expect(bodyOf({ ...MAIL, type: 'file', secret: 'k' })).to.deep.equal({
      ...{ ...COMMON, type: 'file', settings: {} },
    });
  });

  it('keeps the secret unless one is typed, and takes it away when asked', () => {
    expect(bodyOf(MAIL)).to.not.have.property('secret');
    expect(bodyOf({ ...MAIL, secret: '' })).to.not.have.property('secret');
    expect(bodyOf({ ...MAIL, secret: 'new' }).secret).to.equal('new');
    expect(bodyOf({ ...MAIL, secret: 'new', isSecretDropped: true }).secret).to.equal(null);
  });

  it('fills the form from a channel so that saving it unchanged changes nothing', () => {
    const { settings } = bodyOf(MAIL);
    const channel: Channel = {
      ...{ ...COMMON, type: 'smtp', id: 'a', settings, hasSecret: true, version: 3, file: null },
      ...{ queued: 0, dead: 0, lastSentAt: null, failingAt: null, errorCode: null },
    };
    expect(bodyOf(formOf(channel))).to.deep.equal({ ...COMMON, type: 'smtp', settings });
  });

  it('says where a channel leads and how it stands', () => {
    expect(placeOf({ type: 'syslog', settings: { host: 'log', port: 6514 }, file: null })).to.equal(
      'log:6514',
    );
    expect(placeOf({ type: 'file', settings: {}, file: 'notices/a.jsonl' })).to.equal('notices/a.jsonl');
    expect(stateOf({ isEnabled: false, failingAt: '2026-01-01T00:00:00.000Z' })).to.equal('off');
    expect(stateOf({ isEnabled: true, failingAt: '2026-01-01T00:00:00.000Z' })).to.equal('failing');
    expect(stateOf({ isEnabled: true, failingAt: null })).to.equal('good');
  });
});
