#!/usr/bin/env node
// Builds audit/audit-verify.html: the text of audit-verify.mjs as it stands, the parts of Node it uses, and a page.
// A test fails when the committed page is not what this makes of its parts.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const textOf = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** The page as one text. */
export function buildHtml() {
  const verifier = textOf('../audit-verify.mjs')
    .replace(/^#!.*\n/, '')
    .replace(/^import .* from 'node:(crypto|fs)';\n/gm, '');
  if (/^import /m.test(verifier)) throw new Error('the verifier imports more than node:crypto and node:fs');
  const parts = `${textOf('node-parts.js')}\n${textOf('curves.js')}`;
  const worker = `${parts}\nfunction runVerifier(process) {\n${verifier}}\n`;
  if (/<\/script/i.test(worker)) throw new Error('the worker would end its own element');
  return textOf('page.html')
    .replace('/*STYLE*/', () => textOf('page.css'))
    .replace('/*WORKER*/', () => worker)
    .replace('/*PAGE*/', () => textOf('page.js'));
}

/** Where the built page lies. */
export const HTML_PATH = fileURLToPath(new URL('../audit-verify.html', import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(HTML_PATH, buildHtml());
