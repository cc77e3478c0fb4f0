'use strict';
// Mocha's spec reporter with the closing line that programs read: `N passed, N failed, N skipped`.
const { reporters } = require('mocha');

class ClosingLineReporter extends reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    reporters.Base.consoleLog(`${passes} passed, ${failures} failed, ${pending} skipped`);
  }
}

module.exports = ClosingLineReporter;
