import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { analyze } from '../../lib/index.ts';

/** The services of the recorded incident and what is wrong at each; `test/lab/incident.py` is its script. */
const WRONG: readonly (readonly [string, string])[] = [
  ['close-wait-leak', '10.91.251.22:8080'],
  ['zero-window-stall', '10.91.251.23:8090'],
  ['retransmission-burst', '10.91.251.24:8443'],
  ['timeout-backoff', '10.91.251.24:8443'],
  ['connection-refused', '10.91.251.25:9000'],
  ['syn-unanswered', '10.91.251.26:4317'],
  ['time-wait-pressure', '10.91.251.27:6379'],
  ['syn-flood', '10.91.251.28:443'],
];

it('the bundled incident shows every problem that was staged, and leaves the healthy service alone', async () => {
  const { findings } = await analyze(readFileSync(new URL('../../fixtures/incident.pcapng', import.meta.url)));
  const said = findings.map(({ rule, endpoints }) => [rule, endpoints.map((e) => `${e.address}:${e.port}`)] as const);
  for (const [rule, service] of WRONG) {
    expect(said.filter(([id, places]) => id === rule && places.includes(service)).length, `${rule} at ${service}`).toBe(
      1,
    );
  }
  const blamed = findings.filter(({ severity }) => severity !== 'note').flatMap(({ endpoints }) => endpoints);
  expect(blamed.filter(({ address }) => address === '10.91.251.21')).toEqual([]);
});
