import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

interface AxeResult {
  violations: { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }[];
}

/**
 * Runs axe in the page and in every frame of it; the context must bypass the page's policy. Answers one line for
 * each fault: the rule, the element, what is wrong.
 */
export async function findAccessibilityFaults(page: Page): Promise<string[]> {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const faults: string[] = [];
  for (const frame of page.frames()) {
    await frame.evaluate(source);
    const result = (await frame.evaluate(
      `axe.run(document, { iframes: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
    )) as AxeResult;
    for (const { id, nodes } of result.violations) {
      for (const node of nodes)
        faults.push(`${id} ${JSON.stringify(node.target)} ${node.failureSummary ?? ''}`);
    }
  }
  return faults;
}
