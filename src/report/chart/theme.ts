/**
 * Where a picture will stand. `page` leaves colours to CSS variables, so that a page turns light,
 * dark or print by itself; the others are fixed, for files.
 */
export type ThemeName = 'page' | 'light' | 'dark';

/** Colours of a picture. */
export interface Theme {
  readonly name: ThemeName;
  /** Text and axes. */
  readonly ink: string;
  /** Text of less weight, and grids. */
  readonly faint: string;
  readonly paper: string;
  /** Series, told apart by lightness and dashes as well as by hue. */
  readonly series: readonly string[];
  /** Shade of positive and of negative cells. */
  readonly plus: string;
  readonly minus: string;
}

/**
 * Okabe and Ito's palette, which the colour-blind tell apart (Okabe & Ito 2008, "Color Universal
 * Design"), without its yellow, which vanishes on white.
 */
const SERIES = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'];

/** Dashes, so that lines differ in print without colour. */
export const DASHES: readonly string[] = ['', '7 3', '2 3', '9 3 2 3', '12 4', '4 2 1 2'];

const FIXED: Record<'light' | 'dark', Theme> = {
  light: {
    name: 'light',
    ink: '#1b1f24',
    faint: '#667078',
    paper: '#ffffff',
    series: SERIES,
    plus: '#0072B2',
    minus: '#D55E00',
  },
  dark: {
    name: 'dark',
    ink: '#e8eaed',
    faint: '#9aa4ad',
    paper: '#14181d',
    series: ['#4aa8e0', '#ff8a3d', '#2fc49a', '#e29cc4', '#f0b93a', '#8fd0f5'],
    plus: '#4aa8e0',
    minus: '#ff8a3d',
  },
};

const variable = (name: string, fallback: string): string => `var(--ws-${name}, ${fallback})`;

/** The theme of a name. */
export function theme(name: ThemeName): Theme {
  if (name !== 'page') return FIXED[name];
  const { light } = FIXED;
  return {
    name,
    ink: variable('ink', light.ink),
    faint: variable('faint', light.faint),
    paper: variable('paper', light.paper),
    series: light.series.map((colour, index) => variable(`series-${index + 1}`, colour)),
    plus: variable('plus', light.plus),
    minus: variable('minus', light.minus),
  };
}

/** CSS variables that `page` pictures read, with their values in a fixed theme. */
export function themeVariables(name: 'light' | 'dark'): (readonly [name: string, value: string])[] {
  const { ink, faint, paper, series, plus, minus } = FIXED[name];
  return [
    ['--ws-ink', ink],
    ['--ws-faint', faint],
    ['--ws-paper', paper],
    ['--ws-plus', plus],
    ['--ws-minus', minus],
    ...series.map((colour, index) => [`--ws-series-${index + 1}`, colour] as const),
  ];
}

const declarations = (name: 'light' | 'dark'): string =>
  themeVariables(name)
    .map(([variableName, value]) => `${variableName}: ${value};`)
    .join(' ');

/** CSS that gives `page` pictures their colours by the reader's preference; print is light. */
export const THEME_CSS = [
  `:root { color-scheme: light dark; ${declarations('light')} }`,
  `@media screen and (prefers-color-scheme: dark) { :root { ${declarations('dark')} } }`,
].join('\n');

/** Colour and dash of series `index`; both repeat past their number, out of step. */
export function seriesStyle(
  { series }: Theme,
  index: number,
): { readonly colour: string; readonly dash: string } {
  const turn = Math.floor(index / series.length);
  return {
    colour: series[index % series.length]!,
    dash: DASHES[(index + turn) % DASHES.length]!,
  };
}
