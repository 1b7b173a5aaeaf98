import { markup, type Html } from '../html.ts';
import type { Qr } from './encode.ts';

/** §6.3.8: four light modules around the symbol. */
const QUIET = 4;

/** Always dark on white: many readers take no inverted symbol, whatever the colours of the page. */
export function drawQr(qr: Qr, label: string): Html {
  const size = qr.length + QUIET * 2;
  const path = qr.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : ''))).join('');
  return markup`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">
    <rect width="${size}" height="${size}" fill="#fff" />
    <path d="${path}" fill="#000" />
  </svg>`;
}
