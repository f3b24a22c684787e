import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Folder, run } from '../cli/run.ts';
import { findChromium, openChromium } from './chromium.ts';

const ROOT = join(import.meta.dirname, '../..');
const path = findChromium();
const folder = new Folder();

/** What a report must never do. */
const complaints: string[] = [];
let browser: Browser;

/** A report in a window of its own. */
async function open(report: string, { width = 1280, dark = false } = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on('request', (request) => {
    if (request.url() !== pathToFileURL(report).href) {
      complaints.push(`request: ${request.url()}`);
    }
  });
  await page.goto(pathToFileURL(report).href);
  return page;
}

/** Pixels of a picture that have a colour of the style sheet: whether the line of that name was drawn. */
function pixelsOf(page: Page, title: string, name: string): Promise<number> {
  return page.evaluate(
    ([wanted, colour]) => {
      const figures = [...document.querySelectorAll('figure')];
      const figure = figures.find((each) => each.querySelector('.title')?.textContent?.startsWith(wanted!));
      const canvas = figure?.querySelector('canvas');
      if (canvas == null) {
        return 0;
      }
      const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })!;
      copy.drawImage(canvas, 0, 0);
      const pixels = copy.getImageData(0, 0, canvas.width, canvas.height).data;
      const ink = getComputedStyle(document.documentElement).getPropertyValue(`--${colour}`).trim();
      const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(ink.slice(at, at + 2), 16));
      let count = 0;
      for (let i = 0; i < pixels.length; i += 4) {
        count += pixels[i] === red && pixels[i + 1] === green && pixels[i + 2] === blue ? 1 : 0;
      }
      return count;
    },
    [title, name],
  );
}

/** What a picture says of its middle: axes are drawn, and can't be read. */
async function readout(page: Page, title: string): Promise<string> {
  const stage = page.locator('figure', { hasText: title }).locator('.u-over').first();
  await stage.hover();
  return (await page.locator('figure', { hasText: title }).locator('.readout').first().textContent()) ?? '';
}

/** A capture of SYNs, each from another host: raw IPv4 in classic pcap. */
function strangers(hosts: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(24 + hosts * 56));
  const words = (at: number, ...values: readonly number[]): void => {
    for (const [i, value] of values.entries()) {
      view.setUint32(at + 4 * i, value);
    }
  };
  words(0, 0xa1b2c3d4, 0x0002_0004, 0, 0, 65535, 101);
  for (let i = 0; i < hosts; i++) {
    const at = 24 + i * 56;
    words(at, 1_700_000_000 + Math.floor(i / 1000), (i % 1000) * 1000, 40, 40);
    words(
      at + 16,
      0x4500_0028,
      i * 0x1_0000,
      0x4006_0000,
      0x0a01_0000 + Math.floor(i / 250) * 256 + (i % 250),
      0x0a00_0002,
    );
    words(at + 36, 0x9c40_0050, i * 1000, 0, 0x5002_faf0, 0x1234_0000);
  }
  return new Uint8Array(view.buffer);
}

const numbers = (page: Page): Promise<string[]> => page.locator('.rows tr[data-at] td:first-child').allTextContents();
const status = (page: Page): Promise<string | null> => page.locator('.status').textContent();

describe.skipIf(path === null)('the report in a browser', { timeout: 60_000 }, () => {
  let incident: string;

  beforeAll(async () => {
    execFileSync(process.execPath, [join(ROOT, 'test/generate/page.mjs')], { stdio: 'ignore' });
    incident = folder.at('incident.html');
    await run(['report', join(ROOT, 'fixtures/incident.pcapng'), '-o', incident]);
    browser = await openChromium(path!);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    folder.remove();
  });

  test('opens without a word or a request, and draws', async () => {
    const page = await open(incident);
    await expect.poll(() => pixelsOf(page, 'Traffic', 'data')).toBeGreaterThan(100);
    await expect.poll(() => pixelsOf(page, 'Connections at a time', 'close-wait')).toBeGreaterThan(100);
    expect(await page.locator('figure svg a').count()).toBeGreaterThan(7);
    await page.locator('#services a', { hasText: 'retransmission-burst' }).click();
    await page.locator('#rule-retransmission-burst .links a').first().click();
    await page.locator('h2', { hasText: 'Connection 93' }).waitFor();
    for (const [title, name] of [
      ['Sequence numbers', 'data'],
      ['Sequence numbers', 'retransmission'],
      ['Sequence numbers', 'ack'],
      ['Bytes in flight', 'data'],
      ['Round-trip time', 'ack'],
      ['Throughput', 'data'],
    ] as const) {
      await expect.poll(() => pixelsOf(page, title, name), { message: `${title}: ${name}` }).toBeGreaterThan(20);
    }
    expect(await page.locator('.state').count()).toBeGreaterThan(6);
    expect(await page.locator('.rung.retransmission').count()).toBeGreaterThan(3);
    expect(complaints).toEqual([]);
  });

  test('zooms and moves by pointer, keys and buttons, all pictures together', async () => {
    const page = await open(incident);
    await page.goto(`${pathToFileURL(incident).href}#connection-93`);
    const sequence = page.locator('figure', { hasText: 'Sequence numbers' });
    const over = sequence.locator('.u-over');
    const middle = async (title: string): Promise<number> => Number.parseFloat(await readout(page, title));
    await over.waitFor();
    const whole = await page.locator('#connection .lanes rect').first().getAttribute('width');
    const box = (await over.boundingBox())!;
    await page.mouse.move(box.x + 2, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.04, box.y + 50, { steps: 4 });
    await page.mouse.up();
    const close = await middle('Throughput');
    expect(close).toBeLessThan(0.2);
    expect(await page.locator('#connection .lanes rect').first().getAttribute('width')).not.toBe(whole);
    await sequence.locator('.stage').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await middle('Throughput')).toBeGreaterThanOrEqual(close);
    await page.keyboard.press('0');
    expect(await page.locator('#connection .lanes rect').first().getAttribute('width')).toBe(whole);
    await page.keyboard.press('+');
    expect(await page.locator('#connection .lanes rect').first().getAttribute('width')).not.toBe(whole);
    await page.getByRole('button', { name: 'Show the whole' }).click();
    expect(await page.locator('#connection .lanes rect').first().getAttribute('width')).toBe(whole);
    await page.getByLabel('client → server').check();
    expect(await page.locator('figure .title').allTextContents()).toContain('Sequence numbers of the client over time');
    await page.locator('.fold').first().click();
    await page.keyboard.press('Escape');
    await page.locator('#overview').waitFor();
    expect(complaints).toEqual([]);
  });

  test('sorts and filters its tables, and opens a page by keys alone', async () => {
    const page = await open(incident);
    await page.locator('.rows').waitFor();
    expect(await status(page)).toBe('431 connections');
    expect((await numbers(page)).length).toBeLessThan(100);
    await page.getByRole('button', { name: 'packets', exact: true }).click();
    await page.getByRole('button', { name: 'packets', exact: true }).click();
    expect((await numbers(page)).slice(0, 3)).toEqual(['93', '1', '0']);
    expect(await page.locator('.rows th', { hasText: 'packets' }).getAttribute('aria-sort')).toBe('descending');
    await page.getByLabel('Filter').fill('10.91.251.12 :8443 timeout-backoff');
    expect(await numbers(page)).toEqual(['93']);
    await page.getByLabel('Filter').fill(':9000');
    expect(await status(page)).toBe('7 of 431 connections');
    await page.getByLabel('Filter').fill('');
    await page.getByLabel('with findings').check();
    expect((await numbers(page)).length).toBeGreaterThan(10);
    await page.getByRole('button', { name: 'number', exact: true }).click();
    await page.locator('.rows').focus();
    await page.keyboard.press('End');
    const [last] = (await numbers(page)).slice(-1);
    await page.keyboard.press('Home');
    const [, second] = await numbers(page);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('h2', { hasText: `Connection ${second}` }).waitFor();
    expect(Number(last)).toBeGreaterThan(100);
    await page.goBack();
    await page.locator('#services button', { hasText: 'connections' }).click();
    const counts = await page.locator('#services tbody td:nth-child(3)').allTextContents();
    expect(counts.slice(0, 3)).toEqual(['280', '112', '16']);
    // The script leaves words to those who listen that the eye is spared.
    expect(await page.locator('#services th .unseen').count()).toBe(2);
    const table = page.locator('#services .scroll');
    expect(await table.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('what is zoomed to over time is what the table shows', async () => {
    const page = await open(incident);
    const over = page.locator('figure', { hasText: 'Traffic' }).locator('.u-over');
    await over.waitFor();
    await over.scrollIntoViewIfNeeded();
    const box = (await over.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.75, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 50, { steps: 4 });
    await page.mouse.up();
    expect(await status(page)).toMatch(/^\d+ of 431 connections, alive from 19\.\d{3} to 20\.\d{3} s$/);
    await over.dblclick();
    expect(await status(page)).toBe('431 connections');
    expect(complaints).toEqual([]);
  });

  test.each([
    ['light', 1280],
    ['dark', 420],
  ] as const)('axe finds nothing serious: %s, %i wide', async (theme, width) => {
    const page = await open(incident, { dark: theme === 'dark', width });
    const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
    for (const place of ['', '#connection-93']) {
      await page.goto(pathToFileURL(incident).href + place);
      await page.locator('figure canvas:visible').first().waitFor();
      // The page's policy keeps foreign scripts out: this one comes through the debugger.
      await page.evaluate(readFileSync(axe, 'utf8'));
      const violations = await page.evaluate(async () => {
        const { axe: checker } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
        };
        const { violations: all } = await checker.run();
        return all
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
      });
      expect(violations).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide).toBeLessThanOrEqual(0);
    }
    expect(complaints).toEqual([]);
  });

  test('light and dark can be chosen, and paper is light', async () => {
    const page = await open(incident, { dark: true });
    const paper = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await paper();
    await page.getByRole('button', { name: 'Switch to light colours' }).click();
    expect(await paper()).toBe('rgb(255, 255, 255)');
    await page.getByRole('button', { name: 'Switch to dark colours' }).click();
    expect(await paper()).toBe(dark);
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(20_000);
    expect(await paper()).toBe(dark);
    expect(complaints).toEqual([]);
  });

  test('what a capture and its names hold stays text', async () => {
    const evil = '</script><img/src=x/onerror=alert(1)><!--';
    const hosts = folder.write('hosts', `10.0.0.1 ${evil}\n10.0.0.2 "'><svg/onload=alert(2)>\n`);
    const capture = folder.script(
      '<b>&amp; \u202egpj.pcap',
      'client 10.0.0.1:40000 -> server 10.0.0.2:80\n0 > S 0:0(0)\n+1 > S 0:0(0)\n+2 > S 0:0(0)\n+4 > S 0:0(0)\n+8 > S 0:0(0)\n',
    );
    const report = folder.at('hostile.html');
    const { code } = await run(['report', capture, '--hosts', hosts, '-o', report]);
    expect(code).toBe(0);
    const page = await open(report);
    await page.locator('.rows tr[data-at]').first().waitFor();
    expect(await page.locator('img, b:text("amp"), svg[onload]').count()).toBe(0);
    expect(await page.locator('.rows').textContent()).toContain(evil);
    expect(await page.title()).toContain('<b>&amp; \\u{202e}gpj.pcap');
    await page.goto(`${pathToFileURL(report).href}#connection-0`);
    await page.locator('h2', { hasText: 'Connection 0' }).waitFor();
    expect(await page.locator('.pair').textContent()).toContain(evil);
    expect(complaints).toEqual([]);
  });

  test('fifty thousand connections are a table of a few rows', async () => {
    const capture = folder.write('many.pcap', strangers(50_000));
    const report = folder.at('many.html');
    await run(['report', capture, '-o', report]);
    const page = await open(report);
    await page.locator('.rows tr[data-at]').first().waitFor();
    expect(await status(page)).toBe('50,000 connections');
    await page.locator('.rows').evaluate((rows) => rows.scrollTo(0, rows.scrollHeight));
    await expect.poll(async () => (await numbers(page)).at(-1)).toBe('49999');
    expect((await numbers(page)).length).toBeLessThan(100);
    await page.getByLabel('Filter').fill('10.1.199.249');
    expect(await status(page)).toBe('1 of 50,000 connections');
    expect(complaints).toEqual([]);
  });
});
