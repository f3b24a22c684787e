import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addLone } from '../../lib/cli/lone-rows.ts';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import { Overview } from '../../lib/engine/incident/overview.ts';
import { nameOf } from '../../lib/lint/names.ts';
import { ServiceRows } from '../../lib/traffic/service-rows.ts';

/** Every capture of the fixtures of rules on many attempts, by its path. */
const CAPTURES = readdirSync('fixtures', { recursive: true, encoding: 'utf8' })
  .filter((path) => /(flood|scan|sweep|unanswered|incomplete)[^/]*\.pcap(ng)?$/.test(path))
  .sort();
const NAMED = nameOf({ '10.0.0.0/8': 'ten', ':80': 'web' });

/** `apart`: lone SYNs are told one by one instead of as connections. */
function gather(bytes: Uint8Array, apart: boolean) {
  const overview = new Overview(() => analyzer.start);
  const services = new ServiceRows();
  let lone = 0;
  const analyzer = new Analyzer({
    lends: true,
    nameOf: NAMED,
    onConnection(facts) {
      overview.add(facts);
      services.add(facts);
    },
    ...(apart
      ? {
          onLoneSyn(syn) {
            lone++;
            overview.addLone(syn, NAMED);
            addLone(services, syn, NAMED);
          },
        }
      : {}),
  });
  analyzer.write(bytes);
  const { connections } = analyzer.end();
  const known = Array.from({ length: connections }, (_, i) => overview.find(i));
  return { lone, told: [overview.table([], null), overview.states(60), services.rows([], []), known] };
}

describe('lone SYNs that are not told as connections', () => {
  for (const path of CAPTURES) {
    it(`${path}: leave the same rows and counts`, () => {
      const bytes = new Uint8Array(readFileSync(`fixtures/${path}`));
      expect(gather(bytes, true).told).toEqual(gather(bytes, false).told);
    });
  }

  it('are there in these captures', () => {
    const all = CAPTURES.map((path) => gather(new Uint8Array(readFileSync(`fixtures/${path}`)), true).lone);
    expect(Math.max(...all)).toBeGreaterThan(64);
  });
});
