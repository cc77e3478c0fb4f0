import { useEffect, useState } from 'react';
import { useI18n } from '../i18n/index.ts';
import { useThemeChoice } from '../theme/index.ts';

const TILE_WIDTH = 320;
const TILE_HEIGHT = 180;
const REFRESH_MS = 5 * 60_000;

/** Draws one tile; the browser repeats it as a background, which costs nothing per frame. */
function drawTile(lines: readonly string[], color: string): string {
  const canvas = document.createElement('canvas');
  canvas.width = TILE_WIDTH;
  canvas.height = TILE_HEIGHT;
  const context = canvas.getContext('2d');
  if (!context) return '';
  context.translate(TILE_WIDTH / 2, TILE_HEIGHT / 2);
  context.rotate(-Math.PI / 9);
  context.textAlign = 'center';
  context.font = '13px sans-serif';
  context.fillStyle = color;
  lines.forEach((line, index) => context.fillText(line, 0, index * 18));
  return canvas.toDataURL('image/png');
}

/**
 * Account and time over pages with customer data, so that a photo of the screen names its origin. One small tile as
 * CSS background instead of Ant Design's Watermark, which takes seconds to draw on machines without a graphics card.
 */
export function ScreenWatermark({ account }: { account: string }) {
  const { format } = useI18n();
  const { name } = useThemeChoice();
  const [image, setImage] = useState('');
  useEffect(() => {
    const color = name === 'dark' ? 'rgba(255, 255, 255, 0.055)' : 'rgba(0, 0, 0, 0.055)';
    const draw = () => setImage(drawTile([account, format.dateTime(new Date().toISOString())], color));
    draw();
    const timer = setInterval(draw, REFRESH_MS);
    return () => clearInterval(timer);
  }, [account, format, name]);
  return (
    <div
      className="screen-watermark"
      aria-hidden="true"
      style={image ? { backgroundImage: `url(${image})` } : undefined}
    />
  );
}
