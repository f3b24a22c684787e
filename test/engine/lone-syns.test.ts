import { describe, expect, it } from 'vitest';
import { addLone } from '../../lib/cli/lone-rows.ts';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import { Overview } from '../../lib/engine/incident/overview.ts';
import { nameOf } from '../../lib/lint/names.ts';
import { ServiceRows } from '../../lib/traffic/service-rows.ts';
import { CAPTURES, fixture } from '../fixtures.ts';

/** Those of many attempts. */
const ATTEMPTS = CAPTURES.filter((path) => /(flood|scan|sweep|unanswered|incomplete)[^/]*$/.test(path));
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
  for (const path of ATTEMPTS) {
    it(`${path}: leave the same rows and counts`, () => {
      const bytes = fixture(path);
      expect(gather(bytes, true).told).toEqual(gather(bytes, false).told);
    });
  }

  it('are there in these captures', () => {
    const all = ATTEMPTS.map((path) => gather(fixture(path), true).lone);
    expect(Math.max(...all)).toBeGreaterThan(64);
  });
});
