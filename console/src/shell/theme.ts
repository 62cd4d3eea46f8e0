import { createSignal } from 'solid-js';
import { themeVariables } from '../../../src/report/chart/theme.ts';

/** What a person chose: `system` follows the machine. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const KEY = 'wiresift-theme';
const machine = matchMedia('(prefers-color-scheme: dark)');
const kept = localStorage.getItem(KEY);
const [choice, setChoice] = createSignal<ThemeChoice>(
  kept === 'light' || kept === 'dark' ? kept : 'system',
);

/** The theme chosen. */
export const themeChoice = choice;

/** Puts the colours of the theme in force, for page and charts alike. */
export function applyTheme(): void {
  const asked = choice();
  const name = asked === 'system' ? (machine.matches ? 'dark' : 'light') : asked;
  const root = document.documentElement;
  root.dataset['theme'] = name;
  for (const [variable, value] of themeVariables(name)) root.style.setProperty(variable, value);
}

/** Chooses a theme and remembers it. */
export function chooseTheme(next: ThemeChoice): void {
  setChoice(next);
  localStorage.setItem(KEY, next);
  applyTheme();
}

machine.addEventListener('change', applyTheme);
