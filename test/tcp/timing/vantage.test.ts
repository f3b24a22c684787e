import { describe, expect, it } from 'vitest';
import { vantageOf } from '../../../lib/tcp/timing/vantage.ts';
import { play } from '../verdict/conversation.ts';

const EXCHANGE = {
  client: '0.02 > 0:100\n0.03 < ack 100 0:1000\n0.03005 > ack 1000',
  middle: '0.02 > 0:100\n0.026 < ack 100 0:1000\n0.030 > ack 1000',
  server: '0.02 > 0:100\n0.02005 < ack 100 0:1000\n0.030 > ack 1000',
};

describe('where the tap stands', () => {
  it.each(['client', 'middle', 'server'] as const)('at the %s', (tap) => {
    const { connection, facts } = play(EXCHANGE[tap], { tap });
    expect(vantageOf(connection)).toBe(tap);
    expect(facts('client').flightVisible).toBe(tap !== 'server');
    expect(facts('server').flightVisible).toBe(tap === 'server');
  });

  it('beside whoever answers sooner than the clock can tell, unless it tells nothing of the other half either', () => {
    const half = (micros: number) => {
      const { connection, facts } = play('0.02 > 0:100\n0.03 < ack 100', { tap: 'client' });
      connection.clientHalfMicros = 0;
      connection.serverHalfMicros = micros;
      connection.client.flow.roundTrips.clear();
      connection.server.flow.roundTrips.clear();
      return [vantageOf(connection), facts('client').flightVisible];
    };
    expect(half(10_000)).toEqual(['client', true]);
    expect(half(0)).toEqual(['unknown', false]);
  });

  it('is not known without both halves', () => {
    const { connection } = play('0.02 > 0:100\n0.03 > 100:200', { handshake: false });
    expect(vantageOf(connection)).toBe('unknown');
  });
});
