import { describe, expect, it } from 'vitest';
import { STATE_NAMES, UNKNOWN } from '../../../lib/facts/state.ts';
import { CAUSES, EVENT_COUNT, isSent, RECEIVED_RST, SENT_RST } from '../../../lib/tcp/state/events.ts';
import { clauseOf, ILLEGAL, nextState, ROWS } from '../../../lib/tcp/state/transitions.ts';

const name = (state: number) => STATE_NAMES[state]!;

describe('the state table', () => {
  it('has one row at most for a state and an event', () => {
    const keys = ROWS.map(([from, event]) => `${name(from)} ${CAUSES[event]}`);
    expect(keys).toEqual([...new Set(keys)]);
  });

  it('cites a clause in every row', () => {
    for (const [from, event, , clause] of ROWS) {
      expect(clause).toMatch(/^RFC \d+ \d/);
      expect(clauseOf(from, event)).toBe(clause);
    }
    expect(clauseOf(UNKNOWN, -1)).toBeNull();
  });

  it('names a cause for every event', () => {
    expect(CAUSES).toHaveLength(EVENT_COUNT);
  });

  it('walks the figure of RFC 9293 3.3.2', () => {
    // from -> every state that figure 5 draws an arrow to, LISTEN's user calls aside
    const figure: Record<string, string[]> = {
      CLOSED: ['SYN_SENT'],
      LISTEN: ['SYN_RECEIVED'],
      SYN_SENT: ['CLOSED', 'ESTABLISHED', 'SYN_RECEIVED'],
      SYN_RECEIVED: ['CLOSED', 'CLOSE_WAIT', 'ESTABLISHED', 'FIN_WAIT_1'],
      ESTABLISHED: ['CLOSED', 'CLOSE_WAIT', 'FIN_WAIT_1'],
      FIN_WAIT_1: ['CLOSED', 'CLOSING', 'FIN_WAIT_2'],
      FIN_WAIT_2: ['CLOSED', 'TIME_WAIT'],
      CLOSE_WAIT: ['CLOSED', 'LAST_ACK'],
      CLOSING: ['CLOSED', 'TIME_WAIT'],
      LAST_ACK: ['CLOSED'],
      TIME_WAIT: ['CLOSED'],
    };
    for (const [from, targets] of Object.entries(figure)) {
      const reached = ROWS.filter((row) => name(row[0]) === from && row[2] !== row[0]).map((row) => name(row[2]));
      expect([...new Set(reached)].sort(), from).toEqual(targets);
    }
  });

  it('lets every state but LISTEN end by either kind of RST', () => {
    for (const state of STATE_NAMES.keys()) {
      if (state === UNKNOWN || name(state) === 'LISTEN') continue;
      expect(nextState(state, RECEIVED_RST), name(state)).toBe(0);
      expect(nextState(state, SENT_RST), name(state)).toBe(0);
    }
  });

  it('has illegal pairs, and tells them from the ignored', () => {
    let illegal = 0;
    for (const state of STATE_NAMES.keys()) {
      for (let event = 0; event < EVENT_COUNT; event++) if (nextState(state, event) === ILLEGAL) illegal++;
    }
    expect(illegal).toBeGreaterThan(60);
  });

  it('calls observed what the endpoint itself sent, and nothing else', () => {
    expect(CAUSES.filter((_, event) => isSent(event))).toEqual([
      'sent SYN',
      'sent SYN-ACK',
      'sent a segment that proves it',
      'sent FIN',
      'sent RST',
    ]);
  });
});
