import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { AppError, ERRORS } from './errors.ts';

const ROW = /^\| `([a-z_.]+)`\s*\| (\d{3})\s*\| (.+?)\s*\|$/gm;

describe('error codes', () => {
  it('stand in the documentation, each with its status and sentence, and no others do', () => {
    const page = readFileSync(new URL('../../docs/api/errors.md', import.meta.url), 'utf8');
    const documented = [...page.matchAll(ROW)].map(([, code, status, text]) => `${code} ${status} ${text}`);
    const declared = Object.entries(ERRORS).map(([code, [status, text]]) => `${code} ${status} ${text}`);
    expect(documented.sort()).to.deep.equal(declared.sort());
  });

  it('are dotted words with a status of refusal and a whole sentence', () => {
    for (const [code, [status, text]] of Object.entries(ERRORS)) {
      expect(code).to.match(/^[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*$/);
      expect(status).to.be.within(400, 599);
      expect(text).to.match(/^[A-Z].*\.$/);
    }
  });

  it('carry status, sentence, details, and cause', () => {
    const cause = new Error('inner');
    const error = new AppError('request.rate_limited', { details: { retryAfterSeconds: 3 }, cause });
    expect(error).to.include({ code: 'request.rate_limited', status: 429, cause });
    expect(error.details).to.deep.equal({ retryAfterSeconds: 3 });
  });
});
