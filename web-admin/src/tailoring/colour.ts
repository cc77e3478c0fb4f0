/** WCAG 2.2, success criterion 1.4.3: text of normal size. The server holds new colours against the same number. */
export const CONTRAST_MIN = 4.5;
const WHITE = '#ffffff';
/** Ground of the pages in the light theme. */
const LIGHT_GROUND = '#f3f5f8';

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

/** Relative luminance of `#rrggbb` (WCAG 2.2), 0 to 1. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrastOf(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** The lower of the two contrasts a brand colour needs: white on it, and it on the light ground. */
export function brandContrast(colour: string): number {
  return Math.min(contrastOf(colour, WHITE), contrastOf(colour, LIGHT_GROUND));
}

/** A light ground of the same hue: `share` (0 to 1) of the colour in white. */
export function tintOf(colour: string, share: number): string {
  const mixed = channels(colour).map((channel) => Math.round(255 - (255 - channel) * share));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
