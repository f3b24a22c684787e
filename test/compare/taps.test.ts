import { describe, expect, test } from 'vitest';
import { compareTaps } from '../../lib/cli/taps.ts';
import { loggedBetween, named, pairs, pathOf } from './path-log.ts';

const OPTIONS = { patience: 10, clockOffset: null };
/** What never reaches the other tap at all shows no clock, and is refused: see below. */
const PAIRS = pairs().filter(({ name }) => name !== 'syn_black_hole');
/** The forwarder may stall for 6 ms when it takes a frame, and when it hands it on: what that holds up is not logged. */
const STALL = 0.012;
/** Two taps 5 ms apart: what was held back for less, and overtaken by nothing, is not told from the usual jitter. */
const LEAST_HELD = 0.0025;

describe.each(PAIRS)('$name, from $client to $server', (recorded) => {
  const { name, client, server } = recorded;
  const comparison = compareTaps(pathOf(name, client), pathOf(name, server), OPTIONS);

  test('what the forwarder dropped is lost, and nothing else', async () => {
    expect(named(await comparison, 'lost')).toEqual(loggedBetween(recorded, ['drop', 'icmp']));
  });

  test('what it doubled is duplicated, and nothing else', async () => {
    expect(named(await comparison, 'duplicated')).toEqual(loggedBetween(recorded, ['duplicate']));
  });

  test('what it held back is delayed, and nothing else', async () => {
    const found = await comparison;
    const all = named(found, 'delayed');
    const logged = loggedBetween(recorded, ['delay']);
    expect(loggedBetween(recorded, ['delay'], LEAST_HELD).filter((each) => !all.includes(each))).toEqual([]);
    const clear = named(found, 'delayed', ({ seconds, overtaken }) => overtaken === true || seconds! > STALL);
    expect(clear.filter((each) => !logged.includes(each))).toEqual([]);
  });

  test('nothing appears out of nowhere', async () => {
    expect(named(await comparison, 'appeared')).toEqual([]);
  });
});
