import { expect } from 'chai';
import {
  closingBracket,
  missingPatches,
  packageName,
  packagePath,
  patchInnerHtml,
  patchStyleAttribute,
} from './csp-plugin.mjs';

describe('csp-plugin', () => {
  it('finds the path of a module inside its package, on every system and behind links', () => {
    expect(packagePath('/a/node_modules/antd/es/watermark/useWatermark.js')).to.equal(
      'antd/es/watermark/useWatermark.js',
    );
    expect(packagePath('C:\\a\\node_modules\\zrender\\lib\\canvas\\Painter.js?v=1')).to.equal(
      'zrender/lib/canvas/Painter.js',
    );
    expect(packagePath('/a/node_modules/x/node_modules/@rc-component/util/es/a.js')).to.equal(
      '@rc-component/util/es/a.js',
    );
    expect(packagePath('/a/web-admin/src/main.tsx')).to.equal(undefined);
  });

  it('names scoped and plain packages', () => {
    expect(packageName('@ant-design/icons/es/cssUtils.js')).to.equal('@ant-design/icons');
    expect(packageName('antd/es/index.js')).to.equal('antd');
  });

  it('matches brackets across lines, strings, and nested calls', () => {
    const code = "f(a, g(')'), {\n b: h(1) })";
    expect(closingBracket(code, 1)).to.equal(code.length - 1);
    expect(closingBracket('f(a', 1)).to.equal(-1);
  });

  it('turns a style attribute whose value spans lines into cssText', () => {
    const code = "el.setAttribute('style', str({\n  a: `url('x')`,\n  b: 1,\n}));\nnext();";
    expect(patchStyleAttribute(code)).to.equal(
      "el.style.cssText = str({\n  a: `url('x')`,\n  b: 1,\n});\nnext();",
    );
  });

  it('leaves other attributes alone', () => {
    const code = "el.setAttribute('class', 'style');";
    expect(patchStyleAttribute(code)).to.equal(code);
  });

  it('replaces only the clearing of innerHTML', () => {
    expect(patchInnerHtml("root.innerHTML = '';")).to.equal('root.replaceChildren();');
    expect(patchInnerHtml('dom.innerHTML = null;')).to.equal('dom.replaceChildren();');
    expect(patchInnerHtml('el.innerHTML = text;')).to.equal('el.innerHTML = text;');
  });

  it('names what was not patched in the packages that were loaded', () => {
    const loaded = ['antd/es/index.js', '@ant-design/icons/es/index.js'];
    expect(missingPatches(loaded, new Set(['@ant-design/icons/es/cssUtils.js']))).to.deep.equal([
      'antd/es/watermark/useWatermark.js',
    ]);
    expect(missingPatches([], new Set())).to.deep.equal([]);
  });
});
