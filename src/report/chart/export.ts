import { parseHTML } from 'linkedom';
import type { Chart } from './chart.ts';
import { drawChart } from './draw.ts';
import type { DrawDocument } from './drawing.ts';
import { type ThemeName, theme } from './theme.ts';

/** Of a picture file. */
export interface PictureOptions {
  /** Pixels. Default 720. */
  readonly width?: number;
  /** Default `light`; `page` for SVG that stands within a page with {@link THEME_CSS}. */
  readonly theme?: ThemeName;
}

/** A chart as SVG, drawn without a browser. */
export function chartSvg(chart: Chart, options: PictureOptions = {}): string {
  const { document } = parseHTML('<html><body></body></html>');
  return drawChart(chart, {
    width: options.width ?? 720,
    theme: theme(options.theme ?? 'light'),
    document: document as unknown as DrawDocument,
  });
}

/** A chart as PNG at twice its size in pixels, for screens of our day. Needs a font on the machine. */
export async function chartPng(chart: Chart, options: PictureOptions = {}): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const svg = chartSvg(chart, { ...options, theme: options.theme === 'dark' ? 'dark' : 'light' });
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    font: { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans' },
  });
  return picture.render().asPng();
}
