import { expect } from 'chai';
import { csvOf } from './staff-data.ts';

describe('the staff list', () => {
  it('sends one person as a file of one row, whatever is typed', () => {
    expect(csvOf({ username: 'lin', phone: '13812345678;13912345678', customerNumber: 'C"1,\n2' })).to.equal(
      'username,phone,idNumber,customerNumber\r\n"lin","13812345678;13912345678","","C""1,\n2"\r\n',
    );
  });
});
