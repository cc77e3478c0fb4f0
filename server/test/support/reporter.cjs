'use strict';
// Mocha's spec reporter with the closing line that programs read: `N passed, N failed, N skipped`. With
// VAULTDESK_SPEC_RESULTS it also writes down each file's seconds and counts, with VAULTDESK_FAILURES_FILE what failed.
const { writeFileSync } = require('node:fs');
const { relative } = require('node:path');
const { reporters } = require('mocha');

class ClosingLineReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    /** By path: `{seconds, passed, failed, skipped}`. */
    this.files = new Map();
    let file;
    let startedMs = Date.now();
    const settle = () => {
      const nowMs = Date.now();
      if (file) this.of(file).seconds += (nowMs - startedMs) / 1_000;
      startedMs = nowMs;
    };
    runner.on('suite', (suite) => {
      if (!suite.file || suite.file === file) return;
      settle();
      file = suite.file;
    });
    runner.on('pass', (test) => (this.of(test.file ?? file).passed += 1));
    runner.on('fail', (test) => (this.of(test.file ?? file).failed += 1));
    runner.on('pending', (test) => (this.of(test.file ?? file).skipped += 1));
    runner.on('end', settle);
  }

  of(file) {
    const known = this.files.get(file);
    if (known) return known;
    const fresh = { seconds: 0, passed: 0, failed: 0, skipped: 0 };
    this.files.set(file, fresh);
    return fresh;
  }

  epilogue() {
    super.epilogue();
    const target = process.env.VAULTDESK_SPEC_RESULTS;
    if (target) {
      const results = [...this.files].map(([file, result]) => [relative(process.cwd(), file), result]);
      writeFileSync(target, JSON.stringify(Object.fromEntries(results)));
    }
    const failuresFile = process.env.VAULTDESK_FAILURES_FILE;
    if (failuresFile) {
      writeFileSync(failuresFile, JSON.stringify(this.failures.map((test) => test.titlePath().join(' › '))));
    }
    const { passes, failures, pending } = this.stats;
    reporters.Base.consoleLog(`${passes} passed, ${failures} failed, ${pending} skipped`);
  }
}

module.exports = ClosingLineReporter;
