import { expect } from 'chai';
import { brandContrast, CONTRAST_MIN, tintOf } from './colour.ts';

describe('brand colours', () => {
  it('are measured against white on them and the light ground under them', () => {
    expect(brandContrast('#000000')).to.be.closeTo(19.2, 0.1);
    expect(brandContrast('#0958d9')).to.be.greaterThan(CONTRAST_MIN);
    expect(brandContrast('#7fb0ff')).to.be.closeTo(2.01, 0.01);
  });

  it('give light grounds of their hue', () => {
    expect(tintOf('#000000', 0)).to.equal('#ffffff');
    expect(tintOf('#ff0000', 0.5)).to.equal('#ff8080');
  });
});
