import { useEffect, useState } from 'react';
import { useI18n } from '../i18n/index.ts';
import { useThemeChoice } from '../theme/index.ts';

const TILE_WIDTH = 320;
const TILE_HEIGHT = 180;
const REFRESH_MS = 5 * 60_000;

const LINE_HEIGHT = 18;
const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** One tile as an SVG address; the browser repeats it as a background, which costs nothing per frame. */
function tileUrl(lines: readonly string[], color: string): string {
  const texts = lines
    .map((line) => line.replace(/[&<>]/g, (found) => ESCAPES[found] ?? ''))
    .map((line, index) => `<text y="${index * LINE_HEIGHT}">${line}</text>`);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${TILE_WIDTH}" height="${TILE_HEIGHT}">` +
    `<g transform="translate(${TILE_WIDTH / 2} ${TILE_HEIGHT / 2}) rotate(-20)" text-anchor="middle" ` +
    `font-family="sans-serif" font-size="13" fill="${color}">${texts.join('')}</g></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/**
 * Account and time over pages with customer data, so that a photo of the screen names its origin. One small tile as
 * CSS background, as SVG: reading a canvas back stops the page for seconds on machines without a graphics card.
 */
export function ScreenWatermark({ account }: { account: string }) {
  const { format } = useI18n();
  const { name } = useThemeChoice();
  const [image, setImage] = useState('');
  useEffect(() => {
    const color = name === 'dark' ? 'rgba(255, 255, 255, 0.055)' : 'rgba(0, 0, 0, 0.055)';
    const draw = () => setImage(tileUrl([account, format.dateTime(new Date().toISOString())], color));
    draw();
    const timer = setInterval(draw, REFRESH_MS);
    return () => clearInterval(timer);
  }, [account, format, name]);
  return (
    <div
      className="screen-watermark"
      aria-hidden="true"
      style={image ? { backgroundImage: `url("${image}")` } : undefined}
    />
  );
}
