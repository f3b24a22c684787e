import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Chromium usually is. */
const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser that TCPLINT_CHROMIUM names, or one that is installed; null, with a word, where there is none. */
export function findChromium(): string | null {
  const named = process.env.TCPLINT_CHROMIUM;
  const found = named ?? USUAL.find((path) => existsSync(path)) ?? null;
  if (found === null) {
    console.warn('browser tests are skipped: there is no Chromium here (TCPLINT_CHROMIUM can name one)');
  }
  return found;
}

/** Opens it with a profile of its own, which is gone when it is closed. */
export function openChromium(path: string): Promise<Browser> {
  return chromium.launch({ executablePath: path, args: ARGUMENTS });
}
