'use strict';
// Mocha's spec reporter with the closing line that programs read: `N passed, N failed, N skipped`. With
// VAULTDESK_SPEC_SECONDS it also writes down how long each file took.
const { writeFileSync } = require('node:fs');
const { relative } = require('node:path');
const { reporters } = require('mocha');

class ClosingLineReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    this.seconds = new Map();
    let file;
    let startedMs = Date.now();
    const settle = () => {
      const nowMs = Date.now();
      if (file) this.seconds.set(file, (this.seconds.get(file) ?? 0) + (nowMs - startedMs) / 1_000);
      startedMs = nowMs;
    };
    runner.on('suite', (suite) => {
      if (!suite.file || suite.file === file) return;
      settle();
      file = suite.file;
    });
    runner.on('end', settle);
  }

  epilogue() {
    super.epilogue();
    const target = process.env.VAULTDESK_SPEC_SECONDS;
    if (target) {
      const rounded = [...this.seconds].map(([file, s]) => [relative(process.cwd(), file), Math.ceil(s)]);
      writeFileSync(target, JSON.stringify(Object.fromEntries(rounded)));
    }
    const { passes, failures, pending } = this.stats;
    reporters.Base.consoleLog(`${passes} passed, ${failures} failed, ${pending} skipped`);
  }
}

module.exports = ClosingLineReporter;
