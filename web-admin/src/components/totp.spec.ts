import { expect } from 'chai';
import { totpSecretText, totpUri } from './totp.ts';

describe('authenticator link', () => {
  it('names issuer and account and escapes the name', () => {
    expect(totpUri('li@bank', 'ABC')).to.equal(
      'otpauth://totp/Vaultdesk:li%40bank?secret=ABC&issuer=Vaultdesk&algorithm=SHA1&digits=6&period=30',
    );
    expect(totpUri('li', 'sha256:ABC')).to.include('secret=ABC&').and.include('algorithm=SHA256&');
    expect([totpSecretText('ABC'), totpSecretText('sha256:ABC')]).to.deep.equal(['ABC', 'ABC (SHA-256)']);
  });
});
