import { byId } from './dom.ts';

type Theme = 'light' | 'dark';

const KEY = 'tcplint-theme';
const listeners: (() => void)[] = [];
const system = matchMedia('(prefers-color-scheme: dark)');

/** The colour of this name in the style sheet, as it is now. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Whatever is drawn on a canvas must be drawn again. */
export function onTheme(redraw: () => void): void {
  listeners.push(redraw);
}

/** Light or dark as the system has it, until the reader says otherwise; paper is always light. */
export function startTheme(): void {
  const button = byId('theme');
  let chosen = remembered();
  const shown = (): Theme => chosen ?? (system.matches ? 'dark' : 'light');
  const show = (theme: Theme): void => {
    document.documentElement.dataset.theme = theme;
    const other = theme === 'dark' ? 'light' : 'dark';
    button.textContent = other === 'dark' ? 'Dark' : 'Light';
    button.setAttribute('aria-label', `Switch to ${other} colours`);
    for (const redraw of listeners) {
      redraw();
    }
  };
  button.addEventListener('click', () => {
    chosen = shown() === 'dark' ? 'light' : 'dark';
    remember(chosen);
    show(chosen);
  });
  system.addEventListener('change', () => show(shown()));
  addEventListener('beforeprint', () => show('light'));
  addEventListener('afterprint', () => show(shown()));
  button.hidden = false;
  show(shown());
}

/** A page that was opened from a file may have no memory. */
function remembered(): Theme | null {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    return null;
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Then it lasts until the page is closed.
  }
}
