/** A line of a plot; both axes run from 0 to 1. */
export interface Curve {
  name: string;
  points: { x: number; y: number }[];
}

const WIDTH = 720;
const HEIGHT = 320;
const EDGE = { left: 52, right: 16, top: 12, bottom: 56 };
// Told apart by colour-blind people too, and by their dashes on paper.
const LINES = [
  { colour: '#2b6cb0', dash: '' },
  { colour: '#c05621', dash: '7 4' },
  { colour: '#2f855a', dash: '2 3' },
  { colour: '#6b46c1', dash: '10 3 2 3' },
];
const BAR_HEIGHT = 26;
const BAR_GAP = 10;
const BAR_LABEL = 220;

/** Escapes a text for HTML content and attributes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** Curves over 0 to 1 as SVG, with grid, axes, and legend; `yFrom` is where the upright axis begins. */
export function drawCurves(curves: Curve[], { yFrom, label }: { yFrom: number; label: string }): string {
  const inner = { width: WIDTH - EDGE.left - EDGE.right, height: HEIGHT - EDGE.top - EDGE.bottom };
  const x = (value: number) => EDGE.left + value * inner.width;
  const y = (value: number) =>
    EDGE.top + inner.height * (1 - Math.max(0, (value - yFrom) / Math.max(1e-9, 1 - yFrom)));
  const steps = Array.from({ length: 6 }, (_, step) => step / 5);
  const grid = steps.flatMap((step) => {
    const height = yFrom + step * (1 - yFrom);
    return [
      `<line class="grid" x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${y(height)}" y2="${y(height)}"/>`,
      `<text x="${EDGE.left - 8}" y="${y(height) + 4}" text-anchor="end">${Math.round(100 * height)}%</text>`,
      `<text x="${x(step)}" y="${HEIGHT - EDGE.bottom + 18}" text-anchor="middle">${Math.round(100 * step)}%</text>`,
    ];
  });
  const lines = curves.map(({ points }, at) => {
    const { colour, dash } = LINES[at % LINES.length]!;
    const path = points.map((point) => `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`).join(' ');
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash}"/>`;
  });
  const legend = curves.map(({ name }, at) => {
    const { colour, dash } = LINES[at % LINES.length]!;
    const from = EDGE.left + at * 160;
    const line = `<line x1="${from}" x2="${from + 28}" y1="${HEIGHT - 14}" y2="${HEIGHT - 14}" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash}"/>`;
    return `${line}<text x="${from + 34}" y="${HEIGHT - 10}">${escapeHtml(name)}</text>`;
  });
  return svg(HEIGHT, label, [...grid, ...lines, ...legend]);
}

/** Shares as bars, one below the other, as SVG. */
export function drawBars(bars: { name: string; share: number }[], label: string): string {
  const height = bars.length * (BAR_HEIGHT + BAR_GAP);
  const room = WIDTH - BAR_LABEL - 70;
  const drawn = bars.flatMap(({ name, share }, at) => {
    const top = at * (BAR_HEIGHT + BAR_GAP);
    const middle = top + BAR_HEIGHT / 2 + 4;
    const width = Math.max(1, share * room).toFixed(1);
    return [
      `<text x="${BAR_LABEL - 10}" y="${middle}" text-anchor="end">${escapeHtml(name)}</text>`,
      `<rect x="${BAR_LABEL}" y="${top}" width="${width}" height="${BAR_HEIGHT}" fill="${LINES[at % LINES.length]!.colour}"/>`,
      `<text x="${BAR_LABEL + Number(width) + 8}" y="${middle}">${(100 * share).toFixed(1)}%</text>`,
    ];
  });
  return svg(height, label, drawn);
}

function svg(height: number, label: string, parts: string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeHtml(label)}">${parts.join('')}</svg>`;
}
