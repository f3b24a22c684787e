import { describe, expect, test } from 'vitest';
import { compareTaps } from '../../lib/cli/taps.ts';
import { loggedBetween, named, pairs, pathOf, type Recorded, seenAt } from './path-log.ts';

const OPTIONS = { patience: 10, clockOffset: null };
/** Where nothing gets through at all there is no clock, and the captures are refused: see below. */
const isEmpty = ({ name, client, server }: Recorded): boolean =>
  [client, server].some((point) => seenAt(pathOf(name, point)).length === 0);
const PAIRS = pairs().filter((pair) => !isEmpty(pair));
/** The forwarder may stall for 6 ms when it takes a frame, and when it hands it on: what that holds up is not logged. */
const STALL = 0.012;
/** And two frames that come to it in the same breath it may hand on in the other order. */
const BREATH = 0.0005;
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
    const clear = named(found, 'delayed', ({ seconds, overtaken }) => seconds! > (overtaken === true ? BREATH : STALL));
    expect(clear.filter((each) => !logged.includes(each))).toEqual([]);
  });

  test('nothing appears out of nowhere', async () => {
    expect(named(await comparison, 'appeared')).toEqual([]);
  });
});

test.each(pairs().filter(isEmpty))('$name, from $client to $server: nothing gets through', async (recorded) => {
  const { name, client, server } = recorded;
  await expect(compareTaps(pathOf(name, client), pathOf(name, server), OPTIONS)).rejects.toThrow(/no packet of/);
});

test('a tap that records everything twice: the copies are its own', async () => {
  const [client, middle] = [pathOf('any_on_bridge', 'client'), pathOf('any_on_bridge', 'middle')];
  const there = (await compareTaps(client, middle, OPTIONS)).ways;
  const back = (await compareTaps(middle, client, OPTIONS)).ways;
  for (const ways of [there, back]) {
    for (const { sent, delivered, lost, delayed, appeared } of Object.values(ways)) {
      expect({ delivered, lost, delayed, appeared }).toEqual({ delivered: sent, lost: 0, delayed: 0, appeared: 0 });
    }
  }
  // Seen twice where they come in, they are copies of the capture; seen twice where they go out, for all it can know, not.
  expect(back.clientToServer.copies + back.serverToClient.copies).toBeGreaterThan(0);
});
