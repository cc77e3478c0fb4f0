import { expect } from 'chai';
import dayjs from 'dayjs';
import { ApiError } from '../../api/index.ts';
import { contentOf, fieldProblem, initialValues, type ArticleFormValues } from './article-form-data.ts';

const VALUES: ArticleFormValues = {
  locale: 'zh-CN',
  category: [' 银行卡 '],
  question: ' 怎么挂失 ',
  answer: '拨打客服热线。',
  similar: ['', '卡丢了', undefined, ' 银行卡不见了 '],
  riskLevel: 'normal',
  validFrom: dayjs('2026-01-01T00:00:00.000Z'),
  reason: '',
};

describe('form of an article', () => {
  it('sends trimmed texts, no empty rows, and instants in UTC', () => {
    expect(contentOf(VALUES)).to.deep.equal({
      category: '银行卡',
      question: '怎么挂失',
      answer: '拨打客服热线。',
      similar: ['卡丢了', '银行卡不见了'],
      riskLevel: 'normal',
      validFrom: '2026-01-01T00:00:00.000Z',
      validTo: null,
    });
  });

  it('starts a new article with some empty rows', () => {
    expect(initialValues('en', undefined)).to.deep.include({ locale: 'en', similar: ['', '', '', ''] });
  });

  it('shows a refused wording at its row, although empty rows were not sent', () => {
    const details = { in: 'body', at: '/similar/1', problem: 'no_letter' };
    const error = new ApiError({ code: 'request.invalid', status: 400, message: '', details });
    expect(fieldProblem(error, VALUES)).to.deep.equal({ field: ['similar', 3], problem: 'no_letter' });
  });

  it('shows other refusals at their field or nowhere', () => {
    const refused = (code: string, at?: string) =>
      new ApiError({ code, status: 400, message: '', details: { at, problem: 'empty' } });
    expect(fieldProblem(refused('request.invalid', '/answer'), VALUES)?.field).to.deep.equal(['answer']);
    expect(fieldProblem(refused('request.invalid', '/similar/9'), VALUES)).to.equal(undefined);
    expect(fieldProblem(refused('request.invalid'), VALUES)).to.equal(undefined);
    expect(fieldProblem(refused('article.state_refused', '/answer'), VALUES)).to.equal(undefined);
  });
});
